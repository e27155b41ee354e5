//! `bzint superconductor`.

use super::lists::{List, parse_energies, parse_temperatures};
use super::opened::Opened;
use super::options::{FermiOption, Input, Method, Output, parse_temperature};
use super::outputs::{Delivery, Form, Outputs, file_to_write, of_option, write_json};
use super::quantity::{Kind, excerpt, number, quantity};
use super::session;
use crate::bands::{BandGrid, BandSource};
use crate::error::{Error, Result};
use crate::integrate::{At, Channels, Request, measure};
use crate::io;
use crate::report::{
    SuperconductorReport, SuperconductorRow, superconductor_json, superconductor_result,
    superconductor_table,
};
use crate::superconductor::{
    Gap, GapShape, Symmetry, normal_share, states, surface_averages, surface_mean, thermal_brt,
    thermal_constant_time, universal, verdict,
};
use crate::transport::FermiTensors;
use crate::uncertainty::Scalar;
use crate::units::BOLTZMANN_EV;
use crate::workflow::level;
use clap::Args;
use std::path::PathBuf;

/// Temperatures over T_c where none are asked for.
const REDUCED: [f64; 19] = [
    0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5, 0.55, 0.6, 0.65, 0.7, 0.75, 0.8, 0.85,
    0.9, 0.95,
];
/// Bins of the density of states, up to so many gaps.
const DOS: (usize, f64) = (60, 2.0);

/// The gap as asked for.
#[derive(Clone, Debug)]
enum Asked {
    Form(Symmetry, f64),
    File(PathBuf),
}

/// Options of `superconductor`.
#[derive(Args, Debug)]
pub struct Superconductor {
    #[command(flatten)]
    input: Input,
    /// Gap at T = 0: s:EV (the same everywhere), d:EV (half of EV times cos 2πu1 − cos 2πu2), or tabulated:FILE (an HDF5 file with a
    /// dataset `gap` in eV on the bands' grid, or an FRMSF file, whose first property it is, in the file's unit of energy)
    #[arg(long, value_name = "GAP", value_parser = parse_gap)]
    gap: Asked,
    /// Critical temperature in K (default: what weak coupling says of the gap)
    #[arg(long, value_name = "K", value_parser = parse_temperature, allow_hyphen_values = true)]
    tc: Option<f64>,
    /// Temperatures in K, below T_c: a list, or start:stop:step (default: 0.05 to 0.95 of T_c)
    #[arg(short = 'T', long, value_name = "LIST", value_parser = parse_temperatures, allow_hyphen_values = true)]
    temperature: Option<List>,
    /// Scattering of quasiparticles (eV) for the heat that nodes carry at T = 0: a list shows that it does not matter
    #[arg(long, value_name = "LIST", value_parser = parse_energies, allow_hyphen_values = true)]
    gamma: Option<List>,
    /// A measured kappa/T at T = 0 in W/(K^2 m), and that of the normal state, A,B: says which gap it speaks for (needs --gamma)
    #[arg(long, value_name = "A,B", value_parser = parse_pair, requires = "gamma")]
    residual: Option<(f64, f64)>,
    #[command(flatten)]
    fermi: FermiOption,
    #[command(flatten)]
    method: Method,
    /// Also write everything to this file, with the density of states: HDF5, or JSON where its name ends in .json
    #[arg(short, long = "output", value_name = "OUT.h5", value_parser = file_to_write())]
    out: Option<PathBuf>,
    #[command(flatten)]
    output: Output,
}

fn parse_gap(text: &str) -> Result<Asked, String> {
    let form = |symmetry, rest: &str| match quantity(rest, Kind::Energy)? {
        x if x > 0.0 => Ok(Asked::Form(symmetry, x)),
        x => Err(format!("a gap of {x} eV is none")),
    };
    match text.split_once(':') {
        Some(("s", rest)) => form(Symmetry::S, rest),
        Some(("d", rest)) => form(Symmetry::D, rest),
        Some(("tabulated", file)) if !file.is_empty() => Ok(Asked::File(file.into())),
        _ => Err(format!(
            "`{}`: give s:EV, d:EV or tabulated:FILE, such as s:1.3meV",
            excerpt(text)
        )),
    }
}

fn parse_pair(text: &str) -> Result<(f64, f64), String> {
    let (a, b) = text.split_once(',').ok_or("give two numbers A,B")?;
    match (number(a)?, number(b)?) {
        (a, b) if a >= 0.0 && b > 0.0 => Ok((a, b)),
        _ => Err("give two positive numbers".into()),
    }
}

