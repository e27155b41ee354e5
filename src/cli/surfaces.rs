//! The grid of surfaces, as `surface`, `orbits` and `magneto` are told of it.

use super::options::{parse_grid, parse_threads};
use super::parsed::parsed;
pub use crate::workflow::SurfaceGrid as MeshOption;
use clap::Args;

/// [`MeshOption`] as options.
#[derive(Args)]
struct MeshArgs {
    /// Points per axis of the grid that the surface is found on, N or n1,n2,n3, even (default: about 64, as the cell's shape asks for; a table that is
    /// not interpolated is taken as it is)
    #[arg(long = "mesh", value_name = "N", value_parser = parse_grid, allow_hyphen_values = true)]
    points: Option<[usize; 3]>,
    /// Threads (default: all)
    #[arg(long, value_name = "N", value_parser = parse_threads, allow_hyphen_values = true)]
    threads: Option<usize>,
}

parsed!(MeshArgs => MeshOption { points, threads });
