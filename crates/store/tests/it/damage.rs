//! Files that are not what they should be are refused with the reason, and not a byte of them changes.

use crate::children::{Duty, Started, kept_rows, kept_settings, row_of, value_of};
use inkhorn_fault::{Code, Fault};
use inkhorn_store::{Store, settings};
use std::fs;
use std::path::{Path, PathBuf};

const FILES: [&str; 2] = ["inkhorn.db", "usage.db"];

/// A closed profile of forty settings and four hundred usage rows.
fn profile() -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::open(dir.path()).unwrap();
    store.write(|tx| (0..40).try_for_each(|n| settings::save(tx, &format!("n{n}"), &value_of(n)))).unwrap();
    (0..400).for_each(|n| store.append_usage(&row_of(n)).unwrap());
    dir
}

fn copy_of(folder: &Path) -> tempfile::TempDir {
    let copy = tempfile::tempdir().unwrap();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        fs::copy(&path, copy.path().join(path.file_name().unwrap())).unwrap();
    }
    copy
}

fn change(path: &Path, change: impl FnOnce(&mut Vec<u8>)) {
    let mut bytes = fs::read(path).unwrap();
    change(&mut bytes);
    fs::write(path, bytes).unwrap();
}

/// Opens the profile, which must fail, and both files must be as they were.
fn refused(folder: &Path) -> Fault {
    let files = || FILES.map(|file| fs::read(folder.join(file)).ok());
    let before = files();
    let fault = Store::open(folder).err().expect("must be refused");
    assert!(files() == before, "a refused file was changed");
    fault
}

fn put(at: usize, value: u32) -> impl Fn(&mut Vec<u8>) {
    move |bytes| bytes[at..at + 4].copy_from_slice(&value.to_be_bytes())
}

#[test]
fn newer_foreign_and_garbage_files_are_refused_with_the_reason() {
    let good = profile();
    type Change = Box<dyn Fn(&mut Vec<u8>)>;
    let damages: [(&str, Change, Code); 9] = [
        ("newer version", Box::new(put(60, 1_000)), Code::NewerFormat),
        ("far newer version", Box::new(put(60, i32::MAX as u32)), Code::NewerFormat),
        ("negative version", Box::new(put(60, u32::MAX)), Code::Damaged),
        ("version 0", Box::new(put(60, 0)), Code::Damaged),
        ("foreign application", Box::new(put(68, 0x4142_4344)), Code::Damaged),
        ("zeroed header", Box::new(|bytes| bytes[..100].fill(0)), Code::Damaged),
        ("zeroed page", Box::new(|bytes| bytes[8_192..12_288].fill(0)), Code::Damaged),
        ("empty", Box::new(Vec::clear), Code::Damaged),
        ("text", Box::new(|bytes| *bytes = b"once upon a time ".repeat(900)), Code::Damaged),
    ];
    for file in FILES {
        for (name, damage, code) in &damages {
            let copy = copy_of(good.path());
            change(&copy.path().join(file), damage);
            let fault = refused(copy.path());
            assert_eq!(fault.code(), *code, "{file}: {name}");
            if *code == Code::Damaged {
                assert!(fault.message().contains(file), "{name}: {}", fault.message());
            }
        }
    }
}

#[test]
fn another_programs_database_is_refused() {
    for file in FILES {
        let dir = tempfile::tempdir().unwrap();
        let foreign = rusqlite::Connection::open(dir.path().join(file)).unwrap();
        foreign.execute_batch("CREATE TABLE theirs (x); INSERT INTO theirs VALUES (1)").unwrap();
        drop(foreign);
        assert_eq!(refused(dir.path()).code(), Code::Damaged);
    }
}

#[test]
fn a_file_cut_anywhere_is_refused() {
    let good = profile();
    for file in FILES {
        let whole = fs::read(good.path().join(file)).unwrap();
        let step = (whole.len() / 60 / 512).max(1) * 512;
        for length in (0..whole.len()).step_by(step).chain([1, 99, 100, 511, whole.len() - 1]) {
            let copy = copy_of(good.path());
            change(&copy.path().join(file), |bytes| bytes.truncate(length));
            assert_eq!(refused(copy.path()).code(), Code::Damaged, "{file} cut to {length}");
        }
    }
}

