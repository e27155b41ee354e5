//! Phonons as an HDF5 result.

use super::report::{METHOD, PhononReport, mean};
use crate::error::Result;
use crate::io::results::ResultFile;
use crate::report::budget::Bars;
use crate::uncertainty::{Scalar, TensorQuantity};

/// An HDF5 result.
///
/// # Errors
/// Where dimensions and data disagree (a defect).
pub fn phonon_result(report: &PhononReport, command: &str) -> Result<ResultFile> {
    let mut file = ResultFile::new("phonon", command);
    let header = report.phonons.header();
    file.attribute("input", report.input.as_str())
        .attribute("input_format", header.provenance.format.as_str())
        .attribute("input_sha256", header.provenance.sha256.as_str())
        .attribute("k_grid", header.k_grid.to_string())
        .attribute("backend", "cpu")
        .attribute("method", METHOD);
    if let Some(words) = &report.found.lifetimes {
        file.attribute("relaxation_times", words.as_str());
    }
    let boundaries: Vec<f64> = lengths(report);
    file.dimension(
        "temperature",
        report.found.temperatures_k.clone(),
        "K",
        "temperature",
    )?;
    let mut states = vec!["temperature"];
    if !boundaries.is_empty() {
        file.dimension(
            "boundary_length",
            boundaries.clone(),
            "m",
            "distance of boundaries",
        )?;
        states.push("boundary_length");
    }
    file.tensor_dimensions()?;
    let all: Vec<Scalar> = report
        .found
        .rows
        .iter()
        .map(|r| r.heat.heat_capacity)
        .collect();
    put(
        &mut file,
        "heat_capacity",
        &states,
        &all,
        "J/(m^3 K)",
        "heat capacity per volume",
    )?;
    let kappa: Vec<TensorQuantity> = report
        .found
        .rows
        .iter()
        .filter_map(|r| r.heat.kappa)
        .collect();
    if kappa.len() == report.found.rows.len() {
        let dimensions = [&states[..], &["row", "col"]].concat();
        let about = "lattice thermal conductivity";
        let name = "lattice_thermal_conductivity";
        Bars::list(&kappa).put(&mut file, name, &dimensions, "W/(m K)", about)?;
    }
    let edges = &report.found.density.edges_ev;
    let centres: Vec<f64> = edges.windows(2).map(|w| 0.5 * (w[0] + w[1])).collect();
    file.dimension(
        "energy",
        centres.clone(),
        "eV",
        "energy of a phonon, middle of a bin",
    )?;
    put(
        &mut file,
        "density_of_states",
        &["energy"],
        &report.found.density.states,
        "1/eV",
        "density of states per cell",
    )?;
    put(
        &mut file,
        "mean_speed",
        &["energy"],
        &report.found.density.speed,
        "m/s",
        "mean group velocity",
    )?;
    put(
        &mut file,
        "velocity_squared_density",
        &["energy"],
        &report.found.density.velocity_squared,
        "m^2/s^2/eV",
        "density of v_x^2, mean of the three axes",
    )?;
    if report
        .found
        .rows
        .iter()
        .all(|r| !r.heat.kappa_below.is_empty())
        && boundaries.len() < 2
    {
        let all = report
            .found
            .rows
            .iter()
            .flat_map(|r| r.heat.kappa_below[1..].iter().map(mean));
        let all: Vec<Scalar> = all.collect();
        let dimensions = ["temperature", "energy"];
        put(
            &mut file,
            "kappa_below_energy",
            &dimensions,
            &all,
            "W/(m K)",
            "conductivity of the modes below the bin's upper edge, mean of the axes",
        )?;
        let spectral: Vec<Scalar> = report
            .found
            .rows
            .iter()
            .flat_map(|r| {
                r.heat
                    .kappa_below
                    .windows(2)
                    .zip(edges.windows(2))
                    .map(|(k, e)| {
                        let (a, b) = (mean(&k[0]), mean(&k[1]));
                        let width = e[1] - e[0];
                        Scalar::new(
                            (b.value - a.value) / width,
                            (b.error - a.error).abs() / width,
                        )
                    })
            })
            .collect();
        put(
            &mut file,
            "spectral_kappa",
            &dimensions,
            &spectral,
            "W/(m K eV)",
            "conductivity per energy of phonons, mean of the axes",
        )?;
    }
    if let Some((_, first)) = report.found.ballistic.first() {
        let names: Vec<String> = report
            .found
            .ballistic
            .iter()
            .map(|(d, _)| d.label.clone())
            .collect();
        file.dimension("direction", names, "", "direction of transport")?;
        let skip = centres.len() - first.energy_ev.len();
        let padded = |of: &[Scalar]| -> Vec<Scalar> {
            let none = Scalar::new(0.0, 0.0);
            std::iter::repeat_n(none, skip)
                .chain(of.iter().copied())
                .collect()
        };
        let all: Vec<Scalar> = report
            .found
            .ballistic
            .iter()
            .flat_map(|(_, b)| padded(&b.modes))
            .collect();
        put(
            &mut file,
            "modes_per_area",
            &["direction", "energy"],
            &all,
            "m^-2",
            "channels per area",
        )?;
        if report
            .found
            .ballistic
            .iter()
            .all(|(_, b)| !b.mean_free_path.is_empty())
        {
            let all: Vec<Scalar> = report
                .found
                .ballistic
                .iter()
                .flat_map(|(_, b)| padded(&b.mean_free_path))
                .collect();
            put(
                &mut file,
                "mean_free_path_of_modes",
                &["direction", "energy"],
                &all,
                "m",
                "mean free path for backscattering, 2<v^2 tau>/<|v|>",
            )?;
        }
        let all: Vec<Scalar> = report
            .found
            .ballistic
            .iter()
            .flat_map(|(_, b)| b.conductance.clone())
            .collect();
        put(
            &mut file,
            "ballistic_conductance",
            &["direction", "temperature"],
            &all,
            "W/(m^2 K)",
            "ballistic thermal conductance per area",
        )?;
    }
    if let Some(branches) = report
        .found
        .rows
        .first()
        .map(|r| r.branches.len())
        .filter(|n| *n > 0)
    {
        file.dimension(
            "branch",
            (1..=branches).map(|b| b as f64).collect::<Vec<_>>(),
            "",
            "branch, by frequency",
        )?;
        let dimensions = [&states[..], &["branch"]].concat();
        let all: Vec<Scalar> = report
            .found
            .rows
            .iter()
            .flat_map(|r| r.branches.iter().map(|b| b.heat.heat_capacity))
            .collect();
        put(
            &mut file,
            "heat_capacity_by_branch",
            &dimensions,
            &all,
            "J/(m^3 K)",
            "heat capacity of each branch",
        )?;
        let kappa: Vec<Scalar> = report
            .found
            .rows
            .iter()
            .flat_map(|r| {
                r.branches
                    .iter()
                    .filter_map(|b| b.heat.kappa.as_ref().map(mean))
            })
            .collect();
        if kappa.len() == all.len() {
            put(
                &mut file,
                "kappa_by_branch",
                &dimensions,
                &kappa,
                "W/(m K)",
                "conductivity of each branch, mean of the axes",
            )?;
        }
    }
    let first = report
        .found
        .rows
        .first()
        .and_then(|r| r.accumulation.as_ref());
    if let Some(first) = first {
        file.dimension(
            "mean_free_path",
            first.mean_free_path_m.clone(),
            "m",
            "mean free path",
        )?;
        let all = report
            .found
            .rows
            .iter()
            .filter_map(|r| r.accumulation.as_ref());
        let all: Vec<Scalar> = all.flat_map(|a| a.kappa.iter().map(mean)).collect();
        put(
            &mut file,
            "kappa_below_mean_free_path",
            &[&states[..], &["mean_free_path"]].concat(),
            &all,
            "W/(m K)",
            "conductivity of the modes with shorter mean free paths, mean of the axes",
        )?;
    }
    Ok(file)
}

fn lengths(report: &PhononReport) -> Vec<f64> {
    let first = report.found.rows.first().map(|r| r.temperature_k);
    let own = report
        .found
        .rows
        .iter()
        .filter(|r| Some(r.temperature_k) == first);
    own.filter_map(|r| r.boundary_m).collect()
}

/// A variable with its bars.
pub fn put(
    file: &mut ResultFile,
    name: &str,
    dimensions: &[&str],
    values: &[Scalar],
    unit: &str,
    about: &str,
) -> Result<()> {
    Bars::list(values).put(file, name, dimensions, unit, about)
}
