// Sums at one energy: CHANNELS delta-weighted channels, then the cells that are occupied, flat at it, and tied to it by a corner, three
// limbs each, gathered in workgroup memory first. Twin: src/integrate/cpu/surface.rs (SurfaceSums).
//
// A workgroup's partial sum is an integer sum modulo 2^96 and so is the total: no order, no overflow (fixed_point.rs).

const QUANTITIES: u32 = CHANNELS + 3u;

var<workgroup> partial: array<atomic<u32>, 3u * QUANTITIES>;

// Volumes that this invocation visited and found wholly below the energy.
var<private> visited_here: u32 = 0u;
var<private> below_here: u32 = 0u;

// Starts the workgroup's sums at zero; ends in a barrier.
fn clear_partial(lane: u32) {
    for (var i = lane; i < 3u * QUANTITIES; i += WORKGROUP) {
        atomicStore(&partial[i], 0u);
    }
    if lane == 0u {
        atomicStore(&visited, 0u);
        atomicStore(&below_all, 0u);
    }
    workgroupBarrier();
}

// Adds a contribution to quantity `i` of the workgroup.
fn add_partial(i: u32, x: Wide) {
    let old = atomicAdd(&partial[3u * i], x.low);
    let up = carry(old, x.low);
    let middle = x.middle + up;
    // Where middle + up itself wraps around, nothing is left to add and the carry goes on.
    var high = x.high + carry(x.middle, up);
    if middle != 0u {
        let old_middle = atomicAdd(&partial[3u * i + 1u], middle);
        high += carry(old_middle, middle);
    }
    if high != 0u {
        atomicAdd(&partial[3u * i + 2u], high);
    }
}

// Adds the workgroup's sums to the total, once all its invocations are done.
fn flush_partial(lane: u32) {
    if visited_here != 0u {
        atomicAdd(&visited, visited_here);
    }
    if below_here != 0u {
        atomicAdd(&below_all, below_here);
    }
    workgroupBarrier();
    for (var i = lane; i < QUANTITIES; i += WORKGROUP) {
        let x = Wide(
            atomicLoad(&partial[3u * i]),
            atomicLoad(&partial[3u * i + 1u]),
            atomicLoad(&partial[3u * i + 2u]),
        );
        var up = 0u;
        if x.low != 0u {
            let old = atomicAdd(&sums[3u * i], x.low);
            up = carry(old, x.low);
        }
        let middle = x.middle + up;
        var high = x.high + carry(x.middle, up);
        if middle != 0u {
            let old_middle = atomicAdd(&sums[3u * i + 1u], middle);
            high += carry(old_middle, middle);
        }
        if high != 0u {
            atomicAdd(&sums[3u * i + 2u], high);
        }
    }
    if lane == 0u {
        add_audit(0u, atomicLoad(&visited));
        add_audit(1u, atomicLoad(&below_all));
    }
}
