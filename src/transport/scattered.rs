//! Relaxation times of a scattering model on the bins of a distribution.

use super::band_states::BandStates;
use super::distribution::VALUE;
use super::{CarrierDensities, ThermalState, TransportDistribution, fermi_window};
use crate::error::{Error, Result};
use crate::scattering::{BandEdges, Carrier, Conditions, ScatteringModel, Share, named_shares};
use crate::units::BOLTZMANN_EV;

/// Carriers of a kind that the model says nothing of are left out where they are fewer than this share of the others.
const NEGLIGIBLE: f64 = 1e-6;

/// The time of carriers that are left out, s: they conduct nothing, and every time must be positive.
const LEFT_OUT_S: f64 = 1e-40;

/// τ of each bin, s.
#[derive(Clone, Debug, PartialEq)]
pub struct BinnedTau {
    edges_ev: Vec<f64>,
    tau_s: Vec<f64>,
}

impl BinnedTau {
    /// τ at an energy (eV), s: in a gap that of the nearer band edge; 0 outside the bins.
    pub fn at(&self, energy_ev: f64) -> f64 {
        let above = self.edges_ev.partition_point(|e| *e <= energy_ev);
        let bin = above.checked_sub(1);
        bin.and_then(|b| self.tau_s.get(b)).copied().unwrap_or(0.0)
    }
}

/// The mechanisms' shares in the scattering of one kind of carrier.
#[derive(Clone, Debug, PartialEq)]
pub struct CarrierShares {
    /// Whose.
    pub carrier: Carrier,
    /// Each mechanism's share, which add up to 1; NaN where there are too few of these carriers to matter.
    pub shares: Vec<Share>,
}

/// What a model meets in a thermal state.
struct Scene {
    edges: BandEdges,
    at: Conditions<'static>,
    /// Electrons and holes that are both unknown to the model and too few to matter.
    left_out: [bool; 2],
    /// Electrons and holes that are too few to matter.
    few: [bool; 2],
    kt_ev: f64,
    mu_ev: f64,
}

impl TransportDistribution {
    /// The model's τ in a thermal state of a semiconductor with the band edges `gap_ev` (valence, conduction): carriers
    /// screen with their whole density, and as many impurities are ionised as there are net carriers. Mechanisms that go by
    /// the density of states meet that of the bands.
    ///
    /// # Errors
    /// [`Error::BadOption`] without a gap, or where the model lacks the mechanisms of carriers that matter.
    pub fn scattered(
        &self,
        model: &ScatteringModel,
        gap_ev: Option<(f64, f64)>,
        state: &ThermalState,
    ) -> Result<BinnedTau> {
        let scene = self.scene(model, gap_ev, state)?;
        let states = BandStates::new(self);
        let dos = |e| states.dos_per_ev_cm3(e);
        let at = Conditions {
            dos: Some(&dos),
            ..scene.at
        };
        let all = self.axis.edges();
        let mut tau_s: Vec<f64> = all
            .windows(2)
            .enumerate()
            .map(|(b, bin)| {
                if scene.skips(bin) {
                    return Ok(LEFT_OUT_S);
                }
                // Nothing moves there, and a rate that goes by the bands' states has no value.
                if self.states_in(b) == 0.0 {
                    return Ok(0.0);
                }
                Ok(model.tau_in_bins(bin, &scene.edges, &at)?[0])
            })
            .collect::<Result<_>>()?;
        // States that an interpolation puts beyond a band edge scatter as those at the edge.
        let split = all.partition_point(|e| *e < self.split_ev).min(tau_s.len());
        let (below, above) = tau_s.split_at_mut(split);
        fill(below.iter_mut());
        fill(above.iter_mut().rev());
        Ok(BinnedTau {
            edges_ev: all.to_vec(),
            tau_s,
        })
    }

