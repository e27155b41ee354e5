//! Bounds without a material as a table, JSON and an HDF5 result.

use crate::bounds::{
    BoxOptimum, Filter, Operation, cooling_bound_w, efficiency_at_maximum_power,
    efficiency_at_most_power, largest_power_w, maximum_efficiency,
};
use crate::error::Result;
use crate::io::results::ResultFile;
use crate::units::BOLTZMANN_EV;
use crate::workflow::BoundsFound;
use serde_json::{Value, json};
use std::fmt::Write;

/// How far two forms of zT, or a root and its neighbour in f64, are apart: the solver's own rounding, as a share.
const ROUNDING: f64 = 1e-11;

/// A filter's word.
fn word(filter: Filter) -> &'static str {
    match filter {
        Filter::Box => "box",
        Filter::Step => "step",
    }
}

/// Twelve digits, as decimals where these are read easily.
fn digits(x: f64) -> String {
    match x {
        1e-3..1e7 => {
            let places = 11 - x.log10().floor() as i32;
            format!("{x:.*}", places.max(0) as usize)
        }
        _ => format!("{x:.9e}"),
    }
}

/// One row a window, then the terminals.
pub fn bounds_table(found: &BoundsFound) -> String {
    let mut s = String::from(
        "# The transmission with the largest zT where channels are limited: open from x_1 to x_2 (k_BT from mu), shut elsewhere\n",
    );
    let in_ev = found.temperature_k.map(|t| t * BOLTZMANN_EV);
    let ends = found.terminals.as_ref().map(|t| (t.hot_k, t.cold_k));
    s += "#      alpha A               x_1               x_2                zT      mean x";
    s += if in_ev.is_some() {
        "      x_1 (eV)      x_2 (eV)"
    } else {
        ""
    };
    s += if ends.is_some() {
        "   max eff.  at max P"
    } else {
        ""
    };
    s += "\n";
    for w in &found.windows {
        let _ = write!(
            s,
            "{:14.6e}  {:16.12}  {:>16}  {:>16}  {:10.6}",
            w.alpha_a,
            w.lower,
            digits(w.upper),
            digits(w.figure_of_merit),
            w.mean()
        );
        if let Some(kt) = in_ev {
            let _ = write!(s, "  {:12.6}  {:12.6}", kt * w.lower, kt * w.upper);
        }
        if let Some((hot, cold)) = ends {
            let zt = w.figure_of_merit;
            let _ = write!(
                s,
                "  {:9.6}  {:8.6}",
                maximum_efficiency(zt, hot, cold),
                efficiency_at_maximum_power(zt, hot, cold)
            );
        }
        s.push('\n');
    }
    if let Some(t) = &found.terminals {
        let _ = writeln!(
            s,
            "#\n# Two sides at {} K and {} K: at most {:.10e} W a spin-resolved channel (efficiency {:.10} there, Carnot's {:.10});\n\
             # a channel cools a side at {} K by at most {:.10e} W",
            t.hot_k,
            t.cold_k,
            largest_power_w(t.hot_k, t.cold_k),
            efficiency_at_most_power(t.hot_k, t.cold_k),
            1.0 - t.cold_k / t.hot_k,
            t.cold_k,
            cooling_bound_w(t.cold_k)
        );
        s += "# filter      P/P_max    efficiency/Carnot       eV/k_BT_hot    opens (k_BT_hot)  closes (k_BT_hot)\n";
        for (filter, o) in &t.operations {
            let upper = if o.upper.is_finite() {
                format!("{:.10}", o.upper)
            } else {
                "never".into()
            };
            let _ = writeln!(
                s,
                "{:>8}  {:11}  {:19.10}  {:16.10}  {:18.10}  {upper:>17}",
                word(*filter),
                o.power,
                o.efficiency,
                o.bias,
                o.lower
            );
        }
    }
    s
}

