//! `bzint convert`.

use super::options::{Input, Output, parse_energy};
use super::outputs::Outputs;
use super::quantity::excerpt;
use super::{session, terminal};
use crate::error::{Error, Result};
use crate::io::{self, bxsf::BxsfConvention};
use crate::workflow::{Conversion, Converted, Target};
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
        let target = Target::of(&self.out)?;
        // Units of an input that has its own are meant for the output.
        if target.has_units()
            && self.input.file.exists()
            && !io::is_without_units(&self.input.file)?
        {
            self.output_units = self.output_units.or(self.input.bxsf_units.take());
        }
        let asked = Conversion {
            spin: self.spin.map(|spin| spin - 1),
            band: self.band,
            units: self.output_units,
            fermi_level_ev: self.fermi_level,
        };
        asked.check(&target)?;
        let mut named = vec![("--output", self.out.clone())];
        if let Target::Hamiltonian(win) = &target {
            named.push(("--output", win.clone()));
        } else {
            self.input.check(None)?;
        }
        let outputs = Outputs::new(&self.output, &[&self.input.file], &named)?;
        let bands = asked.open(self.input.read()?, &self.input.opening, &target)?;
        outputs.spare_inputs()?;
        let header = bands.header();
        session::notes(&self.output, header);
        let written = asked.write(&bands, &self.out, &target, &session::command_line())?;
        let (out, grid) = (self.out.display(), header.k_grid);
        let (name, count) = match written {
            Converted::Bands(n) => ("bands", n),
            Converted::Band(_) => ("bands", 1),
            Converted::Hamiltonian { orbitals, .. } => ("orbitals", orbitals),
        };
        if self.output.json {
            return terminal::print_json(
                &serde_json::json!({"kind": "convert", "output": out.to_string(), "k_grid": grid.n, name: count}),
            );
        }
        if self.output.quiet {
            return Ok(());
        }
        let spin = header.spin.name();
        let what = match (written, &target) {
            (Converted::Hamiltonian { orbitals, vectors }, Target::Hamiltonian(win)) => {
                let from =
                    format!("{orbitals} orbitals, {vectors} lattice vectors, from {grid} k-points");
                return terminal::print(&format!("{from}, written to {out} and {}", win.display()));
            }
            (Converted::Band(number), _) => format!("band {number} ({spin})"),
            _ => format!("{count} {spin} bands"),
        };
        let units = match target.has_units() {
            true => format!(" in {}", self.output_units.unwrap_or_default().units),
            false => String::new(),
        };
        terminal::print(&format!(
            "{what} on {grid} k-points written to {out}{units}"
        ))
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
}

fn parse_spin(text: &str) -> Result<usize, String> {
    match text.trim() {
        "1" => Ok(1),
        "2" => Ok(2),
        other => Err(format!("`{}`: give 1 or 2", excerpt(other))),
    }
}
