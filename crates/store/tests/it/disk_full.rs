//! A disk that takes no more: told as such, nothing lost, and work goes on when there is room again.

use crate::children::{Duty, Started, kept_settings, row_of, value_of};
use inkhorn_fault::Code;
use inkhorn_store::{Store, save_file_atomically, settings};
use std::fs;
use std::path::Path;
use std::process::Command;

#[test]
fn a_limit_on_file_size_is_a_full_disk() {
    let dir = tempfile::tempdir().unwrap();
    // Signal 25 is SIGXFSZ, which would end the process; a unit is 512 or 1024 bytes, as the shell likes.
    let child = Started::new(Duty::FillDisk, dir.path(), 0, "trap '' 25; ulimit -f 400");
    let acknowledged = child.wait();
    assert!(!acknowledged.is_empty());
    let store = Store::open(dir.path()).unwrap();
    assert_eq!(kept_settings(&store), acknowledged.into_iter().collect());
    assert_eq!(store.read(|db| settings::load(db, "old")).unwrap().as_deref(), Some("1"));
    store.write(|tx| settings::save(tx, "old", "2")).unwrap();
    store.append_usage(&row_of(1_000_000)).unwrap();
}

/// A small disk of its own.
struct SmallDisk(tempfile::TempDir);

impl SmallDisk {
    fn new(bytes: &str) -> Result<Self, String> {
        let dir = tempfile::tempdir().unwrap();
        let made = Command::new("mount")
            .args(["-t", "tmpfs", "-o", &format!("size={bytes}"), "inkhorn-test"])
            .arg(dir.path())
            .output()
            .map_err(|error| error.to_string())?;
        if made.status.success() { Ok(Self(dir)) } else { Err(String::from_utf8_lossy(&made.stderr).into()) }
    }

    fn path(&self) -> &Path {
        self.0.path()
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let unmounted = Command::new("umount").arg("-l").arg(self.path()).status();
        assert!(std::thread::panicking() || unmounted.unwrap().success());
    }
}

#[test]
fn a_full_disk_keeps_the_old_value_and_works_again_after() {
    // Only root may mount; without it, the limit on file size above shows the same.
    let Ok(disk) = SmallDisk::new("2m") else { return };
    let folder = disk.path().join("profile");
    let store = Store::open(&folder).unwrap();
    store.write(|tx| settings::save(tx, "old", "1")).unwrap();
    store.append_usage(&row_of(0)).unwrap();
    let file = disk.path().join("export.json");
    save_file_atomically(&file, b"old").unwrap();

    let ballast = disk.path().join("ballast");
    let filled = fs::write(&ballast, vec![1; 4 << 20]).unwrap_err();
    assert_eq!(filled.kind(), std::io::ErrorKind::StorageFull);

    let big = value_of(1).replace('"', "");
    let big = serde_json::to_string(&big.repeat(20)).unwrap();
    let fault = store.write(|tx| settings::save(tx, "old", &big)).unwrap_err();
    assert_eq!(fault.code(), Code::DiskFull, "{fault:?}");
    let fault = (1..10_000).find_map(|n| store.append_usage(&row_of(n)).err()).unwrap();
    assert_eq!(fault.code(), Code::DiskFull, "{fault:?}");
    let fault = save_file_atomically(&file, &[1; 10_000]).unwrap_err();
    assert_eq!(fault.code(), Code::DiskFull, "{fault:?}");
    assert_eq!(fs::read(&file).unwrap(), b"old");
    assert_eq!(fs::read_dir(disk.path()).unwrap().count(), 3, "profile, export, ballast and no more");
    assert_eq!(store.read(|db| settings::load(db, "old")).unwrap().as_deref(), Some("1"));
    let fresh = Store::open(&disk.path().join("another")).err().expect("no room for another profile");
    assert_eq!(fresh.code(), Code::DiskFull, "{fresh:?}");

    fs::remove_file(&ballast).unwrap();
    store.write(|tx| settings::save(tx, "old", &big)).unwrap();
    store.append_usage(&row_of(20_000)).unwrap();
    drop(store);
    let store = Store::open(&folder).unwrap();
    assert_eq!(store.read(|db| settings::load(db, "old")).unwrap(), Some(big));
    assert!(Store::open(&disk.path().join("another")).is_ok());
}
