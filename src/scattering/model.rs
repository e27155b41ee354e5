//! τ at absolute energies: electron mechanisms above the conduction edge, hole mechanisms below the valence edge.

use super::{
    BandTransport, Carrier, Conditions, Edge, Mechanism, Plausibility, Share, Valley,
    band_transport, plausibility, shares, total_rate, window_shares,
};
use crate::error::{Error, Result};

/// The scattering of one kind of carrier.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Carriers {
    /// Valleys at the band edge; needed by every mechanism that computes its rate from masses.
    pub valley: Option<Valley>,
    /// Mechanisms; their rates add.
    pub mechanisms: Vec<Mechanism>,
}

/// The scattering of a material.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ScatteringModel {
    /// Above the conduction edge (or a metal's reference energy).
    pub electrons: Option<Carriers>,
    /// Below the valence edge.
    pub holes: Option<Carriers>,
}

/// From where energies count, eV, absolute.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum BandEdges {
    /// A semiconductor's edges.
    Gap {
        /// Top of the valence bands; −∞ where there are none.
        valence_ev: f64,
        /// Bottom of the conduction bands; ∞ where there are none.
        conduction_ev: f64,
    },
    /// A metal: all carriers are electrons above this energy, the bottom of their band.
    Metal {
        /// Where the mechanisms' energy is zero.
        reference_ev: f64,
    },
}

impl ScatteringModel {
    /// Relaxation time, s, of a carrier at an absolute energy; 0 inside the gap, where there is none.
    ///
    /// The valley and the edge of `at` are replaced by the model's and those of `edges`; its density of states and speed
    /// are functions of the absolute energy.
    ///
    /// # Errors
    /// [`Error::BadOption`] for edges that overlap, an energy below a metal's reference, carriers that the model has no
    /// mechanisms or no masses for, and whatever [`total_rate`] meets.
    pub fn tau(&self, energy_ev: f64, edges: &BandEdges, at: &Conditions) -> Result<f64> {
        match self.place(energy_ev, edges)? {
            None => Ok(0.0),
            Some(edge) => {
                let (mechanisms, at) = self.at_edge(edge, at)?;
                Ok(1.0 / total_rate(mechanisms, edge.above(energy_ev), &at)?)
            }
        }
    }

    /// Whether any rate goes by the carriers of the sample or the bands' density of states.
    pub fn goes_by_sample(&self) -> bool {
        self.mechanisms().any(|m| m.scattering().goes_by_sample())
    }

    /// Whether any rate goes by the bands' density of states.
    pub fn goes_by_states(&self) -> bool {
        self.mechanisms().any(|m| m.scattering().goes_by_states())
    }

    /// Relaxation times of its parameters that crystals rarely have, in words.
    pub fn doubts(&self) -> Vec<String> {
        let times = |m: &Mechanism| match m {
            Mechanism::ConstantTime(m) => vec![m.tau_s],
            Mechanism::PowerLaw(m) => vec![m.tau_s],
            Mechanism::InverseDos(m) => vec![m.tau_s],
            Mechanism::Tabulated(m) => vec![m.extremes_s().0, m.extremes_s().1],
            _ => Vec::new(),
        };
        let doubt = |m: &Mechanism, tau: f64| match plausibility(tau) {
            Plausibility::Usual => None,
            Plausibility::Unusual(words) | Plausibility::Impossible(words) => {
                Some(format!("{}: {words}", m.key()))
            }
        };
        self.mechanisms()
            .flat_map(|m| times(m).into_iter().filter_map(move |tau| doubt(m, tau)))
            .collect()
    }

    fn mechanisms(&self) -> impl Iterator<Item = &Mechanism> {
        let carriers = [&self.electrons, &self.holes].into_iter().flatten();
        carriers.flat_map(|c| &c.mechanisms)
    }

    /// Each mechanism's share of the rate at an absolute energy; empty inside the gap.
    ///
    /// # Errors
    /// Those of [`ScatteringModel::tau`].
    pub fn shares(&self, energy_ev: f64, edges: &BandEdges, at: &Conditions) -> Result<Vec<Share>> {
        match self.place(energy_ev, edges)? {
            None => Ok(Vec::new()),
            Some(edge) => {
                let (mechanisms, at) = self.at_edge(edge, at)?;
                shares(mechanisms, edge.above(energy_ev), &at)
            }
        }
    }

    /// The mechanisms of one kind of carrier.
    ///
    /// # Errors
    /// [`Error::BadOption`] where the model has none.
    pub fn carriers(&self, carrier: Carrier) -> Result<&Carriers> {
        let (found, name) = match carrier {
            Carrier::Electrons => (&self.electrons, "electrons"),
            Carrier::Holes => (&self.holes, "holes"),
        };
        found.as_ref().ok_or_else(|| {
            Error::bad_option(
                "scattering",
                format!("the parameters have no [{name}] section, but there are {name}"),
                format!("add [[{name}.…]] mechanisms, or narrow the energy window"),
            )
        })
    }

