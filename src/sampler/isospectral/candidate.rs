//! One way to look for a Hamiltonian, orbitals and bands chosen: from a table to H(R).

use super::assignment::assign;
use super::bands::of_one_channel;
use super::basis::{Basis, operations};
use super::hermitian::eigen;
use super::smooth::Smoothing;
use super::stars::Stars;
use super::start::{self, FitPoint};
use super::table::Table;
use super::two_centre::TwoCentre;
use crate::bands::{BandHeader, WannierHamiltonian};
use crate::crystal::PointGroup;
use crate::error::Result;
use nalgebra::DMatrix;

/// Starts of the fit.
const STARTS: usize = 13;
/// Weight of levels far from those that matter, and the distance (eV) at which it falls.
const FAR: f64 = 0.3;
const NEAR_EV: f64 = 4.0;

/// Energies of one level of a file differ by no more, eV: what it rounds.
const SAME_LEVEL: f64 = 2e-4;

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
    /// The Hamiltonian of `table`, or none where no start is found; a known start's `values` save the fit.
    pub fn solve(
        &self,
        table: &Table,
        header: &BandHeader,
        values: Option<&[f64]>,
    ) -> Result<Option<Found>> {
        let basis = self.basis;
        let operations = operations(basis, self.group, self.time_reversal, &table.grid);
        let stars = Stars::new(basis, table.grid, operations);
        let energies: Vec<Vec<f64>> = stars
            .representatives
            .iter()
            .map(|r| table.at(r.index).to_vec())
            .collect();
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
        let (values, deviation) = match values {
            Some(values) if values.len() == model.parameters.len() => (values.to_vec(), 0.0),
            _ => {
                let points: Vec<FitPoint> = (0..energies.len())
                    .map(|at| FitPoint {
                        u: u(at),
                        multiplets: &stars.representatives[at].multiplets,
                        energies: &energies[at],
                        weights: energies[at]
                            .iter()
                            .zip(self.weights)
                            .map(|(e, w)| {
                                w * (FAR + (1.0 - FAR) * (-(nearest(*e) / NEAR_EV).powi(2)).exp())
                            })
                            .collect(),
                    })
                    .collect();
                match start::fit(&model, &points, STARTS, self.seed) {
                    Some(fitted) => (fitted.values, fitted.deviation),
                    None => return Ok(None),
                }
            }
        };
        let smoothing = Smoothing::new(basis, &stars, &energies, self.cut);
        let start: Vec<DMatrix<_>> = (0..energies.len())
            .map(|at| model.at(u(at), &values))
            .collect();
        let smoothed = smoothing.run(start);
        let mut header = of_one_channel(header, basis.len());
        header.k_grid = table.grid;
        header.point_group = self.group.clone();
        let hamiltonian = smoothing.hamiltonian(&smoothed.exact, header.clone())?;
        let unset = smoothing.hamiltonian(&smoothed.unset, header)?;
        let unmet = smoothing.unmet(&hamiltonian);
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
