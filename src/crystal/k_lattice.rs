//! Lattices of k-points that contain the reciprocal lattice, and the bases in which they are n₁×n₂×n₃ grids.
//!
//! Every regular set of k-points is one shifted lattice Λ that contains the reciprocal lattice G: ABINIT's several shifts and
//! `kptrlatt`, generalised regular grids, the symmetric images of an even Monkhorst–Pack grid. Λ/G is a finite Abelian group, and
//! the Smith normal form of G in a basis of Λ says which: Λ has a basis g_i such that the n_i g_i are a basis of G. In that basis of the
//! same reciprocal lattice the set *is* an n₁×n₂×n₃ grid.

use super::Lattice;
use super::rotation::{Rotation, compose};

/// A 3×3 matrix of integers, rows are vectors.
type Integers = [[i64; 3]; 3];

const ONE: Integers = [[1, 0, 0], [0, 1, 0], [0, 0, 1]];
/// Fractional coordinates closer than this are one coordinate.
pub(crate) const SAME_COORDINATE: f64 = 4e-6;
/// Most steps along an axis that the digits of files can tell.
const MOST_STEPS: i64 = 10_000;
/// Coefficients of the vectors of Λ, and of those of the reciprocal lattice, among which the best basis is searched.
const SEARCHED: [i64; 2] = [3, 2];

/// A lattice of k that contains every reciprocal lattice vector.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KLattice {
    /// Along b_i every vector of Λ is a multiple of b_i/steps_i, and no larger one will do.
    steps: [i64; 3],
    /// A basis, upper triangular; component i in units of 1/steps_i.
    rows: Integers,
}

/// A basis of the crystal lattice, by its integer coefficients, and the grid that Λ is in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GridBasis {
    /// Points along b'₁ b'₂ b'₃.
    pub n: [usize; 3],
    /// Rows are b'_i in units of b₁ b₂ b₃; the determinant is 1.
    reciprocal: Rotation,
    /// Rows are a'_i in units of a₁ a₂ a₃.
    direct: Rotation,
}

impl KLattice {
    /// The lattice of these fractional vectors and the reciprocal lattice; `None` where their components are no multiples of 1/m
    /// for any m up to 10⁴.
    pub fn generated_by(vectors: &[[f64; 3]]) -> Option<Self> {
        let mut steps = [1; 3];
        for (i, steps) in steps.iter_mut().enumerate() {
            let fits = |m: &i64| {
                vectors.iter().all(|v| {
                    let x = v[i] * *m as f64;
                    (x - x.round()).abs() <= SAME_COORDINATE * *m as f64
                })
            };
            *steps = (1..=MOST_STEPS).find(fits)?;
        }
        let mut rows = ONE;
        for i in 0..3 {
            rows[i][i] = steps[i];
        }
        let mut lattice = Self { steps, rows };
        for v in vectors {
            let in_steps = |i: usize| (v[i] * steps[i] as f64).round() as i64;
            lattice.insert(std::array::from_fn(in_steps));
        }
        Some(lattice)
    }

    /// Adds a vector to the basis, by Euclid's algorithm column by column.
    fn insert(&mut self, mut v: [i64; 3]) {
        for i in 0..3 {
            while v[i] != 0 {
                let q = self.rows[i][i] / v[i];
                for j in i..3 {
                    self.rows[i][j] -= q * v[j];
                }
                std::mem::swap(&mut self.rows[i], &mut v);
            }
            // b_j is in the lattice, and in the span of the rows from j on.
            for j in i + 1..3 {
                v[j] %= self.steps[j];
                self.rows[i][j] %= self.steps[j];
            }
        }
    }

    /// Number of points of Λ in one reciprocal cell.
    pub fn len(&self) -> usize {
        let all: i64 = self.steps.iter().product();
        let cell: i64 = (0..3).map(|i| self.rows[i][i].abs()).product();
        (all / cell.max(1)) as usize
    }

    /// Never true: Γ belongs to it.
    pub fn is_empty(&self) -> bool {
        false
    }

