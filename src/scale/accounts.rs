//! Accounts as files hold them.

use crate::error::Result;
use crate::integrate::ledger::{Accounts, Kept, Key, Name, Partial};
#[cfg(feature = "hdf5-write")]
use crate::io::sums;
use crate::io::sums::{Heading, PlanSums, Sums};
use std::path::Path;

/// Accounts as a file has them.
pub fn accounts(plans: Vec<PlanSums>) -> Accounts {
    let account = |plan: PlanSums| {
        let mut kept = Kept {
            what: plan.text,
            shared: plan.shared,
            entries: Default::default(),
        };
        for sums in plan.entries {
            let key = Key {
                stage: sums.stage,
                at: sums.at,
            };
            kept.entries.entry(key).or_default().push(Partial {
                held: sums.held,
                sums: sums.bytes,
            });
        }
        let name = Name {
            plan: plan.hash,
            before: plan.before,
        };
        (name, kept)
    };
    plans.into_iter().map(account).collect()
}

/// Accounts as they are written: the entries that `select` takes.
pub fn plans(accounts: &Accounts, select: impl Fn(&Name, &Kept, &Key) -> bool) -> Vec<PlanSums> {
    let plan = |(name, kept): (&Name, &Kept)| {
        let own = kept
            .entries
            .iter()
            .filter(|(key, _)| select(name, kept, key));
        let sums = |(key, partial): (&Key, &Partial)| Sums {
            stage: key.stage,
            at: key.at,
            held: partial.held,
            bytes: partial.sums.clone(),
        };
        PlanSums {
            hash: name.plan.clone(),
            before: name.before,
            text: kept.what.clone(),
            shared: kept.shared,
            entries: own
                .flat_map(|(key, all)| all.iter().map(move |p| sums((key, p))))
                .collect(),
        }
    };
    accounts.iter().map(plan).collect()
}

/// Writes a file of sums.
///
/// # Errors
/// [`crate::Error::Io`] where the file cannot be written; [`crate::Error::BadOption`] in a build that writes no HDF5.
pub fn write(path: &Path, heading: &Heading, plans: &[PlanSums]) -> Result<()> {
    #[cfg(feature = "hdf5-write")]
    return sums::write(path, heading, plans);
    #[cfg(not(feature = "hdf5-write"))]
    {
        let _ = (heading, plans);
        Err(crate::Error::bad_option(
            "--checkpoint",
            format!("{} cannot be written", path.display()),
            "build it with the feature `hdf5-write`",
        ))
    }
}
