//! Group velocities mode by mode: the file's, or differences of the frequencies where it has none.

use crate::error::Result;
use crate::excitations::Phonons;
use crate::memory;

/// Velocities by central differences of order 4 of each branch, m/s, `[branch][q][3]`. Where branches cross, differences of sorted
/// branches are wrong at the crossing.
///
/// # Errors
/// [`crate::Error::OutOfMemory`].
pub fn differences(phonons: &Phonons) -> Result<Vec<f64>> {
    let header = phonons.header();
    let n = header.k_grid.n;
    let points = header.k_grid.len();
    let gradient = header.lattice.gradient_to_velocity();
    let mut all = memory::zeros("velocities of a grid", 3 * points * phonons.n_branch())?;
    for (branch, out) in all.chunks_exact_mut(3 * points).enumerate() {
        let e = phonons.energies(branch);
        for (p, v) in out.chunks_exact_mut(3).enumerate() {
            let j = header.k_grid.place(p);
            let du: [f64; 3] = std::array::from_fn(|i| {
                let at = |step: isize| {
                    let mut j = j;
                    j[i] = (j[i] as isize + step).rem_euclid(n[i] as isize) as usize;
                    e[header.k_grid.index(j)]
                };
                let slope = (at(1) - at(-1)) * 2.0 / 3.0 - (at(2) - at(-2)) / 12.0;
                n[i] as f64 * slope
            });
            for (component, row) in v.iter_mut().zip(gradient) {
                *component = (0..3).map(|i| row[i] * du[i]).sum();
            }
        }
    }
    Ok(all)
}

/// |v| of every mode, m/s, `[branch][q]`.
///
/// # Errors
/// As [`differences`].
pub fn speeds(phonons: &Phonons) -> Result<Vec<f64>> {
    let velocities = match phonons.all_velocities() {
        Some(velocities) => velocities,
        None => differences(phonons)?,
    };
    let speed = |v: &[f64]| (v[0] * v[0] + v[1] * v[1] + v[2] * v[2]).sqrt();
    Ok(velocities.chunks_exact(3).map(speed).collect())
}
