//! The Fermi level that holds a given number of electrons.
