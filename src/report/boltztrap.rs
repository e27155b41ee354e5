//! Results as BoltzTraP2 writes them: `.trace`, `.condtens` and `.halltens`, in its columns and units.
//!
//! Rows run over levels and, inside, temperatures. Numbers are this program's own; `compatible` leaves out the spin factor of
//! the density of states and of the susceptibility, and divides the latter by the cell's volume in Å³, as BoltzTraP2 26 does.
//! Tensors are given by their mean as everywhere here, which is BoltzTraP2's third of the trace where all three directions conduct.

use super::transport::TransportReport;
use crate::error::{Error, Result};
use crate::transport::{Row, shown};
use crate::uncertainty::Quantity;
use crate::units::{ANGSTROM, AVOGADRO, HARTREE_EV, PER_CM3, RYDBERG_EV};
use std::fmt::Write;

/// Suffixes of the files.
pub const BOLTZTRAP_FILES: [&str; 3] = ["trace", "condtens", "halltens"];

/// The text of each file by its suffix; `halltens` only where Hall coefficients were integrated, whose column is `nan` else.
///
/// # Errors
/// [`Error::BadOption`] for coefficients with a relaxation time: the columns are per relaxation time.
pub fn boltztrap_files(
    report: &TransportReport,
    compatible: bool,
) -> Result<Vec<(&'static str, String)>> {
    let columns = |names: &[&str]| {
        let mut line = format!("#{:>9} {:>9}", "Ef[Ry]", "T[K]");
        for name in names {
            let _ = write!(line, " {name:>25}");
        }
        line + "\n"
    };
    let mut trace = columns(&[
        "N[e/uc]",
        "DOS(ef)[1/(Ha*uc)]",
        "S[V/K]",
        "sigma/tau0[1/(ohm*m*s)]",
        "RH[m**3/C]",
        "kappae/tau0[W/(m*K*s)]",
        "cv[J/(mol*K)]",
        "chi[m**3/mol]",
    ]);
    let mut condtens = columns(&[
        "N[e/uc]",
        "sigma/tau0[1/(ohm*m*s)]",
        "S[V/K]",
        "kappae/tau0[W/(m*K*s)]",
    ]);
    let mut halltens = columns(&["N[e/uc]", "RH[m**3/C]"]);
    let volume = report.header.lattice.volume_m3();
    let levels = report.levels.len();
    let mut has_hall = false;
    for level in 0..levels {
        for row in report.rows.iter().skip(level).step_by(levels) {
            if row.get("conductivity_over_tau").is_none() {
                return Err(Error::bad_option(
                    "--format boltztrap",
                    "its columns are per relaxation time, and a relaxation time was given",
                    "leave `--tau` away",
                ));
            }
            let start = start(row, volume);
            trace.push_str(&start);
            for x in trace_columns(row, report, volume, compatible) {
                let _ = write!(trace, " {}", general(x, 25));
            }
            trace.push('\n');
            condtens.push_str(&start);
            for t in [
                row.tensor("conductivity_over_tau"),
                row.tensor("seebeck"),
                row.tensor("thermal_conductivity_electronic_over_tau"),
            ] {
                for x in 0..9 {
                    let _ = write!(condtens, " {}", general(t.value[x % 3][x / 3], 25));
                }
            }
            condtens.push('\n');
            if let Some(Quantity::RankThree(hall)) = row.get("hall") {
                has_hall = true;
                halltens.push_str(&start);
                for x in 0..27 {
                    let component = hall.value[x % 3][x / 3 % 3][x / 9];
                    let _ = write!(halltens, " {}", general(component, 25));
                }
                halltens.push('\n');
            }
        }
    }
    let mut texts = vec![trace, condtens];
    if has_hall {
        texts.push(halltens);
    }
    Ok(BOLTZTRAP_FILES.into_iter().zip(texts).collect())
}

/// E_F, T and the holes per cell less the electrons.
fn start(row: &Row, volume_m3: f64) -> String {
    let holes = -row.scalar("carrier_density").value * PER_CM3 * volume_m3;
    format!(
        "{} {} {}",
        general(row.scalar("chemical_potential").value / RYDBERG_EV, 10),
        general(row.temperature_k, 9),
        general(holes, 25)
    )
}

/// The columns of `.trace` behind N.
fn trace_columns(
    row: &Row,
    report: &TransportReport,
    volume_m3: f64,
    compatible: bool,
) -> [f64; 7] {
    let (directions, spin_degeneracy) = (report.directions, report.header.spin.degeneracy());
    let molar = volume_m3 * AVOGADRO;
    let spins = if compatible { spin_degeneracy } else { 1.0 };
    let volume = if compatible {
        volume_m3 / ANGSTROM.powi(3)
    } else {
        1.0
    };
    let mean = |name: &str| {
        let item = row.items.iter().find(|i| i.name == name);
        let shown = item.and_then(|i| shown(i, &row.items, directions));
        shown.map_or(f64::NAN, |q| q.value)
    };
    let hall = match row.get("hall_coefficient") {
        Some(_) => row.scalar("hall_coefficient").value,
        None => f64::NAN,
    };
    [
        row.scalar("density_of_states").value * HARTREE_EV / spins,
        mean("seebeck"),
        mean("conductivity_over_tau"),
        hall,
        mean("thermal_conductivity_electronic_over_tau"),
        row.scalar("heat_capacity_at_chemical_potential").value * molar,
        row.scalar("pauli_susceptibility").value * molar / (spins * volume),
    ]
}

/// A number as C's `%{width}g`: six significant digits, no trailing zeros.
fn general(x: f64, width: usize) -> String {
    let text = if !x.is_finite() {
        format!("{x}").to_lowercase()
    } else if x == 0.0 {
        "0".into()
    } else {
        let scientific = format!("{x:.5e}");
        let (digits, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
        let exponent: i32 = exponent.parse().unwrap_or(0);
        let trimmed = |s: &str| match s.contains('.') {
            true => s.trim_end_matches('0').trim_end_matches('.').to_owned(),
            false => s.to_owned(),
        };
        if (-4..6).contains(&exponent) {
            trimmed(&format!("{x:.*}", (5 - exponent) as usize))
        } else {
            let sign = if exponent < 0 { '-' } else { '+' };
            format!("{}e{sign}{:02}", trimmed(digits), exponent.abs())
        }
    };
    format!("{text:>width$}")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What C's printf gives.
    #[test]
    fn numbers_look_like_printf_g() {
        for (x, text) in [
            (0.102_163_4, "0.102163"),
            (50.0, "50"),
            (-6.126_39e-5, "-6.12639e-05"),
            (4.881_93e17, "4.88193e+17"),
            (0.000_123_456_78, "0.000123457"),
            (999_999.6, "1e+06"),
            (123_456.0, "123456"),
            (0.1, "0.1"),
            (0.0, "0"),
            (f64::NAN, "nan"),
        ] {
            assert_eq!(general(x, 0), text);
        }
        assert_eq!(general(1.5, 10), "       1.5");
    }
}
