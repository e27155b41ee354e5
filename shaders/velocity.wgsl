// Group velocity from central differences, and the channel values of a k-point.
// Twin: src/kernel/velocity.rs.
//
// v = M·D, with D the stencil differences of the levels (summed in shared/view.wgsl's node) and M = params.gradient.
// Channels: 0 states, 1-6 v_i v_j (xx yy zz yz xz xy), 7 |v|; |v.n| along params.directions at 8-11 of 12 and 20, and at 14-15 of
// 16, 24 and 52; at 20 and 24 v_i v_j tau and |v|^2 tau^2 in the last eight; at 16, 24 and 52 those of curvature.wgsl.
// Units: the band's velocity and lifetime units, so that no channel exceeds 1. Precision: level differences are exact
// integers; the sum, the product and the square root round in f32.

// v = M·D.
fn velocity(d: vec3<f32>) -> vec3<f32> {
    let m = params.gradient;
    return vec3<f32>(
        m[0].x * d.x + m[0].y * d.y + m[0].z * d.z,
        m[1].x * d.x + m[1].y * d.y + m[1].z * d.z,
        m[2].x * d.x + m[2].y * d.y + m[2].z * d.z,
    );
}

// The channel vector of a k-point with velocity `v` and relaxation time `tau`.
fn channel_values(v: vec3<f32>, tau: f32) -> array<f32, CHANNELS> {
    var f: array<f32, CHANNELS>;
    f[0] = 1.0;
    f[1] = v.x * v.x;
    f[2] = v.y * v.y;
    f[3] = v.z * v.z;
    f[4] = v.y * v.z;
    f[5] = v.x * v.z;
    f[6] = v.x * v.y;
    f[7] = sqrt(f[1] + f[2] + f[3]);
    for (var i = 0u; i < DIRECTION_COUNT; i++) {
        let n = params.directions[i];
        f[DIRECTION_FIRST + i] = abs(n.x * v.x + n.y * v.y + n.z * v.z);
    }
    if CHANNELS == 20u || CHANNELS == 24u {
        for (var c = 0u; c < 6u; c++) {
            f[CHANNELS - 8u + c] = f[1u + c] * tau;
        }
        f[CHANNELS - 2u] = (f[1] + f[2] + f[3]) * tau * tau;
    }
    return f;
}
