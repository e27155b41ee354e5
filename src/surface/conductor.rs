//! Bands as conductors in a magnetic field: σ(E, B) of all surfaces at an energy, and its thermal averages.

use super::direction::Direction;
use super::families::Families;
use super::field::{Field, Spline};
use super::integrals::sums_of;
use super::mesh::Mesh;
use super::planes::planes;
use super::sample::Sampled;
use super::sums::orbit_sums;
use super::vector::Vector;
use crate::bands::BandHeader;
use crate::crystal::{KGrid, Lattice, Tensor};
use crate::error::{Error, Result};
use crate::units::{ELEMENTARY_CHARGE, HBAR};
use serde::{Deserialize, Serialize};
use std::f64::consts::PI;

/// σ/(τ g_s) in S/(m s) of ∫dk∮ g_i y_j dw in eV/Å: e³·10¹⁰/(8π³ħ²).
const CONDUCTIVITY: f64 = ELEMENTARY_CHARGE * ELEMENTARY_CHARGE / (8.0 * PI * PI * PI)
    * (ELEMENTARY_CHARGE / HBAR)
    / HBAR
    * 1e10;
/// X/(Bτ), Å⁻²/eV per T s: e²/ħ²·10⁻²⁰.
const SCALE: f64 = (ELEMENTARY_CHARGE / HBAR) * (ELEMENTARY_CHARGE / HBAR) * 1e-20;

/// Relaxation times of bands.
#[derive(Clone, Debug, PartialEq)]
pub enum Times {
    /// None, or those of energies alone ([`Rate`]): without these, fields are Bτ in T s, and conductivities per τ.
    Unknown,
    /// One for all, s.
    Constant(f64),
    /// One for each band that reaches into the window, in their order, s.
    PerBand(Vec<f64>),
    /// Those of the bands' own table.
    FromBands,
}

/// Scattering rate (1/s) of states at an energy (eV), which adds to what the bands have.
pub type Rate<'a> = &'a (dyn Fn(f64) -> f64 + Sync);

/// How planes are laid, and over which bands.
pub struct Conductor {
    lattice: Lattice,
    degeneracy: f64,
    sampled: Sampled,
    splines: Vec<Spline>,
    /// ln(τ/τ₀) where τ depends on k.
    log_times: Vec<Option<Spline>>,
    /// τ₀ of each band, s; 1 where none is known.
    times: Vec<f64>,
    /// Planes over the width of the zone.
    density: f64,
    /// Whether nothing is known of the bands' own relaxation times.
    unknown: bool,
    /// Whether each of two spin channels is wanted by itself, too.
    pub spin_resolved: bool,
}

/// σ at one energy.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct AtEnergy {
    /// For every field, S/m (S/(m s) without τ).
    pub sigma: Vec<Tensor>,
    /// The part of each spin channel, where there are two.
    pub spins: [Vec<Tensor>; 2],
    /// States, 1/(eV cell), by planes.
    pub states: f64,
    /// The same by the surface's triangles.
    pub states_of_surface: f64,
    /// Share of the states on open orbits.
    pub open: f64,
    /// σ without field from the surface's triangles, where τ does not depend on k.
    pub sigma_of_surface: Tensor,
    /// Whether τ depends on k, so that this is not σ.
    pub with_times: bool,
    /// Segments of all orbits.
    pub segments: usize,
    /// Orbits.
    pub orbits: usize,
}

impl Conductor {
    /// Of sampled bands with relaxation times.
    ///
    /// # Errors
    /// [`Error::BadOption`] for a number of relaxation times that is not that of the bands; where memory is short.
    pub fn new(header: &BandHeader, sampled: Sampled, times: &Times, density: f64) -> Result<Self> {
        let count = sampled.bands.len();
        let mut splines = Vec::new();
        let mut log_times = Vec::new();
        let mut scale = Vec::new();
        for at in 0..count {
            splines.push(sampled.spline(at)?);
            let (log_time, time) = match times {
                Times::Unknown => (None, 1.0),
                Times::Constant(t) => (None, *t),
                Times::PerBand(all) => match all.get(at) {
                    Some(t) if all.len() == count => (None, *t),
                    _ => return Err(wrong_number(all.len(), &sampled, header)),
                },
                Times::FromBands => {
                    let all = &sampled.bands[at].lifetimes;
                    let logs: Vec<f64> = all.iter().map(|t| t.ln()).collect();
                    let mean = logs.iter().sum::<f64>() / logs.len().max(1) as f64;
                    if all.is_empty() || !mean.is_finite() {
                        return Err(Error::bad_bands(
                            format!(
                                "relaxation times of band {}",
                                sampled.bands[at].band + header.first_band
                            ),
                            "they are missing on the grid of the surface, or some are zero or infinite, with which no orbit can be followed",
                            "give a constant one (`--tau SECONDS`)",
                        ));
                    }
                    let relative: Vec<f64> = logs.iter().map(|x| x - mean).collect();
                    let grid = sampled.grid;
                    (
                        Some(Spline::new(&relative, grid.n, grid.shift)?),
                        mean.exp(),
                    )
                }
            };
            log_times.push(log_time);
            scale.push(time);
        }
        Ok(Self {
            lattice: flattened(header)?,
            degeneracy: header.spin.degeneracy(),
            sampled,
            splines,
            log_times,
            times: scale,
            density,
            unknown: *times == Times::Unknown,
            spin_resolved: false,
        })
    }

