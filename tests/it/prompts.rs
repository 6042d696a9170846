//! Prompts and assistants in the real window: made, filled, sent exactly as they were filled, chosen by hand and by Auto;
//! and the line that says which rule picked the model, for each rule. The provider is simulated.

use crate::driver::{Home, Window};
use crate::models::{call, connect, open};
use crate::workspace::root;
use fantoccini::key::Key;
use inkhorn_testkit::{
    Answer, Behaviour, Call, Canary, Evidence, Persona, RealKeychain, SimulatedModel, SimulatedProvider,
    assert_clean, catalogue_of,
};
use serde_json::{Value, json};

const WIDE: (u32, u32) = (1280, 860);
const NARROW: (u32, u32) = (380, 860);
const ANSWERED: &str = "The lamp went out, and nobody came down the stairs.";

/// An answer that has come in whole.
const COMPLETE: &str = "[data-testid=turn-answer][data-state=done]";

/// A window with one connection of the cloud, whose models' prices are known.
struct Desk {
    window: Window,
    provider: SimulatedProvider,
    key: Canary,
    home: Home,
    _keychain: RealKeychain,
}

impl Desk {
    async fn open() -> Self {
        let (keychain, home) = (RealKeychain::start(), Home::make());
        let key = Canary::key_of(Persona::OpenAi);
        let provider = SimulatedProvider::start_with_key(Persona::OpenAi, key.text());
        provider.set_models(["gpt-4o", "gpt-4o-mini", "gpt-3.5-turbo"].map(SimulatedModel::chat).into());
        provider.answer_with(Answer::text(ANSWERED));
        let window = open(&home, &keychain).await;
        window.resize(WIDE.0, WIDE.1).await;
        window.until("document.querySelector('[data-testid=start]')").await;
        connect(&window, "openai", &provider, Some(key.text())).await;
        window.text("[data-testid=composer]").await;
        Self { window, provider, key, home, _keychain: keychain }
    }

    /// Writes a text and sends it, and brings what the provider got once the answer is whole.
    async fn send(&self, text: &str) -> Value {
        let (chats, answers) = (self.provider.chats().len(), self.answers().await);
        self.window.write("[data-testid=composer]", &format!("{text}{}", Key::Enter)).await;
        self.window.until(&format!("document.querySelectorAll('{COMPLETE}').length > {answers}")).await;
        self.provider.wait_for_chats(chats + 1).last().expect("it came").json()
    }

    async fn answers(&self) -> u64 {
        let count = self.window.run(&format!("return document.querySelectorAll('{COMPLETE}').length")).await;
        count.as_u64().expect("a number")
    }

    /// Waits until the line under the composer says this.
    async fn until_rule(&self, told: &str) {
        let told = json!(told);
        self.window
            .until(&format!("document.querySelector('[data-testid=rule]')?.innerText === {told}"))
            .await;
    }

    /// Waits until the line under the newest answer names this rule.
    async fn until_answer_rule(&self, told: &str) {
        let told = json!(told);
        self.window
            .until(&format!(
                "[...document.querySelectorAll('[data-testid=answer-rule]')].at(-1)?.innerText === {told}"
            ))
            .await;
    }

    async fn new_page(&self) {
        self.window.click("[data-testid=desk-new]").await;
        self.window.text("[data-testid=desk-empty]").await;
    }

    async fn choose_model(&self, typed: &str) {
        self.window.write("[data-testid=model-search]", typed).await;
        self.window.until("document.querySelectorAll('[data-testid=model-row]').length === 1").await;
        self.window.press(&Key::Enter.to_string()).await;
        self.window.until("!document.querySelector('[data-testid=selector]')").await;
    }
}

/// A text of several lines as it is typed.
fn typed(text: &str) -> String {
    text.replace('\n', &Key::Enter.to_string())
}

/// Waits until these words stand in a part of the page.
async fn until_in(window: &Window, part: &str, words: &str) {
    let words = json!(words);
    window
        .until(&format!("document.querySelector('[data-testid={part}]')?.innerText.includes({words})"))
        .await;
}

/// One of the few in an open list, so many steps below the one that is marked.
async fn choose_below(window: &Window, css: &str, steps: usize) {
    window.click(css).await;
    window.until("document.querySelector('[role=option][data-highlighted]')").await;
    window.press(&format!("{}{}", Key::Down.to_string().repeat(steps), Key::Enter)).await;
    window.until("!document.querySelector('[role=option]')").await;
}

