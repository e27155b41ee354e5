//! The coefficients of every direction, state and field.

use super::super::field_directions::Angle;
use super::super::orbits::vacuum;
use super::super::surfaces::{Replicas, Surfaces};
use super::Magneto;
use super::states::Scattered;
use crate::error::Result;
use crate::integrate::ledger::jobs::at_once;
use crate::progress;
use crate::surface::{About, Conductor, Measured, Rate, Row, State, Times, nodes_reach};
use crate::units::BOLTZMANN_EV;

/// Share of the planes in the run that tells what they leave open.
const FEWER: f64 = 0.6;

/// What was computed.
pub(super) struct Computed {
    /// `[direction][state][field]`.
    pub(super) rows: Vec<Row>,
    /// Of each direction and state.
    pub(super) abouts: Vec<About>,
    pub(super) angles: Vec<Angle>,
    pub(super) grid: [usize; 3],
}

impl Magneto {
    /// The coefficients, with the grids and planes that tell their bars.
    pub(super) fn compute(
        &self,
        bands: &Surfaces,
        times: &Times,
        states: &[Scattered],
    ) -> Result<Computed> {
        let header = bands.header();
        // As far as the outermost energies of any thermal average, and of any chemical potential within its bar.
        let ends = states.iter().map(|s| {
            let s = &s.state;
            let reach = BOLTZMANN_EV * s.temperature_k * nodes_reach() + s.mu.error;
            (s.mu.value - reach, s.mu.value + reach)
        });
        let window = ends.fold((f64::INFINITY, f64::NEG_INFINITY), |(l, h), (a, b)| {
            (l.min(a), h.max(b))
        });
        let Replicas {
            fine,
            coarse,
            rival,
        } = bands.sample(window)?;
        let grid = fine.grid.n;
        let again = fine.coarse()?;
        let of = |sampled, planes| -> Result<Conductor> {
            let mut one = Conductor::new(header, sampled, times, planes)?;
            one.spin_resolved = self.spin_resolved;
            Ok(one)
        };
        let fine = of(fine, self.planes)?;
        let angles = self.field.directions(fine.lattice())?;
        let lattice = fine.lattice().clone();
        let measured = Measured {
            coarse: of(coarse, self.planes)?,
            fewer: of(again, FEWER * self.planes)?,
            rival: rival.map(|r| of(r, self.planes)).transpose()?,
            operations: header.point_group.cartesian(&lattice),
            layer: vacuum(header),
            edges_ev: fine.critical_energies(),
            fine,
        };
        let phase = progress::phase("orbits", (states.len() * angles.len()) as u64);
        let one = |job: usize| {
            let (number, at) = (job / states.len(), job % states.len());
            let (angle, scattered) = (&angles[number], &states[at]);
            let rate = scattered.rate();
            let thermal = State {
                temperature_k: scattered.state.temperature_k,
                mu_ev: scattered.state.mu.value,
                mu_bar: scattered.state.mu.by_cause(),
                rate: rate.as_ref().map(|r| r as Rate),
            };
            let found = measured.rows((at, &thermal), (number, &angle.direction), &self.fields)?;
            phase.add(1);
            Ok(found)
        };
        let jobs = angles.len() * states.len();
        let all = at_once(
            bands.keeping(),
            "directions and states in a field",
            jobs,
            one,
        )?;
        let (rows, abouts): (Vec<Vec<Row>>, Vec<About>) = all.into_iter().unzip();
        let rows = rows.into_iter().flatten().collect();
        Ok(Computed {
            rows,
            abouts,
            angles,
            grid,
        })
    }
}
