//! What computations on surfaces of constant energy are asked.

use super::Options;
use bzint::workflow::{FieldDirections, Magneto, Orbits, Surface, SurfaceGrid, indices};
use pyo3::prelude::*;

/// Most directions of a scan.
const MOST_ANGLES: usize = 10_000;

impl<'py> Options<'py> {
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

    /// `surface`.
    pub fn surface(&self) -> PyResult<Surface> {
        let energy = self.number("energy", |_| true, "give eV from the Fermi level")?;
        Ok(Surface {
            level: self.level()?,
            energy_ev: energy.unwrap_or(0.0),
            tau: self.tau()?,
            inverse_masses: self.flag("inverse_masses")?.unwrap_or(false),
            vertices: true,
            grid: self.grid()?,
        })
    }
}
