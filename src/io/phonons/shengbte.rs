//! ShengBTE's and FourPhonon's `BTE.*` files: angular frequencies in rad/ps, velocities in km/s, rates in 1/ps (= 1/τ).
//!
//! Tables of modes have the branch slowest but for `BTE.omega`, which has one q-point a line. `BTE.qpoints_full` says which irreducible
//! point stands for each point of the grid, so that no symmetry is needed. `CONTROL` has the cell and the temperature. A rate file that is
//! named itself (`BTE.w_3ph`) is taken in place of `BTE.w`; rates in folders `T300K` are those of several temperatures.

use super::super::lines::Lines;
use super::super::listed::file_in;
use super::super::text;
use crate::bands::{BandHeader, SpinTreatment};
use crate::crystal::{Atom, KGrid, Lattice, PointGroup};
use crate::error::{Error, Result};
use crate::excitations::{Phonons, Rates};
use crate::memory;
use std::f64::consts::PI;
use std::path::{Path, PathBuf};

/// Largest relative difference of frequencies that two files of one run may have.
const SAME: f64 = 1e-4;
/// Most points along an axis.
const MOST_POINTS: usize = 4096;
/// m/s in km/s.
const KM: f64 = 1e3;
const REMEDY: &str = "the files are not of one run, or cut short: copy them again";

/// Reads the run that the file belongs to.
pub(super) fn read(path: &Path) -> Result<Phonons> {
    let folder = path.parent().unwrap_or(Path::new(""));
    let need = |name: &str| {
        let found = file_in(folder, &[name]).or_else(|| file_in(&folder.join(".."), &[name]));
        found.ok_or_else(|| {
            let what = format!("{name} is missing beside it");
            Error::bad_file(path, name, what, "keep the files of a run in one folder")
        })
    };
    let mut notes = vec![
        "The file's units: rad/ps (angular frequencies), km/s, rates in 1/ps (1/τ, no factor of 2).".to_owned(),
    ];
    let control = Control::read(&need("CONTROL")?)?;
    let (irreducible, omega) = frequencies(&need("BTE.omega")?)?;
    let n_branch = omega.len() / irreducible.max(1);
    let (grid, source) = points(&need("BTE.qpoints_full")?, control.grid, irreducible)?;
    let modes = n_branch * grid.len();
    let spread = |of: &dyn Fn(usize, usize) -> f64| -> Result<Vec<f64>> {
        let mut all = memory::zeros("the modes of a grid", modes)?;
        for (branch, out) in all.chunks_exact_mut(grid.len()).enumerate() {
            for (x, (q, _)) in out.iter_mut().zip(&source) {
                *x = of(*q, branch);
            }
        }
        Ok(all)
    };
    let thz = spread(&|q, branch| omega[q * n_branch + branch] / (2.0 * PI))?;
    let velocities = match file_in(folder, &["BTE.v_full"])
        .or_else(|| file_in(&folder.join(".."), &["BTE.v_full"]))
    {
        Some(file) => Some(velocities(&file, &source, n_branch)?),
        None => {
            notes.push(
                "BTE.v_full is missing: velocities are differences of the frequencies.".into(),
            );
            None
        }
    };
    let mut rates = Vec::new();
    for (temperature_k, file) in rate_files(path, folder, control.temperature_k)? {
        let own = table::<2>(&file, n_branch * irreducible, "frequency and rate")?;
        for (mode, [w, _]) in own.iter().enumerate() {
            let want = omega[mode % irreducible * n_branch + mode / irreducible];
            if (w - want).abs() > SAME * want.abs().max(1.0) {
                let place = format!("row {}", mode + 1);
                let problem = format!("the frequency {w} rad/ps stands where BTE.omega has {want}");
                return Err(Error::bad_file(&file, place, problem, REMEDY));
            }
        }
        let per_second = spread(&|q, branch| 1e12 * own[branch * irreducible + q][1])?;
        rates.push(Rates {
            temperature_k,
            per_second,
        });
        let name = super::mesh::file_name(&file);
        notes.push(format!(
            "Scattering rates at {temperature_k} K are those of {name}."
        ));
    }
    let mut header = BandHeader::new(
        control.lattice.clone(),
        grid,
        SpinTreatment::Spinor,
        n_branch,
    );
    let group = PointGroup::of_structure(&control.lattice, &control.atoms, 1e-3)
        .map_or_else(|_| PointGroup::identity(), |g| g.with_inversion());
    header.point_group = group.on_grid(&grid);
    header.atoms.clone_from(&control.atoms);
    header.provenance.format = "ShengBTE".into();
    header.provenance.notes = notes;
    if !control.atoms.is_empty() && n_branch != 3 * control.atoms.len() {
        let problem = format!(
            "{n_branch} branches do not belong to the {} atoms of CONTROL",
            control.atoms.len()
        );
        return Err(Error::bad_file(path, "branches", problem, REMEDY));
    }
    let mut phonons = Phonons::new(header, thz, velocities, rates)?;
    phonons.group = group;
    Ok(phonons)
}

