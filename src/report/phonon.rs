//! Phonons as a table, JSON and an HDF5 result; and what a file of phonons holds.

use super::budget::Bars;
use super::format::{scalar, scalar_json, scientific, tensor_json};
use crate::bands::BandSource;
use crate::crystal::Tensor;
use crate::error::Result;
use crate::excitations::Phonons;
use crate::io::results::ResultFile;
use crate::phonons::{Accumulation, Ballistic, Branch, Heat, ModeSums};
use crate::uncertainty::{Scalar, TensorQuantity};
use crate::units::PLANCK_EV_PER_THZ;
use serde_json::{Value, json};
use std::fmt::Write;

/// Rounding of sums over a file's modes, as a share.
const ROUNDING: f64 = 1e-12;

/// One temperature, and boundaries a length apart where there are any.
pub struct PhononRow {
    /// K.
    pub temperature_k: f64,
    /// m.
    pub boundary_m: Option<f64>,
    /// By tetrahedra.
    pub heat: Heat,
    /// The file's own grid summed mode by mode, where asked for.
    pub in_file: Option<ModeSums>,
    /// By branch, where asked for.
    pub branches: Vec<Branch>,
    /// κ by mean free path, where asked for.
    pub accumulation: Option<Accumulation>,
}

/// Densities over frequencies.
pub struct PhononDensity {
    /// Edges of the bins, eV.
    pub edges_ev: Vec<f64>,
    /// States per eV and cell in each bin.
    pub states: Vec<Scalar>,
    /// Mean of |v| in each bin, m/s; 0 without states.
    pub speed: Vec<Scalar>,
    /// ⟨v_i v_j δ⟩ of each bin, m²/s² per eV and cell, one component average.
    pub velocity_squared: Vec<Scalar>,
    /// All states, and those of imaginary frequency.
    pub total: [Scalar; 2],
}

/// What was asked for.
pub struct PhononReport<'a> {
    /// The phonons.
    pub phonons: &'a Phonons,
    /// The input's path.
    pub input: String,
    /// Where relaxation times come from, in words; none without.
    pub lifetimes: Option<String>,
    /// Rows.
    pub rows: Vec<PhononRow>,
    /// Densities.
    pub density: PhononDensity,
    /// Directions, with the temperatures of the rows without repetition.
    pub ballistic: Vec<Ballistic>,
    /// The temperatures of `ballistic`, K.
    pub temperatures_k: Vec<f64>,
    /// Wall time.
    pub seconds: f64,
}

const METHOD: &str =
    "linear tetrahedra; bars: every-second-point subgrid, and what is left out at Gamma";

/// A third of the trace.
fn mean(t: &TensorQuantity) -> Scalar {
    Scalar::new(
        (0..3).map(|i| t.value[i][i]).sum::<f64>() / 3.0,
        (0..3).map(|i| t.error[i][i]).sum::<f64>() / 3.0,
    )
}

fn rounded(value: f64, unit: &str) -> Value {
    json!({"value": value, "error": ROUNDING * value.abs(), "unit": unit})
}

fn rounded_tensor(t: &Tensor, unit: &str) -> Value {
    let error = t.map(|row| row.map(|x| ROUNDING * x.abs()));
    json!({"value": t, "error": error, "unit": unit})
}

fn direction(n: [f64; 3]) -> String {
    format!("({:.4}, {:.4}, {:.4})", n[0], n[1], n[2])
}

/// A length with a unit that reads well.
pub fn length(m: f64) -> String {
    match m {
        m if m < 0.999_999e-6 => format!("{} nm", (m * 1e9 * 1e6).round() / 1e6),
        m if m < 1e-3 => format!("{} µm", (m * 1e6 * 1e6).round() / 1e6),
        m => format!("{} mm", (m * 1e3 * 1e6).round() / 1e6),
    }
}

