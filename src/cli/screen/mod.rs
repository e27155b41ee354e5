//! `bzint screen`.

mod files;

use super::long::{Asked, Long, divided};
use super::options::{Method, Opening, Output};
use super::outputs::{Delivery, Form, Outputs, check_csv, file_to_write, of_option, write_json};
use super::parsed::menu;
use super::states::StatesOption;
use super::{session, terminal};
use crate::error::{Error, Result};
use crate::io::results::ResultFile;
use crate::io::{self, OpenOptions, write_text};
use crate::report::{
    Failure, ScreenReport, materials_of, screen_csv, screen_json, screen_result, screen_table,
};
use crate::scale::{self, Work};
use crate::workflow::{self, Held, Material, Ranking};
use clap::Args;
use std::path::{Path, PathBuf};

menu!(Ranking);

/// Options of `screen`.
#[derive(Args, Debug)]
pub struct Screen {
    /// Band files, directories that hold one or are walked through, or patterns such as 'runs/*/data-file-schema.xml'
    #[arg(required_unless_present = "list", value_name = "FILE")]
    files: Vec<PathBuf>,
    /// A file with one name a line; # begins a comment
    #[arg(long, value_name = "FILE")]
    list: Option<PathBuf>,
    /// What materials are sorted by, each at the best of its states
    #[arg(long, value_enum, default_value = "zt")]
    by: Ranking,
    /// So many materials at the same time, which share the threads
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=256), default_value_t = 1)]
    jobs: u16,
    /// Leave out files that the results of --output hold already, and keep those
    #[arg(long, requires = "out")]
    skip_existing: bool,
    #[command(flatten)]
    input: InputOfMany,
    #[command(flatten)]
    states: StatesOption,
    #[command(flatten)]
    method: Method,
    /// Write every material to this file, as soon as it is done: HDF5, or JSON or CSV where its name ends so
    #[arg(short, long = "output", value_name = "OUT.h5", value_parser = file_to_write())]
    out: Option<PathBuf>,
    /// Also write the table to this file of comma-separated values; `-` prints them instead of the table
    #[arg(long, value_name = "OUT.csv", value_parser = file_to_write())]
    csv: Option<PathBuf>,
    #[command(flatten)]
    long: Long,
    #[command(flatten)]
    output: Output,
}

divided!(Screen);

/// How the bands of every file are taken.
#[derive(Args, Clone, Debug)]
struct InputOfMany {
    /// Interpolate the bands to a denser uniform grid, N or n1,n2,n3, on the fly; `none` takes tables as they are
    #[arg(long, value_name = "N", value_parser = super::options::parse_density, allow_hyphen_values = true)]
    interpolate: Option<super::options::Density>,
    /// Interpolate the bands and refine until bars are below this share of the result (default: 0.02)
    #[arg(long, value_name = "RELATIVE", value_parser = super::options::parse_tolerance, allow_hyphen_values = true, conflicts_with = "interpolate")]
    tolerance: Option<f64>,
    /// Units of BXSF and FRMSF files: wannier90, wien2k, skeaf, abinit, elk, qe:ALAT (bohr), or ENERGY,VECTORS,2pi|no2pi
    #[arg(long, value_name = "UNITS")]
    bxsf_units: Option<crate::io::bxsf::BxsfConvention>,
}

impl InputOfMany {
    /// What is said about one file: units are those of the files that have none.
    fn told(&self, file: &Path) -> OpenOptions {
        let without = io::is_without_units(file).unwrap_or(false);
        let units = self.bxsf_units.filter(|_| without);
        OpenOptions {
            bxsf_units: units.map(|convention| convention.units),
            spin_degeneracy: None,
        }
    }

    fn opening(&self) -> Opening {
        Opening {
            interpolate: self.interpolate,
            tolerance: self.tolerance,
            ..Opening::default()
        }
    }
}

