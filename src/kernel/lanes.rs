//! Numbers of several k-points at once: the same operation on each, so that one instruction of a wide register does them all.

use super::simd::{LANES, Plain, Row, Simd};
use std::marker::PhantomData;
use std::ops::{Add, AddAssign, Index, IndexMut, Mul, Neg, Sub};

/// A real number of each k-point, calculated with the instructions S.
#[derive(Clone, Copy, Debug, PartialEq)]
#[repr(transparent)]
pub struct Lane<S = Plain>(Row, PhantomData<S>);

/// Lanes that are chosen.
#[derive(Clone, Copy)]
pub struct Mask<S>(Row, PhantomData<S>);

impl<S: Simd> Mask<S> {
    /// `yes` in the lanes that are chosen, `no` in the others.
    #[inline(always)]
    pub fn select(self, yes: Lane<S>, no: Lane<S>) -> Lane<S> {
        Lane(S::select(self.0, yes.0, no.0), PhantomData)
    }
}

impl<S> Lane<S> {
    /// Zeros.
    pub const ZERO: Self = Self(Row([0.0; LANES]), PhantomData);

    /// The same number everywhere.
    #[inline(always)]
    pub fn all(x: f64) -> Self {
        Self(Row([x; LANES]), PhantomData)
    }

    /// The same for no special instructions.
    #[inline(always)]
    pub fn plain(self) -> Lane {
        Lane(self.0, PhantomData)
    }

    /// As [`Lane::plain`] left it.
    #[inline(always)]
    pub fn from_plain(plain: Lane) -> Self {
        Self(plain.0, PhantomData)
    }

    /// The numbers.
    #[inline(always)]
    pub fn numbers(&self) -> &[f64; LANES] {
        &self.0.0
    }
}

impl<S> Index<usize> for Lane<S> {
    type Output = f64;
    #[inline(always)]
    fn index(&self, lane: usize) -> &f64 {
        &self.0.0[lane]
    }
}

impl<S> IndexMut<usize> for Lane<S> {
    #[inline(always)]
    fn index_mut(&mut self, lane: usize) -> &mut f64 {
        &mut self.0.0[lane]
    }
}

impl<S: Simd> Lane<S> {
    /// The larger one.
    #[inline(always)]
    pub fn max(self, other: Self) -> Self {
        Self(S::max(self.0, other.0), PhantomData)
    }

    /// The smaller one.
    #[inline(always)]
    pub fn min(self, other: Self) -> Self {
        Self(S::min(self.0, other.0), PhantomData)
    }

    /// √x.
    #[inline(always)]
    pub fn sqrt(self) -> Self {
        Self(S::sqrt(self.0), PhantomData)
    }

    /// |x|.
    #[inline(always)]
    pub fn abs(self) -> Self {
        self.max(-self)
    }

    /// x/y.
    #[inline(always)]
    pub fn over(self, other: Self) -> Self {
        Self(S::div(self.0, other.0), PhantomData)
    }

    /// 1/x, 0 where x is not above 0.
    #[inline(always)]
    pub fn inverse(self) -> Self {
        self.above(Self::ZERO)
            .select(Self::all(1.0).over(self), Self::ZERO)
    }

    /// Where this is above `other`.
    #[inline(always)]
    pub fn above(self, other: Self) -> Mask<S> {
        Mask(S::above(self.0, other.0), PhantomData)
    }

    /// Where this is at most `other`.
    #[inline(always)]
    pub fn at_most(self, other: Self) -> Mask<S> {
        Mask(S::at_most(self.0, other.0), PhantomData)
    }

    /// Where this is `other`.
    #[inline(always)]
    pub fn is(self, other: Self) -> Mask<S> {
        Mask(S::equal(self.0, other.0), PhantomData)
    }
}

impl<S: Simd> Add for Lane<S> {
    type Output = Self;
    #[inline(always)]
    fn add(self, other: Self) -> Self {
        Self(S::add(self.0, other.0), PhantomData)
    }
}

impl<S: Simd> Sub for Lane<S> {
    type Output = Self;
    #[inline(always)]
    fn sub(self, other: Self) -> Self {
        Self(S::sub(self.0, other.0), PhantomData)
    }
}

impl<S: Simd> Mul for Lane<S> {
    type Output = Self;
    #[inline(always)]
    fn mul(self, other: Self) -> Self {
        Self(S::mul(self.0, other.0), PhantomData)
    }
}

impl<S: Simd> Neg for Lane<S> {
    type Output = Self;
    #[inline(always)]
    fn neg(self) -> Self {
        Self::ZERO - self
    }
}

impl<S: Simd> AddAssign for Lane<S> {
    #[inline(always)]
    fn add_assign(&mut self, other: Self) {
        *self = *self + other;
    }
}

/// A complex number of each k-point.
#[derive(Clone, Copy, Debug, PartialEq)]
#[repr(C)]
pub struct Complex<S = Plain> {
    /// Real part.
    pub re: Lane<S>,
    /// Imaginary part.
    pub im: Lane<S>,
}

