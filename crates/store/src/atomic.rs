//! The one way to write a file that is not a database: whole or not at all.

use crate::failure::{from_io, unreachable_at};
use inkhorn_fault::{Fault, Result};
use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

/// Writes `bytes` to `path`, replacing what is there. Readers see the old file or the new one, never a part; when
/// this returns, the new one survives a power cut. Only the owner may read it. On failure the old file is intact.
pub fn save_file_atomically(path: &Path, bytes: &[u8]) -> Result<()> {
    let (Some(folder), Some(name)) = (folder_of(path), path.file_name()) else {
        return Err(unreachable_at(path));
    };
    let temporary = temporary_beside(&folder, name);
    let written = write_new(&temporary, bytes)
        .and_then(|()| fs::rename(&temporary, path))
        .and_then(|()| flush_folder(&folder));
    written.map_err(|error| {
        // It may never have been made, and the failure to tell is the first one.
        drop(fs::remove_file(&temporary));
        from_io(&error, path)
    })
}

/// A new file that was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Saved<T> {
    /// Where it is.
    pub path: PathBuf,
    /// Its length in bytes.
    pub length: u64,
    /// What was told by what wrote it.
    pub told: T,
}

/// Writes a new file whose parts come one by one, however long it becomes: whole or not at all, as
/// [`save_file_atomically`] does. It goes to the first of `paths`, all in one folder, at which nothing is when it is
/// whole, so that it never takes the place of another file.
///
/// # Errors
/// Those of `write`, which tells a failing file by its `io::Error`, and `AlreadyExists` where no path is free; the file does
/// not exist then.
pub fn save_file_in_parts<T, E: From<Fault> + From<io::Error>>(
    paths: impl IntoIterator<Item = PathBuf>,
    write: impl FnOnce(&mut BufWriter<File>) -> std::result::Result<T, E>,
) -> std::result::Result<Saved<T>, E> {
    let mut paths = paths.into_iter().peekable();
    let first = paths.peek().cloned().unwrap_or_default();
    let (Some(folder), Some(name)) = (folder_of(&first), first.file_name()) else {
        return Err(unreachable_at(&first).into());
    };
    let temporary = temporary_beside(&folder, name);
    let written = (|| {
        let mut file = BufWriter::with_capacity(1 << 16, create_private(&temporary)?);
        let told = write(&mut file)?;
        let file = file.into_inner().map_err(io::IntoInnerError::into_error)?;
        file.sync_all()?;
        let length = file.metadata()?.len();
        let path = place_new(&temporary, &mut paths)?;
        flush_folder(&folder)?;
        Ok(Saved { path, length, told })
    })();
    // Its other name is not needed any more, or it is half a file; it may also never have been made. The failure to tell is
    // the first one.
    drop(fs::remove_file(&temporary));
    written
}

/// Gives a file that is whole the first of the names that nothing has, and says which.
fn place_new(temporary: &Path, paths: &mut dyn Iterator<Item = PathBuf>) -> io::Result<PathBuf> {
    for path in paths {
        // A second name for a file is never one that is taken. Where files have one name only, it is taken first.
        let placed = match fs::hard_link(temporary, &path) {
            Err(error) if error.kind() != io::ErrorKind::AlreadyExists => rename_to_new(temporary, &path),
            linked => linked,
        };
        match placed {
            Ok(()) => return Ok(path),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(error),
        }
    }
    Err(io::ErrorKind::AlreadyExists.into())
}

/// Renames to a name that must be free: an empty file of our own holds it for the moment that this takes.
fn rename_to_new(temporary: &Path, path: &Path) -> io::Result<()> {
    drop(create_private(path)?);
    fs::rename(temporary, path).inspect_err(|_| drop(fs::remove_file(path)))
}

