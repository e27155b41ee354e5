//! The program as users type it.
#![allow(dead_code)]

use serde_json::Value;
use std::ops::Deref;
use std::path::Path;
use std::process::{Command, Output};

/// Where the program lies, for shells.
pub const BZINT: &str = env!("CARGO_BIN_EXE_bzint");

/// `bzint` with nothing behind it yet.
pub fn command() -> Command {
    Command::new(BZINT)
}

/// Runs a command to its end.
pub fn finish(command: &mut Command) -> Finished {
    let output = command.output().unwrap();
    let words = command.get_args().map(|a| a.to_string_lossy());
    Finished {
        words: words.collect::<Vec<_>>().join(" "),
        output,
    }
}

/// `bzint` with these words, apart by blanks.
pub fn bzint(words: &str) -> Finished {
    finish(command().args(words.split_whitespace()))
}

/// The same in a folder.
pub fn bzint_in(folder: &Path, words: &str) -> Finished {
    finish(command().current_dir(folder).args(words.split_whitespace()))
}

/// `bzint` with these arguments.
pub fn bzint_with(arguments: &[&str]) -> Finished {
    finish(command().args(arguments))
}

/// What a run in a folder printed that must succeed.
pub fn text_in(folder: &Path, words: &str) -> String {
    bzint_in(folder, words).text()
}

/// The same as JSON.
pub fn json_in(folder: &Path, words: &str) -> Value {
    bzint_in(folder, words).json()
}

/// What a run left.
#[derive(Debug)]
pub struct Finished {
    words: String,
    output: Output,
}

impl Deref for Finished {
    type Target = Output;

    fn deref(&self) -> &Output {
        &self.output
    }
}

impl Finished {
    /// Its exit code.
    pub fn code(&self) -> Option<i32> {
        self.status.code()
    }

    /// Itself; of one that failed a panic with what it said.
    #[track_caller]
    pub fn succeeded(self) -> Self {
        let said = self.said();
        assert!(self.status.success(), "bzint {}\n{said}", self.words);
        self
    }

    /// What it said on stderr; of one that succeeded a panic.
    #[track_caller]
    pub fn refused(self) -> String {
        assert!(!self.status.success(), "bzint {}", self.words);
        self.said()
    }

    /// What it printed; of one that failed a panic with what it said.
    #[track_caller]
    pub fn text(self) -> String {
        String::from_utf8(self.succeeded().output.stdout).unwrap()
    }

    /// What it printed, as JSON.
    #[track_caller]
    pub fn json(self) -> Value {
        let words = self.words.clone();
        let text = self.text();
        serde_json::from_str(&text).unwrap_or_else(|e| panic!("bzint {words}: {e}\n{text}"))
    }

    /// What it said on stderr.
    pub fn said(&self) -> String {
        String::from_utf8_lossy(&self.stderr).into_owned()
    }
}
