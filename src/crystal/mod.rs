//! The crystal: its lattice, the k-grid on its reciprocal cell, and its symmetry.

mod k_grid;
mod k_lattice;
mod k_set;
mod lattice;
mod magnetic;
mod projector;
mod rotation;
mod symmetry;
pub(crate) mod tensor;

pub use k_grid::KGrid;
pub(crate) use k_lattice::SAME_COORDINATE;
pub use k_lattice::{GridBasis, KLattice};
pub use k_set::KSet;
pub use lattice::Lattice;
pub use projector::TensorProjector;
pub use rotation::Rotation;
pub(crate) use rotation::apply;
pub use symmetry::{Atom, PointGroup};
pub use tensor::Tensor;
