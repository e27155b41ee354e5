//! Thermal states along directions of transport: what `landauer`, `zt` and `magneto` have in common.

mod compute;

use super::dimension::Dimension;
use super::level::{self, LevelChoice};
use super::plausible;
use super::relaxation::Relaxation;
use super::wanted::Wanted;
use crate::bands::{BandHeader, BandSource};
use crate::crystal::Tensor;
use crate::error::{Error, Result};
use crate::integrate::Channels;
use crate::integrate::crossings::CrossingEffect;
use crate::scattering::ScatteringModel;
use crate::transport::{
    Extent, Levels, MILLER_HELP, ModeDistribution, RelaxationTime, Scalar, ThermalState,
    TransportDirection, inequivalent,
};

/// Which states are asked for.
#[derive(Clone, Debug, PartialEq)]
pub struct States {
    /// Temperatures, K.
    pub temperatures_k: Vec<f64>,
    /// What fixes the states.
    pub wanted: Wanted,
    /// Where the Fermi level comes from.
    pub level: LevelChoice,
    /// What is known of relaxation times.
    pub relaxation: Relaxation,
    /// Directions of transport, as [`TransportDirection::parse`] takes them, or several in Miller indices apart by commas; none for the
    /// Cartesian axes that differ.
    pub directions: Vec<String>,
    /// Layers and chains.
    pub extent: Dimension,
}

impl Default for States {
    fn default() -> Self {
        Self {
            temperatures_k: vec![300.0],
            wanted: Wanted::default(),
            level: LevelChoice::default(),
            relaxation: Relaxation::default(),
            directions: Vec::new(),
            extent: Dimension::default(),
        }
    }
}

/// The bands with what states on them need.
#[derive(Clone, Copy)]
pub(super) struct Scene<'a> {
    /// The bands.
    pub(super) source: &'a dyn BandSource,
    /// Scattering mechanisms.
    pub(super) model: Option<&'a ScatteringModel>,
    /// Of a layer or a chain.
    pub(super) extent: Option<&'a Extent>,
    /// Along which transport is looked at.
    pub(super) directions: &'a [TransportDirection],
}

/// What a state is looked at with: the distribution of a few directions, the relaxation time, and the direction's number among them.
pub(super) type Look<'a, T> =
    &'a (dyn Fn(&ModeDistribution, &ThermalState, &RelaxationTime, usize) -> Result<T> + Sync);

/// One temperature, level and direction.
#[derive(Clone, Debug)]
pub struct StateFound<T> {
    /// K.
    pub temperature_k: f64,
    /// Index among the levels.
    pub level: usize,
    /// Index among the directions.
    pub direction: usize,
    /// Chemical potential, eV, on the bands' scale.
    pub mu_ev: Scalar,
    /// Electrons less holes, in the unit of dopings.
    pub carriers: Scalar,
    /// What was looked for.
    pub found: T,
}

/// What the integration found.
pub struct StatesFound<T> {
    /// E_F, eV.
    pub fermi_level_ev: f64,
    /// Where it comes from.
    pub origin: String,
    /// Edges of the gap, eV.
    pub gap_ev: Option<(f64, f64)>,
    /// Dopings or chemical potentials.
    pub levels: Levels,
    /// `[temperature][level][direction]`.
    pub states: Vec<StateFound<T>>,
    /// Number of energy bins.
    pub bins: usize,
    /// What crossings of sorted bands do to the velocities.
    pub crossings: Option<CrossingEffect>,
    /// σ of all states that were integrated, in units that are of no matter.
    pub conducted: Tensor,
}

impl States {
    /// Whether the options fit together; with a lattice thermal conductivity, where there is one to be looked at.
    ///
    /// # Errors
    /// [`Error::BadOption`] where not.
    pub(super) fn check(&self, with_lattice: bool) -> Result<()> {
        let lattice = self.relaxation.lattice_thermal_conductivity;
        self.extent.check(lattice.filter(|_| with_lattice))?;
        self.level.check()
    }

    /// What there is to say of values that are hardly meant.
    pub(super) fn doubts(&self) -> Vec<String> {
        let densities = match self.extent.dimension {
            3 => self.wanted.dopings(),
            _ => &[],
        };
        [
            plausible::TAU.doubt(self.relaxation.tau),
            plausible::LATTICE.doubt(self.relaxation.lattice_thermal_conductivity),
            plausible::THICKNESS.doubt(self.extent.thickness),
            plausible::TEMPERATURE.doubt(self.temperatures_k.iter().copied()),
            plausible::DOPING.doubt(densities.iter().copied()),
        ]
        .into_iter()
        .flatten()
        .collect()
    }

    /// Objections to the bands, before anything long is made of them.
    ///
    /// # Errors
    /// [`Error::BadOption`] for directions that cannot be, a dimension without vacuum, or an unknown Fermi level.
    pub(super) fn check_bands(
        &self,
        header: &BandHeader,
        range_ev: Option<(f64, f64)>,
    ) -> Result<()> {
        self.extent.extent(header)?;
        self.directions(header)?;
        if self.wanted.absolute().is_some() && !level::determines_level(&self.level, header) {
            return Ok(());
        }
        level::check_level(&self.level, header, range_ev)
    }

    /// The directions asked for; by default the Cartesian axes along which the bands move, of those that symmetry makes equal the first.
    ///
    /// # Errors
    /// [`Error::BadOption`] for what is no direction, or leaves a layer's plane or a chain's line.
    pub(super) fn directions(&self, header: &BandHeader) -> Result<Vec<TransportDirection>> {
        // Directions forth and back are one, whatever the crystal.
        let group = header.point_group.with_inversion();
        if self.directions.is_empty() {
            let axes = (0..3).map(TransportDirection::axis);
            let moving: Vec<TransportDirection> =
                axes.filter(|d| d.check_moves(header).is_ok()).collect();
            if moving.is_empty() {
                return Err(Error::bad_option(
                    "--direction",
                    "the bands move along no Cartesian axis alone",
                    format!("give {MILLER_HELP}"),
                ));
            }
            return Ok(inequivalent(&moving, &group, &header.lattice));
        }
        let mut all: Vec<TransportDirection> = Vec::new();
        for text in self.directions.iter().flat_map(|text| apart(text)) {
            let direction = TransportDirection::parse(text, &header.lattice, &header.point_group)?;
            direction.check_moves(header)?;
            if all.iter().any(|known| known.label == direction.label) {
                return Err(Error::bad_option(
                    "--direction",
                    format!("`{}` is given twice", direction.label),
                    "give each direction once",
                ));
            }
            all.push(direction);
        }
        Ok(all)
    }

    /// The channels of the bands' own relaxation times, or of modes alone.
    pub(super) fn channels(&self, header: &BandHeader) -> Channels {
        if header.has_lifetimes && self.relaxation.tau.is_none() {
            Channels::Lifetimes
        } else {
            Channels::Speeds
        }
    }
}

/// The directions that a text names: several in Miller indices apart by commas, or one.
pub fn apart(text: &str) -> Vec<&str> {
    let parts: Vec<&str> = text.split(',').collect();
    let digits = |p: &&str| p.chars().filter(char::is_ascii_digit).count() >= 3 && !p.contains('.');
    let axis = |p: &&str| matches!(p.trim(), "x" | "y" | "z");
    if parts.len() > 1 && parts.iter().all(|p| digits(p) || axis(p)) {
        parts
    } else {
        vec![text]
    }
}
