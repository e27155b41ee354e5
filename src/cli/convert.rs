//! `bzint convert`.

use super::options::{Input, Output};
use super::outputs::Outputs;
use super::{session, terminal};
use crate::error::{Error, Result};
use crate::io::{bxsf, frmsf, hdf5};
use clap::Args;
use std::path::PathBuf;

/// Options of `convert`.
#[derive(Args, Debug)]
pub struct Convert {
    #[command(flatten)]
    input: Input,
    /// File to write: .h5 (native), .bxsf or .frmsf
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
        match extension {
            "h5" | "hdf5" | "bxsf" | "frmsf" => {}
            _ => {
                return Err(Error::bad_option(
                    "--output",
                    format!("{} ends in none of .h5, .bxsf, .frmsf", self.out.display()),
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
        let outputs = Outputs::new(
            &self.output,
            &[&self.input.file],
            &[("--output", self.out.clone())],
        )?;
        let source = session::open(&self.input)?;
        outputs.spare_inputs()?;
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
            return terminal::print_json(
                &serde_json::json!({"kind": "convert", "output": self.out.display().to_string(), "k_grid": header.k_grid.n, "bands": header.n_band}),
            );
        }
        if self.output.quiet {
            return Ok(());
        }
        terminal::print(&summary)
    }
}
