//! Modes on listed q-points, completed to the full grid: frequencies and rates by the point that stands for each, velocities turned with
//! the operation that takes it there.

use crate::bands::BandHeader;
use crate::bands::SpinTreatment;
use crate::bands::unfold::{KList, Unfolding, Weights, unfold};
use crate::crystal::{self, Atom, KGrid, Lattice, PointGroup, Tensor};
use crate::error::{Error, Result};
use crate::excitations::{Phonons, Rates};
use crate::memory;

/// Tolerance of the symmetry search, Å.
const STRUCTURE_TOLERANCE: f64 = 1e-4;
/// Largest difference of frequencies, THz, that equivalent q-points may have.
const SAME_THZ: f64 = 0.02;
/// Images of a point under the largest point group.
const MOST_IMAGES: usize = 48;
/// How far a listed q-point may lie from its grid point, in steps.
const ON_GRID: f64 = 1e-3;

/// Modes as a file lists them.
pub(super) struct Listed {
    pub lattice: Lattice,
    pub atoms: Vec<Atom>,
    pub masses: Vec<f64>,
    /// Fractional.
    pub points: Vec<[f64; 3]>,
    /// Multiplicities; empty where there are none.
    pub weights: Vec<f64>,
    /// Points per axis, where the file says.
    pub mesh: Option<[usize; 3]>,
    pub n_branch: usize,
    /// THz, `[q][branch]`.
    pub frequencies: Vec<f64>,
    /// m/s, `[q][branch][3]`; empty where there are none.
    pub velocities: Vec<f64>,
    /// 1/s, `[q][branch]`, per temperature.
    pub rates: Vec<Rates>,
}

impl Listed {
    /// On the full grid.
    ///
    /// # Errors
    /// As [`unfold`] and [`Phonons::new`]; [`Error::BadBands`] for arrays that do not fit each other, or equivalent q-points with
    /// different frequencies.
    pub fn complete(self) -> Result<Phonons> {
        self.check()?;
        let group = PointGroup::of_structure(&self.lattice, &self.atoms, STRUCTURE_TOLERANCE);
        let group = group.unwrap_or_default();
        let group = group.with_inversion();
        let list = KList {
            points: self.points.clone(),
            weights: if self.weights.is_empty() {
                Weights::unknown()
            } else {
                Weights::counted(self.weights.clone())
            },
            grid: self.mesh.and_then(|n| self.grid(n)),
            lattice: None,
        };
        let found = unfold(&list, &self.lattice, &group).or_else(|error| {
            // The numbers of a generalised grid are not those of one along the axes.
            let free = KList {
                grid: None,
                ..list.clone()
            };
            unfold(&free, &self.lattice, &group).map_err(|_| error)
        })?;
        for &(a, b) in &found.equivalents {
            self.same(a, b)?;
        }
        self.onto(&found, &group)
    }

    /// The grid of so many points that all listed points are on: centred at Γ, or shifted by half a step along some axes.
    fn grid(&self, n: [usize; 3]) -> Option<KGrid> {
        (0..8)
            .map(|bits| [4, 2, 1].map(|bit| if bits & bit != 0 { 0.5 } else { 0.0 }))
            .filter_map(|shift| KGrid::new(n, shift).ok())
            // No point stands for more than its images.
            .filter(|grid| grid.len() / MOST_IMAGES <= self.points.len())
            .find(|grid| {
                self.points
                    .iter()
                    .all(|q| grid.locate(*q, ON_GRID).is_some())
            })
    }

    fn check(&self) -> Result<()> {
        let modes = self.points.len().saturating_mul(self.n_branch);
        let each = [
            ("frequencies", self.frequencies.len(), modes),
            (
                "velocities",
                self.velocities.len(),
                if self.velocities.is_empty() {
                    0
                } else {
                    3 * modes
                },
            ),
            (
                "weights",
                self.weights.len(),
                if self.weights.is_empty() {
                    0
                } else {
                    self.points.len()
                },
            ),
        ];
        let rates = self
            .rates
            .iter()
            .map(|r| ("scattering rates", r.per_second.len(), modes));
        for (name, got, want) in each.into_iter().chain(rates) {
            if got != want {
                return Err(Error::bad_bands(
                    name,
                    format!(
                        "{got} numbers, where {} q-points of {} branches need {want}",
                        self.points.len(),
                        self.n_branch
                    ),
                    "the file is damaged, or its parts are of different runs",
                ));
            }
        }
        if self.n_branch == 0 || self.points.is_empty() {
            return Err(Error::bad_bands(
                "modes",
                "there are none",
                "repeat the run",
            ));
        }
        if !self.atoms.is_empty() && self.n_branch != 3 * self.atoms.len() {
            return Err(Error::bad_bands(
                "branches",
                format!(
                    "{} branches do not belong to a cell of {} atoms",
                    self.n_branch,
                    self.atoms.len()
                ),
                "the structure is of another run: put the right one beside the file",
            ));
        }
        Ok(())
    }

