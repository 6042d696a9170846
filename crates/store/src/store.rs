//! One profile's databases, open: one writer, a few readers, and the usage log.

use crate::database::{Layout, OpeningLock, make_private_folder, quick_check};
use crate::failure::{at, from_io, from_sqlite};
use crate::holder::is_dead;
use crate::tables::holds::{self, Limit, Reached, Standing, Verdict, Want};
use crate::tables::{self, upkeep, usage::UsageRow};
use crate::under_way::Begun;
use crate::usage_log::UsageLog;
use inkhorn_fault::{Code, Fault, Result};
use parking_lot::Mutex;
use rusqlite::{Connection, Transaction, TransactionBehavior};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

/// Vault, settings, connections, conversations. Each commit is flushed and then moved into the file at once, so that
/// a write-ahead log that is lost takes nothing with it that was acknowledged.
const MAIN: Layout = Layout {
    file: "inkhorn.db",
    application_id: 0x494E_4B48,
    steps: tables::STEPS,
    page_size: 4096,
    synchronous: "FULL",
    autocheckpoint: 1,
    checked_up_to: 64 << 20,
};

/// The usage log. Small pages, because each row writes the page that it is on.
const USAGE: Layout = Layout {
    file: "usage.db",
    application_id: 0x494E_4B55,
    steps: tables::USAGE_STEPS,
    page_size: 1024,
    synchronous: "NORMAL",
    autocheckpoint: 0,
    // Half a million small rows take half a second to check: only a young log is.
    checked_up_to: 4 << 20,
};

/// Readers kept open per file; more are opened when needed and closed again.
const READERS_KEPT: usize = 3;
/// Up to this size the file is written anew to wipe what was removed; it passes through memory.
const REWRITTEN_UP_TO: i64 = 64 << 20;

/// The databases of one profile. Several threads share it; several processes may have the same profile open.
pub struct Store {
    // Dropped in this order: the writers last, so that they tidy up the files.
    readers: Readers,
    usage_readers: Readers,
    usage: UsageLog,
    writer: Mutex<Writer>,
    elsewhere: AtomicU64,
    folder: PathBuf,
}

struct Writer {
    db: Connection,
    data_version: i64,
}

impl Store {
    /// Opens the profile in this folder; makes folder and files where they are missing.
    ///
    /// Faults: `NewerFormat`, `Damaged` (also for links, and for files that may not be written), `Busy`, `DiskFull`.
    /// A file that is refused stays as it was.
    pub fn open(folder: &Path) -> Result<Self> {
        make_private_folder(folder)?;
        // The path is resolved once: a link further up is the writer's own, a link to the file is refused.
        let folder = folder.canonicalize().map_err(|error| from_io(&error, folder))?;
        let lock = OpeningLock::acquire(&folder)?;
        // Both are looked at before either is changed.
        let (main, usage) = (MAIN.examine(&folder, &lock)?, USAGE.examine(&folder, &lock)?);
        let db = main.into_writer(&lock)?;
        let usage = usage.into_writer(&lock)?;
        drop(lock);
        let data_version = data_version(&db).map_err(from_sqlite)?;
        Ok(Self {
            readers: Readers::new(MAIN),
            usage_readers: Readers::new(USAGE),
            usage: UsageLog::new(usage, &folder, USAGE)?,
            writer: Mutex::new(Writer { db, data_version }),
            elsewhere: AtomicU64::new(0),
            folder,
        })
    }

