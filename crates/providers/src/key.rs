//! A pasted key: what is trimmed around it, what it cannot be, and whose it looks like.

use crate::access_key::gather_access_key;
use crate::catalogue::{Catalogue, EntryLocality, ProviderEntry};
use inkhorn_fault::{Code, Fault};
use inkhorn_secret::Secret;
use std::sync::Arc;

/// Longest key, in bytes.
pub const MAX_KEY: usize = 16 * 1024;

/// How the id of an access key begins.
const AWS_KEY: &str = "AKIA";

/// What was taken away around a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyNotice {
    /// Blanks and tabs.
    Blanks,
    /// Line ends.
    LineEnds,
    /// Quotes, typographic ones too.
    Quotes,
    /// `Bearer `, with `Authorization:` perhaps.
    Bearer,
    /// `NAME=` as in a settings file.
    Variable,
}

impl KeyNotice {
    /// The word that stands in answers.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Blanks => "blanks",
            Self::LineEnds => "line_ends",
            Self::Quotes => "quotes",
            Self::Bearer => "bearer",
            Self::Variable => "variable",
        }
    }
}

/// What the form of a key tells.
pub struct KeyForm {
    /// The key without what stood around it.
    pub cleaned: Secret,
    /// What was taken away, each once.
    pub notices: Vec<KeyNotice>,
    /// Whose key it looks like. A hint: others may use the same form.
    pub provider: Option<Arc<ProviderEntry>>,
    /// Nobody else's keys look like this.
    pub certain: bool,
    /// Why it cannot be a key at all. Names a position, never content.
    pub problem: Option<Fault>,
}

impl KeyForm {
    /// Why it cannot be a key *for this provider*: [`KeyForm::problem`], or it clearly is somebody else's.
    pub fn problem_for(&self, entry: &ProviderEntry) -> Option<Fault> {
        if self.problem.is_some() {
            return self.problem.clone();
        }
        let other = self.provider.as_ref().filter(|other| self.certain && other.id != entry.id)?;
        // A compatible address may well be a relay that takes another provider's keys.
        let own = entry.locality == EntryLocality::Cloud && !entry.key_patterns.is_empty();
        own.then(|| Fault::new(Code::KeyForm).with("belongs_to", &other.name).with("chosen", &entry.name))
    }
}

/// Looks at a key before anything else happens with it.
pub fn recognise_key(key: &Secret, catalogue: &Catalogue) -> KeyForm {
    // EXPOSE: to look at its form.
    let raw = key.expose();
    let mut notices = Vec::new();
    if raw.len() > MAX_KEY {
        let problem = Fault::new(Code::KeyForm).with("too_long", MAX_KEY);
        return KeyForm {
            cleaned: Secret::new(String::new()),
            notices,
            provider: None,
            certain: false,
            problem: Some(problem),
        };
    }
    // Two or three things that AWS shows apart and that are one credential here.
    let gathered = match gather_access_key(raw) {
        Some(None) => {
            let problem = Fault::new(Code::KeyForm).with("half", true);
            let cleaned = Secret::new(trim(raw, &mut notices).to_owned());
            let whose = whose(AWS_KEY, catalogue).map(|(entry, _)| entry);
            return KeyForm { cleaned, notices, provider: whose, certain: true, problem: Some(problem) };
        }
        Some(gathered) => gathered,
        None => None,
    };
    let cleaned = match &gathered {
        Some(whole) => whole.as_str(),
        None => trim(raw, &mut notices),
    };
    let problem = find_problem(cleaned);
    let whose = problem.is_none().then(|| whose(cleaned, catalogue)).flatten();
    let (provider, certain) = whose.map_or((None, false), |(entry, certain)| (Some(entry), certain));
    KeyForm { cleaned: Secret::new(cleaned.to_owned()), notices, provider, certain, problem }
}

/// Takes away what people copy along, until nothing more is found.
fn trim<'k>(raw: &'k str, notices: &mut Vec<KeyNotice>) -> &'k str {
    let mut text = raw;
    loop {
        let before = text;
        for (notice, after) in [
            (KeyNotice::LineEnds, text.trim_matches(['\r', '\n', '\u{2028}', '\u{2029}', '\u{85}'])),
            (KeyNotice::Blanks, text.trim_matches(is_blank)),
            (KeyNotice::Quotes, trim_quotes(text)),
            (KeyNotice::Bearer, trim_bearer(text)),
            (KeyNotice::Variable, trim_variable(text)),
        ] {
            if after.len() < text.len() {
                if !notices.contains(&notice) {
                    notices.push(notice);
                }
                text = after;
                break;
            }
        }
        if text.len() == before.len() {
            return text;
        }
    }
}

