//! Options of long calculations: parts, checkpoints, and the times of their items.

use super::options::{Input, Method, Output, parse_time};
use super::outputs::{Form, file_to_write};
use super::{ranks, session, terminal};
use crate::error::{Error, Result};
use crate::integrate::ledger::{Division, ItemTime};
use crate::io::output::remember_input;
use crate::io::write_text;
use crate::scale::{Calculation, Checkpoint, Merged, Share, Work};
use crate::workflow::Held;
use clap::Args;
use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Time between two checkpoints by default, s.
const EVERY_S: f64 = 60.0;

/// Options of commands whose work can be divided and stopped.
#[derive(Args, Debug, Default)]
#[command(next_help_heading = "Long calculations")]
pub struct Long {
    /// Run part I of N and write its sums to --output (default: part-I.h5); `bzint merge` makes the result of all parts
    #[arg(long, value_name = "I/N", value_parser = parse_part, allow_hyphen_values = true)]
    part: Option<Division>,
    /// Share out the rounds of a refinement, too: the part stops where it needs what others have, and goes on from this file, which `bzint
    /// merge` makes of all parts
    #[arg(long, value_name = "FILE.h5", requires = "part")]
    rounds: Option<PathBuf>,
    /// Keep what is done in this file, from which --resume goes on; it is removed at the end
    #[arg(long, value_name = "FILE.h5", value_parser = file_to_write())]
    checkpoint: Option<PathBuf>,
    /// Go on from the checkpoint, where it is there
    #[arg(long, requires = "checkpoint")]
    resume: bool,
    /// Time between two checkpoints (default: 60 s)
    #[arg(long, value_name = "SECONDS", value_parser = parse_time, allow_hyphen_values = true, requires = "checkpoint")]
    checkpoint_every: Option<f64>,
    /// Also write the time of each work item to this file of comma-separated values
    #[arg(long, value_name = "OUT.csv", value_parser = file_to_write())]
    timings: Option<PathBuf>,
    #[arg(skip)]
    merged: Option<Box<Merged>>,
}

/// Which part of how many.
fn parse_part(text: &str) -> Result<Division, String> {
    const MOST: usize = 1_000_000;
    let both = text.split_once('/');
    let number = |text: &str| text.trim().parse().ok().filter(|n| (1..=MOST).contains(n));
    let both = both.and_then(|(part, parts)| Some((number(part)?, number(parts)?)));
    match both {
        Some((part, parts)) if part <= parts => Ok(Division { part, parts }),
        Some((part, parts)) => Err(format!("there is no part {part} of {parts}")),
        None => Err("give I/N, part I of N, as 3/16".into()),
    }
}

/// A command whose work can be divided.
pub trait Divided {
    /// Makes it that which `long` puts together, and says and writes what is asked for there.
    fn put_together(&mut self, long: Long, out: Option<PathBuf>, output: Output);
}

/// Commands with the fields `long`, `out` and `output`.
macro_rules! divided {
    ($command:ty) => {
        impl super::long::Divided for $command {
            fn put_together(
                &mut self,
                long: super::long::Long,
                out: Option<std::path::PathBuf>,
                output: super::options::Output,
            ) {
                self.long = long;
                self.out = out;
                self.output = output;
            }
        }
    };
}
pub(super) use divided;

/// What is calculated, and of what.
pub struct Asked<'a> {
    /// The file of the bands.
    pub file: &'a Path,
    /// Hash of what it holds.
    pub content: &'a dyn Fn() -> Result<String>,
    /// Every option that changes a number.
    pub options: String,
}

impl Long {
    /// That puts parts together.
    pub fn of_parts(merged: Merged) -> Self {
        Self {
            merged: Some(Box::new(merged)),
            ..Self::default()
        }
    }

    /// Whether the options fit together, and with what is printed and written: each file in a form that `--output` does not say.
    ///
    /// # Errors
    /// [`Error::BadOption`] where not.
    pub fn check(&self, output: &Output, out: Option<&PathBuf>, other: Option<&str>) -> Result<()> {
        if self.part.is_some() {
            ranks::refuse("`--part`", "leave it out, or start without `mpirun`")?;
        }
        let Some(Division { part, parts }) = self.part else {
            return Ok(());
        };
        let result = output.json.then_some("--json").or(other);
        let is_hdf5 = out.map_or(Ok(true), |path| Form::of(path).map(|f| f == Form::Hdf5))?;
        let problem = match (result, out) {
            (Some(option), _) => {
                format!("part {part} of {parts} has no result, which `{option}` asks for")
            }
            (None, Some(path)) if !is_hdf5 => {
                format!(
                    "sums are written as HDF5, and {} names another format",
                    path.display()
                )
            }
            _ => return Ok(()),
        };
        let remedy = "name a file .h5, and ask `bzint merge` for other forms of the result";
        Err(Error::bad_option("--part", problem, remedy))
    }

