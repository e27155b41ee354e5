//! A hash of all that a plan depends on, by which it is known again in another process.

use sha2::{Digest, Sha256};
use std::fmt::{Debug, Write};

/// What is known so far.
#[derive(Default)]
pub struct Fingerprint(Sha256);

/// Takes text as it is formatted, so that none is built.
struct Into<'a>(&'a mut Sha256);

impl Write for Into<'_> {
    fn write_str(&mut self, text: &str) -> std::fmt::Result {
        self.0.update(text);
        Ok(())
    }
}

impl Fingerprint {
    /// Adds something by its name and what it looks like: floats print all their digits.
    pub fn add(&mut self, name: &str, value: &dyn Debug) {
        // A hash takes all text.
        let _ = writeln!(Into(&mut self.0), "{name}: {value:?}");
    }

    /// Adds numbers by their bits.
    pub fn numbers(&mut self, name: &str, all: impl IntoIterator<Item = f64>) {
        self.0.update(name);
        for x in all {
            self.0.update(x.to_bits().to_le_bytes());
        }
    }

    /// In hexadecimal.
    pub fn finish(self) -> String {
        let digest = self.0.finalize();
        digest.iter().map(|byte| format!("{byte:02x}")).collect()
    }
}
