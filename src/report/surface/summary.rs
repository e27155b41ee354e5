//! A surface in numbers: a table and JSON.

use crate::bands::BandHeader;
use crate::report::format::{scalar, scalar_json, scientific};
use crate::surface::{BandSurface, Character, Sheet, with_bar};
use crate::transport::Scalar;
use crate::uncertainty::{ByCause, Cause};
use crate::units::EV_ANGSTROM_OVER_HBAR;
use crate::workflow::SurfaceFound;
use serde_json::{Value, json};
use std::f64::consts::PI;
use std::fmt::Write;

/// Surfaces of all bands with what their bars come from.
pub struct SurfaceReport<'a> {
    /// The bands.
    pub header: &'a BandHeader,
    /// The input's path.
    pub input: String,
    /// A constant relaxation time, s.
    pub tau_s: Option<f64>,
    /// What was found.
    pub found: &'a SurfaceFound,
}

/// One sheet in numbers.
pub(super) struct Row {
    /// Spin channel, from 1.
    pub spin: usize,
    /// Band, as the file counts.
    pub band: usize,
    /// Pocket or open.
    pub kind: Character,
    /// Å⁻².
    pub area: Scalar,
    /// Area-weighted mean of |v|, m/s.
    pub speed: Scalar,
    /// Area-weighted mean of |v|τ, m.
    pub mean_free_path: Option<Scalar>,
    /// Of a closed pocket, Å⁻³.
    pub volume: Option<Scalar>,
    /// Euler characteristic.
    pub euler: i64,
    /// Reciprocal lattice vectors along which it goes on.
    pub open: Vec<[i32; 3]>,
    /// A pocket's centre, fractional.
    pub centre: Option<[f64; 3]>,
}

impl SurfaceReport<'_> {
    /// A number of the whole surface with its bar.
    fn whole(&self, of: impl Fn(&[BandSurface]) -> f64) -> Scalar {
        let found = self.found;
        let rival = found.rival.as_deref();
        with_bar(of(&found.fine), Some(of(&found.coarse)), rival.map(&of))
    }

    /// Total area, Å⁻².
    pub fn area(&self) -> Scalar {
        self.whole(|all| all.iter().map(|s| s.sums.area).sum())
    }

    /// Area-weighted mean of |v|, m/s.
    pub fn speed(&self) -> Scalar {
        self.whole(|all| {
            let area: f64 = all.iter().map(|s| s.sums.area).sum();
            let speed: f64 = all.iter().map(|s| s.sums.speed).sum();
            EV_ANGSTROM_OVER_HBAR * speed / area.max(f64::MIN_POSITIVE)
        })
    }

    /// Electrons per cell below the surface.
    pub fn electrons(&self) -> Scalar {
        let g = self.header.spin.degeneracy();
        let found = self.whole(|all| all.iter().map(|s| g * s.sums.below).sum());
        let mut bar = found.by_cause();
        // A Fermi level that was looked for holds so many more or fewer.
        bar[Cause::Grid] += self.states().value * self.found.energy_bar_ev;
        Scalar::from((found.value + g * self.found.full_bands as f64, bar))
    }

    /// Density of states, 1/(eV cell), all spins.
    pub fn states(&self) -> Scalar {
        let factor =
            self.header.spin.degeneracy() * self.header.lattice.volume() / (8.0 * PI.powi(3));
        let found = self.whole(|all| all.iter().map(|s| factor * s.sums.states).sum());
        // Differences of states can cancel over the surface; they are as open as its area.
        let area = self.area();
        let share = area.error / area.value.max(f64::MIN_POSITIVE);
        match share * found.value {
            bar if bar > found.error => Scalar {
                value: found.value,
                error: bar,
                shares: area.shares,
            },
            _ => found,
        }
    }

    /// What the file says of the electrons, with how far the energy that holds them is away.
    fn held(&self) -> Option<String> {
        let n = self.header.n_electrons?;
        let found = self.electrons();
        let off = (found.value - n) / self.states().value;
        let agrees = (found.value - n).abs() <= found.error || !off.is_finite();
        Some(match agrees {
            true => format!("   (the file says {n})"),
            false => format!(
                "   (the file says {n}: about {:.1} meV {})",
                1e3 * off.abs(),
                if off > 0.0 { "lower" } else { "higher" }
            ),
        })
    }

    /// The sheets, in the order of the bands, largest first.
    pub(super) fn rows(&self) -> Vec<Row> {
        let mut rows = Vec::new();
        for s in &self.found.fine {
            let same = |all: &&BandSurface| (all.spin, all.band) == (s.spin, s.band);
            let coarse = self.found.coarse.iter().find(same);
            let rival = self.found.rival.as_ref().and_then(|r| r.iter().find(same));
            for (number, sheet) in s.sheets.iter().enumerate() {
                let other =
                    |all: Option<&BandSurface>, of: &dyn Fn(&Sheet) -> f64| -> Option<f64> {
                        let all = all?;
                        // Sheets are numbered alike only where there are as many.
                        (all.sheets.len() == s.sheets.len()).then(|| of(&all.sheets[number]))
                    };
                let scalar = |of: &dyn Fn(&Sheet) -> f64| {
                    with_bar(of(sheet), other(coarse, of), other(rival, of))
                };
                rows.push(Row {
                    spin: s.spin + 1,
                    band: s.band + self.header.first_band,
                    kind: sheet.character,
                    area: scalar(&|x| x.area),
                    speed: scalar(&|x| EV_ANGSTROM_OVER_HBAR * x.mean_gradient),
                    mean_free_path: s.mean_free_path(sheet, self.tau_s).map(|path| {
                        let of = |all: Option<&BandSurface>| {
                            let all = all?;
                            let same = all.sheets.len() == s.sheets.len();
                            same.then(|| all.mean_free_path(&all.sheets[number], self.tau_s))?
                        };
                        with_bar(path, of(coarse), of(rival))
                    }),
                    volume: sheet
                        .volume
                        .map(|_| scalar(&|x| x.volume.unwrap_or_default())),
                    euler: sheet.euler,
                    open: sheet.open_directions.clone(),
                    centre: sheet.centre,
                });
            }
        }
        rows
    }

    /// Carriers of a pocket, cm⁻³.
    pub(super) fn carriers(&self, volume: Scalar) -> Scalar {
        volume.scaled(self.header.spin.degeneracy() / (8.0 * PI.powi(3)) * 1e24)
    }

    fn facts(&self) -> Vec<(&'static str, String)> {
        vec![
            (
                "energy",
                format!("{:.6} eV ({})", self.found.energy_ev, self.found.origin),
            ),
            ("area", format!("{} Å⁻², all spins", scalar(self.area()))),
            (
                "mean speed",
                format!("{} m/s, by area", scientific(self.speed())),
            ),
            ("states", format!("{} /eV per cell", scalar(self.states()))),
            (
                "electrons below",
                format!("{} per cell", scalar(self.electrons())),
            ),
        ]
    }

    /// Names and values for a page.
    pub fn page_facts(&self) -> Vec<(String, String)> {
        let all = self.facts().into_iter();
        all.map(|(n, v)| (n.to_owned(), v)).collect()
    }
}

