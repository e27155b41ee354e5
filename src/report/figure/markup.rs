//! Text with lowered and raised parts, `R_{H}` and `10^{19}`, as SVG.

use std::fmt::Write;

/// Size of a lowered or raised part.
const SMALL: f64 = 0.7;
/// How far it is lowered or raised, as a share of the size of the text around it.
const LOWERED: f64 = 0.22;
const RAISED: f64 = -0.38;
/// Width of a letter on average, as a share of its size: DejaVu Sans is wide, others are narrower.
const LETTER: f64 = 0.6;

/// (text, its shift: 0, lowered or raised) of every part.
fn parts(text: &str) -> Vec<(String, f64)> {
    let mut all = vec![(String::new(), 0.0)];
    let mut letters = text.chars().peekable();
    let mut inside = false;
    while let Some(c) = letters.next() {
        let shift = match c {
            '_' => LOWERED,
            '^' => RAISED,
            _ => 0.0,
        };
        if shift != 0.0 && letters.peek() == Some(&'{') {
            letters.next();
            all.push((String::new(), shift));
            inside = true;
        } else if c == '}' && inside {
            all.push((String::new(), 0.0));
            inside = false;
        } else if let Some((part, _)) = all.last_mut() {
            part.push(c);
        }
    }
    all.retain(|(part, _)| !part.is_empty());
    all
}

/// The content of a `<text>` element of this font size: parts are shifted by `dy`, which every viewer knows.
pub fn tspans(text: &str, size: f64) -> String {
    let mut out = String::new();
    let mut height = 0.0;
    for (part, shift) in parts(text) {
        let dy = (shift - height) * size;
        let size = if shift == 0.0 { size } else { size * SMALL };
        let _ = write!(
            out,
            "<tspan dy=\"{dy:.2}\" font-size=\"{size:.2}\">{}</tspan>",
            escape(&part)
        );
        height = shift;
    }
    out
}

/// The same as HTML.
pub fn html(text: &str) -> String {
    let one = |(part, shift): (String, f64)| {
        let part = escape(&part);
        match shift {
            s if s > 0.0 => format!("<sub>{part}</sub>"),
            s if s < 0.0 => format!("<sup>{part}</sup>"),
            _ => part,
        }
    };
    parts(text).into_iter().map(one).collect()
}

/// The same in one line, as it is read aloud: "cm^−3".
pub fn plain(text: &str) -> String {
    let one = |(part, shift): (String, f64)| match shift < 0.0 {
        true => format!("^{part}"),
        false => part,
    };
    parts(text).into_iter().map(one).collect()
}

/// About how wide a text is at this font size.
pub fn width(text: &str, size: f64) -> f64 {
    let of = |(part, shift): (String, f64)| {
        let size = if shift == 0.0 { size } else { size * SMALL };
        part.chars().count() as f64 * LETTER * size
    };
    parts(text).into_iter().map(of).sum()
}

/// Text as it stands in XML and HTML: nothing in it is markup.
pub fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            // XML 1.0 has no other control characters.
            c if c.is_control() && !matches!(c, '\n' | '\t') => out.push('\u{FFFD}'),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_lowered_raised_and_brought_back() {
        let text = tspans("R_{H} < 10^{19}", 10.0);
        assert_eq!(
            text,
            "<tspan dy=\"0.00\" font-size=\"10.00\">R</tspan>\
             <tspan dy=\"2.20\" font-size=\"7.00\">H</tspan>\
             <tspan dy=\"-2.20\" font-size=\"10.00\"> &lt; 10</tspan>\
             <tspan dy=\"-3.80\" font-size=\"7.00\">19</tspan>"
        );
        assert_eq!(
            escape("a_b {<&\"'\u{1}"),
            "a_b {&lt;&amp;&quot;&#39;\u{FFFD}"
        );
        assert_eq!(html("S_{xx} <"), "S<sub>xx</sub> &lt;");
        assert_eq!(parts("a_b}"), [("a_b}".to_owned(), 0.0)]);
    }
}
