//! What is refused of prompts and assistants is said in the writer's language, with a hint of its own.

use crate::house::{House, own};
use inkhorn_contract::*;
use inkhorn_fault::{Code, Fault, Language, sentence};
use std::collections::{BTreeMap, BTreeSet};

#[test]
fn no_sentence_of_prompts_and_assistants_stands_in_the_source() {
    for (file, source) in [
        ("prompts.rs", include_str!("../../src/prompts.rs")),
        ("prompts/template.rs", include_str!("../../src/prompts/template.rs")),
        ("assistants.rs", include_str!("../../src/assistants.rs")),
    ] {
        assert!(!source.contains("\"reason\""), "{file} has English of its own; add words in crates/fault");
    }
}

/// Has words and a hint for just this, in every language, filled in; nothing of a provider or of waiting.
fn well_told(fault: &Fault) -> String {
    let plain = Fault::new(fault.code());
    assert!(fault.facts().get("reason").is_none(), "{fault:?}");
    for language in [Language::English, Language::Indonesian] {
        for part in ["message", "hint"] {
            let words = sentence(language, fault, part);
            assert_ne!(words, sentence(language, &plain, part), "{fault:?}");
            assert!(!words.contains(['{', '}']), "{words}");
            let strange = ["provider", "penyedia", "wait", "tunggu"];
            assert!(!strange.iter().any(|word| words.to_lowercase().contains(word)), "{words}");
        }
    }
    assert_ne!(sentence(Language::Indonesian, fault, "message"), fault.message());
    fault.message()
}

fn prompt(text: &str) -> PromptSaveRequest {
    PromptSaveRequest { name: "P".into(), text: text.into(), ..PromptSaveRequest::default() }
}

fn blank(name: &str) -> PromptVariable {
    PromptVariable { name: name.into(), ..PromptVariable::default() }
}

/// A second blank that is a choice of these.
fn choice(choices: &[&str], default: &str) -> PromptVariable {
    let choices = choices.iter().map(|choice| (*choice).to_owned()).collect();
    PromptVariable { kind: VariableKind::Choice, choices, default: default.into(), ..blank("b") }
}

fn impossible() -> [MemberSettingsView; 3] {
    let none = MemberSettingsView::default;
    [
        MemberSettingsView { temperature: Some(3.0), ..none() },
        MemberSettingsView { max_tokens: Some(0), ..none() },
        MemberSettingsView { reasoning: Some("a lot".into()), ..none() },
    ]
}

#[tokio::test]
async fn what_cannot_be_a_prompt_is_told_in_every_language_with_a_hint_of_its_own() {
    let house = House::empty();
    let many: String = (0..101).map(|n| format!("{{{{v{n}}}}}")).collect();
    let numbers: Vec<String> = (0..101).map(|n| n.to_string()).collect();
    let numbers: Vec<&str> = numbers.iter().map(String::as_str).collect();
    let mut requests = vec![
        PromptSaveRequest { name: " ".into(), ..prompt("x") },
        prompt(" \n"),
        prompt(&"x".repeat(257 * 1024)),
        prompt(&many),
        PromptSaveRequest { variables: (0..101).map(|n| blank(&format!("v{n}"))).collect(), ..prompt("x") },
    ];
    // Each as the second blank: its place is told, and none of its words.
    let blanks = [
        blank("{x}"),
        blank("A"),
        PromptVariable { label: "l".repeat(301), ..blank("b") },
        PromptVariable { default: "d".repeat(17 * 1024), ..blank("b") },
        choice(&["two\nlines"], ""),
        choice(&["x", "x"], ""),
        choice(&[], ""),
        choice(&["x"], "y"),
        choice(&numbers, ""),
    ];
    let described = requests.len()..requests.len() + blanks.len();
    requests.extend(
        blanks.map(|second| PromptSaveRequest { variables: vec![blank("a"), second], ..prompt("{{a}}") }),
    );
    requests.extend(impossible().map(|settings| PromptSaveRequest { settings, ..prompt("x") }));

    let mut messages = BTreeSet::new();
    for (at, request) in requests.iter().enumerate() {
        let fault = house.engine.prompts_save(request.clone()).await.expect_err("no prompt");
        let message = well_told(&fault);
        assert!(!described.contains(&at) || message.contains("lank 2 "), "{message}");
        messages.insert(message);
    }
    // Too many blanks is one sentence, wherever they are counted.
    assert_eq!(messages.len(), requests.len() - 1, "each says what it is: {messages:?}");

    let made = house.prompt(prompt(&"{{a}}".repeat(3))).await.expect("made");
    let values = BTreeMap::from([("a".to_owned(), "x".repeat(6 << 20))]);
    let request = PromptFillRequest { prompt: made.id, values };
    let filled = house.engine.prompts_fill(request).await.expect_err("too long");
    assert!(well_told(&filled).contains("16 MiB"));
    well_told(&Fault::new(Code::OverLimit).with("prompts", 1_000));
}

#[tokio::test]
async fn what_cannot_be_an_assistant_is_told_in_every_language_with_a_hint_of_its_own() {
    let house = House::empty();
    let good = || own("Mine", "Be brief.");
    let mut requests = vec![
        AssistantSaveRequest { name: "n".repeat(61), ..good() },
        AssistantSaveRequest { description: "two\nlines".into(), ..good() },
        AssistantSaveRequest { instructions: "x".repeat(129 * 1024), ..good() },
        AssistantSaveRequest { feature: "dreams".into(), ..good() },
    ];
    requests.extend(impossible().map(|settings| AssistantSaveRequest { settings, ..good() }));
    let mut messages = BTreeSet::new();
    for request in &requests {
        let refused = house.engine.assistants_save(request.clone()).await.expect_err("no assistant");
        messages.insert(well_told(&refused));
    }
    assert_eq!(messages.len(), requests.len(), "each says what it is: {messages:?}");

    let all = house.engine.assistants_list(Nothing {}).await.expect("a list").assistants;
    let came = all.into_iter().find(|one| one.built_in).expect("one that came with Inkhorn");
    let kept = house.engine.assistants_delete(AssistantRequest { assistant: came.id }).await;
    well_told(&kept.expect_err("it stays"));

    for n in 0..200 {
        house.assistant(own(&format!("Nr {n}"), "Be brief.")).await.expect("made");
    }
    let full = house.engine.assistants_save(good()).await.expect_err("no room");
    assert!(well_told(&full).contains("200"));
}
