//! `bzint convert`.

use super::options::{Input, Output, parse_energy};
use super::quantity::excerpt;
use super::session;
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
    #[arg(long, value_name = "1|2", value_parser = parse_spin, allow_hyphen_values = true)]
    spin: Option<usize>,
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
    pub fn run(self) -> Result<()> {
        let _progress = session::show_progress(&self.output);
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
        if matches!(extension, "h5" | "hdf5") {
            let unused = [
                ("--spin", self.spin.is_some(), "holds both spins"),
                (
                    "--fermi-level",
                    self.fermi_level.is_some(),
                    "keeps the file's own, or none",
                ),
            ];
            if let Some((option, _, why)) = unused.iter().find(|(_, given, _)| *given) {
                return Err(Error::bad_option(
                    *option,
                    format!("a native file {why}"),
                    "leave it away, or write a .bxsf or .frmsf file",
                ));
            }
        }
        let source = session::open(&self.input)?;
        session::notes(&self.output, source.header());
        let options = bxsf::WriteOptions {
            spin: self.spin.map(|spin| spin - 1),
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
}

fn parse_spin(text: &str) -> Result<usize, String> {
    match text.trim() {
        "1" => Ok(1),
        "2" => Ok(2),
        other => Err(format!("`{}`: give 1 or 2", excerpt(other))),
    }
}
