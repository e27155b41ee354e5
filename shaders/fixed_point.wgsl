// Exact sums: contributions become integers in 32-bit limbs, and integer sums have no order.
// Twin: src/kernel/fixed_point.rs, which proves that nothing overflows.
//
// Precision: every function here is exact but for the one rounding to the nearest quantum. Limbs shared by invocations are
// added with atomicAdd: each addition that wraps a limb around adds one to the next, so that Σ limb·2^32i is kept whatever
// the order. Uses: atomics in workgroup and storage memory cannot be passed to functions, so the adders that name them
// stand in shared/surface_sums.wgsl and shared/spectrum_sums.wgsl.

// A 96-bit integer, low limb first.
struct Wide {
    low: u32,
    middle: u32,
    high: u32,
}

// The carry of old + added.
fn carry(old: u32, added: u32) -> u32 {
    return select(0u, 1u, old + added < old);
}

// The nearest integer to x, sign-extended; |x| < 2^63.
fn to_limbs(x: f32) -> Wide {
    let t = abs(x);
    let high = floor(t * (1.0 / 4294967296.0));
    let low = u32(round(t - high * 4294967296.0));
    let middle = u32(high);
    if x < 0.0 {
        // Two's complement.
        let up = select(0u, 1u, low == 0u);
        let negative = ~middle + up;
        return Wide(~low + 1u, negative, select(0xffffffffu, 0u, low == 0u && middle == 0u));
    }
    return Wide(low, middle, 0u);
}

// A contribution at one energy as the nearest integer multiple of 2^-24.
fn to_wide(x: f32) -> Wide {
    return to_limbs(x * 16777216.0);
}

// A cumulative contribution as the nearest integer multiple of 1/quanta, 64 bits, low limb first; |x|·quanta < 2^61.
fn to_fixed(x: f32, quanta: f32) -> vec2<u32> {
    let q = to_limbs(x * quanta);
    return vec2<u32>(q.low, q.middle);
}

// a - b modulo 2^64, low limb first.
fn minus(a: vec2<u32>, b: vec2<u32>) -> vec2<u32> {
    return vec2<u32>(a.x - b.x, a.y - b.y - select(0u, 1u, a.x < b.x));
}

// a < b for numbers that are not negative.
fn less(a: vec2<u32>, b: vec2<u32>) -> bool {
    return a.y < b.y || (a.y == b.y && a.x < b.x);
}
