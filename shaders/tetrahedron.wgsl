// Linear tetrahedra: corner weights of theta(eps - E) and delta(eps - E).
// Twin: src/kernel/tetrahedron.rs.
//
// P. E. Blöchl, O. Jepsen, O. K. Andersen, Phys. Rev. B 49, 16223 (1994), eqs. B1–B17, written with ratios
// f_ij = (eps - e_i)/(e_j - e_i) alone, so that nothing cancels. Weights are fractions of one tetrahedron. Inputs: the levels
// of a cell's corners and the thresholds, in levels. Precision: differences of levels are exact until they become f32;
// a few roundings follow. No division by zero: differences are at least TINY, and the ratios saturate.

const TINY: f32 = 1e-20;

// One tetrahedron, its corners sorted by energy, with the reciprocals that every weight needs.
struct Tetrahedron {
    corner: array<u32, 4>,  // corner of the cell that holds the i-th lowest energy
    level: array<i32, 4>,   // sorted energies
    inverse: array<f32, 6>, // 1/(e_j - e_i) for ij = 12 13 14 23 24 34; huge where the two are equal
}

// Corners of tetrahedron `i` of six around the diagonal that starts at START.
fn corners(i: u32) -> array<u32, 4> {
    var first = array<u32, 6>(4u, 4u, 2u, 2u, 1u, 1u);
    var second = array<u32, 6>(2u, 1u, 4u, 1u, 4u, 2u);
    let a = first[i];
    let b = second[i];
    return array<u32, 4>(START, START ^ a, START ^ a ^ b, START ^ 7u);
}

// 1/(b - a), at most 1/TINY.
fn inverse(a: i32, b: i32) -> f32 {
    return 1.0 / max(f32(b - a), TINY);
}

// (level, corner) pairs: the lower and the higher of two; equal ones stay in order.
fn lower(a: vec2<i32>, b: vec2<i32>) -> vec2<i32> {
    return select(a, b, a.x > b.x);
}
fn higher(a: vec2<i32>, b: vec2<i32>) -> vec2<i32> {
    return select(b, a, a.x > b.x);
}

// Sorts one tetrahedron of a cell: exchanges 01, 23, 02, 13, 12.
fn tetrahedron(levels_of: array<i32, 8>, c: array<u32, 4>) -> Tetrahedron {
    var cell = levels_of;
    let a0 = vec2<i32>(cell[c[0]], i32(c[0]));
    let a1 = vec2<i32>(cell[c[1]], i32(c[1]));
    let a2 = vec2<i32>(cell[c[2]], i32(c[2]));
    let a3 = vec2<i32>(cell[c[3]], i32(c[3]));
    let b0 = lower(a0, a1);
    let b1 = higher(a0, a1);
    let b2 = lower(a2, a3);
    let b3 = higher(a2, a3);
    let e0 = lower(b0, b2);
    let d2 = higher(b0, b2);
    let d1 = lower(b1, b3);
    let e3 = higher(b1, b3);
    let e1 = lower(d1, d2);
    let e2 = higher(d1, d2);
    return Tetrahedron(
        array<u32, 4>(u32(e0.y), u32(e1.y), u32(e2.y), u32(e3.y)),
        array<i32, 4>(e0.x, e1.x, e2.x, e3.x),
        array<f32, 6>(
            inverse(e0.x, e1.x),
            inverse(e0.x, e2.x),
            inverse(e0.x, e3.x),
            inverse(e1.x, e2.x),
            inverse(e1.x, e3.x),
            inverse(e2.x, e3.x),
        ),
    );
}

