//! `bzint focusing`.

use super::options::{Output, parse_temperature, parse_triple};
use super::outputs::{Delivery, Outputs, file_to_write, of_option};
use super::phonon::open;
use super::plausible;
use super::quantity::{Kind, positive};
use crate::elastic::{Christoffel, Stiffness, focus_map, section};
use crate::error::{Error, Result};
use crate::phonons::{LongWaves, heat_flow_map};
use crate::report::figure::png;
use crate::report::{
    FocusingReport, branch_waves_json, branch_waves_table, focusing_json, focusing_svg,
    focusing_table,
};
use crate::transport::TransportDirection;
use clap::Args;
use std::path::{Path, PathBuf};

/// Wave vectors for each pixel of a map.
const RAYS: usize = 25;
/// Pixels along a map's side.
const SIDE: usize = 200;
/// Angles of a section.
const ANGLES: usize = 720;

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
    /// Figure to write, .svg or .png: maps of the three waves, slowness and wave surfaces
    #[arg(short, long = "output", value_name = "FIGURE", value_parser = file_to_write())]
    out: Option<PathBuf>,
    #[command(flatten)]
    output: Output,
}

fn parse_mass_density(text: &str) -> Result<f64, String> {
    positive(text, Kind::Number, "density in kg/m^3, such as 2329")
}

impl Focusing {
    /// Runs it.
    ///
    /// # Errors
    /// For constants of no stable crystal, directions of no length, or a figure that cannot be written.
    pub fn run(self) -> Result<()> {
        let ending = self
            .out
            .as_ref()
            .and_then(|p| p.extension())
            .map(|e| e.to_string_lossy().to_lowercase());
        if self.out.is_some() && !matches!(ending.as_deref(), Some("svg" | "png")) {
            return Err(Error::bad_option(
                "--output",
                "the figure's name ends neither in .svg nor in .png",
                "name it so: focusing.png",
            ));
        }
        let inputs: Vec<&Path> = self.phonons.iter().map(PathBuf::as_path).collect();
        let outputs = Outputs::new(&self.output, &inputs, &of_option(&self.out))?;
        let side = self.pixels.map_or(SIDE, |n| n as usize);
        if self.axis.iter().all(|x| *x == 0.0) {
            return Err(Error::bad_option(
                "--axis",
                "0,0,0 has no direction",
                "give three numbers that are not all zero",
            ));
        }
        let draw = |path: &Path, figure: &str| match ending.as_deref() {
            Some("png") => crate::io::write_bytes(path, &png(figure)?),
            _ => crate::io::write_text(path, figure),
        };
        let mut end = Delivery::new(&self.output, &outputs);
        if let Some(file) = &self.phonons {
            let phonons = open(file)?;
            outputs.spare_inputs()?;
            let near = LongWaves::of(&phonons)?;
            let mut rows = Vec::new();
            for n in self.directions() {
                let label = format!("{},{},{}", n[0], n[1], n[2]);
                let header = phonons.header();
                let n = TransportDirection::parse(&label, &header.lattice, &phonons.group)?;
                let waves = near.waves(n.unit)?;
                rows.push((n, waves));
            }
            end.print(|| branch_waves_json(&rows), || branch_waves_table(&rows));
            if let Some(out) = &self.out {
                let map = heat_flow_map(&phonons, self.temperature, self.axis, side)?;
                let (cut, bar) = near.section(self.axis, ANGLES)?;
                let figure = focusing_svg(&map, &cut, self.axis, Some(bar));
                end.write(out, |path| draw(path, &figure));
            }
            return end.finish();
        }
        plausible::warn(&self.output, &plausible::MASS_DENSITY, self.density);
        let density = self.density.unwrap_or(f64::NAN);
        let stiffness = Stiffness::new(&self.elastic)?;
        let medium = Christoffel::of(&stiffness, density)?;
        let mut rows = Vec::new();
        for n in self.directions() {
            rows.push((n, medium.waves(n)?));
        }
        let report = FocusingReport { density, rows };
        end.print(|| focusing_json(&report), || focusing_table(&report));
        if let Some(path) = &self.out {
            let map = focus_map(&stiffness, density, self.axis, side, RAYS)?;
            let cut = section(&medium, self.axis, ANGLES)?;
            let figure = focusing_svg(&map, &cut, self.axis, None);
            end.write(path, |path| draw(path, &figure));
        }
        end.finish()
    }

    /// The directions asked for.
    fn directions(&self) -> Vec<[f64; 3]> {
        match self.direction.is_empty() {
            true => vec![[0.0, 0.0, 1.0], [1.0, 1.0, 0.0], [1.0, 1.0, 1.0]],
            false => self.direction.clone(),
        }
    }
}
