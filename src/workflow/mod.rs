//! The way from a file to each result, with every decision on it: which table or interpolation is integrated, where the Fermi level and the
//! gap are, what is looked at first. Options are types, every one with a default; the command line and Python parse, call, and show.
//!
//! ```
//! use bzint::workflow::{Held, Method, Opening, Transport, Wanted};
//!
//! # fn main() -> bzint::Result<()> {
//! let file = concat!(env!("CARGO_MANIFEST_DIR"), "/data/cu.nscf.xml.gz");
//! let (opening, method) = (Opening::default(), Method::default());
//! let asked = Transport { temperatures_k: vec![300.0], wanted: Wanted::FromFermiLevel(vec![0.0]), ..Transport::default() };
//! let held = Held::read(file.as_ref(), &Default::default())?;
//! let answer = asked.answer(held, &opening, &method, &|said| eprintln!("{}", said.text), &|_| Ok(()))?;
//! let (rows, backend) = (&answer.found.rows, answer.run.backend);
//! println!("{} on the {backend}: {:?}", rows.len(), rows[0].scalar("carrier_density"));
//! # assert_eq!(rows.len(), 1);
//! # Ok(())
//! # }
//! ```

#[cfg(feature = "gpu")]
mod agreement;
mod argument;
mod axes;
mod bounds;
mod cases;
mod convert;
mod coverage;
#[cfg(feature = "gpu")]
mod device;
mod dimension;
mod dos;
mod drag;
mod fermi;
mod field_directions;
mod focusing;
mod given;
mod held;
mod info;
mod integrator;
mod landauer;
pub mod level;
mod look;
mod magneto;
mod menu;
mod method;
mod needed;
mod open;
mod opening;
mod optimize;
mod orbits;
mod path;
mod phonon_density;
mod phonons;
pub mod plausible;
mod relaxation;
mod run;
mod said;
mod screen;
mod states;
mod superconductor;
mod surface;
mod surfaces;
mod threads;
mod transport;
mod wanted;
mod zt;

#[cfg(feature = "gpu")]
pub use agreement::{Agreed, Agreement, AgreementFound};
pub use argument::{Argument, spelled};
pub use axes::notes as notes_on_axes;
pub use bounds::{Bounds, BoundsFound, TerminalsFound, Windows};
pub use convert::{Conversion, Converted, Convertible, Target};
pub use coverage::{Coverage, CoverageFound, Covered};
pub use dimension::Dimension;
pub use dos::{Dos, DosFound, EnergyRange};
pub use drag::{
    Curve, Diffusion, Drag, DragFound, DragOf, DragRow, Electrons, Share, diffusion_of_results,
    shares_of_file,
};
pub use fermi::{Fermi, FermiFound};
pub use field_directions::{FieldDirections, indices};
pub use focusing::{Focusing, FocusingFound, FocusingPicture, Medium, Waves};
pub use given::Given;
pub use held::Held;
pub use info::{Info, InfoFound};
pub use integrator::{integrate, integrate_with};
pub use landauer::{Landauer, LandauerFound};
pub use level::{FermiChoice, LevelChoice};
pub use look::{FIRST_LOOK_EV, first_look};
pub use magneto::{Magneto, MagnetoFound, MagnetoState};
pub use menu::Menu;
pub use method::{Backend, Method};
pub use needed::Answer;
pub use open::{Demands, Objection, Opened, Preference, TableObjection, hamiltonian, open};
pub use opening::{Density, InterpolatorKind, Opening};
pub use optimize::{Component, Goal, Optimize, OptimizeFound, Sign};
pub use orbits::{Orbits, OrbitsFound};
pub use path::{BandPath, BandPathFound, Node};
pub use phonon_density::PhononDensity;
pub use phonons::{PhononRow, PhononTransport, PhononsFound};
pub use relaxation::Relaxation;
pub use run::Run;
pub use said::{Kind, Said, Say};
pub use screen::{FLAGS, Material, MaterialState, Ranking, SCREEN_TOLERANCE, Screen};
pub use states::{StateFound, States, StatesFound, apart};
pub use superconductor::{GapChoice, Superconductor, SuperconductorFound, SuperconductorRow};
pub use surface::{Surface, SurfaceFound};
pub use surfaces::{Replicas, SurfaceGrid, Surfaces};
pub use threads::on_threads;
pub use transport::{Impurities, Transport, TransportFound};
pub use wanted::Wanted;
pub use zt::{MeritFound, Zt, ZtFound, curve_x};
