//! A Wannier Hamiltonian: bands at any k-point from matrix elements between localised orbitals.

use super::BandHeader;
use crate::error::{Error, Result};
use rustfft::num_complex::Complex64;
use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::f64::consts::PI;

/// H(−R) may differ from H(R)† by this much (eV) without a word: files print matrix elements to 1e-6 eV, and sums of a few
/// of them are rounded as often.
const ROUNDING: f64 = 5e-6;
/// Where they differ by more than this share of the largest hopping, the file holds something else than a Hamiltonian.
const HERMITIAN_TO: f64 = 0.01;
/// Imaginary parts below this (eV) are print noise of a real Hamiltonian.
const REAL_TO: f64 = 5e-6;

/// H_mn(R) = ⟨m 0|H|n R⟩ in eV with every weight folded in (the degeneracy of R on the Wigner–Seitz cell, the shifts of
/// `use_ws_distance`), so that H(k) = Σ_R e^{2πi u·R} H(R) at fractional k = u.
#[derive(Clone, Debug)]
pub struct WannierHamiltonian {
    header: BandHeader,
    vectors: Vec<[i32; 3]>,
    elements: Vec<Complex64>,
}

impl WannierHamiltonian {
    /// A Hamiltonian from lattice vectors R and elements `[R][m][n]` (eV). The header's `n_band` is the number of orbitals, its
    /// `k_grid` the grid that the orbitals came from. What little H(−R) differs from H(R)† is averaged away, with a note where
    /// it is more than rounding; a missing −R counts as zeros.
    ///
    /// # Errors
    /// [`Error::BadBands`] for a header that is not valid, a wrong number of elements, one that is not finite, a vector listed
    /// twice, and matrices that are not Hermitian.
    pub fn new(
        mut header: BandHeader,
        mut vectors: Vec<[i32; 3]>,
        mut elements: Vec<Complex64>,
    ) -> Result<Self> {
        header.validate()?;
        let n = header.n_band;
        if vectors.is_empty() || elements.len() != vectors.len() * n * n {
            return Err(Error::bad_bands(
                "H(R)",
                format!(
                    "{} elements, where {} lattice vectors × {n} × {n} orbitals need {}",
                    elements.len(),
                    vectors.len(),
                    vectors.len() * n * n
                ),
                "the Hamiltonian must be complete",
            ));
        }
        if let Some(at) = elements.iter().position(|h| !h.is_finite()) {
            return Err(Error::bad_bands(
                format!("H(R) at R = {:?}", vectors[at / (n * n)]),
                format!("an element is {}", elements[at]),
                "every element must be finite",
            ));
        }
        let note = make_hermitian(&mut vectors, &mut elements, n)?;
        header.provenance.notes.extend(note);
        Ok(Self {
            header,
            vectors,
            elements,
        })
    }

    /// What the bands are.
    pub fn header(&self) -> &BandHeader {
        &self.header
    }

    /// To change what is not checked against the elements.
    pub(crate) fn header_mut(&mut self) -> &mut BandHeader {
        &mut self.header
    }

    /// Adds a remark on where it comes from.
    pub fn note(&mut self, text: String) {
        self.header.provenance.notes.push(text);
    }

    /// Number of orbitals, and so of bands.
    pub fn n_orbital(&self) -> usize {
        self.header.n_band
    }

    /// Lattice vectors R, coefficients of a₁ a₂ a₃.
    pub fn vectors(&self) -> &[[i32; 3]] {
        &self.vectors
    }

    /// Elements H_mn(R), `[R][m][n]`, eV.
    pub fn elements(&self) -> &[Complex64] {
        &self.elements
    }

    /// Whether every H(R) is real, to the digits that files print: then H(−k) = H(k)* and E(−k) = E(k).
    pub fn time_reversal(&self) -> bool {
        self.elements.iter().all(|h| h.im.abs() <= REAL_TO)
    }

    /// H(k) at the fractional k-point `u`, `[m][n]`, eV, by the plain sum over R: the reference of the faster ways.
    pub fn at(&self, u: [f64; 3]) -> Vec<Complex64> {
        let size = self.header.n_band.pow(2);
        let mut sum = vec![Complex64::default(); size];
        for (r, h) in self.vectors.iter().zip(self.elements.chunks_exact(size)) {
            let turn: f64 = (0..3).map(|i| f64::from(r[i]) * u[i]).sum();
            let phase = Complex64::from_polar(1.0, 2.0 * PI * turn);
            for (sum, h) in sum.iter_mut().zip(h) {
                *sum += phase * h;
            }
        }
        sum
    }
}

