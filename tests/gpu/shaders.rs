//! The shaders without a GPU: every composition is valid WGSL, and host and shaders agree on layouts, constants and bindings.

use bzint::gpu::layouts::{AUDIT_WORDS, BINDINGS, GpuThreshold, Params};
use bzint::gpu::pipelines::{Configuration, Kernel};
use bzint::integrate::{Channels, Masses};
use naga::{AddressSpace, StorageAccess, TypeInner};
use std::mem::offset_of;

/// Every configuration but for the workgroup sizes and diagonals, which change one constant each.
fn configurations() -> Vec<Configuration> {
    let mut all = Vec::new();
    let mut fields = Vec::new();
    for order in [0, 2, 4, 6] {
        for &channels in Channels::ALL {
            let sources: &[Masses] = match order {
                _ if !channels.has_inverse_masses() => &[Masses::None],
                0 => &[Masses::Velocities, Masses::Given],
                _ => &[Masses::Energies],
            };
            fields.extend(sources.iter().map(|masses| (channels, order, *masses)));
        }
    }
    for kernel in Kernel::ALL {
        for &(channels, order, masses) in &fields {
            for smearing in [0, 1] {
                for (start, workgroup) in [(4, 64), (1, 256)] {
                    all.push(Configuration {
                        kernel,
                        channels,
                        order,
                        masses,
                        start,
                        smearing,
                        workgroup,
                    });
                }
            }
        }
    }
    all
}

fn parse(configuration: &Configuration) -> naga::Module {
    let source = configuration.source();
    naga::front::wgsl::parse_str(&source)
        .unwrap_or_else(|e| panic!("{configuration:?}: {}", e.emit_to_string(&source)))
}

#[test]
fn every_composition_is_valid_wgsl_with_core_features_alone() {
    for configuration in configurations() {
        let module = parse(&configuration);
        let mut validator = naga::valid::Validator::new(
            naga::valid::ValidationFlags::all(),
            naga::valid::Capabilities::empty(),
        );
        validator
            .validate(&module)
            .unwrap_or_else(|e| panic!("{configuration:?}: {e:?}"));
        let entry = module
            .entry_points
            .iter()
            .find(|e| e.name == configuration.kernel.entry())
            .unwrap();
        assert_eq!(entry.workgroup_size, [configuration.workgroup, 1, 1]);
    }
}

/// Workgroup memory stays within the 16 KiB that WebGPU promises.
#[test]
fn workgroup_memory_fits_every_adapter() {
    for configuration in configurations() {
        let module = parse(&configuration);
        let mut layouter = naga::proc::Layouter::default();
        layouter.update(module.to_ctx()).unwrap();
        let bytes: u32 = module
            .global_variables
            .iter()
            .filter(|(_, v)| v.space == AddressSpace::WorkGroup)
            .map(|(_, v)| layouter[v.ty].size)
            .sum();
        assert!(bytes <= 16 << 10, "{configuration:?}: {bytes}");
    }
}

#[test]
fn bindings_stand_where_the_host_puts_them() {
    for configuration in configurations() {
        let module = parse(&configuration);
        let mut found = [false; BINDINGS.len()];
        for (_, variable) in module.global_variables.iter() {
            let Some(binding) = &variable.binding else {
                continue;
            };
            assert_eq!(binding.group, 0);
            let (name, ty) = BINDINGS[binding.binding as usize];
            assert_eq!(variable.name.as_deref(), Some(name));
            let expected = match ty {
                wgpu::BufferBindingType::Uniform => AddressSpace::Uniform,
                wgpu::BufferBindingType::Storage { read_only } => AddressSpace::Storage {
                    access: if read_only {
                        StorageAccess::LOAD
                    } else {
                        StorageAccess::LOAD | StorageAccess::STORE
                    },
                },
            };
            assert_eq!(variable.space, expected, "{name}");
            found[binding.binding as usize] = true;
        }
        assert_eq!(found, [true; BINDINGS.len()]);
    }
}

