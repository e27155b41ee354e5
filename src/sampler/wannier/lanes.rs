//! Numbers of several k-points at once: the same operation on each, so that one instruction of a wide register does them all.

use rustfft::num_complex::Complex64;
use std::ops::{Add, AddAssign, Mul, Neg, Sub};

/// k-points that are treated together.
pub(super) const LANES: usize = 8;

/// A real number of each k-point.
#[derive(Clone, Copy, Debug, PartialEq)]
#[repr(align(64))]
pub(super) struct Lane(pub [f64; LANES]);

impl Lane {
    pub const ZERO: Self = Self([0.0; LANES]);

    /// The same number everywhere.
    #[inline(always)]
    pub fn all(x: f64) -> Self {
        Self([x; LANES])
    }

    #[inline(always)]
    pub fn map(self, f: impl Fn(f64) -> f64) -> Self {
        let mut out = self;
        for l in 0..LANES {
            out.0[l] = f(self.0[l]);
        }
        out
    }

    #[inline(always)]
    pub fn zip(self, other: Self, f: impl Fn(f64, f64) -> f64) -> Self {
        let mut out = self;
        for l in 0..LANES {
            out.0[l] = f(self.0[l], other.0[l]);
        }
        out
    }

    #[inline(always)]
    pub fn max(self, other: Self) -> Self {
        self.zip(other, |a, b| if a > b { a } else { b })
    }

    #[inline(always)]
    pub fn min(self, other: Self) -> Self {
        self.zip(other, |a, b| if a < b { a } else { b })
    }

    #[inline(always)]
    pub fn sqrt(self) -> Self {
        self.map(f64::sqrt)
    }
}

impl Add for Lane {
    type Output = Self;
    #[inline(always)]
    fn add(self, other: Self) -> Self {
        self.zip(other, |a, b| a + b)
    }
}

impl Sub for Lane {
    type Output = Self;
    #[inline(always)]
    fn sub(self, other: Self) -> Self {
        self.zip(other, |a, b| a - b)
    }
}

impl Mul for Lane {
    type Output = Self;
    #[inline(always)]
    fn mul(self, other: Self) -> Self {
        self.zip(other, |a, b| a * b)
    }
}

impl Neg for Lane {
    type Output = Self;
    #[inline(always)]
    fn neg(self) -> Self {
        self.map(|a| -a)
    }
}

impl AddAssign for Lane {
    #[inline(always)]
    fn add_assign(&mut self, other: Self) {
        *self = *self + other;
    }
}

/// A complex number of each k-point.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Complex {
    pub re: Lane,
    pub im: Lane,
}

impl Complex {
    pub const ZERO: Self = Self {
        re: Lane::ZERO,
        im: Lane::ZERO,
    };

    #[inline(always)]
    pub fn real(x: f64) -> Self {
        Self {
            re: Lane::all(x),
            im: Lane::ZERO,
        }
    }

    /// The number of one k-point.
    pub fn of(self, lane: usize) -> Complex64 {
        Complex64::new(self.re.0[lane], self.im.0[lane])
    }

    /// Sets the number of one k-point.
    pub fn set(&mut self, lane: usize, z: Complex64) {
        (self.re.0[lane], self.im.0[lane]) = (z.re, z.im);
    }

    #[inline(always)]
    pub fn conj(self) -> Self {
        Self {
            re: self.re,
            im: -self.im,
        }
    }

    /// |z|².
    #[inline(always)]
    pub fn norm_squared(self) -> Lane {
        self.re * self.re + self.im * self.im
    }

    #[inline(always)]
    pub fn scaled(self, x: Lane) -> Self {
        Self {
            re: self.re * x,
            im: self.im * x,
        }
    }

    /// i·x·z.
    #[inline(always)]
    pub fn turned(self, x: f64) -> Self {
        let x = Lane::all(x);
        Self {
            re: -(self.im * x),
            im: self.re * x,
        }
    }
}

impl Add for Complex {
    type Output = Self;
    #[inline(always)]
    fn add(self, other: Self) -> Self {
        Self {
            re: self.re + other.re,
            im: self.im + other.im,
        }
    }
}

impl Sub for Complex {
    type Output = Self;
    #[inline(always)]
    fn sub(self, other: Self) -> Self {
        Self {
            re: self.re - other.re,
            im: self.im - other.im,
        }
    }
}

impl Mul for Complex {
    type Output = Self;
    #[inline(always)]
    fn mul(self, other: Self) -> Self {
        Self {
            re: self.re * other.re - self.im * other.im,
            im: self.re * other.im + self.im * other.re,
        }
    }
}

impl AddAssign for Complex {
    #[inline(always)]
    fn add_assign(&mut self, other: Self) {
        *self = *self + other;
    }
}
