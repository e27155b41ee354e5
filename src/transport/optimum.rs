//! The doping at which the power factor or zT is largest (docs/physics §12), from one distribution: no further integral over the
//! zone. Doping rises with the chemical potential, so that the search runs over the latter.

use super::ensemble::{Ensemble, Member};
use super::maximum::{STENCIL, Scan, slope_and_curvature};
use super::thermal_state::ThermalState;
use super::times::Times;
use super::{CarrierDensities, RelaxationTime, Scalar, TransportDistribution, onsager};
use crate::crystal::Tensor;
use crate::error::{Error, Result};
use crate::uncertainty::Cause;
use crate::units::BOLTZMANN_EV;
use rayon::prelude::*;

/// Steps of the scan per k_BT: features of a window integral are several k_BT wide.
const PER_KT: f64 = 4.0;
/// Distance of the stencil's points, in k_BT: ripple by the energy bins (1e-6) does not reach the slope, nor does the seventh
/// derivative.
const STENCIL_KT: f64 = 0.125;
/// Newton steps on the slope.
const NEWTON: usize = 2;

/// What is to be largest.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Objective {
    /// Sᵀσ S; per relaxation time where that is unknown.
    PowerFactor,
    /// zT with a lattice thermal conductivity, W/(m K).
    FigureOfMerit(f64),
}

/// Which component of a tensor counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// The mean over the directions in which the bands conduct, so many: see [`super::mean`].
    Average(usize),
    /// A diagonal component: 0, 1, 2 for x, y, z.
    Along(usize),
}

impl Direction {
    /// The component of a tensor.
    pub fn of(self, t: &Tensor) -> f64 {
        match self {
            Self::Average(directions) => (t[0][0] + t[1][1] + t[2][2]) / directions.max(1) as f64,
            Self::Along(i) => t[i][i],
        }
    }
}

/// What is looked for, where.
#[derive(Clone, Copy)]
pub struct Search<'a> {
    /// What is to be largest.
    pub objective: Objective,
    /// In which direction.
    pub direction: Direction,
    /// The relaxation time.
    pub relaxation: RelaxationTime<'a>,
    /// Chemical potentials that are looked at, eV.
    pub range_ev: (f64, f64),
}

/// The state in which the objective is largest.
#[derive(Clone, Debug, PartialEq)]
pub struct Optimum {
    /// Temperature and chemical potential.
    pub state: ThermalState,
    /// The objective, in SI units: per relaxation time where that is unknown.
    pub value: Scalar,
    /// False where the objective goes on rising beyond an end of the range.
    pub inside: bool,
    /// How far errors of the integration move the chemical potential, eV.
    pub shift_ev: f64,
    /// Between these chemical potentials, eV, the objective stays within its bar of the maximum, or may by that shift.
    pub range_ev: (f64, f64),
    /// Electrons less holes at the optimum, cm⁻³.
    pub doping_cm3: f64,
    /// Electrons less holes at the ends of the range, cm⁻³, ascending.
    pub dopings_cm3: (f64, f64),
}

impl Optimum {
    /// The chemical potential with the farther end of its range as bar, eV.
    pub fn chemical_potential_ev(&self) -> Scalar {
        let mu = self.state.chemical_potential_ev().value;
        Scalar::within(mu, self.range_ev)
    }

    /// The doping (electrons less holes, cm⁻³) with the farther end of its range as bar.
    pub fn doping(&self) -> Scalar {
        Scalar::within(self.doping_cm3, self.dopings_cm3)
    }
}

