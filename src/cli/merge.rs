//! `bzint merge`: parts of a calculation put together, by the command that made them.

use super::long::Long;
use super::options::Output;
use super::outputs::{Outputs, file_to_write};
use super::{Cli, session};
use crate::error::{Error, Result};
use crate::scale::Merged;
use clap::{Args, Parser};
use std::path::{Path, PathBuf};

/// Options of `merge`.
#[derive(Args, Debug)]
pub struct Merge {
    /// What `--part` wrote, of all parts, in any order
    #[arg(required = true, value_name = "PART.h5")]
    parts: Vec<PathBuf>,
    /// Where the parts wait for each other in a round: write what all have done to this file, which `--rounds` gives them to go on from
    #[arg(long, value_name = "FILE.h5", value_parser = file_to_write())]
    rounds: Option<PathBuf>,
    /// Also write the result to this file: HDF5, or another form that the command itself writes
    #[arg(short, long = "output", value_name = "OUT.h5", value_parser = file_to_write())]
    out: Option<PathBuf>,
    #[command(flatten)]
    output: Output,
}

/// Options of a part that the whole calculation does not have: with a value, and without.
const WITH_VALUE: [&str; 6] = [
    "--part",
    "--rounds",
    "--output",
    "-o",
    "--checkpoint",
    "--checkpoint-every",
];
const WITHOUT: [&str; 1] = ["--resume"];

impl Merge {
    /// Runs it.
    ///
    /// # Errors
    /// Where the parts do not belong together or some are missing, and those of the command that they are parts of; [`Error::AnotherRound`]
    /// where they have to be run again.
    pub fn run(self) -> Result<()> {
        let merged = Merged::read(&self.parts)?;
        if merged.waits() {
            return self.end_round(&merged);
        }
        let words = merged.arguments().to_vec();
        let unusable = |problem: String| {
            let remedy = "run the parts again with this version";
            Error::bad_file(&self.parts[0], "arguments", problem, remedy)
        };
        let mut cli = Cli::try_parse_from(&words).map_err(|e| unusable(e.render().to_string()))?;
        for part in &self.parts {
            crate::io::output::remember_input(part);
        }
        session::set_command_line(&whole(&words, &self.out));
        let Some(command) = cli.command.divided() else {
            let name = session::typed(&words);
            return Err(unusable(format!("`{name}` has no parts")));
        };
        command.put_together(Long::of_parts(merged), self.out.clone(), self.output);
        cli.dispatch()
    }
}

impl Merge {
    /// Writes what all parts have done, from which they go on.
    fn end_round(&self, merged: &Merged) -> Result<()> {
        let Some(path) = &self.rounds else {
            return Err(Error::bad_option(
                "--rounds",
                "the parts wait for each other in a round of a refinement",
                "name the file that they go on from, the one of their own `--rounds`",
            ));
        };
        let parts: Vec<&Path> = self.parts.iter().map(PathBuf::as_path).collect();
        let outputs = Outputs::new(&self.output, &parts, &[("--rounds", path.clone())])?;
        outputs.spare_inputs()?;
        merged.write_rounds(path)?;
        Err(Error::AnotherRound { path: path.clone() })
    }
}

/// The words that make the whole calculation, of those that made a part.
fn whole(words: &[String], out: &Option<PathBuf>) -> Vec<String> {
    let mut left = Vec::new();
    let mut words = words.iter();
    while let Some(word) = words.next() {
        if WITH_VALUE.contains(&word.as_str()) {
            words.next();
            continue;
        }
        let joined = WITH_VALUE.iter().any(|option| {
            let rest = word.strip_prefix(option);
            rest.is_some_and(|rest| rest.starts_with('=') || option.len() == 2)
        });
        if !joined && !WITHOUT.contains(&word.as_str()) {
            left.push(word.clone());
        }
    }
    if let Some(path) = out {
        left.extend(["-o".to_owned(), path.display().to_string()]);
    }
    left
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_whole_command_has_nothing_of_its_parts() {
        let words = |text: &str| text.split(' ').map(str::to_owned).collect::<Vec<_>>();
        let all =
            "bzint fermi a.xml --part 3/4 --tau 1e-14 -oparts/3.h5 --checkpoint=c.h5 --resume";
        let found = whole(&words(all), &Some("all.h5".into()));
        assert_eq!(found, words("bzint fermi a.xml --tau 1e-14 -o all.h5"));
        let all = "bzint dos --part=1/2 -o p.h5 a.xml --output q.h5";
        assert_eq!(whole(&words(all), &None), words("bzint dos a.xml"));
    }
}
