//! A crystal as Landauer sees it: how many channels it offers along a direction, how far their electrons go, and what a contact or a
//! device of a given length makes of both (docs/physics §15).
//!
//! ```text
//! Spectrum (|v·n̂|, v_i v_j) ──▶ ModeDistribution ──state, τ, length──▶ DeviceCoefficients
//!                          └──▶ ModeSpectrum: M(E), λ(E)
//! ```

mod crossings;
mod device;
mod direction;
mod kinks;
mod modes;
mod profile;
mod spectrum;

pub use crossings::{CountedModes, EnergiesOfBand, counted_modes};
pub(in crate::transport) use device::check_length;
pub use device::{DEVICE_QUANTITIES, DeviceCoefficients, Named};
pub use direction::{MILLER_HELP, TransportDirection, inequivalent};
pub use kinks::kinks_on_points;
pub use modes::{MOST_DIRECTIONS, ModeDistribution};
pub(in crate::transport) use profile::{Conducted, Profile};
pub use spectrum::ModeSpectrum;
