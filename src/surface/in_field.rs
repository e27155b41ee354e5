//! Coefficients in a field with their bars.
//!
//! A bar has five parts: a third of the difference to every second point of the grid; what fewer planes change there; what another interpolation of the
//! table changes there; what more energies in the thermal window change there; and how far planes and triangles are apart without a field.

use super::coefficients::InField;
use super::conductor::{AtEnergy, Conductor, symmetrized};
use super::direction::Direction;
use super::survey::LEFT;
use super::window::{LEVELS, Node, nodes};
use crate::crystal::Tensor;
use crate::error::Result;

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

/// Coefficients in one field.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Row {
    /// Temperature, K.
    pub temperature_k: f64,
    /// Chemical potential, eV.
    pub mu_ev: f64,
    /// Field, T (Bτ in T s where τ is not known).
    pub field_t: f64,
    /// Number of the direction.
    pub direction: usize,
    /// Values.
    pub value: InField,
    /// Their bars.
    pub error: InField,
}

/// What else is known of one direction.
#[derive(Clone, Debug, PartialEq)]
pub struct About {
    /// At the energy nearest to μ.
    pub central: AtEnergy,
    /// Largest change by symmetrisation, as a share.
    pub asymmetry: f64,
    /// |states by planes/by triangles − 1|.
    pub planes_against_surface: f64,
}

impl Measured {
    /// The energies for temperature `t` (K) and chemical potential `mu` (eV): those of the first rule that the next one, on every second point, agrees
    /// with to [`ENOUGH`], or the last but one and, to tell what it leaves open, the last.
    fn window(
        &self,
        t: f64,
        mu: f64,
        direction: &Direction,
        felt: &[f64],
    ) -> Result<(Vec<Node>, Option<Vec<Node>>)> {
        let rule = |level: usize| nodes(t, mu, &self.edges_ev, level);
        if t == 0.0 {
            return Ok((rule(0), None));
        }
        // Weak and strong fields feel the same singularities: the ends stand for all.
        let ends = [felt[0], felt[felt.len() - 1]];
        let of = |level: usize| self.coarse.moments(&rule(level), mu, direction, &ends);
        let mut before = of(0)?.0;
        for level in 1..LEVELS {
            let here = of(level)?.0;
            let mut off: f64 = 0.0;
            for (a, b) in before.iter().zip(&here) {
                for n in 0..3 {
                    let (x, y) = (a[n].as_flattened(), b[n].as_flattened());
                    let largest = match n {
                        // The first moment is small where σ(E) is even about μ.
                        1 => (largest(b[0].as_flattened()) * largest(b[2].as_flattened())).sqrt(),
                        _ => largest(y),
                    };
                    for (x, y) in x.iter().zip(y) {
                        off = off.max((x - y).abs() / largest.max(f64::MIN_POSITIVE));
                    }
                }
            }
            if off < ENOUGH {
                return Ok((rule(level - 1), None));
            }
            before = here;
        }
        Ok((rule(LEVELS - 1), Some(rule(LEVELS))))
    }

    /// Rows for all fields along `direction` (number `number`) at temperature `t` (K) and chemical potential `mu` (eV).
    ///
    /// # Errors
    /// As [`Conductor::at_energy`].
    pub fn rows(
        &self,
        (t, mu): (f64, f64),
        (number, direction): (usize, &Direction),
        fields_t: &[f64],
    ) -> Result<(Vec<Row>, About)> {
        // No field first, for the magnetoresistance.
        let mut fields = vec![0.0];
        fields.extend(fields_t);
        // A layer feels the part along its normal, and coefficients are per that part.
        let (own, tilt) = direction.acting(self.fine.lattice(), self.layer)?;
        let felt: Vec<f64> = fields.iter().map(|b| b * tilt).collect();
        let mut asymmetry: f64 = 0.0;
        let (usual, more) = self.window(t, mu, &own, &felt)?;
        let mut of = |conductor: &Conductor, nodes: &[Node]| -> Result<(Vec<InField>, AtEnergy)> {
            let (mut moments, central) = conductor.moments(nodes, mu, &own, &felt)?;
            // A magnetoresistance compares with no field as the same operations see it, so that what planes leave open cancels.
            let mut zero = moments[0];
            for x in &mut zero {
                *x = symmetrized(&self.operations, own.unit, x).0;
            }
            for (m, b) in moments.iter_mut().zip(&felt) {
                for x in m.iter_mut() {
                    // Without a field every operation holds.
                    let (better, change) = match *b == 0.0 {
                        true => all_of(&self.operations, x),
                        false => symmetrized(&self.operations, own.unit, x),
                    };
                    asymmetry = asymmetry.max(change);
                    *x = better;
                }
            }
            let whole = moments[0];
            let layer = self.layer.is_some();
            let rows = moments.iter().zip(&felt).map(|(m, b)| {
                let zero = if *b == 0.0 { &whole } else { &zero };
                InField::new(m, zero, t, *b, &own, layer)
            });
            Ok((rows.collect(), central))
        };
        let (fine, central) = of(&self.fine, &usual)?;
        let share = planes_against_surface(&central);
        let (coarse, _) = of(&self.coarse, &usual)?;
        let (fewer, _) = of(&self.fewer, &usual)?;
        let rival = match &self.rival {
            Some(rival) => Some(of(rival, &usual)?),
            None => None,
        };
        let finer = match &more {
            Some(more) => Some(of(&self.coarse, more)?),
            None => None,
        };
        // Rules that agree may still share an error of this size.
        let share = if t > 0.0 { share + ENOUGH } else { share };
        let rows = (1..fields.len()).map(|i| {
            let mut parts = vec![(LEFT, &fine[i], &coarse[i]), (LEFT, &coarse[i], &fewer[i])];
            if let Some((rival, _)) = &rival {
                parts.push((1.0, &coarse[i], &rival[i]));
            }
            if let Some((finer, _)) = &finer {
                parts.push((1.0, &coarse[i], &finer[i]));
            }
            let nothing = InField::default();
            parts.push((share, &fine[i], &nothing));
            let error = InField::bars(&parts);
            Row {
                temperature_k: t,
                mu_ev: mu,
                field_t: fields[i],
                direction: number,
                value: fine[i],
                error,
            }
        });
        let rows = rows.collect();
        Ok((
            rows,
            About {
                central,
                asymmetry,
                planes_against_surface: share,
            },
        ))
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

/// The mean over all operations.
fn all_of(operations: &[Tensor], t: &Tensor) -> (Tensor, f64) {
    let mut sum = [[0.0; 3]; 3];
    for m in operations {
        for i in 0..3 {
            for j in 0..3 {
                for a in 0..3 {
                    for b in 0..3 {
                        sum[i][j] += m[i][a] * t[a][b] * m[j][b] / operations.len() as f64;
                    }
                }
            }
        }
    }
    let mut symmetric = sum;
    let (mut largest, mut change): (f64, f64) = (0.0, 0.0);
    for i in 0..3 {
        for j in 0..3 {
            symmetric[i][j] = 0.5 * (sum[i][j] + sum[j][i]);
            largest = largest.max(t[i][j].abs());
            change = change.max((symmetric[i][j] - t[i][j]).abs());
        }
    }
    (symmetric, change / largest.max(f64::MIN_POSITIVE))
}
