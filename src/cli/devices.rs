//! `bzint devices`.

use super::options::Output;
use crate::error::Result;
use clap::Args;

/// Options of `devices`.
#[derive(Args, Debug)]
pub struct Devices {
    #[command(flatten)]
    output: Output,
}

impl Devices {
    /// Runs it.
    ///
    /// # Errors
    /// None so far.
    pub fn run(self) -> Result<()> {
        let _ = self.output;
        Ok(())
    }
}
