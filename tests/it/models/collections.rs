//! Collections in the real window: made from an offer, filled through the selector, ordered by keys and by the mouse, used
//! like a model with their settings, shared as text, and taken back when deleted by mistake.

use super::{NARROW, WIDE, call, connect, open};
use crate::driver::{Home, Window};
use fantoccini::actions::{InputSource, MOUSE_BUTTON_LEFT, MouseActions, PointerAction};
use fantoccini::key::Key;
use inkhorn_testkit::{
    Answer, Canary, Evidence, Persona, RealKeychain, SimulatedModel, SimulatedProvider, assert_clean,
};
use serde_json::{Value, json};
use std::time::Duration;

const ASKED: &str = "Begin with the night ferry.";
const ANSWERED: &str = "The ferry had no lights, and everybody aboard preferred it so.";
const COMPLETE: &str = "[data-testid=turn-answer][data-state=done]";

/// The rows of the open collection, from top to bottom.
const ROWS: &str = "[...document.querySelectorAll('[data-testid=member]')].map((row) => row.dataset.row)";

/// A window with two connections, of which one models' prices and abilities are known.
async fn two_providers(
    home: &Home,
    keychain: &RealKeychain,
) -> (Window, SimulatedProvider, SimulatedProvider) {
    let one = SimulatedProvider::start(Persona::Ollama);
    one.set_models(vec![SimulatedModel::chat("quill:8b"), SimulatedModel::chat("nib: 小 1b")]);
    let key = Canary::key_of(Persona::OpenAi);
    let other = SimulatedProvider::start_with_key(Persona::OpenAi, key.text());
    other.set_models(["gpt-4o", "gpt-4o-mini", "of-next-year"].map(SimulatedModel::chat).into());
    let window = open(home, keychain).await;
    window.resize(WIDE.0, WIDE.1).await;
    window.text("main").await;
    connect(&window, "ollama", &one, None).await;
    connect(&window, "openai", &other, Some(key.text())).await;
    one.answer_with(Answer::text(ANSWERED));
    other.answer_with(Answer::text(ANSWERED));
    one.forget_requests();
    other.forget_requests();
    window.click("[data-testid=rail-models]").await;
    (window, one, other)
}

async fn rows(window: &Window) -> Vec<String> {
    strings(&window.run(&format!("return {ROWS}")).await)
}

fn strings(value: &Value) -> Vec<String> {
    let all = value.as_array().expect("a list").iter();
    all.map(|one| one.as_str().expect("a text").to_owned()).collect()
}

/// What the engine has kept of the collection of this name.
async fn kept(window: &Window, name: &str) -> Value {
    let all = call(window, "collections_list", json!({})).await;
    let found = all.as_array().expect("collections").iter().find(|one| one["name"] == name).cloned();
    found.unwrap_or_else(|| panic!("{name} is not there: {all}"))
}

fn ids(collection: &Value) -> Vec<String> {
    let models = collection["models"].as_array().expect("models").iter();
    models.map(|model| model["id"].as_str().expect("an id").to_owned()).collect()
}

/// Types something in place of what a field holds.
async fn retype(window: &Window, css: &str, text: &str) {
    window.write(css, &(Key::Control + "a")).await;
    window.write(css, text).await;
}

/// Waits until the page shows this order and the engine has kept it.
async fn until_order(window: &Window, name: &str, order: &[String]) {
    window.until(&format!("JSON.stringify({ROWS}) === {:?}", json!(order).to_string())).await;
    let asked = json!({ "name": name }).to_string();
    let wanted = json!(order).to_string();
    let script = format!(
        "const done = arguments[arguments.length - 1];
         const look = async () => {{
           const all = await window.__TAURI_INTERNALS__.invoke('collections_list', {{ request: {{}} }});
           const ids = all.find((one) => one.name === {asked}.name)?.models.map((one) => one.id);
           JSON.stringify(ids) === JSON.stringify({wanted}) ? done(true) : setTimeout(look, 25);
         }};
         look()"
    );
    window.page.execute_async(&script, Vec::new()).await.expect("the order is kept");
}

