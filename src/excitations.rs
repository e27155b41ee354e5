//! Excitations that no electron fills: phonons on a periodic q-grid, as files bring them.
//!
//! The branches are bands like any others, energies ħω in eV and one state each; they take another room because nothing fills them to
//! a Fermi level, and because a file may bring scattering rates for several temperatures.

use crate::bands::{BandGrid, BandHeader, BandSource, Field, SpinTreatment};
use crate::crystal::{PointGroup, Tensor};
use crate::error::{Error, Result};
use crate::units::{HBAR_EV, PLANCK_EV_PER_THZ};

/// Frequencies below this (THz) at Γ are those of the acoustic modes, which are zero but for rounding.
pub const ACOUSTIC_THZ: f64 = 0.02;
/// Frequencies below minus this (THz) are imaginary: what is nearer to zero is rounding.
pub const IMAGINARY_THZ: f64 = 1e-3;

/// Scattering rates of every mode at one temperature.
#[derive(Clone, Debug, PartialEq)]
pub struct Rates {
    /// K.
    pub temperature_k: f64,
    /// 1/τ in 1/s, `[branch][q1][q2][q3]`; 0 where a mode has none.
    pub per_second: Vec<f64>,
}

/// A lattice thermal conductivity that the file itself says, at one temperature.
#[derive(Clone, Debug, PartialEq)]
pub struct Published {
    /// K.
    pub temperature_k: f64,
    /// Which of the file's ("RTA", "LBTE").
    pub method: &'static str,
    /// W/(m K).
    pub kappa: Tensor,
}

/// Modes that need a word.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Peculiar {
    /// Modes of all branches on the grid.
    pub modes: usize,
    /// Modes with imaginary frequency (written as negative).
    pub imaginary: usize,
    /// Acoustic modes at Γ, whose frequency is zero.
    pub acoustic_at_gamma: usize,
    /// Other modes without a scattering rate, at the first temperature; 0 where the file has no rates.
    pub without_rate: usize,
}

/// Phonon branches on a full periodic q-grid.
#[derive(Clone, Debug)]
pub struct Phonons {
    branches: BandGrid,
    rates: Vec<Rates>,
    /// Operations of the crystal (with time reversal), which every tensor is averaged over: a shifted grid may have fewer.
    pub group: PointGroup,
    /// Atomic masses in atomic mass units, one for each atom of the header; empty where the file has none.
    pub masses: Vec<f64>,
    /// What the file says of its own κ.
    pub published: Vec<Published>,
    /// Modes that need a word.
    pub peculiar: Peculiar,
}

impl Phonons {
    /// Phonons from frequencies (THz, negative where imaginary), `[branch][q1][q2][q3]`, velocities (m/s), the same with `[3]`, and
    /// rates. The header gives lattice, grid, atoms and symmetry.
    ///
    /// # Errors
    /// As [`BandGrid::with_fields`]; [`Error::BadBands`] for a rate that is negative or not finite, or a temperature that is not positive.
    pub fn new(
        mut header: BandHeader,
        frequencies_thz: Vec<f64>,
        velocities: Option<Vec<f64>>,
        rates: Vec<Rates>,
    ) -> Result<Self> {
        header.spin = SpinTreatment::Spinor;
        header.fermi_level_ev = None;
        header.n_electrons = None;
        let group = header.point_group.clone();
        let points = header.k_grid.len();
        let gamma = header
            .k_grid
            .locate([0.0; 3], 1e-6)
            .map(|j| header.k_grid.index(j));
        let mut peculiar = Peculiar {
            modes: frequencies_thz.len(),
            ..Peculiar::default()
        };
        let mut energies = frequencies_thz;
        for (mode, x) in energies.iter_mut().enumerate() {
            let at_gamma = gamma == Some(mode % points);
            if at_gamma && x.abs() < ACOUSTIC_THZ {
                peculiar.acoustic_at_gamma += 1;
                *x = 0.0;
            } else if *x < -IMAGINARY_THZ {
                peculiar.imaginary += 1;
            }
            *x *= PLANCK_EV_PER_THZ;
        }
        for of in &rates {
            check_rates(of, energies.len())?;
        }
        if let Some(first) = rates.first() {
            let none = first.per_second.iter().filter(|r| **r == 0.0).count();
            peculiar.without_rate = none.saturating_sub(peculiar.acoustic_at_gamma);
        }
        let branches = BandGrid::with_fields(header, energies, velocities, None)?;
        Ok(Self {
            branches,
            rates,
            group,
            masses: Vec::new(),
            published: Vec::new(),
            peculiar,
        })
    }

    /// The branches as bands: ħω in eV, velocities in m/s, one state per mode.
    pub fn branches(&self) -> &BandGrid {
        &self.branches
    }

    /// Lattice, grid, atoms, notes.
    pub fn header(&self) -> &BandHeader {
        self.branches.header()
    }

    /// As [`BandGrid::header_mut`].
    pub fn header_mut(&mut self) -> &mut BandHeader {
        self.branches.header_mut()
    }

