//! A thermal state seen through every variation of the distribution: where a coefficient's value and its bar come from.

use super::Scalar;
use super::carriers::FermiFactors;
use super::directions::Directions;
use super::distribution::{TransportDistribution, Variation};
use super::resolution::Resolution;
use super::thermal_state::ThermalState;
use super::times::Times;
use super::window::{Moments, Weights, Windows};
use crate::error::Result;
use crate::uncertainty::policy::{ASYMPTOTIC, BETWEEN, FEATURE_EV, LEFT, Resolved, SECOND};
use crate::uncertainty::{ByCause, Cause, Shape, WithBar};
use crate::units::{BOLTZMANN_EV, PER_CM3};

/// What a coefficient is computed from.
#[derive(Clone, Debug)]
pub(super) struct Member {
    /// Moments of both carriers together.
    pub total: Moments,
    /// Of electrons, of holes.
    pub each: [Moments; 2],
    /// ln of electrons and of holes per m³; −∞ where there are none, NaN where only the value was asked for.
    pub ln_density: [f64; 2],
}

impl Member {
    /// What gives the `value`s, with the slope in energy that a change of this one's size may have: by how much a reading of the table
    /// changes a value at an energy says how far that is off, but the slope that it happens to have there is chance.
    fn sloped(&self, value: &Self) -> Self {
        let each = [0, 1].map(|side| value.each[side].sloped(&self.each[side], FEATURE_EV));
        Self {
            total: each[0].plus(&each[1]),
            each,
            ln_density: value.ln_density,
        }
    }
}

/// Whose coefficient it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    /// All carriers'.
    All,
    /// Electrons' (0) or holes' (1).
    Of(usize),
    /// What electrons and holes do together, and neither does alone.
    Both,
}

/// How well the grid holds the carriers of a part.
#[derive(Clone, Copy, Debug)]
struct Held {
    /// By how much the grid, its symmetry and the bins change L⁰ altogether, as a share of it.
    unresolved: f64,
    /// How the grid resolves the window; none on a refined mesh.
    resolution: Option<Resolution>,
    /// Whether there are such carriers with a relaxation time.
    known: bool,
}

impl Held {
    /// How the grid's error goes.
    fn resolved(self) -> Resolved {
        match self.resolution {
            Some(resolution) if !resolution.is_smooth() => Resolved::Not(resolution.too_few()),
            _ if self.unresolved < ASYMPTOTIC => Resolved::Asymptotically,
            _ => Resolved::Barely,
        }
    }
}

/// A number with the grid's part of its bar by how far it is from what twice the step extrapolates to, where that is less.
fn narrowed(plain: Scalar, coarser: f64, second: f64) -> Scalar {
    let mut bar = plain.by_cause();
    let between = BETWEEN * (plain.value - coarser).abs();
    let least = SECOND * plain.value.abs() * second;
    // Not where either is no number.
    if between.max(least) < bar[Cause::Grid] {
        bar[Cause::Grid] = between.max(least);
    }
    Scalar::from((plain.value, bar))
}

/// The members of every variation, the one that gives the values first.
#[derive(Clone, Debug)]
pub(super) struct Ensemble {
    pub state: ThermalState,
    pub volume_m3: f64,
    pub has_gap: bool,
    /// One of each variation.
    members: Vec<(Variation, Member)>,
    /// The values, with the slopes in energy that what interpolations change may have.
    slopes: Vec<Member>,
    /// All, electrons, holes.
    held: [Held; 3],
    /// Whether τ scatters with the grid.
    erratic_times: bool,
}

impl Ensemble {
    /// # Errors
    /// As `TransportDistribution::moments`.
    pub fn new(
        distribution: &TransportDistribution,
        state: &ThermalState,
        times: Times,
    ) -> Result<Self> {
        Self::of(distribution, state, times, usize::MAX)
    }

    /// The member that gives the values, alone: no bars, and no extrapolation.
    ///
    /// # Errors
    /// As [`Ensemble::new`].
    pub fn value_only(
        distribution: &TransportDistribution,
        state: &ThermalState,
        times: Times,
    ) -> Result<Self> {
        Self::of(distribution, state, times, 1)
    }

