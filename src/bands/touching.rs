//! Places where two neighbouring bands of a table may touch, at a k-point or between them.
//!
//! Near an isolated touching point two bands are the eigenvalues of a 2×2 matrix that is linear in k: the square of their difference g
//! is a quadratic form about the point, and so it is where an interaction holds them Δ apart, g² = Δ² + qᵀQq. A paraboloid through g²
//! on a point of the grid and its neighbours, where g is least, therefore finds the place and Δ² from a table that has no k-point there:
//! graphene's, say, whose node no grid of 40×40 points holds. Where Δ² is not above what the paraboloid misses on its points, nothing in
//! the table tells whether the bands touch. What bands do that touch as parabolas (g ∝ q², twice degenerate extrema), or along lines, no
//! such form describes, and they are left out: the former rise faster from the first neighbours to the second.

use super::{BandSource, Field};
use crate::crystal::KGrid;
use crate::error::Result;
use crate::memory;
use nalgebra::{DMatrix, DVector, Matrix3, Vector3};

/// g² of second neighbours over the form's: of cones near 1, of parabolas 4.
const CONE: std::ops::Range<f64> = 0.4..2.0;
/// The least of a form that goes through parabolas (g² ∝ q⁴) sinks below zero, by 0.4 of the principal values in two dimensions and 0.6 in
/// three; that of cones by 0.1.
const SUNK: f64 = -0.25;
/// Smallest principal value of Q over the largest of a point; of a line it is 0.
const POINT: f64 = 0.02;
/// Places nearer than this, in steps, are one.
const SAME: f64 = 0.75;
/// Bands that differ by less around a place are one twice, eV.
const SAME_EV: f64 = 1e-6;
/// Points of a table that is looked through for planes on which bands are one.
const MOST_POINTS: usize = 1 << 21;
/// A step in which neither band changes by as much, eV, has nothing to find.
const FLAT_EV: f64 = 1e-4;

/// Where a band meets its neighbours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Meeting {
    /// Their energies do not overlap.
    Nowhere,
    /// They may meet at points or along lines, on the grid or between its points.
    Somewhere,
    /// They are one on whole planes of the grid: sorted bands of a cell larger than the crystal's, or where a glide or a screw holds them.
    OnPlanes,
}

/// Where each band of a table, by spin·n_band + band, meets its neighbours. Tables too large to look through say `Somewhere` of all
/// that overlap.
///
/// # Errors
/// Where the table cannot be read.
pub fn meetings(source: &dyn BandSource) -> Result<Vec<Meeting>> {
    let header = source.header();
    let (grid, n) = (header.k_grid, header.n_band);
    let mut all = vec![Meeting::Nowhere; header.n_spin_band()];
    for spin in 0..header.n_spin() {
        let mut kept: Option<(usize, Vec<f64>)> = None;
        for band in 0..n.saturating_sub(1) {
            let at = spin * n + band;
            let [lower, upper] = [&source.statistics()[at], &source.statistics()[at + 1]];
            if upper.energy_min > lower.energy_max {
                continue;
            }
            let mut meeting = Meeting::Somewhere;
            if grid.len() <= MOST_POINTS {
                let read = |band: usize| -> Result<Vec<f64>> {
                    let mut out = memory::zeros("a band's energies", grid.len())?;
                    source.read_planes(Field::Energy, spin, band, 0, &mut out)?;
                    Ok(out)
                };
                let low = match kept.take() {
                    Some((number, energies)) if number == band => energies,
                    _ => read(band)?,
                };
                let high = read(band + 1)?;
                let one: Vec<bool> = (low.iter().zip(&high))
                    .map(|(a, b)| b - a < SAME_EV)
                    .collect();
                if one.iter().all(|one| *one) {
                    // A Kramers pair, which meets nothing by that.
                    meeting = Meeting::Nowhere;
                } else if has_plane(&grid, &one) {
                    meeting = Meeting::OnPlanes;
                }
                kept = Some((band + 1, high));
            }
            for both in &mut all[at..at + 2] {
                *both = meeting.max(*both);
            }
        }
    }
    Ok(all)
}

/// Whether every point of some plane across an axis is marked.
fn has_plane(grid: &KGrid, marked: &[bool]) -> bool {
    (0..3).any(|axis| {
        let mut whole = vec![true; grid.n[axis]];
        for (at, marked) in marked.iter().enumerate() {
            whole[grid.place(at)[axis]] &= marked;
        }
        // An axis with one point has the whole grid for a plane, one with two may have a line.
        grid.n[axis] > 2 && whole.contains(&true)
    })
}

/// A polynomial of second degree in steps of the grid: c + b·x + xᵀqx.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Quadratic {
    /// Value at 0.
    pub c: f64,
    /// Slope at 0.
    pub b: [f64; 3],
    /// Symmetric form.
    pub q: [[f64; 3]; 3],
}

