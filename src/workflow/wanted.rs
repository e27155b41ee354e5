//! What fixes thermal states beside their temperature.

/// What fixes the states.
#[derive(Clone, Debug, PartialEq)]
pub enum Wanted {
    /// Chemical potentials, eV from the Fermi level.
    FromFermiLevel(Vec<f64>),
    /// Chemical potentials, eV on the bands' own scale.
    Absolute(Vec<f64>),
    /// Net dopings, cm⁻³ (cm⁻² of a layer, cm⁻¹ of a chain): positive for electrons.
    Dopings(Vec<f64>),
}

impl Default for Wanted {
    /// The Fermi level.
    fn default() -> Self {
        Self::FromFermiLevel(vec![0.0])
    }
}

impl Wanted {
    /// How many there are.
    pub(super) fn len(&self) -> usize {
        match self {
            Self::FromFermiLevel(all) | Self::Absolute(all) | Self::Dopings(all) => all.len(),
        }
    }

    /// Chemical potentials, eV on the bands' scale; none of dopings.
    pub(super) fn chemical_potentials(&self, fermi_ev: f64) -> Vec<f64> {
        let (given, shift) = match self {
            Self::Absolute(mu) => (mu, 0.0),
            Self::FromFermiLevel(mu) => (mu, fermi_ev),
            Self::Dopings(_) => return Vec::new(),
        };
        given.iter().map(|x| x + shift).collect()
    }

    /// Chemical potentials that need no Fermi level, eV.
    pub(super) fn absolute(&self) -> Option<&[f64]> {
        match self {
            Self::Absolute(mu) => Some(mu),
            _ => None,
        }
    }

    /// Dopings, as given; none of chemical potentials.
    pub(super) fn dopings(&self) -> &[f64] {
        match self {
            Self::Dopings(all) => all,
            _ => &[],
        }
    }
}
