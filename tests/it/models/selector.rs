//! The selector in the real window: found, narrowed and chosen by keys alone and by the mouse alone; what cannot be used
//! says why; ten thousand models leave no blank place.

use super::{NARROW, WIDE, call, connect, open};
use crate::driver::{Home, Window};
use crate::workspace::root;
use fantoccini::actions::{InputSource, MouseActions, PointerAction};
use fantoccini::key::Key;
use inkhorn_testkit::{Canary, Persona, RealKeychain, SimulatedModel, SimulatedProvider};
use serde_json::{Value, json};
use std::time::Duration;

/// The rows that can be chosen, as far as they exist.
const ROWS: &str = "[...document.querySelectorAll('[data-testid=model-list] [role=option]')]";

/// What is told of the model that is pointed at, a moment after it is.
const ABOUT: &str = "document.querySelector('[data-testid=model-detail]')?.innerText";

/// A window with a local connection and one of the cloud.
async fn two_connections(home: &Home, keychain: &RealKeychain) -> (Window, [SimulatedProvider; 2]) {
    let here = SimulatedProvider::start(Persona::Ollama);
    here.set_models(vec![SimulatedModel::chat("quill:8b"), SimulatedModel::chat("nib: 小 1b")]);
    let key = Canary::key_of(Persona::OpenAi);
    let there = SimulatedProvider::start_with_key(Persona::OpenAi, key.text());
    there.set_models(["gpt-4o", "gpt-4o-mini", "o3/old", "élan-2"].map(SimulatedModel::chat).into());
    let window = open(home, keychain).await;
    window.resize(WIDE.0, WIDE.1).await;
    window.until("document.querySelector('main')?.innerText.trim().length > 0").await;
    connect(&window, "ollama", &here, None).await;
    connect(&window, "openai", &there, Some(key.text())).await;
    // The page has heard of both: the Desk is there in place of the first start.
    window.text("[data-testid=composer]").await;
    (window, [here, there])
}

async fn open_by_key(window: &Window) {
    window.press(&(Key::Control + "k")).await;
    window.until(&format!("document.querySelector('[data-testid=selector]') && {ROWS}.length > 0")).await;
}

async fn names(window: &Window) -> Vec<String> {
    let found = window.run(&format!("return {ROWS}.map((row) => row.dataset.model)")).await;
    found.as_array().expect("rows").iter().map(|id| id.as_str().expect("an id").to_owned()).collect()
}

async fn until_names(window: &Window, expected: &[&str]) {
    let expected = json!(expected).to_string();
    window.until(&format!("JSON.stringify({ROWS}.map((row) => row.dataset.model)) === {expected:?}")).await;
}

async fn until_closed(window: &Window) {
    window.until("!document.querySelector('[data-testid=selector]')").await;
}

/// Moves the mouse onto an element.
async fn point_at(window: &Window, css: &str) {
    let script = format!(
        "const box = document.querySelector({css:?}).getBoundingClientRect();
         return [box.x + box.width / 2, box.y + box.height / 2]"
    );
    let place = window.run(&script).await;
    let [x, y] = [0, 1].map(|at| place[at].as_f64().expect("a place"));
    let step = PointerAction::MoveTo { duration: Some(Duration::from_millis(60)), x, y };
    let mouse = MouseActions::new("mouse".into()).then(step);
    window.page.perform_actions(mouse).await.expect("the mouse moves");
}

/// What an automated look at the page finds: each finding with what it is about.
async fn findings(window: &Window) -> Value {
    let axe = std::fs::read_to_string(root().join("ui/node_modules/axe-core/axe.min.js")).expect("axe-core");
    window.run(&format!("{axe}; return null")).await;
    let script = "const done = arguments[arguments.length - 1];
        const rules = { 'page-has-heading-one': { enabled: false }, 'heading-order': { enabled: false } };
        window.axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'best-practice'], rules })
          .then((told) => done(told.violations.map((one) => [one.id, one.nodes.slice(0, 3).map((node) => node.html)])))";
    window.page.execute_async(script, Vec::new()).await.expect("it looked")
}