/// A machine-readable summary.
pub fn bounds_json(found: &BoundsFound) -> Value {
    let number =
        |x: f64, unit: &str| json!({"value": x, "error": ROUNDING * x.abs(), "unit": unit});
    let rows: Vec<Value> = found
        .windows
        .iter()
        .map(|w| {
            let mut row = json!({
                "alpha_a": {"value": w.alpha_a, "unit": "1"},
                "window_lower": number(w.lower, "k_BT"),
                "window_upper": number(w.upper, "k_BT"),
                "figure_of_merit": number(w.figure_of_merit, "1"),
                "figure_of_merit_from_moments": number(w.figure_of_merit_from_moments(), "1"),
                "mean": number(w.mean(), "k_BT"),
            });
            if let Some(t) = &found.terminals {
                let zt = w.figure_of_merit;
                row["maximum_efficiency"] = number(maximum_efficiency(zt, t.hot_k, t.cold_k), "1");
                let power = efficiency_at_maximum_power(zt, t.hot_k, t.cold_k);
                row["efficiency_at_maximum_power"] = number(power, "1");
            }
            row
        })
        .collect();
    let mut all = json!({"kind": "bounds", "rows": rows});
    if let Some(t) = &found.temperature_k {
        all["temperature"] = json!({"value": t, "unit": "K"});
    }
    if let Some(t) = &found.terminals {
        let operations: Vec<Value> = t
            .operations
            .iter()
            .map(|(filter, o)| {
                json!({
                    "filter": word(*filter),
                    "power": {"value": o.power, "unit": "P_max"},
                    "efficiency": number(o.efficiency, "Carnot"),
                    "bias": number(o.bias, "k_BT_hot/e"),
                    "window_lower": number(o.lower, "k_BT_hot"),
                    "window_upper": if o.upper.is_finite() { number(o.upper, "k_BT_hot") } else { Value::Null },
                })
            })
            .collect();
        all["terminals"] = json!({
            "hot": {"value": t.hot_k, "unit": "K"},
            "cold": {"value": t.cold_k, "unit": "K"},
            "largest_power_per_channel": number(largest_power_w(t.hot_k, t.cold_k), "W"),
            "efficiency_at_largest_power": number(efficiency_at_most_power(t.hot_k, t.cold_k), "1"),
            "carnot_efficiency": number(1.0 - t.cold_k / t.hot_k, "1"),
            "cooling_bound_per_channel": number(cooling_bound_w(t.cold_k), "W"),
            "operations": operations,
        });
    }
    all
}

/// An HDF5 result: the windows along `alpha_a`.
///
/// # Errors
/// Where dimensions and data disagree (a defect).
pub fn bounds_result(found: &BoundsFound, command: &str) -> Result<ResultFile> {
    let mut file = ResultFile::new("bounds", command);
    let all = |of: fn(&BoxOptimum) -> f64| found.windows.iter().map(of).collect::<Vec<_>>();
    let long = "alpha A: k_B^2 T/(hbar a_0 kappa_l) times the height of the transmission";
    file.dimension("alpha_a", all(|w| w.alpha_a), "1", long)?;
    for (name, of, unit, long) in [
        (
            "window_lower",
            (|w: &BoxOptimum| w.lower) as fn(&BoxOptimum) -> f64,
            "k_BT",
            "lower edge of the best window, from mu",
        ),
        (
            "window_upper",
            |w| w.upper,
            "k_BT",
            "upper edge of the best window, from mu",
        ),
        (
            "figure_of_merit",
            |w| w.figure_of_merit,
            "1",
            "largest zT of any transmission with these channels",
        ),
    ] {
        let values = all(of);
        let bars = values.iter().map(|x| ROUNDING * x).collect();
        file.variable(name, &["alpha_a"], values, unit, long)?;
        file.error_bar(name, bars)?;
    }
    if let Some(t) = &found.terminals {
        file.attribute("hot_k", t.hot_k)
            .attribute("cold_k", t.cold_k);
        let powers = t.operations.len() / 2;
        let power = t.operations.iter().take(powers).map(|(_, o)| o.power);
        file.dimension(
            "filter",
            &["box", "step"][..],
            "",
            "which transmissions are at hand",
        )?;
        let about = "power over the largest of a channel";
        file.dimension("power", power.collect::<Vec<_>>(), "P_max", about)?;
        for (name, of, unit, long) in [
            (
                "efficiency",
                (|o: &Operation| o.efficiency) as fn(&Operation) -> f64,
                "Carnot",
                "largest efficiency at this power",
            ),
            ("bias", |o| o.bias, "k_BT_hot/e", "bias there"),
            ("opens", |o| o.lower, "k_BT_hot", "lower edge there"),
        ] {
            let values: Vec<f64> = t.operations.iter().map(|(_, o)| of(o)).collect();
            let bars = values.iter().map(|x| ROUNDING * x.abs()).collect();
            file.variable(name, &["filter", "power"], values, unit, long)?;
            file.error_bar(name, bars)?;
        }
    }
    Ok(file)
}
