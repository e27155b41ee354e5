//! Where a surface cuts the tetrahedra of a grid's cells: named edges, triangles between them, and the share of the zone below.
//!
//! Every cell is cut into six tetrahedra along its shortest diagonal. A cut edge is named by its node and one of seven directions, so that all
//! tetrahedra that share it agree.

use super::field::Field;
use super::vector::{self, Vector, add, cross, dot, scale, subtract};
use crate::crystal::{KGrid, Tensor};

/// A point of the surface.
#[derive(Clone, Copy, Debug)]
pub struct Vertex {
    /// Fractional k.
    pub u: Vector,
    /// ∂E/∂u there, eV.
    pub slope: Vector,
}

/// The six orders of axes, each a tetrahedron.
const ORDERS: [[usize; 2]; 6] = [[0, 1], [0, 2], [1, 0], [1, 2], [2, 0], [2, 1]];
/// A cut keeps this distance from the ends of its edge, so that no triangle shrinks to nothing.
const CLOSEST: f64 = 1e-6;
/// Steps of the search along an edge.
const STEPS: usize = 5;

/// What the cells of one plane of the grid give.
pub(super) struct Slab {
    /// Names of cut edges with the place of the linear cut.
    pub cuts: Vec<(u64, f64)>,
    /// Triangles between them.
    pub triangles: Vec<RawTriangle>,
    /// Cells' worth of lower energies in tetrahedra that are not cut.
    pub below: f64,
    /// What the others hold.
    pub parts: Vec<Part>,
}

/// The cut edges of a tetrahedron, by how many of its corners are low.
pub(super) enum Part {
    One([u64; 3]),
    Two([u64; 4]),
    Three([u64; 3]),
}

impl Part {
    /// The share of the tetrahedron with lower energies, of the cuts' shares of their edges from the lower end.
    pub fn share(&self, cut: &impl Fn(&u64) -> f64) -> f64 {
        match self {
            Self::One(names) => names.iter().map(cut).product(),
            Self::Three(names) => 1.0 - names.iter().map(|n| 1.0 - cut(n)).product::<f64>(),
            Self::Two(names) => {
                let [ac, ad, bc, bd] = [0, 1, 2, 3].map(|i| cut(&names[i]));
                bc * bd + ac * ad * (1.0 - bd) + ac * bd * (1.0 - bc)
            }
        }
    }
}

/// A triangle between named edges.
pub(super) struct RawTriangle {
    /// Its corners' edges.
    pub names: [u64; 3],
    /// Lattice vector that each is shifted by.
    pub offsets: [[i8; 3]; 3],
}

/// Names of all cut edges, by which they are numbered.
pub(super) struct Names {
    sorted: Vec<u64>,
    /// Where each row of nodes along the third axis begins.
    first: Vec<u32>,
    row: u64,
}

impl Names {
    /// Of `sorted` names without repetition, fewer than 2³².
    pub fn new(sorted: Vec<u64>, grid: &KGrid) -> Self {
        let row = 8 * grid.n[2] as u64;
        let mut first = vec![0; grid.n[0] * grid.n[1] + 1];
        for name in &sorted {
            first[(name / row) as usize + 1] += 1;
        }
        for i in 1..first.len() {
            first[i] += first[i - 1];
        }
        Self { sorted, first, row }
    }

    /// The number of a name that is one of them.
    #[inline(always)]
    pub fn number(&self, name: u64) -> usize {
        let row = (name / self.row) as usize;
        let (from, to) = (self.first[row] as usize, self.first[row + 1] as usize);
        from + self.sorted[from..to].partition_point(|n| *n < name)
    }
}

/// Bits of the axes along which the shortest diagonal of a cell runs backwards.
pub(super) fn flip(reciprocal: &Tensor, grid: &KGrid) -> usize {
    let n = grid.n.map(|n| n as f64);
    let length = |f: usize| {
        let mut sum = [0.0; 3];
        for a in 0..3 {
            let sign = if f >> a & 1 == 1 { -1.0 } else { 1.0 };
            sum = add(sum, scale(sign / n[a], reciprocal[a]));
        }
        dot(sum, sum)
    };
    // Up to a common sign there are four; the first of equals.
    let mut best = 0;
    for f in 1..4 {
        if length(f) < length(best) * (1.0 - 1e-9) {
            best = f;
        }
    }
    best
}

impl Slab {
    /// The cells of plane `i` along the first axis.
    pub fn new(reciprocal: &Tensor, grid: &KGrid, energies: &[f64], level: f64, i: usize) -> Self {
        let [n1, n2, n3] = grid.n;
        let flip = flip(reciprocal, grid);
        let handed = dot(reciprocal[0], cross(reciprocal[1], reciprocal[2]));
        let next = if i + 1 == n1 { 0 } else { i + 1 };
        let mut slab = Self {
            cuts: Vec::new(),
            triangles: Vec::new(),
            below: 0.0,
            parts: Vec::new(),
        };
        let row = |i: usize, j: usize| &energies[(i * n2 + j) * n3..][..n3];
        let mut whole = 0usize;
        for j in 0..n2 {
            let j2 = if j + 1 == n2 { 0 } else { j + 1 };
            let rows = [row(i, j), row(next, j), row(i, j2), row(next, j2)];
            let low = |k: usize| rows.iter().filter(|r| r[k] < level).count();
            let mut here = low(0);
            for k in 0..n3 {
                let k2 = if k + 1 == n3 { 0 } else { k + 1 };
                let there = low(k2);
                let count = here + there;
                here = there;
                if count == 0 {
                    continue;
                }
                if count == 8 {
                    whole += 1;
                    continue;
                }
                let corners: [f64; 8] =
                    std::array::from_fn(|q| rows[q & 3][if q >> 2 == 0 { k } else { k2 }]);
                slab.cell(grid, [i, j, k], &corners, level, flip, handed);
            }
        }
        slab.below += whole as f64;
        slab
    }

