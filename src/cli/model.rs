//! `bzint model`.

use super::options::{Output, parse_energy, parse_grid, parse_length, parse_masses, parse_triple};
use super::outputs::Outputs;
use super::quantity::{Kind, number, quantity};
use super::{session, terminal};
use crate::bands::BandSource;
use crate::bands::model::{Model, ModelBands, Strain};
use crate::crystal::{KGrid, Lattice};
use crate::error::{Error, Result};
use crate::io::{self, bxsf, hdf5};
use crate::phonons::model::PhononModel;
use clap::{Args, ValueEnum};
use std::path::PathBuf;

/// The model families.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum Name {
    /// E = ħ²k²/2m
    FreeElectrons,
    /// E = A k^α
    PowerLaw,
    /// One ellipsoidal valley at Γ
    Ellipsoid,
    /// Silicon's six valleys (parabolic)
    SiliconValleys,
    /// Germanium's four valleys (parabolic)
    GermaniumValleys,
    /// E = −2t Σ cos 2πu over three axes
    SimpleCubic,
    /// The same over two axes
    Square,
    /// The same over one axis
    Chain,
    /// Phonons of a chain of masses and springs, ω = ω_m |sin(qa/2)|
    PhononChain,
    /// One scalar phonon branch, ω² = ω₀² (3 − Σ cos qa)
    ScalarPhonons,
}

/// Options of `model`.
#[derive(Args, Debug)]
pub struct ModelCommand {
    /// Model
    #[arg(value_enum)]
    name: Name,
    /// k-points per axis, N or n1,n2,n3
    #[arg(short, long, value_name = "N", value_parser = parse_grid, allow_hyphen_values = true)]
    n: Option<[usize; 3]>,
    /// Shift of the grid in steps, s1,s2,s3
    #[arg(long, value_name = "S", value_parser = parse_triple, allow_hyphen_values = true, default_value = "0,0,0")]
    shift: [f64; 3],
    /// Lattice constant in Å
    #[arg(long, value_name = "ANGSTROM", value_parser = parse_length, allow_hyphen_values = true, default_value = "4")]
    lattice_constant: f64,
    /// Mass in electron masses
    #[arg(long, value_name = "MASS", value_parser = parse_mass, allow_hyphen_values = true, default_value = "1")]
    mass: f64,
    /// Principal masses of the ellipsoid, in electron masses
    #[arg(long, value_name = "X,Y,Z", value_parser = parse_masses, allow_hyphen_values = true, default_value = "0.2,0.5,1.1")]
    masses: [f64; 3],
    /// Exponent of the power law
    #[arg(long, value_name = "ALPHA", value_parser = number, allow_hyphen_values = true, default_value = "2")]
    alpha: f64,
    /// Prefactor A of the power law, eV Å^α
    #[arg(long, value_name = "A", value_parser = number, allow_hyphen_values = true, default_value = "1")]
    prefactor: f64,
    /// Hopping t in eV
    #[arg(long, value_name = "EV", value_parser = parse_energy, allow_hyphen_values = true, default_value = "1")]
    hopping: f64,
    /// Frequency ω_m/2π or ω₀/2π of phonons, THz
    #[arg(long, value_name = "THZ", value_parser = number, allow_hyphen_values = true, default_value = "10")]
    frequency: f64,
    /// Strain of a crystal with valleys, xx,yy,zz or xx,yy,zz,yz,xz,xy
    #[arg(long, value_name = "STRAIN", value_delimiter = ',', value_parser = number, allow_hyphen_values = true, requires = "deformation_potential")]
    strain: Vec<f64>,
    /// Potentials by which valleys feel a strain, eV: dilatation, uniaxial (valleys move by Xi_d Tr e + Xi_u a.e.a)
    #[arg(long, value_name = "XI_D,XI_U", value_delimiter = ',', value_parser = parse_energy, allow_hyphen_values = true, requires = "strain")]
    deformation_potential: Vec<f64>,
    /// Fermi level to store, eV
    #[arg(long, value_name = "EV", value_parser = parse_energy, allow_hyphen_values = true)]
    fermi_level: Option<f64>,
    /// Store the analytic velocities too
    #[arg(long)]
    velocities: bool,
    /// File to write: .h5 or .bxsf
    #[arg(short, long = "output", value_name = "OUT.h5")]
    out: PathBuf,
    #[command(flatten)]
    output: Output,
}

fn parse_mass(text: &str) -> Result<f64, String> {
    quantity(text, Kind::Mass)
}