/// White space that is no line end, and the marks that hide in copied text.
fn is_blank(c: char) -> bool {
    (c.is_whitespace() && !matches!(c, '\r' | '\n'))
        || matches!(c, '\u{feff}' | '\u{200b}'..='\u{200d}' | '\u{2060}')
}

fn trim_quotes(text: &str) -> &str {
    const QUOTES: [char; 11] = [
        '"', '\'', '`', '\u{201c}', '\u{201d}', '\u{201e}', '\u{2018}', '\u{2019}', '\u{201a}', '\u{ab}',
        '\u{bb}',
    ];
    text.trim_matches(QUOTES)
}

fn trim_bearer(text: &str) -> &str {
    // Blanks behind it are gone by now: the word alone is no key.
    if text.eq_ignore_ascii_case("bearer") {
        return "";
    }
    let mut rest = text;
    for (word, gap) in [("authorization", ':'), ("bearer", ' ')] {
        let Some((start, after)) = rest.split_at_checked(word.len()) else { continue };
        if start.eq_ignore_ascii_case(word)
            && let Some(after) = after
                .trim_start()
                .strip_prefix(':')
                .filter(|_| gap == ':')
                .or_else(|| after.strip_prefix([' ', '\t']).filter(|_| gap == ' '))
        {
            rest = after.trim_start_matches([' ', '\t']);
        }
    }
    rest
}

/// `export OPENAI_API_KEY=`: a name in capitals before an equals sign.
fn trim_variable(text: &str) -> &str {
    let body =
        text.strip_prefix("export ").or_else(|| text.strip_prefix("set ")).unwrap_or(text).trim_start();
    let Some((name, value)) = body.split_once('=') else { return text };
    let name = name.trim_end();
    let is_name = name.len() >= 3
        && name.starts_with(|c: char| c.is_ascii_uppercase())
        && name.contains('_')
        && name.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_');
    if is_name && !value.is_empty() { value } else { text }
}

fn find_problem(text: &str) -> Option<Fault> {
    let fault = Fault::new(Code::KeyForm);
    if text.is_empty() {
        return Some(fault.with("empty", true));
    }
    if text.starts_with('{') {
        return Some(fault.with("json", true));
    }
    // Counted from 1, as a person counts.
    text.chars().enumerate().find_map(|(at, c)| {
        let kind = if c.is_control() {
            "control_at"
        } else if c.is_whitespace() {
            "blank_at"
        } else if !c.is_ascii() {
            "foreign_at"
        } else {
            return None;
        };
        Some(Fault::new(Code::KeyForm).with(kind, at + 1))
    })
}

