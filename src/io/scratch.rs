//! Files in the making: beside the file that they become, under a name that tells whose they are.
//!
//! An error and a panic remove them; for signals there is [`discard_all`]. Nothing can be done at a SIGKILL: what is left then is
//! removed by the next process that writes into the directory, once the process named in it is gone.

use sha2::{Digest, Sha256};
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, OnceLock, PoisonError, TryLockError};
use std::time::Duration;

const PREFIX: &str = ".bzint-";
const SUFFIX: &str = ".tmp";

/// The files in the making. Whoever makes, renames or removes one holds the lock, so that a list is complete at any time.
static LIVE: Mutex<Vec<PathBuf>> = Mutex::new(Vec::new());

/// A file in the making; it is removed when dropped.
pub(super) struct Scratch {
    file: tempfile::NamedTempFile,
}

impl Scratch {
    /// A new file in `directory`; `mode` is that of a file that it will replace (else the umask decides, as for any file).
    pub fn new_in(directory: &Path, mode: Option<u32>) -> io::Result<Self> {
        let owner = match Owner::this() {
            Some(owner) => format!("{PREFIX}{}-", owner.name()),
            None => PREFIX.to_owned(),
        };
        let mut builder = tempfile::Builder::new();
        builder.prefix(&owner).suffix(SUFFIX);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            builder.permissions(std::fs::Permissions::from_mode(mode.unwrap_or(0o666)));
        }
        #[cfg(not(unix))]
        let _ = mode;
        let mut live = LIVE.lock().unwrap_or_else(PoisonError::into_inner);
        let file = builder.tempfile_in(directory)?;
        live.push(file.path().to_path_buf());
        Ok(Self { file })
    }

    pub fn path(&self) -> &Path {
        self.file.path()
    }

    pub fn file(&self) -> &File {
        self.file.as_file()
    }

    /// Opens the file by its name, which a signal does not take from it meanwhile: what opens to write would make it anew.
    #[cfg(feature = "hdf5-write")]
    pub fn opened<T>(&self, open: impl FnOnce(&Path) -> T) -> T {
        let _live = LIVE.lock().unwrap_or_else(PoisonError::into_inner);
        open(self.path())
    }

    /// Gives the file its final name, in place of what had it.
    pub fn rename_to(&self, target: &Path) -> io::Result<()> {
        let mut live = LIVE.lock().unwrap_or_else(PoisonError::into_inner);
        std::fs::rename(self.path(), target)?;
        live.retain(|path| path != self.path());
        Ok(())
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let mut live = LIVE.lock().unwrap_or_else(PoisonError::into_inner);
        // What was renamed is not in the list any more.
        if let Some(at) = live.iter().position(|path| path == self.path()) {
            let _ = std::fs::remove_file(self.path());
            live.remove(at);
        }
        self.file.disable_cleanup(true);
    }
}

/// Removes every file in the making, for a process that is about to end by a signal. None can be made or finished afterwards:
/// threads that try to wait for ever.
pub fn discard_all() {
    let live = LIVE.lock().unwrap_or_else(PoisonError::into_inner);
    for path in live.iter() {
        let _ = std::fs::remove_file(path);
    }
    std::mem::forget(live);
}

/// The same for a process without memory, whose thread may hold the list or be in the midst of changing it: then it is tried for a while,
/// and what is left is for the next process.
pub fn discard_all_if_free() {
    const TRIES: usize = 100;
    for _ in 0..TRIES {
        let live = match LIVE.try_lock() {
            Ok(live) => live,
            Err(TryLockError::Poisoned(live)) => live.into_inner(),
            Err(TryLockError::WouldBlock) => {
                std::thread::sleep(Duration::from_millis(5));
                continue;
            }
        };
        for path in live.iter() {
            // Paths of usual length are passed to the system without a buffer of their own.
            let _ = std::fs::remove_file(path);
        }
        std::mem::forget(live);
        return;
    }
}

/// Removes from `directory` what processes of this machine and user left in the making when they were killed.
pub(super) fn clear_abandoned(directory: &Path) {
    let (Some(this), Ok(entries)) = (Owner::this(), std::fs::read_dir(directory)) else {
        return;
    };
    for entry in entries.flatten() {
        let name = entry.file_name();
        let owner = name.to_str().and_then(Owner::of_file);
        let Some(owner) = owner.filter(|owner| owner.machine == this.machine) else {
            continue;
        };
        let mine = || entry.metadata().is_ok_and(|m| m.is_file() && is_mine(&m));
        if !owner.is_alive() && mine() {
            let _ = std::fs::remove_file(entry.path());
        }
    }
}