impl<S> Complex<S> {
    /// Zeros.
    pub const ZERO: Self = Self {
        re: Lane::ZERO,
        im: Lane::ZERO,
    };

    /// The same real number everywhere.
    #[inline(always)]
    pub fn real(x: f64) -> Self {
        Self {
            re: Lane::all(x),
            im: Lane::ZERO,
        }
    }
}

impl<S: Simd> Complex<S> {
    /// z*.
    #[inline(always)]
    pub fn conj(self) -> Self {
        Self {
            re: self.re,
            im: -self.im,
        }
    }

    /// |z|².
    #[inline(always)]
    pub fn norm_squared(self) -> Lane<S> {
        self.re * self.re + self.im * self.im
    }

    /// x·z.
    #[inline(always)]
    pub fn scaled(self, x: Lane<S>) -> Self {
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

    /// z*·w.
    #[inline(always)]
    pub fn conj_times(self, other: Self) -> Self {
        Self {
            re: self.re * other.re + self.im * other.im,
            im: self.re * other.im - self.im * other.re,
        }
    }
}

impl<S: Simd> Add for Complex<S> {
    type Output = Self;
    #[inline(always)]
    fn add(self, other: Self) -> Self {
        Self {
            re: self.re + other.re,
            im: self.im + other.im,
        }
    }
}

impl<S: Simd> Sub for Complex<S> {
    type Output = Self;
    #[inline(always)]
    fn sub(self, other: Self) -> Self {
        Self {
            re: self.re - other.re,
            im: self.im - other.im,
        }
    }
}

impl<S: Simd> Mul for Complex<S> {
    type Output = Self;
    #[inline(always)]
    fn mul(self, other: Self) -> Self {
        Self {
            re: self.re * other.re - self.im * other.im,
            im: self.re * other.im + self.im * other.re,
        }
    }
}

impl<S: Simd> AddAssign for Complex<S> {
    #[inline(always)]
    fn add_assign(&mut self, other: Self) {
        *self = *self + other;
    }
}

/// Numbers in memory as those of other instructions.
pub trait Instructed {
    /// The same with the instructions S.
    type With<S: Simd>;
}

impl Instructed for Lane {
    type With<S: Simd> = Lane<S>;
}

impl Instructed for Complex {
    type With<S: Simd> = Complex<S>;
}

/// Numbers for the instructions S.
#[inline(always)]
pub fn with<S: Simd, T: Instructed>(numbers: &[T]) -> &[T::With<S>] {
    // SAFETY: the instructions are no part of what lies in memory: `Lane` is a row, `Complex` two.
    unsafe { std::slice::from_raw_parts(numbers.as_ptr().cast(), numbers.len()) }
}

/// Numbers for the instructions S, to be changed.
#[inline(always)]
pub fn with_mut<S: Simd, T: Instructed>(numbers: &mut [T]) -> &mut [T::With<S>] {
    // SAFETY: as above.
    unsafe { std::slice::from_raw_parts_mut(numbers.as_mut_ptr().cast(), numbers.len()) }
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "x86_64")]
    use super::super::simd::Avx2;
    use super::super::simd::{InLanes, in_lanes};
    use super::*;

    struct Chain([f64; LANES], [f64; LANES]);

    impl InLanes for Chain {
        type Output = Vec<[u64; LANES]>;

        #[inline(always)]
        fn run<S: Simd>(self) -> Self::Output {
            let [mut a, mut b] = [Lane::<S>::ZERO; 2];
            for i in 0..LANES {
                (a[i], b[i]) = (self.0[i], self.1[i]);
            }
            let z = Complex { re: a, im: b };
            let all = [
                a + b,
                a - b,
                a * b,
                a.over(b),
                a.abs().sqrt(),
                a.max(b),
                a.min(b),
                a.inverse(),
                a.above(b).select(a, b),
                a.at_most(b).select(a, -b),
                a.is(b).select(a, Lane::all(7.0)),
                (z * z.conj()).re,
                z.conj_times(z + z).im,
                z.turned(0.3).norm_squared(),
            ];
            all.iter().map(|x| x.numbers().map(f64::to_bits)).collect()
        }
    }

    /// Every set of instructions gives the bits of the plain one.
    #[test]
    fn instructions_agree_to_the_bit() {
        let a = [1.0, -2.5, 0.0, 3e-200, 1e100, 0.1, -0.3, 7.0];
        let b = [1.0, 2.5, 1.0, -3e-200, 1e90, 0.7, 0.2, 7.5];
        assert_eq!(in_lanes(Chain(a, b)), Chain(a, b).run::<Plain>());
        #[cfg(target_arch = "x86_64")]
        if std::arch::is_x86_feature_detected!("avx2") {
            #[target_feature(enable = "avx2")]
            fn narrow(task: Chain) -> Vec<[u64; LANES]> {
                task.run::<Avx2>()
            }
            // SAFETY: the processor has AVX2, as was just asked.
            let found = unsafe { narrow(Chain(a, b)) };
            assert_eq!(found, Chain(a, b).run::<Plain>());
        }
    }
}
