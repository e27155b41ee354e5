//! Coefficients in a field with their bars.
//!
//! A bar has six parts: a third of the difference to every second point of the grid; what fewer planes change there; what another interpolation of the
//! table changes there; what more energies in the thermal window change there; what the bar of a doping's chemical potential changes there; and how
//! far planes and triangles are apart without a field.

use super::coefficients::{Bars, InField, Part};
use super::conductor::{AtEnergy, Conductor, Rate};
use super::direction::Direction;
use super::moments::Moments;
use super::survey::LEFT;
use super::symmetry::{all_of, symmetrized};
use super::window::{LEVELS, Node, nodes};
use crate::crystal::Tensor;
use crate::error::Result;
use crate::uncertainty::{ByCause, Cause};
use serde::{Deserialize, Serialize};

/// Moments of two rules for the thermal average are the same within this share.
const ENOUGH: f64 = 2e-5;

/// A conductor with those that its bars come from.
pub struct Measured {
    /// On the result's grid.
    pub fine: Conductor,
    /// On every second point.
    pub coarse: Conductor,
    /// There, with fewer planes.
    pub fewer: Conductor,
    /// There, of another interpolation.
    pub rival: Option<Conductor>,
    /// Edges of the bands, eV.
    pub edges_ev: Vec<f64>,
    /// Operations of the crystal on k, Cartesian.
    pub operations: Vec<Tensor>,
    /// The axis of the vacuum, where the bands are a layer's.
    pub layer: Option<usize>,
}

/// A thermal state.
#[derive(Clone, Copy, Default)]
pub struct State<'a> {
    /// Temperature, K.
    pub temperature_k: f64,
    /// Chemical potential, eV.
    pub mu_ev: f64,
    /// Its bar, eV, where it was looked for.
    pub mu_bar: ByCause,
    /// A scattering rate beside the bands' own.
    pub rate: Option<Rate<'a>>,
}

impl State<'_> {
    /// At a given chemical potential, with the bands' own relaxation times.
    pub fn at(temperature_k: f64, mu_ev: f64) -> Self {
        Self {
            temperature_k,
            mu_ev,
            ..Self::default()
        }
    }
}

/// Coefficients in one field.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Row {
    /// Number of the thermal state.
    pub state: usize,
    /// Field, T (Bτ in T s where τ is not known).
    pub field_t: f64,
    /// Number of the direction.
    pub direction: usize,
    /// Values.
    pub value: InField,
    /// Their bars.
    pub bars: Bars,
    /// Those of each spin channel alone, where there are two.
    pub spins: Vec<(InField, Bars)>,
}

/// What else is known of one direction.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct About {
    /// At the energy nearest to μ.
    pub central: AtEnergy,
    /// Largest change by symmetrisation, as a share.
    pub asymmetry: f64,
    /// |states by planes/by triangles − 1|.
    pub planes_against_surface: f64,
}

/// Energies of a thermal average with what they give on every second point.
struct Window {
    nodes: Vec<Node>,
    coarse: Moments,
    /// What more energies give there, where these may not be enough.
    more: Option<Moments>,
}

impl Measured {
    /// The energies for a thermal state: those of the first rule that the next one, on every second point, agrees with to [`ENOUGH`], or the last but one
    /// and, to tell what it leaves open, the last.
    fn window(&self, state: &State, direction: &Direction, felt: &[f64]) -> Result<Window> {
        let (t, mu) = (state.temperature_k, state.mu_ev);
        let rule = |level: usize| nodes(t, mu, &self.edges_ev, level);
        let of = |level: usize| {
            let own = rule(level);
            let found = self.coarse.moments(&own, mu, direction, felt, state.rate)?;
            Ok(Window {
                nodes: own,
                coarse: found.0,
                more: None,
            })
        };
        let mut before = of(0)?;
        if t == 0.0 {
            return Ok(before);
        }
        for level in 1..=LEVELS {
            let here = of(level)?;
            if before.coarse.off(&here.coarse) < ENOUGH {
                break;
            }
            if level == LEVELS {
                before.more = Some(here.coarse);
                break;
            }
            before = here;
        }
        Ok(before)
    }

