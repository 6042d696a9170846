//! The embedded catalogue, a file of the writer's own, and every kind of mistake in one.

use super::*;
use http::HeaderName;
use inkhorn_domain::Dialect;
use inkhorn_fault::Code;

const OWN: &str = r#"{ "providers": [
  { "id": "attic", "name": "Attic", "locality": "either", "dialect": "openai-chat", "auth": "api-key",
    "key": "optional", "models": [{ "path": "/models" }],
    "waits": { "connect": 10, "first_byte": 60, "idle": 60, "total": 600 } }
] }"#;

fn with_own(text: &str) -> Result<Catalogue, CatalogueError> {
    Catalogue::default().with_own(text.as_bytes())
}

#[test]
fn the_embedded_catalogue_is_read_whole() {
    let read = Catalogue::default().with_own(EMBEDDED_FILE).unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(read.entries().len(), Catalogue::embedded().entries().len());
    assert!(!read.entries().is_empty());
}

#[test]
fn every_entry_has_what_its_kind_needs() {
    for entry in Catalogue::embedded().entries() {
        let id = &entry.id;
        let cloud = entry.locality == EntryLocality::Cloud;
        assert_eq!(entry.key == KeyNeed::Required, cloud, "{id}");
        // A local server may take minutes to load a model, a cloud that is silent for a minute is stuck.
        assert_eq!(entry.waits.first_byte, if cloud { 60 } else { 600 }, "{id}");
        assert_eq!(
            entry.base_url.is_none(),
            entry.locality == EntryLocality::Either || by_customer(id),
            "{id}"
        );
        assert_eq!(entry.key_page.is_some(), cloud && id != "anyscale", "{id}");
        assert_eq!(entry.presets.is_empty(), entry.locality != EntryLocality::Either, "{id}");
    }
}

/// Providers that give each customer an address of its own.
fn by_customer(id: &str) -> bool {
    ["azure_openai", "anyscale"].contains(&id)
}

#[test]
fn every_guide_says_the_same_in_both_languages_and_has_the_failures_of_its_kind() {
    for entry in Catalogue::embedded().entries() {
        let Guide { en, id } = &entry.guide;
        let name = &entry.id;
        assert!(en.steps.len() >= 2 && en.steps.len() == id.steps.len(), "{name}");
        assert_eq!(en.notice.is_some(), id.notice.is_some(), "{name}");
        assert!(
            en.failures.keys().eq(id.failures.keys()),
            "{name}: the two languages differ in their failures"
        );
        let usual: &[Code] = match entry.locality {
            EntryLocality::Cloud => &[Code::WrongKey, Code::NoCredit, Code::RateLimited],
            EntryLocality::Local => &[Code::ConnectionRefused, Code::TimedOut],
            EntryLocality::Either => &[Code::NotAnApi, Code::ConnectionRefused, Code::WrongKey],
        };
        // A cloud account pays for everything in it, so its models are never out of credit by themselves.
        let in_account = ["azure_openai", "aws_bedrock"].contains(&name.as_str());
        let usual = usual.iter().filter(|code| !(in_account && **code == Code::NoCredit));
        for code in usual.filter(|_| name != "anyscale") {
            assert!(en.failures.contains_key(code), "{name} says nothing of {code:?}");
        }
        let texts = [en, id].into_iter().flat_map(|text| text.steps.iter().chain(text.failures.values()));
        for text in texts.chain(&en.notice).chain(&id.notice) {
            assert!(text.ends_with('.') && text.len() > 20 && !text.contains('!'), "{name}: {text}");
        }
        for (code, text) in &en.failures {
            assert_ne!(id.failures.get(code), Some(text), "{name}: {code:?} is not translated");
        }
    }
}

