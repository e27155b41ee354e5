//! Wannier interpolation: bands, velocities and masses at any k-point from a Hamiltonian between localised orbitals.
//!
//! H(k) = Σ_R e^{ik·R} H(R) is diagonalised at every point; velocities are ⟨n|∂H|n⟩ (Hellmann–Feynman), inverse masses
//! follow from the sum rule over the other bands. Bands are not followed through crossings: they are sorted by energy, and
//! crossings stay crossings.

mod bound;
mod degenerate;
mod gauge;
mod grid;
mod point;
mod product;
mod series;
mod symmetry;

pub use grid::WannierGrid;

use self::gauge::{Gauge, PAIRS};
use self::point::Point;
use self::series::{Fields, Series};
use super::{BandGroup, BoxBand, Derivatives, Interpolator, KBox};
use crate::bands::{BandHeader, WannierHamiltonian, count_by_level};
use crate::crystal::{PointGroup, Tensor};
use crate::error::{Error, Result};
use crate::units::EV;
use rayon::prelude::*;

/// Bounds of energies alone are taken from every second point: they need eigenvectors, which cost more than the energies.
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

/// The bands on one plane u₁ of a box, `[n2][n3][band]`.
struct Plane {
    energies: Vec<f64>,
    velocities: Vec<[f64; 3]>,
    inverse_masses: Vec<[f64; 6]>,
    /// Per band, without the remainder.
    bounds: Vec<(f64, f64)>,
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
        for plane in self.planes(&k_box, 0, None)? {
            for levels in plane.energies.chunks_exact(all.len()) {
                for ((low, high), e) in all.iter_mut().zip(levels) {
                    (*low, *high) = (low.min(*e), high.max(*e));
                }
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
        let line = self.series.line(&self.series.plane(u[0], 0), u[1], 0);
        Ok(self.solve(&self.series.point(&line, u[2], 0))?.energies)
    }

    fn solve(&self, fields: &Fields) -> Result<Point> {
        let n = self.header.n_band;
        let to_velocity = self.header.lattice.gradient_to_velocity();
        point::solve(fields, &self.gauge, n, &to_velocity)
            .ok_or_else(|| Error::Internal(format!("a {n}×{n} Hamiltonian was not diagonalised")))
    }

    /// Every plane of `k_box`, with derivatives up to `order`, and bounds from every `stride`-th point where given.
    fn planes(&self, k_box: &KBox, order: usize, stride: Option<usize>) -> Result<Vec<Plane>> {
        let usable = (0..3).all(|a| {
            let finite = k_box.origin[a].is_finite() && k_box.step[a].is_finite();
            finite && (k_box.points[a] == 1 || k_box.step[a] > 0.0)
        });
        if !usable {
            return Err(Error::Internal(format!("{k_box:?} is no box of k-points")));
        }
        (0..k_box.points[0])
            .into_par_iter()
            .map(|i| self.plane(k_box, i, order, stride))
            .collect()
    }

    fn plane(&self, k_box: &KBox, i: usize, order: usize, stride: Option<usize>) -> Result<Plane> {
        let n = self.header.n_band;
        let [_, n2, n3] = k_box.points;
        let to_velocity = self.header.lattice.gradient_to_velocity();
        let sample = |axis: usize, at: usize| sample(k_box, axis, at, stride?);
        // Where bounds are taken, slopes are needed.
        let raise = |sampled: bool| if sampled { order.max(1) } else { order };
        let mut plane = Plane {
            energies: Vec::with_capacity(n2 * n3 * n),
            velocities: Vec::new(),
            inverse_masses: Vec::new(),
            bounds: vec![(f64::INFINITY, f64::NEG_INFINITY); n],
        };
        let along1 = sample(0, i);
        let after1 = self
            .series
            .plane(k_box.point([i, 0, 0])[0], raise(along1.is_some()));
        for j in 0..n2 {
            let along2 = along1.zip(sample(1, j));
            let u2 = k_box.point([i, j, 0])[1];
            let after2 = self.series.line(&after1, u2, raise(along2.is_some()));
            for k in 0..n3 {
                let along3 = along2.zip(sample(2, k));
                let u3 = k_box.point([i, j, k])[2];
                let fields = self.series.point(&after2, u3, raise(along3.is_some()));
                let point = self.solve(&fields)?;
                if let Some(((x, y), z)) = along3 {
                    let (before, after) = ([x.0, y.0, z.0], [x.1, y.1, z.1]);
                    let found = bound::around(&point.energies, &point.slopes, before, after);
                    for (all, one) in plane.bounds.iter_mut().zip(found) {
                        *all = (all.0.min(one.0), all.1.max(one.1));
                    }
                }
                if order > 0 {
                    plane.velocities.extend((0..n).map(|p| {
                        to_velocity
                            .map(|row| (0..3).map(|a| row[a] * point.slopes[a][(p, p)].re).sum())
                    }));
                }
                let masses = point
                    .curvatures
                    .iter()
                    .map(|c| inverse_mass(c, &to_velocity));
                plane.inverse_masses.extend(masses);
                plane.energies.extend(point.energies);
            }
        }
        Ok(plane)
    }
}

/// How far around point `at` of an axis the bounds taken there must hold, backwards and forwards: half way to the next points where
/// bounds are taken, every `stride`-th and the last. `None` where none are taken.
fn sample(k_box: &KBox, axis: usize, at: usize, stride: usize) -> Option<(f64, f64)> {
    let last = k_box.points[axis] - 1;
    if !at.is_multiple_of(stride) && at != last {
        return None;
    }
    let previous = if at.is_multiple_of(stride) {
        at.saturating_sub(stride)
    } else {
        at - at % stride
    };
    let next = (at + stride).min(last);
    let half = 0.5 * k_box.step[axis];
    Some((half * (at - previous) as f64, half * (next - at) as f64))
}

/// M⁻¹ in 1/kg from ∂²E/∂u² in eV: with v = m ∂E/∂u, M⁻¹ = m (∂²E/∂u²) mᵀ.
fn inverse_mass(curvature: &[f64; 6], to_velocity: &Tensor) -> [f64; 6] {
    let mut full = [[0.0; 3]; 3];
    for (c, [a, b]) in curvature.iter().zip(PAIRS) {
        full[a][b] = *c;
        full[b][a] = *c;
    }
    PAIRS.map(|[x, y]| {
        let mut sum = 0.0;
        for a in 0..3 {
            for b in 0..3 {
                sum += to_velocity[x][a] * full[a][b] * to_velocity[y][b];
            }
        }
        sum / EV
    })
}

impl Interpolator for WannierBands {
    fn header(&self) -> &BandHeader {
        &self.header
    }

