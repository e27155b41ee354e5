//! What a result becomes where two bands touch between the k-points of a table, or at one.
//!
//! An interpolation of sorted bands rounds a touching point off: it holds the bands apart by about what they change in a step. Around
//! each place where the table's bands may touch ([`crate::bands::touching`]) both are integrated once more as the form through the table
//! has them, ½(E_a + E_b) ± ½g with g² = qᵀQq, and as the interpolation has them; the difference is one more reading of the
//! table. It is no better where the bands do not touch, and all of the truth where they do: the bars hold both.

use super::{TouchingPlaces, differences};
use crate::bands::touching::{Quadratic, Touching, touching};
use crate::bands::{BandSource, BoxBand, Derivatives, Field, KBox};
use crate::crystal::KGrid;
use crate::error::Result;
use crate::integrate::cells::{BlockCells, EdgeSums, Edges};
use crate::integrate::context::shortest_diagonal;
use crate::integrate::vectors::{Directions, channel_vectors, derivatives};
use crate::integrate::{Replica, Request, Spectrum, SurfaceIntegral};
use crate::kernel::real::tie;
use crate::kernel::tetrahedron::corners;
use crate::memory;
use crate::uncertainty::Cause;
use crate::units::EV;
use rayon::prelude::*;

/// Cells along each axis of the box around a place, which reaches a step of the table to both sides: for 1, 2, 3 axes.
const CELLS: [usize; 3] = [256, 64, 24];
/// What cones conduct over what the form has: the bands' own warping, which a form of second degree lacks, is 6 % of it in graphene
/// from 40×40 points.
const WARPED: f64 = 1.25;
/// Places that are looked at, at most: of more every second, third … one, which stands for the others.
const MOST: usize = 192;

/// One band near a place, by the interpolation and by the form.
struct Near {
    spin: usize,
    band: usize,
    both: [BoxBand; 2],
    /// How often it counts: bands that are the same, and places that were left out.
    times: f64,
}

/// Everything about the boxes.
struct Scene<'a> {
    source: &'a dyn BandSource,
    request: &'a Request<'a>,
    directions: Directions,
    /// Tables of bands that are no interpolation, by spin·n_band + band: read once.
    tables: Vec<Option<Table>>,
    /// How many places each one stands for.
    each_for: f64,
}

/// A band on the points of its source.
struct Table {
    energies: Vec<f64>,
    velocities: Vec<f64>,
}

/// The places where bands of `source` may touch at energies between `low` and `high`, eV, or near them.
fn places(
    source: &dyn BandSource,
    request: &Request,
    (low, high): (f64, f64),
) -> Result<Vec<Touching>> {
    if request.channels.has_lifetimes() {
        return Ok(Vec::new());
    }
    let Some(table) = differences(source, request) else {
        return Ok(Vec::new());
    };
    let table = &*table.source;
    let header = table.header();
    let mut all = Vec::new();
    for spin in 0..header.n_spin() {
        let statistics = &table.statistics()[spin * header.n_band..][..header.n_band];
        for band in 0..header.n_band.saturating_sub(1) {
            let [lower, upper] = [&statistics[band], &statistics[band + 1]];
            let step = |s: &crate::bands::BandStatistics| s.max_step.iter().sum::<f64>();
            let reach = step(lower) + step(upper);
            let far = upper.energy_min - lower.energy_max > reach;
            let outside = lower.energy_max + reach < low || upper.energy_min - reach > high;
            if !far && !outside {
                all.extend(touching(table, spin, band)?);
            }
        }
    }
    // How far the bands of the box reach from the place.
    all.retain(|place| {
        let reach = (0..3)
            .map(|i| place.square.q[i][i].max(0.0).sqrt() + place.mean.b[i].abs())
            .sum::<f64>();
        let energy = place.energy_ev();
        energy + reach > low && energy - reach < high
    });
    Ok(all)
}

/// Those of the places that are looked at.
fn looked_at(places: &[Touching]) -> Vec<&Touching> {
    let stride = places.len().div_ceil(MOST).max(1);
    places.iter().step_by(stride).collect()
}

impl<'a> Scene<'a> {
    fn new(
        source: &'a dyn BandSource,
        request: &'a Request<'a>,
        places: &[Touching],
    ) -> Result<Self> {
        let header = source.header();
        let mut tables: Vec<Option<Table>> = (0..header.n_spin_band()).map(|_| None).collect();
        if source.interpolation().is_none() {
            for place in places {
                for band in [place.band, place.band + 1] {
                    let entry = &mut tables[place.spin * header.n_band + band];
                    if entry.is_none() {
                        *entry = Some(Table::read(source, place.spin, band)?);
                    }
                }
            }
        }
        Ok(Self {
            source,
            request,
            directions: Directions::unfolded(request, header),
            tables,
            each_for: places.len() as f64 / looked_at(places).len().max(1) as f64,
        })
    }

