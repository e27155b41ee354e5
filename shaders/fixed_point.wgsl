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

// A contribution at one energy as the nearest integer multiple of 1/quanta; |x|·quanta < 2^95.
fn to_wide(x: f32, quanta: f32) -> Wide {
    let t = abs(x * quanta);
    let high = floor(t * (1.0 / 18446744073709551616.0));
    let q = to_limbs(t - high * 18446744073709551616.0);
    if x < 0.0 {
        // Two's complement.
        let up = select(0u, 1u, q.x == 0u);
        let further = select(0u, 1u, q.x == 0u && q.y == 0u);
        return Wide(~q.x + 1u, ~q.y + up, ~u32(high) + further);
    }
    return Wide(q.x, q.y, u32(high));
}

// A cumulative contribution as the nearest integer multiple of 1/quanta, 64 bits, low limb first; |x|·quanta < 2^61.
fn to_fixed(x: f32, quanta: f32) -> vec2<u32> {
    let q = to_limbs(abs(x * quanta));
    if x < 0.0 {
        return vec2<u32>(~q.x + 1u, ~q.y + select(0u, 1u, q.x == 0u));
    }
    return q;
}

// The nearest integer to 0 <= t < 2^64, low limb first.
fn to_limbs(t: f32) -> vec2<u32> {
    let high = floor(t * (1.0 / 4294967296.0));
    return vec2<u32>(u32(round(t - high * 4294967296.0)), u32(high));
}

// a - b modulo 2^64, low limb first.
fn minus(a: vec2<u32>, b: vec2<u32>) -> vec2<u32> {
    return vec2<u32>(a.x - b.x, a.y - b.y - select(0u, 1u, a.x < b.x));
}

// a < b for numbers that are not negative.
fn less(a: vec2<u32>, b: vec2<u32>) -> bool {
    return a.y < b.y || (a.y == b.y && a.x < b.x);
}
