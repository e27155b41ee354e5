//! `bzint` turns band energies tabulated on a k-grid into transport tensors, on the CPU or a GPU, with an error bar on
//! every number.
//!
//! ```text
//! io ──▶ bands::BandSource ──▶ integrate::Block ──▶ Engine (cpu, gpu) ──▶ Spectrum, SurfaceIntegral ──▶ transport ──▶ report
//! ```
//!
//! Imports run one way, each room from those above it; `tests/cli/structure.rs` holds these lines against the code:
//!
//! ```text
//! units       ←
//! error       ←
//! progress    ←
//! kernel      ←
//! memory      ← error
//! quadrature  ← error
//! fermi_dirac ← error quadrature
//! bounds      ← error fermi_dirac quadrature units
//! crystal     ← error units
//! bands       ← crystal error memory units
//! sampler     ← bands crystal error kernel memory progress units
//! integrate   ← bands crystal error kernel memory progress sampler units
//! gpu         ← bands error integrate kernel memory
//! io          ← bands crystal error memory sampler units
//! scattering  ← error fermi_dirac io quadrature units
//! transport   ← bands crystal error integrate memory quadrature scattering units
//! report      ← bands bounds error integrate io scattering transport units
//! cli         ← bands bounds crystal error gpu integrate io memory progress report sampler scattering transport units
//! ```
//!
//! Conventions: energies in eV, lengths in Å, times in s; results in SI. Lattice rows are a₁ a₂ a₃, `a_i·b_j = 2π δ_ij`,
//! grid point u = (i + shift)/n, third index fastest. Sums carry the spin degeneracy g_s (2 for unpolarised bands, else 1).
//! Tensors are `[row][col]`; symmetric channels are stored xx yy zz yz xz xy.
//!
//! The conductivity of free electrons, n e² τ/m, from a grid:
//!
//! ```
//! use bzint::bands::BandSource;
//! use bzint::bands::model::{Model, ModelBands};
//! use bzint::crystal::{KGrid, Lattice};
//! use bzint::integrate::cpu::CpuEngine;
//! use bzint::integrate::{Request, surface};
//! use bzint::transport::FermiTensors;
//!
//! # fn main() -> bzint::Result<()> {
//! let lattice = Lattice::new([[3.0, 0.0, 0.0], [0.0, 3.0, 0.0], [0.0, 0.0, 3.0]])?;
//! let bands = ModelBands::new(Model::free_electrons(1.0), lattice, KGrid::gamma([32; 3])?, false)?;
//! let request = Request::for_bands(bands.header());
//! let integral = surface(&bands, &request, 2.5, &mut CpuEngine::<f64>::default())?;
//! let tensors = FermiTensors::new(bands.header(), &integral, Some(1e-14))?;
//! let sigma = tensors.conductivity.unwrap();
//! // k_F from 2.5 eV; n = k_F³/3π².
//! let k_f = (2.0 * 2.5 / bzint::units::HBAR2_OVER_ME).sqrt() * 1e10;
//! let n = k_f.powi(3) / (3.0 * std::f64::consts::PI.powi(2));
//! let drude = n * bzint::units::ELEMENTARY_CHARGE.powi(2) * 1e-14 / bzint::units::ELECTRON_MASS;
//! assert!((sigma.value[0][0] - drude).abs() < sigma.error[0][0]);
//! # Ok(())
//! # }
//! ```
#![warn(missing_docs)]
// Bad input is an error; a panic would be a mistake of the program.
#![cfg_attr(
    not(test),
    deny(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::panic,
        clippy::unreachable,
        clippy::todo,
        clippy::unimplemented
    )
)]

pub mod bands;
pub mod bounds;
pub mod cli;
pub mod crystal;
pub mod error;
pub mod fermi_dirac;
pub mod gpu;
pub mod integrate;
pub mod io;
pub mod kernel;
pub mod memory;
mod progress;
mod quadrature;
pub mod report;
pub mod sampler;
pub mod scattering;
pub mod transport;
pub mod units;

pub use error::{Error, Result};
