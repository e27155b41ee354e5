//! From bands to channels per energy: what is asked ([`Request`]), how it is streamed (`driver`), the CPU integrator, and
//! the results with their error estimates ([`Spectrum`], [`SurfaceIntegral`]).

mod axis;
mod block;
mod context;
pub mod cpu;
pub mod crossings;
mod driver;
mod exact;
pub mod fermi_level;
pub mod fold;
mod inverse_mass;
pub mod refine;
mod request;
mod result;
mod rival;
mod ties;

pub use axis::EnergyAxis;
pub use block::Block;
pub use context::BandContext;
pub use driver::{Engine, Part, SlabSums, Target, spectrum, surface};
pub use inverse_mass::Masses;
pub use request::{Channels, Progress, Relevance, Request, Velocities, Weights};
pub use result::{Channel, Spectrum, SurfaceIntegral};
pub use rival::{spectrum_with_rival, surface_with_rival};
