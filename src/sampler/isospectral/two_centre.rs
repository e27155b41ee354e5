//! A Hamiltonian linear in a few parameters: levels of the orbitals, and two-centre integrals by element pair and distance
//! (Slater and Koster), starting at Harrison's universal values.

use super::basis::{Basis, Operation};
use super::elements::element;
use super::orbitals;
use crate::crystal::KGrid;
use nalgebra::DMatrix;
use rustfft::num_complex::Complex64;
use std::collections::BTreeMap;
use std::f64::consts::PI;

/// Distances within this ratio are one shell of neighbours, whose integrals differ by a power of the distance.
const ONE_SHELL: f64 = 1.12;
/// Shells of each pair of elements.
const MOST_SHELLS: usize = 3;
/// Bonds are not longer than this times the shortest.
const REACH: f64 = 2.3;
/// Nor than this, Å, and cells are sought so far.
const LONGEST: f64 = 16.0;
const CELLS: i32 = 4;
/// ħ²/m in eV Å².
const HBAR2_OVER_M: f64 = 7.62;
/// Farther shells start at this share of Harrison's values, and second s orbitals at this.
const FARTHER: f64 = 0.35;
const SECOND_S: f64 = 0.5;
/// Harrison's η of ssσ; spσ; ppσ ppπ; sdσ; pdσ pdπ; ddσ ddπ ddδ.
const ETA: [[&[f64]; 3]; 3] = [
    [&[-1.32], &[1.42], &[-3.16]],
    [&[], &[2.22, -0.63], &[-2.95, 1.36]],
    [&[], &[], &[-16.2, 8.75, 0.0]],
];
/// Spin–orbit coupling λ starts at this, eV.
const COUPLING: f64 = 0.3;

/// What a parameter is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Level,
    Hopping,
    SpinOrbit,
    /// What symmetry allows beyond two centres; nothing at the start.
    Allowed,
}

/// Entries (vector, row, column, number) of a matrix.
pub(super) type Entries = Vec<(usize, usize, usize, Complex64)>;

/// A parameter: its value at the start (eV), and the matrix that it multiplies.
pub(super) struct Parameter {
    pub kind: Kind,
    pub start: f64,
    pub entries: Entries,
}

/// H(k) = Σ p_i M_i(k).
pub(super) struct TwoCentre {
    n: usize,
    pub vectors: Vec<[i32; 3]>,
    pub parameters: Vec<Parameter>,
}

pub(super) struct Bond {
    pub length: f64,
    pub from: usize,
    pub to: usize,
    pub vector: usize,
    direction: [f64; 3],
}

impl TwoCentre {
    /// The model of `basis`; `grid` tells along which axes there is anything to be known.
    pub fn new(basis: &Basis, grid: &KGrid, operations: &[Operation]) -> Self {
        let (vectors, bonds) = bonds(basis, grid);
        let mut model = Self {
            n: basis.len(),
            vectors,
            parameters: Vec::new(),
        };
        model.levels(basis);
        model.hoppings(basis, &bonds);
        if basis.spinors {
            model.double(basis.n_spatial());
            model.spin_orbit(basis);
        } else {
            model.allow(basis, operations, &bonds);
        }
        model
    }

    fn levels(&mut self, basis: &Basis) {
        let mut kinds: BTreeMap<(String, usize, usize), Vec<usize>> = BTreeMap::new();
        for shell in &basis.shells {
            let symbol = basis.sites[shell.site].symbol.clone();
            let orbitals = shell.first..shell.first + shell.len();
            kinds
                .entry((symbol, shell.l, shell.radial))
                .or_default()
                .extend(orbitals);
        }
        for ((symbol, l, radial), orbitals) in kinds {
            let e = element(&symbol);
            let start = [e.s, e.p, e.d][l]
                + 14.0 * radial as f64
                + if radial > 0 { e.p - e.s } else { 0.0 };
            let one = Complex64::from(1.0);
            self.parameters.push(Parameter {
                kind: Kind::Level,
                start,
                entries: orbitals.into_iter().map(|i| (0, i, i, one)).collect(),
            });
        }
    }

