//! Parabolic valleys, and what a strain does to them.

use crate::crystal::Tensor;

/// A parabolic valley E = E₀ + (ħ²/2) δk·M⁻¹·δk around a centre, periodic by the nearest image of δk.
#[derive(Clone, Debug, PartialEq)]
pub struct Valley {
    /// Centre, fractional k.
    pub centre: [f64; 3],
    /// Inverse mass tensor in units of 1/m_e, Cartesian, symmetric.
    pub inverse_mass: Tensor,
    /// Energy of its bottom E₀, eV.
    pub bottom_ev: f64,
}

impl Valley {
    /// A valley of revolution with axis `axis` (any length): M⁻¹ = ââᵀ/m_l + (1 − ââᵀ)/m_t (masses in m_e).
    pub fn with_axis(centre: [f64; 3], axis: [f64; 3], m_l: f64, m_t: f64) -> Self {
        let norm = axis.iter().map(|x| x * x).sum::<f64>().sqrt();
        let a = axis.map(|x| x / norm);
        let inverse_mass = std::array::from_fn(|i| {
            std::array::from_fn(|j| {
                let delta = if i == j { 1.0 } else { 0.0 };
                a[i] * a[j] / m_l + (delta - a[i] * a[j]) / m_t
            })
        });
        Self {
            centre,
            inverse_mass,
            bottom_ev: 0.0,
        }
    }

    /// The unit vector along which it is heaviest.
    pub(super) fn axis(&self) -> [f64; 3] {
        let m = nalgebra::Matrix3::from_fn(|i, j| self.inverse_mass[i][j]);
        let eigen = m.symmetric_eigen();
        let v = eigen.eigenvectors.column(eigen.eigenvalues.imin());
        [v[0], v[1], v[2]]
    }
}

/// A strain with the potentials by which valleys feel it (docs/physics §2): ΔE_v = Ξ_d Tr ε + Ξ_u â·ε·â.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Strain {
    /// ε, xx yy zz yz xz xy.
    pub strain: [f64; 6],
    /// Ξ_d, eV.
    pub dilatation_ev: f64,
    /// Ξ_u, eV.
    pub uniaxial_ev: f64,
}

impl Strain {
    /// By how much a valley with the unit vector `a` along its axis moves, eV.
    pub fn shift_ev(&self, a: [f64; 3]) -> f64 {
        let [xx, yy, zz, yz, xz, xy] = self.strain;
        let along = xx * a[0] * a[0]
            + yy * a[1] * a[1]
            + zz * a[2] * a[2]
            + 2.0 * (yz * a[1] * a[2] + xz * a[0] * a[2] + xy * a[0] * a[1]);
        self.dilatation_ev * (xx + yy + zz) + self.uniaxial_ev * along
    }
}
