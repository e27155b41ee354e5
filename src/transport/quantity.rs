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

    /// A third of the trace.
    pub fn mean(&self) -> Scalar {
        Scalar {
            value: (0..3).map(|i| self.value[i][i]).sum::<f64>() / 3.0,
            error: (0..3).map(|i| self.error[i][i]).sum::<f64>() / 3.0,
        }
    }

    /// The positive square root of a symmetric, positive semi-definite tensor (matrix square root). Bars: to first order
    /// Δ√λ = Δλ/2√λ in the principal axes, with the largest bar of the tensor; a principal value of 0 has the bar √Δλ.
    pub fn square_root(&self) -> Self {
        let m = nalgebra::Matrix3::from_fn(|i, j| self.value[i][j]);
        let eigen = m.symmetric_eigen();
        let bar = self.error.iter().flatten().fold(0.0, |a: f64, &b| a.max(b));
        let root = |f: &dyn Fn(f64) -> f64| -> Tensor {
            let d = nalgebra::Matrix3::from_diagonal(&eigen.eigenvalues.map(f));
            let r = eigen.eigenvectors * d * eigen.eigenvectors.transpose();
            std::array::from_fn(|i| std::array::from_fn(|j| r[(i, j)]))
        };
        let value = root(&|x| x.max(0.0).sqrt());
        let worst = eigen
            .eigenvalues
            .iter()
            .map(|&x| (bar / (2.0 * x.max(0.0).sqrt())).min(bar.sqrt()))
            .fold(0.0, f64::max);
        let mut error = [[0.0; 3]; 3];
        for i in 0..3 {
            for j in 0..3 {
                // A component that symmetry makes zero everywhere has no bar.
                error[i][j] = if self.error[i][j] == 0.0 { 0.0 } else { worst };
            }
        }
        Self { value, error }
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