    /// Both bands around a place, the box that they are on, and the part of the zone that one of its cells is.
    fn near(&self, place: &Touching) -> Result<(Vec<Near>, [usize; 3], f64)> {
        let header = self.source.header();
        let grid = table_grid(self.source);
        let axes = place.axes.iter().filter(|a| **a).count();
        let cells = place.axes.map(|a| if a { CELLS[axes - 1] } else { 1 });
        let points = cells.map(|c| c + 1);
        let span: [f64; 3] = std::array::from_fn(|i| match place.axes[i] {
            true => 2.0 / grid.n[i] as f64,
            false => 1.0,
        });
        let step: [f64; 3] = std::array::from_fn(|i| span[i] / cells[i] as f64);
        let origin = std::array::from_fn(|i| {
            let node = (place.node[i] as f64 + grid.shift[i]) / grid.n[i] as f64;
            if place.axes[i] {
                node - 0.5 * span[i]
            } else {
                node
            }
        });
        let k_box = KBox {
            origin,
            step,
            points,
        };
        let gradient = header.lattice.gradient_to_velocity();
        let to_velocity: [[f64; 3]; 3] =
            gradient.map(|row| std::array::from_fn(|i| row[i] * grid.n[i] as f64));
        let wanted = derivatives(self.request.channels);
        let mut all = Vec::new();
        for (side, band) in [place.band, place.band + 1].into_iter().enumerate() {
            let own = self.own(place.spin, band, &k_box, wanted)?;
            let sign = if side == 0 { -1.0 } else { 1.0 };
            let form = form(place, sign, &points, &to_velocity, wanted);
            all.push(Near {
                spin: place.spin,
                band,
                both: [own, form],
                times: self.each_for * place.copies[side] as f64,
            });
        }
        Ok((all, points, step.iter().product()))
    }

