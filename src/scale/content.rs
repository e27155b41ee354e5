//! A hash of what bands hold, whatever file they lie in.

use crate::bands::{BandHeader, BandSource, Field, WannierHamiltonian};
use crate::error::{Error, Result};
use crate::excitations::Phonons;
use crate::io::input;
use sha2::{Digest, Sha256};
use std::io::Read;
use std::path::Path;

/// Numbers of a field that are all hashed; of larger ones the first plane of each band is, and all extremes: reading more would take longer than what parts spare.
const MOST: usize = 1 << 24;

fn finish(hash: Sha256) -> String {
    let digest = hash.finalize();
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn numbers(hash: &mut Sha256, all: &[f64]) {
    let bytes: Vec<u8> = all.iter().flat_map(|x| x.to_bits().to_le_bytes()).collect();
    hash.update(bytes);
}

/// What a header says that results depend on; where it came from is no part of it.
fn header(hash: &mut Sha256, header: &BandHeader) {
    let BandHeader {
        lattice,
        k_grid,
        k_basis,
        spin,
        n_band,
        first_band,
        fermi_level_ev,
        n_electrons,
        point_group,
        has_velocities,
        has_inverse_masses,
        has_lifetimes,
        ..
    } = header;
    hash.update(format!(
        "{lattice:?} {k_grid:?} {k_basis:?} {spin:?} {n_band} {first_band} {fermi_level_ev:?} {n_electrons:?} {:?} \
         {has_velocities} {has_inverse_masses} {has_lifetimes}",
        point_group.rotations()
    ));
}

/// Of a table.
///
/// # Errors
/// Where it cannot be read.
pub fn of_table(source: &dyn BandSource) -> Result<String> {
    let mut hash = Sha256::new();
    let about = source.header();
    header(&mut hash, about);
    hash.update(format!("{:?}", source.statistics()));
    let mut fields = vec![Field::Energy];
    fields.extend(about.has_velocities.then_some(Field::Velocity));
    fields.extend(about.has_lifetimes.then_some(Field::Lifetime));
    let n1 = about.k_grid.n[0];
    for field in fields {
        let plane = about.k_grid.plane_len() * field.components();
        let all = plane * n1 * about.n_spin_band();
        let step = if all <= MOST { 1 } else { n1 };
        let mut read = vec![0.0; plane];
        for spin in 0..about.n_spin() {
            for band in 0..about.n_band {
                for first in (0..n1).step_by(step) {
                    source.read_planes(field, spin, band, first, &mut read)?;
                    numbers(&mut hash, &read);
                }
            }
        }
    }
    Ok(finish(hash))
}

/// Of a file beside the bands, byte by byte.
///
/// # Errors
/// Where it cannot be read.
pub fn of_file(path: &Path) -> Result<String> {
    let (mut hash, mut file) = (Sha256::new(), input::open(path)?);
    let mut bytes = vec![0; 1 << 16];
    loop {
        match file.read(&mut bytes).map_err(Error::io(path, "read"))? {
            0 => return Ok(finish(hash)),
            n => hash.update(&bytes[..n]),
        }
    }
}

/// Of several, of which folders go unseen: what lies in a run's beside its bands may be anything.
///
/// # Errors
/// Where one cannot be read.
pub fn of_files(all: &[&Path]) -> Result<String> {
    let plain = all.iter().filter(|path| !path.is_dir());
    let each = plain.map(|path| of_file(path));
    Ok(each.collect::<Result<Vec<_>>>()?.join(" "))
}

/// Of phonons, with their rates.
///
/// # Errors
/// Where they cannot be read.
pub fn of_phonons(phonons: &Phonons) -> Result<String> {
    let mut hash = Sha256::new();
    hash.update(of_table(phonons.branches())?);
    hash.update(format!("{:?} {:?}", phonons.masses, phonons.published));
    for rates in phonons.rates() {
        numbers(&mut hash, &[rates.temperature_k]);
        numbers(&mut hash, &rates.per_second);
    }
    Ok(finish(hash))
}

/// Of a Hamiltonian.
pub fn of_hamiltonian(hamiltonian: &WannierHamiltonian) -> String {
    let mut hash = Sha256::new();
    header(&mut hash, hamiltonian.header());
    hash.update(format!("{:?}", hamiltonian.vectors()));
    let elements = hamiltonian.elements().iter();
    let both: Vec<f64> = elements.flat_map(|h| [h.re, h.im]).collect();
    numbers(&mut hash, &both);
    finish(hash)
}