/// The middle of an element on the page.
async fn middle(window: &Window, element: &str) -> (f64, f64) {
    let script = format!(
        "const box = {element}.getBoundingClientRect(); return [box.x + box.width / 2, box.y + box.height / 2]"
    );
    let place = window.run(&script).await;
    (place[0].as_f64().expect("x"), place[1].as_f64().expect("y"))
}

/// Moves the mouse, with the button as it is.
async fn point(window: &Window, (x, y): (f64, f64)) {
    let duration = Some(Duration::from_millis(60));
    let mouse = MouseActions::new("mouse".into()).then(PointerAction::MoveTo { duration, x, y });
    window.page.perform_actions(mouse).await.expect("the mouse moves");
}

async fn button(window: &Window, action: PointerAction) {
    window.page.perform_actions(MouseActions::new("mouse".into()).then(action)).await.expect("a button");
}

/// Takes the row of this place by its grip and drops it behind the other one.
async fn drag(window: &Window, from: usize, behind: usize) {
    let grip = |at: usize| format!("document.querySelectorAll('[data-testid=member-grip]')[{at}]");
    let start = middle(window, &grip(from)).await;
    let end = middle(window, &grip(behind)).await;
    point(window, start).await;
    button(window, PointerAction::Down { button: MOUSE_BUTTON_LEFT }).await;
    point(window, (start.0 + 2.0, start.1 + 20.0)).await;
    point(window, (end.0 + 2.0, end.1 + 8.0)).await;
    window.text("[data-testid=drop-line]").await;
    button(window, PointerAction::Up { button: MOUSE_BUTTON_LEFT }).await;
    window.until("!document.querySelector('[data-testid=drop-line]')").await;
}

#[tokio::test]
async fn a_collection_is_made_from_an_offer_ordered_and_answers_like_a_model() {
    let keychain = RealKeychain::start();
    let home = Home::make();
    let (window, local, cloud) = two_providers(&home, &keychain).await;

    let offer = window.text("[data-testid=offer-prose]").await;
    assert!(offer.contains("Prose") && offer.contains("To write scenes"), "{offer}");
    assert_eq!(call(&window, "collections_list", json!({})).await, json!([]), "nothing is made unasked");
    window.picture("collections-offered-light-1280").await;
    window.click("[data-testid=offer-prose] [data-testid=offer-make]").await;
    window.text("[data-testid=collection-view][data-collection=Prose]").await;
    let offered = ids(&kept(&window, "Prose").await);
    assert!(offered.contains(&"openai/gpt-4o".to_owned()), "{offered:?}");

    // Two more in a row from the selector, which stays open.
    window.click("[data-testid=collection-add]").await;
    for (typed, told) in [("of-next", "of-next-year is in Prose"), ("nib", "nib: 小 1b is in Prose")] {
        retype(&window, "[data-testid=model-search]", typed).await;
        window.until("document.querySelectorAll('[data-testid=model-row]').length === 1").await;
        window.press(&Key::Enter.to_string()).await;
        window
            .until(&format!("document.querySelector('[data-testid=selector]').innerText.includes('{told}')"))
            .await;
    }
    window.press(&Key::Escape.to_string()).await;
    window.until("!document.querySelector('[data-testid=selector]')").await;
    let mut order = rows(&window).await;
    assert_eq!(order[order.len() - 2..], ["openai/of-next-year", "ollama/nib: 小 1b"]);

    // By keys: the last one up, twice; the focus stays on it.
    let last = order.len() - 1;
    window
        .run("[...document.querySelectorAll('[data-testid=member-grip]')].at(-1).focus(); return null")
        .await;
    for step in 0..2 {
        window.press(&(Key::Alt + &Key::Up.to_string())).await;
        order.swap(last - step, last - step - 1);
        until_order(&window, "Prose", &order).await;
        let focused = "return document.activeElement.closest('[data-row]')?.dataset.row";
        assert_eq!(window.run(focused).await, "ollama/nib: 小 1b");
    }

    // By the mouse: the first one behind the second.
    drag(&window, 0, 1).await;
    order.swap(0, 1);
    until_order(&window, "Prose", &order).await;
    // A drag that is given up changes nothing.
    drag_and_give_up(&window).await;
    until_order(&window, "Prose", &order).await;

    let first = order[0].clone();
    set_first(&window, &first).await;
    window.click("[data-testid=collection-default]").await;
    window.text("[data-testid=collection-is-default]").await;
    assert_eq!(kept(&window, "Prose").await["default"], true);
    inside_the_window(&window).await;

    answered_through(&window, &first, [&local, &cloud]).await;
    window.close().await;
    assert_clean(&Evidence::new().folder(home.root()), &[&Canary::of("the text", ASKED)]);
}

