//! What `bzint transport` does with the bands: chemical potentials, one spectrum, and every coefficient of every state on it.

use super::Transport;
use crate::bands::BandSource;
use crate::cli::lists::Impurity;
use crate::cli::session;
use crate::error::{Error, Result};
use crate::integrate::Spectrum;
use crate::integrate::crossings::{self, CrossingEffect};
use crate::integrate::{Channels, Engine, Request, spectrum, spectrum_with_rival};
use crate::report::{Item, Levels, TransportRow, share_items, spin_items};
use crate::scattering::ScatteringModel;
use crate::transport::{
    AxisPlan, Density, Doping, Extent, ImpurityLevel, RelaxationTime, ThermalState,
    TransportDistribution, WindowRelevance, spin_distributions,
};
use rayon::prelude::*;

/// Whether Hall coefficients are computed where neither `--hall` nor `--no-hall` is given.
const HALL_BY_DEFAULT: bool = true;

/// How far beyond the gap or the Fermi level the first look for a doping's chemical potential goes, eV.
const FIRST_LOOK_EV: f64 = 6.0;
/// How near to a gap's edges or the Fermi level dopings are expected at the first look, eV, and how much errors matter there:
/// a few per cent of the carriers are a small part of k_BT.
const FIRST_LOOK_NEAR_EV: f64 = 1.0;
const FIRST_LOOK_RELEVANCE: f64 = 0.03;

/// What the integration found.
pub(super) struct Found {
    pub fermi_level_ev: f64,
    pub origin: String,
    pub gap_ev: Option<(f64, f64)>,
    pub levels: Levels,
    pub rows: Vec<TransportRow>,
    pub extras: Vec<Vec<Item>>,
    pub bins: usize,
    pub crossings: Option<CrossingEffect>,
}

impl Transport {
    /// Integrates the bands once (once more, coarsely, for dopings) and computes every row.
    pub(super) fn compute(
        &self,
        source: &dyn BandSource,
        model: Option<&ScatteringModel>,
        extent: Option<&Extent>,
        request: &Request,
        engine: &mut dyn Engine,
    ) -> Result<Found> {
        let (fermi, origin) = session::fermi_level(&self.level, source, request, engine)?;
        let gap = session::gap(&self.level, source, fermi);
        let split = gap.map_or(fermi, |(valence, conduction)| 0.5 * (valence + conduction));
        let temperatures = &self.temperature.0;
        let mut plan = AxisPlan::for_bands(source, temperatures, gap, split);
        let dopings = self.dopings(gap, extent)?;
        let levels = self.levels(fermi, dopings.is_some());
        plan.chemical_potentials_ev = match (&levels, &dopings) {
            (Levels::ChemicalPotentials(mu), _) => mu.iter().map(|&x| (x, x)).collect(),
            (_, dopings) => {
                let first = AxisPlan {
                    margin_ev: FIRST_LOOK_EV,
                    ..plan.clone()
                };
                let look = first_look(source, &first, split, extent, request, engine)?;
                let mut ranges = Vec::new();
                for &t in temperatures {
                    let margin = crate::units::BOLTZMANN_EV * t;
                    for doping in dopings.iter().flatten() {
                        let mu = doping.chemical_potential(&look, t)?;
                        ranges.push((mu - margin, mu + margin));
                    }
                }
                ranges
            }
        };
        let axis = plan.axis()?;
        let middles = plan.chemical_potentials_ev.iter();
        let middles: Vec<f64> = middles.map(|(low, high)| 0.5 * (low + high)).collect();
        let relevance = WindowRelevance::new(temperatures, &middles, gap);
        let at = |e: f64| relevance.at(e);
        let request = Request {
            channels: self.channels(source),
            relevance: Some(&at),
            ..*request
        };
        let mut result = spectrum_with_rival(source, &request, &axis, engine)?;
        let crossings = crossings::widen(source, &request, &mut result, at)?;
        let distribution = distribution_of(source, &result, split, extent)?;
        let spins = if self.spin_resolved {
            let both = spin_distributions(source, &result, split)?;
            Some(both.map(|one| one.map(|d| with_extent(d, extent))))
        } else {
            None
        };
        let cases: Vec<(f64, usize)> = temperatures
            .iter()
            .flat_map(|&t| (0..levels.len()).map(move |i| (t, i)))
            .collect();
        let rows = cases
            .par_iter()
            .map(|&(t, i)| {
                let state = match &dopings {
                    Some(dopings) => distribution.at_doping(t, &dopings[i])?,
                    None => {
                        let (mu, _) = plan.chemical_potentials_ev[i];
                        distribution.at_chemical_potential(t, mu)?
                    }
                };
                let row = self.row(&distribution, &state, model, gap)?;
                let mut extras = match model {
                    Some(m) => share_items(&distribution.scattering_shares(m, gap, &state)?),
                    None => Vec::new(),
                };
                if let Some(spins) = &spins {
                    let currents = self.currents(&distribution, spins, &state, model, gap)?;
                    extras.extend(spin_items(&currents));
                }
                Ok((row, extras))
            })
            .collect::<Result<Vec<_>>>()?;
        let (rows, extras) = rows.into_iter().unzip();
        Ok(Found {
            fermi_level_ev: fermi,
            origin,
            gap_ev: gap,
            levels,
            rows,
            extras,
            bins: axis.bins(),
            crossings,
        })
    }

