//! Who holds something back in the database, and whether it still lives: a file that its process keeps locked.
//!
//! The lock is the system's own, so it goes with the process, however that ends; a process number could be somebody
//! else's by then.

use crate::atomic::create_private;
use crate::database::make_private_folder;
use crate::failure::from_io;
use crate::tables::usage::UsageRow;
use crate::under_way;
use inkhorn_fault::Result;
use std::fs::{self, File, TryLockError};
use std::hash::{BuildHasher, Hasher, RandomState};
use std::io::Read;
use std::path::{Path, PathBuf};

/// Folder of the files, within the profile.
const FOLDER: &str = "holders";

/// This process, or this one of its stores. Dropped, it is dead.
pub(crate) struct Holder {
    name: String,
    path: PathBuf,
    locked: File,
    file_stays: bool,
}

impl Holder {
    /// Makes the file, which bears its name only once it is locked: who sees it unlocked sees a dead one.
    pub(crate) fn new(folder: &Path) -> Result<Self> {
        let shelf = folder.join(FOLDER);
        make_private_folder(&shelf)?;
        sweep(&shelf);
        let random = || RandomState::new().build_hasher().finish();
        let name = format!("{:016x}{:016x}", random(), random());
        let (unborn, path) = (shelf.join(format!("{name}.new")), shelf.join(&name));
        let make = || -> std::io::Result<File> {
            let file = create_private(&unborn)?;
            file.lock()?;
            fs::rename(&unborn, &path)?;
            Ok(file)
        };
        let locked = make().map_err(|error| from_io(&error, &path))?;
        Ok(Self { name, path, locked, file_stays: false })
    }

    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// Its file outlives it, for the next process to read.
    pub(crate) fn leave_file(&mut self) {
        self.file_stays = true;
    }

    /// Its file, which nobody else writes to.
    pub(crate) fn file(&self) -> &File {
        &self.locked
    }
}

impl Drop for Holder {
    fn drop(&mut self) {
        // What stays behind is swept away by the next one.
        if !self.file_stays {
            drop(fs::remove_file(&self.path));
        }
    }
}

/// Whether the holder of this name has ended. In doubt it lives.
pub(crate) fn is_dead(folder: &Path, name: &str) -> bool {
    if name.is_empty() || !name.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return true;
    }
    file_is_dead(&folder.join(FOLDER).join(name))
}

fn file_is_dead(path: &Path) -> bool {
    match File::options().write(true).open(path) {
        Ok(file) => match file.try_lock() {
            Ok(()) => true,
            Err(TryLockError::WouldBlock | TryLockError::Error(_)) => false,
        },
        Err(error) => error.kind() == std::io::ErrorKind::NotFound,
    }
}

/// Removes the files of holders that were killed, but those that still tell of requests.
fn sweep(shelf: &Path) {
    for dead in dead_ones(shelf).filter(|dead| dead.rows.is_empty()) {
        dead.bury();
    }
}

/// A holder that was killed. Nobody else takes it while this lives.
pub(crate) struct Dead {
    /// Rows of the requests that it had under way.
    pub(crate) rows: Vec<UsageRow>,
    path: PathBuf,
    locked: File,
}

impl Dead {
    /// Removes its file.
    pub(crate) fn bury(self) {
        drop(fs::remove_file(&self.path));
        drop(self.locked);
    }
}

/// The holders of a profile that were killed and left requests behind.
pub(crate) fn left_behind(folder: &Path) -> impl Iterator<Item = Dead> + use<> {
    dead_ones(&folder.join(FOLDER)).filter(|dead| !dead.rows.is_empty())
}

fn dead_ones(shelf: &Path) -> impl Iterator<Item = Dead> + use<> {
    let files = fs::read_dir(shelf).into_iter().flatten().flatten();
    // One that is being made has no name of its own yet.
    files.map(|file| file.path()).filter(|path| path.extension().is_none()).filter_map(|path| {
        let mut locked = File::options().read(true).write(true).open(&path).ok()?;
        locked.try_lock().ok()?;
        let mut bytes = Vec::new();
        locked.read_to_end(&mut bytes).ok()?;
        Some(Dead { rows: under_way::left_behind(&bytes), path, locked })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_holder_lives_until_it_is_dropped() {
        let dir = tempfile::tempdir().unwrap();
        let one = Holder::new(dir.path()).unwrap();
        let other = Holder::new(dir.path()).unwrap();
        let name = one.name().to_owned();
        assert!(!is_dead(dir.path(), &name) && !is_dead(dir.path(), other.name()));
        drop(one);
        assert!(is_dead(dir.path(), &name));
        assert!(!is_dead(dir.path(), other.name()));
        for nobody in ["", "../../etc/passwd", "0123"] {
            assert!(is_dead(dir.path(), nobody), "{nobody}");
        }
    }

    #[test]
    fn what_a_kill_left_behind_is_swept_away() {
        let dir = tempfile::tempdir().unwrap();
        let shelf = dir.path().join(FOLDER);
        let first = Holder::new(dir.path()).unwrap();
        // A file that nobody locks is what a killed process leaves.
        fs::write(shelf.join("00ff"), "").unwrap();
        fs::write(shelf.join("0aff"), [0; 100]).unwrap();
        let second = Holder::new(dir.path()).unwrap();
        let kept: std::collections::BTreeSet<String> = fs::read_dir(&shelf)
            .unwrap()
            .map(|file| file.unwrap().file_name().into_string().unwrap())
            .collect();
        assert_eq!(kept, [first.name(), second.name()].map(str::to_owned).into());
    }
}
