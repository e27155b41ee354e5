//! Binary glTF 2.0: one mesh, one primitive a part.

use super::data::{Polygons, flat};
use serde_json::json;

pub(super) fn bytes(p: &Polygons) -> Vec<u8> {
    let points = flat(&p.points);
    let normals = flat(&p.normals);
    let colours: Vec<u8> = p
        .colours
        .iter()
        .flat_map(|c| [c[0], c[1], c[2], 255])
        .collect();
    let indices: Vec<u8> = p
        .triangles
        .iter()
        .flatten()
        .flat_map(|i| i.to_le_bytes())
        .collect();
    let extreme = |pick: fn(f32, f32) -> f32, start: f32| {
        [0, 1, 2].map(|a| p.points.iter().map(|x| x[a]).fold(start, pick))
    };
    let (least, most) = (extreme(f32::min, f32::MAX), extreme(f32::max, f32::MIN));
    let lengths = [points.len(), normals.len(), colours.len(), indices.len()];
    let mut offset = 0;
    let views: Vec<_> = lengths
        .iter()
        .enumerate()
        .map(|(i, length)| {
            let view = json!({"buffer": 0, "byteOffset": offset, "byteLength": length, "target": if i == 3 { 34963 } else { 34962 }});
            offset += length;
            view
        })
        .collect();
    let count = p.points.len();
    let mut accessors = vec![
        json!({"bufferView": 0, "componentType": 5126, "count": count, "type": "VEC3", "min": least, "max": most}),
        json!({"bufferView": 1, "componentType": 5126, "count": count, "type": "VEC3"}),
        json!({"bufferView": 2, "componentType": 5121, "normalized": true, "count": count, "type": "VEC4"}),
    ];
    let mut nodes = Vec::new();
    let mut meshes = Vec::new();
    for (number, (name, first)) in p.parts.iter().enumerate() {
        let last = p.parts.get(number + 1).map_or(p.triangles.len(), |n| n.1);
        if last == *first {
            continue;
        }
        accessors.push(json!({"bufferView": 3, "byteOffset": 12 * first, "componentType": 5125, "count": 3 * (last - first), "type": "SCALAR"}));
        let primitive = json!({"attributes": {"POSITION": 0, "NORMAL": 1, "COLOR_0": 2}, "indices": accessors.len() - 1, "material": 0});
        nodes.push(json!({"mesh": meshes.len(), "name": name}));
        meshes.push(json!({"name": name, "primitives": [primitive]}));
    }
    let scene: Vec<usize> = (0..nodes.len()).collect();
    let head = json!({
        "asset": {"version": "2.0", "generator": "bzint"},
        "scene": 0,
        "scenes": [{"nodes": scene}],
        "nodes": nodes,
        "meshes": meshes,
        "materials": [{"doubleSided": true, "pbrMetallicRoughness": {"metallicFactor": 0.0, "roughnessFactor": 0.6}}],
        "accessors": accessors,
        "bufferViews": views,
        "buffers": [{"byteLength": offset}],
    });
    let mut text = head.to_string().into_bytes();
    while !text.len().is_multiple_of(4) {
        text.push(b' ');
    }
    let data = [points, normals, colours, indices].concat();
    let total = 12 + 8 + text.len() + 8 + data.len();
    let mut out = b"glTF".to_vec();
    for x in [2u32, total as u32, text.len() as u32] {
        out.extend(x.to_le_bytes());
    }
    out.extend(b"JSON");
    out.extend(text);
    out.extend((data.len() as u32).to_le_bytes());
    out.extend(b"BIN\0");
    out.extend(data);
    out
}