    /// A band of the source on a box.
    fn own(&self, spin: usize, band: usize, k_box: &KBox, wanted: Derivatives) -> Result<BoxBand> {
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
}

/// The grid of the table that an interpolation came from, or of the bands themselves.
fn table_grid(source: &dyn BandSource) -> KGrid {
    let table = source.table().map(|table| table.header().k_grid);
    table.unwrap_or(source.header().k_grid)
}

/// A band as the form has it, on the points of the box.
fn form(
    place: &Touching,
    sign: f64,
    points: &[usize; 3],
    to_velocity: &[[f64; 3]; 3],
    wanted: Derivatives,
) -> BoxBand {
    let mut out = BoxBand::default();
    for p in 0..points.iter().product() {
        let at = [
            p / (points[1] * points[2]),
            p / points[2] % points[1],
            p % points[2],
        ];
        let x: [f64; 3] = std::array::from_fn(|i| match place.axes[i] {
            true => 2.0 * at[i] as f64 / (points[i] - 1) as f64 - 1.0,
            false => 0.0,
        });
        let Derived {
            value,
            slope,
            curve,
        } = Derived::of(place, sign, x);
        out.energies.push(value);
        out.velocities
            .extend(to_velocity.map(|row| dot(row, slope)));
        if wanted == Derivatives::InverseMass {
            let mass = |a: usize, b: usize| {
                let rows: [f64; 3] = std::array::from_fn(|i| dot(curve[i], to_velocity[b]));
                dot(to_velocity[a], rows) / EV
            };
            let pairs = [(0, 0), (1, 1), (2, 2), (1, 2), (0, 2), (0, 1)];
            out.inverse_masses.extend(pairs.map(|(a, b)| mass(a, b)));
        }
    }
    out
}

fn dot(a: [f64; 3], b: [f64; 3]) -> f64 {
    a[0] * b[0] + a[1] * b[1] + a[2] * b[2]
}

/// A band of the form at a point, with its derivatives in steps.
struct Derived {
    value: f64,
    slope: [f64; 3],
    curve: [[f64; 3]; 3],
}

impl Derived {
    /// ½(E_a + E_b) ± ½√(Q − Q₀).
    fn of(place: &Touching, sign: f64, x: [f64; 3]) -> Self {
        let (square, mean): (&Quadratic, &Quadratic) = (&place.square, &place.mean);
        // The form is no surer of its least than to touch there.
        let least = square.at(place.offset);
        let g = (square.at(x) - least).max(0.0).sqrt();
        // At the very point there is no slope.
        let half = if g > 0.0 { 0.25 * sign / g } else { 0.0 };
        let (rise, middle) = (square.gradient(x), mean.gradient(x));
        let slope = std::array::from_fn(|i| middle[i] + half * rise[i]);
        let curve = std::array::from_fn(|i| {
            std::array::from_fn(|j| {
                let cone = if g > 0.0 {
                    half * (2.0 * square.q[i][j] - 0.5 * rise[i] * rise[j] / (g * g))
                } else {
                    0.0
                };
                2.0 * mean.q[i][j] + cone
            })
        });
        Self {
            value: mean.at(x) + 0.5 * sign * g,
            slope,
            curve,
        }
    }
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

/// Makes what touching bands would change a replica of a spectrum; gives the places, where there are any.
///
/// # Errors
/// Where the bands cannot be read or evaluated.
pub fn widen_spectrum(
    source: &dyn BandSource,
    request: &Request,
    spectrum: &mut Spectrum,
) -> Result<Option<TouchingPlaces>> {
    let axis = &spectrum.axis;
    let places = places(source, request, (axis.first(), axis.last()))?;
    let Some(first) = places.first() else {
        return Ok(None);
    };
    let told = TouchingPlaces {
        count: places.len(),
        k_frac: first.k_frac(&table_grid(source)),
    };
    let scene = Scene::new(source, request, &places)?;
    let (width, edges) = (request.channels.width(), Edges::new(axis.edges()));
    let count = edges.len();
    let changes: Vec<Vec<(usize, Vec<f64>)>> = looked_at(&places)
        .into_par_iter()
        .map(|place| {
            let (bands, points, volume) = scene.near(place)?;
            let corners = scene.corners();
            let one = |near: &Near| {
                let [own, form] = near.both.each_ref().map(|band| {
                    let values = channel_vectors(request.channels, band, &scene.directions);
                    let mut sums = EdgeSums::new(count, width);
                    let cells = scene.cells(band, &values, points, &corners);
                    cells.at_edges(1, &edges, volume, &mut sums);
                    sums.cumulative()
                });
                let change = form
                    .iter()
                    .zip(&own)
                    .map(|(f, o)| near.times * WARPED * (f - o))
                    .collect();
                (near.spin, change)
            };
            Ok(bands.iter().map(one).collect())
        })
        .collect::<Result<_>>()?;
    let mut change = vec![0.0; spectrum.cumulative.len()];
    for (spin, one) in changes.into_iter().flatten() {
        let rows = &mut change[spin * width * count..][..width * count];
        for (x, y) in rows.iter_mut().zip(one) {
            *x += spectrum.spin_degeneracy * y;
        }
    }
    spectrum.replicas.push(Replica {
        cause: Cause::Crossings,
        change,
    });
    Ok(Some(told))
}

/// Adds what touching bands would change to the bars of an integral at one energy; gives the places, where there are any.
///
/// # Errors
/// Where the bands cannot be read or evaluated.
pub fn widen_surface(
    source: &dyn BandSource,
    request: &Request,
    integral: &mut SurfaceIntegral,
) -> Result<Option<TouchingPlaces>> {
    let energy = integral.energy_ev;
    let places = places(source, request, (energy, energy))?;
    let Some(first) = places.first() else {
        return Ok(None);
    };
    let told = TouchingPlaces {
        count: places.len(),
        k_frac: first.k_frac(&table_grid(source)),
    };
    let scene = Scene::new(source, request, &places)?;
    let corners = scene.corners();
    let width = request.channels.width();
    let changes: Vec<Vec<(usize, usize, Vec<f64>)>> = looked_at(&places)
        .into_par_iter()
        .map(|place| {
            let (bands, points, volume) = scene.near(place)?;
            let one = |near: &Near| {
                let [own, form] = near.both.each_ref().map(|band| {
                    let values = channel_vectors(request.channels, band, &scene.directions);
                    let all = band.energies.iter();
                    let (low, high) = all.fold((f64::INFINITY, f64::NEG_INFINITY), |(l, h), e| {
                        (l.min(*e), h.max(*e))
                    });
                    let cells = scene.cells(band, &values, points, &corners);
                    cells.at_energy(1, energy, tie(low, high), volume)
                });
                let change = form
                    .iter()
                    .zip(&own)
                    .map(|(f, o)| near.times * WARPED * (f - o))
                    .collect();
                (near.spin, near.band, change)
            };
            Ok(bands.iter().map(one).collect())
        })
        .collect::<Result<_>>()?;
    let g_s = integral.spin_degeneracy;
    for band in &mut integral.bands {
        let mut sum = vec![0.0; width + 1];
        for (spin, number, change) in changes.iter().flatten() {
            if (*spin, *number) == (band.spin, band.band) {
                for (x, y) in sum.iter_mut().zip(change) {
                    *x += g_s * y;
                }
            }
        }
        for (bar, x) in band.bars.iter_mut().zip(&sum) {
            bar[Cause::Crossings] += x.abs();
        }
        band.occupied_bar[Cause::Crossings] += sum[width].abs();
    }
    Ok(Some(told))
}
