//! Which profile folder the window uses, and that it exists, readable by its owner only.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

/// The profile folder: `--data-dir DIR`, else `INKHORN_DATA_DIR`, else the user's own data folder. Made if missing.
/// The error is a sentence for a person.
pub fn resolve(arguments: impl Iterator<Item = OsString>) -> Result<PathBuf, String> {
    let folder = match asked_for(arguments)? {
        Some(folder) => folder,
        None => usual(|name| std::env::var_os(name).filter(|value| !value.is_empty()))
            .ok_or("Inkhorn found no home folder to keep its profile in. Name one with --data-dir DIR.")?,
    };
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

fn usual(variable: impl Fn(&str) -> Option<OsString>) -> Option<PathBuf> {
    if let Some(folder) = variable("INKHORN_DATA_DIR") {
        return Some(PathBuf::from(folder));
    }
    if cfg!(target_os = "windows") {
        return variable("APPDATA").map(|folder| PathBuf::from(folder).join("Inkhorn"));
    }
    let home = variable("HOME").map(PathBuf::from);
    if cfg!(target_os = "macos") {
        return home.map(|home| home.join("Library/Application Support/Inkhorn"));
    }
    let data = variable("XDG_DATA_HOME").map(PathBuf::from).filter(|folder| folder.is_absolute());
    data.or_else(|| home.map(|home| home.join(".local/share"))).map(|data| data.join("inkhorn"))
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

    #[cfg(target_os = "linux")]
    #[test]
    fn a_relative_data_home_is_not_followed() {
        let with = |pairs: &'static [(&str, &str)]| {
            usual(move |name| pairs.iter().find(|(key, _)| *key == name).map(|(_, value)| value.into()))
        };
        assert_eq!(with(&[("HOME", "/h")]), Some("/h/.local/share/inkhorn".into()));
        assert_eq!(with(&[("HOME", "/h"), ("XDG_DATA_HOME", "/d")]), Some("/d/inkhorn".into()));
        assert_eq!(with(&[("HOME", "/h"), ("XDG_DATA_HOME", "d")]), Some("/h/.local/share/inkhorn".into()));
        assert_eq!(with(&[("HOME", "/h"), ("INKHORN_DATA_DIR", "/p")]), Some("/p".into()));
        assert_eq!(with(&[]), None);
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
