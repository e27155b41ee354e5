//! What is computed of bands, by its name: whether the options fit together, the result, and its table.

use crate::options::Options;
use bzint::Result;
use bzint::io::results::ResultFile;
use bzint::report;
use bzint::workflow::{
    Answer, BandPath, Dos, Fermi, Held, Landauer, Magneto, Method, Opening, Optimize, Orbits, Say,
    Superconductor, Surface, Transport, Zt,
};
use pyo3::prelude::*;

/// A result and the table that the command prints of it.
pub type Made = (ResultFile, String);

/// How the bands are taken, who hears what is said, and the call for the record.
pub struct Call<'a> {
    /// What is to be made of the bands.
    pub opening: &'a Opening,
    /// How to integrate.
    pub method: &'a Method,
    /// Who is told.
    pub say: Say<'a>,
    /// As it was typed.
    pub command: &'a str,
}

/// One of the workflow's computations with its options.
pub struct Computation {
    /// Whether the options fit together.
    pub checked: Result<()>,
    /// What there is to say of values that are hardly meant.
    pub doubts: Vec<String>,
    /// Computes it.
    pub run: Work,
}

type Work = Box<dyn FnOnce(Held, &Call) -> Result<Made> + Send>;

/// The computation of this name; none where there is none.
pub fn named(kind: &str, options: &Options) -> PyResult<Option<Computation>> {
    Ok(Some(match kind {
        "fermi" => {
            let asked = options.fermi()?;
            Computation {
                checked: asked.check(),
                doubts: asked.doubts(),
                run: Box::new(move |held, call| fermi(&asked, held, call)),
            }
        }
        "dos" => {
            let asked = options.dos()?;
            Computation {
                checked: asked.check(),
                doubts: Vec::new(),
                run: Box::new(move |held, call| dos(&asked, held, call)),
            }
        }
        "transport" => {
            let asked = options.transport()?;
            Computation {
                checked: asked.check(),
                doubts: asked.doubts(),
                run: Box::new(move |held, call| transport(&asked, held, call)),
            }
        }
        "optimize" => {
            let asked = options.optimize()?;
            Computation {
                checked: asked.check(),
                doubts: asked.doubts(),
                run: Box::new(move |held, call| optimize(&asked, held, call)),
            }
        }
        "band_path" => {
            let asked = options.band_path()?;
            Computation {
                checked: asked.level.check(),
                doubts: Vec::new(),
                run: Box::new(move |held, call| band_path(&asked, held, call)),
            }
        }
        "landauer" => {
            let asked = options.landauer()?;
            Computation {
                checked: asked.check(),
                doubts: asked.doubts(),
                run: Box::new(move |held, call| landauer(&asked, held, call)),
            }
        }
        "zt" => {
            let asked = options.zt()?;
            Computation {
                checked: asked.check(),
                doubts: asked.doubts(),
                run: Box::new(move |held, call| zt(&asked, held, call)),
            }
        }
        "orbits" => {
            let asked = options.orbits()?;
            Computation {
                checked: asked.check(),
                doubts: Vec::new(),
                run: Box::new(move |held, call| orbits(&asked, held, call)),
            }
        }
        "magneto" => {
            let asked = options.magneto()?;
            Computation {
                checked: asked.check(),
                doubts: asked.doubts(),
                run: Box::new(move |held, call| magneto(&asked, held, call)),
            }
        }
        "surface" => {
            let asked = options.surface()?;
            Computation {
                checked: asked.check(),
                doubts: asked.doubts(),
                run: Box::new(move |held, call| surface(&asked, held, call)),
            }
        }
        "superconductor" => {
            let asked = options.superconductor()?;
            Computation {
                checked: asked.check(),
                doubts: Vec::new(),
                run: Box::new(move |held, call| superconductor(&asked, held, call)),
            }
        }
        _ => return Ok(None),
    }))
}

fn fermi(asked: &Fermi, held: Held, call: &Call) -> Result<Made> {
    let input = held.name().to_owned();
    let bands = asked.open(held, call.opening, call.method)?;
    let (found, run) = asked.run(&bands, call.method, call.say)?;
    let report = report::FermiReport {
        header: bands.header(),
        input,
        tensors: &found.tensors,
        origin: found.origin,
        crossings: found.crossings,
        tau_s: asked.tau,
        run: &run,
    };
    let result = report::fermi_result(&report, call.command)?;
    Ok((result, report::fermi_table(&report)))
}

