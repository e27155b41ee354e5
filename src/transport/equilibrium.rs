//! What a thermal state has that does not depend on the size of the relaxation time, and, for the types that know what it is, what
//! does.

use super::directions::Directions;
use super::distribution::TransportDistribution;
use super::ensemble::{Ensemble, Member, Part};
use super::thermal_state::ThermalState;
use super::times::Times;
use super::window::resolved_exp;
use super::{RankFourQuantity, RankThreeQuantity, Scalar, TensorQuantity, onsager};
use crate::error::Result;
use crate::units::{BOHR_MAGNETON, ELEMENTARY_CHARGE, EV, PER_CM3, VACUUM_PERMEABILITY};

/// What does not depend on the size of the relaxation time.
#[derive(Clone, Debug)]
pub struct Equilibrium {
    ensemble: Ensemble,
    /// Lattice thermal conductivity, where it is known.
    lattice_w_mk: Option<f64>,
    has_hall: bool,
    has_magneto: bool,
}

impl Equilibrium {
    /// Of a state with these relaxation times.
    ///
    /// # Errors
    /// As `TransportDistribution::moments`.
    pub(super) fn new(
        distribution: &TransportDistribution,
        state: &ThermalState,
        times: Times,
    ) -> Result<Self> {
        Ok(Self {
            ensemble: Ensemble::new(distribution, state, times)?,
            lattice_w_mk: None,
            has_hall: distribution.has_hall(),
            has_magneto: distribution.has_magneto(),
        })
    }

    /// Beside a lattice thermal conductivity, W/(m K).
    pub(super) fn set_lattice(&mut self, lattice_w_mk: f64) {
        self.lattice_w_mk = Some(lattice_w_mk);
    }

    /// T, K.
    pub fn temperature_k(&self) -> f64 {
        self.ensemble.state.temperature_k()
    }

    /// μ, eV, with a bar where a doping gave it.
    pub fn chemical_potential_ev(&self) -> Scalar {
        self.ensemble.state.chemical_potential_ev()
    }

    /// The directions in which this state conducts.
    pub fn directions(&self) -> Directions {
        self.ensemble.directions(|m| &m.total)
    }

    /// Whether electrons and holes are parted by a gap.
    pub fn has_gap(&self) -> bool {
        self.ensemble.has_gap
    }

    /// Electrons above the gap (above the zero-temperature Fermi level of a metal), cm⁻³.
    pub fn electron_density(&self) -> Scalar {
        let of = |m: &Member| resolved_exp(m.ln_density[0]) / PER_CM3;
        self.ensemble.count(Part::Of(0), of)
    }

    /// Holes below the gap (below the zero-temperature Fermi level of a metal), cm⁻³.
    pub fn hole_density(&self) -> Scalar {
        let of = |m: &Member| resolved_exp(m.ln_density[1]) / PER_CM3;
        self.ensemble.count(Part::Of(1), of)
    }

    /// Electrons less holes, cm⁻³: positive for n-type.
    pub fn carrier_density(&self) -> Scalar {
        let of = |m: &Member| net(m, 0.0) / PER_CM3;
        self.ensemble.count(Part::All, of)
    }

    /// Density of states averaged under −∂f₀/∂ε, all spins, 1/eV per cell.
    pub fn density_of_states(&self) -> Scalar {
        self.ensemble
            .scalar(|m| m.total.scale() * m.total.states[0])
    }

    /// Heat capacity of the electrons at constant number, J/(m³ K).
    pub fn heat_capacity(&self) -> Scalar {
        let (t, v) = (self.temperature_k(), self.ensemble.volume_m3);
        self.ensemble.scalar(|m| {
            let [k0, k1, k2] = m.total.states;
            let at_number = if k0 > 0.0 { k2 - k1 * k1 / k0 } else { 0.0 };
            m.total.scale() * at_number * EV / (t * v)
        })
    }

    /// Heat capacity of the electrons at constant μ, J/(m³ K): BoltzTraP's `cv`.
    pub fn heat_capacity_at_chemical_potential(&self) -> Scalar {
        let (t, v) = (self.temperature_k(), self.ensemble.volume_m3);
        self.ensemble
            .scalar(|m| m.total.scale() * m.total.states[2] * EV / (t * v))
    }

    /// Pauli's spin susceptibility μ₀μ_B²N(μ, T)/V, without exchange enhancement; a pure number (SI).
    pub fn pauli_susceptibility(&self) -> Scalar {
        let unit = VACUUM_PERMEABILITY * BOHR_MAGNETON.powi(2) / (EV * self.ensemble.volume_m3);
        self.density_of_states().scaled(unit)
    }

