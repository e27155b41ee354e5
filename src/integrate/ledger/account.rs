//! What is kept of one plan while it runs.

use super::ranks::Ranks;
use super::sharing::Sharing;
use super::store::{Columns, ItemTime, Kept, Key, Ledger, Name, Partial};
use crate::error::{Error, Result};
use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError};
use std::time::Instant;

/// A ledger, as a request names it.
#[derive(Clone, Copy)]
pub struct Keeping<'a> {
    /// The ledger.
    pub ledger: &'a Ledger,
    /// Whether the items of what is asked may be dealt out among parts: nothing is planned by it.
    pub shared: bool,
}

impl<'a> Keeping<'a> {
    /// That keeps what is planned by as a whole.
    pub fn new(ledger: &'a Ledger) -> Self {
        Self {
            ledger,
            shared: false,
        }
    }

    /// The account of a plan, told in words.
    ///
    /// # Errors
    /// [`Error::BadBands`] where the parts of a divided calculation have no such plan.
    pub(in crate::integrate) fn open(self, plan: String, what: String) -> Result<Account<'a>> {
        let mut state = self.ledger.state();
        let count = state.opened.entry(plan.clone()).or_default();
        let name = Name {
            plan,
            before: *count,
        };
        *count += 1;
        let known = state.accounts.contains_key(&name);
        if self.ledger.merged && self.shared && !known && !state.found {
            return Err(Error::bad_bands(
                "merge",
                format!("the parts hold no sums of what is planned here ({what})"),
                "merge them on a processor like those that ran them, with the same input",
            ));
        }
        state.found |= known && self.shared;
        let shared = self.shared;
        state.accounts.entry(name.clone()).or_insert_with(|| Kept {
            what: what.clone(),
            shared,
            entries: BTreeMap::new(),
        });
        Ok(Account::new(self.ledger, name, what, shared))
    }
}

/// The account of a plan.
pub struct Account<'a> {
    ledger: &'a Ledger,
    name: Name,
    what: String,
    shared: bool,
}

impl<'a> Account<'a> {
    fn new(ledger: &'a Ledger, name: Name, what: String, shared: bool) -> Self {
        Self {
            ledger,
            name,
            what,
            shared,
        }
    }

    /// The ranks among which all items are shared out, and by what they know this plan.
    pub fn ranks(&self) -> Option<(&Ranks, &str)> {
        let ranks = self.ledger.ranks.as_deref()?;
        Some((ranks, &self.name.plan))
    }

    /// Those among whom the rounds of a search are shared out, and by what they know this plan.
    pub fn sharing(&self) -> Option<(Sharing<'_>, &str)> {
        let ledger = self.ledger;
        let ranks = ledger.ranks.as_deref().map(Sharing::Ranks);
        let division = ledger.division.filter(|_| ledger.in_rounds);
        let sharing = ranks.or_else(|| Some(Sharing::Rounds(ledger, division?)))?;
        Some((sharing, &self.name.plan))
    }

    /// Those among whom the items of a refinement are, where all have to be there before anything else is done: those of a result are dealt
    /// out among parts, and left open.
    pub fn sharing_of_items(&self) -> Option<(Sharing<'_>, &str)> {
        let sharing = self.sharing();
        sharing.filter(|(who, _)| !self.shared || matches!(who, Sharing::Ranks(_)))
    }

    /// Adds sums of a result's items to those of others that are there; sums of items that are there already are the same.
    pub fn add(&self, key: Key, sums: Partial) {
        if let Some(kept) = self.ledger.state().accounts.get_mut(&self.name) {
            let known = kept.entries.entry(key).or_default();
            if known.iter().all(|partial| partial.held & sums.held == 0) {
                known.push(sums);
            }
        }
    }

    /// What is kept of a step of a search, in order.
    pub fn steps(&self, stage: u32) -> Vec<(u64, Partial)> {
        let state = self.ledger.state();
        let kept = state.accounts.get(&self.name);
        let all = kept.into_iter().flat_map(|kept| &kept.entries);
        let of_stage = all.filter(|(key, _)| key.stage == stage);
        of_stage
            .filter_map(|(key, partials)| Some((key.at, partials.first()?.clone())))
            .collect()
    }

