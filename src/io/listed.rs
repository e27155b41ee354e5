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
    /// Moments in μ_B: one number per atom of a collinear run, three (Cartesian) of a noncollinear one; empty where unknown.
    pub moments: Vec<f64>,
    /// Operations on direct fractional coordinates that the file lists; empty where it lists none.
    pub rotations: Vec<Rotation>,
}

impl ListedBands {
    /// The bands on the full grid.
    ///
    /// Tried in turn, until one completes the list and equivalent listed points have equal energies: the operations of the
    /// file, those of the structure that keep the moments, time reversal alone, the identity. Operations that the energies of a
    /// complete list contradict are dropped. E(k) = E(−k) holds for every collinear run; for spinors without known moments it is an
    /// assumption, checked by the energies where the list holds equivalent points.
    ///
    /// # Errors
    /// The error of the first attempt, where none succeeds.
    pub fn complete(self) -> Result<BandGrid> {
        let grid = self.grid();
        let mut first_error = None;
        let mut attempts = Vec::new();
        let mut attempt = |group: Result<PointGroup>, time_reversal: bool| match group {
            Ok(group) => attempts.push((group, time_reversal)),
            Err(error) => first_error = first_error.take().or(Some(error)),
        };
        if !self.rotations.is_empty() {
            let rotations = self.rotations.iter().copied();
            attempt(PointGroup::from_direct(&self.lattice, rotations), true);
        }
        if !self.atoms.is_empty() {
            let (group, time_reversal) = self.group_of_structure();
            attempt(group, time_reversal);
        }
        attempt(Ok(PointGroup::identity()), true);
        if self.spin == SpinTreatment::Spinor {
            attempt(Ok(PointGroup::identity()), false);
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
                    if self.spin == SpinTreatment::Spinor {
                        let note = self
                            .note_on_spinors(time_reversal, bands.header_mut().point_group.order());
                        bands.header_mut().provenance.notes.push(note);
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

    /// The point group of the structure, and whether E(k) = E(−k) holds besides.
    fn group_of_structure(&self) -> (Result<PointGroup>, bool) {
        let (lattice, atoms) = (&self.lattice, self.atoms.as_slice());
        if !self.has_moments() {
            let group = PointGroup::of_structure(lattice, atoms, STRUCTURE_TOLERANCE);
            return (group, true);
        }
        if self.moments.len() == atoms.len() {
            let moments = &self.moments;
            let group =
                PointGroup::of_collinear_structure(lattice, atoms, moments, STRUCTURE_TOLERANCE);
            // What holds for up and down bands in one list is in the group: no other symmetry shall stand in for it.
            return match self.spin {
                SpinTreatment::Spinor => (group.map(|g| g.with_inversion()), false),
                _ => (group, true),
            };
        }
        let (vectors, _) = self.moments.as_chunks::<3>();
        let group = PointGroup::of_magnetic_structure(lattice, atoms, vectors, STRUCTURE_TOLERANCE);
        (group, false)
    }

    /// Whether there are moments that could break a symmetry.
    fn has_moments(&self) -> bool {
        let n = self.atoms.len();
        let fits = match self.spin {
            SpinTreatment::Unpolarized => false,
            SpinTreatment::Collinear => self.moments.len() == n,
            SpinTreatment::Spinor => [n, 3 * n].contains(&self.moments.len()),
        };
        fits && self.moments.iter().any(|m| *m != 0.0)
    }

    fn note_on_spinors(&self, time_reversal: bool, order: usize) -> String {
        match (self.has_moments(), time_reversal) {
            (true, false) => format!(
                "{order} operations on k keep the moments of the file (those with time reversal together with k → −k)."
            ),
            (true, true) => "The operations that keep the moments of the file do not complete the k-points: E(k) = E(−k) and the \
                 nonmagnetic symmetry are assumed, as the run that listed them did."
                .to_string(),
            (false, true) => "E(k) = E(−k) and the symmetry of the nonmagnetic structure are assumed, as the listed k-points suggest; \
                 where the list holds equivalent points, their energies confirm it."
                .to_string(),
            (false, false) => "Neither symmetry nor E(k) = E(−k) is used.".to_string(),
        }
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
