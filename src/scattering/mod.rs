//! Scattering mechanisms: relaxation times τ(E) from a handful of parameters.
//!
//! A [`ScatteringModel`] holds the mechanisms of electrons and of holes, built in code or read from a TOML file
//! ([`ScatteringModel::read`]); rates add at each energy (Matthiessen). Energies E count from the band edge, into the
//! band; m is the density-of-states mass of one valley, g₁ its states per spin, v its speed, k its wave number.
//!
//! | key in the file | 1/τ | holds for |
//! | --- | --- | --- |
//! | `constant_time` | 1/τ₀ | estimates, comparisons |
//! | `mean_free_path` | v/λ | boundaries, strong disorder |
//! | `power_law` | (E/E₀)^{−r} (T/T₀)^{−s}/τ₀ | fits |
//! | `inverse_dos` | g(E)/(g(E₀)τ₀) | short-ranged, elastic |
//! | `acoustic` | 2πD²k_BT g₁/(ħc_l) | above ~20 K |
//! | `piezoelectric` | e²K²k_BT/(2πħ²εv) | polar crystals, above ~20 K, weak screening |
//! | `polar_optical` | Σ_± of Fröhlich's coupling | polar crystals; inelastic, so a relaxation time only roughly |
//! | `intervalley` | πD²Z_f/(ρω) [N g₁(E+ħω−ΔE) + (N+1) g₁(E−ħω−ΔE)] | f, g and Γ–L phonons, optical phonons of holes |
//! | `ionised_impurities` | (2π/ħ)N_I(Ze²/ε)² g₁/(8k⁴) · ln-term | Born: k L ≳ 1, below ~1e18 cm⁻³ |
//! | `neutral_impurities` | 20ħN_N a*/m | low temperature |
//! | `alloy` | (2π/ħ)Ω₀U²x(1−x) g₁ | random alloys |
//! | `tabulated` | from a file | between its first and its last energy |
//!
//! Formulas and the values that the tests reach: docs/physics §8. Nonparabolic valleys enter through k, v and g₁; the overlap
//! of Bloch states is taken as one. Ellipsoids scatter as spheres of the same density of states and conduct with their
//! conductivity mass.
//!
//! Layers and chains ([`Holds`]): `constant_time`, `power_law`, `inverse_dos` and `tabulated` go by the energy or by the bands'
//! own density of states, whatever their dimension. The others were derived for three-dimensional bands and are refused.
//!
//! ```
//! use bzint::scattering::ScatteringModel;
//! # fn main() -> bzint::Result<()> {
//! let silicon = ScatteringModel::read("data/silicon.toml".as_ref())?;
//! let electrons = silicon.electrons.as_ref().unwrap();
//! let transport = electrons.transport(300.0, 1e14, 1e14)?;
//! let mobility_cm2 = transport.mobility * 1e4;
//! assert!((1200.0..1600.0).contains(&mobility_cm2));
//! # Ok(())
//! # }
//! ```

mod acoustic;
mod alloy;
mod checked;
mod conditions;
mod constant_time;
mod dimension;
mod file;
mod in_bins;
mod intervalley;
mod inverse_dos;
mod ionised;
mod matthiessen;
mod mean_free_path;
mod mechanism;
mod model;
mod neutral;
mod piezoelectric;
mod plausible;
mod polar_optical;
mod power_law;
mod rate;
mod single_band;
mod tabulated;
mod valley;

pub use acoustic::AcousticDeformation;
pub use alloy::Alloy;
pub use conditions::{BandFunction, Carrier, Conditions, Edge};
pub use constant_time::ConstantTime;
pub use in_bins::{BinRates, BinTimes, POINTS};
pub use intervalley::Intervalley;
pub use inverse_dos::InverseDos;
pub use ionised::{CoulombCutoff, IonisedImpurities};
pub use matthiessen::{Share, named_shares, shares, total_rate, window_shares};
pub use mean_free_path::MeanFreePath;
pub use mechanism::Mechanism;
pub use model::{BandEdges, Carriers, ScatteringModel};
pub use neutral::NeutralImpurities;
pub use piezoelectric::Piezoelectric;
pub use plausible::{Plausibility, plausibility};
pub use polar_optical::PolarOptical;
pub use power_law::PowerLaw;
pub use rate::{Holds, LEAST_ENERGY_EV, Scattering};
pub use single_band::{BandTransport, band_transport};
pub use tabulated::Tabulated;
pub use valley::Valley;
