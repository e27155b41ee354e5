//! Numbers of several k-points at once: the same operation on each, so that one instruction of a wide register does them all.
//!
//! Which instruction is told by a type, not left to the compiler: it does not find the wide ones in long chains of small loops. The
//! arithmetic is the same in each, bit for bit.

use std::marker::PhantomData;
use std::ops::{Add, AddAssign, Index, IndexMut, Mul, Neg, Sub};

/// k-points that are treated together.
pub const LANES: usize = 8;

/// Instructions for [`LANES`] numbers.
pub trait Simd: Copy {
    /// a + b.
    fn add(a: Row, b: Row) -> Row;
    /// a − b.
    fn sub(a: Row, b: Row) -> Row;
    /// a·b.
    fn mul(a: Row, b: Row) -> Row;
    /// a/b.
    fn div(a: Row, b: Row) -> Row;
    /// √a.
    fn sqrt(a: Row) -> Row;
    /// The larger of a and b; b where one is not a number.
    fn max(a: Row, b: Row) -> Row;
    /// The smaller of a and b; b where one is not a number.
    fn min(a: Row, b: Row) -> Row;
    /// All bits where a > b.
    fn above(a: Row, b: Row) -> Row;
    /// All bits where a ≤ b.
    fn at_most(a: Row, b: Row) -> Row;
    /// All bits where a = b.
    fn equal(a: Row, b: Row) -> Row;
    /// `yes` where `mask` has all bits, `no` where it has none.
    fn select(mask: Row, yes: Row, no: Row) -> Row;
}

/// [`LANES`] numbers as they lie in memory.
#[derive(Clone, Copy, Debug, PartialEq)]
#[repr(C, align(64))]
pub struct Row(pub [f64; LANES]);

/// One number after the other.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Plain;

#[inline(always)]
fn each(a: Row, b: Row, f: impl Fn(f64, f64) -> f64) -> Row {
    Row(std::array::from_fn(|i| f(a.0[i], b.0[i])))
}

#[inline(always)]
fn bits(yes: bool) -> f64 {
    f64::from_bits(if yes { u64::MAX } else { 0 })
}

impl Simd for Plain {
    #[inline(always)]
    fn add(a: Row, b: Row) -> Row {
        each(a, b, |a, b| a + b)
    }
    #[inline(always)]
    fn sub(a: Row, b: Row) -> Row {
        each(a, b, |a, b| a - b)
    }
    #[inline(always)]
    fn mul(a: Row, b: Row) -> Row {
        each(a, b, |a, b| a * b)
    }
    #[inline(always)]
    fn div(a: Row, b: Row) -> Row {
        each(a, b, |a, b| a / b)
    }
    #[inline(always)]
    fn sqrt(a: Row) -> Row {
        each(a, a, |a, _| a.sqrt())
    }
    #[inline(always)]
    fn max(a: Row, b: Row) -> Row {
        each(a, b, |a, b| if a > b { a } else { b })
    }
    #[inline(always)]
    fn min(a: Row, b: Row) -> Row {
        each(a, b, |a, b| if a < b { a } else { b })
    }
    #[inline(always)]
    fn above(a: Row, b: Row) -> Row {
        each(a, b, |a, b| bits(a > b))
    }
    #[inline(always)]
    fn at_most(a: Row, b: Row) -> Row {
        each(a, b, |a, b| bits(a <= b))
    }
    #[inline(always)]
    fn equal(a: Row, b: Row) -> Row {
        each(a, b, |a, b| bits(a == b))
    }
    #[inline(always)]
    fn select(mask: Row, yes: Row, no: Row) -> Row {
        Row(std::array::from_fn(|i| {
            if mask.0[i].to_bits() != 0 {
                yes.0[i]
            } else {
                no.0[i]
            }
        }))
    }
}

#[cfg(target_arch = "x86_64")]
pub use wide::{Avx2, Avx512};

#[cfg(target_arch = "x86_64")]
mod wide {
    use super::{Row, Simd};
    use std::arch::x86_64::*;
    use std::mem::transmute;

    /// Two registers of four.
    #[derive(Clone, Copy)]
    pub struct Avx2;

    /// One register.
    #[derive(Clone, Copy)]
    pub struct Avx512;

    macro_rules! two {
        ($name:ident, $f:expr) => {
            #[inline(always)]
            fn $name(a: Row, b: Row) -> Row {
                // SAFETY: only code that was compiled for AVX2 (`in_lanes`) names this type; registers and rows have the same bytes.
                unsafe {
                    let [a0, a1]: [__m256d; 2] = transmute(a);
                    let [b0, b1]: [__m256d; 2] = transmute(b);
                    transmute([$f(a0, b0), $f(a1, b1)])
                }
            }
        };
    }

