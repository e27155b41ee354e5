//! The materials, one by one or several at a time.

use super::Screen;
use crate::cli::options::{Input, Method, Output};
use crate::cli::session;
use crate::error::{Error, Result};
use crate::progress;
use crate::report::{Material, MaterialState, Ranking};
use crate::transport::Merit;
use crate::workflow::ZtFound;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

/// Computes every file and hands what comes of it to `take`, which never runs twice at a time; no file stops another.
pub fn each(screen: &Screen, files: &[PathBuf], take: impl FnMut(&Path, Result<Material>) + Send) {
    let _progress = session::show_progress(&screen.output);
    let phase = progress::phase("materials", files.len() as u64);
    let jobs = usize::from(screen.jobs).min(files.len()).max(1);
    let threads = (screen
        .method
        .threads
        .unwrap_or_else(rayon::current_num_threads)
        / jobs)
        .max(1);
    let next = AtomicUsize::new(0);
    let take = Mutex::new(take);
    let work = || {
        while let Some(file) = files.get(next.fetch_add(1, Ordering::Relaxed)) {
            let outcome = material(screen, file, threads);
            let mut take = take.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
            take(file, outcome);
            phase.add(1);
        }
    };
    std::thread::scope(|scope| {
        for _ in 1..jobs {
            scope.spawn(work);
        }
        work();
    });
}

/// One material, at the best of its states.
fn material(screen: &Screen, file: &Path, threads: usize) -> Result<Material> {
    let start = Instant::now();
    let input: Input = screen.input.of(file.to_path_buf());
    let method = Method {
        threads: Some(threads),
        ..screen.method.clone()
    };
    // What one of many files has to say goes unsaid: its row has the doubts.
    let output = Output {
        json: false,
        quiet: true,
        verbose: false,
    };
    input.check(Some(&method))?;
    let asked = screen.asked();
    let bands = asked.open(input.read()?, &input.opening, &method)?;
    let header = bands.header();
    let (found, _) = asked.run(&bands, &method, &session::voice(&output))?;
    let best = best(&found, screen.ranking()).ok_or_else(|| {
        Error::bad_option(
            "--mu",
            "no state has a zT: nothing conducts, or the Seebeck coefficient vanishes",
            "give `--doping`, or other chemical potentials",
        )
    })?;
    let (directions, found) = (&found.directions, &found.states);
    let state = &found.states[best];
    Ok(Material {
        file: file.display().to_string(),
        format: header.provenance.format.clone(),
        gap_ev: found
            .gap_ev
            .map_or(0.0, |(valence, conduction)| conduction - valence),
        state: MaterialState {
            temperature_k: state.temperature_k,
            direction: directions[state.direction].label.clone(),
            direction_unit: directions[state.direction].unit,
            mu_ev: state.mu_ev.value - found.fermi_level_ev,
            carriers: state.carriers,
        },
        numbers: numbers(&state.found.merits[0]),
        seconds: start.elapsed().as_secs_f64(),
    })
}

/// The state that is largest in what is sorted by.
fn best(found: &ZtFound, by: Ranking) -> Option<usize> {
    let states = &found.states.states;
    let value = |i: &usize| states[*i].found.merits[0].get(by.quantity()).value;
    let usable = (0..states.len()).filter(|i| value(i).is_finite());
    usable.max_by(|a, b| value(a).total_cmp(&value(b)))
}

fn numbers(merit: &Merit) -> Vec<crate::transport::Named> {
    merit.all.clone()
}
