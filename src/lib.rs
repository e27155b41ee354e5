//! `bzint` turns band energies tabulated on a k-grid into transport tensors, on the CPU or a GPU, with an error bar on
//! every number.
//!
//! ```text
//! io ──▶ bands::BandSource ──▶ integrate::measure, with an Engine (cpu, gpu) ──▶ Spectrum, SurfaceIntegral ──▶ transport ──▶ report
//! ```
//!
//! The whole way, with every decision on it, is [`workflow`]: what the command line and the Python package call.
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
//! statistics  ← error quadrature
//! crystal     ← error units
//! elastic     ← crystal error
//! uncertainty ← crystal
//! bands       ← crystal error memory units
//! excitations ← bands crystal error units
//! sampler     ← bands crystal error kernel memory progress units
//! integrate   ← bands crystal error kernel memory progress uncertainty units
//! gpu         ← bands error integrate kernel memory
//! io          ← bands crystal error excitations memory sampler units
//! surface     ← bands crystal error kernel memory progress uncertainty units
//! scattering  ← error fermi_dirac io quadrature units
//! transport   ← bands bounds crystal error fermi_dirac integrate kernel memory quadrature scattering uncertainty units
//! phonons     ← bands crystal elastic error excitations integrate io kernel memory statistics uncertainty units
//! superconductor ← bands crystal error fermi_dirac integrate kernel quadrature uncertainty units
//! scale       ← bands error excitations integrate io
//! workflow    ← bands bounds crystal elastic error excitations gpu integrate io kernel memory phonons progress sampler scale scattering superconductor surface transport uncertainty units
//! report      ← bands bounds crystal elastic error excitations fermi_dirac integrate io phonons superconductor surface transport uncertainty units workflow
//! cli         ← bands crystal error excitations gpu integrate io kernel memory phonons progress report scale superconductor surface transport workflow
//! ```
//!
//! Conventions: energies in eV, lengths in Å, times in s; results in SI. Lattice rows are a₁ a₂ a₃, `a_i·b_j = 2π δ_ij`,
//! grid point u = (i + shift)/n, third index fastest. Sums carry the spin degeneracy g_s (2 for unpolarised bands, else 1).
//! Tensors are `[row][col]`; symmetric channels are stored xx yy zz yz xz xy.
//!
//! From a Quantum ESPRESSO run to the Seebeck coefficient of copper at 300 K, with its bar:
//!
//! ```
//! use bzint::integrate::{Bins, Channels, Request, cpu::CpuEngine, measure};
//! use bzint::transport::{AxisPlan, TransportDistribution};
//!
//! # fn main() -> bzint::Result<()> {
//! let file = concat!(env!("CARGO_MANIFEST_DIR"), "/data/cu.nscf.xml.gz");
//! let bands = bzint::io::open(file.as_ref(), &Default::default())?;
//! let mu = 14.555;
//! let mut plan = AxisPlan::for_bands(&*bands, &[300.0], None, mu);
//! plan.chemical_potentials_ev = vec![(mu, mu)];
//! let request = Request { channels: Channels::Basic, ..Request::for_bands(bands.header()) };
//! let found = measure(&*bands, &request, &Bins(&plan.axis()?), &mut CpuEngine::<f64>::default())?;
//! let distribution = TransportDistribution::new(bands.header(), &found.result, mu)?;
//! let state = distribution.at_chemical_potential(300.0, mu)?;
//! let seebeck = distribution.coefficients_over_tau(&state)?.seebeck();
//! println!("S = ({:e} ± {:e}) V/K", seebeck.value[0][0], seebeck.error[0][0]);
//! # assert!(seebeck.value[0][0].abs() < 2e-5 && seebeck.error[0][0] > 0.0);
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
#[cfg(feature = "cli")]
pub mod cli;
pub mod crystal;
pub mod elastic;
pub mod error;
pub mod excitations;
pub mod fermi_dirac;
#[cfg(feature = "gpu")]
pub mod gpu;
pub mod integrate;
pub mod io;
pub mod kernel;
pub mod memory;
pub mod phonons;
pub mod progress;
mod quadrature;
pub mod report;
pub mod sampler;
pub mod scale;
pub mod scattering;
pub mod statistics;
pub mod superconductor;
pub mod surface;
pub mod transport;
pub mod uncertainty;
pub mod units;
pub mod workflow;

pub use error::{Error, Result};
