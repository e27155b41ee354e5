//! How much the masses of natural elements vary: mean mass m̄ (u) and g = Σ c_i (1 − m_i/m̄)² over the stable isotopes.
//!
//! Source: abundances c_i of CIAAW, *Isotopic compositions of the elements 2021* (www.ciaaw.org; the middle of a range where nature
//! varies, lead as of J. Meija et al., Pure Appl. Chem. 88, 293 (2016)); masses m_i of the atomic mass evaluation AME2020
//! (M. Wang et al., Chin. Phys. C 45, 030003 (2021)).

/// Symbol, m̄ (u), g; elements without stable isotopes are not here.
const NATURAL: [(&str, f64, f64); 83] = [
    ("H", 1.0080, 1.4449e-04),
    ("He", 4.0026, 1.2151e-07),
    ("Li", 6.9675, 9.5228e-04),
    ("Be", 9.0122, 0.0),
    ("B", 10.8135, 1.3405e-03),
    ("C", 12.0106, 7.3191e-05),
    ("N", 14.0067, 1.8492e-05),
    ("O", 15.9994, 3.3524e-05),
    ("F", 18.9984, 0.0),
    ("Ne", 20.1800, 8.2783e-04),
    ("Na", 22.9898, 0.0),
    ("Mg", 24.3055, 7.4061e-04),
    ("Al", 26.9815, 0.0),
    ("Si", 28.0850, 1.9974e-04),
    ("P", 30.9738, 0.0),
    ("S", 32.0675, 1.7011e-04),
    ("Cl", 35.4521, 5.8207e-04),
    ("Ar", 39.9478, 3.4804e-05),
    ("K", 39.0983, 1.6400e-04),
    ("Ca", 40.0780, 2.9756e-04),
    ("Sc", 44.9559, 0.0),
    ("Ti", 47.8667, 2.8646e-04),
    ("V", 50.9415, 9.5483e-07),
    ("Cr", 51.9961, 1.3287e-04),
    ("Mn", 54.9380, 0.0),
    ("Fe", 55.8451, 8.2444e-05),
    ("Co", 58.9332, 4.9304e-32),
    ("Ni", 58.6934, 4.3071e-04),
    ("Cu", 63.5460, 2.1093e-04),
    ("Zn", 65.3778, 5.9315e-04),
    ("Ga", 69.7231, 1.9713e-04),
    ("Ge", 72.6298, 5.8671e-04),
    ("As", 74.9216, 0.0),
    ("Se", 78.9711, 4.6054e-04),
    ("Br", 79.9043, 1.5628e-04),
    ("Kr", 83.7980, 2.4881e-04),
    ("Rb", 85.4677, 1.0970e-04),
    ("Sr", 87.6166, 6.0997e-05),
    ("Y", 88.9058, 0.0),
    ("Zr", 91.2236, 3.4263e-04),
    ("Nb", 92.9064, 0.0),
    ("Mo", 95.9488, 5.9686e-04),
    ("Ru", 101.0649, 4.0667e-04),
    ("Rh", 102.9055, 0.0),
    ("Pd", 106.4153, 3.0948e-04),
    ("Ag", 107.8681, 8.5799e-05),
    ("Cd", 112.4138, 2.7154e-04),
    ("In", 114.8183, 1.2431e-05),
    ("Sn", 118.7101, 3.3409e-04),
    ("Sb", 121.7598, 6.6076e-05),
    ("Te", 127.6031, 2.8393e-04),
    ("I", 126.9045, 0.0),
    ("Xe", 131.2928, 2.6755e-04),
    ("Cs", 132.9055, 0.0),
    ("Ba", 137.3267, 6.2480e-05),
    ("La", 138.9055, 4.5917e-08),
    ("Ce", 140.1157, 2.2495e-05),
    ("Pr", 140.9077, 0.0),
    ("Nd", 144.2416, 2.3237e-04),
    ("Sm", 150.3647, 3.3489e-04),
    ("Eu", 151.9644, 4.3279e-05),
    ("Gd", 157.2521, 1.2767e-04),
    ("Tb", 158.9254, 0.0),
    ("Dy", 162.4995, 5.1981e-05),
    ("Ho", 164.9303, 0.0),
    ("Er", 167.2591, 7.2325e-05),
    ("Tm", 168.9342, 0.0),
    ("Yb", 173.0449, 8.5608e-05),
    ("Lu", 174.9668, 8.3008e-07),
    ("Hf", 178.4864, 5.2510e-05),
    ("Ta", 180.9479, 3.5951e-09),
    ("W", 183.8418, 6.9668e-05),
    ("Re", 186.2067, 2.7085e-05),
    ("Os", 190.2249, 7.4524e-05),
    ("Ir", 192.2175, 2.5359e-05),
    ("Pt", 195.0844, 3.4287e-05),
    ("Au", 196.9666, 0.0),
    ("Hg", 200.5926, 6.5228e-05),
    ("Tl", 204.3835, 1.9962e-05),
    ("Pb", 207.2169, 1.9438e-05),
    ("Bi", 208.9804, 0.0),
    ("Th", 232.0377, 1.4929e-08),
    ("Pa", 231.0359, 0.0),
];

