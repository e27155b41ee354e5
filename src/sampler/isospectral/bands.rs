//! Bands of Hamiltonians found from their energies, the others by series.

use crate::bands::{BandHeader, BandSource, SpinTreatment, WannierHamiltonian};
use crate::crystal::PointGroup;
use crate::error::{Error, Result};
use crate::sampler::{
    BandGroup, BoxBand, Derivatives, FourierSeries, Interpolator, KBox, Sought, WannierBands,
};
use std::ops::Range;
use std::sync::Arc;

/// A Hamiltonian, and the bands of one spin channel that it is taken for; its lowest level is band `first`.
pub(super) struct Hamiltonian {
    spin: usize,
    bands: Range<usize>,
    first: usize,
    levels: WannierBands,
}

impl Hamiltonian {
    pub fn new(
        spin: usize,
        bands: Range<usize>,
        first: usize,
        hamiltonian: &WannierHamiltonian,
    ) -> Result<Self> {
        Ok(Self {
            spin,
            bands,
            first,
            levels: WannierBands::new(hamiltonian.clone())?,
        })
    }
}

/// An interpolation whose bands that matter are the lowest eigenvalues of smooth Hamiltonians: bands that touch are as good as
/// any others. The bands that no Hamiltonian has are Fourier series.
#[derive(Clone)]
pub struct IsospectralBands {
    header: BandHeader,
    hamiltonians: Arc<[Hamiltonian]>,
    series: Arc<FourierSeries>,
    symmetry: PointGroup,
    rival: Option<Arc<Self>>,
    /// Whether bands that matter and touch others are left to the series.
    kinks: bool,
    misfit_ev: f64,
}

impl IsospectralBands {
    pub(super) fn new(
        source: &dyn BandSource,
        hamiltonians: Vec<Hamiltonian>,
        series: Arc<FourierSeries>,
    ) -> Result<Self> {
        let mut header = source.header().clone();
        header.has_velocities = true;
        header.has_inverse_masses = false;
        header.has_lifetimes = false;
        let symmetry = header.point_group.filter(|r| {
            let exact = hamiltonians
                .iter()
                .all(|h| Interpolator::symmetry(&h.levels).rotations().contains(r));
            exact && series.symmetry().rotations().contains(r)
        });
        Ok(Self {
            header,
            hamiltonians: hamiltonians.into(),
            series,
            symmetry,
            rival: None,
            kinks: false,
            misfit_ev: 0.0,
        })
    }

    pub(super) fn set_rival(&mut self, rival: Self) {
        self.rival = Some(Arc::new(rival));
    }

    pub(super) fn describe(&mut self, kinks: bool, misfit_ev: f64, notes: Vec<String>) {
        self.kinks = kinks;
        self.misfit_ev = misfit_ev;
        let notes_of_table = &mut self.header.provenance.notes;
        notes_of_table.push(format!(
            "Interpolated from {} k-points: levels of smooth Hamiltonians found from the energies alone, so that bands which touch are no kinks; other bands by Fourier series. Bars include what another such Hamiltonian changes.",
            self.header.k_grid
        ));
        notes_of_table.extend(notes);
    }

    /// The Hamiltonians of a spin channel, each with the bands that it is taken for and the band (from 0) that is its lowest level.
    pub fn hamiltonians(
        &self,
        spin: usize,
    ) -> impl Iterator<Item = (&WannierHamiltonian, Range<usize>, usize)> {
        let own = self.hamiltonians.iter().filter(move |h| h.spin == spin);
        own.map(|h| (h.levels.hamiltonian(), h.bands.clone(), h.first))
    }

    /// The Hamiltonian of a spin channel that is taken for the most bands, with a note on which they are.
    pub fn whole(&self, spin: usize) -> Option<WannierHamiltonian> {
        let (found, bands, first) = self
            .hamiltonians(spin)
            .max_by_key(|(_, bands, _)| bands.len())?;
        let mut found = found.clone();
        let number = self.header.first_band;
        found.note(format!(
            "The lowest levels are bands {} and following of the table; {} to {} are those that matter.",
            number + first,
            number + bands.start,
            number + bands.end - 1
        ));
        let own = self
            .header
            .provenance
            .notes
            .iter()
            .filter(|n| n.starts_with("Bands") || n.starts_with("Spin"));
        own.for_each(|n| found.note(n.clone()));
        Some(found)
    }

    /// Root mean square deviation of the smooth Hamiltonians from the energies before these were set, eV: about what stays open between
    /// the k-points.
    pub fn misfit_ev(&self) -> f64 {
        self.misfit_ev
    }

    /// [`Interpolator::rival`].
    pub fn isospectral_rival(&self) -> Option<Arc<Self>> {
        self.rival.clone()
    }

    fn of(&self, group: &BandGroup) -> Option<&Hamiltonian> {
        let own = |h: &&Hamiltonian| h.spin == group.spin && h.bands.contains(&group.bands.start);
        self.hamiltonians.iter().find(own)
    }
}

impl Interpolator for IsospectralBands {
    fn header(&self) -> &BandHeader {
        &self.header
    }

    fn symmetry(&self) -> &PointGroup {
        &self.symmetry
    }

    fn rival(&self) -> Option<Arc<dyn Interpolator>> {
        self.rival.clone().map(|r| r as Arc<dyn Interpolator>)
    }

    fn is_hamiltonian(&self) -> bool {
        true
    }

    fn has_kinks(&self) -> bool {
        self.kinks
    }

    fn groups(&self) -> Vec<BandGroup> {
        let mut all = Vec::new();
        for spin in 0..self.header.n_spin() {
            let mut band = 0;
            while band < self.header.n_band {
                let one = BandGroup {
                    spin,
                    bands: band..band + 1,
                };
                let bands = self.of(&one).map_or(one.bands, |h| h.bands.clone());
                band = bands.end;
                all.push(BandGroup { spin, bands });
            }
        }
        all
    }

    fn evaluate(
        &self,
        group: &BandGroup,
        k_box: &KBox,
        derivatives: Derivatives,
    ) -> Result<Vec<BoxBand>> {
        let mut found = Vec::new();
        self.evaluate_slab(
            group,
            std::slice::from_ref(k_box),
            Sought::everywhere(derivatives),
            &mut |_, bands| {
                found = bands;
                Ok(())
            },
        )?;
        Ok(found)
    }

    fn evaluate_slab(
        &self,
        group: &BandGroup,
        boxes: &[KBox],
        sought: Sought,
        take: &mut dyn FnMut(usize, Vec<BoxBand>) -> Result<()>,
    ) -> Result<()> {
        let Some(h) = self.of(group) else {
            return match group.bands.len() {
                1 => self.series.evaluate_slab(group, boxes, sought, take),
                _ => Err(Error::Internal(
                    "a group of bands has no Hamiltonian".into(),
                )),
            };
        };
        if group.bands.end > h.bands.end {
            return Err(Error::Internal(
                "a group of bands reaches beyond its Hamiltonian".into(),
            ));
        }
        let levels = BandGroup {
            spin: 0,
            bands: group.bands.start - h.first..group.bands.end - h.first,
        };
        h.levels.evaluate_slab(&levels, boxes, sought, take)
    }
}

/// The header of a Hamiltonian of one channel of `header`: `n` levels, electrons and spin left out.
pub(super) fn of_one_channel(header: &BandHeader, n: usize) -> BandHeader {
    let mut one = header.clone();
    one.n_band = n;
    one.n_electrons = None;
    one.has_lifetimes = false;
    if one.spin == SpinTreatment::Collinear {
        one.spin = SpinTreatment::Unpolarized;
    }
    one
}
