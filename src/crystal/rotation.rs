//! Integer operations on fractional k-coordinates.

/// An integer operation on fractional k-coordinates: u' = R u, `r[row][col]`.
pub type Rotation = [[i32; 3]; 3];

/// The identity.
pub(super) const IDENTITY: Rotation = [[1, 0, 0], [0, 1, 0], [0, 0, 1]];

/// u' = R u.
pub(crate) fn apply(r: &Rotation, u: [f64; 3]) -> [f64; 3] {
    std::array::from_fn(|i| (0..3).map(|j| f64::from(r[i][j]) * u[j]).sum())
}

pub(super) fn transpose(r: &Rotation) -> Rotation {
    std::array::from_fn(|i| std::array::from_fn(|j| r[j][i]))
}

/// a after b.
pub(super) fn compose(a: &Rotation, b: &Rotation) -> Rotation {
    std::array::from_fn(|i| std::array::from_fn(|j| (0..3).map(|k| a[i][k] * b[k][j]).sum()))
}
