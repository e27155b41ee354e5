//! The command line: one file per subcommand. Options become checked types here; no physics.

mod bands;
mod bench;
mod bounds;
mod convert;
mod devices;
mod dimension;
mod dos;
mod drag;
mod fermi;
mod field;
mod focusing;
mod help;
mod info;
mod job;
mod landauer;
mod lists;
mod long;
mod magneto;
mod manual;
mod meant;
mod merge;
mod model;
mod opened;
mod optimize;
mod options;
mod orbits;
mod outputs;
mod parsed;
mod phonon;
mod plausible;
mod plot;
mod progress;
mod quantity;
mod ranks;
mod relaxation;
mod report;
mod screen;
mod session;
mod side_by_side;
mod signals;
mod states;
mod status;
mod stdin;
mod superconductor;
mod surface;
mod surfaces;
mod table;
mod terminal;
mod threads;
mod transport;
mod validate;
mod zt;

use crate::error::{Error, Result};
use clap::error::{ContextKind, ContextValue};
use clap::{CommandFactory, Parser, Subcommand};
use long::Divided;
use std::io::ErrorKind;
use std::process::ExitCode;

/// What the exit codes say, for scripts.
const EXIT_CODES: &str = "Exit codes: 0 done; 1 the work failed, or of several inputs one or more; 2 the call is wrong; 3 parts have another round to run.";

/// Transport tensors from band energies on a k-grid, with an error bar on every number.
#[derive(Parser, Debug)]
#[command(version, about, max_term_width = 100, after_help = EXIT_CODES)]
pub struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand, Debug)]
enum Command {
    /// What a file holds: lattice, symmetry, grid, bands, gap, Fermi level
    #[command(after_help = help::info())]
    Info(info::Info),
    /// Any supported input to a native full-zone band grid (.h5), BXSF, FRMSF, or a Hamiltonian (SEED_hr.dat)
    #[command(after_help = help::convert())]
    Convert(convert::Convert),
    /// Analytic bands: free electrons, ellipsoids, tight binding
    #[command(after_help = help::model())]
    Model(model::ModelCommand),
    /// The Fermi-surface tensors: N(E_F), <v_i v_j>, sigma_ij/tau or sigma_ij
    #[command(after_help = help::fermi())]
    Fermi(fermi::Fermi),
    /// States, electron count and sigma/tau per energy
    #[command(after_help = help::dos())]
    Dos(dos::Dos),
    /// Conductivity, Seebeck, thermal conductivity, Hall per temperature and doping or chemical potential
    #[command(after_help = help::transport())]
    Transport(Box<transport::Transport>),
    /// The doping (and temperature) of the largest power factor or zT
    #[command(after_help = help::optimize())]
    Optimize(Box<optimize::Optimize>),
    /// The Fermi surface (or any of constant energy): area, pockets, carriers; meshes, a page, a picture
    #[command(after_help = help::surface())]
    Surface(Box<surface::Surface>),
    /// Extremal orbits in a magnetic field: frequencies of quantum oscillations, cyclotron masses, open orbits, over angles
    #[command(after_help = help::orbits())]
    Orbits(Box<orbits::Orbits>),
    /// Transport in any magnetic field: magnetoresistance, Hall, Seebeck, Nernst, thermal conductivity, along orbits
    #[command(after_help = help::magneto())]
    Magneto(Box<magneto::Magneto>),
    /// Modes per area, mean free paths, and what a contact or a device of a given length conducts
    #[command(after_help = help::landauer())]
    Landauer(Box<landauer::Landauer>),
    /// zT as a functional of the bands: its window, its bounds, and how near the material comes
    #[command(after_help = help::zt())]
    Zt(Box<zt::Zt>),
    /// Many materials in one table, sorted by zT or by how near they come to what their bands could do
    #[command(after_help = help::screen())]
    Screen(Box<screen::Screen>),
    /// What no material can exceed: the best transmission for any alpha A, power and efficiency of two terminals
    #[command(after_help = help::bounds())]
    Bounds(bounds::Bounds),
    /// Phonons: heat capacity, densities of states, lattice thermal conductivity, ballistic modes, mean free paths
    #[command(after_help = help::phonon())]
    Phonon(Box<phonon::Phonon>),
    /// Elastic waves of any crystal: velocities, directions of energy, how a point source's flow is focused
    #[command(after_help = help::focusing())]
    Focusing(focusing::Focusing),
    /// Thermopower by phonon drag, against that by diffusion
    #[command(after_help = help::drag())]
    Drag(Box<drag::Drag>),
    /// Quasiparticles of a superconductor: heat, superfluid density, penetration depth, states
    #[command(after_help = help::superconductor())]
    Superconductor(Box<superconductor::Superconductor>),
    /// A figure (SVG or PNG) of any result file, with shaded error bands
    #[command(after_help = help::plot())]
    Plot(plot::Plot),
    /// Bands along a path through the zone, with their density of states beside: a figure, or CSV
    #[command(after_help = help::bands())]
    Bands(Box<bands::Bands>),
    /// Many results in one table: CSV, Markdown or JSON
    #[command(after_help = help::table())]
    Table(table::Table),
    /// A self-contained HTML page of any result file: figures, main numbers, provenance
    #[command(after_help = help::report())]
    Report(report::Report),
    /// CPU against GPU on these bands
    #[command(after_help = help::validate())]
    Validate(validate::Validate),
    /// CPU against GPU, side by side, with what bounds each
    #[command(after_help = help::bench())]
    Bench(bench::Bench),
    /// Adapters, and which one `--backend auto` takes
    #[command(after_help = help::devices())]
    Devices(devices::Devices),
    /// Parts of a calculation put together: the result of all that `--part` wrote
    #[command(after_help = help::merge())]
    Merge(merge::Merge),
    /// A command and its options from a file, for one input or many
    #[command(after_help = help::run())]
    Run(job::Run),
    /// A script that completes commands and options in a shell
    #[command(after_help = help::completions())]
    Completions(manual::Completions),
    /// Manual pages of all commands
    #[command(after_help = help::man())]
    Man(manual::Man),
}

