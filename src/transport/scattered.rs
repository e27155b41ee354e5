//! Relaxation times of a scattering model on the bins of a distribution.

use super::band_states::BandStates;
use super::binned_tau::{BinnedTau, LEFT_OUT_S, Seen};
use super::distribution::{VALUE, Variation};
use super::{ThermalState, TransportDistribution};
use crate::error::{Error, Result};
use crate::scattering::{
    BandEdges, BinRates, Carrier, Conditions, POINTS, ScatteringModel, Share, named_shares,
};
use crate::units::BOLTZMANN_EV;
use std::ops::Range;

/// Carriers of a kind that the model says nothing of are left out where they are fewer than this share of the others.
const NEGLIGIBLE: f64 = 1e-6;

/// Name of the share of the bands' own relaxation times.
pub const OWN_LIFETIMES: &str = "lifetimes";

/// The mechanisms' shares in the scattering of one kind of carrier.
#[derive(Clone, Debug, PartialEq)]
pub struct CarrierShares {
    /// Whose.
    pub carrier: Carrier,
    /// Each mechanism's share, which add up to 1; NaN where there are no such carriers.
    pub shares: Vec<Share>,
}

/// Distance in k_BT of the chemical potentials from which ∂n/∂μ is taken: an error of 2e-5 at most.
const RESPONSE_STEP: f64 = 0.01;

