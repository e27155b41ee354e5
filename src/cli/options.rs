//! Options that subcommands share, parsed into checked types.

use crate::error::{Error, Result};
use crate::integrate::{Request, Velocities, Weights};
use crate::io::bxsf::BxsfUnits;
use clap::{Args, ValueEnum};
use std::path::PathBuf;

/// Which integrator does the work.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Backend {
    /// A real GPU where there is one, else the CPU.
    Auto,
    /// The CPU, in f64.
    Cpu,
    /// A GPU (or a software Vulkan driver).
    Gpu,
}

/// The band file.
#[derive(Args, Clone, Debug)]
pub struct Input {
    /// Bands: any supported file, or a directory that holds one (README, "What is read")
    pub file: PathBuf,
    /// Interpolate the bands to a denser uniform grid, N or n1,n2,n3, on the fly (Fourier series through every energy; a
    /// Wannier Hamiltonian itself); `none` takes a table as it is
    #[arg(long, value_name = "N", value_parser = parse_density)]
    pub interpolate: Option<Density>,
    /// As --interpolate, by the largest distance of neighbouring k-points along b₁ b₂ b₃ in Å⁻¹, with the factor 2π (VASP's
    /// KSPACING, Γ-centred)
    #[arg(long, value_name = "SPACING", value_parser = number, allow_hyphen_values = true,
        conflicts_with_all = ["interpolate", "tolerance"])]
    pub kspacing: Option<f64>,
    /// Interpolate the bands and refine where the error is, until its bar is below this share of the result
    #[arg(long, value_name = "RELATIVE", value_parser = number, conflicts_with = "interpolate")]
    pub tolerance: Option<f64>,
    /// Where the bands are interpolated, go through the velocities that they bring as well as through the energies
    #[arg(long)]
    pub fit_velocities: bool,
    /// How bands are interpolated: each sorted band by a Fourier `series`; as eigenvalues of smooth Hamiltonians found from the energies
    /// (`isospectral`: right where bands touch); `auto`: these where they predict points left out much better
    #[arg(long, value_name = "KIND", value_enum, default_value = "series")]
    pub interpolator: InterpolatorKind,
    /// Shift the empty bands of an insulator rigidly so that its gap becomes EV (the wanted gap, not the shift)
    #[arg(long, value_name = "EV", value_parser = number, allow_hyphen_values = true)]
    pub scissor: Option<f64>,
    /// Units of a BXSF or FRMSF file: wannier90, wien2k, skeaf, abinit, elk, qe:ALAT (bohr), or ENERGY,VECTORS,2pi|no2pi
    #[arg(long, value_name = "UNITS")]
    pub bxsf_units: Option<BxsfUnits>,
}

/// How a table's bands are interpolated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum InterpolatorKind {
    /// By Hamiltonians where they predict points left out of the table much better than the series does.
    Auto,
    /// Every sorted band by a Fourier series.
    Series,
    /// By smooth Hamiltonians that have the energies as eigenvalues, wherever they are found.
    Isospectral,
}

/// How densely a table is to be interpolated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Density {
    /// Not at all.
    AsItIs,
    /// On a uniform grid of so many points.
    Grid([usize; 3]),
}

/// How much is said, and where.
#[derive(Args, Clone, Debug)]
pub struct Output {
    /// Print a machine-readable summary on stdout
    #[arg(long)]
    pub json: bool,
    /// Say nothing but the result
    #[arg(short, long, conflicts_with = "verbose")]
    pub quiet: bool,
    /// Say more
    #[arg(short, long)]
    pub verbose: bool,
}

/// How to integrate.
#[derive(Args, Clone, Debug)]
pub struct Method {
    /// Integrator
    #[arg(long, value_enum, default_value = "auto")]
    pub backend: Backend,
    /// Threads of the CPU integrator (default: all)
    #[arg(long, value_name = "N")]
    pub threads: Option<usize>,
    /// Velocities: `file`, or central differences of order 2, 4 or 6 (default: the file's where it has them, else 4)
    #[arg(long, value_name = "SOURCE", value_parser = parse_velocities)]
    pub velocity: Option<Velocities>,
    /// δ-function: `tetrahedra`, `gaussian:EV` or `mp:EV` (Methfessel–Paxton of order 1)
    #[arg(long, value_name = "METHOD", value_parser = parse_weights, default_value = "tetrahedra")]
    pub weights: Weights,
    /// k-planes per block (never changes a result)
    #[arg(long, value_name = "PLANES", hide = true)]
    pub block_planes: Option<usize>,
}

impl Method {
    /// The request's parts that these options set.
    pub fn apply<'a>(&self, mut request: Request<'a>) -> Request<'a> {
        if let Some(velocities) = self.velocity {
            request.velocities = velocities;
        }
        request.weights = self.weights;
        request.block_planes = self.block_planes;
        request
    }
}

/// Where the Fermi level comes from.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum FermiChoice {
    /// The file's.
    File,
    /// The energy that holds the file's electrons.
    Electrons,
    /// An energy, eV.
    Given(f64),
}

