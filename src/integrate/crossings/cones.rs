//! What a result becomes where two bands touch between the k-points of a table, or at one.
//!
//! An interpolation of sorted bands rounds a touching point off: it holds the bands apart by about what they change in a step. Around
//! each place where the table's bands may touch ([`crate::bands::touching`]) both are integrated once more as the form through the table
//! has them, ½(E_a + E_b) ± ½g with g² = qᵀQq, and as the interpolation has them; the difference is one more reading of the
//! table. It is no better where the bands do not touch, and all of the truth where they do: the bars hold both.

use super::scene::{Around, Near, Scene, dot, table_grid};
use super::{TouchingPlaces, differences};
use crate::bands::touching::{Quadratic, Touching, touching};
use crate::bands::{BandSource, BoxBand, Derivatives, KBox};
use crate::error::Result;
use crate::integrate::cells::Edges;
use crate::integrate::vectors::derivatives;
use crate::integrate::{Replica, Request, Spectrum, SurfaceIntegral};
use crate::uncertainty::Cause;
use crate::units::EV;

/// Cells along each axis of the box around a place, which reaches a step of the table to both sides: for 1, 2, 3 axes.
const CELLS: [usize; 3] = [256, 64, 24];
/// What cones conduct over what the form has: the bands' own warping, which a form of second degree lacks, is 6 % of it in graphene
/// from 40×40 points.
const WARPED: f64 = 1.25;
/// Places that are looked at, at most: of more every second, third … one, which stands for the others.
const MOST: usize = 192;

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

/// Those of the places that are looked at, and how many each one stands for.
fn looked_at(places: &[Touching]) -> (Vec<&Touching>, f64) {
    let stride = places.len().div_ceil(MOST).max(1);
    let some: Vec<&Touching> = places.iter().step_by(stride).collect();
    let each_for = places.len() as f64 / some.len().max(1) as f64;
    (some, each_for)
}

/// Both bands around a place that stands for `each_for` of them.
fn around(scene: &Scene, place: &Touching, each_for: f64) -> Result<Around> {
    let header = scene.source.header();
    let grid = table_grid(scene.source);
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
    let wanted = derivatives(scene.request.channels);
    let mut all = Vec::new();
    for (side, band) in [place.band, place.band + 1].into_iter().enumerate() {
        let own = scene.own(place.spin, band, &k_box, wanted)?;
        let sign = if side == 0 { -1.0 } else { 1.0 };
        let form = form(place, sign, &points, &to_velocity, wanted);
        all.push(Near {
            spin: place.spin,
            band,
            both: [own, form],
            times: WARPED * each_for * place.copies[side] as f64,
        });
    }
    Ok(Around {
        bands: all,
        points,
        cell: step.iter().product(),
    })
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
    let Some(told) = told(source, &places) else {
        return Ok(None);
    };
    let (some, each_for) = looked_at(&places);
    let scene = Scene::new(source, request, bands(&places))?;
    let edges = Edges::new(axis.edges());
    let mut change =
        scene.change_in_bins(&some, &edges, |place| around(&scene, place, each_for))?;
    change
        .iter_mut()
        .for_each(|x| *x *= spectrum.spin_degeneracy);
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
    let Some(told) = told(source, &places) else {
        return Ok(None);
    };
    let (some, each_for) = looked_at(&places);
    let scene = Scene::new(source, request, bands(&places))?;
    let changes = scene.change_at(&some, energy, |place| around(&scene, place, each_for))?;
    integral.widen_by_changes(&changes, Cause::Crossings);
    Ok(Some(told))
}

fn told(source: &dyn BandSource, places: &[Touching]) -> Option<TouchingPlaces> {
    places.first().map(|first| TouchingPlaces {
        count: places.len(),
        k_frac: first.k_frac(&table_grid(source)),
    })
}

/// Spin and band of those that touch.
fn bands(places: &[Touching]) -> impl Iterator<Item = (usize, usize)> {
    places
        .iter()
        .flat_map(|place| [(place.spin, place.band), (place.spin, place.band + 1)])
}
