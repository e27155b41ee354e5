//! A page that turns the surface in any browser, with nothing to load: mesh, numbers and program are in it.

use super::view::View;
use crate::io::polygons::base64;
use crate::surface::vector::norm;
use serde_json::json;

/// The page; gaps stand between @.
const PAGE: &str = include_str!("page.html");

/// Text in HTML.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}

/// A page of `view` with a title and facts (name, value) beside it.
pub fn surface_page(view: &View, title: &str, facts: &[(String, String)]) -> String {
    let p = &view.polygons;
    let points: Vec<u8> = p
        .points
        .iter()
        .flatten()
        .flat_map(|x| x.to_le_bytes())
        .collect();
    let normals: Vec<u8> = p
        .normals
        .iter()
        .flatten()
        .map(|x| (x * 127.0).round() as i8 as u8)
        .collect();
    let triangles: Vec<u8> = p
        .triangles
        .iter()
        .flatten()
        .flat_map(|x| x.to_le_bytes())
        .collect();
    let edges: Vec<u8> = view
        .edges
        .iter()
        .flatten()
        .flatten()
        .flat_map(|x| (*x as f32).to_le_bytes())
        .collect();
    let fields: Vec<_> = p
        .fields
        .iter()
        .zip(&view.ranges)
        .map(|((name, unit, values), (low, high))| {
            let width = (high - low).max(f64::MIN_POSITIVE);
            let values: Vec<u8> = values
                .iter()
                .map(|x| ((f64::from(*x) - low) / width).clamp(0.0, 1.0))
                .flat_map(|share| ((share * 65535.0).round() as u16).to_le_bytes())
                .collect();
            json!({"name": name, "unit": unit, "low": low, "high": high, "values": base64(&values)})
        })
        .collect();
    let parts: Vec<_> = p
        .parts
        .iter()
        .zip(&view.counts)
        .map(|((name, first), count)| json!({"name": name, "first": first, "count": count}))
        .collect();
    let reach = view
        .edges
        .iter()
        .flatten()
        .map(|k| norm(*k))
        .fold(1e-9, f64::max);
    let stops: Vec<[f64; 3]> = (0..=8)
        .map(|i| super::colours::colour(f64::from(i) / 8.0))
        .collect();
    let lines: Vec<_> = view
        .lines
        .iter()
        .map(|line| {
            let ends = line.pieces.iter().flatten().flatten();
            let places: Vec<u8> = ends.flat_map(|x| (*x as f32).to_le_bytes()).collect();
            json!({"name": line.name, "colour": line.colour, "places": base64(&places)})
        })
        .collect();
    let data = json!({
        "lines": lines,
        "points": base64(&points),
        "normals": base64(&normals),
        "triangles": base64(&triangles),
        "edges": base64(&edges),
        "fields": fields,
        "parts": parts,
        "reach": reach,
        "stops": stops,
    });
    let rows: String = facts
        .iter()
        .map(|(name, value)| {
            format!(
                "<tr><th>{}</th><td>{}</td></tr>",
                escaped(name),
                escaped(value)
            )
        })
        .collect();
    // Data in a script cannot end it.
    let data = data.to_string().replace("</", "<\\/");
    PAGE.replace("@TITLE@", &escaped(title))
        .replace(
            "@LABEL@",
            &escaped(&format!("{title}, to be turned with the arrow keys")),
        )
        .replace("@FACTS@", &format!("<table>{rows}</table>"))
        .replace("@DATA@", &data)
}
