//! The files that a command writes beside what it prints: looked at before the work, written after it.

use super::options::Output;
use super::terminal;
use crate::error::{Error, Result};
use crate::io::output::{self, Output as Place};
use crate::io::results::ResultFile;
use crate::io::write_text;
use crate::report::result_csv;
use clap::Args;
use clap::builder::{PathBufValueParser, TypedValueParser};
use serde_json::Value;
use std::path::{Path, PathBuf};

/// What stands for stdout where a file is to be named.
const STDOUT: &str = "/dev/stdout";
/// Endings of formats in which results are not written: a file of that name would not hold what it says.
const FOREIGN: [&str; 20] = [
    "txt", "dat", "tsv", "svg", "png", "pdf", "html", "htm", "xml", "toml", "yaml", "yml", "bxsf",
    "frmsf", "xlsx", "gz", "zip", "xz", "npy", "npz",
];

/// Parses the name of a file to write; `-` is stdout.
pub fn file_to_write() -> impl TypedValueParser<Value = PathBuf> {
    PathBufValueParser::new().map(|path| {
        if cfg!(unix) && path == Path::new("-") {
            PathBuf::from(STDOUT)
        } else {
            path
        }
    })
}

/// The forms in which results are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// HDF5, whatever the name.
    Hdf5,
    /// Comma-separated values, `.csv`.
    Csv,
    /// What `--json` prints, `.json`.
    Json,
}

impl Form {
    /// The form that `--output` names by its ending.
    ///
    /// # Errors
    /// [`Error::BadOption`] for the ending of another format, and for HDF5 on stdout.
    pub fn of(path: &Path) -> Result<Self> {
        let ending = ending(path);
        if FOREIGN.contains(&ending.as_str()) {
            return Err(Error::bad_option(
                "--output",
                format!("results are not written as .{ending} ({})", path.display()),
                "name the file .h5 (HDF5) or .json; `bzint plot` and `bzint report` make figures and pages of these",
            ));
        }
        if Place::new(path)?.is_stdout() {
            return Err(Error::bad_option(
                "--output",
                "HDF5 is not printed",
                "name a file, or print with `--json`",
            ));
        }
        Ok(match ending.as_str() {
            "csv" => Self::Csv,
            "json" => Self::Json,
            _ => Self::Hdf5,
        })
    }
}

/// # Errors
/// [`Error::BadOption`] where the name that is given with `--csv` says another format.
pub fn check_csv(path: &Path) -> Result<()> {
    let ending = ending(path);
    let table = ["txt", "dat"].contains(&ending.as_str());
    let binary = ["h5", "hdf5", "nc", "json"].contains(&ending.as_str());
    if binary || (FOREIGN.contains(&ending.as_str()) && !table) {
        return Err(Error::bad_option(
            "--csv",
            format!(
                "comma-separated values are no .{ending} ({})",
                path.display()
            ),
            "name the file .csv",
        ));
    }
    Ok(())
}

fn ending(path: &Path) -> String {
    let ending = path.extension().map(|e| e.to_string_lossy().to_lowercase());
    ending.unwrap_or_default()
}

/// Writes what `--json` prints.
///
/// # Errors
/// [`Error::Io`] where the system refuses.
pub fn write_json(path: &Path, value: &Value) -> Result<()> {
    crate::io::write_text(path, &terminal::json_text(value))
}

/// The file that is written where none is named: beside the results, with another ending.
///
/// # Errors
/// [`Error::BadOption`] where results come by a pipe, which has no name.
pub fn beside_results(named: &Option<PathBuf>, results: &Path, ending: &str) -> Result<PathBuf> {
    match named {
        Some(path) => Ok(path.clone()),
        None if results.exists() && !results.is_file() => Err(Error::bad_option(
            "--output",
            format!("{} is no file to be named after", results.display()),
            format!("name what is to be written: `-o results.{ending}`"),
        )),
        None => Ok(results.with_extension(ending)),
    }
}

/// Whether the path stands for stdout.
pub fn is_stdout(path: &Path) -> bool {
    path == Path::new(STDOUT)
}

/// The place that `--output` names, where it is given.
pub fn of_option(path: &Option<PathBuf>) -> Vec<(&'static str, PathBuf)> {
    path.iter().map(|p| ("--output", p.clone())).collect()
}

