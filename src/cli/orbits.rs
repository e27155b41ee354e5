//! `bzint orbits`.

use super::field::FieldOption;
use super::long::{Asked, Divided, Long};
use super::options::{FermiOption, Input, Output, parse_energy};
use super::outputs::{
    CsvOption, Delivery, Outputs, Paper, check_csv, file_to_write, of_option, write_json,
};
use super::session;
use super::surfaces::MeshOption;
use crate::error::{Error, Result};
use crate::io::{write_bytes, write_text};
use crate::report::figure::png;
use crate::report::{
    OrbitsReport, Property, View, orbits_csv, orbits_figure, orbits_json, orbits_result,
    orbits_table, surface_page, surface_png,
};
use crate::scale::Work;
use crate::workflow::{self, SurfaceGrid};
use clap::Args;
use std::path::{Path, PathBuf};

/// Options of `orbits`.
#[derive(Args, Debug)]
pub struct Orbits {
    #[command(flatten)]
    input: Input,
    #[command(flatten)]
    level: FermiOption,
    /// Energy of the surface from the Fermi level, eV
    #[arg(long, value_name = "EV", value_parser = parse_energy, allow_hyphen_values = true, default_value = "0")]
    energy: f64,
    #[command(flatten)]
    field: FieldOption,
    /// Planes over the width of the zone in which orbits are looked for
    #[arg(long, value_name = "N", default_value_t = 16.0)]
    planes: f64,
    /// Most extremal orbits of a band in one direction
    #[arg(long, value_name = "N", default_value_t = 1000)]
    max_orbits: usize,
    #[command(flatten)]
    mesh: MeshOption,
    /// Also write the orbits: .h5, .json, .csv, or a figure .svg or .png (frequencies over the angle; in one direction the orbits in their planes)
    #[arg(short, long = "output", value_name = "FILE", value_parser = file_to_write())]
    out: Vec<PathBuf>,
    /// Also draw the orbits of the first direction on the surface: .png, or .html (a page that turns)
    #[arg(long, value_name = "FILE", value_parser = file_to_write())]
    on_surface: Option<PathBuf>,
    #[command(flatten)]
    paper: Paper,
    #[command(flatten)]
    csv: CsvOption,
    #[command(flatten)]
    long: Long,
    #[command(flatten)]
    output: Output,
}

#[derive(Clone, Copy)]
enum Form {
    Hdf5,
    Json,
    Csv,
    Svg,
    Png,
}

impl Form {
    fn of(path: &Path) -> Result<Self> {
        let ending = path.extension().map(|e| e.to_string_lossy().to_lowercase());
        Ok(match ending.as_deref() {
            Some("h5" | "hdf5" | "nc") => Self::Hdf5,
            Some("json") => Self::Json,
            Some("csv") => {
                check_csv(path)?;
                Self::Csv
            }
            Some("svg") => Self::Svg,
            Some("png") => Self::Png,
            _ => {
                return Err(Error::bad_option(
                    "--output",
                    format!("{} does not say in which form", path.display()),
                    "name the file .h5, .json, .csv, .svg or .png",
                ));
            }
        })
    }
}

impl Divided for Orbits {
    fn put_together(&mut self, long: Long, out: Option<PathBuf>, output: Output) {
        self.long = long;
        self.out = out.into_iter().collect();
        self.output = output;
    }
}

impl Orbits {
    /// Runs it.
    ///
    /// # Errors
    /// For bands without a surface at the energy or without a third dimension, unusable directions, or files that cannot be written.
    pub fn run(mut self) -> Result<()> {
        let _progress = session::show_progress(&self.output);
        let asked = workflow::Orbits {
            level: self.level,
            energy_ev: self.energy,
            field: self.field.asked(),
            planes: self.planes,
            max_orbits: self.max_orbits,
            grid: self.mesh,
        };
        asked.check()?;
        self.input.check(Some(&self.mesh.method()))?;
        let other = (self.csv.given()).or(self.on_surface.as_ref().map(|_| "--on-surface"));
        self.long.check(&self.output, self.out.first(), other)?;
        self.long.check(&self.output, self.out.last(), other)?;
        let forms = self
            .out
            .iter()
            .map(|p| Form::of(p))
            .collect::<Result<Vec<_>>>()?;
        let part = self.long.output(&self.out.first().cloned());
        let mut named: Vec<(&'static str, PathBuf)> =
            self.out.iter().map(|p| ("--output", p.clone())).collect();
        if self.out.is_empty() {
            named.extend(of_option(&part));
        }
        named.extend(self.long.files());
        if let Some(path) = &self.on_surface {
            is_page(path)?;
            named.push(("--on-surface", path.clone()));
        }
        named.extend(self.csv.named()?);
        let outputs = Outputs::new(&self.output, &[&self.input.file], &named)?;
        let held = self.input.read()?;
        let work = {
            let grid = SurfaceGrid {
                threads: None,
                ..asked.grid
            };
            let alike = workflow::Orbits { grid, ..asked };
            let about = Asked {
                file: &self.input.file,
                content: &|| held.content(),
                options: format!("{alike:?} {:?}", self.input.opening),
            };
            self.long.begin_with(&self.output, about)?
        };
        let bands = asked.open(held, &self.input.opening)?;
        outputs.spare_inputs()?;
        let header = bands.header();
        session::notes(&self.output, header);
        let ledger = work.as_ref().map(Work::ledger);
        let found = asked.run_with(ledger, &bands, &session::voice(&self.output));
        let found = (self.long).result(found, work.as_ref(), &self.output, &part)?;
        let Some(found) = found else {
            return Ok(());
        };
        let report = OrbitsReport::new(&found, header, self.input.file.display().to_string());
        let mut end = Delivery::new(&self.output, &outputs);
        end.print(|| orbits_json(&report), || orbits_table(&report));
        let result = || orbits_result(&report, &session::command_line());
        let figure = || Ok::<String, Error>(self.paper.under(orbits_figure(&result()?)?));
        for (path, form) in self.out.iter().zip(&forms) {
            end.write(path, |path| match form {
                Form::Hdf5 => result()?.write(path),
                Form::Json => write_json(path, &orbits_json(&report)),
                Form::Csv => write_text(path, &orbits_csv(&report)),
                Form::Svg => write_text(path, &figure()?),
                Form::Png => write_bytes(path, &png(&figure()?)?),
            });
        }
        if let Some(path) = &self.csv.csv {
            end.write(path, |path| write_text(path, &orbits_csv(&report)));
        }
        if let (Some(path), Some(first)) = (&self.on_surface, found.orbits.first()) {
            let mut view = View::new(&found.surfaces, header.first_band, &[Property::Speed], None);
            view.add_orbits(first, header.first_band);
            end.write(path, |path| match is_page(path)? {
                false => write_bytes(path, &surface_png(&view, self.paper.dark)?),
                true => {
                    let title = format!("Orbits of {}", report.input);
                    write_text(path, &surface_page(&view, &title, &report.page_facts()))
                }
            });
        }
        end.finish()?;
        work.as_ref().map_or(Ok(()), Work::end)
    }
}

/// # Errors
/// [`Error::BadOption`] for what is neither a page nor a picture.
fn is_page(path: &Path) -> Result<bool> {
    match path.extension().and_then(|e| e.to_str()) {
        Some("png") => Ok(false),
        Some("html" | "htm") => Ok(true),
        _ => Err(Error::bad_option(
            "--on-surface",
            format!("{} is neither .png nor .html", path.display()),
            "name it .png for a picture, .html for a page that turns",
        )),
    }
}
