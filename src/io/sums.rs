//! Files of the sums of work items: parts of a divided calculation, and checkpoints, which are parts that are not done.
//!
//! Schema 1: root attributes `bzint_kind` = "sums", `bzint_schema` = 1, `bzint_version`, `command` and `arguments` (of this part, in words),
//! `input` (its path), `bands_sha256` (what the bands hold), `asked` (every option that changes a number), `integrator`, `part` and `parts`,
//! `complete` (1 where the part is done), `waits` (1 where it stopped at a round that other parts have blocks of) and `content_sha256`; and datasets
//!
//! | dataset | dimensions | |
//! | --- | --- | --- |
//! | `plan_hash`, `plan_text` | plan | texts |
//! | `plan_before` | plan | plans of the same hash before it |
//! | `plan_shared` | plan | 1 where its items are dealt out among parts |
//! | `entry_plan`, `entry_stage`, `entry_at`, `entry_held` | entry | which plan, step, band or group or block, and items (bits of slabs) |
//! | `entry_length` | entry | bytes of its sums |
//! | `sums` | byte | all sums, one entry after the other |
//!
//! Sums are integers of 128 bits in multiples of a quantum, each the difference to that of the energy before, its sign in the lowest bit,
//! seven bits a byte.

use super::hdf5::datatype::Read;
use super::hdf5::filters;
use super::hdf5::stored::StoredFile;
use crate::error::{Error, Result};
use sha2::{Digest, Sha256};
use std::path::Path;
use std::sync::Arc;

/// The kind of these files.
const KIND_SUMS: &str = "sums";
const REMEDY: &str = "it is truncated or damaged: copy it again, or run this part again";

/// What a file of sums belongs to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Heading {
    /// Version of the program.
    pub version: String,
    /// The command as it was typed.
    pub command: String,
    /// Its words.
    pub arguments: Vec<String>,
    /// Path of the bands.
    pub input: String,
    /// Hash of what the bands hold.
    pub bands: String,
    /// Every option that changes a number.
    pub asked: String,
    /// What integrated.
    pub integrator: String,
    /// Which part, from 1.
    pub part: usize,
    /// How many parts there are.
    pub parts: usize,
    /// Whether the part is done.
    pub complete: bool,
    /// Whether it stopped at a round that other parts have blocks of.
    pub waits: bool,
}

/// The sums of one plan.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PlanSums {
    /// Hash of the plan.
    pub hash: String,
    /// Plans of the same hash that came before.
    pub before: u32,
    /// The plan in words.
    pub text: String,
    /// Whether its items are dealt out among parts.
    pub shared: bool,
    /// Its sums.
    pub entries: Vec<Sums>,
}

/// Sums of some items.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sums {
    /// Step of the work.
    pub stage: u32,
    /// Band, group of bands or first block.
    pub at: u64,
    /// Which items, or how many.
    pub held: u64,
    /// The sums.
    pub bytes: Arc<Vec<u8>>,
}

