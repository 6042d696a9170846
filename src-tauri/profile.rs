//! Which profile folder the window uses, and that it exists, readable by its owner only.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

/// The profile folder: `--data-dir DIR`, else `INKHORN_DATA_DIR`, else the user's own data folder. Made if missing.
/// The error is a sentence for a person.
pub fn resolve(arguments: impl Iterator<Item = OsString>) -> Result<PathBuf, String> {
    let named = std::env::var_os("INKHORN_DATA_DIR").filter(|value| !value.is_empty());
    let folder =
        asked_for(arguments)?.or(named.map(PathBuf::from)).unwrap_or_else(inkhorn_engine::default_dir);
    make(&folder)
        .map_err(|error| format!("The profile folder {} cannot be made: {error}.", folder.display()))?;
    folder
        .canonicalize()
        .map_err(|error| format!("The profile folder {} cannot be opened: {error}.", folder.display()))
}

fn asked_for(mut arguments: impl Iterator<Item = OsString>) -> Result<Option<PathBuf>, String> {
    let mut folder = None;
    while let Some(argument) = arguments.next() {
        let text = argument.to_string_lossy();
        if let Some(value) = text.strip_prefix("--data-dir=").filter(|value| !value.is_empty()) {
            folder = Some(PathBuf::from(value));
        } else if text == "--data-dir" {
            let value = arguments.next().filter(|value| !value.is_empty());
            folder = Some(PathBuf::from(value.ok_or("--data-dir needs a folder after it.")?));
        }
        // Anything else is for the toolkit or the desktop session, which add options of their own.
    }
    Ok(folder)
}

fn make(folder: &Path) -> std::io::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(arguments: &[&str]) -> Result<Option<PathBuf>, String> {
        asked_for(arguments.iter().map(OsString::from))
    }

    #[test]
    fn the_folder_after_data_dir_wins_and_other_options_are_left_alone() {
        assert_eq!(asked(&["--gapplication-service", "--data-dir", "/a b"]), Ok(Some("/a b".into())));
        assert_eq!(asked(&["--data-dir=/a"]), Ok(Some("/a".into())));
        assert_eq!(asked(&["--display=:1"]), Ok(None));
        assert!(asked(&["--data-dir"]).is_err());
    }

    #[cfg(unix)]
    #[test]
    fn the_folder_is_for_its_owner_only() {
        use std::os::unix::fs::PermissionsExt;
        let place = tempfile::tempdir().unwrap();
        let folder = place.path().join("deep/profile");
        make(&folder).unwrap();
        assert_eq!(folder.metadata().unwrap().permissions().mode() & 0o777, 0o700);
    }
}
