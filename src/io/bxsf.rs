//! BXSF (XCrySDen Fermi-surface grids), read and written.
