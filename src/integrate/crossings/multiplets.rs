//! What a result becomes where two or three bands are one level at a k-point of a table, as valence bands are at Γ.
//!
//! A pocket about such a point may be smaller than a step of the table, and no interpolation of sorted bands has it right, nor do two of
//! them tell by differing. There the bands are integrated once more as roots of characteristic polynomials
//! ([`crate::bands::multiplet`]), which meet a warped valence band to a few per cent where sorted bands are off by half; the difference is
//! one more reading of the table.

use super::differences;
use super::scene::{Around, Near, Scene, table_grid};
use crate::bands::multiplet::{Multiplet, multiplets};
use crate::bands::{BandSource, BoxBand, Derivatives, KBox};
use crate::error::Result;
use crate::integrate::cells::Edges;
use crate::integrate::vectors::derivatives;
use crate::integrate::{Replica, Request, Spectrum, SurfaceIntegral};
use crate::uncertainty::Cause;
use crate::units::EV;

/// Steps of the table that the box around a point reaches to each side: as far as the polynomials go.
const REACH: f64 = 2.0;
/// Cells along each axis of the box, for 1, 2, 3 axes.
const CELLS: [usize; 3] = [512, 128, 32];
/// What the sorted bands are off over what the polynomials say.
const MISSED: f64 = 1.25;
/// Points that are looked at, at most, the lowest numbers first: of more every second, third … one, which stands for the others.
const MOST: usize = 48;

/// The levels between the energies `low` and `high`, eV.
fn levels(
    source: &dyn BandSource,
    request: &Request,
    (low, high): (f64, f64),
) -> Result<Vec<Multiplet>> {
    // A table's own velocities know nothing of relaxation times between its points.
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
        let step = |b: usize| statistics[b].max_step.iter().sum::<f64>();
        let inside = |b: &usize| {
            let s = &statistics[*b];
            s.energy_min - step(*b) <= high && s.energy_max + step(*b) >= low
        };
        let own: Vec<usize> = (0..header.n_band).filter(inside).collect();
        let (Some(first), Some(last)) = (own.first(), own.last()) else {
            continue;
        };
        // A band whose neighbour alone reaches the energies may be one with it.
        let bands = first.saturating_sub(2)..(last + 3).min(header.n_band);
        all.extend(multiplets(table, spin, bands)?);
    }
    // A pocket about the point: elsewhere the interpolation is as good.
    all.retain(|m| (low..=high).contains(&m.level_ev));
    Ok(all)
}

/// Those that are looked at, and how many each one stands for.
fn looked_at(levels: &[Multiplet]) -> (Vec<&Multiplet>, f64) {
    let stride = levels.len().div_ceil(MOST).max(1);
    let some: Vec<&Multiplet> = levels.iter().step_by(stride).collect();
    let each_for = levels.len() as f64 / some.len().max(1) as f64;
    (some, each_for)
}

/// The bands around a level that stands for `each_for` of them.
fn around(scene: &Scene, level: &Multiplet, each_for: f64) -> Result<Around> {
    let header = scene.source.header();
    let grid = table_grid(scene.source);
    let axes = level.axes.iter().filter(|a| **a).count();
    let cells = level.axes.map(|a| if a { CELLS[axes - 1] } else { 1 });
    let points = cells.map(|c| c + 1);
    let node: [f64; 3] =
        std::array::from_fn(|i| (level.node[i] as f64 + grid.shift[i]) / grid.n[i] as f64);
    let width = |i: usize| match level.axes[i] {
        true => 2.0 * REACH / grid.n[i] as f64,
        false => 1.0,
    };
    let k_box = KBox {
        origin: std::array::from_fn(|i| match level.axes[i] {
            true => node[i] - 0.5 * width(i),
            false => node[i],
        }),
        step: std::array::from_fn(|i| width(i) / cells[i] as f64),
        points,
    };
    let gradient = header.lattice.gradient_to_velocity();
    let to_velocity = gradient.map(|row| std::array::from_fn(|i| row[i] * grid.n[i] as f64));
    let wanted = derivatives(scene.request.channels);
    let other = roots(level, points, &to_velocity, wanted);
    let mut bands = Vec::new();
    for (members, other) in level.members.iter().zip(other) {
        let own = scene.own(level.spin, members[0], &k_box, wanted)?;
        bands.push(Near {
            spin: level.spin,
            band: members[0],
            both: [own, other],
            times: MISSED * each_for * members.len() as f64,
        });
    }
    Ok(Around {
        bands,
        points,
        cell: k_box.step.iter().product(),
    })
}

