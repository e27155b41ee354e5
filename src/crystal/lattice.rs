//! Direct and reciprocal lattice.

use super::tensor::{self, Tensor};
use crate::error::{Error, Result};
use crate::units::EV_ANGSTROM_OVER_HBAR;

/// A three-dimensional lattice. Rows are a₁ a₂ a₃ in Å; `a_i·b_j = 2π δ_ij`.
#[derive(Clone, Debug, PartialEq)]
pub struct Lattice {
    rows: Tensor,
}

impl Lattice {
    /// A lattice from its vectors a₁ a₂ a₃ (rows, Å).
    ///
    /// # Errors
    /// [`Error::BadBands`] where a component is not finite or the vectors are (nearly) coplanar.
    pub fn new(rows: Tensor) -> Result<Self> {
        let bad = |problem: String| {
            Err(Error::bad_bands(
                "lattice",
                problem,
                "give three independent vectors in Å",
            ))
        };
        if rows.iter().flatten().any(|x| !x.is_finite()) {
            return bad(format!("the vectors {rows:?} are not all finite"));
        }
        let scale: f64 = rows
            .iter()
            .map(|r| r.iter().map(|x| x * x).sum::<f64>().sqrt())
            .product();
        let volume = tensor::determinant(&rows).abs();
        // NaN-safe: a zero vector makes scale 0, and 0 > 0 is false.
        let regular = volume > 1e-9 * scale;
        if !regular {
            return bad(format!(
                "the vectors {rows:?} span a volume of {volume:e} Å³: the lattice is singular"
            ));
        }
        Ok(Self { rows })
    }

    /// A lattice from reciprocal vectors b₁ b₂ b₃ (rows, Å⁻¹, with the factor 2π).
    ///
    /// # Errors
    /// As [`Lattice::new`].
    pub fn from_reciprocal(rows: Tensor) -> Result<Self> {
        let reciprocal = Self::new(rows)?;
        Self::new(reciprocal.reciprocal())
    }

    /// a₁ a₂ a₃ as rows, in Å.
    pub fn rows(&self) -> &Tensor {
        &self.rows
    }

    /// Cell volume in Å³, positive whatever the handedness.
    pub fn volume(&self) -> f64 {
        tensor::determinant(&self.rows).abs()
    }

    /// Cell volume in m³.
    pub fn volume_m3(&self) -> f64 {
        self.volume() * 1e-30
    }

    /// b₁ b₂ b₃ as rows, in Å⁻¹, with the factor 2π.
    pub fn reciprocal(&self) -> Tensor {
        let a = &self.rows;
        let factor = 2.0 * std::f64::consts::PI / tensor::determinant(a);
        [
            tensor::cross(&a[1], &a[2]),
            tensor::cross(&a[2], &a[0]),
            tensor::cross(&a[0], &a[1]),
        ]
        .map(|b| b.map(|x| x * factor))
    }

    /// Cartesian k (Å⁻¹) of the fractional u: k = u₁b₁+u₂b₂+u₃b₃.
    pub fn k_cartesian(&self, u: [f64; 3]) -> [f64; 3] {
        let b = self.reciprocal();
        std::array::from_fn(|a| (0..3).map(|i| u[i] * b[i][a]).sum())
    }

    /// Fractional u of the Cartesian k (Å⁻¹): u_i = a_i·k / 2π.
    pub fn k_fractional(&self, k: [f64; 3]) -> [f64; 3] {
        let factor = 0.5 / std::f64::consts::PI;
        self.rows
            .map(|a| factor * (a[0] * k[0] + a[1] * k[1] + a[2] * k[2]))
    }

    /// Matrix `m[cart][i]` with v = m·∂E/∂u: from eV to m/s, v = (1/2πħ) A ∂_u E (docs/physics §0).
    pub fn gradient_to_velocity(&self) -> Tensor {
        let factor = EV_ANGSTROM_OVER_HBAR * 0.5 / std::f64::consts::PI;
        tensor::transpose(&self.rows).map(|row| row.map(|x| x * factor))
    }

    /// Matrix `m[i][cart]` with ∂E/∂u = m·v: from m/s to eV, ∂E/∂u_i = ħ b_i·v; the inverse of
    /// [`Lattice::gradient_to_velocity`].
    pub fn velocity_to_gradient(&self) -> Tensor {
        self.reciprocal()
            .map(|b| b.map(|x| x / EV_ANGSTROM_OVER_HBAR))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn direct_and_reciprocal_vectors_are_dual() {
        let lattice = Lattice::new([[3.0, 0.1, 0.0], [-1.0, 4.0, 0.3], [0.2, 0.5, 5.0]]).unwrap();
        let b = lattice.reciprocal();
        for i in 0..3 {
            for j in 0..3 {
                let dot: f64 = (0..3).map(|c| lattice.rows()[i][c] * b[j][c]).sum();
                let expected = if i == j {
                    2.0 * std::f64::consts::PI
                } else {
                    0.0
                };
                assert!((dot - expected).abs() < 1e-12);
            }
        }
        let again = Lattice::from_reciprocal(b).unwrap();
        for (x, y) in again
            .rows()
            .iter()
            .flatten()
            .zip(lattice.rows().iter().flatten())
        {
            assert!((x - y).abs() < 1e-12);
        }
        let one = tensor::product(
            &lattice.velocity_to_gradient(),
            &lattice.gradient_to_velocity(),
        );
        for i in 0..3 {
            for j in 0..3 {
                let expected = if i == j { 1.0 } else { 0.0 };
                assert!((one[i][j] - expected).abs() < 1e-12);
            }
        }
        let u = [0.1, -0.7, 0.33];
        let back = lattice.k_fractional(lattice.k_cartesian(u));
        assert!((0..3).all(|i| (back[i] - u[i]).abs() < 1e-14));
    }

    #[test]
    fn a_singular_lattice_is_refused_with_its_vectors() {
        let error = Lattice::new([[1.0, 0.0, 0.0], [2.0, 0.0, 0.0], [0.0, 0.0, 1.0]]).unwrap_err();
        assert!(error.to_string().contains("singular"), "{error}");
        assert!(Lattice::new([[f64::NAN; 3]; 3]).is_err());
    }
}
