//! The uniform block as a device sees it: member i holds i, and the shader reports what it read.

use bzint::gpu::layouts::{BINDINGS, Params};
use bzint::gpu::pipelines::{Configuration, Kernel};
use bzint::integrate::{Channels, Masses};

const WORDS: usize = size_of::<Params>() / 4;

/// Appended to a composed shader; reports the block into the first words of `sums`.
const REPORT: &str = "
@compute @workgroup_size(1)
fn report() {
    let p = params;
    var words = array<u32, 20>(
        p.n1, p.n2, p.n3, p.stride, p.cells1, p.cells2, p.cells3, p.start1, p.lower1, p.first_cell, p.cell_count, p.edges,
        u32(p.bound_first), u32(p.bound_last), u32(p.range), u32(p.quanta), u32(p.inverse), u32(p.per_width),
        u32(p.tie), p.reserved,
    );
    for (var i = 0u; i < 20u; i++) {
        atomicStore(&sums[i], words[i]);
    }
    for (var i = 0u; i < 12u; i++) {
        atomicStore(&sums[20u + i], u32(params.gradient[i / 4u][i % 4u]));
        atomicStore(&sums[32u + i], u32(params.mass_gradient[i / 4u][i % 4u]));
    }
    for (var i = 0u; i < 16u; i++) {
        atomicStore(&sums[44u + i], u32(params.directions[i / 4u][i % 4u]));
    }
}
";

#[test]
fn the_shader_reads_in_member_i_what_the_host_wrote_there() {
    // Skips or fails where there is no adapter.
    let Some(engine) = crate::shared_gpu::fresh_gpu() else {
        return;
    };
    let written = Params {
        n1: 0,
        n2: 1,
        n3: 2,
        stride: 3,
        cells1: 4,
        cells2: 5,
        cells3: 6,
        start1: 7,
        lower1: 8,
        first_cell: 9,
        cell_count: 10,
        edges: 11,
        bound_first: 12,
        bound_last: 13,
        range: 14.0,
        quanta: 15.0,
        inverse: 16.0,
        per_width: 17.0,
        tie: 18.0,
        reserved: 19,
        gradient: [
            [20.0, 21.0, 22.0, 23.0],
            [24.0, 25.0, 26.0, 27.0],
            [28.0, 29.0, 30.0, 31.0],
        ],
        mass_gradient: [
            [32.0, 33.0, 34.0, 35.0],
            [36.0, 37.0, 38.0, 39.0],
            [40.0, 41.0, 42.0, 43.0],
        ],
        directions: std::array::from_fn(|i| std::array::from_fn(|j| (44 + 4 * i + j) as f32)),
    };
    let name = engine.device().name.clone();
    let got = pollster::block_on(report(&name, &written));
    assert_eq!(got, (0..WORDS as u32).collect::<Vec<_>>());
}

async fn report(adapter: &str, params: &Params) -> Vec<u32> {
    let instance = wgpu::Instance::new(wgpu::InstanceDescriptor::new_without_display_handle());
    let adapters = instance.enumerate_adapters(wgpu::Backends::all()).await;
    let adapter = adapters
        .into_iter()
        .find(|a| a.get_info().name == adapter)
        .unwrap();
    let (device, queue) = adapter
        .request_device(&wgpu::DeviceDescriptor::default())
        .await
        .unwrap();
    let source = Configuration {
        kernel: Kernel::FermiSurface,
        channels: Channels::Basic,
        order: 4,
        masses: Masses::None,
        start: 4,
        smearing: 0,
        workgroup: 64,
    }
    .source()
        + REPORT;
    let module = device.create_shader_module(wgpu::ShaderModuleDescriptor {
        label: None,
        source: wgpu::ShaderSource::Wgsl(source.into()),
    });
    let pipeline = device.create_compute_pipeline(&wgpu::ComputePipelineDescriptor {
        label: None,
        layout: None,
        module: &module,
        entry_point: Some("report"),
        compilation_options: wgpu::PipelineCompilationOptions::default(),
        cache: None,
    });
    let bytes = size_of::<Params>() as u64;
    let buffer = |usage| {
        device.create_buffer(&wgpu::BufferDescriptor {
            label: None,
            size: bytes,
            usage,
            mapped_at_creation: false,
        })
    };
    use wgpu::BufferUsages as Usage;
    let uniform = buffer(Usage::UNIFORM | Usage::COPY_DST);
    let sums = buffer(Usage::STORAGE | Usage::COPY_SRC | Usage::COPY_DST);
    let read = buffer(Usage::MAP_READ | Usage::COPY_DST);
    queue.write_buffer(&uniform, 0, bytemuck::bytes_of(params));
    // A sentinel: what the shader does not write is told from what it writes.
    queue.write_buffer(&sums, 0, &[0xa5; size_of::<Params>()]);
    let place = |name: &str| BINDINGS.iter().position(|(n, _)| *n == name).unwrap() as u32;
    let entry = |name: &str, buffer: &wgpu::Buffer| (place(name), buffer.clone());
    let entries = [entry("params", &uniform), entry("sums", &sums)];
    let group = device.create_bind_group(&wgpu::BindGroupDescriptor {
        label: None,
        layout: &pipeline.get_bind_group_layout(0),
        entries: &entries
            .iter()
            .map(|(binding, buffer)| wgpu::BindGroupEntry {
                binding: *binding,
                resource: buffer.as_entire_binding(),
            })
            .collect::<Vec<_>>(),
    });
    let mut encoder = device.create_command_encoder(&wgpu::CommandEncoderDescriptor::default());
    {
        let mut pass = encoder.begin_compute_pass(&wgpu::ComputePassDescriptor::default());
        pass.set_pipeline(&pipeline);
        pass.set_bind_group(0, &group, &[]);
        pass.dispatch_workgroups(1, 1, 1);
    }
    encoder.copy_buffer_to_buffer(&sums, 0, &read, 0, bytes);
    queue.submit([encoder.finish()]);
    read.map_async(wgpu::MapMode::Read, .., |result| result.unwrap());
    device.poll(wgpu::PollType::wait_indefinitely()).unwrap();
    let view = read.get_mapped_range(..).unwrap();
    bytemuck::pod_collect_to_vec(&view)
}
