//! What the bars of a page are made of, as a picture: one strip a quantity, parted by cause.

use super::download::link;
use super::tables::heading;
use crate::error::Result;
use crate::io::results::{CAUSE, Coordinates, ResultFile, Variable};
use crate::report::figure::{Style, colour, escape, estimates, key, notation};
use crate::report::table::quoted;
use crate::uncertainty::Cause;
use std::fmt::Write;

/// Shares that are told in words, at least.
const TOLD: f64 = 0.05;

/// Shares that can be seen in a strip, at least.
const SEEN: f64 = 0.005;

/// The budget of one quantity.
struct Strip<'f> {
    variable: &'f Variable,
    /// Share of each cause, averaged over the states that have a bar.
    shares: Vec<f64>,
    /// Least, median and largest bar as a share of the value; none where no value has any.
    relative: Option<[f64; 3]>,
}

/// The section; nothing where no quantity has its bars by their causes.
///
/// # Errors
/// For damaged results.
pub fn section(file: &ResultFile, wanted: &[&Variable]) -> Result<String> {
    let causes = match file.get_dimension(CAUSE).map(|d| &d.coordinates) {
        Some(Coordinates::Labels(labels)) => labels,
        _ => return Ok(String::new()),
    };
    let mut strips = Vec::new();
    for variable in wanted {
        strips.extend(strip(file, variable, causes.len())?);
    }
    if strips.is_empty() {
        return Ok(String::new());
    }
    let used: Vec<usize> = (0..causes.len())
        .filter(|c| strips.iter().any(|s| s.shares[*c] >= SEEN))
        .collect();
    let mut s = String::from("<h2>What the bars are made of</h2>\n<ul class=\"keys\">");
    for c in &used {
        let (key, about) = (key(&style(*c), false), about(&causes[*c]));
        let _ = write!(
            s,
            "<li>{key}<span>{}: {about}</span></li>",
            escape(&causes[*c])
        );
    }
    s += "</ul>\n<div class=\"wide\"><table class=\"budget\">\n<tr><th>of</th><th>shares of ±</th><th>± of the value</th><th>most of it</th></tr>\n";
    let mut csv =
        String::from("quantity,least_relative_error,median_relative_error,largest_relative_error");
    for cause in causes {
        let _ = write!(csv, ",{}_share", quoted(cause));
    }
    csv.push('\n');
    for strip in &strips {
        let n = notation(&strip.variable.name, &strip.variable.unit);
        let told = told(strip, causes);
        let of = strip.relative.map_or("–".to_owned(), percents);
        let _ = writeln!(
            s,
            "<tr>{}<td class=\"strip\">{}</td><td>{of}</td><td>{told}</td></tr>",
            heading(&n.symbol, ""),
            picture(strip, &told)
        );
        csv += &quoted(&strip.variable.name);
        match strip.relative {
            Some([least, median, largest]) => {
                let _ = write!(csv, ",{least:e},{median:e},{largest:e}");
            }
            None => csv += ",,,",
        }
        for share in &strip.shares {
            let _ = write!(csv, ",{share:.6}");
        }
        csv.push('\n');
    }
    s += "</table></div>\n<p class=\"note\">Each strip is the whole bar of a quantity, averaged over the states of the table; beside it \
          the median of the bar as a share of the value, with the least and the largest.</p>\n";
    Ok(s + &remedy(&strips, causes) + &link("budget.csv", &csv))
}

