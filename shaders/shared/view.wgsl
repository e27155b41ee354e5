// A block as the kernels see it: bindings, neighbours, the cells of a view, the channel vector of a node.
// Twin: src/integrate/cpu/view.rs.
//
// A view is the block on the full grid (stride 1) or on its subgrid (stride 2). Nodes are counted (plane, j2, j3), the last
// fastest; `plane` counts the planes held in the buffers, halo included, so only axes 2 and 3 wrap around. Corner c of a cell
// is bit 4 2 1 = one step along axis 1 2 3. Counts of cells and nodes of a block stay below 2^31.
//
// Constants from the prelude (src/gpu/pipelines.rs): CHANNELS (width of the channel vector), KIND_AT and KIND_COUNT of every kind of
// channel, LIFETIMES (1 where channels need relaxation times), ORDER (2, 4, 6; 0 = velocities from the file), MASSES (see
// node_mass.wgsl; 0 where no channel needs them), COEFFICIENTS, SECOND_COEFFICIENTS, START (corner at which the tetrahedra's diagonal
// starts), SMEARING (order of the smearing), WORKGROUP, CELLS_PER_INVOCATION, WINDOW (edges of the workgroup's window), TILE_PLANES
// (see scan.wgsl).

// An energy to compare levels with: level + fraction, in levels.
struct Threshold {
    level: i32,
    fraction: f32,
}

// One dispatch over the cells [first_cell, first_cell + cell_count) of a view.
struct Params {
    n1: u32,            // grid points along axes 1 2 3
    n2: u32,
    n3: u32,
    stride: u32,        // 1 or 2
    cells1: u32,        // cells of the view along axes 1 2 3
    cells2: u32,
    cells3: u32,
    start1: u32,        // plane number of the first cells
    lower1: u32,        // its place in the buffers
    first_cell: u32,    // of the dispatch; for fermi_surface tiles (scan.wgsl) stand for cells
    cell_count: u32,
    edges: u32,         // number of thresholds
    bound_first: i32,   // E < first threshold exactly where E < bound_first; of a single energy: and not equal to it
    bound_last: i32,    // likewise for the last one; of a single energy: E is above it exactly where E >= bound_last
    range: f32,         // width of the band, levels
    quanta: f32,        // quanta per unit of the sums, 2^bits
    inverse: f32,       // level / smearing width
    per_width: f32,     // band width / smearing width
    tie: f32,           // how far from a single energy levels are equal to it, levels
    reserved: u32,
    gradient: array<vec4<f32>, 3>, // [cart].axis: velocity per level of stencil difference
    mass_gradient: array<vec4<f32>, 3>, // [cart].axis: inverse mass per velocity of stencil difference
    directions: array<vec4<f32>, 4>, // unit vectors n of the channels |v.n|, or zero
}

@group(0) @binding(0) var<uniform> params: Params;
// [plane][n2][n3], levels of the band.
@group(0) @binding(1) var<storage, read> levels: array<i32>;
// [plane][n2][n3][3], units of the band's velocity unit; read where ORDER is 0.
@group(0) @binding(2) var<storage, read> velocities: array<f32>;
// [plane][n2][n3], units of the band's lifetime unit; read where LIFETIMES is 1.
@group(0) @binding(3) var<storage, read> lifetimes: array<f32>;
// [edge], ascending.
@group(0) @binding(4) var<storage, read> thresholds: array<Threshold>;
// Exact sums in 32-bit limbs, low limb first: three per quantity at one energy, two per [edge][channel] of a spectrum.
@group(0) @binding(5) var<storage, read_write> sums: array<atomic<u32>>;
// Two limbs each: volume of the cells visited, and of those that lie wholly below the first threshold.
@group(0) @binding(6) var<storage, read_write> audit: array<atomic<u32>, 4>;
// [plane][n2][n3][6], units of the band's mass unit; read where MASSES is 3.
@group(0) @binding(7) var<storage, read> inverse_masses: array<f32>;

var<workgroup> visited: atomic<u32>;
var<workgroup> below_all: atomic<u32>;

// A cell: buffer planes, j2 and j3 of its lower and upper corners, and its volume in fine cells.
struct Cell {
    planes: array<u32, 2>,
    j2: array<u32, 2>,
    j3: array<u32, 2>,
    volume: u32,
}

// epsilon − E.
fn threshold_above(epsilon: Threshold, level: i32) -> f32 {
    return f32(epsilon.level - level) + epsilon.fraction;
}

// Extent of the cell that starts at `start`: the last one of an odd axis is one step wide.
fn extent(start: u32, stride: u32, n: u32) -> u32 {
    return min(stride, n - start);
}

