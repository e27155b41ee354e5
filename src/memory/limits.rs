//! How much memory this process may still take: what Linux has available, and what limits leave of it (`ulimit -v` and `-d`,
//! control groups of both versions).

use std::path::Path;

/// Bytes of memory that are available to this process; none where the system (other than Linux) does not say.
pub fn available() -> Option<u64> {
    available_in(Path::new("/"))
}

/// Bytes of address space that `ulimit -v` leaves; none without such a limit.
pub fn address_space() -> Option<u64> {
    left_of(Path::new("/"), "Max address space", "VmSize:")
}

fn available_in(root: &Path) -> Option<u64> {
    let limits = [
        of_machine(root),
        left_of(root, "Max address space", "VmSize:"),
        left_of(root, "Max data size", "VmData:"),
        of_groups(root),
    ];
    limits.into_iter().flatten().min()
}

fn read(root: &Path, path: &str) -> Option<String> {
    std::fs::read_to_string(root.join(path.trim_start_matches('/'))).ok()
}

/// `NAME:  123 kB` of a file of such lines, in bytes.
fn kilobytes(text: &str, name: &str) -> Option<u64> {
    let line = text.lines().find_map(|l| l.strip_prefix(name))?;
    let kib: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kib << 10)
}

fn of_machine(root: &Path) -> Option<u64> {
    kilobytes(&read(root, "proc/meminfo")?, "MemAvailable:")
}

/// A limit of `/proc/self/limits` less what is used of it.
fn left_of(root: &Path, limit: &str, used: &str) -> Option<u64> {
    let limits = read(root, "proc/self/limits")?;
    let line = limits.lines().find_map(|l| l.strip_prefix(limit))?;
    let most: u64 = line.split_ascii_whitespace().next()?.parse().ok()?;
    let status = read(root, "proc/self/status")?;
    Some(most.saturating_sub(kilobytes(&status, used)?))
}

/// What the tightest control group around this process leaves: its own and each above it, of both versions.
fn of_groups(root: &Path) -> Option<u64> {
    let groups = read(root, "proc/self/cgroup")?;
    let mut least: Option<u64> = None;
    for line in groups.lines() {
        // Version 2 is `0::/path`, version 1 `4:memory:/path`.
        let mut parts = line.splitn(3, ':').skip(1);
        let (Some(controllers), Some(group)) = (parts.next(), parts.next()) else {
            continue;
        };
        let (mounts, files): (&[&str], [&str; 3]) = if controllers.is_empty() {
            (
                &["sys/fs/cgroup", "sys/fs/cgroup/unified"],
                ["memory.max", "memory.current", "inactive_file "],
            )
        } else if controllers.split(',').any(|c| c == "memory") {
            (
                &["sys/fs/cgroup/memory"],
                [
                    "memory.limit_in_bytes",
                    "memory.usage_in_bytes",
                    "total_inactive_file ",
                ],
            )
        } else {
            continue;
        };
        for mount in mounts {
            // Inside a container the path may be the host's, and the mount the group itself: then the ancestors miss, and the
            // mount answers.
            for ancestor in Path::new(group).ancestors() {
                let folder = format!("{mount}{}", ancestor.display());
                if let Some(left) = of_group(root, folder.trim_end_matches('/'), files) {
                    least = Some(least.map_or(left, |l: u64| l.min(left)));
                }
            }
        }
    }
    least
}

