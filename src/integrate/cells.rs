//! One block of one band: its cells, and those of its stride-2 subgrid, with linear tetrahedra.

use crate::kernel::Threshold;
use crate::kernel::fermi_surface::cell_weights;
use crate::kernel::layout::MOST_CHANNELS;
use crate::kernel::simd::{Vectorized, vectorized};
use crate::kernel::spectrum::{LANES, add_weights, full_weights};
use crate::kernel::tetrahedron::tetrahedron;

/// A block's energies and channel vectors, and how its cells are cut into tetrahedra.
pub struct BlockCells<'a> {
    /// Energies at the points, eV.
    pub energies: &'a [f64],
    /// Channel vectors at the points, `[point][channel]`.
    pub values: &'a [f64],
    /// Number of channels.
    pub width: usize,
    /// Points along each axis.
    pub points: [usize; 3],
    /// Corners of the six tetrahedra.
    pub corners: &'a [[usize; 4]; 6],
}

/// A cell: the points at its corners (bits 4 2 1 of the corner = one step along axes 1 2 3), its energies and its volume
/// in fine cells.
struct Cell {
    at: [usize; 8],
    energies: [f64; 8],
    low: f64,
    high: f64,
    volume: f64,
}

/// Sums over edges: `at` holds contributions of cells that an edge cuts, `from` those that count at this edge and all later
/// ones; `[channel][edge]`.
pub struct EdgeSums {
    at: Vec<f64>,
    from: Vec<f64>,
    edges: usize,
    /// Length of a channel's row: whole vectors are written.
    row: usize,
}

impl EdgeSums {
    /// Empty sums.
    pub fn new(edges: usize, channels: usize) -> Self {
        let row = edges + LANES;
        Self {
            at: vec![0.0; row * channels],
            from: vec![0.0; row * channels],
            edges,
            row,
        }
    }

    /// Adds states that lie below every edge.
    pub fn add_states_below(&mut self, states: f64) {
        self.from[0] += states;
    }

    /// Cumulative sums `[channel][edge]`.
    pub fn cumulative(&self) -> Vec<f64> {
        let mut out = Vec::with_capacity(self.at.len() / self.row * self.edges);
        for (at, from) in self
            .at
            .chunks_exact(self.row)
            .zip(self.from.chunks_exact(self.row))
        {
            let mut passed = 0.0;
            for k in 0..self.edges {
                passed += from[k];
                out.push(passed + at[k]);
            }
        }
        out
    }
}

/// Bin edges with repeats of the last behind, so that whole vectors can be read.
pub struct Edges {
    padded: Vec<f64>,
    count: usize,
}

impl Edges {
    /// From increasing energies, eV.
    pub fn new(edges: &[f64]) -> Self {
        let last = edges.last().copied();
        Self {
            padded: edges
                .iter()
                .copied()
                .chain(std::iter::repeat_n(last, LANES).flatten())
                .collect(),
            count: edges.len(),
        }
    }

    /// Number of edges.
    pub fn len(&self) -> usize {
        self.count
    }

    /// First edge, eV.
    pub fn first(&self) -> f64 {
        self.padded[0]
    }

    /// Last edge, eV.
    pub fn last(&self) -> f64 {
        self.padded[self.count]
    }

    /// Whether energies between `low` and `high` matter to some edge (those below the first only as states).
    pub fn reached(&self, low: f64, high: f64) -> bool {
        high >= self.first() && low <= self.last()
    }

    fn all(&self) -> &[f64] {
        &self.padded[..self.count]
    }
}

