//! What the readers of listed k-points share: the search for the symmetry that completes the list to the full grid.

use crate::bands::unfold::IrreducibleBands;
use crate::bands::{BandGrid, SpinTreatment};
use crate::crystal::{Atom, KGrid, Lattice, PointGroup, Rotation};
use crate::error::{Error, Result};
use std::path::{Path, PathBuf};

/// Tolerance of the symmetry search, in Å: files print positions with 6 digits or more.
const STRUCTURE_TOLERANCE: f64 = 1e-3;
/// How far a listed k-point may lie from its grid point, in grid steps.
const ON_GRID: f64 = 1e-3;
/// Moments in μ_B closer than this are one.
const SAME_MOMENT: f64 = 1e-3;

/// Bands as codes list them, before anything is known of their symmetry.
pub(crate) struct ListedBands {
    /// Lattice (Å).
    pub lattice: Lattice,
    /// Spin treatment.
    pub spin: SpinTreatment,
    /// Bands per spin channel.
    pub n_band: usize,
    /// Listed k-points, fractional.
    pub k_points: Vec<[f64; 3]>,
    /// Energies in eV, `[k][spin][band]`.
    pub energies: Vec<f64>,
    /// Points per axis where the file says so; the shift is taken from the points.
    pub divisions: Option<[usize; 3]>,
    /// Atoms; empty where unknown.
    pub atoms: Vec<Atom>,
    /// Moments per atom of a collinear run (μ_B); empty where unknown.
    pub moments: Vec<f64>,
    /// Operations on direct fractional coordinates that the file lists; empty where it lists none.
    pub rotations: Vec<Rotation>,
}

impl ListedBands {
    /// The bands on the full grid.
    ///
    /// Tried in turn, until one completes the list and equivalent listed points have equal energies: the operations of the
    /// file, those of the structure (atoms of one element with different moments are different atoms), time reversal alone,
    /// the identity. Operations that the energies of a complete list contradict are dropped. E(k) = E(−k) holds for every
    /// collinear run; for spinors it is an assumption, checked by the energies where the list holds equivalent points.
    ///
    /// # Errors
    /// The error of the first attempt, where none succeeds.
    pub fn complete(self) -> Result<BandGrid> {
        let grid = self.grid();
        let mut first_error = None;
        let mut groups = Vec::new();
        if !self.rotations.is_empty() {
            groups.push(PointGroup::from_direct(
                &self.lattice,
                self.rotations.iter().copied(),
            ));
        }
        if !self.atoms.is_empty() {
            groups.push(PointGroup::of_structure(
                &self.lattice,
                &self.magnetic_atoms(),
                STRUCTURE_TOLERANCE,
            ));
        }
        groups.push(Ok(PointGroup::identity()));
        let mut attempts = Vec::new();
        for group in groups {
            match group {
                Ok(group) => attempts.push((group, true)),
                Err(error) => first_error = first_error.or(Some(error)),
            }
        }
        if self.spin == SpinTreatment::Spinor {
            attempts.push((PointGroup::identity(), false));
        }
        for (point_group, time_reversal) in attempts {
            let wedge = IrreducibleBands {
                lattice: self.lattice.clone(),
                spin: self.spin,
                n_band: self.n_band,
                k_points: self.k_points.clone(),
                energies: self.energies.clone(),
                grid,
                atoms: self.atoms.clone(),
                point_group,
                time_reversal,
            };
            match wedge.into_grid() {
                Ok(mut bands) => {
                    if self.spin == SpinTreatment::Spinor && time_reversal {
                        let note = "E(k) = E(−k) and the symmetry of the nonmagnetic structure are assumed, as the listed \
                             k-points suggest; where the list holds equivalent points, their energies confirm it.";
                        bands.header_mut().provenance.notes.push(note.to_string());
                    }
                    return Ok(bands);
                }
                Err(error) => first_error = first_error.or(Some(error)),
            }
        }
        Err(first_error.unwrap_or_else(|| Error::Internal("no symmetry was tried".to_string())))
    }

    /// The grid of the file's divisions, where every listed point lies on it.
    fn grid(&self) -> Option<KGrid> {
        let n = self.divisions?;
        let first = self.k_points.first()?;
        let shift = std::array::from_fn(|i| {
            let s = first[i] * n[i] as f64;
            // Printed digits leave 1e-6 or so: take a shift of a twelfth (½, ⅓, ¼ …) for what it is.
            let twelfth = (s * 12.0).round() / 12.0;
            if (s - twelfth).abs() < ON_GRID {
                twelfth
            } else {
                s
            }
        });
        let grid = KGrid::new(n, shift).ok()?;
        self.k_points
            .iter()
            .all(|&k| grid.locate(k, ON_GRID).is_some())
            .then_some(grid)
    }

    /// The atoms, named by element and moment.
    fn magnetic_atoms(&self) -> Vec<Atom> {
        let mut atoms = self.atoms.clone();
        if self.spin == SpinTreatment::Collinear && self.moments.len() == atoms.len() {
            for (atom, moment) in atoms.iter_mut().zip(&self.moments) {
                let same = self
                    .moments
                    .iter()
                    .position(|m| (m - moment).abs() < SAME_MOMENT);
                atom.symbol = format!("{}#{}", atom.symbol, same.unwrap_or(0));
            }
        }
        atoms
    }
}

/// The first of `names` that is a file in `directory`, plain or with `.gz`.
pub(crate) fn file_in(directory: &Path, names: &[&str]) -> Option<PathBuf> {
    names
        .iter()
        .flat_map(|name| [name.to_string(), format!("{name}.gz")])
        .map(|name| directory.join(name))
        .find(|file| file.is_file())
}
