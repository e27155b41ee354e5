//! `bzint info`.

use super::options::{Input, Output};
use super::{session, terminal};
use crate::error::Result;
use crate::report::{info_json, info_table, phonon_info, phonon_info_json};
use crate::workflow;
use clap::Args;

/// Options of `info`.
#[derive(Args, Debug)]
pub struct Info {
    #[command(flatten)]
    input: Input,
    #[command(flatten)]
    output: Output,
}

impl Info {
    /// Runs it.
    ///
    /// # Errors
    /// Where the bands cannot be read.
    pub fn run(self) -> Result<()> {
        let _progress = session::show_progress(&self.output);
        self.input.check(None)?;
        // A seed names files, and is none.
        if self.input.file.exists() && crate::io::phonons::is_phonons(&self.input.file)? {
            return self.phonons();
        }
        let asked = workflow::Info {
            opening: self.input.opening.clone(),
            verbose: self.output.verbose,
        };
        let found = asked.run(self.input.read()?)?;
        let input = self.input.file.display().to_string();
        match self.output.json {
            true => terminal::print_json(&info_json(&found, &input)),
            false => terminal::print(&info_table(&found, &input, self.output.verbose)),
        }
    }

    /// Of a file of phonons.
    fn phonons(&self) -> Result<()> {
        let phonons = crate::io::phonons::open(&self.input.file)?;
        let input = self.input.file.display().to_string();
        match self.output.json {
            true => terminal::print_json(&phonon_info_json(&phonons, &input)),
            false => terminal::print(&phonon_info(&phonons, &input, self.output.verbose)),
        }
    }
}
