//! The error budget: every bar says what it is made of, and a wide one what would help.

use crate::common::binary::bzint;
use bzint::io::results::ResultFile;
use serde_json::Value;

const COPPER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/data/cu.nscf.xml.gz");

/// Numbers of nested lists, in order.
fn numbers(value: &Value) -> Vec<f64> {
    match value {
        Value::Array(parts) => parts.iter().flat_map(numbers).collect(),
        value => value.as_f64().into_iter().collect(),
    }
}

/// Every entry that has a bar: its causes add up to it, component by component. Gives how many there are.
fn causes_add_up(value: &Value, place: &str) -> usize {
    match value {
        Value::Object(entry) if entry.contains_key("error_by_cause") => {
            let bars = numbers(&entry["error"]);
            let causes: Vec<Vec<f64>> = entry["error_by_cause"]
                .as_object()
                .unwrap()
                .values()
                .map(numbers)
                .collect();
            for (i, bar) in bars.iter().enumerate() {
                let sum: f64 = causes.iter().map(|c| c[i]).sum();
                // Shares are kept in single precision.
                let same = (sum - bar).abs() <= 1e-6 * bar;
                assert!(
                    same || causes.is_empty(),
                    "{place}[{i}]: {sum:e} of {bar:e}"
                );
                assert!(
                    !causes.is_empty() || *bar <= 1e-12,
                    "{place}: a bar without a cause"
                );
            }
            1
        }
        Value::Object(entries) => entries
            .iter()
            .map(|(name, value)| causes_add_up(value, &format!("{place}.{name}")))
            .sum(),
        Value::Array(parts) => {
            let all = parts.iter().enumerate();
            all.map(|(i, part)| causes_add_up(part, &format!("{place}[{i}]")))
                .sum()
        }
        _ => 0,
    }
}

#[test]
fn causes_add_up_to_every_bar_of_every_command() {
    for (words, least) in [
        ("fermi", 8),
        ("fermi --interpolate none", 8),
        ("transport -T 300", 20),
        (
            "transport -T 300 --tau 1e-14 --interpolate none --magnetoconductivity",
            20,
        ),
        ("dos --interpolate 24 --bins 50", 3),
    ] {
        let found = bzint(&format!("{words} {COPPER} --backend cpu --json")).json();
        let count = causes_add_up(&found, words);
        assert!(count >= least, "{words}: {count}");
    }
}

/// On 16³ points, not interpolated, the grid is all there is to fear; interpolated and refined it is what the table leaves open.
#[test]
fn the_budget_names_what_dominates() {
    let share = |words: &str, cause: &str| {
        let found = bzint(&format!("fermi {COPPER} {words} --backend cpu --json")).json();
        let sigma = &found["conductivity_over_tau"];
        sigma["error_by_cause"][cause][0][0].as_f64().unwrap_or(0.0)
            / sigma["error"][0][0].as_f64().unwrap()
    };
    assert!(share("--interpolate none", "grid") > 0.5);
    assert_eq!(share("--interpolate none", "interpolation"), 0.0);
    assert!(share("--tolerance 1e-3", "interpolation") > 0.5);
}

#[test]
fn tables_end_with_what_would_help_and_verbose_ones_tell_all() {
    let wide = format!("transport {COPPER} -T 300 --interpolate none --backend cpu");
    let table = bzint(&wide).text();
    let last = table.trim_end().lines().last().unwrap();
    assert!(
        last.contains("The widest bar, ") && last.contains("`--tolerance`"),
        "{last}"
    );
    assert!(!table.contains("± is grid"), "{table}");
    let told = bzint(&format!("{wide} -v")).text();
    assert!(told.contains("± is grid"), "{told}");
    // A model on many points has narrow bars, and nothing to say.
    let folder = tempfile::tempdir().unwrap();
    let model = folder.path().join("m.h5");
    bzint(&format!("model simple-cubic -n 64 -o {}", model.display())).text();
    let narrow = format!("fermi {} --fermi-level -4 --backend cpu", model.display());
    assert!(!bzint(&narrow).text().contains("The widest bar"));
}

#[test]
fn files_hold_the_budget() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("t.h5");
    let run = format!(
        "transport {COPPER} -T 300,400 --mu -0.1:0.1:0.1 --interpolate none --backend cpu -o {}",
        file.display()
    );
    bzint(&run).text();
    let read = ResultFile::read(&file, Some("transport")).unwrap();
    let sigma = read.get("conductivity_over_tau").unwrap();
    let bars = sigma.error.as_ref().unwrap();
    let by_cause = sigma.error_by_cause.as_ref().unwrap();
    let causes = read.get_dimension("cause").unwrap().coordinates.len();
    assert_eq!(by_cause.len(), causes * bars.len());
    for (bar, parts) in bars.iter().zip(by_cause.chunks_exact(causes)) {
        let sum: f32 = parts.iter().sum();
        assert!((f64::from(sum) - bar).abs() <= 1e-6 * bar);
    }
}
