//! Canaries: keys and prompts that must never be found, and the search for them in every form.
//!
//! A canary holds a random core of plain letters and digits. The search looks for each half of the core, so a part
//! that leaks is found too, and escapes around it do not hide it.

use std::path::{Path, PathBuf};

use memchr::memmem;

use crate::forms::forms_of;
use crate::random::make_hex;

/// A text that must never turn up anywhere but where it belongs.
pub struct Canary {
    name: &'static str,
    text: String,
    needles: Vec<Needle>,
}

struct Needle {
    form: &'static str,
    finder: memmem::Finder<'static>,
}

/// Where a canary was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// Which canary: `key`, `prompt`, or the name it was given.
    pub canary: &'static str,
    /// In which form: `raw`, `UTF-16LE`, `base64 at 1`, ...
    pub form: &'static str,
    /// In which file, output or memory region.
    pub place: String,
    /// At which byte of it.
    pub offset: u64,
}

/// What is to be searched: files, captured output, strings.
#[derive(Default)]
pub struct Evidence {
    files: Vec<PathBuf>,
    texts: Vec<(String, Vec<u8>)>,
}

impl Canary {
    /// A key of a form that no provider uses: `sk-ih-CANARY-` and 48 random characters.
    pub fn key() -> Self {
        let core = make_hex(24);
        Self::with_core("key", format!("sk-ih-CANARY-{core}"), &core)
    }

    /// A key that starts as a provider's keys do (`sk-proj-`, `gsk_`, ...), so that it is taken for one.
    pub fn key_of(persona: crate::Persona) -> Self {
        let key = persona.make_key().unwrap_or_else(|| format!("sk-local-{}", make_hex(24)));
        let core = key[key.rfind(['-', '_']).map_or(0, |at| at + 1)..].to_owned();
        Self::with_core("key", key, &core)
    }

    /// A passphrase.
    pub fn passphrase() -> Self {
        let core = make_hex(24);
        Self::with_core("passphrase", format!("inkhorn passphrase {core}"), &core)
    }

    /// What a writer might ask, with quotes, a letter outside ASCII and a line end in it.
    pub fn prompt() -> Self {
        let core = make_hex(24);
        Self::with_core("prompt", format!("The heron \"CANARY{core}\" left the café\nat dusk."), &core)
    }

    /// What a model might answer: one long word, so that no chunk cuts it.
    pub fn completion() -> Self {
        let core = make_hex(24);
        Self::with_core("completion", format!("Indeed, CANARYANSWER{core} it is."), &core)
    }

    /// A text of one's own, searched for as a whole.
    pub fn of(name: &'static str, text: &str) -> Self {
        assert!(text.len() >= 8, "a canary of fewer than 8 bytes turns up by chance");
        let mut canary = Self { name, text: text.to_owned(), needles: Vec::new() };
        canary.add(text);
        canary
    }

    /// The text itself, to be used as key or prompt.
    pub fn text(&self) -> &str {
        &self.text
    }

    fn with_core(name: &'static str, text: String, core: &str) -> Self {
        let mut canary = Self { name, text, needles: Vec::new() };
        let (first, second) = core.split_at(core.len() / 2);
        canary.add(first);
        canary.add(second);
        canary
    }

    fn add(&mut self, text: &str) {
        let needles = forms_of(text);
        self.needles.extend(
            needles.iter().map(|form| Needle {
                form: form.name,
                finder: memmem::Finder::new(&form.bytes).into_owned(),
            }),
        );
    }

    /// The first place of each form in these bytes.
    pub(crate) fn find_in(&self, place: &str, base: u64, bytes: &[u8]) -> Vec<Finding> {
        let hits = self.needles.iter().filter_map(|needle| {
            let offset = base + needle.finder.find(bytes)? as u64;
            Some(Finding { canary: self.name, form: needle.form, place: place.to_owned(), offset })
        });
        hits.collect()
    }
}

impl Evidence {
    /// Nothing yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// With every file in this folder and below, whatever its name: database, `-wal`, `-shm`, logs, remains.
    pub fn folder(mut self, folder: &Path) -> Self {
        let mut left = vec![folder.to_owned()];
        while let Some(folder) = left.pop() {
            let entries = std::fs::read_dir(&folder)
                .unwrap_or_else(|error| panic!("cannot list {}: {error}", folder.display()));
            for entry in entries {
                let entry = entry.expect("a folder can be read to its end");
                let kind = entry.file_type().expect("an entry has a type");
                // The name of a file may hold a canary as well.
                let path = entry.path();
                self.texts.push((
                    format!("name of {}", path.display()),
                    path.as_os_str().as_encoded_bytes().to_vec(),
                ));
                if kind.is_dir() {
                    left.push(path);
                } else if kind.is_file() {
                    self.files.push(path);
                }
            }
        }
        self
    }

    /// With this file.
    pub fn file(mut self, file: &Path) -> Self {
        self.files.push(file.to_owned());
        self
    }

    /// With these bytes: an output, an export, the reply of a command.
    pub fn bytes(mut self, name: &str, bytes: &[u8]) -> Self {
        self.texts.push((name.to_owned(), bytes.to_vec()));
        self
    }

    /// With both outputs of a program.
    pub fn outcome(self, name: &str, outcome: &crate::Outcome) -> Self {
        self.bytes(&format!("{name} stdout"), &outcome.stdout)
            .bytes(&format!("{name} stderr"), &outcome.stderr)
    }
}

