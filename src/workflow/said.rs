//! What is said on the way, beside the result.

/// How much it matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Good to know.
    Note,
    /// Should be looked at.
    Warning,
    /// A result that is doubtful, or was computed in another way than was asked for: said even to those who want silence.
    Doubt,
}

/// A sentence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Said {
    /// How much it matters.
    pub kind: Kind,
    /// What is said.
    pub text: String,
}

/// Who is told, at once.
pub type Say<'a> = &'a (dyn Fn(Said) + Sync);

impl Said {
    /// A note.
    pub fn note(text: impl Into<String>) -> Self {
        Self {
            kind: Kind::Note,
            text: text.into(),
        }
    }

    /// A warning.
    pub fn warning(text: impl Into<String>) -> Self {
        Self {
            kind: Kind::Warning,
            text: text.into(),
        }
    }

    /// A doubt.
    pub fn doubt(text: impl Into<String>) -> Self {
        Self {
            kind: Kind::Doubt,
            text: text.into(),
        }
    }
}
