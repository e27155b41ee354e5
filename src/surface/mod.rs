//! Constant-energy surfaces as closed meshes, the orbits on them in a magnetic field, and what moves along these orbits.
//!
//! ```text
//! sample ──▶ field (a periodic spline) ──▶ mesh (watertight triangles on the torus) ──▶ sheets, integrals
//!                                              └──▶ families (orbits by lattice planes) ──▶ extremes · flow ──▶ conductivity in any field
//! ```
//!
//! Lengths in k are in Å⁻¹ with the factor 2π, gradients ∇_k E in eV Å, dwell times w = ∮dl/|∇_⊥E| in Å⁻²/eV.

mod catalogue;
mod cells;
mod chains;
mod coefficients;
mod conductor;
mod critical;
mod direction;
mod extremes;
mod families;
mod field;
mod flow;
mod in_field;
mod integrals;
mod mesh;
mod moments;
mod on_bands;
mod orbit;
mod planes;
mod sample;
mod sets;
mod sheets;
mod sums;
mod survey;
mod symmetry;
pub mod vector;
mod window;

pub use catalogue::{Catalogue, Interpolations, OpenRow, OrbitRow, catalogue};
pub use cells::Vertex;
pub use chains::Chain;
pub use coefficients::{Bars, InField};
pub use conductor::{AtEnergy, Conductor, Rate, Times, flattened};
pub use direction::Direction;
pub use extremes::{Extreme, elsewhere, extremes};
pub use families::{End, Families, Family};
pub use field::{Field, Spline};
pub use flow::accumulate;
pub use in_field::{About, Measured, Row, State};
pub use integrals::{SurfaceSums, sums_of};
pub use mesh::{Mesh, Triangle};
pub use moments::Moments;
pub use orbit::{FREQUENCY_PER_AREA, MASS_PER_DWELL, Orbit, Segment, Tracer};
pub use planes::{Plane, gauss_legendre, planes};
pub use sample::{BandField, Density, Sampled, grid_for, sample_interpolated, sample_table};
pub use sheets::{Character, Sheet, sheets};
pub use sums::{OrbitSums, orbit_sums, orbits_in};
pub use survey::{BandSurface, LEFT, survey, with_bar};
pub use symmetry::symmetrized;
pub use window::{LEVELS, Node, nodes, nodes_reach};
