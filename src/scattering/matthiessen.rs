//! Several mechanisms at once: rates add at each energy (Matthiessen's rule for τ(E)).
//!
//! Adding inverse *mobilities* instead is wrong wherever τ depends on energy: GaAs at 1e17 cm⁻³ would get 66 % more
//! (docs/physics §8).

use super::{Conditions, Mechanism};
use crate::error::{Error, Result};
use crate::fermi_dirac::window_integral;

/// One mechanism's part in the scattering.
#[derive(Clone, Debug, PartialEq)]
pub struct Share {
    /// The mechanism: its key, with its label or its number where there are several of a kind.
    pub name: String,
    /// Its share of the total rate, 0 to 1.
    pub fraction: f64,
}

/// Σ 1/τ, 1/s, at an energy above the band edge.
///
/// # Errors
/// Those of [`Mechanism::rate`]; [`Error::BadOption`] where nothing scatters, so that τ would be infinite.
pub fn total_rate(
    mechanisms: &[Mechanism],
    energy_above_edge_ev: f64,
    at: &Conditions,
) -> Result<f64> {
    let mut total = 0.0;
    for mechanism in mechanisms {
        total += mechanism.rate(energy_above_edge_ev, at)?;
    }
    if total > 0.0 {
        return Ok(total);
    }
    Err(Error::bad_option(
        "scattering",
        format!(
            "nothing scatters a carrier {energy_above_edge_ev} eV above the band edge ({} mechanisms, {} ionised impurities \
             per cm³)",
            mechanisms.len(),
            at.ionised_per_cm3
        ),
        "add a mechanism",
    ))
}

/// Each mechanism's share of the rate at one energy above the band edge.
///
/// # Errors
/// Those of [`total_rate`].
pub fn shares(
    mechanisms: &[Mechanism],
    energy_above_edge_ev: f64,
    at: &Conditions,
) -> Result<Vec<Share>> {
    let total = total_rate(mechanisms, energy_above_edge_ev, at)?;
    let mut shares = named_shares(mechanisms);
    for (share, mechanism) in shares.iter_mut().zip(mechanisms) {
        share.fraction = mechanism.rate(energy_above_edge_ev, at)? / total;
    }
    Ok(shares)
}

/// Each mechanism's share of the rate, averaged over the carriers as they conduct: weight k³τ(E)w in the valley of
/// `at`, filled to the reduced level `eta`. The shares add up to one.
///
/// # Errors
/// Those of [`total_rate`].
pub fn window_shares(mechanisms: &[Mechanism], at: &Conditions, eta: f64) -> Result<Vec<Share>> {
    let window = Window::new(mechanisms, at, eta);
    let mut shares = named_shares(mechanisms);
    for (share, mechanism) in shares.iter_mut().zip(mechanisms) {
        let [part, whole] = window.integral(|x, tau| {
            let weight = at.valley.wave_number(x * at.kt_ev()).powi(3) * tau;
            let rate = mechanism.rate(x * at.kt_ev(), at)?;
            Ok([weight * rate * tau, weight])
        })?;
        share.fraction = part / whole;
    }
    Ok(shares)
}

/// The mechanisms' names, with shares yet to be filled in.
pub fn named_shares(mechanisms: &[Mechanism]) -> Vec<Share> {
    let name = |i: usize| {
        let key = mechanisms[i].key();
        if let Mechanism::Intervalley(phonon) = &mechanisms[i]
            && let Some(label) = &phonon.label
        {
            return format!("{key} {label}");
        }
        let same = |m: &&Mechanism| m.key() == key;
        match mechanisms.iter().filter(same).count() {
            1 => key.to_string(),
            _ => format!("{key} {}", mechanisms[..=i].iter().filter(same).count()),
        }
    };
    let share = |i| Share {
        name: name(i),
        fraction: 0.0,
    };
    (0..mechanisms.len()).map(share).collect()
}

/// The Fermi window over one valley, with τ(E) at hand.
pub(super) struct Window<'a> {
    mechanisms: &'a [Mechanism],
    at: &'a Conditions<'a>,
    eta: f64,
    kinks: Vec<f64>,
    end: f64,
}

/// A table may end this many k_BT above the edge and the Fermi level: what lies beyond is below 1e-6 of any average.
const TABLE_REACH: f64 = 25.0;

impl<'a> Window<'a> {
    pub fn new(mechanisms: &'a [Mechanism], at: &'a Conditions<'a>, eta: f64) -> Self {
        let kt = at.kt_ev();
        let mut kinks: Vec<f64> = mechanisms
            .iter()
            .flat_map(|m| m.scattering().kinks_ev(at))
            .map(|e| e / kt)
            .collect();
        // Where a table is finer than k_BT its kinks are too small to matter, and too many to integrate between.
        for mechanism in mechanisms {
            let mut last = f64::NEG_INFINITY;
            for x in mechanism.scattering().rows_ev().iter().map(|e| e / kt) {
                if x - last > 1.0 {
                    kinks.push(x);
                    last = x;
                }
            }
        }
        let table_end = mechanisms
            .iter()
            .filter_map(|m| m.scattering().range_ev())
            .map(|(_, high)| high / kt)
            .fold(f64::INFINITY, f64::min);
        // A table that is too short stays an error, told by the mechanism itself.
        let end = if table_end >= eta.max(0.0) + TABLE_REACH {
            table_end
        } else {
            f64::INFINITY
        };
        kinks.push(end);
        Self {
            mechanisms,
            at,
            eta,
            kinks,
            end,
        }
    }

    /// ∫ f(x, τ) w(x − η) dx over x = E/k_BT.
    pub fn integral<const N: usize>(
        &self,
        mut f: impl FnMut(f64, f64) -> Result<[f64; N]>,
    ) -> Result<[f64; N]> {
        let kt = self.at.kt_ev();
        window_integral(self.eta, &self.kinks, |x| {
            if x * kt >= self.end * kt {
                return Ok([0.0; N]);
            }
            f(x, 1.0 / total_rate(self.mechanisms, x * kt, self.at)?)
        })
    }
}
