//! zT: the rows of a sheet, and the transmissions of the best states beside them: JSON and HDF5.

use super::format::scalar_json;
use super::sheet::{Sheet, SheetItem, SheetRow, put_scalars, scalars_json, sheet_result};
use super::transport::TransportReport;
use crate::bands::BandHeader;
use crate::error::Result;
use crate::io::results::ResultFile;
use crate::transport::{Directions, MeritMode, Scalar, TransmissionCurve};
use crate::workflow::{MeritFound, Run, StateFound, Zt, ZtFound, curve_x};
use serde_json::{Map, Value, json};

/// Numbers that the table leaves to the files: checks, and what other commands show.
const UNSHOWN: &[&str] = &[
    "bound_constant_modes_lower",
    "bound_constant_modes_upper",
    "device_bound_constant_modes_lower",
    "device_bound_constant_modes_upper",
    "device_mean_free_path",
    "device_minority_share",
    "device_reference_length",
];

/// What the table means.
const LEGEND: &str = "\n  Energies between window_lower and window_upper, from mu, raise zT where more is let through, all others lower it;\n  \
     figure_of_merit_from_window is zT by 4 x- x+/(x+ - x-)^2, a check. Transmission is lambda/L for the longest mean free path L that\n  \
     carries (reference_length), of a device lambda/(lambda + L). bound_constant_modes: the best transmission with as many channels at every\n  \
     energy as there are on average in the window; bound: the best one of the material's own channels.\n  \
     ± as `bzint transport` has it.\n";

/// What was found, as rows; [`zt_curves_json`] and [`zt_result`] have the transmissions beside them.
pub fn zt_report<'a>(
    asked: &Zt,
    found: &ZtFound,
    header: &'a BandHeader,
    input: String,
    run: &'a Run,
) -> Sheet<'a> {
    let (states, relaxation) = (&found.states, &asked.states.relaxation);
    Sheet {
        kind: "zt",
        title: "zT and its bounds",
        base: TransportReport {
            header,
            input,
            fermi_level_ev: states.fermi_level_ev,
            origin: states.origin.clone(),
            gap_ev: states.gap_ev,
            tau_s: relaxation.tau,
            scattering: relaxation.scattering_file(),
            mean_free_path_angstrom: None,
            lattice_w_mk: relaxation.lattice_thermal_conductivity,
            extent: found.extent,
            directions: Directions::of(&states.conducted).count(),
            temperatures_k: asked.states.temperatures_k.clone(),
            levels: states.levels.clone(),
            rows: Vec::new(),
            bins: states.bins,
            crossings: states.crossings,
            run,
        },
        directions: found.directions.clone(),
        length_m: asked.length_m(),
        rows: states.states.iter().map(row).collect(),
        unshown: UNSHOWN,
        legend: LEGEND,
    }
}

/// An HDF5 result: every quantity on temperature × level × direction, and the transmissions.
///
/// # Errors
/// Where dimensions and data disagree (a defect).
pub fn zt_result(sheet: &Sheet, found: &ZtFound, command: &str) -> Result<ResultFile> {
    let mut file = sheet_result(sheet, command)?;
    fill(found, &mut file)?;
    Ok(file)
}

/// Bulk numbers under their names, a device's behind `device_`.
fn row(state: &StateFound<MeritFound>) -> SheetRow {
    let items = state.found.merits.iter().flat_map(|merit| {
        let device = matches!(merit.mode, MeritMode::Device(_));
        let alpha = (!device).then(|| SheetItem {
            name: "alpha".into(),
            unit: "1",
            about: "k_B^2 T/(hbar a_0 kappa_l)",
            value: (merit.alpha, 0.0).into(),
        });
        let numbers = merit.all.iter().map(move |n| SheetItem {
            name: match (device, n.name) {
                (false, name) => name.into(),
                (true, "conductivity") => "device_conductance_per_area".into(),
                (true, "thermal_conductivity_electronic") => {
                    "device_thermal_conductance_per_area".into()
                }
                (true, name) => format!("device_{name}").into(),
            },
            unit: n.unit,
            about: n.about,
            value: n.value,
        });
        numbers.chain(alpha)
    });
    SheetRow {
        temperature_k: state.temperature_k,
        direction: state.direction,
        mu_ev: state.mu_ev,
        carriers: state.carriers,
        level: state.level,
        items: items.collect(),
    }
}