/// The variance of masses of a crystal with these atoms, each with its natural isotopes: (1/N) Σ_a (m̄_a/m̄)² g_a, m̄ being the mean of all
/// (G. A. Slack, Phys. Rev. 105, 829 (1957), for compounds; one atom's own g where all are alike).
///
/// # Errors
/// The symbol of an atom that is not in the table.
pub(super) fn natural_variance(atoms: &[String]) -> Result<f64, &str> {
    let mut found = Vec::new();
    for symbol in atoms {
        match NATURAL.iter().find(|(name, ..)| name == symbol) {
            Some((_, mass, g)) => found.push((*mass, *g)),
            None => return Err(symbol),
        }
    }
    let count = found.len() as f64;
    let mean = found.iter().map(|(mass, _)| mass).sum::<f64>() / count;
    let each = found.iter().map(|(mass, g)| (mass / mean).powi(2) * g);
    Ok(each.sum::<f64>() / count)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(atoms: &[&str]) -> f64 {
        let atoms: Vec<String> = atoms.iter().map(|a| a.to_string()).collect();
        natural_variance(&atoms).unwrap()
    }

    /// From the isotopes themselves: silicon 92.2 % of 28, 4.7 % of 29, 3.1 % of 30; boron 20 % of 10.
    #[test]
    fn natural_elements_vary_as_their_isotopes_do() {
        let by_hand = |isotopes: &[(f64, f64)]| {
            let mean: f64 = isotopes.iter().map(|(m, c)| m * c).sum();
            isotopes
                .iter()
                .map(|(m, c)| c * (1.0 - m / mean).powi(2))
                .sum::<f64>()
        };
        let silicon = by_hand(&[(27.9769, 0.92223), (28.9765, 0.04685), (29.9738, 0.03092)]);
        assert!((of(&["Si", "Si"]) / silicon - 1.0).abs() < 0.01);
        let boron = by_hand(&[(10.0129, 0.1965), (11.0093, 0.8035)]);
        assert!((of(&["B"]) / boron - 1.0).abs() < 0.01);
        // In BAs the light atom's variance counts (m/m̄)² and half, arsenic has one isotope.
        let mean: f64 = 0.5 * (10.8135 + 74.9216);
        let want = 0.5 * (10.8135 / mean).powi(2) * of(&["B"]);
        assert!((of(&["B", "As"]) / want - 1.0).abs() < 1e-3);
        assert_eq!(of(&["Al"]), 0.0);
        assert_eq!(natural_variance(&["Xx".into()]), Err("Xx"));
    }
}
