//! Adapters, and the device: every failure that wgpu reports becomes an error here.

use super::layouts::BINDINGS;
use crate::error::{Error, Result};
use crate::memory;
use std::sync::{Arc, Mutex, PoisonError};

/// An adapter as `bzint devices` lists it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeviceInfo {
    /// Name.
    pub name: String,
    /// Graphics interface ("vulkan", "metal", "dx12").
    pub backend: String,
    /// "discrete GPU", "integrated GPU", "virtual GPU", "software" or "other".
    pub kind: &'static str,
    /// Driver and its version.
    pub driver: String,
    /// Largest buffer that a kernel can read, bytes.
    pub max_binding_bytes: u64,
    /// Largest buffer, bytes.
    pub max_buffer_bytes: u64,
    /// Largest workgroup.
    pub max_workgroup: u32,
    /// Whether kernels can be timed on the device.
    pub timestamps: bool,
    /// True for hardware; false where a processor plays the GPU.
    pub real: bool,
}

/// Every adapter, the one taken by default first: discrete GPUs, integrated, virtual, others, software.
pub fn devices() -> Vec<DeviceInfo> {
    adapters().unwrap_or_default().iter().map(info).collect()
}

/// The part of an adapter's name that the environment variable `BZINT_ADAPTER` asks for, if it is set.
pub fn named_adapter() -> Option<String> {
    let name = std::env::var_os("BZINT_ADAPTER")?;
    Some(name.to_string_lossy().trim().to_owned()).filter(|name| !name.is_empty())
}

/// The hardware GPU that `auto` takes, if there is one.
pub fn real_gpu() -> Option<DeviceInfo> {
    devices().into_iter().find(|d| d.real)
}

/// Address space that drivers are given a chance with, bytes: they and their compilers map libraries and heaps of some hundred MiB,
/// and some end the program where they cannot.
const DRIVER_SPACE: u64 = 1 << 30;

/// All adapters, or why none was looked for.
fn adapters() -> std::result::Result<Vec<wgpu::Adapter>, String> {
    if let Some(left) = memory::address_space().filter(|left| *left < DRIVER_SPACE) {
        return Err(format!(
            "a limit (`ulimit -v`) leaves {} MiB of address space, and a driver is not loaded with less than {} MiB",
            left >> 20,
            DRIVER_SPACE >> 20
        ));
    }
    let backends = wgpu::Backends::VULKAN | wgpu::Backends::METAL | wgpu::Backends::DX12;
    let mut descriptor = wgpu::InstanceDescriptor::new_without_display_handle();
    descriptor.backends = backends;
    let instance = wgpu::Instance::new(descriptor);
    let mut adapters = pollster::block_on(instance.enumerate_adapters(backends));
    adapters.sort_by_key(|adapter| match adapter.get_info().device_type {
        wgpu::DeviceType::DiscreteGpu => 0,
        wgpu::DeviceType::IntegratedGpu => 1,
        wgpu::DeviceType::VirtualGpu => 2,
        wgpu::DeviceType::Other => 3,
        wgpu::DeviceType::Cpu => 4,
    });
    Ok(adapters)
}

fn info(adapter: &wgpu::Adapter) -> DeviceInfo {
    let info = adapter.get_info();
    let limits = adapter.limits();
    DeviceInfo {
        kind: match info.device_type {
            wgpu::DeviceType::DiscreteGpu => "discrete GPU",
            wgpu::DeviceType::IntegratedGpu => "integrated GPU",
            wgpu::DeviceType::VirtualGpu => "virtual GPU",
            wgpu::DeviceType::Cpu => "software",
            wgpu::DeviceType::Other => "other",
        },
        name: info.name,
        backend: info.backend.to_string(),
        driver: format!("{} {}", info.driver, info.driver_info)
            .trim()
            .to_owned(),
        max_binding_bytes: limits.max_storage_buffer_binding_size,
        max_buffer_bytes: limits.max_buffer_size,
        max_workgroup: limits.max_compute_invocations_per_workgroup,
        timestamps: adapter.features().contains(wgpu::Features::TIMESTAMP_QUERY),
        real: info.device_type != wgpu::DeviceType::Cpu,
    }
}

/// A device in use.
pub struct Context {
    /// What it is.
    pub info: DeviceInfo,
    /// wgpu's device.
    pub device: wgpu::Device,
    /// Its queue.
    pub queue: wgpu::Queue,
    /// Largest buffer that a kernel can use, bytes; below 2 GiB, so that 32 bits count its words.
    pub max_binding_bytes: u64,
    /// The first failure reported outside an error scope.
    failure: Arc<Mutex<Option<String>>>,
}

