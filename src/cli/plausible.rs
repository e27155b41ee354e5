//! Warnings of values that can be computed with but are hardly meant.

use super::options::Output;
use super::session;
pub use crate::workflow::plausible::*;

/// Warns of the first value that is absurd; 0 is none.
pub fn warn(output: &Output, plausible: &Plausible, values: impl IntoIterator<Item = f64>) {
    if let Some(text) = plausible.doubt(values) {
        session::warning(output, &text);
    }
}
