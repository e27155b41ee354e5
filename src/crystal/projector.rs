//! Averages of tensors over a point group.

use super::Tensor;

/// The average of a rank-2 tensor over a point group: t'_ij = P_ijkl t_kl with P = (1/|G|) Σ_g g_ik g_jl.
#[derive(Clone, Debug)]
pub struct TensorProjector {
    elements: [[[[f64; 3]; 3]; 3]; 3],
}

impl TensorProjector {
    /// With these elements P_ijkl.
    pub(super) fn new(elements: [[[[f64; 3]; 3]; 3]; 3]) -> Self {
        Self { elements }
    }

    /// The averaged tensor, and the largest component that the average removed.
    pub fn symmetrize(&self, t: &Tensor) -> (Tensor, f64) {
        let mean = self.apply(t, |x| x);
        let mut removed: f64 = 0.0;
        for i in 0..3 {
            for j in 0..3 {
                removed = removed.max((t[i][j] - mean[i][j]).abs());
            }
        }
        (mean, removed)
    }

    /// Error bars `t` carried through the average: magnitudes add, and a component that no tensor of this symmetry has
    /// gets none.
    pub fn carry_errors(&self, t: &Tensor) -> Tensor {
        self.apply(t, f64::abs)
    }

    fn apply(&self, t: &Tensor, weight: impl Fn(f64) -> f64) -> Tensor {
        let mut out = [[0.0; 3]; 3];
        for i in 0..3 {
            for j in 0..3 {
                for k in 0..3 {
                    for l in 0..3 {
                        out[i][j] += weight(self.elements[i][j][k][l]) * t[k][l];
                    }
                }
            }
        }
        out
    }
}
