//! A profile folder that lasts as long as its test.

use std::path::{Path, PathBuf};

use crate::{Canary, Evidence};

/// A data folder of its own, a home beside it, and both gone afterwards.
pub struct ScratchProfile {
    root: tempfile::TempDir,
}

impl ScratchProfile {
    /// Fresh and empty.
    pub fn make() -> Self {
        let root =
            tempfile::Builder::new().prefix("inkhorn-test-").tempdir().expect("a scratch folder can be made");
        for folder in ["data", "home", "tmp"] {
            std::fs::create_dir(root.path().join(folder))
                .expect("a folder can be made in the scratch folder");
        }
        Self { root }
    }

    /// The data folder, to be given as `--data-dir`.
    pub fn data_dir(&self) -> PathBuf {
        self.root.path().join("data")
    }

    /// The home folder of programs that run on this profile.
    pub fn home(&self) -> PathBuf {
        self.root.path().join("home")
    }

    /// Where programs that run on this profile put what is temporary.
    pub fn temporary(&self) -> PathBuf {
        self.root.path().join("tmp")
    }

    /// The folder that holds all of these; room for a test's own files.
    pub fn root(&self) -> &Path {
        self.root.path()
    }

    /// Everything in data, home and temporary folder, to be searched.
    pub fn evidence(&self) -> Evidence {
        Evidence::new().folder(self.root())
    }

    /// Panics where a canary lies in any file of the profile.
    #[track_caller]
    pub fn assert_clean(&self, canaries: &[&Canary]) {
        crate::assert_clean(&self.evidence(), canaries);
    }
}
