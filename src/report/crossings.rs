//! What is said of band crossings in sorted tables.

use crate::integrate::crossings::CrossingEffect;
use crate::io::results::ResultFile;
use serde_json::{Value, json};

/// What a share is a share of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Whole {
    /// The Fermi surface.
    FermiSurface,
    /// The states at the energies of a spectrum that matter.
    States,
}

impl Whole {
    fn name(self) -> &'static str {
        match self {
            Self::FermiSurface => "fermi_surface",
            Self::States => "states",
        }
    }

    fn words(self) -> [&'static str; 2] {
        match self {
            Self::FermiSurface => ["near the Fermi surface", "of the Fermi surface is"],
            Self::States => ["at these energies", "of the states are"],
        }
    }
}

/// A change of more than this many times the value is no percentage that says anything: the value itself is missing.
const MOST_EFFECT: f64 = 10.0;

/// A line of a table; none of the crossings' effect where velocities come from the file.
pub(super) fn sentence(found: Option<CrossingEffect>, whole: Whole) -> String {
    let [near, share] = whole.words();
    match found {
        None => "velocities of the bands themselves have no error from them".to_owned(),
        Some(c) if c.share == 0.0 && c.touching.is_some() => touching(c),
        Some(c) if c.share == 0.0 => format!("none {near}"),
        Some(c) => {
            let near_one = format!("{:.2} % {share} near one", 100.0 * c.share);
            if c.effect <= MOST_EFFECT {
                let effect = 100.0 * c.effect;
                let also = match c.touching {
                    Some(_) => format!("; {}", touching(c)),
                    None => String::new(),
                };
                format!(
                    "{near_one}, which changes sigma/tau by {effect:.2} % (included in ±){also}"
                )
            } else {
                format!(
                    "{near_one}, and sigma/tau is not resolved: its velocities by differences vanish there beside what they are without the \
                     crossing (included in ±; take more k-points or a Wannier Hamiltonian)"
                )
            }
        }
    }
}

/// Where bands may touch; nothing where they do not.
fn touching(found: CrossingEffect) -> String {
    found.touching.map_or(String::new(), |places| {
        let [x, y, z] = places.k_frac.map(|x| (x * 1e4).round() / 1e4);
        let others = match places.count {
            1 => String::new(),
            count => format!(" and {} other places", count - 1),
        };
        format!(
            "bands may touch at k = ({x}, {y}, {z}){others}: what they would do there is included in ±"
        )
    })
}

/// What is said of the Fermi surface, in words and for programs.
pub fn on_fermi_surface(found: CrossingEffect) -> (String, Value) {
    let whole = Whole::FermiSurface;
    let said = sentence(Some(found), whole);
    let said = said.replace("(included in ±)", "(`fermi` includes it in ±)");
    (said, value(Some(found), whole))
}

/// The same for programs.
pub(super) fn value(found: Option<CrossingEffect>, whole: Whole) -> Value {
    match found {
        None => {
            json!({"note": "velocities of the bands themselves have no error from band crossings"})
        }
        Some(c) if c.share > 0.0 && c.effect > MOST_EFFECT => {
            json!({
                format!("share_of_{}", whole.name()): c.share,
                "effect": null,
                "note": sentence(found, whole),
            })
        }
        Some(c) => {
            let touching = c
                .touching
                .map(|t| json!({"places": t.count, "k_point": t.k_frac}));
            json!({
                format!("share_of_{}", whole.name()): c.share,
                "effect": c.effect,
                "touching": touching,
            })
        }
    }
}

/// The same in a file.
pub(super) fn attributes(file: &mut ResultFile, found: Option<CrossingEffect>, whole: Whole) {
    if let Some(c) = found {
        let share = format!("band_crossings_share_of_{}", whole.name());
        file.attribute(&share, c.share)
            .attribute("band_crossings_effect", c.effect);
    }
}
