//! What is drawn of results where nobody says.

/// The quantities of a kind of results that say most, in the order of saying it.
pub fn by_default(kind: &str) -> &'static [&'static str] {
    match kind {
        "transport" => &[
            "conductivity",
            "seebeck",
            "power_factor",
            "figure_of_merit",
            "thermal_conductivity_electronic",
        ],
        "optimize" => &[
            "optimal_doping",
            "largest_power_factor",
            "largest_figure_of_merit",
        ],
        "dos" => &["density_of_states", "conductivity"],
        "phonon" => &[
            "lattice_thermal_conductivity",
            "density_of_states",
            "kappa_below_mean_free_path",
            "modes_per_area",
        ],
        "drag" => &["seebeck"],
        "superconductor" => &[
            "thermal_conductivity_ratio",
            "superfluid_density",
            "penetration_depth",
            "states_over_normal",
        ],
        "zt" | "screen" | "bounds" => &["figure_of_merit", "share_of_bound"],
        "landauer" => &["ballistic_conductance_per_area", "mean_free_path"],
        _ => &["conductivity", "velocity_squared"],
    }
}
