//! Phonon drag beside diffusion, by temperature.

mod carriers;
mod curve;

use super::level::LevelChoice;
use super::run::ON_CPU;
use super::said::{Said, Say};
use crate::bands::BandSource;
use crate::error::{Error, Result};
use crate::excitations::Phonons;
use crate::integrate::EnergyAxis;
use crate::integrate::ledger::jobs::in_turn;
use crate::integrate::ledger::{Keeping, Ledger};
use crate::phonons::{
    DragModel, PhononRates, Wind, crossings, debye_drag, free_electron_diffusion, herring,
    thermal_axis,
};
use crate::uncertainty::{Scalar, TensorQuantity};
use carriers::carriers;
pub use curve::{Curve, diffusion as diffusion_of_results, shares as shares_of_file};
use std::path::PathBuf;

/// Temperatures where none are asked for, K.
const TEMPERATURES: [f64; 13] = [
    1.0, 2.0, 3.0, 5.0, 8.0, 12.0, 20.0, 30.0, 50.0, 80.0, 120.0, 200.0, 300.0,
];

/// What drags.
pub enum DragOf<'a> {
    /// A file's phonons.
    Phonons {
        /// They.
        phonons: &'a Phonons,
        /// The electrons.
        electrons: Electrons<'a>,
    },
    /// Debye's solid.
    Debye {
        /// Debye temperature, K.
        temperature_k: f64,
        /// Atoms for each electron.
        atoms_per_electron: f64,
    },
    /// Herring's formula for semiconductors: β, sound velocity (m/s), phonons' relaxation time (s), mobility (m²/(V s)).
    Herring([f64; 4]),
}

/// How many electrons share the momentum.
pub enum Electrons<'a> {
    /// So many per cm³; negative for holes.
    Density(f64),
    /// Those of the bands that the Fermi level crosses.
    Of(&'a dyn BandSource, LevelChoice),
}

/// The share of their momentum that phonons give to electrons, τ_tot/τ_pe.
#[derive(Clone, Debug, PartialEq)]
pub enum Share {
    /// The same at all temperatures, 0 to 1.
    Constant(f64),
    /// By temperature.
    Curve(Curve),
    /// From the rate (1/s) at which electrons scatter phonons, beside the phonons' own rates or those of a parameter file.
    Rates(f64, Option<PathBuf>),
}

/// The diffusion part of the thermopower.
#[derive(Clone, Debug, PartialEq)]
pub enum Diffusion {
    /// Of free electrons with this Fermi temperature, K.
    FreeElectrons(f64),
    /// By temperature, V/K.
    Curve(Curve),
}

/// What is asked for.
#[derive(Clone, Debug, PartialEq)]
pub struct Drag {
    /// K; none for 1 to 300.
    pub temperatures_k: Option<Vec<f64>>,
    /// What phonons give to electrons.
    pub share: Share,
    /// The diffusion part, where it is known.
    pub diffusion: Option<Diffusion>,
}

/// One temperature.
pub struct DragRow {
    /// K.
    pub temperature_k: f64,
    /// S_g, V/K.
    pub drag: TensorQuantity,
    /// S_d, V/K, the mean of the axes, where known.
    pub diffusion: Option<f64>,
}

/// What was found.
pub struct DragFound {
    /// Electrons (negative for holes), 1/m³, where the phonons are a file's.
    pub density_m3: Option<Scalar>,
    /// By temperature.
    pub rows: Vec<DragRow>,
    /// Temperatures at which |S_g| = |S_d|, K.
    pub crossings: Vec<f64>,
}

/// Where S_g comes from, prepared for all temperatures.
enum Prepared<'a> {
    /// A file's phonons, and what all of their momentum would do where their share is the same for all.
    Phonons {
        phonons: &'a Phonons,
        axis: EnergyAxis,
        whole: Option<Box<Wind>>,
        density_m3: Scalar,
        others: Option<PhononRates>,
    },
    Debye(f64, f64),
    Herring([f64; 4]),
}

impl Drag {
    /// Whether the options fit together.
    ///
    /// # Errors
    /// [`Error::BadOption`] where not.
    pub fn check(&self, of: &DragOf) -> Result<()> {
        match (&self.share, of) {
            (Share::Constant(share), _) if !(0.0..=1.0).contains(share) => Err(Error::bad_option(
                "--ratio",
                format!("{share}: a phonon gives electrons a share of its momentum"),
                "give a number from 0 to 1",
            )),
            (Share::Rates(rate, _), _) if *rate <= 0.0 => Err(Error::bad_option(
                "--electron-rate",
                format!("{rate} /s"),
                "give a positive rate",
            )),
            (Share::Rates(..), DragOf::Debye { .. } | DragOf::Herring(_)) => {
                Err(Error::bad_option(
                    "--electron-rate",
                    "a model has no modes that it could be compared with",
                    "give a constant `--ratio`",
                ))
            }
            (
                _,
                DragOf::Phonons {
                    electrons: Electrons::Of(_, level),
                    ..
                },
            ) => level.check(),
            (
                _,
                DragOf::Phonons {
                    electrons: Electrons::Density(n),
                    ..
                },
            ) if *n == 0.0 => Err(Error::bad_option(
                "--density",
                "no electrons drag nothing",
                "give a density that is not zero",
            )),
            _ => Ok(()),
        }
    }

    /// S_g at every temperature, with S_d and where they are equal.
    ///
    /// # Errors
    /// For phonons that cannot be integrated, bands without carriers, and temperatures at which a rate is not known.
    pub fn run(&self, of: &DragOf, say: Say) -> Result<DragFound> {
        self.run_with(None, of, say)
    }

