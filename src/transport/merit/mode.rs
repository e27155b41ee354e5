//! What a zT is of.

/// What zT is of.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum MeritMode {
    /// A material: σ and κ. Transmissions and αA refer to the length, m, or to the longest mean free path that carries.
    Bulk(Option<f64>),
    /// A device of this length, m: conductances, T = λ/(λ + L).
    Device(f64),
}
