//! Everything that is built in must be under a licence that lets anyone use the whole under ours.

use crate::crates::everything;
use crate::step::Outcome;

/// Permissive ones, and MPL-2.0, which asks only that changed files of its own stay open.
const ALLOWED: &[&str] = &[
    "0BSD",
    "Apache-2.0",
    "Apache-2.0 WITH LLVM-exception",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "BSL-1.0",
    "CC0-1.0",
    "CDLA-Permissive-2.0",
    "ISC",
    "MIT",
    "MIT-0",
    "MPL-2.0",
    "Unicode-3.0",
    "Unlicense",
    "Zlib",
];

/// Reads the licence of every crate that goes into a build here.
pub fn check() -> Outcome {
    let mut wrong = Vec::new();
    for (name, version, licence) in everything()? {
        if !allowed(&licence) {
            wrong.push(format!(
                "{name} {version} ({})",
                if licence.is_empty() { "none named" } else { &licence }
            ));
        }
    }
    wrong
        .is_empty()
        .then_some(())
        .ok_or_else(|| format!("licences that are not in the list: {}", wrong.join(", ")))
}

/// Whether an SPDX expression can be met with allowed licences only. What cannot be read is not allowed.
fn allowed(expression: &str) -> bool {
    let spaced = expression.replace('/', " OR ").replace('(', " ( ").replace(')', " ) ");
    let words: Vec<&str> = spaced.split_whitespace().collect();
    let mut at = 0;
    either(&words, &mut at).is_some_and(|yes| yes && at == words.len())
}

fn either(words: &[&str], at: &mut usize) -> Option<bool> {
    let mut yes = both(words, at)?;
    while words.get(*at) == Some(&"OR") {
        *at += 1;
        yes |= both(words, at)?;
    }
    Some(yes)
}

fn both(words: &[&str], at: &mut usize) -> Option<bool> {
    let mut yes = one(words, at)?;
    while words.get(*at) == Some(&"AND") {
        *at += 1;
        yes &= one(words, at)?;
    }
    Some(yes)
}

fn one(words: &[&str], at: &mut usize) -> Option<bool> {
    let word = *words.get(*at)?;
    *at += 1;
    if word == "(" {
        let yes = either(words, at)?;
        (words.get(*at) == Some(&")")).then(|| *at += 1)?;
        return Some(yes);
    }
    if words.get(*at) == Some(&"WITH") {
        let exception = words.get(*at + 1)?;
        *at += 2;
        return Some(ALLOWED.contains(&format!("{word} WITH {exception}").as_str()));
    }
    Some(ALLOWED.contains(&word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn expressions_are_read_as_they_are_meant() {
        for good in [
            "MIT",
            "MIT/Apache-2.0",
            "GPL-3.0 OR MIT",
            "Apache-2.0 WITH LLVM-exception OR GPL-3.0",
            "(MIT OR Apache-2.0) AND Unicode-3.0",
        ] {
            assert!(allowed(good), "{good}");
        }
        for bad in
            ["", "GPL-3.0", "MIT AND GPL-3.0", "MIT AND", "(MIT", "MIT MIT", "MIT WITH Strange-exception"]
        {
            assert!(!allowed(bad), "{bad}");
        }
    }
}
