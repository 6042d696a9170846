//! Opening one SQLite file so that it is ours, whole, private and of a form that this Inkhorn knows, or not at all.
//!
//! While a database is in use, nothing here opens its files with `std::fs`: closing any descriptor of a file drops
//! every lock that SQLite holds on it in this process. Names, lengths and permissions are read by path only.

use crate::atomic::{create_private, flush_folder};
use crate::failure::{at, from_io, from_sqlite, unreachable_at};
use inkhorn_fault::{Code, Fault, Result};
use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags, TransactionBehavior};
use std::fs::{self, File, TryLockError};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// Before 3.51.3, two connections that wrote and checkpointed at once could damage a WAL database.
const OLDEST_SAFE_SQLITE: i32 = 3_051_003;
/// How long a statement waits for another process before it is `Busy`.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);
/// How long opening waits for another process that is making or migrating the profile.
const OPENING_TIMEOUT: Duration = Duration::from_secs(30);
/// What one database file is.
#[derive(Clone, Copy)]
pub(crate) struct Layout {
    /// Name of the file.
    pub(crate) file: &'static str,
    /// Marks the file as ours.
    pub(crate) application_id: i32,
    /// How the schema came to be; `user_version` counts the steps taken.
    pub(crate) steps: &'static [&'static [&'static str]],
    /// Bytes per page, fixed when the file is made.
    pub(crate) page_size: u32,
    /// `FULL` flushes each commit; `NORMAL` survives a killed process but may lose the last commits to a power cut.
    pub(crate) synchronous: &'static str,
    /// Pages in the WAL from which a commit moves them into the file; 0 leaves that to somebody else.
    pub(crate) autocheckpoint: u32,
    /// Files up to this many bytes are checked page by page at each start, which costs time for each row.
    pub(crate) checked_up_to: u64,
}

/// Held while a process makes, checks or migrates the files of a profile.
pub(crate) struct OpeningLock {
    _file: File,
}

impl OpeningLock {
    /// Waits for its turn.
    pub(crate) fn acquire(folder: &Path) -> Result<Self> {
        let path = folder.join("inkhorn.lock");
        let file = match create_private(&path) {
            Ok(file) => file,
            Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {
                refuse_links(&path)?;
                File::options().write(true).open(&path).map_err(|error| from_io(&error, &path))?
            }
            Err(error) => return Err(from_io(&error, &path)),
        };
        let begun = Instant::now();
        loop {
            match file.try_lock() {
                Ok(()) => return Ok(Self { _file: file }),
                Err(TryLockError::Error(error)) => return Err(from_io(&error, &path)),
                Err(TryLockError::WouldBlock) if begun.elapsed() > OPENING_TIMEOUT => {
                    return Err(Fault::new(Code::Busy));
                }
                Err(TryLockError::WouldBlock) => std::thread::sleep(Duration::from_millis(2)),
            }
        }
    }
}

/// A database that was looked at and found good, or missing. Nothing was changed yet.
pub(crate) struct Examined {
    layout: Layout,
    folder: PathBuf,
    path: PathBuf,
    found: Option<Connection>,
}

impl Examined {
    /// Makes the file where it is missing, brings it up to date where it is old, and gives the connection that writes.
    pub(crate) fn into_writer(self, _lock: &OpeningLock) -> Result<Connection> {
        let Self { layout, folder, path, found } = self;
        let open = || -> Result<Connection> {
            let db = match found {
                Some(db) => db,
                None => {
                    layout.make(&folder, &path)?;
                    connect(&path)?
                }
            };
            // A log that is made from now on takes its permissions from the file.
            for file in [path.clone(), beside(&path, "-wal"), beside(&path, "-shm")] {
                make_private(&file)?;
            }
            leave_wal_on_close(&db, false)?;
            layout.set_pragmas(&db)?;
            layout.migrate(db, &folder, &path)
        };
        open().map_err(|fault| at(fault, &path))
    }
}

impl Layout {
    /// Looks at the file without changing a byte. One that is newer, foreign, damaged or a link is refused.
    pub(crate) fn examine(&self, folder: &Path, _lock: &OpeningLock) -> Result<Examined> {
        let path = folder.join(self.file);
        let look = || -> Result<Option<Connection>> {
            if rusqlite::version_number() < OLDEST_SAFE_SQLITE {
                return Err(Fault::new(Code::Damaged).with_detail("the SQLite library is too old to be safe"));
            }
            for file in [path.clone(), beside(&path, "-wal"), beside(&path, "-shm")] {
                refuse_links(&file)?;
            }
            match length(&path)? {
                // A log whose database is gone would be poured into the new file.
                None if length(&beside(&path, "-wal"))?.is_some_and(|bytes| bytes > 0) => {
                    Err(Fault::new(Code::Damaged))
                }
                None => Ok(None),
                // A file of ours is born whole, so an empty one was cut.
                Some(0) => Err(Fault::new(Code::Damaged)),
                Some(_) => self.open_checked(&path).map(Some),
            }
        };
        let found = look().map_err(|fault| at(fault, &path))?;
        Ok(Examined { layout: *self, folder: folder.to_owned(), path, found })
    }

