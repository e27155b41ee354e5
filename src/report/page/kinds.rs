//! What the page of each kind of results shows.

/// What a kind of results is called, and its quantities that the table shows.
pub fn shown(kind: &str) -> (&'static str, &'static [&'static str]) {
    match kind {
        "transport" => (
            "Transport coefficients",
            &[
                "chemical_potential",
                "carrier_density",
                "conductivity",
                "seebeck",
                "thermal_conductivity_electronic",
                "power_factor",
                "figure_of_merit",
                "hall_coefficient",
            ],
        ),
        "optimize" => (
            "Optimal doping",
            &[
                "optimal_doping",
                "optimal_chemical_potential",
                "largest_power_factor",
                "largest_figure_of_merit",
                "conductivity",
                "seebeck",
                "thermal_conductivity_electronic",
            ],
        ),
        "zt" => (
            "zT and its bounds",
            &[
                "figure_of_merit",
                "window_lower",
                "window_upper",
                "alpha_a",
                "transmission_inside",
                "transmission_outside",
                "screening_score",
                "share_of_bound_constant_modes",
                "share_of_bound",
                "seebeck",
                "device_figure_of_merit",
            ],
        ),
        "landauer" => (
            "Modes",
            &[
                "modes_per_area",
                "ballistic_conductance_per_area",
                "ballistic_thermal_conductance_per_area",
                "ballistic_seebeck",
                "mean_free_path",
                "conductance_per_area",
                "seebeck",
                "modes_per_width",
                "ballistic_conductance_per_width",
                "modes",
                "ballistic_conductance",
            ],
        ),
        "screen" => (
            "Materials",
            &[
                "figure_of_merit",
                "power_factor",
                "screening_score",
                "share_of_bound",
                "alpha_a",
                "gap",
                "carrier_density",
            ],
        ),
        "bounds" => (
            "Bounds without a material",
            &["figure_of_merit", "window_lower", "window_upper"],
        ),
        "dos" => (
            "Density of states",
            &["density_of_states", "electrons", "conductivity"],
        ),
        "phonon" => (
            "Phonons",
            &["heat_capacity", "lattice_thermal_conductivity"],
        ),
        "drag" => ("Phonon drag", &["seebeck_drag"]),
        "superconductor" => ("Superconductor", &["gap"]),
        "surface" => (
            "Surface",
            &[
                "band",
                "character",
                "dimensionality",
                "area",
                "volume",
                "carriers",
                "fermi_velocity",
                "sheet_mean_free_path",
            ],
        ),
        "orbits" => (
            "Orbits",
            &["frequency", "cyclotron_mass", "band", "character"],
        ),
        "magneto" => (
            "Transport in a magnetic field",
            &["resistivity", "hall_coefficient", "seebeck", "nernst"],
        ),
        "focusing" => (
            "Waves",
            &[
                "phase_velocity",
                "group_speed",
                "power_flow_angle",
                "enhancement",
            ],
        ),
        _ => ("Fermi surface", &[]),
    }
}