/// Replaces H(R) by ½[H(R) + H(−R)†], and says so where it changes more than rounding does.
///
/// # Errors
/// [`Error::BadBands`] with the largest deviation where the two differ by a share of the hopping, or −R is missing.
fn make_hermitian(
    vectors: &mut Vec<[i32; 3]>,
    elements: &mut Vec<Complex64>,
    n: usize,
) -> Result<Option<String>> {
    let bad = |r: [i32; 3], problem: String| {
        Error::bad_bands(
            format!("H(R) at R = {r:?}"),
            problem,
            "the file is damaged or of an unfinished run: copy it again, or repeat the run",
        )
    };
    let mut places = HashMap::new();
    for (at, &r) in vectors.iter().enumerate() {
        if places.insert(r, at).is_some() {
            return Err(bad(r, "this lattice vector is listed twice".into()));
        }
    }
    let listed = vectors.len();
    for at in 0..listed {
        let mirrored = vectors[at].map(|x| -x);
        if let Entry::Vacant(place) = places.entry(mirrored) {
            place.insert(vectors.len());
            vectors.push(mirrored);
            elements.resize(elements.len() + n * n, Complex64::default());
        }
    }
    let mut worst = (0.0, [0; 3], 0, 0);
    let mut hopping: f64 = 0.0;
    for at in 0..listed {
        let r = vectors[at];
        let mirrored = places[&r.map(|x| -x)];
        for i in 0..n {
            for j in 0..n {
                let (a, b) = ((at * n + i) * n + j, (mirrored * n + j) * n + i);
                if r != [0; 3] || i != j {
                    hopping = hopping.max(elements[a].norm());
                }
                if mirrored < at {
                    continue;
                }
                let off = (elements[a] - elements[b].conj()).norm();
                if off > worst.0 {
                    worst = (off, r, i + 1, j + 1);
                }
                let mean = 0.5 * (elements[a] + elements[b].conj());
                elements[a] = mean;
                elements[b] = mean.conj();
            }
        }
    }
    let (off, r, i, j) = worst;
    if off <= ROUNDING {
        return Ok(None);
    }
    let differs = format!(
        "H({i},{j}) differs by {off:.3e} eV from the conjugate of H({j},{i}) at −R (the largest deviation"
    );
    if off > HERMITIAN_TO * hopping {
        let lone = places[&r.map(|x| -x)] >= listed;
        let problem = if lone {
            "−R is missing, but a Hermitian Hamiltonian has both".to_string()
        } else {
            format!("{differs}; the largest hopping is {hopping:.3e} eV): this is not Hermitian")
        };
        return Err(bad(r, problem));
    }
    Ok(Some(format!(
        "At R = {r:?} {differs}): the mean of both is used."
    )))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bands::SpinTreatment;
    use crate::crystal::{KGrid, Lattice};

    fn header(n_band: usize) -> BandHeader {
        let lattice = Lattice::new([[3.0, 0.0, 0.0], [0.0, 3.0, 0.0], [0.0, 0.0, 3.0]]).unwrap();
        let grid = KGrid::gamma([4; 3]).unwrap();
        BandHeader::new(lattice, grid, SpinTreatment::Unpolarized, n_band)
    }

    fn real(x: f64) -> Complex64 {
        Complex64::new(x, 0.0)
    }

    #[test]
    fn a_chain_has_its_cosine_band() {
        let vectors = vec![[0, 0, 0], [1, 0, 0], [-1, 0, 0]];
        let elements = vec![real(0.3), real(-1.0), real(-1.0)];
        let chain = WannierHamiltonian::new(header(1), vectors, elements).unwrap();
        assert!(chain.time_reversal());
        for u in [0.0, 0.1, 0.37, 0.5] {
            let h = chain.at([u, 0.2, 0.9])[0];
            assert!((h - real(0.3 - 2.0 * (2.0 * PI * u).cos())).norm() < 1e-14);
        }
    }

    #[test]
    fn a_hamiltonian_that_is_not_hermitian_is_refused_with_its_deviation() {
        let vectors = vec![[0, 0, 0], [1, 0, 0], [-1, 0, 0]];
        let text = |vectors: &[[i32; 3]], elements: &[f64]| {
            let elements = elements.iter().map(|&x| real(x)).collect();
            let outcome = WannierHamiltonian::new(header(1), vectors.to_vec(), elements);
            outcome.unwrap_err().to_string()
        };
        let off = text(&vectors, &[0.0, 1.0, 1.25]);
        assert!(off.contains("2.500e-1 eV"), "{off}");
        let lone = text(&vectors[..2], &[0.0, 1.0]);
        assert!(lone.contains("R is missing"), "{lone}");
        let twice = text(&[[0; 3], [0; 3]], &[0.0, 1.0]);
        assert!(twice.contains("listed twice"), "{twice}");
        assert!(text(&vectors, &[0.0, 1.0]).contains("2 elements"));
        assert!(text(&vectors, &[f64::NAN, 1.0, 1.0]).contains("NaN"));
    }

    /// Silent to the digits that files print, said up to a share of the hopping, and averaged in both cases.
    #[test]
    fn small_deviations_are_averaged_and_said_by_their_size() {
        let vectors = vec![[0, 0, 0], [1, 0, 0], [-1, 0, 0], [2, 0, 0]];
        for (off, far, said) in [
            (1e-6, 0.0, None),
            (4e-6, 3e-6, None),
            (3e-4, 0.0, Some("3.000e-4")),
            (0.0, 2e-4, Some("R = [2, 0, 0]")),
        ] {
            let elements = [0.3, -1.0, -1.0 + off, far].map(real).to_vec();
            let chain = WannierHamiltonian::new(header(1), vectors.clone(), elements).unwrap();
            let notes = chain.header().provenance.notes.join(" ");
            assert_eq!(!notes.is_empty(), said.is_some(), "{notes}");
            assert!(notes.contains(said.unwrap_or("")), "{notes}");
            // E(0) is the sum of all elements, whichever of them were averaged.
            let sum: f64 = 0.3 - 2.0 + off + far;
            assert!((chain.at([0.0; 3])[0] - real(sum)).norm() < 1e-14);
            assert!(chain.at([0.13, 0.0, 0.0])[0].im.abs() < 1e-15);
        }
    }

    #[test]
    fn a_magnetic_chain_is_not_invariant_under_time_reversal() {
        let vectors = vec![[1, 0, 0], [-1, 0, 0]];
        let elements = vec![Complex64::new(0.5, 0.2), Complex64::new(0.5, -0.2)];
        let chain = WannierHamiltonian::new(header(1), vectors, elements).unwrap();
        assert!(!chain.time_reversal());
        assert!((chain.at([0.1, 0.0, 0.0])[0] - chain.at([-0.1, 0.0, 0.0])[0]).norm() > 0.1);
    }
}
