//! Writing `SEED_hr.dat` and `SEED.win`.

use crate::bands::{SpinTreatment, WannierHamiltonian};
use crate::error::{Error, Result};
use crate::io::output;
use rustfft::num_complex::Complex64;
use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;
use std::path::{Path, PathBuf};

/// What the name of a Hamiltonian ends with.
const SUFFIX: &str = "_hr.dat";

/// The `SEED.win` beside `SEED_hr.dat`; none for another name.
pub fn win_beside(path: &Path) -> Option<PathBuf> {
    let name = path.file_name()?.to_str()?;
    let seed = name.strip_suffix(SUFFIX)?;
    Some(path.with_file_name(format!("{seed}.win")))
}

/// Writes `hamiltonian` as `SEED_hr.dat` (`path`) and its lattice, atoms, k-grid and Fermi level as `SEED.win` beside it, which it
/// returns; `words` go into the first line of both. The elements have twelve decimals. Every weight is folded into them, so that
/// `use_ws_distance` is off; degeneracies count the vectors that are one on the k-grid, as readers expect.
/// Each file appears only once it is whole.
///
/// # Errors
/// [`Error::BadOption`] for a name that does not end in `_hr.dat`; [`Error::Io`] where the system refuses.
pub fn write(path: &Path, hamiltonian: &WannierHamiltonian, words: &str) -> Result<PathBuf> {
    let win = win_beside(path).ok_or_else(|| {
        Error::bad_option(
            "--output",
            format!("{} does not end in {SUFFIX}", path.display()),
            "name it SEED_hr.dat",
        )
    })?;
    let words: String = words
        .chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect();
    output::write(&win, |out| {
        input(out, hamiltonian, &words).map_err(Error::io(&win, "write"))
    })?;
    output::write(path, |out| {
        matrix(out, hamiltonian, &words).map_err(Error::io(path, "write"))
    })?;
    Ok(win)
}

/// A vector and its elements, none where they are zero.
type Block<'a> = ([i32; 3], Option<&'a [Complex64]>);

/// Every vector with its elements, and how many are one with it modulo the k-grid; of each such class there is at least one.
fn complete(hamiltonian: &WannierHamiltonian) -> (Vec<Block<'_>>, BTreeMap<[i32; 3], usize>) {
    let n = hamiltonian.n_orbital();
    let grid = hamiltonian.header().k_grid.n.map(|n| n as i32);
    let class = |r: &[i32; 3]| -> [i32; 3] { std::array::from_fn(|a| r[a].rem_euclid(grid[a])) };
    let blocks = hamiltonian.elements().chunks_exact(n * n);
    let mut all: Vec<Block> = hamiltonian
        .vectors()
        .iter()
        .zip(blocks)
        .map(|(r, h)| (*r, Some(h)))
        .collect();
    let mut members: BTreeMap<[i32; 3], usize> = BTreeMap::new();
    for (r, _) in &all {
        *members.entry(class(r)).or_default() += 1;
    }
    let middle = |x: i32, n: i32| if 2 * x > n { x - n } else { x };
    let mut missing: BTreeSet<[i32; 3]> = BTreeSet::new();
    for x in 0..grid[0] {
        for y in 0..grid[1] {
            for z in 0..grid[2] {
                if !members.contains_key(&[x, y, z]) {
                    let r = [middle(x, grid[0]), middle(y, grid[1]), middle(z, grid[2])];
                    // A matrix has its mirror, at −R.
                    missing.extend([r, r.map(|x| -x)]);
                }
            }
        }
    }
    for r in missing {
        all.push((r, None));
        *members.entry(class(&r)).or_default() += 1;
    }
    all.sort_by_key(|(r, _)| *r);
    let degeneracies = all.iter().map(|(r, _)| (*r, members[&class(r)])).collect();
    (all, degeneracies)
}

fn matrix(
    out: &mut impl Write,
    hamiltonian: &WannierHamiltonian,
    words: &str,
) -> std::io::Result<()> {
    let n = hamiltonian.n_orbital();
    let (all, degeneracies) = complete(hamiltonian);
    writeln!(out, "{words}\n{n:12}\n{:12}", all.len())?;
    for line in all.chunks(15) {
        let counts: Vec<String> = line
            .iter()
            .map(|(r, _)| format!("{:5}", degeneracies[r]))
            .collect();
        writeln!(out, "{}", counts.concat())?;
    }
    for (r, h) in &all {
        let times = degeneracies[r] as f64;
        // The first orbital is fastest.
        for k in 0..n {
            for m in 0..n {
                let x = h.map_or(Complex64::default(), |h| h[m * n + k] * times);
                writeln!(
                    out,
                    "{:5}{:5}{:5}{:5}{:5}{:20.12}{:20.12}",
                    r[0],
                    r[1],
                    r[2],
                    m + 1,
                    k + 1,
                    x.re,
                    x.im
                )?;
            }
        }
    }
    Ok(())
}

fn input(
    out: &mut impl Write,
    hamiltonian: &WannierHamiltonian,
    words: &str,
) -> std::io::Result<()> {
    let header = hamiltonian.header();
    let [n1, n2, n3] = header.k_grid.n;
    writeln!(out, "! {words}")?;
    for note in &header.provenance.notes {
        writeln!(out, "! {note}")?;
    }
    writeln!(
        out,
        "num_wann = {}\nmp_grid = {n1} {n2} {n3}",
        hamiltonian.n_orbital()
    )?;
    writeln!(out, "use_ws_distance = .false.")?;
    if let Some(level) = header.fermi_level_ev {
        writeln!(out, "fermi_energy = {level}")?;
    }
    if header.spin == SpinTreatment::Spinor {
        writeln!(out, "spinors = .true.")?;
    }
    writeln!(out, "begin unit_cell_cart\nang")?;
    for a in header.lattice.rows() {
        writeln!(out, "{:18.12}{:18.12}{:18.12}", a[0], a[1], a[2])?;
    }
    writeln!(out, "end unit_cell_cart")?;
    if !header.atoms.is_empty() {
        writeln!(out, "begin atoms_frac")?;
        for atom in &header.atoms {
            let [x, y, z] = atom.position;
            writeln!(out, "{:4}{x:18.12}{y:18.12}{z:18.12}", atom.symbol)?;
        }
        writeln!(out, "end atoms_frac")?;
    }
    Ok(())
}
