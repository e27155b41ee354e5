//! What leaves the energies of a table as they are.

use super::choice::wanted;
use super::table::Table;
use crate::bands::BandSource;
use crate::crystal::{self, PointGroup};
use crate::error::Result;

/// Levels of a file that differ less are the same, eV.
const SAME_EV: f64 = 2e-4;

/// Operations of the bands: the file's, and where it has no atoms those of its lattice that the energies obey.
pub(super) fn energies_group(source: &dyn BandSource) -> Result<PointGroup> {
    let header = source.header();
    if !header.atoms.is_empty() {
        return Ok(header.point_group.clone());
    }
    let table = (0..header.n_spin())
        .map(|spin| Table::new(source, spin, 0, header.n_band))
        .collect::<Result<Vec<_>>>()?;
    let grid = header.k_grid;
    let holds = |r: &crystal::Rotation| {
        (0..grid.len()).all(|at| {
            let there = grid.locate(crystal::apply(r, grid.point(grid.place(at))), 1e-5);
            there.is_some_and(|there| {
                table.iter().all(|t| {
                    let pairs = t.at(at).iter().zip(t.at(grid.index(there)));
                    pairs.into_iter().all(|(a, b)| (a - b).abs() < SAME_EV)
                })
            })
        })
    };
    Ok(PointGroup::of_lattice(&header.lattice, 1e-5).filter(holds))
}

/// Whether both spin channels have the same energies, as far as they matter: the highest bands of a run are the least converged.
pub(super) fn same_spins(source: &dyn BandSource, levels: &[f64]) -> Result<bool> {
    if source.header().n_spin() == 1 {
        return Ok(true);
    }
    let count = wanted(source, 0, levels).max(wanted(source, 1, levels));
    let [up, down] = [0, 1].map(|spin| Table::new(source, spin, 0, count));
    let (up, down) = (up?, down?);
    Ok(up
        .energies
        .iter()
        .zip(&down.energies)
        .all(|(a, b)| (a - b).abs() < SAME_EV))
}

/// Whether spinor bands look invariant under time reversal: pairs at every point of the grid that is its own inverse.
pub(super) fn kramers(source: &dyn BandSource) -> Result<bool> {
    let header = source.header();
    let even = header.n_band / 2 * 2;
    let table = Table::new(source, 0, 0, even)?;
    let grid = header.k_grid;
    let mut any = false;
    for at in 0..grid.len() {
        let u = grid.point(grid.place(at));
        let Some(there) = grid.locate(u.map(|x| -x), 1e-5) else {
            continue;
        };
        let there = grid.index(there);
        let equal = |a: f64, b: f64| (a - b).abs() < SAME_EV;
        if there == at {
            any = true;
            if !table.at(at).chunks_exact(2).all(|p| equal(p[0], p[1])) {
                return Ok(false);
            }
        } else if !table
            .at(at)
            .iter()
            .zip(table.at(there))
            .all(|(a, b)| equal(*a, *b))
        {
            return Ok(false);
        }
    }
    Ok(any)
}
