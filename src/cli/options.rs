//! Options that subcommands share, parsed into checked types.

use super::parsed::{menu, parsed};
use super::quantity::{Kind, count, excerpt, number, positive, quantity, together};
use super::stdin::file_to_read;
use crate::error::{Error, Result};
use crate::integrate::{Velocities, Weights};
use crate::io::bxsf::BxsfConvention;
use crate::io::{self, OpenOptions, SpinDegeneracy};
use crate::workflow::Held;
pub use crate::workflow::{
    Backend, Density, EnergyRange as Range, FermiChoice, InterpolatorKind,
    LevelChoice as FermiOption, Method, Opening,
};
use clap::Args;
use std::ops::Deref;
use std::path::PathBuf;

/// The band file.
#[derive(Args, Clone, Debug)]
pub struct Input {
    /// Bands: any supported file, or a directory that holds one (docs/reference/formats.md); `-` reads stdin
    #[arg(value_parser = file_to_read())]
    pub file: PathBuf,
    #[command(flatten)]
    pub opening: Opening,
    /// Units of a BXSF or FRMSF file: wannier90, wien2k, skeaf, abinit, elk, qe:ALAT (bohr), or ENERGY,VECTORS,2pi|no2pi
    #[arg(long, value_name = "UNITS", help_heading = "Bands")]
    pub bxsf_units: Option<BxsfConvention>,
    /// Electrons that a state holds where the file does not tell (BXSF, FRMSF, Wannier90, generic lists): 1 for one spin channel
    /// or spinors, 2 for bands without spin (default: 2)
    #[arg(long, value_name = "1|2", value_parser = parse_degeneracy, help_heading = "Bands")]
    pub spin_degeneracy: Option<SpinDegeneracy>,
}

impl Deref for Input {
    type Target = Opening;

    fn deref(&self) -> &Opening {
        &self.opening
    }
}

impl Input {
    /// What the options say about the file itself.
    ///
    /// # Errors
    /// [`Error::BadOption`] for units of a file that has its own.
    pub fn told(&self) -> Result<OpenOptions> {
        if self.bxsf_units.is_some() && self.file.exists() && !io::is_without_units(&self.file)? {
            return Err(Error::bad_option(
                "--bxsf-units",
                format!(
                    "{} is no BXSF or FRMSF file: its units are known",
                    self.file.display()
                ),
                "leave the option out",
            ));
        }
        Ok(OpenOptions {
            bxsf_units: self.bxsf_units.map(|convention| convention.units),
            spin_degeneracy: self.spin_degeneracy,
        })
    }

    /// What the file holds.
    ///
    /// # Errors
    /// As [`Held::read`] and [`told`](Self::told).
    pub fn read(&self) -> Result<Held> {
        Held::read(&self.file, &self.told()?)
    }
}

/// [`Opening`] as options.
#[derive(Args)]
#[command(next_help_heading = "Bands")]
struct OpeningArgs {
    /// Interpolate the bands to a denser uniform grid, N or n1,n2,n3, on the fly (Fourier series through every energy; a
    /// Wannier Hamiltonian itself); `none` takes a table as it is
    #[arg(long, value_name = "N", value_parser = parse_density, allow_hyphen_values = true)]
    interpolate: Option<Density>,
    /// As --interpolate, by the largest distance of neighbouring k-points along b₁ b₂ b₃ in Å⁻¹, with the factor 2π (VASP's
    /// KSPACING, Γ-centred)
    #[arg(long, value_name = "SPACING", value_parser = parse_spacing, allow_hyphen_values = true,
        conflicts_with_all = ["interpolate", "tolerance"])]
    kspacing: Option<f64>,
    /// Interpolate the bands and refine where the error is, until its bar is below this share of the result
    #[arg(long, value_name = "RELATIVE", value_parser = parse_tolerance, allow_hyphen_values = true,
        conflicts_with = "interpolate")]
    tolerance: Option<f64>,
    /// Where the bands are interpolated, go through the velocities that they bring as well as through the energies
    #[arg(long)]
    fit_velocities: bool,
    /// How bands are interpolated: each sorted band by a Fourier `series`; as eigenvalues of smooth Hamiltonians found from the energies
    /// (`isospectral`: right where bands touch); `auto`: these where they predict points left out much better (default: `series`, and
    /// `auto` where refined transport coefficients come out with wide bars). Without --interpolate and --tolerance, they are refined
    #[arg(long, value_name = "KIND", value_enum)]
    interpolator: Option<InterpolatorKind>,
    /// Shift the empty bands of an insulator rigidly so that its gap becomes EV (the wanted gap, not the shift)
    #[arg(long, value_name = "EV", value_parser = parse_energy, allow_hyphen_values = true)]
    scissor: Option<f64>,
}

