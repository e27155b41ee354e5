// Channels at one energy with linear tetrahedra: corner weights of delta(eps - E) times channel values, and the occupied part.
// Twin: src/kernel/fermi_surface.rs (cell_weights, of several cells side by side), src/integrate/cpu/{surface,cut}.rs (scan and queue).
//
// Inputs: shared/view.wgsl; thresholds[0] is eps. Output: `sums`, three limbs per quantity, multiples of 1/quanta: the
// channels in units of 1/range (the band's width), the occupied, flat and tied volumes in fine cells; cells wholly below eps are counted
// in `audit`.
// Invocations: a workgroup scans a tile of cells (scan.wgsl); lane l then treats cut cells l, l + WORKGROUP, … so that none idles.
// Precision: f32 within a cell, exact between cells.

// A cell that the surface E = eps crosses.
struct CellWeights {
    weight: array<f32, 8>, // delta-weight of each corner × range
    occupied: f32,         // occupied fraction
    flat: f32,             // fraction that is flat at eps: its density of states is infinite, and in no weight
    tied: f32,             // fraction in other tetrahedra that have a corner at eps
}

// Weights of a cell; energies within `tie` (levels) of eps are equal to it.
fn cell_weights(cell: array<i32, 8>, epsilon: Threshold, range: f32, tie: f32) -> CellWeights {
    var result: CellWeights;
    let sixth = 1.0 / 6.0;
    for (var j = 0u; j < 6u; j++) {
        var t = tetrahedron(cell, corners(j));
        let x = above(epsilon, t.level);
        let tied = faces(x, tie);
        let delta = delta_weights(x, t.inverse, tied);
        let below = occupied_weights(x, t.inverse, 0.25 * sixth);
        if all(tied) {
            result.flat += sixth;
        } else if any(abs(x) <= vec4<f32>(tie)) {
            result.tied += sixth;
        }
        for (var i = 0u; i < 4u; i++) {
            result.weight[t.corner[i]] += delta[i] * range * sixth;
        }
        result.occupied += below[0] + below[1] + below[2] + below[3];
    }
    return result;
}

// Adds a cell that the surface crosses.
fn add_surface_cell(at: Cell) {
    let cell = cell_levels(at);
    var weights = cell_weights(cell, thresholds[0], params.range, params.tie);
    let volume = f32(at.volume);
    var cell_sum: array<f32, CHANNELS>;
    for (var c = 0u; c < 8u; c++) {
        if weights.weight[c] != 0.0 {
            var f = corner_values(at, c);
            for (var i = 0u; i < CHANNELS; i++) {
                cell_sum[i] += weights.weight[c] * f[i];
            }
        }
    }
    for (var i = 0u; i < CHANNELS; i++) {
        if cell_sum[i] != 0.0 {
            add_partial(i, to_wide(cell_sum[i] * volume, params.quanta));
        }
    }
    add_partial(CHANNELS, to_wide(weights.occupied * volume, params.quanta));
    if weights.flat != 0.0 {
        add_partial(CHANNELS + 1u, to_wide(weights.flat * volume, params.quanta));
    }
    if weights.tied != 0.0 {
        add_partial(CHANNELS + 2u, to_wide(weights.tied * volume, params.quanta));
    }
}

@compute @workgroup_size(WORKGROUP)
fn fermi_surface(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(local_invocation_index) lane: u32,
) {
    clear_partial(lane);
    let tile = tile_at(params.first_cell + group.x);
    scan(tile, lane);
    for (var q = lane; q < cut_count(); q += WORKGROUP) {
        add_surface_cell(cut_cell(tile, q));
    }
    flush_partial(lane);
}