/// The members as roots of the polynomials, on the points of the box; velocities and inverse masses by differences between points, which
/// lie close.
fn roots(
    level: &Multiplet,
    points: [usize; 3],
    to_velocity: &[[f64; 3]; 3],
    wanted: Derivatives,
) -> Vec<BoxBand> {
    let step: [f64; 3] = std::array::from_fn(|i| match level.axes[i] {
        true => 2.0 * REACH / (points[i] - 1) as f64,
        false => 0.0,
    });
    // A point more on every side, for the differences.
    let margin = level.axes.map(usize::from);
    let wide: [usize; 3] = std::array::from_fn(|i| points[i] + 2 * margin[i]);
    let count: usize = wide.iter().product();
    let all: Vec<Vec<f64>> = (0..count)
        .map(|p| {
            let at = [p / (wide[1] * wide[2]), p / wide[2] % wide[1], p % wide[2]];
            level.energies(std::array::from_fn(|i| match level.axes[i] {
                true => step[i] * (at[i] as f64 - margin[i] as f64) - REACH,
                false => 0.0,
            }))
        })
        .collect();
    (0..level.members.len())
        .map(|member| {
            let mut out = BoxBand::default();
            for p in 0..points.iter().product::<usize>() {
                let at = [
                    p / (points[1] * points[2]),
                    p / points[2] % points[1],
                    p % points[2],
                ];
                let energy = |moved: [isize; 3]| {
                    let j: [usize; 3] =
                        std::array::from_fn(|i| (at[i] + margin[i]).wrapping_add_signed(moved[i]));
                    all[(j[0] * wide[1] + j[1]) * wide[2] + j[2]][member]
                };
                let here = energy([0; 3]);
                out.energies.push(here);
                let unit = |i: usize, by: isize| {
                    let mut moved = [0; 3];
                    moved[i] = by;
                    moved
                };
                let slope: [f64; 3] = std::array::from_fn(|i| match level.axes[i] {
                    true => (energy(unit(i, 1)) - energy(unit(i, -1))) / (2.0 * step[i]),
                    false => 0.0,
                });
                let along =
                    |row: &[f64; 3], x: &[f64; 3]| (0..3).map(|i| row[i] * x[i]).sum::<f64>();
                out.velocities
                    .extend(to_velocity.iter().map(|row| along(row, &slope)));
                if wanted == Derivatives::InverseMass {
                    let curve = curvature(&energy, here, step, level.axes);
                    let pairs = [(0, 0), (1, 1), (2, 2), (1, 2), (0, 2), (0, 1)];
                    out.inverse_masses.extend(pairs.map(|(a, b)| {
                        let rows: [f64; 3] =
                            std::array::from_fn(|i| along(&curve[i], &to_velocity[b]));
                        along(&to_velocity[a], &rows) / EV
                    }));
                }
            }
            out
        })
        .collect()
}

/// Second differences, eV per step of the table squared.
fn curvature(
    energy: &impl Fn([isize; 3]) -> f64,
    here: f64,
    step: [f64; 3],
    axes: [bool; 3],
) -> [[f64; 3]; 3] {
    let mut curve = [[0.0; 3]; 3];
    for i in (0..3).filter(|i| axes[*i]) {
        for j in (i..3).filter(|j| axes[*j]) {
            let at = |x: isize, y: isize| {
                let mut moved = [0; 3];
                moved[i] += x;
                moved[j] += y;
                energy(moved)
            };
            let second = if i == j {
                (at(1, 0) - 2.0 * here + at(-1, 0)) / (step[i] * step[i])
            } else {
                (at(1, 1) - at(1, -1) - at(-1, 1) + at(-1, -1)) / (4.0 * step[i] * step[j])
            };
            (curve[i][j], curve[j][i]) = (second, second);
        }
    }
    curve
}

/// Makes what the bands around one-level points would change a replica of a spectrum.
///
/// # Errors
/// Where the bands cannot be read or evaluated.
pub fn widen_spectrum_by_multiplets(
    source: &dyn BandSource,
    request: &Request,
    spectrum: &mut Spectrum,
) -> Result<()> {
    let axis = &spectrum.axis;
    let levels = levels(source, request, (axis.first(), axis.last()))?;
    if levels.is_empty() {
        return Ok(());
    }
    let (some, each_for) = looked_at(&levels);
    let scene = Scene::new(source, request, bands(&levels))?;
    let edges = Edges::new(axis.edges());
    let mut change =
        scene.change_in_bins(&some, &edges, |level| around(&scene, level, each_for))?;
    change
        .iter_mut()
        .for_each(|x| *x *= spectrum.spin_degeneracy);
    spectrum.replicas.push(Replica {
        cause: Cause::Crossings,
        change,
    });
    Ok(())
}

/// Adds what they would change to the bars of an integral at one energy.
///
/// # Errors
/// Where the bands cannot be read or evaluated.
pub fn widen_surface_by_multiplets(
    source: &dyn BandSource,
    request: &Request,
    integral: &mut SurfaceIntegral,
) -> Result<()> {
    let energy = integral.energy_ev;
    let levels = levels(source, request, (f64::NEG_INFINITY, f64::INFINITY))?;
    let levels: Vec<Multiplet> = levels
        .into_iter()
        .filter(|m| (m.level_ev - energy).abs() <= m.rise_ev)
        .collect();
    if levels.is_empty() {
        return Ok(());
    }
    let (some, each_for) = looked_at(&levels);
    let scene = Scene::new(source, request, bands(&levels))?;
    let changes = scene.change_at(&some, energy, |level| around(&scene, level, each_for))?;
    integral.widen_by_changes(&changes, Cause::Crossings);
    Ok(())
}

/// Spin and band of the members.
fn bands(levels: &[Multiplet]) -> impl Iterator<Item = (usize, usize)> {
    levels
        .iter()
        .flat_map(|level| level.members.iter().map(|m| (level.spin, m[0])))
}
