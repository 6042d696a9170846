//! Several processes on one profile, and processes that are killed.

use crate::children::{Duty, Started, kept_rows, kept_settings};
use inkhorn_store::{Store, settings};
use std::collections::BTreeSet;

const KILLS: u64 = 30;

#[test]
fn what_was_acknowledged_before_a_kill_is_there_after_it() {
    let dir = tempfile::tempdir().unwrap();
    let mut acknowledged = BTreeSet::new();
    for round in 0..KILLS {
        let mut child = Started::new(Duty::WriteForEver, dir.path(), round * 1_000_000, "");
        // Between the first write and the twenty-third; where inside a write the kill falls is chance.
        acknowledged.extend(child.next_acks((round * 7 % 23) as usize));
        acknowledged.extend(child.kill());
        let store = Store::open(dir.path()).unwrap();
        for (kept, of) in [(kept_settings(&store), "settings"), (kept_rows(&store), "usage rows")] {
            let lost: Vec<_> = acknowledged.difference(&kept).collect();
            assert!(lost.is_empty(), "round {round} lost {of} {lost:?}");
        }
    }
    assert!(acknowledged.len() as u64 > KILLS * 5, "the children hardly wrote: {}", acknowledged.len());
}

#[test]
fn two_processes_write_at_once_and_a_third_sees_it() {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::open(dir.path()).unwrap();
    let before = store.changes_elsewhere();
    store.write(|tx| settings::save(tx, "mine", "1")).unwrap();
    assert_eq!(store.changes_elsewhere(), before, "one's own change is no change elsewhere");
    let children = [0, 1_000].map(|first| Started::new(Duty::WriteHundred, dir.path(), first, ""));
    let mut acknowledged = BTreeSet::new();
    for child in children {
        acknowledged.extend(child.wait());
    }
    assert_eq!(acknowledged.len(), 200);
    assert_eq!(kept_settings(&store), acknowledged);
    assert_eq!(kept_rows(&store), acknowledged);
    let after = store.changes_elsewhere();
    assert!(after > before);
    assert_eq!(store.changes_elsewhere(), after, "told once");
    store.write(|tx| settings::save(tx, "mine", "2")).unwrap();
    assert_eq!(store.changes_elsewhere(), after);
}

#[test]
fn fifty_first_starts_at_once_all_succeed() {
    let dir = tempfile::tempdir().unwrap();
    let folder = dir.path().join("fresh").join("profile");
    let mut children: Vec<_> = (0..10).map(|_| Started::new(Duty::OpenAtOnce, &folder, 0, "")).collect();
    children.iter_mut().for_each(Started::end_input);
    let opened: usize = children.into_iter().map(|child| child.wait().len()).sum();
    assert_eq!(opened, 50);
    assert!(Store::open(&folder).unwrap().folder_is_private());
}

#[test]
fn a_lock_held_elsewhere_is_busy_after_the_wait_and_reading_goes_on() {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::open(dir.path()).unwrap();
    store.write(|tx| settings::save(tx, "old", "1")).unwrap();
    let foreign = rusqlite::Connection::open(dir.path().join("inkhorn.db")).unwrap();
    foreign.execute_batch("BEGIN IMMEDIATE").unwrap();
    let begun = std::time::Instant::now();
    let fault = store.write(|tx| settings::save(tx, "old", "2")).unwrap_err();
    assert_eq!(fault.code(), inkhorn_fault::Code::Busy);
    assert!((4..60).contains(&begun.elapsed().as_secs()), "{:?}", begun.elapsed());
    assert_eq!(store.read(|db| settings::load(db, "old")).unwrap().as_deref(), Some("1"));
    foreign.execute_batch("ROLLBACK").unwrap();
    store.write(|tx| settings::save(tx, "old", "2")).unwrap();
}