    /// Number of branches.
    pub fn n_branch(&self) -> usize {
        self.header().n_band
    }

    /// ħω of one branch, eV.
    pub fn energies(&self, branch: usize) -> &[f64] {
        self.branches.band(Field::Energy, 0, branch)
    }

    /// Velocities of one branch, m/s, `[q][3]`; empty where the file has none.
    pub fn velocities(&self, branch: usize) -> &[f64] {
        match self.header().has_velocities {
            true => self.branches.band(Field::Velocity, 0, branch),
            false => &[],
        }
    }

    /// Rates of every temperature of the file.
    pub fn rates(&self) -> &[Rates] {
        &self.rates
    }

    /// The rates at a temperature, where the file has them.
    pub fn rates_at(&self, temperature_k: f64) -> Option<&Rates> {
        let near = |r: &&Rates| (r.temperature_k - temperature_k).abs() <= 1e-6 * temperature_k;
        self.rates.iter().find(near)
    }

    /// The highest ħω, eV.
    pub fn highest_ev(&self) -> f64 {
        let all = self.branches.statistics().iter();
        all.map(|s| s.energy_max).fold(0.0, f64::max)
    }

    /// The lowest ħω, eV; negative where modes are imaginary.
    pub fn lowest_ev(&self) -> f64 {
        let all = self.branches.statistics().iter();
        all.map(|s| s.energy_min).fold(0.0, f64::min)
    }

    /// Volume of the cell, m³.
    pub fn volume_m3(&self) -> f64 {
        self.header().lattice.volume_m3()
    }

    /// The branches with a relaxation time (s) for each mode, `[branch][q1][q2][q3]`.
    ///
    /// # Errors
    /// As [`BandGrid::with_fields`].
    pub fn with_lifetimes(&self, lifetimes: Vec<f64>) -> Result<BandGrid> {
        self.with(None, self.all_velocities(), Some(lifetimes))
    }

    /// The table with other numbers in the place of the energies (eV), velocities (m/s) and relaxation times (s).
    ///
    /// # Errors
    /// As [`BandGrid::with_fields`].
    pub fn with(
        &self,
        energies: Option<Vec<f64>>,
        velocities: Option<Vec<f64>>,
        lifetimes: Option<Vec<f64>>,
    ) -> Result<BandGrid> {
        let energies = energies.unwrap_or_else(|| {
            let all = (0..self.n_branch()).flat_map(|b| self.energies(b));
            all.copied().collect()
        });
        BandGrid::with_fields(self.header().clone(), energies, velocities, lifetimes)
    }

    /// Velocities of all branches, `[branch][q][3]`; none where the file has none.
    pub fn all_velocities(&self) -> Option<Vec<f64>> {
        let all = || (0..self.n_branch()).flat_map(|b| self.velocities(b));
        self.header()
            .has_velocities
            .then(|| all().copied().collect())
    }

    /// What is to be said of modes that are left out or that have no frequency, one sentence each.
    pub fn notes(&self) -> Vec<String> {
        let p = self.peculiar;
        let mut all = Vec::new();
        if p.acoustic_at_gamma > 0 {
            all.push(format!(
                "{} of the {} modes are acoustic ones at Γ, of frequency zero: they have no lifetime and are left out of sums over modes.",
                p.acoustic_at_gamma, p.modes
            ));
        }
        if p.imaginary > 0 {
            all.push(format!(
                "{} of the {} modes are imaginary (negative frequencies, down to {:.4} THz): they carry no heat and are left out; the crystal is not stable as it was computed.",
                p.imaginary,
                p.modes,
                self.lowest_ev() / PLANCK_EV_PER_THZ
            ));
        }
        if p.without_rate > 0 {
            all.push(format!(
                "{} of the {} modes have no scattering rate in the file: they carry no heat by it and are left out.",
                p.without_rate, p.modes
            ));
        }
        all
    }
}

fn check_rates(rates: &Rates, modes: usize) -> Result<()> {
    let t = rates.temperature_k;
    let place = format!("scattering rates at {t} K");
    if !(t.is_finite() && t > 0.0) {
        return Err(Error::bad_bands(
            place,
            "the temperature is not positive",
            "correct the file",
        ));
    }
    if rates.per_second.len() != modes {
        let problem = format!("{} numbers for {modes} modes", rates.per_second.len());
        return Err(Error::bad_bands(
            place,
            problem,
            "the table must be complete",
        ));
    }
    match rates
        .per_second
        .iter()
        .find(|r| !(r.is_finite() && **r >= 0.0))
    {
        None => Ok(()),
        Some(r) => Err(Error::bad_bands(
            place,
            format!(
                "a mode has the rate {r:e} /s, that is, a lifetime of {:e} s",
                1.0 / r
            ),
            "every lifetime must be positive: run the anharmonic calculation again, or correct the file",
        )),
    }
}

/// Angular frequency of an energy, rad/s.
pub fn angular(energy_ev: f64) -> f64 {
    energy_ev / HBAR_EV
}
