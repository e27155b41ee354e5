//! VTK XML PolyData with inline binary arrays, each with its length in bytes before it.

use super::base64::base64;
use super::data::{Polygons, flat};

fn array(kind: &str, name: &str, components: usize, bytes: &[u8]) -> String {
    let mut all = (bytes.len() as u32).to_le_bytes().to_vec();
    all.extend_from_slice(bytes);
    format!(
        "<DataArray type=\"{kind}\" Name=\"{name}\" NumberOfComponents=\"{components}\" format=\"binary\">{}</DataArray>\n",
        base64(&all)
    )
}

pub(super) fn bytes(p: &Polygons) -> Vec<u8> {
    let connectivity: Vec<u8> = p
        .triangles
        .iter()
        .flatten()
        .flat_map(|i| (*i as i32).to_le_bytes())
        .collect();
    let offsets: Vec<u8> = (1..=p.triangles.len())
        .flat_map(|i| (3 * i as i32).to_le_bytes())
        .collect();
    let mut part = vec![0i32; p.triangles.len()];
    for (number, (_, first)) in p.parts.iter().enumerate() {
        part[*first..].fill(number as i32);
    }
    let part: Vec<u8> = part.iter().flat_map(|i| i.to_le_bytes()).collect();
    let mut text = format!(
        "<?xml version=\"1.0\"?>\n<VTKFile type=\"PolyData\" version=\"0.1\" byte_order=\"LittleEndian\">\n<PolyData>\n\
         <Piece NumberOfPoints=\"{}\" NumberOfVerts=\"0\" NumberOfLines=\"0\" NumberOfStrips=\"0\" NumberOfPolys=\"{}\">\n<PointData Normals=\"normals\">\n",
        p.points.len(),
        p.triangles.len()
    );
    text += &array("Float32", "normals", 3, &flat(&p.normals));
    for (name, _, values) in &p.fields {
        let bytes: Vec<u8> = values.iter().flat_map(|x| x.to_le_bytes()).collect();
        text += &array("Float32", name, 1, &bytes);
    }
    text += "</PointData>\n<CellData>\n";
    text += &array("Int32", "sheet", 1, &part);
    text += "</CellData>\n<Points>\n";
    text += &array("Float32", "points", 3, &flat(&p.points));
    text += "</Points>\n<Polys>\n";
    text += &array("Int32", "connectivity", 1, &connectivity);
    text += &array("Int32", "offsets", 1, &offsets);
    text += "</Polys>\n</Piece>\n</PolyData>\n</VTKFile>\n";
    text.into_bytes()
}
