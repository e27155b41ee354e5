//! Bands in which every state has the same mean free path: boundaries, or metals in which disorder sets the path.

use super::{BandGroup, BoxBand, Derivatives, Interpolator, KBox, Sought};
use crate::bands::{BandHeader, BandSource, BandStatistics, Field};
use crate::crystal::{PointGroup, Tensor};
use crate::error::{Error, Result};
use crate::kernel::velocity::stencil;
use crate::memory;
use crate::units::ANGSTROM;
use std::sync::Arc;

/// States slower than this share of a band's fastest have the time of one that is as fast: λ/|v| diverges where v = 0, and
/// what such states carry, λ v_i v_j/|v|, is next to nothing.
const SLOWEST: f64 = 1e-3;

/// Order of the differences that give the speeds of a table.
const TABLE_ORDER: usize = 4;

/// Speed (m/s) below which a state of an interpolation has the time of one that is as fast.
const STANDING: f64 = 1.0;

/// # Errors
/// [`Error::BadOption`] for a path that is not positive and finite.
fn described(header: &BandHeader, path_angstrom: f64) -> Result<BandHeader> {
    if !(path_angstrom.is_finite() && path_angstrom > 0.0) {
        return Err(Error::bad_option(
            "--mean-free-path",
            format!("{path_angstrom} Å"),
            "give a positive length in Å, such as 400",
        ));
    }
    let mut header = header.clone();
    header.has_lifetimes = true;
    header.provenance.notes.push(format!(
        "Every state has the mean free path {path_angstrom} Å."
    ));
    Ok(header)
}

/// A source whose relaxation times are λ/|v_nk| (docs/physics §8): integrals of v_i v_j τ become λ⟨v_i v_j/|v|⟩.
pub struct MeanFreePathBands<'a> {
    source: Box<dyn BandSource + 'a>,
    header: BandHeader,
    statistics: Vec<BandStatistics>,
    path_m: f64,
    order: usize,
    to_velocity: Tensor,
    /// The least speed of each band, m/s.
    floors: Vec<f64>,
}

impl<'a> MeanFreePathBands<'a> {
    /// `source` with the mean free path `path_angstrom` (Å); speeds by central differences of `order` 2, 4 or 6, or with order 0
    /// from the source's own velocities.
    ///
    /// # Errors
    /// [`Error::BadOption`] for a path that is not positive and finite; those of reading.
    pub fn new(source: Box<dyn BandSource + 'a>, path_angstrom: f64, order: usize) -> Result<Self> {
        let header = described(source.header(), path_angstrom)?;
        let mut bands = Self {
            statistics: source.statistics().to_vec(),
            to_velocity: header.lattice.gradient_to_velocity(),
            floors: Vec::new(),
            path_m: path_angstrom * ANGSTROM,
            header,
            order,
            source,
        };
        let mut plane = memory::zeros("a plane of speeds", bands.header.k_grid.plane_len())?;
        for index in 0..bands.statistics.len() {
            let (spin, band) = (index / bands.header.n_band, index % bands.header.n_band);
            let mut fastest: f64 = 0.0;
            for first in 0..bands.header.k_grid.n[0] {
                bands.speeds(spin, band, first, &mut plane)?;
                fastest = plane.iter().copied().fold(fastest, f64::max);
            }
            let floor = SLOWEST * fastest;
            bands.floors.push(floor);
            bands.statistics[index].max_lifetime = bands.time(floor, floor);
        }
        Ok(bands)
    }

    /// Other bands with the same path.
    fn likewise<'b>(
        &self,
        source: Box<dyn BandSource + 'b>,
        order: usize,
    ) -> Option<Box<dyn BandSource + 'b>> {
        let path = self.path_m / ANGSTROM;
        // What these bands could be read for, those of the same table can.
        let bands = MeanFreePathBands::new(source, path, order).ok()?;
        Some(Box::new(bands))
    }

    /// λ/|v|, s; 0 in a band in which nothing moves.
    fn time(&self, speed: f64, floor: f64) -> f64 {
        if floor > 0.0 {
            self.path_m / speed.max(floor)
        } else {
            0.0
        }
    }

    /// |v| of whole planes, m/s.
    fn speeds(&self, spin: usize, band: usize, first: usize, out: &mut [f64]) -> Result<()> {
        if self.order == 0 {
            let mut v = memory::zeros("planes of velocities", 3 * out.len())?;
            let source = &self.source;
            source.read_planes(Field::Velocity, spin, band, first, &mut v)?;
            for (speed, v) in out.iter_mut().zip(v.chunks_exact(3)) {
                *speed = (v[0] * v[0] + v[1] * v[1] + v[2] * v[2]).sqrt();
            }
            return Ok(());
        }
        let [n1, n2, n3] = self.header.k_grid.n;
        let (plane, halo) = (n2 * n3, self.order / 2);
        let planes = out.len() / plane;
        let mut energies = memory::zeros("planes of energies", (planes + 2 * halo) * plane)?;
        for (i, one) in energies.chunks_exact_mut(plane).enumerate() {
            let at = (first + i + halo * n1 - halo) % n1;
            self.source
                .read_planes(Field::Energy, spin, band, at, one)?;
        }
        let at = |i: usize, j: usize, k: usize| energies[i * plane + (j % n2) * n3 + k % n3];
        for (x, speed) in out.iter_mut().enumerate() {
            let (i, j, k) = (x / plane + halo, x / n3 % n2, x % n3);
            let mut slope = [0.0; 3];
            for m in 1..=halo {
                let c = stencil(self.order, m);
                // Multiples of the axis' points keep what is left of a point from going below 0.
                let (back_j, back_k) = (j + m * n2 - m, k + m * n3 - m);
                slope[0] += c * n1 as f64 * (at(i + m, j, k) - at(i - m, j, k));
                slope[1] += c * n2 as f64 * (at(i, j + m, k) - at(i, back_j, k));
                slope[2] += c * n3 as f64 * (at(i, j, k + m) - at(i, j, back_k));
            }
            let v = self
                .to_velocity
                .map(|r| r[0] * slope[0] + r[1] * slope[1] + r[2] * slope[2]);
            *speed = (v[0] * v[0] + v[1] * v[1] + v[2] * v[2]).sqrt();
        }
        Ok(())
    }
}

