//! `bzint bench`.

use super::options::{Input, Output};
use crate::error::Result;
use clap::Args;

/// Options of `bench`.
#[derive(Args, Debug)]
pub struct Bench {
    #[command(flatten)]
    input: Input,
    #[command(flatten)]
    output: Output,
}

impl Bench {
    /// Runs it.
    ///
    /// # Errors
    /// Where the bands cannot be integrated.
    pub fn run(self) -> Result<()> {
        let _ = (self.input, self.output);
        Ok(())
    }
}