/// Esc while a row is in the hand puts it back.
async fn drag_and_give_up(window: &Window) {
    let start = middle(window, "document.querySelector('[data-testid=member-grip]')").await;
    point(window, start).await;
    button(window, PointerAction::Down { button: MOUSE_BUTTON_LEFT }).await;
    point(window, (start.0, start.1 + 90.0)).await;
    window.text("[data-testid=drop-line]").await;
    window.press(&Key::Escape.to_string()).await;
    window.until("!document.querySelector('[data-testid=drop-line]')").await;
    button(window, PointerAction::Up { button: MOUSE_BUTTON_LEFT }).await;
}

/// Types the settings of the first model: what cannot be is told and not kept, what can be is kept as it is typed.
async fn set_first(window: &Window, first: &str) {
    window.click("[data-testid=member-unfold]").await;
    window.write("[data-testid=member-temperature]", "7").await;
    window.until("document.querySelector('[data-testid=member-settings]').innerText.includes('A number from 0 to 2')").await;
    retype(window, "[data-testid=member-temperature]", "0,7").await;
    window.write("[data-testid=member-tokens]", "1 200").await;
    window.until("document.querySelector('[data-testid=member-settings]').innerText.includes('Kept.')").await;
    window
        .until("document.querySelector('[data-testid=member]').innerText.includes('at most 1,200 tokens')")
        .await;
    let prose = kept(window, "Prose").await;
    assert_eq!(prose["models"][0]["id"], first);
    assert_eq!(
        prose["models"][0]["settings"],
        json!({ "temperature": 0.7, "max_tokens": 1200, "reasoning": null })
    );
}

/// The open collection in both sizes hangs over no edge.
async fn inside_the_window(window: &Window) {
    for (width, height) in [NARROW, WIDE] {
        window.resize(width, height).await;
        window.until(&format!("window.innerWidth === {width}")).await;
        let over = "const view = document.querySelector('[data-testid=collection-view]');
            return [document.documentElement.scrollWidth - innerWidth, view.scrollWidth - view.clientWidth]";
        let over = window.run(over).await;
        assert_eq!(over, json!([0, 0]), "it hangs over the edge at {width}");
        window.picture(&format!("collection-light-{width}")).await;
    }
}

/// The collection is written with: its first model is asked, with the settings that it has there, and the answer says so.
async fn answered_through(window: &Window, first: &str, providers: [&SimulatedProvider; 2]) {
    window.click("[data-testid=collection-write]").await;
    window.until("document.querySelector('[data-testid=fact-model]').innerText.includes('Prose')").await;
    window.write("[data-testid=composer]", &format!("{ASKED}{}", Key::Enter)).await;
    window.text(COMPLETE).await;
    let chats: Vec<Value> =
        providers.iter().flat_map(|provider| provider.chats()).map(|chat| chat.json()).collect();
    assert_eq!(chats.len(), 1, "one request: {chats:?}");
    let body = &chats[0];
    let (_, model) = first.split_once('/').expect("an address");
    assert_eq!(body["model"], model);
    let said = body.to_string();
    assert!(said.contains("\"temperature\":0.7") && said.contains("1200"), "its settings travel: {said}");
    window
        .until("document.querySelector('[data-testid=manuscript]').innerText.includes('from the collection Prose')")
        .await;
}

