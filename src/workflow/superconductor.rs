//! Quasiparticles of a superconductor: the gap, and what follows from it over the Fermi surface of the normal bands.

use super::held::Held;
use super::integrator::integrate_with;
use super::level::{self, LevelChoice};
use super::method::Method;
use super::open::{Demands, Opened, Preference, open};
use super::opening::Opening;
use super::run::Run;
use super::said::Say;
use crate::bands::{BandGrid, BandSource};
use crate::error::{Error, Result};
use crate::integrate::ledger::jobs::{if_all_there, in_turn};
use crate::integrate::ledger::{Keeping, Ledger};
use crate::integrate::{At, Channels, Engine, Request, measure};
use crate::io;
use crate::superconductor::{
    Gap, GapShape, Symmetry, normal_share, states, surface_averages, surface_mean, thermal_brt,
    thermal_constant_time, universal, verdict,
};
use crate::transport::FermiTensors;
use crate::uncertainty::{Scalar, TensorQuantity};
use crate::units::BOLTZMANN_EV;
use serde::{Deserialize, Serialize};
use std::path::PathBuf;

/// Temperatures over T_c where none are asked for.
const REDUCED: [f64; 19] = [
    0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5, 0.55, 0.6, 0.65, 0.7, 0.75, 0.8, 0.85,
    0.9, 0.95,
];
/// Bins of the density of states, up to so many gaps.
const DOS: (usize, f64) = (60, 2.0);

/// The gap at T = 0.
#[derive(Clone, Debug, PartialEq)]
pub enum GapChoice {
    /// Of this form, the largest in eV.
    Form(Symmetry, f64),
    /// A table on the bands' grid: HDF5 with a dataset `gap` (eV), or FRMSF.
    Table(PathBuf),
}

/// What is asked for.
#[derive(Clone, Debug, PartialEq)]
pub struct Superconductor {
    /// The gap at T = 0.
    pub gap: GapChoice,
    /// Critical temperature, K; none for what weak coupling says of the gap.
    pub critical_k: Option<f64>,
    /// Temperatures below it, K; none for 0.05 to 0.95 of it.
    pub temperatures_k: Option<Vec<f64>>,
    /// Scattering of quasiparticles, eV, for the heat that nodes carry at T = 0.
    pub gammas_ev: Vec<f64>,
    /// A measured κ/T at T = 0 and that of the normal state, W/(K² m).
    pub residual: Option<(f64, f64)>,
    /// Where the Fermi level comes from.
    pub level: LevelChoice,
    /// Whether the density of states is wanted.
    pub density: bool,
}

/// One temperature.
#[derive(Serialize, Deserialize)]
pub struct SuperconductorRow {
    /// K.
    pub temperature_k: f64,
    /// Largest gap, eV.
    pub gap_ev: f64,
    /// κ_s/κ_n along x, y, z, τ_s = τ_n E/|ξ|; NaN along directions without current.
    pub heat_brt: [Scalar; 3],
    /// κ_s/κ_n with one τ.
    pub heat_constant_time: [Scalar; 3],
    /// ρ_s/n.
    pub superfluid: [Scalar; 3],
}

/// What was found.
pub struct SuperconductorFound {
    /// eV.
    pub fermi_level_ev: f64,
    /// Which gap.
    pub symmetry: Symmetry,
    /// Largest gap at T = 0, eV.
    pub gap_ev: f64,
    /// K.
    pub critical_k: f64,
    /// ħω_p, eV.
    pub plasma_frequency: TensorQuantity,
    /// By temperature.
    pub rows: Vec<SuperconductorRow>,
    /// κ/T at T = 0 in W/(K² m), by γ in eV.
    pub residual: Vec<(f64, TensorQuantity)>,
    /// What a measured value speaks for.
    pub verdict: Option<&'static str>,
    /// N(E)/N_0 at energies in eV; empty where it was not asked for.
    pub density: Vec<(f64, Scalar)>,
}