#[tokio::test]
async fn a_prompt_is_made_filled_and_sent_exactly_as_it_was_filled_to_its_own_model() {
    let desk = Desk::open().await;
    let window = &desk.window;
    window.click("[data-testid=to-prompts]").await;
    assert!(window.text("[data-testid=prompts-empty]").await.contains("with blanks in it"));
    window.click("[data-testid=prompt-new]").await;
    window.write("[data-testid=prompt-name]", "Go on as she would").await;
    let text =
        "Here is a passage:\n\n{{passage}}\n\nGo on for {{length}}, as {{who}} would. Keep \\{{this}}.";
    window.write("[data-testid=prompt-text]", &typed(text)).await;

    window.click("[data-testid=blank-passage] summary").await;
    choose_below(window, "[data-testid=blank-passage] [data-testid=blank-kind]", 1).await;
    window.write("[data-testid=blank-passage] [data-testid=blank-label]", "The passage so far").await;
    window.click("[data-testid=blank-length] summary").await;
    choose_below(window, "[data-testid=blank-length] [data-testid=blank-kind]", 2).await;
    window
        .write("[data-testid=blank-length] [data-testid=blank-choices]", &typed("a page\nthree pages"))
        .await;
    window.write("[data-testid=blank-length] [data-testid=blank-default]", "a page").await;
    window.click("[data-testid=prompt-model]").await;
    desk.choose_model("mini").await;
    window.picture("prompt-form-light-1280").await;
    window.click("[data-testid=prompt-save]").await;
    window.until("/prompts\\/(?!new)./.test(location.hash)").await;
    window.click("[data-testid=prompt-use]").await;

    // What is missing is told, and nothing goes out.
    window.click("[data-testid=fill-send]").await;
    window
        .until("document.querySelectorAll('[data-testid=fill-form] [aria-invalid=true]').length === 2")
        .await;
    assert_eq!(desk.provider.chats().len(), 0);
    let passage = "\u{201c}The lamp {{who}} burned.\u{201d}\nShe waited, and {{length}} waited.";
    window.write("[data-testid=fill-passage]", &typed(passage)).await;
    choose_below(window, "[data-testid=fill-length]", 1).await;
    window.write("[data-testid=fill-who]", "her aunt").await;
    let filled = format!(
        "Here is a passage:\n\n{passage}\n\nGo on for three pages, as her aunt would. Keep {{{{this}}}}."
    );
    let expected = json!(filled);
    window
        .until(&format!("document.querySelector('[data-testid=fill-preview]').textContent === {expected}"))
        .await;
    window.picture("prompt-fill-light-1280").await;
    window.click("[data-testid=fill-send]").await;
    window.text(COMPLETE).await;
    let sent = desk.provider.wait_for_chats(1).remove(0).json();
    assert_eq!(sent["model"], "gpt-4o-mini", "its own model: {sent}");
    assert_eq!(sent["messages"], json!([{ "role": "user", "content": filled }]));
    desk.until_answer_rule("the prompt's model").await;
    window.until("!document.querySelector('[data-testid=composer-prompt]')").await;

    // A prompt that is deleted by mistake is taken back, and is there after the ten seconds that it had.
    window.click("[data-testid=to-prompts]").await;
    window.click("[data-testid=prompt-open]").await;
    window.click("[data-testid=prompt-delete]").await;
    window.until("!document.querySelector('[data-testid=prompts-list] li')").await;
    window.click("[data-testid=undo]").await;
    window.text("[data-testid=prompts-list] li").await;
    window.resize(NARROW.0, NARROW.1).await;
    window.picture("prompts-light-380").await;
    window.click("[data-testid=prompt-open]").await;
    window.text("[data-testid=prompt-form]").await;
    let over = window.run("return document.documentElement.scrollWidth - window.innerWidth").await;
    assert!(over.as_i64().is_some_and(|over| over <= 0), "it hangs {over} px over the edge");
    desk.window.close().await;
    let texts = [
        Canary::of("the prompt's name", "Go on as she would"),
        Canary::of("the prompt's text", "Here is a passage"),
        Canary::of("what the form asks", "The passage so far"),
        Canary::of("what was filled in", "burned.\u{201d}"),
    ];
    let canaries: Vec<&Canary> = std::iter::once(&desk.key).chain(&texts).collect();
    assert_clean(&Evidence::new().folder(desk.home.root()), &canaries);
}

