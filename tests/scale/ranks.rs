//! Ranks share out a calculation as they finish: the same bits as one process gives.

use super::DATA;
use crate::common::Lcg;
use crate::wannier::Run;
use bzint::integrate::ledger::{Accounts, Ledger, in_threads, join};
use bzint::workflow::{
    Backend, Density, Dos, Fermi, FermiChoice, Held, InterpolatorKind, LevelChoice, Method, Opened,
    Opening, Transport, Wanted,
};
use std::fmt::Debug;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

fn method() -> Method {
    Method {
        backend: Backend::Cpu,
        ..Method::default()
    }
}

fn read(path: impl AsRef<Path>) -> Held {
    Held::read(path.as_ref(), &Default::default()).unwrap()
}

/// What `run` gives without ranks, and as each of one and of three of them.
fn same_among_ranks<T: Debug + Send>(what: &str, run: impl Fn(Option<&Ledger>) -> T + Sync) {
    let whole = format!("{:?}", run(None));
    assert!(whole.len() > 200, "{whole}");
    for count in [1, 3] {
        in_threads(count, |ranks| {
            let ledger = Ledger::default().among(ranks.clone());
            let found = format!("{:?}", run(Some(&ledger)));
            assert_eq!(found, whole, "{what}: rank {} of {count}", ranks.rank());
            Ok(())
        })
        .unwrap();
    }
}

fn fermi(asked: &Fermi, bands: &Opened, what: &str) {
    same_among_ranks(what, |ledger| {
        let run = asked.run_with(ledger, bands, &method(), &|_| {});
        run.unwrap().0.tensors
    });
}

fn transport(asked: &Transport, bands: &Opened, what: &str) {
    same_among_ranks(what, |ledger| {
        let run = asked.run_with(ledger, bands, &method(), &|_| {});
        run.unwrap().0.rows
    });
}

fn copper(opening: &Opening, asked: &Fermi) -> Opened {
    let held = read(format!("{DATA}/cu.nscf.xml.gz"));
    asked.open(held, opening, &method()).unwrap()
}

fn uniform(n: usize) -> Opening {
    Opening {
        interpolate: Some(Density::Grid([n; 3])),
        ..Opening::default()
    }
}

fn refined(tolerance: f64) -> Opening {
    Opening {
        tolerance: Some(tolerance),
        interpolator: Some(InterpolatorKind::Series),
        ..Opening::default()
    }
}

fn by_electrons() -> Fermi {
    Fermi {
        level: LevelChoice {
            fermi_level: Some(FermiChoice::Electrons),
            electrons: None,
        },
        tau: None,
    }
}

#[test]
fn a_table_is_shared_out() {
    let asked = by_electrons();
    fermi(&asked, &copper(&uniform(24), &asked), "a uniform surface");
    let dos = Dos {
        bins: Some(60),
        ..Dos::default()
    };
    let bands = copper(&uniform(20), &asked);
    same_among_ranks("a uniform spectrum", |ledger| {
        dos.run_with(ledger, &bands, &method(), &|_| {})
            .unwrap()
            .0
            .dos
    });
}

#[test]
fn rounds_and_layers_of_a_refinement_are_shared_out() {
    let asked = by_electrons();
    fermi(&asked, &copper(&refined(5e-2), &asked), "a refined surface");
    let asked = Transport {
        temperatures_k: vec![500.0, 900.0],
        wanted: Wanted::Dopings(vec![1e19, -1e20]),
        ..Transport::default()
    };
    let held = read(format!("{DATA}/cubic.energy"));
    let bands = asked.open(held, &refined(5e-2), &method()).unwrap();
    transport(&asked, &bands, "refined dopings");
}

#[test]
fn hamiltonians_are_shared_out() {
    let folder = tempfile::tempdir().unwrap();
    Run::new(3, true).write(folder.path(), "w");
    let asked = Transport {
        temperatures_k: vec![1000.0],
        level: LevelChoice {
            fermi_level: Some(FermiChoice::Given(1.2)),
            electrons: None,
        },
        wanted: Wanted::FromFermiLevel(vec![-0.5, 0.0, 0.5]),
        ..Transport::default()
    };
    for opening in [uniform(12), refined(5e-2)] {
        let opening = Opening {
            interpolator: None,
            ..opening
        };
        let held = read(folder.path().join("w_tb.dat"));
        let bands = asked.open(held, &opening, &method()).unwrap();
        transport(&asked, &bands, "a Hamiltonian");
    }
}

