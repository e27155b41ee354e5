//! Waves for q → 0: phase and group velocities, how they focus, and maps of where energy or heat flows.

use crate::elastic::{Christoffel, FocusMap, Section, Stiffness, Wave, focus_map, section};
use crate::error::{Error, Result};
use crate::excitations::Phonons;
use crate::phonons::{LongWave, LongWaves, heat_flow_map};
use crate::transport::TransportDirection;

/// Wave vectors for each pixel of a map.
const RAYS: usize = 25;
/// Angles of a section.
const ANGLES: usize = 720;

/// What waves run in.
pub enum Medium<'a> {
    /// Elastic constants, GPa, in the order that their number tells, and a density, kg/m³.
    Elastic(&'a [f64], f64),
    /// A file's first three branches, and the temperature (K) of the heat that maps show.
    Phonons(&'a Phonons, f64),
}

/// What is asked for.
#[derive(Clone, Debug, PartialEq)]
pub struct Focusing {
    /// Directions of the wave vector.
    pub directions: Vec<[f64; 3]>,
    /// Middle of the map, and normal of the sections.
    pub axis: [f64; 3],
    /// Pixels along the map's side; none for no map and no sections.
    pub pixels: Option<usize>,
}

impl Default for Focusing {
    fn default() -> Self {
        Self {
            directions: vec![[0.0, 0.0, 1.0], [1.0, 1.0, 0.0], [1.0, 1.0, 1.0]],
            axis: [0.0, 0.0, 1.0],
            pixels: None,
        }
    }
}

/// Directions with their waves.
pub enum Waves {
    /// The density, kg/m³, and the slow transverse, the fast transverse, the longitudinal wave.
    Elastic(f64, Vec<([f64; 3], [Wave; 3])>),
    /// Branches of a file.
    Branches(Vec<(TransportDirection, Vec<LongWave>)>),
}

/// What is drawn.
pub struct FocusingPicture {
    /// Where energy, or heat, flows.
    pub map: FocusMap,
    /// Slowness and wave surface across the axis.
    pub section: Section,
    /// Largest bar of the slowness, as a share; none where it is rounding.
    pub slowness_bar: Option<f64>,
}

/// What was found.
pub struct FocusingFound {
    /// By direction.
    pub waves: Waves,
    /// Map and sections, where they were asked for.
    pub picture: Option<FocusingPicture>,
}

impl Focusing {
    /// Whether the options make sense.
    ///
    /// # Errors
    /// [`Error::BadOption`] for an axis without direction.
    pub fn check(&self) -> Result<()> {
        if self.axis.iter().any(|x| *x != 0.0) {
            return Ok(());
        }
        Err(Error::bad_option(
            "--axis",
            "0,0,0 has no direction",
            "give three numbers that are not all zero",
        ))
    }

    /// Everything that is asked for.
    ///
    /// # Errors
    /// For constants of no stable crystal, directions of no length, meshes with too few points around Γ.
    pub fn run(&self, medium: &Medium) -> Result<FocusingFound> {
        self.check()?;
        match medium {
            Medium::Elastic(constants, density) => self.elastic(constants, *density),
            Medium::Phonons(phonons, temperature_k) => self.branches(phonons, *temperature_k),
        }
    }

    fn elastic(&self, constants: &[f64], density: f64) -> Result<FocusingFound> {
        let stiffness = Stiffness::new(constants)?;
        let medium = Christoffel::of(&stiffness, density)?;
        let each = self.directions.iter().map(|n| Ok((*n, medium.waves(*n)?)));
        let rows = each.collect::<Result<Vec<_>>>()?;
        let picture = |side: usize| {
            Ok(FocusingPicture {
                map: focus_map(&stiffness, density, self.axis, side, RAYS)?,
                section: section(&medium, self.axis, ANGLES)?,
                slowness_bar: None,
            })
        };
        Ok(FocusingFound {
            waves: Waves::Elastic(density, rows),
            picture: self.pixels.map(picture).transpose()?,
        })
    }

    fn branches(&self, phonons: &Phonons, temperature_k: f64) -> Result<FocusingFound> {
        let near = LongWaves::of(phonons)?;
        let lattice = &phonons.header().lattice;
        let each = self.directions.iter().map(|n| {
            let label = format!("{},{},{}", n[0], n[1], n[2]);
            let n = TransportDirection::parse(&label, lattice, &phonons.group)?;
            let waves = near.waves(n.unit)?;
            Ok((n, waves))
        });
        let rows = each.collect::<Result<Vec<_>>>()?;
        let picture = |side: usize| {
            let (section, bar) = near.section(self.axis, ANGLES)?;
            Ok(FocusingPicture {
                map: heat_flow_map(phonons, temperature_k, self.axis, side)?,
                section,
                slowness_bar: Some(bar),
            })
        };
        Ok(FocusingFound {
            waves: Waves::Branches(rows),
            picture: self.pixels.map(picture).transpose()?,
        })
    }
}
