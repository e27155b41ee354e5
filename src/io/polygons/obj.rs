//! Wavefront's text format; points carry their colours.

use super::data::Polygons;
use std::fmt::Write;

pub(super) fn bytes(p: &Polygons) -> Vec<u8> {
    let mut s = String::from("# surface of constant energy in k-space, 1/angstrom\n");
    for (x, c) in p.points.iter().zip(&p.colours) {
        let c = c.map(|c| f32::from(c) / 255.0);
        let _ = writeln!(
            s,
            "v {:.6} {:.6} {:.6} {:.3} {:.3} {:.3}",
            x[0], x[1], x[2], c[0], c[1], c[2]
        );
    }
    for n in &p.normals {
        let _ = writeln!(s, "vn {:.4} {:.4} {:.4}", n[0], n[1], n[2]);
    }
    let mut parts = p.parts.iter().peekable();
    for (number, t) in p.triangles.iter().enumerate() {
        while let Some((name, _)) = parts.next_if(|(_, first)| *first <= number) {
            let _ = writeln!(s, "g {}", name.replace(' ', "_"));
        }
        let [a, b, c] = t.map(|i| i + 1);
        let _ = writeln!(s, "f {a}//{a} {b}//{b} {c}//{c}");
    }
    s.into_bytes()
}
