//! What the readers of listed k-points share: the search for the symmetry that completes the list to the full grid.

use crate::bands::unfold::{IrreducibleBands, KList, Weights, clean_shift};
use crate::bands::{BandGrid, SpinTreatment};
use crate::crystal::{self, Atom, KGrid, KLattice, Lattice, PointGroup, Rotation};
use crate::error::{Error, Result};
use std::path::{Path, PathBuf};

/// Tolerance of the symmetry search, in Å: files print positions with 6 digits or more.
const STRUCTURE_TOLERANCE: f64 = 1e-3;

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
    /// Their weights.
    pub weights: Weights,
    /// Points per axis where the file says so; the shift is taken from the points.
    pub divisions: Option<[usize; 3]>,
    /// The lattice of the k-points where the file names one.
    pub k_lattice: Option<KLattice>,
    /// Atoms; empty where unknown.
    pub atoms: Vec<Atom>,
    /// Moments in μ_B: one number per atom of a collinear run, three (Cartesian) of a noncollinear one; empty where unknown.
    pub moments: Vec<f64>,
    /// Operations on direct fractional coordinates that the file lists; empty where it lists none.
    pub rotations: Vec<Rotation>,
}

/// Operations that may complete the list.
struct Attempt {
    group: PointGroup,
    /// Whether E(k) = E(−k) holds besides.
    time_reversal: bool,
    /// An operation that takes E↑(k) to E↓(Rk).
    exchange: Option<Rotation>,
}

impl ListedBands {
    /// The bands on the full grid.
    ///
    /// Tried in turn, until one completes the list and equivalent listed points have equal energies: the operations of the
    /// file, those of the structure that keep the moments, with them those that exchange up and down moments, time reversal alone,
    /// the identity. Operations that the energies of a complete list contradict are dropped. E(k) = E(−k) holds for every collinear
    /// run; for spinors without known moments it is an assumption, checked by the energies where the list holds equivalent points; for
    /// spinors with moments it holds only where an operation says so.
    ///
    /// # Errors
    /// The error of the first attempt, where none succeeds.
    pub fn complete(self) -> Result<BandGrid> {
        let grid = self.grid();
        let (attempts, mut first_error) = self.attempts();
        for attempt in attempts {
            let (mut k, mut energies) = (self.k_list(grid), self.energies.clone());
            if let Some(r) = attempt.exchange {
                let images = self.k_points.iter().map(|&k| crystal::apply(&r, k));
                k.points.extend(images);
                k.weights.values.extend_from_within(..);
                energies.extend(self.exchanged_energies());
            }
            let wedge = IrreducibleBands {
                lattice: self.lattice.clone(),
                spin: self.spin,
                n_band: self.n_band,
                k,
                energies,
                atoms: self.atoms.clone(),
                point_group: attempt.group,
                time_reversal: attempt.time_reversal,
            };
            match wedge.into_grid() {
                Ok(mut bands) => {
                    let header = bands.header_mut();
                    let order = header.point_group.order();
                    let notes = &mut header.provenance.notes;
                    notes.extend(self.note_on_moments(attempt.time_reversal, order));
                    if attempt.exchange.is_some() {
                        notes.push("Some k-points are completed by operations that exchange up and down bands.".to_string());
                    }
                    return Ok(bands);
                }
                Err(error) => first_error = first_error.or(Some(error)),
            }
        }
        let error =
            first_error.unwrap_or_else(|| Error::Internal("no symmetry was tried".to_string()));
        Err(match error {
            Error::BadBands {
                place,
                problem,
                remedy,
            } if self.has_moments() => Error::BadBands {
                place,
                problem: format!(
                    "{problem} (operations that change the file's magnetic moments are not used)"
                ),
                remedy,
            },
            other => other,
        })
    }

