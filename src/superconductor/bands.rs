//! Quasiparticles as bands: E = √(ξ² + Δ²) with the velocity V = (ξ v + Δ ∂Δ/ħ∂k)/E, on the grid of the bands.
//!
//! For model bands and gaps that the grid resolves; real gaps are far below what real grids resolve, see [`super::surface_averages`].

use super::gap::Gap;
use crate::bands::{BandGrid, BandHeader, BandSource, Field};
use crate::error::Result;

/// ∂Δ/ħ∂k of one band by central differences of order 4, m/s, `[k][3]`.
pub(super) fn gap_velocities(bands: &BandGrid, gap: &Gap, spin_band: usize) -> Vec<f64> {
    let header = bands.header();
    let of = |p: usize| gap.largest_ev * gap.shape(header, spin_band, p);
    let delta: Vec<f64> = (0..header.k_grid.len()).map(of).collect();
    slopes(header, &delta)
}

/// Velocities of one band, m/s: its own, or differences of its energies.
pub(super) fn own_velocities(bands: &BandGrid, spin: usize, band: usize) -> Vec<f64> {
    match bands.header().has_velocities {
        true => bands.band(Field::Velocity, spin, band).to_vec(),
        false => slopes(bands.header(), bands.band(Field::Energy, spin, band)),
    }
}

/// Slopes of a table in eV, as velocities.
fn slopes(header: &BandHeader, table: &[f64]) -> Vec<f64> {
    let n = header.k_grid.n;
    let to_velocity = header.lattice.gradient_to_velocity();
    let mut all = Vec::new();
    for p in 0..header.k_grid.len() {
        let j = header.k_grid.place(p);
        let slope: [f64; 3] = std::array::from_fn(|i| {
            let at = |step: isize| {
                let mut j = j;
                j[i] = (j[i] as isize + step).rem_euclid(n[i] as isize) as usize;
                table[header.k_grid.index(j)]
            };
            n[i] as f64 * ((at(1) - at(-1)) * 2.0 / 3.0 - (at(2) - at(-2)) / 12.0)
        });
        all.extend(
            to_velocity.map(|row| row[0] * slope[0] + row[1] * slope[1] + row[2] * slope[2]),
        );
    }
    all
}

/// The quasiparticles of `bands` with the Fermi level `fermi_ev`: energies from it, not negative, with velocities.
///
/// # Errors
/// As [`BandGrid::with_fields`].
pub fn quasiparticles(bands: &BandGrid, fermi_ev: f64, gap: &Gap) -> Result<BandGrid> {
    let mut header = bands.header().clone();
    let (mut energies, mut velocities) = (Vec::new(), Vec::new());
    for spin in 0..header.n_spin() {
        for band in 0..header.n_band {
            let sb = spin * header.n_band + band;
            let v = own_velocities(bands, spin, band);
            let u = gap_velocities(bands, gap, sb);
            for (p, e) in bands.band(Field::Energy, spin, band).iter().enumerate() {
                let (xi, delta) = (e - fermi_ev, gap.largest_ev * gap.shape(&header, sb, p));
                let energy = xi.hypot(delta);
                energies.push(energy);
                for i in 0..3 {
                    let sum = xi * v[3 * p + i] + delta * u[3 * p + i];
                    velocities.push(if energy > 0.0 { sum / energy } else { 0.0 });
                }
            }
        }
    }
    header.fermi_level_ev = None;
    header.n_electrons = None;
    header.point_group = header.point_group.filter(|r| gap.is_kept_by(r));
    BandGrid::with_fields(header, energies, Some(velocities), None)
}