/// Rows of columns behind comments.
pub fn phonon_table(report: &PhononReport) -> String {
    let header = report.phonons.header();
    let mut s = format!(
        "# {} branches on {}; {METHOD}\n# relaxation times: {}\n# states: {} of {} modes",
        report.phonons.n_branch(),
        header.k_grid,
        report
            .lifetimes
            .as_deref()
            .unwrap_or("none, so that no kappa is computed"),
        scalar(report.density.total[0]),
        report.phonons.n_branch(),
    );
    if report.phonons.peculiar.imaginary > 0 {
        let _ = write!(s, ", {} of them imaginary", scalar(report.density.total[1]));
    }
    s += "\n#    T (K)  boundaries   heat capacity J/(m^3 K)      kappa_xx W/(m K)      kappa_yy              kappa_zz\n";
    for row in &report.rows {
        let boundary = row.boundary_m.map_or("none".into(), length);
        let _ = write!(
            s,
            "{:10}  {boundary:>10}   {:>24}",
            row.temperature_k,
            scientific(row.heat.heat_capacity)
        );
        if let Some(kappa) = &row.heat.kappa {
            for i in 0..3 {
                let one = Scalar::new(kappa.value[i][i], kappa.error[i][i]);
                let _ = write!(s, "  {:>20}", scalar(one));
            }
        }
        s.push('\n');
        if let Some(sums) = &row.in_file {
            let _ = write!(s, "#   as in file: c_v {:.6e}", sums.heat_capacity);
            if let Some(k) = &sums.kappa {
                let _ = write!(
                    s,
                    ", kappa {:.6} {:.6} {:.6}, {} modes left out",
                    k[0][0], k[1][1], k[2][2], sums.left_out
                );
            }
            s.push('\n');
        }
        for b in &row.branches {
            let kappa = b
                .heat
                .kappa
                .as_ref()
                .map_or(String::new(), |k| format!(", kappa {}", scalar(mean(k))));
            let _ = writeln!(
                s,
                "#   branch {}: c_v {}{kappa}",
                b.branch,
                scientific(b.heat.heat_capacity)
            );
        }
    }
    for published in &report.phonons.published {
        let k = published.kappa;
        let _ = writeln!(
            s,
            "# the file's own kappa at {} K ({}): {:.6} {:.6} {:.6} W/(m K)",
            published.temperature_k, published.method, k[0][0], k[1][1], k[2][2]
        );
    }
    for b in &report.ballistic {
        for (t, g) in report.temperatures_k.iter().zip(&b.conductance) {
            let _ = writeln!(
                s,
                "# ballistic conductance along {} at {t} K: {} W/(m^2 K)",
                direction(b.direction),
                scientific(*g)
            );
        }
    }
    s
}

/// A machine-readable summary.
pub fn phonon_json(report: &PhononReport) -> Value {
    let header = report.phonons.header();
    let p = report.phonons.peculiar;
    let rows: Vec<Value> = report
        .rows
        .iter()
        .map(|row| row_json(report, row))
        .collect();
    let spectra: Vec<Value> = report
        .ballistic
        .iter()
        .map(|b| {
            let values = |of: &[Scalar]| -> (Vec<f64>, Vec<f64>) {
                of.iter().map(|x| (x.value, x.error)).unzip()
            };
            let (modes, modes_error) = values(&b.modes);
            let (path, path_error) = values(&b.mean_free_path);
            json!({
                "direction": b.direction,
                "energy": {"value": b.energy_ev, "unit": "eV"},
                "modes_per_area": {"value": modes, "error": modes_error, "unit": "1/m^2"},
                "mean_free_path": {"value": path, "error": path_error, "unit": "m"},
            })
        })
        .collect();
    let published: Vec<Value> = report
        .phonons
        .published
        .iter()
        .map(|k| json!({"temperature": {"value": k.temperature_k, "unit": "K"}, "method": k.method, "lattice_thermal_conductivity": {"value": k.kappa, "unit": "W/(m K)"}}))
        .collect();
    json!({
        "kind": "phonon",
        "input": report.input,
        "backend": "cpu",
        "adapter": "",
        "k_grid": header.k_grid.n,
        "method": METHOD,
        "seconds": report.seconds,
        "relaxation_times": report.lifetimes,
        "branches": report.phonons.n_branch(),
        "states": scalar_json(report.density.total[0], "1"),
        "imaginary_states": scalar_json(report.density.total[1], "1"),
        "modes": p.modes,
        "imaginary_modes": p.imaginary,
        "acoustic_modes_at_gamma": p.acoustic_at_gamma,
        "modes_without_lifetime": p.without_rate,
        "published": published,
        "rows": rows,
        "spectra": spectra,
    })
}

