//! What is asked of an integrator.

use super::ledger::Keeping;
use crate::bands::BandHeader;
use crate::error::{Error, Result};
use crate::kernel::channels::{Channels, DIRECTIONS};

/// How velocities come to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Velocities {
    /// Central differences of the tabulated energies, of order 2, 4 or 6.
    FiniteDifference(usize),
    /// The velocities that the file brought.
    FromFile,
}

/// How δ(ε − E) is represented.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Weights {
    /// Linear tetrahedra along the shortest diagonal.
    Tetrahedra,
    /// Gaussian e^{−y²/2} of this standard deviation (eV).
    Gaussian(f64),
    /// Methfessel–Paxton of order 1 with this width (eV).
    MethfesselPaxton(f64),
}

impl Weights {
    /// Width in eV and order of a smearing; none for tetrahedra.
    pub fn smearing(self) -> Option<(f64, usize)> {
        match self {
            Self::Tetrahedra => None,
            Self::Gaussian(s) => Some((s, 0)),
            Self::MethfesselPaxton(s) => Some((s, 1)),
        }
    }
}

/// Called with the k-planes done and all to be done, over all bands.
pub type Progress<'a> = Option<&'a (dyn Fn(u64, u64) + Sync)>;

/// How much errors at an energy matter; where given, refinement aims at what the energies that matter hold.
///
/// A function of the energy alone (eV, 0 to 1) makes every energy a result of its own. Sums over the spectrum, as thermal averages are, are
/// told apart as results: an energy that adds little to each of them may be off by more of its own content.
pub trait Relevance: Sync {
    /// At an energy (eV), 0 to 1.
    fn at(&self, energy_ev: f64) -> f64;

    /// Sums that the spectrum is made for.
    fn results(&self) -> usize {
        0
    }

    /// The smallest k_BT (eV) of sums that are thermal averages at band edges, 0 where they are none.
    fn scale_ev(&self) -> f64 {
        0.0
    }

    /// Weight of an energy (eV) in a sum, 0 to 1.
    fn weight(&self, _result: usize, energy_ev: f64) -> f64 {
        self.at(energy_ev)
    }
}

impl<F: Fn(f64) -> f64 + Sync> Relevance for F {
    fn at(&self, energy_ev: f64) -> f64 {
        self(energy_ev)
    }
}

/// What to integrate and how; the same for every backend.
#[derive(Clone, Copy)]
pub struct Request<'a> {
    /// Source of the velocities.
    pub velocities: Velocities,
    /// Representation of the δ-function.
    pub weights: Weights,
    /// Channels to accumulate.
    pub channels: Channels,
    /// k-planes of cells per block, or a size chosen from the memory there is. Never changes a result.
    pub block_planes: Option<usize>,
    /// Directions n̂ (Cartesian, unit length) of the channels |v·n̂|. Where there are none, sets with room for them have the
    /// Cartesian axes, and the others no such channel.
    pub directions: &'a [[f64; 3]],
    /// Whether a spectrum keeps what each band holds of it.
    pub by_band: bool,
    /// Where refinement of interpolated bands should aim at.
    pub relevance: Option<&'a dyn Relevance>,
    /// Reports progress of long work.
    pub progress: Progress<'a>,
    /// Where sums are looked up and kept. Never changes a result.
    pub keeping: Option<Keeping<'a>>,
}

impl Request<'_> {
    /// Tetrahedra; velocities from the file where it has them, else differences of order 4; v_i v_j τ where the grid has
    /// relaxation times, and |v_i| always.
    pub fn for_bands(header: &BandHeader) -> Self {
        Self {
            velocities: if header.has_velocities {
                Velocities::FromFile
            } else {
                Velocities::FiniteDifference(4)
            },
            weights: Weights::Tetrahedra,
            channels: if header.has_lifetimes {
                Channels::Lifetimes
            } else {
                Channels::Speeds
            },
            block_planes: None,
            directions: &[],
            by_band: false,
            relevance: None,
            progress: None,
            keeping: None,
        }
    }

    /// The same, of what nothing else is planned by: its items may be dealt out among the parts of a divided calculation.
    pub(super) fn shared(self) -> Self {
        let keeping = self.keeping.map(|keeping| Keeping {
            shared: true,
            ..keeping
        });
        Self { keeping, ..self }
    }

    /// Whether items of this calculation are another part's, so that integrals stand for nothing.
    pub(super) fn is_left_open(&self) -> bool {
        self.keeping.is_some_and(|k| k.ledger.is_left_open())
    }

    /// Ends the part of a calculation whose other items are other parts'.
    ///
    /// # Errors
    /// [`Error::PartDone`] then.
    pub(super) fn end_part(&self) -> Result<()> {
        match self.is_left_open() {
            true => Err(Error::PartDone),
            false => Ok(()),
        }
    }

    /// The directions of the channels |v·n̂|, the unused ones zero.
    pub fn direction_vectors(&self) -> [[f64; 3]; DIRECTIONS] {
        const AXES: [[f64; 3]; 3] = [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]];
        let room = self.channels.directions();
        let given: &[[f64; 3]] = match self.directions {
            [] if room >= AXES.len() => &AXES,
            given => given,
        };
        std::array::from_fn(|i| match given.get(i) {
            Some(n) if i < room => *n,
            _ => [0.0; 3],
        })
    }

    /// Checks the request against the bands.
    ///
    /// # Errors
    /// [`Error::BadOption`] for an unknown order, a width that is not positive, or fields that the bands do not bring;
    /// [`Error::BadBands`] for k-points that can only be interpolated through.
    pub fn validate(&self, header: &BandHeader) -> Result<()> {
        header.check_k_grid()?;
        match self.velocities {
            Velocities::FiniteDifference(2 | 4 | 6) => {}
            Velocities::FiniteDifference(order) => {
                return Err(Error::bad_option(
                    "order of the velocity stencil",
                    format!("{order}"),
                    "give 2, 4 or 6",
                ));
            }
            Velocities::FromFile if !header.has_velocities => {
                return Err(Error::bad_option(
                    "velocities",
                    "the bands bring no velocities",
                    "use finite differences (`--velocity 2|4|6`)",
                ));
            }
            Velocities::FromFile => {}
        }
        if let Some((width, _)) = self.weights.smearing() {
            let usable = width.is_finite() && width > 0.0;
            if !usable {
                return Err(Error::bad_option(
                    "smearing width",
                    format!("{width} eV"),
                    "give a positive width",
                ));
            }
        }
        if self.channels.has_lifetimes() && !header.has_lifetimes {
            return Err(Error::bad_option(
                "channels",
                "the bands bring no relaxation times",
                "give a constant one (`--tau SECONDS`)",
            ));
        }
        let room = self.channels.directions();
        if self.directions.len() > room {
            return Err(Error::bad_option(
                "directions",
                format!("{} of them", self.directions.len()),
                format!("ask for at most {room} at a time"),
            ));
        }
        for n in self.directions {
            let length: f64 = n.iter().map(|x| x * x).sum::<f64>().sqrt();
            let unit = (length - 1.0).abs() < 1e-6;
            if !unit {
                return Err(Error::bad_option(
                    "direction",
                    format!("({}, {}, {}), of length {length}", n[0], n[1], n[2]),
                    "give a Cartesian vector of length 1",
                ));
            }
        }
        if self.block_planes == Some(0) {
            return Err(Error::bad_option(
                "block size",
                "0 planes",
                "give at least 1 plane per block",
            ));
        }
        Ok(())
    }
}
