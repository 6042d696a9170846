//! What cargo knows about the workspace.

use crate::step::{Outcome, cargo, output};
use serde_json::Value;
use std::path::PathBuf;

/// A crate of ours, as its manifest describes it.
pub struct Package {
    /// `inkhorn-vault`.
    pub name: String,
    /// The folder of its manifest.
    pub folder: PathBuf,
    /// What it depends on, under the name that its sources use.
    pub dependencies: Vec<String>,
}

/// The crates of the workspace.
pub fn ours() -> Outcome<Vec<Package>> {
    let metadata = metadata(&["--no-deps"])?;
    let packages = metadata["packages"].as_array().ok_or("cargo metadata names no packages")?;
    Ok(packages.iter().filter_map(package).collect())
}

fn package(package: &Value) -> Option<Package> {
    let manifest = PathBuf::from(package["manifest_path"].as_str()?);
    let edges = package["dependencies"].as_array()?.iter();
    let names = edges.filter_map(|edge| edge["rename"].as_str().or(edge["name"].as_str()));
    let mut dependencies: Vec<String> = names.map(str::to_owned).collect();
    dependencies.sort();
    dependencies.dedup();
    Some(Package {
        name: package["name"].as_str()?.to_owned(),
        folder: manifest.parent()?.to_owned(),
        dependencies,
    })
}

/// The benchmarks of the workspace: their package and their name.
pub fn benches() -> Outcome<Vec<(String, String)>> {
    let metadata = metadata(&["--no-deps"])?;
    let packages = metadata["packages"].as_array().ok_or("cargo metadata names no packages")?;
    let mut benches = Vec::new();
    for package in packages {
        let targets = package["targets"].as_array().into_iter().flatten();
        for target in targets.filter(|target| target["kind"][0] == "bench") {
            if let (Some(package), Some(name)) = (package["name"].as_str(), target["name"].as_str()) {
                benches.push((package.to_owned(), name.to_owned()));
            }
        }
    }
    Ok(benches)
}

/// Everything that goes into a build on this machine: name, version, licence.
pub fn everything() -> Outcome<Vec<(String, String, String)>> {
    let about = output(cargo().args(["--version", "--verbose"]))?;
    let host = about.lines().find_map(|line| line.strip_prefix("host: ")).ok_or("cargo names no host")?;
    let metadata = metadata(&["--filter-platform", host])?;
    let packages = metadata["packages"].as_array().ok_or("cargo metadata names no packages")?;
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    Ok(packages
        .iter()
        .map(|one| (text(&one["name"]), text(&one["version"]), text(&one["license"])))
        .collect())
}

/// Where the sources of a crate of others are.
pub fn folder_of(name: &str) -> Outcome<PathBuf> {
    let metadata = metadata(&[])?;
    let packages = metadata["packages"].as_array().ok_or("cargo metadata names no packages")?;
    let found = packages.iter().find(|package| package["name"] == name);
    let manifest = found.and_then(|package| package["manifest_path"].as_str()).map(PathBuf::from);
    let folder = manifest.as_deref().and_then(std::path::Path::parent).map(PathBuf::from);
    folder.ok_or_else(|| format!("{name} is not among the crates."))
}

/// Where builds go.
pub fn target_folder() -> Outcome<PathBuf> {
    let metadata = metadata(&["--no-deps"])?;
    let folder = metadata["target_directory"].as_str().ok_or("cargo metadata names no target folder")?;
    Ok(PathBuf::from(folder))
}

/// A program's file name on this system.
pub fn program(name: &str) -> String {
    format!("{name}{}", std::env::consts::EXE_SUFFIX)
}

fn metadata(more: &[&str]) -> Outcome<Value> {
    let text = output(cargo().args(["metadata", "--offline", "--format-version", "1"]).args(more))?;
    serde_json::from_str(&text).map_err(|error| format!("cargo metadata cannot be read: {error}."))
}
