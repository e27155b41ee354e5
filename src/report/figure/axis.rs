//! Axes: ranges, ticks and their labels.

/// Labelled ticks at most, and the room that each needs, in units of 1/96 inch.
const MOST_TICKS: f64 = 8.0;
const TICK_ROOM: f64 = 44.0;
/// The room that a label such as 5·10¹⁸ needs.
const NAME_ROOM: f64 = 52.0;
/// Decades of a logarithmic axis that are shown at most, from the top.
const MOST_DECADES: f64 = 10.0;
/// Room around the data, as a share of its range.
const ROOM: f64 = 0.05;

/// An axis with its range.
#[derive(Clone, Debug, PartialEq)]
pub struct Axis {
    /// What it shows, without unit; `_{…}` and `^{…}` are set lower and higher.
    pub symbol: String,
    /// Unit; empty where there is none.
    pub unit: String,
    /// Logarithmic instead of linear.
    pub log: bool,
    /// Lowest and highest value.
    pub range: (f64, f64),
    /// Names of 0, 1, 2 …, where it has names instead of numbers.
    pub names: Vec<String>,
    /// Named places, where it has these instead of numbers.
    pub marks: Vec<(f64, String)>,
    /// The Fermi level, where the axis is of energies and it is known.
    pub fermi_level: Option<f64>,
    /// Whether there is nothing between whole numbers.
    whole: bool,
    /// Power of ten that labels leave out.
    exponent: i32,
}

/// A tick; without a label it is a short one.
#[derive(Clone, Debug, PartialEq)]
pub struct Tick {
    /// Where.
    pub at: f64,
    /// Label of a long tick.
    pub label: Option<String>,
}

impl Axis {
    /// An axis for values (low, high); `tight` leaves no room around them.
    pub fn new(symbol: &str, unit: &str, log: bool, (low, high): (f64, f64), tight: bool) -> Self {
        let mut axis = Self {
            symbol: symbol.into(),
            unit: unit.into(),
            log,
            range: (low, high),
            names: Vec::new(),
            marks: Vec::new(),
            fermi_level: None,
            whole: false,
            exponent: 0,
        };
        let room = if tight { 0.0 } else { ROOM };
        if log {
            let (low, high) = (low.log10().max(high.log10() - MOST_DECADES), high.log10());
            let wide = (high - low).max(0.05);
            // One decade's lines at least, where values hardly vary.
            let (low, high) = if high - low < 0.5 && !tight {
                (low - 0.3, high + 0.3)
            } else {
                (low - room * wide, high + room * wide)
            };
            axis.range = (10f64.powf(low), 10f64.powf(high));
        } else {
            let size = low.abs().max(high.abs());
            let wide = match high - low {
                w if w > 1e-9 * size => w,
                _ if size > 0.0 => 0.2 * size,
                _ => 1.0,
            };
            let room = if high - low > 1e-9 * size { room } else { 0.5 };
            axis.range = (low - room * wide, high + room * wide);
            let size = axis.range.0.abs().max(axis.range.1.abs());
            let exponent = size.log10().floor() as i32;
            if !(-2..=4).contains(&exponent) {
                axis.exponent = exponent;
            }
        }
        axis
    }

    /// The same, of things that are counted: no tick lies between whole numbers.
    pub fn of_whole_numbers(self) -> Self {
        Self {
            whole: true,
            ..self
        }
    }

    /// An axis of named places 0, 1, 2 …
    pub fn named(names: &[&str]) -> Self {
        Self {
            symbol: String::new(),
            unit: String::new(),
            log: false,
            range: (-0.6, names.len() as f64 - 0.4),
            names: names.iter().map(ToString::to_string).collect(),
            marks: Vec::new(),
            fermi_level: None,
            whole: false,
            exponent: 0,
        }
    }