fn whose(text: &str, catalogue: &Catalogue) -> Option<(Arc<ProviderEntry>, bool)> {
    let patterns =
        catalogue.entries().iter().flat_map(|entry| entry.key_patterns.iter().map(move |p| (entry, p)));
    patterns
        .filter(|(_, pattern)| text.starts_with(&pattern.prefix))
        .max_by_key(|(_, pattern)| (pattern.prefix.len(), pattern.priority))
        .map(|(entry, pattern)| (entry.clone(), pattern.certain))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn look(text: &str) -> KeyForm {
        recognise_key(&Secret::new(text.to_owned()), &Catalogue::embedded())
    }

    #[test]
    fn what_stands_around_a_key_is_trimmed_with_notice() {
        use KeyNotice::*;
        let key = "sk-ant-api03-AbC_123-xyz";
        for (around, notices) in [
            ("@", vec![]),
            ("  @\t", vec![Blanks]),
            ("@\r\n", vec![LineEnds]),
            ("\u{feff}@\u{a0}", vec![Blanks]),
            ("\"@\"", vec![Quotes]),
            ("\u{201c}@\u{201d}", vec![Quotes]),
            ("Bearer @", vec![Bearer]),
            ("bearer   @\n", vec![Bearer, LineEnds]),
            ("Authorization: Bearer @", vec![Bearer]),
            ("ANTHROPIC_API_KEY=@", vec![Variable]),
            ("export ANTHROPIC_API_KEY=\"@\"\n", vec![LineEnds, Quotes, Variable]),
            ("\" Bearer @ \"", vec![Bearer, Blanks, Quotes]),
        ] {
            let form = look(&around.replace('@', key));
            assert!(
                form.cleaned.same_as(&Secret::new(key.into())),
                "{around:?}: {} bytes",
                form.cleaned.len()
            );
            let mut found: Vec<&str> = form.notices.iter().map(|notice| notice.as_str()).collect();
            found.sort_unstable();
            let mut wanted: Vec<&str> = notices.iter().map(|notice: &KeyNotice| notice.as_str()).collect();
            wanted.sort_unstable();
            assert_eq!(found, wanted, "{around:?}");
        }
    }

    #[test]
    fn what_cannot_be_a_key_is_told_by_position() {
        for (text, fact, value) in [
            ("", "empty", "true"),
            (" \r\n\t ", "empty", "true"),
            ("\"\"", "empty", "true"),
            ("Bearer ", "empty", "true"),
            ("Authorization: Bearer", "empty", "true"),
            ("sk-CANARY\0abc", "control_at", "10"),
            ("sk-CANARY\nabc", "control_at", "10"),
            ("sk-CANARY abc", "blank_at", "10"),
            ("sk-CANARY\tabc", "control_at", "10"),
            ("sk-CANARYÄabc", "foreign_at", "10"),
            ("sk-CANARY\u{2026}abc", "foreign_at", "10"),
            ("{\"type\":\"service_account\",\"private_key\":\"CANARY\"}", "json", "true"),
        ] {
            let problem = look(text).problem.expect(text);
            assert_eq!(problem.code(), Code::KeyForm);
            assert_eq!(problem.facts().get(fact).map(String::as_str), Some(value), "{text:?}: {problem:?}");
            assert!(!format!("{problem:?} {}", problem.hint()).contains("CANARY"));
            assert!(!problem.message().contains('{'), "{problem:?}");
        }
        let long = look(&"k".repeat(1024 * 1024));
        assert!(long.problem.expect("too long").facts().contains_key("too_long") && long.cleaned.is_empty());
        assert!(look(&"k".repeat(MAX_KEY)).problem.is_none());
    }

    #[test]
    fn the_provider_is_seen_from_the_form() {
        for (key, provider, certain) in [
            ("sk-ant-api03-x", Some("anthropic"), true),
            ("sk-or-v1-abc", Some("openrouter"), true),
            ("gsk_abc", Some("groq"), true),
            ("sk-proj-abc", Some("openai"), true),
            ("AQ.Ab8RN6Kx", Some("google_gemini"), true),
            ("AIzaSyD-x", Some("google_gemini"), true),
            ("sk-abc", Some("openai"), false),
            ("AbCdEf", None, false),
            ("ABSKQmVkcm9ja0FQSUtleS1hYmM=", Some("aws_bedrock"), true),
            ("AKIAIOSFODNN7EXAMPLE:wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", Some("aws_bedrock"), true),
        ] {
            let form = look(key);
            assert_eq!(form.provider.as_ref().map(|entry| entry.id.as_str()), provider, "{key}");
            assert_eq!(form.certain, certain, "{key}");
        }
    }

    #[test]
    fn a_key_that_clearly_is_anothers_is_told_before_any_call() {
        let catalogue = Catalogue::embedded();
        let entry = |id: &str| catalogue.find(id).expect("known").clone();
        let problem = look("sk-ant-api03-x").problem_for(&entry("openai")).expect("told");
        assert_eq!(problem.code(), Code::KeyForm);
        assert!(problem.message().contains("Anthropic"), "{problem:?}");
        for (key, id) in [
            ("sk-ant-api03-x", "anthropic"),
            ("sk-ant-api03-x", "openai_compatible"),
            ("sk-ant-api03-x", "lm_studio"),
            ("sk-0123", "groq"),
            ("whatever", "openai"),
        ] {
            assert!(look(key).problem_for(&entry(id)).is_none(), "{key} for {id}");
        }
    }

    #[test]
    fn an_access_key_is_one_credential_and_half_of_it_is_told() {
        let whole = "AKIAIOSFODNN7EXAMPLE:wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
        let form = look("AKIAIOSFODNN7EXAMPLE\r\nwJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY\r\n");
        assert!(form.cleaned.same_as(&Secret::new(whole.into())) && form.problem.is_none());
        assert_eq!(form.provider.map(|entry| entry.id.clone()).as_deref(), Some("aws_bedrock"));
        let half = look("AKIAIOSFODNN7EXAMPLE");
        let problem = half.problem.expect("told");
        assert_eq!(problem.code(), Code::KeyForm);
        assert!(problem.facts().contains_key("half") && problem.hint().contains("secret"), "{problem:?}");
        assert_eq!(half.provider.map(|entry| entry.id.clone()).as_deref(), Some("aws_bedrock"));
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_looked_at_without_harm(text in "\\PC{0,200}|[ \\r\\n\\t\"'=A-Z_bearer:]{0,60}") {
            let form = look(&text);
            proptest::prop_assert!(form.cleaned.len() <= text.len());
        }
    }
}