#[tokio::test]
async fn an_assistant_goes_before_the_text_until_the_writer_chooses_none() {
    let desk = Desk::open().await;
    let window = &desk.window;
    window.click("[data-testid=to-assistants]").await;
    window.until("document.querySelectorAll('[data-testid=assistants-built_in] li').length === 9").await;
    window.click("[data-testid=assistant-new]").await;
    window.write("[data-testid=assistant-name]", "Aunt Wilhelmina").await;
    let instructions = "Answer as an aunt of seventy does, in letters.\nNever sign with a first name.";
    window.write("[data-testid=assistant-instructions]", &typed(instructions)).await;
    window.click("[data-testid=assistant-model]").await;
    desk.choose_model("mini").await;
    window.click("[data-testid=assistant-save]").await;
    window.until("/assistants\\/(?!new)./.test(location.hash)").await;
    until_in(window, "web-search", "Among your connections these can:\nOpenAI: gpt-4o, gpt-4o-mini").await;
    window.picture("assistant-form-light-1280").await;
    window.click("[data-testid=assistant-use]").await;
    desk.until_rule("The model of Aunt Wilhelmina").await;
    until_in(window, "composer-assistant", "Aunt Wilhelmina").await;

    let sent = desk.send("May I come on Sunday?").await;
    assert_eq!(sent["model"], "gpt-4o-mini");
    assert_eq!(sent["messages"][0]["content"], instructions, "{sent}");
    assert!(
        ["system", "developer"].contains(&sent["messages"][0]["role"].as_str().expect("a role")),
        "{sent}"
    );
    assert_eq!(sent["messages"][1], json!({ "role": "user", "content": "May I come on Sunday?" }));
    desk.until_answer_rule("the model of Aunt Wilhelmina").await;
    until_in(window, "answer-assistant", "Aunt Wilhelmina").await;
    // The conversation goes on with it, without being told again; and without it from when the writer says so.
    let sent = desk.send("And on Monday?").await;
    assert_eq!(sent["messages"][0]["content"], instructions, "{sent}");
    window.click("[data-testid=composer-assistant]").await;
    window.click("[data-testid=assistant-item-none]").await;
    window
        .until(
            "document.querySelector('[data-testid=composer-assistant]').innerText.includes('No assistant')",
        )
        .await;
    let sent = desk.send("And in May?").await;
    assert_eq!(sent["messages"][0], json!({ "role": "user", "content": "May I come on Sunday?" }), "{sent}");

    // One that came with Inkhorn is changed, and put back.
    window.click("[data-testid=to-assistants]").await;
    window.click("[data-testid=assistant-code] [data-testid=assistant-open]").await;
    let field = "document.querySelector('[data-testid=assistant-instructions]').value";
    window.until(&format!("{field}.length > 100")).await;
    let came = window.run(&format!("return {field}")).await;
    window.write("[data-testid=assistant-instructions]", " Be brief.").await;
    window.click("[data-testid=assistant-save]").await;
    window.text("[data-testid=assistant-code]").await;
    window
        .until("document.querySelector('[data-testid=assistant-code]').innerText.includes('changed by you')")
        .await;
    window.click("[data-testid=assistant-reset]").await;
    window.until(&format!("{field} === {came}")).await;
    window
        .until("!document.querySelector('[data-testid=assistant-code]').innerText.includes('changed by you')")
        .await;
    desk.window.close().await;
    let text = Canary::of("the instructions", "aunt of seventy");
    assert_clean(&Evidence::new().folder(desk.home.root()), &[&desk.key, &text]);
}

#[tokio::test]
async fn auto_chooses_an_assistant_and_says_what_that_cost_and_why_it_could_not() {
    let desk = Desk::open().await;
    let window = &desk.window;
    call(window, "models_default", json!({ "model": "openai/gpt-4o" })).await;
    desk.until_rule("Your default").await;
    window.click("[data-testid=composer-assistant]").await;
    window.click("[data-testid=assistant-item-auto]").await;
    desk.provider.next(Call::Chat, Behaviour::Answer(Answer::text("5")));
    let sent = desk.send("Please write to the museum that I come on Sunday.").await;
    let chats = desk.provider.chats();
    assert_eq!(chats.len(), 2, "one to choose, one to answer");
    let asked = chats[0].json();
    assert_eq!(asked["model"], "gpt-4o-mini", "the cheaper one chooses: {asked}");
    assert!(asked.to_string().contains("5. E-mail drafting"), "{asked}");
    assert!(
        sent["messages"][0]["content"].as_str().is_some_and(|told| told.len() > 100),
        "its instructions: {sent}"
    );
    let told = "document.querySelector('[data-testid=answer-line]').innerText";
    window
        .until(&format!(
            "{told}.includes('Auto chose E-mail drafting with gpt-4o-mini; that cost less than a cent.')"
        ))
        .await;
    window.picture("desk-auto-light-1280").await;
    // What choosing cost is in the usage, as what it was for.
    let usage = call(window, "usage_dashboard", json!({ "period": { "of": "month" }, "filters": {}, "measure": "requests", "by": "feature", "language": "en", "width": 800 })).await;
    assert!(usage.to_string().contains("assistant-choice"), "{usage}");

    // An answer that names no assistant loses nothing: it is an ordinary conversation, and said to be one.
    desk.provider.next(Call::Chat, Behaviour::Answer(Answer::text("the one with the green door")));
    desk.send("And now?").await;
    window
        .until("[...document.querySelectorAll('[data-testid=answer-line]')].at(-1).innerText.includes('Auto could not choose: gpt-4o-mini named none of them.')")
        .await;
    desk.window.close().await;
}