    /// An axis from the first of some named places to the last.
    pub fn marked(marks: Vec<(f64, String)>) -> Self {
        let end = marks.last().map_or(1.0, |m| m.0);
        Self {
            symbol: String::new(),
            unit: String::new(),
            log: false,
            range: (marks.first().map_or(0.0, |m| m.0), end),
            names: Vec::new(),
            marks,
            fermi_level: None,
            whole: false,
            exponent: 0,
        }
    }

    /// Symbol and unit as they stand at the axis: "S (µV/K)", "σ/τ (10^{18} Ω^{−1} m^{−1} s^{−1})".
    pub fn title(&self) -> String {
        let power = match self.exponent {
            0 => String::new(),
            e => format!("10^{{{}}}", integer(e)),
        };
        let unit = [power, self.unit.clone()];
        let unit: Vec<String> = unit.into_iter().filter(|u| !u.is_empty()).collect();
        match &unit[..] {
            [] => self.symbol.clone(),
            unit => format!("{} ({})", self.symbol, unit.join(" ")),
        }
    }

    /// Where a value lies between the axis's ends, 0 to 1; outside it is cut off at ten times the axis.
    pub fn place(&self, value: f64) -> f64 {
        let (low, high) = self.range;
        let at = if self.log {
            (value.max(f64::MIN_POSITIVE) / low).ln() / (high / low).ln()
        } else {
            (value - low) / (high - low)
        };
        at.clamp(-10.0, 10.0)
    }

    /// Ticks, long and short, in the order of an axis of this length.
    pub fn ticks(&self, length: f64) -> Vec<Tick> {
        if !self.marks.is_empty() {
            let tick = |(at, name): &(f64, String)| Tick {
                at: *at,
                label: Some(name.clone()),
            };
            return self.marks.iter().map(tick).collect();
        }
        let most = (length / TICK_ROOM).clamp(2.0, MOST_TICKS);
        if !self.names.is_empty() {
            let tick = |(i, name): (usize, &String)| Tick {
                at: i as f64,
                label: Some(name.clone()),
            };
            return self.names.iter().enumerate().map(tick).collect();
        }
        if self.log {
            self.apart(self.log_ticks(most), NAME_ROOM / length)
        } else {
            self.linear_ticks(most)
        }
    }

    fn linear_ticks(&self, most: f64) -> Vec<Tick> {
        let (low, high) = self.range;
        let raw = (high - low) / most;
        let power = 10f64.powf(raw.log10().floor());
        let (step, parts) = [(1.0, 5), (2.0, 4), (5.0, 5), (10.0, 5)]
            .map(|(m, parts)| (m * power, parts))
            .into_iter()
            .find(|(step, _)| *step >= raw * (1.0 - 1e-9))
            .unwrap_or((10.0 * power, 5));
        let (step, parts) = match self.whole && step < 5.0 {
            true => (step.max(1.0), step.max(1.0) as i32),
            false => (step, parts),
        };
        let unit = 10f64.powi(self.exponent);
        let decimals = (-(step / unit).log10().floor()).max(0.0) as usize;
        let short = step / f64::from(parts);
        let first = (low / short).ceil() as i64;
        let last = (high / short).floor() as i64;
        let tick = |k: i64| {
            let at = k as f64 * short;
            let long = k.rem_euclid(i64::from(parts)) == 0;
            let label = long.then(|| decimal(at / unit, decimals));
            Tick { at, label }
        };
        (first..=last).map(tick).collect()
    }

