//! Orbitals of a crystal, and what the operations of its space group do with them.

use super::orbitals::{self, Shell};
use crate::crystal::{self, Atom, KGrid, Lattice, PointGroup, Rotation, Tensor, tensor};
use nalgebra::DMatrix;
use rustfft::num_complex::Complex64;
use std::f64::consts::PI;

/// Sites that an operation maps closer than this (Å) on each other are mapped.
const SAME_SITE: f64 = 1e-2;

/// Orbitals on sites: N of them, or 2N with spin (all of spin up first).
#[derive(Clone, Debug)]
pub(super) struct Basis {
    pub lattice: Lattice,
    pub sites: Vec<Atom>,
    pub shells: Vec<Shell>,
    /// Whether every orbital is there with both spins.
    pub spinors: bool,
}

impl Basis {
    /// Shells on each site by `shells(symbol)`: one letter each, s p d, S for a second s.
    pub fn new(
        lattice: &Lattice,
        sites: &[Atom],
        spinors: bool,
        shells: impl Fn(&str) -> String,
    ) -> Self {
        let mut first = 0;
        let mut all = Vec::new();
        for (site, atom) in sites.iter().enumerate() {
            for letter in shells(&atom.symbol).chars() {
                let (l, radial) = match letter {
                    'p' => (1, 0),
                    'd' => (2, 0),
                    'S' => (0, 1),
                    _ => (0, 0),
                };
                all.push(Shell {
                    site,
                    l,
                    radial,
                    first,
                });
                first += 2 * l + 1;
            }
        }
        Self {
            lattice: lattice.clone(),
            sites: sites.to_vec(),
            shells: all,
            spinors,
        }
    }

    /// Number of orbitals without spin.
    pub fn n_spatial(&self) -> usize {
        self.shells.iter().map(Shell::len).sum()
    }

    /// Number of orbitals.
    pub fn len(&self) -> usize {
        self.n_spatial() * if self.spinors { 2 } else { 1 }
    }

    /// The site of each orbital.
    pub fn site_of(&self) -> Vec<usize> {
        let spatial: Vec<usize> = self
            .shells
            .iter()
            .flat_map(|s| std::iter::repeat_n(s.site, s.len()))
            .collect();
        let times = if self.spinors { 2 } else { 1 };
        spatial.repeat(times)
    }
}

/// One operation of the space group, together with time reversal where `conjugate`: H(k') = D H(k) D† with k' = R k, and with
/// H* and k' = −R k where it is antiunitary.
#[derive(Clone, Debug)]
pub(super) struct Operation {
    /// k' = `on_k` k.
    pub on_k: Rotation,
    /// Whether H is conjugated first.
    pub conjugate: bool,
    /// The site τ' that each site goes to.
    pub to: Vec<usize>,
    /// Lattice vector ΔR of each site: W τ + t = τ' + ΔR.
    pub moved: Vec<[i32; 3]>,
    /// Entries (column, number) of each row of D, without the phases of the columns.
    pub rows: Vec<Vec<(usize, Complex64)>>,
}

impl Operation {
    /// e^{−2πi k'·ΔR} of each site.
    pub fn phases(&self, u_there: [f64; 3]) -> Vec<Complex64> {
        let phase = |r: &[i32; 3]| {
            let turn: f64 = (0..3).map(|i| f64::from(r[i]) * u_there[i]).sum();
            Complex64::from_polar(1.0, -2.0 * PI * turn)
        };
        self.moved.iter().map(phase).collect()
    }

    /// W R of a lattice vector.
    pub fn moves(&self, r: [i32; 3]) -> [i32; 3] {
        let sign = if self.conjugate { -1 } else { 1 };
        let w = inverse_transposed(&self.on_k);
        std::array::from_fn(|i| sign * (0..3).map(|j| w[i][j] * r[j]).sum::<i32>())
    }

    /// D at k'.
    pub fn matrix(&self, u_there: [f64; 3], site_of: &[usize]) -> DMatrix<Complex64> {
        let phases = self.phases(u_there);
        let n = self.rows.len();
        let mut d = DMatrix::zeros(n, n);
        for (i, row) in self.rows.iter().enumerate() {
            for &(j, x) in row {
                d[(i, j)] = x * phases[site_of[j]];
            }
        }
        d
    }
}