    /// The chemical potentials (eV, on the bands' scale) or the dopings that were asked for.
    fn levels(&self, fermi_ev: f64, doped: bool) -> Levels {
        if doped {
            return Levels::Dopings(self.fixed_dopings());
        }
        let (given, shift) = match (&self.mu_absolute, &self.mu) {
            (Some(list), _) => (list.0.clone(), 0.0),
            (None, Some(list)) => (list.0.clone(), fermi_ev),
            (None, None) => (vec![0.0], fermi_ev),
        };
        Levels::ChemicalPotentials(given.into_iter().map(|x| x + shift).collect())
    }

    /// Carriers to be compensated besides impurity levels, as given.
    fn fixed_dopings(&self) -> Vec<f64> {
        let given = self.doping.as_ref();
        given.map_or(vec![0.0], |list| list.0.clone())
    }

    fn channels(&self, source: &dyn BandSource) -> Channels {
        if source.header().has_lifetimes && !self.relaxation.given() {
            Channels::Lifetimes
        } else if self.magnetoconductivity {
            Channels::Magneto
        } else if self.dimension == 1 {
            Channels::Basic
        } else if self.hall || (HALL_BY_DEFAULT && !self.no_hall) {
            Channels::Hall
        } else {
            Channels::Basic
        }
    }

    fn row(
        &self,
        distribution: &TransportDistribution,
        state: &ThermalState,
        model: Option<&ScatteringModel>,
        gap: Option<(f64, f64)>,
    ) -> Result<TransportRow> {
        let own = distribution.has_lifetimes();
        let relaxation = self.relaxation.relaxation(model, gap, own);
        let lattice = self.relaxation.lattice_thermal_conductivity;
        TransportRow::new(distribution, state, relaxation, lattice)
    }

    /// The coefficients of up and of down, with the relaxation time that both have.
    fn currents(
        &self,
        both: &TransportDistribution,
        spins: &[Option<TransportDistribution>; 2],
        state: &ThermalState,
        model: Option<&ScatteringModel>,
        gap: Option<(f64, f64)>,
    ) -> Result<[Option<TransportRow>; 2]> {
        // Mechanisms see the carriers of both spins.
        let scattered = model.map(|m| both.scattered(m, gap, state)).transpose()?;
        let one = |spin: &Option<TransportDistribution>| {
            let Some(distribution) = spin else {
                return Ok(None);
            };
            match &scattered {
                None => self.row(distribution, state, None, gap).map(Some),
                Some(tau) => {
                    let tau = |e: f64| tau.at(e);
                    let relaxation = RelaxationTime::Function(&tau);
                    TransportRow::new(distribution, state, relaxation, None).map(Some)
                }
            }
        };
        Ok([one(&spins[0])?, one(&spins[1])?])
    }

    /// What was asked to be compensated, one per `--doping`; none where chemical potentials are given.
    ///
    /// # Errors
    /// [`Error::BadOption`] for impurity levels without a gap.
    fn dopings(
        &self,
        gap: Option<(f64, f64)>,
        extent: Option<&Extent>,
    ) -> Result<Option<Vec<Doping>>> {
        if self.doping.is_none() && self.donors.is_empty() && self.acceptors.is_empty() {
            return Ok(None);
        }
        let (valence, conduction) = match gap {
            Some(edges) => edges,
            None if self.donors.is_empty() && self.acceptors.is_empty() => (0.0, 0.0),
            None => {
                return Err(Error::bad_option(
                    "--donors and --acceptors",
                    "the bands have no gap at the Fermi level for levels to lie in",
                    "give `--doping`, or the electron count of an insulator (`--electrons N`)",
                ));
            }
        };
        let density = |x: f64| Density::of(x, extent);
        let levels = |all: &[Impurity], edge: f64, sign: f64, degeneracy: f64| {
            let one = |i: &Impurity| ImpurityLevel {
                density: density(i.density),
                energy_ev: edge + sign * i.depth_ev,
                degeneracy: i.degeneracy.unwrap_or(degeneracy),
            };
            all.iter().map(one).collect::<Vec<_>>()
        };
        let fixed = self.fixed_dopings();
        let doping = |fixed| Doping {
            fixed,
            donors: levels(&self.donors, conduction, -1.0, 2.0),
            acceptors: levels(&self.acceptors, valence, 1.0, 4.0),
        };
        Ok(Some(fixed.into_iter().map(density).map(doping).collect()))
    }
}

/// A look with wide bins, which tells where the chemical potentials of dopings lie.
fn first_look(
    source: &dyn BandSource,
    plan: &AxisPlan,
    split_ev: f64,
    extent: Option<&Extent>,
    request: &Request,
    engine: &mut dyn Engine,
) -> Result<TransportDistribution> {
    let near = |e: f64| {
        let distance = plan.gap_edges_ev.iter().map(|edge| (e - edge).abs());
        if distance.fold(f64::INFINITY, f64::min) < FIRST_LOOK_NEAR_EV {
            FIRST_LOOK_RELEVANCE
        } else {
            0.0
        }
    };
    let request = Request {
        channels: Channels::Basic,
        relevance: Some(&near),
        ..*request
    };
    let states = spectrum(source, &request, &plan.axis()?, engine)?;
    distribution_of(source, &states, split_ev, extent)
}

fn distribution_of(
    source: &dyn BandSource,
    spectrum: &Spectrum,
    split_ev: f64,
    extent: Option<&Extent>,
) -> Result<TransportDistribution> {
    let distribution = TransportDistribution::new(source.header(), spectrum, split_ev)?;
    Ok(with_extent(distribution, extent))
}

fn with_extent(
    distribution: TransportDistribution,
    extent: Option<&Extent>,
) -> TransportDistribution {
    match extent {
        Some(extent) => distribution.with_extent(extent),
        None => distribution,
    }
}
