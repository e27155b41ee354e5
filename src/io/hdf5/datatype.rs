//! Types of what an HDF5 file holds, and what reading it gives.

use hdf5_reader::{Datatype, VarLenKind};
use std::fmt::Display;

/// What was read, or what is wrong with it.
pub(in crate::io) type Read<T> = std::result::Result<T, String>;

/// What the reader says, in letters enough: names and types of a damaged file can be long.
pub(super) fn problem(error: impl Display) -> String {
    error.to_string().chars().take(300).collect()
}

pub(super) fn is_integer(kind: &Datatype) -> bool {
    match kind {
        Datatype::Enum { base, .. } => matches!(**base, Datatype::FixedPoint { .. }),
        kind => matches!(kind, Datatype::FixedPoint { .. }),
    }
}

pub(super) fn is_text(kind: &Datatype) -> bool {
    match kind {
        Datatype::String { .. } => true,
        Datatype::VarLen { kind, .. } => *kind == VarLenKind::String,
        _ => false,
    }
}

pub(super) fn type_name(kind: &Datatype) -> String {
    match kind {
        Datatype::FloatingPoint { size, .. } => format!("float{}", 8 * u32::from(*size)),
        Datatype::FixedPoint { size, signed, .. } => {
            let sign = if *signed { "" } else { "u" };
            format!("{sign}int{}", 8 * u32::from(*size))
        }
        kind if is_text(kind) => "text".to_string(),
        Datatype::VarLen { .. } => "lists".to_string(),
        Datatype::Compound { .. } => "compound".to_string(),
        Datatype::Array { .. } => "array".to_string(),
        Datatype::Enum { .. } => "enum".to_string(),
        Datatype::Opaque { .. } => "opaque".to_string(),
        Datatype::Reference { .. } => "reference".to_string(),
        _ => "bits".to_string(),
    }
}
