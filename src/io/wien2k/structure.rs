//! `CASE.struct`: the lattice, the vectors that k-points are in units of, and the atoms.
//!
//! The file holds the lengths and angles of a conventional cell, whatever the lattice (user's guide, `case.struct`):
//!
//! | type | conventional cell | positions in units of | k-points in units of |
//! | --- | --- | --- | --- |
//! | P, H | itself (H: γ = 120°) | its vectors | its reciprocal vectors |
//! | F, B, CXY, CYZ | orthogonal | its vectors | its reciprocal vectors |
//! | CXZ | orthogonal or monoclinic with γ ≠ 90° | its vectors | its reciprocal vectors |
//! | R | hexagonal: a = b, c | *rhombohedral* vectors | *rhombohedral* reciprocal vectors |
//!
//! The rhombohedral vectors are (A−B+C)/3, (A+2B+C)/3, (−2A−B+C)/3 of the hexagonal A B C. For monoclinic CXZ the guide speaks of
//! "internal coordinates", which WIEN2k's programs take to be those of the conventional cell, as BoltzTraP2 does.
//! Cartesian axes: a (A of H and R) along x, b in the xy plane.

use crate::crystal::{Atom, Lattice, Tensor};
use crate::error::{Error, Result};
use crate::io::lines::Lines;
use crate::io::text;
use crate::units::BOHR_ANGSTROM;
use std::path::Path;

/// Relative difference up to which two lattice constants are one, and degrees for angles.
const SAME: f64 = 1e-5;

/// What `.struct` says.
pub(super) struct Structure {
    /// Primitive lattice (Å).
    pub lattice: Lattice,
    /// Fractional in the primitive lattice.
    pub atoms: Vec<Atom>,
    /// Number of inequivalent atoms: `.energy` has two header lines for each.
    pub inequivalent: usize,
    /// The lattice whose reciprocal vectors are the units of k-points.
    units: Lattice,
}

/// The number of inequivalent atoms of line 2: WIEN2k reads columns (A4,23X,I3), whatever stands between (`LATTICE,NONEQUIV.ATOMS:`,
/// in older files without the colon); the number of the space group may follow. A line that was edited has it behind the colon.
fn count_of_atoms(line: &str) -> Option<usize> {
    let columns = line.get(27..30.min(line.len())).unwrap_or("").trim();
    let behind_colon = || {
        let rest = line.split_once(':')?.1;
        rest.split_ascii_whitespace().next()?.parse().ok()
    };
    columns.parse().ok().or_else(behind_colon)
}

impl Structure {
    /// Reads `.struct`.
    pub fn read(path: &Path) -> Result<Self> {
        let file = text::read(path)?;
        Self::parse(path, &file.text)
    }

    /// A listed k-point as fractions of the primitive reciprocal vectors.
    pub fn k_fractional(&self, listed: [f64; 3]) -> [f64; 3] {
        self.lattice.k_fractional(self.units.k_cartesian(listed))
    }