    /// The lattice on which directions are counted: a layer's with its normal for the axis of the vacuum.
    pub fn lattice(&self) -> &Lattice {
        &self.lattice
    }

    /// Energies of the bands' extremes and saddles (van Hove singularities), ascending, eV.
    pub fn critical_energies(&self) -> Vec<f64> {
        let mut all = Vec::new();
        for (band, spline) in self.sampled.bands.iter().zip(&self.splines) {
            all.extend(stationary(&band.energies, self.sampled.grid, spline));
        }
        all.sort_by(f64::total_cmp);
        all.dedup_by(|b, a| *b - *a < 1e-7);
        all
    }

    /// τ₀ of band `at` on a surface, s, and ln(τ/τ₀) where τ depends on k, with a scattering rate (1/s) beside the bands' own.
    fn times_with(&self, at: usize, rate: Option<f64>) -> (f64, Option<Scattered<'_>>) {
        let own = self.times[at];
        let added = rate.unwrap_or(0.0) * own;
        match &self.log_times[at] {
            Some(log) => (own, Some(Scattered { log, added })),
            None if self.unknown => (rate.map_or(own, |r| 1.0 / r), None),
            None => (own / (1.0 + added), None),
        }
    }

    /// σ at `energy_ev` with fields `fields_t` (T, or Bτ in T s) along `direction`, and with a scattering rate (1/s) beside the bands' own.
    ///
    /// # Errors
    /// Where a mesh does not close (a defect).
    pub fn at_energy(
        &self,
        energy_ev: f64,
        direction: &Direction,
        fields_t: &[f64],
        rate: Option<f64>,
    ) -> Result<AtEnergy> {
        self.at(energy_ev, direction, fields_t, rate, true)
    }

    /// The same, with what the surface's triangles say where `compared` asks for it.
    pub(super) fn at(
        &self,
        energy_ev: f64,
        direction: &Direction,
        fields_t: &[f64],
        rate: Option<f64>,
        compared: bool,
    ) -> Result<AtEnergy> {
        let nothing = || vec![[[0.0; 3]; 3]; fields_t.len()];
        let mut all = AtEnergy {
            sigma: nothing(),
            spins: match self.spin_resolved {
                true => [nothing(), nothing()],
                false => Default::default(),
            },
            with_times: self.log_times.iter().any(Option::is_some),
            ..AtEnergy::default()
        };
        let cell = self.degeneracy * self.lattice.volume() / (8.0 * PI.powi(3));
        let mut open = 0.0;
        for (at, band) in self.sampled.bands.iter().enumerate() {
            let spline = &self.splines[at];
            let mesh = Mesh::new(
                &self.lattice,
                self.sampled.grid,
                &band.energies,
                spline,
                energy_ev,
            )?;
            if mesh.triangles.is_empty() {
                continue;
            }
            let families = Families::new(&mesh, spline, *direction);
            let planes = planes(&families, self.density);
            let (time, log_time) = self.times_with(at, rate);
            let scales: Vec<f64> = fields_t.iter().map(|b| b.abs() * time * SCALE).collect();
            let log_time = log_time.as_ref().map(|f| f as &dyn Field);
            let found = orbit_sums(&families, &planes, log_time, &scales);
            let factor = self.degeneracy * CONDUCTIVITY * time;
            for (number, (products, b)) in found.products.iter().zip(fields_t).enumerate() {
                for i in 0..3 {
                    for j in 0..3 {
                        // A field the other way round: Onsager.
                        let (r, c) = if *b < 0.0 { (j, i) } else { (i, j) };
                        let part = factor * products[r][c];
                        all.sigma[number][i][j] += part;
                        if let Some(own) = all.spins[band.spin.min(1)].get_mut(number) {
                            own[i][j] += part;
                        }
                    }
                }
            }
            if compared {
                let surface = sums_of(&mesh, spline);
                let p = surface.products;
                let full = [[p[0], p[5], p[4]], [p[5], p[1], p[3]], [p[4], p[3], p[2]]];
                for i in 0..3 {
                    for j in 0..3 {
                        all.sigma_of_surface[i][j] += factor * full[i][j];
                    }
                }
                all.states_of_surface += cell * surface.states;
            }
            all.states += cell * found.states;
            open += cell * found.open;
            all.segments += found.segments;
            all.orbits += found.orbits;
        }
        all.open = open / all.states.max(f64::MIN_POSITIVE);
        Ok(all)
    }
}

