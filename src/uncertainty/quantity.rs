//! Numbers and tensors with their error bars, cause by cause.

use super::{ByCause, Cause, Shares};
use crate::crystal::{Tensor, TensorProjector};
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// The components of a tensor of a rank from 0 to 4.
pub trait Shape: Copy + std::fmt::Debug + PartialEq {
    /// Shares of causes, one for each component.
    type Shares: Copy + std::fmt::Debug + PartialEq + AsRef<[Shares]> + AsMut<[Shares]>;
    /// All components zero.
    const ZERO: Self;
    /// No share of any component.
    const NO_SHARES: Self::Shares;
    /// Components, last index fastest.
    fn components(&self) -> &[f64];
    /// Likewise, to be changed.
    fn components_mut(&mut self) -> &mut [f64];
}

macro_rules! shape {
    ($type:ty, $zero:expr, $count:literal, $me:ident: $flat:expr, $mut:expr) => {
        impl Shape for $type {
            type Shares = [Shares; $count];
            const ZERO: Self = $zero;
            const NO_SHARES: Self::Shares = [Shares::NONE; $count];
            fn components(&self) -> &[f64] {
                let $me = self;
                $flat
            }
            fn components_mut(&mut self) -> &mut [f64] {
                let $me = self;
                $mut
            }
        }
    };
}

shape!(f64, 0.0, 1, x: std::slice::from_ref(x), std::slice::from_mut(x));
shape!(Tensor, [[0.0; 3]; 3], 9, t: t.as_flattened(), t.as_flattened_mut());
shape!([Tensor; 3], [[[0.0; 3]; 3]; 3], 27,
    t: t.as_flattened().as_flattened(), t.as_flattened_mut().as_flattened_mut());
shape!([[Tensor; 3]; 3], [[[[0.0; 3]; 3]; 3]; 3], 81,
    t: t.as_flattened().as_flattened().as_flattened(),
    t.as_flattened_mut().as_flattened_mut().as_flattened_mut());

/// Components with their error bars, and what has which share in each bar.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct WithBar<T: Shape> {
    /// Components.
    pub value: T,
    /// Error bars of the components, not negative.
    pub error: T,
    /// The causes' shares in each component's bar, last index fastest; none where they are not known.
    pub shares: T::Shares,
}

/// A number and its error bar.
pub type Scalar = WithBar<f64>;
/// A full 3×3 tensor and its error bars, `[row][col]`.
pub type TensorQuantity = WithBar<Tensor>;
/// A full rank-3 tensor and its error bars, `[i][j][k]`; the last index is the magnetic field's.
pub type RankThreeQuantity = WithBar<[Tensor; 3]>;
/// A full rank-4 tensor and its error bars, `[i][j][k][l]`; the last two indices are the magnetic field's.
pub type RankFourQuantity = WithBar<[[Tensor; 3]; 3]>;

impl<T: Shape> Serialize for WithBar<T> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let (value, error) = (self.value.components(), self.error.components());
        (value, error, self.shares.as_ref()).serialize(to)
    }
}

impl<'de, T: Shape> Deserialize<'de> for WithBar<T> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let (value, error, shares) = <(Vec<f64>, Vec<f64>, Vec<Shares>)>::deserialize(from)?;
        let mut all = Self::default();
        let count = all.value.components().len();
        if [value.len(), error.len(), shares.len()] != [count; 3] {
            return Err(D::Error::custom("components of another rank"));
        }
        all.value.components_mut().copy_from_slice(&value);
        all.error.components_mut().copy_from_slice(&error);
        all.shares.as_mut().copy_from_slice(&shares);
        Ok(all)
    }
}

impl<T: Shape> Default for WithBar<T> {
    fn default() -> Self {
        Self::new(T::ZERO, T::ZERO)
    }
}

impl<T: Shape> WithBar<T> {
    /// With bars whose causes are not known.
    pub fn new(value: T, error: T) -> Self {
        Self {
            value,
            error,
            shares: T::NO_SHARES,
        }
    }

    /// From components, last index fastest, each with its bar.
    pub fn from_components(all: impl IntoIterator<Item = Scalar>) -> Self {
        let mut out = Self::default();
        for (i, one) in all.into_iter().take(T::ZERO.components().len()).enumerate() {
            out.put(i, one);
        }
        out
    }

    /// Component `i`, last index fastest.
    pub fn component(&self, i: usize) -> Scalar {
        Scalar {
            value: self.value.components()[i],
            error: self.error.components()[i],
            shares: [self.shares.as_ref()[i]],
        }
    }

    fn put(&mut self, i: usize, one: Scalar) {
        self.value.components_mut()[i] = one.value;
        self.error.components_mut()[i] = one.error;
        self.shares.as_mut()[i] = one.shares[0];
    }

