//! Models that load, texts that are too long, connections that hang: what the window says and what it goes on doing.

use super::{ANSWERED, ASKED, COMPLETE, WIDE, call, keep_catalogue, open};
use crate::driver::Home;
use fantoccini::key::Key;
use inkhorn_testkit::{
    Answer, Behaviour, Call, End, Persona, RealKeychain, SimulatedModel, SimulatedProvider, TokenUsage,
    refused_address,
};
use serde_json::json;
use std::time::{Duration, Instant};

#[tokio::test]
async fn a_local_model_is_said_to_load_and_a_text_beyond_its_context_is_told_before_and_after() {
    let keychain = RealKeychain::start();
    let home = Home::make();
    let ollama = SimulatedProvider::start(Persona::Ollama);
    // Of these the first one is in memory.
    ollama.set_models(vec![SimulatedModel::chat("nib:1b"), SimulatedModel::chat("quill:8b")]);
    let cut = TokenUsage::Exactly {
        input: 1_000,
        cache_read: 0,
        cache_write: 0,
        output: 7,
        reasoning: 0,
        cost: None,
    };
    ollama.answer_with(Answer::text(ANSWERED).with_usage(cut));
    keep_catalogue(&home, &[&ollama]);
    let window = open(&home, &keychain, &[]).await;
    window.resize(WIDE.0, WIDE.1).await;
    window.click("[data-testid=found-yes-ollama]").await;
    window.until("document.querySelectorAll('[data-testid=model-local]').length === 2").await;
    let list = "document.querySelector('[data-testid=model-list]').innerText";
    window.until(&format!("{list}.includes('3.2B Q4_K_M, in memory')")).await;
    window.picture("selector-local-light-1280").await;
    window.write("[data-testid=model-search]", &format!("quill{}", Key::Enter)).await;
    window.until("document.querySelector('[data-testid=fact-model]').innerText.includes('quill')").await;

    window.click("[data-testid=rail-connections]").await;
    window.click("[data-testid=connection-ollama]").await;
    window.click("[data-testid=sheet-settings]").await;
    window.write("[data-testid=setting-num_ctx]", "1024").await;
    window.picture("connection-settings-light-1280").await;
    window.click("[data-testid=sheet-save]").await;
    window.until("!document.querySelector('[data-testid=sheet-save]')").await;
    let kept = call(&window, "connections_list", json!({})).await;
    assert_eq!(kept[0]["settings"]["num_ctx"], "1024", "{kept}");

    window.click("[data-testid=rail-desk]").await;
    window.text("[data-testid=desk-empty]").await;
    let long = "The lamp had burned down to a blue bead, and nobody came. ".repeat(95);
    let paste = "const sheet = document.querySelector('[data-testid=composer]');
        sheet.value = arguments[0]; sheet.dispatchEvent(new Event('input', { bubbles: true })); sheet.focus()";
    window.page.execute(paste, vec![json!(long)]).await.expect("it is pasted");
    let warned = "document.querySelector('[data-testid=fit-warning]')?.innerText";
    window
        .until(&format!("{warned}?.includes('1,024') && {warned}.includes('leave out its beginning')"))
        .await;
    window.picture("desk-too-long-light-1280").await;

    ollama.next(Call::Chat, Behaviour::Slow);
    window.click("[data-testid=send]").await;
    window.text("[data-testid=waiting][data-for=first_word]").await;
    let waited = window.text("[data-testid=waiting][data-for=loading]").await;
    assert!(waited.contains("Still loading the model into memory"), "{waited}");
    window.picture("desk-loading-light-1280").await;
    ollama.release();
    window.text(COMPLETE).await;
    let told = window.text("[data-testid=prompt-cut]").await;
    assert!(told.contains("read only a part"), "{told}");
    window.click("[data-testid=prompt-cut] a").await;
    window.text("[data-testid=connection-sheet] [data-testid=sheet-settings]").await;
    window.close().await;
}

/// What five pages and an answer may take on a loaded machine, unoptimised.
const PAGES_AND_ANSWER: Duration = Duration::from_secs(5);
/// What a start may take there until the first page can be written on, the driver's own start included. Far below every
/// wait for a server.
const USABLE: Duration = Duration::from_secs(9);

#[tokio::test]
async fn connections_that_hang_or_refuse_delay_neither_the_window_nor_another_one_nor_the_next_start() {
    let keychain = RealKeychain::start();
    let home = Home::make();
    let ollama = SimulatedProvider::start(Persona::Ollama);
    ollama.set_models(vec![SimulatedModel::chat("quill:8b")]);
    ollama.answer_with(Answer::text(ANSWERED));
    let hanging = |how: Behaviour| {
        let server = SimulatedProvider::start(Persona::Compatible);
        server.always(Call::Any, how);
        server
    };
    let silent = hanging(Behaviour::HangBeforeHeaders);
    let head_only = hanging(Behaviour::HangAfterHeaders);
    keep_catalogue(&home, &[&ollama]);
    let window = open(&home, &keychain, &[]).await;
    window.resize(WIDE.0, WIDE.1).await;
    window.click("[data-testid=found-yes-ollama]").await;
    window.until("document.querySelector('[data-testid=fact-model]').innerText.includes('quill')").await;
    let refusing = format!("http://{}/v1", refused_address());
    for (label, base_url) in
        [("Silent", silent.base_url()), ("Head only", head_only.base_url()), ("Refusing", refusing)]
    {
        let draft = json!({ "provider": "openai_compatible", "label": label, "base_url": base_url,
            "key": { "source": "none" }, "auth": "none", "headers": [], "models": ["m"] });
        call(&window, "connections_add", json!({ "draft": draft, "test": false })).await;
    }

    window.click("[data-testid=rail-connections]").await;
    for slug in ["silent", "head-only"] {
        window.click(&format!("[data-testid=connection-{slug}]")).await;
        window.click("[data-testid=sheet-test]").await;
        window.text("[data-testid=test-running]").await;
    }
    let before = Instant::now();
    window.click("[data-testid=connection-refusing]").await;
    window.click("[data-testid=sheet-test]").await;
    window.text("[data-testid=test-note] [data-code=connection_refused]").await;
    for place in ["models", "usage", "settings", "connections", "desk"] {
        window.click(&format!("[data-testid=rail-{place}]")).await;
        let here = format!("document.querySelector('[data-testid=rail-{place}][aria-current=page]')");
        window.until(&format!("{here} && document.querySelector('main h1, main h2, main form')")).await;
    }
    window.write("[data-testid=composer]", &format!("{ASKED}{}", Key::Enter)).await;
    window.text(COMPLETE).await;
    let took = before.elapsed();
    assert!(took < PAGES_AND_ANSWER, "on a loaded machine and unoptimised it took {took:?}");
    println!("a refusal, five pages and an answer beside two tests that hang: {took:?}");
    for server in [&silent, &head_only] {
        assert!(server.requests().iter().all(|request| request.end == End::Open), "both hung all the time");
        assert!(!server.requests().is_empty(), "both were asked");
    }
    window.close().await;

    let before = Instant::now();
    let window = open(&home, &keychain, &[]).await;
    window.until("document.querySelector('[data-testid=fact-model]')?.innerText.includes('quill')").await;
    window.write("[data-testid=composer]", ASKED).await;
    window
        .until(&format!("document.querySelector('[data-testid=composer]').value.includes('{ASKED}')"))
        .await;
    let took = before.elapsed();
    assert!(took < USABLE, "on a loaded machine and unoptimised it took {took:?}");
    println!("a start until the first page can be written on, with all three: {took:?}");
    window.close().await;
}