#[test]
fn the_first_rule_that_fits_a_model_says_what_differs() {
    let rule = |pattern: &str| ModelRule {
        pattern: pattern.into(),
        options: Default::default(),
        dialect: None,
        search_dialect: None,
    };
    for (pattern, model, fits) in [
        ("gpt-5", "gpt-5", true),
        ("gpt-5", "gpt-5-mini", false),
        ("gpt-5*", "gpt-5-mini", true),
        ("gpt-5*", "chatgpt-5", false),
        ("*-pro", "gpt-5.2-pro", true),
        ("*-pro", "gpt-5.2-pro-2026", false),
        ("*/claude-*-4-7", "anthropic/claude-opus-4-7", true),
        ("*/claude-*-4-7", "claude-opus-4-7", false),
        ("a*a", "a", false),
        ("a*b*a", "aba", true),
        ("*", "", true),
    ] {
        assert_eq!(rule(pattern).fits(model), fits, "{pattern} {model}");
    }
    let text = OWN.replace(
        "\"waits\"",
        r#""options": { "stop": false }, "for_models": [{ "pattern": "new-*", "options": { "sampling": false } },
           { "pattern": "new-old*", "options": { "sampling": true, "stop": true } }], "waits""#,
    );
    let catalogue = with_own(&text).expect("valid");
    let options = |model: &str| {
        let options = catalogue.find("attic").expect("there").options_for(model);
        (options.sampling, options.stop)
    };
    assert_eq!(options("other"), (true, false));
    assert_eq!(options("new-1"), (false, false));
    assert_eq!(options("new-old"), (false, false), "the first rule counts");
}

#[test]
fn which_models_search_the_web_is_known_for_each_provider() {
    let catalogue = Catalogue::embedded();
    for (entry, model, searches) in [
        ("anthropic", "claude-sonnet-4-6", true),
        ("google_gemini", "gemini-2.5-flash", true),
        ("google_gemini", "gemma-3-27b-it", false),
        ("openrouter", "any/model", true),
        ("perplexity", "sonar", true),
        ("groq", "groq/compound-mini", true),
        ("groq", "llama-3.3-70b-versatile", false),
        ("openai", "gpt-5.2-pro", true),
        ("openai", "gpt-4o-search-preview", true),
        ("openai", "gpt-5.2", true),
        ("openai", "gpt-4.1-mini", true),
        ("openai", "gpt-4.1-nano", false),
        ("openai", "gpt-3.5-turbo", false),
        ("xai", "grok-4.3", true),
        ("xai", "grok-3-mini", false),
        ("mistral", "mistral-large-latest", false),
        ("ollama", "llama3", false),
    ] {
        let options = catalogue.find(entry).expect(entry).options_for(model);
        assert_eq!(options.web_search.is_some(), searches, "{entry} {model}");
    }
    let dialects = |entry: &str, model: &str| {
        let entry = catalogue.find(entry).expect(entry);
        (entry.dialect_for(model), entry.search_dialect_for(model))
    };
    let (chat, responses) = (Dialect::OpenaiChat, Dialect::OpenaiResponses);
    assert_eq!(dialects("openai", "gpt-5.2"), (chat, responses), "chat completions do not search");
    assert_eq!(dialects("xai", "grok-4.3"), (chat, responses));
    assert_eq!(dialects("openai", "gpt-5.2-pro"), (responses, responses));
    assert_eq!(dialects("openrouter", "any/model"), (chat, chat));
    let preview = catalogue.find("openai").expect("openai").options_for("gpt-4o-mini-search-preview");
    assert!(!preview.sampling, "it refuses a temperature");
}

#[test]
fn a_file_of_the_writers_own_adds_and_replaces() {
    let embedded = Catalogue::embedded();
    let own = embedded.with_own(OWN.as_bytes()).expect("valid");
    assert_eq!(own.entries().len(), embedded.entries().len() + 1);
    let entry = own.find("attic").expect("added");
    assert_eq!(entry.auth, AuthStyle::Header(HeaderName::from_static("api-key")));
    let text = OWN.replace("\"attic\"", "\"openai_compatible\"");
    let replaced = embedded.with_own(text.as_bytes()).expect("valid");
    assert_eq!(replaced.entries().len(), embedded.entries().len());
    assert_eq!(replaced.find("openai_compatible").map(|entry| entry.name.as_str()), Some("Attic"));
    let empty = embedded.with_own(b"{ \"providers\": [] }").expect("valid");
    assert_eq!(empty.entries().len(), embedded.entries().len());
    let marked = ["\u{feff}", OWN].concat();
    assert_eq!(with_own(&marked).expect("a byte order mark is no mistake").entries().len(), 1);
}

