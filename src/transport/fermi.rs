//! The tensors of a Fermi surface: N(E_F), ⟨v_i v_j⟩, σ_ij/τ, plasma frequency.

use super::{Scalar, TensorQuantity};
use crate::bands::BandHeader;
use crate::crystal::Tensor;
use crate::error::{Error, Result};
use crate::integrate::{BandSurface, Channel, SurfaceIntegral};
use crate::uncertainty::Shares;
use crate::units::{ELEMENTARY_CHARGE, HBAR_EV, VACUUM_PERMITTIVITY};

/// Fermi-surface quantities of all bands (docs/physics §0 and §1: σ_ij = e² (g_s/V_c) ⟨v_i v_j τ δ(E_F − E)⟩). Tensors are
/// symmetrised by the crystal's point group.
#[derive(Clone, Debug, PartialEq)]
pub struct FermiTensors {
    /// E_F, eV.
    pub fermi_level_ev: f64,
    /// Electrons per cell below E_F in these bands.
    pub electrons: Scalar,
    /// Density of states N(E_F), both spins, 1/eV per cell; infinite, without a bar, where part of the zone is flat at E_F.
    pub dos: Scalar,
    /// N(E) of this grid, 1/eV per cell, where it has no limit as far as the grid tells: at van Hove singularities of layers and chains.
    pub singular_dos: Option<f64>,
    /// Electrons per cell in the part of the zone that is flat at E_F: all corners of a cell have this very energy. Means over the states
    /// at E_F leave these out.
    pub flat: f64,
    /// Mean speed ⟨|v|δ⟩/⟨δ⟩, m/s.
    pub fermi_velocity: Scalar,
    /// ⟨v_i v_j δ⟩/⟨δ⟩, m²/s².
    pub velocity_squared: TensorQuantity,
    /// σ_ij/τ, 1/(Ω m s).
    pub conductivity_over_tau: TensorQuantity,
    /// ħ²ω_p²_ij = ħ²σ_ij/(ε₀τ), eV².
    pub plasma_frequency_squared: TensorQuantity,
    /// Square root of the tensor above, eV.
    pub plasma_frequency: TensorQuantity,
    /// σ_ij, S/m, where a relaxation time is known.
    pub conductivity: Option<TensorQuantity>,
    /// Largest component that symmetrisation removed from σ/τ, as a share of its largest component.
    pub symmetry_removed: f64,
    /// Bands with states at E_F.
    pub bands: Vec<BandShare>,
}

/// One band's share of the Fermi surface.
#[derive(Clone, Debug, PartialEq)]
pub struct BandShare {
    /// Spin channel, from 1.
    pub spin: usize,
    /// Band number in the code that wrote the file.
    pub band: usize,
    /// Its part of N(E_F), 1/eV per cell.
    pub dos: Scalar,
    /// Its mean speed, m/s.
    pub fermi_velocity: Scalar,
    /// Its part of σ_ij/τ, 1/(Ω m s), as integrated: an operation may exchange bands (valleys), so one is not symmetrised.
    pub conductivity_over_tau: TensorQuantity,
}

impl FermiTensors {
    /// From the integral at E_F; `tau_s` is a constant relaxation time in s. With relaxation times on the grid (channels
    /// `Lifetimes`) σ comes from them.
    ///
    /// # Errors
    /// [`Error::BadOption`] for a relaxation time that is not positive.
    pub fn new(
        header: &BandHeader,
        integral: &SurfaceIntegral,
        tau_s: Option<f64>,
    ) -> Result<Self> {
        if let Some(tau) = tau_s {
            let usable = tau.is_finite() && tau > 0.0;
            if !usable {
                return Err(Error::bad_option(
                    "--tau",
                    format!("{tau} s"),
                    "give a positive relaxation time in seconds, such as 1e-14",
                ));
            }
        }
        let all = |channel| integral.quantity(channel, |_| true);
        let projector = header.point_group.projector(&header.lattice);
        let symmetrize = |t: TensorQuantity| t.symmetrized(&projector);
        // e²/V_c per J is e/V_c per eV.
        let to_sigma = ELEMENTARY_CHARGE / header.lattice.volume_m3();
        let products = TensorQuantity::symmetric(|i, j| all(Channel::VelocityProduct(i, j)));
        let (products, removed) = symmetrize(products);
        let largest = largest(&products.value);
        let dos = all(Channel::States);
        let conductivity_over_tau = products.scaled(to_sigma);
        let plasma_frequency_squared =
            conductivity_over_tau.scaled(HBAR_EV * HBAR_EV / VACUUM_PERMITTIVITY);
        let has_lifetimes = integral.channels.has_lifetimes();
        let conductivity = if let Some(tau) = tau_s {
            Some(conductivity_over_tau.scaled(tau))
        } else if has_lifetimes {
            let t = TensorQuantity::symmetric(|i, j| all(Channel::LifetimeProduct(i, j)));
            Some(symmetrize(t).0.scaled(to_sigma))
        } else {
            None
        };
        let bands = integral
            .bands
            .iter()
            .filter(|b| b.values[0] != 0.0 || b.flat > 0.0)
            .map(|b| {
                let own = |x: &BandSurface| (x.spin, x.band) == (b.spin, b.band);
                let one = |channel| integral.quantity(channel, own);
                let dos = one(Channel::States);
                BandShare {
                    spin: b.spin + 1,
                    band: b.band + header.first_band,
                    dos: limit(dos, b.flat),
                    fermi_velocity: one(Channel::Speed).over(known(dos)),
                    conductivity_over_tau: TensorQuantity::symmetric(|i, j| {
                        one(Channel::VelocityProduct(i, j))
                    })
                    .scaled(to_sigma),
                }
            })
            .collect();
        let flat = integral.flat();
        Ok(Self {
            fermi_level_ev: integral.energy_ev,
            electrons: integral.occupied(),
            dos: limit(dos, flat),
            singular_dos: (flat == 0.0 && dos.error.is_infinite()).then_some(dos.value),
            flat,
            fermi_velocity: all(Channel::Speed).over(known(dos)),
            velocity_squared: products.over(known(dos)),
            conductivity_over_tau,
            plasma_frequency: plasma_frequency_squared.square_root(),
            plasma_frequency_squared,
            conductivity,
            symmetry_removed: if largest > 0.0 {
                removed / largest
            } else {
                0.0
            },
            bands,
        })
    }
}

/// A density of states: infinite where part of the zone is flat, unresolved where the grid tells no limit.
fn limit(dos: Scalar, flat: f64) -> Scalar {
    if flat > 0.0 {
        INFINITE
    } else if dos.error.is_infinite() {
        UNRESOLVED
    } else {
        dos
    }
}

/// The same, by which means over the Fermi surface can be taken: they leave flat parts out.
fn known(dos: Scalar) -> Scalar {
    limit(dos, 0.0)
}

/// What has no limit as far as the grid tells.
const UNRESOLVED: Scalar = Scalar {
    value: f64::NAN,
    error: f64::NAN,
    shares: [Shares::NONE],
};

/// A density of states without bound.
const INFINITE: Scalar = Scalar {
    value: f64::INFINITY,
    error: f64::NAN,
    shares: [Shares::NONE],
};

fn largest(t: &Tensor) -> f64 {
    t.iter().flatten().fold(0.0, |a: f64, x| a.max(x.abs()))
}
