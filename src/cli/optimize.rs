//! `bzint optimize`.

use super::lists::{List, parse_temperatures};
use super::opened::{self, Preference};
use super::options::{FermiOption, Input, Method, Output, number};
use super::relaxation::RelaxationOption;
use super::session;
use crate::bands::BandSource;
use crate::error::{Error, Result};
use crate::integrate::crossings::{self, CrossingEffect};
use crate::integrate::{Channels, Engine, Request, spectrum_with_rival};
use crate::report::{
    Levels, OptimumReport, TransportReport, TransportRow, optimum_table, transport_csv,
    transport_json, transport_result,
};
use crate::scattering::{Carrier, ScatteringModel};
use crate::transport::{
    AxisPlan, Direction, Objective, Optimum, Search, TransportDistribution, WindowRelevance,
};
use crate::units::BOLTZMANN_EV;
use clap::{Args, ValueEnum};
use rayon::prelude::*;
use std::path::PathBuf;

/// How far beyond a band edge or the Fermi level chemical potentials are looked at by default: the larger of so many eV and
/// so many k_BT.
const WITHIN_EV: f64 = 0.5;
const WITHIN_KT: f64 = 12.0;
/// How far into the gap, in k_BT: PHYSICS.md §12 has optima at −5.
const INTO_GAP_KT: f64 = 20.0;
/// So far from mid-gap, in k_BT, carriers of the other sign are fewer than 1e-6 of these, unless their masses differ 100 times.
const ALONE_KT: f64 = 10.0;
/// Chemical potentials of the range for which refinement is told that energies matter.
const RELEVANT: usize = 12;

/// What is made largest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Goal {
    /// S²σ (per relaxation time where there is none).
    PowerFactor,
    /// zT.
    Zt,
}

/// The sign of the carriers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Sign {
    /// Electrons.
    N,
    /// Holes.
    P,
    /// Each by itself.
    Both,
}

/// The direction that counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Component {
    /// A third of the trace.
    Average,
    /// Along x.
    Xx,
    /// Along y.
    Yy,
    /// Along z.
    Zz,
}

/// Options of `optimize`.
#[derive(Args, Debug)]
pub struct Optimize {
    #[command(flatten)]
    input: Input,
    /// What to make largest; zT needs a relaxation time and a lattice thermal conductivity
    #[arg(long, alias = "maximize", value_enum, default_value = "power-factor")]
    maximise: Goal,
    /// Temperatures in K: 300, 300,500 or 300:800:50
    #[arg(short = 'T', long, value_name = "LIST", value_parser = parse_temperatures, default_value = "300")]
    temperature: List,
    /// Sign of the carriers
    #[arg(long, value_enum, default_value = "both")]
    carriers: Sign,
    /// Component that is made largest
    #[arg(long, value_enum, default_value = "average")]
    component: Component,
    /// How far beyond the band edge (or a metal's Fermi level) to look, eV (default: 0.5, or 12 k_BT where that is more)
    #[arg(long, value_name = "EV", value_parser = number)]
    within: Option<f64>,
    #[command(flatten)]
    level: FermiOption,
    #[command(flatten)]
    relaxation: RelaxationOption,
    #[command(flatten)]
    method: Method,
    /// Also write every coefficient at each optimum to this HDF5 file
    #[arg(short, long = "output", value_name = "OUT.h5")]
    out: Option<PathBuf>,
    /// Also write them to this file of comma-separated values
    #[arg(long, value_name = "OUT.csv")]
    csv: Option<PathBuf>,
    #[command(flatten)]
    output: Output,
}

/// What the search found.
struct Found {
    fermi_level_ev: f64,
    origin: String,
    gap_ev: Option<(f64, f64)>,
    cases: Vec<(Optimum, TransportRow)>,
    bins: usize,
    crossings: Option<CrossingEffect>,
}