    /// As [`Drag::run`], with a ledger in which S_g at each temperature is looked up and kept.
    ///
    /// # Errors
    /// Likewise; [`Error::PartDone`] where the ledger divides the work, and its part is done.
    pub fn run_with(&self, ledger: Option<&Ledger>, of: &DragOf, say: Say) -> Result<DragFound> {
        self.check(of)?;
        if let Some(ledger) = ledger {
            ledger.start(ON_CPU)?;
        }
        let mut temperatures = match &self.temperatures_k {
            Some(all) => all.clone(),
            None => TEMPERATURES.to_vec(),
        };
        temperatures.sort_by(f64::total_cmp);
        temperatures.dedup();
        let prepared = self.prepared(of, &temperatures, say)?;
        let diffusive = |t: f64| match self.diffusion.as_ref()? {
            Diffusion::FreeElectrons(fermi) => Some(free_electron_diffusion(t, *fermi)),
            Diffusion::Curve(curve) => Some(curve.at(t)),
        };
        let one = |at: usize| self.drag(&prepared, temperatures[at]);
        let keeping = ledger.map(Keeping::new);
        let all = in_turn(keeping, "drag at temperatures", temperatures.len(), one)?;
        let rows = temperatures.iter().zip(all).map(|(t, drag)| DragRow {
            temperature_k: *t,
            drag,
            diffusion: diffusive(*t),
        });
        let rows = rows.collect();
        let mean = |t: &TensorQuantity| (0..3).map(|i| t.value[i][i]).sum::<f64>() / 3.0;
        let crossings = match self.diffusion {
            Some(_) => crossings(
                &temperatures,
                |t| Ok(mean(&self.drag(&prepared, t)?)),
                |t| diffusive(t).unwrap_or(0.0),
            )?,
            None => Vec::new(),
        };
        let density_m3 = match prepared {
            Prepared::Phonons { density_m3, .. } => Some(density_m3),
            _ => None,
        };
        Ok(DragFound {
            density_m3,
            rows,
            crossings,
        })
    }

    fn prepared<'a>(
        &self,
        of: &DragOf<'a>,
        temperatures: &[f64],
        say: Say,
    ) -> Result<Prepared<'a>> {
        let (phonons, electrons) = match of {
            DragOf::Debye {
                temperature_k,
                atoms_per_electron,
            } => return Ok(Prepared::Debye(*temperature_k, *atoms_per_electron)),
            DragOf::Herring(all) => return Ok(Prepared::Herring(*all)),
            DragOf::Phonons { phonons, electrons } => (*phonons, electrons),
        };
        let lowest = temperatures.iter().copied().fold(f64::INFINITY, f64::min);
        let axis = thermal_axis(phonons, lowest, None)?;
        let (whole, others) = match &self.share {
            Share::Rates(_, file) => {
                let others = file.as_deref().map(PhononRates::read).transpose()?;
                (None, others)
            }
            _ => {
                let whole = Wind::new(phonons, &DragModel::Constant(1.0), &axis)?;
                (Some(Box::new(whole)), None)
            }
        };
        let density_m3 = match electrons {
            Electrons::Density(n) => Scalar::new(n * 1e6, 0.0),
            Electrons::Of(bands, level) => {
                let found = carriers(*bands, level)?;
                say(Said::note(found.sentence()));
                found.density_m3
            }
        };
        Ok(Prepared::Phonons {
            phonons,
            axis,
            whole,
            density_m3,
            others,
        })
    }

    fn drag(&self, of: &Prepared, t: f64) -> Result<TensorQuantity> {
        let share = match &self.share {
            Share::Constant(share) => *share,
            Share::Curve(curve) => curve.at(t),
            Share::Rates(..) => 1.0,
        };
        match of {
            Prepared::Debye(theta, atoms) => Ok(isotropic(debye_drag(t, *theta, share, *atoms)?)),
            Prepared::Herring([beta, v, tau, mobility]) => {
                Ok(isotropic(herring(*beta, *v, *tau, *mobility, t)))
            }
            Prepared::Phonons {
                phonons,
                axis,
                whole,
                density_m3,
                others,
            } => {
                if let Some(wind) = whole {
                    return Ok(wind.on_degenerate(t, *density_m3).scaled(share));
                }
                let Share::Rates(electron_rate, _) = self.share else {
                    return Err(Error::Internal("drag without a share".into()));
                };
                let model = DragModel::Rates {
                    electron_rate,
                    others: rates(phonons, others.as_ref(), t)?,
                };
                Ok(Wind::new(phonons, &model, axis)?.on_degenerate(t, *density_m3))
            }
        }
    }
}

/// The same along all axes, known to rounding.
fn isotropic(value: f64) -> TensorQuantity {
    TensorQuantity::symmetric(|i, j| match i == j {
        true => (value, 1e-10 * value.abs()),
        false => (0.0, 0.0),
    })
}

/// The rates of all scattering but that by electrons, 1/s.
fn rates(phonons: &Phonons, model: Option<&PhononRates>, t: f64) -> Result<Vec<f64>> {
    if let Some(model) = model {
        return model.at(phonons, t);
    }
    match phonons.rates_at(t) {
        Some(rates) => Ok(rates.per_second.clone()),
        None => Err(Error::bad_option(
            "--electron-rate",
            format!("the file has no other rates at {t} K"),
            "give them by `--rates FILE.toml`, or a constant `--ratio`",
        )),
    }
}
