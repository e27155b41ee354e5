// Gaussian and Methfessel–Paxton smearing: the step and the delta function of one k-point, at one energy and at bin edges.
// Twin: src/kernel/smearing.rs (functions), src/integrate/cpu/smeared.rs (the loops over k-points).
//
// M. Methfessel, A. T. Paxton, Phys. Rev. B 40, 3616 (1989), eqs. 9–14, order 1; y = (eps - E)/s, Gaussian e^(-y²/2)/sqrt(2 pi).
// Inputs: shared/view.wgsl; a k-point counts with the volume of the cell that starts at it. Outputs: as fermi_surface.wgsl and
// spectrum.wgsl. Invocations: as there. Precision: f32; erfc to 1.2e-7, times the roundings of exp.

// Beyond this |y| a state is taken as full or empty.
const CUTOFF: f32 = 8.5;

// erfc by the Chebyshev expansion of W. H. Press et al., Numerical Recipes, §6.2.
fn erfc(x: f32) -> f32 {
    let z = abs(x);
    let t = 1.0 / (1.0 + 0.5 * z);
    var p = 0.17087277;
    p = p * t - 0.82215223;
    p = p * t + 1.48851587;
    p = p * t - 1.13520398;
    p = p * t + 0.27886807;
    p = p * t - 0.18628806;
    p = p * t + 0.09678418;
    p = p * t + 0.37409196;
    p = p * t + 1.00002368;
    p = p * t - 1.26551223;
    let r = t * exp(-z * z + p);
    return select(2.0 - r, r, x >= 0.0);
}

// delta_s·s: the smeared delta function; order 0 is Gaussian, 1 Methfessel–Paxton.
fn smeared_delta(y: f32, order: u32) -> f32 {
    let g = 0.3989422804014327 * exp(-(0.5 * y * y));
    if order == 0u {
        return g;
    }
    return g * (1.5 - 0.5 * y * y);
}

// The smeared step theta_s, the integral of the delta function.
fn smeared_step(y: f32, order: u32) -> f32 {
    let theta = 0.5 * erfc(-(y * 0.7071067811865476));
    if order == 0u {
        return theta;
    }
    return theta + 0.5 * y * smeared_delta(y, 0u);
}

// Adds the k-point at which the cell with number `index` starts.
fn add_surface_point(index: u32) {
    let at = cell_at(index);
    visited_here += at.volume;
    let level = levels[node_index(at.planes[0], at.j2[0], at.j3[0])];
    let y = threshold_above(thresholds[0], level) * params.inverse;
    if y > CUTOFF {
        below_here += at.volume;
        return;
    }
    if y > -CUTOFF {
        let scale = f32(at.volume);
        let weight = smeared_delta(y, SMEARING) * params.per_width * scale;
        var f = node(at.planes[0], at.j2[0], at.j3[0]);
        for (var i = 0u; i < CHANNELS; i++) {
            add_partial(i, to_wide(f[i] * weight, params.quanta));
        }
        add_partial(CHANNELS, to_wide(smeared_step(y, SMEARING) * scale, params.quanta));
    }
}

@compute @workgroup_size(WORKGROUP)
fn smeared_surface(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(local_invocation_index) lane: u32,
) {
    clear_partial(lane);
    for (var i = 0u; i < CELLS_PER_INVOCATION; i++) {
        let index = (group.x * CELLS_PER_INVOCATION + i) * WORKGROUP + lane;
        if index < params.cell_count {
            add_surface_point(params.first_cell + index);
        }
    }
    flush_partial(lane);
}

// First edge with (eps_k - E)/s > y, by bisection; params.edges if there is none.
fn first_edge_beyond(level: i32, y: f32) -> u32 {
    var lo = 0u;
    var hi = params.edges;
    for (var i = 0u; i < 32u && lo < hi; i++) {
        let middle = (lo + hi) / 2u;
        if threshold_above(thresholds[middle], level) * params.inverse > y {
            hi = middle;
        } else {
            lo = middle + 1u;
        }
    }
    return lo;
}

// Adds a k-point to the edges lo .. hi that its smearing reaches; from hi on it counts whole.
fn add_spectrum_point(at: Cell, level: i32, lo: u32, hi: u32, first: u32) {
    var f = node(at.planes[0], at.j2[0], at.j3[0]);
    let scale = f32(at.volume);
    var previous: array<vec2<u32>, CHANNELS>;
    for (var k = lo; k < hi; k++) {
        let y = threshold_above(thresholds[k], level) * params.inverse;
        let weight = smeared_step(y, SMEARING) * scale;
        for (var i = 0u; i < CHANNELS; i++) {
            let q = to_fixed(f[i] * weight, params.quanta);
            add_increment(first, k, i, minus(q, previous[i]));
            previous[i] = q;
        }
    }
    if hi < params.edges {
        for (var i = 0u; i < CHANNELS; i++) {
            let whole = to_fixed(f[i] * scale, params.quanta);
            add_increment(first, hi, i, minus(whole, previous[i]));
        }
    }
}

@compute @workgroup_size(WORKGROUP)
fn smeared_spectrum(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(local_invocation_index) lane: u32,
) {
    let index = group.x * WORKGROUP + lane;
    var at: Cell;
    var level = 0;
    var lo = NO_EDGE;
    var hi = 0u;
    var below = 0u;
    if index < params.cell_count {
        at = cell_at(params.first_cell + index);
        level = levels[node_index(at.planes[0], at.j2[0], at.j3[0])];
        let lowest = threshold_above(thresholds[0], level) * params.inverse;
        let highest = threshold_above(thresholds[params.edges - 1u], level) * params.inverse;
        if lowest > CUTOFF {
            below = at.volume;
        } else if highest >= -CUTOFF {
            lo = first_edge_beyond(level, -CUTOFF);
            hi = first_edge_beyond(level, CUTOFF);
        }
    }
    let first = open_window(lane, lo, hi);
    if index < params.cell_count {
        atomicAdd(&visited, at.volume);
    }
    if below != 0u {
        atomicAdd(&below_all, below);
    }
    if lo != NO_EDGE {
        add_spectrum_point(at, level, lo, hi, first);
    }
    close_window(lane, first);
}
