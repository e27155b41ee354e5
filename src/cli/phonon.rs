//! `bzint phonon`.

use super::lists::{List, parse_lengths, parse_temperatures};
use super::long::{Asked, Long, divided};
use super::options::{Output, parse_bins, parse_threads, parse_time};
use super::outputs::{CsvOption, Delivery, Form, Outputs, file_to_write, of_option};
use super::session;
use super::stdin::file_to_read;
use super::threads::on_threads;
use crate::error::{Error, Result};
use crate::excitations::Phonons;
use crate::io;
use crate::report::{PhononReport, phonon_json, phonon_result, phonon_table};
use crate::scale::{self, Work};
use crate::workflow::{PhononTransport, apart};
use clap::Args;
use std::path::PathBuf;
use std::time::Instant;

/// m in one Å.
const ANGSTROM: f64 = 1e-10;

/// Options of `phonon`.
#[derive(Args, Debug)]
pub struct Phonon {
    /// Phonons: bzint's own .h5, phonopy's mesh.hdf5 or mesh.yaml, phono3py's kappa-*.hdf5, a BTE.* file of ShengBTE, or the directory
    /// of such a run
    #[arg(value_parser = file_to_read())]
    file: PathBuf,
    /// Temperatures in K: a list, or start:stop:step (default: the file's own, else 300)
    #[arg(short = 'T', long, value_name = "LIST", value_parser = parse_temperatures, allow_hyphen_values = true)]
    temperature: Option<List>,
    /// One relaxation time for every mode, in s, in the place of the file's
    #[arg(long, value_name = "SECONDS", value_parser = parse_time, allow_hyphen_values = true, conflicts_with = "rates")]
    tau: Option<f64>,
    /// Rates of scattering from a parameter file (TOML: umklapp, isotopes, boundary, point_defects, constant_time), in the place of the
    /// file's
    #[arg(long, value_name = "FILE.toml")]
    rates: Option<PathBuf>,
    /// Add the rates of --rates to those of the file (Matthiessen's rule)
    #[arg(long, requires = "rates")]
    add: bool,
    /// Boundaries so far apart scatter, too, at the rate |v|/L; one result for each of a list of lengths (Å, or 100nm,1um,…)
    #[arg(long, value_name = "LENGTHS", value_parser = parse_lengths, allow_hyphen_values = true)]
    boundary: Option<List>,
    /// Also sum over the modes of the file's own grid, as the program that wrote it does
    #[arg(long)]
    as_in_file: bool,
    /// Also give each branch by itself
    #[arg(long)]
    by_branch: bool,
    /// Also give kappa as a function of the mean free path
    #[arg(long)]
    accumulation: bool,
    /// Directions of ballistic transport, as of `bzint landauer`: 001, 1-10, x or a Cartesian vector 1,1,0 (default: x)
    #[arg(long, value_name = "DIRECTIONS", allow_hyphen_values = true)]
    direction: Vec<String>,
    /// Bins of frequency (default: as many as the lowest temperature needs, 1000 at least)
    #[arg(long, value_name = "N", value_parser = parse_bins, allow_hyphen_values = true)]
    bins: Option<usize>,
    /// Threads (default: all)
    #[arg(long, value_name = "N", value_parser = parse_threads, allow_hyphen_values = true)]
    threads: Option<usize>,
    /// Also write everything to this file, spectra too: HDF5, or JSON or CSV where its name ends so
    #[arg(short, long = "output", value_name = "OUT.h5", value_parser = file_to_write())]
    out: Option<PathBuf>,
    #[command(flatten)]
    csv: CsvOption,
    #[command(flatten)]
    long: Long,
    #[command(flatten)]
    output: Output,
}

divided!(Phonon);

impl Phonon {
    /// Runs it.
    ///
    /// # Errors
    /// Where the phonons cannot be read or integrated, or the result cannot be written.
    pub fn run(mut self) -> Result<()> {
        let _progress = session::show_progress(&self.output);
        self.long
            .check(&self.output, self.out.as_ref(), self.csv.given())?;
        let form = self.out.as_deref().map(Form::of).transpose()?;
        let mut inputs = vec![self.file.as_path()];
        inputs.extend(self.rates.as_deref());
        let mut named = of_option(&self.long.output(&self.out));
        named.extend(self.long.files());
        named.extend(self.csv.named()?);
        let outputs = Outputs::new(&self.output, &inputs, &named)?;
        let phonons = open(&self.file)?;
        outputs.spare_inputs()?;
        for text in phonons
            .header()
            .provenance
            .notes
            .iter()
            .chain(&phonons.notes())
        {
            session::note(&self.output, text);
        }
        let asked = self.asked();
        let model = asked.model()?;
        let alike = PhononTransport {
            spectra: true,
            ..asked.clone()
        };
        let about = Asked {
            file: &self.file,
            content: &|| scale::of_phonons(&phonons),
            options: format!("{alike:?} {model:?}"),
        };
        let work = self.long.begin_with(&self.output, about)?;
        let start = Instant::now();
        let ledger = work.as_ref().map(Work::ledger);
        let found = on_threads(self.threads, || asked.run_with(ledger, &phonons));
        let found = (self.long).result(found, work.as_ref(), &self.output, &self.out)?;
        let Some(found) = found else {
            return Ok(());
        };
        let report = PhononReport {
            phonons: &phonons,
            input: self.file.display().to_string(),
            found: &found,
            seconds: start.elapsed().as_secs_f64(),
        };
        let mut end = Delivery::new(&self.output, &outputs);
        end.print(|| phonon_json(&report), || phonon_table(&report));
        let out = self.out.as_deref().zip(form);
        let result = || phonon_result(&report, &session::command_line());
        end.result(out, &self.csv, &|| phonon_json(&report), &result);
        end.finish()?;
        work.as_ref().map_or(Ok(()), Work::end)
    }

    /// What is asked for.
    fn asked(&self) -> PhononTransport {
        let list = |list: &List| list.0.clone();
        PhononTransport {
            temperatures_k: self.temperature.as_ref().map(list),
            tau: self.tau,
            rates: self.rates.clone(),
            add: self.add,
            boundaries_m: (self.boundary.as_ref())
                .map(|list| list.0.iter().map(|l| ANGSTROM * l).collect()),
            as_in_file: self.as_in_file,
            by_branch: self.by_branch,
            accumulation: self.accumulation,
            directions: self
                .direction
                .iter()
                .flat_map(|t| apart(t))
                .map(str::to_owned)
                .collect(),
            bins: self.bins,
            spectra: self.out.is_some() || self.csv.csv.is_some() || self.long.is_part(),
        }
    }
}

/// Opens phonons.
///
/// # Errors
/// As [`io::phonons::open`]; where the file holds bands of electrons, one that says so.
pub fn open(file: &std::path::Path) -> Result<Phonons> {
    match io::phonons::open(file) {
        Err(Error::UnknownFormat {
            path,
            reason,
            known,
        }) => {
            let bands = io::open(&path, &io::OpenOptions::default());
            match bands {
                Ok(bands) => Err(Error::bad_file(
                    &path,
                    "file",
                    format!(
                        "it holds bands of electrons ({}), where phonons are wanted",
                        bands.header().provenance.format
                    ),
                    "give a file of phonons: `bzint phonon --help` says which are read",
                )),
                Err(_) => Err(Error::UnknownFormat {
                    path,
                    reason,
                    known,
                }),
            }
        }
        other => other,
    }
}
