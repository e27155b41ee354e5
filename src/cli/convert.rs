//! `bzint convert`.

use super::opened;
use super::options::{Input, Output};
use super::session;
use crate::error::{Error, Result};
use crate::io::{bxsf, frmsf, hdf5, wannier90};
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
    #[arg(long, value_name = "1|2")]
    spin: Option<usize>,
    /// Fermi level in eV for formats that need one, instead of the file's
    #[arg(long, value_name = "EV", allow_hyphen_values = true)]
    fermi_level: Option<f64>,
    #[command(flatten)]
    output: Output,
}

impl Convert {
    /// Runs it.
    ///
    /// # Errors
    /// Where the input cannot be read or the output cannot be written.
    pub fn run(self) -> Result<()> {
        let extension = self.out.extension().and_then(|e| e.to_str()).unwrap_or("");
        let hamiltonian = self.out.to_string_lossy().ends_with(wannier90::SUFFIX);
        match extension {
            "dat" if hamiltonian => {}
            "h5" | "hdf5" | "bxsf" | "frmsf" => {}
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
        }
        let spin = match self.spin {
            None => None,
            Some(spin @ 1..=2) => Some(spin - 1),
            Some(spin) => {
                return Err(Error::bad_option(
                    "--spin",
                    format!("{spin}"),
                    "give 1 or 2",
                ));
            }
        };
        if hamiltonian {
            return self.hamiltonian(spin);
        }
        let source = session::open(&self.input)?;
        session::notes(&self.output, source.header());
        let options = bxsf::WriteOptions {
            spin,
            fermi_level_ev: self.fermi_level,
        };
        match extension {
            "bxsf" => bxsf::write(&self.out, &*source, &options)?,
            "frmsf" => frmsf::write(&self.out, &*source, &options)?,
            _ => hdf5::write(&self.out, &*source, &session::command_line())?,
        }
        let header = source.header();
        let summary = format!(
            "{} {} bands on {} k-points written to {}",
            header.n_band,
            header.spin.name(),
            header.k_grid,
            self.out.display()
        );
        if self.output.json {
            super::print(&format!(
                "{:#}",
                serde_json::json!({"kind": "convert", "output": self.out, "k_grid": header.k_grid.n, "bands": header.n_band})
            ));
        } else if !self.output.quiet {
            super::print(&summary);
        }
        Ok(())
    }

    /// Writes a Hamiltonian: the file's own, or one found from its energies.
    fn hamiltonian(&self, spin: Option<usize>) -> Result<()> {
        let found = opened::hamiltonian(&self.input, spin)?;
        session::notes(&self.output, found.header());
        let win = wannier90::write(&self.out, &found, &session::command_line())?;
        let header = found.header();
        if self.output.json {
            super::print(&format!(
                "{:#}",
                serde_json::json!({"kind": "convert", "output": self.out, "k_grid": header.k_grid.n, "orbitals": header.n_band})
            ));
        } else if !self.output.quiet {
            super::print(&format!(
                "{} orbitals, {} lattice vectors, from {} k-points, written to {} and {}",
                header.n_band,
                found.vectors().len(),
                header.k_grid,
                self.out.display(),
                win.display()
            ));
        }
        Ok(())
    }
}
