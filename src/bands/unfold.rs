//! Completion of an irreducible wedge of k-points to the full periodic grid.