impl TransportDistribution {
    /// The optimum at a temperature, K.
    ///
    /// The maximum is found on the spectrum as integrated, then moved to where the extrapolated objective's slope vanishes. Each
    /// variation of the spectrum moves that place by its own slope over the curvature.
    ///
    /// # Errors
    /// [`Error::BadOption`] for zT without a relaxation time, a lattice thermal conductivity or temperature that cannot be, a range
    /// outside the bins, or as [`TransportDistribution::coefficients`].
    pub fn optimum(&self, search: &Search, temperature_k: f64) -> Result<Optimum> {
        search.check()?;
        let kt = BOLTZMANN_EV * temperature_k;
        let (low, high) = search.range_ev;
        let state = |mu: f64| self.at_chemical_potential(temperature_k, mu);
        let of = |m: &Member| search.of(m, temperature_k, self.volume_m3);
        let plain = |mu: f64| self.as_integrated(search, temperature_k, mu);
        let full = |mu: f64| self.ensemble_at(search, temperature_k, mu);
        let scan = Scan::new(&plain, search.range_ev, kt / PER_KT)?;
        let (mut mu, inside) = scan.highest()?;
        let mut shift_ev = 0.0;
        let step = STENCIL_KT * kt;
        let roomy = mu - 5.0 * step > low && mu + 5.0 * step < high;
        for _ in 0..if inside && roomy { NEWTON } else { 0 } {
            let around: Vec<Ensemble> = STENCIL
                .into_par_iter()
                .map(|k| full(mu + k * step))
                .collect::<Result<_>>()?;
            let seven = |f: &dyn Fn(&Ensemble) -> f64| std::array::from_fn(|i| f(&around[i]));
            let (slope, curvature) = slope_and_curvature(seven(&|e| e.scalar(of).value), step);
            let movement = -slope / curvature;
            // Otherwise the peak is too blunt or too ragged for its slope to say more than the scan did.
            let usable = curvature < 0.0 && movement.abs() < step;
            if !usable {
                shift_ev = step;
                break;
            }
            mu += movement;
            let each: Vec<Vec<f64>> = around.iter().map(|e| e.each(of)).collect();
            shift_ev = shifts(&around[0], &each, step, curvature);
        }
        let value = full(mu)?.scalar(of);
        let top = plain(mu)?;
        let (from, to) = scan.plateau(mu, top - value.error)?;
        let range_ev = ((from - shift_ev).max(low), (to + shift_ev).min(high));
        let net = |mu: f64| self.ln_electrons(mu, kt).exp() - self.ln_holes(mu, kt).exp();
        Ok(Optimum {
            state: state(mu)?,
            value,
            inside,
            shift_ev,
            range_ev,
            doping_cm3: net(mu),
            dopings_cm3: (net(range_ev.0), net(range_ev.1)),
        })
    }

    /// The highest place over μ, eV, and the objective there, on the spectrum as integrated.
    pub(super) fn highest(&self, search: &Search, temperature_k: f64) -> Result<(f64, f64)> {
        let plain = |mu: f64| self.as_integrated(search, temperature_k, mu);
        let step = BOLTZMANN_EV * temperature_k / PER_KT;
        let (mu, _) = Scan::new(&plain, search.range_ev, step)?.highest()?;
        Ok((mu, plain(mu)?))
    }

    /// The objective at a temperature, K, and μ, eV, on the spectrum as integrated: no bar, no extrapolation.
    fn as_integrated(&self, search: &Search, temperature_k: f64, mu_ev: f64) -> Result<f64> {
        let state = self.at_chemical_potential(temperature_k, mu_ev)?;
        let with = |times: Times| Ensemble::value_only(self, &state, times);
        let member = search.relaxation.with(self, &state, false, with)?;
        let of = |m: &Member| search.of(m, temperature_k, self.volume_m3);
        Ok(member.scalar(of).value)
    }

    /// Every variation at a temperature, K, and μ, eV.
    pub(super) fn ensemble_at(
        &self,
        search: &Search,
        temperature_k: f64,
        mu_ev: f64,
    ) -> Result<Ensemble> {
        let state = self.at_chemical_potential(temperature_k, mu_ev)?;
        let with = |times: Times| Ensemble::new(self, &state, times);
        search.relaxation.with(self, &state, true, with)
    }
}

/// By how much the variations of the spectrum (those of `one`) move the place where the slope vanishes, added up as coefficients'
/// bars are: from what each gives at the places of the [`STENCIL`], `[place][variation]`, `step` apart.
pub(super) fn shifts(one: &Ensemble, each: &[Vec<f64>], step: f64, curvature: f64) -> f64 {
    let slope = |v: usize| slope_and_curvature(std::array::from_fn(|i| each[i][v]), step).0;
    let value = slope(0);
    let (mut sum, mut unsymmetrized) = (0.0, 0.0_f64);
    for (v, variation) in one.variations().enumerate().skip(1) {
        let moved = ((slope(v) - value) / curvature).abs();
        if variation.cause == Cause::Symmetry {
            unsymmetrized = unsymmetrized.max(moved);
        } else {
            sum += moved;
        }
    }
    sum + unsymmetrized
}

impl Search<'_> {
    fn check(&self) -> Result<()> {
        let Objective::FigureOfMerit(lattice) = self.objective else {
            return Ok(());
        };
        if !self.relaxation.is_known() {
            return Err(Error::bad_option(
                "zT",
                "there is no relaxation time, and so no zT",
                "give `--tau SECONDS` or `--scattering FILE.toml`",
            ));
        }
        if lattice >= 0.0 && lattice.is_finite() {
            return Ok(());
        }
        Err(Error::bad_option(
            "--lattice-thermal-conductivity",
            format!("{lattice} W/(m K)"),
            "give 0 or a positive number",
        ))
    }

    /// The objective of a member, SI.
    pub(super) fn of(&self, m: &Member, temperature_k: f64, volume_m3: f64) -> f64 {
        self.direction.of(&match self.objective {
            Objective::PowerFactor => onsager::power_factor(&m.total, temperature_k, volume_m3),
            Objective::FigureOfMerit(lattice) => {
                onsager::figure_of_merit(&m.total, temperature_k, volume_m3, lattice)
            }
        })
    }
}
