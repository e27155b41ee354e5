//! The bands that cross a window of energies, each on a grid dense enough for its surface.

use super::field::{Field as _, Spline};
use super::vector::{dot, norm};
use crate::bands::{BandHeader, BandSource, Field};
use crate::crystal::{KGrid, Lattice, PointGroup};
use crate::error::{Error, Result};
use crate::memory;
use crate::progress;
use crate::sampler::{BandGroup, Derivatives, Interpolator, KBox};
use crate::units::EV_ANGSTROM_OVER_HBAR;
use rayon::prelude::*;

/// Points per axis where none are asked for, as the mean over the axes of a crystal.
const USUAL: f64 = 64.0;
/// Fewest points along an axis with dispersion.
const FEWEST: usize = 12;

/// How dense the grid of a surface is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Density {
    /// As the shape of the cell asks for, so many points per axis on average.
    Mean(f64),
    /// So many along each axis.
    Points([usize; 3]),
}

impl Default for Density {
    fn default() -> Self {
        Self::Mean(USUAL)
    }
}

/// One band on its grid.
pub struct BandField {
    /// Spin channel, from 0.
    pub spin: usize,
    /// Band, from 0.
    pub band: usize,
    /// `[n1][n2][n3]`, eV.
    pub energies: Vec<f64>,
    /// Relaxation times there, s; empty where the bands bring none.
    pub lifetimes: Vec<f64>,
}

/// The bands that reach into a window of energies, on one grid.
pub struct Sampled {
    /// Points per axis, all even but along axes without dispersion, which have one.
    pub grid: KGrid,
    /// The bands.
    pub bands: Vec<BandField>,
}

impl Sampled {
    /// Every second point along each axis that has more than one.
    pub fn coarse(&self) -> Result<Self> {
        let n = self.grid.n;
        let half = n.map(|n| if n == 1 { 1 } else { n / 2 });
        let step = [0, 1, 2].map(|a| n[a] / half[a]);
        let shift = [0, 1, 2].map(|a| self.grid.shift[a] / step[a] as f64);
        let grid = KGrid::new(half, shift)?;
        let every = |values: &Vec<f64>| -> Vec<f64> {
            if values.is_empty() {
                return Vec::new();
            }
            let mut out = Vec::with_capacity(grid.len());
            for i in 0..half[0] {
                for j in 0..half[1] {
                    for k in 0..half[2] {
                        out.push(values[((i * step[0]) * n[1] + j * step[1]) * n[2] + k * step[2]]);
                    }
                }
            }
            out
        };
        let bands = self.bands.iter().map(|b| BandField {
            spin: b.spin,
            band: b.band,
            energies: every(&b.energies),
            lifetimes: every(&b.lifetimes),
        });
        Ok(Self {
            grid,
            bands: bands.collect(),
        })
    }

    /// |∇_k E| (eV Å) of band number `at` of these at the points of the grid.
    ///
    /// # Errors
    /// Where memory is short.
    pub fn speeds(&self, at: usize, lattice: &Lattice) -> Result<Vec<f64>> {
        let spline = self.spline(at)?;
        let per_slope = lattice.gradient_to_velocity();
        let of = |i: usize| {
            let slope = spline.slope(self.grid.point(self.grid.place(i))).1;
            let v = per_slope.map(|m| dot(m, slope));
            norm(v) / EV_ANGSTROM_OVER_HBAR
        };
        Ok((0..self.grid.len()).map(of).collect())
    }

    /// The spline of band number `at` of these.
    ///
    /// # Errors
    /// Where memory is short.
    pub fn spline(&self, at: usize) -> Result<Spline> {
        Spline::new(&self.bands[at].energies, self.grid.n, self.grid.shift)
    }
}

/// An even number of points along every axis with dispersion.
pub fn grid_for(header: &BandHeader, density: Density) -> Result<KGrid> {
    let n = match density {
        Density::Points(n) => n,
        Density::Mean(mean) => {
            let b = header.lattice.reciprocal();
            let dispersive: Vec<usize> = (0..3).filter(|a| header.k_grid.n[*a] > 1).collect();
            let lengths = b.map(|b| b.iter().map(|x| x * x).sum::<f64>().sqrt());
            let log: f64 = dispersive.iter().map(|a| lengths[*a].ln()).sum();
            let typical = (log / dispersive.len().max(1) as f64).exp();
            std::array::from_fn(|a| (mean * lengths[a] / typical).round() as usize)
        }
    };
    let even = |a: usize| match header.k_grid.n[a] {
        1 => 1,
        _ => n[a].max(FEWEST).next_multiple_of(2),
    };
    // Equal axes stay equal, so that the grid keeps the symmetry.
    KGrid::gamma([even(0), even(1), even(2)])
}

/// Bands (spin, band) whose energies reach into `window`.
fn crossing(source: &dyn BandSource, window: (f64, f64)) -> Vec<(usize, usize)> {
    let n_band = source.header().n_band;
    let reaches = |i: &usize| {
        let s = &source.statistics()[*i];
        s.energy_min < window.1 && s.energy_max > window.0
    };
    let all = (0..source.header().n_spin_band()).filter(reaches);
    all.map(|i| (i / n_band, i % n_band)).collect()
}

