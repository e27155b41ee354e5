//! `bzint bands`.

use super::options::{FermiOption, Input, Method, Output, Range, parse_range};
use super::outputs::{Delivery, Outputs, Paper, beside_results, file_to_write, of_option};
use super::quantity::number;
use super::session;
use crate::error::Result;
use crate::report::figure::{png, svg};
use crate::report::{BandPathReport, band_path_csv, band_path_figure, band_path_json};
use crate::workflow::{BandPath, Node};
use clap::Args;
use std::path::{Path, PathBuf};

/// Width and height of a panel, in units of 1/96 inch.
const PANEL: (f64, f64) = (430.0, 420.0);

/// Options of `bands`.
#[derive(Args, Debug)]
pub struct Bands {
    #[command(flatten)]
    input: Input,
    /// Corners by name and fractional coordinates: "G 0,0,0; X 0.5,0,0.5; L 0.5,0.5,0.5" (default: the usual ones of cubic and hexagonal
    /// lattices, else halves of the reciprocal vectors)
    #[arg(long, value_name = "CORNERS", value_parser = parse_path, allow_hyphen_values = true)]
    path: Option<Corners>,
    /// Points of the path, each corner being one
    #[arg(long, value_name = "N", default_value_t = 400)]
    points: usize,
    /// Energies that are shown, start:stop in eV from the Fermi level
    #[arg(long, value_name = "RANGE", value_parser = parse_range, allow_hyphen_values = true, default_value = "-8:8")]
    energy: Range,
    #[command(flatten)]
    level: FermiOption,
    #[command(flatten)]
    method: Method,
    /// Figure to write, .svg or .png (default: the file's name with .bands.svg, where nothing else is asked for)
    #[arg(short, long = "output", value_name = "FIGURE", value_parser = file_to_write())]
    out: Option<PathBuf>,
    /// Write the energies to this file of comma-separated values, or print them: `-`
    #[arg(long, value_name = "OUT.csv", value_parser = file_to_write())]
    csv: Option<PathBuf>,
    #[command(flatten)]
    paper: Paper,
    #[command(flatten)]
    output: Output,
}

/// Corners of a path.
#[derive(Clone, Debug)]
struct Corners(Vec<Node>);

impl Bands {
    /// Runs it.
    ///
    /// # Errors
    /// Where the bands cannot be read or interpolated, or a figure cannot be written.
    pub fn run(self) -> Result<()> {
        let _progress = session::show_progress(&self.output);
        self.level.check()?;
        self.input.check(Some(&self.method))?;
        let figure = match (&self.out, self.csv.is_some() || self.output.json) {
            (None, true) => None,
            (out, _) => Some(beside_results(out, &self.input.file, "bands.svg")?),
        };
        let is_png = figure.as_deref().map_or(Ok(false), super::plot::is_png)?;
        let mut named = of_option(&figure);
        named.extend(self.csv.iter().map(|path| ("--csv", path.clone())));
        let outputs = Outputs::new(&self.output, &[&self.input.file], &named)?;
        let window_ev = (self.energy.start, self.energy.stop);
        let asked = BandPath {
            nodes: self.path.clone().map_or(Vec::new(), |c| c.0),
            points: self.points,
            level: self.level,
            states_ev: figure.is_some().then_some(window_ev),
        };
        let bands = asked.open(self.input.read()?, &self.input.opening, &self.method)?;
        outputs.spare_inputs()?;
        let header = bands.header();
        session::notes(&self.output, header);
        let found = asked.run(&bands, &self.method, &session::voice(&self.output))?;
        let report = BandPathReport {
            header,
            input: self.input.file.display().to_string(),
            found: &found,
            window_ev,
        };
        let mut end = Delivery::new(&self.output, &outputs);
        end.tell(|| band_path_json(&report));
        if let Some(path) = &figure {
            let drawn = svg(&band_path_figure(&report, PANEL));
            let drawn = self.paper.under(drawn);
            end.write(path, |path: &Path| match is_png {
                true => crate::io::write_bytes(path, &png(&drawn)?),
                false => crate::io::write_text(path, &drawn),
            });
        }
        if let Some(path) = &self.csv {
            end.write(path, |path| {
                crate::io::write_text(path, &band_path_csv(&report))
            });
        }
        end.finish()
    }
}

/// Parses "G 0,0,0; X 0.5,0,0.5".
fn parse_path(text: &str) -> std::result::Result<Corners, String> {
    let corner = |part: &str| {
        let wrong = || {
            format!(
                "`{}`: give a name and three numbers, as `X 0.5,0,0.5`",
                part.trim()
            )
        };
        let (name, k) = part.trim().split_once(' ').ok_or_else(wrong)?;
        let k: Vec<f64> = k
            .split(',')
            .map(|x| number(x.trim()))
            .collect::<std::result::Result<_, _>>()?;
        let k = k.try_into().map_err(|_| wrong())?;
        Ok(Node::new(name, k))
    };
    let parts = text.split(';').filter(|p| !p.trim().is_empty());
    let all: std::result::Result<Vec<Node>, String> = parts.map(corner).collect();
    all.map(Corners)
}
