//! Wannier interpolation: bands, velocities and masses at any k-point from a Hamiltonian between localised orbitals.
//!
//! H(k) = Σ_R e^{ik·R} H(R) is diagonalised at every point; velocities are ⟨n|∂H|n⟩ (Hellmann–Feynman), inverse masses
//! follow from the sum rule over the other bands. Bands are not followed through crossings: they are sorted by energy, and
//! crossings stay crossings.

mod batch;
mod bound;
mod degenerate;
mod gauge;
mod grid;
mod levels;
mod lines;
mod sampling;
mod series;
mod symmetry;

pub use grid::WannierGrid;

use self::batch::Batch;
use self::degenerate::DEGENERATE;
use self::gauge::Gauge;
use self::lines::Lines;
use self::sampling::Sampling;
use self::series::{Fields, Series};
use super::{BandGroup, BoxBand, Derivatives, Interpolator, KBox, Sought};
use crate::bands::{BandHeader, WannierHamiltonian, count_by_level};
use crate::crystal::PointGroup;
use crate::error::{Error, Result};

/// Bounds are taken from every second point: they need all eigenvectors and slopes, which cost more than what is wanted.
const SPARSE: usize = 2;

/// Bands by Wannier interpolation.
pub struct WannierBands {
    hamiltonian: WannierHamiltonian,
    header: BandHeader,
    series: Series,
    gauge: Gauge,
    time_reversal: bool,
    /// Operations that the Hamiltonian obeys exactly.
    symmetry: PointGroup,
}

impl WannierBands {
    /// Prepares a Hamiltonian. Its point group (with time reversal) is reduced to the operations that its energies obey.
    ///
    /// # Errors
    /// [`Error::Internal`] where a matrix cannot be diagonalised.
    pub fn new(hamiltonian: WannierHamiltonian) -> Result<Self> {
        let mut bands = Self {
            header: hamiltonian.header().clone(),
            series: Series::new(&hamiltonian),
            gauge: Gauge::new(&hamiltonian),
            time_reversal: hamiltonian.time_reversal(),
            symmetry: PointGroup::identity(),
            hamiltonian,
        };
        bands.header.has_velocities = true;
        bands.header.has_lifetimes = false;
        let found = symmetry::of_bands(&bands)?;
        bands.header.point_group = found.group;
        bands.symmetry = found.exact;
        bands.header.provenance.notes.extend(found.note);
        if bands.header.fermi_level_ev.is_some() {
            let all = bands.ranges()?;
            count_by_level(&mut bands.header, &all);
        }
        Ok(bands)
    }

    /// Lowest and highest energy of each band on the k-points that the orbitals came from, eV.
    fn ranges(&self) -> Result<Vec<(f64, f64)>> {
        let grid = self.header.k_grid;
        let n = grid.n.map(|n| n as f64);
        let k_box = KBox {
            origin: std::array::from_fn(|a| grid.shift[a] / n[a]),
            step: n.map(|n| 1.0 / n),
            points: grid.n,
        };
        let mut all = vec![(f64::INFINITY, f64::NEG_INFINITY); self.header.n_band];
        let levels = self.levels(&k_box, 0..grid.n[0], &Sampling::ENERGIES)?;
        for levels in levels.energies.chunks_exact(all.len()) {
            for ((low, high), e) in all.iter_mut().zip(levels) {
                (*low, *high) = (low.min(*e), high.max(*e));
            }
        }
        Ok(all)
    }

    /// The Hamiltonian.
    pub fn hamiltonian(&self) -> &WannierHamiltonian {
        &self.hamiltonian
    }

    /// Whether H(R) is real: E(−k) = E(k) exactly.
    pub fn time_reversal(&self) -> bool {
        self.time_reversal
    }

    /// The levels at one k-point, eV, ascending.
    ///
    /// # Errors
    /// [`Error::Internal`] where the matrix cannot be diagonalised.
    pub fn energies(&self, u: [f64; 3]) -> Result<Vec<f64>> {
        let (mut lines, mut points) = ([Fields::default()], Vec::new());
        let planes = self.series.planes(&[(u[0], 0)]);
        self.series
            .lines(&planes[0], &[(u[1], 0)], lines.iter_mut());
        self.series.points(&lines[0], &[(u[2], 0)], &mut points);
        let mut batch = Batch::new(self.header.n_band, 0, 0..0);
        batch.push(&points[0]);
        self.solve(&mut batch)?;
        Ok(batch.energies.iter().map(|e| e[0]).collect())
    }

    fn solve(&self, batch: &mut Batch) -> Result<()> {
        let to_velocity = self.header.lattice.gradient_to_velocity();
        if batch.solve(&self.gauge, &to_velocity) {
            return Ok(());
        }
        let n = self.header.n_band;
        Err(Error::Internal(format!(
            "a {n}×{n} Hamiltonian was not diagonalised"
        )))
    }
}

impl Interpolator for WannierBands {
    fn header(&self) -> &BandHeader {
        &self.header
    }

    fn symmetry(&self) -> &PointGroup {
        &self.symmetry
    }

    fn is_hamiltonian(&self) -> bool {
        true
    }

    fn groups(&self) -> Vec<BandGroup> {
        vec![BandGroup {
            spin: 0,
            bands: 0..self.header.n_band,
        }]
    }

    fn evaluate(
        &self,
        group: &BandGroup,
        k_box: &KBox,
        derivatives: Derivatives,
    ) -> Result<Vec<BoxBand>> {
        let mut found = Vec::new();
        self.evaluate_slab(
            group,
            std::slice::from_ref(k_box),
            Sought::everywhere(derivatives),
            &mut |_, bands| {
                found = bands;
                Ok(())
            },
        )?;
        Ok(found)
    }

    fn evaluate_slab(
        &self,
        group: &BandGroup,
        boxes: &[KBox],
        sought: Sought,
        take: &mut dyn FnMut(usize, Vec<BoxBand>) -> Result<()>,
    ) -> Result<()> {
        let sampling = Sampling {
            order: match sought.derivatives {
                Derivatives::None => 0,
                Derivatives::Velocity => 1,
                Derivatives::InverseMass => 2,
            },
            bounds: Some(SPARSE),
        };
        let both = (&sampling, &sought);
        let (mut planes, mut lines) = (Vec::new(), Lines::of_boxes());
        for (i, k_box) in boxes.iter().enumerate() {
            if k_box.is_empty() {
                take(i, vec![BoxBand::default(); group.bands.len()])?;
                continue;
            }
            if i == 0 || !self.same_planes(&boxes[i - 1], k_box) {
                planes = self.plane_sums(k_box, &sampling)?;
                lines.forget();
            }
            let wanted = &group.bands;
            let levels = self.levels_near(k_box, &planes, &mut lines, wanted, both)?;
            take(i, self.box_bands(group, k_box, levels, both))?;
        }
        Ok(())
    }
}
