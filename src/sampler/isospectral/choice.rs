//! What is tried: which bands matter, and on which orbitals a Hamiltonian may have them.

use super::basis::Basis;
use super::candidate::possible_bands;
use super::elements::{element, symbol_of};
use super::table::Table;
use crate::bands::{BandHeader, BandSource, GapSplit, SpinTreatment};
use crate::crystal::{Atom, PointGroup};
use crate::error::Result;
use std::ops::Range;

/// Bands whose energies come this close (eV) to the levels that matter are wanted.
pub(super) const WINDOW_EV: f64 = 0.5;
/// Bands so far (eV) below the levels, with a gap of `SEPARATE_EV` above, are left to the series: they are flat.
const DEEP_EV: f64 = 3.0;
const SEPARATE_EV: f64 = 1.0;
/// Bands are apart where their gap is so many times what they change in a step: at a point beside a crossing it may be just that.
const APART: f64 = 1.2;
/// Bands above the wanted ones that a Hamiltonian may have besides.
const MORE: [usize; 4] = [0, 1, 2, 3];
/// Weights of those bands in the start, the highest last.
const FADING: [f64; 3] = [0.3, 0.1, 0.1];
/// Most orbitals; and what all candidates may cost together, in that of nine orbitals (a fit costs as their cube).
const MOST_ORBITALS: usize = 40;
pub(super) const BUDGET: f64 = 30.0;
const MOST_CANDIDATES: usize = 24;
/// Orbitals per band, at most.
const MOST_PER_BAND: usize = 5;
/// The largest basis times the grid: N² × points.
pub(super) const MOST_NUMBERS: usize = 10_000_000;
/// Positions (fractional) that are tried where the file has no atoms.
const SPECIAL: [f64; 6] = [0.0, 0.5, 0.25, 0.75, 1.0 / 3.0, 2.0 / 3.0];
/// Most of them together.
const MOST_SITES: usize = 4;

/// The levels that matter (eV): the edges of the gap, or the Fermi level; none where nothing is known.
pub(super) fn levels_that_matter(source: &dyn BandSource) -> Vec<f64> {
    if let Some(split) = GapSplit::of(source) {
        let edges = [split.valence_ev, split.conduction_ev];
        let finite: Vec<f64> = edges.into_iter().filter(|e| e.is_finite()).collect();
        if !finite.is_empty() {
            return finite;
        }
    }
    source.header().fermi_level_ev.into_iter().collect()
}

/// How many bands of one spin channel, from the lowest, reach down to the levels that matter.
pub(super) fn wanted(source: &dyn BandSource, spin: usize, levels: &[f64]) -> usize {
    let n = source.header().n_band;
    let bands = &source.statistics()[spin * n..][..n];
    match levels.iter().copied().max_by(f64::total_cmp) {
        Some(high) => bands
            .iter()
            .filter(|b| b.energy_min < high + WINDOW_EV)
            .count(),
        None => n,
    }
}

/// The bands of one spin channel that come near the levels that matter, in groups that no others touch: a gap at every k-point
/// wider than what its bands change in a step. The last group may go on above. With it, from where on bands are not deep.
///
/// # Errors
/// Where the source cannot be read.
pub(super) fn groups(
    source: &dyn BandSource,
    spin: usize,
    levels: &[f64],
) -> Result<(Vec<Range<usize>>, usize)> {
    let n = source.header().n_band;
    let bands = &source.statistics()[spin * n..][..n];
    let end = wanted(source, spin, levels);
    let table = Table::new(source, spin, 0, n)?;
    let mut groups = Vec::new();
    let mut first = 0;
    for b in 0..end {
        if b + 1 == end || isolated_above(&table, b) {
            groups.push(first..b + 1);
            first = b + 1;
        }
    }
    let low = levels
        .iter()
        .copied()
        .min_by(f64::total_cmp)
        .unwrap_or(f64::NEG_INFINITY);
    let separate = |b: &usize| {
        bands[*b].energy_max + SEPARATE_EV < bands[b + 1].energy_min
            && bands[*b].energy_max < low - DEEP_EV
    };
    let shallow = (0..end.saturating_sub(1))
        .filter(separate)
        .map(|b| b + 1)
        .next_back();
    Ok((groups, shallow.unwrap_or(0)))
}

/// Whether no other band can touch band `b` from above between the points of the table.
pub(super) fn isolated_above(table: &Table, b: usize) -> bool {
    b + 1 >= table.n_band
        || (0..table.grid.len()).all(|at| {
            let here = table.at(at);
            let change =
                |there: &[f64]| (there[b] - here[b]).abs() + (there[b + 1] - here[b + 1]).abs();
            here[b + 1] - here[b] > APART * largest_step(table, at, change)
        })
}

