//! Lines of a text file, with errors that name their number.

use crate::error::{Error, Result};
use crate::io::text;
use std::path::Path;

/// What to do about a file that is not whole.
const COPY_AGAIN: &str = "the file is cut short or damaged: copy it again, or repeat the run";

/// The lines of a file that are not blank.
pub(crate) struct Lines<'a> {
    path: &'a Path,
    lines: std::iter::Enumerate<std::str::Lines<'a>>,
    number: usize,
}

impl<'a> Lines<'a> {
    pub fn new(path: &'a Path, content: &'a str) -> Self {
        Self {
            path,
            lines: content.lines().enumerate(),
            number: 0,
        }
    }

    /// An error at the last line.
    pub fn bad(&self, problem: impl Into<String>) -> Error {
        Error::bad_file(
            self.path,
            format!("line {}", self.number),
            problem,
            COPY_AGAIN,
        )
    }

    /// The next line as it is, also where it is blank.
    pub fn raw(&mut self) -> Option<&'a str> {
        let (i, line) = self.lines.next()?;
        self.number = i + 1;
        Some(line)
    }

    /// The next line with text, where there is one.
    pub fn find(&mut self) -> Option<&'a str> {
        loop {
            let line = self.raw()?;
            if !line.trim().is_empty() {
                return Some(line);
            }
        }
    }

    /// The next line with text.
    pub fn text(&mut self, what: &str) -> Result<&'a str> {
        match self.find() {
            Some(line) => Ok(line),
            None => Err(self.bad(format!("the file ends where {what} is expected"))),
        }
    }

    /// The first `N` numbers of `line`.
    pub fn numbers_of<const N: usize>(&self, line: &str, what: &str) -> Result<[f64; N]> {
        let mut words = line.split_ascii_whitespace();
        let mut values = [0.0; N];
        for value in &mut values {
            let number = words.next().and_then(text::number);
            *value = number.ok_or_else(|| {
                self.bad(format!(
                    "\"{}\" stands where {what} is expected ({N} finite numbers)",
                    line.trim()
                ))
            })?;
        }
        Ok(values)
    }

    /// The first `N` numbers of the next line with text.
    pub fn numbers<const N: usize>(&mut self, what: &str) -> Result<[f64; N]> {
        let line = self.text(what)?;
        self.numbers_of(line, what)
    }

    /// The first `N` words of the next line with text, as counts that are at most `limit`.
    pub fn counts<const N: usize>(&mut self, what: &str, limit: usize) -> Result<[usize; N]> {
        let line = self.text(what)?;
        let mut words = line.split_ascii_whitespace();
        let mut values = [0; N];
        for value in &mut values {
            let count = words.next().and_then(|w| w.parse().ok());
            *value = count.filter(|n| *n <= limit).ok_or_else(|| {
                self.bad(format!(
                    "\"{}\" stands where {what} is expected ({N} counts that the file can hold)",
                    line.trim()
                ))
            })?;
        }
        Ok(values)
    }

    /// An error where text follows.
    pub fn end(&mut self) -> Result<()> {
        match self.find() {
            None => Ok(()),
            Some(line) => Err(self.bad(format!("\"{}\" follows the last entry", line.trim()))),
        }
    }
}
