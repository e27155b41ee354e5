//! The unit of work: a run of k-planes of one band, with the halo that the stencils need.

use crate::bands::{BandSource, Field};
use crate::error::Result;
use crate::memory;
use std::ops::Range;

/// k-planes of one band. The planes held are `first_plane ..` in the unwrapped numbering (they may be negative or beyond
/// n1: the grid is periodic); the cells to integrate start at the planes `cells`. A block that holds all n1 planes serves
/// every cell, the planes beyond its last being its first ones.
#[derive(Clone, Debug)]
pub struct Block<'a> {
    /// Grid size.
    pub n: [usize; 3],
    /// Number of the first plane held.
    pub first_plane: isize,
    /// Number of planes held.
    pub planes: usize,
    /// First planes of the cells of this block; `cells.start` is even.
    pub cells: Range<usize>,
    /// Energies `[plane][n2][n3]`, eV.
    pub energies: &'a [f64],
    /// Velocities `[plane][n2][n3][3]`, m/s, or empty.
    pub velocities: &'a [f64],
    /// Inverse masses `[plane][n2][n3][6]`, 1/kg, xx yy zz yz xz xy, or empty.
    pub inverse_masses: &'a [f64],
    /// Relaxation times `[plane][n2][n3]`, s, or empty.
    pub lifetimes: &'a [f64],
}

impl Block<'_> {
    /// Position in the buffers of plane `plane` (unwrapped numbering).
    pub fn plane_index(&self, plane: usize) -> usize {
        (plane as isize - self.first_plane) as usize
    }
}

/// Reads the blocks of one band in order, keeping the planes that two neighbouring blocks share.
pub struct BlockStream<'a> {
    source: &'a dyn BandSource,
    spin: usize,
    band: usize,
    halo: usize,
    fields: Vec<Field>,
    first_plane: isize,
    planes: usize,
    energies: Vec<f64>,
    velocities: Vec<f64>,
    inverse_masses: Vec<f64>,
    lifetimes: Vec<f64>,
}

impl<'a> BlockStream<'a> {
    /// A stream of `fields` of one band; `halo` planes are added on both sides of the cells' corners.
    pub fn new(
        source: &'a dyn BandSource,
        spin: usize,
        band: usize,
        halo: usize,
        fields: Vec<Field>,
    ) -> Self {
        Self {
            source,
            spin,
            band,
            halo,
            fields,
            first_plane: 0,
            planes: 0,
            energies: Vec::new(),
            velocities: Vec::new(),
            inverse_masses: Vec::new(),
            lifetimes: Vec::new(),
        }
    }

    /// The whole band as one block that is read in place, where it is in memory.
    pub fn in_place(&self) -> Option<Block<'a>> {
        let n = self.source.header().k_grid.n;
        let field = |field: Field| -> Option<&'a [f64]> {
            if self.fields.contains(&field) {
                self.source.in_memory(field, self.spin, self.band)
            } else {
                Some(&[])
            }
        };
        Some(Block {
            n,
            first_plane: 0,
            planes: n[0],
            cells: 0..n[0],
            energies: field(Field::Energy)?,
            velocities: field(Field::Velocity)?,
            inverse_masses: field(Field::InverseMass)?,
            lifetimes: field(Field::Lifetime)?,
        })
    }

    /// The block with the cells that start in `cells`.
    ///
    /// # Errors
    /// Where the source cannot be read.
    pub fn read(&mut self, cells: Range<usize>) -> Result<Block<'_>> {
        let n = self.source.header().k_grid.n;
        let plane_len = self.source.header().k_grid.plane_len();
        let first = cells.start as isize - self.halo as isize;
        let planes = cells.len() + 1 + 2 * self.halo;
        let held = self.first_plane..self.first_plane + self.planes as isize;
        // Planes of the last block that this one needs again.
        let kept = if held.contains(&first) {
            ((held.end - first) as usize).min(planes)
        } else {
            0
        };
        let offset = (first - self.first_plane) as usize;
        for &field in &self.fields {
            let len = plane_len * field.components();
            let buffer = match field {
                Field::Energy => &mut self.energies,
                Field::Velocity => &mut self.velocities,
                Field::InverseMass => &mut self.inverse_masses,
                Field::Lifetime => &mut self.lifetimes,
            };
            if kept > 0 {
                buffer.copy_within(offset * len..(offset + kept) * len, 0);
            }
            memory::grow(
                &format!("a block of {planes} k-planes"),
                buffer,
                planes * len,
            )?;
            let n1 = n[0] as isize;
            let mut next = kept;
            while next < planes {
                let plane = (first + next as isize).rem_euclid(n1) as usize;
                let run = (planes - next).min(n[0] - plane);
                self.source.read_planes(
                    field,
                    self.spin,
                    self.band,
                    plane,
                    &mut buffer[next * len..(next + run) * len],
                )?;
                next += run;
            }
        }
        self.first_plane = first;
        self.planes = planes;
        Ok(Block {
            n,
            first_plane: first,
            planes,
            cells,
            energies: &self.energies,
            velocities: &self.velocities,
            inverse_masses: &self.inverse_masses,
            lifetimes: &self.lifetimes,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bands::{BandGrid, BandHeader, SpinTreatment};
    use crate::crystal::{KGrid, Lattice};

    /// Whatever the cutting, a block's planes are those of the periodic grid.
    #[test]
    fn blocks_hold_the_periodic_planes_whatever_their_size() {
        let n = [5, 2, 3];
        let lattice = Lattice::new([[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]]).unwrap();
        let header = BandHeader::new(
            lattice,
            KGrid::gamma(n).unwrap(),
            SpinTreatment::Unpolarized,
            1,
        );
        let grid = BandGrid::new(header, (0..30).map(f64::from).collect()).unwrap();
        for (halo, size) in [(0, 1), (1, 2), (4, 2), (6, 5), (7, 1)] {
            let mut stream = BlockStream::new(&grid, 0, 0, halo, vec![Field::Energy]);
            let mut start = 0;
            while start < n[0] {
                let cells = start..(start + size).min(n[0]);
                let block = stream.read(cells.clone()).unwrap();
                assert_eq!(block.planes, cells.len() + 1 + 2 * halo);
                for p in 0..block.planes {
                    let plane = (block.first_plane + p as isize).rem_euclid(5) as usize;
                    for x in 0..6 {
                        assert_eq!(block.energies[p * 6 + x], (plane * 6 + x) as f64);
                    }
                }
                start = cells.end;
            }
        }
    }
}
