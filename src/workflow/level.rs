//! Where the Fermi level comes from: an option, the file, or a count of electrons; and the gap that it lies in.

use crate::bands::touching::touching;
use crate::bands::{BandHeader, BandSource, BandStatistics, GapSplit};
use crate::error::{Error, Result};
use crate::integrate::{Engine, Request, fermi_level};
use crate::units::BOLTZMANN_EV;

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

/// What is said of the Fermi level.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct LevelChoice {
    /// Where it comes from; none for the file, and where that has none, the electrons.
    pub fermi_level: Option<FermiChoice>,
    /// Electrons per cell in these bands, where the file does not say or another number is wanted.
    pub electrons: Option<f64>,
}

impl LevelChoice {
    /// Whether one Fermi level is asked for, not two.
    ///
    /// # Errors
    /// [`Error::BadOption`] where the electrons say another than the level.
    pub fn check(&self) -> Result<()> {
        match (self.fermi_level, self.electrons) {
            (Some(FermiChoice::Given(_) | FermiChoice::File), Some(n)) => Err(Error::bad_option(
                "--electrons",
                format!(
                    "{n} electrons say where the Fermi level lies, and --fermi-level says it too"
                ),
                "give one of both",
            )),
            _ => Ok(()),
        }
    }
}

/// The Fermi level of an insulator by default: the middle of the gap that the file's own speaks of, which codes put anywhere in it
/// (Quantum ESPRESSO and ABINIT at the highest level of their k-points, inside the valence band where that has its maximum between
/// them). Whether it is an insulator is decided on the bands that are integrated. With a sentence on where it comes from.
pub fn mid_gap(source: &dyn BandSource) -> Option<(f64, String)> {
    let header = source.header();
    let level = header.fermi_level_ev?;
    let gap = GapSplit::of(source).filter(GapSplit::is_whole)?;
    if !gap.is_near(source, level) {
        return None;
    }
    let middle = gap.middle_ev();
    let edges = format!(
        "valence band to {:.4} eV, conduction band from {:.4} eV; the file says {level:.4} eV",
        gap.valence_ev, gap.conduction_ev
    );
    let origin = match header.n_electrons {
        Some(n) if !gap.holds(level) => {
            let band = if level < middle {
                "valence"
            } else {
                "conduction"
            };
            format!(
                "mid-gap for {n} electrons: {edges}, which lies inside the {band} band of these bands"
            )
        }
        _ => format!("mid-gap, where T = 0 puts it by convention: {edges}"),
    };
    Some((middle, origin))
}

/// The edges (valence, conduction) of the gap at the Fermi level, eV: between the bands that the electrons fill and the others,
/// unless the level was given. One of them is infinite where the bands are all on one side of it.
pub fn gap(choice: &LevelChoice, source: &dyn BandSource, fermi_ev: f64) -> Option<(f64, f64)> {
    let electrons = choice.electrons.or(source.header().n_electrons);
    match electrons {
        Some(n) if choice.fermi_level.is_none() => {
            let split = GapSplit::at_count(source, n).filter(|g| g.holds(fermi_ev));
            split.map(|g| (g.valence_ev, g.conduction_ev))
        }
        _ => None,
    }
    .or_else(|| fermi_level::gap_around(source, fermi_ev))
    .filter(|edges| !whole(edges) || !may_be_closed(source, *edges))
}

/// Whether the bands on both sides of a gap may touch between the k-points of the table that they come from: then states may lie at any
/// energy in it. A table that cannot be read says nothing here; the integration will.
fn may_be_closed(source: &dyn BandSource, (valence, _): (f64, f64)) -> bool {
    let Some(table) = source.table() else {
        return false;
    };
    let n_band = table.header().n_band;
    (0..table.header().n_spin()).any(|spin| {
        let below = |s: &&BandStatistics| s.energy_min <= valence;
        let bands = &source.statistics()[spin * n_band..][..n_band];
        let full = bands.iter().filter(below).count();
        let places = match full {
            1.. if full < n_band => touching(&*table, spin, full - 1).unwrap_or_default(),
            _ => Vec::new(),
        };
        !places.is_empty()
    })
}

