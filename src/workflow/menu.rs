//! Closed menus: how the values of an option are typed, and what each is, for the command line and for Python.

/// A type whose values are a closed menu.
pub trait Menu: Copy + PartialEq + 'static {
    /// Every value, how it is typed, and what it is.
    const ALL: &'static [(Self, &'static str, &'static str)];

    /// How the value is typed.
    fn name(self) -> &'static str {
        let found = Self::ALL.iter().find(|(value, ..)| *value == self);
        found.map_or("", |(_, typed, _)| typed)
    }

    /// The value that is typed so.
    fn named(name: &str) -> Option<Self> {
        let found = Self::ALL.iter().find(|(_, typed, _)| *typed == name);
        found.map(|(value, ..)| *value)
    }
}
