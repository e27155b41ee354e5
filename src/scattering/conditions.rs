//! What a rate depends on besides the mechanism: the sample and the band.

use super::Valley;
use crate::error::{Error, Result};
use crate::units::{BOLTZMANN, BOLTZMANN_EV, ELEMENTARY_CHARGE, EV, VACUUM_PERMITTIVITY};

/// A property of the bands at an absolute energy (eV).
pub type BandFunction<'a> = &'a (dyn Fn(f64) -> f64 + Sync);

/// Which carriers a band edge belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Carrier {
    /// Electrons above a conduction edge.
    Electrons,
    /// Holes below a valence edge.
    Holes,
}

/// A band edge on the absolute energy scale.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Edge {
    /// Energy of the edge, eV.
    pub energy_ev: f64,
    /// Whose edge it is.
    pub carrier: Carrier,
}

impl Edge {
    /// Absolute energy, eV, of a carrier at an energy above the edge (holes: below it).
    pub fn absolute(&self, energy_above_edge_ev: f64) -> f64 {
        match self.carrier {
            Carrier::Electrons => self.energy_ev + energy_above_edge_ev,
            Carrier::Holes => self.energy_ev - energy_above_edge_ev,
        }
    }

    /// Energy above the edge (holes: below it), eV, of an absolute energy.
    pub fn above(&self, energy_ev: f64) -> f64 {
        match self.carrier {
            Carrier::Electrons => energy_ev - self.energy_ev,
            Carrier::Holes => self.energy_ev - energy_ev,
        }
    }
}

/// The sample and the band that a carrier scatters in.
///
/// `dos` and `speed` are the real bands' where they are known; the mechanisms that go by them use the valley's otherwise.
#[derive(Clone, Copy)]
pub struct Conditions<'a> {
    /// Temperature, K.
    pub temperature_k: f64,
    /// The valleys that the carriers are in.
    pub valley: Valley,
    /// The edge that energies are counted from.
    pub edge: Edge,
    /// ∂n/∂μ of all mobile carriers, 1/(eV cm³): it screens. With degenerate statistics it is less than n/k_BT.
    pub response_per_ev_cm3: f64,
    /// Ionised impurities, 1/cm³.
    pub ionised_per_cm3: f64,
    /// Density of states of both spins, 1/(eV cm³).
    pub dos: Option<BandFunction<'a>>,
    /// Speed |v| (mean over the states of that energy), m/s.
    pub speed: Option<BandFunction<'a>>,
}

impl std::fmt::Debug for Conditions<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Conditions")
            .field("temperature_k", &self.temperature_k)
            .field("valley", &self.valley)
            .field("edge", &self.edge)
            .field("response_per_ev_cm3", &self.response_per_ev_cm3)
            .field("ionised_per_cm3", &self.ionised_per_cm3)
            .finish_non_exhaustive()
    }
}

impl<'a> Conditions<'a> {
    /// A pure crystal without carriers at `temperature_k`: one spherical valley of the free electron's mass, energies
    /// counted from an electrons' edge at zero.
    ///
    /// # Errors
    /// [`Error::BadOption`] for a temperature that is not positive and finite.
    pub fn new(temperature_k: f64) -> Result<Self> {
        if !(temperature_k > 0.0 && temperature_k.is_finite()) {
            return Err(Error::bad_option(
                "temperature",
                format!("it is {temperature_k} K"),
                "scattering needs a positive temperature",
            ));
        }
        Ok(Self {
            temperature_k,
            valley: Valley::spherical(1.0),
            edge: Edge {
                energy_ev: 0.0,
                carrier: Carrier::Electrons,
            },
            response_per_ev_cm3: 0.0,
            ionised_per_cm3: 0.0,
            dos: None,
            speed: None,
        })
    }

    /// With carriers in `valley`.
    pub fn with_valley(self, valley: Valley) -> Self {
        Self { valley, ..self }
    }

    /// With `carriers_per_cm3` mobile carriers in the valley, which screen with their own ∂n/∂μ.
    ///
    /// # Errors
    /// [`Error::BadOption`] for a density that is not positive and finite.
    pub fn with_carriers(self, carriers_per_cm3: f64) -> Result<Self> {
        let eta = self
            .valley
            .reduced_level(carriers_per_cm3, self.temperature_k)?;
        Ok(Self {
            response_per_ev_cm3: self.valley.response_per_ev_cm3(eta, self.temperature_k),
            ..self
        })
    }