    /// Opens a further connection to a file that [`Examined::into_writer`] has opened, for reading only.
    pub(crate) fn open_reader(&self, folder: &Path) -> Result<Connection> {
        let path = folder.join(self.file);
        let open = || -> Result<Connection> {
            let db = connect(&path)?;
            self.set_pragmas(&db)?;
            db.pragma_update(None, "query_only", true).map_err(from_sqlite)?;
            Ok(db)
        };
        open().map_err(|fault| at(fault, &path))
    }

    /// Opens a further connection that moves the write-ahead log into the file and does nothing else.
    pub(crate) fn open_mover(&self, folder: &Path) -> Result<Connection> {
        let db = connect(&folder.join(self.file))?;
        self.set_pragmas(&db)?;
        Ok(db)
    }

    /// Makes the file under another name and gives it its own when it is whole.
    fn make(&self, folder: &Path, path: &Path) -> Result<()> {
        let unborn = folder.join(format!("{}.new", self.file));
        // What a kill left behind; with no such file there is nothing to remove.
        drop(fs::remove_file(&unborn));
        let make = || -> Result<()> {
            create_private(&unborn).map_err(|error| from_io(&error, &unborn))?;
            let mut db = connect(&unborn)?;
            self.write_schema(&mut db).map_err(from_sqlite)?;
            db.close().map_err(|(_, error)| from_sqlite(error))?;
            fs::rename(&unborn, path)
                .and_then(|()| flush_folder(folder))
                .map_err(|error| from_io(&error, path))
        };
        make().inspect_err(|_| drop(fs::remove_file(&unborn)))
    }

    fn write_schema(&self, db: &mut Connection) -> rusqlite::Result<()> {
        db.pragma_update(None, "page_size", self.page_size)?;
        // Nobody sees the file before it is whole, so it needs no journal on disk.
        db.query_row("PRAGMA journal_mode = MEMORY", [], |_| Ok(()))?;
        db.pragma_update(None, "synchronous", "FULL")?;
        let tx = db.transaction_with_behavior(TransactionBehavior::Immediate)?;
        for sql in self.steps.iter().copied().flatten() {
            tx.execute_batch(sql)?;
        }
        tx.pragma_update(None, "application_id", self.application_id)?;
        tx.pragma_update(None, "user_version", self.steps.len() as i64)?;
        tx.commit()
    }

