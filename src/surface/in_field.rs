//! Coefficients in a field with their bars.
//!
//! A bar has four parts: a third of the difference to every second point of the grid; what fewer planes change there; what another interpolation of the
//! table changes there; and, on σ, how far planes and triangles are apart without a field.

use super::coefficients::InField;
use super::conductor::{AtEnergy, Conductor, symmetrized};
use super::direction::Direction;
use super::survey::LEFT;
use super::vector::dot;
use super::window::Node;
use crate::crystal::Tensor;
use crate::error::{Error, Result};

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
    /// Rows for all fields along `direction` (number `number`) at temperature `t` (K) and chemical potential `mu` (eV) with its `nodes`.
    ///
    /// # Errors
    /// As [`Conductor::at_energy`].
    pub fn rows(
        &self,
        (t, mu): (f64, f64),
        nodes: &[Node],
        (number, direction): (usize, &Direction),
        fields_t: &[f64],
    ) -> Result<(Vec<Row>, About)> {
        // No field first, for the magnetoresistance.
        let mut fields = vec![0.0];
        fields.extend(fields_t);
        // A layer feels the part along its normal, and coefficients are per that part.
        let own = match self.layer {
            Some(axis) => {
                let mut normal = [0; 3];
                normal[axis] = 1;
                Direction::along(self.fine.lattice(), normal)?
            }
            None => *direction,
        };
        let tilt = match self.layer {
            Some(_) => dot(own.unit, direction.unit),
            None => 1.0,
        };
        if tilt.abs() < 1e-9 {
            return Err(Error::bad_option(
                "--field",
                "the field lies in the layer's plane, where it moves no electron round",
                "give a direction with a part along the layer's normal",
            ));
        }
        let felt: Vec<f64> = fields.iter().map(|b| b * tilt).collect();
        let mut asymmetry: f64 = 0.0;
        let mut of = |conductor: &Conductor| -> Result<(Vec<InField>, AtEnergy)> {
            let (mut moments, central) = conductor.moments(nodes, mu, &own, &felt)?;
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
            let zero = moments[0];
            let layer = self.layer.is_some();
            let rows = moments
                .iter()
                .zip(&felt)
                .map(|(m, b)| InField::new(m, &zero, t, *b, &own, layer));
            Ok((rows.collect(), central))
        };
        let (fine, central) = of(&self.fine)?;
        let share = asymmetry_of_planes(&central);
        let (coarse, _) = of(&self.coarse)?;
        let (fewer, _) = of(&self.fewer)?;
        let rival = self.rival.as_ref().map(&mut of).transpose()?;
        let rows = (1..fields.len()).map(|i| {
            let mut parts = vec![(LEFT, &fine[i], &coarse[i]), (LEFT, &coarse[i], &fewer[i])];
            if let Some((rival, _)) = &rival {
                parts.push((1.0, &coarse[i], &rival[i]));
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

fn asymmetry_of_planes(central: &AtEnergy) -> f64 {
    match central.states_of_surface > 0.0 {
        true => (central.states / central.states_of_surface - 1.0).abs(),
        false => 0.0,
    }
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