/// Every operation under which the basis and, by `group`, the bands stay as they are, that also maps `grid` on itself.
pub(super) fn operations(
    basis: &Basis,
    group: &PointGroup,
    time_reversal: bool,
    grid: &KGrid,
) -> Vec<Operation> {
    let both = group.with_inversion();
    let mut all = Vec::new();
    for on_k in both.rotations() {
        for moved in translations(basis, on_k) {
            let unitary = unitary(basis, on_k, &moved);
            let conjugate = |op: &Operation| Operation {
                on_k: op.on_k.map(|row| row.map(|x| -x)),
                conjugate: true,
                rows: reversed(basis, &op.rows),
                ..op.clone()
            };
            let holds = |r: &Rotation| group.rotations().contains(r);
            let minus = on_k.map(|row| row.map(|x| -x));
            // Where E(Rk) = E(k) is known only together with E(−k) = E(k), the operation alone may still be one of the crystal.
            if holds(on_k) || (time_reversal && holds(&minus)) {
                if time_reversal {
                    all.push(conjugate(&unitary));
                }
                all.push(unitary);
            }
        }
    }
    let kept = |op: &Operation| {
        let step = |i: usize| {
            let mut u = grid.point([0; 3]);
            u[i] += 1.0 / grid.n[i] as f64;
            u
        };
        let mut points = std::iter::once(grid.point([0; 3])).chain((0..3).map(step));
        points.all(|u| grid.locate(crystal::apply(&op.on_k, u), 1e-5).is_some())
    };
    all.retain(kept);
    // The identity first: points of a star go by it where they can.
    let identity = [[1, 0, 0], [0, 1, 0], [0, 0, 1]];
    all.sort_by_key(|op| {
        (
            op.conjugate,
            op.on_k != identity,
            op.moved.iter().any(|r| *r != [0; 3]),
        )
    });
    all
}

/// The sites that W (of `on_k`) maps the sites on, for every translation with which it maps all of them: lists of (site, ΔR).
fn translations(basis: &Basis, on_k: &Rotation) -> Vec<Vec<(usize, [i32; 3])>> {
    let sites = &basis.sites;
    // W = R⁻ᵀ, integers.
    let w = inverse_transposed(on_k);
    let turned = |x: [f64; 3]| -> [f64; 3] { crystal::apply(&w, x) };
    let a = basis.lattice.rows();
    let distance = |d: [f64; 3]| {
        let v: [f64; 3] = std::array::from_fn(|c| (0..3).map(|i| d[i] * a[i][c]).sum());
        v.iter().map(|x| x * x).sum::<f64>().sqrt()
    };
    let Some(origin) = sites.first() else {
        return Vec::new();
    };
    let base = turned(origin.position);
    sites
        .iter()
        .filter(|s| s.symbol == origin.symbol)
        .filter_map(|target| {
            let t: [f64; 3] = std::array::from_fn(|i| target.position[i] - base[i]);
            sites
                .iter()
                .map(|from| {
                    let x = turned(from.position);
                    sites.iter().enumerate().find_map(|(to, site)| {
                        let d: [f64; 3] = std::array::from_fn(|i| x[i] + t[i] - site.position[i]);
                        let r = d.map(f64::round);
                        let off = distance(std::array::from_fn(|i| d[i] - r[i]));
                        let mapped = off < SAME_SITE && site.symbol == from.symbol;
                        mapped.then_some((to, r.map(|x| x as i32)))
                    })
                })
                .collect::<Option<Vec<_>>>()
        })
        .collect()
}

fn inverse_transposed(r: &Rotation) -> Rotation {
    // Cofactors over the determinant, which is ±1.
    let minor = |i: usize, j: usize| {
        let (a, b) = ((i + 1) % 3, (i + 2) % 3);
        let (c, d) = ((j + 1) % 3, (j + 2) % 3);
        r[a][c] * r[b][d] - r[a][d] * r[b][c]
    };
    let determinant: i32 = (0..3).map(|j| r[0][j] * minor(0, j)).sum();
    std::array::from_fn(|i| std::array::from_fn(|j| determinant * minor(i, j)))
}

