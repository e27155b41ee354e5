//! Values that can be computed with but are hardly meant: a warning, not an error.

use std::ops::RangeInclusive;

/// What is plausible of an option.
pub struct Plausible {
    option: &'static str,
    unit: &'static str,
    range: RangeInclusive<f64>,
    usual: &'static str,
}

/// Relaxation times.
pub const TAU: Plausible = Plausible {
    option: "--tau",
    unit: "s",
    range: 1e-17..=1e-9,
    usual: "electrons of a crystal relax in 1e-16 to 1e-11 s",
};
/// Lattice thermal conductivities.
pub const LATTICE: Plausible = Plausible {
    option: "--lattice-thermal-conductivity",
    unit: "W/(m K)",
    range: 1e-3..=1e4,
    usual: "those of crystals are 0.1 to 1e4 W/(m K)",
};
/// Temperatures.
pub const TEMPERATURE: Plausible = Plausible {
    option: "--temperature",
    unit: "K",
    range: 1e-3..=1e4,
    usual: "the bands are those of a solid",
};
/// Mean free paths.
pub const MEAN_FREE_PATH: Plausible = Plausible {
    option: "--mean-free-path",
    unit: "Å",
    range: 0.1..=1e8,
    usual: "electrons fly 1 Å to 1 mm (1e7 Å)",
};
/// Thicknesses of layers.
pub const THICKNESS: Plausible = Plausible {
    option: "--thickness",
    unit: "Å",
    range: 0.5..=1e4,
    usual: "layers are 1 to 1000 Å thick",
};
/// Gaps.
pub const SCISSOR: Plausible = Plausible {
    option: "--scissor",
    unit: "eV",
    range: 1e-3..=25.0,
    usual: "gaps of solids are below 15 eV",
};
/// Dopings of a crystal.
pub const DOPING: Plausible = Plausible {
    option: "--doping",
    unit: "cm^-3",
    range: 1e5..=1e24,
    usual: "a crystal has 1e22 to 1e23 atoms per cm^3",
};

/// Mass densities.
pub const MASS_DENSITY: Plausible = Plausible {
    option: "--density",
    unit: "kg/m^3",
    range: 50.0..=1e5,
    usual: "solids have 500 to 23000 kg/m^3: 2.33 g/cm^3 are 2330",
};
/// Fields where no relaxation time is known.
pub const FIELD_TIMES_TAU: Plausible = Plausible {
    option: "--strength",
    unit: "T s",
    range: 1e-20..=1e-7,
    usual: "without `--tau` fields are B tau, and 10 T at 1e-14 s are 1e-13 T s",
};

impl Plausible {
    /// What there is to say of the first value that is absurd; 0 is none.
    pub fn doubt(&self, values: impl IntoIterator<Item = f64>) -> Option<String> {
        let absurd = |x: &f64| *x != 0.0 && !self.range.contains(&x.abs());
        let x = values.into_iter().find(absurd)?;
        let Self {
            option,
            unit,
            usual,
            ..
        } = self;
        let shown = match x.abs() {
            0.001..1e6 => format!("{x}"),
            _ => format!("{x:e}"),
        };
        Some(format!(
            "{option}: {shown} {unit} is taken as it is, but {usual}"
        ))
    }
}