impl Context {
    /// Opens the first adapter in the order of [`devices`] whose name contains `selection` (in any case of letters).
    ///
    /// # Errors
    /// [`Error::NoAdapter`] where none fits, [`Error::Gpu`] where the driver refuses the device.
    pub fn new(selection: Option<&str>) -> Result<Self> {
        let adapters = adapters().map_err(|reason| Error::NoAdapter { reason })?;
        if adapters.is_empty() {
            return Err(Error::NoAdapter {
                reason: "the system has no Vulkan, Metal or DirectX 12 adapter".into(),
            });
        }
        let wanted = selection.map(str::to_lowercase);
        let fits = |adapter: &&wgpu::Adapter| {
            wanted
                .as_ref()
                .is_none_or(|name| adapter.get_info().name.to_lowercase().contains(name))
        };
        let Some(adapter) = adapters.iter().find(fits) else {
            let names: Vec<_> = adapters.iter().map(|a| a.get_info().name).collect();
            return Err(Error::NoAdapter {
                reason: format!(
                    "no adapter's name contains `{}`; there are: {}",
                    selection.unwrap_or_default(),
                    names.join(", ")
                ),
            });
        };
        let info = info(adapter);
        let offered = adapter.limits();
        let limits = wgpu::Limits {
            max_storage_buffer_binding_size: offered.max_storage_buffer_binding_size,
            max_buffer_size: offered.max_buffer_size,
            ..wgpu::Limits::default()
        }
        .or_worse_values_from(&offered);
        let needed = BINDINGS.len() as u32 - 1;
        if limits.max_storage_buffers_per_shader_stage < needed {
            return Err(Error::NoAdapter {
                reason: format!(
                    "`{}` binds {} storage buffers to a shader, bzint needs {needed}",
                    info.name, limits.max_storage_buffers_per_shader_stage
                ),
            });
        }
        let max_binding_bytes = limits
            .max_storage_buffer_binding_size
            .min(limits.max_buffer_size)
            .min((1 << 31) - 4);
        let descriptor = wgpu::DeviceDescriptor {
            label: Some("bzint"),
            required_features: adapter.features() & wgpu::Features::TIMESTAMP_QUERY,
            required_limits: limits,
            ..wgpu::DeviceDescriptor::default()
        };
        let (device, queue) =
            pollster::block_on(adapter.request_device(&descriptor)).map_err(|error| {
                Error::Gpu {
                    adapter: info.name.clone(),
                    reason: error.to_string(),
                }
            })?;
        let failure = Arc::new(Mutex::new(None));
        let lost = Arc::clone(&failure);
        device.set_device_lost_callback(move |reason, message| {
            note(
                &lost,
                format!("the device was lost ({reason:?}): {message}"),
            );
        });
        let uncaptured = Arc::clone(&failure);
        device.on_uncaptured_error(Arc::new(move |error: wgpu::Error| {
            note(&uncaptured, error.to_string());
        }));
        Ok(Self {
            info,
            device,
            queue,
            max_binding_bytes,
            failure,
        })
    }

    /// An [`Error::Gpu`] of this adapter.
    pub fn error(&self, reason: impl Into<String>) -> Error {
        Error::Gpu {
            adapter: self.info.name.clone(),
            reason: reason.into(),
        }
    }

    /// Fails once anything has been reported.
    ///
    /// # Errors
    /// The first failure.
    pub fn check(&self) -> Result<()> {
        let failure = self.failure.lock().unwrap_or_else(PoisonError::into_inner);
        failure
            .as_ref()
            .map_or(Ok(()), |reason| Err(self.error(reason)))
    }

    /// A buffer of at least `bytes` bytes for `what`.
    ///
    /// # Errors
    /// [`Error::OutOfMemory`] beyond the adapter's limit or its memory.
    pub fn buffer(
        &self,
        what: &str,
        bytes: u64,
        usage: wgpu::BufferUsages,
    ) -> Result<wgpu::Buffer> {
        let mib = |bytes: u64| bytes.div_ceil(1 << 20);
        let bound = wgpu::BufferUsages::STORAGE | wgpu::BufferUsages::UNIFORM;
        let limit = if usage.intersects(bound) {
            self.max_binding_bytes
        } else {
            self.info.max_buffer_bytes
        };
        let too_large = |remedy: &str| Error::OutOfMemory {
            what: format!("{what} on `{}`", self.info.name),
            needed_mib: mib(bytes),
            available_mib: mib(limit),
            remedy: remedy.into(),
        };
        if bytes > limit {
            return Err(too_large(
                "use fewer energy bins or a coarser grid, or `--backend cpu`",
            ));
        }
        let scope = self.device.push_error_scope(wgpu::ErrorFilter::OutOfMemory);
        let buffer = self.device.create_buffer(&wgpu::BufferDescriptor {
            label: Some(what),
            size: bytes.max(16).next_multiple_of(16),
            usage,
            mapped_at_creation: false,
        });
        if pollster::block_on(scope.pop()).is_some() {
            return Err(too_large(
                "the device's memory is full; close other programs, or use `--backend cpu`",
            ));
        }
        self.check()?;
        Ok(buffer)
    }

    /// Waits for a submission, or for all.
    ///
    /// # Errors
    /// Where the device fails.
    pub fn wait(&self, submission: Option<wgpu::SubmissionIndex>) -> Result<()> {
        self.check()?;
        let waited = self.device.poll(wgpu::PollType::Wait {
            submission_index: submission,
            timeout: None,
        });
        self.check()?;
        waited
            .map(|_| ())
            .map_err(|error| self.error(error.to_string()))
    }
}

/// Keeps the first failure.
fn note(failure: &Mutex<Option<String>>, reason: String) {
    failure
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .get_or_insert(reason);
}
