//! What the system tells of this process.

/// A line of `/proc/self/status`, without its name; none where there is no such file.
pub fn line(name: &str) -> Option<String> {
    let all = std::fs::read_to_string("/proc/self/status").ok()?;
    let of = |line: &str| {
        Some(
            line.strip_prefix(name)?
                .strip_prefix(':')?
                .trim()
                .to_owned(),
        )
    };
    all.lines().find_map(of)
}
