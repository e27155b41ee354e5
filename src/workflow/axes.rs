//! Axes of the zone with so few k-points that a table, or a grid that is asked for, hides what the bands do along them.

use crate::bands::{BandHeader, BandSource};
use crate::crystal::KGrid;
use crate::error::{Error, Result};

/// Fewest points along an axis at which differences of a table see its dispersion: with two, both neighbours are the same point; with
/// three, the stride-2 subgrid's are.
const FEWEST: usize = 4;
/// Points that an axis with fewer is interpolated to.
const POINTS: usize = 16;
/// Steps (eV) below which an axis counts as one without dispersion.
const FLAT_EV: f64 = 1e-4;
/// A lattice vector (Å) shorter than a layer with its vacuum: atoms of neighbouring cells touch.
const TOUCHING: f64 = 8.0;

/// Whether some band changes along `axis` of a table.
fn disperses(table: &dyn BandSource, axis: usize) -> bool {
    table
        .statistics()
        .iter()
        .any(|s| s.max_step[axis] > FLAT_EV)
}

/// Whether an axis has so few points that differences of the table do not see what some band does along it.
fn short(table: &dyn BandSource) -> [bool; 3] {
    let n = table.header().k_grid.n;
    std::array::from_fn(|i| n[i] < FEWEST && n[i] > 1 && disperses(table, i))
}

/// Checks that a table with relaxation times, which are not interpolated, sees what its bands do: with two points along an axis even known
/// velocities are often zero by symmetry at both.
///
/// # Errors
/// [`Error::BadBands`] where it has two or three points along an axis that disperses.
pub fn check_lifetimes(table: &dyn BandSource) -> Result<()> {
    let Some(axis) = short(table).iter().position(|short| *short) else {
        return Ok(());
    };
    Err(Error::bad_bands(
        format!("k-points along axis {}", axis + 1),
        format!(
            "there are {}, which do not tell what the bands do along it, and bands with relaxation times of their own are not interpolated",
            table.header().k_grid.n[axis]
        ),
        format!(
            "give bands on {FEWEST} points or more along it, or another relaxation time (`--tau SECONDS`)"
        ),
    ))
}

/// The grid that `table` is to be interpolated on because it has two or three points along an axis that disperses: its own, but for
/// those axes. None where there is no such axis.
pub fn completed(table: &dyn BandSource) -> Result<Option<KGrid>> {
    let grid = table.header().k_grid;
    let short = short(table);
    if short == [false; 3] {
        return Ok(None);
    }
    let n = std::array::from_fn(|i| if short[i] { POINTS } else { grid.n[i] });
    let shift = std::array::from_fn(|i| if short[i] { 0.0 } else { grid.shift[i] });
    KGrid::new(n, shift).map(Some)
}

/// Checks the grid `n` that `table` is to be interpolated on.
///
/// # Errors
/// [`Error::BadOption`] for fewer points than the table has along an axis that disperses, or too few for an error bar.
pub fn check_dense(n: [usize; 3], option: &str, table: &dyn BandSource) -> Result<()> {
    let own = table.header().k_grid.n;
    check(
        n,
        option,
        own,
        |i| own[i] > 1 && disperses(table, i),
        |i| own[i].max(FEWEST),
    )
}

/// Checks the grid `n` that a Hamiltonian found on `own` points is to be evaluated on.
///
/// # Errors
/// [`Error::BadOption`] for too few points for an error bar along an axis on which it has several.
pub fn check_evaluated(n: [usize; 3], option: &str, own: [usize; 3]) -> Result<()> {
    check(n, option, own, |i| own[i] > 1, |i| own[i].min(FEWEST))
}

fn check(
    n: [usize; 3],
    option: &str,
    own: [usize; 3],
    matters: impl Fn(usize) -> bool,
    least: impl Fn(usize) -> usize,
) -> Result<()> {
    let Some(axis) = (0..3).find(|&i| matters(i) && n[i] < least(i)) else {
        return Ok(());
    };
    let [a, b, c] = n;
    Err(Error::bad_option(
        option,
        format!(
            "{a}×{b}×{c} k-points: along axis {} the bands disperse and the file has {}, so that {} would leave the result without an error bar",
            axis + 1,
            own[axis],
            n[axis]
        ),
        format!(
            "give at least {} along it, or `--interpolate none`",
            least(axis)
        ),
    ))
}

/// What is said of a bulk crystal with one k-point along an axis, or with two or three where nothing can be interpolated.
pub fn notes(header: &BandHeader) -> Vec<String> {
    if header.provenance.format.starts_with("model") {
        return Vec::new();
    }
    (0..3)
        .filter_map(|i| {
            let length = header.lattice.rows()[i].iter().map(|x| x * x).sum::<f64>().sqrt();
            let axis = i + 1;
            match header.k_grid.n[i] {
                1 if length < TOUCHING => Some(format!(
                    "one k-point along axis {axis}, on which the cell is {length:.2} Å long: the bands are taken as flat along it, and no error bar knows better"
                )),
                n @ 2..FEWEST if header.has_lifetimes => Some(format!(
                    "{n} k-points along axis {axis}: differences do not see what the bands do along it, nor do the error bars (relaxation times are not interpolated)"
                )),
                _ => None,
            }
        })
        .collect()
}
