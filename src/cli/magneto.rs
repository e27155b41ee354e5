//! `bzint magneto`.

use super::dimension::DimensionOption;
use super::field::FieldOption;
use super::lists::{
    Dopings, List, parse_dopings, parse_energies, parse_fields, parse_temperatures_and_zero,
    parse_times,
};
use super::long::{Asked, Long, divided};
use super::options::{FermiOption, Input, Output, parse_time};
use super::outputs::{Delivery, Form, Outputs, Tables, check_csv, file_to_write, of_option};
use super::session;
use super::surfaces::MeshOption;
use crate::bands::BandHeader;
use crate::error::{Error, Result};
use crate::io::{write_bytes, write_text};
use crate::report::figure::{Selection, compose, png, svg};
use crate::report::{MagnetoReport, magneto_csv, magneto_json, magneto_result, magneto_table};
use crate::scale::Work;
use crate::workflow::{self, SurfaceGrid, Wanted};
use clap::Args;
use std::path::{Path, PathBuf};

/// Planes over the width of the zone where none are asked for.
const PLANES: f64 = 16.0;
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
    long: Long,
    #[command(flatten)]
    output: Output,
}

divided!(Magneto);

impl Magneto {
    /// Runs it.
    ///
    /// # Errors
    /// For a call that asks for nothing that can be had, bands without a surface, or a result that cannot be written.
    pub fn run(mut self) -> Result<()> {
        let _progress = session::show_progress(&self.output);
        let asked = self.asked();
        asked.check()?;
        self.input.check(Some(&self.mesh.method()))?;
        for text in asked.doubts() {
            session::warning(&self.output, &text);
        }
        let other =
            (self.csv.as_ref().map(|_| "--csv")).or(self.figure.as_ref().map(|_| "--figure"));
        self.long.check(&self.output, self.out.as_ref(), other)?;
        let form = self.out.as_deref().map(Form::of).transpose()?;
        let mut named = of_option(&self.long.output(&self.out));
        named.extend(self.long.files());
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
        let held = self.input.read()?;
        let work = {
            let grid = SurfaceGrid {
                threads: None,
                ..asked.grid
            };
            let alike = workflow::Magneto {
                grid,
                ..asked.clone()
            };
            let model = asked.model()?;
            let about = Asked {
                file: &self.input.file,
                content: &|| held.content(),
                options: format!("{alike:?} {model:?} {:?}", self.input.opening),
            };
            self.long.begin_with(&self.output, about)?
        };
        let bands = asked.open(held, &self.input.opening)?;
        outputs.spare_inputs()?;
        let header = bands.header();
        self.check_density(header)?;
        session::notes(&self.output, header);
        let ledger = work.as_ref().map(Work::ledger);
        let found = asked.run_with(ledger, &bands, &session::voice(&self.output));
        let found = (self.long).result(found, work.as_ref(), &self.output, &self.out)?;
        let Some(found) = found else {
            return Ok(());
        };
        let input = self.input.file.display().to_string();
        let report = MagnetoReport::new(&asked, found, header, input);
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
        end.finish()?;
        work.as_ref().map_or(Ok(()), Work::end)
    }

    /// What the options ask for.
    fn asked(&self) -> workflow::Magneto {
        let list = |list: &List| list.0.clone();
        workflow::Magneto {
            level: self.level,
            fields: self.strength.0.clone(),
            field: self.field.asked(),
            temperatures_k: self.temperature.as_ref().map(list),
            wanted: match (&self.doping, &self.mu) {
                (Some(dopings), _) => Wanted::Dopings(dopings.values.clone()),
                (_, Some(mu)) => Wanted::FromFermiLevel(mu.0.clone()),
                _ => Wanted::default(),
            },
            tau: self.tau,
            tau_per_band: self.tau_per_band.as_ref().map(list),
            scattering: self.scattering.clone(),
            spin_resolved: self.spin_resolved,
            planes: self.planes,
            grid: self.mesh,
        }
    }

    /// # Errors
    /// [`Error::BadOption`] for dopings per area of a crystal, or per volume of a layer.
    fn check_density(&self, header: &BandHeader) -> Result<()> {
        let extent = DimensionOption {
            dimension: if header.k_grid.n.contains(&1) { 2 } else { 3 },
            ..DimensionOption::default()
        };
        extent.check_density("--doping", self.doping.as_ref().and_then(|d| d.per))
    }
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
