//! The figure: frequencies over the angle of the field, or, in one direction, the orbits in their planes.

use super::summary::{CELL, no_orbit};
use crate::error::{Error, Result};
use crate::io::results::{AttributeValue, ResultFile};
use crate::report::frame::{BOTTOM, COLOURS, HEIGHT, LEFT, RIGHT, TOP, WIDTH, axes, head};
use crate::surface::FREQUENCY_PER_AREA;
use crate::surface::vector::{Vector, dot, frame, unit};
use std::fmt::Write;

/// Largest area in the figure, as a multiple of the zone's mean cross-section.
const ZONES: f64 = 1.6;

/// An orbit as it is drawn.
struct Drawn {
    degrees: f64,
    field: Vector,
    spin: usize,
    band: usize,
    electron: bool,
    frequency: f64,
    points: Vec<Vector>,
}

/// All orbits of results.
struct Drawing {
    orbits: Vec<Drawn>,
    cell: f64,
    spins: bool,
}

impl Drawing {
    fn read(file: &ResultFile) -> Result<Self> {
        let damaged = |name: &str| {
            Error::bad_bands(
                format!("results `{name}`"),
                "they do not fit the orbits",
                "compute them again",
            )
        };
        if file.get("frequency").is_none() && file.get("open_share").is_some() {
            return Err(no_orbit());
        }
        let of = |name: &str| {
            let found = file.get(name).map(|v| v.data.as_slice());
            found.ok_or_else(|| damaged(name))
        };
        let column = |name: &str| -> Result<&[f64]> {
            let own = of(name)?;
            let count = of("frequency")?.len();
            (own.len() == count)
                .then_some(own)
                .ok_or_else(|| damaged(name))
        };
        let cell = match file.get_attribute(CELL) {
            Some(AttributeValue::Number(x)) => *x,
            _ => return Err(damaged(CELL)),
        };
        let (degrees, spin, band) = (column("angle")?, column("spin")?, column("band")?);
        let (electron, frequency) = (column("electron")?, column("frequency")?);
        let field = [column("field_x")?, column("field_y")?, column("field_z")?];
        let (counts, place) = (column("points")?, of("place")?);
        let mut orbits = Vec::new();
        let mut at = 0;
        for i in 0..frequency.len() {
            let next = at + 3 * counts[i] as usize;
            let own = place.get(at..next).ok_or_else(|| damaged("place"))?;
            at = next;
            orbits.push(Drawn {
                degrees: degrees[i],
                field: field.map(|f| f[i]),
                spin: spin[i] as usize,
                band: band[i] as usize,
                electron: electron[i] != 0.0,
                frequency: frequency[i],
                points: own.chunks_exact(3).map(|p| [p[0], p[1], p[2]]).collect(),
            });
        }
        let spins = orbits.iter().any(|o| o.spin > 1);
        Ok(Self {
            orbits,
            cell,
            spins,
        })
    }

    fn bands(&self) -> Vec<(usize, usize)> {
        let mut all: Vec<(usize, usize)> = self.orbits.iter().map(|o| (o.spin, o.band)).collect();
        all.sort_unstable();
        all.dedup();
        all
    }
}

/// An SVG of the results of `orbits`.
///
/// # Errors
/// [`Error::BadBands`] for damaged ones.
pub fn orbits_figure(file: &ResultFile) -> Result<String> {
    let drawing = Drawing::read(file)?;
    let mut s = head();
    let first = drawing.orbits.first().map_or(0.0, |o| o.degrees);
    if drawing.orbits.iter().any(|o| o.degrees != first) {
        scan(&mut s, &drawing);
    } else {
        planes(&mut s, &drawing);
    }
    s += "</svg>\n";
    Ok(s)
}

fn legend(s: &mut String, drawing: &Drawing, bands: &[(usize, usize)]) {
    for (i, (spin, band)) in bands.iter().enumerate() {
        let y = TOP + 12.0 + 20.0 * i as f64;
        let x = WIDTH - RIGHT + 16.0;
        let spin = match drawing.spins {
            false => String::new(),
            true => format!(" spin {spin}"),
        };
        let _ = writeln!(
            s,
            "<circle cx=\"{x}\" cy=\"{}\" r=\"5\" fill=\"{}\"/><text x=\"{}\" y=\"{y}\">band {}{spin}</text>",
            y - 4.5,
            COLOURS[i % COLOURS.len()],
            x + 10.0,
            band
        );
    }
}