    fn hoppings(&mut self, basis: &Basis, bonds: &[Bond]) {
        let symbols: Vec<String> = basis.sites.iter().map(|s| s.symbol.clone()).collect();
        let Some(shortest) = bonds.first().map(|b| b.length) else {
            return;
        };
        // Bonds come by length.
        let mut shells: BTreeMap<[&str; 2], Vec<(f64, Vec<&Bond>)>> = BTreeMap::new();
        for bond in bonds {
            let mut pair = [symbols[bond.from].as_str(), symbols[bond.to].as_str()];
            pair.sort_unstable();
            let list = shells.entry(pair).or_default();
            let nearest = list.first().map_or(bond.length, |s| s.0);
            if bond.length > (REACH * shortest).max(1.05 * nearest) {
                continue;
            }
            let shells = list.len();
            match list.last_mut() {
                Some((first, members)) if bond.length <= *first * ONE_SHELL => members.push(bond),
                _ if shells < MOST_SHELLS => list.push((bond.length, vec![bond])),
                _ => {}
            }
        }
        type Orbital<'a> = (&'a str, usize, usize);
        for list in shells.values() {
            let nearest = list[0].0;
            for (distance, members) in list {
                let mut found: BTreeMap<(Orbital, Orbital, usize), Entries> = BTreeMap::new();
                for bond in members {
                    let of = |site: usize| basis.shells.iter().filter(move |s| s.site == site);
                    for a in of(bond.from) {
                        for b in of(bond.to) {
                            let x = (symbols[bond.from].as_str(), a.l, a.radial);
                            let y = (symbols[bond.to].as_str(), b.l, b.radial);
                            // The same integral whichever of the two is first.
                            let key = if (x.1, x.2, x.0) <= (y.1, y.2, y.0) {
                                (x, y)
                            } else {
                                (y, x)
                            };
                            let power = match (a.l, b.l) {
                                (2, 2) => 5.0,
                                (2, _) | (_, 2) => 3.5,
                                _ => 2.0,
                            };
                            let scale = (distance / bond.length).powf(power);
                            for (m, block) in orbitals::two_centre(a.l, b.l, bond.direction)
                                .into_iter()
                                .enumerate()
                            {
                                let entries = found.entry((key.0, key.1, m)).or_default();
                                for i in 0..a.len() {
                                    for j in 0..b.len() {
                                        let value = Complex64::from(scale * block[(i, j)]);
                                        if value.re.abs() > 1e-12 {
                                            entries.push((
                                                bond.vector,
                                                a.first + i,
                                                b.first + j,
                                                value,
                                            ));
                                        }
                                    }
                                }
                            }
                        }
                    }
                }
                for ((x, y, m), entries) in found {
                    let (l, k) = (x.1.min(y.1), x.1.max(y.1));
                    let r_d = |o: Orbital| (element(o.0).r_d / distance).powf(1.5);
                    let decay = match (l, k) {
                        (2, 2) => r_d(x) * r_d(y),
                        (_, 2) => r_d(if x.1 == 2 { x } else { y }),
                        _ => 1.0,
                    };
                    let near = if *distance < 1.2 * nearest {
                        1.0
                    } else {
                        FARTHER
                    };
                    let second = if x.2 + y.2 > 0 { SECOND_S } else { 1.0 };
                    self.parameters.push(Parameter {
                        kind: Kind::Hopping,
                        start: ETA[l][k][m] * HBAR2_OVER_M / distance.powi(2)
                            * decay
                            * near
                            * second,
                        entries,
                    });
                }
            }
        }
    }

    /// 1₂ ⊗ every parameter.
    fn double(&mut self, n: usize) {
        for p in &mut self.parameters {
            let down: Vec<_> = p
                .entries
                .iter()
                .map(|&(r, i, j, x)| (r, i + n, j + n, x))
                .collect();
            p.entries.extend(down);
        }
    }

    /// λ L·S per element and l > 0.
    fn spin_orbit(&mut self, basis: &Basis) {
        let n = basis.n_spatial();
        let mut found: BTreeMap<(String, usize), Entries> = BTreeMap::new();
        for shell in basis.shells.iter().filter(|s| s.l > 0) {
            let symbol = basis.sites[shell.site].symbol.clone();
            let entries = found.entry((symbol, shell.l)).or_default();
            let l = angular_momentum(shell.l);
            let half = Complex64::from(0.5);
            let i = Complex64::new(0.0, 1.0);
            for a in 0..shell.len() {
                for b in 0..shell.len() {
                    // L·σ/2 with σ's elements: up-up L_z, up-down L_x − iL_y, down-up L_x + iL_y, down-down −L_z.
                    let [x, y, z] = [0, 1, 2].map(|c| l[c][(a, b)] * half);
                    let (row, column) = (shell.first + a, shell.first + b);
                    for (r, c, value) in [
                        (row, column, z),
                        (row, column + n, x - i * y),
                        (row + n, column, x + i * y),
                        (row + n, column + n, -z),
                    ] {
                        if value.norm() > 1e-12 {
                            entries.push((0, r, c, value));
                        }
                    }
                }
            }
        }
        self.parameters
            .extend(found.into_values().map(|entries| Parameter {
                kind: Kind::SpinOrbit,
                start: COUPLING,
                entries,
            }));
    }

    /// e^{2πi u·R} of every vector.
    fn phases(&self, u: [f64; 3]) -> Vec<Complex64> {
        let phase = |r: &[i32; 3]| {
            let turn: f64 = (0..3).map(|a| f64::from(r[a]) * u[a]).sum();
            Complex64::from_polar(1.0, 2.0 * PI * turn)
        };
        self.vectors.iter().map(phase).collect()
    }

    /// M_i(k) of every parameter.
    pub fn matrices(&self, u: [f64; 3]) -> Vec<DMatrix<Complex64>> {
        let phases = self.phases(u);
        self.parameters
            .iter()
            .map(|p| {
                let mut m = DMatrix::zeros(self.n, self.n);
                for &(r, i, j, x) in &p.entries {
                    m[(i, j)] += phases[r] * x;
                }
                m
            })
            .collect()
    }

    /// H(k) with the parameters' `values`.
    pub fn at(&self, u: [f64; 3], values: &[f64]) -> DMatrix<Complex64> {
        let phases = self.phases(u);
        let mut h = DMatrix::zeros(self.n, self.n);
        for (p, value) in self.parameters.iter().zip(values) {
            for &(r, i, j, x) in &p.entries {
                h[(i, j)] += phases[r] * x * *value;
            }
        }
        h
    }
}

