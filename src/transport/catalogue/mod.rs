//! The catalogue of what is computed: every quantity's name, symbol, unit and meaning, and how it is computed, said once. Tables, JSON,
//! HDF5, CSV, figures, pages and the units of layers and chains read it.

mod coefficients;
mod labels;
mod unit;

pub use coefficients::COEFFICIENTS;
pub use labels::LABELS;
pub use unit::times_length;

use super::Equilibrium;
use crate::uncertainty::Quantity;
use std::borrow::Cow;

/// How a quantity is called.
#[derive(Clone, Copy, Debug)]
pub struct Label {
    /// Name in files.
    pub name: &'static str,
    /// Short name to ask for it by.
    pub short: &'static str,
    /// Symbol, with indices as `_{e}`.
    pub symbol: &'static str,
    /// Unit.
    pub unit: &'static str,
    /// What it is.
    pub about: &'static str,
}

/// Over which directions a tensor's mean runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mean {
    /// Those in which the bands conduct at all: what adds up.
    OfTheBands,
    /// Those in which the carriers of the state conduct: what a current defines.
    OfTheCurrent,
}

/// What spin channels have of it by themselves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PerSpin {
    /// It is not told.
    Untold,
    /// A part; nothing where a channel has no states.
    Part,
    /// Its own, not defined where a channel has no states.
    Own,
}

/// A coefficient of a thermal state.
#[derive(Clone, Copy, Debug)]
pub struct Coefficient {
    /// How it is called with a known relaxation time.
    pub label: Label,
    /// The power of the relaxation time that it goes by, where that is the same for all states.
    pub tau_power: usize,
    /// Unit per that power.
    pub unit_over_tau: &'static str,
    /// The power of a layer's thickness (a chain's cross-section) that makes it a sheet's (a line's); none where it would change its
    /// meaning.
    pub extent_power: Option<i32>,
    /// How its mean is taken.
    pub mean: Mean,
    /// Carriers that it belongs to: "electrons", "holes", or all.
    pub carriers: &'static str,
    /// Whether tables show it.
    pub in_tables: bool,
    /// What spin channels have of it.
    pub per_spin: PerSpin,
    /// The value, where it is integrated and defined.
    pub value: fn(&Equilibrium) -> Option<Quantity>,
}

/// Ends of names of what is given per power of the relaxation time.
const PER_TAU: [&str; 4] = ["", "_over_tau", "_over_tau2", "_over_tau3"];
/// Words for it.
const PER_TAU_WORDS: [&str; 4] = [
    "",
    ", per relaxation time",
    ", per square of the relaxation time",
    ", per cube of the relaxation time",
];
/// Beginnings of names of what belongs to a layer or a chain.
const PREFIXES: [&str; 2] = ["sheet_", "line_"];
/// Ends of names of what belongs to one spin.
const SPINS: [&str; 2] = ["_up", "_down"];

impl Coefficient {
    /// Its label with a known relaxation time, or per power of it.
    pub fn named(&self, absolute: bool) -> (Cow<'static, str>, &'static str, Cow<'static, str>) {
        let Label {
            name, unit, about, ..
        } = self.label;
        match self.tau_power {
            power if power > 0 && !absolute => (
                format!("{name}{}", PER_TAU[power]).into(),
                self.unit_over_tau,
                format!("{about}{}", PER_TAU_WORDS[power]).into(),
            ),
            _ => (name.into(), unit, about.into()),
        }
    }
}

/// A name taken apart: `sheet_conductivity_up_over_tau`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Name<'a> {
    /// "sheet_", "line_", or nothing.
    pub prefix: &'static str,
    /// The name of a label, if it is one.
    pub bare: &'a str,
    /// "_up", "_down", or nothing.
    pub spin: &'static str,
    /// What it is per: "_over_tau", "_over_tau2", "_over_tau3", or nothing.
    pub per_tau: &'static str,
}

impl<'a> Name<'a> {
    /// Of any quantity in a file.
    pub fn of(name: &'a str) -> Self {
        let prefix = PREFIXES.into_iter().find(|p| name.starts_with(p));
        let prefix = prefix.unwrap_or_default();
        let rest = &name[prefix.len()..];
        let end = |all: &[&'static str], rest: &str| {
            let found = all.iter().find(|e| !e.is_empty() && rest.ends_with(**e));
            found.copied().unwrap_or_default()
        };
        let per_tau = end(&PER_TAU, rest);
        let rest = &rest[..rest.len() - per_tau.len()];
        let spin = end(&SPINS, rest);
        Self {
            prefix,
            bare: &rest[..rest.len() - spin.len()],
            spin,
            per_tau,
        }
    }

    /// The coefficient that it names, if it does.
    pub fn coefficient(&self) -> Option<&'static Coefficient> {
        COEFFICIENTS.iter().find(|c| c.label.name == self.bare)
    }
}

/// Every label: of coefficients and of all else.
pub fn labels() -> impl Iterator<Item = &'static Label> {
    COEFFICIENTS.iter().map(|c| &c.label).chain(LABELS)
}

/// The coefficient of this name.
pub fn coefficient(name: &str) -> Option<&'static Coefficient> {
    Name::of(name).coefficient()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_taken_apart() {
        for (name, prefix, bare, spin, per_tau) in [
            ("seebeck", "", "seebeck", "", ""),
            (
                "sheet_conductivity_up_over_tau",
                "sheet_",
                "conductivity",
                "_up",
                "_over_tau",
            ),
            (
                "magnetoconductivity_over_tau3",
                "",
                "magnetoconductivity",
                "",
                "_over_tau3",
            ),
            ("line_seebeck_down", "line_", "seebeck", "_down", ""),
        ] {
            let found = Name::of(name);
            let expected = Name {
                prefix,
                bare,
                spin,
                per_tau,
            };
            assert_eq!(found, expected);
            assert!(found.coefficient().is_some());
        }
        assert!(coefficient("scattering_share_electrons_acoustic").is_none());
    }

    #[test]
    fn each_name_and_each_short_name_is_there_once() {
        let mut names: Vec<&str> = labels().map(|l| l.name).collect();
        let mut shorts: Vec<&str> = labels().map(|l| l.short).collect();
        for all in [&mut names, &mut shorts] {
            all.sort_unstable();
            let count = all.len();
            all.dedup();
            assert_eq!(all.len(), count);
        }
        for c in COEFFICIENTS {
            assert_eq!(
                c.tau_power > 0,
                !c.unit_over_tau.is_empty(),
                "{}",
                c.label.name
            );
        }
    }
}
