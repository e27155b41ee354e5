//! See `phonons` in `tests/support/replay.rs`.
#![no_main]

#[path = "../../tests/support/replay.rs"]
#[allow(dead_code)]
mod replay;

libfuzzer_sys::fuzz_target!(|data: &[u8]| replay::phonons(data));
