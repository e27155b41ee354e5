//! Modes: the rows of a sheet, and modes and mean free paths as functions of energy beside them: JSON, columns and HDF5.

use super::budget::Bars;
use super::sheet::{Sheet, SheetItem, SheetRow, direction_words, sheet_result, sheet_table};
use super::transport::TransportReport;
use crate::bands::BandHeader;
use crate::error::Result;
use crate::io::results::ResultFile;
use crate::transport::{CountedModes, DeviceCoefficients, Directions, ModeSpectrum, Scalar};
use crate::workflow::{Landauer, LandauerFound, Run, StateFound};
use serde_json::{Map, Value, json};
use std::fmt::Write;

/// What the table means.
const LEGEND: &str = "\n  Modes are channels that let electrons through in one direction, all spins; without scattering each has e^2/h. mean_free_path is that\n  \
     for backscattering, 2<v^2 tau>/<|v|>; a device of length L lets lambda/(lambda + L) of each channel through.\n  \
     ± as `bzint transport` has it.\n";

/// M(E) and λ(E) along every direction.
pub struct ModeSpectra {
    /// One a direction, all on the same energies.
    pub spectra: Vec<ModeSpectrum>,
    /// Modes by counting crossings, where a short reciprocal vector lies along the direction.
    pub counted: Vec<Option<CountedModes>>,
    /// Number of directions in which the system repeats.
    pub dimension: usize,
    /// Band numbers begin with this one.
    pub first_band: usize,
}

/// Rows and spectra of what was found.
pub fn landauer_report<'a>(
    asked: &Landauer,
    found: LandauerFound,
    header: &'a BandHeader,
    input: String,
    run: &'a Run,
) -> (Sheet<'a>, ModeSpectra) {
    let relaxation = &asked.states.relaxation;
    let states = found.states;
    let sheet = Sheet {
        kind: "landauer",
        title: "Modes",
        base: TransportReport {
            header,
            input,
            fermi_level_ev: states.fermi_level_ev,
            origin: states.origin,
            gap_ev: states.gap_ev,
            tau_s: relaxation.tau,
            scattering: relaxation.scattering_file(),
            mean_free_path_angstrom: None,
            lattice_w_mk: None,
            extent: found.extent,
            directions: Directions::of(&states.conducted).count(),
            temperatures_k: asked.states.temperatures_k.clone(),
            levels: states.levels,
            rows: Vec::new(),
            bins: states.bins,
            crossings: states.crossings,
            run,
        },
        directions: found.directions,
        length_m: asked.length_m(),
        rows: states.states.iter().map(row).collect(),
        unshown: &[],
        legend: LEGEND,
    };
    let spectra = ModeSpectra {
        spectra: found.spectra,
        counted: found.counted,
        dimension: found.extent.map_or(3, |e| e.dimension()),
        first_band: header.first_band,
    };
    (sheet, spectra)
}