#[test]
fn what_is_wrong_is_told_with_its_line_and_column() {
    let dialect = "\"dialect\"";
    for (from, to, line, column, word) in [
        // The wrong type.
        ("\"Attic\"", "7", 2, 28, "expected a string"),
        ("\"optional\"", "true", 3, 12, "expected value"),
        ("[{ \"path\": \"/models\" }]", "\"/models\"", 3, 42, "expected a sequence"),
        ("10", "\"10\"", 4, 30, "expected u64"),
        ("600 }", "-1 }", 4, 71, "-1"),
        ("600 }", "1e99 }", 4, 73, "expected u64"),
        // Words that mean nothing.
        ("\"either\"", "\"nowhere\"", 2, 57, "nowhere"),
        ("\"openai-chat\"", "\"telepathy\"", 2, 80, "telepathy"),
        ("\"optional\"", "\"maybe\"", 3, 18, "maybe"),
        ("\"api-key\"", "\"Host\"", 2, 98, "header"),
        ("\"api-key\"", "\"a b\"", 2, 97, "header"),
        // Unknown, missing and doubled fields.
        ("\"auth\"", "\"oauth\"", 2, 91, "oauth"),
        ("\"path\"", "\"patch\"", 3, 43, "patch"),
        ("\"Attic\"", "\"Attic\", \"name\": \"x\"", 2, 42, "duplicate"),
        ("\"waits\"", "\"waits\": {}, \"waits\"", 4, 15, "connect"),
        ("\"key\": \"optional\", ", "", 4, 76, "key"),
        ("\"models\": [{ \"path\": \"/models\" }],", "", 4, 76, "models"),
        ("\"id\": \"attic\", ", "", 4, 76, "id"),
        // Values that cannot be.
        ("\"attic\"", "\"At tic\"", 2, 3, "id"),
        ("\"attic\"", "\"../attic\"", 2, 3, "id"),
        ("\"Attic\"", "\" \"", 2, 3, "name"),
        ("\"Attic\"", "\"At\\u0000tic\"", 2, 3, "name"),
        ("\"Attic\"", "\"At\\u202etic\"", 2, 3, "name"),
        ("\"/models\"", "\"models\"", 2, 3, "begin with one /"),
        ("\"/models\"", "\"//evil.example/models\"", 2, 3, "begin with one /"),
        (
            "\"/models\"",
            "\"/models\", \"beside\": { \"host\": \"api\", \"becomes\": \"evil.example/\" }",
            2,
            3,
            "small letters",
        ),
        (dialect, "\"usual_path\": \"/v1/\", \"dialect\"", 2, 3, "usual_path"),
        (dialect, "\"surfaces\": [{ \"below\": \"/\", \"models\": [] }], \"dialect\"", 2, 3, "surface"),
        (
            dialect,
            "\"surfaces\": [{ \"below\": \"/v0/\", \"models\": [{ \"path\": \"models\" }] }], \"dialect\"",
            2,
            3,
            "begin with one /",
        ),
        (
            dialect,
            "\"for_models\": [{ \"pattern\": \"x\", \"dialect\": \"morse\" }], \"dialect\"",
            2,
            109,
            "morse",
        ),
        ("[{ \"path\": \"/models\" }]", "[]", 2, 3, "no place"),
        ("600 }", "0 }", 2, 3, "wait"),
        ("\"locality\": \"either\"", "\"locality\": \"local\"", 2, 3, "base_url"),
        (
            "\"locality\": \"either\"",
            "\"locality\": \"cloud\", \"base_url\": \"http://api.example/v1\"",
            2,
            3,
            "https",
        ),
        (dialect, "\"base_url\": \"file:///etc/passwd\", \"dialect\"", 2, 3, "web address"),
        (dialect, "\"base_url\": \"https://me:secret@host/v1\", \"dialect\"", 2, 3, "name or password"),
        (dialect, "\"base_url\": \"not an address\", \"dialect\"", 2, 86, "URL"),
        (dialect, "\"base_url\": \"https://\", \"dialect\"", 2, 80, "host"),
        (dialect, "\"key_page\": \"javascript:alert(1)\", \"dialect\"", 2, 3, "web address"),
        (dialect, "\"key_patterns\": [{ \"prefix\": \"s\" }], \"dialect\"", 2, 3, "key pattern"),
        (dialect, "\"headers\": { \"x y\": \"1\" }, \"dialect\"", 2, 3, "header"),
        (dialect, "\"headers\": { \"x\": \"1\\r\\nhost: evil\" }, \"dialect\"", 2, 3, "header"),
        (dialect, "\"for_models\": [{ \"pattern\": \"\", \"options\": {} }], \"dialect\"", 2, 3, "pattern"),
        (dialect, "\"options\": { \"sampling\": \"no\" }, \"dialect\"", 2, 87, "boolean"),
        (
            dialect,
            "\"guide\": { \"en\": { \"steps\": [], \"failures\": { \"oops\": \"\" } } }, \"dialect\"",
            2,
            110,
            "oops",
        ),
        // No JSON.
        ("/models\" }],", "/models\" },],", 3, 57, "trailing comma"),
        ("600 } }\n]", "600 } ]", 4, 76, "expected"),
        ("\"Attic\",", "\"Attic\"", 2, 36, "expected"),
        ("\"Attic\"", "'Attic'", 2, 28, "expected"),
        ("\"Attic\"", "\"At\ttic\"", 2, 31, "control character"),
        ("\"Attic\"", "\"At\0tic\"", 2, 31, "control character"),
        ("\"Attic\"", "\0\"Attic\"", 2, 28, "expected"),
        ("  { \"id\"", "  // mine\n  { \"id\"", 2, 3, "expected"),
        ("] }", "] } }", 5, 5, "trailing characters"),
        // A letter is one column, however many bytes it has.
        ("\"Attic\",", "\"Ättïc\" 7", 2, 36, "expected"),
    ] {
        let text = OWN.replacen(from, to, 1);
        assert_ne!(text, OWN, "{from}");
        let error = with_own(&text).expect_err(to);
        assert_eq!((error.line, error.column), (line, column), "{to}: {error}");
        assert!(error.reason.contains(word), "{to}: {error}");
        assert!(!error.reason.contains("secret"), "a password is not repeated: {error}");
    }
}

