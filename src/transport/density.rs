//! Densities of carriers and impurities together with what they are counted per, so that a sheet's is never taken for a volume's.

use super::Extent;
use std::fmt;

/// A density of carriers or impurities as it was given: per volume, of a layer per area, of a chain per length.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Density {
    value: f64,
    extent: Option<Extent>,
}

impl Density {
    /// A density per volume, cm⁻³.
    pub fn per_volume(cm3: f64) -> Self {
        Self::of(cm3, None)
    }

    /// A density of a layer (cm⁻²) or a chain (cm⁻¹); without an extent per volume (cm⁻³).
    pub fn of(value: f64, extent: Option<&Extent>) -> Self {
        Self {
            value,
            extent: extent.copied(),
        }
    }

    /// The number in its own [`Density::unit`].
    pub fn value(self) -> f64 {
        self.value
    }

    /// cm^-3, cm^-2 or cm^-1.
    pub fn unit(self) -> &'static str {
        self.extent.map_or("cm^-3", |e| e.density_unit())
    }

    /// As many per volume, cm⁻³: what carriers in bands are counted in.
    pub fn per_volume_cm3(self) -> f64 {
        match self.extent {
            None => self.value,
            Some(extent) => extent.per_volume_cm3(self.value),
        }
    }

    /// Without its sign.
    pub fn abs(self) -> Self {
        Self {
            value: self.value.abs(),
            ..self
        }
    }
}

impl fmt::Display for Density {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:e} {}", self.value, self.unit())
    }
}
