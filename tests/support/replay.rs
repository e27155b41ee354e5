//! What the fuzz targets try (`fuzz/`), and the kept corpus is replayed with: bytes become the files of a reader, which must give what
//! keeps its promises, or an error that is no flood and no defect of bzint's own.

use bzint::Error;
use bzint::bands::{BandGrid, BandSource, Field};
use bzint::io::results::ResultFile;
use bzint::io::{OpenOptions, open};
use bzint::scattering::ScatteringModel;
use std::path::{Path, PathBuf};

/// A target: what it is called, as its folder of the corpus, and what it does with bytes.
pub type Target = (&'static str, fn(&[u8]));
/// All targets.
pub const TARGETS: [Target; 6] = [
    ("read_any", read_any),
    ("results", results),
    ("parameters", parameters),
    ("tight_binding", tight_binding),
    ("planes", planes),
    ("phonons", phonons),
];

/// Names of one run each, the opened file first. The first byte of the input chooses.
const RUNS: [&[&str]; 10] = [
    &["a"],
    &["a.energy", "a.structure"],
    &["a.energy", "a.struct", "a.scf"],
    &["a.bands", "a.cell"],
    &["EIGVAL.OUT", "GEOMETRY.OUT", "KPOINTS.OUT", "EFERMI.OUT"],
    &["EIGENVAL", "POSCAR", "IBZKPT", "OUTCAR"],
    &["a_EIG.nc", "a_GSR.nc"],
    &["vasprun.xml"],
    &["Final_KS_eigenvalues.dat", "geometry.in", "aims.out"],
    &["x_hr.dat", "x.win", "x_wsvec.dat"],
];
/// Likewise, of phonons.
const PHONON_RUNS: [&[&str]; 5] = [
    &["a.h5"],
    &["mesh.hdf5", "phonopy.yaml"],
    &["mesh.yaml", "phonopy.yaml"],
    &["kappa-m444.hdf5", "phono3py.yaml"],
    &[
        "BTE.omega",
        "BTE.qpoints_full",
        "BTE.v_full",
        "BTE.w",
        "CONTROL",
    ],
];
/// What lies between the files of one run.
const SEPARATOR: &[u8] = b"\n%%%\n";
/// No message is longer, bytes.
const LONGEST: usize = 4000;

/// Any bytes as the files of any run.
pub fn read_any(data: &[u8]) {
    if let Some((&choice, rest)) = data.split_first() {
        bands(RUNS[usize::from(choice) % RUNS.len()], rest);
    }
}

/// A file of bzint's own bands, whose planes are read.
pub fn planes(data: &[u8]) {
    bands(&["a.h5"], data);
}

/// `seed_tb.dat` with its companions.
pub fn tight_binding(data: &[u8]) {
    bands(&["x_tb.dat", "x.win", "x_wsvec.dat"], data);
}

/// Any bytes as the files of a phonon run, or as the rates of phonons.
pub fn phonons(data: &[u8]) {
    let Some((&choice, rest)) = data.split_first() else {
        return;
    };
    let which = usize::from(choice) % (PHONON_RUNS.len() + 1);
    let Some(names) = PHONON_RUNS.get(which) else {
        if let Some((_folder, path)) = folder(&["rates.toml"], rest) {
            checked(bzint::phonons::PhononRates::read(&path));
        }
        return;
    };
    let Some((_folder, path)) = folder(names, rest) else {
        return;
    };
    if let Some(found) = checked(bzint::io::phonons::open(&path)) {
        for branch in 0..found.n_branch() {
            assert_eq!(found.energies(branch).len(), found.header().k_grid.len());
            assert!(found.energies(branch).iter().all(|e| e.is_finite()));
        }
    }
}

/// Results that `plot` and `report` read: HDF5, or a summary.
pub fn results(data: &[u8]) {
    let Some((_folder, path)) = folder(&["results"], data) else {
        return;
    };
    if let Some(results) = checked(ResultFile::open(&path)) {
        for variable in results.variables() {
            let lengths = variable.dimensions.iter().map(|name| {
                let dimension = results.get_dimension(name);
                dimension.expect("a dimension").coordinates.len()
            });
            assert_eq!(variable.data.len(), lengths.product::<usize>());
        }
    }
}

/// A parameter file of scattering mechanisms, with a table.
pub fn parameters(data: &[u8]) {
    if let Some((_folder, path)) = folder(&["a.toml", "tau.csv"], data) {
        checked(ScatteringModel::read(&path));
    }
}

/// Opens the files of a run and reads all that is in them.
fn bands(names: &[&str], data: &[u8]) {
    let Some((_folder, path)) = folder(names, data) else {
        return;
    };
    let options = OpenOptions::default();
    let opened = open(&path, &options).and_then(|source| BandGrid::load(&*source));
    if let Some(bands) = checked(opened) {
        let header = bands.header();
        header.validate().expect("a valid header");
        for band in 0..header.n_band {
            let energies = bands.band(Field::Energy, 0, band);
            assert_eq!(energies.len(), header.k_grid.len());
            assert!(energies.iter().all(|e| e.is_finite()));
        }
    }
}

/// Writes the files that `data` holds, and gives the first.
fn folder(names: &[&str], mut data: &[u8]) -> Option<(tempfile::TempDir, PathBuf)> {
    let folder = tempfile::tempdir().ok()?;
    for (i, name) in names.iter().enumerate() {
        let find = || data.windows(SEPARATOR.len()).position(|w| w == SEPARATOR);
        let (content, after) = match find().filter(|_| i + 1 < names.len()) {
            Some(at) => (&data[..at], &data[at + SEPARATOR.len()..]),
            None => (data, &[][..]),
        };
        // A companion without content is not there.
        if i == 0 || !content.is_empty() {
            std::fs::write(folder.path().join(name), content).ok()?;
        }
        data = after;
    }
    let first: &Path = names.first()?.as_ref();
    let path = folder.path().join(first);
    Some((folder, path))
}

/// What was read; of an error that its text is one for a user.
fn checked<T>(read: Result<T, Error>) -> Option<T> {
    match read {
        Ok(read) => Some(read),
        Err(error) => {
            let text = error.to_string();
            assert!(!matches!(error, Error::Internal(_)), "{text}");
            assert!(text.len() < LONGEST, "{} bytes: {text}", text.len());
            None
        }
    }
}
