//! `bzint table`.

use super::options::Output;
use super::outputs::{Delivery, Outputs, file_to_write, of_option, write_json};
use super::terminal;
use crate::error::{Error, Result};
use crate::io::results::ResultFile;
use crate::io::write_text;
use crate::report::ManyResults;
use clap::{Args, ValueEnum};
use std::path::{Path, PathBuf};

/// How a table is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// A table that can be read as it is
    Markdown,
    /// Comma-separated values, each with its bar
    Csv,
    /// As `--json`
    Json,
}

/// Options of `table`.
#[derive(Args, Debug)]
pub struct Table {
    /// Results of any command: HDF5 files of `-o`, or what `--json` printed
    #[arg(required = true)]
    files: Vec<PathBuf>,
    /// Quantities, one column each: names as in the file or short ones (sigma, S, zT …), a component behind a colon (S:xx); default:
    /// what tables of transport show
    #[arg(long, value_name = "NAMES", value_delimiter = ',')]
    columns: Vec<String>,
    /// How the table is printed
    #[arg(long, value_enum, default_value = "markdown", conflicts_with = "json")]
    format: Format,
    /// Write it to this file instead, as the ending says: .md, .csv or .json
    #[arg(short, long = "output", value_name = "TABLE.csv", value_parser = file_to_write())]
    out: Option<PathBuf>,
    #[command(flatten)]
    output: Output,
}

impl Table {
    /// Runs it.
    ///
    /// # Errors
    /// Where results cannot be read, lack a column, or the table cannot be written.
    pub fn run(self) -> Result<()> {
        let form = self.out.as_deref().map(of_ending).transpose()?;
        let files: Vec<&Path> = self.files.iter().map(PathBuf::as_path).collect();
        let outputs = Outputs::new(&self.output, &files, &of_option(&self.out))?;
        let open = |path: &PathBuf| Ok((path.display().to_string(), ResultFile::open(path)?));
        let results: Vec<(String, ResultFile)> =
            self.files.iter().map(open).collect::<Result<_>>()?;
        let table = ManyResults::new(&results, &self.columns)?;
        let mut end = Delivery::new(&self.output, &outputs);
        if let (Some(path), Some(form)) = (&self.out, form) {
            end.write(path, |path| match form {
                Format::Markdown => write_text(path, &table.markdown()),
                Format::Csv => write_text(path, &table.csv()),
                Format::Json => write_json(path, &table.json()),
            });
        } else {
            end.print(
                || table.json(),
                || match self.format {
                    Format::Markdown => table.markdown(),
                    Format::Csv => table.csv(),
                    Format::Json => terminal::json_text(&table.json()),
                },
            );
        }
        end.finish()
    }
}

/// # Errors
/// [`Error::BadOption`] for another ending.
fn of_ending(path: &Path) -> Result<Format> {
    let ending = path.extension().map(|e| e.to_string_lossy().to_lowercase());
    match ending.as_deref() {
        Some("md") => Ok(Format::Markdown),
        Some("csv") => Ok(Format::Csv),
        Some("json") => Ok(Format::Json),
        _ => Err(Error::bad_option(
            "--output",
            format!("`{}` ends in none of .md, .csv and .json", path.display()),
            "name the file so",
        )),
    }
}
