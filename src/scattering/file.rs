//! The parameter file: TOML, one table per mechanism, units in the keys. `data/silicon.toml` shows the form.

use super::checked::{not_negative, positive, positive_option};
use super::{
    AcousticDeformation, Alloy, Carriers, Conditions, ConstantTime, Intervalley, InverseDos,
    IonisedImpurities, MeanFreePath, Mechanism, NeutralImpurities, Piezoelectric, PolarOptical,
    PowerLaw, ScatteringModel, Tabulated, Valley,
};
use crate::error::{Error, Result};
use crate::io::text;
use serde::Deserialize;
use std::path::{Path, PathBuf};

/// The whole file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FileKeys {
    /// Free text.
    #[serde(default, rename = "material")]
    _material: Option<String>,
    electrons: Option<CarrierKeys>,
    holes: Option<CarrierKeys>,
}

/// One section: `[electrons.valley]` and any number of `[[electrons.MECHANISM]]`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CarrierKeys {
    valley: Option<Valley>,
    #[serde(default)]
    constant_time: Vec<ConstantTime>,
    #[serde(default)]
    mean_free_path: Vec<MeanFreePath>,
    #[serde(default)]
    power_law: Vec<PowerLaw>,
    #[serde(default)]
    inverse_dos: Vec<InverseDos>,
    #[serde(default)]
    acoustic: Vec<AcousticDeformation>,
    #[serde(default)]
    piezoelectric: Vec<Piezoelectric>,
    #[serde(default)]
    polar_optical: Vec<PolarOptical>,
    #[serde(default)]
    intervalley: Vec<Intervalley>,
    #[serde(default)]
    ionised_impurities: Vec<IonisedImpurities>,
    #[serde(default)]
    neutral_impurities: Vec<NeutralImpurities>,
    #[serde(default)]
    alloy: Vec<Alloy>,
    #[serde(default)]
    tabulated: Vec<TableKeys>,
}

/// A table's place, relative to the parameter file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TableKeys {
    file: PathBuf,
}

/// Masses as a file has them: of the density of states, or along the axes of an ellipsoid.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ValleyKeys {
    #[serde(default, deserialize_with = "positive_option")]
    dos_mass: Option<f64>,
    #[serde(default, deserialize_with = "positive_option")]
    conductivity_mass: Option<f64>,
    #[serde(default, deserialize_with = "positive_option")]
    longitudinal_mass: Option<f64>,
    #[serde(default, deserialize_with = "positive_option")]
    transverse_mass: Option<f64>,
    #[serde(default = "one", deserialize_with = "positive")]
    count: f64,
    #[serde(default, deserialize_with = "not_negative")]
    nonparabolicity_per_ev: f64,
}

fn one() -> f64 {
    1.0
}

impl TryFrom<ValleyKeys> for Valley {
    type Error = &'static str;

    fn try_from(keys: ValleyKeys) -> Result<Self, Self::Error> {
        let ellipsoid = (keys.longitudinal_mass, keys.transverse_mass);
        let valley = match (keys.dos_mass, keys.conductivity_mass, ellipsoid) {
            (None, None, (Some(longitudinal), Some(transverse))) => {
                Self::ellipsoidal(longitudinal, transverse, keys.count)
            }
            (Some(dos_mass), conductivity_mass, (None, None)) => Self {
                conductivity_mass: conductivity_mass.unwrap_or(dos_mass),
                count: keys.count,
                ..Self::spherical(dos_mass)
            },
            _ => {
                return Err(
                    "a valley takes either longitudinal_mass and transverse_mass, or dos_mass (with conductivity_mass where \
                     it differs)",
                );
            }
        };
        Ok(Self {
            nonparabolicity_per_ev: keys.nonparabolicity_per_ev,
            ..valley
        })
    }
}

impl ScatteringModel {
    /// Reads a parameter file. Tables that it names are sought beside it.
    ///
    /// # Errors
    /// [`Error::Io`]; [`Error::BadFile`] for text that is no TOML, an unknown or missing key or a value that makes no sense,
    /// with its line; the errors of [`Tabulated::read`].
    pub fn read(path: &Path) -> Result<Self> {
        let content = text::read_small(path, text::MOST_PARAMETERS)?.text;
        let keys: FileKeys =
            toml::from_str(&content).map_err(|error| located(path, &content, &error))?;
        let model = Self {
            electrons: keys
                .electrons
                .map(|keys| keys.into_carriers(path, "electrons"))
                .transpose()?,
            holes: keys
                .holes
                .map(|keys| keys.into_carriers(path, "holes"))
                .transpose()?,
        };
        if model.electrons.is_none() && model.holes.is_none() {
            return Err(Error::bad_file(
                path,
                "file",
                "it has neither [electrons] nor [holes]",
                SEE_EXAMPLE,
            ));
        }
        Ok(model)
    }
}