impl Screen {
    /// Runs it.
    ///
    /// # Errors
    /// Where the call is wrong, no material could be computed, or a result cannot be written.
    pub fn run(mut self) -> Result<()> {
        let asked = self.asked();
        self.states.check_density()?;
        asked.zt.check()?;
        for text in asked.zt.doubts() {
            session::warning(&self.output, &text);
        }
        let lattice = asked.zt.lattice()?;
        if self.states.relaxation.tau.is_none() && self.states.relaxation.scattering.is_none() {
            session::note(
                &self.output,
                "no relaxation time is given: materials without relaxation times of their own fail",
            );
        }
        if let Some(path) = &self.csv {
            check_csv(path)?;
        }
        let other = self.csv.as_ref().map(|_| "--csv");
        self.long.check(&self.output, self.out.as_ref(), other)?;
        let form = self.out.as_deref().map(Form::of).transpose()?;
        if self.skip_existing && form != Some(Form::Hdf5) {
            return Err(Error::bad_option(
                "--skip-existing",
                "results in this form are not read back",
                "name --output an HDF5 file, as screen.h5",
            ));
        }
        let (files, missing) = files::all(&self.files, self.list.as_deref())?;
        let existing = self.existing()?;
        let inputs: Vec<&Path> = files.iter().map(PathBuf::as_path).collect();
        let mut named = of_option(&self.long.output(&self.out))
            .into_iter()
            .filter(|_| existing.is_none())
            .collect::<Vec<_>>();
        named.extend(self.long.files());
        named.extend(self.csv.iter().map(|path| ("--csv", path.clone())));
        let outputs = Outputs::new(&self.output, &inputs, &named)?;
        let work = self.begin(&asked, lattice, &inputs)?;
        let mut report = ScreenReport {
            by: asked.by,
            lattice_w_mk: lattice,
            tau_s: self.states.relaxation.tau,
            scattering: self.states.relaxation.scattering_file(),
            materials: existing.unwrap_or_default(),
            failed: missing,
        };
        let todo: Vec<PathBuf> = files
            .into_iter()
            .filter(|file| {
                !report
                    .materials
                    .iter()
                    .any(|m| m.file == file.display().to_string())
            })
            .collect();
        let write = |report: &ScreenReport, path: &Path, form: Form| match form {
            Form::Csv => write_text(path, &screen_csv(report)),
            Form::Json => write_json(path, &screen_json(report)),
            Form::Hdf5 if report.materials.is_empty() => Ok(()),
            Form::Hdf5 => screen_result(report, &session::command_line())?.write(path),
        };
        let mut failure_to_write = None;
        let read = |file: &PathBuf| Held::read(file, &self.input.told(file));
        let progress = session::show_progress(&self.output);
        let take = |report: &mut ScreenReport, file: &Path, outcome: Result<Material, String>| {
            match outcome {
                Ok(material) => report.materials.push(material),
                Err(reason) => {
                    let name = file.display().to_string();
                    let own = reason.strip_prefix(&format!("{name}: ")).map(str::to_owned);
                    report.failed.push(Failure {
                        reason: own.unwrap_or(reason),
                        file: name,
                    });
                }
            }
            report.sort();
        };
        if let Some(work) = &work {
            let found = asked.each_in(work.ledger(), &todo, read, |file, outcome| {
                take(&mut report, file, outcome);
            });
            let found = (self.long).result(found, Some(work), &self.output, &self.out)?;
            if found.is_none() {
                return Ok(());
            }
        } else {
            asked.each(&todo, read, |file, outcome| {
                take(
                    &mut report,
                    file,
                    outcome.map_err(|error| error.to_string()),
                );
                // What is done is kept, whatever comes.
                if let (Some(path), Some(form)) = (&self.out, form)
                    && failure_to_write.is_none()
                {
                    failure_to_write = write(&report, path, form).err();
                }
            });
        }
        drop(progress);
        report.sort();
        if let Some(error) = failure_to_write {
            terminal::say(
                "warning",
                &format!("while materials were computed: {error}"),
            );
        }
        let mut end = Delivery::new(&self.output, &outputs);
        end.print(|| screen_json(&report), || screen_table(&report));
        if let (Some(path), Some(form)) = (&self.out, form)
            && !report.materials.is_empty()
        {
            end.write(path, |path| write(&report, path, form));
        }
        if let Some(path) = &self.csv {
            end.write(path, |path| write_text(path, &screen_csv(&report)));
        }
        end.finish()?;
        work.as_ref().map_or(Ok(()), Work::end)?;
        if report.materials.is_empty() {
            let reason = report
                .failed
                .first()
                .map_or("there are no files", |f| f.reason.as_str());
            return Err(Error::Io {
                path: self.files.first().cloned().unwrap_or_default(),
                action: "screen",
                source: std::io::Error::other(format!(
                    "none of {} files could be computed; the first: {reason}",
                    report.failed.len()
                )),
            });
        }
        Ok(())
    }

    /// Begins work that is divided, kept or timed.
    fn begin(
        &mut self,
        asked: &workflow::Screen,
        lattice: f64,
        files: &[&Path],
    ) -> Result<Option<Work>> {
        let states = &asked.zt.states;
        let model = states.relaxation.model_for(states.extent.dimension)?;
        let about = Asked {
            file: files.first().copied().unwrap_or(Path::new("")),
            content: &|| scale::of_files(files),
            options: format!(
                "{files:?} {:?} {lattice:?} {:?} {:?} {model:?} {}",
                asked.zt,
                asked.by,
                asked.opening,
                asked.method.asked()
            ),
        };
        let work = self.long.begin_with(&self.output, about)?;
        if work.is_some() && self.skip_existing {
            return Err(Error::bad_option(
                "--skip-existing",
                "materials that are divided, shared out or kept in a checkpoint are all listed anew",
                "leave it out",
            ));
        }
        Ok(work)
    }

    /// What is asked of every material.
    fn asked(&self) -> workflow::Screen {
        workflow::Screen {
            zt: workflow::Zt {
                states: self.states.asked(),
                length: None,
                curves: false,
            },
            by: self.by,
            opening: self.input.opening(),
            method: self.method.clone(),
            jobs: self.jobs.into(),
        }
    }

    /// The materials that the results hold already; none where they are not to be kept, or not there.
    fn existing(&self) -> Result<Option<Vec<Material>>> {
        match &self.out {
            Some(path) if self.skip_existing && path.is_file() => {
                let file = ResultFile::read(path, Some("screen"))?;
                Ok(Some(materials_of(&file, path)?))
            }
            _ => Ok(None),
        }
    }
}
