//! A dependency that no source names is a dependency too many.

use crate::crates::{Package, ours};
use crate::step::{Outcome, files, read, root};
use std::path::PathBuf;

/// Named by no source, and needed all the same.
const NEEDED: &[(&str, &str, &str)] = &[];

/// Looks at every dependency of every crate of ours.
pub fn check() -> Outcome {
    let mut unused = Vec::new();
    for package in ours()? {
        let mut sources = String::new();
        for path in source_files(&package) {
            sources.push_str(&read(&path)?);
            sources.push('\n');
        }
        for dependency in &package.dependencies {
            let needed = NEEDED.iter().any(|(by, what, _)| *by == package.name && what == dependency);
            if !needed && !names(&sources, &dependency.replace('-', "_")) {
                unused.push(format!("{} ({})", dependency, package.name));
            }
        }
    }
    unused.is_empty().then_some(()).ok_or_else(|| format!("nobody uses {}", unused.join(", ")))
}

fn source_files(package: &Package) -> Vec<PathBuf> {
    let folders: &[&str] = match package.folder == root() {
        true => &["src-tauri", "tests/it", "benches"],
        false => &["src", "tests", "benches", "examples"],
    };
    let mut sources: Vec<PathBuf> =
        folders.iter().flat_map(|folder| files(&package.folder.join(folder), ".rs")).collect();
    sources.extend(Some(package.folder.join("build.rs")).filter(|path| path.is_file()));
    sources
}

/// Whether the word stands in a line of code, as a whole word.
fn names(sources: &str, word: &str) -> bool {
    let part_of_a_word = |c: char| c.is_alphanumeric() || c == '_';
    sources.lines().filter(|line| !line.trim_start().starts_with("//")).any(|line| {
        line.match_indices(word).any(|(at, _)| {
            let before = line[..at].chars().next_back();
            let after = line[at + word.len()..].chars().next();
            !before.is_some_and(part_of_a_word) && !after.is_some_and(part_of_a_word)
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_code_and_whole_words_count() {
        assert!(names("use http::Uri;", "http"));
        assert!(names("    url::Url::parse(x)", "url"));
        assert!(!names("use http_body_util::Full;", "http"));
        assert!(!names("// http is not used", "http"));
        assert!(!names("let curl = 1;", "url"));
    }
}
