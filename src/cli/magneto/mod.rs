//! `bzint magneto`.

mod states;

use super::field::{self, Angle, FieldOption};
use super::lists::{
    Dopings, List, parse_dopings, parse_energies, parse_fields, parse_temperatures_and_zero,
    parse_times,
};
use super::options::{FermiOption, Input, Output, parse_time};
use super::outputs::{Delivery, Form, Outputs, Tables, check_csv, file_to_write};
use super::surfaces::{MeshOption, Replicas, Surfaces};
use super::threads::on_threads;
use super::{plausible, session};
use crate::error::{Error, Result};
use crate::io::{write_bytes, write_text};
use crate::report::figure::{Selection, compose, png, svg};
use crate::report::{MagnetoReport, magneto_csv, magneto_json, magneto_result, magneto_table};
use crate::surface::{About, Conductor, Measured, Row, State, Times, nodes_reach};
use crate::transport::check_collinear;
use crate::units::BOLTZMANN_EV;
use clap::Args;
use states::{Asked, FieldState};
use std::path::{Path, PathBuf};
use std::time::Instant;

/// Planes over the width of the zone where none are asked for.
const PLANES: f64 = 16.0;
/// Share of them in the run that tells what they leave open.
const FEWER: f64 = 0.6;
/// Width and height of a figure's panel, in units of 1/96 inch.
const PANEL: (f64, f64) = (460.0, 360.0);

/// Options of `magneto`.
#[derive(Args, Debug)]
pub struct Magneto {
    #[command(flatten)]
    input: Input,
    #[command(flatten)]
    level: FermiOption,
    /// Fields in T: a list, or start:stop:step (without a relaxation time: field times relaxation time, T s)
    #[arg(short = 'B', long = "strength", value_name = "TESLA", value_parser = parse_fields, allow_hyphen_values = true, default_value = "0,1,2,5,10")]
    strength: List,
    #[command(flatten)]
    field: FieldOption,
    /// Temperatures in K; 0 for the Fermi surface alone (default: 0; 300 with --doping or --scattering)
    #[arg(short = 'T', long, value_name = "K", value_parser = parse_temperatures_and_zero, allow_hyphen_values = true)]
    temperature: Option<List>,
    /// Chemical potentials from the Fermi level, eV (default: 0, unless doped)
    #[arg(long, value_name = "EV", value_parser = parse_energies, allow_hyphen_values = true)]
    mu: Option<List>,
    /// Net dopings in cm^-3 (cm^-2 of a layer): 1e19, n1e19 and -1e19 are electrons (n-type), p1e19 and +1e19 holes (p-type); a list
    #[arg(long, value_name = "LIST", value_parser = parse_dopings, allow_hyphen_values = true, conflicts_with = "mu")]
    doping: Option<Dopings>,
    /// Constant relaxation time, s
    #[arg(long, value_name = "SECONDS", value_parser = parse_time, allow_hyphen_values = true, conflicts_with = "tau_per_band")]
    tau: Option<f64>,
    /// Scattering mechanisms of a semiconductor: a TOML file such as data/silicon.toml
    #[arg(long, value_name = "FILE.toml", conflicts_with_all = ["tau", "tau_per_band"])]
    scattering: Option<PathBuf>,
    /// A relaxation time (s) for each band that conducts, in their order
    #[arg(long, value_name = "LIST", value_parser = parse_times, allow_hyphen_values = true)]
    tau_per_band: Option<List>,
    /// Coefficients of up and down electrons separately, too (collinear bands)
    #[arg(long)]
    spin_resolved: bool,
    /// Planes of orbits over the width of the zone
    #[arg(long, value_name = "N", default_value_t = PLANES)]
    planes: f64,
    #[command(flatten)]
    mesh: MeshOption,
    /// Also write the results to this file: HDF5, or JSON or CSV where its name ends so
    #[arg(short, long = "output", value_name = "OUT.h5", value_parser = file_to_write())]
    out: Option<PathBuf>,
    /// Also write them to this file of comma-separated values
    #[arg(long, value_name = "OUT.csv", value_parser = file_to_write())]
    csv: Option<PathBuf>,
    /// Also draw magnetoresistance, Kohler's plot, Hall and Nernst coefficients, over the field or over its angle: .svg or .png
    #[arg(long, value_name = "FIGURE", value_parser = file_to_write())]
    figure: Option<PathBuf>,
    #[command(flatten)]
    output: Output,
}