impl Optimize {
    /// Runs it.
    ///
    /// # Errors
    /// Where the call is wrong, the bands cannot be read or integrated, or a result cannot be written.
    pub fn run(self) -> Result<()> {
        let model = self.relaxation.model()?;
        self.check()?;
        let source = opened::open(&self.input, Preference::Refined)?;
        let header = source.header();
        session::notes(&self.output, header);
        let known = self.relaxation.known(header);
        let objective = self.objective(known)?;
        let (found, run) =
            session::integrate(&self.method, &self.output, &source, |request, engine| {
                self.compute(&*source, objective, model.as_ref(), request, engine)
            })?;
        let (optima, rows): (Vec<Optimum>, Vec<TransportRow>) = found.cases.into_iter().unzip();
        let said = OptimumReport {
            objective,
            absolute: known,
            direction: value_name(self.component),
            optima,
        };
        let signs = self.signs().iter().map(|s| value_name(*s)).collect();
        let report = TransportReport {
            header,
            input: self.input.file.display().to_string(),
            fermi_level_ev: found.fermi_level_ev,
            origin: found.origin,
            gap_ev: found.gap_ev,
            tau_s: self.relaxation.tau,
            scattering: self.relaxation.scattering_file(),
            lattice_w_mk: self.relaxation.lattice_thermal_conductivity,
            temperatures_k: self.temperature.0.clone(),
            extent: None,
            mean_free_path_angstrom: None,
            levels: Levels::Carriers(signs),
            rows,
            extras: said.items(),
            bins: found.bins,
            crossings: found.crossings,
            run: &run,
        };
        if let Some(path) = &self.out {
            let mut file = transport_result(&report, &session::command_line())?;
            file.attribute("maximised", value_name(self.maximise))
                .attribute("component", said.direction.as_str());
            file.write(path)?;
        }
        if let Some(path) = &self.csv {
            crate::io::write_text(path, &transport_csv(&report))?;
        }
        if self.output.json {
            let mut json = transport_json(&report);
            json["maximised"] = value_name(self.maximise).into();
            json["component"] = said.direction.clone().into();
            super::print(&format!("{json:#}"));
        } else {
            super::print(&optimum_table(&report, &said));
        }
        for path in self.out.iter().chain(&self.csv) {
            session::note(&self.output, &format!("written to {}", path.display()));
        }
        Ok(())
    }

    fn check(&self) -> Result<()> {
        match self.within {
            Some(x) if x <= 0.0 => Err(Error::bad_option(
                "--within",
                format!("{x} eV"),
                "give a positive energy, such as 0.5",
            )),
            _ => Ok(()),
        }
    }

    /// # Errors
    /// [`Error::BadOption`] for zT without what it is made of.
    fn objective(&self, knows_tau: bool) -> Result<Objective> {
        let lattice = self.relaxation.lattice_thermal_conductivity;
        match (self.maximise, knows_tau, lattice) {
            (Goal::PowerFactor, false, Some(_)) => Err(Error::bad_option(
                "--lattice-thermal-conductivity",
                "there is no relaxation time, and so no zT",
                "give `--tau SECONDS` or `--scattering FILE.toml`, or leave it away",
            )),
            (Goal::PowerFactor, ..) => Ok(Objective::PowerFactor),
            (Goal::Zt, true, Some(lattice)) => Ok(Objective::FigureOfMerit(lattice)),
            (Goal::Zt, false, _) => Err(Error::bad_option(
                "--maximise zt",
                "there is no relaxation time, and so no zT",
                "give `--tau SECONDS` or `--scattering FILE.toml`, or maximise the power factor",
            )),
            (Goal::Zt, true, None) => Err(Error::bad_option(
                "--maximise zt",
                "there is no lattice thermal conductivity, and so no zT",
                "give `--lattice-thermal-conductivity W/mK`, or maximise the power factor",
            )),
        }
    }

    fn signs(&self) -> Vec<Sign> {
        match self.carriers {
            Sign::Both => vec![Sign::N, Sign::P],
            one => vec![one],
        }
    }

    fn direction(&self) -> Direction {
        match self.component {
            Component::Average => Direction::Average,
            Component::Xx => Direction::Along(0),
            Component::Yy => Direction::Along(1),
            Component::Zz => Direction::Along(2),
        }
    }