    fn parse(path: &Path, content: &str) -> Result<Self> {
        let mut lines = Lines::new(path, content);
        lines.raw();
        let line = lines.text("the lattice type")?;
        let kind = line.get(..4).unwrap_or("").trim().to_string();
        let inequivalent = count_of_atoms(line)
            .filter(|n| (1..=content.len()).contains(n))
            .ok_or_else(|| {
                lines.bad(format!(
                    "\"{}\" has no number of inequivalent atoms in columns 28 to 30",
                    line.trim()
                ))
            })?;
        lines.text("the line of the relativistic mode")?;
        let line = lines.text("the lattice constants")?;
        let mut cell = [0.0; 6];
        for (i, x) in cell.iter_mut().enumerate() {
            let field = line.get(10 * i..10 * (i + 1)).unwrap_or("").trim();
            *x = text::number(field).filter(|x| *x > 0.0).ok_or_else(|| {
                lines.bad(format!(
                    "\"{}\" has no six lattice constants and angles in columns of 10",
                    line.trim()
                ))
            })?;
        }
        let (rows, units) = vectors(&kind, cell).ok_or_else(|| {
            Error::bad_file(
                path,
                "lattice type in line 2",
                format!("\"{kind}\" with the lattice constants and angles {cell:?} is not read"),
                "P, F, B, H, R (a = b), orthogonal CXY, CYZ and CXZ, and CXZ with γ ≠ 90° are: convert the bands by another format",
            )
        })?;
        let lattice = Lattice::new(rows).map_err(text::in_file(path))?;
        let units = Lattice::new(units).map_err(text::in_file(path))?;
        let scale = 0.5 / std::f64::consts::PI;
        let mut atoms = Vec::new();
        for number in 1..=inequivalent {
            let (name, positions) = atom(&mut lines, number, content.len())?;
            for p in positions {
                let r: [f64; 3] =
                    std::array::from_fn(|c| (0..3).map(|i| p[i] * units.rows()[i][c]).sum());
                atoms.push(Atom {
                    // WIEN2k numbers the names of atoms that it holds to be different (Fe1, Fe2).
                    symbol: name.clone(),
                    position: lattice
                        .reciprocal()
                        .map(|b| scale * (b[0] * r[0] + b[1] * r[1] + b[2] * r[2])),
                });
            }
        }
        Ok(Self {
            lattice,
            atoms,
            inequivalent,
            units,
        })
    }
}

/// Name and equivalent positions of one inequivalent atom; at most `limit` of them.
fn atom(lines: &mut Lines, number: usize, limit: usize) -> Result<(String, Vec<[f64; 3]>)> {
    let mut positions = Vec::new();
    let mut multiplicity = 1;
    while positions.len() < multiplicity {
        let line = lines.text(&format!("a position of atom {number}"))?;
        let value = |name: &str| -> Option<f64> {
            let rest = line.split(name).nth(1)?;
            let field = rest.get(..10).unwrap_or(rest);
            text::number(field.split_ascii_whitespace().next()?)
        };
        let (Some(x), Some(y), Some(z)) = (value("X="), value("Y="), value("Z=")) else {
            return Err(lines.bad(format!(
                "\"{}\" stands where X=, Y=, Z= of atom {number} are expected",
                line.trim()
            )));
        };
        positions.push([x, y, z]);
        if positions.len() == 1 {
            let line = lines.text("MULT=")?;
            let found = line
                .split("MULT=")
                .nth(1)
                .and_then(|r| r.split_ascii_whitespace().next()?.parse().ok());
            multiplicity = found
                .filter(|n| (1..=limit).contains(n))
                .ok_or_else(|| lines.bad(format!("\"{}\" has no MULT=", line.trim())))?;
        }
    }
    let name = lines.text("the name of an atom")?;
    let name = name.get(..10).unwrap_or(name).trim().to_string();
    for _ in 0..3 {
        lines.text("the local rotation matrix")?;
    }
    Ok((name, positions))
}

