//! Bands in which every state has the same mean free path: boundaries, or metals in which disorder sets the path.

use crate::bands::{BandHeader, BandSource, BandStatistics, Field};
use crate::crystal::{PointGroup, Tensor};
use crate::error::{Error, Result};
use crate::kernel::velocity::stencil;
use crate::memory;
use crate::units::ANGSTROM;

/// States slower than this share of a band's fastest have the time of one that is as fast: λ/|v| diverges where v = 0, and
/// what such states carry, λ v_i v_j/|v|, is next to nothing.
const SLOWEST: f64 = 1e-3;

/// A source whose relaxation times are λ/|v_nk| (PHYSICS.md §8): integrals of v_i v_j τ become λ⟨v_i v_j/|v|⟩.
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
        if !(path_angstrom.is_finite() && path_angstrom > 0.0) {
            return Err(Error::bad_option(
                "--mean-free-path",
                format!("{path_angstrom} Å"),
                "give a positive length in Å, such as 400",
            ));
        }
        let mut header = source.header().clone();
        header.has_lifetimes = true;
        header.provenance.notes.push(format!(
            "Every state has the mean free path {path_angstrom} Å."
        ));
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
