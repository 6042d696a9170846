//! Money in the real window: the page, its drawing, its export and the command line say the same sum; a budget is set,
//! seen in the top line, and stops the next request in the other face.

use crate::driver::{Home, PROGRAM, Window};
use fantoccini::key::Key;
use inkhorn_testkit::{
    Answer, Canary, Persona, Program, RealKeychain, ScratchProfile, SimulatedModel, SimulatedProvider,
    TokenUsage,
};
use serde_json::Value;

/// With the price of gpt-4o, 2.50 and 10 per million: 0.25 + 0.10 = 0.35 dollars.
const USED: TokenUsage = TokenUsage::Exactly {
    input: 100_000,
    cache_read: 0,
    cache_write: 0,
    output: 10_000,
    reasoning: 0,
    cost: None,
};
const SIZES: [(u32, u32); 2] = [(1280, 860), (380, 860)];

/// A profile that the window and the command line share.
struct Shared {
    home: Home,
    profile: ScratchProfile,
    keychain: RealKeychain,
    key: Canary,
}

impl Shared {
    fn make() -> Self {
        Self {
            home: Home::make(),
            profile: ScratchProfile::make(),
            keychain: RealKeychain::start(),
            key: Canary::key_of(Persona::OpenAi),
        }
    }

    fn terminal(&self) -> Program {
        Program::on(&self.profile).with_keychain(&self.keychain)
    }

    fn json(&self, line: &[&str]) -> Value {
        self.terminal().run(&[line, &["--json"]].concat()).expect_success().json()
    }

    async fn window(&self) -> Window {
        let data = self.profile.data_dir();
        let mut variables: Vec<(String, String)> =
            self.keychain.variables().into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        variables.push(("INKHORN_DATA_DIR".into(), data.display().to_string()));
        let variables: Vec<(&str, &str)> =
            variables.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        Window::open_program(PROGRAM, &self.home, &variables).await
    }
}

#[tokio::test]
async fn the_page_says_what_the_command_line_says_and_a_budget_holds_in_both() {
    let shared = Shared::make();
    let provider = SimulatedProvider::start_with_key(Persona::OpenAi, shared.key.text());
    provider.set_models(["gpt-4o", "gpt-4o-mini", "of-next-year"].map(SimulatedModel::chat).into());
    let base_url = provider.base_url();
    let add = ["connections", "add", "--provider", "openai", "--base-url", &base_url, "--key-stdin"];
    shared.terminal().run_with_input(&add, shared.key.text().as_bytes()).expect_success();
    provider.answer_with(Answer::text("Yes.").with_usage(USED));
    for model in ["openai/gpt-4o", "openai/gpt-4o", "openai/gpt-4o-mini", "openai/of-next-year"] {
        shared.terminal().run(&["chat", "--model", model, "Go on"]).expect_success();
    }
    let told = shared.json(&["usage", "--by", "day"]);
    let total = &told["total"];
    // 2 x 0.35, and 100,000 x 0.15 + 10,000 x 0.60 per million
    assert_eq!(
        (&total["cost"], &total["requests"], &total["unpriced_requests"]),
        (&"0.721".into(), &4.into(), &1.into())
    );

    let window = shared.window().await;
    window.resize(SIZES[0].0, SIZES[0].1).await;
    window.click("[data-testid=rail-usage]").await;
    let sentence = window.text("[data-testid=usage-sentence]").await;
    assert!(sentence.starts_with("You have spent $0.72 this month, mostly on "), "{sentence}");
    assert!(sentence.ends_with("The cost of 1 more request is unknown."), "{sentence}");
    assert!(window.text("[data-testid=usage-total]").await.starts_with("$0.72"));
    assert_eq!(window.text("[data-testid=usage-total-requests]").await, "4");

    // The drawing's marks, the table beneath and the command line: the same number for the same day.
    let drawn = window
        .run("return [...document.querySelectorAll('[data-testid=usage-chart] .mark')].map((mark) => mark.dataset.value).filter((value) => value !== '0')")
        .await;
    assert_eq!(drawn, serde_json::json!([told["rows"][0]["cost"]]));
    window.click("[data-testid=usage-columns-open]").await;
    window.text("[data-testid=usage-columns]").await;
    let beneath = window
        .run("return document.querySelector('[data-testid=usage-columns] td[data-value]').dataset.value")
        .await;
    assert_eq!(beneath, told["rows"][0]["cost"]);
    // Pointing is not needed: the keyboard says the value too.
    window.run("document.querySelector('[data-testid=usage-chart] .mark').focus(); return null").await;
    window.press("\u{e010}").await;
    let says = window.text("[data-testid=usage-chart-says]").await;
    assert!(
        says.contains("$0.72 (openai/gpt-4o $0.70, openai/gpt-4o-mini $0.02), + 1 request of unknown cost"),
        "{says}"
    );

    export(&window, &shared).await;
    budget(&window, &shared, &provider).await;
    window.close().await;
    pictures(&shared).await;
    shared.profile.assert_clean(&[&shared.key]);
}

