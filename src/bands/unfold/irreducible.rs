//! Bands on an irreducible wedge, completed to the full grid.

use super::list::{KList, Unfolding};
use super::point::{ON_GRID, show};
use super::unfold;
use crate::bands::{BandGrid, BandHeader, SpinTreatment};
use crate::crystal::{self, Atom, Lattice, PointGroup};
use crate::error::{Error, Result};
use crate::memory;

/// Largest difference in eV between the energies of two listed k-points that symmetry makes equivalent. Iterative
/// diagonalisation leaves that much in high empty bands; a symmetry that does not hold differs by far more.
const SAME_ENERGY_EV: f64 = 1e-3;
/// Tolerance of moyo's symmetry search, in Å.
const STRUCTURE_TOLERANCE: f64 = 1e-3;

/// Bands on listed k-points, as codes write them, with what is needed to complete them.
#[derive(Clone, Debug)]
pub struct IrreducibleBands {
    /// Lattice (Å).
    pub lattice: Lattice,
    /// Spin treatment.
    pub spin: SpinTreatment,
    /// Bands per spin channel.
    pub n_band: usize,
    /// Listed k-points.
    pub k: KList,
    /// Energies in eV, `[k][spin][band]`.
    pub energies: Vec<f64>,
    /// Atoms; empty where unknown.
    pub atoms: Vec<Atom>,
    /// The operations on k that the file lists, without implicit time reversal.
    pub point_group: PointGroup,
    /// Whether E(k) = E(−k) holds although no operation says so (no magnetism, or collinear without spin-orbit coupling).
    pub time_reversal: bool,
}

impl IrreducibleBands {
    /// The bands on the full grid. The header has lattice, grid, spin, atoms, the point group (restricted to the grid) and
    /// notes on what was assumed; the reader adds the rest. Lattice and positions are in the basis in which the k-points are a grid:
    /// the file's own wherever they are one there, and where they are one in none ([`BandHeader::k_basis`]).
    ///
    /// Where the listed operations do not complete the grid of bands without magnetism, those that moyo finds for the
    /// structure are tried.
    ///
    /// # Errors
    /// As [`unfold`]; also where two equivalent listed k-points have different energies, and as [`BandGrid::new`].
    pub fn into_grid(self) -> Result<BandGrid> {
        self.check_shape()?;
        let mut notes = Vec::new();
        let with_time_reversal = |group: PointGroup| {
            if self.time_reversal {
                group.with_inversion()
            } else {
                group
            }
        };
        let listed = with_time_reversal(self.point_group.clone());
        let unfolding = match self.unfold_checked(&listed, &mut notes) {
            Ok(unfolding) => unfolding,
            // Magnetic order may break the symmetry of the structure.
            Err(error) if self.spin == SpinTreatment::Collinear || !self.time_reversal => {
                return Err(error);
            }
            Err(error) => {
                let unfolding =
                    PointGroup::of_structure(&self.lattice, &self.atoms, STRUCTURE_TOLERANCE)
                        .map(with_time_reversal)
                        .and_then(|group| self.unfold_checked(&group, &mut notes))
                        .map_err(|_| error)?;
                notes.push(format!(
                    "The {} operations of the file do not complete the k-grid; the {} of the structure do.",
                    self.point_group.order(),
                    unfolding.group.order()
                ));
                unfolding
            }
        };
        let basis = unfolding.basis;
        // A set that is a grid in no basis is interpolated through, along the file's own axes.
        let moved = !unfolding.interpolated;
        let lattice = if moved {
            basis.lattice(&self.lattice)?
        } else {
            self.lattice.clone()
        };
        let mut header = BandHeader::new(lattice, unfolding.grid, self.spin, self.n_band);
        header.atoms = self.atoms;
        header.point_group = unfolding.group;
        if moved {
            for atom in &mut header.atoms {
                atom.position = basis.position(atom.position);
            }
        } else {
            header.point_group = header.point_group.in_basis(&basis.inverse());
            header.k_basis = Some(basis);
        }
        header.provenance.notes = unfolding.notes;
        header.provenance.notes.append(&mut notes);
        let per_k = header.n_spin_band();
        let mut energies = Vec::new();
        memory::reserve(
            "the energies of a grid",
            &mut energies,
            per_k * header.k_grid.len(),
        )?;
        for spin_band in 0..per_k {
            energies.extend(
                unfolding
                    .source
                    .iter()
                    .map(|&k| self.energies[k * per_k + spin_band]),
            );
        }
        BandGrid::new(header, energies)
    }

    fn per_k(&self) -> usize {
        let n_spin = if self.spin == SpinTreatment::Collinear {
            2
        } else {
            1
        };
        n_spin * self.n_band
    }

    fn check_shape(&self) -> Result<()> {
        let want = self.k.points.len() * self.per_k();
        if self.energies.len() == want {
            return Ok(());
        }
        Err(Error::bad_bands(
            "energies",
            format!(
                "{} numbers, where {} k-points with {} bands each need {want}",
                self.energies.len(),
                self.k.points.len(),
                self.per_k()
            ),
            "the list must be complete",
        ))
    }

    /// [`unfold`], and equivalent listed points must have equal energies. A list that is complete by itself needs no
    /// operation: there, operations that the energies contradict are dropped instead.
    fn unfold_checked(&self, group: &PointGroup, notes: &mut Vec<String>) -> Result<Unfolding> {
        let mut unfolding = unfold(&self.k, &self.lattice, group)?;
        let mut worst = (0.0, 0, 0);
        for &(a, b) in &unfolding.equivalents {
            let difference = self.difference(a, b);
            if difference > worst.0 {
                worst = (difference, a, b);
            }
        }
        if worst.0 <= SAME_ENERGY_EV {
            if worst.0 > 0.0 {
                notes.push(format!(
                    "Equivalent k-points of the list agree within {:.1e} eV.",
                    worst.0
                ));
            }
            return Ok(unfolding);
        }
        if !unfolding.complete_list {
            let (difference, a, b) = worst;
            return Err(Error::bad_bands(
                format!("k-points {} and {}", a + 1, b + 1),
                format!(
                    "{} and {} are equivalent by symmetry, but their energies differ by {difference:.4} eV",
                    show(self.k.points[a]),
                    show(self.k.points[b])
                ),
                "the symmetry does not hold for these bands: list the full k-grid, without symmetry",
            ));
        }
        let order = unfolding.group.order();
        let (grid, basis, source) = (unfolding.grid, unfolding.basis, &unfolding.source);
        unfolding.group = unfolding.group.filter(|r| {
            self.k.points.iter().enumerate().all(|(i, &k)| {
                grid.locate(crystal::apply(r, basis.k(k)), ON_GRID)
                    .is_some_and(|j| self.difference(i, source[grid.index(j)]) <= SAME_ENERGY_EV)
            })
        });
        notes.push(format!(
            "{} of the {order} symmetry operations change some energy by more than {SAME_ENERGY_EV} eV (at most {:.4} eV) and are not used.",
            order - unfolding.group.order(),
            worst.0
        ));
        Ok(unfolding)
    }

    /// Largest difference in eV between the energies of two listed points; infinite for NaN.
    fn difference(&self, a: usize, b: usize) -> f64 {
        let per_k = self.per_k();
        let energies = |k: usize| &self.energies[k * per_k..][..per_k];
        energies(a)
            .iter()
            .zip(energies(b))
            .map(|(x, y)| (x - y).abs())
            .fold(
                0.0,
                |m: f64, d| if d.is_nan() { f64::INFINITY } else { m.max(d) },
            )
    }
}
