//! A slab's sums on their way back to the host.

use super::engine::{GpuEngine, no_band};
use super::layouts::AUDIT_WORDS;
use super::sums::{cumulative, limbs};
use crate::error::Result;
use crate::integrate::SlabSums;
use std::time::Instant;

impl GpuEngine {
    /// The sums since the last call, checked against the cells that were sent.
    pub(super) fn finish_slab(&mut self) -> Result<SlabSums> {
        let start = Instant::now();
        let words = self.read_back()?;
        self.timings.read_back += start.elapsed().as_secs_f64();
        let band = self.band.as_mut().ok_or_else(no_band)?;
        let expected = std::mem::take(&mut band.expected);
        let (fine, coarse) = words.split_at(words.len() / 2);
        let take = |words: &[u32]| {
            let (sums, audit) = words.split_at(words.len() - AUDIT_WORDS);
            let visited = limbs(&audit[..2]) as u64;
            if visited != expected {
                return Err(self.context.error(format!(
                    "the kernels counted {visited} cells where the slab has {expected}"
                )));
            }
            let below = limbs(&audit[2..]);
            let channels = band.configuration.channels.width();
            Ok(if band.configuration.kernel.is_spectrum() {
                cumulative(sums, channels, below << band.setup.bits)
            } else {
                let mut sums: Vec<i128> = sums.chunks_exact(3).map(limbs).collect();
                sums[channels] += below << band.setup.bits;
                sums
            })
        };
        Ok(SlabSums {
            fine: take(fine)?,
            coarse: take(coarse)?,
        })
    }

    /// Copies the slab's sums to the host and starts new ones.
    fn read_back(&mut self) -> Result<Vec<u32>> {
        let band = self.band.as_ref().ok_or_else(no_band)?;
        let mut encoder =
            self.context
                .device
                .create_command_encoder(&wgpu::CommandEncoderDescriptor {
                    label: Some("slab"),
                });
        let mut at = 0;
        for i in 0..2 {
            for (buffer, bytes) in [
                (&band.sums[i], band.sums_bytes),
                (&band.audit[i], 4 * AUDIT_WORDS as u64),
            ] {
                encoder.copy_buffer_to_buffer(buffer, 0, &band.read_back, at, bytes);
                encoder.clear_buffer(buffer, 0, None);
                at += bytes;
            }
        }
        let timed = self.clock.as_ref().map_or(0, |clock| {
            if clock.used > 0 {
                encoder.resolve_query_set(&clock.queries, 0..clock.used, &clock.resolved, 0);
                let bytes = 8 * u64::from(clock.used);
                // Read-back offsets of 8-byte numbers need no more than the multiple of 4 that `at` is.
                encoder.copy_buffer_to_buffer(&clock.resolved, 0, &band.read_back, at, bytes);
            }
            clock.used
        });
        let end = at + 8 * u64::from(timed);
        let submission = self.context.queue.submit([encoder.finish()]);
        let (send, receive) = std::sync::mpsc::channel();
        band.read_back
            .map_async(wgpu::MapMode::Read, 0..end, move |result| {
                // The receiver is gone only where waiting failed.
                let _ = send.send(result);
            });
        self.context.wait(Some(submission))?;
        self.in_flight.clear();
        match receive.try_recv() {
            Ok(Ok(())) => {}
            other => {
                return Err(self
                    .context
                    .error(format!("the sums cannot be read back: {other:?}")));
            }
        }
        let words = {
            let view = band
                .read_back
                .get_mapped_range(0..end)
                .map_err(|error| self.context.error(error.to_string()))?;
            view.chunks_exact(4)
                .map(|b| u32::from_le_bytes([b[0], b[1], b[2], b[3]]))
                .collect::<Vec<_>>()
        };
        band.read_back.unmap();
        self.context.check()?;
        let sums = at as usize / 4;
        if let (Some(clock), Some(kernel)) = (&mut self.clock, &mut self.timings.kernel) {
            *kernel += clock.seconds(&words[sums..]);
            clock.used = 0;
        }
        Ok(words[..sums].to_vec())
    }
}