fn dos(asked: &Dos, held: Held, call: &Call) -> Result<Made> {
    let input = held.name().to_owned();
    let bands = asked.open(held, call.opening, call.method)?;
    let (found, run) = asked.run(&bands, call.method, call.say)?;
    let report = report::DosReport {
        header: bands.header(),
        input,
        dos: &found.dos,
        crossings: found.crossings,
        run: &run,
    };
    let result = report::dos_result(&report, call.command)?;
    Ok((result, report::dos_table(&report)))
}

fn transport(asked: &Transport, held: Held, call: &Call) -> Result<Made> {
    let input = held.name().to_owned();
    let Answer { bands, found, run } =
        asked.answer(held, call.opening, call.method, call.say, &|_| Ok(()))?;
    let report = report::TransportReport::new(asked, found, bands.header(), input, &run);
    let result = report::transport_result(&report, call.command)?;
    Ok((result, report::transport_table(&report)))
}

fn optimize(asked: &Optimize, held: Held, call: &Call) -> Result<Made> {
    let input = held.name().to_owned();
    let Answer { bands, found, run } =
        asked.answer(held, call.opening, call.method, call.say, &|_| Ok(()))?;
    let (report, said) = report::optimum_report(asked, found, bands.header(), input, &run);
    let result = report::optimum_result(&report, &said, call.command)?;
    Ok((result, report::optimum_table(&report, &said)))
}

fn band_path(asked: &BandPath, held: Held, call: &Call) -> Result<Made> {
    let input = held.name().to_owned();
    let bands = asked.open(held, call.opening, call.method)?;
    let found = asked.run(&bands, call.method, call.say)?;
    let report = report::BandPathReport {
        header: bands.header(),
        input,
        found: &found,
        window_ev: asked.states_ev.unwrap_or((0.0, 0.0)),
    };
    let result = report::band_path_result(&report, call.command)?;
    Ok((result, report::band_path_csv(&report)))
}

fn landauer(asked: &Landauer, held: Held, call: &Call) -> Result<Made> {
    let input = held.name().to_owned();
    let Answer { bands, found, run } =
        asked.answer(held, call.opening, call.method, call.say, &|_| Ok(()))?;
    let (sheet, spectra) = report::landauer_report(asked, found, bands.header(), input, &run);
    let result = report::landauer_result(&sheet, &spectra, call.command)?;
    Ok((result, report::landauer_table(&sheet, &spectra)))
}

fn zt(asked: &Zt, held: Held, call: &Call) -> Result<Made> {
    let input = held.name().to_owned();
    let Answer { bands, found, run } =
        asked.answer(held, call.opening, call.method, call.say, &|_| Ok(()))?;
    found.check_windows(call.say)?;
    let sheet = report::zt_report(asked, &found, bands.header(), input, &run);
    let result = report::zt_result(&sheet, &found, call.command)?;
    Ok((result, report::sheet_table(&sheet)))
}

fn orbits(asked: &Orbits, held: Held, call: &Call) -> Result<Made> {
    let input = held.name().to_owned();
    let bands = asked.open(held, call.opening)?;
    let found = asked.run(&bands, call.say)?;
    let report = report::OrbitsReport::new(&found, bands.header(), input);
    let result = report::orbits_result(&report, call.command)?;
    Ok((result, report::orbits_table(&report)))
}

fn magneto(asked: &Magneto, held: Held, call: &Call) -> Result<Made> {
    let input = held.name().to_owned();
    let bands = asked.open(held, call.opening)?;
    let found = asked.run(&bands, call.say)?;
    let report = report::MagnetoReport::new(asked, found, bands.header(), input);
    let result = report::magneto_result(&report, call.command)?;
    Ok((result, report::magneto_table(&report)))
}

fn surface(asked: &Surface, held: Held, call: &Call) -> Result<Made> {
    let input = held.name().to_owned();
    let bands = asked.open(held, call.opening)?;
    let found = asked.run(&bands, call.say)?;
    let header = bands.header();
    let report = report::SurfaceReport {
        header,
        input,
        tau_s: asked.tau,
        found: &found,
    };
    let shown = report::surface_properties(header.has_lifetimes, asked.tau, asked.inverse_masses);
    let view = report::View::new(&found.fine, header.first_band, &shown, asked.tau);
    let result = report::surface_result(&report, &view, call.command)?;
    Ok((result, report::surface_table(&report)))
}

fn superconductor(asked: &Superconductor, held: Held, call: &Call) -> Result<Made> {
    let input = held.name().to_owned();
    let bands = asked.open(held, call.opening)?;
    let (found, _) = asked.run(&bands, call.method, call.say)?;
    let report = report::SuperconductorReport {
        header: bands.header(),
        input,
        found: &found,
    };
    let result = report::superconductor_result(&report, call.command)?;
    Ok((result, report::superconductor_table(&report)))
}
