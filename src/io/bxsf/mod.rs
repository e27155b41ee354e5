//! BXSF (XCrySDen's Fermi-surface grids), read and written.
//!
//! A BXSF file has Cartesian reciprocal vectors, a *general* grid (N+1 points per axis, the last repeats the first, third
//! axis fastest) and one block of energies per band. It states neither units ([`BxsfUnits`]) nor spin nor symmetry.
//! (XCrySDen's documentation, "BXSF format".) `Fermi Energy:` of `BEGIN_INFO` is in the units of the energies, on their scale, as the
//! code that wrote the file means it. Two electrons per state are assumed unless the user says one (a file per spin channel,
//! spinors). ABINIT's files of two channels say so, and list up and down bands in turn.
//! Labels vary between codes (`BANDGRID_3D_BANDS`, `BEGIN_BANDGRID_3D_fermi` …), and `BAND:` may start above 1.
//! Files that bzint writes state units and spin in comments, which the reader believes.

mod read;
mod tokens;
mod units;
mod write;

pub(super) use read::is_bxsf;
pub(crate) use read::symmetry_of;
pub use read::{parse, read};
pub use units::{BxsfConvention, BxsfUnits, EnergyUnit, VectorUnit};
pub use write::{WriteOptions, write};
pub(super) use write::{chosen_bands, chosen_spin, vectors_in};

/// Start of the comment with the units, in `--bxsf-units` spelling.
const UNITS_COMMENT: &str = "bzint units:";
/// Start of the comments with the direct lattice, rows in Å: through the reciprocal vectors alone its last digits are lost.
const LATTICE_COMMENT: &str = "bzint lattice:";
/// Start of the comment with the spin treatment.
const SPIN_COMMENT: &str = "bzint spin:";
