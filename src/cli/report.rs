//! `bzint report`.

use super::options::Output;
use super::outputs::{Delivery, Outputs, beside_results, file_to_write, is_stdout};
use super::stdin::file_to_read;
use crate::error::{Error, Result};
use crate::io::results::ResultFile;
use crate::report::page;
use clap::Args;
use std::path::PathBuf;

/// Options of `report`.
#[derive(Args, Debug)]
pub struct Report {
    /// Results of `transport`, `optimize`, `dos` or `fermi`: the HDF5 file of `-o`, or what `--json` printed
    #[arg(value_parser = file_to_read())]
    file: PathBuf,
    /// Page to write, or `-` for stdout (default: the results' name with .html)
    #[arg(short, long = "output", value_name = "REPORT.html", value_parser = file_to_write())]
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
        let out = beside_results(&self.out, &self.file, "html")?;
        let extension = out.extension().map(|e| e.to_string_lossy().to_lowercase());
        if !is_stdout(&out) && !matches!(extension.as_deref(), Some("html" | "htm")) {
            return Err(Error::bad_option(
                "--output",
                format!("`{}` does not end in .html", out.display()),
                "name the page so: report.html",
            ));
        }
        let outputs = Outputs::new(&self.output, &[&self.file], &[("--output", out.clone())])?;
        let results = ResultFile::open(&self.file)?;
        let page = page(&results)?;
        let mut end = Delivery::new(&self.output, &outputs);
        end.write(&out, |out| crate::io::write_text(out, &page));
        let name = out.display().to_string();
        end.tell(|| serde_json::json!({"report": name, "kind": results.kind()}));
        end.finish()
    }
}
