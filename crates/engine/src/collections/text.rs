//! A collection as text that people may send each other. A form of its own: one fact to a line, no keys, no addresses
//! of servers, and a last line that tells whether the text is whole.
//!
//! ```text
//! # An Inkhorn collection, form 1. It holds names of models and no keys.
//! collection: Prose
//!
//! model: openrouter/anthropic/claude-opus-5
//!   temperature: 0.8
//!   max_tokens: 4000
//!   reasoning: high
//! model: ollama/llama 3: long
//!
//! end: 2 models
//! ```
//!
//! What stands behind a colon and one blank is taken as it is; an id that begins or ends with a blank or a quote stands
//! in quotes, as JSON text. Lines of `#` are remarks. Whatever else stands in the text is refused by its line, and
//! never repeated: it may be somebody's secret.

use inkhorn_domain::{MemberSettings, ModelAddress};
use inkhorn_fault::{Code, Fault, Result};
use inkhorn_store::collections::MemberRow;
use std::collections::HashSet;
use std::fmt::Write;

const HEAD: &str = "# An Inkhorn collection, form 1. It holds names of models and no keys.";
/// Begins the first line of every form.
const HEAD_START: &str = "# An Inkhorn collection, form ";
/// Largest text, in bytes: a thousand models with the longest addresses and all settings.
const LARGEST: usize = 512 * 1024;
/// Most models.
const MOST: usize = super::MOST_MODELS;

/// What is wrong with a text: a name by which a face finds its own words, and English ones.
#[derive(Clone, Copy)]
struct Wrong(&'static str, &'static str);

const NO_COLLECTION: Wrong =
    Wrong("no_collection", "this is no collection: its text begins with \"# An Inkhorn collection\"");
const NO_FORM: Wrong = Wrong("no_form", "the form is not told");
const KEY: Wrong = Wrong("key", "it looks like a key; a collection holds none");
const CUT: Wrong = Wrong("cut", "the text is cut: its last line, which begins with end:, is missing");
const NOT_WHOLE: Wrong =
    Wrong("not_whole", "the text is not whole: it tells another number of models than it holds");
const BEHIND_END: Wrong = Wrong("behind_end", "nothing stands behind the end");
const NO_FACT: Wrong = Wrong("no_fact", "it is neither a fact nor a remark");
const STRANGE_FACT: Wrong = Wrong("strange_fact", "there is no such fact in a collection");
const NAME_UNREADABLE: Wrong = Wrong("name_unreadable", "the name is not readable");
const NAME_FIRST: Wrong = Wrong("name_first", "the collection's name comes first");
const TWO_NAMES: Wrong = Wrong("two_names", "a text holds one collection");
const MODEL_UNREADABLE: Wrong = Wrong("model_unreadable", "the model is not readable");
const NO_ADDRESS: Wrong = Wrong("no_address", "a model is written connection/model-id");
const TOO_MANY: Wrong = Wrong("too_many", "a collection has at most 1000 models");
const TWICE: Wrong = Wrong("twice", "the model stands there twice");
const LOOSE_SETTING: Wrong = Wrong("loose_setting", "a setting stands under its model");
const SETTING_TWICE: Wrong = Wrong("setting_twice", "the setting is given twice");
const NO_NUMBER: Wrong = Wrong("no_number", "it is not a number");
const NO_WHOLE_NUMBER: Wrong = Wrong("no_whole_number", "it is not a whole number");

/// What a text says.
#[derive(Debug, PartialEq)]
pub(super) struct CollectionText {
    pub name: String,
    pub members: Vec<MemberRow>,
}

impl CollectionText {
    /// The text. Reading it gives the same again.
    pub(super) fn write(&self) -> String {
        let mut text = format!("{HEAD}\ncollection: {}\n\n", quoted(&self.name));
        for MemberRow { model, settings } in &self.members {
            // Writing to a text cannot fail.
            let _ = writeln!(text, "model: {}", quoted(model));
            if let Some(temperature) = settings.temperature {
                let _ = writeln!(text, "  temperature: {temperature}");
            }
            if let Some(most) = settings.max_tokens {
                let _ = writeln!(text, "  max_tokens: {most}");
            }
            if let Some(reasoning) = &settings.reasoning {
                let _ = writeln!(text, "  reasoning: {reasoning}");
            }
        }
        let _ = write!(text, "\nend: {} models\n", self.members.len());
        text
    }

