//! How far bars can be trusted on a file's own bands: results from every second point, against those from all of them.
//!
//! Whoever distrusts a bar takes a denser grid and looks whether the old bar holds the new value. Half of a grid that is there already does
//! it without a calculation: its results are an honest sample of what the bars of such bands are worth.

use super::fermi::Fermi;
use super::held::Held;
use super::level::{self, FermiChoice, LevelChoice};
use super::method::Method;
use super::opening::Opening;
use super::said::Say;
use super::transport::Transport;
use super::wanted::Wanted;
use crate::bands::{BandGrid, BandSource};
use crate::error::{Error, Result};
use crate::transport::FermiTensors;
use crate::uncertainty::Quantity;
use std::borrow::Cow;

/// Energies around the Fermi level of a metal, eV.
const ENERGIES_EV: [f64; 7] = [-0.6, -0.4, -0.2, 0.0, 0.2, 0.4, 0.6];
/// Net dopings of an insulator, cm⁻³.
const DOPINGS: [f64; 6] = [-1e20, -1e19, -1e18, 1e18, 1e19, 1e20];
/// A component below this share of the largest of its tensor is zero but for rounding.
const NOTHING: f64 = 1e-9;

/// What is asked for.
#[derive(Clone, Debug, PartialEq)]
pub struct Coverage {
    /// Temperatures, K.
    pub temperatures_k: Vec<f64>,
    /// Where the Fermi level comes from.
    pub level: LevelChoice,
}

impl Default for Coverage {
    fn default() -> Self {
        Self {
            temperatures_k: vec![100.0, 300.0, 600.0],
            level: LevelChoice::default(),
        }
    }
}

/// How the values of one quantity compare.
#[derive(Clone, Debug)]
pub struct Covered {
    /// Its name in files.
    pub name: Cow<'static, str>,
    /// Values compared.
    pub values: usize,
    /// Those that the bar of the half grid holds, together with the bar of the whole one.
    pub inside: usize,
    /// Those that the bar of the half grid holds alone.
    pub inside_alone: usize,
    /// Median of the half grid's bar over what it is off.
    pub bar_over_error: f64,
    /// Median of the half grid's bar over the value.
    pub width: f64,
    /// Largest of what it is off, over both bars.
    pub worst: f64,
}

/// What came of it.
#[derive(Clone, Debug)]
pub struct CoverageFound {
    /// Points of the half grid and of the whole one.
    pub points: [[usize; 3]; 2],
    /// What fixed the states, in words, with the temperatures.
    pub states: String,
    /// Every quantity that is printed.
    pub quantities: Vec<Covered>,
}

/// A value with its bar.
type Barred = (f64, f64);

