//! Transport in a field: a table, JSON, CSV and an HDF5 result.

mod entries;
mod files;
mod table;

use crate::bands::BandHeader;
use crate::surface::{About, Direction, Row};
use crate::transport::Levels;
use crate::workflow::{Magneto, MagnetoFound, MagnetoState};

pub use files::{magneto_csv, magneto_json, magneto_result};
pub use table::magneto_table;

/// Results with everything that is said about them.
pub struct MagnetoReport<'a> {
    /// The bands.
    pub header: &'a BandHeader,
    /// The input's path.
    pub input: String,
    /// Fermi level, eV.
    pub fermi_ev: f64,
    /// Where it comes from.
    pub origin: String,
    /// Grid of the surfaces.
    pub grid: [usize; 3],
    /// Directions of the field with their angles, degrees.
    pub angles: Vec<(Direction, f64)>,
    /// K.
    pub temperatures_k: Vec<f64>,
    /// Dopings or chemical potentials.
    pub levels: Levels,
    /// Temperature × level.
    pub states: Vec<MagnetoState>,
    /// T, or T s.
    pub fields: Vec<f64>,
    /// Rows: direction, state, field, the last fastest.
    pub rows: Vec<Row>,
    /// What is known of each direction and state.
    pub abouts: Vec<About>,
    /// Whether no relaxation time is known: conductivities per τ, fields as Bτ.
    pub per_tau: bool,
    /// The file of scattering mechanisms.
    pub scattering: Option<String>,
    /// Wall time, s.
    pub seconds: f64,
}

impl<'a> MagnetoReport<'a> {
    /// What was found, and what was asked for.
    pub fn new(
        asked: &Magneto,
        found: MagnetoFound,
        header: &'a BandHeader,
        input: String,
    ) -> Self {
        Self {
            header,
            input,
            fermi_ev: found.fermi_ev,
            origin: found.origin,
            grid: found.grid,
            angles: found.angles,
            temperatures_k: found.temperatures_k,
            levels: found.levels,
            states: found.states,
            fields: asked.fields.clone(),
            rows: found.rows,
            abouts: found.abouts,
            per_tau: found.per_tau,
            scattering: asked.scattering.as_ref().map(|p| p.display().to_string()),
            seconds: found.seconds,
        }
    }

    fn field_unit(&self) -> &'static str {
        if self.per_tau { "T s" } else { "T" }
    }

    fn density_unit(&self) -> &'static str {
        match self.header.k_grid.n.contains(&1) {
            true => "cm^-2",
            false => "cm^-3",
        }
    }
}
