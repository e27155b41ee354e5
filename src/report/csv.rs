//! Any result as comma-separated values: a row for each state, a column for each component of what lies on most of the result's dimensions,
//! its bar beside it.

use super::table::quoted;
use crate::io::results::{CAUSE, Coordinates, Dimension, ResultFile, TENSOR, Variable};
use std::fmt::Write;

/// Dimensions that number the components of one thing, besides those of tensors.
const COMPONENTS: [&str; 4] = ["cart", "part", "reciprocal", "corner"];

/// The quantities that are on the same states, of all that are there the most columns.
pub fn result_csv(file: &ResultFile) -> String {
    let mut groups: Vec<(Vec<&str>, Vec<Column>)> = Vec::new();
    for variable in file.variables() {
        let states = states(variable);
        let own = columns(file, variable);
        match groups.iter_mut().find(|(on, _)| *on == states) {
            Some((_, all)) => all.extend(own),
            None => groups.push((states, own)),
        }
    }
    // Of several that are as wide the first.
    let widest = groups.iter().map(|(_, all)| all.len()).max();
    let group = groups.iter().find(|(_, all)| Some(all.len()) == widest);
    group.map_or_else(String::new, |(on, all)| text(file, on, all))
}

/// A component of a quantity.
struct Column<'f> {
    name: String,
    variable: &'f Variable,
    /// How many components the quantity has, and which one this is.
    of: (usize, usize),
}

fn is_component(dimension: &str) -> bool {
    TENSOR[..2].contains(&dimension) || COMPONENTS.contains(&dimension)
}

fn states(variable: &Variable) -> Vec<&str> {
    let own = variable.dimensions.iter().map(String::as_str);
    own.filter(|d| !is_component(d) && *d != CAUSE).collect()
}

/// One for each component.
fn columns<'f>(file: &'f ResultFile, variable: &'f Variable) -> Vec<Column<'f>> {
    let own = variable.dimensions.iter().filter(|d| is_component(d));
    let dimensions: Vec<&Dimension> = own.filter_map(|d| file.get_dimension(d)).collect();
    let count: usize = dimensions.iter().map(|d| d.coordinates.len()).product();
    (0..count)
        .map(|at| {
            let mut rest = at;
            let mut labels: Vec<String> = Vec::new();
            for d in dimensions.iter().rev() {
                labels.push(label(d, rest % d.coordinates.len()));
                rest /= d.coordinates.len();
            }
            labels.reverse();
            let tensor = dimensions.iter().all(|d| TENSOR.contains(&d.name.as_str()));
            let labels = labels.join(if tensor { "" } else { "_" });
            Column {
                name: match labels.is_empty() {
                    true => variable.name.clone(),
                    false => format!("{}_{labels}", variable.name),
                },
                variable,
                of: (count, at),
            }
        })
        .collect()
}

fn label(dimension: &Dimension, at: usize) -> String {
    match &dimension.coordinates {
        Coordinates::Labels(all) => all.get(at).cloned().unwrap_or_default(),
        Coordinates::Numbers(all) => all.get(at).map_or_else(String::new, |x| format!("{x}")),
    }
}

fn title(name: &str, unit: &str) -> String {
    match unit {
        "" | "1" => quoted(name),
        unit => quoted(&format!("{name} [{unit}]")),
    }
}

fn text(file: &ResultFile, on: &[&str], columns: &[Column]) -> String {
    let dimensions: Vec<&Dimension> = on.iter().filter_map(|d| file.get_dimension(d)).collect();
    let mut head: Vec<String> = dimensions.iter().map(|d| title(&d.name, &d.unit)).collect();
    for c in columns {
        head.push(title(&c.name, &c.variable.unit));
        if c.variable.error.is_some() {
            head.push(title(&format!("{}_error", c.name), &c.variable.unit));
        }
    }
    let mut s = head.join(",") + "\n";
    let rows: usize = dimensions.iter().map(|d| d.coordinates.len()).product();
    for row in 0..rows {
        let mut rest = row;
        let mut cells: Vec<String> = Vec::new();
        for d in dimensions.iter().rev() {
            cells.push(quoted(&label(d, rest % d.coordinates.len())));
            rest /= d.coordinates.len();
        }
        cells.reverse();
        for c in columns {
            let at = c.place(row, rows);
            cells.push(number(c.variable.data.get(at)));
            if let Some(error) = &c.variable.error {
                cells.push(number(error.get(at)));
            }
        }
        // Text takes all that is written.
        let _ = writeln!(s, "{}", cells.join(","));
    }
    s
}

impl Column<'_> {
    /// Where the value of a row of `rows` stands in the quantity's data: components come last, or, as those of waves along three axes, first.
    fn place(&self, row: usize, rows: usize) -> usize {
        let (count, at) = self.of;
        let last = self.variable.dimensions.last();
        match count == 1 || last.is_some_and(|d| is_component(d)) {
            true => row * count + at,
            false => at * rows + row,
        }
    }
}

fn number(x: Option<&f64>) -> String {
    match x {
        Some(x) if x.is_finite() => format!("{x:e}"),
        _ => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn states_are_rows_and_components_columns() {
        let mut file = ResultFile::new("drag", "a test");
        file.dimension("temperature", vec![1.0, 2.0], "K", "temperature")
            .unwrap();
        file.dimension("part", &["drag", "total"][..], "", "part")
            .unwrap();
        file.tensor_dimensions().unwrap();
        let on = ["part", "temperature"];
        file.variable(
            "s",
            &on,
            vec![10.0, 20.0, 11.0, 21.0],
            "V/K",
            "part by part",
        )
        .unwrap();
        file.error_bar("s", vec![0.1, 0.2, 0.3, 0.4]).unwrap();
        let on = ["temperature", "row", "col"];
        let all = (0..18).map(f64::from).collect();
        file.variable("t", &on, all, "1", "a tensor").unwrap();
        file.variable("alone", &[], vec![f64::NAN], "", "a number")
            .unwrap();
        let text = result_csv(&file);
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines.len(), 3);
        assert!(
            lines[0].starts_with("temperature [K],s_drag [V/K],s_drag_error [V/K],s_total [V/K],s_total_error [V/K],t_xx,t_xy"),
            "{}",
            lines[0]
        );
        assert!(
            lines[2].starts_with("2,2e1,2e-1,2.1e1,4e-1,9e0,1e1"),
            "{}",
            lines[2]
        );
    }
}
