//! `bzint magneto`.

use super::field::{self, Angle, FieldOption};
use super::lists::{List, parse_energies, parse_fields, parse_temperatures_and_zero, parse_times};
use super::options::{FermiOption, Input, Output, parse_time};
use super::outputs::{Delivery, Form, Outputs, Tables, check_csv, file_to_write};
use super::surfaces::{MeshOption, Replicas, Surfaces};
use super::threads::on_threads;
use super::{plausible, session};
use crate::error::{Error, Result};
use crate::io::{write_bytes, write_text};
use crate::report::figure::png;
use crate::report::{
    MagnetoReport, magneto_csv, magneto_figure, magneto_json, magneto_result, magneto_table,
};
use crate::surface::{Conductor, Measured, Times, nodes_reach};
use crate::units::BOLTZMANN_EV;
use clap::Args;
use std::path::PathBuf;
use std::time::Instant;

/// Planes over the width of the zone where none are asked for.
const PLANES: f64 = 16.0;
/// Share of them in the run that tells what they leave open.
const FEWER: f64 = 0.6;

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
    /// Temperatures in K; 0 for the Fermi surface alone
    #[arg(short = 'T', long, value_name = "K", value_parser = parse_temperatures_and_zero, allow_hyphen_values = true, default_value = "0")]
    temperature: List,
    /// Chemical potentials from the Fermi level, eV
    #[arg(long, value_name = "EV", value_parser = parse_energies, allow_hyphen_values = true, default_value = "0")]
    mu: List,
    /// Constant relaxation time, s
    #[arg(long, value_name = "SECONDS", value_parser = parse_time, allow_hyphen_values = true, conflicts_with = "tau_per_band")]
    tau: Option<f64>,
    /// A relaxation time (s) for each band that conducts, in their order
    #[arg(long, value_name = "LIST", value_parser = parse_times, allow_hyphen_values = true)]
    tau_per_band: Option<List>,
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
    /// Also draw the magnetoresistance, over the field or over its angle: .svg or .png
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
        let drawn = self.figure.as_deref().and_then(|f| f.extension());
        if let Some(figure) = &self.figure {
            if drawn.is_none_or(|e| e != "svg" && e != "png") {
                return Err(Error::bad_option(
                    "--figure",
                    format!("{} is neither .svg nor .png", figure.display()),
                    "name the figure .svg or .png",
                ));
            }
            named.push(("--figure", figure.clone()));
        }
        let outputs = Outputs::new(&self.output, &[&self.input.file], &named)?;
        let bands = Surfaces::open(
            &self.input,
            &self.level,
            &self.mesh,
            self.tau.is_none() && self.tau_per_band.is_none(),
            &self.output,
        )?;
        outputs.spare_inputs()?;
        let per_tau = matches!(self.times(&bands), Times::Unknown);
        if per_tau {
            let fields = self.strength.0.iter().copied();
            plausible::warn(&self.output, &plausible::FIELD_TIMES_TAU, fields);
        }
        let start = Instant::now();
        let (rows, abouts, angles, grid) = on_threads(self.mesh.threads, || self.compute(&bands))?;
        if let Some(text) = field::about(&angles) {
            session::note(&self.output, &text);
        }
        let report = MagnetoReport {
            header: bands.header(),
            input: self.input.file.display().to_string(),
            fermi_ev: bands.fermi_ev,
            origin: bands.origin.clone(),
            grid,
            angles: angles.iter().map(|a| (a.direction, a.degrees)).collect(),
            rows: &rows,
            abouts: &abouts,
            per_tau,
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
            let svg = magneto_figure(&report);
            end.write(path, |path| match drawn.is_some_and(|e| e == "png") {
                true => write_bytes(path, &png(&svg)?),
                false => write_text(path, &svg),
            });
        }
        end.finish()
    }

    fn times(&self, bands: &Surfaces) -> Times {
        match (self.tau, &self.tau_per_band) {
            (Some(t), _) => Times::Constant(t),
            (None, Some(all)) => Times::PerBand(all.0.clone()),
            (None, None) if bands.header().has_lifetimes => Times::FromBands,
            (None, None) => Times::Unknown,
        }
    }

    #[allow(clippy::type_complexity)]
    fn compute(
        &self,
        bands: &Surfaces,
    ) -> Result<(
        Vec<crate::surface::Row>,
        Vec<crate::surface::About>,
        Vec<Angle>,
        [usize; 3],
    )> {
        let header = bands.header();
        let mut states = Vec::new();
        for t in &self.temperature.0 {
            for mu in &self.mu.0 {
                states.push((*t, bands.fermi_ev + mu));
            }
        }
        // As far as the outermost energies of any thermal average.
        let reach = |t: f64| BOLTZMANN_EV * t * nodes_reach();
        let window = (
            states
                .iter()
                .map(|(t, mu)| mu - reach(*t))
                .fold(f64::INFINITY, f64::min),
            states
                .iter()
                .map(|(t, mu)| mu + reach(*t))
                .fold(f64::NEG_INFINITY, f64::max),
        );
        let Replicas {
            fine,
            coarse,
            rival,
        } = bands.sample(window)?;
        let grid = fine.grid.n;
        let again = fine.coarse()?;
        let times = self.times(bands);
        let layer = (0..3).find(|a| header.k_grid.n[*a] == 1);
        let fine = Conductor::new(header, fine, &times, self.planes)?;
        let angles = self.field.directions(fine.lattice())?;
        let lattice = fine.lattice().clone();
        let measured = Measured {
            coarse: Conductor::new(header, coarse, &times, self.planes)?,
            fewer: Conductor::new(header, again, &times, FEWER * self.planes)?,
            rival: rival
                .map(|r| Conductor::new(header, r, &times, self.planes))
                .transpose()?,
            operations: header.point_group.cartesian(&lattice),
            layer,
            edges_ev: fine.critical_energies(),
            fine,
        };
        let phase = crate::progress::phase("orbits", (states.len() * angles.len()) as u64);
        let mut rows = Vec::new();
        let mut abouts = Vec::new();
        for (number, angle) in angles.iter().enumerate() {
            for (t, mu) in &states {
                let (found, about) =
                    measured.rows((*t, *mu), (number, &angle.direction), &self.strength.0)?;
                rows.extend(found);
                abouts.push(about);
                phase.add(1);
            }
        }
        Ok((rows, abouts, angles, grid))
    }
}
