//! `bzint optimize`.

mod compute;

use super::dimension::DimensionOption;
use super::lists::{List, parse_temperatures};
use super::opened::{self, Demands, Preference};
use super::options::{FermiOption, Input, Method, Output, parse_within};
use super::outputs::{Delivery, Form, Outputs, check_csv, file_to_write, of_option, write_json};
use super::relaxation::RelaxationOption;
use super::{level, plausible, session};
use crate::bands::BandHeader;
use crate::error::{Error, Result};
use crate::io::write_text;
use crate::report::{
    OptimumReport, TransportReport, optimum_table, transport_csv, transport_json, transport_result,
};
use crate::transport::{Direction, Directions, Levels, Objective, Optimum, Row, TransportRow};
use clap::{Args, ValueEnum};
use std::path::{Path, PathBuf};

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
    /// The mean over the directions that conduct: a third of the trace, half of a layer's.
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
    #[arg(short = 'T', long, value_name = "LIST", value_parser = parse_temperatures, allow_hyphen_values = true, default_value = "300")]
    temperature: List,
    /// Sign of the carriers
    #[arg(long, value_enum, default_value = "both")]
    carriers: Sign,
    /// Component that is made largest
    #[arg(long, value_enum, default_value = "average")]
    component: Component,
    /// How far beyond the band edge (or a metal's Fermi level) to look, eV (default: 0.5, or 12 k_BT where that is more)
    #[arg(long, value_name = "EV", value_parser = parse_within, allow_hyphen_values = true)]
    within: Option<f64>,
    #[command(flatten)]
    level: FermiOption,
    #[command(flatten)]
    relaxation: RelaxationOption,
    #[command(flatten)]
    extent: DimensionOption,
    #[command(flatten)]
    method: Method,
    /// Also write every coefficient at each optimum to this file: HDF5, or JSON or CSV where its name ends so
    #[arg(short, long = "output", value_name = "OUT.h5", value_parser = file_to_write())]
    out: Option<PathBuf>,
    /// Also write them to this file of comma-separated values; `-` prints them instead of the table
    #[arg(long, value_name = "OUT.csv", value_parser = file_to_write())]
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
        let _progress = session::show_progress(&self.output);
        let form = self.out.as_deref().map(Form::of).transpose()?;
        let outputs = self.outputs()?;
        self.check()?;
        let model = self.relaxation.model()?;
        if let (Some(model), Some(file)) = (&model, &self.relaxation.scattering) {
            model.check_dimension(self.extent.dimension, file)?;
        }
        let demands = Demands {
            method: Some(&self.method),
            check: &|header, range| self.check_bands(header, range),
            table: None,
            lifetimes: !self.relaxation.given(),
        };
        let source = opened::open(&self.input, Preference::Refined, &demands)?;
        outputs.spare_inputs()?;
        let header = source.header();
        session::notes(&self.output, header);
        session::doubts(&self.relaxation.doubts(model.as_ref(), &*source)?);
        let extent = self.extent.extent(header)?;
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
        if let Some(text) = self.extent.note(header, &found.conducted) {
            session::note(&self.output, &text);
        }
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
        let rows: Vec<Row> = rows
            .map(|(row, extras)| Row::new(row, extras, extent.as_ref()))
            .collect();
        session::about_cap(&self.output, &run, header, session::widest(&rows));
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
            directions: Directions::of(&found.conducted).count(),
            mean_free_path_angstrom: None,
            levels: Levels::Carriers(signs),
            rows,
            bins: found.bins,
            crossings: found.crossings,
            run: &run,
        };
        let hdf5 = |path: &Path| {
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
            file.write(path)
        };
        let json = || {
            let mut json = transport_json(&report);
            json["maximised"] = value_name(self.maximise).into();
            json["component"] = said.direction.clone().into();
            if !said.best_temperatures.is_empty() {
                json["best_temperatures"] = said.best_temperatures_json(report.extent.as_ref());
            }
            json
        };
        let csv = |path: &Path| write_text(path, &transport_csv(&report));
        let mut end = Delivery::new(&self.output, &outputs);
        end.print(json, || optimum_table(&report, &said));
        if let (Some(path), Some(form)) = (&self.out, form) {
            end.write(path, |path| match form {
                Form::Csv => csv(path),
                Form::Json => write_json(path, &json()),
                Form::Hdf5 => hdf5(path),
            });
        }
        if let Some(path) = &self.csv {
            end.write(path, csv);
        }
        end.finish()
    }

    /// The places of all files to be written.
    fn outputs(&self) -> Result<Outputs> {
        if let Some(path) = &self.csv {
            check_csv(path)?;
        }
        let mut named = of_option(&self.out);
        named.extend(self.csv.iter().map(|path| ("--csv", path.clone())));
        let mut inputs = vec![self.input.file.as_path()];
        inputs.extend(self.relaxation.scattering.as_deref());
        Outputs::new(&self.output, &inputs, &named)
    }

    /// Objections to the bands, before anything long is made of them.
    fn check_bands(&self, header: &BandHeader, range_ev: Option<(f64, f64)>) -> Result<()> {
        self.extent.extent(header)?;
        if header.has_lifetimes && self.relaxation.scattering.is_some() {
            return Err(Error::bad_option(
                "--scattering",
                "the bands bring relaxation times, to which mechanisms would add differently at each chemical potential",
                "leave it away, or use `bzint transport` at given dopings",
            ));
        }
        self.objective(self.relaxation.known(header))?;
        level::check_level(&self.level, header, range_ev)
    }

    /// Whether the options fit together, and a warning of absurd values.
    fn check(&self) -> Result<()> {
        self.input.check(Some(&self.method))?;
        self.level.check()?;
        // What is missing whatever the bands bring.
        if self.relaxation.given() {
            self.objective(true)?;
        }
        let relaxation = &self.relaxation;
        let lattice = relaxation.lattice_thermal_conductivity;
        plausible::warn(&self.output, &plausible::TAU, relaxation.tau);
        plausible::warn(&self.output, &plausible::LATTICE, lattice);
        plausible::warn(&self.output, &plausible::SCISSOR, self.input.scissor);
        plausible::warn(&self.output, &plausible::THICKNESS, self.extent.thickness);
        let temperatures = self.temperature.0.iter().copied();
        plausible::warn(&self.output, &plausible::TEMPERATURE, temperatures);
        self.extent
            .check(self.relaxation.lattice_thermal_conductivity)
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

    /// What is made largest, of bands that conduct in these directions.
    ///
    /// # Errors
    /// [`Error::BadOption`] for an axis along which nothing flows.
    fn direction(&self, conducting: Directions) -> Result<Direction> {
        let axis = match self.component {
            Component::Average => return Ok(Direction::Average(conducting.count())),
            Component::Xx => 0,
            Component::Yy => 1,
            Component::Zz => 2,
        };
        if conducting.along(axis) {
            return Ok(Direction::Along(axis));
        }
        Err(Error::bad_option(
            "--component",
            format!("nothing conducts along {}", ["x", "y", "z"][axis]),
            "give an axis along which something does, or leave the option away",
        ))
    }
}

/// The name that a value has on the command line.
fn value_name(value: impl ValueEnum) -> String {
    let named = value.to_possible_value();
    named.map_or_else(String::new, |v| v.get_name().to_owned())
}