    /// Rows for all fields along `direction` (number `number`) in thermal state `state` (number `at`).
    ///
    /// # Errors
    /// As [`Conductor::at_energy`].
    pub fn rows(
        &self,
        (at, state): (usize, &State),
        (number, direction): (usize, &Direction),
        fields_t: &[f64],
    ) -> Result<(Vec<Row>, About)> {
        // No field first, for the magnetoresistance.
        let mut fields = vec![0.0];
        fields.extend(fields_t);
        // A layer feels the part along its normal, and coefficients are per that part.
        let (own, tilt) = direction.acting(self.fine.lattice(), self.layer)?;
        let felt: Vec<f64> = fields.iter().map(|b| b * tilt).collect();
        let (t, mu) = (state.temperature_k, state.mu_ev);
        let mut asymmetry: f64 = 0.0;
        let window = self.window(state, &own, &felt)?;
        let usual = &window.nodes;
        // Of all bands and of each spin channel, the coefficients in every field.
        let mut channels = |moments: Moments| -> Vec<Vec<InField>> {
            let mut channels = Vec::new();
            for mut moments in [moments.all].into_iter().chain(moments.spins) {
                if !moments.is_empty() {
                    let change = self.symmetrize(&mut moments, &own, &felt);
                    asymmetry = asymmetry.max(change.1);
                    let layer = self.layer.is_some();
                    let whole = moments[0];
                    let rows = moments.iter().zip(&felt).map(|(m, b)| {
                        let zero = if *b == 0.0 { &whole } else { &change.0 };
                        InField::new(m, zero, t, *b, &own, layer)
                    });
                    channels.push(rows.collect());
                }
            }
            channels
        };
        let of = |conductor: &Conductor, nodes: &[Node], mu: f64| {
            conductor.moments(nodes, mu, &own, &felt, state.rate)
        };
        let (fine, central) = of(&self.fine, usual, mu)?;
        let fine = channels(fine);
        let apart = planes_against_surface(&central);
        let coarse = channels(window.coarse);
        let fewer = channels(of(&self.fewer, usual, mu)?.0);
        let rival = match &self.rival {
            Some(rival) => Some(channels(of(rival, usual, mu)?.0)),
            None => None,
        };
        let finer = window.more.map(&mut channels);
        let moved = match state.mu_bar.total() {
            bar if bar > 0.0 => {
                let there = mu + bar;
                let rule = |mu: f64| nodes(t, mu, &self.edges_ev, 0);
                let mut at = |mu: f64| Ok(channels(of(&self.coarse, &rule(mu), mu)?.0));
                Some((at(mu)?, at(there)?))
            }
            _ => None,
        };
        // Rules that agree may still share an error of this size.
        let energies = if t > 0.0 { ENOUGH } else { 0.0 };
        let nothing = InField::default();
        let bars = |channel: usize, i: usize| {
            let (fine, coarse) = (&fine[channel][i], &coarse[channel][i]);
            let part = |cause, weight, from, to| Part {
                cause,
                weight,
                from,
                to,
            };
            let mut parts = vec![
                part(Cause::Grid, LEFT, fine, coarse),
                part(Cause::Grid, LEFT, coarse, &fewer[channel][i]),
                part(Cause::Grid, apart, fine, &nothing),
                part(Cause::Bins, energies, fine, &nothing),
            ];
            if let Some(rival) = &rival {
                let cause = Cause::Interpolation;
                // Bands of one spin may be absent from a rival.
                if let Some(rival) = rival.get(channel) {
                    parts.push(part(cause, 1.0, coarse, &rival[i]));
                }
            }
            if let Some(finer) = &finer {
                parts.push(part(Cause::Bins, 1.0, coarse, &finer[channel][i]));
            }
            if let Some((before, after)) = &moved {
                for cause in Cause::ALL {
                    let share = state.mu_bar[cause] / state.mu_bar.total();
                    if share > 0.0 {
                        parts.push(part(cause, share, &before[channel][i], &after[channel][i]));
                    }
                }
            }
            Bars::of(&parts)
        };
        let row = |i: usize| Row {
            state: at,
            field_t: fields[i],
            direction: number,
            value: fine[0][i],
            bars: bars(0, i),
            spins: (1..fine.len()).map(|c| (fine[c][i], bars(c, i))).collect(),
        };
        let rows = (1..fields.len()).map(row).collect();
        Ok((
            rows,
            About {
                central,
                asymmetry,
                planes_against_surface: apart + energies,
            },
        ))
    }

    /// Makes moments in every field obey the crystal's operations. Gives those without field as the operations that keep the field see them, and the
    /// largest change, as a share.
    fn symmetrize(
        &self,
        moments: &mut [[Tensor; 3]],
        own: &Direction,
        felt: &[f64],
    ) -> ([Tensor; 3], f64) {
        // A magnetoresistance compares with no field as the same operations see it, so that what planes leave open cancels.
        let zero = moments[0].map(|x| symmetrized(&self.operations, own.unit, &x).0);
        let mut largest: f64 = 0.0;
        for (m, b) in moments.iter_mut().zip(felt) {
            for x in m.iter_mut() {
                // Without a field every operation holds.
                let (better, change) = match *b == 0.0 {
                    true => all_of(&self.operations, x),
                    false => symmetrized(&self.operations, own.unit, x),
                };
                largest = largest.max(change);
                *x = better;
            }
        }
        (zero, largest)
    }
}

/// How far planes and triangles are apart without a field, as a share: in the states, and in the largest component of σ.
fn planes_against_surface(central: &AtEnergy) -> f64 {
    if central.states_of_surface <= 0.0 {
        return 0.0;
    }
    let states = (central.states / central.states_of_surface - 1.0).abs();
    let surface = central.sigma_of_surface.as_flattened();
    match (&central.with_times, central.sigma.first()) {
        (false, Some(planes)) => {
            let off = planes.as_flattened().iter().zip(surface);
            let most = off.map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
            states.max(most / largest(surface).max(f64::MIN_POSITIVE))
        }
        _ => states,
    }
}

fn largest(all: &[f64]) -> f64 {
    all.iter().fold(0.0, |m, x| m.max(x.abs()))
}