    /// Components and bars multiplied by a number without error.
    pub fn scaled(mut self, factor: f64) -> Self {
        self.value
            .components_mut()
            .iter_mut()
            .for_each(|x| *x *= factor);
        self.error
            .components_mut()
            .iter_mut()
            .for_each(|x| *x *= factor.abs());
        self
    }

    /// The bars that a cause makes.
    pub fn error_by(&self, cause: Cause) -> T {
        let mut out = T::ZERO;
        let bars = self.error.components().iter().zip(self.shares.as_ref());
        for (x, (error, shares)) in out.components_mut().iter_mut().zip(bars) {
            *x = shares.bar(*error)[cause];
        }
        out
    }
}

impl Scalar {
    /// A number without error.
    pub fn exact(value: f64) -> Self {
        Self::new(value, 0.0)
    }

    /// A value in a range, with the farther end of it as bar.
    pub fn within(value: f64, (low, high): (f64, f64)) -> Self {
        Self::new(value, (high - value).max(value - low).max(0.0))
    }

    /// The bar by cause; nothing where the causes are not known.
    pub fn by_cause(&self) -> ByCause {
        self.shares[0].bar(self.error)
    }

    /// self/other with relative errors added; 0 where the divisor is 0.
    pub fn over(self, other: Self) -> Self {
        if other.value == 0.0 {
            return Self::default();
        }
        let value = self.value / other.value;
        let (own, others) = (1.0 / other.value, value / other.value);
        let mut bar = self.by_cause().scaled(own);
        bar += other.by_cause().scaled(others);
        Self {
            value,
            error: self.error / other.value.abs() + (value * other.error / other.value).abs(),
            shares: [Shares::of(&bar)],
        }
    }
}

impl From<(f64, f64)> for Scalar {
    fn from((value, error): (f64, f64)) -> Self {
        Self::new(value, error)
    }
}

impl From<(f64, ByCause)> for Scalar {
    fn from((value, bar): (f64, ByCause)) -> Self {
        Self {
            value,
            error: bar.total(),
            shares: [Shares::of(&bar)],
        }
    }
}

impl TensorQuantity {
    /// From components `of(i, j)` for i ≤ j of a symmetric tensor.
    pub fn symmetric<S: Into<Scalar>>(of: impl Fn(usize, usize) -> S) -> Self {
        let mut t = Self::default();
        for i in 0..3 {
            for j in i..3 {
                let one = of(i, j).into();
                t.put(3 * i + j, one);
                t.put(3 * j + i, one);
            }
        }
        t
    }

    /// The tensor averaged over the crystal's group. One diagonal of the tetrahedra breaks the group at order h²; the
    /// largest component that the average removes is returned, and enters every bar.
    pub fn symmetrized(&self, projector: &TensorProjector) -> (Self, f64) {
        let (value, removed) = projector.symmetrize(&self.value);
        let carried = Cause::ALL.map(|cause| projector.carry_errors(&self.error_by(cause)));
        let error = projector.carry_errors(&self.error);
        let all = (0..9).map(|x| {
            let (i, j) = (x / 3, x % 3);
            let mut bar = ByCause::default();
            for cause in Cause::ALL {
                bar[cause] = carried[cause as usize][i][j];
            }
            // Components that symmetry forbids are exactly zero.
            let extra = if error[i][j] > 0.0 || value[i][j] != 0.0 {
                removed
            } else {
                0.0
            };
            bar[Cause::Symmetry] += extra;
            Scalar {
                value: value[i][j],
                error: error[i][j] + extra,
                shares: [Shares::of(&bar)],
            }
        });
        (Self::from_components(all), removed)
    }

    /// Each component divided by a scalar.
    pub fn over(&self, divisor: Scalar) -> Self {
        Self::from_components((0..9).map(|i| self.component(i).over(divisor)))
    }

