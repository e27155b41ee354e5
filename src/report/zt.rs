//! Words of `zt`'s table.

/// Numbers that the table leaves to the files: checks, and what other commands show.
pub const ZT_UNSHOWN: &[&str] = &[
    "bound_constant_modes_lower",
    "bound_constant_modes_upper",
    "device_bound_constant_modes_lower",
    "device_bound_constant_modes_upper",
    "device_mean_free_path",
    "device_minority_share",
    "device_reference_length",
];

/// What the table means.
pub const ZT_LEGEND: &str = "\n  Energies between window_lower and window_upper, from mu, raise zT where more is let through, all others lower it;\n  \
     figure_of_merit_from_window is zT by 4 x- x+/(x+ - x-)^2, a check. Transmission is lambda/L for the longest mean free path L that\n  \
     carries (reference_length), of a device lambda/(lambda + L). bound_constant_modes: the best transmission with as many channels at every\n  \
     energy as there are on average in the window; bound: the best one of the material's own channels.\n  \
     ± as `bzint transport` has it.\n";