    /// Reads a text that came from anywhere.
    ///
    /// # Errors
    /// `bad_request` that names the line, `over_limit` for more than fits, `newer_format` for a form of a later version.
    pub(super) fn read(text: &str, looks_like_key: impl Fn(&str) -> bool) -> Result<Self> {
        if text.len() > LARGEST {
            return Err(Fault::new(Code::OverLimit).with("collection_text", LARGEST / 1024));
        }
        let lines: Vec<(usize, &str)> = meaningful(text).collect();
        let (at, head) = *lines.first().ok_or_else(|| refused(None, NO_COLLECTION))?;
        let form = head.strip_prefix(HEAD_START).ok_or_else(|| refused(None, NO_COLLECTION))?;
        let form: String = form.chars().take_while(char::is_ascii_digit).collect();
        match form.parse::<u32>() {
            Ok(1) => {}
            Ok(later @ 2..) => return Err(Fault::new(Code::NewerFormat).with("collection", later)),
            _ => return Err(refused(Some(at), NO_FORM)),
        }
        // Before anything is taken from it: a key in any line makes the whole text one that must not be kept.
        if let Some((at, _)) = lines.iter().find(|(_, line)| line.split(|c| !in_key(c)).any(&looks_like_key))
        {
            return Err(refused(Some(*at), KEY));
        }
        let facts = lines[1..].iter().filter(|(_, line)| !line.trim_start().starts_with('#'));
        Reading::default().facts(facts)
    }
}

/// What was read so far.
#[derive(Default)]
struct Reading {
    name: Option<String>,
    members: Vec<MemberRow>,
    seen: HashSet<String>,
    ended: bool,
}

impl Reading {
    fn facts<'t>(mut self, lines: impl Iterator<Item = &'t (usize, &'t str)>) -> Result<CollectionText> {
        for (at, line) in lines {
            if self.ended {
                return Err(refused(Some(*at), BEHIND_END));
            }
            let Some((field, value)) = line.trim_start().split_once(':') else {
                return Err(refused(Some(*at), NO_FACT));
            };
            self.fact(field, value.strip_prefix(' ').unwrap_or(value))
                .map_err(|wrong| refused(Some(*at), wrong))?;
        }
        if !self.ended {
            return Err(refused(None, CUT));
        }
        Ok(CollectionText { name: self.name.unwrap_or_default(), members: self.members })
    }

    fn fact(&mut self, field: &str, value: &str) -> Result<(), Wrong> {
        if field == "collection" {
            let name = unquoted(value).ok_or(NAME_UNREADABLE)?;
            return match self.name.replace(name) {
                None => Ok(()),
                Some(_) => Err(TWO_NAMES),
            };
        }
        if self.name.is_none() {
            return Err(NAME_FIRST);
        }
        match field {
            "model" => self.model(value),
            "end" => self.end(value),
            "temperature" | "max_tokens" | "reasoning" => self.setting(field, value.trim()),
            _ => Err(STRANGE_FACT),
        }
    }

    fn model(&mut self, value: &str) -> Result<(), Wrong> {
        let model = unquoted(value).ok_or(MODEL_UNREADABLE)?;
        if ModelAddress::parse(&model).is_none() {
            return Err(NO_ADDRESS);
        }
        if self.members.len() >= MOST {
            return Err(TOO_MANY);
        }
        if !self.seen.insert(model.clone()) {
            return Err(TWICE);
        }
        self.members.push(MemberRow { model, settings: MemberSettings::default() });
        Ok(())
    }

    fn setting(&mut self, field: &str, value: &str) -> Result<(), Wrong> {
        let settings = &mut self.members.last_mut().ok_or(LOOSE_SETTING)?.settings;
        let given = match field {
            "temperature" => settings.temperature.is_some(),
            "max_tokens" => settings.max_tokens.is_some(),
            _ => settings.reasoning.is_some(),
        };
        if given {
            return Err(SETTING_TWICE);
        }
        match field {
            "temperature" => settings.temperature = Some(value.parse().map_err(|_| NO_NUMBER)?),
            "max_tokens" => settings.max_tokens = Some(value.parse().map_err(|_| NO_WHOLE_NUMBER)?),
            _ => settings.reasoning = Some(value.to_owned()),
        }
        let name = match field {
            "temperature" => "temperature",
            "max_tokens" => "max_tokens",
            _ => "reasoning",
        };
        settings.problem().map_or(Ok(()), |words| Err(Wrong(name, words)))
    }

    fn end(&mut self, value: &str) -> Result<(), Wrong> {
        let told = value.trim().split(' ').next().and_then(|count| count.parse::<usize>().ok());
        if told != Some(self.members.len()) {
            return Err(NOT_WHOLE);
        }
        self.ended = true;
        Ok(())
    }
}

/// The lines that say something, with their numbers from 1: without what chats and pages put around a text.
fn meaningful(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let lines = text.split('\n').map(|line| line.strip_suffix('\r').unwrap_or(line));
    (1..).zip(lines).filter(|(_, line)| {
        let line = line.trim();
        !line.is_empty() && !line.starts_with("```")
    })
}

fn in_key(letter: char) -> bool {
    letter.is_ascii_alphanumeric() || matches!(letter, '-' | '_')
}

/// In quotes where it would not come back as it is.
fn quoted(text: &str) -> String {
    let bare = text.trim() == text && !text.starts_with('"') && !text.chars().any(char::is_control);
    if bare { text.to_owned() } else { serde_json::Value::from(text).to_string() }
}

fn unquoted(value: &str) -> Option<String> {
    let value = value.trim();
    if value.starts_with('"') { serde_json::from_str(value).ok() } else { Some(value.to_owned()) }
}

