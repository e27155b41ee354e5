//! Many materials, each at the best of its states.

use super::held::Held;
use super::menu::Menu;
use super::method::{Backend, Method};
use super::opening::Opening;
use super::run::ON_CPU;
use super::zt::{Zt, ZtFound};
use crate::error::{Error, Result};
use crate::integrate::ledger::jobs::in_turn;
use crate::integrate::ledger::{Keeping, Ledger};
use crate::progress;
use crate::transport::{MERIT_QUANTITIES, Named, Scalar};
use serde::{Deserialize, Serialize};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

/// Error bar that refinement brings interpolated bands to by default: to tell materials apart.
pub const SCREEN_TOLERANCE: f64 = 2e-2;

/// Bars above this share of zT make a row doubtful.
const WIDE: f64 = 0.2;
/// Minority carriers with more than this share of the conductivity make a row bipolar.
const BIPOLAR: f64 = 0.05;
/// Lorenz numbers outside this range, over (π²/3)(k_B/e)², make a row doubtful.
const LORENZ: std::ops::RangeInclusive<f64> = 0.5..=3.0;

/// What materials are sorted by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Ranking {
    /// zT.
    #[default]
    FigureOfMerit,
    /// S²σ.
    PowerFactor,
    /// T_in (1 − T_out).
    Score,
    /// zT over the bound of the material's own channels.
    ShareOfBound,
}

impl Menu for Ranking {
    const ALL: &'static [(Self, &'static str, &'static str)] = &[
        (Self::FigureOfMerit, "zt", "zT"),
        (Self::PowerFactor, "power-factor", "S²σ"),
        (Self::Score, "score", "T_in (1 − T_out)"),
        (
            Self::ShareOfBound,
            "share-of-bound",
            "zT over the largest of any transmission of the material's own channels",
        ),
    ];
}

impl Ranking {
    /// The quantity's name.
    pub fn quantity(self) -> &'static str {
        match self {
            Self::FigureOfMerit => "figure_of_merit",
            Self::PowerFactor => "power_factor",
            Self::Score => "screening_score",
            Self::ShareOfBound => "share_of_bound",
        }
    }
}

/// The state that a material is shown at.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MaterialState {
    /// K.
    pub temperature_k: f64,
    /// Direction, as named.
    pub direction: String,
    /// The same, Cartesian.
    pub direction_unit: [f64; 3],
    /// μ − E_F, eV.
    pub mu_ev: f64,
    /// Electrons less holes, in the unit of densities.
    pub carriers: Scalar,
}

/// One material.
#[derive(Clone, Debug, PartialEq)]
pub struct Material {
    /// The file.
    pub file: String,
    /// What it is, in words.
    pub format: String,
    /// Gap, eV; 0 of a metal.
    pub gap_ev: f64,
    /// Where its numbers hold.
    pub state: MaterialState,
    /// In the order of [`MERIT_QUANTITIES`](crate::transport::MERIT_QUANTITIES).
    pub numbers: Vec<Named>,
    /// How long it took.
    pub seconds: f64,
}

/// What may make a row doubtful: name in files, word in the table.
pub const FLAGS: [(&str, &str); 5] = [
    ("flag_no_gap", "no gap in the file"),
    ("flag_bipolar", "bipolar"),
    ("flag_lorenz_large", "L > 3 L_0"),
    ("flag_lorenz_small", "L < L_0/2"),
    ("flag_wide_bar", "bar > 20 %"),
];

impl Material {
    /// The number of this name.
    pub fn get(&self, name: &str) -> Scalar {
        let found = self.numbers.iter().find(|n| n.name == name);
        found.map_or(Scalar::new(f64::NAN, f64::NAN), |n| n.value)
    }

    /// Which of [`FLAGS`] hold.
    pub fn flags(&self) -> [bool; FLAGS.len()] {
        let lorenz = self.get("lorenz_ratio").value;
        let zt = self.get("figure_of_merit");
        [
            self.gap_ev <= 0.0,
            // In a metal the Fermi level parts no kinds of carriers.
            self.gap_ev > 0.0 && self.get("minority_share").value > BIPOLAR,
            lorenz > *LORENZ.end(),
            lorenz < *LORENZ.start(),
            zt.error > WIDE * zt.value.abs() || zt.error.is_nan(),
        ]
    }

    /// Their words.
    pub fn doubts(&self) -> Vec<&'static str> {
        let flags = self.flags();
        let held = FLAGS.iter().zip(flags).filter(|(_, held)| *held);
        held.map(|((_, word), _)| *word).collect()
    }
}

/// A material as it is kept: of its numbers, which all materials have alike, the values.
#[derive(Serialize, Deserialize)]
struct Kept {
    file: String,
    format: String,
    gap_ev: f64,
    state: MaterialState,
    numbers: Vec<Scalar>,
    seconds: f64,
}

impl Kept {
    fn of(material: Material) -> Self {
        Self {
            file: material.file,
            format: material.format,
            gap_ev: material.gap_ev,
            state: material.state,
            numbers: material.numbers.iter().map(|n| n.value).collect(),
            seconds: material.seconds,
        }
    }

    fn material(self) -> Material {
        let named = MERIT_QUANTITIES.iter().zip(self.numbers);
        let named = named.map(|((name, unit, _, about), value)| Named {
            name,
            unit,
            about,
            value,
        });
        Material {
            file: self.file,
            format: self.format,
            gap_ev: self.gap_ev,
            state: self.state,
            numbers: named.collect(),
            seconds: self.seconds,
        }
    }
}

