//! `bzint zt`.

use super::opened::{self, Demands, Opened, Preference};
use super::options::{Input, Method, Output, parse_length};
use super::outputs::{Delivery, Form, Outputs, Tables, check_csv, file_to_write, of_option};
use super::session;
use super::states::{Scene, StateFound, StatesFound, StatesOption};
use crate::bands::BandHeader;
use crate::error::{Error, Result};
use crate::io::results::ResultFile;
use crate::report::{
    Run, Sheet, SheetItem, SheetRow, TransportReport, ZT_LEGEND, ZT_UNSHOWN, put_scalars,
    scalar_json, scalars_json, sheet_csv, sheet_json, sheet_result, sheet_table,
};
use crate::transport::{
    Directions, Merit, MeritMode, Scalar, TransmissionCurve, TransportDirection,
};
use crate::units::ANGSTROM;
use clap::Args;
use std::path::PathBuf;

/// Options of `zt`.
#[derive(Args, Debug)]
pub struct Zt {
    #[command(flatten)]
    input: Input,
    #[command(flatten)]
    states: StatesOption,
    /// Length of a device, as 100nm (Å where no unit is given): conductance and zT of the device beside the material's
    #[arg(long, value_name = "LENGTH", value_parser = parse_length, allow_hyphen_values = true)]
    length: Option<f64>,
    #[command(flatten)]
    method: Method,
    /// Also write every number to this file: HDF5, or JSON or CSV where its name ends so
    #[arg(short, long = "output", value_name = "OUT.h5", value_parser = file_to_write())]
    out: Option<PathBuf>,
    /// Also write every number to this file of comma-separated values; `-` prints them instead of the table
    #[arg(long, value_name = "OUT.csv", value_parser = file_to_write())]
    csv: Option<PathBuf>,
    #[command(flatten)]
    output: Output,
}

impl Zt {
    /// Runs it.
    ///
    /// # Errors
    /// Where the call is wrong, the bands cannot be read or integrated, no state has a window, or a result cannot be written.
    pub fn run(self) -> Result<()> {
        let _progress = session::show_progress(&self.output);
        self.input.check(Some(&self.method))?;
        self.states.check(&self.output, true)?;
        let lattice = lattice_of(&self.states)?;
        if let Some(path) = &self.csv {
            check_csv(path)?;
        }
        let form = self.out.as_deref().map(Form::of).transpose()?;
        let mut inputs = vec![self.input.file.as_path()];
        inputs.extend(self.states.relaxation.scattering.as_deref());
        let mut named = of_option(&self.out);
        named.extend(self.csv.iter().map(|path| ("--csv", path.clone())));
        let outputs = Outputs::new(&self.output, &inputs, &named)?;
        let computed = MeritCall {
            input: &self.input,
            states: &self.states,
            method: &self.method,
            output: &self.output,
            length_m: self.length.map(|l| l * ANGSTROM),
            lattice_w_mk: lattice,
            curves: true,
        }
        .run(&|| outputs.spare_inputs())?;
        let sheet = computed.sheet(&self.input, &self.states, lattice);
        let without = sheet.rows.iter().filter(|r| !has_window(r)).count();
        if without == sheet.rows.len() {
            return Err(no_window(&sheet));
        }
        if without > 0 {
            let text = format!(
                "{without} of {} rows have no window: nothing conducts there, or the Seebeck coefficient vanishes",
                sheet.rows.len()
            );
            session::note(&self.output, &text);
        }
        let unsure = |r: &&SheetRow| r.get("seebeck").is_some_and(|q| q.error >= q.value.abs());
        let unsure = sheet.rows.iter().filter(unsure).count();
        if unsure > 0 {
            let text = format!(
                "the Seebeck coefficient of {unsure} of {} rows may vanish within its bar: which side of mu their window lies on is not known",
                sheet.rows.len()
            );
            session::note(&self.output, &text);
        }
        let mut end = Delivery::new(&self.output, &outputs);
        end.print(
            || sheet_json(&sheet, computed.curves_json()),
            || sheet_table(&sheet),
        );
        let tables = Tables {
            json: &|| sheet_json(&sheet, computed.curves_json()),
            csv: &|| sheet_csv(&sheet),
            hdf5: &|| {
                let mut file = sheet_result(&sheet, &session::command_line())?;
                computed.fill(&mut file)?;
                Ok(file)
            },
        };
        end.tables(self.out.as_deref().zip(form), self.csv.as_deref(), &tables);
        end.finish()
    }
}

