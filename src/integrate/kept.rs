//! Items of a uniform plan that are looked up before they are run, and kept when they were.

use super::ledger::{Account, Columns, Keeping, Key, Partial};
use super::plan::{PlannedBand, UniformPlan, WorkItem};
use super::sums::{BandSums, ItemSums};
use super::work::Runner;
use crate::error::Result;
use std::sync::Arc;
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

/// Where there are ranks: shares out the items of all bands among them, so that the sums of each band are then found.
pub(super) fn share_out(runner: &mut Runner, account: Option<&Account>) -> Result<()> {
    let Some((account, (ranks, plan_hash))) = account.and_then(|a| Some((a, a.ranks()?))) else {
        return Ok(());
    };
    let plan = runner.plan;
    let stride = runner.request.channels.width();
    let mut jobs = Vec::new();
    for band in &plan.bands {
        let (spin, number) = (band.context.spin, band.context.band);
        let known = account.find(key(runner, spin, number));
        let held = known.iter().fold(0, |held, partial| held | partial.held);
        let mut items = plan.items_of(band);
        items.retain(|item| held >> item.slab & 1 == 0);
        let size = neighbours(items.len(), ranks.count());
        jobs.extend(items.chunks(size).map(<[WorkItem]>::to_vec));
    }
    let all = ranks.share(plan_hash, jobs.len(), |job| {
        let start = Instant::now();
        let items = &jobs[job];
        let (spin, band) = (items[0].spin, items[0].band);
        let sums = runner.run(items)?;
        account.took(key(runner, spin, band), items[0].slab as u64, start);
        let bytes = sums.write(spin, band, stride).unwrap_or_default();
        if account.saves() {
            account.add(key(runner, spin, band), partial(items, bytes.clone()));
            account.save_in_time();
        }
        Ok(bytes)
    })?;
    for (items, bytes) in jobs.iter().zip(all) {
        let key = key(runner, items[0].spin, items[0].band);
        account.add(key, partial(items, bytes));
    }
    Ok(())
}

/// Sums of some items of a band.
fn partial(items: &[WorkItem], bytes: Vec<u8>) -> Partial {
    Partial {
        held: items.iter().map(|item| 1 << item.slab).sum(),
        sums: Arc::new(bytes),
    }
}

/// Slabs of a band that one rank takes together: neighbours share what they read, but every rank is to have several turns.
fn neighbours(slabs: usize, ranks: usize) -> usize {
    const TURNS: usize = 4;
    slabs.div_ceil(TURNS * ranks).max(1)
}

/// Where the sums of a band are kept.
fn key(runner: &Runner, spin: usize, band: usize) -> Key {
    let row = runner.source.header().n_band * spin + band;
    Key {
        stage: 0,
        at: row as u64,
    }
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
    let key = key(runner, spin, number);
    let row = key.at as usize;
    let mut sums = ItemSums::default();
    for partial in account.find(key) {
        sums.read((spin, number), &partial.sums, stride)?;
    }
    let held = sums.held(spin, number);
    let columns = match band.context.is_local() {
        true => Columns::Apart,
        false => Columns::Shared(plan.slabs.len()),
    };
    let left: Vec<WorkItem> = items
        .into_iter()
        .filter(|item| held >> item.slab & 1 == 0)
        .filter(|item| account.owns(row, item.slab, columns))
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
