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

/// Where a card sits, which each interface lists once more; none for a processor that plays one.
fn place(adapter: &wgpu::Adapter) -> Option<String> {
    let info = adapter.get_info();
    let sits = match info.device_pci_bus_id.is_empty() {
        true => info.name,
        false => info.device_pci_bus_id,
    };
    (info.device_type != wgpu::DeviceType::Cpu).then_some(sits)
}

/// The name of the first adapter in the order of [`devices`] whose name contains `selection` (in any case of letters), and how many cards
/// of that name there are, 1 for a processor that plays one.
///
/// # Errors
/// [`Error::NoAdapter`] where there is none.
pub fn cards(selection: Option<&str>) -> Result<(String, usize)> {
    let adapters = adapters().map_err(|reason| Error::NoAdapter { reason })?;
    let wanted = selection.unwrap_or_default().to_lowercase();
    let fits = |name: &str| name.to_lowercase().contains(&wanted);
    let names = adapters.iter().map(|a| a.get_info().name);
    let name = names.into_iter().find(|name| fits(name)).ok_or_else(|| {
        let reason = format!("no adapter's name contains `{wanted}`");
        Error::NoAdapter { reason }
    })?;
    let alike = adapters.iter().filter(|a| a.get_info().name == name);
    let mut places: Vec<String> = alike.filter_map(place).collect();
    places.sort();
    places.dedup();
    Ok((name, places.len().max(1)))
}

/// Which of the adapters at these places a process takes, one of several (from 0, and how many): a card that no other takes, or the
/// processor that plays one.
///
/// # Errors
/// [`Error::NoAdapter`] where there are fewer cards than processes.
fn card(places: &[Option<String>], (turn, of): (usize, usize)) -> Result<usize> {
    let first = |i: &usize| places[*i].is_some() && !places[..*i].contains(&places[*i]);
    let cards: Vec<usize> = (0..places.len()).filter(first).collect();
    if cards.is_empty() {
        return Ok(0);
    }
    if of > cards.len() {
        return Err(Error::NoAdapter {
            reason: format!(
                "{of} ranks run on this machine, which has {} to share: start no more than that",
                cards.len()
            ),
        });
    }
    Ok(cards[turn])
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
    /// Opens the first adapter in the order of [`devices`] whose name contains `selection` (in any case of letters); of several processes
    /// of a machine (which one, from 0, and how many) each opens another card.
    ///
    /// # Errors
    /// [`Error::NoAdapter`] where none fits, or there are fewer cards; [`Error::Gpu`] where the driver refuses the device.
    pub fn new(selection: Option<&str>, turn: (usize, usize)) -> Result<Self> {
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
        let fitting: Vec<&wgpu::Adapter> = adapters.iter().filter(fits).collect();
        if fitting.is_empty() {
            let names: Vec<_> = adapters.iter().map(|a| a.get_info().name).collect();
            return Err(Error::NoAdapter {
                reason: format!(
                    "no adapter's name contains `{}`; there are: {}",
                    selection.unwrap_or_default(),
                    names.join(", ")
                ),
            });
        }
        let places: Vec<Option<String>> = fitting.iter().map(|a| place(a)).collect();
        let adapter = fitting[card(&places, turn)?];
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_rank_takes_a_card_of_its_own() {
        let places = |all: &[&str]| -> Vec<Option<String>> {
            let one = |p: &&str| (!p.is_empty()).then(|| (*p).to_owned());
            all.iter().map(one).collect()
        };
        // A card by two interfaces, another one, and a processor.
        let all = places(&["01:00", "01:00", "02:00", ""]);
        let takes = |turn| card(&all, turn).unwrap();
        assert_eq!([takes((0, 2)), takes((1, 2)), takes((0, 1))], [0, 2, 0]);
        let text = card(&all, (0, 3)).unwrap_err().to_string();
        assert!(text.contains("3 ranks") && text.contains("has 2"), "{text}");
        assert_eq!(card(&places(&["", ""]), (4, 5)).unwrap(), 0);
    }
}
