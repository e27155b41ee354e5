//! From bands to channels per energy: what is asked ([`Request`]), the work items that it is cut into (`plan`), what runs them (`work`, an
//! [`Engine`]) and what their sums stand for (`reduce`), and the results with their error estimates ([`Spectrum`], [`SurfaceIntegral`]).

mod axis;
mod block;
mod cells;
mod context;
pub mod cpu;
pub mod crossings;
mod driver;
mod engine;
mod exact;
pub mod fermi_level;
pub mod fold;
mod inverse_mass;
mod kept;
pub mod ledger;
mod measure;
mod plan;
mod reduce;
pub mod refine;
mod replica;
mod request;
mod result;
mod rival;
mod singular;
mod sums;
mod ties;
mod vectors;
mod work;

pub use crate::kernel::channels::{Channel, Channels};
pub use axis::EnergyAxis;
pub use block::Block;
pub use context::BandContext;
pub(crate) use driver::{spectrum, surface};
pub use engine::{Engine, Part, Refines, SlabSums, Target};
pub use inverse_mass::Masses;
pub use measure::{At, Bins, Measured, Question, measure};
pub use replica::Replica;
pub use request::{Progress, Relevance, Request, Velocities, Weights};
pub use result::{BandSurface, Spectrum, SurfaceIntegral};

/// Parts of [`measure`] whose bars hold only a part of what is left open: for comparisons of engines and for tests, not for results.
#[doc(hidden)]
pub mod parts {
    pub use super::driver::{spectrum, surface};
    pub use super::plan::{PlannedBand, UniformPlan, WorkItem};
    pub use super::rival::{spectrum_with_rival, surface_with_rival};
    pub use super::sums::ItemSums;
    pub use super::work::Runner;
}
