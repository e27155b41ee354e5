//! The store of sums, and how a calculation is divided.

use super::ranks::Ranks;
use crate::error::{Error, Result};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// One part of a divided calculation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Division {
    /// Which part, from 1.
    pub part: usize,
    /// How many there are.
    pub parts: usize,
}

/// How the items of a row lie in the zone.
#[derive(Clone, Copy, Debug)]
pub enum Columns {
    /// So many, neighbours of which share what they read.
    Shared(usize),
    /// Each by itself.
    Apart,
}

const GOLDEN: f64 = 0.618_033_988_749_895;

fn are_coprime(a: usize, b: usize) -> bool {
    match b {
        0 => a == 1,
        _ => are_coprime(b, a % b),
    }
}

impl Division {
    /// All of a calculation.
    pub const WHOLE: Self = Self { part: 1, parts: 1 };

    /// Whether an item is this part's. Where neighbours share what they read, the columns of a row are cut into runs, and from row to row
    /// other parts begin, so that rows of few columns are dealt out evenly, too. Else each part's columns lie as far from each other as they
    /// may, by the golden ratio: the work is uneven in the zone, and alike from row to row.
    pub(super) fn owns(self, row: usize, column: usize, of: Columns) -> bool {
        let turn = match of {
            Columns::Shared(columns) => column * self.parts / columns.max(1) + row,
            Columns::Apart => column * self.stride(GOLDEN) + row * self.stride(GOLDEN * GOLDEN),
        };
        turn % self.parts == self.part - 1
    }

    /// Its jobs of so many, where nothing can go on before all are done: all where they are too few for every part to have one.
    pub(super) fn jobs(self, jobs: usize) -> impl Iterator<Item = usize> {
        let all = jobs < self.parts;
        (0..jobs).filter(move |job| all || job % self.parts == self.part - 1)
    }

    /// A step by which all parts have their turn, near this share of them.
    fn stride(self, share: f64) -> usize {
        let near = (share * self.parts as f64).round() as usize;
        let mut steps = near.max(1)..;
        steps.find(|s| are_coprime(*s, self.parts)).unwrap_or(1)
    }
}

/// What the sums of an entry are of, within an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Key {
    /// Step of the work: 0 for sums of results, other numbers for the steps of a search before.
    pub stage: u32,
    /// Band, group of bands, or first block.
    pub at: u64,
}

/// Sums of some items.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Partial {
    /// Which items: one bit each, or a number of blocks.
    pub held: u64,
    /// The sums themselves, as they are written.
    pub sums: Arc<Vec<u8>>,
}

/// By what an account is known.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Name {
    /// Hash of the plan.
    pub plan: String,
    /// How many such plans came before.
    pub before: u32,
}

/// What is kept of one plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept {
    /// The plan in words.
    pub what: String,
    /// Whether its items are dealt out among parts.
    pub shared: bool,
    /// Sums of items, no item twice.
    pub entries: BTreeMap<Key, Vec<Partial>>,
}

/// Accounts by their names.
pub type Accounts = BTreeMap<Name, Kept>;

/// The time that a work item took.
#[derive(Clone, Debug, PartialEq)]
pub struct ItemTime {
    /// Its plan in words.
    pub what: String,
    /// What it is of.
    pub key: Key,
    /// Which one, from 0.
    pub item: u64,
    /// Wall time of the thread, or of all threads where they share it, s.
    pub seconds: f64,
}

/// What is done with the accounts from time to time, and with the integrator's name.
pub type Save = Box<dyn Fn(&Accounts, &str) + Send + Sync>;

/// Sums that are found instead of made, and made sums that are kept.
#[derive(Default)]
pub struct Ledger {
    pub(super) division: Option<Division>,
    /// Whether the parts of a refinement share out its rounds, too.
    pub(super) in_rounds: bool,
    /// Whether accounts come from parts that were put together.
    pub(super) merged: bool,
    pub(super) save: Option<(Duration, Save)>,
    pub(super) times: Option<Mutex<Vec<ItemTime>>>,
    pub(super) ranks: Option<Arc<Ranks>>,
    state: Mutex<State>,
}

#[derive(Default)]
pub(super) struct State {
    pub accounts: Accounts,
    /// What integrated the sums that are there.
    integrator: Option<String>,
    /// Whether these sums were there from the beginning.
    given: bool,
    /// Plans that were opened since the start.
    pub opened: BTreeMap<String, u32>,
    /// Whether the account of a shared plan was found.
    pub found: bool,
    pub left_open: bool,
    /// Whether the work stopped at a round that other parts have blocks of.
    pub waits: bool,
    pub saved: Option<Instant>,
}

impl Ledger {
    /// With the sums that `integrator` made, where there are any.
    pub fn new(held: Option<(Accounts, String)>) -> Self {
        let mut state = State::default();
        if let Some((accounts, integrator)) = held {
            state.accounts = accounts;
            state.integrator = Some(integrator);
            state.given = true;
        }
        Self {
            state: Mutex::new(state),
            ..Self::default()
        }
    }

    /// Runs this part alone.
    pub fn of_part(self, division: Division) -> Self {
        Self {
            division: Some(division),
            ..self
        }
    }

    /// Also shares out the rounds of a refinement: a part stops where it needs what others have.
    pub fn in_rounds(self) -> Self {
        Self {
            in_rounds: true,
            ..self
        }
    }