impl Superconductor {
    /// Whether the options fit together.
    ///
    /// # Errors
    /// [`Error::BadOption`] where not.
    pub fn check(&self) -> Result<()> {
        if self.residual.is_some() && self.gammas_ev.is_empty() {
            let problem =
                "a measured value is compared with that of nodes, which needs a scattering rate";
            return Err(Error::bad_option(
                "--residual",
                problem,
                "give `--gamma EV`",
            ));
        }
        self.level.check()
    }

    /// The bands, as a table.
    ///
    /// # Errors
    /// As [`open`].
    pub fn open(&self, held: Held, opening: &Opening) -> Result<Opened> {
        let demands = Demands {
            method: None,
            check: &|_, _| Ok(()),
            table: None,
            lifetimes: false,
        };
        open(held, opening, Preference::Table, &demands)
    }

    /// Everything that is asked for.
    ///
    /// # Errors
    /// For a gap that does not fit the bands, and temperatures from T_c on.
    pub fn run(
        &self,
        opened: &Opened,
        method: &Method,
        say: Say,
    ) -> Result<(SuperconductorFound, Run)> {
        self.run_with(None, opened, method, say)
    }

    /// As [`Superconductor::run`], with a ledger in which the rows are looked up and kept.
    ///
    /// # Errors
    /// Likewise; [`Error::PartDone`] where the ledger divides the work, and its part is done.
    pub fn run_with(
        &self,
        ledger: Option<&Ledger>,
        opened: &Opened,
        method: &Method,
        say: Say,
    ) -> Result<(SuperconductorFound, Run)> {
        integrate_with(ledger, method, opened, say, |request, engine| {
            self.found(&BandGrid::load(&**opened)?, request, engine)
        })
    }

    fn found(
        &self,
        bands: &BandGrid,
        request: &Request,
        engine: &mut dyn Engine,
    ) -> Result<SuperconductorFound> {
        // The jobs are the temperatures and the bins of the density; what they begin with, all run alike.
        let keeping = request.keeping;
        let request = &Request {
            keeping: None,
            ..*request
        };
        let basic = Request {
            channels: Channels::Basic,
            ..*request
        };
        let (fermi_ev, _) = level::fermi_level(&self.level, bands, &basic, engine)?;
        let gap = self.gap(bands)?;
        gap.fits(reach(bands, fermi_ev)?)?;
        let surface = measure(bands, &basic, &At(fermi_ev), engine)?.result;
        let tensors = FermiTensors::new(bands.header(), &surface, None)?;
        let shape = match gap.symmetry {
            Symmetry::D => GapShape::d_wave(),
            // A table's own temperature is that of a uniform gap.
            Symmetry::S | Symmetry::Tabulated => GapShape::uniform(),
        };
        let weak = gap.largest_ev / (shape.zero() * BOLTZMANN_EV);
        let critical_k = self.critical_k.unwrap_or(weak);
        let temperatures = self.temperatures(critical_k)?;
        let row = |at: usize| {
            let t = temperatures[at];
            let relative = shape.gap(t / critical_k)? / shape.zero();
            let y = gap.largest_ev * relative / (BOLTZMANN_EV * t);
            let mut of = |g: &dyn Fn(f64) -> f64| -> Result<[Scalar; 3]> {
                if gap.symmetry == Symmetry::S {
                    // The same everywhere: no surface is needed.
                    let value = g(y);
                    let error = 1e-10 * value;
                    return Ok([Scalar::new(value, error); 3]);
                }
                let over = |f: f64| g(y * f);
                Ok(surface_averages(bands, request, fermi_ev, &gap, engine, over)?.current)
            };
            Ok(SuperconductorRow {
                temperature_k: t,
                gap_ev: gap.largest_ev * relative,
                heat_brt: of(&thermal_brt)?,
                heat_constant_time: of(&thermal_constant_time)?,
                superfluid: of(&|y| 1.0 - normal_share(y))?,
            })
        };
        let rows = if_all_there(in_turn(keeping, "temperatures", temperatures.len(), row))?;
        let mut residual = Vec::new();
        for gamma in &self.gammas_ev {
            residual.push((*gamma, universal(bands, fermi_ev, &gap, *gamma)?));
        }
        let density = match self.density {
            true => if_all_there(density(
                bands,
                request,
                (fermi_ev, &gap, &shape),
                engine,
                keeping,
            ))?,
            false => Some(Vec::new()),
        };
        let (Some(rows), Some(density)) = (rows, density) else {
            return Err(Error::PartDone);
        };
        let measured = self.residual.zip(residual.last());
        let verdict = measured.map(|((a, b), (_, nodal))| {
            verdict(a, b, nodal.value[0][0].max(nodal.value[1][1])).sentence()
        });
        Ok(SuperconductorFound {
            fermi_level_ev: fermi_ev,
            symmetry: gap.symmetry,
            gap_ev: gap.largest_ev,
            critical_k,
            plasma_frequency: tensors.plasma_frequency,
            rows,
            residual,
            verdict,
            density,
        })
    }

