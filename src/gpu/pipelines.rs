//! Composes the shaders, and compiles each composition once.
//!
//! A shader is a generated prelude of constants, so that every array has a fixed size and every loop a fixed count, followed
//! by the files it is made of.

use super::context::Context;
use super::layouts::BINDINGS;
use crate::error::Result;
use crate::integrate::{Channels, Masses};
use crate::kernel::channels::ChannelKind;
use crate::kernel::curvature::{VELOCITY_DIFFERENCES, second_stencil};
use crate::kernel::velocity::stencil;
use std::collections::HashMap;
use std::fmt::Write;

/// A kernel, that is, an entry point.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kernel {
    /// One energy, tetrahedra.
    FermiSurface,
    /// Bin edges, tetrahedra.
    Spectrum,
    /// One energy, smearing.
    SmearedSurface,
    /// Bin edges, smearing.
    SmearedSpectrum,
}

impl Kernel {
    /// All of them.
    pub const ALL: [Self; 4] = [
        Self::FermiSurface,
        Self::Spectrum,
        Self::SmearedSurface,
        Self::SmearedSpectrum,
    ];

    /// Name of the entry point.
    pub fn entry(self) -> &'static str {
        match self {
            Self::FermiSurface => "fermi_surface",
            Self::Spectrum => "spectrum",
            Self::SmearedSurface => "smeared_surface",
            Self::SmearedSpectrum => "smeared_spectrum",
        }
    }

    /// True for the kernels that fill a spectrum.
    pub fn is_spectrum(self) -> bool {
        matches!(self, Self::Spectrum | Self::SmearedSpectrum)
    }

    /// The files of the shader, in order.
    fn files(self) -> &'static [&'static str] {
        const VIEW: &str = include_str!("../../shaders/shared/view.wgsl");
        const FIXED_POINT: &str = include_str!("../../shaders/fixed_point.wgsl");
        const NODE_MASS: &str = include_str!("../../shaders/shared/node_mass.wgsl");
        const CURVATURE: &str = include_str!("../../shaders/curvature.wgsl");
        const VELOCITY: &str = include_str!("../../shaders/velocity.wgsl");
        const TETRAHEDRON: &str = include_str!("../../shaders/tetrahedron.wgsl");
        const SURFACE_SUMS: &str = include_str!("../../shaders/shared/surface_sums.wgsl");
        const SCAN: &str = include_str!("../../shaders/scan.wgsl");
        const SPECTRUM_SUMS: &str = include_str!("../../shaders/shared/spectrum_sums.wgsl");
        const FERMI_SURFACE: &str = include_str!("../../shaders/fermi_surface.wgsl");
        const SPECTRUM: &str = include_str!("../../shaders/spectrum.wgsl");
        const SMEARING: &str = include_str!("../../shaders/smearing.wgsl");
        match self {
            Self::FermiSurface => &[
                VIEW,
                FIXED_POINT,
                VELOCITY,
                CURVATURE,
                NODE_MASS,
                TETRAHEDRON,
                SURFACE_SUMS,
                SCAN,
                FERMI_SURFACE,
            ],
            Self::Spectrum => &[
                VIEW,
                FIXED_POINT,
                VELOCITY,
                CURVATURE,
                NODE_MASS,
                TETRAHEDRON,
                SPECTRUM_SUMS,
                SPECTRUM,
            ],
            Self::SmearedSurface | Self::SmearedSpectrum => &[
                VIEW,
                FIXED_POINT,
                VELOCITY,
                CURVATURE,
                NODE_MASS,
                SURFACE_SUMS,
                SPECTRUM_SUMS,
                SMEARING,
            ],
        }
    }
}

/// Everything that a shader is compiled for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Configuration {
    /// Entry point.
    pub kernel: Kernel,
    /// Which channels.
    pub channels: Channels,
    /// Order of the velocity stencil: 2, 4, 6; 0 for velocities from the file.
    pub order: usize,
    /// Where inverse masses come from.
    pub masses: Masses,
    /// Corner at which the tetrahedra's diagonal starts.
    pub start: usize,
    /// Order of the smearing, if any.
    pub smearing: usize,
    /// Invocations per workgroup.
    pub workgroup: u32,
}

/// Planes of cells that a workgroup scans before it treats the cut ones: enough that its invocations share them evenly.
const TILE_PLANES: u32 = 8;
/// Rows of cells that it scans: their nodes are the bits of a word.
const TILE_ROWS: u32 = 31;

/// Bytes of workgroup memory for a spectrum's window: 12 of the 16 KiB that every adapter has.
const WINDOW_BYTES: usize = 12 << 10;

impl Configuration {
    /// Cells that one invocation treats, one after the other; of a Fermi surface it scans a tile's column.
    pub fn cells_per_invocation(&self) -> u32 {
        if self.kernel.is_spectrum() { 1 } else { 8 }
    }

    /// Cells of the tile that a workgroup scans along each axis, for the kernel that does.
    pub fn tile(&self) -> Option<[u32; 3]> {
        let scans = self.kernel == Kernel::FermiSurface;
        scans.then_some([TILE_PLANES, TILE_ROWS, self.workgroup - 1])
    }