/// Primitive vectors, and those that positions and k-points are in units of, in Å.
fn vectors(kind: &str, [a, b, c, alpha, beta, gamma]: [f64; 6]) -> Option<(Tensor, Tensor)> {
    let [a, b, c] = [a, b, c].map(|x| x * BOHR_ANGSTROM);
    let gamma = if matches!(kind, "H" | "R") {
        120.0
    } else {
        gamma
    };
    let (ca, cb) = (alpha.to_radians().cos(), beta.to_radians().cos());
    let (sg, cg) = gamma.to_radians().sin_cos();
    let cx = cb;
    let cy = (ca - cb * cg) / sg;
    let cz = (1.0 - cx * cx - cy * cy).max(0.0).sqrt();
    let conventional = [
        [a, 0.0, 0.0],
        [b * cg, b * sg, 0.0],
        [c * cx, c * cy, c * cz],
    ];
    let combined = |by: f64, s: [f64; 3]| -> [f64; 3] {
        std::array::from_fn(|k| (0..3).map(|i| by * s[i] * conventional[i][k]).sum())
    };
    let is_right = |angle: &f64| (angle - 90.0).abs() < SAME;
    let right = [alpha, beta, gamma].iter().all(is_right);
    let upright = [alpha, beta].iter().all(is_right);
    let halves = match kind {
        "P" | "H" => return Some((conventional, conventional)),
        "R" if upright && (a / b - 1.0).abs() < SAME => {
            let thirds = [[1.0, -1.0, 1.0], [1.0, 2.0, 1.0], [-2.0, -1.0, 1.0]];
            let rows = thirds.map(|s| combined(1.0 / 3.0, s));
            return Some((rows, rows));
        }
        "F" if right => [[0.0, 1.0, 1.0], [1.0, 0.0, 1.0], [1.0, 1.0, 0.0]],
        "B" if right => [[-1.0, 1.0, 1.0], [1.0, -1.0, 1.0], [1.0, 1.0, -1.0]],
        "CXY" if right => [[1.0, -1.0, 0.0], [1.0, 1.0, 0.0], [0.0, 0.0, 2.0]],
        "CXZ" if upright => [[1.0, 0.0, -1.0], [0.0, 2.0, 0.0], [1.0, 0.0, 1.0]],
        "CYZ" if right => [[2.0, 0.0, 0.0], [0.0, 1.0, -1.0], [0.0, 1.0, 1.0]],
        _ => return None,
    };
    Some((halves.map(|s| combined(0.5, s)), conventional))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A `.struct` of one inequivalent atom at `positions`.
    fn structure(kind: &str, cell: [f64; 6], positions: &[[f64; 3]]) -> Result<Structure> {
        let mut text = format!("test\n{kind:<4}LATTICE,NONEQUIV.ATOMS:  1\nMODE OF CALC=RELA\n");
        text += &cell.map(|x| format!("{x:10.6}")).concat();
        for (i, [x, y, z]) in positions.iter().enumerate() {
            text += &format!("\nATOM  -1: X={x:10.8} Y={y:10.8} Z={z:10.8}");
            if i == 0 {
                text += &format!("\n          MULT={:2}          ISPLIT= 4", positions.len());
            }
        }
        text += "\nBi         NPT=  781  R0=0.00000500 RMT=    2.5000   Z: 83.0\n";
        text += "LOCAL ROT MATRIX:    1.0000000 0.0000000 0.0000000\n";
        text += "                     0.0000000 1.0000000 0.0000000\n";
        text += "                     0.0000000 0.0000000 1.0000000\n";
        Structure::parse(Path::new("test.struct"), &text)
    }

    fn lengths_and_cosines(rows: &Tensor) -> ([f64; 3], [f64; 3]) {
        let dot = |i: usize, j: usize| (0..3).map(|c| rows[i][c] * rows[j][c]).sum::<f64>();
        let lengths = std::array::from_fn(|i| dot(i, i).sqrt());
        let cosine = |i: usize, j: usize| dot(i, j) / (lengths[i] * lengths[j]);
        (lengths, [cosine(1, 2), cosine(2, 0), cosine(0, 1)])
    }

    /// Bismuth (A7): hexagonal a = 4.546 Å, c = 11.862 Å is rhombohedral a = 4.746 Å, α = 57.23°, two atoms at ±0.2339 (111)
    /// (Wyckoff, Crystal Structures 1).
    #[test]
    fn rhombohedral_bismuth_has_its_edge_and_angle() {
        let bohr = |x: f64| x / BOHR_ANGSTROM;
        let u = 0.2339;
        let cell = [bohr(4.546), bohr(4.546), bohr(11.862), 90.0, 90.0, 120.0];
        let bismuth = structure("R", cell, &[[u; 3], [1.0 - u; 3]]).unwrap();
        let (edges, cosines) = lengths_and_cosines(bismuth.lattice.rows());
        for i in 0..3 {
            assert!((edges[i] - 4.746).abs() < 1e-3, "{edges:?}");
            assert!((cosines[i].acos().to_degrees() - 57.23).abs() < 0.02);
        }
        let hexagonal = 0.75f64.sqrt() * 4.546 * 4.546 * 11.862;
        assert!((bismuth.lattice.volume() - hexagonal / 3.0).abs() < 1e-4);
        // Positions and k-points are in units of the rhombohedral vectors already: (111) is the trigonal axis z.
        for atom in &bismuth.atoms {
            let [x, y, z] = atom.position;
            assert!((x - y).abs() < 1e-9 && (y - z).abs() < 1e-9, "{atom:?}");
        }
        let k = [0.1, -0.3, 0.45];
        let same = bismuth.k_fractional(k);
        assert!((0..3).all(|i| (same[i] - k[i]).abs() < 1e-12));
        let axis = bismuth.lattice.k_cartesian([0.5; 3]);
        assert!(axis[0].abs() < 1e-9 && axis[1].abs() < 1e-9);
        // T lies at 3π/c of the hexagonal c.
        let t = 3.0 * std::f64::consts::PI / 11.862;
        assert!((axis[2].abs() - t).abs() < 1e-5);
        let group =
            crate::crystal::PointGroup::of_structure(&bismuth.lattice, &bismuth.atoms, 1e-3);
        assert_eq!(group.unwrap().order(), 12);
    }

    /// With B-centring (½, 0, ½) and γ between a and b: half the volume, and k = (1, 0, 0) of the conventional cell is on the
    /// zone boundary, at (½, 0, ½) of the primitive one.
    #[test]
    fn monoclinic_cxz_is_centred_by_half_a_and_half_c() {
        let cell = [10.0, 6.0, 11.0, 90.0, 90.0, 103.0];
        let s = structure("CXZ", cell, &[[0.1, 0.2, 0.3]]).unwrap();
        let volume = 10.0 * 6.0 * 11.0 * 103f64.to_radians().sin() * BOHR_ANGSTROM.powi(3);
        assert!((s.lattice.volume() - volume / 2.0).abs() < 1e-6);
        let a = s.lattice.rows();
        // a₁ + a₃ is the conventional a, a₃ − a₁ the conventional c, and a₂·a = |a||b| cos γ.
        for c in 0..3 {
            let sum = a[0][c] + a[2][c];
            let difference = a[2][c] - a[0][c];
            assert!((sum - [10.0 * BOHR_ANGSTROM, 0.0, 0.0][c]).abs() < 1e-9);
            assert!((difference - [0.0, 0.0, 11.0 * BOHR_ANGSTROM][c]).abs() < 1e-9);
        }
        let k = s.k_fractional([1.0, 0.0, 0.0]);
        for (x, want) in k.iter().zip([0.5, 0.0, 0.5]) {
            assert!((x - want).abs() < 1e-12, "{k:?}");
        }
        let moved: [f64; 3] = s.atoms[0].position;
        for (x, want) in moved.iter().zip([0.1 - 0.3, 0.2, 0.1 + 0.3]) {
            assert!((x - want).abs() < 1e-7, "{moved:?}");
        }
    }

    #[test]
    fn lattices_that_do_not_exist_are_refused_by_name() {
        let oblique = [10.0, 6.0, 11.0, 90.0, 90.0, 103.0];
        for (kind, cell) in [("F", oblique), ("CXY", oblique), ("CYZ", oblique)] {
            let error = structure(kind, cell, &[[0.0; 3]]).err().unwrap();
            assert!(error.to_string().contains("not read"), "{error}");
        }
        let unequal = [10.0, 6.0, 11.0, 90.0, 90.0, 120.0];
        assert!(structure("R", unequal, &[[0.0; 3]]).is_err());
        let tilted = [10.0, 6.0, 11.0, 95.0, 90.0, 103.0];
        assert!(structure("CXZ", tilted, &[[0.0; 3]]).is_err());
    }
}
