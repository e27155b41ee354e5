//! Items of a uniform plan that are looked up before they are run, and kept when they were.

use super::ledger::{Account, Keeping, Key};
use super::plan::{PlannedBand, UniformPlan, WorkItem};
use super::sums::{BandSums, ItemSums};
use super::work::Runner;
use crate::error::Result;
use std::time::Instant;

/// The account of a plan, where sums are kept.
///
/// # Errors
/// As [`Keeping::open`].
pub(super) fn open<'a>(
    keeping: Option<Keeping<'a>>,
    plan: &UniformPlan,
) -> Result<Option<Account<'a>>> {
    let open = |keeping: Keeping<'a>| keeping.open(plan.fingerprint(), plan.words());
    keeping.map(open).transpose()
}

/// The sums of a band, of which those items are run that are not kept; a spectrum of all bands at once would not fit into memory. None
/// where the band has no items, or where some of them are another part's: then the account is left open.
pub(super) fn band_sums(
    runner: &mut Runner,
    account: Option<&Account>,
    band: &PlannedBand,
) -> Result<Option<BandSums>> {
    let plan = runner.plan;
    if !band.reached {
        runner.advance_unseen(band.context.n[0]);
    }
    let items = plan.items_of(band);
    let Some(account) = account.filter(|_| band.reached) else {
        return runner.run(&items)?.of(plan, band);
    };
    let (spin, number) = (band.context.spin, band.context.band);
    let stride = runner.request.channels.width();
    let row = runner.source.header().n_band * spin + number;
    let key = Key {
        stage: 0,
        at: row as u64,
    };
    let mut sums = ItemSums::default();
    for partial in account.find(key) {
        sums.read((spin, number), &partial.sums, stride)?;
    }
    let held = sums.held(spin, number);
    let left: Vec<WorkItem> = items
        .into_iter()
        .filter(|item| held >> item.slab & 1 == 0)
        .filter(|item| account.owns(row, item.slab, plan.slabs.len()))
        .collect();
    runner.advance_unseen(planes(plan, held));
    let keep = |sums: &ItemSums| {
        if let Some(bytes) = sums.write(spin, number, stride) {
            account.keep(key, sums.held(spin, number), bytes);
        }
    };
    let mut seen = |sums: &ItemSums| {
        if account.is_due() {
            keep(sums);
            account.save();
        }
    };
    // Timed, items run one by one: neighbours share what they read.
    let company = if account.is_timed() { 1 } else { left.len() };
    for run in left.chunks(company.max(1)) {
        let start = Instant::now();
        runner.run_into(run, &mut sums, &mut seen)?;
        account.took(key, run[0].slab as u64, start);
    }
    if !left.is_empty() && account.keeps() {
        keep(&sums);
    }
    let all = sums.held(spin, number).count_ones() as usize == plan.slabs.len();
    if all {
        return sums.of(plan, band);
    }
    account.leave_open();
    Ok(None)
}

/// Planes of the slabs that `held` has as bits.
fn planes(plan: &UniformPlan, held: u64) -> usize {
    let slabs = plan.slabs.iter().zip(0..);
    let held = slabs.filter(|(_, slab)| held >> slab & 1 == 1);
    held.map(|(planes, _)| planes.len()).sum()
}