    fn cell(
        &mut self,
        grid: &KGrid,
        cell: [usize; 3],
        corners: &[f64; 8],
        level: f64,
        flip: usize,
        handed: f64,
    ) {
        for order in ORDERS {
            let path = [0, 1 << order[0], 1 << order[0] | 1 << order[1], 7];
            let (mut low, mut high) = ([0; 4], [0; 4]);
            let (mut lows, mut highs) = (0, 0);
            for q in path {
                if corners[q ^ flip] < level {
                    low[lows] = q;
                    lows += 1;
                } else {
                    high[highs] = q;
                    highs += 1;
                }
            }
            if highs == 0 {
                self.below += 1.0 / 6.0;
            }
            if lows == 0 || highs == 0 {
                continue;
            }
            // Share of the edge from the lower end.
            let cut = |l: usize, h: usize| {
                let (el, eh) = (corners[l ^ flip], corners[h ^ flip]);
                ((level - el) / (eh - el)).clamp(CLOSEST, 1.0 - CLOSEST)
            };
            let mut add = |edges: [(usize, usize); 3]| {
                let named = edges.map(|(l, h)| {
                    let (name, offset) = name(grid, cell, l, h, flip);
                    self.cuts.push((name, cut(l, h)));
                    (name, offset)
                });
                let mut t = RawTriangle {
                    names: named.map(|n| n.0),
                    offsets: named.map(|n| n.1),
                };
                // The side of higher energies, from the cuts at the edges' middles: the same for any cuts.
                let middle =
                    edges.map(|(l, h)| scale(0.5, vector::add(bits(l ^ flip), bits(h ^ flip))));
                let normal = cross(
                    subtract(middle[1], middle[0]),
                    subtract(middle[2], middle[0]),
                );
                let (l, h) = edges[0];
                let up = dot(normal, subtract(bits(h ^ flip), bits(l ^ flip)));
                if (up > 0.0) != (handed > 0.0) {
                    t.names.swap(1, 2);
                    t.offsets.swap(1, 2);
                }
                self.triangles.push(t);
            };
            let edge = |l: usize, h: usize| name(grid, cell, l, h, flip).0;
            let part = match (lows, highs) {
                (1, _) => {
                    let edges = [(low[0], high[0]), (low[0], high[1]), (low[0], high[2])];
                    add(edges);
                    Part::One(edges.map(|(l, h)| edge(l, h)))
                }
                (3, _) => {
                    let edges = [(low[0], high[0]), (low[1], high[0]), (low[2], high[0])];
                    add(edges);
                    Part::Three(edges.map(|(l, h)| edge(l, h)))
                }
                _ => {
                    let [a, b, c, d] = [low[0], low[1], high[0], high[1]];
                    add([(a, c), (a, d), (b, d)]);
                    add([(a, c), (b, d), (b, c)]);
                    Part::Two([edge(a, c), edge(a, d), edge(b, c), edge(b, d)])
                }
            };
            self.parts.push(part);
        }
    }
}

/// Corner `q` of a cell.
fn bits(q: usize) -> Vector {
    [(q & 1) as f64, (q >> 1 & 1) as f64, (q >> 2 & 1) as f64]
}

/// The name of the edge between corners `p` and `q` (counted along the diagonal), with the offset of its node.
fn name(grid: &KGrid, cell: [usize; 3], p: usize, q: usize, flip: usize) -> (u64, [i8; 3]) {
    let base = (p & q) ^ flip;
    let mut offset = [0i8; 3];
    let mut at = 0u64;
    for a in 0..3 {
        let mut x = cell[a] + (base >> a & 1);
        if x >= grid.n[a] {
            x -= grid.n[a];
            offset[a] = 1;
        }
        at = at * grid.n[a] as u64 + x as u64;
    }
    (at * 8 + (p ^ q) as u64, offset)
}

/// The point of the surface on a named edge, near its `linear` cut (from the lower end), and its share of the edge from there.
pub(super) fn on_edge(
    grid: &KGrid,
    energies: &[f64],
    field: &dyn Field,
    level: f64,
    flip: usize,
    name: u64,
    linear: f64,
) -> (Vertex, f64) {
    let direction = (name % 8) as usize;
    let node = (name / 8) as usize;
    let place = grid.place(node);
    let n = grid.n.map(|n| n as f64);
    let step: Vector = std::array::from_fn(|a| match (direction >> a & 1, flip >> a & 1) {
        (0, _) => 0.0,
        (_, 0) => 1.0 / n[a],
        _ => -1.0 / n[a],
    });
    let base: Vector = std::array::from_fn(|a| (place[a] as f64 + grid.shift[a]) / n[a]);
    let rising = energies[node] < level;
    let (mut low, mut high) = (CLOSEST, 1.0 - CLOSEST);
    let mut t = if rising { linear } else { 1.0 - linear };
    let mut slope = [0.0; 3];
    for _ in 0..STEPS {
        let (e, s) = field.slope(add(base, scale(t, step)));
        slope = s;
        let off = e - level;
        if off.abs() < 1e-13 * (1.0 + level.abs()) {
            break;
        }
        if (off < 0.0) == rising {
            low = t;
        } else {
            high = t;
        }
        let along = dot(s, step);
        let newton = t - off / along;
        let next = if newton > low && newton < high {
            newton
        } else {
            0.5 * (low + high)
        };
        if (next - t).abs() < 1e-13 {
            break;
        }
        t = next;
    }
    let vertex = Vertex {
        u: add(base, scale(t, step)),
        slope,
    };
    (vertex, if rising { t } else { 1.0 - t })
}
