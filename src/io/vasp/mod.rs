//! VASP: `vasprun.xml`.
//!
//! * Units: eV, Å; k-points fractional.
//! * Spin (VASP wiki, ISPIN and LNONCOLLINEAR): ISPIN = 1 bands hold two electrons, ISPIN = 2 writes up, then down bands of
//!   one electron each, also where the run turned out not to be magnetic; LNONCOLLINEAR (which LSORBIT sets) gives spinor
//!   bands of one electron.
//! * Fermi level (VASP wiki, ISMEAR and EFERMI): the level of the smearing at the end of the run, on the scale of the
//!   eigenvalues. In an insulator it is any energy in the gap, often at its lower edge. A run with ICHARG = 11 finds it anew
//!   from its own k-points.
//! * Symmetry: VASP writes none. The space group of the last structure is searched; for ISPIN = 2 atoms with different
//!   MAGMOM are different. Every listed pair of equivalent k-points must have equal energies.
//! * k-points of weight 0 (the band path of a hybrid run) are dropped with a note. Line mode is refused.

mod xml;

pub use xml::{parse, read};

/// What to do about a file that is not whole.
const RUN_AGAIN: &str = "the file is incomplete or was edited: copy it again, or repeat the run";

/// The k-points with a weight: those without belong to a band path or to another grid. All, where no weight is known.
fn with_weight(n_k: usize, weights: &[f64], notes: &mut Vec<String>) -> Vec<usize> {
    let weighted: Vec<usize> = (0..n_k)
        .filter(|&k| weights.get(k).is_some_and(|w| *w != 0.0))
        .collect();
    if weighted.is_empty() || weighted.len() == n_k {
        return (0..n_k).collect();
    }
    notes.push(format!(
        "{} of the {n_k} k-points have weight 0 and are not used; the other {} form the grid.",
        n_k - weighted.len(),
        weighted.len()
    ));
    weighted
}