#[tokio::test]
async fn a_model_is_found_narrowed_marked_and_chosen_by_keys_alone() {
    let keychain = RealKeychain::start();
    let home = Home::make();
    let (window, _servers) = two_connections(&home, &keychain).await;
    open_by_key(&window).await;
    // The page hears of the second connection a moment after it is there.
    window.until(&format!("{ROWS}.length === 6")).await;

    // Letters with gaps, words in any order, accents left out; what was found is marked.
    window.write("[data-testid=model-search]", "g4m").await;
    until_names(&window, &["openai/gpt-4o-mini"]).await;
    let marked = window
        .run("return [...document.querySelectorAll('mark')].map((one) => one.textContent).join('|')")
        .await;
    assert_eq!(marked, "g|4|m");
    window.press(&(Key::Control + "a")).await;
    window.press("openai ELAN").await;
    until_names(&window, &["openai/élan-2"]).await;

    // A word that is typed becomes a filter by Tab and Enter, and is not searched for any more.
    window.press(&(Key::Control + "a")).await;
    window.press("this").await;
    window.text("[data-testid='filter-locality:local']").await;
    window.press(&Key::Tab.to_string()).await;
    window.press(&Key::Enter.to_string()).await;
    until_names(&window, &["ollama/quill:8b", "ollama/nib: 小 1b"]).await;
    window.text("[data-testid='filter-set-locality:local']").await;
    assert_eq!(window.run("return document.activeElement.value").await, "", "the line has the focus again");

    // It opens where it was left, with the words and without what was typed.
    window.press(&Key::Escape.to_string()).await;
    until_closed(&window).await;
    open_by_key(&window).await;
    until_names(&window, &["ollama/quill:8b", "ollama/nib: 小 1b"]).await;
    window.press(&Key::Backspace.to_string()).await;
    window.until(&format!("{ROWS}.length === 6")).await;

    // A favourite, and back to the list: it stands on top, once more at its place, and the engine has kept it.
    window.press(&Key::Home.to_string()).await;
    window.press(&Key::Down.to_string()).await;
    window.press(&(Key::Control + "d")).await;
    window.until("document.querySelectorAll('[data-testid=model-star] svg.fill-current').length === 2").await;
    let list = call(&window, "models_list", json!({})).await;
    let favourite = list["models"].as_array().expect("models").iter().find(|one| one["favourite"] == true);
    assert_eq!(favourite.expect("it is kept")["id"], "ollama/nib: 小 1b");

    // The last row by End, and the choice by Enter.
    window.press(&Key::End.to_string()).await;
    let active = "document.getElementById(document.activeElement.getAttribute('aria-activedescendant'))";
    window.until(&format!("{active}?.dataset.model === 'openai/élan-2'")).await;
    window.press(&Key::Enter.to_string()).await;
    until_closed(&window).await;
    window.until("document.querySelector('[data-testid=fact-model]').innerText.includes('élan-2')").await;
    open_by_key(&window).await;
    window
        .until(&format!("{active}?.dataset.model === 'openai/élan-2' && {active}.ariaSelected === 'true'"))
        .await;
    window.close().await;
}

#[tokio::test]
async fn a_model_is_narrowed_marked_and_chosen_by_the_mouse_alone() {
    let keychain = RealKeychain::start();
    let home = Home::make();
    let (window, _servers) = two_connections(&home, &keychain).await;
    call(&window, "collections_create", json!({ "name": "Night drafts" })).await;
    let members = json!({ "name": "Night drafts", "models": ["openai/gpt-4o", "ollama/quill:8b"] });
    call(&window, "collections_add", members).await;
    window.click("[data-testid=fact-model]").await;
    window.until(&format!("{ROWS}[0]?.dataset.model === 'Night drafts'")).await;

    window.click("[data-testid=filter-more]").await;
    window.click("[data-testid='filter-word-connection:openai']").await;
    window.click("[data-testid='filter-word-collection:Night drafts']").await;
    until_names(&window, &["openai/gpt-4o"]).await;
    let unheard = findings(&window).await;
    assert_eq!(unheard, json!([]), "the shelves of words");
    window.picture("selector-shelves-light-1280").await;
    window.click("[data-testid='filter-set-collection:Night drafts']").await;
    window.click("[data-testid='filter-set-connection:openai']").await;
    window.until(&format!("{ROWS}.length > 5")).await;
    window.click("[data-testid=filter-more]").await;
    window.until("!document.querySelector('[data-testid=filter-shelves]')").await;

    // The sign to press comes with the pointer.
    point_at(&window, "[data-model='openai/gpt-4o-mini']").await;
    window.click("[data-model='openai/gpt-4o-mini'] [data-testid=model-star]").await;
    window.until("document.querySelectorAll('[data-testid=model-star] svg.fill-current').length === 2").await;
    window.until(&format!("{ABOUT}?.includes('gpt-4o-mini')")).await;
    for told in ["Your text goes to OpenAI", "From the price book", "Price, read"] {
        window.until(&format!("{ABOUT}.includes('{told}')")).await;
    }

    // A collection is chosen by its name, and the top line says who would answer.
    window.click("[data-model='Night drafts']").await;
    until_closed(&window).await;
    window
        .until("document.querySelector('[data-testid=fact-model]').innerText.includes('Night drafts')")
        .await;
    window.until("document.querySelector('[data-testid=fact-model]').innerText.includes('gpt-4o')").await;
    window.close().await;
}