/// The option `--fermi-level`.
#[derive(Args, Clone, Debug)]
pub struct FermiOption {
    /// Fermi level: an energy in eV, `file`, or `electrons` (the energy that holds the electrons; default: file, else electrons)
    #[arg(long, value_name = "EV", value_parser = parse_fermi, allow_hyphen_values = true)]
    pub fermi_level: Option<FermiChoice>,
    /// Electrons per cell in these bands, where the file does not say or another number is wanted
    #[arg(long, value_name = "N")]
    pub electrons: Option<f64>,
}

fn parse_fermi(text: &str) -> Result<FermiChoice, String> {
    match text {
        "file" => Ok(FermiChoice::File),
        "electrons" => Ok(FermiChoice::Electrons),
        _ => number(text).map(FermiChoice::Given),
    }
}

fn parse_velocities(text: &str) -> Result<Velocities, String> {
    match text {
        "file" => Ok(Velocities::FromFile),
        "2" | "4" | "6" => Ok(Velocities::FiniteDifference(
            text.parse().map_err(|e| format!("{e}"))?,
        )),
        _ => Err("give `file`, 2, 4 or 6".into()),
    }
}

fn parse_weights(text: &str) -> Result<Weights, String> {
    let width = |s: &str| match number(s) {
        Ok(x) if x > 0.0 => Ok(x),
        _ => Err(format!("the width `{s}` is not a positive number of eV")),
    };
    match text.split_once(':') {
        None if text == "tetrahedra" => Ok(Weights::Tetrahedra),
        Some(("gaussian", w)) => width(w).map(Weights::Gaussian),
        Some(("mp", w)) => width(w).map(Weights::MethfesselPaxton),
        _ => Err("give `tetrahedra`, `gaussian:EV` or `mp:EV`".into()),
    }
}

/// A finite number.
pub fn number(text: &str) -> Result<f64, String> {
    match text.trim().parse::<f64>() {
        Ok(x) if x.is_finite() => Ok(x),
        _ => Err(format!("`{text}` is not a finite number")),
    }
}

/// A range of energies `start:stop:step`, eV.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Range {
    /// First value.
    pub start: f64,
    /// Last value.
    pub stop: f64,
    /// Distance of values, where given.
    pub step: Option<f64>,
}

/// Parses `start:stop[:step]`.
pub fn parse_range(text: &str) -> Result<Range, String> {
    let parts: Vec<f64> = text.split(':').map(number).collect::<Result<_, _>>()?;
    let (start, stop, step) = match parts[..] {
        [start, stop] => (start, stop, None),
        [start, stop, step] => (start, stop, Some(step)),
        _ => return Err("give start:stop or start:stop:step".into()),
    };
    if stop <= start {
        return Err(format!("the range {start} to {stop} is empty"));
    }
    if step.is_some_and(|s| s <= 0.0 || s > stop - start) {
        return Err("the step must be positive and not exceed the range".into());
    }
    Ok(Range { start, stop, step })
}

/// Parses `none`, `N` or `n1,n2,n3`.
pub fn parse_density(text: &str) -> Result<Density, String> {
    if text == "none" {
        return Ok(Density::AsItIs);
    }
    parse_grid(text).map(Density::Grid)
}

/// Parses `N` or `n1,n2,n3`.
pub fn parse_grid(text: &str) -> Result<[usize; 3], String> {
    let parts: Vec<usize> = text
        .split(',')
        .map(|p| match p.trim().parse() {
            Ok(n) if n > 0 => Ok(n),
            _ => Err(format!("`{p}` is not a positive number of points")),
        })
        .collect::<Result<_, _>>()?;
    match parts[..] {
        [n] => Ok([n; 3]),
        [a, b, c] => Ok([a, b, c]),
        _ => Err("give N or n1,n2,n3".into()),
    }
}

/// Parses three numbers `x,y,z`.
pub fn parse_triple(text: &str) -> Result<[f64; 3], String> {
    let parts: Vec<f64> = text.split(',').map(number).collect::<Result<_, _>>()?;
    parts
        .try_into()
        .map_err(|_| "give three numbers x,y,z".into())
}

/// Runs `work` with the chosen number of threads.
///
/// # Errors
/// [`Error::BadOption`] for zero threads.
pub fn on_threads<T: Send>(
    threads: Option<usize>,
    work: impl FnOnce() -> Result<T> + Send,
) -> Result<T> {
    let Some(threads) = threads else {
        return work();
    };
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(threads)
        .build()
        .ok()
        .filter(|_| threads > 0)
        .ok_or_else(|| {
            Error::bad_option("--threads", format!("{threads} threads"), "give 1 or more")
        })?;
    pool.install(work)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_are_parsed_or_refused_with_a_reason() {
        assert_eq!(parse_grid("8"), Ok([8; 3]));
        assert_eq!(parse_grid("8,4,1"), Ok([8, 4, 1]));
        assert!(parse_grid("8,0,1").unwrap_err().contains("`0`"));
        assert!(parse_range("1:0").unwrap_err().contains("empty"));
        assert!(parse_range("0:1:0").is_err());
        assert_eq!(parse_range("-1:1:0.5").unwrap().step, Some(0.5));
        assert_eq!(parse_weights("mp:0.1"), Ok(Weights::MethfesselPaxton(0.1)));
        assert!(parse_weights("gaussian:-1").is_err());
        assert_eq!(parse_fermi("-1.5"), Ok(FermiChoice::Given(-1.5)));
        assert!(parse_fermi("nan").is_err());
        assert!(parse_velocities("3").is_err());
    }
}