impl Command {
    /// Itself, where its work can be divided and shared out.
    fn divided(&mut self) -> Option<&mut dyn Divided> {
        Some(match self {
            Self::Fermi(c) => c,
            Self::Dos(c) => c,
            Self::Transport(c) => &mut **c,
            Self::Optimize(c) => &mut **c,
            Self::Landauer(c) => &mut **c,
            Self::Zt(c) => &mut **c,
            Self::Orbits(c) => &mut **c,
            Self::Magneto(c) => &mut **c,
            Self::Phonon(c) => &mut **c,
            Self::Superconductor(c) => &mut **c,
            Self::Screen(c) => &mut **c,
            Self::Drag(c) => &mut **c,
            _ => return None,
        })
    }
}

impl Cli {
    /// Runs the subcommand.
    ///
    /// # Errors
    /// Whatever went wrong, to be printed as it is.
    pub fn run(mut self) -> Result<()> {
        threads::start_threads()?;
        if self.command.divided().is_none() {
            ranks::refuse("this command", "start it without `mpirun`")?;
        }
        self.dispatch()
    }

    /// Runs the subcommand on threads that are there.
    fn dispatch(self) -> Result<()> {
        match self.command {
            Command::Info(c) => c.run(),
            Command::Convert(c) => c.run(),
            Command::Model(c) => c.run(),
            Command::Fermi(c) => c.run(),
            Command::Dos(c) => c.run(),
            Command::Transport(c) => c.run(),
            Command::Optimize(c) => c.run(),
            Command::Surface(c) => c.run(),
            Command::Orbits(c) => c.run(),
            Command::Magneto(c) => c.run(),
            Command::Landauer(c) => c.run(),
            Command::Zt(c) => c.run(),
            Command::Screen(c) => c.run(),
            Command::Bounds(c) => c.run(),
            Command::Phonon(c) => c.run(),
            Command::Focusing(c) => c.run(),
            Command::Drag(c) => c.run(),
            Command::Superconductor(c) => c.run(),
            Command::Plot(c) => c.run(),
            Command::Bands(c) => c.run(),
            Command::Table(c) => c.run(),
            Command::Report(c) => c.run(),
            Command::Validate(c) => c.run(),
            Command::Bench(c) => c.run(),
            Command::Devices(c) => c.run(),
            Command::Merge(c) => c.run(),
            Command::Run(c) => c.run(),
            Command::Completions(c) => c.run(Self::command()),
            Command::Man(c) => c.run(Self::command()),
        }
    }
}

/// The whole command: parse, dispatch, print the error, exit code (`bzint --help` lists what it says).
/// `stdout_is_closed` says that what is printed has nowhere to go.
pub fn main(stdout_is_closed: bool) -> ExitCode {
    if stdout_is_closed {
        terminal::close_stdout();
    }
    signals::install();
    crate::memory::before_the_end(crate::io::output::discard_all_if_free);
    let begun = ranks::start();
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(_) if terminal::is_mute() => return ranks::leave(ExitCode::from(2)),
        Err(message) => return ranks::leave(told(&with_own_tip(message))),
    };
    ranks::end(begun.and_then(|()| cli.run()), |error| {
        let kind = match error {
            Error::AnotherRound { .. } => "note",
            _ => "error",
        };
        terminal::say_in_any_case(kind, &error.to_string());
        if let Some(path) = meant::nearest(error) {
            terminal::say_in_any_case("tip", &format!("there is {}", path.display()));
        }
    })
}

/// An unknown option is no value that was meant: it is said where the options are listed.
fn with_own_tip(mut message: clap::Error) -> clap::Error {
    let unknown = message.kind() == clap::error::ErrorKind::UnknownArgument;
    if unknown && message.get(ContextKind::SuggestedArg).is_none() {
        let tip = "`--help` lists the options that there are".into();
        message.insert(ContextKind::Suggested, ContextValue::StyledStrs(vec![tip]));
    }
    message
}

/// Prints help or what is wrong with the call.
fn told(message: &clap::Error) -> ExitCode {
    let plain = message.render().to_string();
    if message.use_stderr() {
        match terminal::printable(&plain).strip_prefix("error: ") {
            // Arguments can hold anything: then without colours.
            Some(safe) if *safe != plain["error: ".len()..] => terminal::say("error", safe),
            _ => drop(message.print()),
        }
        return ExitCode::from(2);
    }
    match terminal::check_stdout().and_then(|()| message.print()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            terminal::say("error", &format!("stdout: cannot write: {error}"));
            ExitCode::FAILURE
        }
        _ => ExitCode::SUCCESS,
    }
}