    /// Seebeck tensor, V/K: negative for electrons; NaN along axes without any current ([`Directions::defined`]).
    pub fn seebeck(&self) -> TensorQuantity {
        let t = self.temperature_k();
        let of = |m: &Member| onsager::seebeck(&m.total, t);
        self.directions().defined(self.ensemble.tensor(of))
    }

    /// Peltier tensor T Sᵀ, V.
    pub fn peltier(&self) -> TensorQuantity {
        let t = self.temperature_k();
        let of = |m: &Member| {
            let s = onsager::seebeck(&m.total, t);
            std::array::from_fn(|i| std::array::from_fn(|j| t * s[j][i]))
        };
        self.directions().defined(self.ensemble.tensor(of))
    }

    /// Lorenz tensor κ_e σ⁻¹/T at no current, W Ω/K².
    pub fn lorenz(&self) -> TensorQuantity {
        let t = self.temperature_k();
        let of = |m: &Member| onsager::lorenz(&m.total, t);
        self.directions().defined(self.ensemble.tensor(of))
    }

    /// Seebeck tensors of electrons and of holes by themselves, V/K, where a gap parts them.
    pub fn seebeck_of_carriers(&self) -> Option<[TensorQuantity; 2]> {
        let t = self.temperature_k();
        let of = |i: usize| {
            let own = self.ensemble.directions(|m| &m.each[i]);
            let of = |m: &Member| onsager::seebeck(&m.each[i], t);
            own.defined(self.ensemble.tensor_of(Part::Of(i), of))
        };
        self.has_gap().then(|| [of(0), of(1)])
    }

    /// Hall tensor R_ijk = E_j/(J_i B_k), m³/C, where integrated.
    pub fn hall_coefficient_tensor(&self) -> Option<RankThreeQuantity> {
        let v = self.ensemble.volume_m3;
        let of = |m: &Member| onsager::hall_coefficient(&m.total, v);
        self.has_hall.then(|| {
            let all = self.ensemble.tensor(of);
            self.directions().defined_in_field(all)
        })
    }

    /// Hall coefficient (R_xyz + R_yzx + R_zxy)/3, m³/C: negative for electrons. Of a layer that with the field along its normal;
    /// NaN where no field bends a current.
    pub fn hall_coefficient(&self) -> Option<Scalar> {
        let of = self.hall();
        self.has_hall.then(|| self.ensemble.scalar(of))
    }

    /// Hall carrier density 1/(e|R_H|), cm⁻³.
    pub fn hall_carrier_density(&self) -> Option<Scalar> {
        let hall = self.hall();
        let of = |m: &Member| 1.0 / (ELEMENTARY_CHARGE * hall(m).abs() * PER_CM3);
        self.has_hall.then(|| self.ensemble.scalar(of))
    }

    /// Hall factor −R_H e (n − p), where a gap makes the densities what a Hall experiment would count.
    pub fn hall_factor(&self) -> Option<Scalar> {
        let v = self.ensemble.volume_m3;
        let fields = self.directions().fields();
        // Neither R_H nor n − p need be a number: their product is.
        let of = |m: &Member| {
            let resistance = onsager::hall_coefficient_scaled(&m.total, v);
            let mean = onsager::antisymmetric_mean(&resistance, fields);
            -mean * ELEMENTARY_CHARGE * net(m, m.total.ln_scale)
        };
        (self.has_hall && self.has_gap()).then(|| self.ensemble.scalar(of))
    }

    /// The Hall coefficient's mean over the fields that bend currents, of a member.
    fn hall(&self) -> impl Fn(&Member) -> f64 {
        let (v, fields) = (self.ensemble.volume_m3, self.directions().fields());
        move |m| onsager::antisymmetric_mean(&onsager::hall_coefficient(&m.total, v), fields)
    }

    // What scales with the relaxation time: named by the types that know what it is.

    pub(super) fn sigma(&self) -> TensorQuantity {
        let v = self.ensemble.volume_m3;
        self.ensemble.tensor(|m| onsager::conductivity(&m.total, v))
    }

    pub(super) fn sigma_of_carriers(&self) -> Option<[TensorQuantity; 2]> {
        let v = self.ensemble.volume_m3;
        let of = |i: usize| {
            self.ensemble
                .tensor_of(Part::Of(i), |m| onsager::conductivity(&m.each[i], v))
        };
        self.has_gap().then(|| [of(0), of(1)])
    }

    pub(super) fn kappa_open(&self) -> TensorQuantity {
        let (t, v) = (self.temperature_k(), self.ensemble.volume_m3);
        self.ensemble
            .tensor(|m| onsager::thermal_conductivity(&m.total, t, v))
    }

