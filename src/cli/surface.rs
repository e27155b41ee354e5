//! `bzint surface`.

use super::options::{FermiOption, Input, Output, parse_energy, parse_time};
use super::outputs::{Delivery, Outputs, file_to_write, of_option, write_json};
use super::session;
use super::surfaces::MeshOption;
use super::threads::on_threads;
use crate::error::{Error, Result};
use crate::io::frmsf;
use crate::io::polygons::{self, Format};
use crate::io::{write_bytes, write_text};
use crate::report::{
    Property, SurfaceReport, View, surface_json, surface_page, surface_png, surface_result,
    surface_svg, surface_table,
};
use crate::surface::survey;
use crate::workflow::Surfaces;
use clap::{Args, ValueEnum};
use std::path::{Path, PathBuf};
use std::time::Instant;

/// The property that colours show.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Colour {
    /// |v|
    Speed,
    /// v along x
    X,
    /// v along y
    Y,
    /// v along z
    Z,
    /// tau of the bands
    Lifetime,
    /// |v| tau
    MeanFreePath,
    /// Inverse masses, 1/m_e
    InverseMassXx,
    InverseMassYy,
    InverseMassZz,
    InverseMassYz,
    InverseMassXz,
    InverseMassXy,
}

impl Colour {
    fn property(self) -> Property {
        match self {
            Self::Speed => Property::Speed,
            Self::X => Property::X,
            Self::Y => Property::Y,
            Self::Z => Property::Z,
            Self::Lifetime => Property::Lifetime,
            Self::MeanFreePath => Property::MeanFreePath,
            Self::InverseMassXx => Property::InverseMass(0),
            Self::InverseMassYy => Property::InverseMass(1),
            Self::InverseMassZz => Property::InverseMass(2),
            Self::InverseMassYz => Property::InverseMass(3),
            Self::InverseMassXz => Property::InverseMass(4),
            Self::InverseMassXy => Property::InverseMass(5),
        }
    }
}

/// Options of `surface`.
#[derive(Args, Debug)]
pub struct Surface {
    #[command(flatten)]
    input: Input,
    #[command(flatten)]
    level: FermiOption,
    /// Energy of the surface from the Fermi level, eV
    #[arg(long, value_name = "EV", value_parser = parse_energy, allow_hyphen_values = true, default_value = "0")]
    energy: f64,
    #[command(flatten)]
    mesh: MeshOption,
    /// Constant relaxation time, s, for mean free paths
    #[arg(long, value_name = "SECONDS", value_parser = parse_time, allow_hyphen_values = true)]
    tau: Option<f64>,
    /// What colours show
    #[arg(long, value_enum, default_value = "speed")]
    colour: Colour,
    /// Inverse masses at every point of the surface, too, among the properties of meshes and pages
    #[arg(long)]
    inverse_masses: bool,
    /// Also write the surface: .vtp (ParaView), .ply, .obj, .glb, .frmsf (FermiSurfer), .html (a page that turns it), .png or .svg (a picture), .h5 (mesh,
    /// properties and table, for `bzint plot` and xarray), or .json
    #[arg(short, long = "output", value_name = "FILE", value_parser = file_to_write())]
    out: Vec<PathBuf>,
    #[command(flatten)]
    output: Output,
}

/// What a file is to hold.
#[derive(Clone, Copy)]
enum Form {
    Polygons(Format),
    Frmsf,
    Page,
    Png,
    Svg,
    Hdf5,
    Json,
}

impl Form {
    /// Whether it holds the vertices of the surface.
    fn shows_vertices(&self) -> bool {
        !matches!(self, Self::Frmsf | Self::Json)
    }

    fn of(path: &Path) -> Result<Self> {
        let ending = path.extension().map(|e| e.to_string_lossy().to_lowercase());
        Ok(match ending.as_deref() {
            Some("vtp") => Self::Polygons(Format::Vtp),
            Some("ply") => Self::Polygons(Format::Ply),
            Some("obj") => Self::Polygons(Format::Obj),
            Some("glb") => Self::Polygons(Format::Glb),
            Some("frmsf") => Self::Frmsf,
            Some("html" | "htm") => Self::Page,
            Some("png") => Self::Png,
            Some("svg") => Self::Svg,
            Some("h5" | "hdf5" | "nc") => Self::Hdf5,
            Some("json") => Self::Json,
            _ => {
                return Err(Error::bad_option(
                    "--output",
                    format!("{} does not say in which form", path.display()),
                    "name the file .vtp, .ply, .obj, .glb, .frmsf, .html, .png, .svg, .h5 or .json",
                ));
            }
        })
    }
}