parsed!(OpeningArgs => Opening {
    interpolate, kspacing, tolerance, fit_velocities, interpolator, scissor
});

menu!(InterpolatorKind);

/// How much is said, and where.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "What is said")]
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

/// [`Method`] as options.
#[derive(Args)]
#[command(next_help_heading = "Integration")]
struct MethodArgs {
    /// Integrator
    #[arg(long, value_enum, default_value = "auto")]
    backend: Backend,
    /// A part of the name of the GPU to take (default: the first that `bzint devices` lists)
    #[arg(
        long,
        value_name = "NAME",
        env = "BZINT_ADAPTER",
        hide_env_values = true
    )]
    adapter: Option<String>,
    /// Threads of the CPU integrator (default: all)
    #[arg(long, value_name = "N", value_parser = parse_threads, allow_hyphen_values = true)]
    threads: Option<usize>,
    /// Velocities: `file`, or central differences of order 2, 4 or 6 (default: the file's where it has them, else 4)
    #[arg(long, value_name = "SOURCE", value_parser = parse_velocities, allow_hyphen_values = true)]
    velocity: Option<Velocities>,
    /// δ-function: `tetrahedra`, `gaussian:EV` or `mp:EV` (Methfessel–Paxton of order 1)
    #[arg(long, value_name = "METHOD", value_parser = parse_weights, allow_hyphen_values = true, default_value = "tetrahedra")]
    weights: Weights,
    /// k-planes per block (never changes a result)
    #[arg(long, value_name = "PLANES", hide = true)]
    block_planes: Option<usize>,
}

parsed!(MethodArgs => Method {
    backend, adapter, threads, velocity, weights, block_planes
});

menu!(Backend);

/// [`FermiOption`] as options.
#[derive(Args)]
#[command(next_help_heading = "Fermi level")]
struct LevelArgs {
    /// Fermi level: an energy in eV, `file`, or `electrons` (the energy that holds the electrons; default: file, else electrons)
    #[arg(long, value_name = "EV", value_parser = parse_fermi, allow_hyphen_values = true)]
    fermi_level: Option<FermiChoice>,
    /// Electrons per cell in these bands, where the file does not say or another number is wanted
    #[arg(long, value_name = "N", value_parser = parse_electrons, allow_hyphen_values = true)]
    electrons: Option<f64>,
}

parsed!(LevelArgs => FermiOption {
    fermi_level, electrons
});

fn parse_degeneracy(text: &str) -> Result<SpinDegeneracy, String> {
    match text {
        "1" => Ok(SpinDegeneracy::One),
        "2" => Ok(SpinDegeneracy::Two),
        _ => Err("give 1 or 2".into()),
    }
}