/// ln(τ/τ₀) of relaxation times on a grid with a rate beside them: 1/τ = 1/τ_k + rate.
struct Scattered<'a> {
    log: &'a Spline,
    /// The rate times τ₀.
    added: f64,
}

impl Field for Scattered<'_> {
    fn slope(&self, u: Vector) -> (f64, Vector) {
        let (log, slope) = self.log.slope(u);
        let own = (-log).exp();
        let share = own / (own + self.added);
        (-(own + self.added).ln(), slope.map(|s| share * s))
    }

    // Times are taken at points; nothing is expanded about them.
    fn curvature(&self, u: Vector) -> Tensor {
        self.log.curvature(u)
    }
}

/// Energies where the spline's slope vanishes, from the grid points near which differences say so.
fn stationary(energies: &[f64], grid: KGrid, spline: &Spline) -> Vec<f64> {
    let n = grid.n;
    let mut found = Vec::new();
    for at in 0..grid.len() {
        let here = grid.place(at);
        let e = |a: usize, by: usize| {
            let mut there = here;
            there[a] = (there[a] + by) % n[a];
            energies[grid.index(there)]
        };
        let near = (0..3).all(|a| {
            let (up, down) = (e(a, 1), e(a, n[a] - 1));
            n[a] == 1 || (up - down).abs() <= 1.2 * (up - 2.0 * energies[at] + down).abs()
        });
        if !near {
            continue;
        }
        let start = grid.point(here);
        let mut u = start;
        for _ in 0..8 {
            let (_, slope) = spline.slope(u);
            let mut h = spline.curvature(u);
            for a in 0..3 {
                if n[a] == 1 {
                    h[a][a] = 1.0;
                }
            }
            let m = nalgebra::Matrix3::from_fn(|i, j| h[i][j]);
            let Some(step) = m.lu().solve(&nalgebra::Vector3::from(slope)) else {
                break;
            };
            let cell = |a: usize| 1.5 / n[a] as f64;
            for a in 0..3 {
                u[a] = (u[a] - step[a]).clamp(start[a] - cell(a), start[a] + cell(a));
            }
        }
        let (e, slope) = spline.slope(u);
        let steps = [0, 1, 2].map(|a| slope[a] / n[a] as f64);
        if steps.iter().all(|s| s.abs() < 1e-6) {
            found.push(e);
        }
    }
    found
}

fn wrong_number(given: usize, sampled: &Sampled, header: &BandHeader) -> Error {
    let names: Vec<String> = sampled
        .bands
        .iter()
        .map(|b| match header.n_spin() {
            1 => format!("{}", b.band + header.first_band),
            _ => format!("{} of spin {}", b.band + header.first_band, b.spin + 1),
        })
        .collect();
    Error::bad_option(
        "--tau-per-band",
        format!(
            "{given} relaxation times, where {} bands conduct: {}",
            names.len(),
            names.join(", ")
        ),
        "give one for each of these bands, in their order",
    )
}

/// The lattice with a layer's axis of vacuum along its normal: bands do not depend on where along it.
///
/// # Errors
/// [`Error::BadOption`] for a chain, in which nothing can go round.
pub fn flattened(header: &BandHeader) -> Result<Lattice> {
    let flat: Vec<usize> = (0..3).filter(|a| header.k_grid.n[*a] == 1).collect();
    match flat[..] {
        [] => Ok(header.lattice.clone()),
        [axis] => {
            let mut rows = *header.lattice.rows();
            let b = header.lattice.reciprocal()[axis];
            let b2: f64 = b.iter().map(|x| x * x).sum();
            rows[axis] = b.map(|x| 2.0 * PI * x / b2);
            Lattice::new(rows)
        }
        _ => Err(Error::bad_option(
            "field",
            "the bands are a chain's: in one dimension nothing moves round a field",
            "give bands that disperse along two axes or three",
        )),
    }
}
