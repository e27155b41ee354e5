//! `bzint plot`.

use super::options::Output;
use super::outputs::{Delivery, Outputs, beside_results, file_to_write, is_stdout};
use crate::error::{Error, Result};
use crate::io::results::ResultFile;
use crate::report::figure::{Against, Selection, compose, png, svg};
use crate::report::orbits_figure;
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
    /// Results of `transport`, `optimize`, `dos` or `fermi`: the HDF5 file of `-o`, or what `--json` printed; of any other
    /// command: the HDF5 file
    file: PathBuf,
    /// Figure to write, .svg or .png, or `-` for SVG on stdout (default: the results' name with .svg)
    #[arg(short, long = "output", value_name = "FIGURE", value_parser = file_to_write())]
    out: Option<PathBuf>,
    /// Quantities, one panel each: names as in the file, or sigma, S, kappa_e, PF, zT, R_H, n, mu_e, DOS, N …
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
        let outputs = Outputs::new(&self.output, &[&self.file], &[("--output", out.clone())])?;
        let results = ResultFile::open(&self.file)?;
        let figure = match results.kind() {
            "orbits" => orbits_figure(&results)?,
            _ => self.composed(&results)?,
        };
        let mut end = Delivery::new(&self.output, &outputs);
        end.write(&out, |out| {
            if is_png {
                crate::io::write_bytes(out, &png(&figure)?)
            } else {
                crate::io::write_text(out, &figure)
            }
        });
        let name = out.display().to_string();
        end.tell(|| serde_json::json!({"figure": name, "kind": results.kind()}));
        end.finish()
    }

    /// Panels of curves.
    fn composed(&self, results: &ResultFile) -> Result<String> {
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
        };
        let figure = compose(results, &selection, self.size)?.ok_or_else(|| {
            Error::bad_option(
                "--quantity",
                format!(
                    "these {} results hold nothing that can be drawn",
                    results.kind()
                ),
                "give another file",
            )
        })?;
        Ok(svg(&figure))
    }
}

/// # Errors
/// [`Error::BadOption`] for a figure of neither kind.
fn is_png(path: &Path) -> Result<bool> {
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
