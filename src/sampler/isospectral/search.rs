//! The search: candidates tried on a part of the table's points, by how well they predict the others.

use super::answer::{Prediction, Search, Wanted};
use super::bands::{Hamiltonian, IsospectralBands};
use super::candidate::{Begin, Found, Problem, levels, smooth_band};
use super::choice::{
    BUDGET, Candidate, WINDOW_EV, candidates, gap_above, groups, isolated_above, levels_that_matter,
};
use super::held::{Held, LeftOut, predicted_by_series};
use super::invariance::{energies_group, kramers, same_spins};
use super::table::Table;
use crate::bands::{BandSource, BandStatistics, SpinTreatment};
use crate::crystal::PointGroup;
use crate::error::Result;
use crate::sampler::FourierSeries;
use std::collections::{HashMap, VecDeque};
use std::ops::Range;
use std::sync::{Arc, Mutex, PoisonError};

/// The seed of the starts, and where H(R) is cut off, in radii of the supercell; and those of a rival of the same orbitals.
const OWN: (u64, f64) = (3, 0.7);
const RIVAL: (u64, f64) = (5, 0.55);
/// Seeds of more starts where none so far predicts well.
const MORE_SEEDS: [u64; 6] = [11, 12, 13, 14, 15, 16];
/// Another candidate is a rival where its prediction is not worse than this times the best.
const RIVALS: f64 = 4.0;
/// Energies given may be missed by this (eV) at most.
const MET_EV: f64 = 1e-6;
/// A Hamiltonian is trusted where its misfit is below this (eV), and it predicts this many times better than the series.
const MISFIT_EV: f64 = 0.1;
const BETTER: f64 = 2.0;
/// A misfit that is no cause of doubt (eV): then this is enough, as from few points neither predicts much.
const SMALL_EV: f64 = 0.03;
const BETTER_OF_SMALL: f64 = 1.2;
/// A prediction as good as this (eV) need not be bettered.
const EXACT_EV: f64 = 1e-4;
/// Candidates whose Hamiltonian is made from the whole table, until one has a small misfit.
const TRIED: usize = 4;

/// What all groups of bands share.
struct Searching<'a> {
    source: &'a dyn BandSource,
    levels: Vec<f64>,
    group: PointGroup,
    time_reversal: bool,
    /// What candidates have to predict.
    left_out: Option<LeftOut>,
    /// What was found already, by spin, orbitals, bands, grid and start.
    known: Mutex<HashMap<String, Option<Found>>>,
}

/// A candidate and its Hamiltonian, with how well it predicts (eV).
struct Made {
    rank: f64,
    candidate: Candidate,
    found: Found,
}

