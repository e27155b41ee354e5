//! Transport coefficients of a thermal state. What is known per relaxation time and what is known absolutely are different
//! types with different names: [`CoefficientsOverTau`] has `conductivity_over_tau`, [`Coefficients`] has `conductivity`, and
//! only the latter, given a lattice thermal conductivity too, has a figure of merit.

use super::distribution::TransportDistribution;
use super::equilibrium::Equilibrium;
use super::thermal_state::ThermalState;
use super::times::{Tau, Times};
use super::{BinnedTau, RankFourQuantity, RankThreeQuantity, Scalar, TensorQuantity};
use crate::error::{Error, Result};
use std::ops::Deref;

impl TransportDistribution {
    /// Coefficients per relaxation time, for one that is the same at every energy.
    ///
    /// # Errors
    /// [`Error::BadOption`] for μ outside the energy bins, bins too wide for the temperature, or a spectrum that holds relaxation
    /// times already.
    pub fn coefficients_over_tau(&self, state: &ThermalState) -> Result<CoefficientsOverTau> {
        self.without_lifetimes()?;
        Ok(CoefficientsOverTau(
            self.shared(state, Times::Same(&|_| 1.0))?,
        ))
    }

    /// Coefficients with the relaxation time `tau`, s, as a function of the energy, eV.
    ///
    /// # Errors
    /// As [`TransportDistribution::coefficients_over_tau`], and for a relaxation time that is not positive.
    pub fn coefficients(&self, state: &ThermalState, tau: Tau) -> Result<Coefficients> {
        self.without_lifetimes()?;
        Ok(Coefficients(self.shared(state, Times::Same(tau))?))
    }

    /// Coefficients with relaxation times that [`TransportDistribution::scattered`] gave, whose own errors enter the bars.
    ///
    /// # Errors
    /// As [`TransportDistribution::coefficients`].
    pub fn coefficients_scattered(
        &self,
        state: &ThermalState,
        tau: &BinnedTau,
    ) -> Result<Coefficients> {
        self.without_lifetimes()?;
        Ok(Coefficients(self.shared(state, Times::Binned(tau))?))
    }

    /// Coefficients with the grid's own relaxation times.
    ///
    /// # Errors
    /// As [`TransportDistribution::coefficients_over_tau`], and for a spectrum that holds no relaxation times.
    pub fn coefficients_from_lifetimes(&self, state: &ThermalState) -> Result<Coefficients> {
        if !self.has_lifetimes() {
            return Err(Error::bad_option(
                "relaxation time",
                "the bands bring no relaxation times",
                "give one (`--tau SECONDS`)",
            ));
        }
        Ok(Coefficients(self.shared(state, Times::Same(&|_| 1.0))?))
    }

    /// # Errors
    /// [`Error::BadOption`] for a spectrum that holds relaxation times.
    fn without_lifetimes(&self) -> Result<()> {
        if !self.has_lifetimes() {
            return Ok(());
        }
        Err(Error::bad_option(
            "relaxation time",
            "the spectrum was integrated with the grid's own relaxation times",
            "take its absolute coefficients, or integrate v_i v_j alone",
        ))
    }

    fn shared(&self, state: &ThermalState, times: Times) -> Result<Equilibrium> {
        Equilibrium::new(self, state, times)
    }
}

/// Coefficients per relaxation time τ, for a τ that is the same at every energy.
#[derive(Clone, Debug)]
pub struct CoefficientsOverTau(Equilibrium);

impl Deref for CoefficientsOverTau {
    type Target = Equilibrium;
    fn deref(&self) -> &Equilibrium {
        &self.0
    }
}

impl CoefficientsOverTau {
    /// σ/τ, S/(m s).
    pub fn conductivity_over_tau(&self) -> TensorQuantity {
        self.sigma()
    }

    /// σ/τ of electrons and of holes, S/(m s), where a gap parts them.
    pub fn conductivity_of_carriers_over_tau(&self) -> Option<[TensorQuantity; 2]> {
        self.sigma_of_carriers()
    }

    /// κ_e/τ at no current, W/(m K s).
    pub fn thermal_conductivity_electronic_over_tau(&self) -> TensorQuantity {
        self.kappa_open()
    }

    /// κ_e/τ at no electric field (short circuit), W/(m K s).
    pub fn thermal_conductivity_closed_over_tau(&self) -> TensorQuantity {
        self.kappa_closed()
    }

    /// The part of κ_e/τ that electrons and holes carry together, W/(m K s), where a gap parts them.
    pub fn thermal_conductivity_bipolar_over_tau(&self) -> Option<TensorQuantity> {
        self.kappa_bipolar()
    }

    /// Sᵀσ S/τ, W/(m K² s).
    pub fn power_factor_over_tau(&self) -> TensorQuantity {
        self.power()
    }

    /// Drift mobilities per τ of electrons and of holes, m²/(V s²), where a gap parts them.
    pub fn mobility_over_tau(&self) -> Option<[TensorQuantity; 2]> {
        self.mobilities()
    }

    /// σ_ijk/τ², S/(m T s²).
    pub fn hall_conductivity_over_tau2(&self) -> Option<RankThreeQuantity> {
        self.sigma_hall()
    }

