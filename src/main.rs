//! The `bzint` command.

fn main() {}