    /// Axes of the cell along which all points of Λ coincide.
    pub fn flat_axes(&self) -> usize {
        self.steps.iter().filter(|m| **m == 1).count()
    }

    /// The basis in which Λ is a grid: the cell's own where it is one there, else the one with the shortest steps (of those
    /// searched), its axes named and directed as those of the cell are as far as may be.
    pub fn grid_basis(&self, lattice: &Lattice) -> Option<GridBasis> {
        if self.len() as i64 == self.steps.iter().product::<i64>() {
            let n = self.steps.map(|m| m as usize);
            return Some(GridBasis::own(n));
        }
        let steps = self.best_steps(lattice);
        let rows: Integers = steps.map(|g| {
            let n = self.order(g);
            std::array::from_fn(|i| n * g[i] / self.steps[i])
        });
        let order = named_as_the_cell(&rows, lattice);
        let basis = GridBasis {
            n: order.map(|(i, _)| self.order(steps[i]) as usize),
            ..GridBasis::of_reciprocal(order.map(|(i, sign)| rows[i].map(|x| sign * x)))?
        };
        (basis.n.iter().product::<usize>() == self.len()).then_some(basis)
    }

    /// A basis of Λ, in units of 1/steps, whose multiples are a basis of the reciprocal lattice.
    fn best_steps(&self, lattice: &Lattice) -> Integers {
        let b = lattice.reciprocal();
        let cartesian = |g: &[i64; 3]| -> [f64; 3] {
            std::array::from_fn(|c| {
                (0..3)
                    .map(|i| g[i] as f64 / self.steps[i] as f64 * b[i][c])
                    .sum()
            })
        };
        let dot = |g: &[i64; 3], h: &[i64; 3]| -> f64 {
            let (g, h) = (cartesian(g), cartesian(h));
            (0..3).map(|c| g[c] * h[c]).sum()
        };
        let mut best = self.smith_steps();
        let orders = best.map(|g| self.order(g));
        // g_i + c g_j keeps its multiple a reciprocal lattice vector where n_j/gcd(n_i, n_j) divides c.
        reduce(&mut best, dot, |i, j| {
            orders[j] / gcd(orders[i], orders[j]).max(1)
        });
        let mut shortest = self.rows;
        reduce(&mut shortest, dot, |_, _| 1);
        let mut cell: Integers =
            std::array::from_fn(|i| std::array::from_fn(|j| ONE[i][j] * self.steps[j]));
        reduce(&mut cell, dot, |_, _| 1);
        let mut candidates: Vec<(f64, [i64; 3], i64)> = Vec::new();
        for (basis, reach) in [shortest, cell].into_iter().zip(SEARCHED) {
            for v in combinations(&basis, reach) {
                let g = self.shortest_along(v);
                candidates.push((dot(&g, &g), g, self.order(g)));
            }
        }
        candidates.sort_by(|x, y| x.0.total_cmp(&y.0).then(x.1.cmp(&y.1)));
        candidates.dedup_by(|x, y| x.1 == y.1);
        let n = self.len() as i64;
        let cell_volume = self.steps.iter().product::<i64>() / n;
        let mut least: f64 = best.iter().map(|g| dot(g, g)).sum::<f64>() * (1.0 - 1e-9);
        for (x, first) in candidates.iter().enumerate() {
            if 3.0 * first.0 >= least {
                break;
            }
            for (y, second) in candidates.iter().enumerate().skip(x + 1) {
                if first.0 + 2.0 * second.0 >= least {
                    break;
                }
                if n % (first.2 * second.2) != 0 {
                    continue;
                }
                for third in &candidates[y + 1..] {
                    let sum = first.0 + second.0 + third.0;
                    if sum >= least {
                        break;
                    }
                    let steps = [first.1, second.1, third.1];
                    if first.2 * second.2 * third.2 == n && determinant(&steps).abs() == cell_volume
                    {
                        (best, least) = (steps, sum * (1.0 - 1e-9));
                    }
                }
            }
        }
        best
    }

