//! The parameter file of phonon scattering: TOML, one table per mechanism, units in the keys.
//!
//! ```toml
//! [[umklapp]]
//! b_s_per_k = 1.4e-19
//! theta_k = 152.0
//! [[isotopes]]
//! atoms = ["Si", "Si"]   # of natural isotopes; or mass_variance = 2.0e-4
//! [[boundary]]
//! length_m = 7.16e-3
//! [[point_defects]]
//! a_s3 = 1.32e-45
//! ```

use super::isotopes::natural_variance;
use super::rates::{Mechanism, PhononRates};
use crate::error::{Error, Result};
use crate::io::read_parameters;
use serde::Deserialize;
use std::path::Path;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Keys {
    #[serde(default, rename = "material")]
    _material: Option<String>,
    #[serde(default)]
    umklapp: Vec<Umklapp>,
    #[serde(default)]
    isotopes: Vec<Isotopes>,
    #[serde(default)]
    boundary: Vec<Boundary>,
    #[serde(default)]
    point_defects: Vec<PointDefects>,
    #[serde(default)]
    constant_time: Vec<Constant>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Umklapp {
    b_s_per_k: f64,
    theta_k: f64,
    #[serde(default = "one")]
    divisor: f64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Isotopes {
    mass_variance: Option<f64>,
    atoms: Option<Vec<String>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Boundary {
    length_m: f64,
    #[serde(default)]
    specularity: f64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PointDefects {
    a_s3: f64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Constant {
    tau_s: f64,
}

/// g as given, or of atoms with their natural isotopes.
fn variance_of(path: &Path, isotopes: &Isotopes) -> Result<f64> {
    let bad =
        |problem: String, remedy: &str| Err(Error::bad_file(path, "[[isotopes]]", problem, remedy));
    match (isotopes.mass_variance, isotopes.atoms.as_deref()) {
        (Some(g), None) => Ok(g),
        (None, Some(atoms)) if !atoms.is_empty() => natural_variance(atoms).or_else(|unknown| {
            bad(
                format!("no natural isotopes of \"{unknown}\" are known"),
                "give symbols of elements, as atoms = [\"Ga\", \"As\"], or `mass_variance`",
            )
        }),
        _ => bad(
            "it wants one of `mass_variance` and `atoms`".into(),
            "give `mass_variance = 2e-4`, or the atoms of the cell: atoms = [\"Ga\", \"As\"]",
        ),
    }
}

fn one() -> f64 {
    1.0
}

impl PhononRates {
    /// Reads a parameter file.
    ///
    /// # Errors
    /// [`Error::Io`]; [`Error::BadFile`] for text that is no TOML, an unknown or missing key, a value that makes no sense, or no mechanism.
    pub fn read(path: &Path) -> Result<Self> {
        let content = read_parameters(path)?;
        let keys: Keys = toml::from_str(&content).map_err(|error| {
            let line = error.span().map_or(1, |s| {
                content[..s.start.min(content.len())].matches('\n').count() + 1
            });
            let problem = error.message().replace('\n', ", ");
            Error::bad_file(
                path,
                format!("line {line}"),
                problem,
                "docs/phonons.md shows the keys: [[umklapp]] and so on",
            )
        })?;
        let check = |place: &str, name: &str, value: f64, fine: bool| {
            if value.is_finite() && fine {
                return Ok(value);
            }
            Err(Error::bad_file(
                path,
                format!("[[{place}]]"),
                format!("{name} is {value}"),
                "correct the value",
            ))
        };
        let mut mechanisms = Vec::new();
        for m in keys.umklapp {
            mechanisms.push(Mechanism::Umklapp {
                b_s_per_k: check("umklapp", "b_s_per_k", m.b_s_per_k, m.b_s_per_k > 0.0)?,
                theta_k: check("umklapp", "theta_k", m.theta_k, m.theta_k >= 0.0)?,
                divisor: check("umklapp", "divisor", m.divisor, m.divisor > 0.0)?,
            });
        }
        for m in keys.isotopes {
            let g = variance_of(path, &m)?;
            let variance = check("isotopes", "mass_variance", g, (0.0..1.0).contains(&g))?;
            mechanisms.push(Mechanism::Isotopes { variance });
        }
        for m in keys.boundary {
            mechanisms.push(Mechanism::Boundary {
                length_m: check("boundary", "length_m", m.length_m, m.length_m > 0.0)?,
                specularity: check(
                    "boundary",
                    "specularity",
                    m.specularity,
                    (0.0..1.0).contains(&m.specularity),
                )?,
            });
        }
        for m in keys.point_defects {
            mechanisms.push(Mechanism::PointDefects {
                a_s3: check("point_defects", "a_s3", m.a_s3, m.a_s3 > 0.0)?,
            });
        }
        for m in keys.constant_time {
            mechanisms.push(Mechanism::Constant {
                tau_s: check("constant_time", "tau_s", m.tau_s, m.tau_s > 0.0)?,
            });
        }
        if mechanisms.is_empty() {
            return Err(Error::bad_file(
                path,
                "file",
                "it has no mechanism",
                "add one: docs/phonons.md shows the keys",
            ));
        }
        Ok(Self { mechanisms })
    }
}