/// Whether a file belongs to the user of this process, whose processes `/proc` always shows.
fn is_mine(metadata: &std::fs::Metadata) -> bool {
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt;
        let this = std::fs::metadata("/proc/self");
        this.is_ok_and(|this| this.uid() == metadata.uid())
    }
    #[cfg(not(unix))]
    {
        let _ = metadata;
        false
    }
}

/// The process that makes a file. Numbers of processes come again, and other machines and containers have them too: the time of
/// its start, the boot and the namespace belong to it.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Owner {
    machine: String,
    process: u32,
    start: u64,
}

impl Owner {
    /// This process; none where the system does not tell (other than Linux).
    fn this() -> Option<Self> {
        static MACHINE: OnceLock<Option<String>> = OnceLock::new();
        let machine = MACHINE.get_or_init(|| {
            let boot = std::fs::read("/proc/sys/kernel/random/boot_id").ok()?;
            let namespace = std::fs::read_link("/proc/self/ns/pid").ok()?;
            let mut hash = Sha256::new();
            hash.update(boot);
            hash.update(namespace.as_os_str().as_encoded_bytes());
            let digest = hash.finalize();
            Some(digest.iter().take(6).map(|b| format!("{b:02x}")).collect())
        });
        let process = std::process::id();
        // `/proc` may be that of other processes: then it is of no use.
        let own = std::fs::read_link("/proc/self").ok()?;
        if own.to_str() != Some(&process.to_string()) {
            return None;
        }
        Some(Self {
            machine: machine.clone()?,
            process,
            start: start_of(process).ok()??,
        })
    }

    fn name(&self) -> String {
        format!("{}-{}-{}", self.machine, self.process, self.start)
    }

    fn of_file(name: &str) -> Option<Self> {
        let name = name.strip_prefix(PREFIX)?.strip_suffix(SUFFIX)?;
        let mut parts = name.split('-');
        let owner = Self {
            machine: parts.next()?.to_owned(),
            process: parts.next()?.parse().ok()?,
            start: parts.next()?.parse().ok()?,
        };
        // The random part.
        parts.next()?;
        parts.next().is_none().then_some(owner)
    }

    /// Whether it still runs; also where that cannot be known.
    fn is_alive(&self) -> bool {
        match start_of(self.process) {
            Ok(start) => start.is_none_or(|start| start == self.start),
            Err(error) => error.kind() != io::ErrorKind::NotFound,
        }
    }
}

/// The time of a process' start, in ticks since boot; none where it is not told.
fn start_of(process: u32) -> io::Result<Option<u64>> {
    let stat = std::fs::read(format!("/proc/{process}/stat"))?;
    let stat = String::from_utf8_lossy(&stat);
    // The name in parentheses may hold anything; the start is field 22, and field 3 follows the name.
    let after = stat.rsplit(')').next().unwrap_or_default();
    Ok(after
        .split_ascii_whitespace()
        .nth(19)
        .and_then(|ticks| ticks.parse().ok()))
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn only_what_dead_processes_of_this_machine_left_is_cleared() {
        let directory = tempfile::tempdir().unwrap();
        let d = directory.path();
        let this = Owner::this().unwrap();
        let mut child = std::process::Command::new("true").spawn().unwrap();
        let gone = child.id();
        child.wait().unwrap();
        let other = |machine: &str, process: u32, start: u64| {
            let owner = Owner {
                machine: machine.into(),
                process,
                start,
            };
            format!("{PREFIX}{}-aB3x{SUFFIX}", owner.name())
        };
        let dead = [
            other(&this.machine, gone, 1),
            // The number was given again to a process that started at another time.
            other(&this.machine, this.process, this.start + 1),
        ];
        let kept = [
            other(&this.machine, this.process, this.start),
            other("0123456789ab", gone, 1),
            format!("{PREFIX}aB3x{SUFFIX}"),
            "bands.h5".to_owned(),
        ];
        for name in dead.iter().chain(&kept) {
            std::fs::write(d.join(name), "").unwrap();
        }
        clear_abandoned(d);
        assert!(dead.iter().all(|name| !d.join(name).exists()));
        assert!(kept.iter().all(|name| d.join(name).exists()));
    }

    #[test]
    fn a_name_tells_its_owner() {
        let directory = tempfile::tempdir().unwrap();
        let scratch = Scratch::new_in(directory.path(), None).unwrap();
        let name = scratch.path().file_name().unwrap().to_str().unwrap();
        assert_eq!(Owner::of_file(name), Owner::this());
        assert!(Owner::this().unwrap().is_alive());
        let path = scratch.path().to_path_buf();
        drop(scratch);
        assert!(!path.exists());
    }
}
