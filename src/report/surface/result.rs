//! A surface as an HDF5 result, and the view of one that was written.
//!
//! On `pocket` (the sheets, largest of each band first) stands the table with its bars; the mesh, folded into the first zone, on `vertex` and `triangle`:
//! `place`, `normal` and the properties of the vertices, and the three vertices (from 0) of each triangle, those of one pocket behind each other
//! (`first_triangle`, `triangle_count`).

use super::summary::{Row, SurfaceReport};
use super::view::View;
use crate::error::{Error, Result};
use crate::io::polygons::Polygons;
use crate::io::results::{AttributeValue, ResultFile};
use crate::report::budget::Bars;
use crate::surface::Character;
use crate::surface::vector::Vector;
use crate::transport::Scalar;

/// The attribute that names the properties of the vertices, the one that colours show first.
const PROPERTIES: &str = "properties";

/// The surface of `report` with the mesh of `view`.
///
/// # Errors
/// Where dimensions and data disagree (a defect).
pub fn surface_result(report: &SurfaceReport, view: &View, command: &str) -> Result<ResultFile> {
    let mut file = ResultFile::new("surface", command);
    let p = &view.polygons;
    let names: Vec<&str> = p.fields.iter().map(|f| f.0.as_str()).collect();
    file.attribute("input", report.input.as_str())
        .attribute("input_format", report.header.provenance.format.as_str())
        .attribute("input_sha256", report.header.provenance.sha256.as_str())
        .attribute("spin_treatment", report.header.spin.name())
        .attribute("energy_ev", report.found.energy_ev)
        .attribute("energy_error_ev", report.found.energy_bar_ev)
        .attribute("energy_origin", report.found.origin.as_str())
        .attribute(PROPERTIES, names.join(" "));
    if let Some(tau) = report.tau_s {
        file.attribute("tau_s", tau);
    }
    for (name, q, unit, about) in [
        (
            "total_area",
            report.area(),
            "1/angstrom^2",
            "area, all spins",
        ),
        (
            "mean_speed",
            report.speed(),
            "m/s",
            "area-weighted mean of |v|",
        ),
        (
            "dos_at_fermi_level",
            report.states(),
            "1/eV",
            "states per energy and cell, all spins",
        ),
        (
            "electrons",
            report.electrons(),
            "1",
            "electrons per cell below the surface",
        ),
    ] {
        Bars::of(&q).put(&mut file, name, &[], unit, about)?;
    }
    put_pockets(report, view, &mut file)?;
    let numbers = |count: usize| (1..=count).map(|i| i as f64).collect::<Vec<f64>>();
    file.dimension("vertex", numbers(p.points.len()), "", "vertex of the mesh")?;
    file.dimension("triangle", numbers(p.triangles.len()), "", "triangle")?;
    file.dimension("corner", numbers(3), "", "corner of a triangle")?;
    file.dimension("row", &["x", "y", "z"][..], "", "Cartesian component")?;
    let wide = |all: &[[f32; 3]]| all.iter().flatten().map(|x| f64::from(*x)).collect();
    let about = "places of the vertices in the first zone";
    file.variable(
        "place",
        &["vertex", "row"],
        wide(&p.points),
        "1/angstrom",
        about,
    )?;
    let about = "unit normals, towards higher energies";
    file.variable("normal", &["vertex", "row"], wide(&p.normals), "1", about)?;
    for (name, unit, values) in &p.fields {
        let values = values.iter().map(|x| f64::from(*x)).collect();
        let about = name.replace('_', " ");
        file.variable(name, &["vertex"], values, unit, &about)?;
    }
    let corners = p.triangles.iter().flatten().map(|i| f64::from(*i));
    let about = "the triangle's vertices, from 0";
    file.variable(
        "vertices",
        &["triangle", "corner"],
        corners.collect(),
        "",
        about,
    )?;
    if !view.edges.is_empty() {
        file.dimension(
            "zone_edge",
            numbers(view.edges.len()),
            "",
            "edge of the zone",
        )?;
        file.dimension("end", numbers(2), "", "end of an edge")?;
        let ends = view.edges.as_flattened().as_flattened().to_vec();
        let about = "ends of the edges of the first zone";
        let on = ["zone_edge", "end", "row"];
        file.variable("zone", &on, ends, "1/angstrom", about)?;
    }
    Ok(file)
}

/// What a column takes from a row.
type Of<'a, T> = &'a dyn Fn(&Row) -> T;

