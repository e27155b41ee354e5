//! Waves, maps and sections as an HDF5 result: waves on `direction` × `wave`, maps on `wave` × `y` × `x` (Lambert's projection of a
//! hemisphere), sections on `wave` × `angle`.

use super::elastic::ROUNDING;
use super::{FocusingReport, NAMES};
use crate::elastic::FocusMap;
use crate::elastic::Section;
use crate::error::Result;
use crate::io::results::ResultFile;
use crate::report::phonon::put;
use crate::uncertainty::Scalar;
use crate::workflow::Waves;

/// A wave in numbers.
struct One {
    phase_velocity: Scalar,
    group_speed: Scalar,
    power_flow_angle: Scalar,
    enhancement: Scalar,
    group_velocity: [f64; 3],
    polarization: Option<[f64; 3]>,
}

/// The report as a result.
///
/// # Errors
/// Where dimensions and data disagree (a defect).
pub fn result(report: &FocusingReport, command: &str) -> Result<ResultFile> {
    let mut file = ResultFile::new("focusing", command);
    let (directions, names, waves) = waves(&report.found.waves);
    if !report.input.is_empty() {
        file.attribute("input", report.input.as_str());
    }
    if let Waves::Elastic(density, _) = report.found.waves {
        file.attribute("density_kg_m3", density);
    }
    let about = "direction of the wave vector";
    file.dimension("direction", directions, "", about)?;
    file.dimension("wave", names, "", "wave, the slowest first")?;
    file.dimension("cart", &["x", "y", "z"][..], "", "Cartesian axis")?;
    type Of = fn(&One) -> Scalar;
    let barred: [(&str, &str, &str, Of); 4] = [
        ("phase_velocity", "m/s", "phase velocity", |w| {
            w.phase_velocity
        }),
        ("group_speed", "m/s", "size of the group velocity", |w| {
            w.group_speed
        }),
        (
            "power_flow_angle",
            "degree",
            "angle between wave vector and group velocity",
            |w| w.power_flow_angle,
        ),
        (
            "enhancement",
            "1",
            "focusing: solid angle of wave vectors over that of group velocities",
            |w| w.enhancement,
        ),
    ];
    for (name, unit, about, of) in barred {
        let all: Vec<Scalar> = waves.iter().map(of).collect();
        put(&mut file, name, &["direction", "wave"], &all, unit, about)?;
    }
    let on = ["direction", "wave", "cart"];
    let group = waves.iter().flat_map(|w| w.group_velocity).collect();
    file.variable("group_velocity", &on, group, "m/s", "group velocity")?;
    let displacements: Option<Vec<[f64; 3]>> = waves.iter().map(|w| w.polarization).collect();
    if let Some(all) = displacements {
        let about = "unit vector of the displacement";
        file.variable("polarization", &on, all.concat(), "1", about)?;
    }
    if let Some(shown) = &report.found.picture {
        file.attribute("axis", format!("{:?}", report.axis));
        put_map(&mut file, &shown.map)?;
        put_section(
            &mut file,
            &shown.section,
            shown.slowness_bar.unwrap_or(ROUNDING),
        )?;
    }
    Ok(file)
}

/// Names of directions and waves, and the waves, those of one direction behind each other.
fn waves(all: &Waves) -> (Vec<String>, Vec<String>, Vec<One>) {
    match all {
        Waves::Elastic(_, rows) => {
            let exact = |x: f64| Scalar::new(x, ROUNDING * x.abs());
            let one = |w: &crate::elastic::Wave| One {
                phase_velocity: exact(w.phase_velocity),
                group_speed: exact(w.group_speed),
                power_flow_angle: exact(w.power_flow_angle),
                enhancement: exact(w.enhancement),
                group_velocity: w.group_velocity,
                polarization: Some(w.polarization),
            };
            let label = |n: &[f64; 3]| format!("{},{},{}", n[0], n[1], n[2]);
            (
                rows.iter().map(|(n, _)| label(n)).collect(),
                NAMES.map(str::to_owned).to_vec(),
                rows.iter().flat_map(|(_, w)| w.iter().map(one)).collect(),
            )
        }
        Waves::Branches(rows) => {
            let count = rows.first().map_or(0, |(_, waves)| waves.len());
            let one = |w: &crate::phonons::LongWave| One {
                phase_velocity: w.phase_velocity,
                group_speed: w.group_speed,
                power_flow_angle: w.power_flow_angle,
                enhancement: w.enhancement,
                group_velocity: w.group_velocity,
                polarization: None,
            };
            (
                rows.iter().map(|(n, _)| n.label.clone()).collect(),
                (1..=count).map(|i| format!("branch {i}")).collect(),
                rows.iter().flat_map(|(_, w)| w.iter().map(one)).collect(),
            )
        }
    }
}

fn put_map(file: &mut ResultFile, map: &FocusMap) -> Result<()> {
    let of = |i: usize| (2.0 * i as f64 + 1.0) / map.side as f64 - 1.0;
    for (name, about) in [
        ("y", "place on the map, upwards"),
        ("x", "place on the map, to the right"),
    ] {
        file.dimension(name, (0..map.side).map(of).collect::<Vec<_>>(), "1", about)?;
    }
    let mapped = map.intensity.iter().zip(&map.relative_error);
    let all = mapped.filter(|(values, _)| values.iter().any(|x| x.is_finite()));
    let all: Vec<Scalar> = all
        .flat_map(|(values, bars)| values.iter().zip(bars))
        .map(|(x, share)| Scalar::new(*x, share * x.abs()))
        .collect();
    let about = "flow per solid angle over that of an even one, around the axis (equal areas)";
    put(file, "intensity", &["wave", "y", "x"], &all, "1", about)
}

/// The section, whose slowness is known to a share `bar`.
fn put_section(file: &mut ResultFile, section: &Section, bar: f64) -> Result<()> {
    let degrees = section
        .angle
        .iter()
        .map(|a| a.to_degrees())
        .collect::<Vec<_>>();
    let about = "angle in the plane across the axis";
    file.dimension("angle", degrees, "degree", about)?;
    file.dimension("plane", &["right", "up"][..], "", "axis of the plane")?;
    let slowness = section.slowness.concat();
    let slowness: Vec<Scalar> = slowness.iter().map(|x| Scalar::new(*x, bar * x)).collect();
    let about = "inverse phase velocity across the axis";
    put(
        file,
        "slowness",
        &["wave", "angle"],
        &slowness,
        "s/m",
        about,
    )?;
    let velocity = section.velocity.concat().concat();
    let about = "group velocity across the axis";
    file.variable(
        "wave_surface",
        &["wave", "angle", "plane"],
        velocity,
        "m/s",
        about,
    )?;
    Ok(())
}