fn row_json(report: &PhononReport, row: &PhononRow) -> Value {
    let mut one = json!({
        "temperature": {"value": row.temperature_k, "unit": "K"},
        "heat_capacity": scalar_json(row.heat.heat_capacity, "J/(m^3 K)"),
    });
    if let Some(l) = row.boundary_m {
        one["boundary_length"] = json!({"value": l, "unit": "m"});
    }
    if let Some(kappa) = &row.heat.kappa {
        one["lattice_thermal_conductivity"] = tensor_json(kappa, "W/(m K)");
    }
    if let Some(sums) = &row.in_file {
        one["as_in_file"] = json!({"heat_capacity": rounded(sums.heat_capacity, "J/(m^3 K)"), "modes_left_out": sums.left_out});
        if let Some(k) = &sums.kappa {
            one["as_in_file"]["lattice_thermal_conductivity"] = rounded_tensor(k, "W/(m K)");
        }
        let all = report.ballistic.iter().zip(&sums.ballistic);
        let all: Vec<Value> = all
            .map(|(b, g)| json!({"direction": b.direction, "conductance_per_area": rounded(*g, "W/(m^2 K)")}))
            .collect();
        one["as_in_file"]["ballistic"] = json!(all);
    }
    if let Some(t) = report
        .temperatures_k
        .iter()
        .position(|t| *t == row.temperature_k)
    {
        let all = report.ballistic.iter().map(|b| {
            json!({"direction": b.direction, "ballistic_thermal_conductance_per_area": scalar_json(b.conductance[t], "W/(m^2 K)")})
        });
        one["ballistic"] = Value::Array(all.collect());
    }
    if !row.branches.is_empty() {
        let all = row.branches.iter().map(|b| {
            let mut one = json!({"branch": b.branch, "heat_capacity": scalar_json(b.heat.heat_capacity, "J/(m^3 K)")});
            if let Some(k) = &b.heat.kappa {
                one["lattice_thermal_conductivity"] = tensor_json(k, "W/(m K)");
            }
            one
        });
        one["branches"] = Value::Array(all.collect());
    }
    if let Some(a) = &row.accumulation {
        let (value, error): (Vec<_>, Vec<_>) = a.kappa.iter().map(|k| (k.value, k.error)).unzip();
        one["accumulation"] = json!({
            "mean_free_path": {"value": a.mean_free_path_m, "unit": "m"},
            "lattice_thermal_conductivity": {"value": value, "error": error, "unit": "W/(m K)"},
        });
    }
    one
}

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
    if let Some(words) = &report.lifetimes {
        file.attribute("relaxation_times", words.as_str());
    }
    let boundaries: Vec<f64> = lengths(report);
    file.dimension(
        "temperature",
        report.temperatures_k.clone(),
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
    let all: Vec<Scalar> = report.rows.iter().map(|r| r.heat.heat_capacity).collect();
    put(
        &mut file,
        "heat_capacity",
        &states,
        &all,
        "J/(m^3 K)",
        "heat capacity per volume",
    )?;
    let kappa: Vec<&TensorQuantity> = report
        .rows
        .iter()
        .filter_map(|r| r.heat.kappa.as_ref())
        .collect();
    if kappa.len() == report.rows.len() {
        let dimensions = [&states[..], &["row", "col"]].concat();
        put_tensors(
            &mut file,
            "lattice_thermal_conductivity",
            &dimensions,
            kappa.into_iter(),
            "lattice thermal conductivity",
        )?;
    }
    let edges = &report.density.edges_ev;
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
        &report.density.states,
        "1/eV",
        "density of states per cell",
    )?;
    put(
        &mut file,
        "mean_speed",
        &["energy"],
        &report.density.speed,
        "m/s",
        "mean group velocity",
    )?;
    put(
        &mut file,
        "velocity_squared_density",
        &["energy"],
        &report.density.velocity_squared,
        "m^2/s^2/eV",
        "density of v_x^2, mean of the three axes",
    )?;
    if report.rows.iter().all(|r| !r.heat.kappa_below.is_empty()) && boundaries.len() < 2 {
        let all = report
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
    if let Some(first) = report.ballistic.first() {
        let names: Vec<String> = report
            .ballistic
            .iter()
            .map(|b| direction(b.direction))
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
            .ballistic
            .iter()
            .flat_map(|b| padded(&b.modes))
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
            .ballistic
            .iter()
            .all(|b| !b.mean_free_path.is_empty())
        {
            let all: Vec<Scalar> = report
                .ballistic
                .iter()
                .flat_map(|b| padded(&b.mean_free_path))
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
            .ballistic
            .iter()
            .flat_map(|b| b.conductance.clone())
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
    let first = report.rows.first().and_then(|r| r.accumulation.as_ref());
    if let Some(first) = first.filter(|_| boundaries.len() < 2) {
        file.dimension(
            "mean_free_path",
            first.mean_free_path_m.clone(),
            "m",
            "mean free path",
        )?;
        let all = report.rows.iter().filter_map(|r| r.accumulation.as_ref());
        let all: Vec<Scalar> = all.flat_map(|a| a.kappa.iter().map(mean)).collect();
        put(
            &mut file,
            "kappa_below_mean_free_path",
            &["temperature", "mean_free_path"],
            &all,
            "W/(m K)",
            "conductivity of the modes with shorter mean free paths, mean of the axes",
        )?;
    }
    Ok(file)
}

fn lengths(report: &PhononReport) -> Vec<f64> {
    let first = report.rows.first().map(|r| r.temperature_k);
    let own = report
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

fn put_tensors<'a>(
    file: &mut ResultFile,
    name: &str,
    dimensions: &[&str],
    all: impl Iterator<Item = &'a TensorQuantity> + Clone,
    about: &str,
) -> Result<()> {
    let value = all.clone().flat_map(|t| t.value.concat()).collect();
    file.variable(name, dimensions, value, "W/(m K)", about)?;
    file.error_bar(name, all.flat_map(|t| t.error.concat()).collect())?;
    Ok(())
}

/// What a file of phonons holds, for people.
pub fn phonon_info(phonons: &Phonons, input: &str, verbose: bool) -> String {
    let header = phonons.header();
    let mut s = String::new();
    let mut line = |name: &str, text: String| {
        let _ = writeln!(s, "{name:<18}{text}");
    };
    line("file", input.to_owned());
    line("format", header.provenance.format.clone());
    for (i, a) in header.lattice.rows().iter().enumerate() {
        let name = if i == 0 { "lattice (Å)" } else { "" };
        line(
            name,
            format!("a{} = {:11.6} {:11.6} {:11.6}", i + 1, a[0], a[1], a[2]),
        );
    }
    line("cell volume", format!("{:.6} Å³", header.lattice.volume()));
    if !header.atoms.is_empty() {
        let mass = |i: usize| {
            phonons
                .masses
                .get(i)
                .map_or(String::new(), |m| format!(" ({m} u)"))
        };
        let names = header
            .atoms
            .iter()
            .enumerate()
            .map(|(i, a)| a.symbol.clone() + &mass(i));
        line("atoms", names.collect::<Vec<_>>().join(", "));
    }
    let (all, own) = (phonons.group.order(), header.point_group.order());
    line(
        "symmetry",
        format!(
            "{all} operations of the crystal (with time reversal), {own} of them map the grid on itself"
        ),
    );
    line(
        "q-grid",
        format!("{} = {} points", header.k_grid, header.k_grid.len()),
    );
    line("branches", format!("{}", phonons.n_branch()));
    let thz = |e: f64| e / PLANCK_EV_PER_THZ;
    line(
        "frequencies",
        format!(
            "{:.6} to {:.6} THz (ħω to {:.6} eV)",
            thz(phonons.lowest_ev()),
            thz(phonons.highest_ev()),
            phonons.highest_ev()
        ),
    );
    let rates: Vec<String> = phonons
        .rates()
        .iter()
        .map(|r| format!("{}", r.temperature_k))
        .collect();
    let mut brings = vec!["frequencies".to_owned()];
    if header.has_velocities {
        brings.push("group velocities".into());
    }
    if !rates.is_empty() {
        let shown = if rates.len() > 8 {
            format!(
                "{} to {} ({} of them)",
                rates[0],
                rates[rates.len() - 1],
                rates.len()
            )
        } else {
            rates.join(", ")
        };
        brings.push(format!("lifetimes at {shown} K"));
    }
    line("quantities", brings.join(", "));
    for published in &phonons.published {
        let k = published.kappa;
        line(
            "its own kappa",
            format!(
                "{:.4} {:.4} {:.4} W/(m K) at {} K ({})",
                k[0][0], k[1][1], k[2][2], published.temperature_k, published.method
            ),
        );
    }
    if verbose {
        for (i, b) in phonons.branches().statistics().iter().enumerate() {
            let name = if i == 0 { "branch range" } else { "" };
            line(
                name,
                format!(
                    "{:>4}  {:12.6} to {:12.6} THz",
                    i + 1,
                    thz(b.energy_min),
                    thz(b.energy_max)
                ),
            );
        }
    }
    for note in header.provenance.notes.iter().chain(&phonons.notes()) {
        line("note", note.clone());
    }
    s
}

/// The same for programs.
pub fn phonon_info_json(phonons: &Phonons, input: &str) -> Value {
    let header = phonons.header();
    let p = phonons.peculiar;
    let thz = |e: f64| e / PLANCK_EV_PER_THZ;
    let t: Vec<f64> = phonons.rates().iter().map(|r| r.temperature_k).collect();
    let ranges: Vec<Value> = phonons
        .branches()
        .statistics()
        .iter()
        .enumerate()
        .map(|(i, b)| json!({"branch": i + 1, "frequency_min": thz(b.energy_min), "frequency_max": thz(b.energy_max)}))
        .collect();
    let notes = [header.provenance.notes.clone(), phonons.notes()].concat();
    json!({
        "kind": "info",
        "holds": "phonons",
        "input": input,
        "format": header.provenance.format,
        "lattice": {"value": header.lattice.rows(), "unit": "angstrom"},
        "cell_volume": {"value": header.lattice.volume(), "unit": "angstrom^3"},
        "atoms": header.atoms.iter().map(|a| json!({"symbol": a.symbol, "position": a.position})).collect::<Vec<_>>(),
        "masses": {"value": phonons.masses, "unit": "u"},
        "symmetry_operations": phonons.group.order(),
        "k_grid": header.k_grid.n,
        "k_shift": header.k_grid.shift,
        "branches": phonons.n_branch(),
        "branch_ranges": ranges,
        "frequency_unit": "THz",
        "velocities": header.has_velocities,
        "lifetimes": !t.is_empty(),
        "temperatures": {"value": t, "unit": "K"},
        "modes": p.modes,
        "imaginary_modes": p.imaginary,
        "acoustic_modes_at_gamma": p.acoustic_at_gamma,
        "modes_without_lifetime": p.without_rate,
        "notes": notes,
    })
}
