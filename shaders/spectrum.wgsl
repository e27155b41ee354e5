// One cell's cumulative contribution ∫theta(eps_k - E) F d³k at every bin edge eps_k that cuts it, with linear tetrahedra.
// Twin: src/kernel/spectrum.rs (weights), src/integrate/cpu/spectrum.rs (the loop over cells and edges).
//
// The twin treats LANES edges at a time for the sake of a CPU's vector registers; here an invocation loops over single edges
// with the same arithmetic for each. Inputs: shared/view.wgsl; thresholds are the edges. Output: shared/spectrum_sums.wgsl, in
// multiples of 1/quanta; states of cells wholly below the first edge are counted in `audit`.
// Invocations: one per cell. Precision: f32 within a cell, exact between cells.

// Adds one tetrahedron's theta-weights at one edge to the cell's corner weights.
fn add_weights(weight: ptr<function, array<f32, 8>>, t: ptr<function, Tetrahedron>, edge: Threshold) {
    let share = 1.0 / 24.0;
    let x = above(edge, (*t).level);
    if x[0] <= 0.0 {
        return;
    }
    var below = vec4<f32>(share);
    if x[3] < 0.0 {
        below = occupied_weights(x, (*t).inverse, share);
    }
    for (var i = 0u; i < 4u; i++) {
        (*weight)[(*t).corner[i]] += below[i];
    }
}

// Corner weights of a whole cell: a quarter of each tetrahedron that has the corner.
fn full_weights() -> array<f32, 8> {
    var weight: array<f32, 8>;
    for (var j = 0u; j < 6u; j++) {
        var corner = corners(j);
        for (var i = 0u; i < 4u; i++) {
            weight[corner[i]] += 1.0 / 24.0;
        }
    }
    return weight;
}

// First edge eps_k > E (`strictly`) or eps_k >= E, by bisection; params.edges if there is none.
fn first_edge(level: i32, strictly: bool) -> u32 {
    var lo = 0u;
    var hi = params.edges;
    for (var i = 0u; i < 32u && lo < hi; i++) {
        let middle = (lo + hi) / 2u;
        let x = threshold_above(thresholds[middle], level);
        if x > 0.0 || (x == 0.0 && !strictly) {
            hi = middle;
        } else {
            lo = middle + 1u;
        }
    }
    return lo;
}

// Adds a cell that the edges lo .. hi cut, and that counts whole from hi on.
fn add_spectrum_cell(at: Cell, cell: array<i32, 8>, lo: u32, hi: u32, first: u32) {
    let volume = f32(at.volume);
    var values: array<array<f32, CHANNELS>, 8>;
    for (var i = 0u; i < 8u; i++) {
        values[i] = corner_values(at, i);
        for (var c = 0u; c < CHANNELS; c++) {
            values[i][c] = values[i][c] * volume;
        }
    }
    var tetrahedra: array<Tetrahedron, 6>;
    for (var j = 0u; j < 6u; j++) {
        tetrahedra[j] = tetrahedron(cell, corners(j));
    }
    let states = to_fixed(volume, params.quanta);
    // Contributions at the edge before.
    var previous: array<vec2<u32>, CHANNELS>;
    for (var k = lo; k < hi; k++) {
        var weight: array<f32, 8>;
        for (var j = 0u; j < 6u; j++) {
            var t = tetrahedra[j];
            add_weights(&weight, &t, thresholds[k]);
        }
        for (var c = 0u; c < CHANNELS; c++) {
            var q = to_fixed(weighted(&weight, &values, c), params.quanta);
            if c == 0u {
                // States never decrease and never exceed the cell, whatever the rounding.
                let negative = (q.y >> 31u) != 0u;
                q = select(q, previous[0], negative || less(q, previous[0]));
                q = select(q, states, less(states, q));
            }
            add_increment(first, k, c, minus(q, previous[c]));
            previous[c] = q;
        }
    }
    // From the first edge that was not treated on, the cell counts whole.
    if hi < params.edges {
        var full = full_weights();
        add_increment(first, hi, 0u, minus(states, previous[0]));
        for (var c = 1u; c < CHANNELS; c++) {
            let whole = to_fixed(weighted(&full, &values, c), params.quanta);
            add_increment(first, hi, c, minus(whole, previous[c]));
        }
    }
}

// Σ_i w_i F_i over the cell's corners, for channel `c`.
fn weighted(
    weight: ptr<function, array<f32, 8>>,
    values: ptr<function, array<array<f32, CHANNELS>, 8>>,
    c: u32,
) -> f32 {
    var sum = 0.0;
    for (var i = 0u; i < 8u; i++) {
        sum += (*weight)[i] * (*values)[i][c];
    }
    return sum;
}

@compute @workgroup_size(WORKGROUP)
fn spectrum(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(local_invocation_index) lane: u32,
) {
    let index = group.x * WORKGROUP + lane;
    var at: Cell;
    var cell: array<i32, 8>;
    var lo = NO_EDGE;
    var hi = 0u;
    var below = 0u;
    if index < params.cell_count {
        at = cell_at(params.first_cell + index);
        cell = cell_levels(at);
        let extremes = cell_extremes(cell);
        if extremes.y < params.bound_first {
            below = at.volume;
        } else if extremes.x < params.bound_last {
            lo = first_edge(extremes.x, true);
            hi = first_edge(extremes.y, false);
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
        add_spectrum_cell(at, cell, lo, hi, first);
    }
    close_window(lane, first);
}
