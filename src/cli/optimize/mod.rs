//! `bzint optimize`.

mod compute;

use super::dimension::DimensionOption;
use super::lists::{List, parse_temperatures};
use super::opened::{self, Preference};
use super::options::{FermiOption, Input, Method, Output, number};
use super::relaxation::RelaxationOption;
use super::session;
use crate::error::{Error, Result};
use crate::report::{
    Levels, OptimumReport, Row, TransportReport, TransportRow, optimum_table, transport_csv,
    transport_json, transport_result,
};
use crate::transport::{Direction, Objective, Optimum};
use clap::{Args, ValueEnum};
use std::path::PathBuf;

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
    /// Temperatures in K: 300, 300,500 or 300:800:50; of several the best is sought between them, too
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
    extent: DimensionOption,
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

impl Optimize {
    /// Runs it.
    ///
    /// # Errors
    /// Where the call is wrong, the bands cannot be read or integrated, or a result cannot be written.
    pub fn run(self) -> Result<()> {
        let model = self.relaxation.model()?;
        self.check()?;
        if let (Some(model), Some(file)) = (&model, &self.relaxation.scattering) {
            model.check_dimension(self.extent.dimension, file)?;
        }
        let source = opened::open(&self.input, Preference::Refined)?;
        let header = source.header();
        session::notes(&self.output, header);
        session::doubts(&self.relaxation.doubts(model.as_ref(), &*source)?);
        let extent = self.extent.extent(header)?;
        if header.has_lifetimes && model.is_some() {
            return Err(Error::bad_option(
                "--scattering",
                "the bands bring relaxation times, to which mechanisms would add differently at each chemical potential",
                "leave it away, or use `bzint transport` at given dopings",
            ));
        }
        let known = self.relaxation.known(header);
        let objective = self.objective(known)?;
        let (found, run) =
            session::integrate(&self.method, &self.output, &source, |request, engine| {
                self.compute(
                    &*source,
                    objective,
                    model.as_ref(),
                    extent.as_ref(),
                    request,
                    engine,
                )
            })?;
        let (optima, rows): (Vec<Optimum>, Vec<TransportRow>) = found.cases.into_iter().unzip();
        let signs: Vec<String> = found.signs.iter().map(|s| value_name(*s)).collect();
        let best = signs.iter().cloned().zip(found.best);
        let said = OptimumReport {
            objective,
            absolute: known,
            direction: value_name(self.component),
            optima,
            best_temperatures: best.filter_map(|(s, b)| Some((s, b?))).collect(),
        };
        let rows = rows.iter().zip(said.items());
        let rows = rows
            .map(|(row, extras)| Row::new(row, extras, extent.as_ref()))
            .collect();
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
            extent,
            mean_free_path_angstrom: None,
            levels: Levels::Carriers(signs),
            rows,
            bins: found.bins,
            crossings: found.crossings,
            run: &run,
        };
        if let Some(path) = &self.out {
            let mut file = transport_result(&report, &session::command_line())?;
            file.attribute("maximised", value_name(self.maximise))
                .attribute("component", said.direction.as_str());
            for (carriers, best) in &said.best_temperatures {
                let inside = if best.inside { "inside" } else { "at an end" };
                let name = format!("best_temperature_{carriers}");
                file.attribute(&format!("{name}_k"), best.temperature_k())
                    .attribute(&format!("{name}_low_k"), best.range_k.0)
                    .attribute(&format!("{name}_high_k"), best.range_k.1)
                    .attribute(&format!("{name}_in_the_range"), inside);
            }
            file.write(path)?;
        }
        if let Some(path) = &self.csv {
            crate::io::write_text(path, &transport_csv(&report))?;
        }
        if self.output.json {
            let mut json = transport_json(&report);
            json["maximised"] = value_name(self.maximise).into();
            json["component"] = said.direction.clone().into();
            if !said.best_temperatures.is_empty() {
                json["best_temperatures"] = said.best_temperatures_json(report.extent.as_ref());
            }
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
        self.extent
            .check(self.relaxation.lattice_thermal_conductivity)?;
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
            Component::Average => Direction::Average(usize::from(self.extent.dimension)),
            Component::Xx => Direction::Along(0),
            Component::Yy => Direction::Along(1),
            Component::Zz => Direction::Along(2),
        }
    }
}

/// The name that a value has on the command line.
fn value_name(value: impl ValueEnum) -> String {
    let named = value.to_possible_value();
    named.map_or_else(String::new, |v| v.get_name().to_owned())
}
