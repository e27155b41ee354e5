//! Physics of the integrals: Fermi-surface tensors, densities of states, and every coefficient of charge and heat transport at
//! finite temperature, with units and error bars. No grid and no GPU here, only [`crate::integrate`]'s results.
//!
//! ```text
//! Spectrum ──▶ TransportDistribution ──at_doping, at_chemical_potential──▶ ThermalState ──▶ Coefficients, CoefficientsOverTau
//! ```

mod axis;
mod band_states;
mod binned_tau;
mod carriers;
pub mod catalogue;
mod coefficients;
mod contents;
mod density;
mod directions;
mod distribution;
mod doping;
mod ensemble;
mod equilibrium;
mod extent;
mod fermi;
mod item;
mod landauer;
mod maximum;
mod merit;
mod onsager;
mod optimum;
mod optimum_temperature;
mod plane;
mod reach;
mod reconstruction;
mod relaxation;
mod relevance;
mod resolution;
mod row;
mod scattered;
mod spectra;
mod spins;
mod thermal_state;
mod times;
mod uniform;
mod window;

pub use crate::uncertainty::{RankFourQuantity, RankThreeQuantity, Scalar, TensorQuantity};
pub use axis::AxisPlan;
pub use binned_tau::BinnedTau;
pub use carriers::CarrierDensities;
pub use coefficients::{Coefficients, CoefficientsOverTau};
pub use density::Density;
pub use directions::{Directions, mean, mean_in_field};
pub use distribution::TransportDistribution;
pub use doping::{Doping, ImpurityLevel};
pub use equilibrium::Equilibrium;
pub use extent::Extent;
pub use fermi::FermiTensors;
pub use item::{Item, POLARIZATION, SHARE, conductivity_of, number, share_items, shown};
pub use landauer::{
    CountedModes, DEVICE_QUANTITIES, DeviceCoefficients, EnergiesOfBand, MILLER_HELP,
    MOST_DIRECTIONS, ModeDistribution, ModeSpectrum, Named, TransportDirection, counted_modes,
    inequivalent, kinks_on_points,
};
pub use maximum::{STENCIL, Scan, slope_and_curvature};
pub use merit::{MERIT_QUANTITIES, Merit, MeritMode, TransmissionCurve};
pub use optimum::{Direction, Objective, Optimum, Search};
pub use optimum_temperature::BestTemperature;
pub use relaxation::RelaxationTime;
pub use relevance::WindowRelevance;
pub use row::{Levels, Row, TransportRow};
pub use scattered::{CarrierShares, OWN_LIFETIMES};
pub use spectra::DosSpectrum;
pub use spins::{channel_group, check_collinear, spin_distributions};
pub use thermal_state::ThermalState;
pub use times::Tau;
pub use window::fermi_window;
