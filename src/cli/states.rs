//! Thermal states along directions: the options that `landauer` and `zt` share, and the one integration behind all of them.

use super::dimension::DimensionOption;
use super::lists::{Dopings, List, parse_dopings, parse_energies, parse_temperatures};
use super::options::{FermiOption, Output};
use super::plausible;
use super::relaxation::RelaxationOption;
use crate::bands::{BandGrid, BandHeader, BandSource};
use crate::crystal::PointGroup;
use crate::error::{Error, Result};
use crate::integrate::crossings::CrossingEffect;
use crate::integrate::{Bins, Channels, Engine, Measured, Request, measure};
use crate::progress;
use crate::sampler::MatthiessenBands;
use crate::scattering::ScatteringModel;
use crate::transport::Levels;
use crate::transport::{
    AxisPlan, Density, Doping, Extent, MILLER_HELP, MOST_DIRECTIONS, ModeDistribution,
    RelaxationTime, Scalar, ThermalState, TransportDirection, TransportDistribution,
    WindowRelevance, inequivalent, kinks_on_points,
};
use crate::units::BOLTZMANN_EV;
use crate::workflow;
use crate::workflow::{FIRST_LOOK_EV, States, first_look, level};
use clap::Args;
use rayon::prelude::*;

/// How far from μ states carry, in k_BT.
const CARRYING: f64 = 10.0;

/// Which states are asked for.
#[derive(Args, Clone, Debug)]
pub struct StatesOption {
    /// Temperatures in K: 300, 300,500 or 300:800:50
    #[arg(short = 'T', long, value_name = "LIST", value_parser = parse_temperatures, allow_hyphen_values = true, default_value = "300")]
    pub temperature: List,
    /// Chemical potentials in eV relative to the Fermi level: a value, a list or start:stop:step (default: 0, unless doped)
    #[arg(long, value_name = "LIST", value_parser = parse_energies, allow_hyphen_values = true)]
    pub mu: Option<List>,
    /// Chemical potentials in eV on the bands' own scale
    #[arg(long, value_name = "LIST", value_parser = parse_energies, allow_hyphen_values = true, conflicts_with = "mu")]
    pub mu_absolute: Option<List>,
    /// Net dopings in cm^-3 (cm^-2 of a layer, cm^-1 of a chain): 1e19, n1e19 and -1e19 are electrons (n-type), p1e19 and +1e19 holes (p-type); a list
    #[arg(long, value_name = "LIST", value_parser = parse_dopings, allow_hyphen_values = true, conflicts_with_all = ["mu", "mu_absolute"])]
    pub doping: Option<Dopings>,
    #[command(flatten)]
    pub level: FermiOption,
    #[command(flatten)]
    pub relaxation: RelaxationOption,
    /// Direction of transport: 001, 1-10 or "1 1 0" (Miller indices: of a cubic crystal's cubic axes, else of the file's lattice vectors), x, y,
    /// z, or a Cartesian vector as 0.5,0.5,0; several as 001,110,111, or by repeating the option (default: the Cartesian axes that differ)
    #[arg(long, value_name = "DIRECTION", allow_hyphen_values = true)]
    pub direction: Vec<String>,
    #[command(flatten)]
    pub extent: DimensionOption,
}

/// The bands with what states on them need.
#[derive(Clone, Copy)]
pub struct Scene<'a> {
    /// The bands.
    pub source: &'a dyn BandSource,
    /// Scattering mechanisms.
    pub model: Option<&'a ScatteringModel>,
    /// Of a layer or a chain.
    pub extent: Option<&'a Extent>,
    /// Along which transport is looked at.
    pub directions: &'a [TransportDirection],
}

/// What a state is looked at with: the distribution of a few directions, the relaxation time, and the direction's number among them.
pub type Look<'a, T> =
    &'a (dyn Fn(&ModeDistribution, &ThermalState, &RelaxationTime, usize) -> Result<T> + Sync);

/// One temperature, level and direction.
#[derive(Clone, Debug)]
pub struct StateFound<T> {
    /// K.
    pub temperature_k: f64,
    /// Index among the levels.
    pub level: usize,
    /// Index among the directions.
    pub direction: usize,
    /// eV, on the bands' scale.
    pub mu_ev: Scalar,
    /// Electrons less holes, in the unit of densities.
    pub carriers: Scalar,
    /// What was looked for.
    pub found: T,
}

