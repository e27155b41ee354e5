//! The book's reference: written from the command line's own description and from the catalogue of coefficients, and held equal to what
//! `bzint` prints. `BZINT_WRITE_REFERENCE=1 cargo test --workspace --test cli reference` writes it.

use crate::common::binary::bzint;
use crate::manners::ROOT;
use bzint::cli::Cli;
use bzint::transport::MERIT_QUANTITIES;
use bzint::transport::catalogue::{COEFFICIENTS, EXCITATIONS, LABELS, Label, times_length};
use clap::{Arg, ArgAction, Command, CommandFactory};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::path::Path;

/// The page is what was made of the program, or becomes it where that is asked for.
fn holds(page: &str, made: &str) {
    let path = Path::new(ROOT).join("docs/reference").join(page);
    if std::env::var_os("BZINT_WRITE_REFERENCE").is_some() {
        std::fs::write(&path, made).unwrap();
    }
    let there = std::fs::read_to_string(&path).unwrap_or_default();
    let differs = there.lines().zip(made.lines()).find(|(a, b)| a != b);
    assert!(
        there == made,
        "docs/reference/{page} is not what the program says (BZINT_WRITE_REFERENCE=1 writes it): {differs:?}"
    );
}

/// Text in a table of Markdown.
fn cell(text: &str) -> String {
    let text = text.replace('|', "\\|").replace('<', "&lt;");
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A symbol with its indices.
fn symbol(text: &str) -> String {
    cell(text).replace("_{", "<sub>").replace('}', "</sub>")
}

/// How an argument is typed, and what it is.
fn row(arg: &Arg) -> String {
    let value = match arg.get_action() {
        ArgAction::Set | ArgAction::Append => {
            let names = arg.get_value_names().unwrap_or_default();
            format!(" {}", names.join(" "))
        }
        _ => String::new(),
    };
    let long = arg.get_long_and_visible_aliases().unwrap_or_default();
    let long = long.iter().map(|l| format!("--{l}"));
    let short = arg.get_short().map(|c| format!("-{c}"));
    let mut names: Vec<String> = short.into_iter().chain(long).collect();
    if names.is_empty() {
        names.push(value.trim().to_owned());
    } else if let Some(last) = names.last_mut() {
        *last += &value;
    }
    let names: Vec<String> = names.iter().map(|n| format!("`{}`", cell(n))).collect();
    let mut about = arg.get_help().map(ToString::to_string).unwrap_or_default();
    let values: Vec<_> = arg.get_possible_values();
    let values: Vec<String> = values
        .iter()
        .filter(|v| !v.is_hide_set() && matches!(arg.get_action(), ArgAction::Set))
        .map(|v| match v.get_help() {
            Some(help) => format!("`{}` ({help})", v.get_name()),
            None => format!("`{}`", v.get_name()),
        })
        .collect();
    if !values.is_empty() {
        write!(about, ": {}", values.join(", ")).unwrap();
    }
    let usual: Vec<String> = arg
        .get_default_values()
        .iter()
        .map(|v| v.to_string_lossy().into_owned())
        .collect();
    if !usual.is_empty() && !value.is_empty() {
        write!(about, " (default: {})", usual.join(",")).unwrap();
    }
    format!("| {} | {} |\n", names.join(", "), cell(&about))
}

/// The options of a command by their headings, in their order; those without one first.
fn groups(command: &Command) -> Vec<(String, String)> {
    let mut all: Vec<(String, String)> = vec![(String::new(), String::new())];
    for arg in command.get_arguments() {
        if arg.is_hide_set() || ["help", "version"].contains(&arg.get_id().as_str()) {
            continue;
        }
        let heading = arg.get_help_heading().unwrap_or_default();
        let at = all.iter().position(|(h, _)| h == heading);
        let at = at.unwrap_or_else(|| {
            all.push((heading.to_owned(), String::new()));
            all.len() - 1
        });
        all[at].1 += &row(arg);
    }
    all
}

/// The link to a heading.
fn anchor(heading: &str) -> String {
    heading.to_lowercase().replace(' ', "-")
}

fn commands() -> Vec<Command> {
    let mut whole = Cli::command().disable_help_subcommand(true);
    whole.build();
    let all = whole.get_subcommands().filter(|c| !c.is_hide_set());
    all.cloned().collect()
}

const HEAD: &str = "| | |\n| --- | --- |\n";

#[test]
fn commands_are_those_of_the_program() {
    let all = commands();
    // Groups that several commands have alike stand once.
    let mut count: BTreeMap<(String, String), usize> = BTreeMap::new();
    for group in all.iter().flat_map(groups).filter(|g| !g.0.is_empty()) {
        *count.entry(group).or_default() += 1;
    }
    let mut shared: BTreeMap<&str, (usize, &str)> = BTreeMap::new();
    for ((heading, rows), count) in count.iter().filter(|(_, count)| **count > 1) {
        let best = shared.entry(heading).or_default();
        *best = (*best).max((*count, rows));
    }
    let mut page = String::from(
        "# Commands and options\n\nOf every command with `bzint COMMAND --help`, where examples are, too. Options in groups that many commands have stand \
         [at the end](#what-many-commands-have). Numbers take [units](command-line.md).\n",
    );
    for command in &all {
        let about = command.get_about().map(ToString::to_string);
        let name = command.get_name();
        write!(
            page,
            "\n## {name}\n\n{}.\n",
            cell(&about.unwrap_or_default())
        )
        .unwrap();
        let mut elsewhere = Vec::new();
        for (heading, rows) in groups(command) {
            let alike = shared.get(&*heading).is_some_and(|(_, s)| *s == rows);
            match &*heading {
                _ if rows.is_empty() => {}
                "" => write!(page, "\n{HEAD}{rows}").unwrap(),
                heading if alike => {
                    elsewhere.push(format!("[{heading}](#{})", anchor(heading)));
                }
                heading => write!(page, "\n{heading}:\n\n{HEAD}{rows}").unwrap(),
            }
        }
        if !elsewhere.is_empty() {
            write!(page, "\nBesides: {}.\n", elsewhere.join(", ")).unwrap();
        }
    }
    page += "\n## What many commands have\n";
    for (heading, (_, rows)) in &shared {
        write!(page, "\n### {heading}\n\n{HEAD}{rows}").unwrap();
    }
    holds("commands.md", &page);
}

/// What `--help` prints has the options of the page, and no others.
#[test]
fn help_has_the_options_of_the_reference() {
    for command in commands() {
        let name = command.get_name();
        let help = bzint(&format!("{name} --help")).text();
        let options = |line: &str| -> Option<String> {
            let line = line.trim_start();
            let short = line.find(", --").map(|at| &line[at + 4..]);
            let long = line.strip_prefix("--").or(short)?;
            let end = long.find(|c: char| !(c.is_ascii_alphanumeric() || c == '-'));
            Some(long[..end.unwrap_or(long.len())].to_owned())
        };
        let starts = help
            .lines()
            .filter(|l| l.starts_with("  -") || l.starts_with("      --"));
        let printed: BTreeSet<String> = starts.filter_map(options).collect();
        let args = command.get_arguments().filter(|a| !a.is_hide_set());
        let known: BTreeSet<String> = args
            .filter_map(|a| a.get_long().map(str::to_owned))
            .collect();
        assert_eq!(printed, known, "bzint {name} --help");
    }
}

fn labels(page: &mut String, heading: &str, all: &[Label]) {
    write!(
        page,
        "\n## {heading}\n\n| name | short | symbol | unit | |\n| --- | --- | --- | --- | --- |\n"
    )
    .unwrap();
    for l in all {
        let s = symbol(l.symbol);
        writeln!(
            page,
            "| `{}` | `{}` | {s} | {} | {} |",
            l.name,
            l.short,
            cell(l.unit),
            cell(l.about)
        )
        .unwrap();
    }
}

fn coefficients() -> String {
    let mut page = String::from(
        "# Coefficients\n\nThe names in JSON, HDF5, CSV and Python; `--quantity` of `bzint plot` and `--columns` of `bzint table` take the short ones, too. `NAME_error` is the bar of `NAME`, \
         `NAME_error_by_cause` [what it is made of](../concepts/error-bars.md).\n\n\
         ## Of a thermal state\n\nBy `bzint transport` and `optimize`. Without a relaxation time a coefficient that goes by a power of it ends in `_over_tau`, `_over_tau2` or `_over_tau3`, with the unit in the column *per τ*. \
         Of a layer its name begins with `sheet_`, of a chain with `line_`, where the unit is another. `_up` and `_down` are those of one spin (`--spin-resolved`). JSON has `chemical_potential_from_fermi_level` beside the chemical potential.\n\n\
         | name | short | symbol | unit | per τ | of a layer | of a chain | |\n| --- | --- | --- | --- | --- | --- | --- | --- |\n",
    );
    for c in COEFFICIENTS {
        let l = &c.label;
        let extent = |missing: i32| match c.extent_power {
            None => "none".to_owned(),
            Some(0) => String::new(),
            Some(power) => times_length(l.unit, missing * power),
        };
        writeln!(
            page,
            "| `{}` | `{}` | {} | {} | {} | {} | {} | {} |",
            l.name,
            l.short,
            symbol(l.symbol),
            cell(l.unit),
            cell(c.unit_over_tau),
            extent(1),
            extent(2),
            cell(l.about)
        )
        .unwrap();
    }
    page += "\n## Of a material against its bounds\n\nBy `bzint zt` and `screen`; those of a device begin with `device_`. [What they mean](../concepts/modes-and-merit.md).\n\n| name | unit | |\n| --- | --- | --- |\n";
    for (name, unit, _, about) in MERIT_QUANTITIES {
        writeln!(page, "| `{name}` | {} | {} |", cell(unit), cell(about)).unwrap();
    }
    labels(&mut page, "Of surfaces, spectra and optima", LABELS);
    labels(&mut page, "Of phonons and superconductors", EXCITATIONS);
    page
}

#[test]
fn coefficients_are_those_of_the_catalogue_and_of_what_is_printed() {
    let page = coefficients();
    holds("coefficients.md", &page);
    for tau in ["", "--tau 1e-14 --lattice-thermal-conductivity 2"] {
        let words = format!(
            "transport {ROOT}/data/cubic.energy --interpolate none --doping 1e19 --magnetoconductivity --backend cpu --json {tau}"
        );
        let all = bzint(&words).json();
        let row = all["rows"][0].as_object().unwrap();
        let mut count = 0;
        // A place beside the coefficients, which the page names in words.
        let from_level = "chemical_potential_from_fermi_level";
        assert!(page.contains(from_level) && row.contains_key(from_level));
        let told = |(name, v): &(&String, &serde_json::Value)| {
            v.get("unit").is_some() && *name != from_level
        };
        for (name, value) in row.iter().filter(told) {
            let power = name.find("_over_tau").unwrap_or(name.len());
            let unit = cell(value["unit"].as_str().unwrap());
            let start = format!("| `{}` |", &name[..power]);
            let line = page.lines().find(|l| l.starts_with(&start));
            let line = line.unwrap_or_else(|| panic!("{name} is not in the reference"));
            assert!(
                line.contains(&format!("| {unit} |")),
                "{name} in {unit}: {line}"
            );
            count += 1;
        }
        assert!(count > 15, "{count}");
    }
}
