//! The two streams of a command: data on stdout, of which every byte must arrive, and messages on stderr, which may be lost.
//! A file's strings do not steer the terminal: what is no text is shown as its number.

use crate::error::{Error, Result};
use crate::io::output;
use serde_json::Value;
use std::borrow::Cow;
use std::io::{self, ErrorKind, Write};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

/// Characters of a message at most: a damaged file can have a line of any length.
const LONGEST_MESSAGE: usize = 4000;

static STDOUT_IS_CLOSED: AtomicBool = AtomicBool::new(false);
static MUTE: AtomicBool = AtomicBool::new(false);

/// Prints a result on stdout.
///
/// # Errors
/// [`Error::Io`] where not all of it could be written (a full disk), or stdout is a file that was read; a closed pipe (`| head`) is
/// no error.
pub fn print(text: &str) -> Result<()> {
    write(&printable(text))
}

/// Prints a result in JSON on stdout.
///
/// # Errors
/// As [`print`].
pub fn print_json(value: &Value) -> Result<()> {
    write(&json_text(value))
}

/// JSON as it is printed and written to files: in it, too, no string steers a terminal.
pub fn json_text(value: &Value) -> String {
    let text = format!("{value:#}\n");
    // JSON itself escapes characters below U+0020 alone. Others stand in strings, too, and lie below U+10000.
    match replaced(&text, |c| format!("\\u{:04x}", u32::from(c))) {
        Cow::Owned(text) => text,
        Cow::Borrowed(_) => text,
    }
}

/// Whether messages go to a terminal.
pub fn tells_a_person() -> bool {
    use io::IsTerminal;
    io::stderr().is_terminal()
}

/// Says nothing from now on: of several processes that do the same, another tells.
#[cfg(feature = "mpi")]
pub fn mute() {
    MUTE.store(true, Ordering::Relaxed);
}

/// Whether another process tells.
pub fn is_mute() -> bool {
    MUTE.load(Ordering::Relaxed)
}

/// Prints a message on stderr; where that cannot be written, the work goes on.
pub fn say(kind: &str, message: &str) {
    if !is_mute() {
        say_in_any_case(kind, message);
    }
}

/// As [`say`], also of a process for which another tells: what only this one knows.
pub fn say_in_any_case(kind: &str, message: &str) {
    let message = printable(message);
    let text = format!("{kind}: {}\n", shortened(&message));
    let _ = io::stderr().lock().write_all(text.as_bytes());
}

/// Passes on what another process of ours said on stderr, as it is; where that cannot be written, the work goes on.
pub fn pass_on(said: &[u8]) {
    let _ = io::stderr().lock().write_all(said);
}

/// Results that are to be printed are an error from now on.
pub fn close_stdout() {
    STDOUT_IS_CLOSED.store(true, Ordering::Relaxed);
}

/// # Errors
/// Where stdout is closed, or is sent to a file that was read.
pub fn check_stdout() -> io::Result<()> {
    if STDOUT_IS_CLOSED.load(Ordering::Relaxed) {
        return Err(io::Error::new(ErrorKind::InvalidInput, "it is closed"));
    }
    if output::stdout_is_input() {
        let text = "it is sent to a file that was read; send it to another";
        return Err(io::Error::new(ErrorKind::InvalidInput, text));
    }
    Ok(())
}

fn write(text: &str) -> Result<()> {
    let refused = |error| Error::io(Path::new("stdout"), "write")(error);
    check_stdout().map_err(refused)?;
    let mut out = io::stdout().lock();
    let end = if text.ends_with('\n') { "" } else { "\n" };
    let written = out
        .write_all(text.as_bytes())
        .and_then(|()| out.write_all(end.as_bytes()))
        .and_then(|()| out.flush());
    match written {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => Err(refused(error)),
        _ => Ok(()),
    }
}

/// Text without characters that steer a terminal.
pub fn printable(text: &str) -> Cow<'_, str> {
    replaced(text, |c| format!("\\u{{{:x}}}", u32::from(c)))
}

fn replaced(text: &str, shown: impl Fn(char) -> String) -> Cow<'_, str> {
    if !text.contains(steers) {
        return Cow::Borrowed(text);
    }
    let one = |c| {
        if steers(c) { shown(c) } else { c.to_string() }
    };
    Cow::Owned(text.chars().map(one).collect())
}

/// Control characters (ESC, BEL, carriage return …) but for ends of lines and tabulators, and those that change the direction of text.
fn steers(c: char) -> bool {
    let direction = matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    let line = matches!(c, '\u{2028}' | '\u{2029}');
    direction || line || (c.is_control() && !matches!(c, '\n' | '\t'))
}

/// A message of a length that can be read: its beginning and its end.
fn shortened(text: &str) -> Cow<'_, str> {
    let count = text.chars().count();
    if count <= LONGEST_MESSAGE {
        return Cow::Borrowed(text);
    }
    let half = LONGEST_MESSAGE / 2;
    let start: String = text.chars().take(half).collect();
    let end: String = text.chars().skip(count - half).collect();
    Cow::Owned(format!(
        "{start} … ({} characters left out) … {end}",
        count - 2 * half
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_steers_a_terminal_is_shown_and_text_stays() {
        let name = "Fe\u{1b}]0;title\u{7}\u{9b}31m\u{202e}cba\r";
        assert_eq!(
            printable(name),
            "Fe\\u{1b}]0;title\\u{7}\\u{9b}31m\\u{202e}cba\\u{d}"
        );
        for text in ["σ_xx\t1e20 Å⁻¹\n", "μ − E_F, τ²", "日本"] {
            assert!(matches!(printable(text), Cow::Borrowed(same) if same == text));
        }
        let json = json_text(&serde_json::json!({ "name": name }));
        assert!(!json.contains(steers));
        let again: Value = serde_json::from_str(&json).unwrap();
        assert_eq!(again["name"], name);
    }

    #[test]
    fn a_message_of_any_length_can_be_read() {
        let long = format!("begin{}end", "é".repeat(3_000_000));
        let short = shortened(&long);
        assert!(short.starts_with("begin") && short.ends_with("end"));
        assert!(short.contains("2996008 characters left out"), "{}", short);
        assert_eq!(shortened("all of it"), "all of it");
    }
}
