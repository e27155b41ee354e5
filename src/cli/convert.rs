//! `bzint convert`.

use super::options::{Input, Output, parse_energy};
use super::outputs::Outputs;
use super::quantity::excerpt;
use super::{session, terminal};
use crate::bands::BandSource;
use crate::error::{Error, Result};
use crate::io::bxsf::BxsfConvention;
use crate::io::{self, bxsf, frmsf, hdf5, wannier90};
use clap::Args;
use std::path::PathBuf;

/// Options of `convert`.
#[derive(Args, Debug)]
pub struct Convert {
    #[command(flatten)]
    input: Input,
    /// File to write: .h5 (native), .bxsf, .frmsf, or SEED_hr.dat (with SEED.win: a Hamiltonian that has the energies as eigenvalues)
    #[arg(short, long = "output", value_name = "OUT")]
    out: PathBuf,
    /// Spin channel for formats without spin: 1 (up) or 2 (down)
    #[arg(long, value_name = "1|2", value_parser = parse_spin, allow_hyphen_values = true)]
    spin: Option<usize>,
    /// The one band to write to .bxsf or .frmsf, by its number in `bzint info` (SKEAF reads one a file)
    #[arg(long, value_name = "N")]
    band: Option<usize>,
    /// Units of the .bxsf or .frmsf written, as --bxsf-units has them (which is of the input where that is BXSF or FRMSF, and
    /// else of the output; default: wannier90)
    #[arg(long, value_name = "UNITS")]
    output_units: Option<BxsfConvention>,
    /// Fermi level in eV for formats that need one, instead of the file's
    #[arg(long, value_name = "EV", value_parser = parse_energy, allow_hyphen_values = true)]
    fermi_level: Option<f64>,
    #[command(flatten)]
    output: Output,
}

impl Convert {
    /// Runs it.
    ///
    /// # Errors
    /// Where the input cannot be read or the output cannot be written.
    pub fn run(mut self) -> Result<()> {
        let _progress = session::show_progress(&self.output);
        if self.input.file.exists() && io::phonons::is_phonons(&self.input.file)? {
            return self.phonons();
        }
        let extension = self.out.extension().and_then(|e| e.to_str()).unwrap_or("");
        let extension = extension.to_string();
        let win = wannier90::win_beside(&self.out);
        let has_units = match extension.as_str() {
            "dat" if win.is_some() => false,
            "h5" | "hdf5" => false,
            "bxsf" | "frmsf" => true,
            _ => {
                return Err(Error::bad_option(
                    "--output",
                    format!(
                        "{} ends in none of .h5, .bxsf, .frmsf, _hr.dat",
                        self.out.display()
                    ),
                    "give a name with the ending of the format wanted",
                ));
            }
        };
        // Units of an input that has its own are meant for the output.
        if has_units && self.input.file.exists() && !io::is_without_units(&self.input.file)? {
            self.output_units = self.output_units.or(self.input.bxsf_units.take());
        }
        if !has_units {
            let unused = [
                (
                    "--spin",
                    self.spin.is_some() && win.is_none(),
                    "holds both spins",
                ),
                (
                    "--fermi-level",
                    self.fermi_level.is_some(),
                    "keeps the file's own, or none",
                ),
                (
                    "--output-units",
                    self.output_units.is_some(),
                    "is in eV and Å",
                ),
                ("--band", self.band.is_some(), "holds all bands"),
            ];
            if let Some((option, _, why)) = unused.iter().find(|(_, given, _)| *given) {
                return Err(Error::bad_option(
                    *option,
                    format!("a native file {why}"),
                    "leave it away, or write a .bxsf or .frmsf file",
                ));
            }
        }
        let convention = self.output_units.unwrap_or_default();
        if let Some(win) = win {
            return self.hamiltonian(win);
        }
        let outputs = Outputs::new(
            &self.output,
            &[&self.input.file],
            &[("--output", self.out.clone())],
        )?;
        let source = session::open(&self.input)?;
        outputs.spare_inputs()?;
        session::notes(&self.output, source.header());
        let mut options = bxsf::WriteOptions {
            spin: self.spin.map(|spin| spin - 1),
            fermi_level_ev: self.fermi_level,
            band: self.band,
            units: convention.units,
        };
        if convention.one_band && self.band.is_none() {
            options.band = Some(only_band(&*source, &options)?);
        }
        match extension.as_str() {
            "bxsf" => bxsf::write(&self.out, &*source, &options)?,
            "frmsf" => frmsf::write(&self.out, &*source, &options)?,
            _ => hdf5::write(&self.out, &*source, &session::command_line())?,
        }
        let header = source.header();
        let what = match options.band {
            Some(number) => format!("band {number} ({})", header.spin.name()),
            None => format!("{} {} bands", header.n_band, header.spin.name()),
        };
        let units = match has_units {
            true => format!(" in {}", options.units),
            false => String::new(),
        };
        let summary = format!(
            "{what} on {} k-points written to {}{units}",
            header.k_grid,
            self.out.display()
        );
        if self.output.json {
            return terminal::print_json(
                &serde_json::json!({"kind": "convert", "output": self.out.display().to_string(), "k_grid": header.k_grid.n, "bands": options.band.map_or(header.n_band, |_| 1)}),
            );
        }
        if self.output.quiet {
            return Ok(());
        }
        terminal::print(&summary)
    }

