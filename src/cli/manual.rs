//! `bzint completions` and `bzint man`: what a shell and a manual know of the command line.

use super::outputs::file_to_write;
use super::terminal;
use crate::error::{Error, Result};
use clap::{Args, Command};
use clap_complete::Shell;
use std::path::{Path, PathBuf};

/// Options of `completions`.
#[derive(Args, Debug)]
pub struct Completions {
    /// The shell
    #[arg(value_enum)]
    shell: Shell,
}

impl Completions {
    /// Prints the script.
    ///
    /// # Errors
    /// Where stdout cannot be written.
    pub fn run(self, mut command: Command) -> Result<()> {
        let mut script = Vec::new();
        clap_complete::generate(self.shell, &mut command, "bzint", &mut script);
        terminal::print(&String::from_utf8_lossy(&script))
    }
}

/// Options of `man`.
#[derive(Args, Debug)]
pub struct Man {
    /// The folder for bzint.1 and a page of each command
    #[arg(value_name = "DIR", value_parser = file_to_write())]
    directory: PathBuf,
}

impl Man {
    /// Writes the pages.
    ///
    /// # Errors
    /// [`Error::Io`] where the folder cannot be made or written.
    pub fn run(self, command: Command) -> Result<()> {
        std::fs::create_dir_all(&self.directory).map_err(Error::io(&self.directory, "create"))?;
        let mut command = command.disable_help_subcommand(true);
        command.build();
        page(&command, &self.directory)?;
        for sub in command.get_subcommands().filter(|sub| !sub.is_hide_set()) {
            // A page is found by the words apart by hyphens.
            let name = format!("bzint-{}", sub.get_name());
            page(&sub.clone().display_name(name), &self.directory)?;
        }
        Ok(())
    }
}

fn page(command: &Command, directory: &Path) -> Result<()> {
    let name = command.get_display_name().unwrap_or(command.get_name());
    let path = directory.join(format!("{name}.1"));
    let mut text = Vec::new();
    let rendered = clap_mangen::Man::new(command.clone()).render(&mut text);
    rendered.map_err(Error::io(&path, "write"))?;
    crate::io::write_bytes(&path, &text)
}
