//! BoltzTraP2's generic format: `NAME.structure` and `NAME.energy` (also of BoltzTraP 1's `GENE` interface).
//!
//! `.structure`: title; a₁ a₂ a₃ in bohr; number of atoms; element and Cartesian position in bohr of each. `.energy`: title;
//! number of k-points, spin channels and the Fermi level; then per k-point its fractional coordinates and number of bands, and
//! a line per band with the energy (and a momentum matrix element, which is not read). Energies and Fermi level in Rydberg.
//! With two channels all k-points of the first come first. One channel: two electrons per state; two: one (`BoltzTraP2/io.py`,
//! `read_GENE_struct`, `read_GENE_eneandmat`). The Fermi level is whatever the writer of the file put there (BoltzTraP2 takes it for
//! that of the DFT run, in the gap of an insulator or its upper valence edge). The format has no electron count. Where k-points have different numbers of
//! bands, the lowest that all have are used, as there.

use crate::bands::unfold::Weights;
use crate::bands::{BandGrid, SpinTreatment};
use crate::crystal::{Atom, Lattice};
use crate::error::{Error, Result};
use crate::io::lines::Lines;
use crate::io::listed::{ListedBands, file_in};
use crate::io::text;
use crate::units::{BOHR_ANGSTROM, RYDBERG_EV};
use std::path::{Path, PathBuf};

/// Whether the text begins like an `.energy` file: line 2 has two counts and a number, line 3 three numbers and a count, line
/// 4 one number, or four.
pub(crate) fn is_energy(text: &str) -> bool {
    let words = |i: usize| -> Vec<&str> {
        let line = text.lines().nth(i).unwrap_or("");
        line.split_ascii_whitespace().collect()
    };
    let count = |word: &str| word.parse::<usize>().is_ok();
    let number = |word: &&str| text::number(word).is_some();
    let (second, third, fourth) = (words(1), words(2), words(3));
    matches!(second.as_slice(), [nk, ns, fermi] if count(nk) && count(ns) && number(fermi))
        && matches!(third.as_slice(), [x, y, z, n] if [x, y, z].into_iter().all(number) && count(n))
        && matches!(fourth.len(), 1 | 4)
        && fourth.iter().all(number)
}

/// Whether the text begins like a `.structure` file: three vectors from line 2 on, then a count.
pub(crate) fn is_structure(text: &str) -> bool {
    let mut lines = text.lines().skip(1);
    let vectors = lines.by_ref().take(3).filter(|line| {
        let words: Vec<&str> = line.split_ascii_whitespace().collect();
        words.len() == 3 && words.iter().all(|w| text::number(w).is_some())
    });
    vectors.count() == 3
        && lines
            .next()
            .is_some_and(|line| line.trim().parse::<usize>().is_ok())
        && lines.next().is_some_and(|line| {
            let words: Vec<&str> = line.split_ascii_whitespace().collect();
            words.len() == 4 && text::number(words[0]).is_none()
        })
}

/// Reads either file with the other one beside it. Energies eV, `[spin][band][n1][n2][n3]`.
///
/// # Errors
/// [`Error::Io`] where a file cannot be read; [`Error::BadFile`] for a file that is cut short, a number that is none, a
/// missing companion, and k-points that no symmetry completes.
pub fn read(path: &Path) -> Result<BandGrid> {
    let plain = match path.extension() {
        Some(end) if end == "gz" => path.with_extension(""),
        _ => path.to_path_buf(),
    };
    let given = text::read(path)?;
    let (energy, structure) = if is_energy(&given.text) {
        (path.to_path_buf(), companion(path, &plain, "structure")?)
    } else {
        (companion(path, &plain, "energy")?, path.to_path_buf())
    };
    let (lattice, atoms) = read_structure(&structure)?;
    let file = text::read(&energy)?;
    let mut bands = parse(&energy, &file.text, lattice, atoms)?;
    let provenance = &mut bands.header_mut().provenance;
    provenance.path = path.display().to_string();
    provenance.sha256 = file.sha256;
    Ok(bands)
}

fn companion(path: &Path, plain: &Path, extension: &str) -> Result<PathBuf> {
    let name = plain.with_extension(extension);
    let name = name.file_name().map(|n| n.to_string_lossy().into_owned());
    let folder = match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    let name = name.unwrap_or_default();
    file_in(folder, &[&name]).ok_or_else(|| {
        Error::bad_file(
            path,
            "companion file",
            format!("there is no {name} beside it"),
            "BoltzTraP2's generic format needs NAME.structure and NAME.energy in one directory",
        )
    })
}