fn has_window(row: &SheetRow) -> bool {
    row.get("window_lower").is_some_and(|q| q.value.is_finite())
}

/// The lattice thermal conductivity, which zT needs.
///
/// # Errors
/// [`Error::BadOption`] where it is not given, or is 0.
pub fn lattice_of(states: &StatesOption) -> Result<f64> {
    match states.relaxation.lattice_thermal_conductivity {
        Some(kappa) if kappa > 0.0 => Ok(kappa),
        Some(kappa) => Err(Error::bad_option(
            "--lattice-thermal-conductivity",
            format!("{kappa} W/(m K): alpha = k_B^2 T/(hbar a_0 kappa_l) is no number"),
            "give a positive number",
        )),
        None => Err(Error::bad_option(
            "--lattice-thermal-conductivity",
            "it is not given, and zT is a competition with the heat of the lattice",
            "give it in W/(m K), as 2",
        )),
    }
}

/// The error of states of which none has a window.
fn no_window(sheet: &Sheet) -> Error {
    let dead = sheet.rows.iter().all(|r| {
        r.get("conductivity")
            .is_none_or(|q| q.value.is_nan() || q.value < 1e-11)
    });
    let problem = if dead {
        "nothing conducts at these temperatures and chemical potentials: s(x) vanishes in the thermal window"
    } else {
        "the Seebeck coefficient vanishes, so that no energies raise zT: electrons and holes balance, as in a metal whose conduction does not change \
         at the Fermi level"
    };
    Error::bad_option(
        "--mu",
        problem,
        "move the chemical potential, or give `--doping`",
    )
}

/// What `zt`, and `screen` for each of its files, computes.
pub struct MeritCall<'a> {
    pub input: &'a Input,
    pub states: &'a StatesOption,
    pub method: &'a Method,
    pub output: &'a Output,
    pub length_m: Option<f64>,
    pub lattice_w_mk: f64,
    /// Whether transmissions are wanted as functions of energy.
    pub curves: bool,
}

/// What is computed of a state.
pub struct MeritFound {
    /// Of the material, and of the device where there is one.
    pub merits: Vec<Merit>,
    /// What it lets through.
    pub curve: Option<TransmissionCurve>,
}

/// Its results.
pub struct MeritComputed {
    pub source: Opened,
    pub directions: Vec<TransportDirection>,
    pub found: StatesFound<MeritFound>,
    pub run: Run,
    pub extent: Option<crate::transport::Extent>,
    pub length_m: Option<f64>,
}

impl MeritCall<'_> {
    /// Opens the bands, looks with `opened` whether all is still well, and computes every state's merit.
    ///
    /// # Errors
    /// Where the call is wrong, or the bands cannot be read or integrated.
    pub fn run(&self, opened: &dyn Fn() -> Result<()>) -> Result<MeritComputed> {
        let (states, relaxation) = (self.states, &self.states.relaxation);
        let model = relaxation.model()?;
        if let (Some(model), Some(file)) = (&model, &relaxation.scattering) {
            model.check_dimension(states.extent.dimension, file)?;
        }
        let check = |header: &BandHeader, range: Option<(f64, f64)>| {
            relaxation.check_lattice(relaxation.known(header))?;
            states.check_bands(header, range)
        };
        let demands = Demands {
            method: Some(self.method),
            check: &check,
            table: None,
            lifetimes: relaxation.tau.is_none(),
        };
        let source = opened::open(self.input, Preference::Refined, &demands)?;
        opened()?;
        let header = source.header();
        session::notes(self.output, header);
        session::doubts(&relaxation.doubts(model.as_ref(), &*source)?);
        let extent = states.extent.extent(header)?;
        let directions = states.directions(header)?;
        let scene = Scene {
            source: &*source,
            model: model.as_ref(),
            extent: extent.as_ref(),
            directions: &directions,
        };
        let (found, run) =
            session::integrate(self.method, self.output, &source, |request, engine| {
                states.compute(
                    &scene,
                    request,
                    engine,
                    &|modes, state, relaxation, direction| {
                        let merit = |mode| {
                            modes.merit(state, relaxation, direction, self.lattice_w_mk, mode)
                        };
                        let mut merits = vec![merit(MeritMode::Bulk(None))?];
                        let mut shown = MeritMode::Bulk(None);
                        if let Some(length) = self.length_m {
                            shown = MeritMode::Device(length);
                            merits.push(merit(shown)?);
                        }
                        let curve = match self.curves && merits[0].has_window() {
                            true => Some(modes.transmission(
                                state,
                                relaxation,
                                direction,
                                shown,
                                &curve_x(),
                            )?),
                            false => None,
                        };
                        Ok(MeritFound { merits, curve })
                    },
                )
            })?;
        session::about_cap(self.output, &run, header, None);
        Ok(MeritComputed {
            directions,
            found,
            run,
            extent,
            length_m: self.length_m,
            source,
        })
    }
}

