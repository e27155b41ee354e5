//! Which operations of the crystal the bands obey: localisation may break a symmetry a little, magnetism for good.

use super::WannierBands;
use crate::bands::SpinTreatment;
use crate::crystal::{self, PointGroup, Rotation};
use crate::error::Result;

/// Levels of equivalent k-points may differ by this much (eV, root mean square over bands and points): what localisation breaks.
const SYMMETRIC_TO: f64 = 0.02;
/// The same with spin, where magnetism may break the symmetry by as little.
const SYMMETRIC_TO_WITH_SPIN: f64 = 0.001;
/// Levels that differ less are the same: the operation is one of the Hamiltonian itself.
const EXACT_TO: f64 = 1e-9;
/// Points at which operations are tried: on no symmetry element.
const GENERIC: [[f64; 3]; 3] = [
    [0.1234, 0.2711, 0.4079],
    [-0.3313, 0.0517, 0.1871],
    [0.2239, -0.4421, 0.0693],
];

/// What was found.
pub(super) struct Found {
    /// The operations of the bands' point group, and those combined with k → −k (time reversal), that their energies obey.
    pub group: PointGroup,
    /// Those that they obey exactly.
    pub exact: PointGroup,
    /// Where there was something to try.
    pub note: Option<String>,
}

/// Tries the operations of the bands' point group, with time reversal.
///
/// # Errors
/// Where a matrix cannot be diagonalised.
pub(super) fn of_bands(bands: &WannierBands) -> Result<Found> {
    let tried = bands.header.point_group.with_inversion();
    let mut deviations: Vec<(Rotation, f64)> = Vec::new();
    let reference = GENERIC
        .iter()
        .map(|&u| bands.energies(u))
        .collect::<Result<Vec<_>>>()?;
    for &rotation in tried.rotations() {
        let mut sum = 0.0;
        for (u, reference) in GENERIC.iter().zip(&reference) {
            let there = bands.energies(crystal::apply(&rotation, *u))?;
            let pairs = reference.iter().zip(&there);
            sum += pairs.map(|(a, b)| (a - b).powi(2)).sum::<f64>();
        }
        let count = GENERIC.len() * bands.header.n_band;
        deviations.push((rotation, (sum / count as f64).sqrt()));
    }
    let of = |rotation: &Rotation| {
        let found = deviations.iter().find(|(r, _)| r == rotation);
        found.map_or(f64::INFINITY, |(_, off)| *off)
    };
    let tolerance = match bands.header.spin {
        SpinTreatment::Unpolarized => SYMMETRIC_TO,
        SpinTreatment::Collinear | SpinTreatment::Spinor => SYMMETRIC_TO_WITH_SPIN,
    };
    let kept = tried.filter(|r| of(r) <= tolerance);
    let worst = kept.rotations().iter().map(of).fold(0.0, f64::max);
    let note = (!bands.header.atoms.is_empty()).then(|| {
        format!(
            "{} of {} operations of the crystal, with time reversal, hold for the bands to {:.2} meV (root mean square){}.",
            kept.order(),
            tried.order(),
            1e3 * worst,
            if kept.order() < tried.order() { "; the others are not used" } else { "" }
        )
    });
    let exact = kept.filter(|r| of(r) <= EXACT_TO);
    Ok(Found {
        group: kept,
        exact,
        note,
    })
}