/// The rate files and their temperatures, K.
fn rate_files(path: &Path, folder: &Path, control: Option<f64>) -> Result<Vec<(f64, PathBuf)>> {
    let name = super::mesh::file_name(path);
    let of_folder = |folder: &Path| {
        let name = folder.file_name()?.to_string_lossy().into_owned();
        let number = name.strip_prefix('T')?.strip_suffix('K')?;
        text::number(number).filter(|t| *t > 0.0)
    };
    let unknown = |file: &Path| {
        let problem = "the temperature of its rates is unknown: CONTROL has no T";
        Error::bad_file(
            file,
            "temperature",
            problem,
            "add T=300 (or another) to CONTROL's &parameters",
        )
    };
    if name.starts_with("BTE.w") {
        let t = of_folder(folder).or(control).ok_or_else(|| unknown(path))?;
        return Ok(vec![(t, path.to_path_buf())]);
    }
    if let Some(file) = file_in(folder, &["BTE.w"]) {
        let t = of_folder(folder)
            .or(control)
            .ok_or_else(|| unknown(&file))?;
        return Ok(vec![(t, file)]);
    }
    let mut all = Vec::new();
    let here = if folder.as_os_str().is_empty() {
        Path::new(".")
    } else {
        folder
    };
    for entry in std::fs::read_dir(here).map_err(Error::io(here, "read"))? {
        let below = entry.map_err(Error::io(here, "read"))?.path();
        if let (Some(t), Some(file)) = (of_folder(&below), file_in(&below, &["BTE.w"])) {
            all.push((t, file));
        }
    }
    all.sort_by(|a, b| a.0.total_cmp(&b.0));
    Ok(all)
}

/// Number of irreducible q-points, and angular frequencies `[q][branch]`.
fn frequencies(path: &Path) -> Result<(usize, Vec<f64>)> {
    let content = text::read(path)?.text;
    let mut lines = Lines::new(path, &content);
    let (mut all, mut width, mut count) = (Vec::new(), 0, 0);
    while let Some(line) = lines.find() {
        let numbers: Option<Vec<f64>> = line.split_ascii_whitespace().map(text::number).collect();
        let numbers = numbers
            .ok_or_else(|| lines.bad(format!("\"{}\" is not all finite numbers", line.trim())))?;
        if count > 0 && numbers.len() != width {
            return Err(lines.bad(format!(
                "{} frequencies, where the lines before have {width}",
                numbers.len()
            )));
        }
        width = numbers.len();
        count += 1;
        all.extend(numbers);
    }
    Ok((count, all))
}

