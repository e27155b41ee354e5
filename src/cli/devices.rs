//! `bzint devices`.

use super::options::Output;
use super::terminal;
use crate::error::Result;
use crate::gpu;
use clap::Args;
use serde_json::json;
use std::fmt::Write;

/// Options of `devices`.
#[derive(Args, Debug)]
pub struct Devices {
    #[command(flatten)]
    output: Output,
}

impl Devices {
    /// Runs it.
    ///
    /// # Errors
    /// Where stdout cannot be written; a machine without adapters is an answer.
    pub fn run(self) -> Result<()> {
        let devices = gpu::devices();
        let auto = match devices.iter().find(|d| d.real) {
            Some(device) => format!("GPU {}", device.name),
            None => format!("CPU, {} threads", rayon::current_num_threads()),
        };
        if self.output.json {
            let list: Vec<_> = devices
                .iter()
                .map(|d| {
                    json!({
                        "name": d.name,
                        "interface": d.backend,
                        "kind": d.kind,
                        "driver": d.driver,
                        "real_gpu": d.real,
                        "largest_binding": {"value": d.max_binding_bytes, "unit": "byte"},
                        "largest_buffer": {"value": d.max_buffer_bytes, "unit": "byte"},
                        "kernel_timestamps": d.timestamps,
                    })
                })
                .collect();
            return terminal::print_json(
                &json!({"kind": "devices", "devices": list, "auto": auto}),
            );
        }
        let mut text = String::new();
        for (i, d) in devices.iter().enumerate() {
            let _ = writeln!(
                text,
                "{i}  {} ({}, {}; {}; buffers to {} MiB{})",
                d.name,
                d.kind,
                d.backend,
                d.driver,
                d.max_binding_bytes >> 20,
                if d.timestamps { ", kernel clock" } else { "" }
            );
        }
        if devices.is_empty() {
            text += "no adapter; a Vulkan driver brings one (Debian: mesa-vulkan-drivers for a software one)\n";
        }
        let _ = writeln!(text, "`--backend auto` takes: {auto}");
        let _ = writeln!(
            text,
            "`--backend gpu` takes the first; --adapter NAME (or BZINT_ADAPTER) chooses another by a part of its name"
        );
        terminal::print(&text)
    }
}