#[tokio::test]
async fn one_line_says_which_rule_picked_the_model_for_each_rule() {
    let desk = Desk::open().await;
    let window = &desk.window;
    desk.until_rule("No model is chosen yet").await;
    call(window, "models_default", json!({ "model": "openai/gpt-4o" })).await;
    desk.until_rule("Your default").await;
    let sent = desk.send("Begin.").await;
    assert_eq!(sent["model"], "gpt-4o");
    desk.until_answer_rule("your default").await;
    desk.until_rule("As before on this page").await;

    desk.new_page().await;
    desk.until_rule("Used last").await;
    call(window, "models_feature_default", json!({ "feature": "chat", "model": "openai/gpt-4o-mini" })).await;
    desk.until_rule("Your default for chat").await;
    until_in(window, "fact-model", "gpt-4o-mini").await;
    assert_eq!(desk.send("Begin again.").await["model"], "gpt-4o-mini");
    desk.until_answer_rule("your default for chat").await;

    desk.new_page().await;
    window.click("[data-testid=composer-model]").await;
    window.write("[data-testid=model-search]", "gpt-4o").await;
    window.until("document.querySelectorAll('[data-testid=model-row]').length === 2").await;
    window.click("[data-testid=model-row][data-model='openai/gpt-4o']").await;
    desk.until_rule("Chosen by you").await;
    assert_eq!(desk.send("A third.").await["model"], "gpt-4o");
    desk.until_answer_rule("chosen by you").await;
    desk.until_rule("As before on this page").await;

    // A collection, reached as the feature's own.
    call(window, "collections_create", json!({ "name": "Prose" })).await;
    let members = json!({ "name": "Prose", "models": ["openai/gpt-4o", "openai/gpt-4o-mini"] });
    call(window, "collections_add", members).await;
    call(window, "models_feature_default", json!({ "feature": "chat", "model": "Prose" })).await;
    desk.new_page().await;
    desk.until_rule("Your default for chat, from the collection Prose; gpt-4o answers first").await;
    desk.send("A fourth.").await;
    desk.until_answer_rule("your default for chat, from the collection Prose").await;

    // An assistant's own model goes before the feature's, and a prompt's before both.
    let mini = json!("openai/gpt-4o-mini");
    let aunt = json!({ "name": "Aunt", "description": "", "instructions": "Be kind.", "feature": "prose", "model": mini });
    let aunt = call(window, "assistants_save", aunt).await;
    let prompt = json!({ "name": "Where I stopped", "text": "Where did I stop?", "model": "openai/gpt-4o" });
    let prompt = call(window, "prompts_save", prompt).await;
    desk.new_page().await;
    window.click("[data-testid=composer-assistant]").await;
    window.click(&format!("[data-testid='assistant-item-{}']", aunt["id"].as_str().expect("an id"))).await;
    desk.until_rule("The model of Aunt").await;
    window.click("[data-testid=composer-prompts]").await;
    window.click(&format!("[data-testid='pick-{}']", prompt["id"].as_str().expect("an id"))).await;
    window.click("[data-testid=fill-insert]").await;
    desk.until_rule("The model of this prompt").await;
    until_in(window, "composer-prompt", "From the prompt \u{201c}Where I stopped\u{201d}").await;
    window.click("[data-testid=composer-prompt-drop]").await;
    desk.until_rule("Your default for chat, from the collection Prose; gpt-4o answers first").await;
    desk.window.close().await;
}