/// Whether the Fermi level of `choice` may lie in a gap of bands that reach at least as far as those of `table`, as all do that go through
/// its energies: a band that crosses the level there crosses it.
pub fn may_be_in_gap(choice: &LevelChoice, table: &dyn BandSource) -> bool {
    let header = table.header();
    if !determines_level(choice, header) {
        return true;
    }
    let electrons = choice.electrons.or(header.n_electrons);
    let counted = electrons.filter(|_| choice.fermi_level.is_none());
    if counted.is_some_and(|n| GapSplit::at_count(table, n).is_some()) {
        return true;
    }
    let level = match choice.fermi_level.unwrap_or(default_choice(choice, header)) {
        FermiChoice::Given(energy) => Some(energy),
        FermiChoice::File => header.fermi_level_ev,
        FermiChoice::Electrons => {
            return electrons.is_some_and(|n| GapSplit::at_count(table, n).is_some());
        }
    };
    level.is_some_and(|energy| fermi_level::gap_around(table, energy).is_some())
}

/// How far from the bands electrons are parted from holes where there are no others, k_BT: no state lies there.
const EMPTY_KT: f64 = 20.0;

/// The energy that parts electrons from holes, eV: the middle of a gap, a metal's Fermi level; beyond the edge of bands that are all on
/// one side, as far as `temperature_k`, the highest one, makes sure.
pub fn split(gap_ev: Option<(f64, f64)>, fermi_ev: f64, temperature_k: f64) -> f64 {
    let beyond = EMPTY_KT * BOLTZMANN_EV * temperature_k;
    match gap_ev {
        None => fermi_ev,
        Some((valence, conduction)) if !valence.is_finite() => conduction - beyond,
        Some((valence, conduction)) if !conduction.is_finite() => valence + beyond,
        Some((valence, conduction)) => 0.5 * (valence + conduction),
    }
}

/// A gap with bands on both sides.
pub fn whole(gap_ev: &(f64, f64)) -> bool {
    gap_ev.0.is_finite() && gap_ev.1.is_finite()
}

/// The Fermi level of `choice`, and a sentence on where it comes from. The file's, taken by default, goes to the middle of
/// the gap where it lies in one; asked for, it is taken as it is.
///
/// # Errors
/// [`Error::BadOption`] where nothing determines it, or it lies far outside the bands.
pub fn fermi_level(
    choice: &LevelChoice,
    source: &dyn BandSource,
    request: &Request,
    engine: &mut dyn Engine,
) -> Result<(f64, String)> {
    let (energy, _, origin) = fermi_level_with_bar(choice, source, request, engine)?;
    Ok((energy, origin))
}

/// The same with its bar (eV) before the sentence, where it was looked for; 0 where it was taken as it is.
///
/// # Errors
/// As [`fermi_level()`].
pub fn fermi_level_with_bar(
    choice: &LevelChoice,
    source: &dyn BandSource,
    request: &Request,
    engine: &mut dyn Engine,
) -> Result<(f64, f64, String)> {
    let header = source.header();
    let electrons = choice.electrons.or(header.n_electrons);
    let default = default_choice(choice, header);
    let in_gap = match choice.fermi_level {
        None if default == FermiChoice::File => mid_gap(source),
        _ => None,
    };
    let mut bar = 0.0;
    let (energy, origin) = match choice.fermi_level.unwrap_or(default) {
        FermiChoice::File if in_gap.is_some() => in_gap.unwrap_or_default(),
        FermiChoice::Given(energy) => (energy, "given".to_owned()),
        FermiChoice::File => {
            let energy = header
                .fermi_level_ev
                .ok_or_else(|| unknown("--fermi-level file"))?;
            (energy, "from the file".to_owned())
        }
        FermiChoice::Electrons => {
            let electrons = electrons.ok_or_else(|| unknown("Fermi level"))?;
            let found = fermi_level::find(source, request, electrons, engine)?;
            bar = found.error_ev;
            let origin = match found.gap_ev {
                Some((valence, conduction)) if !valence.is_finite() => {
                    format!("the bottom of the bands, {conduction:.4} eV, which are all empty")
                }
                Some((valence, conduction)) if !conduction.is_finite() => format!(
                    "the top of the bands, {valence:.4} eV, which {electrons} electrons fill"
                ),
                Some((valence, conduction)) => format!(
                    "mid-gap for {electrons} electrons: valence band to {valence:.4} eV, conduction band from {conduction:.4} eV"
                ),
                None => format!(
                    "holds {electrons} electrons, to within {:.1e} eV",
                    found.error_ev
                ),
            };
            (found.energy_ev, origin)
        }
    };
    Ok((energy, bar, beside_bands(source, energy, origin)?))
}