/// Whether all of band `b` lies below all of the next one, and neither comes to the middle of the gap within half a step.
pub(super) fn gap_above(table: &Table, b: usize) -> bool {
    let all = || (0..table.grid.len()).map(|at| table.at(at));
    let top = all().map(|e| e[b]).fold(f64::NEG_INFINITY, f64::max);
    let bottom = all().map(|e| e[b + 1]).fold(f64::INFINITY, f64::min);
    let middle = 0.5 * (top + bottom);
    top < bottom
        && (0..table.grid.len()).all(|at| {
            let here = table.at(at);
            [b, b + 1].into_iter().all(|band| {
                let change = |there: &[f64]| (there[band] - here[band]).abs();
                (middle - here[band]).abs() > 0.5 * APART * largest_step(table, at, change)
            })
        })
}

/// The largest `change` to a neighbour of point `at`. Both ways: a point and its mirror image may lie on both sides of where bands touch.
fn largest_step(table: &Table, at: usize, change: impl Fn(&[f64]) -> f64) -> f64 {
    let grid = table.grid;
    let place = grid.place(at);
    (0..6)
        .map(|i| (i / 2, if i % 2 == 0 { 1 } else { grid.n[i / 2] - 1 }))
        .filter(|&(a, _)| grid.n[a] > 1)
        .map(|(a, ahead)| {
            let mut next = place;
            next[a] = (next[a] + ahead) % grid.n[a];
            change(table.at(grid.index(next)))
        })
        .fold(0.0, f64::max)
}

/// Orbitals and bands to be tried.
#[derive(Clone)]
pub(super) struct Candidate {
    pub basis: Basis,
    /// First band and number of bands.
    pub first: usize,
    pub bands: usize,
    pub weights: Vec<f64>,
}

impl Candidate {
    /// What a fit costs, in that of nine orbitals.
    pub fn cost(&self) -> f64 {
        (self.basis.len() as f64 / 9.0).powi(3)
    }

    /// Bands and orbitals in words.
    pub fn describe(&self, first_band: usize) -> String {
        let mut shells: Vec<String> = Vec::new();
        for site in 0..self.basis.sites.len() {
            let own = self.basis.shells.iter().filter(|s| s.site == site);
            let letters: Vec<&str> = own
                .map(|s| match (s.l, s.radial) {
                    (0, 0) => "s",
                    (0, _) => "s*",
                    (1, _) => "p",
                    _ => "d",
                })
                .collect();
            let text = format!("{} on {}", letters.join(" "), self.basis.sites[site].symbol);
            if !letters.is_empty() && !shells.contains(&text) {
                shells.push(text);
            }
        }
        format!(
            "bands {} to {} of {} orbitals ({})",
            first_band + self.first,
            first_band + self.first + self.bands - 1,
            self.basis.len(),
            shells.join(", ")
        )
    }
}

/// What may be tried for the bands `range` of `source`, cheap ones first; with bands above it unless it is `closed`.
///
/// # Errors
/// Where the source cannot be read.
pub(super) fn candidates(
    source: &dyn BandSource,
    spin: usize,
    range: Range<usize>,
    closed: bool,
    group: &PointGroup,
    time_reversal: bool,
) -> Result<Vec<Candidate>> {
    let header = source.header();
    let spinors = header.spin == SpinTreatment::Spinor;
    let bases = if header.atoms.is_empty() {
        without_atoms(header, group)
    } else {
        on_atoms(header, spinors)
    };
    let mut found: Vec<Candidate> = Vec::new();
    let (first, wanted) = (range.start, range.len());
    let most = if closed {
        wanted
    } else {
        header.n_band - first
    };
    let table = Table::new(source, spin, first, most)?;
    for basis in &bases {
        let n = basis.len();
        let small = n <= MOST_ORBITALS && n * n * header.k_grid.len() <= MOST_NUMBERS;
        // Orbitals by far too many are no better and cost much.
        if n < wanted || n > MOST_PER_BAND * (wanted + 1) || !small {
            continue;
        }
        let possible = possible_bands(basis, group, time_reversal, &table);
        for more in MORE {
            let bands = wanted + if spinors { 2 * more } else { more };
            if bands > possible {
                continue;
            }
            let mut weights = vec![1.0; bands];
            let fading = bands - wanted;
            for (i, w) in weights[wanted..].iter_mut().enumerate() {
                *w = FADING[(FADING.len() - fading.min(3) + i).min(2)];
            }
            found.push(Candidate {
                basis: basis.clone(),
                first,
                bands,
                weights,
            });
        }
    }
    // Small ones first, which cost little; of one basis, first that with one band more than is wanted.
    found.sort_by_key(|c| (c.basis.len(), (c.bands - wanted).abs_diff(1)));
    let mut spent = 0.0;
    found.retain(|c| {
        spent += c.cost();
        spent <= BUDGET
    });
    found.truncate(MOST_CANDIDATES);
    Ok(found)
}