#[tokio::test]
async fn a_collection_travels_as_text_and_odd_texts_and_names_are_told() {
    let keychain = RealKeychain::start();
    let home = Home::make();
    let (window, _local, _cloud) = two_providers(&home, &keychain).await;

    // A name that cannot be is told; a name in another script is as good as any.
    window.text("[data-testid=offer-prose]").await;
    window.click("[data-testid=collection-new]").await;
    window.write("[data-testid=collection-name]", &"長".repeat(80)).await;
    window.click("[data-testid=collection-make]").await;
    let told = window.text("[data-testid=collection-form] [data-code=bad_request]").await;
    assert!(told.contains("at most 60 letters"), "{told}");
    let name = "夜の下書き & Prosa";
    retype(&window, "[data-testid=collection-name]", name).await;
    window.click("[data-testid=collection-make]").await;
    let view = format!("[data-testid=collection-view][data-collection=\"{name}\"]");
    window.text(&view).await;
    let added = json!({ "name": name, "models": ["ollama/nib: 小 1b", "openai/gpt-4o", "friend/else"] });
    call(&window, "collections_add", added).await;
    let set = json!({ "name": name, "model": "openai/gpt-4o",
        "settings": { "temperature": 0.5, "max_tokens": null, "reasoning": "high" } });
    call(&window, "collections_settings", set).await;
    window.until(&format!("{ROWS}.length === 3")).await;

    let text = copy(&window).await;
    assert!(text.contains("model: ollama/nib: 小 1b") && text.contains("reasoning: high"), "{text}");

    // Deleted and taken back; deleted again, and made again from the text while it still waits.
    window.click("[data-testid=collection-delete]").await;
    window.until(&format!("!document.querySelector('{view}')")).await;
    window.click("[data-testid=undo]").await;
    window.click("[data-testid=collection]").await;
    window.text(&view).await;
    window.click("[data-testid=collection-delete]").await;
    window.until(&format!("!document.querySelector('{view}')")).await;
    let before = kept(&window, name).await;
    paste(&window, &text).await;
    window.text("[data-testid=paste-holds]").await;
    let holds = window.run("return document.querySelector('[data-testid=paste-dialog]').innerText").await;
    let holds = holds.as_str().expect("words");
    assert!(holds.contains("It holds 3 models") && holds.contains("not connected"), "{holds}");
    assert!(holds.contains("temperature 0.5, thinks hard first") && !holds.contains("taken"), "{holds}");
    window.click("[data-testid=paste-make]").await;
    window.text(&view).await;
    let after = kept(&window, name).await;
    assert_eq!(ids(&after), ids(&before));
    assert_eq!(after["models"][1]["settings"], before["models"][1]["settings"]);

    // The same once more: the name is taken, so another one is asked for.
    paste(&window, &text).await;
    window
        .until("document.querySelector('[data-testid=paste-dialog]').innerText.includes('is taken already')")
        .await;
    assert!(refuses(&window).await);
    window.write("[data-testid=paste-name]", " II").await;
    window.until("!document.querySelector('[data-testid=paste-make]').disabled").await;
    window.click("[data-testid=paste-make]").await;
    window.text(&format!("[data-testid=collection-view][data-collection=\"{name} II\"]")).await;

    // Cut, and with a key in it: told by its place, and nothing is made or kept of it.
    let key = Canary::key_of(Persona::OpenAi);
    let (cut, _) = text.split_once("end:").expect("its last line");
    for (bad, told) in [
        (cut, "it is cut off"),
        (&text.replace("friend/else", &format!("friend/{}", key.text())), "line 8: this looks like a key"),
        (&format!("{text}{}", " ".repeat(600 * 1024)), "at most 512 KiB"),
    ] {
        paste(&window, bad).await;
        let refused = window.text("[data-testid=paste-refused]").await;
        assert!(refused.contains(told) && !refused.contains(key.text()), "{refused}");
        assert!(refuses(&window).await);
        window.press(&Key::Escape.to_string()).await;
        window.until("!document.querySelector('[data-testid=paste-dialog]')").await;
    }
    assert_eq!(call(&window, "collections_list", json!({})).await.as_array().map(Vec::len), Some(2));
    window.close().await;
    assert_clean(&Evidence::new().folder(home.root()), &[&key]);
}

