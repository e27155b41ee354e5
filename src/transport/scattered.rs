//! Relaxation times of a scattering model on the bins of a distribution.

use super::{CarrierDensities, ThermalState, TransportDistribution};
use crate::error::{Error, Result};
use crate::scattering::{BandEdges, Carrier, Conditions, ScatteringModel};
use crate::units::BOLTZMANN_EV;

/// Carriers of a kind that the model says nothing of are left out where they are fewer than this share of the others.
const NEGLIGIBLE: f64 = 1e-6;

/// τ of each bin, s.
#[derive(Clone, Debug, PartialEq)]
pub struct BinnedTau {
    edges_ev: Vec<f64>,
    tau_s: Vec<f64>,
}

impl BinnedTau {
    /// τ at an energy (eV), s; 0 outside the bins and in a gap.
    pub fn at(&self, energy_ev: f64) -> f64 {
        let above = self.edges_ev.partition_point(|e| *e <= energy_ev);
        let bin = above.checked_sub(1);
        bin.and_then(|b| self.tau_s.get(b)).copied().unwrap_or(0.0)
    }
}

impl TransportDistribution {
    /// The model's τ in a thermal state of a semiconductor with the band edges `gap_ev` (valence, conduction): carriers
    /// screen with their whole density, and as many impurities are ionised as there are net carriers.
    ///
    /// # Errors
    /// [`Error::BadOption`] without a gap, or where the model lacks the mechanisms of carriers that matter.
    pub fn scattered(
        &self,
        model: &ScatteringModel,
        gap_ev: Option<(f64, f64)>,
        state: &ThermalState,
    ) -> Result<BinnedTau> {
        let (valence_ev, conduction_ev) = gap_ev.ok_or_else(|| {
            Error::bad_option(
                "--scattering",
                "the bands have no gap, and the mechanisms count energies from band edges",
                "give a constant relaxation time (`--tau SECONDS`) for a metal",
            )
        })?;
        let t = state.temperature_k();
        let kt = BOLTZMANN_EV * t;
        let mu = state.chemical_potential_ev().value;
        let electrons = self.ln_electrons(mu, kt).exp();
        let holes = self.ln_holes(mu, kt).exp();
        let at = Conditions::new(t)?
            .with_carriers(electrons + holes)?
            .with_ionised((electrons - holes).abs());
        let edges = BandEdges::Gap {
            valence_ev,
            conduction_ev,
        };
        // Bins that hold states of carriers that are both unknown to the model and too few to matter.
        let left_out = |carrier, few: f64, many: f64| {
            model.carriers(carrier).is_err() && few < NEGLIGIBLE * many
        };
        let no_electrons = left_out(Carrier::Electrons, electrons, holes);
        let no_holes = left_out(Carrier::Holes, holes, electrons);
        let all = self.axis.edges();
        let tau_s = all
            .windows(2)
            .map(|bin| {
                let skip =
                    (no_electrons && bin[1] > conduction_ev) || (no_holes && bin[0] < valence_ev);
                if skip {
                    return Ok(0.0);
                }
                Ok(model.tau_in_bins(bin, &edges, &at)?[0])
            })
            .collect::<Result<_>>()?;
        Ok(BinnedTau {
            edges_ev: all.to_vec(),
            tau_s,
        })
    }
}
