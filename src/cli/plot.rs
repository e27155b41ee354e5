//! `bzint plot`.

use super::lists::{Dopings, List, parse_dopings, parse_temperatures};
use super::options::Output;
use super::outputs::{Delivery, Outputs, Paper, beside_results, file_to_write, is_stdout};
use super::session;
use super::stdin::file_to_read;
use crate::error::{Error, Result};
use crate::io::results::ResultFile;
use crate::io::{write_bytes, write_text};
use crate::report::figure::{Against, MOST_CURVES, Selection, overlaid, png, svg};
use crate::report::{View, orbits_figure, surface_png, surface_svg};
use clap::{ArgAction, Args, ValueEnum};
use std::path::{Path, PathBuf};

/// Sides of a panel that can be drawn legibly, in units of 1/96 inch.
const SIDES: std::ops::RangeInclusive<f64> = 200.0..=4000.0;

/// The abscissa.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Abscissa {
    /// Chemical potential from the Fermi level.
    Mu,
    /// Net doping.
    Doping,
    /// Temperature.
    Temperature,
}

/// Options of `plot`.
#[derive(Args, Debug)]
pub struct Plot {
    /// Results of any command: the HDF5 file of `-o`, or what `--json` printed (of `magneto`, `orbits` and `surface` the HDF5 file alone)
    #[arg(value_parser = file_to_read())]
    file: PathBuf,
    /// Figure to write, .svg or .png, or `-` for SVG on stdout (default: the results' name with .svg)
    #[arg(short, long = "output", value_name = "FIGURE", value_parser = file_to_write())]
    out: Option<PathBuf>,
    /// Quantities, one panel each (of a surface the property of its colours): names as in the file, or sigma, S, kappa_e, PF, zT, R_H, n, mu_e, DOS, N …
    #[arg(long, value_name = "NAMES", value_delimiter = ',')]
    quantity: Vec<String>,
    /// Abscissa of transport results (default: what they were computed over)
    #[arg(long, value_enum)]
    against: Option<Abscissa>,
    /// Tensor component: average (over the directions that conduct: a third of the trace, half of a layer's), xx, xy …; xyz of Hall tensors (the last is the field's)
    #[arg(long, value_name = "COMPONENT")]
    component: Option<String>,
    /// Logarithmic abscissa; --logx=false for a linear one (default: where it is a doping)
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true, default_missing_value = "true", action = ArgAction::Set)]
    logx: Option<bool>,
    /// Logarithmic ordinate; --logy=false for a linear one (default: for positive quantities that vary 100 times)
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true, default_missing_value = "true", action = ArgAction::Set)]
    logy: Option<bool>,
    /// Width and height of a panel in units of 1/96 inch; a PNG has three pixels per unit
    #[arg(long, value_name = "WxH", value_parser = parse_size, allow_hyphen_values = true, default_value = "460x360")]
    size: (f64, f64),
    /// Curves of these temperatures only, K: 300 or 300,600
    #[arg(long, value_name = "LIST", value_parser = parse_temperatures, allow_hyphen_values = true)]
    temperatures: Option<List>,
    /// Curves of these dopings only, as `transport` takes them
    #[arg(long, value_name = "LIST", value_parser = parse_dopings, allow_hyphen_values = true)]
    dopings: Option<Dopings>,
    /// Other results whose curves are drawn beside, each named after its file
    #[arg(long, value_name = "FILE", num_args = 1..)]
    overlay: Vec<PathBuf>,
    #[command(flatten)]
    paper: Paper,
    #[command(flatten)]
    output: Output,
}

