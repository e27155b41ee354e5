//! ABINIT: `_GSR.nc` (or `_WFK.nc`, `_DEN.nc` with eigenvalues), and `_EIG.nc` with such a file beside it; netCDF-4 or classic.
//!
//! * Units: Hartree and bohr (ETSF-IO specification); k-points and positions fractional ("reduced").
//! * Spin: `eigenvalues` is `[nsppol][k][band]`; two channels hold one electron per state, and so do spinors
//!   (`number_of_spinor_components` 2); else each state holds two.
//! * Fermi level (ABINIT's manual, `occopt`): with `occopt` 1 the highest occupied level, in metals that of the smearing.
//! * Symmetry: `reduced_symmetry_matrices` (`symrel`, on direct fractional coordinates, columns first), without those that
//!   need a spin flip (`symafm` −1).

use crate::bands::unfold::Weights;
use crate::bands::{BandGrid, SpinTreatment};
use crate::crystal::{Atom, KLattice, Lattice, Rotation};
use crate::error::Result;
use crate::io::listed::{ListedBands, file_in};
use crate::io::netcdf::NetCdf;
use crate::io::text;
use crate::units::{BOHR_ANGSTROM, HARTREE_EV};
use std::path::{Path, PathBuf};

const REPEAT: &str = "the file is damaged or of another run: copy it again, or repeat the run";

/// Whether the netCDF file is ABINIT's, whole or eigenvalues alone.
pub(crate) fn is_abinit(file: &NetCdf) -> bool {
    (file.has("eigenvalues") && file.has("primitive_vectors")) || is_eig(file)
}

fn is_eig(file: &NetCdf) -> bool {
    file.has("Eigenvalues") && file.has("Kptns") && !file.has("primitive_vectors")
}

/// Reads the bands and completes them to the full k-grid. Energies eV, `[spin][band][n1][n2][n3]`.
///
/// # Errors
/// [`crate::Error::Io`] where a file cannot be read; [`crate::Error::BadFile`] for a missing or misshapen variable, a number that is not
/// finite, an `_EIG.nc` alone, and k-points that no symmetry completes.
pub fn read(path: &Path) -> Result<BandGrid> {
    let file = NetCdf::open(path)?;
    if !is_eig(&file) {
        return bands(
            &file,
            &file,
            ["eigenvalues", "reduced_coordinates_of_kpoints"],
        );
    }
    let ground_state = beside(path).ok_or_else(|| {
        file.bad(
            "companion file",
            "an _EIG.nc has no lattice, and there is no _GSR.nc beside it",
            "give the _GSR.nc of the run, or put it into the same directory",
        )
    })?;
    bands(
        &NetCdf::open(&ground_state)?,
        &file,
        ["Eigenvalues", "Kptns"],
    )
}

/// `NAME_GSR.nc` for `NAME_EIG.nc`.
fn beside(path: &Path) -> Option<PathBuf> {
    let name = path.file_name()?.to_str()?;
    let stem = name.split("_EIG.nc").next()?;
    file_in(path.parent()?, &[&format!("{stem}_GSR.nc")])
}

/// Structure, electrons and level of `run`; energies and k-points of `file`.
fn bands(run: &NetCdf, file: &NetCdf, [energy_name, k_name]: [&str; 2]) -> Result<BandGrid> {
    let (shape, mut energies) = file.array(energy_name)?;
    let &[n_spin, n_k, n_band] = shape.as_slice() else {
        let problem = format!(
            "{} dimensions, where spin, k-point and band are expected",
            shape.len()
        );
        return Err(file.bad(energy_name, problem, REPEAT));
    };
    let k_points = file.vectors(k_name)?;
    if k_points.len() != n_k || n_band == 0 {
        let problem = format!(
            "{} k-points, where {n_k} have {n_band} eigenvalues",
            k_points.len()
        );
        return Err(file.bad(k_name, problem, REPEAT));
    }
    let mut notes = Vec::new();
    let states = ["number_of_states", "NBandK"]
        .into_iter()
        .find(|name| file.has(name));
    let mut kept = n_band;
    if let Some(name) = states {
        let (_, counts) = file.array(name)?;
        let fewest = counts.iter().copied().fold(n_band as f64, f64::min);
        if fewest < 1.0 {
            return Err(file.bad(name, format!("{fewest} states"), REPEAT));
        }
        kept = fewest as usize;
        if kept < n_band {
            notes.push(format!(
                "k-points have {kept} to {n_band} bands; the lowest {kept} are used."
            ));
        }
    }
    let spinors = run.dimension("number_of_spinor_components")? == Some(2);
    let spin = match (n_spin, spinors) {
        (1, false) => SpinTreatment::Unpolarized,
        (1, true) => SpinTreatment::Spinor,
        (2, false) => SpinTreatment::Collinear,
        _ => {
            let problem = format!("{n_spin} spin channels, spinors: {spinors}");
            return Err(file.bad(energy_name, problem, REPEAT));
        }
    };
    // [spin][k][band] to [k][spin][band].
    let mut ordered = Vec::with_capacity(energies.len());
    for k in 0..n_k {
        for s in 0..n_spin {
            let first = (s * n_k + k) * n_band;
            let values = energies.iter().skip(first).take(kept);
            ordered.extend(values.map(|e| e * HARTREE_EV));
        }
    }
    energies.clear();

    let rows: [[f64; 3]; 3] = run
        .vectors("primitive_vectors")?
        .try_into()
        .map_err(|_| run.bad("primitive_vectors", "there are no three vectors", REPEAT))?;
    let lattice = Lattice::new(rows.map(|row| row.map(|x| x * BOHR_ANGSTROM)))
        .map_err(text::in_file(run.path()))?;
    let listed = ListedBands {
        lattice,
        spin,
        n_band: kept,
        k_points,
        energies: ordered,
        weights: weights(run, n_k)?,
        divisions: divisions(run),
        k_lattice: k_lattice(run),
        atoms: atoms(run)?,
        moments: Vec::new(),
        rotations: rotations(run)?,
    };
    let mut bands = listed.complete().map_err(text::in_file(file.path()))?;
    let level = run.number("fermi_energy")?;
    let electrons = match run.number("nelect")? {
        Some(n) => Some(n),
        None => run.number("number_of_electrons")?,
    };
    if run.number("occopt")? == Some(1.0) {
        notes.push(
            "Fixed occupations: the Fermi level of the file is the highest occupied level."
                .to_string(),
        );
    }
    let header = bands.header_mut();
    header.fermi_level_ev = level.map(|e| e * HARTREE_EV);
    header.n_electrons = electrons;
    header.provenance.format = "ABINIT netCDF".to_string();
    header.provenance.notes.extend(notes);
    header.validate().map_err(text::in_file(file.path()))?;
    file.sign(&mut bands)?;
    Ok(bands)
}

