//! `bzint surface`.

use super::options::{FermiOption, Input, Output, parse_energy, parse_time};
use super::outputs::{CsvOption, Delivery, Outputs, file_to_write, of_option, write_json};
use super::session;
use super::surfaces::MeshOption;
use crate::error::{Error, Result};
use crate::io::frmsf;
use crate::io::polygons::{self, Format};
use crate::io::{write_bytes, write_text};
use crate::report::{
    Property, SurfaceReport, View, surface_json, surface_page, surface_png, surface_properties,
    surface_result, surface_svg, surface_table,
};
use crate::workflow;
use clap::{Args, ValueEnum};
use std::path::{Path, PathBuf};

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
    csv: CsvOption,
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
            .chain(self.csv.named()?)
            .collect();
        let outputs = Outputs::new(&self.output, &[&self.input.file], &named)?;
        let asked = self.asked(forms.iter().any(Form::shows_vertices));
        asked.check()?;
        self.input.check(Some(&self.mesh.method()))?;
        let bands = asked.open(self.input.read()?, &self.input.opening)?;
        let header = bands.header();
        self.check_colour(header.has_lifetimes)?;
        outputs.spare_inputs()?;
        session::notes(&self.output, header);
        let found = asked.run(&bands, &session::voice(&self.output))?;
        let report = SurfaceReport {
            header,
            input: self.input.file.display().to_string(),
            tau_s: self.tau,
            found: &found,
        };
        let mut end = Delivery::new(&self.output, &outputs);
        end.print(|| surface_json(&report), || surface_table(&report));
        let properties = self.properties(header.has_lifetimes);
        let view = || View::new(&found.fine, header.first_band, &properties, self.tau);
        let result = || surface_result(&report, &view(), &session::command_line());
        for (path, form) in self.out.iter().zip(&forms) {
            end.write(path, |path| match form {
                Form::Polygons(format) => polygons::write(path, &view().polygons, *format),
                Form::Frmsf => {
                    let fine = &found.sampled;
                    let of = |at: usize| {
                        let speeds = fine.speeds(at, &header.lattice)?;
                        Ok((&fine.bands[at].energies[..], speeds))
                    };
                    let all = (0..fine.bands.len()).map(of).collect::<Result<Vec<_>>>()?;
                    let energy = found.energy_ev;
                    frmsf::write_surface(path, &header.lattice, fine.grid, &all, energy)
                }
                Form::Page => {
                    let title = format!("Surface of {}", report.input);
                    write_text(path, &surface_page(&view(), &title, &report.page_facts()))
                }
                Form::Png => write_bytes(path, &surface_png(&view(), false)?),
                Form::Svg => write_text(path, &surface_svg(&view(), false)?),
                Form::Hdf5 => result()?.write(path),
                Form::Json => write_json(path, &surface_json(&report)),
            });
        }
        end.result(None, &self.csv, &|| surface_json(&report), &result);
        end.finish()
    }

    /// What is asked for.
    fn asked(&self, vertices: bool) -> workflow::Surface {
        let masses = matches!(self.colour.property(), Property::InverseMass(_));
        workflow::Surface {
            level: self.level,
            energy_ev: self.energy,
            tau: self.tau,
            inverse_masses: masses || self.inverse_masses,
            vertices,
            grid: self.mesh,
        }
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
        let mut all = surface_properties(lifetimes, self.tau, self.inverse_masses);
        all.retain(|p| *p != chosen);
        all.insert(0, chosen);
        all
    }
}
