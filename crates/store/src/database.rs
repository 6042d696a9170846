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
/// Files up to this size are checked page by page at each start.
const CHECKED_UP_TO: u64 = 64 << 20;

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

impl Layout {
    /// Opens the file for writing; makes it where it is missing, brings it up to date where it is old. A file that
    /// is newer, foreign or damaged is refused and stays as it was.
    pub(crate) fn open(&self, folder: &Path, _lock: &OpeningLock) -> Result<Connection> {
        let path = folder.join(self.file);
        let open = || -> Result<Connection> {
            if rusqlite::version_number() < OLDEST_SAFE_SQLITE {
                return Err(Fault::new(Code::Damaged).with_detail("the SQLite library is too old to be safe"));
            }
            for file in [path.clone(), beside(&path, "-wal"), beside(&path, "-shm")] {
                refuse_links(&file)?;
            }
            match length(&path)? {
                None => self.make(folder, &path)?,
                // A file of ours is born whole, so an empty one was cut.
                Some(0) => return Err(Fault::new(Code::Damaged)),
                Some(_) => {}
            }
            make_private(&path)?;
            let db = self.open_checked(&path)?;
            self.set_pragmas(&db)?;
            self.migrate(db, folder, &path)
        };
        open().map_err(|fault| at(fault, &path))
    }

    /// Opens a further connection to a file that [`Layout::open`] has opened, for reading only.
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
        // A WAL whose database is gone would be poured into the new file.
        if length(&beside(path, "-wal"))?.is_some_and(|bytes| bytes > 0) {
            return Err(Fault::new(Code::Damaged));
        }
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

    /// Opens the file and looks at it without changing a byte, also not by closing it again.
    fn open_checked(&self, path: &Path) -> Result<Connection> {
        let db = connect(path)?;
        leave_wal_on_close(&db, true)?;
        let number =
            |name| db.pragma_query_value(None, name, |row| row.get::<_, i64>(0)).map_err(from_sqlite);
        let version = number("user_version")?;
        if number("application_id")? != i64::from(self.application_id) || version < 1 {
            return Err(Fault::new(Code::Damaged));
        }
        if version > self.steps.len() as i64 {
            return Err(Fault::new(Code::NewerFormat));
        }
        if length(path)?.unwrap_or(0) <= CHECKED_UP_TO {
            quick_check(&db)?;
        }
        leave_wal_on_close(&db, false)?;
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

fn quick_check(db: &Connection) -> Result<()> {
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

/// Takes the file away from other users of the machine, should it be open to them.
fn make_private(path: &Path) -> Result<()> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = fs::symlink_metadata(path).map_err(|error| from_io(&error, path))?.permissions().mode();
        if mode & 0o077 != 0 {
            tracing::warn!(file = %path.display(), "was open to other users; closed");
            let closed = fs::Permissions::from_mode(0o600);
            fs::set_permissions(path, closed).map_err(|error| from_io(&error, path))?;
        }
    }
    Ok(())
}