/// The places of a command's files, by the option that names each.
pub struct Outputs {
    all: Vec<(&'static str, PathBuf, Place)>,
    prints: bool,
}

impl Outputs {
    /// Looks at all places, before anything is read: each can be written, no two are one, and none is one of `inputs`.
    ///
    /// # Errors
    /// [`Error::BadOption`] for a call that would overwrite something; [`Error::Io`] for a place that cannot be written.
    pub fn new(
        options: &Output,
        inputs: &[&Path],
        named: &[(&'static str, PathBuf)],
    ) -> Result<Self> {
        for input in inputs {
            output::remember_input(input);
        }
        let mut all: Vec<(&'static str, PathBuf, Place)> = Vec::new();
        for (option, path) in named {
            let place = Place::new(path)?;
            if let Some((other, ..)) = all.iter().find(|(_, _, known)| known.is_same(&place)) {
                return Err(Error::bad_option(
                    *option,
                    format!("{} is written by {other}, too", path.display()),
                    "name two files",
                ));
            }
            if place.is_redirected_stdout() {
                return Err(Error::bad_option(
                    *option,
                    format!("stdout is sent to {}, too", path.display()),
                    "name two files",
                ));
            }
            all.push((option, path.clone(), place));
        }
        let prints = !all.iter().any(|(_, _, place)| place.is_stdout());
        if !prints {
            terminal::check_stdout().map_err(Error::io(Path::new("stdout"), "write"))?;
        }
        if !prints && options.json {
            return Err(Error::bad_option(
                "--json",
                "stdout takes another output already",
                "name a file for one of them",
            ));
        }
        let outputs = Self { all, prints };
        outputs.spare_inputs()?;
        for (_, _, place) in &outputs.all {
            place.check()?;
        }
        Ok(outputs)
    }

    /// Looks again once everything was opened: an input may have brought files that the call does not name.
    ///
    /// # Errors
    /// [`Error::BadOption`] where one of them would be overwritten.
    pub fn spare_inputs(&self) -> Result<()> {
        let refused = |option: &str, what: String| {
            let remedy = "name another file: nothing that is read is overwritten";
            Err(Error::bad_option(option, what, remedy))
        };
        if output::stdout_is_input() {
            return refused("stdout", "it is sent to a file that is read".into());
        }
        match self.all.iter().find(|(_, _, place)| place.is_input()) {
            Some((option, path, _)) => {
                refused(option, format!("{} is a file that is read", path.display()))
            }
            None => Ok(()),
        }
    }
}

/// `--csv` of commands whose results are quantities by state.
#[derive(Args, Clone, Debug, Default)]
pub struct CsvOption {
    /// Also write the numbers of every state to this file of comma-separated values; `-` prints them instead of the table
    #[arg(long, value_name = "OUT.csv", value_parser = file_to_write())]
    pub csv: Option<PathBuf>,
}

impl CsvOption {
    /// The file with the option that names it.
    ///
    /// # Errors
    /// As [`check_csv`].
    pub fn named(&self) -> Result<Vec<(&'static str, PathBuf)>> {
        let one = |path: &PathBuf| check_csv(path).map(|()| ("--csv", path.clone()));
        self.csv.iter().map(one).collect()
    }

    /// The option, where it is given.
    pub fn given(&self) -> Option<&'static str> {
        self.csv.as_ref().map(|_| "--csv")
    }
}

/// The paper of figures.
#[derive(Args, Clone, Copy, Debug)]
pub struct Paper {
    /// Draw on a dark page
    #[arg(long)]
    pub dark: bool,
}

impl Paper {
    /// A drawing on it.
    pub fn under(self, drawing: String) -> String {
        match self.dark {
            true => crate::report::figure::dark(&drawing),
            false => drawing,
        }
    }
}

/// Results in every form of a file.
pub struct Tables<'t> {
    /// A summary.
    pub json: &'t dyn Fn() -> Value,
    /// Comma-separated values.
    pub csv: &'t dyn Fn() -> String,
    /// An HDF5 result.
    pub hdf5: &'t dyn Fn() -> Result<ResultFile>,
}

/// The end of a command. What is printed goes first, and nothing that fails keeps the rest from being written.
pub struct Delivery<'a> {
    options: &'a Output,
    outputs: &'a Outputs,
    errors: Vec<Error>,
}

impl<'a> Delivery<'a> {
    /// Nothing is delivered yet.
    pub fn new(options: &'a Output, outputs: &'a Outputs) -> Self {
        Self {
            options,
            outputs,
            errors: Vec::new(),
        }
    }

    /// Prints the results as JSON or as text, as asked for; nothing where stdout takes another output.
    pub fn print(&mut self, json: impl FnOnce() -> Value, text: impl FnOnce() -> String) {
        if !self.outputs.prints {
            return;
        }
        let printed = if self.options.json {
            terminal::print_json(&json())
        } else {
            terminal::print(&text())
        };
        self.errors.extend(printed.err());
    }

    /// Prints what was done as JSON, where that is asked for.
    pub fn tell(&mut self, json: impl FnOnce() -> Value) {
        if self.options.json && self.errors.is_empty() {
            self.errors.extend(terminal::print_json(&json()).err());
        }
    }

    /// Writes a file, and says where it is.
    pub fn write(&mut self, path: &Path, write: impl FnOnce(&Path) -> Result<()>) {
        match write(path) {
            Ok(()) if self.outputs.prints => {
                super::session::note(self.options, &format!("written to {}", path.display()));
            }
            Ok(()) => {}
            Err(error) => self.errors.push(error),
        }
    }

    /// Writes what `--output` asks for in its form, and `--csv`.
    pub fn tables(&mut self, out: Option<(&Path, Form)>, csv: Option<&Path>, tables: &Tables) {
        if let Some((path, form)) = out {
            self.write(path, |path| match form {
                Form::Csv => write_text(path, &(tables.csv)()),
                Form::Json => write_json(path, &(tables.json)()),
                Form::Hdf5 => (tables.hdf5)()?.write(path),
            });
        }
        if let Some(path) = csv {
            self.write(path, |path| write_text(path, &(tables.csv)()));
        }
    }

    /// Writes what `--output` and `--csv` ask for of a result.
    pub fn result(
        &mut self,
        out: Option<(&Path, Form)>,
        csv: &CsvOption,
        json: &dyn Fn() -> Value,
        hdf5: &dyn Fn() -> Result<ResultFile>,
    ) {
        if let Some((path, form)) = out {
            self.write(path, |path| match form {
                Form::Csv => write_text(path, &result_csv(&hdf5()?)),
                Form::Json => write_json(path, &json()),
                Form::Hdf5 => hdf5()?.write(path),
            });
        }
        if let Some(path) = &csv.csv {
            self.write(path, |path| write_text(path, &result_csv(&hdf5()?)));
        }
    }

    /// # Errors
    /// What failed first; the rest is said.
    pub fn finish(self) -> Result<()> {
        let mut errors = self.errors.into_iter();
        let Some(first) = errors.next() else {
            return Ok(());
        };
        for other in errors {
            terminal::say("error", &other.to_string());
        }
        Err(first)
    }
}
