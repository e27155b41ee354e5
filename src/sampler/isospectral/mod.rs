//! A Hamiltonian found from energies alone, so that bands cross because its eigenvalues do.
//!
//! Sorted bands have kinks where they touch, and no Fourier series of single bands converges fast there. A matrix H(k) between orbitals
//! has none: its elements are smooth, and its lowest eigenvalues are the table. It is sought in s, p, d orbitals on the atoms (or on
//! sites of high symmetry where the file names none):
//!
//! 1. `choice`: groups of bands that no others touch, and orbitals whose representations at every k-point hold multiplets of the sizes
//!    that the table has (`multiplets`); what does not is no candidate.
//! 2. `two_centre` and `start`: Slater and Koster's model from Harrison's universal parameters, fitted from several places; then
//!    everything between near sites that symmetry allows.
//! 3. `smooth`: the shortest-ranged H(R) that has the energies, one point of each star at a time (`stars`), multiplets given to
//!    multiplets (`assignment`): the point group and the energies given hold both, to rounding.
//! 4. [`search`]: candidates are found from every second point (of grids that have no coarser one within, from all but some stars), and the
//!    one that predicts the others best is made from all.

mod allowed;
mod answer;
mod assignment;
mod bands;
mod basis;
mod candidate;
mod choice;
mod elements;
mod grid;
mod held;
mod hermitian;
mod invariance;
mod multiplets;
mod orbitals;
mod random;
mod search;
mod smooth;
mod stars;
mod start;
mod supercell;
mod table;
mod two_centre;

pub use answer::{Prediction, Search, Wanted};
pub use bands::IsospectralBands;
pub use grid::IsospectralGrid;
pub use search::search;