    /// With `ionised_per_cm3` ionised impurities.
    pub fn with_ionised(self, ionised_per_cm3: f64) -> Self {
        Self {
            ionised_per_cm3,
            ..self
        }
    }

    /// With the density of states (1/(eV cm³)) and the speed (m/s) of real bands at absolute energies.
    pub fn with_bands(self, dos: BandFunction<'a>, speed: BandFunction<'a>) -> Self {
        Self {
            dos: Some(dos),
            speed: Some(speed),
            ..self
        }
    }

    /// Density of states of both spins, 1/(eV cm³): the bands' own where they are given, else the valley's.
    pub fn dos_per_ev_cm3(&self, energy_above_edge_ev: f64) -> f64 {
        match self.dos {
            Some(dos) => dos(self.edge.absolute(energy_above_edge_ev)),
            None => self.valley.dos_per_ev_cm3(energy_above_edge_ev),
        }
    }

    /// Speed |v|, m/s: the bands' own where it is given, else the valley's.
    pub fn speed(&self, energy_above_edge_ev: f64) -> f64 {
        match self.speed {
            Some(speed) => speed(self.edge.absolute(energy_above_edge_ev)),
            None => self.valley.speed(energy_above_edge_ev),
        }
    }

    /// k_BT, eV.
    pub fn kt_ev(&self) -> f64 {
        BOLTZMANN_EV * self.temperature_k
    }

    /// k_BT, J.
    pub(super) fn kt(&self) -> f64 {
        BOLTZMANN * self.temperature_k
    }

    /// Screening length √(ε/(e² ∂n/∂μ)), m: Debye's where the carriers are classical, Thomas and Fermi's where they are
    /// degenerate. Infinite where nothing screens.
    pub fn screening_length(&self, relative_permittivity: f64) -> f64 {
        // 1/(eV cm³) to 1/(J m³).
        let response = self.response_per_ev_cm3 * 1e6 / EV;
        (relative_permittivity * VACUUM_PERMITTIVITY / (ELEMENTARY_CHARGE.powi(2) * response))
            .sqrt()
    }

    /// Bose–Einstein occupation of a phonon of `energy_ev`.
    pub(super) fn phonons(&self, energy_ev: f64) -> f64 {
        1.0 / (energy_ev / self.kt_ev()).exp_m1()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fermi_dirac::fermi_dirac;

    /// docs/physics §8: L_D of GaAs at n = 1e17 cm⁻³, 300 K, nondegenerate; self-consistent ∂n/∂μ otherwise.
    #[test]
    fn screening_follows_the_statistics() {
        let valley = Valley::spherical(0.067);
        let classical = Conditions {
            response_per_ev_cm3: 1e17 / (BOLTZMANN_EV * 300.0),
            ..Conditions::new(300.0).unwrap().with_valley(valley)
        };
        let debye = classical.screening_length(12.90);
        assert!((debye / 1.357_566_445_71e-8 - 1.0).abs() < 1e-11);

        // 1e17 cm⁻³ fill the light Γ valley: the true length is longer by √(F_{1/2}/F_{−1/2}).
        let filled = classical.with_carriers(1e17).unwrap();
        let eta = valley.reduced_level(1e17, 300.0).unwrap();
        let ratio = filled.screening_length(12.90) / debye;
        let want = (fermi_dirac(0.5, eta) / fermi_dirac(-0.5, eta)).sqrt();
        assert!(want > 1.03 && (ratio / want - 1.0).abs() < 1e-10);

        // Far into degeneracy: Thomas–Fermi, 1/L² = (3/2) n e²/(ε E_F).
        let metal = Conditions::new(2.0)
            .unwrap()
            .with_valley(valley)
            .with_carriers(1e19)
            .unwrap();
        let fermi_ev = valley.reduced_level(1e19, 2.0).unwrap() * metal.kt_ev();
        let thomas_fermi = (12.90 * VACUUM_PERMITTIVITY * fermi_ev * EV
            / (1.5 * 1e25 * ELEMENTARY_CHARGE.powi(2)))
        .sqrt();
        assert!((metal.screening_length(12.90) / thomas_fermi - 1.0).abs() < 1e-6);
    }

    #[test]
    fn impossible_temperatures_are_refused() {
        for t in [0.0, -1.0, f64::NAN, f64::INFINITY] {
            assert!(Conditions::new(t).is_err());
        }
    }
}