    fn temperatures(&self, critical_k: f64) -> Result<Vec<f64>> {
        let all = match &self.temperatures_k {
            Some(list) => list.clone(),
            None => REDUCED.iter().map(|t| t * critical_k).collect(),
        };
        match all.iter().find(|t| **t >= critical_k) {
            None => Ok(all),
            Some(t) => Err(Error::bad_option(
                "--temperature",
                format!("{t} K is not below the critical temperature, {critical_k:.4} K"),
                "give lower temperatures, or another `--tc`: from T_c on there is no gap, and the coefficients are those of transport",
            )),
        }
    }

    fn gap(&self, bands: &BandGrid) -> Result<Gap> {
        match &self.gap {
            GapChoice::Form(symmetry, ev) => Gap::new(*symmetry, *ev),
            GapChoice::Table(file) => Gap::tabulated(bands.header(), io::gap_table(file, bands)?),
        }
    }
}

/// N(E)/N_0 at T = 0, means over bins.
fn density(
    bands: &BandGrid,
    request: &Request,
    (fermi_ev, gap, shape): (f64, &Gap, &GapShape),
    engine: &mut dyn Engine,
    keeping: Option<Keeping>,
) -> Result<Vec<(f64, Scalar)>> {
    let (bins, far) = DOS;
    let edge = |k: usize| far * k as f64 / bins as f64;
    let bin = |k: usize| {
        let (a, b) = (edge(k), edge(k + 1));
        let mean = match gap.symmetry {
            Symmetry::S => Scalar::new(states(1.0, a, b), 0.0),
            Symmetry::D => Scalar::new(shape.mean(|f| states(f, a, b)), 0.0),
            Symmetry::Tabulated => {
                surface_mean(bands, request, fermi_ev, gap, engine, |f| states(f, a, b))?
            }
        };
        Ok((0.5 * (a + b) * gap.largest_ev, mean))
    };
    in_turn(keeping, "density of states", bins, bin)
}

/// How far bands at the Fermi level reach from it on either side, eV.
///
/// # Errors
/// [`Error::BadBands`] where none crosses it.
fn reach(bands: &BandGrid, fermi_ev: f64) -> Result<f64> {
    let crossing = bands
        .statistics()
        .iter()
        .filter(|s| s.energy_min < fermi_ev && s.energy_max > fermi_ev);
    let reach = crossing
        .map(|s| (fermi_ev - s.energy_min).max(s.energy_max - fermi_ev))
        .fold(0.0, f64::max);
    if reach > 0.0 {
        return Ok(reach);
    }
    Err(Error::bad_bands(
        "Fermi level",
        format!(
            "no band crosses {fermi_ev:.6} eV: there is nothing that could become superconducting"
        ),
        "give another `--fermi-level`, or the bands of a metal",
    ))
}
