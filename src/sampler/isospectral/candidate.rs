//! One way to look for a Hamiltonian, orbitals and bands chosen: from a table to H(R).

use super::assignment::{SAME_LEVEL, assign};
use super::bands::of_one_channel;
use super::basis::{Basis, operations};
use super::hermitian::eigen;
use super::smooth::Smoothing;
use super::stars::{Representative, Stars};
use super::start::{self, FitPoint};
use super::table::Table;
use super::two_centre::TwoCentre;
use crate::bands::{BandHeader, WannierHamiltonian};
use crate::crystal::{Atom, PointGroup};
use crate::error::Result;
use nalgebra::DMatrix;

/// Starts of the fit.
const STARTS: usize = 13;
/// Weight of levels far from those that matter, and the distance (eV) at which it falls.
const FAR: f64 = 0.3;
const NEAR_EV: f64 = 4.0;

/// What is looked for.
pub(super) struct Problem<'a> {
    pub basis: &'a Basis,
    pub group: &'a PointGroup,
    pub time_reversal: bool,
    /// Weight of each band in the start.
    pub weights: &'a [f64],
    /// Levels that matter, eV.
    pub levels: &'a [f64],
    pub seed: u64,
    /// Where H(R) is cut off, in radii of the supercell.
    pub cut: f64,
}

/// Where the way to a Hamiltonian begins: at the two-centre model.
#[derive(Clone, Copy)]
pub(super) enum Begin<'a> {
    /// Fitted to the table.
    Fitted,
    /// With parameters that were fitted to a part of it.
    Known(&'a [f64]),
    /// Whichever of both comes nearer to the energies.
    Either(&'a [f64]),
}

/// What was found.
#[derive(Clone)]
pub(super) struct Found {
    pub hamiltonian: WannierHamiltonian,
    /// The smooth Hamiltonian before the energies were set.
    pub unset: WannierHamiltonian,
    /// Deviation of the two-centre model, eV.
    pub start: f64,
    /// Root mean square deviation of that from the energies, eV.
    pub misfit: f64,
    /// The largest deviation from a given energy, eV.
    pub unmet: f64,
    /// The two-centre model's parameters.
    pub values: Vec<f64>,
}

impl Problem<'_> {
    /// The Hamiltonian of `table`, or none where no start is found.
    pub fn solve(&self, table: &Table, header: &BandHeader, begin: Begin) -> Result<Option<Found>> {
        let basis = self.basis;
        let operations = operations(basis, self.group, self.time_reversal, &table.grid);
        let stars = Stars::new(basis, table.grid, operations);
        let energies = given(table, &stars);
        let model = TwoCentre::new(basis, &table.grid, &stars.operations);
        let u = |at: usize| {
            let index = stars.representatives[at].index;
            table.grid.point(table.grid.place(index))
        };
        let nearest = |e: f64| {
            self.levels
                .iter()
                .map(|l| (e - l).abs())
                .fold(f64::INFINITY, f64::min)
        };
        let known = match begin {
            Begin::Fitted => None,
            Begin::Known(values) | Begin::Either(values) => Some(values),
        };
        let known = known.filter(|values| values.len() == model.parameters.len());
        // Parameters and the deviation of their model, eV.
        let mut starts: Vec<(Vec<f64>, f64)> =
            known.map(|v| (v.to_vec(), 0.0)).into_iter().collect();
        if starts.is_empty() || matches!(begin, Begin::Either(_)) {
            let given = energies.iter().enumerate();
            let points: Vec<FitPoint> = given
                .filter_map(|(at, energies)| Some((at, energies.as_ref()?)))
                .map(|(at, energies)| FitPoint {
                    u: u(at),
                    multiplets: &stars.representatives[at].multiplets,
                    energies,
                    weights: energies
                        .iter()
                        .zip(self.weights)
                        .map(|(e, w)| {
                            w * (FAR + (1.0 - FAR) * (-(nearest(*e) / NEAR_EV).powi(2)).exp())
                        })
                        .collect(),
                })
                .collect();
            let fitted = start::fit(&model, &points, STARTS, self.seed);
            starts.extend(fitted.map(|f| (f.values, f.deviation)));
        }
        if starts.is_empty() {
            return Ok(None);
        }
        let smoothing = Smoothing::new(basis, &stars, &energies, self.cut);
        let matrices = |(values, _): &(Vec<f64>, f64)| {
            let all = 0..energies.len();
            all.map(|at| model.at(u(at), values)).collect()
        };
        let (best, smoothed) = smoothing.run(starts.iter().map(matrices).collect());
        let (values, deviation) = starts.swap_remove(best);
        let mut header = of_one_channel(header, basis.len());
        header.k_grid = table.grid;
        header.point_group = self.group.clone();
        let hamiltonian = smoothing.hamiltonian(&smoothed.exact, header.clone())?;
        let unset = smoothing.hamiltonian(&smoothed.unset, header)?;
        let unmet = smoothing.unmet(&smoothed.exact, &hamiltonian);
        Ok(Some(Found {
            hamiltonian,
            unset,
            start: deviation,
            misfit: smoothed.misfit,
            unmet,
            values,
        }))
    }
}

