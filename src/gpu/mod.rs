//! Placeholder until the GPU branch lands.
#![allow(missing_docs)]
use crate::error::{Error, Result};
use crate::integrate::{BandContext, Block, Engine, SlabSums, Target};
pub struct DeviceInfo {
    pub name: String,
    pub is_real_gpu: bool,
}
pub fn devices() -> Vec<DeviceInfo> {
    Vec::new()
}
pub struct GpuEngine {}
impl GpuEngine {
    pub fn new(_: Option<&str>) -> Result<Self> {
        Err(Error::NoAdapter {
            reason: "none".into(),
        })
    }
    pub fn timing_report(&self) -> String {
        String::new()
    }
}
impl Engine for GpuEngine {
    fn backend(&self) -> &'static str {
        "gpu"
    }
    fn adapter(&self) -> String {
        String::new()
    }
    fn begin_band(&mut self, _: &BandContext, _: &Target) -> Result<()> {
        Ok(())
    }
    fn add_block(&mut self, _: &Block) -> Result<()> {
        Ok(())
    }
    fn finish_slab(&mut self) -> Result<SlabSums> {
        Err(Error::Internal(String::new()))
    }
    fn quantum(&self) -> f64 {
        1.0
    }
    fn max_block_points(&self) -> usize {
        1
    }
}