fn parse_fermi(text: &str) -> Result<FermiChoice, String> {
    match text {
        "file" => Ok(FermiChoice::File),
        "electrons" => Ok(FermiChoice::Electrons),
        _ => parse_energy(text).map(FermiChoice::Given),
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
    let width = |s: &str| match quantity(s, Kind::Energy) {
        Ok(x) if x > 0.0 => Ok(x),
        Ok(x) => Err(format!("the width {x} eV is not positive")),
        Err(reason) => Err(format!("the width: {reason}")),
    };
    match text.split_once(':') {
        None if text == "tetrahedra" => Ok(Weights::Tetrahedra),
        Some(("gaussian", w)) => width(w).map(Weights::Gaussian),
        Some(("mp", w)) => width(w).map(Weights::MethfesselPaxton),
        _ => Err("give `tetrahedra`, `gaussian:EV` or `mp:EV`".into()),
    }
}

/// An energy in eV.
pub fn parse_energy(text: &str) -> Result<f64, String> {
    quantity(text, Kind::Energy)
}

/// A positive energy in eV.
pub fn parse_within(text: &str) -> Result<f64, String> {
    positive(text, Kind::Energy, "energy, such as 0.5")
}

/// A positive relaxation time in s.
pub fn parse_time(text: &str) -> Result<f64, String> {
    positive(
        text,
        Kind::Time,
        "relaxation time in s, such as 1e-14 or 10fs",
    )
}

/// A temperature in K, above absolute zero.
pub fn parse_temperature(text: &str) -> Result<f64, String> {
    positive(text, Kind::Temperature, "temperature in K, such as 300")
}

/// A positive length in Å.
pub fn parse_length(text: &str) -> Result<f64, String> {
    positive(text, Kind::Length, "length in Å")
}

/// A positive thickness in Å.
pub fn parse_thickness(text: &str) -> Result<f64, String> {
    positive(text, Kind::Length, "number of Å")
}

/// A positive area in Å².
pub fn parse_area(text: &str) -> Result<f64, String> {
    positive(text, Kind::Area, "number of Å^2")
}

fn parse_spacing(text: &str) -> Result<f64, String> {
    positive(
        text,
        Kind::Spacing,
        "distance between k-points in Å⁻¹, with the factor 2π, as 0.1",
    )
}

fn parse_electrons(text: &str) -> Result<f64, String> {
    match number(text)? {
        n if n >= 0.0 => Ok(n),
        n => Err(format!("{n}: the number of electrons must not be negative")),
    }
}

/// Smallest and largest relative error bar that refinement takes.
const TOLERANCES: std::ops::Range<f64> = 1e-8..1.0;

/// A relative error bar.
pub fn parse_tolerance(text: &str) -> Result<f64, String> {
    match quantity(text, Kind::Share)? {
        x if TOLERANCES.contains(&x) => Ok(x),
        x => Err(format!(
            "{x}: give a relative error between 1e-8 and 1, as 1e-3 or 0.1%"
        )),
    }
}

/// Most threads that can be asked for: starting more takes longer than what they save on any machine.
const MOST_THREADS: usize = 1024;

/// A number of threads.
pub fn parse_threads(text: &str) -> Result<usize, String> {
    count(text, "threads", 1, MOST_THREADS)
}

/// A number of inputs at a time.
pub fn parse_jobs(text: &str) -> Result<usize, String> {
    count(text, "inputs at a time", 1, MOST_THREADS)
}

/// Most bins of a spectrum.
const MOST_BINS: usize = 1 << 20;

/// The number of bins of a spectrum.
pub fn parse_bins(text: &str) -> Result<usize, String> {
    count(text, "bins", 1, MOST_BINS)
}

/// Parses `start:stop[:step]`.
pub fn parse_range(text: &str) -> Result<Range, String> {
    let parts: Vec<&str> = text.split(':').take(4).collect();
    let parts = together(&parts, &[Kind::Energy])?;
    let parts: Vec<f64> = parts.iter().map(|t| t.value).collect();
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
    if let Some(bins) = step.map(|s| ((stop - start) / s).round())
        && bins > MOST_BINS as f64
    {
        return Err(format!(
            "the range has {bins:e} bins, more than {MOST_BINS}: give a larger step"
        ));
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
        .take(4)
        .map(|p| match p.trim().parse() {
            Ok(n) if n > 0 => Ok(n),
            _ => Err(format!(
                "`{}` is not a positive number of points",
                excerpt(p)
            )),
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
    triple(text, Kind::Number)
}

/// Parses three masses `x,y,z`, in electron masses.
pub fn parse_masses(text: &str) -> Result<[f64; 3], String> {
    triple(text, Kind::Mass)
}

fn triple(text: &str, kind: Kind) -> Result<[f64; 3], String> {
    let parts = text.split(',').take(4).map(|part| quantity(part, kind));
    let parts: Vec<f64> = parts.collect::<Result<_, _>>()?;
    parts
        .try_into()
        .map_err(|_| "give three numbers x,y,z".into())
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
