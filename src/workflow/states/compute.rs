//! The one integration behind all states: the zone once for every few directions, and every state on it.

use super::super::cases::{Cases, Fixed};
use super::super::level;
use super::{Look, Scene, StateFound, States, StatesFound};
use crate::bands::{BandGrid, BandSource};
use crate::error::Result;
use crate::integrate::crossings::CrossingEffect;
use crate::integrate::{Bins, EnergyAxis, Engine, Measured, Request, measure};
use crate::progress;
use crate::sampler::MatthiessenBands;
use crate::transport::{
    AxisPlan, Density, Doping, Extent, Levels, MOST_DIRECTIONS, ModeDistribution, Scalar,
    ThermalState, TransportDirection, TransportDistribution, WindowRelevance, kinks_on_points,
};
use crate::units::BOLTZMANN_EV;
use rayon::prelude::*;

/// How far from μ states carry, in k_BT.
const CARRYING: f64 = 10.0;

impl States {
    /// Integrates the zone once for every few directions (once more, coarsely, for dopings) and looks at every state.
    ///
    /// # Errors
    /// Where the bands cannot be integrated, or those of `look`.
    pub(in super::super) fn compute<T: Send>(
        &self,
        scene: &Scene,
        request: &Request,
        engine: &mut dyn Engine,
        look: Look<T>,
    ) -> Result<StatesFound<T>> {
        let source = scene.source;
        let phase = progress::phase("Fermi level", 0);
        let given = self.wanted.absolute();
        let (fermi, origin) = level::fermi_level_or(&self.level, given, source, request, engine)?;
        drop(phase);
        let gap = level::gap(&self.level, source, fermi);
        let temperatures = &self.temperatures_k;
        let hot = temperatures.iter().copied().fold(0.0, f64::max);
        let split = level::split(gap, fermi, hot);
        let mut plan = AxisPlan::for_bands(source, temperatures, gap, split);
        let (levels, cases) = self.cases(scene, fermi, gap);
        plan.chemical_potentials_ev =
            cases.ranges(source, &plan, split, scene.extent, request, engine)?;
        let axis = plan.axis()?;
        let middles = plan.chemical_potentials_ev.iter();
        let middles: Vec<f64> = middles.map(|(low, high)| 0.5 * (low + high)).collect();
        let relevance = WindowRelevance::new(temperatures, &middles, gap).by_energy(true);
        let sums = Sums {
            axis: &axis,
            split_ev: split,
            carrying_ev: carrying(&plan.chemical_potentials_ev, hot),
            extent: scene.extent,
        };
        let mut states = Vec::new();
        let (mut crossings, mut conducted) = (None, [[0.0; 3]; 3]);
        for (batch, directions) in scene.directions.chunks(MOST_DIRECTIONS).enumerate() {
            let units: Vec<[f64; 3]> = directions.iter().map(|d| d.unit).collect();
            let request = Request {
                channels: self.channels(source.header()),
                relevance: Some(&relevance),
                directions: &units,
                ..*request
            };
            let mut integrate =
                |source: &dyn BandSource| sums.integrate(source, directions, &request, engine);
            let (modes, found) = integrate(source)?;
            crossings = found;
            conducted = modes.distribution().conducted();
            let own = modes.distribution().has_lifetimes();
            let all = cases.all();
            let phase = progress::phase("coefficients", all.len() as u64);
            let one = |modes: &ModeDistribution, case: (f64, usize)| {
                let state = cases.state(modes.distribution(), case)?;
                let relaxation = self.relaxation.relaxation(scene.model, gap, own);
                let carriers = carriers(modes.distribution(), &state, scene.extent)?;
                let along = |direction| {
                    Ok(StateFound {
                        temperature_k: case.0,
                        level: case.1,
                        direction: batch * MOST_DIRECTIONS + direction,
                        mu_ev: state.chemical_potential_ev(),
                        carriers,
                        found: look(modes, &state, &relaxation, direction)?,
                    })
                };
                (0..directions.len()).map(along).collect::<Result<Vec<_>>>()
            };
            match scene.model.filter(|_| own) {
                // Mechanisms that add to the bands' own times differ from state to state.
                Some(model) => {
                    for case in all {
                        let state = cases.state(modes.distribution(), case)?;
                        let tau = modes.distribution().scattered(model, gap, &state)?;
                        let rate = |e: f64| 1.0 / tau.at(e);
                        let (combined, _) = integrate(&MatthiessenBands::new(source, &rate))?;
                        states.extend(one(&combined, case)?);
                        phase.add(1);
                    }
                }
                None => {
                    let at = |case| {
                        phase.add(1);
                        one(&modes, case)
                    };
                    let all: Vec<_> = all.into_par_iter().map(at).collect::<Result<_>>()?;
                    states.extend(all.into_iter().flatten());
                }
            }
        }
        let place = |s: &StateFound<T>| {
            let t = temperatures.iter().position(|t| *t == s.temperature_k);
            (t, s.level, s.direction)
        };
        states.sort_by_key(place);
        Ok(StatesFound {
            fermi_level_ev: fermi,
            origin,
            gap_ev: gap.filter(level::whole),
            levels,
            states,
            bins: axis.bins(),
            crossings,
            conducted,
        })
    }

