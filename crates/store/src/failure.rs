//! What SQLite and the file system say, told as a [`Fault`].
//!
//! SQLite's own messages are dropped: only its number goes on, because a message could quote what was being written.

use inkhorn_fault::{Code, Fault};
use rusqlite::{Error, ErrorCode, ffi};
use std::io;
use std::path::Path;

/// The fault behind a failure of SQLite.
pub(crate) fn from_sqlite(error: Error) -> Fault {
    match error {
        Error::SqliteFailure(failure, _) => from_sqlite_code(failure),
        Error::QueryReturnedNoRows => Fault::new(Code::NotFound),
        // Everything else means that a stored value is not of the kind that Inkhorn writes.
        _ => Fault::new(Code::Damaged),
    }
}

fn from_sqlite_code(failure: ffi::Error) -> Fault {
    let number = failure.extended_code;
    let fault = match (failure.code, number) {
        (ErrorCode::DiskFull, _) => Fault::new(Code::DiskFull),
        // A write that came back short: a full quota or a size limit, not a full disk, and the same to the writer.
        (_, ffi::SQLITE_IOERR_WRITE | ffi::SQLITE_IOERR_SHMSIZE) => Fault::new(Code::DiskFull),
        (ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked, _) => Fault::new(Code::Busy),
        (_, ffi::SQLITE_CONSTRAINT_UNIQUE | ffi::SQLITE_CONSTRAINT_PRIMARYKEY) => Fault::new(Code::Duplicate),
        (_, ffi::SQLITE_CONSTRAINT_FOREIGNKEY) => Fault::new(Code::NotFound),
        (ErrorCode::TooBig, _) => {
            Fault::new(Code::OverLimit).with("reason", "a single text may not be larger than 1 GB.")
        }
        (ErrorCode::OutOfMemory, _) => Fault::new(Code::OverLimit).with("reason", "memory is used up."),
        (
            ErrorCode::CannotOpen
            | ErrorCode::ReadOnly
            | ErrorCode::PermissionDenied
            | ErrorCode::SystemIoFailure,
            _,
        ) => Fault::new(Code::Damaged).with("unreachable", "the profile's folder"),
        _ => Fault::new(Code::Damaged),
    };
    fault.with_detail(&format!("SQLite {number}"))
}

/// The fault behind a failure of the file system at `path`.
pub fn from_io(error: &io::Error, path: &Path) -> Fault {
    use io::ErrorKind::{FileTooLarge, QuotaExceeded, StorageFull, WriteZero};
    match error.kind() {
        StorageFull | QuotaExceeded | FileTooLarge | WriteZero => Fault::new(Code::DiskFull),
        kind => unreachable_at(path).with_detail(&kind.to_string()),
    }
}

/// A file or folder that cannot be opened or written.
pub(crate) fn unreachable_at(path: &Path) -> Fault {
    Fault::new(Code::Damaged).with("unreachable", path.display())
}

/// Says which file it was, where the failure did not know.
pub(crate) fn at(fault: Fault, path: &Path) -> Fault {
    if fault.code() != Code::Damaged {
        return fault;
    }
    if fault.facts().contains_key("unreachable") {
        return fault.with("unreachable", path.display());
    }
    if fault.facts().is_empty() { fault.with("path", path.display()) } else { fault }
}

/// `Duplicate` or `NotFound`, with the name that the writer gave.
pub(crate) fn named(error: Error, name: &str) -> Fault {
    let fault = from_sqlite(error);
    match fault.code() {
        Code::Duplicate | Code::NotFound => fault.with("name", name),
        _ => fault,
    }
}

/// Turns "no row was touched" into `NotFound`.
pub(crate) fn found(rows: usize) -> inkhorn_fault::Result<()> {
    if rows == 0 { Err(Fault::new(Code::NotFound)) } else { Ok(()) }
}