/// Whether something determines the Fermi level: an option, or the bands.
pub fn determines_level(choice: &LevelChoice, header: &BandHeader) -> bool {
    let given = choice.fermi_level.is_some() || choice.electrons.is_some();
    given || header.fermi_level_ev.is_some() || header.n_electrons.is_some()
}

/// The Fermi level of `choice`; where nothing determines it but `chemical_potentials_ev` are given, the first of these that lies in
/// a gap, or the first one.
///
/// # Errors
/// As [`fermi_level()`].
pub fn fermi_level_or(
    choice: &LevelChoice,
    chemical_potentials_ev: Option<&[f64]>,
    source: &dyn BandSource,
    request: &Request,
    engine: &mut dyn Engine,
) -> Result<(f64, String)> {
    let known = determines_level(choice, source.header());
    let Some(levels) = chemical_potentials_ev.filter(|_| !known) else {
        return fermi_level(choice, source, request, engine);
    };
    let in_gap = |mu: &&f64| fermi_level::gap_around(source, **mu).is_some();
    let Some(&mu) = levels.iter().find(in_gap).or(levels.first()) else {
        return fermi_level(choice, source, request, engine);
    };
    let origin = "a chemical potential that was asked for: the bands have no Fermi level and no electron count";
    Ok((mu, beside_bands(source, mu, origin.to_owned())?))
}

/// Insulators' gaps are narrower, eV: a level farther from all bands is on another scale of energies.
const WIDEST_GAP_EV: f64 = 15.0;

/// Where a Fermi level comes from, with what it means where it lies beside all bands, as in a model of conduction bands alone.
///
/// # Errors
/// [`Error::BadOption`] where it lies farther from them than any gap is wide.
fn beside_bands(source: &dyn BandSource, energy_ev: f64, origin: String) -> Result<String> {
    let [low, high] = source.energy_range();
    let (distance, words) = if energy_ev < low {
        (low - energy_ev, "below all bands, which are empty")
    } else {
        (energy_ev - high, "above all bands, which are full")
    };
    if distance > WIDEST_GAP_EV {
        return Err(outside(energy_ev, &origin, (low, high)));
    }
    if distance > 0.0 {
        return Ok(format!("{origin}; {distance:.4} eV {words}"));
    }
    Ok(origin)
}

/// What is taken where no choice is made.
fn default_choice(choice: &LevelChoice, header: &BandHeader) -> FermiChoice {
    match header.fermi_level_ev {
        Some(_) if choice.electrons.is_none() => FermiChoice::File,
        _ => FermiChoice::Electrons,
    }
}

/// How far interpolation may carry the bands beyond the table's energies, as a share of their range.
const OVERSHOOT: f64 = 0.25;

/// What can be said of `choice` before the bands are interpolated: that something determines it, and that it is not far outside
/// the table's energies, where their range (eV) is known.
///
/// # Errors
/// As [`fermi_level()`].
pub fn check_level(
    choice: &LevelChoice,
    header: &BandHeader,
    range_ev: Option<(f64, f64)>,
) -> Result<()> {
    let electrons = choice.electrons.or(header.n_electrons);
    let energy = match choice.fermi_level.unwrap_or(default_choice(choice, header)) {
        FermiChoice::Given(energy) => energy,
        FermiChoice::File => match header.fermi_level_ev {
            Some(energy) => energy,
            None => return Err(unknown("--fermi-level file")),
        },
        FermiChoice::Electrons => {
            let electrons = electrons.ok_or_else(|| unknown("Fermi level"))?;
            return fermi_level::check_count(header, electrons);
        }
    };
    match range_ev {
        Some((low, high)) => {
            let margin = WIDEST_GAP_EV + OVERSHOOT * (high - low);
            if energy < low - margin || energy > high + margin {
                return Err(outside(energy, "before interpolation", (low, high)));
            }
            Ok(())
        }
        None => Ok(()),
    }
}

fn unknown(option: &str) -> Error {
    let problem = match option {
        "Fermi level" => "the bands have neither a Fermi level nor an electron count",
        _ => "the bands have no Fermi level",
    };
    Error::bad_option(
        option,
        problem,
        "give `--fermi-level EV`, or `--electrons N`",
    )
}

fn outside(energy: f64, origin: &str, (low, high): (f64, f64)) -> Error {
    Error::bad_option(
        "Fermi level",
        format!(
            "{energy} eV ({origin}) lies outside the bands, which reach from {low:.4} to {high:.4} eV, by more than any gap"
        ),
        "give `--fermi-level EV` on the energies' own scale",
    )
}
