// Group velocity from central differences, and the channel values of a k-point.
// Twin: src/kernel/velocity.rs.
//
// v = M·D, with D the stencil differences of the levels (summed in shared/view.wgsl's node) and M = params.gradient.
// Channels stand where the prelude says, KIND_COUNT of them from KIND_AT on (src/kernel/channels.rs); tensors are xx yy zz yz xz xy.
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
    // Every set has these.
    const P = VELOCITY_PRODUCT_AT;
    f[STATES_AT] = 1.0;
    f[P] = v.x * v.x;
    f[P + 1u] = v.y * v.y;
    f[P + 2u] = v.z * v.z;
    f[P + 3u] = v.y * v.z;
    f[P + 4u] = v.x * v.z;
    f[P + 5u] = v.x * v.y;
    f[SPEED_AT] = sqrt(f[P] + f[P + 1u] + f[P + 2u]);
    for (var i = 0u; i < AXIS_SPEED_COUNT; i++) {
        let n = params.directions[i];
        f[AXIS_SPEED_AT + i] = abs(n.x * v.x + n.y * v.y + n.z * v.z);
    }
    for (var c = 0u; c < LIFETIME_PRODUCT_COUNT; c++) {
        f[LIFETIME_PRODUCT_AT + c] = f[P + c] * tau;
    }
    if SQUARED_PATH_COUNT != 0u {
        f[SQUARED_PATH_AT] = (f[P] + f[P + 1u] + f[P + 2u]) * tau * tau;
    }
    return f;
}