    /// What is reported of the levels, and how states are found at them.
    fn cases(&self, scene: &Scene, fermi_ev: f64, gap_ev: Option<(f64, f64)>) -> (Levels, Cases) {
        let doping = |n: &f64| Doping {
            fixed: Density::of(*n, scene.extent),
            donors: Vec::new(),
            acceptors: Vec::new(),
        };
        let (levels, fixed) = match self.wanted.dopings() {
            [] => {
                let mu = self.wanted.chemical_potentials(fermi_ev);
                (
                    Levels::ChemicalPotentials(mu.clone()),
                    Fixed::ChemicalPotentials(mu),
                )
            }
            dopings => (
                Levels::Dopings(dopings.to_vec()),
                Fixed::Dopings(dopings.iter().map(doping).collect()),
            ),
        };
        let cases = Cases {
            fixed,
            temperatures_k: self.temperatures_k.clone(),
            gap_ev,
        };
        (levels, cases)
    }
}

/// What the zone is summed on.
struct Sums<'a> {
    axis: &'a EnergyAxis,
    split_ev: f64,
    /// The energies whose states carry, eV.
    carrying_ev: (f64, f64),
    extent: Option<&'a Extent>,
}

impl Sums<'_> {
    /// Modes along a few directions. Where v·n̂ changes its sign only on points of a table, so that sums converge evenly, every second point
    /// is summed by itself, too: bars become narrow where both extrapolate to the same.
    fn integrate(
        &self,
        source: &dyn BandSource,
        directions: &[TransportDirection],
        request: &Request,
        engine: &mut dyn Engine,
    ) -> Result<(ModeDistribution, Option<CrossingEffect>)> {
        let Measured { result, crossings } = measure(source, request, &Bins(self.axis), engine)?;
        let refined = result.refined;
        let split = self.split_ev;
        let modes = ModeDistribution::new(source.header(), &result, split, directions)?;
        let smooth = match refined {
            true => Vec::new(),
            false => kinks_on_points(source, directions, self.carrying_ev)?,
        };
        let half = match smooth.contains(&true) {
            true => BandGrid::halved(source)?,
            false => None,
        };
        let modes = match half {
            Some(half) => {
                let found = measure(&half, request, &Bins(self.axis), engine)?.result;
                let coarser = ModeDistribution::new(half.header(), &found, split, directions)?;
                modes.with_coarser(coarser, smooth)
            }
            None => modes,
        };
        let modes = match self.extent {
            Some(extent) => modes.with_extent(extent),
            None => modes,
        };
        Ok((modes, crossings))
    }
}

/// The energies whose states carry at some chemical potentials (from, to), eV, up to a temperature, K.
fn carrying(chemical_potentials_ev: &[(f64, f64)], hot_k: f64) -> (f64, f64) {
    let reach = CARRYING * BOLTZMANN_EV * hot_k;
    let ends = chemical_potentials_ev.iter().flat_map(|&(a, b)| [a, b]);
    ends.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), mu| {
        (low.min(mu - reach), high.max(mu + reach))
    })
}

/// Electrons less holes in the unit of dopings.
fn carriers(
    of: &TransportDistribution,
    state: &ThermalState,
    extent: Option<&Extent>,
) -> Result<Scalar> {
    let per_volume = if of.has_lifetimes() {
        of.coefficients_from_lifetimes(state)?.carrier_density()
    } else {
        of.coefficients_over_tau(state)?.carrier_density()
    };
    Ok(per_volume.scaled(extent.map_or(1.0, |e| 100f64.powi(3 - e.dimension() as i32) * e.size())))
}
