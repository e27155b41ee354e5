//! The directions in which something conducts: a mean is taken over those, and what a current defines (the Seebeck tensor, the
//! Hall tensor) is defined in those alone. A layer with vacuum around it has two, a chain has one, wherever their vacuum lies.

use super::plane::Plane;
use super::{RankThreeQuantity, Scalar, TensorQuantity};
use crate::bands::BandHeader;
use crate::crystal::Tensor;
use crate::uncertainty::{ByCause, Shares};
use nalgebra::Matrix3;

/// Where less than this share of the largest conductivity flows, nothing does: planes that lie obliquely leave rounding.
pub(super) const CONDUCTS: f64 = 1e-12;

/// How many directions conduct, and along which axes something flows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Directions {
    count: usize,
    axes: [bool; 3],
}

impl Directions {
    /// Those of a conductivity, in any unit: the rank of a symmetric, positive semi-definite tensor.
    pub fn of(conductivity: &Tensor) -> Self {
        let m = Matrix3::from_fn(|i, j| conductivity[i][j]);
        let size = m.amax();
        if size == 0.0 || !size.is_finite() {
            return Self {
                count: 0,
                axes: [false; 3],
            };
        }
        let unit = m / size;
        let conducts = |x: f64| x > CONDUCTS;
        Self {
            count: unit
                .symmetric_eigenvalues()
                .iter()
                .filter(|x| conducts(**x))
                .count(),
            axes: [0, 1, 2].map(|i| conducts(unit[(i, i)])),
        }
    }

    /// Those of bands that conduct so altogether, without what f32 leaves across the plane of a layer.
    pub fn of_bands(header: &BandHeader, conductivity: &Tensor) -> Self {
        match Plane::of(header, conductivity) {
            Some(plane) => Self::of(&plane.tensor(conductivity)),
            None => Self::of(conductivity),
        }
    }

    /// Number of directions: 3 of a crystal, 2 of a layer, 1 of a chain, 0 where nothing conducts.
    pub fn count(self) -> usize {
        self.count
    }

    /// Number of directions of a magnetic field that bends currents: three, a layer's normal, or none.
    pub fn fields(self) -> usize {
        self.count * self.count.saturating_sub(1) / 2
    }

    /// Whether something flows along a Cartesian axis.
    pub fn along(self, axis: usize) -> bool {
        self.axes[axis]
    }

    /// `q` where currents define it: components along an axis without any are NaN.
    pub fn defined(self, mut q: TensorQuantity) -> TensorQuantity {
        for (i, j) in self.undefined() {
            (q.value[i][j], q.error[i][j]) = (f64::NAN, f64::NAN);
        }
        q
    }

    /// The same of a tensor whose last index is a magnetic field's.
    pub fn defined_in_field(self, mut q: RankThreeQuantity) -> RankThreeQuantity {
        for (i, j) in self.undefined() {
            (q.value[i][j], q.error[i][j]) = ([f64::NAN; 3], [f64::NAN; 3]);
        }
        q
    }

    /// Pairs of axes along one of which nothing flows.
    fn undefined(self) -> impl Iterator<Item = (usize, usize)> {
        let pairs = (0..9).map(|x| (x / 3, x % 3));
        pairs.filter(move |(i, j)| !(self.along(*i) && self.along(*j)))
    }
}

/// The mean of a tensor's diagonal over so many directions: the trace divided by them, whatever the axes. What is not defined is
/// left out; NaN where nothing is. Where nothing conducts, conductivities are zero, and so is their mean.
pub fn mean(q: &TensorQuantity, directions: usize) -> Scalar {
    let there: Vec<usize> = (0..3).filter(|i| !q.value[*i][*i].is_nan()).collect();
    if there.is_empty() {
        return Scalar::new(f64::NAN, f64::NAN);
    }
    let over = directions.max(1) as f64;
    let mut bar = ByCause::default();
    for i in &there {
        bar += q.component(4 * i).by_cause();
    }
    Scalar {
        value: there.iter().map(|i| q.value[*i][*i]).sum::<f64>() / over,
        error: there.iter().map(|i| q.error[*i][*i]).sum::<f64>() / over,
        shares: [Shares::of(&bar)],
    }
}