impl MeritComputed {
    /// The sheet of it.
    pub fn sheet(&self, input: &Input, states: &StatesOption, lattice_w_mk: f64) -> Sheet<'_> {
        let found = &self.found;
        Sheet {
            kind: "zt",
            title: "zT and its bounds",
            base: TransportReport {
                header: self.source.header(),
                input: input.file.display().to_string(),
                fermi_level_ev: found.fermi_level_ev,
                origin: found.origin.clone(),
                gap_ev: found.gap_ev,
                tau_s: states.relaxation.tau,
                scattering: states.relaxation.scattering_file(),
                mean_free_path_angstrom: None,
                lattice_w_mk: Some(lattice_w_mk),
                extent: self.extent,
                directions: Directions::of(&found.conducted).count(),
                temperatures_k: states.temperature.0.clone(),
                levels: found.levels.clone(),
                rows: Vec::new(),
                bins: found.bins,
                crossings: found.crossings,
                run: &self.run,
            },
            directions: self.directions.clone(),
            length_m: self.length_m,
            rows: found.states.iter().map(row).collect(),
            unshown: ZT_UNSHOWN,
            legend: ZT_LEGEND,
        }
    }
}

/// Where transmissions are shown, (E − μ)/k_BT.
fn curve_x() -> Vec<f64> {
    (-100..=100).map(|i| 0.1 * f64::from(i)).collect()
}

/// A number of what is shown of a state: of the device, where there is one.
fn last(state: &StateFound<MeritFound>, name: &str) -> Scalar {
    state.found.merits[state.found.merits.len() - 1].get(name)
}

impl MeritComputed {
    /// The transmission at the state of the largest zT of each direction.
    fn curves(&self) -> Vec<Option<(&StateFound<MeritFound>, &TransmissionCurve)>> {
        let of = |d: usize| {
            let own = self.found.states.iter().filter(|s| s.direction == d);
            let with = own.filter_map(|s| Some((s, s.found.curve.as_ref()?)));
            let zt = |s: &StateFound<MeritFound>| {
                s.found.merits[s.found.merits.len() - 1]
                    .get("figure_of_merit")
                    .value
            };
            with.max_by(|a, b| zt(a.0).total_cmp(&zt(b.0)))
        };
        (0..self.directions.len()).map(of).collect()
    }

    /// `spectra` of a summary: the transmissions.
    fn curves_json(&self) -> serde_json::Map<String, serde_json::Value> {
        let one = |(d, found): (usize, Option<(&StateFound<MeritFound>, &TransmissionCurve)>)| {
            let (state, curve) = found?;
            let column = scalars_json;
            Some(serde_json::json!({
                "direction": self.directions[d].label,
                "temperature": {"value": state.temperature_k, "error": 0.0, "unit": "K"},
                "chemical_potential": {"value": state.mu_ev.value, "error": state.mu_ev.error, "unit": "eV"},
                "energy": {"value": curve.x, "unit": "k_BT"},
                "window_lower": scalar_json(last(state, "window_lower"), "k_BT"),
                "window_upper": scalar_json(last(state, "window_upper"), "k_BT"),
                "transmission": column(&curve.transmission, "1"),
                "modes_per_area": column(&curve.modes, "1/m^2"),
            }))
        };
        let all: Vec<serde_json::Value> = self
            .curves()
            .into_iter()
            .enumerate()
            .filter_map(one)
            .collect();
        let mut extra = serde_json::Map::new();
        extra.insert("spectra".into(), all.into());
        extra
    }

    /// Adds the transmissions to a result file that has the dimension `direction`.
    ///
    /// # Errors
    /// Where dimensions and data disagree (a defect).
    fn fill(&self, file: &mut ResultFile) -> Result<()> {
        let curves = self.curves();
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