/// Bins by what is known of their scattering.
struct Parts<'m> {
    /// The bins that matter for electrons and for holes.
    bins: [Range<usize>; 2],
    /// First bin and rates of each run of bins that scatter.
    rates: [Vec<(usize, BinRates<'m>)>; 2],
}

/// What a model meets in a thermal state.
struct Scene {
    edges: BandEdges,
    at: Conditions<'static>,
    /// Electrons and holes that are both unknown to the model and too few to matter.
    left_out: [bool; 2],
    kt_ev: f64,
}

impl TransportDistribution {
    /// The model's τ in a thermal state of a semiconductor with the band edges `gap_ev` (valence, conduction): carriers
    /// screen as the bands hold them, and as many impurities are ionised as there are net carriers. Mechanisms that go by
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
        let all = if model.goes_by_sample() {
            usize::MAX
        } else {
            1
        };
        self.scattered_by(model, gap_ev, state, all)
    }

    /// The same without what errors make of it.
    pub(super) fn scattered_value(
        &self,
        model: &ScatteringModel,
        gap_ev: Option<(f64, f64)>,
        state: &ThermalState,
    ) -> Result<BinnedTau> {
        self.scattered_by(model, gap_ev, state, 1)
    }

    fn scattered_by(
        &self,
        model: &ScatteringModel,
        gap_ev: Option<(f64, f64)>,
        state: &ThermalState,
        most: usize,
    ) -> Result<BinnedTau> {
        let mut parts: Option<Parts> = None;
        let mut seen: Vec<Seen> = Vec::new();
        let mut known = [true; 2];
        for (variation, &mu_ev) in self.variations().into_iter().zip(&state.mu_ev).take(most) {
            // Bins change neither the states nor the carriers.
            if variation.contents == VALUE.contents && !seen.is_empty() {
                seen.push(Seen::clone(&seen[0]));
                continue;
            }
            let t = state.temperature_k();
            let scene = self.scene(model, gap_ev, t, mu_ev, variation)?;
            let states = BandStates::new(self, variation);
            let dos = |e| states.dos_per_ev_cm3(e);
            let at = Conditions {
                dos: Some(&dos),
                ..scene.at
            };
            let parts = match &mut parts {
                Some(parts) => parts,
                none => none.insert(self.parts(model, &scene, &at, &state.mu_ev)?),
            };
            if seen.is_empty() {
                known = scene.left_out.map(|left_out| !left_out);
            }
            let mut one = Seen::default();
            for side in [0, 1] {
                let bins = &parts.bins[side];
                let mut powers = vec![[0.0; 3]; bins.len() * POINTS];
                for (first, rates) in parts.rates[side].iter() {
                    let times = rates.times(&at)?;
                    let first = (first - bins.start) * POINTS;
                    powers[first..][..times.powers.len()].copy_from_slice(&times.powers);
                    one.samples[side].extend(times.samples);
                }
                // States that an interpolation puts beyond a band edge scatter as those at the edge.
                match side {
                    0 => fill(powers.iter_mut().rev()),
                    _ => fill(powers.iter_mut()),
                }
                one.powers[side] = (bins.start * POINTS, powers);
            }
            seen.push(one);
        }
        Ok(BinnedTau {
            ends_ev: (self.axis.first(), self.axis.last()),
            split_ev: self.split_ev,
            seen,
            erratic: model.goes_by_states(),
            known,
        })
    }

    /// The bins that a window at one of `mu_ev` reaches, and of these, in runs, those that have a rate. In the others nothing moves, and a
    /// rate that goes by the bands' states has no value; carriers that are left out have none.
    fn parts<'m>(
        &self,
        model: &'m ScatteringModel,
        scene: &Scene,
        at: &Conditions,
        mu_ev: &[f64],
    ) -> Result<Parts<'m>> {
        let edges = self.axis.edges();
        let mut parts = Parts {
            bins: [0..0, 0..0],
            rates: [Vec::new(), Vec::new()],
        };
        for side in [0, 1] {
            let reaches = mu_ev
                .iter()
                .filter_map(|mu| self.reaches(*mu, scene.kt_ev)[side])
                .map(|reach| reach.bins(edges));
            let hull = |a: Range<usize>, b: Range<usize>| a.start.min(b.start)..a.end.max(b.end);
            parts.bins[side] = reaches.reduce(hull).unwrap_or(0..0);
            let scatters: Vec<usize> = parts.bins[side]
                .clone()
                .filter(|b| !scene.left_out[side] && self.states_in(*b) > 0.0)
                .collect();
            for run in scatters.chunk_by(|a, b| a + 1 == *b) {
                let ends = &edges[run[0]..][..run.len() + 1];
                let rates = model.rates_in_bins(ends, &scene.edges, at)?;
                parts.rates[side].push((run[0], rates));
            }
        }
        Ok(parts)
    }

    /// Each mechanism's share of the scattering of electrons and of holes that the model knows, averaged over the energies as
    /// they conduct: with v²τ(−∂f₀/∂ε) of the bands. Where the spectrum holds relaxation times, the model's mechanisms among
    /// them, what is left is the share of the bands' own, [`OWN_LIFETIMES`].
    ///
    /// # Errors
    /// As [`TransportDistribution::scattered`].
    pub fn scattering_shares(
        &self,
        model: &ScatteringModel,
        gap_ev: Option<(f64, f64)>,
        state: &ThermalState,
    ) -> Result<Vec<CarrierShares>> {
        let mu_ev = state.chemical_potential_ev().value;
        let scene = self.scene(model, gap_ev, state.temperature_k(), mu_ev, VALUE)?;
        let tau = self.scattered_value(model, gap_ev, state)?;
        let states = BandStates::new(self, VALUE);
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
            let reach = self.reaches(mu_ev, scene.kt_ev)[k];
            let edges = self.axis.edges();
            // −∂f₀/∂ε, not normalised.
            let window = |e: f64| {
                let x = ((e - mu_ev) / scene.kt_ev).abs();
                let shift = reach.map_or(0.0, |r| r.shift);
                (shift - x).exp() / (1.0 + (-x).exp()).powi(2)
            };
            for b in reach.map_or(0..0, |r| r.bins(edges)) {
                let bin = &edges[b..][..2];
                let energy = 0.5 * (bin[0] + bin[1]);
                let content: f64 = speeds.iter().map(|s| s[b]).sum();
                // What conducts, and how much of it the model's mechanisms would scatter in its time.
                let (content, scattered) = match self.squared_path.get(b) {
                    Some(path) if self.has_lifetimes() => (content, path / tau.at(energy)),
                    _ => (content * tau.at(energy), content * tau.at(energy)),
                };
                let weight = content * window(energy);
                let theirs = (energy > self.split_ev) == (k == 0);
                // Content in a gap is none, but for the order of the bins' edges.
                if !theirs || scene.left_out[k] || !(weight > 0.0 && weight.is_finite()) {
                    continue;
                }
                let here = model.shares(energy, &scene.edges, &at)?;
                if !here.is_empty() {
                    whole += weight;
                }
                for (sum, share) in shares.iter_mut().zip(here) {
                    sum.fraction += scattered * window(energy) * share.fraction;
                }
            }
            let known = whole > 0.0;
            for share in &mut shares {
                share.fraction = if known {
                    share.fraction / whole
                } else {
                    f64::NAN
                };
            }
            if self.has_lifetimes() {
                let others: f64 = shares.iter().map(|s| s.fraction).sum();
                shares.push(Share {
                    name: OWN_LIFETIMES.into(),
                    fraction: 1.0 - others,
                });
            }
            all.push(CarrierShares { carrier, shares });
        }
        Ok(all)
    }

    fn scene(
        &self,
        model: &ScatteringModel,
        gap_ev: Option<(f64, f64)>,
        temperature_k: f64,
        mu_ev: f64,
        variation: Variation,
    ) -> Result<Scene> {
        let (valence_ev, conduction_ev) = gap_ev.ok_or_else(|| {
            Error::bad_option(
                "--scattering",
                "the bands have no gap, and the mechanisms count energies from band edges",
                "give a constant relaxation time (`--tau SECONDS`) for a metal",
            )
        })?;
        let kt_ev = BOLTZMANN_EV * temperature_k;
        let carriers = |mu: f64| {
            [
                self.ln_electrons_of(variation, mu, kt_ev).exp(),
                self.ln_holes_of(variation, mu, kt_ev).exp(),
            ]
        };
        let [electrons, holes] = carriers(mu_ev);
        // The bands' own ∂n/∂μ of electrons and holes, degenerate or not.
        let step = RESPONSE_STEP * kt_ev;
        let (up, down) = (carriers(mu_ev + step), carriers(mu_ev - step));
        let response = (up[0] - down[0] + down[1] - up[1]) / (2.0 * step);
        let mut at = Conditions::new(temperature_k)?.with_ionised((electrons - holes).abs());
        // Where their number is too small for a number nothing screens: who needs screening says so.
        at.response_per_ev_cm3 = response.max(0.0);
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
            kt_ev,
        })
    }
}

/// Gives points without a time (in a gap, or wherever there is no state) that of the last before that has one.
fn fill<'a>(times: impl Iterator<Item = &'a mut [f64; 3]>) {
    let mut last = [LEFT_OUT_S; 3];
    for powers in times {
        if *powers == [0.0; 3] {
            *powers = last;
        } else {
            last = *powers;
        }
    }
}