    /// One spectrum over all chemical potentials, then every search on it.
    fn compute(
        &self,
        source: &dyn BandSource,
        objective: Objective,
        model: Option<&ScatteringModel>,
        request: &Request,
        engine: &mut dyn Engine,
    ) -> Result<Found> {
        let (fermi, origin) = session::fermi_level(&self.level, source, request, engine)?;
        let gap = session::gap(&self.level, source, fermi);
        let temperatures = &self.temperature.0;
        let cold = temperatures.iter().copied().fold(f64::INFINITY, f64::min);
        let hot = temperatures.iter().copied().fold(0.0, f64::max);
        let (valence, conduction) = gap.unwrap_or((fermi, fermi));
        let middle = 0.5 * (valence + conduction);
        let beyond = (self.within).unwrap_or(WITHIN_EV.max(WITHIN_KT * BOLTZMANN_EV * hot));
        let into = (0.5 * (conduction - valence)).min(INTO_GAP_KT * BOLTZMANN_EV * hot);
        // Near mid-gap carriers of the other sign matter, which the mechanisms may say nothing of.
        let alone = (0.5 * (conduction - valence) - ALONE_KT * BOLTZMANN_EV * hot).max(0.0);
        let knows = |carrier| model.is_none_or(|m| m.carriers(carrier).is_ok());
        let range = |sign: Sign| {
            let (other, edge, away) = match sign {
                Sign::P => (Carrier::Electrons, valence, -1.0),
                _ => (Carrier::Holes, conduction, 1.0),
            };
            let into = if knows(other) { into } else { into.min(alone) };
            let (a, b) = (edge - away * into, edge + away * beyond);
            (a.min(b), a.max(b))
        };
        let signs = self.signs();
        let ranges: Vec<(f64, f64)> = signs.iter().map(|s| range(*s)).collect();
        let plan = AxisPlan {
            chemical_potentials_ev: ranges.clone(),
            ..AxisPlan::for_bands(source, temperatures, gap, middle)
        };
        let axis = plan.axis()?;
        let levels: Vec<f64> = ranges
            .iter()
            .flat_map(|(low, high)| {
                (0..=RELEVANT).map(move |i| low + (high - low) * i as f64 / RELEVANT as f64)
            })
            .collect();
        let relevance = WindowRelevance::new(&[cold, hot], &levels, gap);
        let at = |e: f64| relevance.at(e);
        let lifetimes = source.header().has_lifetimes;
        let own = lifetimes && !self.relaxation.given();
        let request = Request {
            channels: if own {
                Channels::Lifetimes
            } else {
                Channels::Basic
            },
            relevance: Some(&at),
            ..*request
        };
        let mut states = spectrum_with_rival(source, &request, &axis, engine)?;
        let crossings = crossings::widen(source, &request, &mut states, at)?;
        let distribution = TransportDistribution::new(source.header(), &states, middle)?;
        let relaxation = self.relaxation.relaxation(model, gap, own);
        let lattice = self.relaxation.lattice_thermal_conductivity;
        let cases: Vec<(f64, (f64, f64))> = temperatures
            .iter()
            .flat_map(|&t| ranges.iter().map(move |&range| (t, range)))
            .collect();
        let cases = cases
            .par_iter()
            .map(|&(t, range_ev)| {
                let search = Search {
                    objective,
                    direction: self.direction(),
                    relaxation,
                    range_ev,
                };
                let optimum = distribution.optimum(&search, t)?;
                let row = TransportRow::new(&distribution, &optimum.state, relaxation, lattice)?;
                Ok((optimum, row))
            })
            .collect::<Result<_>>()?;
        Ok(Found {
            fermi_level_ev: fermi,
            origin,
            gap_ev: gap,
            cases,
            bins: axis.bins(),
            crossings,
        })
    }
}

/// The name that a value has on the command line.
fn value_name(value: impl ValueEnum) -> String {
    let named = value.to_possible_value();
    named.map_or_else(String::new, |v| v.get_name().to_owned())
}