    fn log_ticks(&self, most: f64) -> Vec<Tick> {
        let (low, high) = self.range;
        let (first, last) = (
            low.log10().floor() as i32,
            (high.log10() + 1e-9).floor() as i32,
        );
        let decades = (low.log10().ceil() as i32..=last).count();
        // Where there are many decades, not each is named; where there are few, more than they are.
        let every = (decades as f64 / most).ceil().max(1.0) as i32;
        // 0.1, 1, 10 where all are so; powers of ten where one is not.
        let plain = low >= 0.099 && high <= 1001.0;
        let inside = |x: f64| x >= low * (1.0 - 1e-9) && x <= high * (1.0 + 1e-9);
        let mut ticks = Vec::new();
        for power in first..=last {
            for m in 1..10 {
                let at = f64::from(m) * 10f64.powi(power);
                let named = match m {
                    1 => power.rem_euclid(every) == 0,
                    2 | 5 => high < 30.0 * low,
                    3 | 7 => high < 10.0 * low,
                    _ => high < 4.0 * low,
                };
                if !inside(at) || (every > 1 && m > 1) {
                    continue;
                }
                let label = match m {
                    m if plain => {
                        decimal(f64::from(m) * 10f64.powi(power), (-power).max(0) as usize)
                    }
                    1 => format!("10^{{{}}}", integer(power)),
                    m => format!("{m}·10^{{{}}}", integer(power)),
                };
                ticks.push(Tick {
                    at,
                    label: named.then_some(label),
                });
            }
        }
        ticks
    }
}

impl Axis {
    /// Ticks whose labels are `room` of the axis apart at least: powers of ten keep theirs before others do.
    fn apart(&self, mut ticks: Vec<Tick>, room: f64) -> Vec<Tick> {
        let mut kept: Vec<f64> = Vec::new();
        for powers in [true, false] {
            for tick in &mut ticks {
                let power = tick.at.log10();
                let is_power = (power - power.round()).abs() < 1e-9;
                if tick.label.is_none() || is_power != powers {
                    continue;
                }
                let place = self.place(tick.at);
                match kept.iter().all(|other| (other - place).abs() >= room) {
                    true => kept.push(place),
                    false => tick.label = None,
                }
            }
        }
        ticks
    }
}

/// A number with a true minus sign, and no −0.
fn decimal(x: f64, decimals: usize) -> String {
    let text = format!("{x:.decimals$}");
    let zero = text.chars().all(|c| matches!(c, '-' | '0' | '.'));
    if zero {
        text.trim_start_matches('-').to_owned()
    } else {
        text.replace('-', "−")
    }
}

fn integer(x: i32) -> String {
    x.to_string().replace('-', "−")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(axis: &Axis) -> Vec<String> {
        axis.ticks(400.0)
            .into_iter()
            .filter_map(|t| t.label)
            .collect()
    }

    #[test]
    fn ticks_are_round_numbers_and_few() {
        let axis = Axis::new("S", "µV/K", false, (-213.0, 187.0), false);
        assert_eq!(labels(&axis), ["−200", "−100", "0", "100", "200"]);
        let axis = Axis::new("σ", "S/m", false, (0.0, 3.1e18), true);
        assert_eq!(axis.title(), "σ (10^{18} S/m)");
        assert_eq!(labels(&axis)[..3], ["0.0", "0.5", "1.0"]);
        let axis = Axis::new("n", "", true, (1e17, 1e21), true);
        assert_eq!(labels(&axis)[0], "10^{17}");
        assert_eq!(labels(&axis).len(), 5);
        for bounds in [(0.0, 0.0), (5.0, 5.0), (1e-30, 2e-30)] {
            let axis = Axis::new("x", "", false, bounds, false);
            let count = labels(&axis).len();
            assert!((2..=8).contains(&count), "{bounds:?}: {count}");
        }
        let axis = Axis::new("x", "", true, (2.0, 2.1), false);
        assert!(labels(&axis).len() >= 2, "{:?}", labels(&axis));
        // One doping alone: no label lies on another.
        let axis = Axis::new("n", "", true, (1e19, 1e19), false);
        assert_eq!(labels(&axis), ["6·10^{18}", "8·10^{18}", "10^{19}"]);
        let axis = Axis::new("rank", "", false, (1.0, 2.0), false).of_whole_numbers();
        assert_eq!(labels(&axis), ["1", "2"]);
    }
}