// j + d modulo n.
fn ahead(j: u32, d: u32, n: u32) -> u32 {
    let x = j + d;
    if x < n {
        return x;
    }
    return x % n;
}

// j − d modulo n.
fn behind(j: u32, d: u32, n: u32) -> u32 {
    if j >= d {
        return j - d;
    }
    return (j + n * d - d) % n;
}

// Index of node (buffer plane, j2, j3).
fn node_index(plane: u32, j2: u32, j3: u32) -> u32 {
    return (plane * params.n2 + j2) * params.n3 + j3;
}

// Channel vector of a node.
fn node(plane: u32, j2: u32, j3: u32) -> array<f32, CHANNELS> {
    let here = node_index(plane, j2, j3);
    var v: vec3<f32>;
    if ORDER == 0u {
        v = vec3<f32>(velocities[3u * here], velocities[3u * here + 1u], velocities[3u * here + 2u]);
    } else {
        var d = vec3<f32>(0.0);
        for (var m = 0u; m < ORDER / 2u; m++) {
            let s = (m + 1u) * params.stride;
            d += COEFFICIENTS[m] * vec3<f32>(
                f32(levels[node_index(plane + s, j2, j3)] - levels[node_index(plane - s, j2, j3)]),
                f32(levels[node_index(plane, ahead(j2, s, params.n2), j3)]
                    - levels[node_index(plane, behind(j2, s, params.n2), j3)]),
                f32(levels[node_index(plane, j2, ahead(j3, s, params.n3))]
                    - levels[node_index(plane, j2, behind(j3, s, params.n3))]),
            );
        }
        v = velocity(d);
    }
    var tau = 0.0;
    if LIFETIMES != 0u {
        tau = lifetimes[here];
    }
    var f = channel_values(v, tau);
    if MASSES != 0u {
        field_values(&f, v, node_inverse_mass(plane, j2, j3), tau);
    }
    return f;
}

// The cell with number `index` of the view.
fn cell_at(index: u32) -> Cell {
    let row = index / params.cells3;
    return cell_of(row / params.cells2, row % params.cells2, index % params.cells3);
}

// Cell (i1, i2, i3) of the view.
fn cell_of(i1: u32, i2: u32, i3: u32) -> Cell {
    let c1 = i1 * params.stride;
    let c2 = i2 * params.stride;
    let c3 = i3 * params.stride;
    let e1 = extent(params.start1 + c1, params.stride, params.n1);
    let e2 = extent(c2, params.stride, params.n2);
    let e3 = extent(c3, params.stride, params.n3);
    let lower = params.lower1 + c1;
    return Cell(
        array<u32, 2>(lower, lower + e1),
        array<u32, 2>(c2, ahead(c2, e2, params.n2)),
        array<u32, 2>(c3, ahead(c3, e3, params.n3)),
        e1 * e2 * e3,
    );
}

// Levels of a cell's corners.
fn cell_levels(at: Cell) -> array<i32, 8> {
    return array<i32, 8>(
        levels[node_index(at.planes[0], at.j2[0], at.j3[0])],
        levels[node_index(at.planes[0], at.j2[0], at.j3[1])],
        levels[node_index(at.planes[0], at.j2[1], at.j3[0])],
        levels[node_index(at.planes[0], at.j2[1], at.j3[1])],
        levels[node_index(at.planes[1], at.j2[0], at.j3[0])],
        levels[node_index(at.planes[1], at.j2[0], at.j3[1])],
        levels[node_index(at.planes[1], at.j2[1], at.j3[0])],
        levels[node_index(at.planes[1], at.j2[1], at.j3[1])],
    );
}

// Lowest and highest level of a cell.
fn cell_extremes(cell: array<i32, 8>) -> vec2<i32> {
    return vec2<i32>(
        min(min(min(cell[0], cell[1]), min(cell[2], cell[3])), min(min(cell[4], cell[5]), min(cell[6], cell[7]))),
        max(max(max(cell[0], cell[1]), max(cell[2], cell[3])), max(max(cell[4], cell[5]), max(cell[6], cell[7]))),
    );
}

// Channel vector of corner `c`.
fn corner_values(at: Cell, c: u32) -> array<f32, CHANNELS> {
    var cell = at;
    return node(cell.planes[c / 4u], cell.j2[(c / 2u) % 2u], cell.j3[c % 2u]);
}

// Adds a workgroup's count to counter `i` (0: visited, 1: wholly below) of the audit, with carry.
fn add_audit(i: u32, count: u32) {
    if count != 0u {
        let old = atomicAdd(&audit[2u * i], count);
        if carry(old, count) != 0u {
            atomicAdd(&audit[2u * i + 1u], 1u);
        }
    }
}
