//! What is told of bands as JSON: what they are, whether a GPU agrees and bars hold, what was written.

use crate::options::Options;
use bzint::Result;
use bzint::report;
#[cfg(feature = "gpu")]
use bzint::workflow::Said;
use bzint::workflow::{Conversion, Converted, Held, Opening, Say, Target};
use pyo3::prelude::*;
use std::path::Path;

/// Tells of bands what was asked.
pub type Work = Box<dyn FnOnce(Held, Say) -> Result<String> + Send>;

/// The description of this name, once its options are checked; none where there is none.
pub fn named(kind: &str, options: &Options) -> PyResult<Option<Result<Work>>> {
    match kind {
        "info" => {
            let asked = options.info()?;
            let checked = asked.opening.check(None);
            let work: Work = Box::new(move |held, _| {
                let name = held.name().to_owned();
                Ok(report::info_json(&asked.run(held)?, &name).to_string())
            });
            Ok(Some(checked.map(|()| work)))
        }
        "validate" => validate(options).map(Some),
        _ => Ok(None),
    }
}

fn validate(options: &Options) -> PyResult<Result<Work>> {
    let (opening, method) = (options.opening()?, options.method()?);
    if let Some(asked) = options.coverage()? {
        let checked = opening
            .check(Some(&method))
            .and_then(|()| asked.level.check());
        let work: Work = Box::new(move |held, say| {
            let found = asked.run(&held, &opening, &method, say)?;
            Ok(report::coverage_json(&found, held.name()).to_string())
        });
        return Ok(checked.map(|()| work));
    }
    #[cfg(feature = "gpu")]
    {
        let asked = options.agreement()?;
        let checked = opening.check(None).and_then(|()| asked.level.check());
        let work: Work = Box::new(move |held, say| {
            let found = asked.run(held, &opening, &method)?;
            if let Err(error) = found.check() {
                say(Said::warning(error.to_string()));
            }
            Ok(report::agreement_json(&found).to_string())
        });
        Ok(checked.map(|()| work))
    }
    #[cfg(not(feature = "gpu"))]
    Ok(Err(bzint::Error::NoAdapter {
        reason: "this package was built without GPUs".into(),
    }))
}

/// Writes bands in another format.
pub fn convert(
    asked: &Conversion,
    held: Held,
    opening: &Opening,
    out: &Path,
    command: &str,
) -> Result<String> {
    let target = Target::of(out)?;
    asked.check(&target)?;
    opening.check(None)?;
    let bands = asked.open(held, opening, &target)?;
    Ok(match asked.write(&bands, out, &target, command)? {
        Converted::Bands(n) => format!("{n} bands"),
        Converted::Band(number) => format!("band {number}"),
        Converted::Hamiltonian { orbitals, vectors } => {
            format!("{orbitals} orbitals, {vectors} lattice vectors")
        }
    })
}