/// What the integration found.
pub struct StatesFound<T> {
    pub fermi_level_ev: f64,
    pub origin: String,
    pub gap_ev: Option<(f64, f64)>,
    pub levels: Levels,
    /// `[temperature][level][direction]`.
    pub states: Vec<StateFound<T>>,
    pub bins: usize,
    pub crossings: Option<CrossingEffect>,
    pub conducted: crate::crystal::Tensor,
}

enum Wanted {
    Dopings(Vec<Doping>),
    ChemicalPotentials(Vec<f64>),
}

impl Wanted {
    fn len(&self) -> usize {
        match self {
            Self::Dopings(all) => all.len(),
            Self::ChemicalPotentials(all) => all.len(),
        }
    }

    fn state(&self, of: &TransportDistribution, t: f64, level: usize) -> Result<ThermalState> {
        match self {
            Self::Dopings(all) => of.at_doping(t, &all[level]),
            Self::ChemicalPotentials(all) => of.at_chemical_potential(t, all[level]),
        }
    }
}

impl StatesOption {
    /// What the options ask for.
    pub fn asked(&self) -> States {
        States {
            temperatures_k: self.temperature.0.clone(),
            wanted: match (&self.doping, &self.mu_absolute, &self.mu) {
                (Some(dopings), ..) => workflow::Wanted::Dopings(dopings.values.clone()),
                (_, Some(list), _) => workflow::Wanted::Absolute(list.0.clone()),
                (_, _, Some(list)) => workflow::Wanted::FromFermiLevel(list.0.clone()),
                _ => workflow::Wanted::default(),
            },
            level: self.level,
            relaxation: self.relaxation.clone(),
            directions: self.direction.clone(),
            extent: self.extent,
        }
    }

    /// Whether dopings are per what the dimension has.
    ///
    /// # Errors
    /// [`crate::Error::BadOption`] where not.
    pub fn check_density(&self) -> Result<()> {
        let dopings = self.doping.as_ref();
        self.extent
            .check_density("--doping", dopings.and_then(|d| d.per))
    }

    /// Whether the options fit together, and warnings of absurd values.
    ///
    /// # Errors
    /// [`Error::BadOption`] where they do not.
    pub fn check(&self, output: &Output, with_lattice: bool) -> Result<()> {
        let lattice = self.relaxation.lattice_thermal_conductivity;
        self.extent.check(lattice.filter(|_| with_lattice))?;
        self.level.check()?;
        let dopings = self.doping.as_ref();
        self.extent
            .check_density("--doping", dopings.and_then(|d| d.per))?;
        plausible::warn(output, &plausible::TAU, self.relaxation.tau);
        plausible::warn(output, &plausible::LATTICE, lattice);
        plausible::warn(output, &plausible::THICKNESS, self.extent.thickness);
        plausible::warn(
            output,
            &plausible::TEMPERATURE,
            self.temperature.0.iter().copied(),
        );
        if self.extent.dimension == 3 {
            let densities = dopings.into_iter().flat_map(|d| d.values.iter().copied());
            plausible::warn(output, &plausible::DOPING, densities);
        }
        Ok(())
    }

    /// Objections to the bands, before anything long is made of them.
    ///
    /// # Errors
    /// [`Error::BadOption`] for directions that cannot be, a dimension without vacuum, or an unknown Fermi level.
    pub fn check_bands(&self, header: &BandHeader, range_ev: Option<(f64, f64)>) -> Result<()> {
        self.extent.extent(header)?;
        self.directions(header)?;
        if self.mu_absolute.is_some() && !level::determines_level(&self.level, header) {
            return Ok(());
        }
        level::check_level(&self.level, header, range_ev)
    }

    /// The directions asked for; by default the Cartesian axes along which the bands move, of those that symmetry makes equal the first.
    ///
    /// # Errors
    /// [`Error::BadOption`] for what is no direction, or leaves a layer's plane or a chain's line.
    pub fn directions(&self, header: &BandHeader) -> Result<Vec<TransportDirection>> {
        let group = with_inversion(&header.point_group);
        if self.direction.is_empty() {
            let axes = (0..3).map(TransportDirection::axis);
            let moving: Vec<TransportDirection> =
                axes.filter(|d| d.check_moves(header).is_ok()).collect();
            if moving.is_empty() {
                return Err(Error::bad_option(
                    "--direction",
                    "the bands move along no Cartesian axis alone",
                    format!("give {MILLER_HELP}"),
                ));
            }
            return Ok(inequivalent(&moving, &group, &header.lattice));
        }
        let mut all: Vec<TransportDirection> = Vec::new();
        for text in self.direction.iter().flat_map(|text| apart(text)) {
            let direction = TransportDirection::parse(text, &header.lattice, &header.point_group)?;
            direction.check_moves(header)?;
            if all.iter().any(|known| known.label == direction.label) {
                return Err(Error::bad_option(
                    "--direction",
                    format!("`{}` is given twice", direction.label),
                    "give each direction once",
                ));
            }
            all.push(direction);
        }
        Ok(all)
    }