    /// The folder, resolved.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Whether other users of the machine are kept out of the folder. Always true where the system has no such bits.
    pub fn folder_is_private(&self) -> bool {
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let open = |folder: std::fs::Metadata| folder.permissions().mode() & 0o077 != 0;
            !std::fs::metadata(&self.folder).is_ok_and(open)
        }
        #[cfg(not(unix))]
        true
    }

    /// Changes `inkhorn.db` in one transaction: all of it is kept, or nothing. When this returns `Ok`, it is on the
    /// disk. One change runs at a time; `change` must not call [`Store::write`] itself.
    pub fn write<T>(&self, change: impl FnOnce(&Transaction<'_>) -> Result<T>) -> Result<T> {
        let mut writer = self.writer.lock();
        let begin = TransactionBehavior::Immediate;
        let outcome = writer.db.transaction_with_behavior(begin).map_err(from_sqlite).and_then(|tx| {
            let value = change(&tx)?;
            tx.commit().map_err(from_sqlite)?;
            Ok(value)
        });
        outcome.map_err(|fault| at(fault, &self.folder.join(MAIN.file)))
    }

    /// Reads `inkhorn.db` as it is at one moment. Never waits for a change, nor makes one wait.
    pub fn read<T>(&self, look: impl FnOnce(&Connection) -> Result<T>) -> Result<T> {
        self.readers.read(&self.folder, look)
    }

    /// Reads `usage.db` as it is at one moment.
    pub fn read_usage<T>(&self, look: impl FnOnce(&Connection) -> Result<T>) -> Result<T> {
        self.usage_readers.read(&self.folder, look)
    }

    /// Looks through every page of both databases, and compares the sums of the usage log with its rows. For a person who
    /// asks: it takes as long as reading the files.
    ///
    /// # Errors
    /// `damaged`, with the file.
    pub fn check(&self) -> Result<()> {
        self.read(quick_check).map_err(|fault| at(fault, &self.folder.join(MAIN.file)))?;
        self.in_usage(self.read_usage(|db| quick_check(db).and_then(|()| tables::usage_days::verify(db))))
    }

    /// Appends one row to the usage log. It outlives a killed process as soon as this returns, and costs microseconds:
    /// no flush, no checkpoint.
    pub fn append_usage(&self, row: &UsageRow) -> Result<()> {
        self.append_usage_held(row, None, &[]).map(drop)
    }

    /// Appends the row of a request for which something was held back, and gives that free, in one transaction. Gives
    /// what of the limits was reached for the first time. Where this fails, what was held counts no more either.
    pub fn append_usage_held(
        &self,
        row: &UsageRow,
        held: Option<i64>,
        limits: &[Limit<'_>],
    ) -> Result<Vec<Reached>> {
        self.in_usage(self.usage.append(row, held, limits))
    }

    /// Notes that a request goes out, which costs microseconds: where this process is killed before it writes the row, the
    /// next one that opens the profile writes it, as *aborted*. `None` where too many are under way to note one more.
    pub fn begin_usage(&self, row: &UsageRow) -> Result<Option<Begun>> {
        self.in_usage(self.usage.begin(row))
    }

    /// The row of a request that was noted is written.
    pub fn end_usage(&self, begun: Begun) {
        self.usage.end(begun);
    }

    /// Holds back what a request may cost, where that fits into every limit; all limits are looked at in one
    /// transaction, whatever other processes do.
    pub fn hold_usage(&self, want: &Want<'_>, limits: &[Limit<'_>]) -> Result<Verdict> {
        self.in_usage(self.usage.hold(want, limits))
    }

    /// How each limit stands now.
    pub fn budget_standing(&self, limits: &[Limit<'_>]) -> Result<Vec<Standing>> {
        self.read_usage(|db| holds::standing(db, limits, &|owner| is_dead(&self.folder, owner)))
    }

    /// Lets the next request that does not fit into this budget through, once, until then.
    pub fn allow_once(&self, budget: &str, until: i64) -> Result<()> {
        self.in_usage(self.usage.change(|db| holds::allow_once(db, budget, until)))
    }

    /// Takes back what was allowed for a budget that is gone.
    pub fn forget_budget(&self, budget: &str) -> Result<()> {
        self.in_usage(self.usage.change(|db| holds::forget_budget(db, budget)))
    }

    /// These notices of budgets were told to the writer: [`holds::untold`] gives them no more.
    pub fn note_told(&self, told: &[Reached], now: i64) -> Result<()> {
        self.in_usage(self.usage.change(|db| holds::note_told(db, told, now)))
    }

    /// Removes the usage rows of the UTC days that are over before then. Their sums stay for ever. Gives how many rows
    /// there were; takes time in proportion to that, and lets requests through meanwhile.
    pub fn prune_usage(&self, before: i64) -> Result<u64> {
        self.in_usage(self.usage.prune(before))
    }

    /// Changes the usage log in a way of its own.
    #[cfg(test)]
    pub(crate) fn change_usage<T>(&self, work: impl FnOnce(&Connection) -> Result<T>) -> Result<T> {
        self.usage.change(work)
    }

    fn in_usage<T>(&self, outcome: Result<T>) -> Result<T> {
        outcome.map_err(|fault| at(fault, &self.folder.join(USAGE.file)))
    }

    /// Counts how often another process (or another `Store`) was seen to have changed `inkhorn.db`. Costs
    /// microseconds, and never waits: while this store itself is writing, it answers with what it knew before.
    ///
    /// Take the number before loading what is cached; when a later call gives another number, load again.
    pub fn changes_elsewhere(&self) -> u64 {
        if let Some(mut writer) = self.writer.try_lock()
            && let Ok(version) = data_version(&writer.db)
            && version != writer.data_version
        {
            writer.data_version = version;
            self.elsewhere.fetch_add(1, Ordering::AcqRel);
        }
        self.elsewhere.load(Ordering::Acquire)
    }

    /// Whether something sealed was removed since the last [`Store::scrub_free_space`]. The note outlives a kill.
    pub fn scrub_is_due(&self) -> Result<bool> {
        self.read(upkeep::scrub_is_due)
    }

    /// Wipes from the file and its write-ahead log what was removed. Does nothing where nothing was.
    ///
    /// `secure_delete` zeroes what is freed, but a page that SQLite splits or joins can keep a copy of a row in its
    /// gap. So the file is written anew; where it is larger than 64 MiB, only the table of secrets is. Costs time in
    /// proportion to the file: call it off the path of a request. `Busy` while another process reads: call it again.
    pub fn scrub_free_space(&self) -> Result<()> {
        let writer = self.writer.lock();
        let scrub = || -> Result<()> {
            if upkeep::scrub_is_due(&writer.db)? {
                rewrite(&writer.db).map_err(from_sqlite)?;
                truncate_wal(&writer.db)?;
                upkeep::clear_scrub_due(&writer.db)?;
            }
            Ok(())
        };
        scrub().map_err(|fault| at(fault, &self.folder.join(MAIN.file)))
    }
}

/// Connections that only read.
struct Readers {
    layout: Layout,
    idle: Mutex<Vec<Connection>>,
}

impl Readers {
    fn new(layout: Layout) -> Self {
        Self { layout, idle: Mutex::new(Vec::new()) }
    }

    fn read<T>(&self, folder: &Path, look: impl FnOnce(&Connection) -> Result<T>) -> Result<T> {
        let idle = self.idle.lock().pop();
        let mut db = match idle {
            Some(db) => db,
            None => self.layout.open_reader(folder)?,
        };
        // One transaction, so that several queries see the same moment.
        let outcome = db.transaction().map_err(from_sqlite).and_then(|tx| look(&tx));
        let mut idle = self.idle.lock();
        if idle.len() < READERS_KEPT {
            idle.push(db);
        }
        drop(idle);
        outcome.map_err(|fault| at(fault, &folder.join(self.layout.file)))
    }
}

fn data_version(db: &Connection) -> rusqlite::Result<i64> {
    db.prepare_cached("PRAGMA data_version")?.query_row([], |row| row.get(0))
}

fn rewrite(db: &Connection) -> rusqlite::Result<()> {
    let bytes: i64 = db.query_row(
        "SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()",
        [],
        |row| row.get(0),
    )?;
    if bytes <= REWRITTEN_UP_TO {
        return db.execute_batch("VACUUM");
    }
    // Emptying a table zeroes every page of it, gaps included.
    db.execute_batch(
        "BEGIN IMMEDIATE;
         CREATE TEMP TABLE kept AS SELECT * FROM secret;
         DELETE FROM secret;
         INSERT INTO secret SELECT * FROM kept ORDER BY id;
         DROP TABLE kept;
         COMMIT;",
    )
    .inspect_err(|_| {
        // Only fails where the transaction has ended by itself.
        drop(db.execute_batch("ROLLBACK"));
    })
}

fn truncate_wal(db: &Connection) -> Result<()> {
    let busy: bool =
        db.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get(0)).map_err(from_sqlite)?;
    if busy { Err(Fault::new(Code::Busy)) } else { Ok(()) }
}