impl Surface {
    /// Runs it.
    ///
    /// # Errors
    /// Where the bands cannot be read, have no surface at the energy, or a file cannot be written.
    pub fn run(self) -> Result<()> {
        let _progress = session::show_progress(&self.output);
        let forms = self
            .out
            .iter()
            .map(|p| Form::of(p))
            .collect::<Result<Vec<_>>>()?;
        let named: Vec<(&'static str, PathBuf)> = self
            .out
            .iter()
            .flat_map(|p| of_option(&Some(p.clone())))
            .collect();
        let outputs = Outputs::new(&self.output, &[&self.input.file], &named)?;
        self.level.check()?;
        self.input.check(Some(&self.mesh.method()))?;
        let opened = Surfaces::open(
            self.input.read()?,
            &self.input.opening,
            &self.level,
            &self.mesh,
            self.tau.is_none(),
        )?;
        self.check_colour(opened.header().has_lifetimes)?;
        outputs.spare_inputs()?;
        session::notes(&self.output, opened.header());
        let say = session::voice(&self.output);
        let bands = Surfaces::new(&opened, &self.level, self.mesh, &say)?;
        let energy = bands.fermi_ev + self.energy;
        let start = Instant::now();
        let (replicas, fine, coarse, rival) = on_threads(self.mesh.threads, || {
            let replicas = bands.sample((energy, energy))?;
            let masses = matches!(self.colour.property(), Property::InverseMass(_));
            let masses = masses || self.inverse_masses;
            let mut fine = survey(bands.header(), &replicas.fine, energy, masses)?;
            if forms.iter().any(Form::shows_vertices) {
                bands.move_onto(&mut fine)?;
            }
            let coarse = survey(bands.header(), &replicas.coarse, energy, false)?;
            let rival = replicas
                .rival
                .as_ref()
                .map(|r| survey(bands.header(), r, energy, false))
                .transpose()?;
            Ok((replicas, fine, coarse, rival))
        })?;
        let origin = match self.energy == 0.0 {
            true => format!("Fermi level, {}", bands.origin),
            false => format!(
                "{:+} eV from the Fermi level, {}",
                self.energy, bands.origin
            ),
        };
        let report = SurfaceReport {
            header: bands.header(),
            input: self.input.file.display().to_string(),
            energy_ev: energy,
            energy_bar_ev: bands.fermi_bar_ev,
            origin,
            grid: replicas.fine.grid.n,
            fine: &fine,
            coarse: &coarse,
            rival: rival.as_deref(),
            full_bands: bands.full_bands(energy),
            tau_s: self.tau,
            seconds: start.elapsed().as_secs_f64(),
        };
        let mut end = Delivery::new(&self.output, &outputs);
        end.print(|| surface_json(&report), || surface_table(&report));
        let first = bands.source.header().first_band;
        let properties = self.properties(bands.header().has_lifetimes);
        let view = || View::new(&fine, first, &properties, self.tau);
        for (path, form) in self.out.iter().zip(&forms) {
            end.write(path, |path| match form {
                Form::Polygons(format) => polygons::write(path, &view().polygons, *format),
                Form::Frmsf => {
                    let fine = &replicas.fine;
                    let of = |at: usize| {
                        Ok((
                            &fine.bands[at].energies[..],
                            fine.speeds(at, &bands.header().lattice)?,
                        ))
                    };
                    let all = (0..fine.bands.len()).map(of).collect::<Result<Vec<_>>>()?;
                    frmsf::write_surface(path, &bands.header().lattice, fine.grid, &all, energy)
                }
                Form::Page => {
                    let title = format!("Surface of {}", report.input);
                    write_text(path, &surface_page(&view(), &title, &report.page_facts()))
                }
                Form::Png => write_bytes(path, &surface_png(&view(), false)?),
                Form::Svg => write_text(path, &surface_svg(&view(), false)?),
                Form::Hdf5 => {
                    surface_result(&report, &view(), &session::command_line())?.write(path)
                }
                Form::Json => write_json(path, &surface_json(&report)),
            });
        }
        end.finish()
    }

    /// # Errors
    /// [`Error::BadOption`] for a colour that needs relaxation times where none are known.
    fn check_colour(&self, lifetimes: bool) -> Result<()> {
        let problem = match self.colour {
            Colour::MeanFreePath if self.tau.is_none() && !lifetimes => {
                ("--colour mean-free-path", "no relaxation time is known")
            }
            Colour::Lifetime if !lifetimes => {
                ("--colour lifetime", "the bands bring no relaxation times")
            }
            _ => return Ok(()),
        };
        Err(Error::bad_option(
            problem.0,
            problem.1,
            "give `--tau SECONDS` and `--colour mean-free-path`, or bands with relaxation times",
        ))
    }

    /// The property that colours show, and the others.
    fn properties(&self, lifetimes: bool) -> Vec<Property> {
        let chosen = self.colour.property();
        let mut others = vec![Property::Speed, Property::X, Property::Y, Property::Z];
        if lifetimes && self.tau.is_none() {
            others.push(Property::Lifetime);
        }
        if self.tau.is_some() || lifetimes {
            others.push(Property::MeanFreePath);
        }
        if self.inverse_masses {
            others.extend((0..6).map(Property::InverseMass));
        }
        others.retain(|p| *p != chosen);
        others.insert(0, chosen);
        others
    }
}