    /// Opens the file, which must exist, and checks it without changing a byte, also not by closing it again.
    fn open_checked(&self, path: &Path) -> Result<Connection> {
        let db = connect(path)?;
        leave_wal_on_close(&db, true)?;
        // One transaction, so that no other process shortens or rewrites the file between two looks.
        let tx = db.unchecked_transaction().map_err(from_sqlite)?;
        let number =
            |name| tx.pragma_query_value(None, name, |row| row.get::<_, i64>(0)).map_err(from_sqlite);
        let version = number("user_version")?;
        if number("application_id")? != i64::from(self.application_id) || version < 1 {
            return Err(Fault::new(Code::Damaged));
        }
        if version > self.steps.len() as i64 {
            return Err(Fault::new(Code::NewerFormat));
        }
        let due = number("page_count")?.unsigned_abs() * number("page_size")?.unsigned_abs();
        let log_is_empty = length(&beside(path, "-wal"))?.unwrap_or(0) == 0;
        let bytes = length(path)?.unwrap_or(0);
        // SQLite forgives a last page that is cut. While pages are in the log, the file may rightly be short.
        if log_is_empty && bytes < due {
            return Err(Fault::new(Code::Damaged));
        }
        if bytes <= self.checked_up_to {
            quick_check(&tx)?;
        }
        tx.finish().map_err(from_sqlite)?;
        Ok(db)
    }

    fn set_pragmas(&self, db: &Connection) -> Result<()> {
        let set = || -> rusqlite::Result<String> {
            db.pragma_update(None, "synchronous", self.synchronous)?;
            db.pragma_update(None, "foreign_keys", true)?;
            db.pragma_update(None, "trusted_schema", false)?;
            db.pragma_update(None, "cell_size_check", true)?;
            db.query_row("PRAGMA secure_delete = ON", [], |_| Ok(()))?;
            db.pragma_update(None, "temp_store", "MEMORY")?;
            db.query_row("PRAGMA journal_size_limit = 8388608", [], |_| Ok(()))?;
            // Not every build has memory mapping, and then this answers with no row.
            db.pragma_query(None, "mmap_size", |_| Ok(()))?;
            db.pragma_update_and_check(None, "wal_autocheckpoint", self.autocheckpoint, |_| Ok(()))?;
            db.query_row("PRAGMA journal_mode = WAL", [], |row| row.get(0))
        };
        let mode = set().map_err(from_sqlite)?;
        if mode != "wal" { Err(Fault::new(Code::Damaged)) } else { Ok(()) }
    }

    /// Takes the steps that the file has not taken yet, each in a transaction of its own, after a snapshot.
    fn migrate(&self, mut db: Connection, folder: &Path, path: &Path) -> Result<Connection> {
        let version: u32 =
            db.pragma_query_value(None, "user_version", |row| row.get(0)).map_err(from_sqlite)?;
        let version = version as usize;
        if version >= self.steps.len() {
            return Ok(db);
        }
        self.save_snapshot(&db, folder, version)?;
        for (taken, step) in self.steps.iter().enumerate().skip(version) {
            let mut take = || -> rusqlite::Result<()> {
                let tx = db.transaction_with_behavior(TransactionBehavior::Immediate)?;
                for sql in *step {
                    tx.execute_batch(sql)?;
                }
                tx.pragma_update(None, "user_version", (taken + 1) as i64)?;
                tx.commit()
            };
            take().map_err(from_sqlite)?;
        }
        tracing::info!(file = %path.display(), from = version, to = self.steps.len(), "profile migrated");
        Ok(db)
    }

    /// Keeps the file as it is before a migration, proven readable, under `snapshots/`.
    fn save_snapshot(&self, db: &Connection, folder: &Path, version: usize) -> Result<()> {
        let shelf = folder.join("snapshots");
        make_private_folder(&shelf)?;
        let stem = self.file.trim_end_matches(".db");
        let finished = shelf.join(format!("{stem}-version-{version}.db"));
        let unborn = shelf.join(format!("{stem}-version-{version}.db.new"));
        drop(fs::remove_file(&unborn));
        let Some(target) = unborn.to_str() else { return Err(unreachable_at(&unborn)) };
        let save = || -> Result<()> {
            create_private(&unborn).map_err(|error| from_io(&error, &unborn))?;
            db.execute("VACUUM INTO ?1", [target]).map_err(from_sqlite)?;
            let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
            let copy = Connection::open_with_flags(&unborn, flags).map_err(from_sqlite)?;
            quick_check(&copy)?;
            copy.close().map_err(|(_, error)| from_sqlite(error))?;
            // The snapshot is no database in use yet, so it may be opened to be flushed.
            File::options()
                .write(true)
                .open(&unborn)
                .and_then(|file| file.sync_all())
                .and_then(|()| fs::rename(&unborn, &finished))
                .and_then(|()| flush_folder(&shelf))
                .map_err(|error| from_io(&error, &finished))
        };
        save().inspect_err(|_| drop(fs::remove_file(&unborn)))
    }
}

/// Makes the folder, and those above it, for the owner only. One that is there is left as it is.
pub(crate) fn make_private_folder(folder: &Path) -> Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder).map_err(|error| from_io(&error, folder))
}