/// Values of a quantity from the half and from the whole grid.
#[derive(Default)]
struct Pairs(Vec<(Cow<'static, str>, Vec<[Barred; 2]>)>);

impl Pairs {
    /// Those of both grids that are results, and known.
    fn add(&mut self, name: Cow<'static, str>, both: [&Quantity; 2]) {
        let [half, whole] = both.map(|q| {
            let all: Vec<Barred> = q.values().into_iter().zip(q.errors()).collect();
            all
        });
        let size = |all: &[Barred]| all.iter().fold(0.0, |m: f64, (x, _)| m.max(x.abs()));
        let nothing = NOTHING * size(&half).max(size(&whole));
        let known = half.iter().zip(&whole).filter(|(h, w)| {
            let finite = h.0.is_finite() && w.0.is_finite() && h.1.is_finite() && w.1.is_finite();
            // What is given, or zero by symmetry, is no result.
            finite && (h.0.abs() > nothing || w.0.abs() > nothing) && (h.1 > 0.0 || h.0 != w.0)
        });
        let known: Vec<[Barred; 2]> = known.map(|(h, w)| [*h, *w]).collect();
        if known.is_empty() {
            return;
        }
        match self.0.iter_mut().find(|(own, _)| *own == name) {
            Some((_, all)) => all.extend(known),
            None => self.0.push((name, known)),
        }
    }
}

impl Covered {
    fn new(name: Cow<'static, str>, pairs: &[[Barred; 2]]) -> Self {
        let off = |p: &[Barred; 2]| (p[0].0 - p[1].0).abs();
        // Agreement to rounding is inside.
        let least = |p: &[Barred; 2]| 1e-12 * p[1].0.abs();
        let held = |p: &&[Barred; 2]| off(p) <= p[0].1 + p[1].1 + least(p);
        let alone = |p: &&[Barred; 2]| off(p) <= p[0].1 + least(p);
        let over =
            |p: &[Barred; 2]| off(p) / (p[0].1 + p[1].1).max(least(p)).max(f64::MIN_POSITIVE);
        Self {
            name,
            values: pairs.len(),
            inside: pairs.iter().filter(held).count(),
            inside_alone: pairs.iter().filter(alone).count(),
            bar_over_error: median(pairs.iter().map(|p| p[0].1 / off(p).max(least(p)))),
            width: median(pairs.iter().map(|p| p[0].1 / p[1].0.abs())),
            worst: pairs.iter().map(over).fold(0.0, f64::max),
        }
    }
}

fn median(all: impl Iterator<Item = f64>) -> f64 {
    let mut all: Vec<f64> = all.filter(|x| !x.is_nan()).collect();
    all.sort_by(f64::total_cmp);
    all.get(all.len() / 2).copied().unwrap_or(f64::NAN)
}

/// The scalars and tensors of a Fermi surface as named quantities.
fn named(t: &FermiTensors) -> [(&'static str, Quantity); 5] {
    [
        ("fermi: electrons", t.electrons.into()),
        ("fermi: density_of_states", t.dos.into()),
        ("fermi: fermi_velocity", t.fermi_velocity.into()),
        (
            "fermi: conductivity_over_tau",
            t.conductivity_over_tau.into(),
        ),
        ("fermi: plasma_frequency", t.plasma_frequency.into()),
    ]
}

impl Coverage {
    /// Compares what `transport` and `fermi` give from every second point of a table with what they give from all: of a metal at energies
    /// around the Fermi level, of an insulator at dopings.
    ///
    /// # Errors
    /// [`Error::BadOption`] for a Hamiltonian, and for grids without every second point; where bands cannot be integrated.
    pub fn run(
        &self,
        held: &Held,
        opening: &Opening,
        method: &Method,
        say: Say,
    ) -> Result<CoverageFound> {
        self.level.check()?;
        let (half, points) = halved(held)?;
        let both = [half, held.clone()];
        // `fermi` takes a table as it is, where no density is asked for: there is nothing to interpolate then.
        let as_it_is = opening.interpolate.is_none()
            && opening.kspacing.is_none()
            && opening.tolerance.is_none();
        let of_fermi = match as_it_is {
            true => Opening {
                interpolator: None,
                fit_velocities: false,
                ..opening.clone()
            },
            false => opening.clone(),
        };
        let at_level = |level: LevelChoice, held: &Held| {
            let asked = Fermi { level, tau: None };
            let bands = asked.open(held.clone(), &of_fermi, method)?;
            let (found, _) = asked.run(&bands, method, say)?;
            let gap = level::gap(&level, &*bands, found.tensors.fermi_level_ev);
            Ok::<_, Error>((found.tensors, gap))
        };
        // One energy for both grids, which is that of the finer one.
        let (whole, gap) = at_level(self.level, held)?;
        let fermi_ev = whole.fermi_level_ev;
        let given = |ev: f64| LevelChoice {
            fermi_level: Some(FermiChoice::Given(ev)),
            ..self.level
        };
        let level = given(fermi_ev);
        let insulates = gap.is_some_and(|(v, c)| v.is_finite() && c.is_finite());
        let asked = Transport {
            temperatures_k: self.temperatures_k.clone(),
            wanted: match insulates {
                true => Wanted::Dopings(DOPINGS.to_vec()),
                false => Wanted::FromFermiLevel(ENERGIES_EV.to_vec()),
            },
            level: LevelChoice {
                electrons: None,
                ..level
            },
            ..Transport::default()
        };
        let mut pairs = Pairs::default();
        let [half_rows, whole_rows] = both.each_ref().map(|held| {
            let answer = asked.answer(held.clone(), opening, method, say, &|_| Ok(()))?;
            Ok::<_, Error>(answer.found.rows)
        });
        for (half, whole) in half_rows?.iter().zip(&whole_rows?) {
            for item in &half.items {
                if let Some(other) = whole.get(&item.name) {
                    pairs.add(item.name.clone(), [&item.quantity, other]);
                }
            }
        }
        for ev in ENERGIES_EV.iter().filter(|_| !insulates) {
            let level = LevelChoice {
                electrons: None,
                ..given(fermi_ev + ev)
            };
            let [half, whole] = both.each_ref().map(|held| at_level(level, held));
            let of = |(tensors, _): (FermiTensors, _)| named(&tensors);
            for ((name, half), (_, whole)) in of(half?).iter().zip(&of(whole?)) {
                pairs.add(Cow::Borrowed(name), [half, whole]);
            }
        }
        let temperatures: Vec<String> = self.temperatures_k.iter().map(f64::to_string).collect();
        let at = match insulates {
            true => "dopings of 1e18, 1e19 and 1e20 cm^-3, electrons and holes".to_owned(),
            false => format!("energies within 0.6 eV of {fermi_ev:.4} eV"),
        };
        let covered = pairs.0.into_iter();
        Ok(CoverageFound {
            points,
            states: format!("{at}, {} K", temperatures.join(", ")),
            quantities: covered.map(|(name, of)| Covered::new(name, &of)).collect(),
        })
    }
}

/// Every second point of a table, and the points of both grids.
///
/// # Errors
/// [`Error::BadOption`] where there is no such grid.
fn halved(held: &Held) -> Result<(Held, [[usize; 3]; 2])> {
    let refused = |problem: &str, remedy: &str| {
        let problem = format!("{}: {problem}", held.name());
        Err(Error::bad_option("--table", problem, remedy))
    };
    let Some(table) = held.as_table() else {
        return refused(
            "a Hamiltonian has no k-points to leave out",
            "give a file of bands on a grid",
        );
    };
    let Some(half) = BandGrid::halved(table)? else {
        let problem = format!(
            "a grid of {} has no grid of every second point",
            table.header().k_grid
        );
        return refused(
            &problem,
            "give an even number of points, four or more, along each axis",
        );
    };
    let points = [half.header().k_grid.n, table.header().k_grid.n];
    let name = format!("every second point of {}", held.name());
    Ok((Held::table(name, half), points))
}