// Corner weights of theta(eps - E), from x_i = eps - e_i; one formula for every interval, because the ratios saturate:
// the part below eps is A + B + C + D with A = {1, P12, P13, P14}, B = {2, P13, P14, P23}, C = {2, P14, P23, P24},
// D = {3, P14, P24, P34}. A full tetrahedron gives `share` to each corner.
fn occupied_weights(x: vec4<f32>, r: array<f32, 6>, share: f32) -> vec4<f32> {
    let f12 = saturate(x[0] * r[0]);
    let f13 = saturate(x[0] * r[1]);
    let f14 = saturate(x[0] * r[2]);
    let f23 = saturate(x[1] * r[3]);
    let f24 = saturate(x[1] * r[4]);
    let f34 = saturate(x[2] * r[5]);
    let g13 = 1.0 - f13;
    let g14 = 1.0 - f14;
    let g23 = 1.0 - f23;
    let g24 = 1.0 - f24;
    let a = share * f12 * f13 * f14;
    let b = share * f14 * f23 * g13;
    let c = share * f23 * f24 * g14;
    let d = share * f34 * g14 * g24;
    return vec4<f32>(
        a * ((1.0 - f12) + 1.0 + g13 + g14) + b * (g13 + g14) + (c + d) * g14,
        a * f12 + b * (1.0 + g23) + c * (1.0 + g23 + g24) + d * g24,
        (a + b) * f13 + (b + c) * f23 + d * (1.0 + (1.0 - f34)),
        (a + b + c + d) * f14 + (c + d) * f24 + d * f34,
    );
}

// x_i = eps - e_i.
fn above(epsilon: Threshold, e: array<i32, 4>) -> vec4<f32> {
    return vec4<f32>(
        threshold_above(epsilon, e[0]),
        threshold_above(epsilon, e[1]),
        threshold_above(epsilon, e[2]),
        threshold_above(epsilon, e[3]),
    );
}

// Corner weights of delta(eps - E), per level, from x_i = eps - e_i; zero outside e1 < eps < e4.
//
// The weights are continuous in eps but where it meets a whole face, three corners of equal energy: on one side the section is the
// face, on the other there is none, and the mean of both limits is given. A tetrahedron that is flat there is a peak of no width
// and gets no weights. `tied` is what faces() says. The twin computes every case and takes one, with the same arithmetic.
fn delta_weights(x: vec4<f32>, r: array<f32, 6>, tied: vec2<bool>) -> vec4<f32> {
    if any(tied) {
        let half = 0.5 * r[2];
        if all(tied) {
            return vec4<f32>(0.0);
        }
        return select(vec4<f32>(0.0, half, half, half), vec4<f32>(half, half, half, 0.0), tied.x);
    }
    if x[0] <= 0.0 || x[3] >= 0.0 {
        return vec4<f32>(0.0);
    }
    if x[1] <= 0.0 {
        let f12 = x[0] * r[0];
        let f13 = x[0] * r[1];
        let f14 = x[0] * r[2];
        let w = f13 * f14 * r[0];
        return vec4<f32>(
            w * ((1.0 - f12) + (1.0 - f13) + (1.0 - f14)),
            w * f12,
            w * f13,
            w * f14,
        );
    }
    if x[2] <= 0.0 {
        let f13 = x[0] * r[1];
        let f14 = x[0] * r[2];
        let f23 = x[1] * r[3];
        let f24 = x[1] * r[4];
        let g13 = 1.0 - f13;
        let g14 = 1.0 - f14;
        let g23 = 1.0 - f23;
        let g24 = 1.0 - f24;
        let w1 = f14 * g23 * r[1];
        let w2 = f23 * g24 * r[2];
        return vec4<f32>(
            w1 * (g13 + g14) + w2 * g14,
            w1 * g23 + w2 * (g23 + g24),
            w1 * (f13 + f23) + w2 * f23,
            w1 * f14 + w2 * (f14 + f24),
        );
    }
    let h1 = -x[3] * r[2];
    let h2 = -x[3] * r[4];
    let h3 = -x[3] * r[5];
    let w = h1 * h2 * r[5];
    return vec4<f32>(
        w * h1,
        w * h2,
        w * h3,
        w * ((1.0 - h1) + (1.0 - h2) + (1.0 - h3)),
    );
}

// Whether the three lowest and the three highest corners lie at eps, from x_i = eps - e_i: energies within `tie` of it are equal to
// it. Both are where all of the tetrahedron does: no width, and an infinite density of states.
fn faces(x: vec4<f32>, tie: f32) -> vec2<bool> {
    return vec2<bool>(x[0] <= tie && x[2] >= -tie, x[1] <= tie && x[3] >= -tie);
}