    fn of(
        distribution: &TransportDistribution,
        state: &ThermalState,
        times: Times,
        most: usize,
    ) -> Result<Self> {
        let t = state.temperature_k;
        let kt = BOLTZMANN_EV * t;
        let mut members: Vec<(Variation, Member)> = Vec::new();
        let mut slopes: Vec<Member> = Vec::new();
        // Variations at one μ share the windows, and those of the contents the weights too, where they share τ.
        let mut shared: Vec<(f64, Windows, Option<FermiFactors>)> = Vec::new();
        let mut weighted: Vec<(usize, f64, Weights)> = Vec::new();
        let variations = distribution.variations().into_iter();
        for (i, (variation, &mu)) in variations.zip(&state.mu_ev).take(most).enumerate() {
            if times.vary() {
                shared.clear();
                weighted.clear();
            }
            let at = match shared.iter().position(|s| s.0 == mu) {
                Some(found) => found,
                None => {
                    let windows = distribution.windows(i, mu, t, times)?;
                    let factors = (most > 1).then(|| distribution.fermi_factors(mu, kt));
                    shared.push((mu, windows, factors));
                    shared.len() - 1
                }
            };
            let (_, windows, factors) = &shared[at];
            let same = |w: &(usize, f64, _)| (w.0, w.1) == (variation.order, mu);
            let found = match weighted.iter().position(same) {
                Some(found) => found,
                None => {
                    let weights = distribution.weights(windows, variation)?;
                    weighted.push((variation.order, mu, weights));
                    weighted.len() - 1
                }
            };
            let weights = &weighted[found].2;
            let each = distribution.moments(variation, weights);
            let ln_density = match factors {
                Some(factors) => factors.ln_densities(distribution, variation),
                None => [f64::NAN; 2],
            };
            let member = Member {
                total: each[0].plus(&each[1]),
                each,
                ln_density: ln_density.map(|ln| ln + PER_CM3.ln()),
            };
            // Without a gap: μ is where the carriers are, and a slope about it changes no value but those that are slopes.
            let sloped = members
                .first()
                .filter(|_| variation.cause == Cause::Interpolation && !distribution.has_gap())
                .map(|(_, value)| member.sloped(value));
            slopes.extend(sloped);
            members.push((variation, member));
        }
        let known = times.known();
        let resolutions = distribution.resolutions(state.mu_ev[0], kt);
        let held = std::array::from_fn(|part| {
            fn of(m: &Member, part: usize) -> &Moments {
                match part {
                    0 => &m.total,
                    side => &m.each[side - 1],
                }
            }
            let value = of(&members[0].1, part);
            // Another reading of the table says nothing of the grid: it changes no value, and whether one is extrapolated is one.
            let off: f64 = members
                .iter()
                .filter(|(variation, _)| !variation.cause.is_of_the_table())
                .map(|(_, m)| {
                    let other = of(m, part);
                    let scale = (other.ln_scale - value.ln_scale).exp();
                    (conducts(other) * scale - conducts(value)).abs()
                })
                .sum();
            let conducts = conducts(value);
            Held {
                unresolved: if conducts > 0.0 { off / conducts } else { 0.0 },
                resolution: resolutions[part],
                known: part == 0 || (conducts > 0.0 && known[part - 1]),
            }
        });
        Ok(Self {
            held,
            erratic_times: times.erratic(),
            members,
            slopes,
            state: state.clone(),
            volume_m3: distribution.volume_m3,
            has_gap: distribution.has_gap(),
        })
    }

    /// Components and bars of what `of` computes. The change by symmetrisation enters every component that the crystal allows
    /// with its largest component: the tetrahedra's diagonal breaks the group, and no component is safe from it. What cancels
    /// in ratios does so to first order; of a coarse grid's change δ of L⁰ a share δ² of the value is added for the second.
    pub fn components<const N: usize>(
        &self,
        part: Part,
        of: impl Fn(&Member) -> [f64; N],
    ) -> [Scalar; N] {
        let held = self.held(part);
        let slopes = self.slopes.iter().map(&of);
        let second = held.unresolved.powi(2);
        self.varied(held, |i| of(&self.members[i].1), slopes, second)
    }

    /// Numbers of different kinds and their bars, each by itself, from what they are in each variation, and from what twice the step
    /// [extrapolates](Self::extrapolated) to, where that is known: how far both are apart says what an extrapolation leaves.
    pub fn each_by_number<const N: usize>(
        &self,
        part: Part,
        each: &[[f64; N]],
        coarser: Option<&[f64; N]>,
    ) -> [Scalar; N] {
        let held = self.held(part);
        let second = held.unresolved.powi(2);
        let extrapolated = held.resolved() == Resolved::Asymptotically && !self.erratic_times;
        std::array::from_fn(|n| {
            let plain = self.varied(held, |i| [each[i][n]], [], second)[0];
            match coarser.filter(|_| extrapolated) {
                Some(coarser) => narrowed(plain, coarser[n], second),
                None => plain,
            }
        })
    }

    /// Numbers from what they are in each variation, with a third of the grid's changes taken off whether or not the grid resolves them.
    pub fn extrapolated<const N: usize>(&self, each: &[[f64; N]]) -> [f64; N] {
        let grid: Vec<usize> = (0..self.members.len())
            .filter(|i| self.members[*i].0.cause == Cause::Grid)
            .collect();
        std::array::from_fn(|n| {
            let changes = grid.iter().map(|i| each[*i][n] - each[0][n]);
            each[0][n] - LEFT * changes.sum::<f64>()
        })
    }