    pub(super) fn kappa_closed(&self) -> TensorQuantity {
        let (t, v) = (self.temperature_k(), self.ensemble.volume_m3);
        self.ensemble
            .tensor(|m| onsager::thermal_conductivity_closed(&m.total, t, v))
    }

    pub(super) fn kappa_bipolar(&self) -> Option<TensorQuantity> {
        let (t, v) = (self.temperature_k(), self.ensemble.volume_m3);
        let of = |m: &Member| onsager::thermal_conductivity_bipolar(&m.each, t, v);
        self.has_gap()
            .then(|| self.ensemble.tensor_of(Part::Both, of))
    }

    pub(super) fn power(&self) -> TensorQuantity {
        let (t, v) = (self.temperature_k(), self.ensemble.volume_m3);
        self.ensemble
            .tensor(|m| onsager::power_factor(&m.total, t, v))
    }

    pub(super) fn mobilities(&self) -> Option<[TensorQuantity; 2]> {
        let v = self.ensemble.volume_m3;
        // σ/en, whether or not either is a number.
        let of = |i: usize| {
            self.ensemble.tensor_of(Part::Of(i), |m| {
                let unit = (m.each[i].ln_scale - m.ln_density[i]).exp() / v;
                m.each[i].velocity[0].map(|row| row.map(|x| x * unit))
            })
        };
        self.has_gap().then(|| [of(0), of(1)])
    }

    pub(super) fn sigma_hall(&self) -> Option<RankThreeQuantity> {
        let v = self.ensemble.volume_m3;
        let of = |m: &Member| onsager::hall_conductivity(&m.total, v);
        self.has_hall.then(|| self.ensemble.tensor(of))
    }

    pub(super) fn mobility_hall(&self) -> Option<Scalar> {
        let (hall, v) = (self.hall(), self.ensemble.volume_m3);
        let directions = self.directions().count() as f64;
        let of = |m: &Member| {
            let s = onsager::conductivity(&m.total, v);
            hall(m).abs() * (s[0][0] + s[1][1] + s[2][2]) / directions
        };
        self.has_hall.then(|| self.ensemble.scalar(of))
    }

    pub(super) fn nernst_tensor_raw(&self) -> Option<RankThreeQuantity> {
        let t = self.temperature_k();
        let of = |m: &Member| onsager::nernst(&m.total, t);
        self.has_hall.then(|| {
            let all = self.ensemble.tensor(of);
            self.directions().defined_in_field(all)
        })
    }

    pub(super) fn nernst_mean(&self) -> Option<Scalar> {
        let t = self.temperature_k();
        let fields = self.directions().fields();
        let of = |m: &Member| onsager::antisymmetric_mean(&onsager::nernst(&m.total, t), fields);
        self.has_hall.then(|| self.ensemble.scalar(of))
    }

    pub(super) fn kappa_hall(&self) -> Option<RankThreeQuantity> {
        let (t, v) = (self.temperature_k(), self.ensemble.volume_m3);
        let of = |m: &Member| onsager::thermal_hall(&m.total, t, v);
        self.has_hall.then(|| self.ensemble.tensor(of))
    }

    pub(super) fn sigma_second(&self) -> Option<RankFourQuantity> {
        let v = self.ensemble.volume_m3;
        let of = |m: &Member| onsager::magnetoconductivity(&m.total, v);
        self.has_magneto.then(|| self.ensemble.tensor(of))
    }

    /// zT, where the lattice thermal conductivity is known.
    pub(super) fn merit(&self) -> Option<TensorQuantity> {
        let (t, v) = (self.temperature_k(), self.ensemble.volume_m3);
        self.lattice_w_mk.map(|lattice| {
            self.ensemble
                .tensor(|m| onsager::figure_of_merit(&m.total, t, v, lattice))
        })
    }

    pub(super) fn rho_second(&self) -> Option<TensorQuantity> {
        let v = self.ensemble.volume_m3;
        let of = |m: &Member| onsager::magnetoresistance(&m.total, v);
        self.has_magneto.then(|| self.ensemble.tensor(of))
    }
}

/// Electrons less holes, m⁻³, over e^{ln_scale}; NaN where neither of them is a number.
fn net(m: &Member, ln_scale: f64) -> f64 {
    let ln = m.ln_density.map(|ln| ln - ln_scale);
    let [electrons, holes] = ln.map(resolved_exp);
    match (electrons.is_nan(), holes.is_nan()) {
        (false, true) => electrons,
        (true, false) => -holes,
        _ => electrons - holes,
    }
}
