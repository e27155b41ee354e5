//! How many electrons take up the momentum of phonons: those of the bands that the Fermi level crosses. A full band takes up none, for
//! none of its states is free.

use crate::bands::{BandGrid, BandSource};
use crate::error::{Error, Result};
use crate::integrate::cpu::CpuEngine;
use crate::integrate::{At, Channels, Request, measure};
use crate::uncertainty::{ByCause, Scalar};
use crate::workflow::level::{self, LevelChoice};

/// Share of a band's states below which it counts as empty, and above one less which as full.
const NONE: f64 = 1e-9;
/// Share of a band's states from which on holes are the likelier carriers.
const NEARLY_FULL: f64 = 0.75;

/// What bands say.
pub struct Carriers {
    /// Electrons of the crossed bands, 1/m³.
    pub density_m3: Scalar,
    /// How many bands are crossed.
    bands: usize,
    /// Share of their states that is filled.
    filled: f64,
    fermi_ev: f64,
}

impl Carriers {
    /// What was counted, and where the count is not what the user may want.
    pub fn sentence(&self) -> String {
        let doubt = match self.filled > NEARLY_FULL {
            true => {
                "; these bands are nearly full: if holes carry, give them by --density, negative"
            }
            false => "",
        };
        format!(
            "{:.4e} ± {:.1e} electrons per cm^3 in the {} band(s) that the Fermi level, {:.6} eV, crosses ({:.1} % of their states){doubt}",
            1e-6 * self.density_m3.value,
            1e-6 * self.density_m3.error,
            self.bands,
            self.fermi_ev,
            100.0 * self.filled
        )
    }
}

/// Counts the electrons of crossed bands on their own k-grid.
///
/// # Errors
/// As [`level::fermi_level`]; [`Error::BadBands`] where no band is crossed.
pub fn carriers(source: &dyn BandSource, choice: &LevelChoice) -> Result<Carriers> {
    let bands = BandGrid::load(source)?;
    let header = bands.header();
    let request = Request {
        channels: Channels::Basic,
        ..Request::for_bands(header)
    };
    let mut engine = CpuEngine::<f64>::default();
    let (fermi_ev, _) = level::fermi_level(choice, &bands, &request, &mut engine)?;
    let surface = measure(&bands, &request, &At(fermi_ev), &mut engine)?.result;
    let whole = header.spin.degeneracy();
    let crossed = surface
        .bands
        .iter()
        .filter(|b| b.occupied > NONE * whole && b.occupied < (1.0 - NONE) * whole);
    let (mut count, mut electrons, mut bar) = (0, 0.0, ByCause::default());
    for band in crossed {
        count += 1;
        electrons += band.occupied;
        bar += band.occupied_bar;
    }
    if count == 0 {
        return Err(Error::bad_bands(
            "Fermi level",
            format!("no band crosses {fermi_ev:.6} eV: there are no electrons to drag"),
            "give another `--fermi-level`, or the carriers by `--density`",
        ));
    }
    Ok(Carriers {
        density_m3: Scalar::from((electrons, bar)).scaled(1.0 / header.lattice.volume_m3()),
        bands: count,
        filled: electrons / (whole * count as f64),
        fermi_ev,
    })
}