/// Names the line, where it is one line, and never what stands there. The facts `wrong` and `line` are for faces that have
/// words of their own.
fn refused(line: Option<usize>, Wrong(name, words): Wrong) -> Fault {
    let reason = line.map_or(words.to_owned(), |line| format!("line {line}: {words}"));
    let fault = Fault::new(Code::BadRequest).with("reason", reason).with("wrong", name);
    match line {
        Some(line) => fault.with("line", line.to_string()),
        None => fault,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use inkhorn_fault::{Language, sentence};

    fn key(word: &str) -> bool {
        word.starts_with("sk-") && word.len() > 22
    }

    fn sample(models: &[&str]) -> CollectionText {
        let members = models
            .iter()
            .map(|model| MemberRow { model: (*model).to_owned(), settings: MemberSettings::default() });
        CollectionText { name: "Prosa & café".to_owned(), members: members.collect() }
    }

    #[test]
    fn what_is_written_is_read_again_whatever_the_ids() {
        let mut text = sample(&[
            "openrouter/anthropic/claude-opus-5",
            "ollama/llama 3: long",
            "ollama/小説: 日本/モデル",
            "one/gpt-4o",
            "two/gpt-4o",
            "odd/ blanks ",
            "odd/\"quoted\"",
            "odd/#not a remark",
            "odd/end: 3 models",
        ]);
        text.members[0].settings = MemberSettings {
            temperature: Some(0.85),
            max_tokens: Some(4_000),
            reasoning: Some("high".into()),
        };
        let written = text.write();
        assert_eq!(CollectionText::read(&written, key), Ok(text));
        // As it comes out of a mail, a chat or another system.
        let pasted = format!("\u{feff}```\r\n{}```\r\n", written.replace('\n', "\r\n"));
        assert!(CollectionText::read(&pasted, key).is_ok());
    }

    #[test]
    fn a_text_that_is_cut_anywhere_is_refused_and_nothing_panics() {
        let written = sample(&["a/1", "b/小", "c/3"]).write();
        let whole = written.trim_end().len() - " models".len();
        for at in (0..whole).filter(|at| written.is_char_boundary(*at)) {
            let read = CollectionText::read(&written[..at], key);
            assert_eq!(read.map_err(|fault| fault.code()), Err(Code::BadRequest), "cut at {at}");
        }
    }

    #[test]
    fn keys_are_refused_by_their_line_and_not_repeated() {
        let secret = "sk-abcdefghijklmnopqrstuvwxyz0123456789";
        let written = sample(&["a/1"]).write();
        for smuggled in [
            written.replace("a/1", &format!("a/{secret}")),
            written.replace("model: a/1", &format!("# key {secret}\nmodel: a/1")),
            written.replace("model: a/1", &format!("model: a/1\n  key: {secret}")),
            written.replace("Prosa", secret),
            written.replace("model: a/1", &format!("model: \"a/1 {secret}\"")),
        ] {
            let refused = CollectionText::read(&smuggled, key).expect_err("a key");
            assert_eq!(refused.code(), Code::BadRequest);
            assert!(!format!("{refused:?} {}", refused.message()).contains("abcdefgh"), "{refused:?}");
            assert!(refused.message().contains("line "), "{}", refused.message());
        }
        let password = written.replace("model: a/1", "model: a/1\n  password: hunter2");
        let refused = CollectionText::read(&password, key).expect_err("no such fact");
        assert!(!refused.message().contains("hunter2"));
    }

    #[test]
    fn what_is_no_collection_is_told_by_its_line() {
        let written = sample(&["a/1", "b/2"]).write();
        let code = |text: &str| CollectionText::read(text, key).map(drop).map_err(|fault| fault.code());
        for bad in [
            "",
            "hello",
            "{\"models\":[]}",
            &written.replace("form 1", "form one"),
            &written.replace("b/2", "a/1"),
            &written.replace("b/2", "no slash"),
            &written.replace("end: 2", "end: 3"),
            &written.replace("model: a/1", "temperature: 0.5"),
            &written.replace("model: b/2", "  temperature: 0.5\n  temperature: 0.6\nmodel: b/2"),
            &written.replace("model: b/2", "  temperature: hot\nmodel: b/2"),
            &written.replace("model: b/2", "  reasoning: a lot\nmodel: b/2"),
            &format!("{written}model: c/3\n"),
            &written.replace("collection:", "collection: A\ncollection:"),
        ] {
            assert_eq!(code(bad), Err(Code::BadRequest), "{bad}");
        }
        let later = CollectionText::read(&written.replace("form 1", "form 2"), key).expect_err("later");
        assert_eq!(later.code(), Code::NewerFormat);
        for language in [Language::English, Language::Indonesian] {
            let words = sentence(language, &later, "message");
            assert!(words.contains('2') && !words.to_lowercase().contains("profil"), "{words}");
        }
        assert_eq!(code(&format!("{written}{}", " ".repeat(1 << 20))), Err(Code::OverLimit));
        let many: Vec<String> = (0..=MOST).map(|n| format!("a/{n}")).collect();
        let many = sample(&many.iter().map(String::as_str).collect::<Vec<_>>()).write();
        assert_eq!(code(&many), Err(Code::BadRequest));
    }
}