/// Creates a file that must not exist, readable by its owner only.
pub(crate) fn create_private(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

/// Makes a rename in this folder survive a power cut.
pub(crate) fn flush_folder(folder: &Path) -> io::Result<()> {
    // Windows has no such call for folders and needs none: it journals renames.
    if cfg!(unix) { File::open(folder)?.sync_all() } else { Ok(()) }
}

fn write_new(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = create_private(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

fn folder_of(path: &Path) -> Option<PathBuf> {
    let folder = path.parent()?;
    Some(if folder.as_os_str().is_empty() { PathBuf::from(".") } else { folder.to_owned() })
}

/// A name that no other call, here or in another process, uses at the same time.
fn temporary_beside(folder: &Path, name: &std::ffi::OsStr) -> PathBuf {
    static CALLS: AtomicU64 = AtomicU64::new(0);
    let call = CALLS.fetch_add(1, Ordering::Relaxed);
    let mut temporary = std::ffi::OsString::from(".");
    temporary.push(name);
    temporary.push(format!(".{}-{call}.tmp", std::process::id()));
    folder.join(temporary)
}

#[cfg(test)]
mod tests {
    use super::*;
    use inkhorn_fault::Code;

    fn names_in(folder: &Path) -> Vec<String> {
        let entries = fs::read_dir(folder).unwrap();
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
    }

    #[test]
    fn a_file_is_replaced_whole_and_nothing_else_is_left() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("export.json");
        for text in ["first", "second, longer", ""] {
            save_file_atomically(&path, text.as_bytes()).unwrap();
            assert_eq!(fs::read_to_string(&path).unwrap(), text);
        }
        assert_eq!(names_in(dir.path()), ["export.json"]);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        }
    }

    #[test]
    fn a_failure_leaves_nothing_behind_and_names_the_file() {
        let dir = tempfile::tempdir().unwrap();
        let missing = dir.path().join("no-such-folder").join("export.json");
        let fault = save_file_atomically(&missing, b"x").unwrap_err();
        assert_eq!(fault.code(), Code::Damaged);
        assert!(fault.message().contains("no-such-folder"), "{}", fault.message());
        let folder = dir.path().join("folder");
        fs::create_dir(&folder).unwrap();
        assert!(save_file_atomically(&folder, b"x").is_err(), "a folder is not replaced by a file");
        assert_eq!(names_in(dir.path()), ["folder"]);
        assert!(save_file_atomically(Path::new("/"), b"x").is_err());
    }

    #[test]
    fn parts_that_fail_leave_no_half_file() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("export.csv");
        let failed: std::result::Result<Saved<()>, Told> = save_file_in_parts([path.clone()], |out| {
            out.write_all(&[b'x'; 100_000])?;
            Err(io::Error::from(io::ErrorKind::StorageFull).into())
        });
        assert_eq!(failed.unwrap_err().0, "no storage space");
        assert_eq!(names_in(dir.path()), Vec::<String>::new());
        let whole = save_file_in_parts::<_, Told>([path.clone()], |out| Ok(out.write_all(&[b'x'; 100_000])?));
        assert_eq!(whole.unwrap(), Saved { path, length: 100_000, told: () });
        assert_eq!(names_in(dir.path()), ["export.csv"]);
    }

    #[test]
    fn a_file_that_appears_while_a_new_one_is_written_stays() {
        let dir = tempfile::tempdir().unwrap();
        let [first, second] = ["export.csv", "export (2).csv"].map(|name| dir.path().join(name));
        let paths = [first.clone(), second.clone()];
        let save = |text: &'static str| {
            save_file_in_parts::<_, Told>(paths.clone(), |out| {
                if !first.exists() {
                    fs::write(&first, "another's")?;
                }
                Ok(out.write_all(text.as_bytes())?)
            })
        };
        assert_eq!(save("ours").unwrap().path, second);
        assert_eq!(
            save("ours again").unwrap_err().0,
            io::Error::from(io::ErrorKind::AlreadyExists).to_string()
        );
        let read = |path: &Path| fs::read_to_string(path).unwrap();
        assert_eq!((read(&first).as_str(), read(&second).as_str()), ("another's", "ours"));
        assert_eq!(names_in(dir.path()).len(), 2);
    }

    #[test]
    fn where_files_have_one_name_only_none_is_replaced_either() {
        let dir = tempfile::tempdir().unwrap();
        let [new, taken, free] = ["new", "taken", "free"].map(|name| dir.path().join(name));
        fs::write(&new, "ours").unwrap();
        fs::write(&taken, "another's").unwrap();
        assert_eq!(rename_to_new(&new, &taken).unwrap_err().kind(), io::ErrorKind::AlreadyExists);
        assert_eq!(fs::read_to_string(&taken).unwrap(), "another's");
        rename_to_new(&new, &free).unwrap();
        assert_eq!(fs::read_to_string(&free).unwrap(), "ours");
        assert!(rename_to_new(&new, &dir.path().join("gone")).is_err());
        assert_eq!(names_in(dir.path()).len(), 2, "no empty file is left");
    }

    #[derive(Debug)]
    struct Told(String);

    impl From<io::Error> for Told {
        fn from(error: io::Error) -> Self {
            Self(error.to_string())
        }
    }

    impl From<Fault> for Told {
        fn from(fault: Fault) -> Self {
            Self(fault.message())
        }
    }

    #[test]
    fn many_writers_of_one_file_never_mix() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("shared");
        std::thread::scope(|scope| {
            for letter in b'a'..=b'h' {
                let path = &path;
                scope.spawn(move || {
                    for _ in 0..10 {
                        save_file_atomically(path, &[letter; 10_000]).unwrap();
                        let seen = fs::read(path).unwrap();
                        assert!(seen.len() == 10_000 && seen.iter().all(|byte| *byte == seen[0]));
                    }
                });
            }
        });
        assert_eq!(names_in(dir.path()), ["shared"]);
    }
}
