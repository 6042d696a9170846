//! Keeps the usage log fast: a request pays for one small append, and a thread moves the write-ahead log into the file.

use crate::database::{Layout, wal_length};
use crate::holder::{self, Holder, is_dead};
use crate::tables::holds::{self, Limit, Reached, Verdict, Want};
use crate::tables::usage::{UsageRow, load_attempts};
use crate::tables::usage_append::Appender;
use crate::tables::usage_days;
use crate::under_way::{Begun, UnderWay};
use inkhorn_fault::Result;
use parking_lot::Mutex;
use rusqlite::Connection;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::JoinHandle;

/// Bytes in the write-ahead log from which it is moved into the file.
const MOVED_FROM: u64 = 4 << 20;
/// Bytes from which requests wait for the move, so that the log cannot outgrow the disk under a lasting storm.
const STOPPED_FROM: u64 = 64 << 20;
/// Rows between two looks at the length of the log.
const LOOK_EVERY: u32 = 128;
/// Rows removed in one transaction, which takes some milliseconds.
const PRUNED_AT_ONCE: u32 = 2_000;

/// The writing end of the usage log.
pub(crate) struct UsageLog {
    appender: Arc<Mutex<Counting>>,
    wake: Option<SyncSender<()>>,
    mover: Option<JoinHandle<()>>,
    folder: PathBuf,
    layout: Layout,
}

struct Counting {
    appender: Appender,
    since_look: u32,
    holder: Option<Holder>,
    under_way: UnderWay,
}

impl Counting {
    /// This process as a holder, from when it first holds something.
    fn holder(&mut self, folder: &Path) -> Result<&Holder> {
        match &mut self.holder {
            Some(holder) => Ok(holder),
            empty => Ok(empty.insert(Holder::new(folder)?)),
        }
    }
}

impl UsageLog {
    /// Takes over the connection that appends, and starts the thread.
    pub(crate) fn new(db: Connection, folder: &Path, layout: Layout) -> Result<Self> {
        let mut appender = Appender::new(db)?;
        write_left_behind(&mut appender, folder);
        let under_way = UnderWay::default();
        let counting = Counting { appender, since_look: LOOK_EVERY, holder: None, under_way };
        let appender = Arc::new(Mutex::new(counting));
        let (wake, woken) = sync_channel(1);
        let (shared, place) = (Arc::clone(&appender), folder.to_owned());
        let mover = std::thread::Builder::new()
            .name("usage-log".into())
            .spawn(move || move_when_woken(&woken, &shared, &place, layout))
            .map_err(|error| crate::failure::from_io(&error, folder))?;
        Ok(Self { appender, wake: Some(wake), mover: Some(mover), folder: folder.to_owned(), layout })
    }

    /// Writes one row, and ends what was held back for it. When this returns, the row outlives the process; it may not
    /// outlive a power cut. Gives what was reached of the limits by it.
    pub(crate) fn append(
        &self,
        row: &UsageRow,
        held: Option<i64>,
        limits: &[Limit<'_>],
    ) -> Result<Vec<Reached>> {
        let mut counting = self.appender.lock();
        let reached = counting.appender.append(row, held, limits)?;
        counting.since_look += 1;
        if counting.since_look >= LOOK_EVERY {
            counting.since_look = 0;
            drop(counting);
            self.wake_if_long();
        }
        Ok(reached)
    }

    /// Holds back what a request may cost, or says why it does not fit.
    pub(crate) fn hold(&self, want: &Want<'_>, limits: &[Limit<'_>]) -> Result<Verdict> {
        let mut counting = self.appender.lock();
        let owner = counting.holder(&self.folder)?.name().to_owned();
        counting.appender.hold(&owner, want, limits, &|owner| is_dead(&self.folder, owner))
    }

    /// Notes that a request goes out, so that it is in the log also where this process is killed. `None` where there is no
    /// room for more notes.
    pub(crate) fn begin(&self, row: &UsageRow) -> Result<Option<Begun>> {
        let mut counting = self.appender.lock();
        counting.holder(&self.folder)?;
        let Counting { holder: Some(holder), under_way, .. } = &mut *counting else { return Ok(None) };
        under_way.begin(holder.file(), row).map_err(|error| crate::failure::from_io(&error, &self.folder))
    }

    /// The row of this request is written.
    pub(crate) fn end(&self, begun: Begun) {
        let mut counting = self.appender.lock();
        let Counting { holder: Some(holder), under_way, .. } = &mut *counting else { return };
        // Where that fails, the next process finds the row beside the note.
        let _ = under_way.end(holder.file(), begun).inspect_err(|error| tracing::warn!(%error, "usage log"));
    }

    /// Changes what belongs to budgets.
    pub(crate) fn change<T>(&self, work: impl FnOnce(&Connection) -> Result<T>) -> Result<T> {
        self.appender.lock().appender.transaction(work)
    }

    /// Removes the rows of the days that are over before then, a few thousand at a time, so that requests get their
    /// turn between. Gives how many there were.
    pub(crate) fn prune(&self, before: i64) -> Result<u64> {
        let mut removed = 0;
        loop {
            let some = self.change(|db| {
                usage_days::prune(db, before, PRUNED_AT_ONCE).map_err(crate::failure::from_sqlite)
            })?;
            self.wake_if_long();
            removed += u64::from(some);
            if some < PRUNED_AT_ONCE {
                return Ok(removed);
            }
        }
    }

    fn wake_if_long(&self) {
        if wal_length(&self.folder, &self.layout) > MOVED_FROM
            && let Some(wake) = &self.wake
        {
            // Full means that the thread has been called already.
            let _ = wake.try_send(());
        }
    }
}

