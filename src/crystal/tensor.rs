//! Small helpers on full 3×3 tensors, `[row][col]`.

/// A full Cartesian 3×3 tensor, `[row][col]`.
pub type Tensor = [[f64; 3]; 3];

/// Matrix product a·b.
pub(crate) fn product(a: &Tensor, b: &Tensor) -> Tensor {
    let mut c = [[0.0; 3]; 3];
    for i in 0..3 {
        for j in 0..3 {
            c[i][j] = (0..3).map(|k| a[i][k] * b[k][j]).sum();
        }
    }
    c
}

/// Transpose.
pub(crate) fn transpose(a: &Tensor) -> Tensor {
    let mut t = [[0.0; 3]; 3];
    for i in 0..3 {
        for j in 0..3 {
            t[i][j] = a[j][i];
        }
    }
    t
}

/// Determinant.
pub(crate) fn determinant(a: &Tensor) -> f64 {
    let c = cross(&a[1], &a[2]);
    (0..3).map(|i| a[0][i] * c[i]).sum()
}

/// Cross product a×b.
pub(crate) fn cross(a: &[f64; 3], b: &[f64; 3]) -> [f64; 3] {
    [
        a[1] * b[2] - a[2] * b[1],
        a[2] * b[0] - a[0] * b[2],
        a[0] * b[1] - a[1] * b[0],
    ]
}