impl Magneto {
    /// Runs it.
    ///
    /// # Errors
    /// For a call that asks for nothing that can be had, bands without a surface, or a result that cannot be written.
    pub fn run(self) -> Result<()> {
        let _progress = session::show_progress(&self.output);
        if !(self.planes >= 1.0 && self.planes <= 10_000.0) {
            return Err(Error::bad_option(
                "--planes",
                format!("{}", self.planes),
                "give a number from 1 to 10000",
            ));
        }
        plausible::warn(&self.output, &plausible::TAU, self.tau);
        let form = self.out.as_deref().map(Form::of).transpose()?;
        let mut named: Vec<(&'static str, PathBuf)> = Vec::new();
        named.extend(self.out.iter().map(|p| ("--output", p.clone())));
        if let Some(csv) = &self.csv {
            check_csv(csv)?;
            named.push(("--csv", csv.clone()));
        }
        if let Some(figure) = &self.figure {
            is_png(figure)?;
            named.push(("--figure", figure.clone()));
        }
        let mut inputs = vec![self.input.file.as_path()];
        inputs.extend(self.scattering.as_deref());
        let outputs = Outputs::new(&self.output, &inputs, &named)?;
        self.check_temperatures()?;
        let model = states::model(self.scattering.as_deref())?;
        let bands = Surfaces::open(
            &self.input,
            &self.level,
            &self.mesh,
            self.tau.is_none() && self.tau_per_band.is_none(),
            &self.output,
        )?;
        outputs.spare_inputs()?;
        if self.spin_resolved {
            check_collinear(bands.header())?;
        }
        let per_tau = matches!(self.times(&bands), Times::Unknown) && model.is_none();
        if per_tau {
            let fields = self.strength.0.iter().copied();
            plausible::warn(&self.output, &plausible::FIELD_TIMES_TAU, fields);
        }
        let start = Instant::now();
        let asked = Asked {
            temperatures: self.temperatures(),
            mu: self.mu.as_ref(),
            doping: self.doping.as_ref(),
            level: &self.level,
            tau: self.tau,
            scattering: self.scattering.as_deref(),
            output: &self.output,
        };
        let (levels, states) = states::find(&asked, &bands, model.as_ref())?;
        let found = on_threads(self.mesh.threads, || self.compute(&bands, &states))?;
        if let Some(text) = field::about(&found.angles) {
            session::note(&self.output, &text);
        }
        let report = MagnetoReport {
            header: bands.header(),
            input: self.input.file.display().to_string(),
            fermi_ev: bands.fermi_ev,
            origin: bands.origin.clone(),
            grid: found.grid,
            angles: found
                .angles
                .iter()
                .map(|a| (a.direction, a.degrees))
                .collect(),
            temperatures_k: self.temperatures(),
            levels,
            states: states.iter().map(FieldState::reported).collect(),
            fields: self.strength.0.clone(),
            rows: &found.rows,
            abouts: &found.abouts,
            per_tau,
            scattering: self.scattering.as_ref().map(|p| p.display().to_string()),
            seconds: start.elapsed().as_secs_f64(),
        };
        let mut end = Delivery::new(&self.output, &outputs);
        end.print(|| magneto_json(&report), || magneto_table(&report));
        let tables = Tables {
            json: &|| magneto_json(&report),
            csv: &|| magneto_csv(&report),
            hdf5: &|| magneto_result(&report, &session::command_line()),
        };
        end.tables(self.out.as_deref().zip(form), self.csv.as_deref(), &tables);
        if let Some(path) = &self.figure {
            end.write(path, |path| {
                let results = magneto_result(&report, &session::command_line())?;
                let figure = compose(&results, &Selection::default(), PANEL)?
                    .ok_or_else(|| Error::Internal("a figure without panels".into()))?;
                match is_png(path)? {
                    true => write_bytes(path, &png(&svg(&figure))?),
                    false => write_text(path, &svg(&figure)),
                }
            });
        }
        end.finish()
    }

    /// Temperatures, K.
    fn temperatures(&self) -> Vec<f64> {
        match &self.temperature {
            Some(list) => list.0.clone(),
            None if self.needs_heat() => vec![300.0],
            None => vec![0.0],
        }
    }

    /// Whether what is asked for has a meaning at a temperature above zero alone.
    fn needs_heat(&self) -> bool {
        self.doping.is_some() || self.scattering.is_some()
    }

    /// # Errors
    /// [`Error::BadOption`] for zero where dopings or mechanisms need a temperature.
    fn check_temperatures(&self) -> Result<()> {
        if !self.needs_heat() || !self.temperatures().contains(&0.0) {
            return Ok(());
        }
        let option = match self.doping.is_some() {
            true => "--doping",
            false => "--scattering",
        };
        Err(Error::bad_option(
            option,
            "at 0 K a semiconductor has no free carriers and its mechanisms no phonons",
            "give temperatures above 0: `-T 300`",
        ))
    }

    fn times(&self, bands: &Surfaces) -> Times {
        match (self.tau, &self.tau_per_band) {
            (Some(t), _) => Times::Constant(t),
            (None, Some(all)) => Times::PerBand(all.0.clone()),
            (None, None) if bands.header().has_lifetimes => Times::FromBands,
            (None, None) => Times::Unknown,
        }
    }

    fn compute(&self, bands: &Surfaces, states: &[FieldState]) -> Result<Found> {
        let header = bands.header();
        // As far as the outermost energies of any thermal average, and of any chemical potential within its bar.
        let ends = states.iter().map(|s| {
            let reach = BOLTZMANN_EV * s.temperature_k * nodes_reach() + s.mu.error;
            (s.mu.value - reach, s.mu.value + reach)
        });
        let window = ends.fold((f64::INFINITY, f64::NEG_INFINITY), |(l, h), (a, b)| {
            (l.min(a), h.max(b))
        });
        let Replicas {
            fine,
            coarse,
            rival,
        } = bands.sample(window)?;
        let grid = fine.grid.n;
        let again = fine.coarse()?;
        let times = self.times(bands);
        let layer = (0..3).find(|a| header.k_grid.n[*a] == 1);
        let of = |sampled, planes| {
            let mut one = Conductor::new(header, sampled, &times, planes)?;
            one.spin_resolved = self.spin_resolved;
            Ok::<_, Error>(one)
        };
        let fine = of(fine, self.planes)?;
        let angles = self.field.directions(fine.lattice())?;
        let lattice = fine.lattice().clone();
        let measured = Measured {
            coarse: of(coarse, self.planes)?,
            fewer: of(again, FEWER * self.planes)?,
            rival: rival.map(|r| of(r, self.planes)).transpose()?,
            operations: header.point_group.cartesian(&lattice),
            layer,
            edges_ev: fine.critical_energies(),
            fine,
        };
        let phase = crate::progress::phase("orbits", (states.len() * angles.len()) as u64);
        let mut rows = Vec::new();
        let mut abouts = Vec::new();
        for (number, angle) in angles.iter().enumerate() {
            for (at, state) in states.iter().enumerate() {
                let rate = state.rate();
                let thermal = State {
                    temperature_k: state.temperature_k,
                    mu_ev: state.mu.value,
                    mu_bar: state.mu.by_cause(),
                    rate: rate.as_ref().map(|r| r as crate::surface::Rate),
                };
                let (found, about) =
                    measured.rows((at, &thermal), (number, &angle.direction), &self.strength.0)?;
                rows.extend(found);
                abouts.push(about);
                phase.add(1);
            }
        }
        Ok(Found {
            rows,
            abouts,
            angles,
            grid,
        })
    }
}

/// What was computed.
struct Found {
    /// Direction, state, field, the last fastest.
    rows: Vec<Row>,
    /// Of each direction and state.
    abouts: Vec<About>,
    angles: Vec<Angle>,
    grid: [usize; 3],
}

/// # Errors
/// [`Error::BadOption`] for a figure of neither kind.
fn is_png(path: &Path) -> Result<bool> {
    match path.extension().and_then(|e| e.to_str()) {
        Some("svg") => Ok(false),
        Some("png") => Ok(true),
        _ => Err(Error::bad_option(
            "--figure",
            format!("{} is neither .svg nor .png", path.display()),
            "name the figure .svg or .png",
        )),
    }
}