#[test]
fn any_changed_byte_of_the_header_is_survived_or_refused() {
    let good = profile();
    for file in FILES {
        for at in 0..100 {
            let copy = copy_of(good.path());
            change(&copy.path().join(file), |bytes| bytes[at] ^= 0xFF);
            let before = FILES.map(|file| fs::read(copy.path().join(file)).unwrap());
            match Store::open(copy.path()) {
                // Some bytes do not matter; then all is there.
                Ok(store) => {
                    assert_eq!(
                        (kept_settings(&store).len(), kept_rows(&store).len()),
                        (40, 400),
                        "{file} {at}"
                    );
                }
                Err(fault) => {
                    assert!(
                        matches!(fault.code(), Code::Damaged | Code::NewerFormat),
                        "{file} {at} {fault:?}"
                    );
                    assert!(
                        FILES.map(|file| fs::read(copy.path().join(file)).unwrap()) == before,
                        "{file} {at}"
                    );
                }
            }
        }
    }
}

#[test]
fn a_newer_file_keeps_its_write_ahead_log() {
    let dir = tempfile::tempdir().unwrap();
    let mut child = Started::new(Duty::WriteTenAndWait, dir.path(), 0, "");
    assert_eq!(child.next_acks(10).len(), 10);
    child.kill();
    let wal = dir.path().join("usage.db-wal");
    change(&dir.path().join("usage.db"), put(60, 9));
    // The log's own copy of the header would win, so it is given the same version by a newer program.
    let newer = rusqlite::Connection::open(dir.path().join("usage.db")).unwrap();
    newer.set_db_config(rusqlite::config::DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true).unwrap();
    newer.pragma_update(None, "user_version", 9).unwrap();
    drop(newer);
    let before = fs::read(&wal).unwrap();
    assert!(!before.is_empty());
    assert_eq!(refused(dir.path()).code(), Code::NewerFormat);
    assert!(fs::read(&wal).unwrap() == before);
}

#[cfg(unix)]
#[test]
fn links_are_refused_wherever_they_stand() {
    use std::os::unix::fs::symlink;
    let good = profile();
    let elsewhere = good.path().join("elsewhere");
    fs::write(&elsewhere, "somebody's file").unwrap();
    for name in FILES.iter().flat_map(|file| ["", "-wal", "-shm"].map(|end| format!("{file}{end}"))) {
        let links: [fn(&Path, &Path); 3] = [
            |target, link| symlink(target, link).unwrap(),
            |_, link| symlink("/nowhere/at/all", link).unwrap(),
            |target, link| fs::hard_link(target, link).unwrap(),
        ];
        for make_link in links {
            let copy = copy_of(good.path());
            let (link, target) = (copy.path().join(&name), copy.path().join("elsewhere"));
            // A missing log is no failure of the test: only the file itself is there before.
            drop(fs::remove_file(&link));
            make_link(&target, &link);
            let fault = Store::open(copy.path()).err().unwrap();
            assert_eq!(fault.code(), Code::Damaged, "{name}");
            assert!(fault.facts().contains_key("linked"), "{name}: {fault:?}");
            assert_eq!(fs::read(&target).unwrap(), b"somebody's file");
        }
    }
    let copy = copy_of(good.path());
    fs::remove_file(copy.path().join("usage.db")).unwrap();
    fs::create_dir(copy.path().join("usage.db")).unwrap();
    assert_eq!(Store::open(copy.path()).err().unwrap().code(), Code::Damaged);
}

#[cfg(unix)]
#[test]
fn a_profile_reached_through_a_linked_folder_opens() {
    let good = profile();
    let place = tempfile::tempdir().unwrap();
    let link = place.path().join("profile");
    std::os::unix::fs::symlink(good.path(), &link).unwrap();
    assert_eq!(kept_settings(&Store::open(&link).unwrap()).len(), 40);
}

#[cfg(unix)]
#[test]
fn files_are_for_their_owner_only_and_are_closed_when_they_were_not() {
    use std::os::unix::fs::PermissionsExt;
    let place = tempfile::tempdir().unwrap();
    let folder = place.path().join("profile");
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    let all_private = |folder: &Path| {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            assert_eq!(mode(&path), 0o600, "{}", path.display());
        }
    };
    let store = Store::open(&folder).unwrap();
    store.append_usage(&row_of(1)).unwrap();
    assert_eq!(mode(&folder), 0o700);
    assert!(folder.join("inkhorn.db-wal").exists() && folder.join("usage.db-wal").exists());
    all_private(&folder);
    drop(store);
    for file in FILES {
        fs::set_permissions(folder.join(file), fs::Permissions::from_mode(0o644)).unwrap();
    }
    fs::set_permissions(&folder, fs::Permissions::from_mode(0o755)).unwrap();
    let store = Store::open(&folder).unwrap();
    store.append_usage(&row_of(2)).unwrap();
    all_private(&folder);
    assert!(!store.folder_is_private(), "a folder that others may read is told, not changed");
}