/// Looks for Hamiltonians of `source`.
///
/// # Errors
/// Where the source cannot be read, or memory is short.
pub fn search(source: &dyn BandSource, wanted: Wanted) -> Result<Search> {
    let header = source.header();
    let levels = levels_that_matter(source);
    let channels = if same_spins(source, &levels)? {
        1
    } else {
        header.n_spin()
    };
    // Atoms of one kind may have different moments, which the header does not keep: their symmetry is then not known.
    let magnetic = channels > 1 && header.atoms.len() > 1;
    let group = if magnetic {
        PointGroup::identity()
    } else {
        energies_group(source)?
    };
    let time_reversal = header.spin != SpinTreatment::Spinor || kramers(source)?;
    let whole = Table::new(source, 0, 0, header.n_band)?;
    let searching = Searching {
        source,
        left_out: LeftOut::of(&whole, &levels, &group, time_reversal),
        levels,
        group,
        time_reversal,
        known: Mutex::default(),
    };
    if searching.left_out.is_none() && wanted == Wanted::WherePredictedBetter {
        return Ok(Search {
            bands: Err(format!(
                "no part of {} k-points can be left out to be predicted",
                header.k_grid
            )),
            predicted: None,
            notes: Vec::new(),
        });
    }
    let (mut parts, mut rivals, mut unset) = (Vec::new(), Vec::new(), Vec::new());
    let mut notes = Vec::new();
    let mut predicted: Option<Prediction> = None;
    let (mut kinks, mut misfit_ev) = (false, 0.0f64);
    for spin in 0..channels {
        let both = if channels == header.n_spin() {
            spin..spin + 1
        } else {
            0..header.n_spin()
        };
        let (groups, shallow) = groups(source, spin, &searching.levels)?;
        let end = groups.last().map_or(0, |g| g.end);
        let whole = shallow..end;
        let mut left: VecDeque<Range<usize>> = groups.into();
        while let Some(bands) = left.pop_front() {
            let bands = &bands;
            let last = bands.end == end;
            let outcome = searching.group(spin, bands, last, whole.clone())?;
            let words = |text: String| {
                let range = format!(
                    "{} to {}",
                    header.first_band + bands.start,
                    header.first_band + bands.end - 1
                );
                if header.n_spin() > 1 && channels > 1 {
                    format!("Spin {}, bands {range}: {text}.", spin + 1)
                } else {
                    format!("Bands {range}: {text}.")
                }
            };
            let off = searching.series(spin, bands)?;
            let betters = |best: &Made, times: f64, misfit_ev: f64| {
                off.is_none_or(|off| best.rank * times < off) && best.found.misfit < misfit_ev
            };
            // Bands on both sides of a gap may be too much for one Hamiltonian, and not for two.
            let divisible = match &outcome {
                Outcome::Nothing { kinks, .. } => *kinks,
                Outcome::Made(made) => !made.first().is_some_and(|m| betters(m, BETTER, MISFIT_EV)),
            };
            let gap = match divisible {
                true => searching.gap_within(spin, bands)?,
                false => None,
            };
            if let Some(gap) = gap {
                left.push_front(gap..bands.end);
                left.push_front(bands.start..gap);
                continue;
            }
            let mut made = match outcome {
                Outcome::Nothing { why, kinks: touch } => {
                    kinks |= touch;
                    notes.push(words(format!("the series, {why}")));
                    continue;
                }
                Outcome::Made(made) => made.into_iter(),
            };
            let Some(best) = made.next() else { continue };
            let trusted =
                betters(&best, BETTER, MISFIT_EV) || betters(&best, BETTER_OF_SMALL, SMALL_EV);
            let said = match off {
                None => String::new(),
                Some(off) => {
                    let all = predicted.get_or_insert(Prediction {
                        isospectral_ev: 0.0,
                        series_ev: 0.0,
                    });
                    all.isospectral_ev = all.isospectral_ev.max(best.rank);
                    all.series_ev = all.series_ev.max(off);
                    format!(
                        "; from a part of the points it predicts the others to {:.2} meV, the series to {:.2} meV (root mean square near the levels that matter)",
                        1e3 * best.rank,
                        1e3 * off
                    )
                }
            };
            if wanted == Wanted::WherePredictedBetter && !trusted {
                kinks = true;
                notes.push(words(format!(
                    "the series, which a Hamiltonian does not better enough{said}"
                )));
                continue;
            }
            misfit_ev = misfit_ev.max(best.found.misfit);
            notes.push(words(format!(
                "{}, start {:.0} meV, misfit {:.2} meV, energies given met to {:.0e} eV{said}",
                best.candidate.describe(header.first_band),
                1e3 * best.found.start,
                1e3 * best.found.misfit,
                best.found.unmet
            )));
            let usable =
                |m: &Made| m.rank <= RIVALS * best.rank.max(EXACT_EV) && m.found.misfit < MISFIT_EV;
            let second = made.next().filter(usable);
            let rival = match second {
                Some(second) => Some((second.candidate, second.found)),
                None => {
                    let table =
                        Table::new(source, spin, best.candidate.first, best.candidate.bands)?;
                    let solve =
                        |begin| searching.solve(spin, &best.candidate, &table, begin, RIVAL);
                    let other = match solve(Begin::Fitted)? {
                        // A fit that ended in a poor place tells nothing about the best one.
                        Some(poor) if poor.misfit > RIVALS * best.found.misfit.max(SMALL_EV) => {
                            solve(Begin::Known(&best.found.values))?
                        }
                        other => other,
                    };
                    other.map(|found| (best.candidate.clone(), found))
                }
            };
            for spin in both.clone() {
                parts.push(Hamiltonian::new(
                    spin,
                    bands.clone(),
                    best.candidate.first,
                    &best.found.hamiltonian,
                )?);
                unset.push(Hamiltonian::new(
                    spin,
                    bands.clone(),
                    best.candidate.first,
                    &best.found.unset,
                )?);
                if let Some((c, found)) = &rival {
                    rivals.push(Hamiltonian::new(
                        spin,
                        bands.clone(),
                        c.first,
                        &found.hamiltonian,
                    )?);
                }
            }
        }
    }
    if parts.is_empty() {
        return Ok(Search {
            bands: Err(notes.join(" ")),
            predicted,
            notes,
        });
    }
    let series = Arc::new(FourierSeries::with_rival(source)?);
    let other = series
        .fourier_rival()
        .unwrap_or_else(|| Arc::clone(&series));
    let mut rival = IsospectralBands::new(source, rivals, Arc::clone(&other))?;
    rival.set_rival(IsospectralBands::new(source, unset, other)?);
    let mut bands = IsospectralBands::new(source, parts, series)?;
    bands.set_rival(rival);
    bands.describe(kinks, misfit_ev, notes.clone());
    Ok(Search {
        bands: Ok(bands),
        predicted,
        notes,
    })
}