/// Every place where a canary lies, each form once per place.
pub fn scan(evidence: &Evidence, canaries: &[&Canary]) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut search = |place: &str, bytes: &[u8]| {
        findings.extend(canaries.iter().flat_map(|canary| canary.find_in(place, 0, bytes)));
    };
    for (name, bytes) in &evidence.texts {
        search(name, bytes);
    }
    for file in &evidence.files {
        match std::fs::read(file) {
            Ok(bytes) => search(&file.display().to_string(), &bytes),
            // A running database may take its side files away between the listing and here.
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
            Err(error) => panic!("cannot read {}: {error}", file.display()),
        }
    }
    findings
}

/// Panics with every form, place and offset at which a canary lies; also when there is nothing to search.
#[track_caller]
pub fn assert_clean(evidence: &Evidence, canaries: &[&Canary]) {
    assert!(!canaries.is_empty(), "no canary to look for");
    let files_with_bytes = |file: &PathBuf| std::fs::metadata(file).is_ok_and(|meta| meta.len() > 0);
    let something = evidence.texts.iter().any(|(_, bytes)| !bytes.is_empty())
        || evidence.files.iter().any(files_with_bytes);
    assert!(something, "nothing to search: the folders are empty and so are the outputs");
    let findings = scan(evidence, canaries);
    let lines: Vec<String> = findings
        .iter()
        .map(|found| {
            format!("{} as {} in {} at byte {}", found.canary, found.form, found.place, found.offset)
        })
        .collect();
    assert!(findings.is_empty(), "canaries found:\n  {}", lines.join("\n  "));
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;

    use super::*;

    fn found_as(canary: &Canary, bytes: &[u8]) -> Vec<&'static str> {
        scan(&Evidence::new().bytes("here", bytes), &[canary]).into_iter().map(|found| found.form).collect()
    }

    #[test]
    fn a_key_is_found_in_every_form() {
        let key = Canary::key();
        let text = key.text();
        let utf16: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let throughout: String = text.bytes().map(|byte| format!("%{byte:02X}")).collect();
        assert!(found_as(&key, format!("xx{text}").as_bytes()).contains(&"raw"));
        assert!(found_as(&key, &utf16).contains(&"UTF-16LE"));
        assert!(found_as(&key, crate::random::hex(text.as_bytes()).as_bytes()).contains(&"hex"));
        let own = Canary::of("own", "jklmnopq");
        assert_eq!(found_as(&own, b"6A6B6C6D6E6F7071"), ["HEX"]);
        assert!(found_as(&key, throughout.as_bytes()).contains(&"URL-escaped throughout"));
        for before in ["", "a", "ab"] {
            let json = format!("{before}{{\"key\":\"{text}\"}}");
            let encoded = base64::engine::general_purpose::STANDARD.encode(&json);
            assert!(found_as(&key, encoded.as_bytes()).iter().any(|form| form.starts_with("base64")));
            let encoded = base64::engine::general_purpose::URL_SAFE.encode(&json);
            assert!(found_as(&key, encoded.as_bytes()).iter().any(|form| form.starts_with("base64")));
        }
    }

    #[test]
    fn half_a_key_is_found_and_four_characters_are_not() {
        let key = Canary::key();
        let text = key.text();
        assert_eq!(found_as(&key, &text.as_bytes()[..text.len() - 20]), ["raw"]);
        assert_eq!(found_as(&key, &text.as_bytes()[text.len() - 30..]), ["raw"]);
        assert!(found_as(&key, &text.as_bytes()[text.len() - 4..]).is_empty());
        assert!(found_as(&Canary::key(), text.as_bytes()).is_empty());
    }

    #[test]
    fn a_text_of_ones_own_is_found_escaped() {
        let own = Canary::of("own", "the \"café\"\nat dusk");
        let json = serde_json::to_string(own.text()).unwrap();
        assert_eq!(found_as(&own, json.as_bytes()), ["JSON-escaped"]);
        assert_eq!(found_as(&own, b"?q=the+%22caf%C3%A9%22%0Aat+dusk"), ["form-escaped"]);
    }

    #[test]
    fn files_below_and_their_names_are_searched() {
        let folder = tempfile::tempdir().unwrap();
        let key = Canary::key();
        std::fs::create_dir(folder.path().join("deep")).unwrap();
        std::fs::write(folder.path().join("deep/app.db-wal"), [b"0123456", key.text().as_bytes()].concat())
            .unwrap();
        std::fs::write(folder.path().join(format!("log-{}", &key.text()[13..])), b"quiet").unwrap();
        let findings = scan(&Evidence::new().folder(folder.path()), &[&key]);
        let in_file = findings.iter().find(|found| found.place.ends_with("app.db-wal")).unwrap();
        assert_eq!((in_file.form, in_file.offset), ("raw", 7 + "sk-ih-CANARY-".len() as u64));
        assert!(findings.iter().any(|found| found.place.starts_with("name of ")));
    }

    #[test]
    #[should_panic(expected = "raw in stdout at byte 13")]
    fn a_find_is_told_with_form_and_place() {
        let key = Canary::key();
        assert_clean(&Evidence::new().bytes("stdout", key.text().as_bytes()), &[&key]);
    }

    #[test]
    #[should_panic(expected = "nothing to search")]
    fn an_empty_search_is_no_proof() {
        let folder = tempfile::tempdir().unwrap();
        assert_clean(&Evidence::new().folder(folder.path()), &[&Canary::key()]);
    }
}
