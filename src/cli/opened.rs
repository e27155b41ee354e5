//! The bands that a command works on.

use super::options::Input;
use crate::error::Result;
pub use crate::workflow::{Demands, Opened, Preference};

/// Opens the input as its options ask for.
///
/// # Errors
/// As [`Input::read`] and [`crate::workflow::open`].
pub fn open(input: &Input, preference: Preference, demands: &Demands) -> Result<Opened> {
    crate::workflow::open(input.read()?, &input.opening, preference, demands)
}
