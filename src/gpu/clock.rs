//! Where the time goes.

use super::context::Context;
use super::sums::limbs;
use crate::error::Result;

/// Passes timed per slab; later ones are not.
pub const TIMED_PASSES: u32 = 1024;

/// Where the time went since the engine was made, seconds.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Timings {
    /// Host: conversion to levels and copies to staging memory.
    pub upload: f64,
    /// Device: kernels, by timestamps; none where the device has no clock.
    pub kernel: Option<f64>,
    /// Host: waiting for the slab's last kernels and reading the sums back.
    pub read_back: f64,
}

/// Timestamps of the passes of a slab.
pub struct Clock {
    /// Two per pass.
    pub queries: wgpu::QuerySet,
    /// Their values, as the device writes them.
    pub resolved: wgpu::Buffer,
    /// Queries used in this slab.
    pub used: u32,
    seconds_per_tick: f64,
}

impl Clock {
    /// A clock, if the device has one.
    ///
    /// # Errors
    /// Where the device fails.
    pub fn new(context: &Context) -> Result<Option<Self>> {
        if !context.info.timestamps {
            return Ok(None);
        }
        Ok(Some(Self {
            queries: context.device.create_query_set(&wgpu::QuerySetDescriptor {
                label: Some("kernel times"),
                ty: wgpu::QueryType::Timestamp,
                count: 2 * TIMED_PASSES,
            }),
            resolved: context.buffer(
                "kernel times",
                16 * u64::from(TIMED_PASSES),
                wgpu::BufferUsages::QUERY_RESOLVE | wgpu::BufferUsages::COPY_SRC,
            )?,
            used: 0,
            seconds_per_tick: f64::from(context.queue.get_timestamp_period()) * 1e-9,
        }))
    }

    /// Seconds that the passes took, from their resolved queries.
    pub fn seconds(&self, words: &[u32]) -> f64 {
        let ticks = |w: &[u32]| limbs(w) as u64;
        let busy: u64 = words
            .chunks_exact(4)
            .map(|w| ticks(&w[2..]).saturating_sub(ticks(&w[..2])))
            .sum();
        busy as f64 * self.seconds_per_tick
    }

    /// The timestamps of the next pass, as long as there is room.
    pub fn next_pass(&mut self) -> Option<wgpu::ComputePassTimestampWrites<'_>> {
        if self.used >= 2 * TIMED_PASSES {
            return None;
        }
        let at = self.used;
        self.used += 2;
        Some(wgpu::ComputePassTimestampWrites {
            query_set: &self.queries,
            beginning_of_pass_write_index: Some(at),
            end_of_pass_write_index: Some(at + 1),
        })
    }
}