impl BandSource for MeanFreePathBands<'_> {
    fn header(&self) -> &BandHeader {
        &self.header
    }

    fn statistics(&self) -> &[BandStatistics] {
        &self.statistics
    }

    fn symmetry(&self) -> PointGroup {
        self.source.symmetry()
    }

    fn rival(&self) -> Option<Box<dyn BandSource + '_>> {
        self.likewise(self.source.rival()?, self.order)
    }

    fn has_rival(&self) -> bool {
        self.source.has_rival()
    }

    fn table(&self) -> Option<Box<dyn BandSource + '_>> {
        // A table's own velocities are differences of its energies.
        self.likewise(self.source.table()?, TABLE_ORDER)
    }

    fn in_memory(&self, field: Field, spin: usize, band: usize) -> Option<&[f64]> {
        match field {
            Field::Lifetime => None,
            _ => self.source.in_memory(field, spin, band),
        }
    }

    fn read_planes(
        &self,
        field: Field,
        spin: usize,
        band: usize,
        first: usize,
        out: &mut [f64],
    ) -> Result<()> {
        if field != Field::Lifetime {
            return self.source.read_planes(field, spin, band, first, out);
        }
        self.speeds(spin, band, first, out)?;
        let floor = self.floors[spin * self.header.n_band + band];
        for x in out {
            *x = self.time(*x, floor);
        }
        Ok(())
    }
}

/// An interpolation whose relaxation times are λ/|v_nk|, to be refined.
pub struct MeanFreePathSeries {
    inner: Arc<dyn Interpolator>,
    header: BandHeader,
    path_angstrom: f64,
}

impl MeanFreePathSeries {
    /// `inner` with the mean free path `path_angstrom` (Å).
    ///
    /// # Errors
    /// [`Error::BadOption`] for a path that is not positive and finite.
    pub fn new(inner: Arc<dyn Interpolator>, path_angstrom: f64) -> Result<Self> {
        Ok(Self {
            header: described(inner.header(), path_angstrom)?,
            path_angstrom,
            inner,
        })
    }

    fn time(&self, bands: &mut [BoxBand]) {
        let path = self.path_angstrom * ANGSTROM;
        for band in bands {
            let (velocities, _) = band.velocities.as_chunks::<3>();
            let of = |v: &[f64; 3]| {
                let speed = (v[0] * v[0] + v[1] * v[1] + v[2] * v[2]).sqrt();
                path / speed.max(STANDING)
            };
            band.lifetimes = velocities.iter().map(of).collect();
        }
    }
}

impl Interpolator for MeanFreePathSeries {
    fn header(&self) -> &BandHeader {
        &self.header
    }

    fn symmetry(&self) -> &PointGroup {
        self.inner.symmetry()
    }

    fn rival(&self) -> Option<Arc<dyn Interpolator>> {
        Some(Arc::new(Self {
            inner: self.inner.rival()?,
            header: self.header.clone(),
            path_angstrom: self.path_angstrom,
        }))
    }

    fn has_kinks(&self) -> bool {
        self.inner.has_kinks()
    }

    fn groups(&self) -> Vec<BandGroup> {
        self.inner.groups()
    }

    fn evaluate(
        &self,
        group: &BandGroup,
        k_box: &KBox,
        derivatives: Derivatives,
    ) -> Result<Vec<BoxBand>> {
        let mut bands = self.inner.evaluate(group, k_box, derivatives)?;
        self.time(&mut bands);
        Ok(bands)
    }

    fn evaluate_slab(
        &self,
        group: &BandGroup,
        boxes: &[KBox],
        sought: Sought,
        take: &mut dyn FnMut(usize, Vec<BoxBand>) -> Result<()>,
    ) -> Result<()> {
        self.inner
            .evaluate_slab(group, boxes, sought, &mut |i, mut bands| {
                self.time(&mut bands);
                take(i, bands)
            })
    }
}