#[tokio::test]
async fn a_key_of_the_environment_is_named_as_the_rule() {
    let (keychain, home) = (RealKeychain::start(), Home::make());
    let key = Canary::key_of(Persona::OpenAi);
    let provider = SimulatedProvider::start_with_key(Persona::OpenAi, key.text());
    provider.set_models(vec![SimulatedModel::chat("gpt-4o-mini")]);
    provider.answer_with(Answer::text(ANSWERED));
    std::fs::create_dir_all(home.profile()).expect("the profile");
    std::fs::write(home.profile().join("catalogue.json"), catalogue_of([&provider])).expect("the catalogue");
    let variables = keychain.variables();
    let mut variables: Vec<(&str, &str)> =
        variables.iter().map(|(name, value)| (*name, value.as_str())).collect();
    variables.push(("OPENAI_API_KEY", key.text()));
    let window = Window::open_program(crate::driver::PROGRAM, &home, &variables).await;
    window.resize(WIDE.0, WIDE.1).await;
    window.text("main").await;
    call(&window, "settings_set", json!({ "system_fallback": true })).await;
    window.text("[data-testid=composer]").await;
    let told = "document.querySelector('[data-testid=rule]')?.innerText === 'From a key in the environment'";
    window.until(told).await;
    window.write("[data-testid=composer]", &format!("Begin.{}", Key::Enter)).await;
    window.text(COMPLETE).await;
    assert_eq!(window.text("[data-testid=answer-rule]").await, "from a key in the environment");
    window.close().await;
}

#[tokio::test]
async fn prompts_and_assistants_are_reached_and_used_by_keys_alone() {
    let desk = Desk::open().await;
    let window = &desk.window;
    call(window, "models_default", json!({ "model": "openai/gpt-4o" })).await;
    let blank = |name: &str, kind: &str| json!({ "name": name, "kind": kind });
    let letter = json!({ "name": "Letter", "text": "To {{who}}: {{what}}", "variables": [blank("who", "short"), blank("what", "long")] });
    call(window, "prompts_save", json!({ "name": "Names", "text": "Ten names, please." })).await;
    call(window, "prompts_save", letter).await;
    desk.until_rule("Your default").await;
    assert_eq!(findings(window).await, json!([]), "the Desk");

    // A slash opens the picker, typing finds, the arrow chooses, Tab goes through the form.
    window.write("[data-testid=composer]", "/").await;
    window.until("document.activeElement?.dataset.testid === 'picker-search'").await;
    window.until("document.querySelectorAll('[data-testid=prompt-picker] [role=option]').length === 2").await;
    assert_eq!(findings(window).await, json!([]), "the picker");
    window.press("lett").await;
    window.until("document.querySelectorAll('[data-testid=prompt-picker] [role=option]').length === 1").await;
    window.press(&format!("{}{}", Key::Down, Key::Enter)).await;
    window.until("document.activeElement?.dataset.testid === 'fill-who'").await;
    window.press(&format!("the museum{}", Key::Tab)).await;
    window.until("document.activeElement?.dataset.testid === 'fill-what'").await;
    window.press("I come on Sunday.").await;
    window.until("document.querySelector('[data-testid=fill-preview]').textContent === 'To the museum: I come on Sunday.'").await;
    assert_eq!(findings(window).await, json!([]), "the form");
    window.press(&(Key::Control + &Key::Enter.to_string())).await;
    window.text(COMPLETE).await;
    let sent = desk.provider.wait_for_chats(1).remove(0).json();
    assert_eq!(sent["messages"][0]["content"], "To the museum: I come on Sunday.");

    // A second slash is a letter; Esc leaves everything as it was.
    window.until("document.activeElement?.dataset.testid === 'composer'").await;
    window.press("/").await;
    window.until("document.activeElement?.dataset.testid === 'picker-search'").await;
    window.press("/").await;
    window
        .until(
            "document.activeElement?.dataset.testid === 'composer' && document.activeElement.value === '/'",
        )
        .await;
    window.press(&Key::Backspace.to_string()).await;
    window.press("/").await;
    window.until("document.activeElement?.dataset.testid === 'picker-search'").await;
    window.press(&Key::Escape.to_string()).await;
    window
        .until("document.activeElement?.dataset.testid === 'composer' && document.activeElement.value === ''")
        .await;

    // Tab leads from the composer to the model and to the assistant; the menu is walked by its first letters.
    window.press(&Key::Tab.to_string().repeat(2)).await;
    window.until("document.activeElement?.dataset.testid === 'composer-assistant'").await;
    window.press(&Key::Enter.to_string()).await;
    window
        .until("document.querySelectorAll('[data-testid=assistant-menu] [role=menuitemradio]').length === 11")
        .await;
    window.press("res").await;
    window.until("document.activeElement?.dataset.testid === 'assistant-item-research'").await;
    window.press(&Key::Enter.to_string()).await;
    window
        .until("document.querySelector('[data-testid=composer-assistant]').innerText.includes('Research')")
        .await;
    desk.window.close().await;
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
