//! The first start in the real window: what is there is found and offered, a sign-in goes through the browser and back,
//! and a test that fails leads to the line of the guide that helps. The servers are simulated; where they stand is told
//! to the program by a catalogue of the writer's own.

use crate::driver::{Home, PROGRAM, Window};
use crate::workspace::root;
use fantoccini::key::Key;
use inkhorn_testkit::{
    Answer, Behaviour, Call, Canary, Evidence, Persona, RealKeychain, SimulatedModel, SimulatedProvider,
    TokenUsage, assert_clean, refused_address,
};
use serde_json::{Value, json};
use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

const WIDE: (u32, u32) = (1280, 860);
const NARROW: (u32, u32) = (380, 860);

const ASKED: &str = "Begin with a lighthouse.";
const ANSWERED: &str = "The lamp turned, and nobody came.";

/// An answer that has come in whole.
const COMPLETE: &str = "[data-testid=turn-answer][data-state=done]";

#[tokio::test]
async fn what_is_there_is_offered_and_a_yes_leads_to_the_first_sentence() {
    let keychain = RealKeychain::start();
    let home = Home::make();
    let ollama = SimulatedProvider::start(Persona::Ollama);
    ollama.set_models(vec![SimulatedModel::chat("quill:8b"), SimulatedModel::chat("nib:1b")]);
    ollama.answer_with(Answer::text(ANSWERED));
    let key = Canary::key_of(Persona::OpenAi);
    let cloud = SimulatedProvider::start_with_key(Persona::OpenAi, key.text());
    cloud.set_models(vec![SimulatedModel::chat("gpt-of-next-year")]);
    keep_catalogue(&home, &[("ollama", &ollama), ("openai", &cloud)]);

    let before = Instant::now();
    let window = open(&home, &keychain, &[("OPENAI_API_KEY", key.text())]).await;
    window.resize(WIDE.0, WIDE.1).await;
    let found = window.text("[data-testid=found-ollama]").await;
    assert!(found.contains("2 models"), "{found}");
    let found = window.text("[data-testid=found-openai]").await;
    assert!(found.contains("OPENAI_API_KEY"), "{found}");
    window.picture("start-found-light-1280").await;
    assert_eq!(
        call(&window, "connections_list", json!({})).await,
        json!([]),
        "nothing is stored before a yes"
    );
    assert_eq!(cloud.requests().len(), 0, "and nobody but this machine was called");

    window.click("[data-testid=found-yes-ollama]").await;
    let asked = "document.querySelector('[data-testid=selector]')?.innerText";
    window.until(&format!("{asked}?.includes('Which model do you want to write with?')")).await;
    window.write("[data-testid=model-search]", &format!("quill{}", Key::Enter)).await;
    window.until("document.querySelector('[data-testid=fact-model]').innerText.includes('quill')").await;
    window.until("document.activeElement?.dataset.testid === 'composer'").await;
    window.press(&format!("{ASKED}{}", Key::Enter)).await;
    window.text(COMPLETE).await;
    let took = before.elapsed();
    assert!(took < Duration::from_secs(60), "from nothing to the first sentence it took {took:?}");
    println!("from start to the first answer: {took:?}");
    let place = window.text("[data-testid=fact-place]").await;
    assert!(place.to_lowercase().contains("local"), "{place}");
    assert_eq!(cloud.requests().len(), 0, "the key in the environment is still untouched");

    window.click("[data-testid=rail-connections]").await;
    window.click("[data-testid=connection-add]").await;
    window.text("[data-testid=found-ollama]").await;
    let known = window.text("[data-testid=found-ollama]").await;
    assert!(known.contains("Connected already"), "{known}");
    window.click("[data-testid=found-yes-openai]").await;
    window.text("[data-testid=connections-list] [data-testid=connection-openai]").await;
    let sealed = window.text("[data-testid=key-last4]").await;
    assert!(sealed.contains(&key.text()[key.text().len() - 4..]), "{sealed}");
    assert!(!cloud.requests().is_empty(), "a yes tests the key");
    window.close().await;
    assert_clean(&Evidence::new().folder(home.root()), &[&key, &Canary::of("the text", ASKED)]);
}