impl CarrierKeys {
    fn into_carriers(self, path: &Path, section: &str) -> Result<Carriers> {
        let folder = path.parent().unwrap_or(Path::new(""));
        let tables = self
            .tabulated
            .iter()
            .map(|table| Tabulated::read(&folder.join(&table.file)))
            .collect::<Result<Vec<_>>>()?;
        let mut mechanisms = Vec::new();
        mechanisms.extend(self.constant_time.into_iter().map(Mechanism::ConstantTime));
        mechanisms.extend(self.mean_free_path.into_iter().map(Mechanism::MeanFreePath));
        mechanisms.extend(self.power_law.into_iter().map(Mechanism::PowerLaw));
        mechanisms.extend(self.inverse_dos.into_iter().map(Mechanism::InverseDos));
        mechanisms.extend(self.acoustic.into_iter().map(Mechanism::Acoustic));
        mechanisms.extend(self.piezoelectric.into_iter().map(Mechanism::Piezoelectric));
        mechanisms.extend(self.polar_optical.into_iter().map(Mechanism::PolarOptical));
        mechanisms.extend(self.intervalley.into_iter().map(Mechanism::Intervalley));
        mechanisms.extend(self.ionised_impurities.into_iter().map(Mechanism::Ionised));
        mechanisms.extend(self.neutral_impurities.into_iter().map(Mechanism::Neutral));
        mechanisms.extend(self.alloy.into_iter().map(Mechanism::Alloy));
        mechanisms.extend(tables.into_iter().map(Mechanism::Tabulated));
        if mechanisms.is_empty() {
            return Err(Error::bad_file(
                path,
                format!("[{section}]"),
                "it has no mechanism",
                SEE_EXAMPLE,
            ));
        }
        // Real bands can stand in for some of what a valley gives, but not for its masses.
        let with_bands = Conditions::new(1.0)?.with_bands(&|_| 1.0, &|_| 1.0);
        for mechanism in &mechanisms {
            let key = mechanism.key();
            if let Some(problem) = mechanism.scattering().contradiction() {
                return Err(Error::bad_file(
                    path,
                    format!("[[{section}.{key}]]"),
                    problem,
                    "correct one of them",
                ));
            }
            if self.valley.is_none() && mechanism.scattering().needs_valley(&with_bands) {
                return Err(Error::bad_file(
                    path,
                    format!("[{section}.valley]"),
                    format!("it is missing; [[{section}.{key}]] computes its rate from masses"),
                    "give dos_mass, or longitudinal_mass and transverse_mass",
                ));
            }
        }
        Ok(Carriers {
            valley: self.valley,
            mechanisms,
        })
    }
}

const SEE_EXAMPLE: &str =
    "data/silicon.toml and data/gaas.toml show the keys: [[electrons.acoustic]] and so on";

/// A parser's error with its line, the line's text and what to do.
fn located(path: &Path, content: &str, error: &toml::de::Error) -> Error {
    let message = error.message().replace('\n', ", ");
    let (place, problem) = match error.span() {
        Some(span) => {
            let start = span.start.min(content.len());
            let number = content[..start].matches('\n').count() + 1;
            let line = content.lines().nth(number - 1).unwrap_or("").trim();
            (format!("line {number}"), format!("\"{line}\": {message}"))
        }
        None => ("file".to_string(), message.clone()),
    };
    let remedy = if message.contains("unknown field") {
        "correct the key, or remove it"
    } else if message.contains("missing field") {
        "add the key"
    } else if message.contains("expected a sequence") {
        "write a mechanism's name in double brackets: [[electrons.acoustic]]"
    } else if message.contains(" is not ") || message.contains("invalid type") {
        "correct the value; data/silicon.toml shows the form"
    } else {
        SEE_EXAMPLE
    };
    Error::bad_file(path, place, problem, remedy)
}