    /// Saves the ledger where it is time to.
    pub fn save_in_time(&self) {
        if self.is_due() {
            self.save();
        }
    }

    /// Whether the item in this column of a row is to be run here.
    pub fn owns(&self, row: usize, column: usize, of: Columns) -> bool {
        match self.ledger.division.filter(|_| self.shared) {
            Some(division) => division.owns(row, column, of),
            None => true,
        }
    }

    /// The sums of items that are there already.
    pub fn find(&self, key: Key) -> Vec<Partial> {
        let state = self.ledger.state();
        let kept = state.accounts.get(&self.name);
        kept.and_then(|kept| kept.entries.get(&key))
            .cloned()
            .unwrap_or_default()
    }

    /// Keeps sums in the place of those that they hold, where this plan's are kept.
    pub fn keep(&self, key: Key, held: u64, sums: Vec<u8>) {
        if !self.keeps() || key.stage != 0 && !self.keeps_plans() {
            return;
        }
        let sums = Arc::new(sums);
        if let Some(kept) = self.ledger.state().accounts.get_mut(&self.name) {
            kept.entries.insert(key, vec![Partial { held, sums }]);
        }
    }

    /// Forgets the steps of a search, whose end is known.
    pub fn forget_steps(&self, last: u32) {
        if let Some(kept) = self.ledger.state().accounts.get_mut(&self.name) {
            kept.entries
                .retain(|key, _| key.stage == 0 || key.stage >= last);
        }
    }

    /// Whether what this plan comes to is of use to anybody.
    pub fn keeps(&self) -> bool {
        self.shared || self.keeps_plans()
    }

    /// What all parts run alike, the first keeps for all.
    fn keeps_plans(&self) -> bool {
        self.saves() || self.ledger.division.is_none_or(|d| d.part == 1)
    }

    /// Whether the ledger is saved while the work goes on, or where it stops, so that the steps of a search are worth keeping.
    pub fn saves(&self) -> bool {
        self.ledger.save.is_some() || self.ledger.in_rounds
    }

    /// Whether it is time to save.
    pub fn is_due(&self) -> bool {
        let Some((every, _)) = &self.ledger.save else {
            return false;
        };
        let saved = self.ledger.state().saved;
        saved.is_none_or(|at| at.elapsed() >= *every)
    }

    /// Saves the ledger.
    pub fn save(&self) {
        self.ledger.save();
    }

    /// Some items are other parts': there is no result.
    pub fn leave_open(&self) {
        self.ledger.state().left_open = true;
    }

    /// Whether items are to be timed one by one.
    pub fn is_timed(&self) -> bool {
        self.ledger.times.is_some()
    }

    /// An item took so long.
    pub fn took(&self, key: Key, item: u64, since: Instant) {
        if let Some(times) = &self.ledger.times {
            let time = ItemTime {
                what: self.what.clone(),
                key,
                item,
                seconds: since.elapsed().as_secs_f64(),
            };
            times
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .push(time);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plans_alike_have_accounts_of_their_own_and_other_integrators_begin_anew() {
        let ledger = Ledger::default();
        let keeping = Keeping::new(&ledger);
        let open = || keeping.open("a".into(), "one".into()).unwrap();
        let key = Key { stage: 0, at: 3 };
        ledger.start("cpu").unwrap();
        open().keep(key, 1, vec![1]);
        open().keep(key, 1, vec![2]);
        ledger.start("cpu").unwrap();
        let held = |account: Account| account.find(key)[0].sums[0];
        assert_eq!((held(open()), held(open())), (1, 2));
        assert!(open().find(key).is_empty());
        ledger.start("gpu").unwrap();
        assert!(open().find(key).is_empty());
        let given = Ledger::new(Some((ledger.accounts(), "gpu".into())));
        assert!(given.start("cpu").is_err() && given.start("gpu").is_ok());
    }
}
