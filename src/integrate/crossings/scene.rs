//! A few bands around a place of the zone, as the interpolation has them and as another reading of the table has them.

use crate::bands::{BandSource, BoxBand, Derivatives, Field, KBox};
use crate::crystal::KGrid;
use crate::error::Result;
use crate::integrate::Request;
use crate::integrate::cells::{BlockCells, EdgeSums, Edges};
use crate::integrate::context::shortest_diagonal;
use crate::integrate::vectors::{Directions, channel_vectors};
use crate::kernel::real::tie;
use crate::kernel::tetrahedron::corners;
use crate::memory;
use rayon::prelude::*;

/// One band near a place, by the interpolation and by another reading.
pub(super) struct Near {
    pub spin: usize,
    pub band: usize,
    pub both: [BoxBand; 2],
    /// How often it counts: bands that are the same, and places that were left out.
    pub times: f64,
}

/// What changes of a band, by spin and band: every channel, and behind them the occupied part.
pub(in crate::integrate) type BandChange = ((usize, usize), Vec<f64>);

/// Bands on a box.
pub(super) struct Around {
    pub bands: Vec<Near>,
    pub points: [usize; 3],
    /// The part of the zone that one cell is.
    pub cell: f64,
}

/// What boxes around places need.
pub(super) struct Scene<'a> {
    pub source: &'a dyn BandSource,
    pub request: &'a Request<'a>,
    directions: Directions,
    /// Tables of bands that are no interpolation, by spin·n_band + band: read once.
    tables: Vec<Option<Table>>,
}

/// A band on the points of its source.
struct Table {
    energies: Vec<f64>,
    velocities: Vec<f64>,
}

impl<'a> Scene<'a> {
    /// Of places of the bands `wanted` (spin and band).
    ///
    /// # Errors
    /// Where a table cannot be read.
    pub fn new(
        source: &'a dyn BandSource,
        request: &'a Request<'a>,
        wanted: impl Iterator<Item = (usize, usize)>,
    ) -> Result<Self> {
        let header = source.header();
        let mut tables: Vec<Option<Table>> = (0..header.n_spin_band()).map(|_| None).collect();
        if source.interpolation().is_none() {
            for (spin, band) in wanted {
                let entry = &mut tables[spin * header.n_band + band];
                if entry.is_none() {
                    *entry = Some(Table::read(source, spin, band)?);
                }
            }
        }
        Ok(Self {
            source,
            request,
            directions: Directions::unfolded(request, header),
            tables,
        })
    }

    /// A band of the source on a box.
    ///
    /// # Errors
    /// Where it cannot be evaluated.
    pub fn own(
        &self,
        spin: usize,
        band: usize,
        k_box: &KBox,
        wanted: Derivatives,
    ) -> Result<BoxBand> {
        if let Some(interpolation) = self.source.interpolation() {
            let groups = interpolation.bands.groups();
            let of = |g: &&crate::bands::BandGroup| g.spin == spin && g.bands.contains(&band);
            if let Some(group) = groups.iter().find(of) {
                let mut found = interpolation.bands.evaluate(group, k_box, wanted)?;
                return Ok(found.swap_remove(band - group.bands.start));
            }
        }
        let header = self.source.header();
        let mut out = BoxBand::default();
        if let Some(table) = &self.tables[spin * header.n_band + band] {
            table.fill(header.k_grid, k_box, &mut out);
        }
        // Second derivatives of a table's linear cells are none: what masses have to do with stays out.
        if wanted == Derivatives::InverseMass {
            out.inverse_masses = vec![0.0; 6 * k_box.len()];
        }
        Ok(out)
    }