    /// The chemical potentials asked for, eV on the bands' scale.
    fn chemical_potentials(&self, fermi_ev: f64) -> Vec<f64> {
        let (given, shift) = match (&self.mu_absolute, &self.mu) {
            (Some(list), _) => (list.0.clone(), 0.0),
            (None, Some(list)) => (list.0.clone(), fermi_ev),
            (None, None) => (vec![0.0], fermi_ev),
        };
        given.into_iter().map(|x| x + shift).collect()
    }

    /// The channels of the bands' own relaxation times, or of modes alone.
    pub fn channels(&self, header: &BandHeader) -> Channels {
        if header.has_lifetimes && self.relaxation.tau.is_none() {
            Channels::Lifetimes
        } else {
            Channels::Speeds
        }
    }

    /// Integrates the zone once for every few directions (once more, coarsely, for dopings) and looks at every state.
    ///
    /// # Errors
    /// Where the bands cannot be integrated, or those of `look`.
    pub fn compute<T: Send>(
        &self,
        scene: &Scene,
        request: &Request,
        engine: &mut dyn Engine,
        look: Look<T>,
    ) -> Result<StatesFound<T>> {
        let source = scene.source;
        let phase = progress::phase("Fermi level", 0);
        let given = self.mu_absolute.as_ref().map(|list| list.0.as_slice());
        let (fermi, origin) = level::fermi_level_or(&self.level, given, source, request, engine)?;
        drop(phase);
        let gap = level::gap(&self.level, source, fermi);
        let temperatures = &self.temperature.0;
        let hot = temperatures.iter().copied().fold(0.0, f64::max);
        let split = level::split(gap, fermi, hot);
        let mut plan = AxisPlan::for_bands(source, temperatures, gap, split);
        let (levels, wanted) = match &self.doping {
            Some(dopings) => {
                let fixed = |n: &f64| Doping {
                    fixed: Density::of(*n, scene.extent),
                    donors: Vec::new(),
                    acceptors: Vec::new(),
                };
                let all = dopings.values.iter().map(fixed).collect();
                (
                    Levels::Dopings(dopings.values.clone()),
                    Wanted::Dopings(all),
                )
            }
            None => {
                let mu = self.chemical_potentials(fermi);
                (
                    Levels::ChemicalPotentials(mu.clone()),
                    Wanted::ChemicalPotentials(mu),
                )
            }
        };
        let cases: Vec<(f64, usize)> = temperatures
            .iter()
            .flat_map(|&t| (0..wanted.len()).map(move |level| (t, level)))
            .collect();
        plan.chemical_potentials_ev = match &wanted {
            Wanted::ChemicalPotentials(mu) => mu.iter().map(|&x| (x, x)).collect(),
            Wanted::Dopings(dopings) => {
                let first = AxisPlan {
                    margin_ev: FIRST_LOOK_EV,
                    ..plan.clone()
                };
                let _phase = progress::phase("first look for the dopings", 0);
                let look = first_look(scene.source, &first, split, scene.extent, request, engine)?;
                let range = |&(t, level): &(f64, usize)| {
                    let margin = BOLTZMANN_EV * t;
                    let mu = dopings[level].chemical_potential(&look, t)?;
                    Ok((mu - margin, mu + margin))
                };
                cases.iter().map(range).collect::<Result<_>>()?
            }
        };
        let axis = plan.axis()?;
        let carrying = carrying(&plan.chemical_potentials_ev, hot);
        let middles = plan.chemical_potentials_ev.iter();
        let middles: Vec<f64> = middles.map(|(low, high)| 0.5 * (low + high)).collect();
        let relevance = WindowRelevance::new(temperatures, &middles, gap).by_energy(true);
        let channels = self.channels(source.header());
        let mut states = Vec::new();
        let (mut crossings, mut conducted) = (None, [[0.0; 3]; 3]);
        for (batch, directions) in scene.directions.chunks(MOST_DIRECTIONS).enumerate() {
            let units: Vec<[f64; 3]> = directions.iter().map(|d| d.unit).collect();
            let request = Request {
                channels,
                relevance: Some(&relevance),
                directions: &units,
                ..*request
            };
            let mut integrate =
                |source: &dyn BandSource| -> Result<(ModeDistribution, Option<CrossingEffect>)> {
                    let Measured { result, crossings } =
                        measure(source, &request, &Bins(&axis), engine)?;
                    let refined = result.refined;
                    let modes = ModeDistribution::new(source.header(), &result, split, directions)?;
                    let smooth = match refined {
                        true => Vec::new(),
                        false => kinks_on_points(source, directions, carrying)?,
                    };
                    let half = match smooth.contains(&true) {
                        true => BandGrid::halved(source)?,
                        false => None,
                    };
                    let modes = match half {
                        Some(half) => {
                            let found = measure(&half, &request, &Bins(&axis), engine)?.result;
                            let coarser =
                                ModeDistribution::new(half.header(), &found, split, directions)?;
                            modes.with_coarser(coarser, smooth)
                        }
                        None => modes,
                    };
                    let modes = match scene.extent {
                        Some(extent) => modes.with_extent(extent),
                        None => modes,
                    };
                    Ok((modes, crossings))
                };
            let (modes, found) = integrate(source)?;
            crossings = found;
            conducted = modes.distribution().conducted();
            let own = modes.distribution().has_lifetimes();
            let phase = progress::phase("coefficients", cases.len() as u64);
            let one = |modes: &ModeDistribution,
                       (t, level): (f64, usize)|
             -> Result<Vec<StateFound<T>>> {
                let state = wanted.state(modes.distribution(), t, level)?;
                let relaxation = self.relaxation.relaxation(scene.model, gap, own);
                let carriers = carriers(modes.distribution(), &state, scene.extent)?;
                (0..directions.len())
                    .map(|direction| {
                        Ok(StateFound {
                            temperature_k: t,
                            level,
                            direction: batch * MOST_DIRECTIONS + direction,
                            mu_ev: state.chemical_potential_ev(),
                            carriers,
                            found: look(modes, &state, &relaxation, direction)?,
                        })
                    })
                    .collect()
            };
            match scene.model.filter(|_| own) {
                // Mechanisms that add to the bands' own times differ from state to state.
                Some(model) => {
                    for &(t, level) in &cases {
                        let state = wanted.state(modes.distribution(), t, level)?;
                        let tau = modes.distribution().scattered(model, gap, &state)?;
                        let rate = |e: f64| 1.0 / tau.at(e);
                        let (combined, _) = integrate(&MatthiessenBands::new(source, &rate))?;
                        states.extend(one(&combined, (t, level))?);
                        phase.add(1);
                    }
                }
                None => {
                    let all: Vec<Vec<StateFound<T>>> = cases
                        .par_iter()
                        .map(|case| {
                            phase.add(1);
                            one(&modes, *case)
                        })
                        .collect::<Result<_>>()?;
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
}

/// Directions forth and back are one, whatever the crystal.
fn with_inversion(group: &PointGroup) -> PointGroup {
    group.with_inversion()
}

/// The energies whose states carry at some chemical potentials (from, to), eV, up to a temperature, K.
fn carrying(chemical_potentials_ev: &[(f64, f64)], hot_k: f64) -> (f64, f64) {
    let reach = CARRYING * BOLTZMANN_EV * hot_k;
    let ends = chemical_potentials_ev.iter().flat_map(|&(a, b)| [a, b]);
    ends.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), mu| {
        (low.min(mu - reach), high.max(mu + reach))
    })
}

/// The directions of one option: several in Miller indices apart by commas, or one.
pub(super) fn apart(text: &str) -> Vec<&str> {
    let parts: Vec<&str> = text.split(',').collect();
    let digits = |p: &&str| p.chars().filter(char::is_ascii_digit).count() >= 3 && !p.contains('.');
    let axis = |p: &&str| matches!(p.trim(), "x" | "y" | "z");
    if parts.len() > 1 && parts.iter().all(|p| digits(p) || axis(p)) {
        parts
    } else {
        vec![text]
    }
}

/// Electrons less holes in the unit of densities.
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
