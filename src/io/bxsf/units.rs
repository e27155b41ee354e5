//! The units of a BXSF file, which the format does not state.

use crate::error::{Error, Result};
use crate::units::{BOHR_ANGSTROM, HARTREE_EV, RYDBERG_EV};
use std::str::FromStr;

/// The option that names the units.
const OPTION: &str = "--bxsf-units";
/// What codes write and read, besides `qe:ALAT` and the units themselves: their names, other names, the units.
const CODES: [(&[&str], &[&str], BxsfUnits); 4] = [
    (&["wannier90"], &["bzint"], BxsfUnits::WANNIER90),
    (&["wien2k", SKEAF], &["xcrysden"], BxsfUnits::WIEN2K),
    (&["abinit"], &[], BxsfUnits::ABINIT),
    (&["elk", "exciting"], &[], BxsfUnits::ELK),
];
/// The code that reads files of one band alone.
const SKEAF: &str = "skeaf";

/// Every choice of that option.
pub(super) fn choices() -> String {
    let quoted = |names: &[&str]| {
        let names: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
        names.join(" or ")
    };
    let codes: Vec<String> = CODES.iter().map(|(names, ..)| quoted(names)).collect();
    format!(
        "`qe:ALAT` (alat in bohr), {}, or ENERGY,LENGTH,FACTOR such as `eV,1/angstrom,2pi` (ev|ry|hartree; \
         1/angstrom|1/bohr|2pi/alat=BOHR; 2pi|no2pi)",
        codes.join(", ")
    )
}

/// Unit of the energies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EnergyUnit {
    /// Electronvolt.
    Ev,
    /// Rydberg.
    Rydberg,
    /// Hartree.
    Hartree,
}

impl EnergyUnit {
    /// One unit in eV.
    pub fn in_ev(self) -> f64 {
        match self {
            Self::Ev => 1.0,
            Self::Rydberg => RYDBERG_EV,
            Self::Hartree => HARTREE_EV,
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Ev => "eV",
            Self::Rydberg => "Ry",
            Self::Hartree => "hartree",
        }
    }
}

/// Unit of the reciprocal vectors.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum VectorUnit {
    /// Å⁻¹; `two_pi` where a_i·b_j = 2π δ_ij, else δ_ij.
    PerAngstrom {
        /// Whether the vectors hold the factor 2π.
        two_pi: bool,
    },
    /// Bohr⁻¹; `two_pi` as above.
    PerBohr {
        /// Whether the vectors hold the factor 2π.
        two_pi: bool,
    },
    /// 2π/alat, as Quantum ESPRESSO has it.
    TwoPiOverAlat {
        /// alat (celldm(1)) in bohr.
        alat_bohr: f64,
    },
}

impl VectorUnit {
    /// One unit in Å⁻¹ with the factor 2π.
    pub fn in_inverse_angstrom(self) -> f64 {
        let factor = |two_pi: bool| {
            if two_pi {
                1.0
            } else {
                2.0 * std::f64::consts::PI
            }
        };
        match self {
            Self::PerAngstrom { two_pi } => factor(two_pi),
            Self::PerBohr { two_pi } => factor(two_pi) / BOHR_ANGSTROM,
            Self::TwoPiOverAlat { alat_bohr } => factor(false) / (alat_bohr * BOHR_ANGSTROM),
        }
    }
}

/// The units of a BXSF file.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BxsfUnits {
    /// Unit of energies and Fermi level.
    pub energy: EnergyUnit,
    /// Unit of the reciprocal vectors.
    pub vectors: VectorUnit,
}

impl BxsfUnits {
    /// What bzint writes, and Wannier90: eV, Å⁻¹ with 2π.
    pub const WANNIER90: Self = Self {
        energy: EnergyUnit::Ev,
        vectors: VectorUnit::PerAngstrom { two_pi: true },
    };
    /// WIEN2k, SKEAF and the samples of XCrySDen: Ry, bohr⁻¹ without 2π.
    pub const WIEN2K: Self = Self {
        energy: EnergyUnit::Rydberg,
        vectors: VectorUnit::PerBohr { two_pi: false },
    };
    /// ABINIT: hartree, Å⁻¹ without 2π (`printbxsf` writes its `gprimd`, bohr⁻¹, over the bohr in Å).
    pub const ABINIT: Self = Self {
        energy: EnergyUnit::Hartree,
        vectors: VectorUnit::PerAngstrom { two_pi: false },
    };
    /// Elk and exciting: hartree, bohr⁻¹ with 2π.
    pub const ELK: Self = Self {
        energy: EnergyUnit::Hartree,
        vectors: VectorUnit::PerBohr { two_pi: true },
    };

    /// Quantum ESPRESSO's fs.x: eV, 2π/alat.
    pub fn quantum_espresso(alat_bohr: f64) -> Self {
        Self {
            energy: EnergyUnit::Ev,
            vectors: VectorUnit::TwoPiOverAlat { alat_bohr },
        }
    }
}

impl Default for BxsfUnits {
    /// What bzint writes.
    fn default() -> Self {
        Self::WANNIER90
    }
}

/// Units by name, as `--bxsf-units` takes them.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct BxsfConvention {
    /// The units.
    pub units: BxsfUnits,
    /// Whether the code of that name reads files of one band alone (SKEAF).
    pub one_band: bool,
}

