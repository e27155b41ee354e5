//! Sums as bytes: short for integers of 128 bits of which neighbours are alike, and the same on every machine.

use crate::error::{Error, Result};

/// Bits of a byte of a number, the eighth saying that another follows.
const BITS: u32 = 7;

/// What is written.
#[derive(Default)]
pub struct Writer(pub Vec<u8>);

impl Writer {
    /// A number, seven bits a byte, the lowest first.
    pub fn unsigned(&mut self, mut x: u128) {
        while x >> BITS != 0 {
            self.0.push(x as u8 | (1 << BITS));
            x >>= BITS;
        }
        self.0.push(x as u8);
    }

    /// The bits of a float.
    pub fn float(&mut self, x: f64) {
        self.0.extend(x.to_bits().to_le_bytes());
    }

    /// The bits of a short float.
    pub fn short_float(&mut self, x: f32) {
        self.0.extend(x.to_bits().to_le_bytes());
    }

    /// Integers with their number, as differences to the one `stride` before: those of neighbouring energies are small, and none where
    /// there is no band.
    pub fn integers(&mut self, all: &[i128], stride: usize) {
        self.unsigned(all.len() as u128);
        for (i, x) in all.iter().enumerate() {
            let before = i.checked_sub(stride).map_or(0, |j| all[j]);
            let step = x.wrapping_sub(before);
            // Small ones of either sign have few bits.
            self.unsigned(((step << 1) ^ (step >> 127)) as u128);
        }
    }

    /// Bytes with their number.
    pub fn bytes(&mut self, bytes: &[u8]) {
        self.unsigned(bytes.len() as u128);
        self.0.extend(bytes);
    }

    /// A text with its length.
    pub fn text(&mut self, text: &str) {
        self.bytes(text.as_bytes());
    }
}

/// What is read; every step says where bytes are none of ours.
pub struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    /// Of bytes that a [`Writer`] wrote.
    pub fn new(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    fn some<const N: usize>(&mut self) -> Result<[u8; N]> {
        let (first, rest) = self.0.split_first_chunk::<N>().ok_or_else(damaged)?;
        self.0 = rest;
        Ok(*first)
    }

    /// As [`Writer::unsigned`].
    pub fn unsigned(&mut self) -> Result<u128> {
        let mut x = 0;
        for shift in (0..u128::BITS).step_by(BITS as usize) {
            let [byte] = self.some()?;
            x |= u128::from(byte & !(1u8 << BITS)) << shift;
            if byte >> BITS == 0 {
                return Ok(x);
            }
        }
        Err(damaged())
    }

    /// A number that counts something.
    pub fn count(&mut self) -> Result<usize> {
        usize::try_from(self.unsigned()?).map_err(|_| damaged())
    }

    /// As [`Writer::float`].
    pub fn float(&mut self) -> Result<f64> {
        Ok(f64::from_bits(u64::from_le_bytes(self.some()?)))
    }

    /// As [`Writer::short_float`].
    pub fn short_float(&mut self) -> Result<f32> {
        Ok(f32::from_bits(u32::from_le_bytes(self.some()?)))
    }

    /// As [`Writer::integers`].
    pub fn integers(&mut self, stride: usize) -> Result<Vec<i128>> {
        let len = self.count()?;
        // Each takes a byte at least.
        if len > self.0.len() {
            return Err(damaged());
        }
        let mut all: Vec<i128> = Vec::with_capacity(len);
        for i in 0..len {
            let x = self.unsigned()?;
            let step = ((x >> 1) as i128) ^ -((x & 1) as i128);
            let before = i.checked_sub(stride).map_or(0, |j| all[j]);
            all.push(before.wrapping_add(step));
        }
        Ok(all)
    }

    /// As [`Writer::bytes`].
    pub fn bytes(&mut self) -> Result<Vec<u8>> {
        let len = self.count()?;
        let (bytes, rest) = self.0.split_at_checked(len).ok_or_else(damaged)?;
        self.0 = rest;
        Ok(bytes.to_vec())
    }

    /// As [`Writer::text`].
    pub fn text(&mut self) -> Result<String> {
        String::from_utf8(self.bytes()?).map_err(|_| damaged())
    }
}

/// Bytes whose checksum was right are ours.
pub fn damaged() -> Error {
    Error::Internal("kept sums are not laid out as this version lays them out".into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_come_back_as_they_were() {
        let integers = [0, 1, -1, 5, i128::MAX, i128::MIN, i128::MAX, -(1 << 90), 7];
        let mut out = Writer::default();
        for stride in [1, 2, 100] {
            out.integers(&integers, stride);
        }
        out.unsigned(u128::MAX);
        out.float(-0.0);
        out.short_float(f32::MIN_POSITIVE);
        out.text("µ");
        let mut read = Reader::new(&out.0);
        for stride in [1, 2, 100] {
            assert_eq!(read.integers(stride).unwrap(), integers);
        }
        assert_eq!(read.unsigned().unwrap(), u128::MAX);
        assert_eq!(read.float().unwrap().to_bits(), (-0.0f64).to_bits());
        assert_eq!(read.short_float().unwrap(), f32::MIN_POSITIVE);
        assert_eq!(read.text().unwrap(), "µ");
        assert!(read.unsigned().is_err());
        // Whatever is cut off is no sums.
        for end in 0..out.0.len() {
            let mut read = Reader::new(&out.0[..end]);
            let all = (0..3).try_for_each(|i| read.integers([1, 2, 100][i]).map(drop));
            let all = all.and_then(|()| read.unsigned().map(drop));
            let all = all.and_then(|()| read.float().map(drop));
            let all = all.and_then(|()| read.short_float().map(drop));
            assert!(all.and_then(|()| read.text()).is_err(), "{end}");
        }
    }

    #[test]
    fn a_spectrum_without_states_takes_a_byte_an_energy() {
        let mut out = Writer::default();
        out.integers(&[123_456_789_012_345_678; 1000], 1);
        assert!(out.0.len() < 1020);
    }
}