/// The bytes that are in the write-ahead log of this file.
pub(crate) fn wal_length(folder: &Path, layout: &Layout) -> u64 {
    fs::metadata(beside(&folder.join(layout.file), "-wal")).map_or(0, |file| file.len())
}

fn connect(path: &Path) -> Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE
        | OpenFlags::SQLITE_OPEN_NO_MUTEX
        | OpenFlags::SQLITE_OPEN_NOFOLLOW
        | OpenFlags::SQLITE_OPEN_EXRESCODE;
    let connect = || -> rusqlite::Result<Connection> {
        let db = Connection::open_with_flags(path, flags)?;
        db.busy_timeout(BUSY_TIMEOUT)?;
        db.set_db_config(DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true)?;
        db.set_prepared_statement_cache_capacity(64);
        Ok(db)
    };
    connect().map_err(from_sqlite)
}

fn leave_wal_on_close(db: &Connection, leave: bool) -> Result<()> {
    db.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, leave).map(drop).map_err(from_sqlite)
}

/// Looks through every page.
pub(crate) fn quick_check(db: &Connection) -> Result<()> {
    let verdict: String = db.query_row("PRAGMA quick_check(1)", [], |row| row.get(0)).map_err(from_sqlite)?;
    if verdict == "ok" { Ok(()) } else { Err(Fault::new(Code::Damaged)) }
}

fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(ending);
    PathBuf::from(name)
}

fn length(path: &Path) -> Result<Option<u64>> {
    match fs::symlink_metadata(path) {
        Ok(file) => Ok(Some(file.len())),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(from_io(&error, path)),
    }
}

/// Whoever can put a link here could make Inkhorn write into a file of theirs or ours.
fn refuse_links(path: &Path) -> Result<()> {
    let file = match fs::symlink_metadata(path) {
        Ok(file) => file,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(from_io(&error, path)),
    };
    #[cfg(unix)]
    let names = std::os::unix::fs::MetadataExt::nlink(&file);
    #[cfg(not(unix))]
    let names = 1;
    if file.is_file() && names == 1 {
        return Ok(());
    }
    Err(Fault::new(Code::Damaged).with("linked", path.display()))
}