/// The table of the sheets.
fn put_pockets(report: &SurfaceReport, view: &View, file: &mut ResultFile) -> Result<()> {
    let rows = report.rows();
    let numbers: Vec<f64> = (1..=rows.len()).map(|i| i as f64).collect();
    let about = "pocket or open sheet, largest of each band first";
    file.dimension("pocket", numbers, "", about)?;
    file.dimension(
        "reciprocal",
        &["b1", "b2", "b3"][..],
        "",
        "reciprocal lattice vector",
    )?;
    let nothing = || Scalar::exact(f64::NAN);
    let barred: [(&str, &str, &str, Of<Scalar>); 5] = [
        ("area", "1/angstrom^2", "area", &|r| r.area),
        ("fermi_velocity", "m/s", "area-weighted mean of |v|", &|r| {
            r.speed
        }),
        (
            "volume",
            "1/angstrom^3",
            "volume of a closed pocket",
            &|r| r.volume.unwrap_or_else(nothing),
        ),
        ("carriers", "cm^-3", "carriers in a closed pocket", &|r| {
            r.volume.map_or_else(nothing, |v| report.carriers(v))
        }),
        (
            "sheet_mean_free_path",
            "m",
            "area-weighted mean of |v| tau",
            &|r| r.mean_free_path.unwrap_or_else(nothing),
        ),
    ];
    for (name, unit, about, of) in barred {
        let all: Vec<Scalar> = rows.iter().map(of).collect();
        if all.iter().any(|q| q.value.is_finite()) {
            Bars::list(&all).put(file, name, &["pocket"], unit, about)?;
        }
    }
    let plain: [(&str, &str, Of<f64>); 5] = [
        ("spin", "spin channel, from 1", &|r| r.spin as f64),
        ("band", "band", &|r| r.band as f64),
        (
            "character",
            "1 around lower energies (electrons), -1 around higher ones (holes), 0 open",
            &|r| match r.kind {
                Character::Electron => 1.0,
                Character::Hole => -1.0,
                Character::Open => 0.0,
            },
        ),
        (
            "euler_characteristic",
            "vertices - edges + triangles",
            &|r| r.euler as f64,
        ),
        (
            "dimensionality",
            "directions in which a sheet is open",
            &|r| r.open.len() as f64,
        ),
    ];
    for (name, about, of) in plain {
        let all = rows.iter().map(of).collect();
        file.variable(name, &["pocket"], all, "", about)?;
    }
    let firsts = view.polygons.parts.iter().map(|p| p.1 as f64).collect();
    let about = "the pocket's first triangle, from 0";
    file.variable("first_triangle", &["pocket"], firsts, "", about)?;
    let counts = view.counts.iter().map(|n| *n as f64).collect();
    file.variable(
        "triangle_count",
        &["pocket"],
        counts,
        "",
        "the pocket's triangles",
    )?;
    let centres = rows.iter().flat_map(|r| r.centre.unwrap_or([f64::NAN; 3]));
    let about = "centre of a closed pocket, fractional";
    file.variable(
        "centre",
        &["pocket", "reciprocal"],
        centres.collect(),
        "1",
        about,
    )?;
    for at in 0..rows.iter().map(|r| r.open.len()).max().unwrap_or(0) {
        let of = |r: &Row| r.open.get(at).map_or([f64::NAN; 3], |o| o.map(f64::from));
        let all = rows.iter().flat_map(of).collect();
        let name = format!("open_along_{}", at + 1);
        let about = "reciprocal lattice vector along which a sheet goes on without end";
        file.variable(&name, &["pocket", "reciprocal"], all, "1", about)?;
    }
    Ok(())
}

impl View {
    /// Of written results, coloured by the property `quantity`, or by the one that they were written with.
    ///
    /// # Errors
    /// [`Error::BadBands`] for damaged results, [`Error::BadOption`] for a property that there is not.
    pub fn read(file: &ResultFile, quantity: Option<&str>) -> Result<Self> {
        let damaged = |name: &str| {
            Error::bad_bands(
                format!("results `{name}`"),
                "they do not fit a surface",
                "compute it again",
            )
        };
        let of = |name: &str| {
            let found = file.get(name).map(|v| v.data.as_slice());
            found.ok_or_else(|| damaged(name))
        };
        let narrow = |name: &str| -> Result<Vec<[f32; 3]>> {
            let all = of(name)?.chunks_exact(3);
            Ok(all.map(|p| [0, 1, 2].map(|c| p[c] as f32)).collect())
        };
        let mut polygons = Polygons {
            points: narrow("place")?,
            normals: narrow("normal")?,
            ..Polygons::default()
        };
        let count = polygons.points.len();
        if polygons.normals.len() != count {
            return Err(damaged("normal"));
        }
        for t in of("vertices")?.chunks_exact(3) {
            if t.iter().any(|x| !(0.0..count as f64).contains(x)) {
                return Err(damaged("vertices"));
            }
            polygons
                .triangles
                .push([t[0] as u32, t[1] as u32, t[2] as u32]);
        }
        let (spins, bands) = (of("spin")?, of("band")?);
        let (firsts, counts) = (of("first_triangle")?, of("triangle_count")?);
        for (at, first) in firsts.iter().enumerate() {
            let numbers = [spins, bands, counts].map(|all| all.get(at).map(|x| *x as usize));
            let [Some(spin), Some(band), Some(_)] = numbers else {
                return Err(damaged("pocket"));
            };
            let name = format!("band {band} spin {spin}");
            polygons.parts.push((name, *first as usize));
        }
        let names = match file.get_attribute(PROPERTIES) {
            Some(AttributeValue::Text(names)) => names.split(' ').map(str::to_owned).collect(),
            _ => Vec::new(),
        };
        let first = match quantity {
            None => names.first().cloned().ok_or_else(|| damaged(PROPERTIES))?,
            Some(asked) => names.iter().find(|n| *n == asked).cloned().ok_or_else(|| {
                Error::bad_option(
                    "--quantity",
                    format!("`{asked}` is no property of this surface"),
                    format!("give one of {}", names.join(", ")),
                )
            })?,
        };
        let found = file.get(&first).filter(|v| v.data.len() == count);
        let found = found.ok_or_else(|| damaged(&first))?;
        let values: Vec<f32> = found.data.iter().map(|x| *x as f32).collect();
        let range = |(l, h): (f64, f64), x: &f64| (l.min(*x), h.max(*x));
        let ends = (f64::INFINITY, f64::NEG_INFINITY);
        let ranges = vec![found.data.iter().fold(ends, range)];
        polygons.fields.push((first, found.unit.clone(), values));
        let edges = file.get("zone").map_or(&[][..], |v| v.data.as_slice());
        let end = |p: &[f64]| -> Vector { [p[0], p[1], p[2]] };
        let edges = edges.chunks_exact(6).map(|e| [end(&e[..3]), end(&e[3..])]);
        Ok(Self::drawn(
            polygons,
            edges.collect(),
            ranges,
            counts.iter().map(|n| *n as usize).collect(),
        ))
    }
}
