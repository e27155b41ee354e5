//! Integrals over the zone against exact values, symmetry, convergence.

#[path = "../common/mod.rs"]
mod common;
#[path = "../common/gpu.rs"]
mod shared_gpu;

mod alternative;
mod analytic;
mod convergence;
mod culled;
mod directions;
mod field_delta;
mod folding;
mod invariants;
mod items;
mod refinement;