impl Quadratic {
    /// The value.
    pub fn at(&self, x: [f64; 3]) -> f64 {
        let g = self.gradient(x);
        // c + ½ x·(b + ∇).
        self.c + 0.5 * (0..3).map(|i| x[i] * (self.b[i] + g[i])).sum::<f64>()
    }

    /// The gradient.
    pub fn gradient(&self, x: [f64; 3]) -> [f64; 3] {
        std::array::from_fn(|i| self.b[i] + 2.0 * (0..3).map(|j| self.q[i][j] * x[j]).sum::<f64>())
    }
}

/// Where two bands may touch.
#[derive(Clone, Debug, PartialEq)]
pub struct Touching {
    /// Spin channel, from 0.
    pub spin: usize,
    /// The lower band, from 0.
    pub band: usize,
    /// The point of the grid that it was found from.
    pub node: [usize; 3],
    /// The place, in steps from there.
    pub offset: [f64; 3],
    /// g², eV², in steps from the node.
    pub square: Quadratic,
    /// The mean of both bands, eV, likewise.
    pub mean: Quadratic,
    /// g at the node, eV.
    pub grid_gap_ev: f64,
    /// Which axes have dispersion.
    pub axes: [bool; 3],
    /// How many bands are the lower one and the upper one there: 2 of Kramers pairs.
    pub copies: [usize; 2],
}

impl Touching {
    /// The place, fractional.
    pub fn k_frac(&self, grid: &KGrid) -> [f64; 3] {
        std::array::from_fn(|i| {
            let u = (self.node[i] as f64 + grid.shift[i] + self.offset[i]) / grid.n[i] as f64;
            u - u.floor()
        })
    }

    /// The mean of both bands there, eV.
    pub fn energy_ev(&self) -> f64 {
        self.mean.at(self.offset)
    }
}

/// The places where the bands `band` and `band` + 1 of a table may touch.
///
/// # Errors
/// Where the table cannot be read.
pub fn touching(source: &dyn BandSource, spin: usize, band: usize) -> Result<Vec<Touching>> {
    let grid = source.header().k_grid;
    let read = |band: usize| -> Result<Vec<f64>> {
        let mut out = memory::zeros("a band's energies", grid.len())?;
        source.read_planes(Field::Energy, spin, band, 0, &mut out)?;
        Ok(out)
    };
    let (lower, upper) = (read(band)?, read(band + 1)?);
    let mut all = between(&grid, &lower, &upper);
    if all.is_empty() {
        return Ok(all);
    }
    // Of a Kramers pair the other member does the same.
    let beside = [
        (band > 0).then(|| band - 1),
        (band + 2 < source.header().n_band).then_some(band + 2),
    ];
    let beside = beside.map(|other| other.map(read).transpose());
    for (side, (other, own)) in beside.into_iter().zip([&lower, &upper]).enumerate() {
        let Some(other) = other? else { continue };
        for one in &mut all {
            let around = around(&grid, one.axes, one.node);
            let same = |at: usize| (other[at] - own[at]).abs() < SAME_EV;
            one.copies[side] += usize::from(around.into_iter().all(same));
        }
    }
    for one in &mut all {
        (one.spin, one.band) = (spin, band);
    }
    Ok(all)
}

/// The places where two bands on `grid`, eV, may touch.
pub fn between(grid: &KGrid, lower: &[f64], upper: &[f64]) -> Vec<Touching> {
    let n = grid.n;
    // Fewer points along an axis have no second neighbours of their own.
    let axes = n.map(|n| n >= 5);
    if axes == [false; 3] || (0..3).any(|i| !axes[i] && n[i] > 1) {
        return Vec::new();
    }
    let index = |node: [usize; 3], step: [i32; 3]| beside(grid, node, step);
    let steps = steps(axes);
    let gap = |at: usize| upper[at] - lower[at];
    let plane = n[1] * n[2];
    let mut found: Vec<(f64, Touching)> = Vec::new();
    for at in 0..grid.len() {
        let node = [at / plane, at / n[2] % n[1], at % n[2]];
        let here = gap(at);
        if steps.iter().any(|s| gap(index(node, *s)) < here) {
            continue;
        }
        let around = |of: &dyn Fn(usize) -> f64| -> Vec<([f64; 3], f64)> {
            let one = |s: &[i32; 3]| (s.map(f64::from), of(index(node, *s)));
            steps.iter().map(one).collect()
        };
        let squares = around(&|at| gap(at).powi(2));
        let Some((square, missed)) = fit(&squares, axes) else {
            continue;
        };
        let Some(offset) = least_point(&square, axes) else {
            continue;
        };
        let change = square.q.iter().enumerate().map(|(i, q)| q[i]).sum::<f64>();
        let least = square.at(offset);
        let of_an_axis = change / axes.iter().filter(|a| **a).count() as f64;
        if change < FLAT_EV * FLAT_EV || least > missed || least < SUNK * of_an_axis {
            continue;
        }
        let second = (0..3)
            .filter(|i| axes[*i])
            .flat_map(|i| [2, -2].map(|s| (i, s)));
        let (mut own, mut forms) = (0.0, 0.0);
        for (i, s) in second {
            let mut step = [0; 3];
            step[i] = s;
            own += gap(index(node, step)).powi(2);
            forms += square.at(step.map(f64::from));
        }
        if !CONE.contains(&(own / forms)) {
            continue;
        }
        let mean = fit(&around(&|at| 0.5 * (upper[at] + lower[at])), axes);
        let Some((mean, _)) = mean else {
            continue;
        };
        let one = Touching {
            spin: 0,
            band: 0,
            node,
            offset,
            square,
            mean,
            grid_gap_ev: here,
            axes,
            copies: [1; 2],
        };
        found.push((missed / change, one));
    }
    // Grid points around one place find it each; the best form stays.
    found.sort_by(|a, b| a.0.total_cmp(&b.0));
    let mut kept: Vec<Touching> = Vec::new();
    for (_, one) in found {
        let near = |other: &Touching| {
            (0..3).all(|i| {
                let place = |t: &Touching| t.node[i] as f64 + t.offset[i];
                let apart = place(other) - place(&one);
                let n = n[i] as f64;
                (apart - n * (apart / n).round()).abs() < SAME
            })
        };
        if !kept.iter().any(near) {
            kept.push(one);
        }
    }
    kept
}

