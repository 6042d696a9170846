//! Keeps the usage log fast: a request pays for one small append, and a thread moves the write-ahead log into the file.

use crate::database::{Layout, wal_length};
use crate::holder::{Holder, is_dead};
use crate::tables::holds::{self, Limit, Reached, Verdict, Want};
use crate::tables::usage::UsageRow;
use crate::tables::usage_append::Appender;
use crate::tables::usage_days;
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
}

impl UsageLog {
    /// Takes over the connection that appends, and starts the thread.
    pub(crate) fn new(db: Connection, folder: &Path, layout: Layout) -> Result<Self> {
        let counting = Counting { appender: Appender::new(db)?, since_look: LOOK_EVERY, holder: None };
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
        let Counting { appender, holder, .. } = &mut *counting;
        let holder = match holder {
            Some(holder) => holder,
            empty => empty.insert(Holder::new(&self.folder)?),
        };
        appender.hold(holder.name(), want, limits, &|owner| is_dead(&self.folder, owner))
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
        if let Some(holder) = counting.holder.take() {
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
    use crate::tables::usage::{load_between, tests::sample};
    use crate::testing::scratch;

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
}
