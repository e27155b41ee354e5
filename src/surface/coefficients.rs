//! What is measured in a field, of the moments ∫dE (−∂f/∂E)(E−μ)ⁿ σ(E, B) (docs/physics §3, §6, §10, §11).

use super::direction::Direction;
use super::vector::{Vector, dot};
use crate::crystal::Tensor;
use crate::crystal::tensor::product;
use crate::uncertainty::{ByCause, Cause};
use serde::{Deserialize, Serialize};

/// Coefficients at one temperature in one field. Tensors are full, `[row][col]`; those of a layer are zero along its normal.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct InField {
    /// σ, S/m (per τ: S/(m s)).
    pub conductivity: Tensor,
    /// ρ = σ⁻¹.
    pub resistivity: Tensor,
    /// (ρ_ii(B) − ρ_ii(0))/ρ_ii(0) for currents along x, y, z.
    pub magnetoresistance: Vector,
    /// R_H: the part of ρ that is odd under exchange of row and column, per field, m³/C; ρ_yx/B for a field along z.
    pub hall: f64,
    /// S, V/K: 𝓔 = S∇T without current.
    pub seebeck: Tensor,
    /// ν: likewise of S, V/(K T); S_xy/B for a field along z.
    pub nernst: f64,
    /// κ without current, W/(m K).
    pub thermal: Tensor,
    /// κσ⁻¹/T, V²/K².
    pub lorenz: Tensor,
}

/// Inverse where the conductor conducts: in the plane across `direction` for a layer.
fn inverse(t: &Tensor, direction: &Direction, layer: bool) -> Tensor {
    if !layer {
        let m = nalgebra::Matrix3::from_fn(|i, j| t[i][j]);
        return m.try_inverse().map_or([[f64::NAN; 3]; 3], |m| {
            std::array::from_fn(|i| std::array::from_fn(|j| m[(i, j)]))
        });
    }
    let e = direction.across;
    let p: [[f64; 2]; 2] =
        std::array::from_fn(|a| std::array::from_fn(|b| dot(e[a], t.map(|row| dot(row, e[b])))));
    let determinant = p[0][0] * p[1][1] - p[0][1] * p[1][0];
    let q = [
        [p[1][1] / determinant, -p[0][1] / determinant],
        [-p[1][0] / determinant, p[0][0] / determinant],
    ];
    std::array::from_fn(|i| {
        std::array::from_fn(|j| {
            let mut sum = 0.0;
            for a in 0..2 {
                for b in 0..2 {
                    sum += q[a][b] * e[a][i] * e[b][j];
                }
            }
            sum
        })
    })
}

/// −½ ε_ijk b_k t_ij: t_yx for an antisymmetric t and a field along z.
fn odd_part(t: &Tensor, unit: Vector) -> f64 {
    let axial = [t[1][2] - t[2][1], t[2][0] - t[0][2], t[0][1] - t[1][0]];
    -0.5 * dot(axial, unit)
}

fn scaled(s: f64, t: &Tensor) -> Tensor {
    t.map(|row| row.map(|x| s * x))
}

impl InField {
    /// Of moments (S/m eVⁿ) in the field `field_t` along `direction`, and of `zero`, those without field; at temperature `t`, K (0: no thermoelectric
    /// coefficients).
    pub fn new(
        moments: &[Tensor; 3],
        zero: &[Tensor; 3],
        t: f64,
        field_t: f64,
        direction: &Direction,
        layer: bool,
    ) -> Self {
        let rho = inverse(&moments[0], direction, layer);
        let rho_0 = inverse(&zero[0], direction, layer);
        let mut all = Self {
            conductivity: moments[0],
            resistivity: rho,
            ..Self::default()
        };
        for i in 0..3 {
            let still = rho_0[i][i];
            all.magnetoresistance[i] = match still != 0.0 {
                true => (rho[i][i] - still) / still,
                false => 0.0,
            };
        }
        if field_t != 0.0 {
            all.hall = odd_part(&rho, direction.unit) / field_t;
        }
        if t > 0.0 {
            let ratio = product(&rho, &moments[1]);
            all.seebeck = scaled(-1.0 / t, &ratio);
            let open = product(&moments[1], &ratio);
            for i in 0..3 {
                for j in 0..3 {
                    all.thermal[i][j] = (moments[2][i][j] - open[i][j]) / t;
                }
            }
            all.lorenz = scaled(1.0 / t, &product(&all.thermal, &rho));
            if field_t != 0.0 {
                all.nernst = -odd_part(&all.seebeck, direction.unit) / field_t;
            }
        }
        all
    }

    /// Every number in one list, in a fixed order.
    fn flat(&self) -> Vec<f64> {
        let tensors = [
            self.conductivity,
            self.resistivity,
            self.seebeck,
            self.thermal,
            self.lorenz,
        ];
        let mut all: Vec<f64> = tensors.iter().flatten().flatten().copied().collect();
        all.extend(self.magnetoresistance);
        all.extend([self.hall, self.nernst]);
        all
    }

    fn from_flat(all: &[f64]) -> Self {
        let tensor =
            |n: usize| std::array::from_fn(|i| std::array::from_fn(|j| all[9 * n + 3 * i + j]));
        Self {
            conductivity: tensor(0),
            resistivity: tensor(1),
            seebeck: tensor(2),
            thermal: tensor(3),
            lorenz: tensor(4),
            magnetoresistance: [all[45], all[46], all[47]],
            hall: all[48],
            nernst: all[49],
        }
    }
}

/// A part of a bar: what a change makes of the coefficients, times a weight.
pub(super) struct Part<'a> {
    /// What it is about.
    pub cause: Cause,
    /// The share of the change that is left open.
    pub weight: f64,
    /// Before the change.
    pub from: &'a InField,
    /// After it.
    pub to: &'a InField,
}

/// Bars of coefficients, as a whole and by cause.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Bars {
    /// The whole bars.
    pub total: InField,
    /// The parts of those causes that there are.
    pub by_cause: Vec<(Cause, InField)>,
}

impl Bars {
    /// Σ weight·|to − from| of every number, cause by cause.
    pub(super) fn of(parts: &[Part]) -> Self {
        let sum = |own: &dyn Fn(&&Part) -> bool| {
            let mut sum = vec![0.0; 50];
            for part in parts.iter().filter(own) {
                let both = part.from.flat().into_iter().zip(part.to.flat());
                for (s, (x, y)) in sum.iter_mut().zip(both) {
                    *s += part.weight * (x - y).abs();
                }
            }
            InField::from_flat(&sum)
        };
        let of = |cause: Cause| {
            let there = parts.iter().any(|p| p.cause == cause && p.weight > 0.0);
            there.then(|| (cause, sum(&|p| p.cause == cause)))
        };
        Self {
            total: sum(&|_| true),
            by_cause: Cause::ALL.into_iter().filter_map(of).collect(),
        }
    }

    /// The bar of a number, by cause.
    pub fn by_cause(&self, of: impl Fn(&InField) -> f64) -> ByCause {
        let mut all = ByCause::default();
        for (cause, part) in &self.by_cause {
            all[*cause] = of(part);
        }
        all
    }
}