impl Drop for UsageLog {
    fn drop(&mut self) {
        let mut counting = self.appender.lock();
        if let Some(mut holder) = counting.holder.take() {
            if !counting.under_way.is_empty() {
                // Rows that could not be written, on a full disk for one: the next process tries again.
                holder.leave_file();
            }
            let released = counting.appender.transaction(|db| holds::release_all_of(db, holder.name()));
            // Where that fails, the next process finds that the holder is gone.
            let _ = released.inspect_err(|fault| tracing::warn!(%fault, "usage log"));
        }
        drop(counting);
        self.wake = None;
        if let Some(mover) = self.mover.take() {
            // A panic in the thread has been reported by the thread; closing goes on.
            drop(mover.join());
        }
    }
}

/// Writes the rows of requests whose process was killed. Where that fails, the next one tries again.
fn write_left_behind(appender: &mut Appender, folder: &Path) {
    for dead in holder::left_behind(folder) {
        let write = |row: &UsageRow| -> Result<()> {
            // Killed between its row and the end of its note.
            let known = load_attempts(&appender.db, row.request, row.time)?;
            if known.iter().any(|known| known.attempt == row.attempt) {
                return Ok(());
            }
            appender.append(row, None, &[]).map(drop)
        };
        match dead.rows.iter().try_for_each(write) {
            Ok(()) => dead.bury(),
            Err(fault) => tracing::warn!(%fault, "usage log"),
        }
    }
}

/// Runs until the log is dropped. The connection is opened at the first call: most programs that append a row or two
/// never need it, because the last connection that closes moves the rest.
fn move_when_woken(woken: &Receiver<()>, appender: &Mutex<Counting>, folder: &Path, layout: Layout) {
    let mut db = None;
    while woken.recv().is_ok() {
        if db.is_none() {
            db = layout.open_mover(folder).inspect_err(|fault| tracing::warn!(%fault, "usage log")).ok();
        }
        let Some(db) = &db else { continue };
        let moved = move_pages(db).and_then(|left| {
            if left && wal_length(folder, &layout) > STOPPED_FROM {
                let _standing_still = appender.lock();
                return move_pages(db);
            }
            Ok(left)
        });
        if let Err(error) = moved {
            tracing::warn!(fault = %crate::failure::from_sqlite(error), "usage log");
        }
    }
}

/// Moves what no reader holds, without stopping anybody. Tells whether something was left.
fn move_pages(db: &Connection) -> rusqlite::Result<bool> {
    let (pages, moved): (i64, i64) =
        db.query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |row| Ok((row.get(1)?, row.get(2)?)))?;
    Ok(moved < pages)
}

#[cfg(test)]
mod tests {
    use crate::Store;
    use crate::tables::usage::UsageRow;
    use crate::tables::usage::{load_between, tests::sample};
    use crate::testing::scratch;
    use inkhorn_domain::{RequestId, RequestResult};

    #[test]
    fn a_long_log_is_moved_into_the_file_by_the_thread() {
        let (dir, store) = scratch();
        // A second store holds the file open, so that closing the first moves nothing by itself.
        let other = Store::open(dir.path()).unwrap();
        let length = || std::fs::metadata(dir.path().join("usage.db")).unwrap().len();
        let before = length();
        for time in 0..100 {
            store.append_usage(&sample(time, "m")).unwrap();
        }
        assert_eq!(length(), before, "a short log stays where it is");
        for time in 100..4_000 {
            store.append_usage(&sample(time, "m")).unwrap();
        }
        drop(store);
        assert!(length() > before + 200_000, "{before} bytes became {}", length());
        let rows = other.read_usage(|db| load_between(db, &(0..5_000), 5_000)).unwrap();
        assert_eq!(rows.len(), 4_000);
    }

    #[test]
    fn requests_of_a_killed_process_get_their_row_from_the_next_one_and_only_once() {
        let (dir, store) = scratch();
        let request = |n: u8| UsageRow { request: RequestId([n; 16]), ..sample(5_000 + i64::from(n), "m") };
        let begun: Vec<_> = (0..3).map(|n| store.begin_usage(&request(n)).unwrap().unwrap()).collect();
        store.append_usage(&request(0)).unwrap();
        store.end_usage(begun[0]);
        // Its row is written, and the process dies before it can say so.
        store.append_usage(&request(1)).unwrap();
        let rows = |store: &Store| {
            let mut rows = store.read_usage(|db| load_between(db, &(0..10_000), 100)).unwrap();
            rows.sort_by_key(|row| row.time);
            rows.into_iter().map(|row| (row.request.0[0], row.result)).collect::<Vec<_>>()
        };
        let completed = [(0, RequestResult::Completed), (1, RequestResult::Completed)];
        // While it lives, nobody takes its requests for left behind.
        let beside = Store::open(dir.path()).unwrap();
        assert_eq!(rows(&beside), completed);
        drop(beside);
        // What a killed process leaves: its file, and nobody who locks it.
        let shelf = dir.path().join("holders");
        let name = std::fs::read_dir(&shelf).unwrap().next().unwrap().unwrap().path();
        let copy = std::fs::read(&name).unwrap();
        drop(store);
        std::fs::write(&name, &copy).unwrap();
        let next = Store::open(dir.path()).unwrap();
        let all = [completed[0], completed[1], (2, RequestResult::Aborted)];
        assert_eq!(rows(&next), all);
        assert!(!name.exists());
        std::fs::write(&name, &copy).unwrap();
        assert_eq!(rows(&Store::open(dir.path()).unwrap()), all, "once is enough");
        // A row that could not be written while the process lived.
        next.begin_usage(&request(3)).unwrap();
        drop(next);
        let next = Store::open(dir.path()).unwrap();
        assert_eq!(rows(&next), [&all[..], &[(3, RequestResult::Aborted)]].concat());
        next.check().unwrap();
    }
}
