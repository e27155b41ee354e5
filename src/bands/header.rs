//! Everything about a set of bands but the numbers themselves.

use crate::crystal::{Atom, GridBasis, KGrid, KSet, Lattice, PointGroup};
use crate::error::{Error, Result};

/// How the file treats spin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SpinTreatment {
    /// One set of bands, each holding two electrons: g_s = 2.
    Unpolarized,
    /// Two sets of bands, up and down, each state holding one electron: g_s = 1.
    Collinear,
    /// One set of two-component (noncollinear, spin-orbit) bands, each state holding one electron: g_s = 1.
    Spinor,
}

impl SpinTreatment {
    /// The name used in files.
    pub fn name(self) -> &'static str {
        match self {
            Self::Unpolarized => "unpolarized",
            Self::Collinear => "collinear",
            Self::Spinor => "spinor",
        }
    }

    /// The treatment of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Unpolarized, Self::Collinear, Self::Spinor]
            .into_iter()
            .find(|t| t.name() == name)
    }

    /// Electrons that one state holds, g_s.
    pub fn degeneracy(self) -> f64 {
        match self {
            Self::Unpolarized => 2.0,
            Self::Collinear | Self::Spinor => 1.0,
        }
    }
}

/// Where bands came from.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Provenance {
    /// Name of the format or generator ("Quantum ESPRESSO XML", "model simple_cubic" …).
    pub format: String,
    /// Path as the user gave it; empty for models.
    pub path: String,
    /// SHA-256 of the file's bytes in hexadecimal; empty where there is no file.
    pub sha256: String,
    /// Assumptions and remarks that a reader made, one sentence each; printed by `info` and kept in files.
    pub notes: Vec<String>,
}

/// A description of bands on a full periodic k-grid. Energies are `[spin][band][n1][n2][n3]` in eV.
#[derive(Clone, Debug, PartialEq)]
pub struct BandHeader {
    /// Lattice (Å).
    pub lattice: Lattice,
    /// Full k-grid.
    pub k_grid: KGrid,
    /// The basis that `k_grid` is in, where it is not the lattice's own because the k-points are no grid of several points along each
    /// axis in any basis: such bands can be interpolated (`sampler::FourierSeries`), not integrated.
    pub k_basis: Option<GridBasis>,
    /// Spin treatment; fixes the number of spin channels and g_s.
    pub spin: SpinTreatment,
    /// Whether the file does not tell how many electrons a state holds, so that `spin` is the reader's assumption.
    pub spin_assumed: bool,
    /// Number of bands per spin channel.
    pub n_band: usize,
    /// Number of the first band in the code that wrote the file (1 unless the file holds a selection).
    pub first_band: usize,
    /// Fermi level in eV on the energies' own scale, where the file gives one.
    pub fermi_level_ev: Option<f64>,
    /// Electrons per cell that these bands hold below the Fermi level, where known.
    pub n_electrons: Option<f64>,
    /// Atoms; empty where the file has none.
    pub atoms: Vec<Atom>,
    /// Operations on k that leave the set of bands unchanged.
    pub point_group: PointGroup,
    /// Whether [`super::Field::Velocity`] can be read.
    pub has_velocities: bool,
    /// Whether [`super::Field::InverseMass`] can be read; without it integrators differentiate.
    pub has_inverse_masses: bool,
    /// Whether [`super::Field::Lifetime`] can be read.
    pub has_lifetimes: bool,
    /// Origin of the data.
    pub provenance: Provenance,
}

impl BandHeader {
    /// A header with no optional part: Fermi level, electrons, atoms, symmetry, velocities, inverse masses and lifetimes
    /// are unknown.
    pub fn new(lattice: Lattice, k_grid: KGrid, spin: SpinTreatment, n_band: usize) -> Self {
        Self {
            lattice,
            k_grid,
            k_basis: None,
            spin,
            spin_assumed: false,
            n_band,
            first_band: 1,
            fermi_level_ev: None,
            n_electrons: None,
            atoms: Vec::new(),
            point_group: PointGroup::identity(),
            has_velocities: false,
            has_inverse_masses: false,
            has_lifetimes: false,
            provenance: Provenance::default(),
        }
    }

    /// The k-points as a set in whatever basis.
    pub fn k_set(&self) -> KSet {
        let grid = self.k_grid;
        KSet {
            grid,
            basis: self.k_basis.unwrap_or(GridBasis::own(grid.n)),
        }
    }

    /// That the k-points are a grid along the lattice's axes.
    ///
    /// # Errors
    /// [`Error::BadBands`] where they are a grid in no basis that can be differentiated.
    pub fn check_k_grid(&self) -> Result<()> {
        if self.k_basis.is_none() {
            return Ok(());
        }
        Err(Error::bad_bands(
            "k-points",
            format!(
                "their {} points are a grid in no basis of the crystal that has several points along each axis",
                self.k_grid.len()
            ),
            "interpolate the bands",
        ))
    }

    /// Number of spin channels: 2 for collinear bands, else 1.
    pub fn n_spin(&self) -> usize {
        match self.spin {
            SpinTreatment::Collinear => 2,
            SpinTreatment::Unpolarized | SpinTreatment::Spinor => 1,
        }
    }

    /// Number of (spin, band) pairs.
    pub fn n_spin_band(&self) -> usize {
        self.n_spin() * self.n_band
    }

    /// Electrons that all bands of the file hold together.
    pub fn capacity(&self) -> f64 {
        self.spin.degeneracy() * self.n_spin_band() as f64
    }

    /// Checks the promises that a reader must keep.
    ///
    /// # Errors
    /// [`Error::BadBands`] for zero bands, a Fermi level or electron count that is not finite, or more electrons than states.
    pub fn validate(&self) -> Result<()> {
        if self.n_band == 0 {
            return Err(Error::bad_bands(
                "bands",
                "the file holds 0 bands",
                "give a file with at least one band",
            ));
        }
        if let Some(fermi) = self.fermi_level_ev
            && !fermi.is_finite()
        {
            return Err(Error::bad_bands(
                "Fermi level",
                format!("{fermi} eV is not finite"),
                "correct the file, or give `--fermi-level EV`",
            ));
        }
        if let Some(n) = self.n_electrons {
            let possible = n.is_finite() && n >= 0.0 && n <= self.capacity() * (1.0 + 1e-9);
            if !possible {
                return Err(Error::bad_bands(
                    "electron count",
                    format!(
                        "{n} electrons do not fit in bands that hold 0 to {}",
                        self.capacity()
                    ),
                    "give a file with more bands, or correct the count",
                ));
            }
        }
        Ok(())
    }
}