/// What one group leaves. Pages of files that were read count as used, and are given back when memory is wanted.
fn of_group(root: &Path, folder: &str, [limit, usage, cached]: [&str; 3]) -> Option<u64> {
    let number = |file: &str| {
        read(root, &format!("{folder}/{file}"))?
            .trim()
            .parse::<u64>()
            .ok()
    };
    // Without a limit it is the word `max`, or 2⁶³ less a page.
    let most = number(limit).filter(|most| *most < 1 << 60)?;
    let stat = read(root, &format!("{folder}/memory.stat")).unwrap_or_default();
    let line = stat.lines().find_map(|l| l.strip_prefix(cached));
    let cached = line.and_then(|l| l.trim().parse().ok()).unwrap_or(0);
    let used = number(usage).unwrap_or(0).saturating_sub(cached);
    Some(most.saturating_sub(used))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A system as its files show it.
    fn system(files: &[(&str, &str)]) -> tempfile::TempDir {
        let root = tempfile::tempdir().unwrap();
        for (path, text) in files {
            let path = root.path().join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }
        root
    }

    const MEMINFO: (&str, &str) = (
        "proc/meminfo",
        "MemTotal: 9000 kB\nMemAvailable:    8000 kB\n",
    );
    const MIB: u64 = 1 << 20;

    #[test]
    fn the_tightest_of_all_limits_counts() {
        let of = |files: &[(&str, &str)]| available_in(system(files).path());
        assert_eq!(of(&[]), None);
        assert_eq!(of(&[MEMINFO]), Some(8000 << 10));
        let status = (
            "proc/self/status",
            "VmSize:\t    1000 kB\nVmData:\t 500 kB\n",
        );
        let limits = |space: &str, data: &str| {
            format!(
                "Limit   Soft Limit   Hard Limit   Units\nMax data size             {data}   unlimited   bytes\n\
                 Max address space         {space}              unlimited            bytes\n"
            )
        };
        let free = limits("unlimited", "unlimited");
        assert_eq!(
            of(&[MEMINFO, status, ("proc/self/limits", &free)]),
            Some(8000 << 10)
        );
        let space = limits("3072000", "unlimited");
        assert_eq!(
            of(&[MEMINFO, status, ("proc/self/limits", &space)]),
            Some(2000 << 10)
        );
        let data = limits("3072000", "1024000");
        assert_eq!(
            of(&[MEMINFO, status, ("proc/self/limits", &data)]),
            Some(500 << 10)
        );
    }

    #[test]
    fn groups_of_both_versions_and_those_above_them_limit() {
        let of = |files: &[(&str, &str)]| of_groups(system(files).path());
        let own = ("proc/self/cgroup", "0::/user/job\n");
        // The parent's limit is the tighter one; what is cached can be had back.
        let two = [
            own,
            ("sys/fs/cgroup/user/job/memory.max", "max\n"),
            ("sys/fs/cgroup/user/memory.max", "104857600\n"),
            ("sys/fs/cgroup/user/memory.current", "52428800\n"),
            (
                "sys/fs/cgroup/user/memory.stat",
                "anon 1\ninactive_file 10485760\n",
            ),
        ];
        assert_eq!(of(&two), Some(60 * MIB));
        // In a container whose path is the host's, the mount itself is the group.
        let container = [
            own,
            ("sys/fs/cgroup/memory.max", "104857600\n"),
            ("sys/fs/cgroup/memory.current", "20971520\n"),
        ];
        assert_eq!(of(&container), Some(80 * MIB));
        let one = [
            ("proc/self/cgroup", "4:memory:/job\n1:cpu:/\n0::/\n"),
            (
                "sys/fs/cgroup/memory/job/memory.limit_in_bytes",
                "104857600\n",
            ),
            (
                "sys/fs/cgroup/memory/job/memory.usage_in_bytes",
                "20971520\n",
            ),
            (
                "sys/fs/cgroup/memory/job/memory.stat",
                "inactive_file 7\ntotal_inactive_file 10485760\n",
            ),
            (
                "sys/fs/cgroup/memory/memory.limit_in_bytes",
                "9223372036854771712\n",
            ),
        ];
        assert_eq!(of(&one), Some(90 * MIB));
        assert_eq!(of(&[own]), None);
        // Full.
        let full = [
            own,
            ("sys/fs/cgroup/memory.max", "1\n"),
            ("sys/fs/cgroup/memory.current", "2\n"),
        ];
        assert_eq!(of(&full), Some(0));
    }
}