impl ModelCommand {
    fn strain(&self) -> Result<Option<Strain>> {
        let wrong = |option: &str, count: usize, remedy: &str| {
            Err(Error::bad_option(
                option,
                format!("{count} numbers"),
                remedy,
            ))
        };
        let strain = match self.strain[..] {
            [] => return Ok(None),
            [xx, yy, zz] => [xx, yy, zz, 0.0, 0.0, 0.0],
            [xx, yy, zz, yz, xz, xy] => [xx, yy, zz, yz, xz, xy],
            _ => {
                return wrong(
                    "--strain",
                    self.strain.len(),
                    "give xx,yy,zz or xx,yy,zz,yz,xz,xy",
                );
            }
        };
        match self.deformation_potential[..] {
            [dilatation_ev, uniaxial_ev] => Ok(Some(Strain {
                strain,
                dilatation_ev,
                uniaxial_ev,
            })),
            _ => wrong(
                "--deformation-potential",
                self.deformation_potential.len(),
                "give two energies: dilatation,uniaxial",
            ),
        }
    }

    /// Runs it.
    ///
    /// # Errors
    /// For unusable parameters, or where the file cannot be written.
    pub fn run(self) -> Result<()> {
        Outputs::new(&self.output, &[], &[("--output", self.out.clone())])?;
        let a = self.lattice_constant;
        let phonons = match self.name {
            Name::PhononChain => Some(PhononModel::Chain),
            Name::ScalarPhonons => Some(PhononModel::Scalar),
            _ => None,
        };
        if let Some(model) = phonons {
            return self.phonons(model);
        }
        let cubic = || Lattice::new([[a, 0.0, 0.0], [0.0, a, 0.0], [0.0, 0.0, a]]);
        let tight_binding = |dimension| Model::TightBinding {
            hopping: self.hopping,
            dimension,
        };
        let (model, lattice) = match self.name {
            Name::FreeElectrons => (Model::free_electrons(self.mass), cubic()?),
            Name::PowerLaw => {
                let model = Model::PowerLaw {
                    alpha: self.alpha,
                    prefactor: self.prefactor,
                };
                (model, cubic()?)
            }
            Name::Ellipsoid => (Model::ellipsoid(self.masses), cubic()?),
            Name::SiliconValleys => Model::silicon(),
            Name::GermaniumValleys => Model::germanium(),
            Name::SimpleCubic => (tight_binding(3), cubic()?),
            Name::Square => (tight_binding(2), cubic()?),
            Name::Chain | Name::PhononChain | Name::ScalarPhonons => (tight_binding(1), cubic()?),
        };
        let model = match self.strain()? {
            Some(strain) => model.strained(&strain)?,
            None => model,
        };
        let n = self.n.unwrap_or(match self.name {
            Name::Square => [64, 64, 1],
            Name::Chain => [64, 1, 1],
            _ => [64; 3],
        });
        let grid = KGrid::new(n, self.shift)?;
        let mut bands = ModelBands::new(model, lattice, grid, self.velocities)?;
        bands.set_fermi_level(self.fermi_level);
        match self.out.extension().and_then(|e| e.to_str()) {
            Some("h5" | "hdf5") => hdf5::write(&self.out, &bands, &session::command_line())?,
            Some("bxsf") => bxsf::write(&self.out, &bands, &bxsf::WriteOptions::default())?,
            _ => {
                return Err(Error::bad_option(
                    "--output",
                    format!("{} ends in neither .h5 nor .bxsf", self.out.display()),
                    "give a name with the ending of the format wanted",
                ));
            }
        }
        let header = bands.header();
        if self.output.json {
            return terminal::print_json(
                &serde_json::json!({"kind": "model", "model": bands.model().name(), "output": self.out.display().to_string(), "k_grid": header.k_grid.n, "bands": header.n_band}),
            );
        }
        if self.output.quiet {
            return Ok(());
        }
        terminal::print(&format!(
            "{} bands of the model {} on {} k-points written to {}",
            header.n_band,
            bands.model().name(),
            header.k_grid,
            self.out.display()
        ))
    }

    /// Writes model phonons.
    fn phonons(&self, model: PhononModel) -> Result<()> {
        if !matches!(
            self.out.extension().and_then(|e| e.to_str()),
            Some("h5" | "hdf5")
        ) {
            return Err(Error::bad_option(
                "--output",
                format!("{}: phonons are written as .h5 alone", self.out.display()),
                "give a name that ends in .h5",
            ));
        }
        let n = self.n.unwrap_or(match model {
            PhononModel::Chain => [256, 1, 1],
            PhononModel::Scalar => [32; 3],
        });
        let grid = KGrid::new(n, self.shift)?;
        let phonons = model.phonons(self.lattice_constant, self.frequency, grid)?;
        io::phonons::write(&self.out, &phonons, &session::command_line())?;
        let name = phonons.header().provenance.format.clone();
        if self.output.json {
            return terminal::print_json(
                &serde_json::json!({"kind": "model", "model": name, "output": self.out.display().to_string(), "k_grid": n, "branches": 1}),
            );
        }
        if self.output.quiet {
            return Ok(());
        }
        terminal::print(&format!(
            "{name} on {grid} q-points written to {}",
            self.out.display()
        ))
    }
}