    /// Thermal Hall conductivity ∂κ_ij/∂B_k/τ² at no current, W/(m K T s²).
    pub fn thermal_hall_conductivity_over_tau2(&self) -> Option<RankThreeQuantity> {
        self.kappa_hall()
    }

    /// Hall mobility |R_H| σ/τ, m²/(V s²).
    pub fn hall_mobility_over_tau(&self) -> Option<Scalar> {
        self.mobility_hall()
    }

    /// ∂S_ij/∂B_k/τ, V/(K T s).
    pub fn nernst_tensor_over_tau(&self) -> Option<RankThreeQuantity> {
        self.nernst_tensor_raw()
    }

    /// Nernst coefficient ν = (S_xyz + S_yzx + S_zxy)/3 (of a layer with the field along its normal) per τ, V/(K T s).
    pub fn nernst_over_tau(&self) -> Option<Scalar> {
        self.nernst_mean()
    }

    /// σ_ijkl/τ³, S/(m T² s³).
    pub fn magnetoconductivity_over_tau3(&self) -> Option<RankFourQuantity> {
        self.sigma_second()
    }

    /// Δρ_ii/(ρ_ii B_k²)/τ², `[current i][field k]`, 1/(T² s²).
    pub fn magnetoresistance_over_tau2(&self) -> Option<TensorQuantity> {
        self.rho_second()
    }
}

/// Coefficients with a known relaxation time.
#[derive(Clone, Debug)]
pub struct Coefficients(Equilibrium);

impl Deref for Coefficients {
    type Target = Equilibrium;
    fn deref(&self) -> &Equilibrium {
        &self.0
    }
}

impl Coefficients {
    /// σ, S/m.
    pub fn conductivity(&self) -> TensorQuantity {
        self.sigma()
    }

    /// σ of electrons and of holes, S/m, where a gap parts them.
    pub fn conductivity_of_carriers(&self) -> Option<[TensorQuantity; 2]> {
        self.sigma_of_carriers()
    }

    /// κ_e at no current, W/(m K).
    pub fn thermal_conductivity_electronic(&self) -> TensorQuantity {
        self.kappa_open()
    }

    /// κ_e at no electric field (short circuit), W/(m K).
    pub fn thermal_conductivity_closed(&self) -> TensorQuantity {
        self.kappa_closed()
    }

    /// The part of κ_e that electrons and holes carry together, W/(m K), where a gap parts them.
    pub fn thermal_conductivity_bipolar(&self) -> Option<TensorQuantity> {
        self.kappa_bipolar()
    }

    /// Sᵀσ S, W/(m K²).
    pub fn power_factor(&self) -> TensorQuantity {
        self.power()
    }

    /// Drift mobilities of electrons and of holes, m²/(V s), where a gap parts them.
    pub fn mobility(&self) -> Option<[TensorQuantity; 2]> {
        self.mobilities()
    }

    /// σ_ijk, S/(m T).
    pub fn hall_conductivity(&self) -> Option<RankThreeQuantity> {
        self.sigma_hall()
    }

    /// Thermal Hall conductivity ∂κ_ij/∂B_k at B = 0 and no current, W/(m K T).
    pub fn thermal_hall_conductivity(&self) -> Option<RankThreeQuantity> {
        self.kappa_hall()
    }

    /// Hall mobility |R_H| σ, m²/(V s).
    pub fn hall_mobility(&self) -> Option<Scalar> {
        self.mobility_hall()
    }

    /// ∂S_ij/∂B_k at B = 0, V/(K T).
    pub fn nernst_tensor(&self) -> Option<RankThreeQuantity> {
        self.nernst_tensor_raw()
    }

    /// Nernst coefficient ν = (S_xyz + S_yzx + S_zxy)/3 (of a layer with the field along its normal), V/(K T).
    pub fn nernst(&self) -> Option<Scalar> {
        self.nernst_mean()
    }

    /// σ_ijkl, S/(m T²).
    pub fn magnetoconductivity(&self) -> Option<RankFourQuantity> {
        self.sigma_second()
    }

    /// Δρ_ii/(ρ_ii B_k²), `[current i][field k]`, 1/T².
    pub fn magnetoresistance(&self) -> Option<TensorQuantity> {
        self.rho_second()
    }

    /// With a lattice thermal conductivity, W/(m K), so that there is a zT.
    ///
    /// # Errors
    /// [`Error::BadOption`] for a lattice thermal conductivity that is negative or infinite.
    pub fn with_lattice(mut self, lattice_w_mk: f64) -> Result<Self> {
        if !(lattice_w_mk >= 0.0 && lattice_w_mk.is_finite()) {
            return Err(Error::bad_option(
                "--lattice-thermal-conductivity",
                format!("{lattice_w_mk} W/(m K)"),
                "give 0 or a positive number",
            ));
        }
        self.0.set_lattice(lattice_w_mk);
        Ok(self)
    }

    /// zT with a lattice thermal conductivity, W/(m K).
    ///
    /// # Errors
    /// As [`Coefficients::with_lattice`].
    pub fn figure_of_merit(&self, lattice_w_mk: f64) -> Result<TensorQuantity> {
        let known = self.clone().with_lattice(lattice_w_mk)?;
        Ok(known.merit().unwrap_or_default())
    }
}