/// The table's bands that reach into `window` (eV), as they are.
///
/// # Errors
/// [`Error::BadBands`] for a grid with an odd number of points along an axis; where the table cannot be read.
pub fn sample_table(source: &dyn BandSource, window: (f64, f64)) -> Result<Sampled> {
    let header = source.header();
    let grid = header.k_grid;
    if let Some(a) = (0..3).find(|a| grid.n[*a] > 1 && grid.n[*a] % 2 == 1) {
        return Err(Error::bad_bands(
            "k-grid",
            format!(
                "{grid} has an odd number of points along axis {}: there is no grid of every second point to measure errors with",
                a + 1
            ),
            "interpolate the bands: leave `--interpolate` out, or give an even number",
        ));
    }
    let mut bands = Vec::new();
    for (spin, band) in crossing(source, window) {
        let mut energies = memory::zeros("a band", grid.len())?;
        source.read_planes(Field::Energy, spin, band, 0, &mut energies)?;
        let mut lifetimes = Vec::new();
        if header.has_lifetimes {
            lifetimes = memory::zeros("relaxation times", grid.len())?;
            source.read_planes(Field::Lifetime, spin, band, 0, &mut lifetimes)?;
        }
        bands.push(BandField {
            spin,
            band,
            energies,
            lifetimes,
        });
    }
    Ok(Sampled { grid, bands })
}

/// Bands of an interpolation that reach into `window` (eV) on `grid`; `source` says which they are.
///
/// # Errors
/// Where the bands cannot be evaluated, or memory is short.
pub fn sample_interpolated(
    source: &dyn BandSource,
    interpolator: &dyn Interpolator,
    grid: KGrid,
    window: (f64, f64),
) -> Result<Sampled> {
    let wanted = crossing(source, window);
    let stars = Stars::new(grid, &interpolator.symmetry().on_grid(&grid));
    let phase = progress::phase("bands on the grid of the surface", wanted.len() as u64);
    let mut bands = Vec::new();
    for group in interpolator.groups() {
        let inside =
            |(spin, band): &&(usize, usize)| *spin == group.spin && group.bands.contains(band);
        let of_group: Vec<usize> = wanted
            .iter()
            .filter(inside)
            .map(|(_, band)| *band)
            .collect();
        if of_group.is_empty() {
            continue;
        }
        let found = evaluate(interpolator, &group, &of_group, &stars)?;
        phase.add(of_group.len() as u64);
        bands.extend(
            of_group
                .iter()
                .zip(found)
                .map(|(band, energies)| BandField {
                    spin: group.spin,
                    band: *band,
                    energies,
                    lifetimes: Vec::new(),
                }),
        );
    }
    bands.sort_by_key(|b| (b.spin, b.band));
    Ok(Sampled { grid, bands })
}

fn evaluate(
    interpolator: &dyn Interpolator,
    group: &BandGroup,
    bands: &[usize],
    stars: &Stars,
) -> Result<Vec<Vec<f64>>> {
    let grid = stars.grid;
    let n = grid.n.map(|n| n as f64);
    let values: Vec<Vec<Vec<f64>>> = stars
        .lines
        .par_iter()
        .map(|line| {
            let k_box = KBox {
                origin: grid.point([line.i, line.j, line.first]),
                step: n.map(|n| 1.0 / n),
                points: [1, 1, line.len],
            };
            let found = interpolator.evaluate(group, &k_box, Derivatives::None)?;
            let of = |band: &usize| found[band - group.bands.start].energies.clone();
            Ok(bands.iter().map(of).collect())
        })
        .collect::<Result<_>>()?;
    let mut all = Vec::new();
    for b in 0..bands.len() {
        let mut out = memory::zeros("a band", grid.len())?;
        for (i, x) in out.iter_mut().enumerate() {
            let (line, k) = stars.of[i];
            *x = values[line as usize][b][k as usize];
        }
        all.push(out);
    }
    Ok(all)
}

/// Points along the third axis from `first`, at (i, j).
struct Line {
    i: usize,
    j: usize,
    first: usize,
    len: usize,
}

/// Which few points of a grid stand for all.
struct Stars {
    grid: KGrid,
    lines: Vec<Line>,
    /// For every point, the line and the place in it of the one that stands for it.
    of: Vec<(u32, u32)>,
}

impl Stars {
    fn new(grid: KGrid, symmetry: &PointGroup) -> Self {
        let [n1, n2, n3] = grid.n;
        const NONE: u32 = u32::MAX;
        let mut stands: Vec<u32> = vec![NONE; grid.len()];
        for i in 0..n1 {
            for j in 0..n2 {
                for k in 0..n3 {
                    let at = grid.index([i, j, k]);
                    if stands[at] != NONE {
                        continue;
                    }
                    stands[at] = at as u32;
                    // Γ-centred, so that images are grid points: in units of 1/lcm they are R scaled by n.
                    for r in symmetry.rotations() {
                        let u = [i, j, k];
                        let image: [usize; 3] = std::array::from_fn(|a| {
                            let sum: i64 = (0..3)
                                .map(|b| {
                                    i64::from(r[a][b]) * u[b] as i64 * grid.n[a] as i64
                                        / grid.n[b] as i64
                                })
                                .sum();
                            sum.rem_euclid(grid.n[a] as i64) as usize
                        });
                        let image = grid.index(image);
                        if stands[image] == NONE {
                            stands[image] = at as u32;
                        }
                    }
                }
            }
        }
        let mut lines = Vec::new();
        let mut of_line = vec![(NONE, 0u32); n1 * n2];
        for line in 0..n1 * n2 {
            let own = |k: &usize| stands[line * n3 + k] as usize == line * n3 + k;
            let first = (0..n3).find(own);
            let last = (0..n3).rev().find(own);
            if let (Some(first), Some(last)) = (first, last) {
                of_line[line] = (lines.len() as u32, first as u32);
                lines.push(Line {
                    i: line / n2,
                    j: line % n2,
                    first,
                    len: last - first + 1,
                });
            }
        }
        let of = stands.iter().map(|at| {
            let (line, k) = (*at as usize / n3, (*at as usize % n3) as u32);
            let (number, first) = of_line[line];
            (number, k - first)
        });
        let of = of.collect();
        Self { grid, lines, of }
    }
}