/// A number of what is shown of a state: of the device, where there is one.
fn last(state: &StateFound<MeritFound>, name: &str) -> Scalar {
    state.found.merits[state.found.merits.len() - 1].get(name)
}

/// The transmission at the state of the largest zT of each direction.
fn curves(all: &ZtFound) -> Vec<Option<(&StateFound<MeritFound>, &TransmissionCurve)>> {
    let of = |d: usize| {
        let own = all.states.states.iter().filter(|s| s.direction == d);
        let with = own.filter_map(|s| Some((s, s.found.curve.as_ref()?)));
        let zt = |s: &StateFound<MeritFound>| {
            s.found.merits[s.found.merits.len() - 1]
                .get("figure_of_merit")
                .value
        };
        with.max_by(|a, b| zt(a.0).total_cmp(&zt(b.0)))
    };
    (0..all.directions.len()).map(of).collect()
}

/// `spectra` of a summary: the transmissions.
pub fn zt_curves_json(all: &ZtFound) -> Map<String, Value> {
    let one = |(d, found): (usize, Option<(&StateFound<MeritFound>, &TransmissionCurve)>)| {
        let (state, curve) = found?;
        let column = scalars_json;
        Some(json!({
            "direction": all.directions[d].label,
            "temperature": {"value": state.temperature_k, "error": 0.0, "unit": "K"},
            "chemical_potential": {"value": state.mu_ev.value, "error": state.mu_ev.error, "unit": "eV"},
            "energy": {"value": curve.x, "unit": "k_BT"},
            "window_lower": scalar_json(last(state, "window_lower"), "k_BT"),
            "window_upper": scalar_json(last(state, "window_upper"), "k_BT"),
            "transmission": column(&curve.transmission, "1"),
            "modes_per_area": column(&curve.modes, "1/m^2"),
        }))
    };
    let spectra: Vec<Value> = curves(all)
        .into_iter()
        .enumerate()
        .filter_map(one)
        .collect();
    let mut extra = Map::new();
    extra.insert("spectra".into(), spectra.into());
    extra
}

/// Adds the transmissions to a result file that has the dimension `direction`.
///
/// # Errors
/// Where dimensions and data disagree (a defect).
fn fill(found: &ZtFound, file: &mut ResultFile) -> Result<()> {
    let curves = curves(found);
    if curves.iter().all(Option::is_none) {
        return Ok(());
    }
    let x = curve_x();
    let n = x.len();
    file.dimension("x", x, "k_BT", "energy from the chemical potential")?;
    for (name, unit, about, of) in [
        (
            "transmission",
            "1",
            "transmission at the best state of the direction",
            (|c: &TransmissionCurve| &c.transmission) as fn(&TransmissionCurve) -> &Vec<Scalar>,
        ),
        (
            "transmission_modes",
            "1/m^2",
            "channels per area there",
            |c| &c.modes,
        ),
    ] {
        let nothing = vec![Scalar::new(f64::NAN, f64::NAN); n];
        let all: Vec<Scalar> = curves
            .iter()
            .flat_map(|found| found.map_or(&nothing, |(_, c)| of(c)).clone())
            .collect();
        put_scalars(file, name, &["direction", "x"], &all, (unit, about))?;
    }
    for (name, unit, about, of) in [
        (
            "curve_temperature",
            "K",
            "temperature of the transmission",
            &(|s: &StateFound<MeritFound>| s.temperature_k)
                as &dyn Fn(&StateFound<MeritFound>) -> f64,
        ),
        (
            "curve_chemical_potential",
            "eV",
            "chemical potential of the transmission",
            &|s| s.mu_ev.value,
        ),
        (
            "curve_window_lower",
            "k_BT",
            "lower edge of its window",
            &|s| last(s, "window_lower").value,
        ),
        (
            "curve_window_upper",
            "k_BT",
            "upper edge of its window",
            &|s| last(s, "window_upper").value,
        ),
    ] {
        let all = curves
            .iter()
            .map(|found| found.map_or(f64::NAN, |(s, _)| of(s)));
        file.variable(name, &["direction"], all.collect(), unit, about)?;
    }
    Ok(())
}