    fn symmetry(&self) -> &PointGroup {
        &self.symmetry
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
        let n = self.header.n_band;
        if k_box.is_empty() {
            return Ok(vec![BoxBand::default(); group.bands.len()]);
        }
        let (order, stride) = match derivatives {
            Derivatives::None => (0, SPARSE),
            Derivatives::Velocity => (1, 1),
            Derivatives::InverseMass => (2, 1),
        };
        let planes = self.planes(k_box, order, Some(stride))?;
        let reach = [0, 1, 2].map(|axis| {
            let last = k_box.points[axis] - 1;
            0.5 * k_box.step[axis] * stride.min(last) as f64
        });
        // States of a degenerate level are mixed as if their energies were equal: that, and rounding, widens bounds a little.
        let slack = self.gauge.remainder(reach) + point::DEGENERATE * n as f64;
        let of_band = |band: usize| {
            let points = || {
                planes
                    .iter()
                    .flat_map(move |p| (band..p.energies.len()).step_by(n).map(move |i| (p, i)))
            };
            let bounds = planes.iter().map(|p| p.bounds[band]);
            let (low, high) = bounds.fold((f64::INFINITY, f64::NEG_INFINITY), |all, one| {
                (all.0.min(one.0), all.1.max(one.1))
            });
            BoxBand {
                energies: points().map(|(p, i)| p.energies[i]).collect(),
                velocities: points()
                    .flat_map(|(p, i)| p.velocities.get(i).into_iter().flatten().copied())
                    .collect(),
                inverse_masses: points()
                    .flat_map(|(p, i)| p.inverse_masses.get(i).into_iter().flatten().copied())
                    .collect(),
                lifetimes: Vec::new(),
                low: low - slack,
                high: high + slack,
            }
        };
        Ok(group.bands.clone().map(of_band).collect())
    }
}