/// One band alone as a Hamiltonian of one orbital: the smoothest series through the energies given.
pub(super) fn smooth_band(
    band: &Table,
    header: &BandHeader,
    (group, time_reversal): (&PointGroup, bool),
    cut: f64,
) -> Result<WannierHamiltonian> {
    let site = Atom {
        symbol: "X".into(),
        position: [0.0; 3],
    };
    let basis = Basis::new(&header.lattice, &[site], false, |_| "s".into());
    let operations = operations(&basis, group, time_reversal, &band.grid);
    let stars = Stars::new(&basis, band.grid, operations);
    let energies = given(band, &stars);
    let all = energies.iter().flatten().flatten();
    let mean = all.clone().sum::<f64>() / all.count().max(1) as f64;
    let smoothing = Smoothing::new(&basis, &stars, &energies, cut);
    let start = vec![DMatrix::from_element(1, 1, mean.into()); energies.len()];
    let mut header = of_one_channel(header, 1);
    header.k_grid = band.grid;
    smoothing.hamiltonian(&smoothing.run(vec![start]).1.exact, header)
}

/// Energies of every representative whose energies may be used.
fn given(table: &Table, stars: &Stars) -> Vec<Option<Vec<f64>>> {
    let of = |r: &Representative| table.is_given(r.index).then(|| table.at(r.index).to_vec());
    stars.representatives.iter().map(of).collect()
}

/// Levels of a Hamiltonian at a k-point, ascending, eV.
pub(super) fn levels(hamiltonian: &WannierHamiltonian, u: [f64; 3]) -> Vec<f64> {
    let n = hamiltonian.n_orbital();
    eigen(DMatrix::from_row_slice(n, n, &hamiltonian.at(u))).0
}

/// How many bands of `table`, from the lowest, a symmetric Hamiltonian of this basis can have: at each k-point its
/// representations must hold multiplets of the sizes that the table has.
pub(super) fn possible_bands(
    basis: &Basis,
    group: &PointGroup,
    time_reversal: bool,
    table: &Table,
) -> usize {
    let operations = operations(basis, group, time_reversal, &table.grid);
    let stars = Stars::new(basis, table.grid, operations);
    let mut bands = table.n_band.min(basis.len());
    for r in &stars.representatives {
        let zero = r.multiplets.levels_without_energy();
        let all = table.at(r.index);
        let fits = |n: &usize| {
            let given = assign(&zero, &all[..*n]);
            let mut covered = 0;
            for given in given.iter().flatten() {
                let range = &all[given.first..][..given.count];
                if range.iter().any(|e| (e - given.energy).abs() > SAME_LEVEL) {
                    return false;
                }
                covered += given.count;
            }
            covered == *n
        };
        bands = (0..=bands).rev().find(|n| *n == 0 || fits(n)).unwrap_or(0);
    }
    bands
}