#[tokio::test]
async fn old_requests_go_after_a_question_and_their_sums_stay() {
    let shared = Shared::make();
    let provider = SimulatedProvider::start_with_key(Persona::OpenAi, shared.key.text());
    provider.set_models(["gpt-4o"].map(SimulatedModel::chat).into());
    let base_url = provider.base_url();
    let add = ["connections", "add", "--provider", "openai", "--base-url", &base_url, "--key-stdin"];
    shared.terminal().run_with_input(&add, shared.key.text().as_bytes()).expect_success();
    provider.answer_with(Answer::text("Yes.").with_usage(USED));
    let chat = || shared.terminal().run(&["chat", "--model", "openai/gpt-4o", "Go on"]).expect_success();
    (0..3).for_each(|_| drop(chat()));
    age(&shared.profile.data_dir(), 400);
    chat();
    let before = shared.json(&["usage"]);
    let rows = |usage: &Value| usage["rows"].as_array().expect("rows").len();
    assert_eq!((rows(&before), &before["total"]["cost"]), (4, &"1.4".into()));

    let window = shared.window().await;
    window.resize(SIZES[0].0, SIZES[0].1).await;
    window.click("[data-testid=rail-usage]").await;
    window.click("[data-testid=kept-remove]").await;
    window
        .until("document.querySelector('[data-testid=kept-told]')?.innerText.startsWith('3 requests, from ')")
        .await;
    assert_eq!(rows(&shared.json(&["usage"])), 4, "asking removes nothing");
    window.picture("spending-kept").await;
    window.click("[data-testid=kept-yes]").await;
    window
        .until("document.querySelector('[data-testid=kept-done]')?.innerText.startsWith('3 requests were removed.')")
        .await;
    let after = shared.json(&["usage"]);
    assert_eq!((rows(&after), &after["total"]), (1, &before["total"]));

    // From now on: nothing is that old, so there is nothing to lose by a yes.
    window.click("[data-testid=kept-span]").await;
    window.until("[...document.querySelectorAll('[role=option]')].some((one) => one.innerText.trim() === '3 months')").await;
    window
        .run("[...document.querySelectorAll('[role=option]')].find((one) => one.innerText.trim() === '3 months').id = 'quarter'; return null")
        .await;
    window.click("#quarter").await;
    window.until("document.querySelector('[data-testid=kept-told]')?.innerText.startsWith('No request is that old.')").await;
    window.click("[data-testid=kept-yes]").await;
    window.until("document.querySelector('[data-testid=kept-span]').innerText.trim() === '3 months' && !document.querySelector('[data-testid=kept-dialog]')").await;
    window.close().await;
    assert_eq!(shared.json(&["settings", "list"])["usage_retention"], "3m");
    assert_eq!(rows(&shared.json(&["usage"])), 1);
    shared.profile.assert_clean(&[&shared.key]);
}

/// Makes everything in a usage log older, rows and sums alike.
fn age(folder: &std::path::Path, days: i64) {
    let db = rusqlite::Connection::open(folder.join("usage.db")).expect("the log");
    let sql = format!(
        "UPDATE usage SET id = id - ({days} * 86400000 << 20); UPDATE usage_day SET id = id - ({days} << 32);"
    );
    db.execute_batch(&sql).expect("an older log");
}

/// The file holds what the page shows, to the last digit.
async fn export(window: &Window, shared: &Shared) {
    let folder = shared.profile.root().join("exports");
    std::fs::create_dir(&folder).expect("a folder");
    window.click("[data-testid=usage-export-open]").await;
    window.write("[data-testid=usage-export-folder]", &folder.display().to_string()).await;
    for (form, ending) in [("csv", "csv"), ("png", "png")] {
        window.click(&format!("[data-testid=usage-export-{form}]")).await;
        window.click("[data-testid=usage-export-save]").await;
        window
            .until(&format!(
                "document.querySelector('[data-testid=usage-export-done]')?.innerText.includes('.{ending}')"
            ))
            .await;
    }
    // Read from the page: the driver finds no words in what lies below the edge of the question.
    let done = window.run("return document.querySelector('[data-testid=usage-export-done]').innerText").await;
    let done = done.as_str().expect("words");
    assert!(done.contains("It holds 4 requests and $0.72."), "{done}");
    window.press("\u{e00c}").await;
    let mut files: Vec<_> =
        std::fs::read_dir(&folder).expect("the folder").map(|file| file.expect("a file").path()).collect();
    files.sort();
    let [csv, png] = files.as_slice() else { panic!("two files: {files:?}") };
    assert!(std::fs::read(png).expect("a picture").starts_with(b"\x89PNG"));
    let text = std::fs::read_to_string(csv).expect("a table");
    assert_eq!(text, shared.terminal().run(&["usage", "--export", "csv"]).expect_success().text());
}