    impl Simd for Avx2 {
        two!(add, _mm256_add_pd);
        two!(sub, _mm256_sub_pd);
        two!(mul, _mm256_mul_pd);
        two!(div, _mm256_div_pd);
        two!(max, _mm256_max_pd);
        two!(min, _mm256_min_pd);
        two!(above, _mm256_cmp_pd::<_CMP_GT_OQ>);
        two!(at_most, _mm256_cmp_pd::<_CMP_LE_OQ>);
        two!(equal, _mm256_cmp_pd::<_CMP_EQ_OQ>);

        #[inline(always)]
        fn sqrt(a: Row) -> Row {
            // SAFETY: as above.
            unsafe {
                let [a0, a1]: [__m256d; 2] = transmute(a);
                transmute([_mm256_sqrt_pd(a0), _mm256_sqrt_pd(a1)])
            }
        }

        #[inline(always)]
        fn select(mask: Row, yes: Row, no: Row) -> Row {
            // SAFETY: as above.
            unsafe {
                let [m0, m1]: [__m256d; 2] = transmute(mask);
                let [y0, y1]: [__m256d; 2] = transmute(yes);
                let [n0, n1]: [__m256d; 2] = transmute(no);
                transmute([_mm256_blendv_pd(n0, y0, m0), _mm256_blendv_pd(n1, y1, m1)])
            }
        }
    }

    macro_rules! one {
        ($name:ident, $f:expr) => {
            #[inline(always)]
            fn $name(a: Row, b: Row) -> Row {
                // SAFETY: only code that was compiled for AVX-512 (`in_lanes`) names this type; registers and rows have the same bytes.
                unsafe {
                    transmute($f(
                        transmute::<Row, __m512d>(a),
                        transmute::<Row, __m512d>(b),
                    ))
                }
            }
        };
    }

    macro_rules! compare {
        ($name:ident, $how:expr) => {
            #[inline(always)]
            fn $name(a: Row, b: Row) -> Row {
                // SAFETY: as above.
                unsafe {
                    let (a, b) = (transmute::<Row, __m512d>(a), transmute::<Row, __m512d>(b));
                    transmute(_mm512_movm_epi64(_mm512_cmp_pd_mask::<$how>(a, b)))
                }
            }
        };
    }

    impl Simd for Avx512 {
        one!(add, _mm512_add_pd);
        one!(sub, _mm512_sub_pd);
        one!(mul, _mm512_mul_pd);
        one!(div, _mm512_div_pd);
        one!(max, _mm512_max_pd);
        one!(min, _mm512_min_pd);
        compare!(above, _CMP_GT_OQ);
        compare!(at_most, _CMP_LE_OQ);
        compare!(equal, _CMP_EQ_OQ);

        #[inline(always)]
        fn sqrt(a: Row) -> Row {
            // SAFETY: as above.
            unsafe { transmute(_mm512_sqrt_pd(transmute::<Row, __m512d>(a))) }
        }

        #[inline(always)]
        fn select(mask: Row, yes: Row, no: Row) -> Row {
            // SAFETY: as above.
            unsafe {
                let chosen = _mm512_movepi64_mask(transmute::<Row, __m512i>(mask));
                transmute(_mm512_mask_blend_pd(
                    chosen,
                    transmute::<Row, __m512d>(no),
                    transmute::<Row, __m512d>(yes),
                ))
            }
        }
    }
}

/// A computation whose whole call tree is `#[inline(always)]`, so that it is compiled for the instructions that it is told.
pub trait InLanes {
    /// What it gives back.
    type Output;
    /// Runs it; must be `#[inline(always)]`.
    fn run<S: Simd>(self) -> Self::Output;
}

/// Runs `task` with the widest registers there are.
pub fn in_lanes<T: InLanes>(task: T) -> T::Output {
    #[cfg(target_arch = "x86_64")]
    {
        #[target_feature(enable = "avx2")]
        fn with_avx2<T: InLanes>(task: T) -> T::Output {
            task.run::<Avx2>()
        }
        #[target_feature(enable = "avx512f,avx512dq,avx512vl,avx512bw")]
        fn with_avx512<T: InLanes>(task: T) -> T::Output {
            task.run::<Avx512>()
        }
        if std::arch::is_x86_feature_detected!("avx512f")
            && std::arch::is_x86_feature_detected!("avx512dq")
            && std::arch::is_x86_feature_detected!("avx512vl")
            && std::arch::is_x86_feature_detected!("avx512bw")
        {
            // SAFETY: the processor has these parts of AVX-512, as was just asked.
            return unsafe { with_avx512(task) };
        }
        if std::arch::is_x86_feature_detected!("avx2") {
            // SAFETY: the processor has AVX2, as was just asked.
            return unsafe { with_avx2(task) };
        }
    }
    task.run::<Plain>()
}

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
