//! VASP: `vasprun.xml`, `vaspout.h5`, and `EIGENVAL` with its companions.
//!
//! * Units: eV, Å; k-points fractional.
//! * Spin (VASP wiki, ISPIN and LNONCOLLINEAR): ISPIN = 1 bands hold two electrons, ISPIN = 2 writes up, then down bands of
//!   one electron each, also where the run turned out not to be magnetic; LNONCOLLINEAR (which LSORBIT sets) gives spinor
//!   bands of one electron.
//! * Fermi level (VASP wiki, ISMEAR and EFERMI): the level of the smearing at the end of the run, on the scale of the
//!   eigenvalues. In an insulator it is any energy in the gap, often at its lower edge. A run with ICHARG = 11 finds it anew
//!   from its own k-points.
//! * Symmetry: VASP writes none. The space group of the last structure is searched; for ISPIN = 2 atoms with different
//!   MAGMOM are different, and operations that turn every MAGMOM round exchange up and down bands (VASP may have reduced its k-points with them); in
//!   noncollinear runs the operations keep the MAGMOM vectors. Every listed pair of equivalent k-points must have equal energies.
//! * k-points of weight 0 (the band path of a hybrid run) are dropped with a note. Line mode is refused.

mod eigenval;
mod moments;
mod poscar;
mod vaspout;
mod xml;

pub(crate) use eigenval::is_eigenval;
pub use eigenval::read as read_eigenval;
pub(crate) use vaspout::is_vaspout;
pub use vaspout::read as read_vaspout;
pub use xml::{parse, read};

use super::listed::ListedBands;
use super::text;
use crate::bands::unfold::Weights;
use crate::bands::{BandGrid, SpinTreatment};
use crate::crystal::{Atom, KLattice, Lattice};
use crate::error::{Error, Result};
use std::path::Path;

/// What to do about a file that is not whole.
const RUN_AGAIN: &str = "the file is incomplete or was edited: copy it again, or repeat the run";

/// A run as any of VASP's files tells it.
struct Run {
    format: String,
    lattice: Lattice,
    atoms: Vec<Atom>,
    /// MAGMOM, Cartesian; empty where unknown.
    moments: Vec<f64>,
    spin: SpinTreatment,
    n_band: usize,
    k_points: Vec<[f64; 3]>,
    weights: Weights,
    divisions: Option<[usize; 3]>,
    k_lattice: Option<KLattice>,
    /// eV, `[spin][k][band]`.
    energies: Vec<f64>,
    fermi: Option<f64>,
    electrons: Option<f64>,
    notes: Vec<String>,
}

impl Run {
    /// Checks the counts, drops k-points without weight and completes the rest to the full grid.
    fn complete(mut self, path: &Path) -> Result<BandGrid> {
        let n_k = self.k_points.len();
        let n_spin = if self.spin == SpinTreatment::Collinear {
            2
        } else {
            1
        };
        let n_band = self.n_band;
        // A vector per atom, or (of ISPIN = 1 input whose flags were changed) nothing of use.
        if self.spin == SpinTreatment::Spinor && self.moments.len() != 3 * self.atoms.len() {
            self.moments.clear();
        }
        let weights = self.weights.values.len();
        if weights != 0 && weights != n_k {
            let problem = format!("{weights} weights for {n_k} k-points");
            return Err(Error::bad_file(path, "k-point weights", problem, RUN_AGAIN));
        }
        if n_band == 0 || self.energies.len() != n_spin * n_k * n_band {
            let problem = format!(
                "{} energies, where {n_spin} spin channels of {n_k} k-points with {n_band} bands are announced",
                self.energies.len()
            );
            return Err(Error::bad_file(path, "eigenvalues", problem, RUN_AGAIN));
        }
        let kept = with_weight(n_k, &self.weights.values, &mut self.notes);
        let mut energies = Vec::new();
        crate::memory::reserve(
            "the energies of a list of k-points",
            &mut energies,
            kept.len() * n_spin * n_band,
        )?;
        for &k in &kept {
            for s in 0..n_spin {
                let first = (s * n_k + k) * n_band;
                energies.extend(self.energies.iter().skip(first).take(n_band));
            }
        }
        let k_points = kept.iter().filter_map(|&k| self.k_points.get(k).copied());
        let listed = ListedBands {
            lattice: self.lattice,
            spin: self.spin,
            n_band,
            k_points: k_points.collect(),
            energies,
            weights: self.weights.of(&kept),
            divisions: self.divisions,
            k_lattice: self.k_lattice,
            atoms: self.atoms,
            moments: self.moments,
            rotations: Vec::new(),
        };
        let mut bands = listed.complete().map_err(text::in_file(path))?;
        if self.fermi.is_none() {
            self.notes.push("No Fermi level was found.".to_string());
        }
        let header = bands.header_mut();
        header.fermi_level_ev = self.fermi;
        header.n_electrons = self.electrons;
        header.provenance.format = self.format;
        header.provenance.notes.extend(self.notes);
        header.validate().map_err(text::in_file(path))?;
        Ok(bands)
    }
}

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
