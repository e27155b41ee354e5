//! Quasiparticles of a superconductor, E = √(ξ² + Δ_k²): heat, superfluid density, penetration depth, states (docs/physics §13, §21).
//!
//! Gaps are some meV and bands some eV, so that no k-grid resolves E itself. What matters of a band is its Fermi surface: every average
//! here is one over that surface, of a function of Δ_k/k_BT that is known exactly, with the weights v_i v_j or 1.

mod bands;
mod gap;
mod gap_equation;
mod surface;
mod thermal;
mod universal;

pub use bands::quasiparticles;
pub use gap::{Gap, Symmetry};
pub use gap_equation::{GapShape, ZERO_GAP};
pub use surface::{SurfaceAverages, surface_averages, surface_mean};
pub use thermal::{normal_share, states, thermal_brt, thermal_constant_time};
pub use universal::{Verdict, nodal_universal, universal, verdict};
