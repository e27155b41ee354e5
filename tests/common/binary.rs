//! The program as users type it.

use serde_json::Value;
use std::process::{Command, Output};

/// `bzint` with these words, apart by blanks.
pub fn bzint(words: &str) -> Finished {
    bzint_with(&words.split_whitespace().collect::<Vec<_>>())
}

/// `bzint` with these arguments.
pub fn bzint_with(arguments: &[&str]) -> Finished {
    let output = Command::new(env!("CARGO_BIN_EXE_bzint"))
        .args(arguments)
        .output()
        .unwrap();
    Finished(output)
}

/// What a run left.
pub struct Finished(pub Output);

impl Finished {
    /// Its exit code.
    pub fn code(&self) -> Option<i32> {
        self.0.status.code()
    }

    /// What it printed; for one that failed a panic with what it said.
    pub fn text(&self) -> String {
        assert!(self.0.status.success(), "{}", self.said());
        String::from_utf8(self.0.stdout.clone()).unwrap()
    }

    /// What it printed, as JSON.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text()).unwrap()
    }

    /// What it said on stderr.
    pub fn said(&self) -> String {
        String::from_utf8_lossy(&self.0.stderr).into_owned()
    }
}
