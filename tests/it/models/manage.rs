//! The Models page in the real window: many at once and taken back, names, prices with their question, places by keys and by
//! the mouse, what is new and what is gone, models typed by hand, defaults, and what providers moderate.

use super::{NARROW, WIDE, call, connect, open};
use crate::driver::{Home, Window};
use fantoccini::Locator;
use fantoccini::actions::{InputSource, MOUSE_BUTTON_LEFT, MouseActions, PointerAction};
use fantoccini::key::Key;
use inkhorn_testkit::{Behaviour, Call, Canary, Persona, RealKeychain, SimulatedModel, SimulatedProvider};
use serde_json::{Value, json};
use std::time::Duration;

/// A window on the Models page, with one connection of these models.
async fn managing(
    home: &Home,
    keychain: &RealKeychain,
    models: &[&str],
) -> (Window, SimulatedProvider, Canary) {
    let key = Canary::key_of(Persona::OpenAi);
    let server = SimulatedProvider::start_with_key(Persona::OpenAi, key.text());
    list(&server, models);
    let window = open(home, keychain).await;
    window.resize(WIDE.0, WIDE.1).await;
    window.text("[data-testid=rail-models]").await;
    connect(&window, "openai", &server, Some(key.text())).await;
    window.click("[data-testid=rail-models]").await;
    window.text("[data-testid=model-list]").await;
    (window, server, key)
}

fn list(server: &SimulatedProvider, models: &[&str]) {
    server.set_models(models.iter().map(|id| SimulatedModel::chat(id)).collect());
}

async fn all(window: &Window) -> Value {
    call(window, "models_list", json!({})).await
}

/// What the engine knows of a model.
async fn model(window: &Window, id: &str) -> Value {
    let list = all(window).await;
    let found = list["models"].as_array().expect("models").iter().find(|one| one["id"] == id).cloned();
    found.unwrap_or_else(|| panic!("{id} is not there: {list}"))
}

fn row(id: &str) -> String {
    format!("[data-testid=model-row][data-model=\"{id}\"]")
}

/// Waits until this of the page's text can be read in an element.
async fn says(window: &Window, css: &str, words: &str) {
    window.until(&format!("document.querySelector('{css}')?.innerText.includes({})", json!(words))).await;
}

async fn gone(window: &Window, css: &str) {
    window.until(&format!("!document.querySelector('{css}')")).await;
}

/// Waits until the engine's list makes this hold, `list` being its answer.
async fn until_kept(window: &Window, holds: &str) {
    let script = format!(
        "const done = arguments[0];
         const look = async () => {{
           const list = await window.__TAURI_INTERNALS__.invoke('models_list', {{ request: {{}} }});
           const of = (id) => list.models.find((one) => one.id === id);
           ({holds}) ? done(true) : setTimeout(look, 25);
         }};
         look()"
    );
    if let Err(error) = window.page.execute_async(&script, Vec::new()).await {
        panic!("never: {holds}: {error}\n{}", all(window).await);
    }
}

/// Opens a list of few and chooses one of them with the mouse.
async fn pick(window: &Window, css: &str, words: &str) {
    window.click(css).await;
    let path = format!("//*[@role='option'][normalize-space()='{words}']");
    let option = window.page.wait().for_element(Locator::XPath(&path)).await.expect("the choice");
    option.click().await.expect("it is chosen");
}

/// Puts a text in the place of what stands in a field.
async fn fill(window: &Window, css: &str, text: &str) {
    window.write(css, &(Key::Control + "a")).await;
    window.write(css, text).await;
}

#[tokio::test]
async fn many_are_hidden_at_once_and_taken_back_and_a_name_and_a_price_hold() {
    let keychain = RealKeychain::start();
    let home = Home::make();
    let models = ["gpt-4o", "gpt-4o-mini", "of-next-year", "mystery"];
    let (window, _server, _key) = managing(&home, &keychain, &models).await;

    // All of them at once, seen as hidden, and back again.
    window.click("[data-testid=models-mark]").await;
    window.click("[data-testid=bulk-all]").await;
    says(&window, "[data-testid=bulk-count]", "4 models marked").await;
    window.picture("manage-marked-light-1280").await;
    window.click("[data-testid=bulk-hide]").await;
    says(&window, "[data-testid=list-empty]", "Every model is hidden").await;
    until_kept(&window, "list.models.every((one) => one.hidden)").await;
    window.click("[data-testid=undo]").await;
    window.text(&row("openai/gpt-4o")).await;
    until_kept(&window, "list.models.every((one) => !one.hidden)").await;

    // One by one with the mouse: hidden ones wait in a list of their own and can be shown again.
    window.click(&row("openai/mystery")).await;
    window.click(&row("openai/of-next-year")).await;
    says(&window, "[data-testid=bulk-count]", "2 models marked").await;
    window.click(&row("openai/of-next-year")).await;
    window.click("[data-testid=bulk-hide]").await;
    gone(&window, &row("openai/mystery")).await;
    window.click("[data-testid=bulk-end]").await;
    window.click("[data-testid=list-hidden]").await;
    window.click(&row("openai/mystery")).await;
    window.click("[data-testid=model-hide]").await;
    until_kept(&window, "!of('openai/mystery').hidden").await;

    rename(&window).await;
    price(&window).await;
    pictures(&window, "manage-sheet").await;
    window.close().await;
}

