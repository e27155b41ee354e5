//! Many results in one table: a row for each state of each file, a column for each quantity.

use super::figure::{Estimate, drawable, estimates, find};
use super::format::{asymmetric, scalar};
use crate::error::{Error, Result};
use crate::io::results::{CAUSE, Coordinates, Dimension, ResultFile, Variable};
use crate::transport::Scalar;
use crate::transport::catalogue::coefficient;
use serde_json::{Map, Value, json};
use std::fmt::Write;

/// A quantity of some rows.
#[derive(Clone, Debug, PartialEq)]
struct Column {
    name: String,
    unit: String,
}

/// Of one state of one file.
#[derive(Clone, Debug)]
struct Line {
    file: String,
    /// Names of dimensions with their coordinates, in words or numbers.
    places: Vec<(String, Value)>,
    /// One for each column, where the file has it.
    cells: Vec<Option<Estimate>>,
}

/// A table of many results.
#[derive(Clone, Debug, Default)]
pub struct ManyResults {
    columns: Vec<Column>,
    places: Vec<String>,
    lines: Vec<Line>,
}

/// The dimensions of a variable that are states.
fn states<'f>(file: &'f ResultFile, variable: &Variable) -> Vec<&'f Dimension> {
    let own = variable.states().iter();
    own.filter(|d| *d != CAUSE)
        .filter_map(|d| file.get_dimension(d))
        .collect()
}

impl ManyResults {
    /// Of results by their names; without `asked` columns those that tables of transport show, or whatever is on the same states as the
    /// first quantity.
    ///
    /// # Errors
    /// [`Error::BadOption`] for a column that a file does not have, or columns on different states.
    pub fn new(files: &[(String, ResultFile)], asked: &[String]) -> Result<Self> {
        let mut table = Self::default();
        for (name, file) in files {
            table.add(name, file, asked)?;
        }
        Ok(table)
    }

    /// Of one result, with these quantities of it, which are on the same states.
    ///
    /// # Errors
    /// For damaged results.
    pub(super) fn of_one(name: &str, file: &ResultFile, columns: &[&Variable]) -> Result<Self> {
        let mut table = Self::default();
        let wanted = columns.iter().map(|v| (v.name.clone(), *v, None));
        table.add_columns(name, file, wanted.collect())?;
        Ok(table)
    }

    fn add<'f>(&mut self, name: &str, file: &'f ResultFile, asked: &'f [String]) -> Result<()> {
        let names: Vec<&str> = match drawable(file) {
            all if all.is_empty() => file.variables().iter().map(|v| v.name.as_str()).collect(),
            all => all,
        };
        let wanted = match asked {
            [] => by_default(file, &names),
            asked => asked
                .iter()
                .map(|asked| found(name, file, &names, asked))
                .collect::<Result<_>>()?,
        };
        self.add_columns(name, file, wanted)
    }

    fn add_columns(&mut self, name: &str, file: &ResultFile, wanted: Vec<Wanted>) -> Result<()> {
        let Some(&(_, first, _)) = wanted.first() else {
            return Ok(());
        };
        let of_first = states(file, first);
        let count: usize = of_first.iter().map(|d| d.coordinates.len()).product();
        let start = self.lines.len();
        for row in 0..count {
            self.lines.push(Line {
                file: name.to_owned(),
                places: places(&of_first, row),
                cells: Vec::new(),
            });
        }
        for dimension in &of_first {
            let title = title(&dimension.name, &dimension.unit);
            if !self.places.contains(&title) {
                self.places.push(title);
            }
        }
        for (title, variable, component) in wanted {
            if states(file, variable) != of_first {
                return Err(Error::bad_option(
                    "--columns",
                    format!(
                        "{name}: `{}` is on other states than `{}`",
                        variable.name, first.name
                    ),
                    "make two tables",
                ));
            }
            let column = Column {
                name: title,
                unit: variable.unit.clone(),
            };
            let at = self.columns.iter().position(|c| *c == column);
            let at = at.unwrap_or_else(|| {
                self.columns.push(column);
                self.columns.len() - 1
            });
            let values = estimates(file, variable, component)?;
            for (line, value) in self.lines[start..].iter_mut().zip(values) {
                line.cells.resize(line.cells.len().max(at + 1), None);
                line.cells[at] = Some(value);
            }
        }
        Ok(())
    }

    /// Names of files' column, of places, and of quantities.
    fn titles(&self) -> Vec<String> {
        let quantities = self.columns.iter().map(|c| title(&c.name, &c.unit));
        std::iter::once("file".to_owned())
            .chain(self.places.iter().cloned())
            .chain(quantities)
            .collect()
    }

    fn place<'l>(&self, line: &'l Line, wanted: &str) -> Option<&'l Value> {
        let own = line.places.iter().find(|(name, _)| name == wanted);
        own.map(|(_, value)| value)
    }

    fn cells<'l>(&self, line: &'l Line) -> impl Iterator<Item = Option<Estimate>> + use<'l> {
        let cells = &line.cells;
        (0..self.columns.len()).map(move |i| cells.get(i).copied().flatten())
    }

    /// A table in Markdown.
    pub fn markdown(&self) -> String {
        let titles = self.titles();
        let mut s = format!(
            "| {} |\n|{}\n",
            titles.join(" | "),
            " --- |".repeat(titles.len())
        );
        for line in &self.lines {
            let places = self
                .places
                .iter()
                .map(|p| self.place(line, p).map_or(String::new(), words));
            let cells = self
                .cells(line)
                .map(|cell| cell.map_or(String::new(), shown));
            let all: Vec<String> = std::iter::once(line.file.clone())
                .chain(places)
                .chain(cells)
                .collect();
            let _ = writeln!(s, "| {} |", all.join(" | "));
        }
        s
    }

    /// Comma-separated values: a value and a bar for each quantity.
    pub fn csv(&self) -> String {
        let bars = self.columns.iter().flat_map(|c| {
            [
                title(&c.name, &c.unit),
                title(&format!("{}_error", c.name), &c.unit),
            ]
        });
        let titles: Vec<String> = std::iter::once("file".to_owned())
            .chain(self.places.iter().cloned())
            .chain(bars)
            .collect();
        let mut s = titles.join(",") + "\n";
        for line in &self.lines {
            s += &quoted(&line.file);
            for place in &self.places {
                let _ = write!(
                    s,
                    ",{}",
                    self.place(line, place).map_or(String::new(), words)
                );
            }
            for cell in self.cells(line) {
                match cell.filter(|q| !q.value.is_nan()) {
                    Some(q) => {
                        let _ = write!(s, ",{:e},{:e}", q.value, q.below.max(q.above));
                    }
                    None => s += ",,",
                }
            }
            s.push('\n');
        }
        s
    }

    /// Rows with `{"value", "error", "unit"}` of each quantity.
    pub fn json(&self) -> Value {
        let row = |line: &Line| {
            let mut out = Map::new();
            out.insert("file".into(), json!(line.file));
            for (name, value) in &line.places {
                let name = name.split(" [").next().unwrap_or(name);
                out.insert(name.to_owned(), value.clone());
            }
            for (column, cell) in self.columns.iter().zip(self.cells(line)) {
                if let Some(q) = cell {
                    let error = q.below.max(q.above);
                    let cell = json!({"value": q.value, "error": error, "unit": column.unit});
                    out.insert(column.name.clone(), cell);
                }
            }
            Value::Object(out)
        };
        json!({"kind": "table", "rows": self.lines.iter().map(row).collect::<Vec<_>>()})
    }
}

