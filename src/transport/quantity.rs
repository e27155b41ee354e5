//! Numbers with their error bars, and tensors symmetrised by the crystal.

use crate::crystal::{Tensor, TensorProjector};

/// A number and its error bar.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Scalar {
    /// Value.
    pub value: f64,
    /// Error bar, not negative.
    pub error: f64,
}

impl Scalar {
    /// A value in a range, with the farther end of it as bar.
    pub fn within(value: f64, (low, high): (f64, f64)) -> Self {
        Self {
            value,
            error: (high - value).max(value - low).max(0.0),
        }
    }

    /// Value and error multiplied by a number without error.
    pub fn scaled(self, factor: f64) -> Self {
        Self {
            value: self.value * factor,
            error: self.error * factor.abs(),
        }
    }

    /// self/other with relative errors added; 0 where the divisor is 0.
    pub fn over(self, other: Self) -> Self {
        if other.value == 0.0 {
            return Self::default();
        }
        let value = self.value / other.value;
        Self {
            value,
            error: self.error / other.value.abs() + (value * other.error / other.value).abs(),
        }
    }
}

impl From<(f64, f64)> for Scalar {
    fn from((value, error): (f64, f64)) -> Self {
        Self { value, error }
    }
}

/// A full 3×3 tensor and its error bars, `[row][col]`.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct TensorQuantity {
    /// Components.
    pub value: Tensor,
    /// Error bars of the components.
    pub error: Tensor,
}

impl TensorQuantity {
    /// From components `of(i, j)` for i ≤ j of a symmetric tensor.
    pub fn symmetric(of: impl Fn(usize, usize) -> (f64, f64)) -> Self {
        let mut t = Self::default();
        for i in 0..3 {
            for j in i..3 {
                let (value, error) = of(i, j);
                (t.value[i][j], t.value[j][i]) = (value, value);
                (t.error[i][j], t.error[j][i]) = (error, error);
            }
        }
        t
    }

    /// The tensor averaged over the crystal's group. One diagonal of the tetrahedra breaks the group at order h²; the
    /// largest component that the average removes is returned, and enters every bar.
    pub fn symmetrized(&self, projector: &TensorProjector) -> (Self, f64) {
        let (value, removed) = projector.symmetrize(&self.value);
        let mut error = projector.carry_errors(&self.error);
        for i in 0..3 {
            for j in 0..3 {
                // Components that symmetry forbids are exactly zero.
                if error[i][j] > 0.0 || value[i][j] != 0.0 {
                    error[i][j] += removed;
                }
            }
        }
        (Self { value, error }, removed)
    }

    /// Components and bars multiplied by a number without error.
    pub fn scaled(&self, factor: f64) -> Self {
        Self {
            value: self.value.map(|r| r.map(|x| x * factor)),
            error: self.error.map(|r| r.map(|x| x * factor.abs())),
        }
    }

    /// Each component divided by a scalar.
    pub fn over(&self, divisor: Scalar) -> Self {
        let mut t = *self;
        for i in 0..3 {
            for j in 0..3 {
                let q = Scalar::from((self.value[i][j], self.error[i][j])).over(divisor);
                t.value[i][j] = q.value;
                t.error[i][j] = q.error;
            }
        }
        t
    }

    /// The positive square root X of a symmetric, positive semi-definite tensor A (matrix square root), each component with the bar
    /// that the bars of A's components give it: X dX + dX X = dA, in the principal axes dX_ab = dA_ab/(√λ_a + √λ_b). On the way down
    /// √λ changes by more than its slope says: √λ + √(λ − Δλ) stands for 2√λ, and from a principal value of 0 the bar is √Δλ.
    pub fn square_root(&self) -> Self {
        let m = nalgebra::Matrix3::from_fn(|i, j| self.value[i][j]);
        let eigen = m.symmetric_eigen();
        let axes = eigen.eigenvectors;
        let tensor = |m: &nalgebra::Matrix3<f64>| -> Tensor {
            std::array::from_fn(|i| std::array::from_fn(|j| m[(i, j)]))
        };
        let root = |x: f64| x.max(0.0).sqrt();
        let d = nalgebra::Matrix3::from_diagonal(&eigen.eigenvalues.map(root));
        // The change of A by the bar of one pair of components, in the principal axes.
        let changes: Vec<nalgebra::Matrix3<f64>> = [(0, 0), (1, 1), (2, 2), (1, 2), (0, 2), (0, 1)]
            .into_iter()
            .filter(|(i, j)| self.error[*i][*j] > 0.0)
            .map(|(i, j)| {
                let mut change = nalgebra::Matrix3::zeros();
                (change[(i, j)], change[(j, i)]) = (self.error[i][j], self.error[i][j]);
                axes.transpose() * change * axes
            })
            .collect();
        let roots = [0, 1, 2].map(|a| {
            let lambda = eigen.eigenvalues[a];
            let bar: f64 = changes.iter().map(|c| c[(a, a)].abs()).sum();
            0.5 * (root(lambda) + root(lambda - bar))
        });
        let mut error = [[0.0; 3]; 3];
        for change in &changes {
            let in_axes = nalgebra::Matrix3::from_fn(|a, b| {
                let x = change[(a, b)];
                let slope = (x / (roots[a] + roots[b])).abs();
                slope.min(x.abs().sqrt()).copysign(x)
            });
            let moved = axes * in_axes * axes.transpose();
            for i in 0..3 {
                for j in 0..3 {
                    // A component that symmetry makes zero everywhere has no bar.
                    if self.error[i][j] > 0.0 {
                        error[i][j] += moved[(i, j)].abs();
                    }
                }
            }
        }
        Self {
            value: tensor(&(axes * d * axes.transpose())),
            error,
        }
    }
}