/// The writer's own name is shown in the list and taken away by an empty one.
async fn rename(window: &Window) {
    window.click("[data-testid=list-all]").await;
    window.click(&row("openai/gpt-4o")).await;
    window.click("[data-testid=part-name]").await;
    window.write("[data-testid=own-name]", "Editor 小 & co").await;
    window.click("[data-testid=own-name-save]").await;
    says(window, "[data-testid=model-list]", "Editor 小 & co").await;
    let named = model(window, "openai/gpt-4o").await;
    assert_eq!((&named["name"], &named["own_name"]), (&json!("Editor 小 & co"), &json!("Editor 小 & co")));
    fill(window, "[data-testid=own-name]", &Key::Backspace.to_string()).await;
    window.click("[data-testid=own-name-save]").await;
    until_kept(window, "of('openai/gpt-4o').own_name === null").await;
}

/// A price that cannot be is told, one that may be a slip is asked about, and only then is it used.
async fn price(window: &Window) {
    let before = model(window, "openai/gpt-4o").await;
    assert_eq!(before["price_source"], "book");
    says(window, "[data-testid=detail-price-note]", "From the price book").await;
    window.click("[data-testid=part-price]").await;
    fill(window, "[data-testid=own-price-input]", "1,000").await;
    window.click("[data-testid=own-price-save]").await;
    says(window, "[data-testid=own-price]", "without a mark for the thousands").await;
    pick(window, "[data-testid=own-price-unit]", "a thousand tokens").await;
    says(window, "[data-testid=own-price-unit]", "a thousand tokens").await;
    fill(window, "[data-testid=own-price-input]", "2,5").await;
    fill(window, "[data-testid=own-price-output]", "10").await;
    says(window, "[data-testid=own-price-sum]", "$2,500 read and $10,000 written").await;
    window.click("[data-testid=own-price-save]").await;
    says(window, "[data-testid=own-price-question]", "$10,000").await;
    window.picture("manage-question-light-1280").await;
    let asked = model(window, "openai/gpt-4o").await;
    assert_eq!(asked["price"], before["price"], "asked, not taken");
    window.click("[data-testid=own-price-no]").await;
    fill(window, "[data-testid=own-price-input]", ".0025").await;
    fill(window, "[data-testid=own-price-output]", "1.5").await;
    window.click("[data-testid=own-price-save]").await;
    window.click("[data-testid=own-price-yes]").await;
    gone(window, "[data-testid=own-price]").await;
    let own = model(window, "openai/gpt-4o").await;
    assert_eq!((&own["price_source"], &own["price"]["input"]), (&json!("own"), &json!("2.5")));
    assert_eq!(own["price"]["output"], "1500");
    says(window, "[data-testid=detail-price-note]", "You set this price").await;
    window.click("[data-testid=part-price]").await;
    window.click("[data-testid=own-price-clear]").await;
    until_kept(window, "of('openai/gpt-4o').price_source === 'book'").await;
    says(window, "[data-testid=detail-price-note]", "From the price book").await;
}

