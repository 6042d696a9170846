//! The workspace as cargo tells it: packages, what they depend on, and their sources.

use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The repository's folder.
pub fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// A crate of ours.
pub struct Package {
    /// Its name without `inkhorn-`: `vault`, `desktop`.
    pub name: String,
    /// Where its sources lie.
    pub sources: PathBuf,
    /// What it depends on.
    pub dependencies: Vec<Dependency>,
}

/// One edge out of a crate.
pub struct Dependency {
    /// The name that it has on the registry, or in this workspace.
    pub name: String,
    /// Only tests use it.
    pub dev: bool,
}

/// Every crate of the workspace, as `cargo metadata` reads the manifests.
pub fn packages() -> Vec<Package> {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--no-deps", "--offline", "--format-version", "1"])
        .current_dir(root())
        .output()
        .expect("cargo runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let metadata: Value = serde_json::from_slice(&output.stdout).expect("cargo writes JSON");
    list(&metadata["packages"]).iter().map(package).collect()
}

fn package(package: &Value) -> Package {
    let manifest = PathBuf::from(text(&package["manifest_path"]));
    let folder = manifest.parent().expect("a manifest lies in a folder");
    let sources = if folder == root() { folder.join("src-tauri") } else { folder.join("src") };
    let dependencies = list(&package["dependencies"])
        .iter()
        .map(|edge| Dependency { name: text(&edge["name"]), dev: edge["kind"] == "dev" })
        .collect();
    Package { name: text(&package["name"]).replacen("inkhorn-", "", 1), sources, dependencies }
}

/// Every Rust source below a folder.
pub fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).expect("the folder can be read") {
        let path = entry.expect("an entry can be read").path();
        if path.is_dir() {
            files.extend(rust_files(&path));
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            files.push(path);
        }
    }
    files
}

fn list(value: &Value) -> &[Value] {
    value.as_array().expect("a list")
}

fn text(value: &Value) -> String {
    value.as_str().expect("a text").to_owned()
}