/// The grid, and for each point of it the irreducible point and its place in the file's list.
fn points(path: &Path, n: [usize; 3], irreducible: usize) -> Result<(KGrid, Vec<(usize, usize)>)> {
    let grid = KGrid::gamma(n)?;
    let content = text::read(path)?.text;
    if grid.len() > content.len() {
        let problem = format!("the file is too short for the {grid} grid of CONTROL");
        return Err(Error::bad_file(path, "q-points", problem, REMEDY));
    }
    let mut lines = Lines::new(path, &content);
    let mut source = vec![(usize::MAX, 0); 0];
    memory::reserve("the points of a grid", &mut source, grid.len())?;
    source.resize(grid.len(), (usize::MAX, 0));
    let mut count = 0;
    while let Some(line) = lines.find() {
        let [_, own, x, y, z] =
            lines.numbers_of::<5>(line, "index, irreducible index and a q-point")?;
        let listed = own >= 1.0 && own <= irreducible as f64 && own.fract() == 0.0;
        if !listed {
            return Err(lines.bad(format!(
                "there is no irreducible point {own} of {irreducible}"
            )));
        }
        let Some(j) = grid.locate([x, y, z], 1e-3) else {
            return Err(lines.bad(format!(
                "({x}, {y}, {z}) is not on the {grid} grid of CONTROL"
            )));
        };
        let slot = &mut source[grid.index(j)];
        if slot.0 != usize::MAX {
            return Err(lines.bad(format!("({x}, {y}, {z}) is listed twice")));
        }
        *slot = (own as usize - 1, count);
        count += 1;
    }
    if count != grid.len() {
        let problem = format!(
            "{count} q-points, where the {grid} grid of CONTROL has {}",
            grid.len()
        );
        return Err(Error::bad_file(path, "q-points", problem, REMEDY));
    }
    Ok((grid, source))
}

/// Velocities in m/s, `[branch][q][3]`, of a table over the file's own list.
fn velocities(path: &Path, source: &[(usize, usize)], n_branch: usize) -> Result<Vec<f64>> {
    let points = source.len();
    let own = table::<3>(path, n_branch * points, "a velocity")?;
    let mut all = memory::zeros("the velocities of a grid", 3 * own.len())?;
    for (branch, out) in all.chunks_exact_mut(3 * points).enumerate() {
        for (v, (_, listed)) in out.chunks_exact_mut(3).zip(source) {
            v.copy_from_slice(&own[branch * points + listed].map(|x| KM * x));
        }
    }
    Ok(all)
}

/// Rows of `N` numbers, `rows` of them.
fn table<const N: usize>(path: &Path, rows: usize, what: &str) -> Result<Vec<[f64; N]>> {
    let content = text::read(path)?.text;
    let mut lines = Lines::new(path, &content);
    let mut all = Vec::new();
    while let Some(line) = lines.find() {
        all.push(lines.numbers_of::<N>(line, what)?);
    }
    if all.len() == rows {
        return Ok(all);
    }
    let problem = format!("{} rows, where {rows} modes are", all.len());
    Err(Error::bad_file(path, "rows", problem, REMEDY))
}

/// What is needed of `CONTROL`, a Fortran namelist.
struct Control {
    lattice: Lattice,
    atoms: Vec<Atom>,
    grid: [usize; 3],
    temperature_k: Option<f64>,
}