#[tokio::test]
async fn what_came_is_new_until_it_is_seen_and_what_went_is_replaced_everywhere() {
    let keychain = RealKeychain::start();
    let home = Home::make();
    let (window, server, _key) = managing(&home, &keychain, &["old", "leaving"]).await;
    // Leaving the page for the first time: from now on there is something to compare with.
    window.click("[data-testid=rail-usage]").await;
    until_kept(&window, "list.visited_at !== null").await;
    call(&window, "models_default", json!({ "model": "openai/leaving" })).await;
    call(&window, "collections_create", json!({ "name": "Prose" })).await;
    call(&window, "collections_add", json!({ "name": "Prose", "models": ["openai/leaving"] })).await;
    call(&window, "models_feature_default", json!({ "feature": "prose", "model": "openai/leaving" })).await;
    window.click("[data-testid=rail-models]").await;

    progress(&window, &server).await;
    list(&server, &["old", "fresh"]);
    window.click("[data-testid=models-refresh]").await;
    says(&window, "[data-testid=list-new]", "1").await;
    window.click("[data-testid=list-gone]").await;
    window.click(&row("openai/leaving")).await;
    says(&window, "[data-testid=model-sheet]", "lists it no more since").await;
    window.picture("manage-gone-light-1280").await;
    window.click("[data-testid=model-replace]").await;
    says(&window, "[data-testid=selector]", "What takes the place of leaving, everywhere?").await;
    window.write("[data-testid=selector] [data-testid=model-search]", &format!("old{}", Key::Enter)).await;
    let told = window.text("[data-testid=replaced]").await;
    assert_eq!(told, "old took its place: in 1 collection, for 1 kind of work, and as your default model.");
    let list = all(&window).await;
    assert_eq!(list["default_model"], "openai/old");
    assert_eq!(list["collections"][0]["models"][0]["id"], "openai/old");
    assert_eq!(list["feature_defaults"][0]["model"], "openai/old");

    // Forgetting waits ten seconds; taken back, it never happened.
    window.click("[data-testid=model-forget]").await;
    window.text("[data-testid=list-empty]").await;
    window.click("[data-testid=undo]").await;
    window.text(&row("openai/leaving")).await;
    model(&window, "openai/leaving").await;

    window.click("[data-testid=list-new]").await;
    says(&window, "[data-testid=model-list]", "fresh").await;
    window.click("[data-testid=models-seen]").await;
    gone(&window, "[data-testid=list-new]").await;
    until_kept(&window, "!of('openai/fresh').is_new").await;
    window.close().await;
}

/// Who is being asked is told while it lasts, and afterwards who did not answer; the list stays.
async fn progress(window: &Window, server: &SimulatedProvider) {
    server.next(Call::Models, Behaviour::Slow);
    window.click("[data-testid=models-refresh]").await;
    says(window, "[data-testid=refresh-progress]", "Asking OpenAI. 0 of 1 answered.").await;
    server.release();
    says(window, "[data-testid=refresh-done]", "1 list is up to date.").await;
    server.next(Call::Models, Behaviour::Html);
    window.click("[data-testid=models-refresh]").await;
    says(window, "[data-testid=refresh-silent]", "No list came from OpenAI.").await;
    says(window, "[data-testid=source-openai]", "from just now").await;
    window.text(&row("openai/old")).await;
    window.picture("manage-silent-light-1280").await;
}

#[tokio::test]
async fn models_are_typed_by_hand_put_in_order_and_given_work() {
    let keychain = RealKeychain::start();
    let home = Home::make();
    let (window, server, _key) = managing(&home, &keychain, &["a", "b", "c", "d"]).await;

    window.click("[data-testid=models-add]").await;
    window.write("[data-testid=add-id]", "hf.co/maker/odd name:v2 小").await;
    window.click("[data-testid=add-save]").await;
    says(&window, "[data-testid=model-sheet]", "openai/hf.co/maker/odd name:v2 小").await;
    let odd = model(&window, "openai/hf.co/maker/odd name:v2 小").await;
    assert_eq!((&odd["added_by_hand"], &odd["available"]), (&json!(true), &json!(true)));

    // By keys, where the list of the connection is open.
    let order = |ids: &[&str]| {
        let wanted = json!(ids.iter().map(|id| format!("openai/{id}")).collect::<Vec<_>>());
        format!("JSON.stringify(list.models.slice(0, {}).map((one) => one.id)) === '{wanted}'", ids.len())
    };
    let shown = |ids: &[&str]| {
        let wanted = json!(ids.iter().map(|id| format!("openai/{id}")).collect::<Vec<_>>());
        format!(
            "JSON.stringify([...document.querySelectorAll('[data-testid=model-row]')].slice(0, {}).map((one) => one.dataset.model)) === '{wanted}'",
            ids.len()
        )
    };
    window.click(&row("openai/c")).await;
    window.write("[data-testid=model-search]", &(Key::Alt + &Key::Up.to_string())).await;
    until_kept(&window, &order(&["a", "c", "b", "d"])).await;
    window.until(&shown(&["a", "c", "b", "d"])).await;
    // By the mouse.
    drag(&window, &row("openai/d"), &row("openai/a")).await;
    until_kept(&window, &order(&["d", "a", "c", "b"])).await;
    window.until(&shown(&["d", "a", "c", "b"])).await;
    assert!(
        window.text("[data-testid=model-sheet] h2").await == "c",
        "a drag opens no other model than the one that was open"
    );
    // By buttons, and back to the provider's order.
    window.click("[data-testid=part-place]").await;
    window.click("[data-testid=place-down]").await;
    until_kept(&window, &order(&["d", "a", "b", "c"])).await;
    window.click("[data-testid=place-back]").await;
    until_kept(&window, &order(&["a", "b", "c", "d"])).await;

    window.click("[data-testid=list-defaults]").await;
    says(&window, "[data-testid=default-models]", "nobody answers").await;
    window.click("[data-testid=default-summarise]").await;
    window
        .write("[data-testid=selector] [data-testid=model-search]", &format!("odd name{}", Key::Enter))
        .await;
    until_kept(&window, "list.feature_defaults.length === 1").await;
    let list = all(&window).await;
    assert_eq!(
        list["feature_defaults"][0],
        json!({ "feature": "summarise", "model": "openai/hf.co/maker/odd name:v2 小" })
    );
    pictures(&window, "manage-defaults").await;
    window.click("[data-testid=default-summarise-clear]").await;
    until_kept(&window, "list.feature_defaults.length === 0").await;
    server.forget_requests();
    window.close().await;
}