/// Takes the file away from other users of the machine, should it be there and open to them.
fn make_private(path: &Path) -> Result<()> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = match fs::symlink_metadata(path) {
            Ok(file) => file.permissions().mode(),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(()),
            Err(error) => return Err(from_io(&error, path)),
        };
        if mode & 0o077 != 0 {
            tracing::warn!(file = %path.display(), "was open to other users; closed");
            let closed = fs::Permissions::from_mode(0o600);
            match fs::set_permissions(path, closed) {
                // Another process closed the profile meanwhile, and its log went with it.
                Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                    return Err(from_io(&error, path));
                }
                _ => {}
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const FIRST: &[&str] = &["CREATE TABLE word (text TEXT NOT NULL) STRICT;"];
    const SECOND: &[&str] =
        &["ALTER TABLE word ADD COLUMN length INTEGER;", "UPDATE word SET length = length(text);"];
    const BROKEN: &[&str] = &["DELETE FROM word;", "CREATE TABLE word (text TEXT);"];

    fn layout(steps: &'static [&'static [&'static str]]) -> Layout {
        Layout {
            file: "test.db",
            application_id: 77,
            steps,
            page_size: 4096,
            synchronous: "FULL",
            autocheckpoint: 1,
            checked_up_to: u64::MAX,
        }
    }

    fn open(folder: &Path, steps: &'static [&'static [&'static str]]) -> Result<Connection> {
        let lock = OpeningLock::acquire(folder)?;
        layout(steps).examine(folder, &lock)?.into_writer(&lock)
    }

    fn words(db: &Connection, sql: &str) -> Vec<(String, Option<i64>)> {
        let mut query = db.prepare(sql).unwrap();
        let rows = query.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).unwrap();
        rows.map(|row| row.unwrap()).collect()
    }

    /// A closed file of the first version that holds one word.
    fn first_version() -> tempfile::TempDir {
        let dir = tempfile::tempdir().unwrap();
        let db = open(dir.path(), &[FIRST]).unwrap();
        db.execute("INSERT INTO word (text) VALUES ('ink')", []).unwrap();
        dir
    }

    #[test]
    fn a_migration_keeps_a_snapshot_of_what_was() {
        let dir = first_version();
        let db = open(dir.path(), &[FIRST, SECOND]).unwrap();
        assert_eq!(words(&db, "SELECT text, length FROM word"), [("ink".into(), Some(3))]);
        let snapshot = dir.path().join("snapshots").join("test-version-1.db");
        let kept = Connection::open(&snapshot).unwrap();
        assert_eq!(words(&kept, "SELECT text, NULL FROM word"), [("ink".into(), None)]);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            assert_eq!(fs::metadata(&snapshot).unwrap().permissions().mode() & 0o777, 0o600);
        }
        drop(db);
        let again = open(dir.path(), &[FIRST, SECOND]).unwrap();
        assert_eq!(words(&again, "SELECT text, length FROM word").len(), 1);
    }

    #[test]
    fn a_migration_that_fails_leaves_the_old_version_whole() {
        let dir = first_version();
        for _ in 0..2 {
            assert!(open(dir.path(), &[FIRST, BROKEN]).is_err());
        }
        let db = open(dir.path(), &[FIRST]).unwrap();
        assert_eq!(words(&db, "SELECT text, NULL FROM word"), [("ink".into(), None)]);
        let left = fs::read_dir(dir.path().join("snapshots")).unwrap().count();
        assert_eq!(left, 1, "the snapshot, and nothing half made");
    }

    #[test]
    fn an_older_program_refuses_what_a_newer_one_wrote() {
        let dir = first_version();
        drop(open(dir.path(), &[FIRST, SECOND]).unwrap());
        let bytes = fs::read(dir.path().join("test.db")).unwrap();
        assert_eq!(open(dir.path(), &[FIRST]).unwrap_err().code(), Code::NewerFormat);
        assert!(fs::read(dir.path().join("test.db")).unwrap() == bytes);
    }

    #[test]
    fn the_rules_for_the_file_hold_on_every_connection() {
        let dir = first_version();
        let writer = open(dir.path(), &[FIRST]).unwrap();
        let reader = layout(&[FIRST]).open_reader(dir.path()).unwrap();
        for db in [&writer, &reader] {
            let number = |name| db.pragma_query_value(None, name, |row| row.get::<_, i64>(0)).unwrap();
            let rules = [
                ("synchronous", 2),
                ("foreign_keys", 1),
                ("trusted_schema", 0),
                ("cell_size_check", 1),
                ("secure_delete", 1),
                ("temp_store", 2),
                ("journal_size_limit", 8 << 20),
                ("mmap_size", 0),
                ("wal_autocheckpoint", 1),
                ("busy_timeout", 5_000),
            ];
            for (name, value) in rules {
                assert_eq!(number(name), value, "{name}");
            }
            assert!(db.db_config(DbConfig::SQLITE_DBCONFIG_DEFENSIVE).unwrap());
            assert!(!db.db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE).unwrap());
        }
        assert!(reader.execute("DELETE FROM word", []).is_err(), "a reader only reads");
        assert!(rusqlite::version_number() >= OLDEST_SAFE_SQLITE);
    }
}
