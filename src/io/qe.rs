//! Quantum ESPRESSO's `data-file-schema.xml`.