impl std::fmt::Display for BxsfUnits {
    /// As `--bxsf-units` takes it.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{},", self.energy.name())?;
        match self.vectors {
            VectorUnit::PerAngstrom { two_pi: true } => write!(f, "1/angstrom,2pi"),
            VectorUnit::PerAngstrom { two_pi: false } => write!(f, "1/angstrom,no2pi"),
            VectorUnit::PerBohr { two_pi: true } => write!(f, "1/bohr,2pi"),
            VectorUnit::PerBohr { two_pi: false } => write!(f, "1/bohr,no2pi"),
            VectorUnit::TwoPiOverAlat { alat_bohr } => write!(f, "2pi/alat={alat_bohr}"),
        }
    }
}

impl FromStr for BxsfUnits {
    type Err = Error;

    /// Reads the value of `--bxsf-units`; upper and lower case are the same.
    ///
    /// # Errors
    /// [`Error::BadOption`] with the value and the choices.
    fn from_str(text: &str) -> Result<Self> {
        let lower = text.trim().to_ascii_lowercase();
        let bad =
            |problem: String| Error::bad_option(OPTION, problem, format!("give {}", choices()));
        let alat = |value: &str| match value.parse::<f64>() {
            Ok(a) if a.is_finite() && a > 0.0 => Ok(a),
            _ => Err(bad(format!(
                "`{text}`: `{value}` is no positive alat in bohr"
            ))),
        };
        let is_named = |names: &[&str]| names.contains(&lower.as_str());
        let code = CODES
            .iter()
            .find(|(names, others, _)| is_named(names) || is_named(others));
        if let Some((.., units)) = code {
            return Ok(*units);
        }
        if lower == "qe" {
            return Err(bad(format!("`{text}` lacks alat")));
        }
        if let Some(value) = lower.strip_prefix("qe:") {
            return alat(value).map(Self::quantum_espresso);
        }
        let parts: Vec<&str> = lower.split(',').map(str::trim).collect();
        let energy = match parts[0] {
            "ev" => EnergyUnit::Ev,
            "ry" | "rydberg" => EnergyUnit::Rydberg,
            "hartree" | "ha" => EnergyUnit::Hartree,
            other => {
                return Err(bad(format!(
                    "`{text}`: `{other}` is no code and no energy unit"
                )));
            }
        };
        let vectors = match parts[1..] {
            ["1/angstrom", "2pi"] => VectorUnit::PerAngstrom { two_pi: true },
            ["1/angstrom", "no2pi"] => VectorUnit::PerAngstrom { two_pi: false },
            ["1/bohr", "2pi"] => VectorUnit::PerBohr { two_pi: true },
            ["1/bohr", "no2pi"] => VectorUnit::PerBohr { two_pi: false },
            [length] | [length, "2pi"] if length.starts_with("2pi/alat=") => {
                VectorUnit::TwoPiOverAlat {
                    alat_bohr: alat(&length["2pi/alat=".len()..])?,
                }
            }
            _ => {
                return Err(bad(format!(
                    "`{text}`: the unit of the vectors is missing or unknown"
                )));
            }
        };
        Ok(Self { energy, vectors })
    }
}

impl FromStr for BxsfConvention {
    type Err = Error;

    /// As [`BxsfUnits::from_str`].
    ///
    /// # Errors
    /// As there.
    fn from_str(text: &str) -> Result<Self> {
        Ok(Self {
            units: text.parse()?,
            one_band: text.trim().eq_ignore_ascii_case(SKEAF),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_spelling_is_read_and_displays_as_it_reads() {
        let cases = [
            ("wannier90", BxsfUnits::WANNIER90),
            ("eV,1/angstrom,2pi", BxsfUnits::WANNIER90),
            ("SKEAF", BxsfUnits::WIEN2K),
            ("ry, 1/bohr, no2pi", BxsfUnits::WIEN2K),
            ("elk", BxsfUnits::ELK),
            ("abinit", BxsfUnits::ABINIT),
            ("Hartree,1/angstrom,no2pi", BxsfUnits::ABINIT),
            ("qe:7.63", BxsfUnits::quantum_espresso(7.63)),
            ("ev,2pi/alat=7.63", BxsfUnits::quantum_espresso(7.63)),
        ];
        for (text, units) in cases {
            assert_eq!(text.parse::<BxsfUnits>().unwrap(), units, "{text}");
            assert_eq!(units.to_string().parse::<BxsfUnits>().unwrap(), units);
        }
    }

    #[test]
    fn a_wrong_value_is_quoted_with_the_choices() {
        for text in ["vasp", "qe", "qe:-1", "qe:nan", "eV", "eV,1/m,2pi", ""] {
            let error = text.parse::<BxsfUnits>().unwrap_err();
            assert!(error.is_usage());
            let shown = error.to_string();
            assert!(
                shown.contains("--bxsf-units") && shown.contains("skeaf"),
                "{shown}"
            );
            assert!(shown.contains(&format!("`{text}`")), "{shown}");
        }
    }

    /// b = 2π/a for a simple cubic cell of a = 5 bohr, in every convention.
    #[test]
    fn conventions_agree_on_one_lattice() {
        let a = 5.0 * BOHR_ANGSTROM;
        let b = 2.0 * std::f64::consts::PI / a;
        let vectors = [
            (VectorUnit::PerAngstrom { two_pi: false }, 1.0 / a),
            (VectorUnit::PerBohr { two_pi: true }, b * BOHR_ANGSTROM),
            (VectorUnit::PerBohr { two_pi: false }, 0.2),
            (VectorUnit::TwoPiOverAlat { alat_bohr: 5.0 }, 1.0),
        ];
        for (unit, value) in vectors {
            assert!(
                (value * unit.in_inverse_angstrom() / b - 1.0).abs() < 1e-14,
                "{unit:?}"
            );
        }
    }
}