    /// What to try, in turn, and the first search for symmetry that failed.
    fn attempts(&self) -> (Vec<Attempt>, Option<Error>) {
        let mut attempts = Vec::new();
        let mut first_error = None;
        let mut add = |group: Result<PointGroup>, time_reversal, exchange| match group {
            Ok(group) => attempts.push(Attempt {
                group,
                time_reversal,
                exchange,
            }),
            Err(error) => first_error = first_error.take().or(Some(error)),
        };
        if !self.rotations.is_empty() {
            let rotations = self.rotations.iter().copied();
            add(
                PointGroup::from_direct(&self.lattice, rotations),
                true,
                None,
            );
        }
        let (lattice, atoms) = (&self.lattice, self.atoms.as_slice());
        let identity = || Ok(PointGroup::identity());
        if !self.has_moments() {
            if !atoms.is_empty() {
                let group = PointGroup::of_structure(lattice, atoms, STRUCTURE_TOLERANCE);
                add(group, true, None);
            }
            add(identity(), true, None);
            if self.spin == SpinTreatment::Spinor {
                add(identity(), false, None);
            }
            return (attempts, first_error);
        }
        if self.moments.len() == atoms.len() {
            let (moments, tolerance) = (&self.moments, STRUCTURE_TOLERANCE);
            let group = PointGroup::of_collinear_structure(lattice, atoms, moments, tolerance)
                .map(|g| g.with_inversion());
            if self.spin == SpinTreatment::Collinear
                && let Ok(group) = &group
                && let Ok(Some(exchange)) =
                    group.exchange_of_spins(lattice, atoms, moments, tolerance)
            {
                add(Ok(group.clone()), false, None);
                add(Ok(group.clone()), false, Some(exchange));
            } else {
                add(group, false, None);
            }
            add(Ok(PointGroup::identity().with_inversion()), false, None);
            return (attempts, first_error);
        }
        let (vectors, _) = self.moments.as_chunks::<3>();
        let group = PointGroup::of_magnetic_structure(lattice, atoms, vectors, STRUCTURE_TOLERANCE);
        add(group, false, None);
        add(identity(), false, None);
        (attempts, first_error)
    }

    /// The energies with up and down bands exchanged.
    fn exchanged_energies(&self) -> impl Iterator<Item = f64> {
        let per_k = self.energies.chunks(2 * self.n_band);
        per_k.flat_map(|energies| {
            let (up, down) = energies.split_at(self.n_band.min(energies.len()));
            down.iter().chain(up).copied()
        })
    }

    fn k_list(&self, grid: Option<KGrid>) -> KList {
        KList {
            points: self.k_points.clone(),
            weights: self.weights.clone(),
            grid,
            lattice: self.k_lattice.clone(),
        }
    }

    /// The grid of the file's divisions through the first point.
    fn grid(&self) -> Option<KGrid> {
        let n = self.divisions?;
        let first = self.k_points.first()?;
        let shift = std::array::from_fn(|i| clean_shift(first[i] * n[i] as f64));
        KGrid::new(n, shift).ok()
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

    /// What the symmetry of magnetic or spinor bands rests on.
    fn note_on_moments(&self, time_reversal: bool, order: usize) -> Option<String> {
        let note = match (self.spin, self.has_moments()) {
            (SpinTreatment::Unpolarized, _) | (SpinTreatment::Collinear, true) => return None,
            (SpinTreatment::Collinear, false) => {
                // E(k) = E(−k) holds with any moments.
                if order <= 2 || !self.rotations.is_empty() {
                    return None;
                }
                "The magnetic moments are not known: the symmetry of the structure is taken to hold for up and for down bands."
                    .to_string()
            }
            (SpinTreatment::Spinor, true) => format!(
                "{order} operations on k keep the moments of the file (those with time reversal together with k → −k)."
            ),
            (SpinTreatment::Spinor, false) if time_reversal => "E(k) = E(−k) and the symmetry of the nonmagnetic structure are assumed, as the listed k-points suggest; \
                 where the list holds equivalent points, their energies confirm it."
                .to_string(),
            (SpinTreatment::Spinor, false) => {
                "Neither symmetry nor E(k) = E(−k) is used.".to_string()
            }
        };
        Some(note)
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