    /// The steps of the Smith normal form: the reciprocal lattice in the basis of Λ, made diagonal.
    fn smith_steps(&self) -> Integers {
        let mut x: Integers = std::array::from_fn(|i| {
            self.coefficients(std::array::from_fn(|j| ONE[i][j] * self.steps[j]))
        });
        let mut u = ONE;
        for t in 0..3 {
            while let Some((row, column)) = smallest(&x, t) {
                x.swap(t, row);
                u.swap(t, row);
                for r in &mut x {
                    r.swap(t, column);
                }
                for i in t + 1..3 {
                    let q = x[i][t] / x[t][t];
                    for j in 0..3 {
                        x[i][j] -= q * x[t][j];
                        u[i][j] -= q * u[t][j];
                    }
                }
                for j in t + 1..3 {
                    let q = x[t][j] / x[t][t];
                    for r in &mut x {
                        r[j] -= q * r[t];
                    }
                }
                if (t + 1..3).all(|i| x[i][t] == 0 && x[t][i] == 0) {
                    break;
                }
            }
        }
        std::array::from_fn(|i| {
            let n = x[i][i].abs().max(1);
            std::array::from_fn(|j| u[i][j] * self.steps[j] / n)
        })
    }

    /// Coefficients of a vector of Λ in its basis.
    fn coefficients(&self, mut v: [i64; 3]) -> [i64; 3] {
        let mut c = [0; 3];
        for i in 0..3 {
            c[i] = v[i] / self.rows[i][i];
            for j in i..3 {
                v[j] -= c[i] * self.rows[i][j];
            }
        }
        c
    }

    /// The shortest vector of Λ in the direction of one.
    fn shortest_along(&self, v: [i64; 3]) -> [i64; 3] {
        let c = self.coefficients(v);
        let n = gcd(gcd(c[0], c[1]), c[2]).max(1);
        v.map(|x| x / n)
    }

    /// How many steps `g` make a reciprocal lattice vector.
    fn order(&self, g: [i64; 3]) -> i64 {
        (0..3).fold(1, |n, i| {
            let own = self.steps[i] / gcd(self.steps[i], g[i]).max(1);
            n / gcd(n, own).max(1) * own
        })
    }
}

impl GridBasis {
    /// The cell's own basis.
    pub fn own(n: [usize; 3]) -> Self {
        const ONE: Rotation = [[1, 0, 0], [0, 1, 0], [0, 0, 1]];
        Self {
            n,
            reciprocal: ONE,
            direct: ONE,
        }
    }

    /// From rows of determinant 1, which no i32 may overflow.
    fn of_reciprocal(rows: Integers) -> Option<Self> {
        let cofactor = |i: usize, j: usize| {
            let ([p, q], [r, s]) = ([(i + 1) % 3, (i + 2) % 3], [(j + 1) % 3, (j + 2) % 3]);
            rows[p][r] * rows[q][s] - rows[p][s] * rows[q][r]
        };
        let mut basis = Self::own([1; 3]);
        for i in 0..3 {
            for j in 0..3 {
                basis.reciprocal[i][j] = i32::try_from(rows[i][j]).ok()?;
                basis.direct[i][j] = i32::try_from(cofactor(i, j)).ok()?;
            }
        }
        (determinant(&rows) == 1).then_some(basis)
    }

    /// Whether it is the basis of the file.
    pub fn is_own(&self) -> bool {
        self.direct == Self::own(self.n).direct
    }

    /// a'₁ a'₂ a'₃ in units of a₁ a₂ a₃, rows.
    pub fn direct(&self) -> &Rotation {
        &self.direct
    }

    /// b'₁ b'₂ b'₃ in units of b₁ b₂ b₃, rows.
    pub fn reciprocal(&self) -> &Rotation {
        &self.reciprocal
    }

    /// The cell's own basis in terms of this one.
    pub fn inverse(&self) -> Self {
        let transposed = |m: &Rotation| std::array::from_fn(|i| std::array::from_fn(|j| m[j][i]));
        Self {
            n: self.n,
            reciprocal: transposed(&self.direct),
            direct: transposed(&self.reciprocal),
        }
    }

    /// Fractional k in the cell's own basis, of the fractional k in this one.
    pub fn own_k(&self, u: [f64; 3]) -> [f64; 3] {
        super::apply(&self.inverse().direct, u)
    }