/// A full rank-3 tensor and its error bars, `[i][j][k]`; the last index is the magnetic field's.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct RankThreeQuantity {
    /// Components.
    pub value: [Tensor; 3],
    /// Error bars of the components.
    pub error: [Tensor; 3],
}

/// A full rank-4 tensor and its error bars, `[i][j][k][l]`; the last two indices are the magnetic field's.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct RankFourQuantity {
    /// Components.
    pub value: [[Tensor; 3]; 3],
    /// Error bars of the components.
    pub error: [[Tensor; 3]; 3],
}

#[cfg(test)]
mod tests {
    use super::*;

    /// √A of diagonal tensors: a bar of each component by itself, exact on the way down; where a principal value is 0, √Δ.
    #[test]
    fn each_component_of_a_root_has_its_own_bar() {
        let mut a = TensorQuantity::default();
        for (i, (value, bar)) in [(100.0, 2.0), (1.0, 0.5), (0.0, 1e-6)]
            .into_iter()
            .enumerate()
        {
            (a.value[i][i], a.error[i][i]) = (value, bar);
        }
        let root = a.square_root();
        for (i, (value, bar)) in [
            (10.0, 10.0 - 98f64.sqrt()),
            (1.0, 1.0 - 0.5f64.sqrt()),
            (0.0, 1e-3),
        ]
        .into_iter()
        .enumerate()
        {
            assert!((root.value[i][i] - value).abs() < 1e-12);
            let found = root.error[i][i];
            assert!((found - bar).abs() < 1e-12, "{i}: {found}, expected {bar}");
        }
        assert_eq!(root.error[0][1], 0.0);
    }

    /// Against differences of the square root itself, in a tensor that is diagonal in no Cartesian axes.
    #[test]
    fn bars_of_a_root_hold_what_the_bars_of_the_square_do() {
        let x = [[3.0, 0.4, -0.2], [0.4, 2.0, 0.3], [-0.2, 0.3, 1.0]];
        let m = nalgebra::Matrix3::from_fn(|i, j| x[i][j]);
        let square = m * m;
        let value = std::array::from_fn(|i| std::array::from_fn(|j| square[(i, j)]));
        let mut a = TensorQuantity {
            value,
            error: [[0.0; 3]; 3],
        };
        for (i, j) in [(0, 0), (0, 1), (1, 2), (2, 2)] {
            a.error[i][j] = 1e-3;
            a.error[j][i] = 1e-3;
        }
        let root = a.square_root();
        let mut sum = [[0.0; 3]; 3];
        for (i, j) in [(0, 0), (0, 1), (1, 2), (2, 2)] {
            let mut b = a;
            b.value[i][j] += 1e-3;
            if i != j {
                b.value[j][i] += 1e-3;
            }
            let moved = b.square_root().value;
            for y in 0..9 {
                sum[y / 3][y % 3] += (moved[y / 3][y % 3] - x[y / 3][y % 3]).abs();
            }
        }
        for i in 0..3 {
            for j in 0..3 {
                assert!((root.value[i][j] - x[i][j]).abs() < 1e-12);
                let found = root.error[i][j];
                let want = if a.error[i][j] > 0.0 { sum[i][j] } else { 0.0 };
                assert!(
                    (found - want).abs() <= 0.01 * want,
                    "{i}{j}: {found:e}, {want:e}"
                );
            }
        }
    }
}
