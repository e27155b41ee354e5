//! Whether bars hold, as a table and as JSON.

use crate::workflow::CoverageFound;
use serde_json::{Value, json};

/// The table, with what it was made of.
pub fn coverage_table(found: &CoverageFound, name: &str) -> String {
    let grid = |n: [usize; 3]| format!("{}×{}×{}", n[0], n[1], n[2]);
    let mut text = format!(
        "{name}: results from {} k-points against those from {}, at {}\n\
         {:<44} {:>7} {:>8} {:>10} {:>10} {:>10} {:>8}\n",
        grid(found.points[0]),
        grid(found.points[1]),
        found.states,
        "quantity",
        "values",
        "inside",
        "own bar",
        "bar/error",
        "bar",
        "worst"
    );
    let percent = |part: usize, all: usize| format!("{:.1} %", 100.0 * part as f64 / all as f64);
    let (mut all, mut inside, mut alone) = (0, 0, 0);
    for q in &found.quantities {
        (all, inside, alone) = (all + q.values, inside + q.inside, alone + q.inside_alone);
        text += &format!(
            "{:<44} {:>7} {:>8} {:>10} {:>10.1} {:>10} {:>8.2}\n",
            q.name,
            q.values,
            percent(q.inside, q.values),
            percent(q.inside_alone, q.values),
            q.bar_over_error,
            format!("{:.2} %", 100.0 * q.width),
            q.worst
        );
    }
    if all > 0 {
        text += &format!(
            "{:<44} {:>7} {:>8} {:>10}\n",
            "all",
            all,
            percent(inside, all),
            percent(alone, all)
        );
    }
    text + "inside: the difference is within the bars of both grids; own bar: within that of the coarser one alone; bar/error, bar: medians of the coarser \
            grid's bar over the difference and over the value; worst: the largest difference over both bars\n"
}

/// The same for programs.
pub fn coverage_json(found: &CoverageFound, name: &str) -> Value {
    let quantities: Vec<Value> = found
        .quantities
        .iter()
        .map(|q| {
            json!({
                "name": q.name,
                "values": q.values,
                "inside": q.inside,
                "inside_own_bar": q.inside_alone,
                "median_bar_over_error": q.bar_over_error,
                "median_relative_bar": q.width,
                "worst": q.worst,
            })
        })
        .collect();
    json!({
        "kind": "coverage",
        "input": name,
        "half_grid": found.points[0],
        "grid": found.points[1],
        "states": found.states,
        "quantities": quantities,
    })
}