    fn same(&self, a: usize, b: usize) -> Result<()> {
        let of = |q: usize| &self.frequencies[q * self.n_branch..][..self.n_branch];
        let off = of(a).iter().zip(of(b)).map(|(x, y)| (x - y).abs());
        let worst = off.fold(0.0, f64::max);
        if worst <= SAME_THZ {
            return Ok(());
        }
        Err(Error::bad_bands(
            format!("q-points {} and {}", a + 1, b + 1),
            format!(
                "they are equivalent by symmetry, but their frequencies differ by {worst:.4} THz"
            ),
            "the structure is of another run, or the frequencies are not converged",
        ))
    }

    fn onto(self, found: &Unfolding, group: &PointGroup) -> Result<Phonons> {
        let basis = found.basis;
        let lattice = basis.lattice(&self.lattice)?;
        let points = found.grid.len();
        let turns = self.turns(found, &lattice)?;
        let modes = points.saturating_mul(self.n_branch);
        let spread = |what: &str, of: &[f64]| -> Result<Vec<f64>> {
            let mut all = memory::zeros(what, modes)?;
            for (branch, out) in all.chunks_exact_mut(points).enumerate() {
                for (x, &q) in out.iter_mut().zip(&found.source) {
                    *x = of[q * self.n_branch + branch];
                }
            }
            Ok(all)
        };
        let frequencies = spread("the frequencies of a grid", &self.frequencies)?;
        let mut rates = Vec::new();
        for of in &self.rates {
            rates.push(Rates {
                temperature_k: of.temperature_k,
                per_second: spread("the rates of a grid", &of.per_second)?,
            });
        }
        let velocities = match self.velocities.is_empty() {
            true => None,
            false => {
                let mut all = memory::zeros("the velocities of a grid", modes.saturating_mul(3))?;
                for (branch, out) in all.chunks_exact_mut(3 * points).enumerate() {
                    for (p, v) in out.chunks_exact_mut(3).enumerate() {
                        let own =
                            &self.velocities[3 * (found.source[p] * self.n_branch + branch)..][..3];
                        for i in 0..3 {
                            v[i] = (0..3).map(|j| turns[p][i][j] * own[j]).sum();
                        }
                    }
                }
                Some(all)
            }
        };
        let mut header = BandHeader::new(lattice, found.grid, SpinTreatment::Spinor, self.n_branch);
        header.atoms = self.atoms;
        for atom in &mut header.atoms {
            atom.position = basis.position(atom.position);
        }
        header.point_group = found.group.clone();
        header.provenance.notes.clone_from(&found.notes);
        let mut phonons = Phonons::new(header, frequencies, velocities, rates)?;
        phonons.group = group.in_basis(&basis);
        phonons.masses = self.masses;
        Ok(phonons)
    }

    /// For each grid point the Cartesian operation that takes its listed point there.
    fn turns(&self, found: &Unfolding, lattice: &Lattice) -> Result<Vec<Tensor>> {
        let rotations = found.group.rotations();
        let cartesian = found.group.cartesian(lattice);
        let mut turns = Vec::new();
        memory::reserve("operations of a grid", &mut turns, found.grid.len())?;
        for (p, &q) in found.source.iter().enumerate() {
            let from = found.basis.k(self.points[q]);
            let takes = |r: &&crystal::Rotation| {
                let image = found.grid.locate(crystal::apply(r, from), 2.0 * ON_GRID);
                image.is_some_and(|j| found.grid.index(j) == p)
            };
            let which = rotations.iter().position(|r| takes(&r)).ok_or_else(|| {
                Error::Internal(format!(
                    "no operation takes q-point {} to grid point {p}",
                    q + 1
                ))
            })?;
            turns.push(cartesian[which]);
        }
        Ok(turns)
    }
}
