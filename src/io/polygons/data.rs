//! A surface as other programs take it.

/// A surface to be written. Lengths in Å⁻¹.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Polygons {
    /// Points, Cartesian.
    pub points: Vec<[f32; 3]>,
    /// Unit normals, towards higher energies.
    pub normals: Vec<[f32; 3]>,
    /// Colours, red green blue, 0 to 255.
    pub colours: Vec<[u8; 3]>,
    /// Triangles.
    pub triangles: Vec<[u32; 3]>,
    /// Names of parts (bands, sheets), each with its first triangle; ascending.
    pub parts: Vec<(String, usize)>,
    /// Names, units and values at the points.
    pub fields: Vec<(String, String, Vec<f32>)>,
}

/// The bytes of numbers, little-endian.
pub(super) fn flat<const N: usize>(all: &[[f32; N]]) -> Vec<u8> {
    all.iter().flatten().flat_map(|x| x.to_le_bytes()).collect()
}