/// A readable table.
pub fn surface_table(report: &SurfaceReport) -> String {
    let mut s = String::new();
    let _ = writeln!(s, "Surface of constant energy of {}", report.input);
    for (name, value) in report.facts() {
        let held = match name {
            "electrons below" => report.held().unwrap_or_default(),
            _ => String::new(),
        };
        let _ = writeln!(s, "  {name:<17}{value}{held}");
    }
    let [a, b, c] = report.found.sampled.grid.n;
    let _ = writeln!(
        s,
        "  grid             {a}×{b}×{c}, {:.3} s\n",
        report.found.seconds
    );
    let _ = writeln!(
        s,
        "  spin  band  kind      area Å⁻²             mean speed m/s          carriers cm^-3          Euler  open along / centre"
    );
    for r in report.rows() {
        let carriers = match r.volume {
            Some(v) => scientific(report.carriers(v)),
            None => "-".into(),
        };
        let place = match (&r.centre, r.open.is_empty()) {
            (Some(c), _) => format!("({:.3}, {:.3}, {:.3})", c[0], c[1], c[2]),
            (None, false) => {
                let all: Vec<String> = r
                    .open
                    .iter()
                    .map(|o| format!("[{} {} {}]", o[0], o[1], o[2]))
                    .collect();
                all.join(" ")
            }
            _ => String::new(),
        };
        let _ = writeln!(
            s,
            "  {:>4}  {:>4}  {:<8}  {:<19}  {:<22}  {:<22}  {:>5}  {place}",
            r.spin,
            r.band,
            r.kind.name(),
            scalar(r.area),
            scientific(r.speed),
            carriers,
            r.euler
        );
    }
    let _ = writeln!(
        s,
        "\n  ± is a third of the difference to every second point of the grid, and what another interpolation of a table changes.\n  \
         Euler: 2 of a ball, 0 of a torus, a tube or a plane. Open along: reciprocal lattice vectors (coefficients of b₁ b₂ b₃)."
    );
    s
}

/// A machine-readable summary.
pub fn surface_json(report: &SurfaceReport) -> Value {
    let sheets: Vec<Value> = report
        .rows()
        .iter()
        .map(|r| {
            let mut row = json!({
                "spin": r.spin,
                "band": r.band,
                "kind": r.kind.name(),
                "area": scalar_json(r.area, "1/angstrom^2"),
                "fermi_velocity": scalar_json(r.speed, "m/s"),
                "euler_characteristic": r.euler,
                "open_directions": r.open,
                "dimensionality": r.open.len(),
            });
            if let Some(volume) = r.volume {
                row["volume"] = scalar_json(volume, "1/angstrom^3");
                row["carriers"] = scalar_json(report.carriers(volume), "cm^-3");
            }
            if let Some(centre) = r.centre {
                row["centre"] = json!(centre);
            }
            if let Some(path) = r.mean_free_path {
                row["mean_free_path"] = scalar_json(path, "m");
            }
            row
        })
        .collect();
    json!({
        "kind": "surface",
        "input": report.input,
        "energy": scalar_json(Scalar::from((report.found.energy_ev, ByCause::of(Cause::Grid, report.found.energy_bar_ev))), "eV"),
        "energy_origin": report.found.origin,
        "mesh": report.found.sampled.grid.n,
        "spin_treatment": report.header.spin.name(),
        "seconds": report.found.seconds,
        "area": scalar_json(report.area(), "1/angstrom^2"),
        "fermi_velocity": scalar_json(report.speed(), "m/s"),
        "dos_at_fermi_level": scalar_json(report.states(), "1/eV"),
        "electrons": scalar_json(report.electrons(), "1"),
        "triangles": report.found.fine.iter().map(|s| s.mesh.triangles.len()).sum::<usize>(),
        "sheets": sheets,
    })
}
