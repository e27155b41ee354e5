//! Reading FRMSF.

use crate::bands::{BandGrid, BandHeader, SpinTreatment};
use crate::crystal::{KGrid, Lattice, PointGroup};
use crate::error::{Error, Result};
use crate::io::bxsf::{BxsfUnits, symmetry_of};
use crate::io::text;
use std::path::Path;

/// Energies at equivalent points agree to this, in eV (nine digits are printed, and codes interpolate).
const SAME_ENERGY_EV: f64 = 1e-6;
/// Relative accuracy of the vectors.
const LATTICE_TOLERANCE: f64 = 1e-6;
const COPY_AGAIN: &str = "the file is cut short or damaged: write it again";

/// Whether the text begins like an FRMSF file: three integers, a switch, a number of bands, three vectors.
pub(crate) fn is_frmsf(text: &str) -> bool {
    let mut lines = text.lines();
    let mut numbers = |count: usize, integers: bool| {
        let words: Vec<&str> = lines
            .next()
            .unwrap_or("")
            .split_ascii_whitespace()
            .collect();
        words.len() == count
            && words.iter().all(|w| match integers {
                true => w.parse::<usize>().is_ok(),
                false => text::number(w).is_some(),
            })
    };
    numbers(3, true) && numbers(1, true) && numbers(1, true) && (0..3).all(|_| numbers(3, false))
}

/// Words before the energies: counts, switch, number of bands, three vectors.
const HEAD: usize = 14;

/// Reads an FRMSF file, plain or gzip. Energies eV relative to the Fermi level, `[band][n1][n2][n3]`.
///
/// # Errors
/// [`Error::Io`] where the file cannot be read; [`Error::BadOption`] without units; [`Error::BadFile`] for a file that is cut
/// short, a number that is none or not finite, zero bands, and singular vectors.
pub fn read(path: &Path, units: Option<BxsfUnits>) -> Result<BandGrid> {
    let file = text::read(path)?;
    let mut bands = parse(path, &file.text, units)?;
    let provenance = &mut bands.header_mut().provenance;
    provenance.path = path.display().to_string();
    provenance.sha256 = file.sha256;
    Ok(bands)
}

/// The first property of an FRMSF file (the block behind the energies) in the place of the energies, in eV.
///
/// # Errors
/// As [`read`]; [`Error::BadFile`] for a file without a property.
pub fn read_property(path: &Path) -> Result<BandGrid> {
    let file = text::read(path)?;
    let words: Vec<&str> = file.text.split_ascii_whitespace().collect();
    let counts: Vec<usize> = words
        .iter()
        .take(5)
        .filter_map(|w| w.parse().ok())
        .collect();
    let block = match counts[..] {
        [a, b, c, _, bands] => [b, c, bands].iter().try_fold(a, |p, n| p.checked_mul(*n)),
        _ => None,
    };
    let first = HEAD.checked_add(block.unwrap_or(usize::MAX));
    let Some(property) = first.and_then(|first| words.get(first..first.checked_add(block?)?))
    else {
        return Err(Error::bad_file(
            path,
            "property",
            "no whole block of a property follows the energies",
            "write the property of each state behind the energies",
        ));
    };
    let content = [&words[..HEAD.min(words.len())], property]
        .concat()
        .join("\n");
    let units: crate::io::bxsf::BxsfConvention = "wannier90"
        .parse()
        .map_err(|e| Error::Internal(format!("the units of eV and 1/Å: {e}")))?;
    parse(path, &content, Some(units.units))
}

