//! `bzint focusing`.

use super::options::{Output, parse_temperature, parse_triple};
use super::outputs::{CsvOption, Delivery, Outputs, Paper, file_to_write, of_option, write_json};
use super::phonon::open;
use super::plausible;
use super::quantity::{Kind, positive};
use super::session;
use crate::error::{Error, Result};
use crate::io::{write_bytes, write_text};
use crate::report::figure::png;
use crate::report::{FocusingReport, focusing_json, focusing_result, focusing_svg, focusing_table};
use crate::workflow::{self, Medium};
use clap::Args;
use std::path::{Path, PathBuf};

/// Pixels along a map's side.
const SIDE: usize = 200;

/// Options of `focusing`.
#[derive(Args, Debug)]
pub struct Focusing {
    /// Elastic constants in GPa: C11,C12,C44 (cubic), C11,C12,C13,C33,C44 (hexagonal), C11,C12,C13,C33,C44,C66 (tetragonal),
    /// C11,C12,C13,C14,C33,C44,C66 (trigonal), C11,C22,C33,C12,C13,C23,C44,C55,C66 (orthorhombic), or all 21, row by row
    #[arg(
        long,
        value_name = "LIST",
        value_delimiter = ',',
        allow_hyphen_values = true,
        required = true
    )]
    elastic: Vec<f64>,
    /// Density in kg/m^3
    #[arg(long, value_name = "KG/M3", value_parser = parse_mass_density, allow_hyphen_values = true)]
    density: Option<f64>,
    /// A file of phonons in the place of elastic constants: its first three branches for q → 0, and maps of where their heat flows
    #[arg(long, value_name = "FILE", conflicts_with_all = ["elastic", "density"])]
    phonons: Option<PathBuf>,
    /// Temperature of the heat of --phonons, K
    #[arg(short = 'T', long, value_name = "K", value_parser = parse_temperature, allow_hyphen_values = true, default_value = "300", conflicts_with = "elastic")]
    temperature: f64,
    /// Direction x,y,z of the wave vector (may be given several times; default: 0,0,1; 1,1,0; 1,1,1)
    #[arg(long, value_name = "X,Y,Z", value_parser = parse_triple, allow_hyphen_values = true)]
    direction: Vec<[f64; 3]>,
    /// Middle of the map, and normal of the sections
    #[arg(long, value_name = "X,Y,Z", value_parser = parse_triple, allow_hyphen_values = true, default_value = "0,0,1")]
    axis: [f64; 3],
    /// Pixels along the map's side
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(20..=1000))]
    pixels: Option<u32>,
    /// Maps of the three waves, slowness and wave surfaces: a figure, .svg or .png, or their numbers, .h5 or .json
    #[arg(short, long = "output", value_name = "FILE", value_parser = file_to_write())]
    out: Option<PathBuf>,
    #[command(flatten)]
    paper: Paper,
    #[command(flatten)]
    csv: CsvOption,
    #[command(flatten)]
    output: Output,
}

fn parse_mass_density(text: &str) -> Result<f64, String> {
    positive(text, Kind::Number, "density in kg/m^3, such as 2329")
}

/// What the file is to hold.
#[derive(Clone, Copy)]
enum Form {
    Svg,
    Png,
    Hdf5,
    Json,
}

impl Form {
    fn of(path: &Path) -> Result<Self> {
        let ending = path.extension().map(|e| e.to_string_lossy().to_lowercase());
        Ok(match ending.as_deref() {
            Some("svg") => Self::Svg,
            Some("png") => Self::Png,
            Some("h5" | "hdf5" | "nc") => Self::Hdf5,
            Some("json") => Self::Json,
            _ => {
                return Err(Error::bad_option(
                    "--output",
                    format!("{} does not say in which form", path.display()),
                    "name the file .svg, .png, .h5 or .json",
                ));
            }
        })
    }
}

impl Focusing {
    /// Runs it.
    ///
    /// # Errors
    /// For constants of no stable crystal, directions of no length, or a file that cannot be written.
    pub fn run(self) -> Result<()> {
        let form = self.out.as_deref().map(Form::of).transpose()?;
        let inputs: Vec<&Path> = self.phonons.iter().map(PathBuf::as_path).collect();
        let named = [of_option(&self.out), self.csv.named()?].concat();
        let outputs = Outputs::new(&self.output, &inputs, &named)?;
        let asked = self.asked();
        asked.check()?;
        let phonons = self.phonons.as_deref().map(open).transpose()?;
        outputs.spare_inputs()?;
        let medium = match &phonons {
            Some(phonons) => Medium::Phonons(phonons, self.temperature),
            None => {
                plausible::warn(&self.output, &plausible::MASS_DENSITY, self.density);
                Medium::Elastic(&self.elastic, self.density.unwrap_or(f64::NAN))
            }
        };
        let found = asked.run(&medium)?;
        let file = self.phonons.as_ref();
        let report = FocusingReport {
            input: file.map_or_else(String::new, |f| f.display().to_string()),
            axis: self.axis,
            found: &found,
        };
        let mut end = Delivery::new(&self.output, &outputs);
        end.print(|| focusing_json(&report), || focusing_table(&report));
        let result = || focusing_result(&report, &session::command_line());
        let figure = || {
            let drawn = focusing_svg(&report).ok_or_else(|| Error::Internal("no map".into()))?;
            Ok::<String, Error>(self.paper.under(drawn))
        };
        if let (Some(path), Some(form)) = (&self.out, form) {
            end.write(path, |path| match form {
                Form::Svg => write_text(path, &figure()?),
                Form::Png => write_bytes(path, &png(&figure()?)?),
                Form::Hdf5 => result()?.write(path),
                Form::Json => write_json(path, &focusing_json(&report)),
            });
        }
        end.result(None, &self.csv, &|| focusing_json(&report), &result);
        end.finish()
    }

    /// What is asked for.
    fn asked(&self) -> workflow::Focusing {
        let usual = workflow::Focusing::default();
        let side = self.pixels.map_or(SIDE, |n| n as usize);
        workflow::Focusing {
            directions: match self.direction.is_empty() {
                true => usual.directions,
                false => self.direction.clone(),
            },
            axis: self.axis,
            pixels: self.out.as_ref().map(|_| side),
        }
    }
}