/// (name, offset) of a struct's members, and its size.
fn members(module: &naga::Module, name: &str) -> (Vec<(String, u32)>, u32) {
    let (_, ty) = module
        .types
        .iter()
        .find(|(_, ty)| ty.name.as_deref() == Some(name))
        .unwrap();
    let TypeInner::Struct { members, span } = &ty.inner else {
        panic!("{name} is no struct");
    };
    let list = members
        .iter()
        .map(|m| (m.name.clone().unwrap(), m.offset))
        .collect();
    (list, *span)
}

#[test]
fn struct_members_lie_at_the_same_bytes_on_both_sides() {
    let module = parse(&configurations()[0]);
    macro_rules! offsets {
        ($ty:ty: $($field:ident)*) => {
            vec![$((stringify!($field).to_owned(), offset_of!($ty, $field) as u32)),*]
        };
    }
    let (params, size) = members(&module, "Params");
    assert_eq!(
        params,
        offsets!(Params: n1 n2 n3 stride cells1 cells2 cells3 start1 lower1 first_cell cell_count edges bound_first
            bound_last range quanta inverse per_width tie reserved gradient mass_gradient directions)
    );
    assert_eq!(size as usize, size_of::<Params>());
    let (threshold, size) = members(&module, "Threshold");
    assert_eq!(threshold, offsets!(GpuThreshold: level fraction));
    assert_eq!(size as usize, size_of::<GpuThreshold>());
    let (_, audit) = module
        .global_variables
        .iter()
        .find(|(_, v)| v.name.as_deref() == Some("audit"))
        .unwrap();
    let TypeInner::Array { size, .. } = module.types[audit.ty].inner else {
        panic!("audit is no array");
    };
    assert_eq!(
        size,
        naga::ArraySize::Constant((AUDIT_WORDS as u32).try_into().unwrap())
    );
}

/// Values of the constants as the compiler understood them.
#[test]
fn the_preludes_constants_arrive_unchanged() {
    for configuration in configurations() {
        let module = parse(&configuration);
        let expression = |name: &str| {
            let (_, c) = module
                .constants
                .iter()
                .find(|(_, c)| c.name.as_deref() == Some(name))
                .unwrap_or_else(|| panic!("{name}"));
            &module.global_expressions[c.init]
        };
        for (name, value) in configuration.constants() {
            let naga::Expression::Literal(naga::Literal::U32(got)) = expression(&name) else {
                panic!("{name}");
            };
            assert_eq!(*got, value, "{name}");
        }
        for (name, values) in configuration.coefficients() {
            let naga::Expression::Compose { components, .. } = expression(name) else {
                panic!("{name}");
            };
            for (handle, value) in components.iter().zip(values) {
                let naga::Expression::Literal(naga::Literal::F32(got)) =
                    module.global_expressions[*handle]
                else {
                    panic!("{name}");
                };
                assert_eq!(got.to_bits(), value.to_bits());
            }
        }
    }
}

/// Constants of the shaders that the twins have too.
#[test]
fn constants_of_twins_are_equal() {
    let float = |kernel: Kernel, name: &str| {
        let module = parse(&Configuration {
            kernel,
            ..configurations()[0]
        });
        let (_, c) = module
            .constants
            .iter()
            .find(|(_, c)| c.name.as_deref() == Some(name))
            .unwrap();
        match module.global_expressions[c.init] {
            naga::Expression::Literal(naga::Literal::F32(x)) => x,
            ref other => panic!("{name}: {other:?}"),
        }
    };
    let scan = Configuration {
        kernel: Kernel::FermiSurface,
        ..configurations()[0]
    };
    let rows = format!("const TILE_ROWS: u32 = {}u;", scan.tile().unwrap()[1]);
    assert!(scan.source().contains(&rows), "{rows}");
    use bzint::kernel::Real;
    assert_eq!(float(Kernel::FermiSurface, "TINY"), f32::TINY);
    assert_eq!(
        float(Kernel::SmearedSurface, "CUTOFF"),
        bzint::kernel::smearing::CUTOFF as f32
    );
}