fn unitary(basis: &Basis, on_k: &Rotation, to: &[(usize, [i32; 3])]) -> Operation {
    let o = cartesian(&basis.lattice, on_k);
    let n = basis.n_spatial();
    let mut spatial: Vec<Vec<(usize, Complex64)>> = vec![Vec::new(); n];
    for from in &basis.shells {
        let there =
            |s: &&Shell| s.site == to[from.site].0 && (s.l, s.radial) == (from.l, from.radial);
        let Some(there) = basis.shells.iter().find(there) else {
            continue;
        };
        let m = orbitals::turned(from.l, &o);
        for a in 0..from.len() {
            for b in 0..from.len() {
                if m[(a, b)].abs() > 1e-12 {
                    spatial[there.first + a].push((from.first + b, Complex64::from(m[(a, b)])));
                }
            }
        }
    }
    Operation {
        on_k: *on_k,
        conjugate: false,
        to: to.iter().map(|(s, _)| *s).collect(),
        moved: to.iter().map(|(_, r)| *r).collect(),
        rows: if basis.spinors {
            with_spin(&spatial, &spin_matrix(&o))
        } else {
            spatial
        },
    }
}

/// D·Θ, the matrix before the conjugation: Θ = 1 without spin, iσ_y with.
fn reversed(basis: &Basis, rows: &[Vec<(usize, Complex64)>]) -> Vec<Vec<(usize, Complex64)>> {
    if !basis.spinors {
        return rows.to_vec();
    }
    let n = basis.n_spatial();
    // (D Θ)_ij = Σ D_ik Θ_kj with Θ(up, down) = 1, Θ(down, up) = −1.
    let turn = |&(j, x): &(usize, Complex64)| if j < n { (j + n, x) } else { (j - n, -x) };
    rows.iter()
        .map(|row| row.iter().map(turn).collect())
        .collect()
}

fn with_spin(
    spatial: &[Vec<(usize, Complex64)>],
    spin: &[[Complex64; 2]; 2],
) -> Vec<Vec<(usize, Complex64)>> {
    let n = spatial.len();
    (0..2 * n)
        .map(|i| {
            let pairs = spatial[i % n]
                .iter()
                .flat_map(|&(j, x)| (0..2).map(move |s| (j + s * n, x * spin[i / n][s])));
            pairs.filter(|(_, x)| x.norm() > 1e-12).collect()
        })
        .collect()
}

/// The SU(2) matrix of the proper part of an orthogonal matrix, exp(−iφ n·σ/2), up to its sign.
fn spin_matrix(o: &Tensor) -> [[Complex64; 2]; 2] {
    let sign = tensor::determinant(o).signum();
    let r = o.map(|row| row.map(|x| sign * x));
    // The unit quaternion (w, x, y, z), from its largest component.
    let trace = r[0][0] + r[1][1] + r[2][2];
    let squares = [
        1.0 + trace,
        1.0 + 2.0 * r[0][0] - trace,
        1.0 + 2.0 * r[1][1] - trace,
        1.0 + 2.0 * r[2][2] - trace,
    ];
    let largest = (0..4).fold(0, |m, i| if squares[i] > squares[m] + 1e-9 { i } else { m });
    let products = [
        [
            squares[0],
            r[2][1] - r[1][2],
            r[0][2] - r[2][0],
            r[1][0] - r[0][1],
        ],
        [
            r[2][1] - r[1][2],
            squares[1],
            r[0][1] + r[1][0],
            r[0][2] + r[2][0],
        ],
        [
            r[0][2] - r[2][0],
            r[0][1] + r[1][0],
            squares[2],
            r[1][2] + r[2][1],
        ],
        [
            r[1][0] - r[0][1],
            r[0][2] + r[2][0],
            r[1][2] + r[2][1],
            squares[3],
        ],
    ];
    let [w, x, y, z] = products[largest].map(|p| 0.5 * p / squares[largest].sqrt());
    [
        [Complex64::new(w, -z), Complex64::new(-y, -x)],
        [Complex64::new(y, -x), Complex64::new(w, z)],
    ]
}

/// The operation on k as an orthogonal Cartesian matrix: it turns positions alike.
fn cartesian(lattice: &Lattice, on_k: &Rotation) -> Tensor {
    let (a, b) = (lattice.rows(), lattice.reciprocal());
    let turn = 0.5 / PI;
    std::array::from_fn(|x| {
        std::array::from_fn(|y| {
            let mut sum = 0.0;
            for i in 0..3 {
                for j in 0..3 {
                    sum += turn * b[i][x] * f64::from(on_k[i][j]) * a[j][y];
                }
            }
            sum
        })
    })
}
