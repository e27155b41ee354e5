//! Where a fit begins: levels of free atoms, and the reach of their d orbitals.
//!
//! s and p levels: Hartree–Fock term values of Mann (Los Alamos report LA-3690, 1967), as W. A. Harrison tabulates them
//! ("Elementary Electronic Structure", World Scientific 1999, table 1.1), to 0.1 eV. d levels and r_d of the transition metals: Harrison,
//! "Electronic Structure and the Properties of Solids" (Freeman 1980), table 20-1, to 0.1 eV. What is not in these tables (empty levels, f
//! metals) is a guess. They are only starts: the fit moves every one of them.

/// Levels (eV) of an atom's s, p and d orbitals, and r_d in Å.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Element {
    pub s: f64,
    pub p: f64,
    pub d: f64,
    pub r_d: f64,
    /// Whether the d shell is a valence shell.
    pub transition: bool,
}

/// s and p.
const MAIN: [(&str, f64, f64); 46] = [
    ("H", -13.6, -3.4),
    ("He", -25.0, -3.4),
    ("Li", -5.3, -3.5),
    ("Be", -8.4, -5.8),
    ("B", -13.5, -8.4),
    ("C", -19.4, -11.1),
    ("N", -26.2, -13.8),
    ("O", -34.0, -16.8),
    ("F", -42.8, -19.9),
    ("Ne", -52.5, -23.1),
    ("Na", -5.0, -2.5),
    ("Mg", -6.9, -3.8),
    ("Al", -10.7, -5.7),
    ("Si", -14.8, -7.6),
    ("P", -19.2, -9.5),
    ("S", -24.0, -11.6),
    ("Cl", -29.2, -13.8),
    ("Ar", -34.8, -16.1),
    ("K", -4.0, -2.2),
    ("Ca", -5.3, -3.1),
    ("Zn", -8.0, -3.4),
    ("Ga", -11.6, -5.7),
    ("Ge", -15.2, -7.3),
    ("As", -18.9, -9.0),
    ("Se", -22.9, -10.7),
    ("Br", -27.0, -12.4),
    ("Kr", -31.4, -14.3),
    ("Rb", -3.8, -2.1),
    ("Sr", -4.9, -2.9),
    ("Cd", -7.2, -3.2),
    ("In", -10.1, -5.4),
    ("Sn", -13.0, -6.8),
    ("Sb", -16.0, -8.1),
    ("Te", -19.1, -9.5),
    ("I", -22.3, -11.0),
    ("Xe", -25.7, -12.4),
    ("Cs", -3.4, -1.9),
    ("Ba", -4.3, -2.6),
    ("Hg", -7.1, -3.0),
    ("Tl", -9.8, -5.2),
    ("Pb", -12.5, -6.5),
    ("Bi", -15.2, -7.8),
    ("Po", -18.0, -9.1),
    ("At", -20.8, -10.3),
    ("Fr", -3.2, -1.8),
    ("Ra", -4.1, -2.5),
];

/// s, d and r_d.
const TRANSITION: [(&str, f64, f64, f64); 29] = [
    ("Sc", -5.7, -9.4, 1.24),
    ("Ti", -6.0, -11.0, 1.08),
    ("V", -6.3, -12.5, 0.98),
    ("Cr", -6.6, -13.9, 0.90),
    ("Mn", -6.8, -15.3, 0.86),
    ("Fe", -7.1, -16.5, 0.80),
    ("Co", -7.3, -17.8, 0.76),
    ("Ni", -7.5, -19.0, 0.71),
    ("Cu", -7.7, -20.1, 0.67),
    ("Y", -5.3, -6.8, 1.58),
    ("Zr", -5.7, -8.5, 1.41),
    ("Nb", -6.0, -10.0, 1.28),
    ("Mo", -6.2, -11.6, 1.20),
    ("Tc", -6.4, -13.1, 1.11),
    ("Ru", -6.6, -14.6, 1.05),
    ("Rh", -6.7, -16.2, 0.99),
    ("Pd", -6.9, -17.7, 0.94),
    ("Ag", -7.1, -19.2, 0.89),
    ("La", -4.9, -6.0, 1.60),
    ("Lu", -5.4, -6.6, 1.58),
    ("Hf", -5.7, -8.1, 1.44),
    ("Ta", -6.0, -9.6, 1.34),
    ("W", -6.2, -11.0, 1.27),
    ("Re", -6.4, -12.4, 1.20),
    ("Os", -6.5, -13.7, 1.13),
    ("Ir", -6.7, -15.1, 1.08),
    ("Pt", -6.8, -16.5, 1.04),
    ("Au", -7.0, -17.8, 1.01),
    ("Th", -5.4, -6.5, 1.60),
];

/// How far the p level of a transition metal is above its s level, and an empty d level above p, eV.
const ABOVE: [f64; 2] = [3.8, 10.0];
/// How far d levels are below s in a solid, where screening lifts them: the tables' free atoms have them far too low.
const D_BELOW_S: f64 = 2.5;

/// The chemical symbol that a label begins with ("Fe1", "Al_pv").
pub(super) fn symbol_of(label: &str) -> String {
    let letters: String = label
        .chars()
        .take_while(char::is_ascii_alphabetic)
        .take(2)
        .collect();
    let known = |s: &str| MAIN.iter().any(|e| e.0 == s) || TRANSITION.iter().any(|e| e.0 == s);
    if known(&letters) {
        return letters;
    }
    letters.chars().take(1).collect()
}

/// The element that a label names; an average atom where it names none.
pub(super) fn element(label: &str) -> Element {
    let symbol = symbol_of(label);
    if let Some(&(_, s, d, r_d)) = TRANSITION.iter().find(|e| e.0 == symbol) {
        return Element {
            s,
            p: s + ABOVE[0],
            d: d.max(s - D_BELOW_S),
            r_d,
            transition: true,
        };
    }
    let main = MAIN.iter().find(|e| e.0 == symbol);
    let (s, p) = main.map_or((-10.0, -5.0), |&(_, s, p)| (s, p));
    Element {
        s,
        p,
        d: p + ABOVE[1],
        r_d: 0.7,
        transition: false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_name_their_elements() {
        assert_eq!(symbol_of("Fe1"), "Fe");
        assert_eq!(symbol_of("Al_pv"), "Al");
        assert_eq!(symbol_of("N2"), "N");
        assert!(element("Cu").transition && !element("Si").transition);
        assert_eq!(element("X").s, -10.0);
    }
}