    fn held(&self, part: Part) -> Held {
        match part {
            Part::All => self.held[0],
            Part::Of(side) => self.held[1 + side],
            Part::Both => {
                let [_, electrons, holes] = self.held;
                let worse = if electrons.unresolved > holes.unresolved {
                    electrons
                } else {
                    holes
                };
                Held {
                    known: electrons.known && holes.known,
                    ..worse
                }
            }
        }
    }

    fn varied<const N: usize>(
        &self,
        held: Held,
        of: impl Fn(usize) -> [f64; N],
        slopes: impl IntoIterator<Item = [f64; N]>,
        second_order: f64,
    ) -> [Scalar; N] {
        if !held.known {
            return [Scalar::new(f64::NAN, f64::NAN); N];
        }
        let mut value = of(0);
        let mut bars = [ByCause::default(); N];
        let mut unsymmetrized: f64 = 0.0;
        let (mut coarser, mut subgrids) = ([0.0; N], [0.0; N]);
        for (number, (variation, _)) in self.members.iter().enumerate().skip(1) {
            let other = of(number);
            for i in 0..N {
                let change = other[i] - value[i];
                match variation.cause {
                    Cause::Symmetry => unsymmetrized = unsymmetrized.max(change.abs()),
                    Cause::Grid => {
                        coarser[i] += change;
                        subgrids[i] += change.abs();
                    }
                    cause => bars[i][cause] += change.abs(),
                }
            }
        }
        for other in slopes {
            for i in 0..N {
                bars[i][Cause::Interpolation] += (other[i] - value[i]).abs();
            }
        }
        let resolved = held.resolved();
        for i in 0..N {
            let grid = resolved.grid(value[i], coarser[i], subgrids[i]);
            match resolved {
                // As those of the grid's errors go that are not the times'.
                Resolved::Asymptotically if self.erratic_times => {
                    bars[i][Cause::Grid] += grid.bar;
                    bars[i][Cause::Lifetimes] += subgrids[i] - grid.bar;
                }
                _ => {
                    value[i] -= grid.taken_off;
                    bars[i][Cause::Grid] += grid.bar;
                }
            }
        }
        std::array::from_fn(|i| {
            // No −0.
            let value = value[i] + 0.0;
            let mut bar = bars[i];
            if value != 0.0 || bar.total() != 0.0 {
                bar[Cause::Symmetry] += unsymmetrized;
                bar[Cause::Grid] += value.abs() * second_order;
            }
            Scalar::from((value, bar))
        })
    }

    /// The variations, the one that gives the values first.
    pub fn variations(&self) -> impl Iterator<Item = Variation> {
        self.members.iter().map(|(variation, _)| *variation)
    }

    /// What `of` gives in each variation, likewise.
    pub fn each(&self, of: impl Fn(&Member) -> f64) -> Vec<f64> {
        self.members.iter().map(|(_, member)| of(member)).collect()
    }

    /// The directions in which a part of the carriers conducts, in the member that gives the values.
    pub fn directions(&self, part: impl Fn(&Member) -> &Moments) -> Directions {
        Directions::of(&part(&self.members[0].1).velocity[0])
    }

    /// A number of carriers, which is no ratio and which a doping fixes. Without a relaxation time they are as many.
    pub fn count(&self, part: Part, of: impl Fn(&Member) -> f64) -> Scalar {
        let held = Held {
            known: true,
            ..self.held(part)
        };
        self.varied(held, |i| [of(&self.members[i].1)], [], 0.0)[0]
    }

    /// A number.
    pub fn scalar(&self, of: impl Fn(&Member) -> f64) -> Scalar {
        self.components(Part::All, |m| [of(m)])[0]
    }

    /// A tensor of any rank.
    pub fn tensor<T: Shape>(&self, of: impl Fn(&Member) -> T) -> WithBar<T> {
        self.tensor_of(Part::All, of)
    }

    /// A tensor of some of the carriers.
    pub fn tensor_of<T: Shape>(&self, part: Part, of: impl Fn(&Member) -> T) -> WithBar<T> {
        fn all<const N: usize, T: Shape>(
            ensemble: &Ensemble,
            part: Part,
            of: impl Fn(&Member) -> T,
        ) -> WithBar<T> {
            let components = |m: &Member| {
                let mut out = [0.0; N];
                out.copy_from_slice(of(m).components());
                out
            };
            WithBar::from_components(ensemble.components::<N>(part, components))
        }
        match T::ZERO.components().len() {
            1 => all::<1, T>(self, part, of),
            9 => all::<9, T>(self, part, of),
            27 => all::<27, T>(self, part, of),
            _ => all::<81, T>(self, part, of),
        }
    }
}

/// The trace of L⁰, over its scale.
fn conducts(m: &Moments) -> f64 {
    let l = &m.velocity[0];
    l[0][0] + l[1][1] + l[2][2]
}
