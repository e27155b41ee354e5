//! Bands that are given as numbers, not as a file.

use super::held::Held;
use crate::bands::unfold::Weights;
use crate::bands::{BandGrid, BandHeader, SpinTreatment};
use crate::crystal::{Atom, KGrid, Lattice, PointGroup};
use crate::error::Result;
use crate::io::bxsf::symmetry_of;
use crate::io::listed::ListedBands;

/// How far apart energies that symmetry makes equal may be, eV.
const SAME_ENERGY_EV: f64 = 1e-6;
/// How far a lattice may be from a symmetric one, relative.
const LATTICE_TOLERANCE: f64 = 1e-5;

/// Bands that are given as numbers.
#[derive(Clone, Debug)]
pub struct Given {
    /// What they are called in messages.
    pub name: String,
    /// Lattice, Å.
    pub lattice: Lattice,
    /// Spin treatment.
    pub spin: SpinTreatment,
    /// Bands per spin channel.
    pub n_band: usize,
    /// Fermi level, eV.
    pub fermi_level_ev: Option<f64>,
    /// Electrons per cell in these bands.
    pub n_electrons: Option<f64>,
    /// Atoms; empty where unknown.
    pub atoms: Vec<Atom>,
}

impl Given {
    fn complete(self, mut bands: BandGrid) -> Result<Held> {
        let header = bands.header_mut();
        header.fermi_level_ev = self.fermi_level_ev;
        header.n_electrons = self.n_electrons;
        header.provenance.format = "arrays".into();
        header.provenance.path.clone_from(&self.name);
        header.validate()?;
        Ok(Held::table(self.name, bands))
    }

    /// On a full grid: energies `[spin][band][n1][n2][n3]` (eV), velocities `[…][3]` (m/s) and relaxation times (s). The symmetry is that of
    /// the lattice which the energies have.
    ///
    /// # Errors
    /// As [`BandGrid::with_fields`].
    pub fn on_grid(
        self,
        grid: KGrid,
        energies: Vec<f64>,
        velocities: Option<Vec<f64>>,
        lifetimes: Option<Vec<f64>>,
    ) -> Result<Held> {
        let mut header = BandHeader::new(self.lattice.clone(), grid, self.spin, self.n_band);
        header.atoms.clone_from(&self.atoms);
        let mut bands = BandGrid::with_fields(header, energies.clone(), velocities, lifetimes)?;
        let group = PointGroup::of_lattice(&self.lattice, LATTICE_TOLERANCE).on_grid(&grid);
        bands.header_mut().point_group = symmetry_of(&group, &grid, &energies, SAME_ENERGY_EV);
        self.complete(bands)
    }

    /// On listed k-points (fractional) that are a full grid, or become one by the symmetry of the atoms: energies `[k][spin][band]`, eV.
    ///
    /// # Errors
    /// Where the list is completed by no symmetry.
    pub fn listed(self, k_points: Vec<[f64; 3]>, energies: Vec<f64>) -> Result<Held> {
        let listed = ListedBands {
            lattice: self.lattice.clone(),
            spin: self.spin,
            n_band: self.n_band,
            k_points,
            energies,
            weights: Weights::unknown(),
            divisions: None,
            k_lattice: None,
            atoms: self.atoms.clone(),
            moments: Vec::new(),
            rotations: Vec::new(),
        };
        self.complete(listed.complete()?)
    }
}
