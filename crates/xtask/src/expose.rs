//! Every place where a secret is laid open says why, in a comment that starts with `EXPOSE:` just above it.

use crate::step::{Outcome, files, read, root};

/// How far above the call the comment may end, in lines.
const NEAR: usize = 3;

/// Looks at all sources that are shipped.
pub fn check() -> Outcome {
    let mut wrong = Vec::new();
    for path in [files(&root().join("crates"), ".rs"), files(&root().join("src-tauri"), ".rs")].concat() {
        let shipped =
            !path.components().any(|part| part.as_os_str() == "tests" || part.as_os_str() == "testkit");
        if shipped && !path.ends_with("xtask/src/expose.rs") {
            let lines = unexplained(&read(&path)?);
            wrong.extend(lines.into_iter().map(|line| format!("{}:{line}", path.display())));
        }
    }
    let said = "without an EXPOSE: comment above it";
    wrong.is_empty().then_some(()).ok_or_else(|| format!("a secret is exposed {said}: {}", wrong.join(", ")))
}

/// The lines, counted from 1, that expose without saying why. Tests stand last in a file and are free.
fn unexplained(source: &str) -> Vec<usize> {
    let mut wrong = Vec::new();
    let mut reason: Option<usize> = None;
    let mut within = false;
    for (number, line) in source.lines().enumerate() {
        let line = line.trim();
        if line == "#[cfg(test)]" {
            break;
        }
        within = line.starts_with("//")
            && (within || line.trim_start_matches('/').trim_start().starts_with("EXPOSE:"));
        if within {
            reason = Some(number);
        }
        let calls = !line.starts_with("//") && line.contains(".expose(");
        if calls && reason.is_none_or(|at| number - at > NEAR) {
            wrong.push(number + 1);
        }
    }
    wrong
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_must_stand_near() {
        assert_eq!(unexplained("let a = key.expose();"), [1]);
        assert_eq!(
            unexplained("// EXPOSE: it goes into the header\n// of this request.\nkey.expose();"),
            [0; 0]
        );
        assert_eq!(unexplained("// EXPOSE: here\na\nb\nc\nkey.expose();"), [5]);
        assert_eq!(unexplained("// we EXPOSE: nothing\nkey.expose();"), [2]);
        assert_eq!(unexplained("// key.expose() is never called here"), [0; 0]);
        assert_eq!(unexplained("#[cfg(test)]\nkey.expose();"), [0; 0]);
    }
}