    /// Edges of a spectrum's window in workgroup memory.
    pub fn window(&self) -> usize {
        WINDOW_BYTES / (8 * self.channels.width())
    }

    /// The WGSL of this configuration.
    pub fn source(&self) -> String {
        let mut wgsl = String::from("// Constants of this configuration.\n");
        for (name, value) in self.constants() {
            // Writing to a string does not fail.
            let _ = writeln!(wgsl, "const {name}: u32 = {value}u;");
        }
        for (name, c) in self.coefficients() {
            let _ = writeln!(
                wgsl,
                "const {name} = array<f32, 3>({:?}f, {:?}f, {:?}f);",
                c[0], c[1], c[2]
            );
        }
        for file in self.kernel.files() {
            wgsl.push('\n');
            wgsl.push_str(file);
        }
        wgsl
    }

    /// The prelude's integers.
    pub fn constants(&self) -> Vec<(String, u32)> {
        let own = [
            ("CHANNELS", self.channels.width() as u32),
            ("LIFETIMES", u32::from(self.channels.has_lifetimes())),
            ("ORDER", self.order as u32),
            ("MASSES", self.masses as u32),
            ("START", self.start as u32),
            ("SMEARING", self.smearing as u32),
            ("WORKGROUP", self.workgroup),
            ("CELLS_PER_INVOCATION", self.cells_per_invocation()),
            ("WINDOW", self.window() as u32),
            ("TILE_PLANES", TILE_PLANES),
        ];
        let places = ChannelKind::ALL.iter().flat_map(|kind| {
            let (name, place) = (screaming(*kind), self.channels.place(*kind));
            [("AT", place.first), ("COUNT", place.count)]
                .map(|(what, number)| (format!("{name}_{what}"), number as u32))
        });
        let own = own.map(|(name, value)| (name.to_owned(), value));
        own.into_iter().chain(places).collect()
    }

    /// The prelude's stencil coefficients: of first and of second differences.
    pub fn coefficients(&self) -> [(&'static str, [f32; 3]); 2] {
        let first = match self.order {
            0 => VELOCITY_DIFFERENCES,
            order => order,
        };
        [
            ("COEFFICIENTS", [1, 2, 3].map(|m| stencil(first, m) as f32)),
            (
                "SECOND_COEFFICIENTS",
                [1, 2, 3].map(|m| second_stencil(self.order, m) as f32),
            ),
        ]
    }
}

/// The name of a kind of channel in the shaders, as SQUARED_PATH.
fn screaming(kind: ChannelKind) -> String {
    let mut name = String::new();
    for c in format!("{kind:?}").chars() {
        if c.is_uppercase() && !name.is_empty() {
            name.push('_');
        }
        name.extend(c.to_uppercase());
    }
    name
}

/// Compiled shaders, kept for all bands.
pub struct Pipelines {
    /// Layout of group 0, the same for all.
    pub bindings: wgpu::BindGroupLayout,
    layout: wgpu::PipelineLayout,
    compiled: HashMap<Configuration, wgpu::ComputePipeline>,
}

impl Pipelines {
    /// None compiled yet.
    pub fn new(context: &Context) -> Self {
        let entries: Vec<_> = BINDINGS
            .iter()
            .enumerate()
            .map(|(i, (_, ty))| wgpu::BindGroupLayoutEntry {
                binding: i as u32,
                visibility: wgpu::ShaderStages::COMPUTE,
                ty: wgpu::BindingType::Buffer {
                    ty: *ty,
                    has_dynamic_offset: false,
                    min_binding_size: None,
                },
                count: None,
            })
            .collect();
        let bindings = context
            .device
            .create_bind_group_layout(&wgpu::BindGroupLayoutDescriptor {
                label: Some("block"),
                entries: &entries,
            });
        let layout = context
            .device
            .create_pipeline_layout(&wgpu::PipelineLayoutDescriptor {
                label: Some("block"),
                bind_group_layouts: &[Some(&bindings)],
                immediate_size: 0,
            });
        Self {
            bindings,
            layout,
            compiled: HashMap::new(),
        }
    }

    /// The pipeline of a configuration, compiled on first use.
    ///
    /// # Errors
    /// Where the driver refuses the shader.
    pub fn get(
        &mut self,
        context: &Context,
        configuration: &Configuration,
    ) -> Result<wgpu::ComputePipeline> {
        if let Some(pipeline) = self.compiled.get(configuration) {
            return Ok(pipeline.clone());
        }
        let entry = configuration.kernel.entry();
        let module = context
            .device
            .create_shader_module(wgpu::ShaderModuleDescriptor {
                label: Some(entry),
                source: wgpu::ShaderSource::Wgsl(configuration.source().into()),
            });
        let pipeline = context
            .device
            .create_compute_pipeline(&wgpu::ComputePipelineDescriptor {
                label: Some(entry),
                layout: Some(&self.layout),
                module: &module,
                entry_point: Some(entry),
                compilation_options: wgpu::PipelineCompilationOptions {
                    constants: &[],
                    // The shaders clear what they use.
                    zero_initialize_workgroup_memory: false,
                },
                cache: None,
            });
        context.check()?;
        self.compiled.insert(*configuration, pipeline.clone());
        Ok(pipeline)
    }
}