    /// Fractional k in this basis, of the fractional k in the cell's own.
    pub fn k(&self, u: [f64; 3]) -> [f64; 3] {
        super::apply(&self.direct, u)
    }

    /// Fractional position in this basis, of the one in the cell's own.
    pub fn position(&self, x: [f64; 3]) -> [f64; 3] {
        super::apply(&self.reciprocal, x)
    }

    /// The rows a'_i (Å).
    ///
    /// # Errors
    /// As [`Lattice::new`].
    pub fn lattice(&self, lattice: &Lattice) -> crate::Result<Lattice> {
        if self.is_own() {
            return Ok(lattice.clone());
        }
        let a = lattice.rows();
        Lattice::new(
            self.direct.map(|row| {
                std::array::from_fn(|c| (0..3).map(|i| f64::from(row[i]) * a[i][c]).sum())
            }),
        )
    }

    /// An operation on fractional k in this basis, of the one in the cell's own.
    pub(crate) fn rotation(&self, r: &Rotation) -> Rotation {
        let back = std::array::from_fn(|i| std::array::from_fn(|j| self.reciprocal[j][i]));
        compose(&compose(&self.direct, r), &back)
    }
}

/// Shortens the vectors by each other while they get shorter; vector i by multiples of `unit(i, j)` times vector j.
fn reduce(
    rows: &mut Integers,
    dot: impl Fn(&[i64; 3], &[i64; 3]) -> f64,
    unit: impl Fn(usize, usize) -> i64,
) {
    let mut changed = true;
    while changed {
        changed = false;
        for (i, j) in [(0, 1), (0, 2), (1, 2), (1, 0), (2, 0), (2, 1)] {
            let (unit, other) = (unit(i, j), rows[j]);
            let c = (dot(&rows[i], &other) / (unit as f64 * dot(&other, &other))).round() as i64;
            let shorter: [i64; 3] = std::array::from_fn(|x| rows[i][x] - c * unit * other[x]);
            if c != 0 && dot(&shorter, &shorter) < dot(&rows[i], &rows[i]) * (1.0 - 1e-9) {
                rows[i] = shorter;
                changed = true;
            }
        }
    }
}

/// Sums of the rows with coefficients up to `reach`, one of each pair ±v.
fn combinations(rows: &Integers, reach: i64) -> Vec<[i64; 3]> {
    let mut all = Vec::new();
    for x in -reach..=reach {
        for y in -reach..=reach {
            for z in -reach..=reach {
                if [x, y, z] > [0; 3] {
                    let c = |i: usize| x * rows[0][i] + y * rows[1][i] + z * rows[2][i];
                    all.push(std::array::from_fn(c));
                }
            }
        }
    }
    all
}

/// Which of the vectors, with which sign, is to be which axis: as near the cell's own axes as possible, with determinant 1.
fn named_as_the_cell(rows: &Integers, lattice: &Lattice) -> [(usize, i64); 3] {
    let b = lattice.reciprocal();
    let norm = |v: &[f64; 3]| v.iter().map(|x| x * x).sum::<f64>().sqrt();
    let cosine = |i: usize, axis: usize| -> f64 {
        let v: [f64; 3] =
            std::array::from_fn(|c| (0..3).map(|j| rows[i][j] as f64 * b[j][c]).sum());
        (0..3).map(|c| v[c] * b[axis][c]).sum::<f64>() / (norm(&v) * norm(&b[axis]))
    };
    let mut best = ([(0, 1), (1, 1), (2, 1)], f64::NEG_INFINITY);
    for order in [
        [0, 1, 2],
        [0, 2, 1],
        [1, 0, 2],
        [1, 2, 0],
        [2, 0, 1],
        [2, 1, 0],
    ] {
        for signs in 0..8 {
            let sign = |axis: usize| if signs >> axis & 1 == 0 { 1 } else { -1 };
            let named: [(usize, i64); 3] = std::array::from_fn(|a| (order[a], sign(a)));
            let likeness: f64 = (0..3).map(|a| sign(a) as f64 * cosine(order[a], a)).sum();
            let right_handed = determinant(&named.map(|(i, s)| rows[i].map(|x| s * x))) > 0;
            if right_handed && likeness > best.1 + 1e-9 {
                best = (named, likeness);
            }
        }
    }
    best.0
}