/// Reads the text of an FRMSF file; `path` is only named in errors.
///
/// # Errors
/// As [`read`].
pub fn parse(path: &Path, content: &str, units: Option<BxsfUnits>) -> Result<BandGrid> {
    let units = units.ok_or_else(|| {
        Error::bad_option(
            "--bxsf-units",
            format!("{}: an FRMSF file does not state its units", path.display()),
            "give ENERGY,VECTORS,FACTOR: `ry,1/bohr,2pi` for Quantum ESPRESSO's fermi_velocity.x, `wannier90` for eV and 1/Å",
        )
    })?;
    let mut words = content
        .lines()
        .enumerate()
        .flat_map(|(i, line)| line.split_ascii_whitespace().map(move |word| (i + 1, word)));
    let mut last = 1;
    let bad = |line: usize, problem: String| {
        Error::bad_file(path, format!("line {line}"), problem, COPY_AGAIN)
    };
    let mut number = |what: &dyn Fn() -> String| -> Result<f64> {
        let Some((line, word)) = words.next() else {
            return Err(bad(
                last,
                format!("the file ends where {} is expected", what()),
            ));
        };
        last = line;
        text::number(word).ok_or_else(|| {
            bad(
                line,
                format!("{} is \"{word}\", not a finite number", what()),
            )
        })
    };
    let mut counts = [0; 5];
    for (count, name) in
        counts
            .iter_mut()
            .zip(["n1", "n2", "n3", "the grid's switch", "the number of bands"])
    {
        let value = number(&|| name.to_string())?;
        if !(0.0..1e9).contains(&value) || value.fract() != 0.0 {
            return Err(bad(1, format!("{name} is {value}, not a count")));
        }
        *count = value as usize;
    }
    let [n1, n2, n3, switch, n_band] = counts;
    let n = [n1, n2, n3];
    let fits = n
        .iter()
        .try_fold(n_band, |p, &x| p.checked_mul(x))
        .is_some_and(|p| p > 0 && p <= content.len());
    if !fits || switch > 2 {
        return Err(bad(
            1,
            format!(
                "{n_band} bands of {n1}×{n2}×{n3} energies with switch {switch}: the file cannot hold that"
            ),
        ));
    }
    let mut vectors = [[0.0; 3]; 3];
    for x in vectors.as_flattened_mut() {
        *x = number(&|| "a reciprocal vector".to_string())?;
    }
    let scale = units.vectors.in_inverse_angstrom();
    let lattice = Lattice::from_reciprocal(vectors.map(|b| b.map(|x| x * scale)))
        .map_err(text::in_file(path))?;

    // u = (i + shift)/N with i from 0.
    let shift = n.map(|n| match switch {
        0 => 0.5 * (1.0 - n as f64),
        1 => 0.0,
        _ => 0.5,
    });
    let grid = KGrid::new(n, shift).map_err(text::in_file(path))?;
    // A shift of whole steps turns the grid.
    let turn: [usize; 3] =
        std::array::from_fn(|a| (shift[a].floor() as i64).rem_euclid(n[a] as i64) as usize);
    let to_ev = units.energy.in_ev();
    let mut energies = crate::memory::zeros("the energies of a grid", n_band * grid.len())?;
    for (band, energies) in energies.chunks_exact_mut(grid.len()).enumerate() {
        for i1 in 0..n1 {
            for i2 in 0..n2 {
                for i3 in 0..n3 {
                    let j = [
                        (i1 + turn[0]) % n1,
                        (i2 + turn[1]) % n2,
                        (i3 + turn[2]) % n3,
                    ];
                    energies[grid.index(j)] = to_ev
                        * number(&|| format!("energy ({i1}, {i2}, {i3}) of band {}", band + 1))?;
                }
            }
        }
    }
    let block = energies.len();
    let rest = words.count();
    if rest % block != 0 || rest > 3 * block {
        let problem =
            format!("{rest} numbers follow the {block} energies: no whole blocks of a property");
        return Err(bad(last, problem));
    }

    let mut header = BandHeader::new(lattice, grid, SpinTreatment::Unpolarized, n_band);
    header.spin_assumed = true;
    header.fermi_level_ev = Some(0.0);
    let group = PointGroup::of_lattice(&header.lattice, LATTICE_TOLERANCE).on_grid(&grid);
    header.point_group = symmetry_of(&group, &grid, &energies, SAME_ENERGY_EV);
    header.provenance.format = "FRMSF".to_string();
    let mut notes = vec![
        format!("Units: {units}, as the user says."),
        format!(
            "FRMSF has energies relative to the Fermi level, and does not state spin: {}.",
            crate::io::TWO_ASSUMED
        ),
        format!(
            "FRMSF has no symmetry: the energies have {} operations.",
            header.point_group.order()
        ),
    ];
    if rest > 0 {
        notes.push(format!(
            "{} further blocks (velocities or weights) are not used.",
            rest / block
        ));
    }
    header.provenance.notes = notes;
    BandGrid::new(header, energies).map_err(text::in_file(path))
}
