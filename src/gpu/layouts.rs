//! What host and shaders share: the uniform block, the bindings, the counters. `tests/shaders.rs` compares each of them with
//! the WGSL.

use bytemuck::{Pod, Zeroable};

/// One dispatch over a run of cells of a view; `Params` of `shaders/shared/view.wgsl`.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default, Pod, Zeroable)]
pub struct Params {
    /// Grid points along axis 1.
    pub n1: u32,
    /// Grid points along axis 2.
    pub n2: u32,
    /// Grid points along axis 3.
    pub n3: u32,
    /// 1 on the full grid, 2 on its subgrid.
    pub stride: u32,
    /// Cells of the view along axis 1.
    pub cells1: u32,
    /// Cells of the view along axis 2.
    pub cells2: u32,
    /// Cells of the view along axis 3.
    pub cells3: u32,
    /// Plane number of the first cells.
    pub start1: u32,
    /// Its place in the buffers.
    pub lower1: u32,
    /// First cell of the dispatch; of a Fermi surface, the first tile.
    pub first_cell: u32,
    /// Cells, or tiles, of the dispatch.
    pub cell_count: u32,
    /// Number of thresholds.
    pub edges: u32,
    /// E lies below the first threshold exactly where E < bound_first; of a single energy: and is not equal to it.
    pub bound_first: i32,
    /// Likewise for the last threshold; of a single energy: E is above it exactly where E ≥ bound_last.
    pub bound_last: i32,
    /// Width of the band in levels.
    pub range: f32,
    /// Quanta per unit of the sums.
    pub quanta: f32,
    /// Level over smearing width.
    pub inverse: f32,
    /// Band width over smearing width.
    pub per_width: f32,
    /// How far from a single energy levels are equal to it, in levels.
    pub tie: f32,
    /// Always zero: what follows starts at a multiple of 16 bytes.
    pub reserved: u32,
    /// `[cart][axis]`, the fourth column being zero: velocity per level of stencil difference.
    pub gradient: [[f32; 4]; 3],
    /// Likewise: inverse mass per velocity of stencil difference.
    pub mass_gradient: [[f32; 4]; 3],
    /// Directions of the channels |v·n̂|, the fourth column being zero.
    pub directions: [[f32; 4]; 4],
}

/// A threshold; `Threshold` of `shaders/shared/view.wgsl`.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default, Pod, Zeroable)]
pub struct GpuThreshold {
    /// The level at or below the energy.
    pub level: i32,
    /// What is left, in levels.
    pub fraction: f32,
}

/// Words of the audit: two limbs of the volume visited, two of the volume wholly below the first threshold.
pub const AUDIT_WORDS: usize = 4;

/// The bindings of group 0 in order: name in the shaders, and what the buffer is.
pub const BINDINGS: [(&str, wgpu::BufferBindingType); 8] = {
    use wgpu::BufferBindingType::{Storage, Uniform};
    [
        ("params", Uniform),
        ("levels", Storage { read_only: true }),
        ("velocities", Storage { read_only: true }),
        ("lifetimes", Storage { read_only: true }),
        ("thresholds", Storage { read_only: true }),
        ("sums", Storage { read_only: false }),
        ("audit", Storage { read_only: false }),
        ("inverse_masses", Storage { read_only: true }),
    ]
};