    /// Holds all parts: a plan that none of them has is another calculation's.
    pub fn of_all_parts(self) -> Self {
        Self {
            merged: true,
            ..self
        }
    }

    /// Hands the accounts to `save` every so often, and then keeps the steps of searches, too.
    pub fn saved(self, every: Duration, save: Save) -> Self {
        Self {
            save: Some((every, save)),
            ..self
        }
    }

    /// Whether its calculation is divided among parts.
    pub fn is_divided(&self) -> bool {
        self.division.is_some()
    }

    /// Shares out the work among ranks.
    pub fn among(self, ranks: Arc<Ranks>) -> Self {
        Self {
            ranks: Some(ranks),
            ..self
        }
    }

    /// The ranks among which work is shared out, where it is.
    pub fn ranks(&self) -> Option<&Arc<Ranks>> {
        self.ranks.as_ref()
    }

    /// Takes the time of each item.
    pub fn timed(self) -> Self {
        Self {
            times: Some(Mutex::default()),
            ..self
        }
    }

    /// Begins a calculation with an integrator, told by what its sums depend on. One that failed is begun again with another, and what it
    /// made is forgotten.
    ///
    /// # Errors
    /// [`Error::BadOption`] where the sums that were given are another integrator's; [`Error::BadBands`] where other ranks have another.
    pub fn start(&self, integrator: &str) -> Result<()> {
        if let Some(ranks) = &self.ranks {
            ranks.agree(integrator)?;
        }
        let mut state = self.state();
        match &state.integrator {
            Some(other) if other != integrator && state.given => {
                return Err(Error::bad_option(
                    "--backend",
                    format!(
                        "the sums that are kept were made by {other}, and here {integrator} integrates: their last digits differ"
                    ),
                    "choose the integrator that made them, or begin anew",
                ));
            }
            Some(other) if other != integrator => state.accounts.clear(),
            _ => {}
        }
        state.integrator = Some(integrator.to_owned());
        state.opened.clear();
        state.left_open = false;
        state.waits = false;
        state.saved = Some(Instant::now());
        Ok(())
    }

    /// What integrates; none before the start.
    pub fn integrator(&self) -> Option<String> {
        self.state().integrator.clone()
    }

    /// All that is kept.
    pub fn accounts(&self) -> Accounts {
        self.state().accounts.clone()
    }

    /// The times that were taken, and forgets them.
    pub fn take_times(&self) -> Vec<ItemTime> {
        match &self.times {
            Some(times) => {
                std::mem::take(&mut times.lock().unwrap_or_else(PoisonError::into_inner))
            }
            None => Vec::new(),
        }
    }

    /// Hands the accounts to whoever saves them, now.
    pub fn save(&self) {
        if let Some((_, save)) = &self.save {
            let integrator = self.integrator().unwrap_or_default();
            save(&self.accounts(), &integrator);
            self.state().saved = Some(Instant::now());
        }
    }

    /// Whether a plan has items that are not there.
    pub fn is_left_open(&self) -> bool {
        self.state().left_open
    }

    /// Whether the work stopped at a round that other parts have blocks of.
    pub fn waits(&self) -> bool {
        self.state().waits
    }

    pub(super) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every item is one part's, and parts get about as many.
    #[test]
    fn items_are_dealt_out_once_and_evenly() {
        for parts in 1..=17 {
            for (rows, columns) in [(1, 32), (6, 8), (20, 32), (3, 5), (40, 1)] {
                for of in [Columns::Shared(columns), Columns::Apart] {
                    let mut counts = vec![0; parts];
                    for (row, column) in (0..rows).flat_map(|r| (0..columns).map(move |c| (r, c))) {
                        let owners: Vec<usize> = (1..=parts)
                            .filter(|part| Division { part: *part, parts }.owns(row, column, of))
                            .collect();
                        assert_eq!(owners.len(), 1, "{parts} {row} {column}");
                        counts[owners[0] - 1] += 1;
                    }
                    let even = (rows * columns) as f64 / parts as f64;
                    let most = *counts.iter().max().unwrap() as f64;
                    assert!(most <= even + rows as f64 + 1.0, "{parts}: {counts:?}");
                }
            }
        }
    }

    /// Where the work is in some layers, the same of all bands, each part has about as much of it.
    #[test]
    fn uneven_layers_are_dealt_out_evenly() {
        let work = |column: usize| 1.0 + 4.0 * (-((column as f64 - 7.0) / 5.0).powi(2)).exp();
        let of_part = |part, parts, of| -> f64 {
            let own = |row: usize, column: usize| Division { part, parts }.owns(row, column, of);
            let items = (0..8).flat_map(|row| (0..32).map(move |column| (row, column)));
            items
                .filter(|(r, c)| own(*r, *c))
                .map(|(_, c)| work(c))
                .sum()
        };
        let efficiency = |parts, of| {
            let all = (1..=parts).map(|part| of_part(part, parts, of));
            let (sum, most) = all.fold((0.0, 0.0f64), |(s, m), x| (s + x, m.max(x)));
            sum / (most * parts as f64)
        };
        for parts in [2, 3, 5, 7, 8, 13, 16] {
            let found = efficiency(parts, Columns::Apart);
            assert!(found > 0.85, "{parts}: {found}");
        }
        assert!(efficiency(16, Columns::Shared(32)) < 0.85);
    }
}