#[test]
fn a_log_without_its_database_is_not_poured_into_a_new_one() {
    let good = profile();
    fs::write(good.path().join("inkhorn.db-wal"), [7; 5_000]).unwrap();
    fs::remove_file(good.path().join("inkhorn.db")).unwrap();
    assert_eq!(refused(good.path()).code(), Code::Damaged);
    assert!(!good.path().join("inkhorn.db").exists());
}

#[test]
fn what_a_killed_first_start_left_does_not_disturb_the_next() {
    let dir = tempfile::tempdir().unwrap();
    for file in FILES {
        fs::write(dir.path().join(format!("{file}.new")), "half a database").unwrap();
    }
    let store = Store::open(dir.path()).unwrap();
    store.write(|tx| settings::save(tx, "works", "1")).unwrap();
    let left: Vec<PathBuf> = fs::read_dir(dir.path()).unwrap().map(|entry| entry.unwrap().path()).collect();
    assert!(left.iter().all(|path| path.extension().is_none_or(|ending| ending != "new")), "{left:?}");
}

#[test]
fn a_lost_or_damaged_write_ahead_log_takes_nothing_acknowledged_with_it() {
    let dir = tempfile::tempdir().unwrap();
    let mut child = Started::new(Duty::WriteTenAndWait, dir.path(), 0, "");
    assert_eq!(child.next_acks(10).len(), 10);
    child.kill();
    let log = |folder: &Path| folder.join("inkhorn.db-wal");
    let length = fs::read(log(dir.path())).unwrap().len();
    type Damage = Box<dyn Fn(&Path)>;
    let damages: [Damage; 4] = [
        Box::new(move |folder| fs::remove_file(log(folder)).unwrap()),
        Box::new(move |folder| change(&log(folder), |bytes| bytes.fill(0))),
        Box::new(move |folder| change(&log(folder), |bytes| bytes.truncate(length / 2))),
        Box::new(move |folder| change(&log(folder), |bytes| bytes[40] ^= 1)),
    ];
    for (number, damage) in damages.iter().enumerate() {
        let copy = copy_of(dir.path());
        damage(copy.path());
        let store = Store::open(copy.path()).unwrap();
        assert_eq!(kept_settings(&store), (0..10).collect(), "damage {number}");
        store.write(|tx| settings::save(tx, "works", "1")).unwrap();
    }
}

#[test]
fn a_cut_log_of_usage_keeps_every_row_before_the_cut() {
    let dir = tempfile::tempdir().unwrap();
    let mut child = Started::new(Duty::WriteTenAndWait, dir.path(), 0, "");
    assert_eq!(child.next_acks(10).len(), 10);
    child.kill();
    let length = fs::metadata(dir.path().join("usage.db-wal")).unwrap().len() as usize;
    let mut most = 0;
    for cut in (0..=length).step_by(509).chain([length]) {
        let copy = copy_of(dir.path());
        change(&copy.path().join("usage.db-wal"), |bytes| bytes.truncate(cut));
        let kept = kept_rows(&Store::open(copy.path()).unwrap());
        assert_eq!(kept, (0..kept.len() as u64).collect(), "cut at {cut}");
        assert!(kept.len() >= most, "a later cut loses no more");
        most = kept.len();
    }
    assert_eq!(most, 10);
}

#[cfg(unix)]
#[test]
fn a_file_that_may_not_be_written_is_told_so() {
    // Root may write whatever the bits say, so the folder is put where nobody may: a file stands in its way.
    let place = tempfile::tempdir().unwrap();
    let blocked = place.path().join("file").join("profile");
    fs::write(place.path().join("file"), "x").unwrap();
    let fault = Store::open(&blocked).err().unwrap();
    assert_eq!(fault.code(), Code::Damaged);
    assert!(fault.message().contains("profile"), "{}", fault.message());
}
