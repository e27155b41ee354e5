//! `bzint report`.

use super::options::Output;
use super::session;
use crate::error::{Error, Result};
use crate::io::results::ResultFile;
use crate::report::page;
use clap::Args;
use std::path::PathBuf;

/// Options of `report`.
#[derive(Args, Debug)]
pub struct Report {
    /// Results of `transport`, `optimize`, `dos` or `fermi`: the HDF5 file of `-o`, or what `--json` printed
    file: PathBuf,
    /// Page to write (default: the results' name with .html)
    #[arg(short, long = "output", value_name = "REPORT.html")]
    out: Option<PathBuf>,
    #[command(flatten)]
    output: Output,
}

impl Report {
    /// Runs it.
    ///
    /// # Errors
    /// Where the results cannot be read or the page cannot be written.
    pub fn run(self) -> Result<()> {
        let out = match &self.out {
            Some(path) => path.clone(),
            None => self.file.with_extension("html"),
        };
        let extension = out.extension().map(|e| e.to_string_lossy().to_lowercase());
        if !matches!(extension.as_deref(), Some("html" | "htm")) {
            return Err(Error::bad_option(
                "--output",
                format!("`{}` does not end in .html", out.display()),
                "name the page so: report.html",
            ));
        }
        let results = ResultFile::open(&self.file)?;
        crate::io::write_text(&out, &page(&results)?)?;
        if self.output.json {
            let written = serde_json::json!({"report": out, "kind": results.kind()});
            super::print(&format!("{written:#}"));
        }
        session::note(&self.output, &format!("written to {}", out.display()));
        Ok(())
    }
}