/// Shells on the file's atoms.
fn on_atoms(header: &BandHeader, spinors: bool) -> Vec<Basis> {
    let mut labels: Vec<&str> = header.atoms.iter().map(|a| a.symbol.as_str()).collect();
    labels.sort_unstable();
    labels.dedup();
    let choices = |label: &str| -> &'static [&'static str] {
        let symbol = symbol_of(label);
        match symbol.as_str() {
            "H" | "He" => &["s", "sp"],
            "Li" | "Be" | "B" | "C" | "N" | "O" | "F" | "Ne" => &["spd", "sp", "p"],
            _ if element(label).transition => &["spd"],
            _ => &["spd", "sp", "spS"],
        }
    };
    // Every combination of what each element may have.
    let mut combinations: Vec<Vec<&str>> = vec![Vec::new()];
    for label in &labels {
        combinations = combinations
            .iter()
            .flat_map(|c| {
                choices(label)
                    .iter()
                    .map(move |x| [c.as_slice(), &[*x]].concat())
            })
            .collect();
        combinations.truncate(27);
    }
    let basis = |shells: &Vec<&str>| {
        Basis::new(&header.lattice, &header.atoms, spinors, |symbol| {
            let at = labels.iter().position(|l| *l == symbol);
            at.map_or(String::new(), |at| shells[at].to_string())
        })
    };
    combinations.iter().map(basis).collect()
}

/// Shells on sites of high symmetry, as few as possible.
fn without_atoms(header: &BandHeader, group: &PointGroup) -> Vec<Basis> {
    let mut orbits: Vec<Vec<[f64; 3]>> = Vec::new();
    let usable = |a: usize| {
        if header.k_grid.n[a] > 1 {
            SPECIAL.len()
        } else {
            1
        }
    };
    for i in 0..usable(0) {
        for j in 0..usable(1) {
            for k in 0..usable(2) {
                let x = [SPECIAL[i], SPECIAL[j], SPECIAL[k]];
                let orbit = orbit(x, group);
                let known = orbits.iter().any(|o| same_sites(o, &orbit));
                if orbit.len() <= MOST_SITES && !known {
                    orbits.push(orbit);
                }
            }
        }
    }
    orbits.sort_by_key(Vec::len);
    let mut all = Vec::new();
    for orbit in &orbits {
        for shells in ["s", "p", "sp", "spd"] {
            let sites: Vec<Atom> = orbit
                .iter()
                .map(|&position| Atom {
                    symbol: "X".into(),
                    position,
                })
                .collect();
            all.push(Basis::new(
                &header.lattice,
                &sites,
                header.spin == SpinTreatment::Spinor,
                |_| shells.into(),
            ));
        }
    }
    all
}

/// The images of a position under operations through the origin.
fn orbit(x: [f64; 3], group: &PointGroup) -> Vec<[f64; 3]> {
    let mut sites: Vec<[f64; 3]> = Vec::new();
    for r in group.with_inversion().rotations() {
        // On positions an operation acts as the transposed inverse; over a group the transposed alone.
        let y: [f64; 3] = std::array::from_fn(|i| (0..3).map(|j| f64::from(r[j][i]) * x[j]).sum());
        let y = y.map(|c| (c + 1e-9).rem_euclid(1.0));
        if !sites.iter().any(|s| near(s, &y)) {
            sites.push(y);
        }
    }
    sites
}

fn near(a: &[f64; 3], b: &[f64; 3]) -> bool {
    (0..3).all(|i| {
        let d = a[i] - b[i];
        (d - d.round()).abs() < 1e-6
    })
}

/// Whether two sets of sites differ by a shift of the origin alone.
fn same_sites(a: &[[f64; 3]], b: &[[f64; 3]]) -> bool {
    a.len() == b.len()
        && b.iter().any(|origin| {
            let d: [f64; 3] = std::array::from_fn(|i| origin[i] - a[0][i]);
            a.iter().all(|x| {
                let moved = std::array::from_fn(|i| x[i] + d[i]);
                b.iter().any(|y| near(y, &moved))
            })
        })
}