#[tokio::test]
async fn adult_mode_waits_for_its_warning_and_a_tag_of_the_writers_says_so() {
    let keychain = RealKeychain::start();
    let home = Home::make();
    let (window, _server, _key) = managing(&home, &keychain, &["quill"]).await;
    window.click("[data-testid=list-guidance]").await;
    says(&window, "[data-testid=moderation-openai]", "as of 21 Nov 2026").await;
    says(&window, "[data-testid=moderation-openai]", "you use it").await;
    says(&window, "[data-testid=moderation-unknown]", "Groq").await;
    says(&window, "[data-testid=refusals]", "Nothing has been counted yet.").await;
    pictures(&window, "guidance").await;

    window.click("[data-testid=adult-switch]").await;
    says(&window, "[data-testid=adult-warning]", "of full age").await;
    window.click("[data-testid=adult-refuse]").await;
    gone(&window, "[data-testid=adult-warning]").await;
    assert_eq!(all(&window).await["adult_mode"], false, "refused");
    window.click("[data-testid=adult-switch]").await;
    window.click("[data-testid=adult-accept]").await;
    until_kept(&window, "list.adult_mode").await;

    window.click("[data-testid=rail-models]").await;
    window.click(&row("openai/quill")).await;
    window.click("[data-testid=part-content]").await;
    pick(&window, "[data-testid=own-tag]", "for adults too").await;
    until_kept(&window, "of('openai/quill').content.tag === 'adult-capable'").await;
    says(&window, "[data-testid=model-detail]", "for adults too").await;

    // Off needs no question, and then no more is said than that nobody filters.
    window.click("[data-testid=to-guidance]").await;
    window.click("[data-testid=adult-switch]").await;
    until_kept(&window, "!list.adult_mode").await;
    window.click("[data-testid=rail-models]").await;
    window.click(&row("openai/quill")).await;
    says(&window, "[data-testid=model-detail]", "unfiltered").await;
    let shown = window.text("[data-testid=model-detail]").await;
    assert!(!shown.contains("adults"), "{shown}");
    window.close().await;
}

/// Carries the row of one model to the top edge of another one's.
async fn drag(window: &Window, from: &str, to: &str) {
    let place = async |css: &str, part: f64| {
        let script = format!(
            "const box = document.querySelector('{css}').getBoundingClientRect(); return [box.x + 160, box.y + box.height * {part}]"
        );
        let place = window.run(&script).await;
        (place[0].as_f64().expect("x"), place[1].as_f64().expect("y"))
    };
    let start = place(from, 0.5).await;
    let end = place(to, 0.2).await;
    let step = |(x, y): (f64, f64)| PointerAction::MoveTo { duration: Some(Duration::from_millis(60)), x, y };
    let mouse = |action| MouseActions::new("mouse".into()).then(action);
    let acts = [
        step(start),
        PointerAction::Down { button: MOUSE_BUTTON_LEFT },
        step((start.0, start.1 - 20.0)),
        step(end),
    ];
    for act in acts {
        window.page.perform_actions(mouse(act)).await.expect("the mouse");
    }
    window.text("[data-testid=drop-line]").await;
    window.picture("manage-drag-light-1280").await;
    window
        .page
        .perform_actions(mouse(PointerAction::Up { button: MOUSE_BUTTON_LEFT }))
        .await
        .expect("let go");
    gone(window, "[data-testid=drop-line]").await;
}

/// What is open, in both sizes; nothing hangs over the edge.
async fn pictures(window: &Window, name: &str) {
    for (width, height) in [NARROW, WIDE] {
        window.resize(width, height).await;
        window.until(&format!("window.innerWidth === {width}")).await;
        window.picture(&format!("{name}-light-{width}")).await;
        let over = "return document.documentElement.scrollWidth - window.innerWidth";
        assert!(window.run(over).await.as_i64().expect("a number") <= 0, "it hangs over the edge at {width}");
    }
}
