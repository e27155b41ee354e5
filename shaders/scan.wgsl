// Which cells an energy cuts: one bit a node, cells as words, and a list of the cut ones that a workgroup shares out.
// Twin: src/kernel/scan.rs, whose words run along axis 3.
//
// A workgroup scans a tile of TILE_PLANES × TILE_ROWS × (WORKGROUP − 1) cells of a view. An invocation owns a column of 32 nodes
// along axis 2, and marches along axis 1: neighbours on axis 3 load neighbouring words. Cells are counted from the tile's first;
// nodes as cells of which they are the first corner, the one behind the last cell being the first again on axes 2 and 3.

// Cells of a tile along axis 2: the 32 nodes of a word are their corners.
const TILE_ROWS: u32 = 31u;

// A tile: its first cell along axes 1 2 3, and its planes of cells.
struct Tile {
    first: vec3<u32>,
    planes: u32,
}

// [lane]: rows of the column that lie below the first bound on both planes of a cell, and on one of them below the last.
var<workgroup> columns: array<vec2<u32>, WORKGROUP>;
// [plane][lane]: cut cells that start in the column.
var<workgroup> cut_cells: array<u32, TILE_PLANES * WORKGROUP>;
// [lane]: cut cells of this column and those before it.
var<workgroup> cut_until: array<u32, WORKGROUP>;

// The tile with number `index` of the view.
fn tile_at(index: u32) -> Tile {
    let columns_of = WORKGROUP - 1u;
    let tiles3 = (params.cells3 + columns_of - 1u) / columns_of;
    let tiles2 = (params.cells2 + TILE_ROWS - 1u) / TILE_ROWS;
    let row = index / tiles3;
    let first = vec3<u32>(
        (row / tiles2) * TILE_PLANES,
        (row % tiles2) * TILE_ROWS,
        (index % tiles3) * columns_of,
    );
    return Tile(first, min(TILE_PLANES, params.cells1 - first.x));
}

// Bits of the nodes (c1, c2 …, c3): whether each lies below the first bound, and below the last.
fn below_bits(c1: u32, c2: u32, c3: u32) -> vec2<u32> {
    var along1 = c1 * params.stride;
    if c1 == params.cells1 {
        let last = (c1 - 1u) * params.stride;
        along1 = last + extent(params.start1 + last, params.stride, params.n1);
    }
    let j3 = select(c3 * params.stride, 0u, c3 >= params.cells3);
    let plane = node_index(params.lower1 + along1, 0u, j3);
    var below = 0u;
    var reached = 0u;
    for (var r = 0u; r < 32u; r++) {
        let row = c2 + r;
        let j2 = select(row * params.stride, 0u, row >= params.cells2);
        let level = levels[plane + j2 * params.n3];
        below |= select(0u, 1u, level < params.bound_first) << r;
        reached |= select(0u, 1u, level < params.bound_last) << r;
    }
    return vec2<u32>(below, reached);
}

// Σ over the cells of a column's bits of their extents along axis 2: the last one of an odd axis is one step wide.
fn widths(bits: u32, first2: u32) -> u32 {
    let all = params.stride * countOneBits(bits);
    let last = params.cells2 - 1u - first2;
    if params.stride == 2u && params.n2 % 2u == 1u && last < TILE_ROWS {
        return all - ((bits >> last) & 1u);
    }
    return all;
}

// Counts the tile's cells, those below the energy, and lists the cut ones; ends in a barrier.
fn scan(tile: Tile, lane: u32) {
    let c3 = tile.first.z + lane;
    let rows = min(TILE_ROWS, params.cells2 - tile.first.y);
    var starts = 0u;
    var e3 = 0u;
    if lane + 1u < WORKGROUP && c3 < params.cells3 {
        starts = (1u << rows) - 1u;
        e3 = extent(c3 * params.stride, params.stride, params.n3);
    }
    var before = below_bits(tile.first.x, tile.first.y, c3);
    var count = 0u;
    for (var p = 0u; p < tile.planes; p++) {
        let here = below_bits(tile.first.x + p + 1u, tile.first.y, c3);
        let column = vec2<u32>(before.x & here.x, before.y | here.y);
        before = here;
        columns[lane] = column;
        workgroupBarrier();
        let next = columns[min(lane + 1u, WORKGROUP - 1u)];
        workgroupBarrier();
        let all_four = column.x & next.x;
        let any_four = column.y | next.y;
        let below = all_four & (all_four >> 1u) & starts;
        let cut = (any_four | (any_four >> 1u)) & starts & ~below;
        cut_cells[p * WORKGROUP + lane] = cut;
        count += countOneBits(cut);
        let start1 = params.start1 + (tile.first.x + p) * params.stride;
        let area = extent(start1, params.stride, params.n1) * e3;
        visited_here += area * widths(starts, tile.first.y);
        below_here += area * widths(below, tile.first.y);
    }
    cut_until[lane] = count;
    workgroupBarrier();
    for (var d = 1u; d < WORKGROUP; d *= 2u) {
        var sum = cut_until[lane];
        if lane >= d {
            sum += cut_until[lane - d];
        }
        workgroupBarrier();
        cut_until[lane] = sum;
        workgroupBarrier();
    }
}

// Number of cut cells in the list.
fn cut_count() -> u32 {
    return cut_until[WORKGROUP - 1u];
}

// Cut cell `q` of the list.
fn cut_cell(tile: Tile, q: u32) -> Cell {
    var lo = 0u;
    var hi = WORKGROUP - 1u;
    while lo < hi {
        let middle = (lo + hi) / 2u;
        if cut_until[middle] > q {
            hi = middle;
        } else {
            lo = middle + 1u;
        }
    }
    var left = q;
    if lo > 0u {
        left -= cut_until[lo - 1u];
    }
    var p = 0u;
    var word = cut_cells[lo];
    while p + 1u < tile.planes && left >= countOneBits(word) {
        left -= countOneBits(word);
        p++;
        word = cut_cells[p * WORKGROUP + lo];
    }
    for (var i = 0u; i < left; i++) {
        word &= word - 1u;
    }
    return cell_of(tile.first.x + p, tile.first.y + firstTrailingBit(word), tile.first.z + lo);
}
