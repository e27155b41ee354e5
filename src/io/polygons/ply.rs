//! Stanford's polygon format, binary, little-endian.

use super::data::Polygons;

pub(super) fn bytes(p: &Polygons) -> Vec<u8> {
    let mut head = format!(
        "ply\nformat binary_little_endian 1.0\ncomment surface of constant energy in k-space, 1/angstrom\nelement vertex {}\n",
        p.points.len()
    );
    for name in ["x", "y", "z", "nx", "ny", "nz"] {
        head += &format!("property float {name}\n");
    }
    for name in ["red", "green", "blue"] {
        head += &format!("property uchar {name}\n");
    }
    for (name, unit, _) in &p.fields {
        head += &format!("comment {name} in {unit}\nproperty float {name}\n");
    }
    head += &format!(
        "element face {}\nproperty list uchar uint vertex_indices\nend_header\n",
        p.triangles.len()
    );
    let mut out = head.into_bytes();
    for i in 0..p.points.len() {
        for x in p.points[i].iter().chain(&p.normals[i]) {
            out.extend(x.to_le_bytes());
        }
        out.extend(p.colours[i]);
        for (_, _, values) in &p.fields {
            out.extend(values[i].to_le_bytes());
        }
    }
    for t in &p.triangles {
        out.push(3);
        for i in t {
            out.extend(i.to_le_bytes());
        }
    }
    out
}