    /// The edge that an energy belongs to; `None` inside the gap.
    pub(super) fn place(&self, energy_ev: f64, edges: &BandEdges) -> Result<Option<Edge>> {
        let edge = |energy_ev, carrier| Ok(Some(Edge { energy_ev, carrier }));
        match *edges {
            BandEdges::Gap {
                valence_ev,
                conduction_ev,
            } => {
                if conduction_ev < valence_ev {
                    return Err(Error::bad_option(
                        "band edges",
                        format!(
                            "the conduction edge {conduction_ev} eV lies below the valence edge {valence_ev} eV"
                        ),
                        "bands that overlap need an explicit reference energy, as a metal's",
                    ));
                }
                if energy_ev >= conduction_ev {
                    edge(conduction_ev, Carrier::Electrons)
                } else if energy_ev <= valence_ev {
                    edge(valence_ev, Carrier::Holes)
                } else {
                    Ok(None)
                }
            }
            BandEdges::Metal { reference_ev } => {
                if energy_ev >= reference_ev {
                    return edge(reference_ev, Carrier::Electrons);
                }
                Err(Error::bad_option(
                    "reference energy",
                    format!("τ is asked for {energy_ev} eV, below the reference {reference_ev} eV"),
                    "put the reference at or below the bottom of the conducting bands",
                ))
            }
        }
    }

    /// The mechanisms at an edge, and the conditions they meet there.
    pub(super) fn at_edge<'a>(
        &self,
        edge: Edge,
        at: &Conditions<'a>,
    ) -> Result<(&[Mechanism], Conditions<'a>)> {
        let carriers = self.carriers(edge.carrier)?;
        let at = Conditions { edge, ..*at };
        Ok((&carriers.mechanisms, carriers.in_valley(at)?))
    }
}

impl BandEdges {
    /// Every edge there is: of a model of one manifold the other lies at infinity.
    pub(super) fn all(&self) -> Vec<(Edge, Carrier)> {
        let edge = |energy_ev, carrier| (Edge { energy_ev, carrier }, carrier);
        let edges = match *self {
            Self::Gap {
                valence_ev,
                conduction_ev,
            } => vec![
                edge(conduction_ev, Carrier::Electrons),
                edge(valence_ev, Carrier::Holes),
            ],
            Self::Metal { reference_ev } => vec![edge(reference_ev, Carrier::Electrons)],
        };
        let finite = |(edge, _): &(Edge, Carrier)| edge.energy_ev.is_finite();
        edges.into_iter().filter(finite).collect()
    }

    /// The parts of an energy interval that hold states: below the valence edge, above the conduction edge.
    pub(super) fn occupied(&self, low: f64, high: f64) -> Vec<(f64, f64)> {
        let parts = match *self {
            Self::Gap {
                valence_ev,
                conduction_ev,
            } => vec![(low, high.min(valence_ev)), (low.max(conduction_ev), high)],
            Self::Metal { .. } => vec![(low, high)],
        };
        parts.into_iter().filter(|(from, to)| from < to).collect()
    }
}

impl Carriers {
    /// Transport of `carriers_per_cm3` carriers that screen themselves, among `ionised_per_cm3` impurities.
    ///
    /// # Errors
    /// [`Error::BadOption`] for impossible conditions or missing masses, and whatever [`total_rate`] meets.
    pub fn transport(
        &self,
        temperature_k: f64,
        carriers_per_cm3: f64,
        ionised_per_cm3: f64,
    ) -> Result<BandTransport> {
        let (at, eta) = self.filled(temperature_k, carriers_per_cm3, ionised_per_cm3)?;
        band_transport(&self.mechanisms, &at, eta)
    }

    /// Each mechanism's share of the rate, averaged over the carriers as they conduct.
    ///
    /// # Errors
    /// Those of [`Carriers::transport`].
    pub fn window_shares(
        &self,
        temperature_k: f64,
        carriers_per_cm3: f64,
        ionised_per_cm3: f64,
    ) -> Result<Vec<Share>> {
        let (at, eta) = self.filled(temperature_k, carriers_per_cm3, ionised_per_cm3)?;
        window_shares(&self.mechanisms, &at, eta)
    }

    /// Conditions and reduced level of so many carriers.
    fn filled(
        &self,
        temperature_k: f64,
        carriers_per_cm3: f64,
        ionised_per_cm3: f64,
    ) -> Result<(Conditions<'static>, f64)> {
        let valley = self.valley.ok_or_else(no_masses)?;
        let at = Conditions::new(temperature_k)?
            .with_valley(valley)
            .with_carriers(carriers_per_cm3)?
            .with_ionised(ionised_per_cm3);
        let eta = valley.reduced_level(carriers_per_cm3, temperature_k)?;
        Ok((at, eta))
    }

    /// The conditions with these carriers' valley.
    fn in_valley<'a>(&self, at: Conditions<'a>) -> Result<Conditions<'a>> {
        match self.valley {
            Some(valley) => Ok(at.with_valley(valley)),
            None if self
                .mechanisms
                .iter()
                .any(|m| m.scattering().needs_valley(&at)) =>
            {
                Err(no_masses())
            }
            None => Ok(at),
        }
    }
}

fn no_masses() -> Error {
    Error::bad_option(
        "scattering",
        "the parameters have no masses ([electrons.valley] or [holes.valley])",
        "give dos_mass, or longitudinal_mass and transverse_mass",
    )
}