impl Control {
    fn read(path: &Path) -> Result<Self> {
        let content = text::read_small(path, text::MOST_PARAMETERS)?.text;
        let bad = |place: &str, problem: String| {
            Error::bad_file(
                path,
                place,
                problem,
                "compare it with the CONTROL of the run",
            )
        };
        let entries = entries(&content);
        let of = |key: &str| {
            entries
                .iter()
                .find(|(k, _)| k == key)
                .map(|(_, v)| v.as_str())
        };
        let numbers = |key: &str| -> Result<Vec<f64>> {
            let text = of(key).ok_or_else(|| bad(key, "it is missing".into()))?;
            let words = text.split([' ', ',', '\t']).filter(|w| !w.is_empty());
            let values: Option<Vec<f64>> = words.map(text::number).collect();
            values.ok_or_else(|| bad(key, format!("\"{text}\" is not all finite numbers")))
        };
        let three = |key: &str| -> Result<[f64; 3]> {
            let all = numbers(key)?;
            let count = all.len();
            all.try_into()
                .map_err(|_| bad(key, format!("{count} numbers, where three are expected")))
        };
        // Lengths are in nm.
        let factor = match of("lfactor") {
            Some(_) => numbers("lfactor")?.first().copied().unwrap_or(1.0) * 10.0,
            None => 10.0,
        };
        let mut rows = [[0.0; 3]; 3];
        for (i, row) in rows.iter_mut().enumerate() {
            *row = three(&format!("lattvec(:,{})", i + 1))?.map(|x| factor * x);
        }
        let lattice = Lattice::new(rows).map_err(text::in_file(path))?;
        let grid = three("ngrid(:)").or_else(|_| three("ngrid"))?;
        let counted = |x: &f64| x.fract() == 0.0 && (1.0..=MOST_POINTS as f64).contains(x);
        if !grid.iter().all(counted) {
            return Err(bad(
                "ngrid(:)",
                format!("{grid:?} are no numbers of points"),
            ));
        }
        let mut atoms = Vec::new();
        if let (Ok(types), Some(elements)) = (numbers("types"), of("elements")) {
            let names: Vec<&str> = elements
                .split(['"', '\'', ' ', ','])
                .filter(|w| !w.is_empty())
                .collect();
            for (i, kind) in types.iter().enumerate() {
                let position = three(&format!("positions(:,{})", i + 1))?;
                let name = (*kind >= 1.0)
                    .then(|| names.get(*kind as usize - 1))
                    .flatten();
                let symbol = name
                    .ok_or_else(|| bad("types", format!("there is no element {kind}")))?
                    .to_string();
                atoms.push(Atom { symbol, position });
            }
        }
        let temperature_k = match of("t") {
            Some(_) => numbers("t")?.first().copied().filter(|t| *t > 0.0),
            None => None,
        };
        Ok(Self {
            lattice,
            atoms,
            grid: grid.map(|x| x as usize),
            temperature_k,
        })
    }
}

/// The keys of a namelist, in small letters without blanks, and what stands behind each.
fn entries(content: &str) -> Vec<(String, String)> {
    let mut all: Vec<(String, String)> = Vec::new();
    for line in content.lines() {
        let line = line.split('!').next().unwrap_or("").trim();
        if line.starts_with('&') || line == "/" {
            continue;
        }
        let mut rest = line;
        // Several entries may share a line: what follows the last blank or comma before a `=` is the next key.
        while let Some((key, after)) = rest.split_once('=') {
            let name: String = key.chars().filter(|c| !c.is_whitespace()).collect();
            let end = match after.find('=') {
                Some(next) => {
                    let before = after[..next].trim_end();
                    let cut = before.rfind([' ', '\t']).map_or(0, |i| i + 1);
                    let open = before[..cut].rfind('(');
                    open.filter(|_| before[cut..].contains(')') && !before[cut..].contains('('))
                        .map_or(cut, |i| {
                            before[..i].rfind([' ', '\t', ',']).map_or(0, |i| i + 1)
                        })
                }
                None => after.len(),
            };
            let value = after[..end]
                .trim()
                .trim_end_matches(',')
                .trim_end()
                .to_owned();
            all.push((name.trim_start_matches(',').to_lowercase(), value));
            rest = &after[end..];
            if end == after.len() {
                break;
            }
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_namelist_is_taken_apart() {
        let text = "&crystal\n  lfactor=0.1, lattvec(:,1)= 0 0.5 0.5 , ! comment\n types = 1 2\n elements=\"B\" \"As\"\n T=300\n&end\n";
        let all = entries(text);
        let of = |key: &str| all.iter().find(|(k, _)| k == key).map(|(_, v)| v.as_str());
        assert_eq!(of("lfactor"), Some("0.1"));
        assert_eq!(of("lattvec(:,1)"), Some("0 0.5 0.5"));
        assert_eq!(of("types"), Some("1 2"));
        assert_eq!(of("elements"), Some("\"B\" \"As\""));
        assert_eq!(of("t"), Some("300"));
    }
}