/// The budget of a quantity; none where it has no bars by cause.
fn strip<'f>(file: &ResultFile, variable: &'f Variable, n: usize) -> Result<Option<Strip<'f>>> {
    let Some(by_cause) = variable.error_by_cause.as_ref().filter(|_| n > 0) else {
        return Ok(None);
    };
    let values = estimates(file, variable, None)?;
    let (mut shares, mut count) = (vec![0.0; n], 0.0);
    let each = (by_cause.len() / values.len().max(1)).max(1);
    for state in by_cause.chunks(each) {
        let mut own = vec![0.0; n];
        for component in state.chunks(n) {
            for (sum, bar) in own.iter_mut().zip(component) {
                *sum += f64::from(*bar);
            }
        }
        let all: f64 = own.iter().sum();
        if all.is_finite() && all > 0.0 {
            count += 1.0;
            shares.iter_mut().zip(own).for_each(|(s, x)| *s += x / all);
        }
    }
    if count == 0.0 {
        return Ok(None);
    }
    let relative = values.iter().map(|q| q.below.max(q.above) / q.value.abs());
    let mut relative: Vec<f64> = relative.filter(|x| x.is_finite()).collect();
    relative.sort_by(f64::total_cmp);
    Ok(Some(Strip {
        variable,
        shares: shares.into_iter().map(|s| s / count).collect(),
        relative: match &relative[..] {
            [] => None,
            all => Some([all[0], all[all.len() / 2], all[all.len() - 1]]),
        },
    }))
}

fn style(cause: usize) -> Style {
    Style {
        colour: colour(cause, Cause::COUNT),
        dashed: false,
    }
}

fn about(name: &str) -> &'static str {
    let known = Cause::ALL.into_iter().find(|c| c.name() == name);
    known.map_or("", Cause::about)
}

/// Median with the ends, where they differ.
fn percents([least, median, largest]: [f64; 3]) -> String {
    let one = |x: f64| match 100.0 * x {
        p if p >= 100.0 => "over 100 %".to_owned(),
        p if p >= 9.95 => format!("{p:.0} %"),
        p if p >= 0.095 => format!("{p:.1} %"),
        p if p >= 1e-4 => format!("{p:.*} %", (1.0 - p.log10().floor()) as usize),
        p => format!("{p:.1e} %"),
    };
    match largest <= least * 1.000_001 {
        true => one(median),
        false => format!("{} ({} to {})", one(median), one(least), one(largest)),
    }
}

/// The largest shares in words, the largest first.
fn told(strip: &Strip, causes: &[String]) -> String {
    let mut all: Vec<(f64, &String)> = strip.shares.iter().copied().zip(causes).collect();
    all.sort_by(|a, b| b.0.total_cmp(&a.0));
    let words = all.iter().filter(|(share, _)| *share >= TOLD);
    let words: Vec<String> = words
        .map(|(share, name)| format!("{:.0} % {}", 100.0 * share, escape(name)))
        .collect();
    words.join(", ")
}

/// The strip, which is as wide as there is room.
fn picture(strip: &Strip, told: &str) -> String {
    let mut s = format!(
        "<svg viewBox=\"0 0 100 10\" preserveAspectRatio=\"none\" role=\"img\" aria-label=\"{told}\">"
    );
    let mut x = 0.0;
    for (cause, share) in strip.shares.iter().enumerate() {
        let wide = 100.0 * share;
        if wide > 0.0 {
            let fill = style(cause).colour;
            let _ = write!(
                s,
                "<rect x=\"{x:.2}\" y=\"0\" width=\"{wide:.2}\" height=\"10\" fill=\"{fill}\"/>"
            );
        }
        x += wide;
    }
    s + "</svg>"
}

/// What would narrow the bars most.
fn remedy(strips: &[Strip], causes: &[String]) -> String {
    let sum = |c: usize| strips.iter().map(|s| s.shares[c]).sum::<f64>();
    let largest = (0..causes.len()).max_by(|a, b| sum(*a).total_cmp(&sum(*b)));
    let known = largest.and_then(|c| Cause::ALL.into_iter().find(|k| k.name() == causes[c]));
    let Some(cause) = known else {
        return String::new();
    };
    let mut words = String::new();
    for (i, part) in escape(cause.remedy()).split('`').enumerate() {
        match i % 2 {
            0 => words += part,
            _ => words = format!("{words}<code>{part}</code>"),
        }
    }
    format!(
        "<p>Most of them is {}. What would narrow it: {words}.</p>\n",
        cause.about()
    )
}