/// Row and column of the smallest entry but 0, from row and column t on.
fn smallest(x: &Integers, t: usize) -> Option<(usize, usize)> {
    (t..3)
        .flat_map(|i| (t..3).map(move |j| (i, j)))
        .filter(|&(i, j)| x[i][j] != 0)
        .min_by_key(|&(i, j)| x[i][j].abs())
}

fn determinant(m: &Integers) -> i64 {
    let minor = |j: usize| {
        let (p, q) = ((j + 1) % 3, (j + 2) % 3);
        m[1][p] * m[2][q] - m[1][q] * m[2][p]
    };
    (0..3).map(|j| m[0][j] * minor(j)).sum()
}

fn gcd(a: i64, b: i64) -> i64 {
    let (mut a, mut b) = (a.abs(), b.abs());
    while b != 0 {
        (a, b) = (b, a % b);
    }
    a
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cubic() -> Lattice {
        Lattice::new([[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]]).unwrap()
    }

    /// The rows n_i g_i are a basis of the reciprocal lattice, and the g_i one of Λ.
    fn assert_basis(k: &KLattice, steps: &Integers) {
        let n: i64 = steps.iter().map(|g| k.order(*g)).product();
        assert_eq!(n, k.len() as i64, "{steps:?} in {k:?}");
        let all: i64 = k.steps.iter().product();
        assert_eq!(determinant(steps).abs() * n, all, "{steps:?} in {k:?}");
    }

    #[test]
    fn a_lattice_is_counted_and_has_its_own_basis_where_it_is_a_grid_there() {
        let k = KLattice::generated_by(&[[0.25, 0.0, 0.0], [0.0, 0.333_333, 0.5]]).unwrap();
        assert_eq!((k.len(), k.flat_axes()), (24, 0));
        let basis = k.grid_basis(&cubic()).unwrap();
        assert!(basis.is_own() && basis.n == [4, 3, 2]);
        assert_eq!(KLattice::generated_by(&[]).unwrap().len(), 1);
    }

    #[test]
    fn smith_steps_and_the_shortest_ones_are_both_bases() {
        for (vectors, n) in [
            (
                vec![[0.25, 0.25, 0.0], [0.25, 0.0, 0.25], [0.0, 0.25, 0.25]],
                [2, 4, 4],
            ),
            (
                vec![[0.25, 0.0, 0.0], [0.0, 0.25, 0.0], [0.125; 3]],
                [4, 4, 8],
            ),
            // Z₆₀ is 3×4×5, in an oblique basis.
            (
                vec![
                    [1.0 / 3.0, 1.0 / 3.0, 0.0],
                    [0.0, 0.25, 0.25],
                    [0.0, 0.0, 0.2],
                ],
                [3, 4, 5],
            ),
            // Of a prime number of points only one axis can have several.
            (vec![[1.0 / 101.0, 17.0 / 101.0, 54.0 / 101.0]], [1, 1, 101]),
        ] {
            let k = KLattice::generated_by(&vectors).unwrap();
            assert_basis(&k, &k.smith_steps());
            assert_basis(&k, &k.best_steps(&cubic()));
            let basis = k.grid_basis(&cubic()).unwrap();
            let mut found = basis.n;
            found.sort_unstable();
            assert_eq!(found, n, "{vectors:?}");
            // Every step is one step of the grid or a sum of some.
            for v in vectors {
                let u = basis.k(v);
                let on_grid = |i: usize| (u[i] * basis.n[i] as f64).rem_euclid(1.0);
                assert!((0..3).all(|i| (on_grid(i) + 1e-6) % 1.0 < 2e-6), "{u:?}");
            }
            let product = basis.lattice(&cubic()).unwrap().volume();
            assert!((product - 1.0).abs() < 1e-9);
        }
    }
}