    /// Whether this is one of several parts, which makes everything that any form of the result has.
    pub fn is_part(&self) -> bool {
        self.part.is_some()
    }

    /// The file that `--output` stands for.
    pub fn output(&self, out: &Option<PathBuf>) -> Option<PathBuf> {
        match (out, self.part) {
            (None, Some(Division { part, .. })) => Some(format!("part-{part}.h5").into()),
            _ => out.clone(),
        }
    }

    /// The files that these options name.
    pub fn files(&self) -> Vec<(&'static str, PathBuf)> {
        let named = [
            ("--checkpoint", &self.checkpoint),
            ("--timings", &self.timings),
        ];
        let given = |(option, path): (_, &Option<PathBuf>)| path.clone().map(|path| (option, path));
        named.into_iter().filter_map(given).collect()
    }

    /// As [`Long::begin_with`], of bands; `asked` is what is asked besides how they are opened and integrated.
    ///
    /// # Errors
    /// As there.
    pub fn begin(
        &mut self,
        output: &Output,
        input: &Input,
        method: &Method,
        held: &Held,
        asked: &str,
    ) -> Result<Option<Work>> {
        let asked = Asked {
            file: &input.file,
            content: &|| held.content(),
            options: format!("{asked} {:?} {}", input.opening, method.asked()),
        };
        self.begin_with(output, asked)
    }

    /// Begins work that is divided, kept or timed, before anything long is made of its input.
    ///
    /// # Errors
    /// As [`Work::begin`] and [`Work::of_parts`].
    pub fn begin_with(&mut self, output: &Output, asked: Asked) -> Result<Option<Work>> {
        let merged = self.merged.take();
        let ranks = ranks::ranks();
        if merged.is_none() && self.part.is_none() && self.files().is_empty() && ranks.is_none() {
            return Ok(None);
        }
        let calculation = Calculation {
            command: session::command_line(),
            arguments: session::words(),
            input: asked.file.display().to_string(),
            bands: (asked.content)()?,
            asked: asked.options,
        };
        if let Some(merged) = merged {
            return Work::of_parts(calculation, *merged).map(Some);
        }
        let every = Duration::from_secs_f64(self.checkpoint_every.unwrap_or(EVERY_S));
        let checkpoint = self.checkpoint.clone().map(|path| Checkpoint {
            path,
            resume: self.resume,
            every,
        });
        let quiet = output.quiet;
        let warn = move |text: String| {
            // Each rank has a file of its own.
            if !quiet {
                terminal::say_in_any_case("warning", &text);
            }
        };
        if let Some(path) = &self.rounds {
            remember_input(path);
        }
        let share = self.part.map(|division| Share {
            division,
            rounds: self.rounds.clone(),
        });
        let work = Work::begin(calculation, share, checkpoint, ranks, warn)?;
        if let Some(path) = self.checkpoint.as_ref().filter(|_| work.is_resumed()) {
            session::note(output, &format!("goes on from {}", path.display()));
        }
        Ok(Some(match self.timings {
            Some(_) => work.timed(),
            None => work,
        }))
    }

    /// The result that was found; none where this was a part, whose sums are written, or where another rank tells it.
    ///
    /// # Errors
    /// That of the work, or where the sums cannot be written.
    pub fn result<T>(
        &self,
        found: Result<T>,
        work: Option<&Work>,
        output: &Output,
        out: &Option<PathBuf>,
    ) -> Result<Option<T>> {
        let done = matches!(found, Ok(_) | Err(Error::PartDone));
        if let (Some(path), Some(work), true) = (&self.timings, work, done) {
            let mut text = "plan,stage,at,item,seconds\n".to_owned();
            let own = times(&work.ledger().take_times());
            match work.ledger().ranks() {
                Some(ranks) => text.extend(ranks.say(&own)?),
                None => text += &own,
            }
            if !terminal::is_mute() {
                write_text(path, &text)?;
            }
        }
        if terminal::is_mute() {
            return found.map(|_| None);
        }
        let (Some(work), Some(Division { part, parts }), true) = (work, self.part, done) else {
            return found.map(Some);
        };
        if let Some(path) = self.output(out) {
            work.write_part(&path)?;
            let ends = match work.waits() {
                true => {
                    ", and waits for the others: `bzint merge` makes of them what it goes on from"
                }
                false => "",
            };
            let text = format!("part {part} of {parts} written to {}{ends}", path.display());
            session::note(output, &text);
        }
        work.end()?;
        Ok(None)
    }
}

/// The times as lines of comma-separated values.
fn times(all: &[ItemTime]) -> String {
    let mut text = String::new();
    for time in all {
        let what = time.what.replace('"', "");
        let (stage, at) = (time.key.stage, time.key.at);
        // Text takes all that is written.
        let _ = writeln!(
            text,
            "\"{what}\",{stage},{at},{},{:.6}",
            time.item, time.seconds
        );
    }
    text
}