#[tokio::test]
async fn a_failing_test_leads_to_the_line_of_the_guide_that_helps() {
    let keychain = RealKeychain::start();
    let home = Home::make();
    let window = open(&home, &keychain, &[]).await;
    for (width, height) in [WIDE, NARROW] {
        window.resize(width, height).await;
        window.click("[data-testid=rail-desk]").await;
        window.click("[data-testid=start-provider]").await;
        window.write("[data-testid=provider-search]", "ollama").await;
        window.click("[data-testid=provider-ollama]").await;
        let nobody = format!("http://{}", refused_address());
        window.write("[data-testid=address-input]", &nobody).await;
        window.click("[data-testid=form-test]").await;
        window.text("[data-testid=test-note] [data-code=connection_refused]").await;
        window.click("[data-testid=test-help]").await;
        let line = "document.querySelector('[data-line=connection_refused][data-here]')";
        window.until(&format!("{line} !== null && document.activeElement === {line}")).await;
        let inside = format!(
            "const place = {line}.getBoundingClientRect();
             return place.top >= 0 && place.bottom <= innerHeight && place.right <= innerWidth"
        );
        assert_eq!(window.run(&inside).await, true, "the line is in sight at {width}");
        let mend = window.text("[data-line=connection_refused]").await;
        assert!(mend.contains("OLLAMA_HOST"), "{mend}");
        let kept = window.run("return document.querySelector('[data-testid=address-input]').value").await;
        assert_eq!(kept, nobody, "what was typed is still there");
        window.picture(&format!("start-helped-light-{width}")).await;
        window.click("[data-testid=start-back]").await;
        window.text("[data-testid=found]").await;
    }
    window.close().await;
}

#[tokio::test]
async fn a_sign_in_goes_through_the_browser_and_each_way_out_of_it_is_told() {
    let keychain = RealKeychain::start();
    let home = Home::make();
    let key = Canary::key_of(Persona::OpenRouter);
    let provider = SimulatedProvider::start_with_key(Persona::OpenRouter, key.text());
    provider
        .set_models(vec![SimulatedModel::chat("maker/quill-large"), SimulatedModel::chat("maker/nib-small")]);
    keep_catalogue(&home, &[("openrouter", &provider)]);
    let window = open(&home, &keychain, &[]).await;
    window.resize(WIDE.0, WIDE.1).await;

    window.click("[data-testid=start-sign-in-openrouter]").await;
    assert_eq!(provider.requests().len(), 0, "nobody is called before the button is pressed");
    begin(&window).await;
    window.picture("sign-in-waiting-light-1280").await;
    window.click("[data-testid=sign-in-cancel]").await;
    window.text("[data-testid=found]").await;

    window.click("[data-testid=start-sign-in-openrouter]").await;
    let page = begin(&window).await;
    let (status, _) = visit(&format!("{}?error=access_denied", way_back(&page)));
    assert_eq!(status, 200, "the browser is told something");
    let told = window.text("[data-testid=sign-in-end]").await;
    assert!(told.contains("You said no at OpenRouter"), "{told}");

    let page = begin(&window).await;
    let (_, back) = visit(&page);
    let back = back.expect("the provider sends the browser back");
    window.click("[data-testid=sign-in-stuck]").await;
    window.write("[data-testid=sign-in-code]", &format!("{back}{}", Key::Enter)).await;
    let asked = "document.querySelector('[data-testid=selector]')?.innerText";
    window.until(&format!("{asked}?.includes('OpenRouter is connected. Which model')")).await;
    window.press(&Key::Escape.to_string()).await;

    window.click("[data-testid=rail-connections]").await;
    window.click("[data-testid=connection-openrouter]").await;
    let sealed = window.text("[data-testid=key-last4]").await;
    assert!(sealed.contains("from signing in"), "{sealed}");
    window.click("[data-testid=account-ask]").await;
    window.text("[data-testid=account-used]").await;
    window.run("document.querySelector('[data-testid=account]').scrollIntoView(); return null").await;
    window.picture("connection-account-light-1280").await;
    window.click("[data-testid=connection-remove]").await;
    let told = "document.querySelector('[data-testid=remove-dialog]')?.innerText";
    window.until(&format!("{told}?.includes('stays valid until you end it there')")).await;
    window.click("[data-testid=remove-confirm]").await;
    window.text("[data-testid=revoke-note]").await;
    assert_eq!(call(&window, "connections_list", json!({})).await, json!([]), "it is disconnected");

    window.click("[data-testid=rail-desk]").await;
    window.click("[data-testid=start-sign-in-openrouter]").await;
    let page = begin(&window).await;
    window.click("[data-testid=rail-settings]").await;
    window.text("[data-testid=settings-guides]").await;
    window.click("[data-testid=rail-desk]").await;
    window.text("[data-testid=sign-in][data-phase=waiting]").await;
    let (_, back) = visit(&page);
    let (status, _) = visit(&back.expect("the provider sends the browser back"));
    assert_eq!(status, 200, "the way back was still open");
    window.until(&format!("{asked}?.includes('OpenRouter is connected. Which model')")).await;
    let connections = call(&window, "connections_list", json!({})).await;
    assert_eq!(connections[0]["signed_in"], true, "{connections}");
    window.close().await;
    let code = Canary::of("the code", "auth_code_");
    assert_clean(&Evidence::new().folder(home.root()), &[&key, &code]);
}

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
    keep_catalogue(&home, &[("ollama", &ollama)]);
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