impl BlockCells<'_> {
    /// Calls `take` for every cell of the grid of this stride (1 or 2).
    #[inline(always)]
    fn each_cell(&self, stride: usize, mut take: impl FnMut(&Cell)) {
        let [n1, n2, n3] = self.points;
        // An axis without dispersion has one cell.
        let step = self.points.map(|n| stride.min(n - 1));
        let volume = step.iter().product::<usize>() as f64;
        for i in (0..n1 - 1).step_by(step[0]) {
            for j in (0..n2 - 1).step_by(step[1]) {
                for k in (0..n3 - 1).step_by(step[2]) {
                    let at: [usize; 8] = std::array::from_fn(|c| {
                        let (a, b) = (i + (c >> 2) * step[0], j + (c >> 1 & 1) * step[1]);
                        (a * n2 + b) * n3 + k + (c & 1) * step[2]
                    });
                    let energies = at.map(|p| self.energies[p]);
                    let low = energies.iter().copied().fold(f64::INFINITY, f64::min);
                    let high = energies.iter().copied().fold(f64::NEG_INFINITY, f64::max);
                    take(&Cell {
                        at,
                        energies,
                        low,
                        high,
                        volume,
                    });
                }
            }
        }
    }

    /// Channels at one energy, times `volume`, that of a fine cell: Σ over cells of ⟨F δ⟩ (per eV), then the occupied part and the
    /// one that is flat at the energy; energies within `tie` of it are equal to it.
    pub fn at_energy(&self, stride: usize, energy_ev: f64, tie: f64, volume: f64) -> Vec<f64> {
        let epsilon = Threshold {
            level: energy_ev,
            fraction: 0.0,
        };
        let mut sums = vec![0.0; self.width + 2];
        let (mut occupied, mut flat) = (0.0, 0.0);
        self.each_cell(stride, |cell| {
            if cell.high < energy_ev - tie {
                occupied += cell.volume;
                return;
            }
            if cell.low > energy_ev + tie {
                return;
            }
            let found = cell_weights::<f64>(&cell.energies, self.corners, &epsilon, 1.0, tie);
            occupied += found.occupied * cell.volume;
            flat += found.flat * cell.volume;
            for (c, weight) in found.weight.into_iter().enumerate() {
                if weight != 0.0 {
                    let weight = weight * cell.volume;
                    for (sum, f) in sums.iter_mut().zip(self.at_point(cell.at[c])) {
                        *sum += weight * f;
                    }
                }
            }
        });
        sums[self.width] = occupied;
        sums[self.width + 1] = flat;
        for x in &mut sums {
            *x *= volume;
        }
        sums
    }

    /// Channel vector of a point.
    #[inline(always)]
    fn at_point(&self, point: usize) -> &[f64] {
        &self.values[point * self.width..][..self.width]
    }

    /// Adds cumulative channels at every edge to `sums`, times `volume`, that of a fine cell.
    pub fn at_edges(&self, stride: usize, edges: &Edges, volume: f64, sums: &mut EdgeSums) {
        vectorized(AtEdges {
            cells: self,
            stride,
            edges,
            volume,
            sums,
        });
    }

    #[inline(always)]
    fn add_at_edges(&self, stride: usize, edges: &Edges, volume: f64, sums: &mut EdgeSums) {
        let all = edges.all();
        let (first, last) = (all[0], all[all.len() - 1]);
        let full = full_weights::<f64>(self.corners);
        let row = sums.row;
        self.each_cell(
            stride,
            #[inline(always)]
            |cell| {
                let volume = cell.volume * volume;
                if cell.high < first {
                    sums.from[0] += volume;
                    return;
                }
                if cell.low >= last {
                    return;
                }
                // Each channel at the corners, times the volume.
                let mut values = [[0.0; 8]; MOST_CHANNELS];
                for (i, p) in cell.at.iter().enumerate() {
                    for (value, f) in values.iter_mut().zip(self.at_point(*p)) {
                        value[i] = volume * f;
                    }
                }
                // A loop: a closure would be compiled for the least of all processors.
                let mut tetrahedra = [tetrahedron::<f64>(&cell.energies, self.corners[0]); 6];
                for (t, corners) in tetrahedra.iter_mut().zip(self.corners).skip(1) {
                    *t = tetrahedron(&cell.energies, *corners);
                }
                let lo = all.partition_point(|e| *e <= cell.low);
                let hi = all.partition_point(|e| *e < cell.high);
                let mut k = lo;
                while k < hi {
                    let mut weight = [[0.0; LANES]; 8];
                    let mut level = [0.0; LANES];
                    level.copy_from_slice(&edges.padded[k..k + LANES]);
                    for t in &tetrahedra {
                        add_weights(&mut weight, t, &level, &[0.0; LANES]);
                    }
                    for (c, f) in values[..self.width].iter().enumerate() {
                        let target = &mut sums.at[c * row + k..][..LANES];
                        let mut sum = [0.0; LANES];
                        for i in 0..8 {
                            for lane in 0..LANES {
                                sum[lane] += weight[i][lane] * f[i];
                            }
                        }
                        for lane in 0..LANES {
                            target[lane] += sum[lane];
                        }
                    }
                    k += LANES;
                }
                // From the first edge that was not treated on, the cell counts whole.
                if k < all.len() {
                    for (c, f) in values[..self.width].iter().enumerate() {
                        let mut whole = 0.0;
                        for i in 0..8 {
                            whole += full[i] * f[i];
                        }
                        sums.from[c * row + k] += whole;
                    }
                }
            },
        );
    }
}

struct AtEdges<'a> {
    cells: &'a BlockCells<'a>,
    stride: usize,
    edges: &'a Edges,
    volume: f64,
    sums: &'a mut EdgeSums,
}

impl Vectorized for AtEdges<'_> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        self.cells
            .add_at_edges(self.stride, self.edges, self.volume, self.sums);
    }
}
