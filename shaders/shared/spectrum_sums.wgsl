// Cumulative sums at every edge: increments[edge][channel], two limbs each, whose running sum over the edges is the cumulative
// channel. Twin: src/integrate/cpu/spectrum.rs (SpectrumSums).
//
// The twin keeps `at` (cells that the edge cuts) and `from` (cells wholly below it and all later edges) apart. Here a cell
// adds q_k - q_{k-1} at every edge that cuts it and whole - q at the first edge above it: the running sum is the same
// integer, from one array.
//
// A workgroup's cells are neighbours and cut much the same edges: increments at the WINDOW edges from the lowest one on are
// gathered in workgroup memory, others go to the total at once. Integer sums have no order, so this changes no bit.

const NO_EDGE: u32 = 0xffffffffu;

var<workgroup> window_first: atomic<u32>;
var<workgroup> window_end: atomic<u32>;
// [edge - window_first][channel][limb]
var<workgroup> window: array<atomic<u32>, 2u * CHANNELS * WINDOW>;

// Finds the window for the edges lo ..= hi of this invocation's cell (NO_EDGE: none) and clears it; ends in a barrier.
// Gives the window's first edge.
fn open_window(lane: u32, lo: u32, hi: u32) -> u32 {
    if lane == 0u {
        atomicStore(&visited, 0u);
        atomicStore(&below_all, 0u);
        atomicStore(&window_first, NO_EDGE);
        atomicStore(&window_end, 0u);
    }
    workgroupBarrier();
    if lo != NO_EDGE {
        atomicMin(&window_first, lo);
        atomicMax(&window_end, min(hi + 1u, params.edges));
    }
    workgroupBarrier();
    let words = window_words();
    for (var i = lane; i < words; i += WORKGROUP) {
        atomicStore(&window[i], 0u);
    }
    workgroupBarrier();
    return atomicLoad(&window_first);
}

// Words of the window in use.
fn window_words() -> u32 {
    let first = atomicLoad(&window_first);
    let end = atomicLoad(&window_end);
    if first >= end {
        return 0u;
    }
    return min(end - first, WINDOW) * 2u * CHANNELS;
}

// Adds q to slot [edge][channel] of the total; q comes as two limbs.
fn add_total(slot: u32, low: u32, high: u32) {
    var up = high;
    if low != 0u {
        let old = atomicAdd(&sums[2u * slot], low);
        up += carry(old, low);
    }
    if up != 0u {
        atomicAdd(&sums[2u * slot + 1u], up);
    }
}

// Adds q at edge `k` to channel `c`, in the window if the edge lies in it.
fn add_increment(first: u32, k: u32, c: u32, q: vec2<u32>) {
    if q.x == 0u && q.y == 0u {
        return;
    }
    if k - first < WINDOW {
        let slot = (k - first) * CHANNELS + c;
        let old = atomicAdd(&window[2u * slot], q.x);
        let up = q.y + carry(old, q.x);
        if up != 0u {
            atomicAdd(&window[2u * slot + 1u], up);
        }
    } else {
        add_total(k * CHANNELS + c, q.x, q.y);
    }
}

// Adds the window to the total; starts with a barrier.
fn close_window(lane: u32, first: u32) {
    workgroupBarrier();
    let slots = window_words() / 2u;
    for (var i = lane; i < slots; i += WORKGROUP) {
        add_total(first * CHANNELS + i, atomicLoad(&window[2u * i]), atomicLoad(&window[2u * i + 1u]));
    }
    if lane == 0u {
        add_audit(0u, atomicLoad(&visited));
        add_audit(1u, atomicLoad(&below_all));
    }
}