/// Vectors, the origin first, and bonds by length.
fn bonds(basis: &Basis, grid: &KGrid) -> (Vec<[i32; 3]>, Vec<Bond>) {
    let rows = basis.lattice.rows();
    let mut vectors = vec![[0; 3]];
    let mut bonds = Vec::new();
    let range = |a: usize| if grid.n[a] > 1 { -CELLS..=CELLS } else { 0..=0 };
    for x in range(0) {
        for y in range(1) {
            for z in range(2) {
                let r = [x, y, z];
                if r != [0; 3] {
                    vectors.push(r);
                }
                let vector = if r == [0; 3] { 0 } else { vectors.len() - 1 };
                for from in 0..basis.sites.len() {
                    for to in 0..basis.sites.len() {
                        let d: [f64; 3] = std::array::from_fn(|a| {
                            f64::from(r[a]) + basis.sites[to].position[a]
                                - basis.sites[from].position[a]
                        });
                        let v: [f64; 3] =
                            std::array::from_fn(|c| (0..3).map(|a| d[a] * rows[a][c]).sum());
                        let length = v.iter().map(|x| x * x).sum::<f64>().sqrt();
                        if length > 0.1 && length < LONGEST {
                            bonds.push(Bond {
                                length,
                                from,
                                to,
                                vector,
                                direction: v.map(|x| x / length),
                            });
                        }
                    }
                }
            }
        }
    }
    bonds.sort_by(|a, b| a.length.total_cmp(&b.length));
    (vectors, bonds)
}

/// L_x, L_y, L_z of the real orbitals, in units of ħ.
fn angular_momentum(l: usize) -> [DMatrix<Complex64>; 3] {
    // The generator of turns about axis c: L_c = i d/dφ of the orbitals' rotation at φ = 0, by an exact small turn.
    std::array::from_fn(|c| {
        let turn = |angle: f64| {
            let (s, k) = angle.sin_cos();
            let (a, b) = ((c + 1) % 3, (c + 2) % 3);
            let mut o = [[0.0; 3]; 3];
            o[c][c] = 1.0;
            (o[a][a], o[a][b], o[b][a], o[b][b]) = (k, -s, s, k);
            orbitals::turned(l, &o)
        };
        // Real orbitals of l ≤ 2 turn as cos φ, cos 2φ: D(φ) − D(−φ) = 2 (sin φ A₁ + sin 2φ A₂) with L = i(A₁ + 2A₂).
        let quarter = (turn(PI / 2.0) - turn(-PI / 2.0)) * 0.5;
        let eighth = (turn(PI / 4.0) - turn(-PI / 4.0)) * 0.5;
        let second = &eighth - &quarter * std::f64::consts::FRAC_1_SQRT_2;
        (quarter + second * 2.0).map(|x| Complex64::new(0.0, x))
    })
}

#[cfg(test)]
mod tests {
    use super::super::basis::operations;
    use super::super::stars::Stars;
    use super::*;
    use crate::crystal::{Atom, Lattice, PointGroup};

