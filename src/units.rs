//! Constants of nature (CODATA 2022) and unit conversions: the only place in the crate with such numbers.
//!
//! Files and options use eV, Å, s, K and cm⁻³; results are SI. Names carry the unit where a type does not.

/// Planck constant h in J s (exact).
pub const PLANCK: f64 = 6.626_070_15e-34;
/// Reduced Planck constant ħ in J s.
pub const HBAR: f64 = PLANCK / (2.0 * std::f64::consts::PI);
/// Elementary charge e in C (exact).
pub const ELEMENTARY_CHARGE: f64 = 1.602_176_634e-19;
/// Boltzmann constant k_B in J/K (exact).
pub const BOLTZMANN: f64 = 1.380_649e-23;
/// Electron mass m_e in kg.
pub const ELECTRON_MASS: f64 = 9.109_383_713_9e-31;
/// Bohr radius a₀ in m.
pub const BOHR_RADIUS: f64 = 5.291_772_105_44e-11;
/// Vacuum permittivity ε₀ in F/m.
pub const VACUUM_PERMITTIVITY: f64 = 8.854_187_818_8e-12;
/// Hartree energy E_h in J.
pub const HARTREE: f64 = 4.359_744_722_206_0e-18;
/// Speed of light in m/s (exact).
pub const SPEED_OF_LIGHT: f64 = 299_792_458.0;
/// Avogadro constant in 1/mol (exact).
pub const AVOGADRO: f64 = 6.022_140_76e23;
/// Vacuum permeability μ₀ = 1/(ε₀c²) in N/A².
pub const VACUUM_PERMEABILITY: f64 = 1.0 / (VACUUM_PERMITTIVITY * SPEED_OF_LIGHT * SPEED_OF_LIGHT);
/// Bohr magneton μ_B = eħ/2m_e in J/T.
pub const BOHR_MAGNETON: f64 = ELEMENTARY_CHARGE * HBAR / (2.0 * ELECTRON_MASS);

/// One electronvolt in J.
pub const EV: f64 = ELEMENTARY_CHARGE;
/// One cm⁻³ in m⁻³.
pub const PER_CM3: f64 = 1e6;
/// One ångström in m.
pub const ANGSTROM: f64 = 1e-10;
/// Hartree energy in eV.
pub const HARTREE_EV: f64 = HARTREE / EV;
/// Rydberg energy in eV.
pub const RYDBERG_EV: f64 = HARTREE_EV / 2.0;
/// Bohr radius in Å.
pub const BOHR_ANGSTROM: f64 = BOHR_RADIUS / ANGSTROM;
/// Boltzmann constant in eV/K.
pub const BOLTZMANN_EV: f64 = BOLTZMANN / EV;
/// ħ in eV s.
pub const HBAR_EV: f64 = HBAR / EV;
/// h × 1 THz in eV: the energy of a phonon of one terahertz.
pub const PLANCK_EV_PER_THZ: f64 = PLANCK * 1e12 / EV;
/// One atomic mass unit in kg.
pub const ATOMIC_MASS: f64 = 1.660_539_068_92e-27;
/// ħ²/m_e in eV Å².
pub const HBAR2_OVER_ME: f64 = HBAR * HBAR / ELECTRON_MASS / EV / (ANGSTROM * ANGSTROM);
/// Factor from ∂E/∂k in eV Å to a velocity in m/s: 1 eV Å / ħ.
pub const EV_ANGSTROM_OVER_HBAR: f64 = EV * ANGSTROM / HBAR;

#[cfg(test)]
mod tests {
    use super::*;

    fn close(got: f64, want: f64, digits: f64) {
        assert!(
            (got / want - 1.0).abs() < digits,
            "got {got:e}, expected {want:e}"
        );
    }

    /// docs/physics §0, `verify_constants.py`.
    #[test]
    fn derived_constants_have_their_codata_values() {
        close(HBAR, 1.054_571_817_646_2e-34, 1e-13);
        close(BOLTZMANN_EV * 1e6, 86.173_332_621_452, 1e-13);
        close(HBAR2_OVER_ME, 7.619_964_221_937_2, 1e-12);
        close(
            std::f64::consts::PI.powi(2) / 3.0 * BOLTZMANN_EV.powi(2),
            2.443_004_509_073_7e-8,
            1e-13,
        );
        close(
            ELEMENTARY_CHARGE.powi(2) / (HBAR * BOHR_RADIUS),
            4.599_848_136_479e6,
            1e-12,
        );
    }

    /// Tabulated values of what follows from other constants here.
    #[test]
    fn magnetic_constants_have_their_codata_values() {
        close(BOHR_MAGNETON, 9.274_010_065_7e-24, 1e-11);
        close(VACUUM_PERMEABILITY, 1.256_637_061_27e-6, 1e-11);
    }

    /// The Hartree energy by a second route: ħ²/(m_e a₀²).
    #[test]
    fn hartree_by_two_routes() {
        close(
            HARTREE,
            HBAR * HBAR / (ELECTRON_MASS * BOHR_RADIUS * BOHR_RADIUS),
            1e-11,
        );
        close(HARTREE_EV, 27.211_386_245_981, 1e-12);
    }
}
