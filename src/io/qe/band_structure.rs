//! The element `<band_structure>`: spin, k-points, eigenvalues, Fermi level.

use super::element::{RUN_AGAIN, Reader, find};
use crate::bands::SpinTreatment;
use crate::bands::unfold::{KList, Weights};
use crate::crystal::{KGrid, Lattice};
use crate::error::Result;
use crate::io::text;
use crate::units::{BOHR_ANGSTROM, HARTREE_EV};
use roxmltree::Node;

/// What `<band_structure>` says about spin and the number of bands.
pub(super) struct BandCount {
    pub spin: SpinTreatment,
    pub up: usize,
    pub down: usize,
}

impl Reader<'_> {
    pub fn band_count(&self, block: Node) -> Result<BandCount> {
        let lsda = self.flag(block, "lsda")?;
        let noncollinear = self.flag(block, "noncolin")?;
        let count = |name: &str| -> Result<Option<usize>> {
            let Some(node) = find(block, name) else {
                return Ok(None);
            };
            let text = node.text().unwrap_or("").trim();
            match text.parse() {
                Ok(n) if n > 0 => Ok(Some(n)),
                _ => Err(self.bad(
                    node,
                    format!("\"{text}\" is no positive number of bands"),
                    RUN_AGAIN,
                )),
            }
        };
        if lsda {
            let spin = SpinTreatment::Collinear;
            if let (Some(up), Some(down)) = (count("nbnd_up")?, count("nbnd_dw")?) {
                return Ok(BandCount { spin, up, down });
            }
            // Some versions give only the number of both together.
            return match count("nbnd")? {
                Some(both) if both % 2 == 0 => Ok(BandCount {
                    spin,
                    up: both / 2,
                    down: both / 2,
                }),
                _ => Err(self.bad(
                    block,
                    "an LSDA run without <nbnd_up> and <nbnd_dw>",
                    RUN_AGAIN,
                )),
            };
        }
        let Some(n) = count("nbnd")? else {
            return Err(self.bad(block, "<nbnd> is missing", RUN_AGAIN));
        };
        let spin = if noncollinear {
            SpinTreatment::Spinor
        } else {
            SpinTreatment::Unpolarized
        };
        Ok(BandCount {
            spin,
            up: n,
            down: n,
        })
    }

    /// The Monkhorst–Pack entry, where the run had one. QE's shift of 1 is half a step.
    pub fn monkhorst_pack(&self, root: Node, block: Node) -> Result<Option<KGrid>> {
        let used = find(block, "starting_k_points");
        let asked = || find(root, "input").and_then(|input| find(input, "k_points_IBZ"));
        let Some(node) = used.or_else(asked).and_then(|n| find(n, "monkhorst_pack")) else {
            return Ok(None);
        };
        let attribute = |name: &str| -> Result<usize> {
            let text = node.attribute(name).unwrap_or("absent");
            text.trim().parse().map_err(|_| {
                self.bad(
                    node,
                    format!("{name}=\"{text}\" is no number of grid points"),
                    RUN_AGAIN,
                )
            })
        };
        let n = [attribute("nk1")?, attribute("nk2")?, attribute("nk3")?];
        let shift = [attribute("k1")?, attribute("k2")?, attribute("k3")?];
        let grid = KGrid::new(n, shift.map(|s| 0.5 * s as f64));
        grid.map(Some).map_err(text::in_file(self.path))
    }

    /// The k-points with their weights (none where one is missing), and energies in eV as `[k][spin][band]`.
    pub fn eigenvalues(
        &self,
        block: Node,
        count: &BandCount,
        lattice: &Lattice,
        alat_bohr: f64,
    ) -> Result<(KList, Vec<f64>)> {
        let unit = 2.0 * std::f64::consts::PI / (alat_bohr * BOHR_ANGSTROM);
        let collinear = count.spin == SpinTreatment::Collinear;
        let per_k = if collinear {
            count.up + count.down
        } else {
            count.up
        };
        let n_band = count.up.min(count.down);
        let mut k_points = Vec::new();
        let mut weights = Vec::new();
        let mut energies = Vec::new();
        for node in block.children().filter(|n| n.has_tag_name("ks_energies")) {
            let point = self.child(node, "k_point")?;
            let k = self.vector(point)?;
            weights.extend(point.attribute("weight").and_then(text::number));
            k_points.push(lattice.k_fractional(k.map(|x| x * unit)));
            let list = self.child(node, "eigenvalues")?;
            let values = self
                .numbers(list)
                .map_err(|e| self.at_k_point(e, k_points.len()))?;
            if values.len() != per_k {
                return Err(self.bad(
                    list,
                    format!(
                        "k-point {} has {} eigenvalues, where {per_k} are announced",
                        k_points.len(),
                        values.len()
                    ),
                    RUN_AGAIN,
                ));
            }
            let channels: &[usize] = if collinear { &[0, count.up] } else { &[0] };
            for &first in channels {
                let channel = values[first..].iter().take(n_band);
                energies.extend(channel.map(|e| e * HARTREE_EV));
            }
        }
        let announced = self.child(block, "nks")?;
        let text = announced.text().unwrap_or("").trim();
        if text.parse() != Ok(k_points.len()) {
            return Err(self.bad(
                announced,
                format!(
                    "{} k-points are listed, where \"{text}\" are announced",
                    k_points.len()
                ),
                RUN_AGAIN,
            ));
        }
        if weights.len() != k_points.len() {
            weights.clear();
        }
        let list = KList {
            points: k_points,
            weights: Weights::listed(weights),
            ..KList::default()
        };
        Ok((list, energies))
    }

    pub fn fermi_level(&self, block: Node, notes: &mut Vec<String>) -> Result<Option<f64>> {
        let highest = self.optional_number(block, "highestOccupiedLevel")?;
        let lowest = self.optional_number(block, "lowestUnoccupiedLevel")?;
        let level = self.optional_number(block, "fermi_energy")?;
        if let Some(node) = find(block, "two_fermi_energies") {
            let levels = self.numbers(node)?;
            let &[up, down] = levels.as_slice() else {
                return Err(self.bad(
                    node,
                    format!(
                        "{} numbers, where there are two Fermi energies",
                        levels.len()
                    ),
                    RUN_AGAIN,
                ));
            };
            let (up, down) = (up * HARTREE_EV, down * HARTREE_EV);
            if (up - down).abs() < 1e-6 {
                return Ok(Some(up));
            }
            notes.push(format!(
                "Fixed total magnetization: the Fermi level of the up bands is {up:.4} eV, of the down bands {down:.4} eV. \
                 There is no common one: give `--fermi-level EV`, or let the electron count decide."
            ));
            return Ok(None);
        }
        if let Some(top) = highest
            && level.is_none_or(|level| (level - top).abs() < 1e-7)
        {
            let bottom = lowest.map_or(String::new(), |l| {
                format!(", the lowest empty level at {:.4} eV", l * HARTREE_EV)
            });
            notes.push(format!(
                "Insulating occupations: the Fermi level of the file is the highest occupied level, {:.4} eV{bottom}.",
                top * HARTREE_EV
            ));
        } else if level.is_none() {
            notes.push("The file has no Fermi level.".to_string());
        }
        Ok(level.or(highest).map(|e| e * HARTREE_EV))
    }
}