/// What became of a group of bands.
enum Outcome {
    /// Hamiltonians, the best first.
    Made(Vec<Made>),
    /// None, and why.
    Nothing {
        why: String,
        /// Whether its bands may touch, and matter.
        kinks: bool,
    },
}

impl Searching<'_> {
    fn solve(
        &self,
        spin: usize,
        c: &Candidate,
        table: &Table,
        begin: Begin,
        (seed, cut): (u64, f64),
    ) -> Result<Option<Found>> {
        let begun = match begin {
            Begin::Fitted => "fitted",
            Begin::Known(_) => "known",
            Begin::Either(_) => "either",
        };
        let (what, grid) = (c.describe(0), table.grid);
        let key = format!(
            "{spin} {what} {grid} {} {begun} {seed} {cut}",
            table.is_whole()
        );
        let known = || self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(found) = known().get(&key) {
            return Ok(found.clone());
        }
        let problem = Problem {
            basis: &c.basis,
            group: &self.group,
            time_reversal: self.time_reversal,
            weights: &c.weights,
            levels: &self.levels,
            seed,
            cut,
        };
        let found = problem.solve(table, self.source.header(), begin)?;
        known().insert(key, found.clone());
        Ok(found)
    }

    /// The group's energies at points left out; none where the grid has none to leave out.
    fn held(&self, spin: usize, bands: &Range<usize>) -> Result<Option<Held>> {
        let Some(left_out) = &self.left_out else {
            return Ok(None);
        };
        let table = Table::new(self.source, spin, bands.start, bands.len())?;
        Ok(Some(Held::new(&table, left_out, &self.levels)))
    }

    /// The first band above a gap that divides a group.
    fn gap_within(&self, spin: usize, bands: &Range<usize>) -> Result<Option<usize>> {
        let table = Table::new(self.source, spin, bands.start, bands.len())?;
        let below = (0..bands.len() - 1).find(|b| gap_above(&table, *b));
        Ok(below.map(|b| bands.start + b + 1))
    }

    /// How well the series predicts a group, eV.
    fn series(&self, spin: usize, bands: &Range<usize>) -> Result<Option<f64>> {
        let (Some(held), Some(left_out)) = (self.held(spin, bands)?, &self.left_out) else {
            return Ok(None);
        };
        let table = Table::new(self.source, spin, bands.start, bands.len())?;
        let header = self.source.header();
        let rest = left_out.rest(&table)?;
        if rest.is_whole() {
            let series = FourierSeries::new(&rest.as_bands(header)?)?;
            return held
                .deviation(|u| predicted_by_series(&series, u))
                .map(Some);
        }
        // A grid with gaps has no series of its own; the smoothest one is a Hamiltonian of one orbital.
        let symmetry = (&self.group, self.time_reversal);
        let of_band = |b| smooth_band(&rest.band(b), header, symmetry, OWN.1);
        let bands: Vec<_> = (0..bands.len()).map(of_band).collect::<Result<_>>()?;
        let predict = |u| {
            let mut all: Vec<f64> = bands.iter().flat_map(|b| levels(b, u)).collect();
            all.sort_by(f64::total_cmp);
            Ok(all)
        };
        held.deviation(predict).map(Some)
    }

    /// Hamiltonians of one group of bands, alone or together with the others.
    fn group(
        &self,
        spin: usize,
        bands: &Range<usize>,
        last: bool,
        whole: Range<usize>,
    ) -> Result<Outcome> {
        let nothing = |why: &str, kinks: bool| {
            let why = why.to_owned();
            Ok(Outcome::Nothing { why, kinks })
        };
        let statistics =
            &self.source.statistics()[spin * self.source.header().n_band..][bands.clone()];
        let near = |l: &f64| {
            let reaches =
                |s: &BandStatistics| s.energy_min < l + WINDOW_EV && s.energy_max > l - WINDOW_EV;
            statistics.iter().any(reaches)
        };
        if !self.levels.is_empty() && !self.levels.iter().any(near) {
            return nothing("far from the levels that matter", false);
        }
        let all = Table::new(self.source, spin, 0, self.source.header().n_band)?;
        let closed = !last || isolated_above(&all, bands.end - 1);
        if bands.len() == 1 && closed {
            return nothing("which is right for a band that no other touches", false);
        }
        let of = |range: Range<usize>, closed: bool| {
            candidates(
                self.source,
                spin,
                range,
                closed,
                &self.group,
                self.time_reversal,
            )
        };
        let mut list = of(bands.clone(), closed)?;
        if whole != *bands && whole.start <= bands.start {
            list.extend(of(whole, isolated_above(&all, bands.end - 1) && last)?);
        }
        if list.is_empty() {
            return nothing(
                "as no orbitals that are tried have these bands with the crystal's symmetry at a cost that could be borne",
                true,
            );
        }
        let held = self.held(spin, bands)?;
        let mut ranking: Vec<(f64, usize, Found)> = Vec::new();
        let from_part = |c: &Candidate, way: (u64, f64)| -> Result<Option<(f64, Found)>> {
            let table = Table::new(self.source, spin, c.first, c.bands)?;
            let part = match &self.left_out {
                Some(left_out) => left_out.rest(&table)?,
                None => table,
            };
            let Some(found) = self.solve(spin, c, &part, Begin::Fitted, way)? else {
                return Ok(None);
            };
            let rank = match &held {
                Some(held) => held.deviation(|u| {
                    let levels = levels(&found.hamiltonian, u);
                    Ok(levels[bands.start - c.first..][..bands.len()].to_vec())
                })?,
                None => found.start + found.misfit,
            };
            Ok(Some((rank, found)))
        };
        for (number, c) in list.iter().enumerate() {
            let Some((rank, found)) = from_part(c, OWN)? else {
                continue;
            };
            ranking.push((rank, number, found));
            if held.is_some() && rank < EXACT_EV {
                break;
            }
        }
        let sort = |ranking: &mut Vec<(f64, usize, Found)>| {
            ranking.sort_by(|a, b| a.0.total_cmp(&b.0));
        };
        sort(&mut ranking);
        // Fits end in poor places, too, of tables without the points that tell how bands meet above all: then others are tried.
        let mut left = BUDGET;
        for seed in MORE_SEEDS {
            if held.is_none() || ranking.first().is_none_or(|best| best.0 < SMALL_EV) {
                break;
            }
            for (rank, number, found) in ranking.iter_mut().take(TRIED) {
                // They cost no more than the first ones may.
                left -= list[*number].cost();
                if left < 0.0 {
                    break;
                }
                match from_part(&list[*number], (seed, OWN.1))? {
                    Some(other) if other.0 < *rank => (*rank, *found) = other,
                    _ => {}
                }
            }
            sort(&mut ranking);
        }
        // From the whole table: the best that turn out well.
        let mut made: Vec<Made> = Vec::new();
        for (rank, number, part) in ranking.into_iter().take(TRIED) {
            let c = &list[number];
            let table = Table::new(self.source, spin, c.first, c.bands)?;
            // A fit to nearly all points is as good as one to all.
            let nearly_all = matches!(self.left_out, Some(LeftOut::Stars(_)));
            let begin = match rank < EXACT_EV || nearly_all {
                true => Begin::Known(&part.values),
                false => Begin::Either(&part.values),
            };
            let found = self.solve(spin, c, &table, begin, OWN)?;
            if let Some(found) = found.filter(|f| f.unmet <= MET_EV) {
                made.push(Made {
                    rank,
                    candidate: c.clone(),
                    found,
                });
            }
            let good = made.iter().filter(|m| m.found.misfit < SMALL_EV).count();
            if good == 2 || (good == 1 && rank < EXACT_EV) {
                break;
            }
        }
        if made.is_empty() {
            return nothing(
                "as no fit leads to a Hamiltonian that has the energies given",
                true,
            );
        }
        // Ranks are kept among those with a small misfit.
        made.sort_by_key(|m| [SMALL_EV, MISFIT_EV].map(|limit| m.found.misfit >= limit));
        Ok(Outcome::Made(made))
    }
}