#[tokio::test]
async fn what_cannot_be_used_says_why_and_is_not_chosen() {
    let keychain = RealKeychain::start();
    let home = Home::make();
    let (window, [_here, there]) = two_connections(&home, &keychain).await;
    call(&window, "models_edit", json!({ "models": ["openai/gpt-4o-mini"], "hidden": true })).await;
    there.set_models(["gpt-4o", "gpt-4o-mini", "élan-2", "brand-new"].map(SimulatedModel::chat).into());
    call(&window, "models_visited", json!({})).await;
    call(&window, "models_refresh", json!({})).await;
    open_by_key(&window).await;
    window.write("[data-testid=model-search]", "openai").await;
    window.until(&format!("{ROWS}.length === 4")).await;
    let shown = names(&window).await;
    assert!(!shown.contains(&"openai/gpt-4o-mini".to_owned()), "hidden models are left out: {shown:?}");
    let new = window.text("[data-model='openai/brand-new'] [data-testid=model-new]").await;
    assert_eq!(new, "new");

    window.write("[data-testid=model-search]", " old").await;
    until_names(&window, &["openai/o3/old"]).await;
    window
        .until("document.querySelector('[data-testid=model-reason]')?.innerText === 'gone at the provider'")
        .await;
    let disabled = window.run(&format!("return {ROWS}[0].ariaDisabled")).await;
    assert_eq!(disabled, "true");
    let before = window.text("[data-testid=fact-model]").await;
    window.press(&Key::Enter.to_string()).await;
    window.click("[data-model='openai/o3/old']").await;
    window.until(&format!("{ABOUT}?.includes('lists it no more since')")).await;
    assert_eq!(
        window.run("return !!document.querySelector('[data-testid=selector]')").await,
        true,
        "still open"
    );
    assert_eq!(window.text("[data-testid=fact-model]").await, before);
    window.close().await;
}

#[tokio::test]
async fn ten_thousand_models_scroll_without_a_blank_place() {
    const MODELS: usize = 10_000;
    let keychain = RealKeychain::start();
    let home = Home::make();
    let key = Canary::key_of(Persona::OpenAi);
    let server = SimulatedProvider::start_with_key(Persona::OpenAi, key.text());
    server.set_models((0..MODELS).map(|number| SimulatedModel::chat(&format!("quill-{number}"))).collect());
    let window = open(&home, &keychain).await;
    window.resize(WIDE.0, WIDE.1).await;
    window.until("document.querySelector('main')?.innerText.trim().length > 0").await;
    connect(&window, "openai", &server, Some(key.text())).await;
    window.text("[data-testid=composer]").await;
    open_by_key(&window).await;
    let set = window.run(&format!("return {ROWS}[0].ariaSetSize")).await;
    let set: usize = set.as_str().expect("a number").parse().expect("a number");
    assert_eq!(set, MODELS, "the list says how long it is, headings left out");

    // Each frame of a fast journey to the end and back is looked at before it is drawn: at every height of the list
    // stands a row.
    let script = "const done = arguments[arguments.length - 1];
        const list = document.querySelector('[data-testid=model-scroller]');
        const box = list.getBoundingClientRect();
        const steps = [7, 40, 333, 900, 5000, 60000, -7, -40, -333, -900, -5000, -60000];
        let [blank, frames, most] = [0, 0, 0];
        const look = () => {
          for (let y = box.top + 60; y < box.bottom - 20; y += 12) {
            const there = document.elementFromPoint(box.left + 60, y);
            if (!there?.closest('[role=option], [role=presentation]')) blank += 1;
          }
          most = Math.max(most, list.querySelectorAll('[role=option]').length);
          frames += 1;
          if (frames >= 240) return done([blank, most, list.scrollHeight]);
          list.scrollTop += steps[Math.floor(frames / 20) % steps.length];
          requestAnimationFrame(look);
        };
        list.scrollTop = 200; requestAnimationFrame(look)";
    let told = window.page.execute_async(script, Vec::new()).await.expect("the journey");
    assert_eq!(told[0], 0, "blank places, rows at most, height: {told}");
    assert!(told[1].as_u64().expect("rows") < 80, "only rows near those in sight exist: {told}");
    assert!(told[2].as_u64().expect("a height") > 40 * MODELS as u64, "{told}");

    window.write("[data-testid=model-search]", "quill 9999").await;
    window.until(&format!("{ROWS}[0]?.dataset.model === 'openai/quill-9999'")).await;
    window.close().await;
}

#[tokio::test]
async fn the_open_selector_is_drawn_in_both_looks_and_heard_by_a_screen_reader() {
    for look in ["light", "dark"] {
        let keychain = RealKeychain::start();
        let home = Home::make();
        let preferences = home.data().join("app.inkhorn.desktop");
        std::fs::create_dir_all(&preferences).expect("the folder of preferences");
        std::fs::write(preferences.join("page.json"), format!(r#"{{"look":"{look}"}}"#))
            .expect("the preferences");
        let (window, _servers) = two_connections(&home, &keychain).await;
        let marks = json!({ "models": ["openai/gpt-4o", "ollama/quill:8b"], "favourite": true });
        call(&window, "models_edit", marks).await;
        for (width, height) in [WIDE, NARROW] {
            window.resize(width, height).await;
            open_by_key(&window).await;
            window.picture(&format!("selector-{look}-{width}")).await;
            let over = window.run("return document.documentElement.scrollWidth - window.innerWidth").await;
            assert!(over.as_i64().expect("a number") <= 0, "it hangs {over} px over the edge at {width}");
            let unheard = findings(&window).await;
            assert_eq!(unheard, json!([]), "{look}, {width} wide");
            window.press(&Key::Escape.to_string()).await;
            until_closed(&window).await;
        }
        window.close().await;
    }
}
