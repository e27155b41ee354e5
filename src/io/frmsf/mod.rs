//! FRMSF (FermiSurfer's grids), read and written.
//!
//! `n1 n2 n3`; a switch for the grid (0: (2i−1−N)/2N, 1: (i−1)/N, 2: (2i−1)/2N with i = 1 … N); the number of bands; three
//! reciprocal vectors; the energies, third axis fastest, periodic without a repeated point; then up to three blocks of the
//! same shape with a property of each state (|v|, orbital weights …), of which the first is read by [`read_property`] alone. (FermiSurfer's manual, "Input file".)
//!
//! * Energies are relative to the Fermi level, so the Fermi level is 0.
//! * The format has no units: the user gives them as for BXSF. Quantum ESPRESSO's `fermi_velocity.x` and `fermi_proj.x` write
//!   `ry,1/bohr,2pi` (checked against the XML of the same run); bzint writes eV and Å⁻¹ with 2π (`wannier90`) unless asked for others.
//! * It has neither spin nor symmetry: two electrons per state are assumed; the operations that leave the energies
//!   unchanged are used.

mod read;
mod write;

pub(crate) use read::is_frmsf;
pub use read::{parse, read, read_property};
pub use write::{write, write_surface};
