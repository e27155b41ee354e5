//! Allocation that fails with an error, not with an abort.

mod guard;
mod limits;

use crate::error::{Error, Result};
pub use guard::{Guarded, before_the_end};
pub use limits::{address_space, available};

/// `len` zeros for `what`.
///
/// # Errors
/// [`Error::OutOfMemory`] where the machine, or a limit on this process, has not that much memory available.
pub fn zeros(what: &str, len: usize) -> Result<Vec<f64>> {
    let mut buffer = Vec::new();
    grow(what, &mut buffer, len)?;
    Ok(buffer)
}

/// Resizes `buffer` to `len` numbers (new ones are 0) for `what`.
///
/// # Errors
/// As [`zeros`].
pub fn grow(what: &str, buffer: &mut Vec<f64>, len: usize) -> Result<()> {
    if len > buffer.capacity() {
        check::<f64>(what, len)?;
        let more = len - buffer.len();
        guard::fallible(|| buffer.try_reserve_exact(more))
            .map_err(|_| refused(what, bytes_of::<f64>(len), available()))?;
        if buffer.is_empty() {
            // Zeroed by the system page by page as threads touch it, which is faster than one thread writing zeros. What was
            // just reserved goes back first, and is there for the taking.
            *buffer = Vec::new();
            *buffer = vec![0.0; len];
        }
    }
    buffer.resize(len, 0.0);
    Ok(())
}

/// Room for `len` more values of `what` in `buffer`.
///
/// # Errors
/// As [`zeros`].
pub fn reserve<T>(what: &str, buffer: &mut Vec<T>, len: usize) -> Result<()> {
    check::<T>(what, len)?;
    guard::fallible(|| buffer.try_reserve_exact(len))
        .map_err(|_| refused(what, bytes_of::<T>(len), available()))
}

/// Whether `len` values of `what` can be had, of those that are allocated elsewhere.
///
/// # Errors
/// As [`zeros`].
pub fn check<T>(what: &str, len: usize) -> Result<()> {
    // Little is never worth asking for.
    const LITTLE: u64 = 1 << 20;
    let bytes = bytes_of::<T>(len);
    if bytes < LITTLE {
        return Ok(());
    }
    // The system may promise more than it has: ask it first.
    match available() {
        Some(available) if bytes > available => Err(refused(what, bytes, Some(available))),
        _ => Ok(()),
    }
}

fn bytes_of<T>(len: usize) -> u64 {
    len.saturating_mul(size_of::<T>()) as u64
}

fn refused(what: &str, bytes: u64, available: Option<u64>) -> Error {
    Error::OutOfMemory {
        what: what.to_owned(),
        needed_mib: bytes >> 20,
        available_mib: available.unwrap_or(0) >> 20,
        remedy: "use a smaller grid or fewer bands, or a machine (or a limit) with more memory"
            .into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_beyond_the_machine_is_an_error_with_both_sizes() {
        let error = zeros("a plane of 2^40 points", 1 << 40)
            .unwrap_err()
            .to_string();
        assert!(
            error.contains("a plane of 2^40 points needs 8388608 MiB"),
            "{error}"
        );
        assert_eq!(zeros("three", 3).unwrap(), [0.0; 3]);
        let mut words: Vec<u16> = Vec::new();
        assert!(reserve("words", &mut words, usize::MAX).is_err());
        assert!(reserve("words", &mut words, 1 << 21).is_ok());
    }
}