#[tokio::test]
async fn an_app_is_allowed_collections_and_models_from_the_same_selector() {
    let keychain = RealKeychain::start();
    let home = Home::make();
    let (window, _local, _cloud) = two_providers(&home, &keychain).await;
    call(&window, "collections_create", json!({ "name": "夜 & Prose" })).await;
    call(&window, "collections_add", json!({ "name": "夜 & Prose", "models": ["openai/gpt-4o"] })).await;

    window.click("[data-testid=rail-apps]").await;
    window.click("[data-testid=app-add]").await;
    window.write("[data-testid=app-name]", "Novelcrafter").await;
    window.click("[data-testid=app-form] summary").await;
    window.click("[data-testid=app-models-add]").await;
    for (typed, told) in [("prose", "夜 & Prose"), ("quill", "quill:8b"), ("nib", "nib: 小 1b")] {
        retype(&window, "[data-testid=model-search]", typed).await;
        window
            .until("document.querySelectorAll('[data-testid=model-row], [data-testid=collection-row]').length === 1")
            .await;
        window.press(&Key::Enter.to_string()).await;
        let next = format!("It may use {told}. Choose another one");
        window
            .until(&format!("document.querySelector('[data-testid=selector]').innerText.includes('{next}')"))
            .await;
    }
    window.press(&Key::Escape.to_string()).await;
    window.until("!document.querySelector('[data-testid=selector]')").await;
    window.click("[data-model='ollama/quill:8b'] [data-testid=app-model-drop]").await;
    window.until("document.querySelectorAll('[data-testid=app-model]').length === 2").await;
    window.click("[data-testid=app-save]").await;
    window.text("[data-testid=app-added]").await;
    let apps = call(&window, "apps_list", json!({})).await;
    assert_eq!(apps["apps"][0]["models"], json!(["夜 & Prose", "ollama/nib: 小 1b"]));
    window.close().await;
}

/// Puts a text into the dialog, as a paste does.
async fn paste(window: &Window, text: &str) {
    window.click("[data-testid=collection-paste]").await;
    window.text("[data-testid=paste-text]").await;
    let script = "const field = document.querySelector('[data-testid=paste-text]');
        field.value = arguments[0];
        field.dispatchEvent(new Event('input', { bubbles: true }));";
    window.page.execute(script, vec![json!(text)]).await.expect("it is pasted");
}

/// Whether nothing can be made as it stands.
async fn refuses(window: &Window) -> bool {
    window.run("return document.querySelector('[data-testid=paste-make]').disabled").await == true
}

/// Copies the open collection and brings what lies on the clipboard then. Another test of this binary may have put
/// something there meanwhile, so it is tried a few times.
async fn copy(window: &Window) -> String {
    let mut clipboard = arboard::Clipboard::new().expect("the screen has a clipboard");
    let mut lies_there = String::new();
    for _ in 0..3 {
        window.click("[data-testid=collection-copy]").await;
        window
            .until("document.querySelector('[data-testid=collection-copy]').innerText.includes('Copied')")
            .await;
        lies_there = clipboard.get_text().unwrap_or_default();
        if lies_there.starts_with("# An Inkhorn collection") {
            break;
        }
    }
    lies_there
}