/// `kpoint_weights`, which ABINIT counted (`kptopt` > 0) or took from its input (0).
fn weights(run: &NetCdf, n_k: usize) -> Result<Weights> {
    const NAME: &str = "kpoint_weights";
    if !run.has(NAME) {
        return Ok(Weights::unknown());
    }
    let (_, values) = run.array(NAME)?;
    if values.len() != n_k {
        let problem = format!("{} weights for {n_k} k-points", values.len());
        return Err(run.bad(NAME, problem, REPEAT));
    }
    let of_input = run.number("kptopt").ok().flatten() == Some(0.0);
    Ok(if of_input {
        Weights::listed(values)
    } else {
        Weights::counted(values)
    })
}

/// The lattice of `kptrlatt` and `shiftk` (those of the input, else those that ABINIT made of them): k·R is an integer for its three
/// vectors R of the supercell, the rows here (ABINIT's columns), and the several shifts are points of it with regard to each other.
fn k_lattice(run: &NetCdf) -> Option<KLattice> {
    let names = [("kptrlatt_orig", "shiftk_orig"), ("kptrlatt", "shiftk")];
    let (rows, shifts) = names.iter().find_map(|(rows, shifts)| {
        let rows: [[f64; 3]; 3] = run.vectors(rows).ok()?.try_into().ok()?;
        Some((rows, run.vectors(shifts).ok()?))
    })?;
    // With k = Σ n_i g_i and g_i·R_j = δ_ij, the g_i are the reciprocal vectors of the R_j, without 2π.
    let g = Lattice::new(rows).ok()?.reciprocal();
    let scale = 0.5 / std::f64::consts::PI;
    let k = |n: [f64; 3]| -> [f64; 3] {
        std::array::from_fn(|c| (0..3).map(|i| scale * n[i] * g[i][c]).sum())
    };
    let mut generators = vec![k([1.0, 0.0, 0.0]), k([0.0, 1.0, 0.0]), k([0.0, 0.0, 1.0])];
    let (first, others) = shifts.split_first()?;
    generators.extend(
        others
            .iter()
            .map(|s| k(std::array::from_fn(|i| s[i] - first[i]))),
    );
    KLattice::generated_by(&generators)
}

fn divisions(run: &NetCdf) -> Option<[usize; 3]> {
    let (_, n) = run.array("monkhorst_pack_folding").ok()?;
    let usable = |n: &f64| (1.0..1e6).contains(n);
    let n: [f64; 3] = n.try_into().ok()?;
    n.iter().all(usable).then(|| n.map(|n| n as usize))
}

fn atoms(run: &NetCdf) -> Result<Vec<Atom>> {
    let positions = run.vectors("reduced_atom_positions")?;
    let (_, species) = run.array("atom_species")?;
    if species.len() != positions.len() {
        let problem = format!(
            "{} species for {} positions",
            species.len(),
            positions.len()
        );
        return Err(run.bad("atom_species", problem, REPEAT));
    }
    let symbols = run.words("chemical_symbols", 2).unwrap_or_default();
    let symbol = |kind: f64| {
        let known = symbols.get((kind - 1.0).max(0.0) as usize);
        known.cloned().unwrap_or_else(|| format!("type {kind}"))
    };
    Ok(positions
        .into_iter()
        .zip(species)
        .map(|(position, kind)| Atom {
            symbol: symbol(kind),
            position,
        })
        .collect())
}

fn rotations(run: &NetCdf) -> Result<Vec<Rotation>> {
    const NAME: &str = "reduced_symmetry_matrices";
    if !run.has(NAME) {
        return Ok(Vec::new());
    }
    let (shape, values) = run.array(NAME)?;
    let &[n, 3, 3] = shape.as_slice() else {
        return Err(run.bad(NAME, format!("shape {shape:?}"), REPEAT));
    };
    if let Some(x) = values.iter().find(|x| x.fract() != 0.0 || x.abs() > 9.0) {
        let problem = format!("{x} in a rotation in reduced coordinates is no small integer");
        return Err(run.bad(NAME, problem, REPEAT));
    }
    let flips = if run.has("symafm") {
        run.array("symafm")?.1
    } else {
        vec![1.0; n]
    };
    let (matrices, _) = values.as_chunks::<9>();
    Ok(matrices
        .iter()
        .zip(flips)
        .filter(|(_, flip)| *flip > 0.0)
        .map(|(m, _)| std::array::from_fn(|i| std::array::from_fn(|j| m[3 * j + i] as i32)))
        .collect())
}
