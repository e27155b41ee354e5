//! Loops and computations in the widest registers that the processor has. The arithmetic is the same in each, bit for bit: no fused operations.
//!
//! A plain loop is compiled for AVX2 and AVX-512, too, and left to the compiler ([`vectorized`]). In long chains of small loops it does not find the
//! wide instructions: there a type tells which they are ([`in_lanes`]).

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

/// A loop whose whole call tree is `#[inline(always)]`, so that it is compiled for the instruction set of its caller.
pub trait Vectorized {
    /// What the loop gives back.
    type Output;
    /// Runs it; must be `#[inline(always)]`.
    fn run(self) -> Self::Output;
}

/// A loop that needs no type to tell its instructions.
struct Untold<T>(T);

impl<T: Vectorized> InLanes for Untold<T> {
    type Output = T::Output;

    #[inline(always)]
    fn run<S: Simd>(self) -> T::Output {
        self.0.run()
    }
}

/// Runs `task` with the widest registers there are.
pub fn vectorized<T: Vectorized>(task: T) -> T::Output {
    in_lanes(Untold(task))
}