#[test]
fn what_is_no_catalogue_at_all_is_told_too() {
    let nested = format!("{{ \"providers\": {}", "[".repeat(100_000));
    for (text, line, column, word) in [
        ("", 1, 1, "EOF"),
        (" \n\n ", 3, 1, "EOF"),
        ("null", 1, 4, "expected"),
        ("7", 1, 1, "expected"),
        ("\"providers\"", 1, 11, "expected"),
        ("{}", 1, 2, "missing field `providers`"),
        ("{ \"providers\": {} }", 1, 15, "expected a sequence"),
        ("{ \"providers\": [], \"more\": 1 }", 1, 25, "more"),
        ("{ \"providers\": [7] }", 1, 17, "expected struct"),
        ("<html>", 1, 1, "expected value"),
        (nested.as_str(), 1, 17, "sequence"),
    ] {
        let error = with_own(text).expect_err(text);
        let start: String = text.chars().take(40).collect();
        assert_eq!((error.line, error.column), (line, column), "{start}: {error}");
        assert!(error.reason.contains(word), "{start}: {error}");
    }
    // Truncated at every byte: never taken, always placed inside the text.
    for end in 0..OWN.len() {
        let error = with_own(&OWN[..end]).expect_err("cut");
        assert!(error.line <= 5 && error.column <= 110, "{error}");
    }
    let twice = OWN.replacen(
        "[\n",
        &format!("[\n{},\n", OWN.lines().skip(1).take(3).collect::<Vec<_>>().join("\n")),
        1,
    );
    let error = with_own(&twice).expect_err("twice");
    assert_eq!((error.line, error.column), (5, 3), "{error}");
    assert!(error.reason.contains("attic") && error.reason.contains("twice"), "{error}");
}

#[test]
fn other_encodings_and_huge_files_are_told() {
    let utf16 = |big: bool| -> Vec<u8> {
        let units = std::iter::once(0xfeff).chain(OWN.encode_utf16());
        units.flat_map(|unit| if big { unit.to_be_bytes() } else { unit.to_le_bytes() }).collect()
    };
    let latin1: Vec<u8> = OWN.replacen("Attic", "Ättic", 1).chars().map(|c| c as u32 as u8).collect();
    for (file, line, column, word) in [
        (utf16(true), 1, 1, "UTF-16"),
        (utf16(false), 1, 1, "UTF-16"),
        (latin1, 2, 29, "UTF-8"),
        (vec![0x1f, 0x8b, 8, 0], 1, 2, "UTF-8"),
        (vec![b' '; 2 * 1024 * 1024], 1, 1, "1 MiB"),
    ] {
        let error = Catalogue::default().with_own(&file).expect_err(word);
        assert_eq!((error.line, error.column), (line, column), "{error}");
        assert!(error.reason.contains(word), "{error}");
    }
}

proptest::proptest! {
    #[test]
    fn any_bytes_are_read_without_harm(bytes in proptest::collection::vec(proptest::num::u8::ANY, 0..200)) {
        if let Err(error) = Catalogue::default().with_own(&bytes) {
            proptest::prop_assert!(error.line > 0 && error.column > 0);
        }
    }
}