/// Set in the window, seen in its top line, kept by the command line, and let through once.
async fn budget(window: &Window, shared: &Shared, provider: &SimulatedProvider) {
    window.click("[data-testid=budget-add]").await;
    window.write("[data-testid=budget-limit]", "0.75").await;
    window.click("[data-testid=budget-save]").await;
    window.until("document.querySelector('[data-testid=budget-left]')?.innerText === '$0.03 left'").await;
    window.until("document.querySelector('[data-testid=fact-budget]')?.innerText === 'of $0.75'").await;
    window.until("document.querySelector('[data-testid=usage-sentence]').innerText.includes('; $0.03 left in the budget.')").await;
    provider.forget_requests();
    let chat = ["chat", "--model", "openai/gpt-4o", "--max-tokens", "10000", "Go on", "--json"];
    let refused = shared.terminal().run(&chat);
    assert_eq!(refused.error_code().as_deref(), Some("over_budget"), "{}", refused.text());
    assert_eq!(provider.requests().len(), 0, "nothing was sent");
    allow_once(window, provider).await;
}

/// On the Desk an answer is cut to what is left. When nothing is, the next text is refused and says why; one is let
/// through where the writer says so, and only one.
async fn allow_once(window: &Window, provider: &SimulatedProvider) {
    window.click("[data-testid=rail-desk]").await;
    window.text("[data-testid=composer]").await;
    window.press(&(Key::Control + "k")).await;
    window.write("[data-testid=model-search]", "gpt-4o-mini").await;
    window.until("document.querySelectorAll('[data-testid=model-row]').length === 1").await;
    window.press(&Key::Enter.to_string()).await;
    window.until("!document.querySelector('[data-testid=selector]')").await;
    let answers = "document.querySelectorAll('[data-testid=turn-answer][data-state=done]').length";
    let refused = "[...document.querySelectorAll('[data-testid=turn-answer]')].at(-1)\
        ?.querySelector('[data-testid=fault][data-code=over_budget]')";
    for (before, text) in ["Go on", "And on"].into_iter().enumerate() {
        window.write("[data-testid=composer]", &format!("{text}{}", Key::Enter)).await;
        window.until(&format!("{answers} === {}", before + 1)).await;
    }
    window.write("[data-testid=composer]", &format!("And still on{}", Key::Enter)).await;
    window.until(refused).await;
    assert_eq!(provider.chats().len(), 2, "the third text went nowhere");
    let told = window.run(&format!("return {refused}.innerText")).await;
    assert!(
        told.as_str().is_some_and(|told| told
            .contains("The budget \u{201c}Everything, each month\u{201d} has no room")
            && told.contains("of $0.75 is left")),
        "{told}"
    );
    window.click("[data-testid=allow-once]").await;
    window.until(&format!("{answers} === 3")).await;
    assert_eq!(provider.chats().len(), 3, "it was let through");
    let rule = "[...document.querySelectorAll('[data-testid=answer-rule]')].at(-1)?.innerText";
    window.until(&format!("{rule} === 'as before on the page'")).await;
    window.write("[data-testid=composer]", &format!("Once more{}", Key::Enter)).await;
    window.until(refused).await;
    assert_eq!(provider.chats().len(), 3, "only once");
    window.picture("spending-refused-light-1280").await;
}

/// For eyes: light and dark, wide and narrow, the whole of the page.
async fn pictures(shared: &Shared) {
    for look in ["light", "dark"] {
        let folder = shared.home.data().join("app.inkhorn.desktop");
        std::fs::create_dir_all(&folder).expect("the folder of preferences");
        std::fs::write(folder.join("page.json"), format!(r#"{{"look":"{look}"}}"#)).expect("the preferences");
        let window = shared.window().await;
        for (width, height) in SIZES {
            window.resize(width, height).await;
            window.click("[data-testid=rail-usage]").await;
            window.text("[data-testid=usage-chart] svg").await;
            for part in ["usage-sentence", "usage-table", "usage-week", "usage-times"] {
                let show = format!(
                    "document.querySelector('[data-testid={part}]').scrollIntoView({{ block: 'center' }}); return null"
                );
                window.run(&show).await;
                window.picture(&format!("spending-{part}-{look}-{width}")).await;
            }
            let over = window.run("return document.documentElement.scrollWidth - window.innerWidth").await;
            assert!(
                over.as_i64().is_some_and(|over| over <= 0),
                "it hangs {over} px over the edge at {width}"
            );
        }
        window.close().await;
    }
}