/// The steps to a point and to its neighbours along these axes.
fn steps(axes: [bool; 3]) -> Vec<[i32; 3]> {
    (0..27)
        .map(|x| [x / 9 - 1, x / 3 % 3 - 1, x % 3 - 1])
        .filter(|s| (0..3).all(|i| axes[i] || s[i] == 0))
        .collect()
}

/// The number of the point that lies a step from a node.
fn beside(grid: &KGrid, node: [usize; 3], step: [i32; 3]) -> usize {
    let n = grid.n;
    grid.index(std::array::from_fn(|i| {
        (node[i] as i32 + step[i]).rem_euclid(n[i] as i32) as usize
    }))
}

/// The numbers of a node and of its neighbours.
fn around(grid: &KGrid, axes: [bool; 3], node: [usize; 3]) -> Vec<usize> {
    let all = steps(axes).into_iter();
    all.map(|step| beside(grid, node, step)).collect()
}

/// The polynomial nearest to the values, and the largest that it misses one by; none where the points do not determine it.
fn fit(points: &[([f64; 3], f64)], axes: [bool; 3]) -> Option<(Quadratic, f64)> {
    let own: Vec<usize> = (0..3).filter(|i| axes[*i]).collect();
    let pairs: Vec<(usize, usize)> = own
        .iter()
        .flat_map(|&i| own.iter().filter(move |&&j| j >= i).map(move |&j| (i, j)))
        .collect();
    let count = 1 + own.len() + pairs.len();
    let matrix = DMatrix::from_fn(points.len(), count, |p, c| {
        let x = points[p].0;
        match c {
            0 => 1.0,
            c if c <= own.len() => x[own[c - 1]],
            c => {
                let (i, j) = pairs[c - 1 - own.len()];
                x[i] * x[j]
            }
        }
    });
    let values = DVector::from_iterator(points.len(), points.iter().map(|p| p.1));
    let solution = matrix.svd(true, true).solve(&values, 1e-12).ok()?;
    let mut form = Quadratic {
        c: solution[0],
        ..Quadratic::default()
    };
    for (k, &i) in own.iter().enumerate() {
        form.b[i] = solution[1 + k];
    }
    for (k, &(i, j)) in pairs.iter().enumerate() {
        let value = solution[1 + own.len() + k];
        let half = if i == j { value } else { 0.5 * value };
        (form.q[i][j], form.q[j][i]) = (half, half);
    }
    let missed = points.iter().map(|(x, y)| (form.at(*x) - y).abs());
    Some((form, missed.fold(0.0, f64::max)))
}

/// Where the polynomial is least, within a step of 0 along every axis; none where it is not least at a point.
fn least_point(form: &Quadratic, axes: [bool; 3]) -> Option<[f64; 3]> {
    // An axis without dispersion holds the point where it is.
    let largest = (0..3).map(|i| form.q[i][i]).fold(0.0, f64::max);
    let q = Matrix3::from_fn(|i, j| match (axes[i] && axes[j], i == j) {
        (true, _) => form.q[i][j],
        (false, true) => largest,
        _ => 0.0,
    });
    let values = q.symmetric_eigenvalues();
    if values.min() <= POINT * values.max() {
        return None;
    }
    let x = -0.5 * q.try_inverse()? * Vector3::from(form.b);
    let x = [x[0], x[1], x[2]];
    x.iter().all(|x| x.abs() <= 1.0).then_some(x)
}
