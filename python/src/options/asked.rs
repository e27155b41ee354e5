//! What each computation is asked.

use super::Options;
use crate::errors::argument;
use bzint::workflow::{
    BandPath, Bounds, Component, Dos, EnergyRange, Fermi, Goal, Impurities, Landauer, Node,
    Optimize, Screen, Sign, States, Transport, Wanted, Windows, Zt,
};
use pyo3::prelude::*;

/// Most bins of a spectrum.
pub(super) const MOST_BINS: usize = 1 << 20;

impl<'py> Options<'py> {
    fn impurities(&self, name: &str) -> PyResult<Vec<Impurities>> {
        let remedy =
            "give (density, depth in eV) or (density, depth in eV, degeneracy), or a list of these";
        let all: Vec<Vec<f64>> = self.get(name, remedy)?.unwrap_or_default();
        let one = |numbers: &Vec<f64>| match numbers[..] {
            [density, depth_ev] if density >= 0.0 => Ok((density, depth_ev, None)),
            [density, depth_ev, g] if density >= 0.0 && g > 0.0 => Ok((density, depth_ev, Some(g))),
            _ => Err(argument(
                self.0.py(),
                name,
                &format!("it is {numbers:?}"),
                remedy,
            )),
        };
        let all = all.iter().map(|numbers| {
            let (density, depth_ev, degeneracy) = one(numbers)?;
            Ok(Impurities {
                density,
                depth_ev,
                degeneracy,
            })
        });
        all.collect()
    }

    /// Dopings or chemical potentials; none where none are given.
    pub(super) fn wanted(&self) -> PyResult<Option<Wanted>> {
        let remedy = "give a number or several";
        let mu = self.numbers("mu", |_| true, remedy)?;
        let absolute = self.numbers("mu_absolute", |_| true, remedy)?;
        let doping = self.numbers("doping", |_| true, remedy)?;
        match (doping, absolute, mu) {
            (Some(n), None, None) => Ok(Some(Wanted::Dopings(n))),
            (None, Some(mu), None) => Ok(Some(Wanted::Absolute(mu))),
            (None, None, Some(mu)) => Ok(Some(Wanted::FromFermiLevel(mu))),
            (None, None, None) => Ok(None),
            _ => {
                let names = "doping, mu and mu_absolute";
                let problem = "several of them are given";
                Err(argument(self.0.py(), names, problem, "give one of them"))
            }
        }
    }

    /// Energies, eV.
    fn energy(&self) -> PyResult<Option<EnergyRange>> {
        let remedy = "give (start, stop) or (start, stop, step) in eV, stop above start";
        let range: Option<Vec<f64>> = self.numbers("energy", |_| true, remedy)?;
        let bad = |r: &[f64]| argument(self.0.py(), "energy", &format!("it is {r:?}"), remedy);
        match range.as_deref() {
            None => Ok(None),
            Some(&[start, stop]) if stop > start => Ok(Some(EnergyRange {
                start,
                stop,
                step: None,
            })),
            Some(&[start, stop, step]) if step > 0.0 && step <= stop - start => {
                Ok(Some(EnergyRange {
                    start,
                    stop,
                    step: Some(step),
                }))
            }
            Some(other) => Err(bad(other)),
        }
    }

    /// `band_path`.
    pub fn band_path(&self) -> PyResult<BandPath> {
        let remedy = "give corners as [(\"G\", (0, 0, 0)), (\"X\", (0.5, 0, 0.5))]";
        let corners = self.get::<Vec<(String, [f64; 3])>>("path", remedy)?;
        let usual = BandPath::default();
        let remedy = "give (start, stop) in eV, stop above start";
        let states_ev = match self.numbers("energy", |_| true, remedy)?.as_deref() {
            None => None,
            Some(&[start, stop]) if stop > start => Some((start, stop)),
            Some(other) => {
                let problem = format!("it is {other:?}");
                return Err(argument(self.0.py(), "energy", &problem, remedy));
            }
        };
        Ok(BandPath {
            nodes: corners.map_or(usual.nodes, |all| {
                all.iter().map(|(name, k)| Node::new(name, *k)).collect()
            }),
            points: self.count("points", MOST_BINS)?.unwrap_or(usual.points),
            level: self.level()?,
            states_ev,
        })
    }

