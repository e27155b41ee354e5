//! `bzint orbits`.

use super::field::{self, FieldOption};
use super::options::{FermiOption, Input, Output, parse_energy};
use super::outputs::{Delivery, Outputs, check_csv, file_to_write, write_json};
use super::session;
use super::surfaces::{MeshOption, Surfaces};
use super::threads::on_threads;
use crate::error::{Error, Result};
use crate::io::{write_bytes, write_text};
use crate::report::figure::png;
use crate::report::{
    OrbitsReport, Property, View, follow, orbits_csv, orbits_figure, orbits_json, orbits_result,
    orbits_table, surface_page, surface_png,
};
use crate::surface::{Interpolations, catalogue, flattened, survey};
use clap::Args;
use rayon::prelude::*;
use std::path::{Path, PathBuf};
use std::time::Instant;

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

impl Orbits {
    /// Runs it.
    ///
    /// # Errors
    /// For bands without a surface at the energy or without a third dimension, unusable directions, or files that cannot be written.
    pub fn run(self) -> Result<()> {
        let _progress = session::show_progress(&self.output);
        if !(self.planes >= 1.0 && self.planes <= 10_000.0) {
            return Err(Error::bad_option(
                "--planes",
                format!("{}", self.planes),
                "give a number from 1 to 10000",
            ));
        }
        let forms = self
            .out
            .iter()
            .map(|p| Form::of(p))
            .collect::<Result<Vec<_>>>()?;
        let mut named: Vec<(&'static str, PathBuf)> =
            self.out.iter().map(|p| ("--output", p.clone())).collect();
        if let Some(path) = &self.on_surface {
            is_page(path)?;
            named.push(("--on-surface", path.clone()));
        }
        let outputs = Outputs::new(&self.output, &[&self.input.file], &named)?;
        let bands = Surfaces::open(&self.input, &self.level, &self.mesh, false, &self.output)?;
        outputs.spare_inputs()?;
        let header = bands.header();
        let lattice = flattened(header)?;
        let angles = self.field.directions(&lattice)?;
        if let Some(text) = field::about(&angles) {
            session::note(&self.output, &text);
        }
        let energy = bands.fermi_ev + self.energy;
        let start = Instant::now();
        let phase = crate::progress::phase("orbits", angles.len() as u64);
        let (found, surfaces, grid) = on_threads(self.mesh.threads, || {
            let replicas = bands.sample((energy, energy))?;
            let surfaces = survey(header, &replicas.fine, energy, false)?;
            let mut all = Vec::new();
            for surface in &surfaces {
                let same = |b: &crate::surface::BandField| {
                    (b.spin, b.band) == (surface.spin, surface.band)
                };
                let at = replicas.fine.bands.iter().position(same);
                let rival = replicas.rival.as_ref();
                let at_rival = rival.and_then(|r| r.bands.iter().position(same));
                let Some(at) = at else { continue };
                all.push(Interpolations {
                    surface,
                    fine: replicas.fine.spline(at)?,
                    coarse: replicas.coarse.spline(at)?,
                    rival: match (rival, at_rival) {
                        (Some(r), Some(at)) => Some(r.spline(at)?),
                        _ => None,
                    },
                });
            }
            let layer = (0..3).find(|a| header.k_grid.n[*a] == 1);
            let found = angles
                .par_iter()
                .map(|a| {
                    let (acting, share) = a.direction.acting(&lattice, layer)?;
                    let mut found = catalogue(&all, acting, self.planes, self.max_orbits)?;
                    found.direction = a.direction;
                    for o in &mut found.orbits {
                        // In a tilted field a layer's orbits need so much more of it.
                        for x in [&mut o.frequency, &mut o.mass] {
                            *x = x.scaled(1.0 / share);
                        }
                        o.mass_from_areas /= share;
                    }
                    phase.add(1);
                    Ok(found)
                })
                .collect::<Result<Vec<_>>>()?;
            drop(all);
            Ok((found, surfaces, replicas.fine.grid.n))
        })?;
        let degrees: Vec<f64> = angles.iter().map(|a| a.degrees).collect();
        let report = OrbitsReport {
            header,
            input: self.input.file.display().to_string(),
            energy_ev: energy,
            origin: bands.origin.clone(),
            grid,
            families: follow(&found),
            degrees,
            found: &found,
            seconds: start.elapsed().as_secs_f64(),
        };
        let mut end = Delivery::new(&self.output, &outputs);
        end.print(|| orbits_json(&report), || orbits_table(&report));
        let result = || orbits_result(&report, &session::command_line());
        for (path, form) in self.out.iter().zip(&forms) {
            end.write(path, |path| match form {
                Form::Hdf5 => result()?.write(path),
                Form::Json => write_json(path, &orbits_json(&report)),
                Form::Csv => write_text(path, &orbits_csv(&report)),
                Form::Svg => write_text(path, &orbits_figure(&result()?)?),
                Form::Png => write_bytes(path, &png(&orbits_figure(&result()?)?)?),
            });
        }
        if let (Some(path), Some(first)) = (&self.on_surface, found.first()) {
            let mut view = View::new(&surfaces, header.first_band, &[Property::Speed], None);
            view.add_orbits(first, header.first_band);
            end.write(path, |path| match is_page(path)? {
                false => write_bytes(path, &surface_png(&view, false)?),
                true => {
                    let title = format!("Orbits of {}", report.input);
                    write_text(path, &surface_page(&view, &title, &report.page_facts()))
                }
            });
        }
        end.finish()
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
