//! What tells a file of ours, and which layout it has.

/// The kind of a file: `bands`, or the name of a result.
pub(in crate::io) const KIND: &str = "bzint_kind";
/// Version of the layout of a file.
pub(in crate::io) const SCHEMA: &str = "bzint_schema";
/// The newest layout that this version knows, for every kind.
pub(in crate::io) const NEWEST_SCHEMA: i64 = 1;