    /// `bounds`.
    pub fn bounds(&self) -> PyResult<Bounds> {
        let positive = |x: f64| x > 0.0;
        let remedy = "give numbers above 0";
        let heights = self.numbers("alpha_a", positive, remedy)?;
        let merits = self.numbers("zt", positive, remedy)?;
        let (hot, cold) = (self.kelvin("hot")?, self.kelvin("cold")?);
        let powers = self.numbers("power", positive, "give shares of the largest power")?;
        let problem = match (&heights, &merits, hot, cold, &powers) {
            (Some(_), Some(_), ..) => Some(("alpha_a, zt", "both are given", "give one of them")),
            (_, _, Some(_), None, _) | (_, _, None, Some(_), _) => {
                Some(("hot, cold", "one of both is given", "give both, or none"))
            }
            (_, _, None, None, Some(_)) => Some((
                "power",
                "there are no sides to work between",
                "give hot and cold",
            )),
            _ => None,
        };
        if let Some((place, problem, remedy)) = problem {
            return Err(argument(self.0.py(), place, problem, remedy));
        }
        Ok(Bounds {
            windows: match (heights, merits) {
                (_, Some(zt)) => Windows::FiguresOfMerit(zt),
                (Some(all), None) => Windows::Heights(all),
                (None, None) => Windows::default(),
            },
            temperature_k: self.kelvin("temperature")?,
            sides_k: hot.zip(cold),
            powers,
        })
    }

    /// Thermal states along directions.
    fn states(&self) -> PyResult<States> {
        let remedy = "give names as \"x\", \"001\" or \"1-10\"";
        Ok(States {
            temperatures_k: self.temperatures()?,
            wanted: self.wanted()?.unwrap_or_default(),
            level: self.level()?,
            relaxation: self.relaxation()?,
            directions: self.get("direction", remedy)?.unwrap_or_default(),
            extent: self.extent()?,
        })
    }

    /// A device's length, angstrom.
    fn length(&self) -> PyResult<Option<f64>> {
        self.number("length", |x| x > 0.0, "give a length in angstrom")
    }

    /// `landauer`.
    pub fn landauer(&self) -> PyResult<Landauer> {
        Ok(Landauer {
            states: self.states()?,
            length: self.length()?,
            energy: self.energy()?,
            bins: self.count("bins", MOST_BINS)?,
            by_band: self.flag("by_band")?.unwrap_or(false),
        })
    }

    /// `zt`.
    pub fn zt(&self) -> PyResult<Zt> {
        Ok(Zt {
            states: self.states()?,
            length: self.length()?,
            curves: true,
        })
    }

    /// `fermi`.
    pub fn fermi(&self) -> PyResult<Fermi> {
        Ok(Fermi {
            level: self.level()?,
            tau: self.tau()?,
        })
    }

    /// `dos`.
    pub fn dos(&self) -> PyResult<Dos> {
        Ok(Dos {
            energy: self.energy()?,
            bins: self.count("bins", MOST_BINS)?,
        })
    }

    /// `transport`.
    pub fn transport(&self) -> PyResult<Transport> {
        let donors = self.impurities("donors")?;
        let acceptors = self.impurities("acceptors")?;
        let levels = !donors.is_empty() || !acceptors.is_empty();
        let wanted = match self.wanted()? {
            Some(wanted) => wanted,
            None if levels => Wanted::Dopings(vec![0.0]),
            None => Wanted::default(),
        };
        Ok(Transport {
            temperatures_k: self.temperatures()?,
            wanted,
            donors,
            acceptors,
            level: self.level()?,
            relaxation: self.relaxation()?,
            mean_free_path: self.number(
                "mean_free_path",
                |x| x > 0.0,
                "give a length in angstrom",
            )?,
            spin_resolved: self.flag("spin_resolved")?.unwrap_or(false),
            hall: self.flag("hall")?,
            magnetoconductivity: self.flag("magnetoconductivity")?.unwrap_or(false),
            extent: self.extent()?,
        })
    }

    /// `optimize`.
    pub fn optimize(&self) -> PyResult<Optimize> {
        Ok(Optimize {
            maximise: self.menu("maximise")?.unwrap_or(Goal::PowerFactor),
            temperatures_k: self.temperatures()?,
            carriers: self.menu("carriers")?.unwrap_or(Sign::Both),
            component: self.menu("component")?.unwrap_or(Component::Average),
            within: self.number("within", |x| x > 0.0, "give an energy in eV, such as 0.5")?,
            level: self.level()?,
            relaxation: self.relaxation()?,
            extent: self.extent()?,
        })
    }

    /// `screen`.
    pub fn screen(&self) -> PyResult<Screen> {
        Ok(Screen {
            zt: Zt {
                states: self.states()?,
                length: None,
                curves: false,
            },
            by: self.menu("by")?.unwrap_or_default(),
            jobs: self.count("jobs", 256)?.unwrap_or(1),
            opening: self.opening()?,
            method: self.method()?,
        })
    }
}
