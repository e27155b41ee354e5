//! Allocation that fails with an error, not with an abort.

use crate::error::{Error, Result};

/// `len` zeros for `what`.
///
/// # Errors
/// [`Error::OutOfMemory`] where the machine has not that much memory available.
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
        let bytes = len.saturating_mul(size_of::<f64>()) as u64;
        let available = available();
        // The system may promise more than it has: ask it first.
        let refused = available.is_some_and(|a| bytes > a);
        if refused || buffer.try_reserve_exact(len - buffer.len()).is_err() {
            return Err(Error::OutOfMemory {
                what: what.to_owned(),
                needed_mib: bytes >> 20,
                available_mib: available.unwrap_or(0) >> 20,
                remedy: "use a smaller grid or fewer bands, or a machine with more memory".into(),
            });
        }
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

/// Bytes of memory that Linux says are available; none elsewhere.
fn available() -> Option<u64> {
    let text = std::fs::read_to_string("/proc/meminfo").ok()?;
    let line = text.lines().find_map(|l| l.strip_prefix("MemAvailable:"))?;
    let kib: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kib << 10)
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
    }
}