    /// Each mechanism's share of the scattering of electrons and of holes that the model knows, averaged over the energies as
    /// they conduct: with v²τ(−∂f₀/∂ε) of the bands.
    ///
    /// # Errors
    /// As [`TransportDistribution::scattered`].
    pub fn scattering_shares(
        &self,
        model: &ScatteringModel,
        gap_ev: Option<(f64, f64)>,
        state: &ThermalState,
    ) -> Result<Vec<CarrierShares>> {
        let scene = self.scene(model, gap_ev, state)?;
        let tau = self.scattered(model, gap_ev, state)?;
        let states = BandStates::new(self);
        let dos = |e| states.dos_per_ev_cm3(e);
        let at = Conditions {
            dos: Some(&dos),
            ..scene.at
        };
        let speeds = &self.contents(VALUE).velocity[..3];
        let mut all = Vec::new();
        for (k, carrier) in [Carrier::Electrons, Carrier::Holes].into_iter().enumerate() {
            let Ok(carriers) = model.carriers(carrier) else {
                continue;
            };
            let mut shares = named_shares(&carriers.mechanisms);
            let mut whole = 0.0;
            for (b, bin) in self.axis.edges().windows(2).enumerate() {
                let energy = 0.5 * (bin[0] + bin[1]);
                let content: f64 = speeds.iter().map(|s| s[b]).sum();
                let weight = content * tau.at(energy) * scene.window(energy);
                let theirs = (energy > self.split_ev) == (k == 0);
                // Content in a gap is none, but for the order of the bins' edges.
                if !theirs || scene.skips(bin) || !(weight > 0.0 && weight.is_finite()) {
                    continue;
                }
                let here = model.shares(energy, &scene.edges, &at)?;
                if !here.is_empty() {
                    whole += weight;
                }
                for (sum, share) in shares.iter_mut().zip(here) {
                    sum.fraction += weight * share.fraction;
                }
            }
            let known = whole > 0.0 && !scene.few[k];
            for share in &mut shares {
                share.fraction = if known {
                    share.fraction / whole
                } else {
                    f64::NAN
                };
            }
            all.push(CarrierShares { carrier, shares });
        }
        Ok(all)
    }

    fn scene(
        &self,
        model: &ScatteringModel,
        gap_ev: Option<(f64, f64)>,
        state: &ThermalState,
    ) -> Result<Scene> {
        let (valence_ev, conduction_ev) = gap_ev.ok_or_else(|| {
            Error::bad_option(
                "--scattering",
                "the bands have no gap, and the mechanisms count energies from band edges",
                "give a constant relaxation time (`--tau SECONDS`) for a metal",
            )
        })?;
        let t = state.temperature_k();
        let kt_ev = BOLTZMANN_EV * t;
        let mu_ev = state.chemical_potential_ev().value;
        let electrons = self.ln_electrons(mu_ev, kt_ev).exp();
        let holes = self.ln_holes(mu_ev, kt_ev).exp();
        let mut at = Conditions::new(t)?.with_ionised((electrons - holes).abs());
        // Where their number is too small for a number nothing screens: who needs screening says so.
        if electrons + holes > 0.0 {
            at = at.with_carriers(electrons + holes)?;
        }
        let few = [
            electrons < NEGLIGIBLE * holes,
            holes < NEGLIGIBLE * electrons,
        ];
        let unknown = [Carrier::Electrons, Carrier::Holes].map(|c| model.carriers(c).is_err());
        Ok(Scene {
            edges: BandEdges::Gap {
                valence_ev,
                conduction_ev,
            },
            at,
            left_out: [few[0] && unknown[0], few[1] && unknown[1]],
            few,
            kt_ev,
            mu_ev,
        })
    }
}

/// Gives bins without a time (in a gap, or wherever there is no state) that of the last bin before that has one.
fn fill<'a>(times: impl Iterator<Item = &'a mut f64>) {
    let mut last = LEFT_OUT_S;
    for tau in times {
        if *tau > 0.0 {
            last = *tau;
        } else {
            *tau = last;
        }
    }
}

impl Scene {
    /// Whether a bin holds states of carriers that are left out.
    fn skips(&self, bin: &[f64]) -> bool {
        let BandEdges::Gap {
            valence_ev,
            conduction_ev,
        } = self.edges
        else {
            return false;
        };
        (self.left_out[0] && bin[1] > conduction_ev) || (self.left_out[1] && bin[0] < valence_ev)
    }

    /// −∂f₀/∂ε, not normalised; small numbers do not matter for shares.
    fn window(&self, energy_ev: f64) -> f64 {
        fermi_window((energy_ev - self.mu_ev) / self.kt_ev)
    }
}