    /// [L_x, L_y] = i L_z, L² = l(l + 1).
    #[test]
    fn angular_momenta_obey_their_algebra() {
        for l in [1, 2] {
            let [x, y, z] = angular_momentum(l);
            let off = &x * &y - &y * &x - &z * Complex64::new(0.0, 1.0);
            assert!(off.norm() < 1e-12, "{off}");
            let square = &x * &x + &y * &y + &z * &z;
            let expected =
                DMatrix::identity(2 * l + 1, 2 * l + 1) * Complex64::from((l * (l + 1)) as f64);
            assert!((square - expected).norm() < 1e-12);
        }
    }

    fn diamond() -> (Lattice, Vec<Atom>) {
        let h = 2.7;
        let lattice = Lattice::new([[0.0, h, h], [h, 0.0, h], [h, h, 0.0]]).unwrap();
        let atom = |x: f64| Atom {
            symbol: "Si".into(),
            position: [x; 3],
        };
        (lattice, vec![atom(0.0), atom(0.25)])
    }

    /// H(k') = D H(k) D† for every operation of diamond's space group, glides and screws among them, with and without spin, and
    /// for every parameter: also those that symmetry alone allows.
    #[test]
    fn the_model_has_the_symmetry_of_the_crystal() {
        let (lattice, atoms) = diamond();
        let group = PointGroup::of_structure(&lattice, &atoms, 1e-4).unwrap();
        let grid = KGrid::gamma([4; 3]).unwrap();
        for spinors in [false, true] {
            let basis = Basis::new(&lattice, &atoms, spinors, |_| "spd".into());
            let operations = operations(&basis, &group, true, &grid);
            assert_eq!(operations.len(), 96);
            let model = TwoCentre::new(&basis, &grid, &operations);
            assert!(spinors || model.parameters.iter().any(|p| p.kind == Kind::Allowed));
            let values: Vec<f64> = (0..model.parameters.len())
                .map(|i| 0.3 + (i as f64).sin())
                .collect();
            let u = [0.13, -0.41, 0.77];
            let h = model.at(u, &values);
            assert!((&h - h.adjoint()).norm() < 1e-12);
            for op in &operations {
                let there = crate::crystal::apply(&op.on_k, u);
                let d = op.matrix(there, &basis.site_of());
                let h = if op.conjugate {
                    h.conjugate()
                } else {
                    h.clone()
                };
                let off = (&d * h * d.adjoint() - model.at(there, &values)).norm();
                assert!(off < 1e-10, "{:?} {}: {off}", op.on_k, op.conjugate);
            }
        }
    }

    /// At Γ the multiplets of s p d on diamond's two sites, with spin Kramers pairs and quartets, have their sizes, and their
    /// states rebuild the matrix.
    #[test]
    fn multiplets_at_gamma_are_those_of_the_cubic_group() {
        let (lattice, atoms) = diamond();
        let group = PointGroup::of_structure(&lattice, &atoms, 1e-4).unwrap();
        let grid = KGrid::gamma([4; 3]).unwrap();
        for (spinors, sizes) in [
            (false, vec![1, 1, 2, 2, 3, 3, 3, 3]),
            (true, vec![2, 2, 2, 2, 2, 2, 4, 4, 4, 4, 4, 4]),
        ] {
            let basis = Basis::new(&lattice, &atoms, spinors, |_| "spd".into());
            let operations = operations(&basis, &group, true, &grid);
            let model = TwoCentre::new(&basis, &grid, &operations);
            let values: Vec<f64> = (0..model.parameters.len())
                .map(|i| 0.3 + (i as f64).sin())
                .collect();
            let stars = Stars::new(&basis, grid, operations);
            let gamma = &stars.representatives[0];
            let h = model.at([0.0; 3], &values);
            let solved = gamma.multiplets.solve(gamma.multiplets.blocks(&h));
            let mut found: Vec<usize> = solved.levels.iter().map(|l| l.size).collect();
            found.sort_unstable();
            assert_eq!(found, sizes);
            let energies: Vec<f64> = solved.levels.iter().map(|l| l.energy).collect();
            let again = gamma.multiplets.projected(&solved, &energies);
            assert!((again - h).norm() < 1e-9);
            // Γ X L W … of 4³: Σ weights are the points, and fewer than all are worked on.
            let points: usize = stars.representatives.iter().map(|r| r.weight).sum();
            assert_eq!((points, stars.representatives.len()), (64, 8));
        }
    }
}