    fn cells<'b>(
        &self,
        band: &'b BoxBand,
        values: &'b [f64],
        points: [usize; 3],
        corners: &'b [[usize; 4]; 6],
    ) -> BlockCells<'b> {
        BlockCells {
            energies: &band.energies,
            values,
            width: self.request.channels.width(),
            points,
            corners,
        }
    }

    fn corners(&self) -> [[usize; 4]; 6] {
        let header = self.source.header();
        corners(shortest_diagonal(&header.lattice, header.k_grid.n))
    }

    /// What the other readings around `places` change of every channel below each edge, `[spin][channel][edge]` as a spectrum has it,
    /// without the spin degeneracy.
    ///
    /// # Errors
    /// Those of `around`.
    pub fn change_in_bins<P: Sync>(
        &self,
        places: &[P],
        edges: &Edges,
        around: impl Fn(&P) -> Result<Around> + Sync,
    ) -> Result<Vec<f64>> {
        let (width, count) = (self.request.channels.width(), edges.len());
        let corners = self.corners();
        let changes: Vec<Vec<(usize, Vec<f64>)>> = places
            .par_iter()
            .map(|place| {
                let Around {
                    bands,
                    points,
                    cell,
                } = around(place)?;
                let one = |near: &Near| {
                    let [own, other] = near.both.each_ref().map(|band| {
                        let values = channel_vectors(self.request.channels, band, &self.directions);
                        let mut sums = EdgeSums::new(count, width);
                        let cells = self.cells(band, &values, points, &corners);
                        cells.at_edges(1, edges, cell, &mut sums);
                        sums.cumulative()
                    });
                    let change = other
                        .iter()
                        .zip(&own)
                        .map(|(o, own)| near.times * (o - own));
                    (near.spin, change.collect())
                };
                Ok(bands.iter().map(one).collect())
            })
            .collect::<Result<_>>()?;
        let mut all = vec![0.0; self.source.header().n_spin() * width * count];
        for (spin, one) in changes.into_iter().flatten() {
            let rows = &mut all[spin * width * count..][..width * count];
            for (x, y) in rows.iter_mut().zip(one) {
                *x += y;
            }
        }
        Ok(all)
    }

    /// What they change of every channel, and behind them of the occupied part, at one energy (eV): by (spin, band).
    ///
    /// # Errors
    /// Those of `around`.
    pub fn change_at<P: Sync>(
        &self,
        places: &[P],
        energy_ev: f64,
        around: impl Fn(&P) -> Result<Around> + Sync,
    ) -> Result<Vec<BandChange>> {
        let corners = self.corners();
        let changes: Vec<Vec<BandChange>> = places
            .par_iter()
            .map(|place| {
                let Around {
                    bands,
                    points,
                    cell,
                } = around(place)?;
                let one = |near: &Near| {
                    let [own, other] = near.both.each_ref().map(|band| {
                        let values = channel_vectors(self.request.channels, band, &self.directions);
                        let all = band.energies.iter();
                        let (low, high) = all
                            .fold((f64::INFINITY, f64::NEG_INFINITY), |(l, h), e| {
                                (l.min(*e), h.max(*e))
                            });
                        let cells = self.cells(band, &values, points, &corners);
                        cells.at_energy(1, energy_ev, tie(low, high), cell)
                    });
                    let change = other
                        .iter()
                        .zip(&own)
                        .map(|(o, own)| near.times * (o - own));
                    ((near.spin, near.band), change.collect())
                };
                Ok(bands.iter().map(one).collect())
            })
            .collect::<Result<_>>()?;
        Ok(changes.into_iter().flatten().collect())
    }
}

/// The grid of the table that an interpolation came from, or of the bands themselves.
pub(super) fn table_grid(source: &dyn BandSource) -> KGrid {
    let table = source.table().map(|table| table.header().k_grid);
    table.unwrap_or(source.header().k_grid)
}

pub(super) fn dot(a: [f64; 3], b: [f64; 3]) -> f64 {
    a[0] * b[0] + a[1] * b[1] + a[2] * b[2]
}

impl Table {
    fn read(source: &dyn BandSource, spin: usize, band: usize) -> Result<Self> {
        let header = source.header();
        let grid = header.k_grid;
        let mut energies = memory::zeros("a band's energies", grid.len())?;
        source.read_planes(Field::Energy, spin, band, 0, &mut energies)?;
        let mut velocities = memory::zeros("a band's velocities", 3 * grid.len())?;
        if header.has_velocities {
            source.read_planes(Field::Velocity, spin, band, 0, &mut velocities)?;
            return Ok(Self {
                energies,
                velocities,
            });
        }
        let n = grid.n;
        let rows = header.lattice.gradient_to_velocity();
        for at in 0..grid.len() {
            let node = [at / (n[1] * n[2]), at / n[2] % n[1], at % n[2]];
            let slope: [f64; 3] = std::array::from_fn(|i| {
                let beside = |step: usize| {
                    let mut j = node;
                    j[i] = (j[i] + step) % n[i];
                    energies[grid.index(j)]
                };
                0.5 * n[i] as f64 * (beside(1) - beside(n[i] - 1))
            });
            for c in 0..3 {
                velocities[3 * at + c] = dot(rows[c], slope);
            }
        }
        Ok(Self {
            energies,
            velocities,
        })
    }

    /// Linear between the points along each axis.
    fn fill(&self, grid: KGrid, k_box: &KBox, out: &mut BoxBand) {
        let n = grid.n;
        for p in 0..k_box.len() {
            let at = [
                p / (k_box.points[1] * k_box.points[2]),
                p / k_box.points[2] % k_box.points[1],
                p % k_box.points[2],
            ];
            let u = k_box.point(at);
            let x: [f64; 3] = std::array::from_fn(|i| u[i] * n[i] as f64 - grid.shift[i]);
            let mut mixed = [0.0; 4];
            for corner in 0..8 {
                let mut weight = 1.0;
                let j: [usize; 3] = std::array::from_fn(|i| {
                    let up = corner >> i & 1;
                    let part = x[i] - x[i].floor();
                    weight *= if up == 1 { part } else { 1.0 - part };
                    (x[i].floor() as i64 + up as i64).rem_euclid(n[i] as i64) as usize
                });
                let node = grid.index(j);
                mixed[0] += weight * self.energies[node];
                for c in 0..3 {
                    mixed[1 + c] += weight * self.velocities[3 * node + c];
                }
            }
            out.energies.push(mixed[0]);
            out.velocities.extend(&mixed[1..]);
        }
    }
}