#[tokio::test]
async fn a_connection_that_hangs_delays_neither_the_window_nor_another_one() {
    let keychain = RealKeychain::start();
    let home = Home::make();
    let ollama = SimulatedProvider::start(Persona::Ollama);
    ollama.set_models(vec![SimulatedModel::chat("quill:8b")]);
    ollama.answer_with(Answer::text(ANSWERED));
    let silent = SimulatedProvider::start(Persona::Compatible);
    silent.always(Call::Any, Behaviour::HangBeforeHeaders);
    keep_catalogue(&home, &[("ollama", &ollama)]);
    let window = open(&home, &keychain, &[]).await;
    window.click("[data-testid=found-yes-ollama]").await;
    window.until("document.querySelector('[data-testid=fact-model]').innerText.includes('quill')").await;
    let draft = json!({ "provider": "openai_compatible", "label": "Silent", "base_url": silent.base_url(),
        "key": { "source": "none" }, "auth": "none", "headers": [], "models": ["m"] });
    call(&window, "connections_add", json!({ "draft": draft, "test": false })).await;

    window.click("[data-testid=rail-connections]").await;
    window.click("[data-testid=connection-silent]").await;
    window.click("[data-testid=sheet-test]").await;
    window.text("[data-testid=test-running]").await;
    let before = Instant::now();
    for place in ["models", "usage", "settings", "connections", "desk"] {
        window.click(&format!("[data-testid=rail-{place}]")).await;
        let here = format!("document.querySelector('[data-testid=rail-{place}][aria-current=page]')");
        window.until(&format!("{here} && document.querySelector('main h1, main h2, main form')")).await;
    }
    window.write("[data-testid=composer]", &format!("{ASKED}{}", Key::Enter)).await;
    window.text(COMPLETE).await;
    let took = before.elapsed();
    assert!(took < Duration::from_secs(5), "on a loaded machine and unoptimised it took {took:?}");
    println!("five pages and an answer beside a test that hangs: {took:?}");
    window.close().await;
}

/// Begins a sign-in and brings the page that the browser is to open. No browser opens an address of this machine, so the
/// window shows it.
async fn begin(window: &Window) -> String {
    window.click("[data-testid=sign-in-begin]").await;
    window.text("[data-testid=sign-in][data-phase=waiting]").await;
    window.text("[data-testid=sign-in-url]").await
}

/// The address to which the provider's page sends the browser back, without the code.
fn way_back(page: &str) -> String {
    let (_, callback) = page.split_once("callback_url=").expect("a way back");
    let callback = callback.split('&').next().unwrap_or_default();
    callback.replace("%3A", ":").replace("%2F", "/")
}

/// What a browser does with an address: the status, and where it is sent from there.
fn visit(address: &str) -> (u16, Option<String>) {
    let (host, path) = address.trim_start_matches("http://").split_once('/').expect("an address with a path");
    let mut stream = TcpStream::connect(host).expect("somebody answers");
    write!(stream, "GET /{path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n").expect("it is asked");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("it answers");
    let status = answer.split(' ').nth(1).and_then(|status| status.parse().ok()).expect("a status");
    let sent = answer
        .lines()
        .find_map(|line| line.split_once(": ").filter(|(name, _)| name.eq_ignore_ascii_case("location")));
    (status, sent.map(|(_, to)| to.to_owned()))
}

/// Opens the window with these variables more.
async fn open(home: &Home, keychain: &RealKeychain, more: &[(&str, &str)]) -> Window {
    let variables = keychain.variables();
    let mut variables: Vec<(&str, &str)> =
        variables.iter().map(|(name, value)| (*name, value.as_str())).collect();
    variables.extend_from_slice(more);
    Window::open_program(PROGRAM, home, &variables).await
}

/// The writer's own catalogue: these entries as they are built in, but at the addresses of these servers. A provider of
/// the cloud has to be reached by https, so its entry becomes one of an address of the writer's own.
fn keep_catalogue(home: &Home, servers: &[(&str, &SimulatedProvider)]) {
    let file = std::fs::read(root().join("crates/providers/catalogue.json")).expect("the catalogue");
    let file: Value = serde_json::from_slice(&file).expect("JSON");
    let entries = file["providers"].as_array().expect("entries");
    let moved = servers.iter().map(|(id, server)| {
        let mut entry = entries.iter().find(|entry| entry["id"] == *id).expect("an entry").clone();
        entry["base_url"] = json!(server.base_url());
        if entry["locality"] == "cloud" {
            entry["locality"] = json!("either");
        }
        entry
    });
    let own = json!({ "providers": moved.collect::<Vec<_>>() });
    std::fs::create_dir_all(home.profile()).expect("the profile");
    std::fs::write(home.profile().join("catalogue.json"), own.to_string()).expect("the catalogue is kept");
}

/// Calls a command the way the page does.
async fn call(window: &Window, command: &str, request: Value) -> Value {
    let script = "const [command, request, done] = arguments;
        window.__TAURI_INTERNALS__.invoke(command, { request }).then(done, (refusal) => done({ refusal }))";
    window.page.execute_async(script, vec![json!(command), request]).await.expect("a reply")
}
