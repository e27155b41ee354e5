//! zT as a functional of the transmission (docs/physics §15, §16; G. D. Mahan, J. O. Sofo, PNAS 93, 7436 (1996)): the window of energies that
//! raise it, the best transmission for the same channels, and how near a material comes to it.
//!
//! s(x) = ħa₀Σ(μ + xk_BT) = (a₀/2π) Mλ in a bulk material, (a₀/2π) M L λ/(λ + L) in a device of length L; α = k_B²T/(ħa₀κ_l). A channel that
//! lets everything through gives s = A with A = (a₀/2π) L per mode: T = λ/(λ + L) in a device. In a bulk material T = λ/L ≤ 1 for the longest
//! mean free path L that carries, unless another is given.

mod functional;
mod quantities;
mod transmission;

pub use quantities::{MERIT_QUANTITIES, Merit, MeritMode};
pub use transmission::TransmissionCurve;
