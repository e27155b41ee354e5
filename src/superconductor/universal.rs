//! Heat at T → 0 in a gap with line nodes: independent of how often quasiparticles scatter (P. A. Lee, Phys. Rev. Lett. 71, 1887 (1993);
//! A. C. Durst, P. A. Lee, Phys. Rev. B 62, 1270 (2000)); and what a measured value speaks for.

use super::bands::{gap_velocities, own_velocities};
use super::gap::Gap;
use crate::bands::{BandGrid, BandSource, Field};
use crate::error::Result;
use crate::integrate::cpu::CpuEngine;
use crate::integrate::{Bins, Channel, Channels, EnergyAxis, Request, measure};
use crate::uncertainty::TensorQuantity;
use crate::units::{BOLTZMANN, EV, HBAR};
use std::f64::consts::PI;

/// κ/T at T → 0, W/(K² m), with the scattering γ (eV): (2ħ/π)(π²k_B²/3)(1/V)⟨(v_i v_j + u_i u_j)[γ/(γ² + E²)]²⟩, u = ∇Δ/ħ, both spins.
///
/// # Errors
/// As [`measure`].
pub fn universal(
    bands: &BandGrid,
    fermi_ev: f64,
    gap: &Gap,
    gamma_ev: f64,
) -> Result<TensorQuantity> {
    let header = bands.header();
    let mut sum = TensorQuantity::default();
    let group = header.point_group.filter(|r| gap.is_kept_by(r));
    let projector = group.projector(&header.lattice);
    let (mut v, mut u, mut weights, mut energies) =
        (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for spin in 0..header.n_spin() {
        for band in 0..header.n_band {
            let sb = spin * header.n_band + band;
            v.extend(own_velocities(bands, spin, band));
            u.extend(gap_velocities(bands, gap, sb));
            for (p, e) in bands.band(Field::Energy, spin, band).iter().enumerate() {
                let (xi, delta) = (e - fermi_ev, gap.largest_ev * gap.shape(header, sb, p));
                weights.push((gamma_ev / (gamma_ev * gamma_ev + xi * xi + delta * delta)).powi(2));
                energies.push(*e);
            }
        }
    }
    let low = energies.iter().copied().fold(f64::INFINITY, f64::min);
    let high = energies.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let axis = EnergyAxis::new(low - 1.0, high + 1.0, 1)?;
    // The formula is for both spins, of an average over one: what is integrated counts both. The weight is in 1/eV².
    let factor =
        HBAR / PI * (PI * BOLTZMANN).powi(2) / 3.0 / header.lattice.volume_m3() / EV.powi(2);
    for velocities in [v, u] {
        let grid = BandGrid::with_fields(
            header.clone(),
            energies.clone(),
            Some(velocities),
            Some(weights.clone()),
        )?;
        let request = Request {
            channels: Channels::Lifetimes,
            ..Request::for_bands(grid.header())
        };
        let mut engine = CpuEngine::<f64>::default();
        let found = measure(&grid, &request, &Bins(&axis), &mut engine)?.result;
        let of = |i: usize, j: usize| {
            let (total, bars) = found.total_cumulative(Channel::LifetimeProduct(i, j));
            (total[1] - total[0], bars[1] + bars[0])
        };
        let part = TensorQuantity::symmetric(of)
            .symmetrized(&projector)
            .0
            .scaled(factor);
        for i in 0..3 {
            for j in 0..3 {
                sum.value[i][j] += part.value[i][j];
                sum.error[i][j] += part.error[i][j];
            }
        }
    }
    Ok(sum)
}

/// κ_0/T = (k_B²/3ħ)(n/d)(v_F/v_2 + v_2/v_F), W/(K² m), for n planes in a distance d (m).
pub fn nodal_universal(planes: f64, distance_m: f64, ratio: f64) -> f64 {
    BOLTZMANN * BOLTZMANN / (3.0 * HBAR) * planes / distance_m * (ratio + 1.0 / ratio)
}

/// What a residual κ/T speaks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Far below both the normal state's and the universal value.
    NoNodes,
    /// About the universal value of line nodes.
    LineNodes,
    /// Near the normal state's: not superconducting electrons, or a gap that is nearly closed.
    Normal,
    /// Neither.
    Unclear,
}

impl Verdict {
    /// In a sentence, with what the literature asks to be careful about.
    pub fn sentence(self) -> &'static str {
        match self {
            Self::NoNodes => {
                "no residual heat: a gap everywhere on the Fermi surface (s wave, or nodes that disorder lifted); a small gap on another band, or electrons out of equilibrium with phonons at the lowest temperatures, look alike"
            }
            Self::LineNodes => {
                "the universal value of line nodes: d wave or another gap with symmetry nodes; accidental nodes of an s± gap give a residual term, too, but not a universal one: check that it does not change with disorder, and that it grows as √H in a field"
            }
            Self::Normal => {
                "nearly the normal state's heat: part of the sample, or a band, is not superconducting, or the gap is suppressed (field, pair breaking)"
            }
            Self::Unclear => {
                "between the universal value and the normal state's: a multi-band gap, pair breaking beyond the universal limit (γ not small against Δ), or a normal part; one number does not tell them apart"
            }
        }
    }
}

/// What a residual κ/T speaks for, given the normal state's (L_0/ρ_0) and the universal value of line nodes, all in W/(K² m).
pub fn verdict(residual: f64, normal: f64, nodal: f64) -> Verdict {
    if residual > 0.7 * normal {
        Verdict::Normal
    } else if (0.5..=2.0).contains(&(residual / nodal)) {
        Verdict::LineNodes
    } else if residual < 0.1 * nodal.min(normal) {
        Verdict::NoNodes
    } else {
        Verdict::Unclear
    }
}