    /// Writes phonons in bzint's own format.
    fn phonons(&self) -> Result<()> {
        if !matches!(
            self.out.extension().and_then(|e| e.to_str()),
            Some("h5" | "hdf5")
        ) {
            return Err(Error::bad_option(
                "--output",
                format!("{}: phonons are written as .h5 alone", self.out.display()),
                "give a name that ends in .h5",
            ));
        }
        let named = [("--output", self.out.clone())];
        let outputs = Outputs::new(&self.output, &[&self.input.file], &named)?;
        let phonons = io::phonons::open(&self.input.file)?;
        outputs.spare_inputs()?;
        io::phonons::write(&self.out, &phonons, &session::command_line())?;
        let (grid, branches) = (phonons.header().k_grid, phonons.n_branch());
        if self.output.json {
            return terminal::print_json(
                &serde_json::json!({"kind": "convert", "output": self.out.display().to_string(), "k_grid": grid.n, "branches": branches}),
            );
        }
        if self.output.quiet {
            return Ok(());
        }
        terminal::print(&format!(
            "{branches} branches on {grid} q-points written to {}",
            self.out.display()
        ))
    }

    /// Writes a Hamiltonian: the file's own, or one found from its energies.
    fn hamiltonian(&self, win: PathBuf) -> Result<()> {
        let outputs = Outputs::new(
            &self.output,
            &[&self.input.file],
            &[("--output", self.out.clone()), ("--output", win.clone())],
        )?;
        let found =
            crate::workflow::hamiltonian(self.input.read()?, self.spin.map(|spin| spin - 1))?;
        outputs.spare_inputs()?;
        session::notes(&self.output, found.header());
        wannier90::write(&self.out, &found, &session::command_line())?;
        let header = found.header();
        if self.output.json {
            return terminal::print_json(
                &serde_json::json!({"kind": "convert", "output": self.out.display().to_string(), "k_grid": header.k_grid.n, "orbitals": header.n_band}),
            );
        }
        if self.output.quiet {
            return Ok(());
        }
        terminal::print(&format!(
            "{} orbitals, {} lattice vectors, from {} k-points, written to {} and {}",
            header.n_band,
            found.vectors().len(),
            header.k_grid,
            self.out.display(),
            win.display()
        ))
    }
}

/// The band for a code that reads one a file, where it was not given: the only one that crosses the Fermi level.
fn only_band(source: &dyn BandSource, options: &bxsf::WriteOptions) -> Result<usize> {
    let header = source.header();
    let first = options.spin.unwrap_or(0).min(header.n_spin() - 1) * header.n_band;
    let bands = source.statistics().iter().skip(first).take(header.n_band);
    let level = options.fermi_level_ev.or(header.fermi_level_ev);
    let crosses = |(low, high)| level.is_some_and(|e| low < e && e < high);
    let crossing: Vec<usize> = bands
        .enumerate()
        .filter(|(_, s)| crosses((s.energy_min, s.energy_max)))
        .map(|(band, _)| header.first_band + band)
        .collect();
    if let [only] = crossing.as_slice() {
        return Ok(*only);
    }
    let numbers: Vec<String> = crossing.iter().map(usize::to_string).collect();
    let which = match numbers.as_slice() {
        [] => "no band crosses the Fermi level".to_string(),
        several => format!("bands {} cross the Fermi level", several.join(", ")),
    };
    Err(Error::bad_option(
        "--band",
        format!("SKEAF reads one band a file, and {which}"),
        "give `--band N`, once a file",
    ))
}

fn parse_spin(text: &str) -> Result<usize, String> {
    match text.trim() {
        "1" => Ok(1),
        "2" => Ok(2),
        other => Err(format!("`{}`: give 1 or 2", excerpt(other))),
    }
}