fn row(state: &StateFound<DeviceCoefficients>) -> SheetRow {
    let items = state.found.all.iter().map(|n| SheetItem {
        name: n.name.into(),
        unit: n.unit,
        about: n.about,
        value: n.value,
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

/// An HDF5 result: every quantity on temperature × level × direction, and the spectra.
///
/// # Errors
/// Where dimensions and data disagree (a defect).
pub fn landauer_result(sheet: &Sheet, spectra: &ModeSpectra, command: &str) -> Result<ResultFile> {
    let mut file = sheet_result(sheet, command)?;
    spectra.fill(&mut file)?;
    Ok(file)
}

/// A readable table.
pub fn landauer_table(sheet: &Sheet, spectra: &ModeSpectra) -> String {
    sheet_table(sheet) + &spectra.sentence()
}

/// Name of modes, and their unit, by dimension.
fn modes_name(dimension: usize) -> (&'static str, &'static str) {
    match dimension {
        3 => ("modes_per_area", "1/m^2"),
        2 => ("modes_per_width", "1/m"),
        _ => ("modes", "1"),
    }
}

fn column(all: &[Scalar], unit: &str) -> Value {
    Bars::list(all).json(unit)
}

impl ModeSpectra {
    /// How far counted modes are from integrated ones at most, over their bars together, and how many energies were compared.
    pub fn agreement(&self) -> Option<(f64, usize)> {
        let mut worst: f64 = 0.0;
        let mut compared = 0;
        for (spectrum, counted) in self.spectra.iter().zip(&self.counted) {
            let Some(counted) = counted else { continue };
            let most = spectrum.modes.iter().map(|m| m.value).fold(0.0, f64::max);
            for (m, c) in spectrum.modes.iter().zip(&counted.modes) {
                if m.value > 1e-6 * most {
                    compared += 1;
                    worst = worst.max((m.value - c.value).abs() / (m.error + c.error));
                }
            }
        }
        (compared > 0).then_some((worst, compared))
    }

    /// `spectra` of a summary.
    pub fn json(&self) -> Map<String, Value> {
        let (name, unit) = modes_name(self.dimension);
        let one = |(spectrum, counted): (&ModeSpectrum, &Option<CountedModes>)| {
            let mut out = json!({
                "direction": spectrum.direction.label,
                "direction_vector": spectrum.direction.unit,
                "energy": {"value": spectrum.energy_ev, "unit": "eV"},
            });
            out[name] = column(&spectrum.modes, unit);
            if let Some(path) = &spectrum.mean_free_path {
                out["mean_free_path"] = column(path, "m");
            }
            if let Some(counted) = counted {
                out[format!("{name}_counted")] = column(&counted.modes, unit);
                out["crossings"] = column(&counted.crossings, "1");
            }
            if !spectrum.by_band.is_empty() {
                let band = |((spin, band), modes): &((usize, usize), Vec<f64>)| json!({"spin": spin + 1, "band": band + self.first_band, name: {"value": modes, "unit": unit}});
                out["bands"] = spectrum.by_band.iter().map(band).collect();
            }
            out
        };
        let spectra: Vec<Value> = self.spectra.iter().zip(&self.counted).map(one).collect();
        let mut all = Map::new();
        all.insert("spectra".into(), Value::Array(spectra));
        if let Some((worst, compared)) = self.agreement() {
            all.insert(
                "counting".into(),
                json!({"largest_deviation_in_bars": worst, "energies_compared": compared}),
            );
        }
        all
    }

    /// One sentence on the count, for the table.
    fn sentence(&self) -> String {
        match self.agreement() {
            Some((worst, compared)) => format!(
                "  counting  the crossings of {compared} energies counted line by line agree with the integrated modes to {worst:.2} of both bars\n"
            ),
            None => "  counting  no short reciprocal lattice vector lies along a direction: no lines to count crossings on\n".into(),
        }
    }

    /// Columns of energies, for `--spectrum`.
    pub fn columns(&self) -> String {
        let (name, unit) = modes_name(self.dimension);
        let mut s = String::new();
        for (spectrum, counted) in self.spectra.iter().zip(&self.counted) {
            let _ = writeln!(s, "# along {}", direction_words(&spectrum.direction));
            let _ = write!(
                s,
                "#    energy_eV  {name}_{}          error",
                unit.replace(' ', "_")
            );
            if counted.is_some() {
                s += "        counted          error";
            }
            if spectrum.mean_free_path.is_some() {
                s += "  mean_free_path_m          error";
            }
            s.push('\n');
            for k in 0..spectrum.energy_ev.len() {
                let m = spectrum.modes[k];
                let _ = write!(
                    s,
                    "{:14.6}  {:18.8e}  {:12.3e}",
                    spectrum.energy_ev[k], m.value, m.error
                );
                if let Some(counted) = counted {
                    let c = counted.modes[k];
                    let _ = write!(s, "  {:13.6e}  {:12.3e}", c.value, c.error);
                }
                if let Some(path) = &spectrum.mean_free_path {
                    let _ = write!(s, "  {:16.6e}  {:12.3e}", path[k].value, path[k].error);
                }
                s.push('\n');
            }
        }
        s
    }

    /// Adds the spectra to a result file that has the dimension `direction`.
    ///
    /// # Errors
    /// Where dimensions and data disagree (a defect).
    fn fill(&self, file: &mut ResultFile) -> Result<()> {
        let Some(first) = self.spectra.first() else {
            return Ok(());
        };
        let (name, unit) = modes_name(self.dimension);
        file.dimension(
            "energy",
            first.energy_ev.clone(),
            "eV",
            "middle of the energy bin",
        )?;
        let on = ["direction", "energy"];
        let bins = first.energy_ev.len();
        let nothing = vec![Scalar::new(f64::NAN, f64::NAN); bins];
        let mut put = |name: &str, unit: &str, about: &str, all: Vec<&[Scalar]>| -> Result<()> {
            let flat: Vec<Scalar> = all.concat();
            Bars::list(&flat).put(file, name, &on, unit, about)
        };
        let spectrum = format!("{name}_spectrum");
        let modes = self.spectra.iter().map(|s| s.modes.as_slice()).collect();
        put(&spectrum, unit, "channels of the bin, all spins", modes)?;
        if first.mean_free_path.is_some() {
            let paths = self.spectra.iter();
            let paths = paths
                .map(|s| s.mean_free_path.as_deref().unwrap_or(&nothing))
                .collect();
            put(
                "mean_free_path_spectrum",
                "m",
                "mean free path for backscattering of the bin",
                paths,
            )?;
        }
        if self.counted.iter().any(Option::is_some) {
            let counted = self.counted.iter();
            let counted = counted.map(|c| {
                c.as_ref()
                    .map_or(nothing.as_slice(), |c| c.modes.as_slice())
            });
            let about = "channels of the bin by counting the crossings of lines through the zone";
            put(&format!("{name}_counted"), unit, about, counted.collect())?;
        }
        let bands = self
            .spectra
            .iter()
            .flat_map(|s| s.by_band.iter().map(|(b, _)| *b));
        let mut bands: Vec<(usize, usize)> = bands.collect();
        bands.sort_unstable();
        bands.dedup();
        if !bands.is_empty() {
            let label = |(spin, band): &(usize, usize)| match spin {
                0 => format!("{}", band + self.first_band),
                _ => format!("{} of spin {}", band + self.first_band, spin + 1),
            };
            file.dimension(
                "band",
                bands.iter().map(label).collect::<Vec<_>>(),
                "",
                "band",
            )?;
            let mut values = Vec::new();
            for spectrum in &self.spectra {
                for band in &bands {
                    let own = spectrum.by_band.iter().find(|(b, _)| b == band);
                    match own {
                        Some((_, modes)) => values.extend(modes),
                        None => values.extend(vec![0.0; bins]),
                    }
                }
            }
            let about = "channels of the bin of each band, all spins";
            file.variable(
                &format!("{name}_by_band"),
                &["direction", "band", "energy"],
                values,
                unit,
                about,
            )?;
        }
        Ok(())
    }
}
