//! Runs a loop with AVX2 where the processor has it. The arithmetic is the same, bit for bit: no fused operations, only
//! wider registers.

/// A loop whose whole call tree is `#[inline(always)]`, so that it is compiled for the instruction set of its caller.
pub trait Vectorized {
    /// What the loop gives back.
    type Output;
    /// Runs it; must be `#[inline(always)]`.
    fn run(self) -> Self::Output;
}

/// Runs `task` with the widest registers there are.
pub fn vectorized<T: Vectorized>(task: T) -> T::Output {
    #[cfg(target_arch = "x86_64")]
    {
        #[target_feature(enable = "avx2")]
        fn with_avx2<T: Vectorized>(task: T) -> T::Output {
            task.run()
        }
        #[target_feature(enable = "avx512f,avx512dq,avx512vl,avx512bw")]
        fn with_avx512<T: Vectorized>(task: T) -> T::Output {
            task.run()
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
    task.run()
}