    /// The positive square root X of a symmetric, positive semi-definite tensor A (matrix square root), each component with the bar
    /// that the bars of A's components give it: X dX + dX X = dA, in the principal axes dX_ab = dA_ab/(√λ_a + √λ_b). On the way down
    /// √λ changes by more than its slope says: √λ + √(λ − Δλ) stands for 2√λ, and from a principal value of 0 the bar is √Δλ.
    pub fn square_root(&self) -> Self {
        let m = nalgebra::Matrix3::from_fn(|i, j| self.value[i][j]);
        let eigen = m.symmetric_eigen();
        let axes = eigen.eigenvectors;
        let tensor = |m: &nalgebra::Matrix3<f64>| -> Tensor {
            std::array::from_fn(|i| std::array::from_fn(|j| m[(i, j)]))
        };
        let root = |x: f64| x.max(0.0).sqrt();
        let d = nalgebra::Matrix3::from_diagonal(&eigen.eigenvalues.map(root));
        // The change of A by the bar of one pair of components, in the principal axes.
        let changes: Vec<(Shares, nalgebra::Matrix3<f64>)> =
            [(0, 0), (1, 1), (2, 2), (1, 2), (0, 2), (0, 1)]
                .into_iter()
                .filter(|(i, j)| self.error[*i][*j] > 0.0)
                .map(|(i, j)| {
                    let mut change = nalgebra::Matrix3::zeros();
                    (change[(i, j)], change[(j, i)]) = (self.error[i][j], self.error[i][j]);
                    (self.shares[3 * i + j], axes.transpose() * change * axes)
                })
                .collect();
        let roots = [0, 1, 2].map(|a| {
            let lambda = eigen.eigenvalues[a];
            let bar: f64 = changes.iter().map(|(_, c)| c[(a, a)].abs()).sum();
            0.5 * (root(lambda) + root(lambda - bar))
        });
        let mut error = [[0.0; 3]; 3];
        let mut bars = [[ByCause::default(); 3]; 3];
        for (shares, change) in &changes {
            let in_axes = nalgebra::Matrix3::from_fn(|a, b| {
                let x = change[(a, b)];
                let slope = (x / (roots[a] + roots[b])).abs();
                slope.min(x.abs().sqrt()).copysign(x)
            });
            let moved = axes * in_axes * axes.transpose();
            for i in 0..3 {
                for j in 0..3 {
                    // A component that symmetry makes zero everywhere has no bar.
                    if self.error[i][j] > 0.0 {
                        error[i][j] += moved[(i, j)].abs();
                        bars[i][j] += shares.bar(moved[(i, j)].abs());
                    }
                }
            }
        }
        let value = tensor(&(axes * d * axes.transpose()));
        Self::from_components((0..9).map(|x| Scalar {
            value: value[x / 3][x % 3],
            error: error[x / 3][x % 3],
            shares: [Shares::of(&bars[x / 3][x % 3])],
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// √A of diagonal tensors: a bar of each component by itself, exact on the way down; where a principal value is 0, √Δ.
    #[test]
    fn each_component_of_a_root_has_its_own_bar() {
        let mut a = TensorQuantity::default();
        for (i, (value, bar)) in [(100.0, 2.0), (1.0, 0.5), (0.0, 1e-6)]
            .into_iter()
            .enumerate()
        {
            (a.value[i][i], a.error[i][i]) = (value, bar);
        }
        let root = a.square_root();
        for (i, (value, bar)) in [
            (10.0, 10.0 - 98f64.sqrt()),
            (1.0, 1.0 - 0.5f64.sqrt()),
            (0.0, 1e-3),
        ]
        .into_iter()
        .enumerate()
        {
            assert!((root.value[i][i] - value).abs() < 1e-12);
            let found = root.error[i][i];
            assert!((found - bar).abs() < 1e-12, "{i}: {found}, expected {bar}");
        }
        assert_eq!(root.error[0][1], 0.0);
    }

    /// Against differences of the square root itself, in a tensor that is diagonal in no Cartesian axes.
    #[test]
    fn bars_of_a_root_hold_what_the_bars_of_the_square_do() {
        let x = [[3.0, 0.4, -0.2], [0.4, 2.0, 0.3], [-0.2, 0.3, 1.0]];
        let m = nalgebra::Matrix3::from_fn(|i, j| x[i][j]);
        let square = m * m;
        let value = std::array::from_fn(|i| std::array::from_fn(|j| square[(i, j)]));
        let mut a = TensorQuantity::new(value, [[0.0; 3]; 3]);
        for (i, j) in [(0, 0), (0, 1), (1, 2), (2, 2)] {
            a.error[i][j] = 1e-3;
            a.error[j][i] = 1e-3;
        }
        let root = a.square_root();
        let mut sum = [[0.0; 3]; 3];
        for (i, j) in [(0, 0), (0, 1), (1, 2), (2, 2)] {
            let mut b = a;
            b.value[i][j] += 1e-3;
            if i != j {
                b.value[j][i] += 1e-3;
            }
            let moved = b.square_root().value;
            for y in 0..9 {
                sum[y / 3][y % 3] += (moved[y / 3][y % 3] - x[y / 3][y % 3]).abs();
            }
        }
        for i in 0..3 {
            for j in 0..3 {
                assert!((root.value[i][j] - x[i][j]).abs() < 1e-12);
                let found = root.error[i][j];
                let want = if a.error[i][j] > 0.0 { sum[i][j] } else { 0.0 };
                assert!(
                    (found - want).abs() <= 0.01 * want,
                    "{i}{j}: {found:e}, {want:e}"
                );
            }
        }
    }
}
