//! The command line as users type it.

#[path = "../common/mod.rs"]
mod common;

mod bounds;
mod budget;
mod cli;
mod coverage;
mod info;
mod landauer;
mod manners;
mod many;
mod output_cli;
mod page;
mod real_crystals;
mod reference;
mod structure;
mod transport_cli;
mod typed;