/// A quantity under its column's name, with the component that is asked for.
type Wanted<'f> = (String, &'f Variable, Option<&'f str>);

/// What is asked for by a name, and of a tensor a component behind a colon.
///
/// # Errors
/// [`Error::BadOption`] where the file does not have it.
fn found<'f>(
    name: &str,
    file: &'f ResultFile,
    names: &[&str],
    asked: &'f str,
) -> Result<Wanted<'f>> {
    let (short, component) = match asked.split_once(':') {
        Some((short, component)) => (short, Some(component)),
        None => (asked, None),
    };
    let variable = find(short, names).and_then(|n| file.get(n));
    let variable = variable.ok_or_else(|| {
        let problem = format!("{name} holds no `{short}`");
        Error::bad_option(
            "--columns",
            problem,
            format!("take some of {}", names.join(", ")),
        )
    })?;
    let title = match component {
        Some(component) => format!("{}_{component}", variable.name),
        None => variable.name.clone(),
    };
    Ok((title, variable, component))
}

/// What tables show of transport; else all quantities on the states of the first.
fn by_default<'f>(file: &'f ResultFile, names: &[&str]) -> Vec<Wanted<'f>> {
    let all: Vec<&Variable> = names.iter().filter_map(|n| file.get(n)).collect();
    let told = |v: &&&Variable| coefficient(&v.name).is_some_and(|c| c.in_tables);
    let shown: Vec<&Variable> = match all.iter().filter(told).copied().collect::<Vec<_>>() {
        shown if shown.is_empty() => all,
        shown => shown,
    };
    let Some(first) = shown.first().map(|v| states(file, v)) else {
        return Vec::new();
    };
    let shown = shown.into_iter().filter(|v| states(file, v) == first);
    shown.map(|v| (v.name.clone(), v, None)).collect()
}

fn title(name: &str, unit: &str) -> String {
    match unit {
        "" | "1" => name.to_owned(),
        unit => format!("{name} [{unit}]"),
    }
}

/// Coordinates of a row, last dimension fastest.
fn places(dimensions: &[&Dimension], row: usize) -> Vec<(String, Value)> {
    let mut rest = row;
    let mut all: Vec<(String, Value)> = dimensions
        .iter()
        .rev()
        .map(|d| {
            let i = rest % d.coordinates.len().max(1);
            rest /= d.coordinates.len().max(1);
            let value = match &d.coordinates {
                Coordinates::Numbers(x) => json!(x.get(i)),
                Coordinates::Labels(x) => json!(x.get(i)),
            };
            (title(&d.name, &d.unit), value)
        })
        .collect();
    all.reverse();
    all
}

fn words(value: &Value) -> String {
    match value {
        Value::String(text) => quoted(text),
        Value::Number(x) => match x.as_f64() {
            Some(x) if x != 0.0 && !(1e-3..1e6).contains(&x.abs()) => format!("{x:e}"),
            Some(x) => format!("{x}"),
            None => x.to_string(),
        },
        _ => String::new(),
    }
}

/// A cell of comma-separated values.
pub(super) fn quoted(text: &str) -> String {
    match text.contains([',', '"', '\n']) {
        true => format!("\"{}\"", text.replace('"', "\"\"")),
        false => text.to_owned(),
    }
}

fn shown(q: Estimate) -> String {
    if q.value.is_nan() {
        return "not defined".into();
    }
    match q.below == q.above {
        true => scalar(Scalar::new(q.value, q.below)),
        false => asymmetric(q.value, q.below, q.above),
    }
}
