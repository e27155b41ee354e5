//! What each computation is asked.

use super::{Names, Options};
use crate::errors::argument;
use bzint::workflow::{
    Component, Dos, EnergyRange, Fermi, FieldDirections, Goal, Impurities, Landauer, Magneto,
    Optimize, Orbits, PhononTransport, Sign, States, SurfaceGrid, Transport, Wanted, Zt, indices,
};
use pyo3::prelude::*;

/// m in one angstrom.
const ANGSTROM: f64 = 1e-10;
/// Most bins of a spectrum.
const MOST_BINS: usize = 1 << 20;
/// Most directions of a scan.
const MOST_ANGLES: usize = 10_000;

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
    fn wanted(&self) -> PyResult<Option<Wanted>> {
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

    /// A vector: three numbers, or three digits with signs as "1-10".
    fn vector(&self, name: &str, value: &Bound<'py, PyAny>) -> PyResult<[f64; 3]> {
        let typed = value.extract::<String>().ok();
        let named = typed.and_then(|text| indices(&text));
        match named.map_or_else(|| value.extract::<[f64; 3]>(), Ok) {
            Ok(v) if v.iter().all(|x| x.is_finite()) => Ok(v),
            _ => {
                let remedy =
                    "give three digits with signs as \"001\" or \"1-10\", or three numbers";
                Err(self.refused(name, value, remedy))
            }
        }
    }

    /// Directions of a magnetic field.
    fn field(&self) -> PyResult<FieldDirections> {
        let direction = self.any("direction")?;
        let scan = self.any("scan")?;
        let usual = FieldDirections::default();
        Ok(FieldDirections {
            direction: direction
                .map(|v| self.vector("direction", &v))
                .transpose()?,
            scan: match scan {
                None => None,
                Some(ends) => match ends.extract::<[Bound<'py, PyAny>; 2]>() {
                    Ok([from, to]) => {
                        Some((self.vector("scan", &from)?, self.vector("scan", &to)?))
                    }
                    Err(_) => {
                        return Err(self.refused(
                            "scan",
                            &ends,
                            "give its first and its last direction",
                        ));
                    }
                },
            },
            angles: self.count("angles", MOST_ANGLES)?.unwrap_or(usual.angles),
            lattice_indices: self.flag("lattice_indices")?.unwrap_or(false),
            angle_tolerance: self
                .number("angle_tolerance", |x| x > 0.0, "give degrees")?
                .unwrap_or(usual.angle_tolerance),
        })
    }

    /// The grid of surfaces.
    fn grid(&self) -> PyResult<SurfaceGrid> {
        let value = self.any("mesh")?;
        let points = match &value {
            None => None,
            Some(value) => {
                let n = value.extract::<usize>().map(|n| [n; 3]);
                match n.or_else(|_| value.extract::<[usize; 3]>()) {
                    Ok(n) if n.iter().all(|n| *n > 0) => Some(n),
                    _ => {
                        return Err(self.refused(
                            "mesh",
                            value,
                            "give a number of points, or three of them",
                        ));
                    }
                }
            }
        };
        Ok(SurfaceGrid {
            points,
            threads: self.count("threads", 1024)?,
        })
    }

    fn planes(&self) -> PyResult<Option<f64>> {
        self.number("planes", |_| true, "give a number from 1 to 10000")
    }

    /// `orbits`.
    pub fn orbits(&self) -> PyResult<Orbits> {
        let usual = Orbits::default();
        let energy = self.number("energy", |_| true, "give eV from the Fermi level")?;
        Ok(Orbits {
            level: self.level()?,
            energy_ev: energy.unwrap_or(usual.energy_ev),
            field: self.field()?,
            planes: self.planes()?.unwrap_or(usual.planes),
            max_orbits: self
                .count("max_orbits", 1 << 20)?
                .unwrap_or(usual.max_orbits),
            grid: self.grid()?,
        })
    }

    /// `magneto`.
    pub fn magneto(&self) -> PyResult<Magneto> {
        let usual = Magneto::default();
        let positive = |x: f64| x > 0.0;
        let remedy = "give temperatures in K, 0 or more";
        Ok(Magneto {
            level: self.level()?,
            fields: self
                .numbers("strength", |_| true, "give fields in T")?
                .unwrap_or(usual.fields),
            field: self.field()?,
            temperatures_k: self.numbers("temperature", |t| t >= 0.0, remedy)?,
            wanted: self.wanted()?.unwrap_or_default(),
            tau: self.tau()?,
            tau_per_band: self.numbers(
                "tau_per_band",
                positive,
                "give seconds, one for each band",
            )?,
            scattering: self.scattering()?,
            spin_resolved: self.flag("spin_resolved")?.unwrap_or(false),
            planes: self.planes()?.unwrap_or(usual.planes),
            grid: self.grid()?,
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
        const GOALS: Names<Goal> = &[("power-factor", Goal::PowerFactor), ("zt", Goal::Zt)];
        const SIGNS: Names<Sign> = &[("n", Sign::N), ("p", Sign::P), ("both", Sign::Both)];
        const COMPONENTS: Names<Component> = &[
            ("average", Component::Average),
            ("xx", Component::Xx),
            ("yy", Component::Yy),
            ("zz", Component::Zz),
        ];
        Ok(Optimize {
            maximise: self.named("maximise", GOALS)?.unwrap_or(Goal::PowerFactor),
            temperatures_k: self.temperatures()?,
            carriers: self.named("carriers", SIGNS)?.unwrap_or(Sign::Both),
            component: self
                .named("component", COMPONENTS)?
                .unwrap_or(Component::Average),
            within: self.number("within", |x| x > 0.0, "give an energy in eV, such as 0.5")?,
            level: self.level()?,
            relaxation: self.relaxation()?,
            extent: self.extent()?,
        })
    }

    /// `Phonons.transport`.
    pub fn phonons(&self) -> PyResult<(PhononTransport, Option<usize>)> {
        let positive = |x: f64| x > 0.0;
        let boundaries = self.numbers("boundary", positive, "give lengths in angstrom")?;
        let remedy = "give names as \"x\", \"001\" or \"1-10\"";
        let asked = PhononTransport {
            temperatures_k: self.numbers(
                "temperature",
                positive,
                "give temperatures in K, above 0",
            )?,
            tau: self.tau()?,
            rates: self.get("rates", "give the path of a TOML file")?,
            add: self.flag("add")?.unwrap_or(false),
            boundaries_m: boundaries.map(|all| all.iter().map(|l| ANGSTROM * l).collect()),
            as_in_file: self.flag("as_in_file")?.unwrap_or(false),
            by_branch: self.flag("by_branch")?.unwrap_or(false),
            accumulation: self.flag("accumulation")?.unwrap_or(false),
            directions: self.get("direction", remedy)?.unwrap_or_default(),
            bins: self.count("bins", MOST_BINS)?,
            spectra: true,
        };
        Ok((asked, self.count("threads", 1024)?))
    }
}
