//! Tables as files that a page hands out of itself.

use crate::report::figure::escape;
use std::fmt::Write;

/// A link to comma-separated values, which are in it.
pub fn link(name: &str, csv: &str) -> String {
    format!(
        "<p class=\"note\"><a download=\"{0}\" href=\"data:text/csv;charset=utf-8,{1}\">{0}</a>: this table as comma-separated values, \
         every row with all digits.</p>\n",
        escape(name),
        encoded(csv)
    )
}

/// As an address takes it: letters, digits and a few signs as they are, all other bytes by number.
fn encoded(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + text.len() / 4);
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b',' | b'(' | b')' => {
                out.push(char::from(byte));
            }
            byte => {
                let _ = write!(out, "%{byte:02X}");
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_letter_goes_by_number() {
        assert_eq!(encoded("S [V/K],±\n"), "S%20%5BV%2FK%5D,%C2%B1%0A");
        assert!(!link("a\"b.csv", "<script>").contains("<script"));
    }
}