impl Plot {
    /// Runs it.
    ///
    /// # Errors
    /// Where the results cannot be read, lack what is asked for, or the figure cannot be written.
    pub fn run(self) -> Result<()> {
        let out = beside_results(&self.out, &self.file, "svg")?;
        let is_png = !is_stdout(&out) && is_png(&out)?;
        let files: Vec<&Path> = [&self.file]
            .into_iter()
            .chain(&self.overlay)
            .map(PathBuf::as_path)
            .collect();
        let outputs = Outputs::new(&self.output, &files, &[("--output", out.clone())])?;
        let all: Vec<ResultFile> = files
            .iter()
            .map(|file| ResultFile::open(file))
            .collect::<Result<_>>()?;
        let [results, ..] = &all[..] else {
            return Ok(());
        };
        let mut end = Delivery::new(&self.output, &outputs);
        if results.kind() == "surface" {
            let view = self.surface(results)?;
            end.write(&out, |out| match is_png {
                true => write_bytes(out, &surface_png(&view, self.paper.dark)?),
                false => write_text(out, &surface_svg(&view, self.paper.dark)?),
            });
        } else {
            let figure = match results.kind() {
                "orbits" if self.overlay.is_empty() => orbits_figure(results)?,
                _ => self.composed(&files, &all)?,
            };
            let figure = self.paper.under(figure);
            end.write(&out, |out| match is_png {
                true => write_bytes(out, &png(&figure)?),
                false => write_text(out, &figure),
            });
        }
        let name = out.display().to_string();
        end.tell(|| serde_json::json!({"figure": name, "kind": results.kind()}));
        end.finish()
    }

    /// The surface of results, coloured by the property that `--quantity` names.
    fn surface(&self, results: &ResultFile) -> Result<View> {
        if !self.overlay.is_empty() || self.quantity.len() > 1 {
            return Err(Error::bad_option(
                "--overlay",
                "a surface is drawn alone, in the colours of one property",
                "leave `--overlay` out, and name one `--quantity`",
            ));
        }
        View::read(results, self.quantity.first().map(String::as_str))
    }

    /// Panels of curves.
    fn composed(&self, files: &[&Path], all: &[ResultFile]) -> Result<String> {
        let named: Vec<(String, &ResultFile)> = names(files).into_iter().zip(all).collect();
        let selection = Selection {
            quantities: self.quantity.clone(),
            against: self.against.map(|a| match a {
                Abscissa::Mu => Against::ChemicalPotential,
                Abscissa::Doping => Against::Doping,
                Abscissa::Temperature => Against::Temperature,
            }),
            component: self.component.clone(),
            log_x: self.logx,
            log_y: self.logy,
            temperatures: self
                .temperatures
                .as_ref()
                .map_or(Vec::new(), |l| l.0.clone()),
            dopings: self
                .dopings
                .as_ref()
                .map_or(Vec::new(), |d| d.values.clone()),
        };
        let figure = overlaid(&named, &selection, self.size)?.ok_or_else(|| {
            Error::bad_option(
                "--quantity",
                format!(
                    "these {} results hold nothing that can be drawn",
                    all[0].kind()
                ),
                "give another file",
            )
        })?;
        if let Some(n) = figure.thinned {
            let text = format!(
                "{MOST_CURVES} of {n} curves are drawn, evenly picked; --temperatures and --dopings choose"
            );
            session::note(&self.output, &text);
        }
        Ok(svg(&figure))
    }
}

/// What files are called in a legend: their names without endings, with folders where these alone tell them apart.
fn names(files: &[&Path]) -> Vec<String> {
    let short = |file: &Path| {
        let stem = file.file_stem().unwrap_or(file.as_os_str());
        stem.to_string_lossy().into_owned()
    };
    let all: Vec<String> = files.iter().map(|file| short(file)).collect();
    let alone = |name: &String| all.iter().filter(|n| *n == name).count() == 1;
    let name = |(file, name): (&&Path, &String)| match alone(name) {
        true => name.clone(),
        false => file.display().to_string(),
    };
    files.iter().zip(&all).map(name).collect()
}

/// # Errors
/// [`Error::BadOption`] for a figure of neither kind.
pub fn is_png(path: &Path) -> Result<bool> {
    let extension = path.extension().map(|e| e.to_string_lossy().to_lowercase());
    match extension.as_deref() {
        Some("svg") => Ok(false),
        Some("png") => Ok(true),
        _ => Err(Error::bad_option(
            "--output",
            format!("`{}` ends neither in .svg nor in .png", path.display()),
            "name the figure so: figure.svg, figure.png",
        )),
    }
}

fn parse_size(text: &str) -> Result<(f64, f64), String> {
    let sides = text.split_once(['x', '×']);
    let sides = sides.and_then(|(w, h)| Some((w.parse().ok()?, h.parse().ok()?)));
    match sides {
        Some((w, h)) if SIDES.contains(&w) && SIDES.contains(&h) => Ok((w, h)),
        _ => Err("give width and height from 200 to 4000, such as 460x360".into()),
    }
}
