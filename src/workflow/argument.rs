//! Arguments in the library's texts. They are written as `--name VALUE`, which is how the command line spells them; other callers name them
//! as their users type them.

/// An argument that a text names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Argument<'a> {
    /// Its name, words apart by hyphens.
    pub name: &'a str,
    /// Its value, or what stands for one, where the text gives any.
    pub value: Option<&'a str>,
}

/// `text` with each argument spelled as `how` says.
pub fn spelled(text: &str, how: impl Fn(&Argument) -> String) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.find("--") {
        let (before, after) = rest.split_at(at);
        out += before;
        let name = taken(&after[2..], |c| {
            c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-'
        });
        // A dash among words is none.
        if !name.starts_with(|c: char| c.is_ascii_lowercase())
            || before.ends_with(|c: char| c.is_alphanumeric() || c == '-')
        {
            out += "--";
            rest = &after[2..];
            continue;
        }
        rest = &after[2 + name.len()..];
        let value = value_of(rest);
        out += &how(&Argument { name, value });
        rest = &rest[value.map_or(0, |v| v.len() + 1)..];
    }
    out + rest
}

/// What follows an argument up to the mark that ends it: a word that nothing ends is the sentence's own.
fn value_of(rest: &str) -> Option<&str> {
    let value = taken(rest.strip_prefix([' ', '='])?, |c| {
        !c.is_whitespace() && !"`:;".contains(c)
    });
    let end = rest[1 + value.len()..].chars().next();
    (!value.is_empty() && matches!(end, None | Some('`' | ':'))).then_some(value)
}

/// The letters at the beginning that are of a kind.
fn taken(text: &str, kind: impl Fn(char) -> bool) -> &str {
    let end = text.find(|c| !kind(c)).unwrap_or(text.len());
    &text[..end]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arguments_are_found_and_words_stay() {
        let keyword = |a: &Argument| {
            let name = a.name.replace('-', "_");
            a.value.map_or(name.clone(), |v| format!("{name}={v}"))
        };
        for (text, want) in [
            (
                "give `--fermi-level EV`, or `--electrons N`",
                "give `fermi_level=EV`, or `electrons=N`",
            ),
            (
                "--backend gpu: refinement runs on the CPU",
                "backend=gpu: refinement runs on the CPU",
            ),
            ("--velocity: refinement takes", "velocity: refinement takes"),
            (
                "the step of --energy says already",
                "the step of energy says already",
            ),
            (
                "leave one of `--mesh` and `--hall` out",
                "leave one of `mesh` and `hall` out",
            ),
            (
                "--donors and --acceptors: no gap",
                "donors and acceptors: no gap",
            ),
            ("--dimension 1", "dimension=1"),
            ("a -- b, n--type, -- and ---", "a -- b, n--type, -- and ---"),
            ("", ""),
        ] {
            assert_eq!(spelled(text, keyword), want);
        }
    }
}
