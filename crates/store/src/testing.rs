//! What the tests of the tables share.

use crate::Store;

/// Texts that break programs that build SQL, JSON or paths from them.
pub(crate) const HOSTILE: &[&str] = &[
    "plain",
    "",
    "'; DROP TABLE connection; --",
    "\" OR \"\"=\"",
    "Robert'); DELETE FROM secret WHERE ('1'='1",
    "%_[a-z]*?",
    "?1 :name @at $dollar",
    "\\u0000 \\ \\' \\\"",
    "line\r\nend\ttab",
    "\u{202e}desrever \u{0}nul \u{feff}mark",
    "日本語 🖋 ñ e\u{301}",
];

/// An empty profile that goes with the test.
pub(crate) fn scratch() -> (tempfile::TempDir, Store) {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::open(dir.path()).unwrap();
    (dir, store)
}