impl Superconductor {
    /// Runs it.
    ///
    /// # Errors
    /// For bands that cannot be read, a gap that does not fit them, temperatures from T_c on, or results that cannot be written.
    pub fn run(self) -> Result<()> {
        let _progress = session::show_progress(&self.output);
        let form = self.out.as_deref().map(Form::without_csv).transpose()?;
        self.fermi.check()?;
        let mut inputs = vec![self.input.file.as_path()];
        if let Asked::File(file) = &self.gap {
            inputs.push(file);
        }
        let outputs = Outputs::new(&self.output, &inputs, &of_option(&self.out))?;
        let source = session::open(&self.input)?;
        outputs.spare_inputs()?;
        session::notes(&self.output, source.header());
        let opened = Opened::Table(source);
        let ((report, _), _) =
            session::integrate(&self.method, &self.output, &opened, |request, engine| {
                let bands = BandGrid::load(&*opened)?;
                let basic = Request {
                    channels: Channels::Basic,
                    ..*request
                };
                let (fermi_ev, _) = level::fermi_level(&self.fermi, &bands, &basic, engine)?;
                let gap = self.gap(&bands)?;
                gap.fits(reach(&bands, fermi_ev)?)?;
                let surface = measure(&bands, &basic, &At(fermi_ev), engine)?.result;
                let tensors = FermiTensors::new(bands.header(), &surface, None)?;
                let shape = match gap.symmetry {
                    Symmetry::D => GapShape::d_wave(),
                    // A table's own temperature is that of a uniform gap.
                    Symmetry::S | Symmetry::Tabulated => GapShape::uniform(),
                };
                let tc = self
                    .tc
                    .unwrap_or(gap.largest_ev / (shape.zero() * BOLTZMANN_EV));
                let mut rows = Vec::new();
                for t in self.temperatures(tc)? {
                    let relative = shape.gap(t / tc)? / shape.zero();
                    let y = gap.largest_ev * relative / (BOLTZMANN_EV * t);
                    let mut of =
                        |g: &dyn Fn(f64) -> f64| -> Result<[Scalar; 3]> {
                            if gap.symmetry == Symmetry::S {
                                // The same everywhere: no surface is needed.
                                let value = g(y);
                                let error = 1e-10 * value;
                                return Ok([Scalar::new(value, error); 3]);
                            }
                            Ok(
                                surface_averages(&bands, request, fermi_ev, &gap, engine, |f| {
                                    g(y * f)
                                })?
                                .current,
                            )
                        };
                    rows.push(SuperconductorRow {
                        temperature_k: t,
                        gap_ev: gap.largest_ev * relative,
                        heat_brt: of(&thermal_brt)?,
                        heat_constant_time: of(&thermal_constant_time)?,
                        superfluid: of(&|y| 1.0 - normal_share(y))?,
                    });
                }
                let mut residual = Vec::new();
                for gamma in self.gamma.iter().flat_map(|l| &l.0) {
                    residual.push((*gamma, universal(&bands, fermi_ev, &gap, *gamma)?));
                }
                let mut density = Vec::new();
                if self.out.is_some() {
                    let (bins, far) = DOS;
                    let edge = |k: usize| far * k as f64 / bins as f64;
                    for k in 0..bins {
                        let (a, b) = (edge(k), edge(k + 1));
                        let mean = match gap.symmetry {
                            Symmetry::S => Scalar::new(states(1.0, a, b), 0.0),
                            Symmetry::D => Scalar::new(shape.mean(|f| states(f, a, b)), 0.0),
                            Symmetry::Tabulated => {
                                surface_mean(&bands, request, fermi_ev, &gap, engine, |f| {
                                    states(f, a, b)
                                })?
                            }
                        };
                        density.push((0.5 * (a + b) * gap.largest_ev, mean));
                    }
                }
                let verdict = self
                    .residual
                    .zip(residual.last())
                    .map(|((a, b), (_, nodal))| {
                        verdict(a, b, nodal.value[0][0].max(nodal.value[1][1])).sentence()
                    });
                let report = SuperconductorReport {
                    header: bands.header().clone(),
                    input: self.input.file.display().to_string(),
                    fermi_level_ev: fermi_ev,
                    symmetry: gap.symmetry,
                    gap_ev: gap.largest_ev,
                    critical_k: tc,
                    plasma_frequency: tensors.plasma_frequency,
                    rows,
                    residual,
                    verdict,
                    density,
                };
                Ok((report, ()))
            })?;
        let mut end = Delivery::new(&self.output, &outputs);
        end.print(
            || superconductor_json(&report),
            || superconductor_table(&report),
        );
        if let (Some(path), Some(form)) = (&self.out, form) {
            end.write(path, |path| match form {
                Form::Json => write_json(path, &superconductor_json(&report)),
                _ => superconductor_result(&report, &session::command_line())?.write(path),
            });
        }
        end.finish()
    }

    fn temperatures(&self, tc: f64) -> Result<Vec<f64>> {
        let all = match &self.temperature {
            Some(list) => list.0.clone(),
            None => REDUCED.iter().map(|t| t * tc).collect(),
        };
        match all.iter().find(|t| **t >= tc) {
            None => Ok(all),
            Some(t) => Err(Error::bad_option(
                "-T",
                format!("{t} K is not below the critical temperature, {tc:.4} K"),
                "give lower temperatures, or another --tc: from T_c on there is no gap, see `bzint transport`",
            )),
        }
    }

    fn gap(&self, bands: &BandGrid) -> Result<Gap> {
        match &self.gap {
            Asked::Form(symmetry, ev) => Gap::new(*symmetry, *ev),
            Asked::File(file) => Gap::tabulated(bands.header(), io::gap_table(file, bands)?),
        }
    }
}

/// How far bands at the Fermi level reach from it on either side, eV.
///
/// # Errors
/// [`Error::BadBands`] where none crosses it.
fn reach(bands: &BandGrid, fermi_ev: f64) -> Result<f64> {
    let crossing = bands
        .statistics()
        .iter()
        .filter(|s| s.energy_min < fermi_ev && s.energy_max > fermi_ev);
    let reach = crossing
        .map(|s| (fermi_ev - s.energy_min).max(s.energy_max - fermi_ev))
        .fold(0.0, f64::max);
    if reach > 0.0 {
        return Ok(reach);
    }
    Err(Error::bad_bands(
        "Fermi level",
        format!(
            "no band crosses {fermi_ev:.6} eV: there is nothing that could become superconducting"
        ),
        "give another `--fermi-level`, or the bands of a metal",
    ))
}
