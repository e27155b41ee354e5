// Inverse effective mass of a k-point, and the channel values of first and second order in the magnetic field.
// Twin: src/kernel/curvature.rs, which derives the stencils and proves the bounds.
//
// Second derivatives D are 11 22 33 23 13 12 (axes), symmetric tensors xx yy zz yz xz xy. Channels: Hall products (times tau² where
// LIFETIMES), and the 6 × 6 products of second order. Units: the band's velocity and mass units, so that no channel exceeds 1.
// Precision: sums of two differences of levels are exact before the one rounding; the rest rounds in f32.

// A symmetric tensor: xx yy zz and yz xz xy.
struct Symmetric {
    diagonal: vec3<f32>,
    mixed: vec3<f32>,
}

// (a - b) + (c - d), which needs 33 bits: halves are added as integers, and then the bits that halving dropped.
fn difference_sum(a: i32, b: i32, c: i32, d: i32) -> f32 {
    let x = a - b;
    let y = c - d;
    return 2.0 * f32((x >> 1u) + (y >> 1u)) + f32((x & 1) + (y & 1));
}

// M⁻¹ = L·D·Rᵀ with L = params.gradient and R = params.mass_gradient.
fn inverse_mass(d: Symmetric) -> Symmetric {
    let l = params.gradient;
    let r = params.mass_gradient;
    var rows = array<vec3<f32>, 3>(
        vec3<f32>(d.diagonal.x, d.mixed.z, d.mixed.y),
        vec3<f32>(d.mixed.z, d.diagonal.y, d.mixed.x),
        vec3<f32>(d.mixed.y, d.mixed.x, d.diagonal.z),
    );
    // Row i of D·Rᵀ.
    var half: array<vec3<f32>, 3>;
    for (var i = 0u; i < 3u; i++) {
        let row = rows[i];
        half[i] = vec3<f32>(
            row.x * r[0].x + row.y * r[0].y + row.z * r[0].z,
            row.x * r[1].x + row.y * r[1].y + row.z * r[1].z,
            row.x * r[2].x + row.y * r[2].y + row.z * r[2].z,
        );
    }
    // Row a of L·(D·Rᵀ).
    let x = l[0].x * half[0] + l[0].y * half[1] + l[0].z * half[2];
    let y = l[1].x * half[0] + l[1].y * half[1] + l[1].z * half[2];
    let z = l[2].x * half[0] + l[2].y * half[1] + l[2].z * half[2];
    return Symmetric(vec3<f32>(x.x, y.y, z.z), vec3<f32>(y.z, x.z, x.y));
}

// The symmetric part of D·Rᵀ, D being the derivatives of the velocity along each axis.
fn inverse_mass_from_velocities(d: array<vec3<f32>, 3>) -> Symmetric {
    let r = params.mass_gradient;
    // Column b holds the derivative of the velocity along direction b.
    let x = d[0] * r[0].x + d[1] * r[0].y + d[2] * r[0].z;
    let y = d[0] * r[1].x + d[1] * r[1].y + d[2] * r[1].z;
    let z = d[0] * r[2].x + d[1] * r[2].y + d[2] * r[2].z;
    return Symmetric(
        vec3<f32>(x.x, y.y, z.z),
        0.5 * vec3<f32>(z.y + y.z, z.x + x.z, y.x + x.y),
    );
}

// w_jk = (M⁻¹_j × v)_k, M⁻¹_j being the rows of `mass`.
fn turning_rates(v: vec3<f32>, mass: Symmetric) -> array<vec3<f32>, 3> {
    return array<vec3<f32>, 3>(
        cross(vec3<f32>(mass.diagonal.x, mass.mixed.z, mass.mixed.y), v),
        cross(vec3<f32>(mass.mixed.z, mass.diagonal.y, mass.mixed.x), v),
        cross(vec3<f32>(mass.mixed.y, mass.mixed.x, mass.diagonal.z), v),
    );
}

// ½ ε_lij v_i w_jk.
fn hall_products(v: vec3<f32>, w: array<vec3<f32>, 3>) -> Symmetric {
    return Symmetric(
        0.5 * vec3<f32>(
            v.y * w[2].x - v.z * w[1].x,
            v.z * w[0].y - v.x * w[2].y,
            v.x * w[1].z - v.y * w[0].z,
        ),
        0.5 * vec3<f32>(
            v.z * w[0].z - v.x * w[2].z,
            v.y * w[2].z - v.z * w[1].z,
            v.y * w[2].y - v.z * w[1].y,
        ),
    );
}

// Cartesian indices of the six components of a symmetric tensor.
const FIRST = array<u32, 6>(0u, 1u, 2u, 1u, 0u, 0u);
const SECOND = array<u32, 6>(0u, 1u, 2u, 2u, 2u, 1u);

// Fills the channels of first order in the field, and of second order where there are any.
fn field_values(f: ptr<function, array<f32, CHANNELS>>, v: vec3<f32>, mass: Symmetric, tau: f32) {
    var w = turning_rates(v, mass);
    var hall = hall_products(v, w);
    if LIFETIMES != 0u {
        hall.diagonal = hall.diagonal * tau * tau;
        hall.mixed = hall.mixed * tau * tau;
    }
    for (var c = 0u; c < HALL_COUNT / 2u; c++) {
        (*f)[HALL_AT + c] = hall.diagonal[c];
        (*f)[HALL_AT + 3u + c] = hall.mixed[c];
    }
    if MAGNETO_COUNT != 0u {
        for (var p = 0u; p < 6u; p++) {
            let wi = w[FIRST[p]];
            let wj = w[SECOND[p]];
            for (var q = 0u; q < 6u; q++) {
                let k = FIRST[q];
                let l = SECOND[q];
                (*f)[MAGNETO_AT + 6u * p + q] = 0.5 * (wi[k] * wj[l] + wj[k] * wi[l]);
            }
        }
    }
}
