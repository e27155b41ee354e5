//! `bzint run`: a command and its options from a file, for one input or many.

use super::options::{Output, parse_jobs};
use super::{Cli, session, side_by_side, terminal};
use crate::error::{Error, Result};
use crate::io::text::read_small;
use clap::{Args, Parser};
use std::path::{Path, PathBuf};
use toml::{Table, Value};

/// What stands for an input's name without its ending.
const STEM: &str = "{stem}";
/// Most bytes of a job, and of a list of inputs.
const MOST_BYTES: u64 = 1 << 20;
/// Commands that run nothing of bands.
const OTHERS: [&str; 3] = ["run", "completions", "man"];

/// Options of `run`.
#[derive(Args, Debug)]
pub struct Run {
    /// A TOML file: `command`, `file` or `files`, and options by their names; lists are joined by commas, `true` is an option without
    /// value, and {stem} in a text is the input's name without its ending
    #[arg(value_name = "JOB.toml")]
    job: PathBuf,
    /// Inputs in the place of the job's own
    files: Vec<PathBuf>,
    /// A file with the names of inputs, one a line
    #[arg(long, value_name = "FILE", conflicts_with = "files")]
    list: Option<PathBuf>,
    /// Leave out inputs whose output is there
    #[arg(long)]
    skip_existing: bool,
    /// Print the commands instead of running them
    #[arg(long)]
    dry_run: bool,
    /// So many inputs at a time, each in a process of its own with its share of the processors
    #[arg(short, long, value_name = "N", value_parser = parse_jobs, allow_hyphen_values = true, default_value = "1")]
    jobs: usize,
    #[command(flatten)]
    output: Output,
}

/// A command that a job comes to, with its output.
struct Step {
    words: Vec<String>,
    out: Option<PathBuf>,
}

impl Run {
    /// Runs it: each input, whatever becomes of the others.
    ///
    /// # Errors
    /// Where the job is no job; the first error of its steps, the others being said.
    pub fn run(self) -> Result<()> {
        let text = read_small(&self.job, MOST_BYTES)?.text;
        let wrong = |problem: String| {
            Error::bad_file(
                &self.job,
                "job",
                problem,
                "`bzint run --help` says what a job is",
            )
        };
        let mut job: Table = toml::from_str(&text).map_err(|e| wrong(e.to_string()))?;
        let command = match job.remove("command") {
            Some(Value::String(command)) if !OTHERS.contains(&&*command) => command,
            _ => return Err(wrong("`command` names no command".into())),
        };
        let inputs = self.inputs(&mut job).map_err(wrong)?;
        let mut steps = Vec::new();
        for input in &inputs {
            steps.push(step(&command, input, &job).map_err(wrong)?);
        }
        // All are looked at before one is run.
        let mut parsed = Vec::new();
        for step in steps {
            let cli =
                Cli::try_parse_from(&step.words).map_err(|e| wrong(e.render().to_string()))?;
            parsed.push((step, cli));
        }
        if self.dry_run {
            let lines: Vec<String> = parsed
                .iter()
                .map(|(s, _)| session::typed(&s.words))
                .collect();
            return terminal::print(&lines.join("\n"));
        }
        let all = parsed.len();
        parsed.retain(|(step, _)| !self.is_there(step));
        match self.jobs {
            1 => self.one_after_another(parsed, all),
            jobs => {
                let commands: Vec<Vec<String>> =
                    parsed.into_iter().map(|(step, _)| step.words).collect();
                let failed = side_by_side::run(&commands, jobs)?.len();
                self.end(failed, all)
            }
        }
    }

    /// Whether a step's output is there and is not to be made again.
    fn is_there(&self, step: &Step) -> bool {
        let Some(out) = step.out.as_ref().filter(|_| self.skip_existing) else {
            return false;
        };
        if out.exists() {
            session::note(&self.output, &format!("{} is there", out.display()));
        }
        out.exists()
    }

    /// Runs steps in this process.
    ///
    /// # Errors
    /// As [`run`](Self::run).
    fn one_after_another(&self, parsed: Vec<(Step, Cli)>, all: usize) -> Result<()> {
        let mut failed = 0;
        for (step, cli) in parsed {
            session::set_command_line(&step.words);
            match cli.dispatch() {
                Err(error) if all == 1 => return Err(error),
                Err(error) => {
                    failed += 1;
                    terminal::say("error", &error.to_string());
                }
                Ok(()) => {}
            }
        }
        self.end(failed, all)
    }

    /// # Errors
    /// [`Error::BadBands`] where inputs failed.
    fn end(&self, failed: usize, all: usize) -> Result<()> {
        if failed == 0 {
            return Ok(());
        }
        Err(Error::bad_bands(
            self.job.display().to_string(),
            format!("{failed} of {all} inputs failed, as said above"),
            "with `--skip-existing` another run does only those",
        ))
    }

    /// The inputs: those of the call, or the job's.
    fn inputs(&self, job: &mut Table) -> std::result::Result<Vec<String>, String> {
        let own = match (job.remove("file"), job.remove("files")) {
            (Some(Value::String(one)), None) => vec![one],
            (None, Some(Value::Array(all))) => {
                all.iter().map(one_word).collect::<Result<_, _>>()?
            }
            (None, None) => Vec::new(),
            _ => return Err("give `file = \"NAME\"` or `files = [\"NAME\", …]`".into()),
        };
        let named = match &self.list {
            Some(list) => {
                let read = read_small(list, MOST_BYTES).map_err(|e| e.to_string())?;
                let text = read.text;
                let names = text.lines().map(str::trim);
                names
                    .filter(|n| !n.is_empty() && !n.starts_with('#'))
                    .map(str::to_owned)
                    .collect()
            }
            None => self
                .files
                .iter()
                .map(|f| f.display().to_string())
                .collect::<Vec<_>>(),
        };
        match (named.is_empty(), own.is_empty()) {
            (false, _) => Ok(named),
            (true, false) => Ok(own),
            _ => Err("it names no `file`, and neither does the call".into()),
        }
    }
}

/// The command of one input.
fn step(command: &str, input: &str, job: &Table) -> std::result::Result<Step, String> {
    let name = Path::new(input)
        .file_name()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned();
    let stem = name.split('.').next().unwrap_or(&name).to_owned();
    let mut words = vec!["bzint".to_owned(), command.to_owned(), input.to_owned()];
    let mut out = None;
    for (option, value) in job {
        let flag = format!("--{}", option.replace('_', "-"));
        let text = match value {
            Value::Boolean(true) => {
                words.push(flag);
                continue;
            }
            Value::Boolean(false) => continue,
            Value::Array(all) => {
                let all: Vec<String> = all.iter().map(one_word).collect::<Result<_, _>>()?;
                all.join(",")
            }
            other => one_word(other)?,
        };
        let text = text.replace(STEM, &stem);
        if option == "output" {
            out = Some(PathBuf::from(&text));
        }
        // One word, so that values may begin with a minus sign.
        words.push(format!("{flag}={text}"));
    }
    Ok(Step { words, out })
}

fn one_word(value: &Value) -> std::result::Result<String, String> {
    match value {
        Value::String(text) => Ok(text.clone()),
        Value::Integer(n) => Ok(n.to_string()),
        Value::Float(x) => Ok(format!("{x:e}")),
        other => Err(format!(
            "a {} is neither a text nor a number",
            other.type_str()
        )),
    }
}
