//! Vectors of three numbers.

/// A vector of three numbers.
pub type Vector = [f64; 3];

/// a + b.
#[inline(always)]
pub fn add(a: Vector, b: Vector) -> Vector {
    [a[0] + b[0], a[1] + b[1], a[2] + b[2]]
}

/// a − b.
#[inline(always)]
pub fn subtract(a: Vector, b: Vector) -> Vector {
    [a[0] - b[0], a[1] - b[1], a[2] - b[2]]
}

/// s a.
#[inline(always)]
pub fn scale(s: f64, a: Vector) -> Vector {
    [s * a[0], s * a[1], s * a[2]]
}

/// a·b.
#[inline(always)]
pub fn dot(a: Vector, b: Vector) -> f64 {
    a[0] * b[0] + a[1] * b[1] + a[2] * b[2]
}

/// a×b.
#[inline(always)]
pub fn cross(a: Vector, b: Vector) -> Vector {
    [
        a[1] * b[2] - a[2] * b[1],
        a[2] * b[0] - a[0] * b[2],
        a[0] * b[1] - a[1] * b[0],
    ]
}

/// As far beyond b as `share` of the way from a to b.
#[inline(always)]
pub fn beyond(a: Vector, b: Vector, share: f64) -> Vector {
    add(b, scale(share, subtract(b, a)))
}

/// |a|.
#[inline(always)]
pub fn norm(a: Vector) -> f64 {
    dot(a, a).sqrt()
}

/// a/|a|; zero stays zero.
pub fn unit(a: Vector) -> Vector {
    let length = norm(a);
    if length > 0.0 {
        scale(1.0 / length, a)
    } else {
        a
    }
}

/// The integers of `o` as numbers.
#[inline(always)]
pub fn float<I: Into<f64> + Copy>(o: [I; 3]) -> Vector {
    [o[0].into(), o[1].into(), o[2].into()]
}

/// Two unit vectors that make a right-handed frame with the unit vector `axis`.
pub fn frame(axis: Vector) -> [Vector; 2] {
    let start = if axis[0].abs() < 0.9 {
        [1.0, 0.0, 0.0]
    } else {
        [0.0, 1.0, 0.0]
    };
    let first = unit(subtract(start, scale(dot(start, axis), axis)));
    [first, cross(axis, first)]
}
