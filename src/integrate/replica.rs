//! Replicas of an integral: the same under one named change.

use crate::uncertainty::Cause;

/// Number of groups of neighbouring slabs that are a replica of a spectrum each.
pub const GROUPS: usize = 8;

/// What one change of how an integral was done makes of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Replica {
    /// What the change is about.
    pub cause: Cause,
    /// Signed changes of [`super::Spectrum::cumulative`], laid out like it.
    pub change: Vec<f64>,
}
