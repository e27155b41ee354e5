//! `SEED_wsvec.dat`: the shifts T that bring orbital n at R to its images nearest to orbital m (`use_ws_distance`).
//!
//! A comment, then for every R, m, n: a line `R1 R2 R3 m n`, the number of shifts, and the shifts, one per line.

use super::list::Elements;
use super::matrix::{self, Matrix};
use crate::error::{Error, Result};
use crate::io::lines::Lines;
use rustfft::num_complex::Complex64;
use std::collections::HashMap;
use std::path::Path;

/// Whether a file that begins with `text` is one.
pub(super) fn is_wsvec(text: &str) -> bool {
    text.lines()
        .next()
        .is_some_and(|line| line.contains("use_ws_distance"))
}

/// Whether the text says that degeneracies and shifts are in the elements of `_hr.dat` and `_tb.dat` already (Wannier90's
/// `write_ndegen_applied`; it is in the first line).
pub(super) fn is_applied(text: &str) -> bool {
    let first = text.lines().next().unwrap_or("").to_ascii_lowercase();
    let value = first.split("write_ndegen_applied").nth(1).unwrap_or("");
    value
        .trim_start_matches([' ', '=', ':', '.'])
        .starts_with('t')
}

/// H(R) with the degeneracies alone: vectors and elements `[R][m][n]`, eV.
pub(super) fn plain(matrix: &Matrix) -> Elements {
    let size = matrix.n_orbital.pow(2);
    let mut elements = matrix.elements.clone();
    for (block, &d) in elements.chunks_exact_mut(size).zip(&matrix.degeneracies) {
        block.iter_mut().for_each(|h| *h /= d as f64);
    }
    (matrix.vectors.clone(), elements)
}

/// H(R) with degeneracies and shifts folded in: each element goes in equal parts to R + T for its shifts T.
///
/// # Errors
/// [`Error::BadFile`] for a file that is cut short or damaged, or that belongs to another Hamiltonian.
pub(super) fn shifted(path: &Path, content: &str, matrix: &Matrix) -> Result<Elements> {
    let n = matrix.n_orbital;
    let mut lines = Lines::new(path, content);
    lines.raw();
    let places: HashMap<[i32; 3], usize> = matrix.vectors.iter().copied().zip(0..).collect();
    let mut seen = vec![false; matrix.elements.len()];
    let mut targets: HashMap<[i32; 3], usize> = HashMap::new();
    let mut vectors = Vec::new();
    let mut elements: Vec<Complex64> = Vec::new();
    while let Some(line) = lines.find() {
        let [r1, r2, r3, i, j] = lines.numbers_of(line, "R and two orbitals")?;
        let r = matrix::integers(&lines, [r1, r2, r3])?;
        let pair = matrix::pair(&lines, n, i, j)?;
        let Some(&at) = places.get(&r) else {
            return Err(lines.bad(format!("the Hamiltonian has no lattice vector {r:?}")));
        };
        let source = at * n * n + pair;
        if std::mem::replace(&mut seen[source], true) {
            return Err(lines.bad(format!(
                "the shifts of R = {r:?}, ({i}, {j}) are there twice"
            )));
        }
        let [count] = lines.counts("the number of shifts", content.len())?;
        if count == 0 {
            return Err(lines.bad(format!("R = {r:?}, ({i}, {j}) has no shift (0 given)")));
        }
        let share = matrix.elements[source] / (matrix.degeneracies[at] * count) as f64;
        for _ in 0..count {
            let shift = lines.numbers::<3>("a shift")?;
            let shift = matrix::integers(&lines, shift)?;
            let to = std::array::from_fn(|a| r[a] + shift[a]);
            let to = *targets.entry(to).or_insert_with(|| {
                vectors.push(to);
                elements.resize(elements.len() + n * n, Complex64::default());
                vectors.len() - 1
            });
            elements[to * n * n + pair] += share;
        }
    }
    if let Some(lost) = seen.iter().position(|s| !s) {
        let (at, i, j) = (lost / (n * n), lost / n % n + 1, lost % n + 1);
        return Err(Error::bad_file(
            path,
            "end of the file",
            format!(
                "the shifts of R = {:?}, ({i}, {j}) are missing",
                matrix.vectors[at]
            ),
            "the file is cut short or of another run: copy it again, or repeat the run",
        ));
    }
    Ok((vectors, elements))
}
