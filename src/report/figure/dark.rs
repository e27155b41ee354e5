//! Drawings on a dark page.

use std::collections::BTreeSet;
use std::fmt::Write;

/// Least luminance of a curve on a dark page.
const BRIGHT: f64 = 0.2;

/// The figure on a dark page: paper and ink change places, grey lines step back, and dark curves are lightened until they are seen.
pub fn dark(svg: &str) -> String {
    let mut out = String::with_capacity(svg.len());
    let mut rest = svg;
    while let Some(at) = rest.find('#') {
        let (before, after) = rest.split_at(at);
        out += before;
        let digits = after
            .get(1..7)
            .and_then(|d| u32::from_str_radix(d, 16).ok());
        // References (`url(#panel0)`) are no colours.
        let Some(colour) = digits.filter(|_| before.ends_with('"')) else {
            out.push('#');
            rest = &after[1..];
            continue;
        };
        let colour = on_dark(colour);
        let _ = write!(out, "#{colour:06X}");
        rest = &after[7..];
    }
    out + rest
}

/// The colour of a dark page that stands for one of a white page.
fn on_dark(colour: u32) -> u32 {
    match colour {
        0xFF_FF_FF => 0x14_17_1C,
        0x00_00_00 => 0xE4_E6_EB,
        0xB0_B0_B0 => 0x56_5B_66,
        curve => lightened(curve),
    }
}

/// A colour mixed with white until it is bright enough.
fn lightened(colour: u32) -> u32 {
    let parts = [16, 8, 0].map(|shift| f64::from((colour >> shift & 0xFF) as u8));
    let mixed = |white: f64| parts.map(|x| x + white * (255.0 - x));
    let luminance = |c: [f64; 3]| {
        let linear = c.map(|x| (x / 255.0).powf(2.2));
        0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
    };
    let white = (0..=20).map(|i| f64::from(i) / 20.0);
    let enough = |white: &f64| luminance(mixed(*white)) >= BRIGHT;
    let [r, g, b] = mixed(white.into_iter().find(enough).unwrap_or(1.0)).map(|x| x.round() as u32);
    r << 16 | g << 8 | b
}

/// Rules of style by which a page shows the drawings that are on it as [`dark`] does, where the reader's screen is dark.
pub fn dark_rules(page: &str) -> String {
    let colour = |rest: &str| u32::from_str_radix(rest.get(..6)?, 16).ok();
    let used: BTreeSet<u32> = page.split("=\"#").skip(1).filter_map(colour).collect();
    let mut rules = String::new();
    for light in used {
        let dark = on_dark(light);
        for attribute in ["fill", "stroke"] {
            let _ = write!(
                rules,
                "svg[{attribute}=\"#{light:06X}\"],svg [{attribute}=\"#{light:06X}\"]{{{attribute}:#{dark:06X}}}"
            );
        }
    }
    format!("@media(prefers-color-scheme:dark){{{rules}}}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_say_what_a_dark_drawing_does() {
        let drawing =
            "<svg fill=\"#000000\"><path stroke=\"#0072B2\" clip-path=\"url(#panel0)\"/></svg>";
        let rules = dark_rules(drawing);
        let colours: Vec<String> = dark(drawing)
            .match_indices("=\"#")
            .map(|(at, _)| dark(drawing)[at + 3..at + 9].to_owned())
            .collect();
        assert_eq!(colours.len(), 2);
        for colour in colours {
            assert!(
                rules.contains(&format!(":#{colour}}}")),
                "{colour}: {rules}"
            );
        }
        assert!(!rules.contains("panel"));
    }
}