fn read_structure(path: &Path) -> Result<(Lattice, Vec<Atom>)> {
    let file = text::read(path)?;
    let mut lines = Lines::new(path, &file.text);
    lines.raw();
    let mut rows = [[0.0; 3]; 3];
    for row in &mut rows {
        *row = lines
            .numbers::<3>("a lattice vector")?
            .map(|x| x * BOHR_ANGSTROM);
    }
    let lattice = Lattice::new(rows).map_err(text::in_file(path))?;
    let [n] = lines.counts::<1>("the number of atoms", file.text.len())?;
    let scale = 0.5 * BOHR_ANGSTROM / std::f64::consts::PI;
    let b = lattice.reciprocal();
    let mut atoms = Vec::new();
    for _ in 0..n {
        let line = lines.text("an atom")?.trim();
        let (symbol, rest) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
        let r: [f64; 3] = lines.numbers_of(rest, "the position of an atom")?;
        atoms.push(Atom {
            symbol: symbol.to_string(),
            position: b.map(|b| scale * (b[0] * r[0] + b[1] * r[1] + b[2] * r[2])),
        });
    }
    Ok((lattice, atoms))
}

fn parse(path: &Path, content: &str, lattice: Lattice, atoms: Vec<Atom>) -> Result<BandGrid> {
    let mut lines = Lines::new(path, content);
    lines.raw();
    let line = lines.text("the numbers of k-points and spins, and the Fermi level")?;
    let [n_k, n_spin, fermi] = lines.numbers_of::<3>(line, "two counts and the Fermi level")?;
    let limit = content.len() as f64;
    let counts = n_k.fract() == 0.0 && (1.0..limit).contains(&n_k);
    if !counts || !(n_spin == 1.0 || n_spin == 2.0) {
        return Err(lines.bad(format!(
            "{n_k} k-points and {n_spin} spin channels: the file cannot hold that"
        )));
    }
    let (n_k, n_spin) = (n_k as usize, n_spin as usize);
    let mut k_points = Vec::new();
    let mut lists: Vec<Vec<f64>> = Vec::new();
    for entry in 0..n_k * n_spin {
        let what = format!(
            "k-point {} of {n_k} and its number of bands",
            entry % n_k + 1
        );
        let line = lines.text(&what)?;
        let [x, y, z, count] = lines.numbers_of::<4>(line, &what)?;
        if count.fract() != 0.0 || !(1.0..limit).contains(&count) {
            return Err(lines.bad(format!("{count} is no number of bands")));
        }
        if entry < n_k {
            k_points.push([x, y, z]);
        } else if k_points.get(entry % n_k) != Some(&[x, y, z]) {
            return Err(lines.bad("the two spin channels list different k-points"));
        }
        let mut list = Vec::new();
        for band in 1..=count as usize {
            let [e] = lines.numbers(&format!("band {band} of k-point {}", entry % n_k + 1))?;
            list.push(e * RYDBERG_EV);
        }
        lists.push(list);
    }
    lines.end()?;
    let n_band = lists.iter().map(Vec::len).min().unwrap_or(0);
    let most = lists.iter().map(Vec::len).max().unwrap_or(0);
    let mut energies = Vec::new();
    for k in 0..n_k {
        for list in lists.iter().skip(k).step_by(n_k) {
            energies.extend(list.iter().take(n_band));
        }
    }
    let listed = ListedBands {
        lattice,
        spin: if n_spin == 2 {
            SpinTreatment::Collinear
        } else {
            SpinTreatment::Unpolarized
        },
        n_band,
        k_points,
        energies,
        weights: Weights::unknown(),
        divisions: None,
        k_lattice: None,
        atoms,
        moments: Vec::new(),
        rotations: Vec::new(),
    };
    let mut bands = listed.complete().map_err(text::in_file(path))?;
    let header = bands.header_mut();
    // One channel may be spinors, or one of two.
    header.spin_assumed = n_spin == 1;
    header.fermi_level_ev = Some(fermi * RYDBERG_EV);
    header.provenance.format = "BoltzTraP2 generic".to_string();
    let notes = &mut header.provenance.notes;
    notes.push("The format has no electron count.".to_string());
    if most > n_band {
        notes.push(format!(
            "k-points have {n_band} to {most} bands; the lowest {n_band} are used."
        ));
    }
    Ok(bands)
}