/// Hash of all that a file holds.
fn checksum(heading: &Heading, plans: &[PlanSums]) -> String {
    let mut hash = Sha256::new();
    hash.update(format!("{heading:?}"));
    for plan in plans {
        let PlanSums {
            hash: name, text, ..
        } = plan;
        hash.update(format!("{name} {} {text} {}", plan.before, plan.shared));
        for sums in &plan.entries {
            let length = sums.bytes.len();
            hash.update(format!("{} {} {} {length}", sums.stage, sums.at, sums.held));
            hash.update(&**sums.bytes);
        }
    }
    let digest = hash.finalize();
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Reads a file of sums.
///
/// # Errors
/// [`Error::Io`], [`Error::UnknownFormat`], or [`Error::BadFile`] for another kind, and for one that is not whole.
pub fn read(path: &Path) -> Result<(Heading, Vec<PlanSums>)> {
    let opened = super::input::open_own(path)?;
    let file = StoredFile::of_file(path, opened)?;
    file.check_kind(Some(KIND_SUMS))?;
    let damaged = |problem: String| {
        let remedy = filters::remedy(&problem, REMEDY);
        Error::bad_file(path, "sums", problem, remedy)
    };
    let heading = read_heading(&file).map_err(damaged)?;
    let plans = read_plans(&file).map_err(damaged)?;
    let said = text(&file, "content_sha256").map_err(damaged)?;
    if said != checksum(&heading, &plans) {
        return Err(damaged("the checksum is that of another content".into()));
    }
    Ok((heading, plans))
}

fn attribute(file: &StoredFile, name: &str) -> Read<super::hdf5::attribute::Attribute> {
    let found = file.attribute(name)?;
    found.ok_or_else(|| format!("the attribute {name} is missing"))
}

fn text(file: &StoredFile, name: &str) -> Read<String> {
    attribute(file, name)?.text()
}

fn read_heading(file: &StoredFile) -> Read<Heading> {
    let count = |name: &str| {
        let number = attribute(file, name)?.integer()?;
        usize::try_from(number).map_err(|_| format!("{name} is {number}"))
    };
    Ok(Heading {
        version: text(file, "bzint_version")?,
        command: text(file, "command")?,
        arguments: attribute(file, "arguments")?.texts()?,
        input: text(file, "input")?,
        bands: text(file, "bands_sha256")?,
        asked: text(file, "asked")?,
        integrator: text(file, "integrator")?,
        part: count("part")?,
        parts: count("parts")?,
        complete: count("complete")? == 1,
        waits: count("waits")? == 1,
    })
}

fn read_plans(file: &StoredFile) -> Read<Vec<PlanSums>> {
    let dataset = |name: &str| {
        let dataset = file.dataset(name)?;
        match dataset.fits() {
            true => Ok(dataset),
            false => Err(format!("{name} is more than the file can hold")),
        }
    };
    // What is empty is left out.
    let integers = |name: &str| match file.has(name) {
        true => dataset(name)?.integers(),
        false => Ok(Vec::new()),
    };
    let texts = |name: &str| match file.has(name) {
        true => dataset(name)?.texts(),
        false => Ok(Vec::new()),
    };
    let (hashes, words) = (texts("plan_hash")?, texts("plan_text")?);
    let (before, shared) = (integers("plan_before")?, integers("plan_shared")?);
    let mut plans = Vec::new();
    for (i, hash) in hashes.into_iter().enumerate() {
        let one = |all: &[i64]| all.get(i).copied().ok_or("a plan is incomplete");
        plans.push(PlanSums {
            hash,
            before: one(&before)? as u32,
            text: words.get(i).cloned().unwrap_or_default(),
            shared: one(&shared)? == 1,
            entries: Vec::new(),
        });
    }
    let columns = ["plan", "stage", "at", "held", "length"];
    let columns = columns.map(|name| integers(&format!("entry_{name}")));
    let [plan, stage, at, held, length] = columns;
    let (plan, stage, at, held, length) = (plan?, stage?, at?, held?, length?);
    let bytes = match file.has("sums") {
        true => dataset("sums")?.bytes()?,
        false => Vec::new(),
    };
    let mut rest = &bytes[..];
    for i in 0..plan.len() {
        let one = |all: &[i64]| all.get(i).copied().ok_or("an entry is incomplete");
        let length = usize::try_from(one(&length)?).unwrap_or(usize::MAX);
        let Some((own, after)) = rest.split_at_checked(length) else {
            return Err("sums are missing".into());
        };
        rest = after;
        let number = usize::try_from(plan[i]).unwrap_or(usize::MAX);
        let plan = plans.get_mut(number).ok_or("an entry is of no plan")?;
        plan.entries.push(Sums {
            stage: one(&stage)? as u32,
            at: one(&at)? as u64,
            held: one(&held)? as u64,
            bytes: Arc::new(own.to_vec()),
        });
    }
    Ok(plans)
}

/// Writes a file of sums, atomically.
///
/// # Errors
/// [`Error::Io`] where it cannot be written; what was there before stays then.
#[cfg(feature = "hdf5-write")]
pub fn write(path: &Path, heading: &Heading, plans: &[PlanSums]) -> Result<()> {
    use super::hdf5::container::{create, write_error};
    create(path, |file| {
        fill(file, heading, plans).map_err(write_error(path, "sums"))
    })
}

#[cfg(feature = "hdf5-write")]
fn fill(file: &hdf5::File, heading: &Heading, plans: &[PlanSums]) -> hdf5::Result<()> {
    use super::hdf5::container::{describe, set_number, set_text, set_texts, text};
    use super::hdf5::schema::{KIND, NEWEST_SCHEMA, SCHEMA};
    use hdf5::types::VarLenUnicode;
    set_text(file, KIND, KIND_SUMS)?;
    set_number(file, SCHEMA, NEWEST_SCHEMA)?;
    for (name, value) in [
        ("bzint_version", &heading.version),
        ("command", &heading.command),
        ("input", &heading.input),
        ("bands_sha256", &heading.bands),
        ("asked", &heading.asked),
        ("integrator", &heading.integrator),
        ("content_sha256", &checksum(heading, plans)),
    ] {
        set_text(file, name, value)?;
    }
    set_texts(file, "arguments", &heading.arguments)?;
    for (name, value) in [
        ("part", heading.part),
        ("parts", heading.parts),
        ("complete", heading.complete.into()),
        ("waits", heading.waits.into()),
    ] {
        set_number(file, name, value as i64)?;
    }
    let words = |of: &dyn Fn(&PlanSums) -> &str| -> Vec<VarLenUnicode> {
        plans.iter().map(|plan| text(of(plan))).collect()
    };
    put(file, "plan_hash", &words(&|p| &p.hash), "hash of each plan")?;
    put(file, "plan_text", &words(&|p| &p.text), "the plan in words")?;
    let column = |of: &dyn Fn(&PlanSums) -> i64| plans.iter().map(of).collect::<Vec<i64>>();
    put(
        file,
        "plan_before",
        &column(&|p| p.before.into()),
        "plans of the same hash before it",
    )?;
    put(
        file,
        "plan_shared",
        &column(&|p| p.shared.into()),
        "1 where items are dealt out among parts",
    )?;
    let column = |of: &dyn Fn(usize, &Sums) -> i64| -> Vec<i64> {
        let plans = plans.iter().enumerate();
        let all = plans.flat_map(|(i, p)| p.entries.iter().map(move |sums| (i, sums)));
        all.map(|(i, sums)| of(i, sums)).collect()
    };
    let of_plan = column(&|plan, _| plan as i64);
    put(file, "entry_plan", &of_plan, "number of the plan, from 0")?;
    let stage = column(&|_, sums| sums.stage.into());
    put(
        file,
        "entry_stage",
        &stage,
        "step of the work, 0 for results",
    )?;
    let at = column(&|_, sums| sums.at as i64);
    put(file, "entry_at", &at, "band, group of bands or first block")?;
    let held = column(&|_, sums| sums.held as i64);
    put(file, "entry_held", &held, "items in the sums, as bits")?;
    let length = column(&|_, sums| sums.bytes.len() as i64);
    put(file, "entry_length", &length, "bytes of the sums")?;
    let entries = plans.iter().flat_map(|plan| &plan.entries);
    let bytes: Vec<u8> = entries
        .flat_map(|sums| sums.bytes.iter().copied())
        .collect();
    put(
        file,
        "sums",
        &bytes,
        "sums of all entries, one after the other",
    )?;
    return Ok(());

    fn put<T: hdf5::H5Type>(
        file: &hdf5::File,
        name: &str,
        data: &[T],
        long_name: &str,
    ) -> hdf5::Result<()> {
        if data.is_empty() {
            return Ok(());
        }
        let builder = file.new_dataset::<T>().obj_track_times(false);
        let dataset = builder.shape(data.len()).create(name)?;
        dataset.write_raw(data)?;
        describe(&dataset, "", long_name)
    }
}

#[cfg(test)]
#[cfg(feature = "hdf5-write")]
mod tests {
    use super::*;

    fn example() -> (Heading, Vec<PlanSums>) {
        let heading = Heading {
            version: "1".into(),
            command: "bzint fermi a.xml".into(),
            arguments: vec!["bzint".into(), "fermi".into(), "a b.xml".into()],
            part: 2,
            parts: 3,
            complete: true,
            ..Heading::default()
        };
        let sums = |at, bytes: &[u8]| Sums {
            stage: 7,
            at,
            held: u64::MAX,
            bytes: Arc::new(bytes.to_vec()),
        };
        let plan = |hash: &str, entries| PlanSums {
            hash: hash.into(),
            before: 1,
            text: "3 bands".into(),
            shared: true,
            entries,
        };
        let first = plan("ab", vec![sums(0, &[1, 255, 0]), sums(u64::MAX, &[])]);
        (
            heading,
            vec![
                first,
                plan("cd", Vec::new()),
                plan("ef", vec![sums(1, &[9; 1000])]),
            ],
        )
    }

    #[test]
    fn sums_come_back_and_what_is_not_whole_is_refused() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("part.h5");
        let (heading, plans) = example();
        write(&path, &heading, &plans).unwrap();
        assert_eq!(read(&path).unwrap(), (heading.clone(), plans));
        let whole = std::fs::read(&path).unwrap();
        for len in [0, 7, 100, whole.len() / 2, whole.len() - 1] {
            std::fs::write(&path, &whole[..len]).unwrap();
            let error = read(&path).unwrap_err().to_string();
            assert!(error.contains("part.h5"), "{error}");
        }
        // The last of the sums' bytes is another.
        let mut other = whole.clone();
        let at = whole.windows(900).rposition(|w| w == [9; 900]).unwrap();
        other[at + 899] = 8;
        std::fs::write(&path, &other).unwrap();
        let error = read(&path).unwrap_err().to_string();
        assert!(error.contains("checksum"), "{error}");
        write(&path, &heading, &[]).unwrap();
        assert_eq!(read(&path).unwrap().1, []);
    }
}