/// What is asked of every material.
#[derive(Clone, Debug, Default)]
pub struct Screen {
    /// Its zT, and all that goes with it.
    pub zt: Zt,
    /// What is best.
    pub by: Ranking,
    /// What is made of its bands; without a grid and a tolerance of its own it is refined to [`SCREEN_TOLERANCE`].
    pub opening: Opening,
    /// How to integrate.
    pub method: Method,
    /// So many materials at the same time, which share the threads.
    pub jobs: usize,
}

impl Screen {
    /// Computes every item, whose bands `open` reads, and hands what comes of it to `take`, which never runs twice at a time; no material
    /// stops another.
    pub fn each<T: Sync>(
        &self,
        items: &[T],
        open: impl Fn(&T) -> Result<Held> + Sync,
        take: impl FnMut(&T, Result<Material>) + Send,
    ) {
        let phase = progress::phase("materials", items.len() as u64);
        let jobs = self.jobs.min(items.len()).max(1);
        let all = self
            .method
            .threads
            .unwrap_or_else(rayon::current_num_threads);
        let threads = (all / jobs).max(1);
        let next = AtomicUsize::new(0);
        let take = Mutex::new(take);
        let work = || {
            while let Some(item) = items.get(next.fetch_add(1, Ordering::Relaxed)) {
                let outcome = open(item).and_then(|held| self.material(held, threads));
                let mut take = take.lock().unwrap_or_else(PoisonError::into_inner);
                take(item, outcome);
                phase.add(1);
            }
        };
        std::thread::scope(|scope| {
            for _ in 1..jobs {
                scope.spawn(work);
            }
            work();
        });
    }

    /// As [`Screen::each`], one after the other, with a ledger in which materials are looked up and kept; all are handed over at the end, with
    /// what is wrong with one in words.
    ///
    /// # Errors
    /// [`Error::PartDone`] where the ledger divides the work, and its part is done; where it is another integrator's.
    pub fn each_in<T>(
        &self,
        ledger: &Ledger,
        items: &[T],
        open: impl Fn(&T) -> Result<Held>,
        mut take: impl FnMut(&T, std::result::Result<Material, String>),
    ) -> Result<()> {
        let backend = match self.method.backend {
            Backend::Cpu => ON_CPU.to_owned(),
            other => format!("{other:?} {:?}", self.method.adapter()),
        };
        ledger.start(&backend)?;
        let threads = self
            .method
            .threads
            .unwrap_or_else(rayon::current_num_threads);
        let phase = progress::phase("materials", items.len() as u64);
        let one = |at: usize| {
            let found = open(&items[at]).and_then(|held| self.material(held, threads));
            phase.add(1);
            Ok(found.map(Kept::of).map_err(|error| error.to_string()))
        };
        let all = in_turn(Some(Keeping::new(ledger)), "materials", items.len(), one)?;
        for (item, found) in items.iter().zip(all) {
            take(item, found.map(Kept::material));
        }
        Ok(())
    }

    /// One material, at the best of its states.
    fn material(&self, held: Held, threads: usize) -> Result<Material> {
        let start = Instant::now();
        let method = Method {
            threads: Some(threads),
            ..self.method.clone()
        };
        let opening = self.opening();
        opening.check(Some(&method))?;
        let file = held.name().to_owned();
        let bands = self.zt.open(held, &opening, &method)?;
        let header = bands.header();
        // What one of many has to say goes unsaid: its row has the doubts.
        let (found, _) = self.zt.run(&bands, &method, &|_| ())?;
        let best = self.best(&found).ok_or_else(|| {
            Error::bad_option(
                "--mu",
                "no state has a zT: nothing conducts, or the Seebeck coefficient vanishes",
                "give `--doping`, or other chemical potentials",
            )
        })?;
        let (directions, found) = (&found.directions, &found.states);
        let state = &found.states[best];
        let edges = found.gap_ev;
        Ok(Material {
            file,
            format: header.provenance.format.clone(),
            gap_ev: edges.map_or(0.0, |(valence, conduction)| conduction - valence),
            state: MaterialState {
                temperature_k: state.temperature_k,
                direction: directions[state.direction].label.clone(),
                direction_unit: directions[state.direction].unit,
                mu_ev: state.mu_ev.value - found.fermi_level_ev,
                carriers: state.carriers,
            },
            numbers: state.found.merits[0].all.clone(),
            seconds: start.elapsed().as_secs_f64(),
        })
    }

    fn opening(&self) -> Opening {
        let own = &self.opening;
        let given = own.interpolate.is_some() || own.kspacing.is_some() || own.tolerance.is_some();
        Opening {
            tolerance: match given {
                true => own.tolerance,
                false => Some(SCREEN_TOLERANCE),
            },
            ..own.clone()
        }
    }

    /// The state that is largest in what is sorted by.
    fn best(&self, found: &ZtFound) -> Option<usize> {
        let states = &found.states.states;
        let value = |i: &usize| states[*i].found.merits[0].get(self.by.quantity()).value;
        let usable = (0..states.len()).filter(|i| value(i).is_finite());
        usable.max_by(|a, b| value(a).total_cmp(&value(b)))
    }
}