/// The mean over so many directions of a field of a tensor's antisymmetric part, (1/2) ε_ijk q_ijk: what is not defined is left out.
pub fn mean_in_field(q: &RankThreeQuantity, fields: usize) -> Scalar {
    let part = |of: &[Tensor; 3], sign: fn(f64) -> f64| {
        antisymmetric_sum(of, sign).map_or(f64::NAN, |sum| sum / fields as f64)
    };
    if fields == 0 {
        return Scalar::new(f64::NAN, f64::NAN);
    }
    let mut bar = ByCause::default();
    for x in (0..27).filter(|x| levi_civita(x / 9, x / 3 % 3, x % 3) != 0.0) {
        bar += q.component(x).by_cause();
    }
    Scalar {
        value: part(&q.value, |x| x),
        error: part(&q.error, f64::abs),
        shares: [Shares::of(&bar)],
    }
}

/// (1/2) Σ ε_ijk t_ijk of what is defined, with `sign` applied to ε; none where nothing is.
pub(super) fn antisymmetric_sum(t: &[Tensor; 3], sign: fn(f64) -> f64) -> Option<f64> {
    let mut sum = None;
    for x in 0..27 {
        let (i, j, k) = (x / 9, x / 3 % 3, x % 3);
        let factor = levi_civita(i, j, k);
        if factor != 0.0 && !t[i][j][k].is_nan() {
            sum = Some(sum.unwrap_or(0.0) + 0.5 * sign(factor) * t[i][j][k]);
        }
    }
    sum
}

/// The part of ε_ijk at (i, j, k).
pub(super) fn levi_civita(i: usize, j: usize, k: usize) -> f64 {
    match (i, j, k) {
        (0, 1, 2) | (1, 2, 0) | (2, 0, 1) => 1.0,
        (0, 2, 1) | (2, 1, 0) | (1, 0, 2) => -1.0,
        _ => 0.0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A plane at any angle has two directions, and the mean of what is isotropic in it is that number.
    #[test]
    fn means_do_not_depend_on_where_the_vacuum_lies() {
        for normal in [
            [0.0, 0.0, 1.0],
            [1.0, 0.0, 0.0],
            [0.6, 0.0, 0.8],
            [0.48, 0.6, 0.64],
        ] {
            let plane: Tensor = std::array::from_fn(|i| {
                std::array::from_fn(|j| f64::from(i == j) - normal[i] * normal[j])
            });
            let directions = Directions::of(&plane.map(|r| r.map(|x| 3e19 * x)));
            assert_eq!((directions.count(), directions.fields()), (2, 1));
            let q = TensorQuantity::new(
                plane.map(|r| r.map(|x| -2e-4 * x)),
                plane.map(|r| r.map(|x| 1e-6 * x)),
            );
            for q in [q, directions.defined(q)] {
                let mean = mean(&q, directions.count());
                assert!((mean.value + 2e-4).abs() < 1e-18, "{normal:?}: {mean:?}");
                assert!((mean.error - 1e-6).abs() < 1e-18);
            }
            let line: Tensor =
                std::array::from_fn(|i| std::array::from_fn(|j| normal[i] * normal[j]));
            let directions = Directions::of(&line);
            assert_eq!((directions.count(), directions.fields()), (1, 0));
        }
    }

    #[test]
    fn what_no_current_defines_is_absent() {
        let nothing = Directions::of(&[[0.0; 3]; 3]);
        assert_eq!((nothing.count(), nothing.fields()), (0, 0));
        assert!(
            mean(&nothing.defined(TensorQuantity::default()), 0)
                .value
                .is_nan()
        );
        assert_eq!(mean(&TensorQuantity::default(), 0).value, 0.0);
        let mut along_x = [[0.0; 3]; 3];
        along_x[0][0] = 1.0;
        let chain = Directions::of(&along_x).defined(TensorQuantity::default());
        assert_eq!(chain.value[0][0], 0.0);
        assert!(chain.value[0][1].is_nan() && chain.error[2][2].is_nan());
        // A crystal that hardly conducts along z is one all the same.
        along_x[1][1] = 1.0;
        along_x[2][2] = 1e-9;
        assert_eq!(Directions::of(&along_x).count(), 3);
    }
}