/// Each rank does its share: no item is run by two.
#[test]
fn no_item_is_run_twice() {
    // Of a table there is one plan.
    let opening = Opening {
        interpolate: Some(Density::AsItIs),
        ..Opening::default()
    };
    let bands = copper(&opening, &by_electrons());
    let asked = Dos::default();
    let ran = |count: usize| {
        let all = Mutex::new(Vec::new());
        in_threads(count, |ranks| {
            let ledger = Ledger::default().timed().among(ranks.clone());
            asked.run_with(Some(&ledger), &bands, &method(), &|_| {})?;
            let own = ledger.take_times().into_iter();
            let own = own.map(|time| (time.what, time.key, time.item));
            all.lock().unwrap().extend(own);
            Ok(())
        })
        .unwrap();
        all.into_inner().unwrap()
    };
    for count in [1, 3] {
        let mut items = ran(count);
        let many = items.len();
        items.sort();
        items.dedup();
        assert_eq!(items.len(), many, "{count} ranks");
        assert!(many > 20, "{many}");
    }
}

/// Ranks that are stopped at any moment go on from what each of them kept then, as many as there are.
#[test]
fn what_ranks_kept_is_taken_up() {
    for opening in [uniform(24), refined(5e-2)] {
        let asked = by_electrons();
        let bands = copper(&opening, &asked);
        let run = |ledger: &Ledger| {
            let found = asked.run_with(Some(ledger), &bands, &method(), &|_| {});
            format!("{:?}", found.unwrap().0.tensors)
        };
        let whole = run(&Ledger::default());
        // What each of three ranks keeps, whenever it does.
        let kept: Arc<Mutex<[Vec<Accounts>; 3]>> = Arc::default();
        in_threads(3, |ranks| {
            let (kept, rank) = (kept.clone(), ranks.rank());
            let save = move |accounts: &Accounts, _: &str| {
                kept.lock().unwrap()[rank].push(accounts.clone());
            };
            let ledger = Ledger::default().saved(Duration::ZERO, Box::new(save));
            assert_eq!(run(&ledger.among(ranks.clone())), whole);
            Ok(())
        })
        .unwrap();
        let kept = kept.lock().unwrap();
        assert!(kept.iter().all(|of_rank| of_rank.len() > 2));
        let mut random = Lcg(3);
        for count in [2, 1, 4] {
            let mut held = Accounts::new();
            for of_rank in kept.iter() {
                let at = (random.next() * of_rank.len() as f64) as usize;
                join(&mut held, of_rank[at].clone());
            }
            in_threads(count, |ranks| {
                let held = Some((held.clone(), "the CPU in f64".to_owned()));
                let ledger = Ledger::new(held).saved(Duration::MAX, Box::new(|_, _| {}));
                assert_eq!(run(&ledger.among(ranks.clone())), whole, "{count} ranks");
                Ok(())
            })
            .unwrap();
            let alone = Ledger::new(Some((held, "the CPU in f64".to_owned())));
            assert_eq!(run(&alone.saved(Duration::MAX, Box::new(|_, _| {}))), whole);
        }
    }
}

#[test]
fn all_gpus_are_one_where_there_is_one() {
    let asked = by_electrons();
    let bands = copper(&uniform(16), &asked);
    let on = |backend| {
        let method = Method {
            backend,
            ..Method::default()
        };
        asked
            .run(&bands, &method, &|_| {})
            .map(|found| found.0.tensors)
    };
    match (on(Backend::Gpu), on(Backend::AllGpus)) {
        (Ok(one), Ok(all)) => assert_eq!(one, all),
        (Err(one), Err(all)) => assert_eq!(one.to_string(), all.to_string()),
        other => panic!("{other:?}"),
    }
}
