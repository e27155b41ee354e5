//! Any bytes, as a file of any name: `io::open` must give bands or an error.
//!
//! The first byte chooses the name, because some readers look for companions by it; the rest is the file. Formats of several files
//! have their companions beside them: a byte sequence `\n%%%\n` separates the files' contents.
#![no_main]

use bzint::io::{OpenOptions, open};
use libfuzzer_sys::fuzz_target;

/// Names of one run each, the opened file first.
const NAMES: [&[&str]; 10] = [
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
const SEPARATOR: &[u8] = b"\n%%%\n";

fuzz_target!(|data: &[u8]| {
    let Some((&choice, mut rest)) = data.split_first() else {
        return;
    };
    let names = NAMES[usize::from(choice) % NAMES.len()];
    let Ok(folder) = tempfile::tempdir() else {
        return;
    };
    for (i, name) in names.iter().enumerate() {
        let end = rest.windows(SEPARATOR.len()).position(|w| w == SEPARATOR);
        let end = if i + 1 == names.len() { None } else { end };
        let (content, after) = match end {
            Some(at) => (&rest[..at], &rest[at + SEPARATOR.len()..]),
            None => (rest, &[][..]),
        };
        if std::fs::write(folder.path().join(name), content).is_err() {
            return;
        }
        rest = after;
    }
    if let Ok(bands) = open(&folder.path().join(names[0]), &OpenOptions::default()) {
        bands
            .header()
            .validate()
            .expect("a reader gave a header that is not valid");
    }
});