fn scan(s: &mut String, drawing: &Drawing) {
    let bands = drawing.bands();
    let most_of = |of: fn(&Drawn) -> f64| drawing.orbits.iter().map(of).fold(0.0, f64::max);
    let (last, most) = (most_of(|o| o.degrees), most_of(|o| o.frequency));
    // Beside open orbits there are closed ones through many zones, which would leave no room for the others.
    let zone = 8.0 * std::f64::consts::PI.powi(3) / drawing.cell;
    let top = most.min(ZONES * FREQUENCY_PER_AREA * zone.powf(2.0 / 3.0));
    // kT where that is easier to read.
    let (unit, scale) = if top > 3000.0 {
        ("kT", 1e-3)
    } else {
        ("T", 1.0)
    };
    let to = axes(
        s,
        (0.0, last),
        (0.0, (1.06 * top * scale).max(1e-9)),
        (
            "angle of the field in degrees",
            &format!("frequency in {unit}"),
        ),
    );
    for o in drawing.orbits.iter().filter(|o| o.frequency <= top) {
        let (x, y) = to(o.degrees, o.frequency * scale);
        let band = bands
            .iter()
            .position(|b| *b == (o.spin, o.band))
            .unwrap_or(0);
        let colour = COLOURS[band % COLOURS.len()];
        let (fill, edge) = if o.electron {
            (colour, "none")
        } else {
            ("#FFFFFF", colour)
        };
        let _ = writeln!(
            s,
            "<circle cx=\"{x:.2}\" cy=\"{y:.2}\" r=\"2.8\" fill=\"{fill}\" stroke=\"{edge}\" stroke-width=\"1.4\"/>"
        );
    }
    legend(s, drawing, &bands);
    let y = TOP + 30.0 + 20.0 * bands.len() as f64;
    let x = WIDTH - RIGHT + 16.0;
    let _ = writeln!(
        s,
        "<circle cx=\"{x}\" cy=\"{}\" r=\"4\" fill=\"#444444\"/><text x=\"{}\" y=\"{y}\">electrons</text>\
         <circle cx=\"{x}\" cy=\"{}\" r=\"4\" fill=\"#FFFFFF\" stroke=\"#444444\" stroke-width=\"1.4\"/><text x=\"{}\" y=\"{}\">holes</text>",
        y - 4.5,
        x + 10.0,
        y + 15.5,
        x + 10.0,
        y + 20.0
    );
}

/// A frequency to four digits.
fn in_tesla(f: f64) -> String {
    match f {
        f if f >= 1e5 => format!("{:.1} kT", f * 1e-3),
        f if f >= 1e3 => format!("{:.2} kT", f * 1e-3),
        f => format!("{f:.1} T"),
    }
}

fn planes(s: &mut String, drawing: &Drawing) {
    let bands = drawing.bands();
    let field = drawing.orbits.first().map_or([0.0, 0.0, 1.0], |o| o.field);
    let [e1, e2] = frame(unit(field));
    let curves: Vec<(usize, Vec<(f64, f64)>)> = drawing
        .orbits
        .iter()
        .map(|o| {
            let band = bands
                .iter()
                .position(|b| *b == (o.spin, o.band))
                .unwrap_or(0);
            // Around their own centres' nearest place: they lie in different planes.
            (
                band,
                o.points
                    .iter()
                    .map(|p| (dot(*p, e1), dot(*p, e2)))
                    .collect(),
            )
        })
        .collect();
    let mut bounds = [(f64::MAX, f64::MIN); 2];
    for (x, y) in curves.iter().flat_map(|c| &c.1) {
        for (b, v) in bounds.iter_mut().zip([x, y]) {
            *b = (b.0.min(*v), b.1.max(*v));
        }
    }
    if curves.is_empty() {
        bounds = [(-1.0, 1.0); 2];
    }
    // The same scale along both axes.
    let (w, h) = (WIDTH - LEFT - RIGHT, HEIGHT - TOP - BOTTOM);
    let per = ((bounds[0].1 - bounds[0].0) / w).max((bounds[1].1 - bounds[1].0) / h) * 1.08;
    let around = |b: (f64, f64), pixels: f64| {
        let m = 0.5 * (b.0 + b.1);
        (m - 0.5 * per * pixels, m + 0.5 * per * pixels)
    };
    let to = axes(
        s,
        around(bounds[0], w),
        around(bounds[1], h),
        ("k across the field in 1/Å", "k across the field in 1/Å"),
    );
    for ((band, curve), frequency) in curves
        .iter()
        .zip(drawing.orbits.iter().map(|o| o.frequency))
    {
        let path: Vec<String> = curve
            .iter()
            .map(|(x, y)| {
                let (x, y) = to(*x, *y);
                format!("{x:.2} {y:.2}")
            })
            .collect();
        let _ = writeln!(
            s,
            "<path d=\"M{}\" fill=\"none\" stroke=\"{}\" stroke-width=\"1.8\"/>",
            path.join(" L"),
            COLOURS[band % COLOURS.len()]
        );
        // Its frequency above its highest point.
        let highest = curve.iter().max_by(|a, b| a.1.total_cmp(&b.1));
        if let Some((x, y)) = highest.map(|p| to(p.0, p.1)) {
            let _ = writeln!(
                s,
                "<text x=\"{x:.1}\" y=\"{:.1}\" text-anchor=\"middle\" font-size=\"11\">{}</text>",
                y - 5.0,
                in_tesla(frequency)
            );
        }
    }
    legend(s, drawing, &bands);
}
