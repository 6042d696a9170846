//! What a writer does in a first hour, in the real window by clicking and typing: connect, choose a model, write, stop,
//! look at the cost, close, come back. The provider is simulated, the keychain and everything between are real.

use crate::driver::{Home, PROGRAM, Window};
use fantoccini::key::Key;
use inkhorn_testkit::{
    Answer, Behaviour, Call, Canary, End, Evidence, Persona, RealKeychain, SimulatedModel, SimulatedProvider,
    assert_clean,
};
use serde_json::json;
use std::time::Duration;

/// The sizes in which pictures are taken: a desk's window and the narrowest.
const WIDE: (u32, u32) = (1280, 860);
const NARROW: (u32, u32) = (380, 860);

const ASKED: &str = "Write the first lines of a story that begins in a harbour.";
const ASKED_BELOW: &str = "Keep it quiet, and name the bird.";
const ANSWERED: &str = "The heron stood where the ferry used to land, and it did not look up when Mara came down the \
    steps with the lamp.\n\nShe had counted on the tide, and the tide had gone without her. Behind her the bells of \
    the upper town began, *one after another*, as if they had to agree on the hour first.";
const ASKED_AGAIN: &str = "Go on, and let it take its time.";
const DRAFTED: &str = "And then the lamp goes out, because";

/// The letters of the search line of the selector that leave one model.
const SOUGHT: &str = "quill";

#[tokio::test]
async fn a_writer_connects_writes_stops_counts_and_comes_back() {
    let keychain = RealKeychain::start();
    let home = Home::make();
    let key = Canary::key();
    let server = SimulatedProvider::start_with_key(Persona::Compatible, key.text());
    server.set_models(vec![SimulatedModel::chat("quill-large"), SimulatedModel::chat("nib-small")]);
    server.answer_with(Answer::text(ANSWERED));

    let window = open(&home, &keychain).await;
    window.resize(WIDE.0, WIDE.1).await;
    connect(&window, &server, key.text()).await;
    choose_model(&window).await;
    write_and_read(&window, &server).await;

    let cloud_key = Canary::key_of(Persona::OpenAi);
    let cloud = SimulatedProvider::start_with_key(Persona::OpenAi, cloud_key.text());
    cloud.set_models(vec![SimulatedModel::chat("gpt-of-next-year")]);
    cloud.answer_with(Answer::text(ANSWERED));
    connect_another(&window, &cloud, cloud_key.text()).await;
    stop_a_long_answer(&window, &cloud).await;
    count(&window).await;
    draft(&window).await;
    window.close().await;

    wish_dark(&home);
    let window = open(&home, &keychain).await;
    window.resize(WIDE.0, WIDE.1).await;
    come_back(&window).await;
    window.resize(NARROW.0, NARROW.1).await;
    draw_narrow(&window, &server).await;
    window.close().await;

    let texts = [
        Canary::of("the first line", ASKED),
        Canary::of("the second line", ASKED_BELOW),
        Canary::of("the answer", "The heron stood where the ferry used to land"),
        Canary::of("the second text", ASKED_AGAIN),
        Canary::of("the draft", DRAFTED),
    ];
    let mut canaries = vec![&key, &cloud_key];
    canaries.extend(&texts);
    assert_clean(&Evidence::new().folder(home.root()), &canaries);
}

#[tokio::test]
async fn a_thousand_pieces_are_all_shown_in_their_order() {
    let keychain = RealKeychain::start();
    let home = Home::make();
    let server = SimulatedProvider::start_with_key(Persona::Compatible, Canary::key().text());
    server.set_models(vec![SimulatedModel::chat("quill-large")]);
    let words: Vec<String> = (1..=1_000).map(|number| format!("word{number} ")).collect();
    server.answer_with(Answer::pieces(words));

    let window = open(&home, &keychain).await;
    window.resize(WIDE.0, WIDE.1).await;
    let server_key = server.key().expect("it asks for one");
    fill_form(&window, &server, &server_key).await;
    window.click("[data-testid=form-save]").await;
    // The only model is chosen without a question.
    window
        .until(&format!("document.querySelector('[data-testid=fact-model]')?.innerText.includes('{SOUGHT}')"))
        .await;

    for (turn, behaviour) in
        [Behaviour::Standing, Behaviour::Paced(Duration::from_millis(1))].into_iter().enumerate()
    {
        server.next(Call::Chat, behaviour);
        assert_all_is_shown(&window, turn).await;
    }
    window.close().await;
}

/// Sends a text after so many answers, and reads its answer from the page.
async fn assert_all_is_shown(window: &Window, before: usize) {
    window.write("[data-testid=composer]", &format!("Count to a thousand.{}", Key::Enter)).await;
    window.until(&format!("document.querySelectorAll('{COMPLETE}').length > {before}")).await;
    let text = window
        .run("return [...document.querySelectorAll('[data-testid=turn-answer]')].at(-1).innerText")
        .await;
    let text = text.as_str().expect("a text");
    let expected = (1..=1_000).map(|number| format!("word{number}")).collect::<Vec<_>>().join(" ");
    assert!(text.contains(&expected), "nothing is missing, and nothing stands in another's place");
}

/// An answer that has come in whole.
const COMPLETE: &str = "[data-testid=turn-answer][data-state=done]";

async fn open(home: &Home, keychain: &RealKeychain) -> Window {
    let variables = keychain.variables();
    let variables: Vec<(&str, &str)> =
        variables.iter().map(|(name, value)| (*name, value.as_str())).collect();
    Window::open_program(PROGRAM, home, &variables).await
}

/// From the first page to the filled form of an address of one's own.
async fn fill_form(window: &Window, server: &SimulatedProvider, key: &str) {
    window.click("[data-testid=start-openai_compatible]").await;
    window.write("[data-testid=address-input]", &server.base_url()).await;
    window.write("[data-testid=key-input]", key).await;
}

async fn connect(window: &Window, server: &SimulatedProvider, key: &str) {
    window.text("[data-testid=start-openai_compatible]").await;
    let taught = window.text("[data-testid=start]").await;
    assert!(
        taught.contains("What do you have?") && taught.contains("Any OpenAI-compatible address"),
        "{taught}"
    );

    fill_form(window, server, "not-the-key-of-this-server").await;
    window.click("[data-testid=form-test]").await;
    let told = window.text("[data-testid=test-note] [data-code=wrong_key]").await;
    assert!(told.contains("does not accept this key"), "the cause: {told}");
    assert!(told.contains("replace the one here"), "what to do: {told}");
    window.picture("journey-test-failed-light-1280").await;

    window.write("[data-testid=key-input]", &(Key::Control + "a")).await;
    window.write("[data-testid=key-input]", key).await;
    window.click("[data-testid=form-test]").await;
    let told = window.text("[data-testid=test-ok]").await;
    assert!(told.contains("2 models"), "{told}");
    assert!(told.contains(" ms") || told.contains(" s"), "how long it took: {told}");
    window.click("[data-testid=form-save]").await;
    let asked = "document.querySelector('[data-testid=selector]')?.innerText";
    window.until(&format!("{asked}?.includes('Which model do you want to write with?')")).await;
    window.press(&Key::Escape.to_string()).await;
    window.until("!document.querySelector('[data-testid=selector]')").await;
}

async fn choose_model(window: &Window) {
    window.press(&(Key::Control + "k")).await;
    window.write("[data-testid=model-search]", SOUGHT).await;
    window.until("document.querySelectorAll('[data-testid=model-row]').length === 1").await;
    window.picture("journey-selector-light-1280").await;
    window.press(&Key::Enter.to_string()).await;
    window.until("!document.querySelector('[data-testid=selector]')").await;
    window
        .until("document.querySelector('[data-testid=fact-model]').innerText.includes('quill-large')")
        .await;
    let place = window.text("[data-testid=fact-place]").await;
    assert!(place.to_lowercase().contains("local"), "{place}");
}

async fn write_and_read(window: &Window, server: &SimulatedProvider) {
    server.next(Call::Chat, Behaviour::HoldAfter(12));
    window.write("[data-testid=composer]", ASKED).await;
    window.press(&(Key::Shift + &Key::Enter.to_string())).await;
    window.write("[data-testid=composer]", &format!("{ASKED_BELOW}{}", Key::Enter)).await;
    window
        .until("document.querySelector('[data-testid=streaming-text]')?.innerText.includes('used to land')")
        .await;
    assert!(!window.text("[data-testid=stop]").await.contains("Send"), "Stop is where Send was");
    let chats = server.wait_for_chats(1);
    let sent = chats[0].json()["messages"].as_array().and_then(|all| all.last().cloned()).expect("a message");
    assert_eq!(sent["content"], format!("{ASKED}\n{ASKED_BELOW}"));
    server.release();

    window.text(COMPLETE).await;
    let line = window.text("[data-testid=answer-line]").await;
    assert!(line.contains("quill-large"), "who answered: {line}");
    assert!(line.contains("tokens read") && !line.contains("tokens unknown"), "tokens: {line}");
    assert!(line.contains("free, on this machine"), "cost: {line}");
    let shown = window.text(COMPLETE).await;
    assert!(shown.contains("agree on the hour first"), "{shown}");
    assert_eq!(window.text("[data-testid=turn-user] p").await, format!("{ASKED}\n{ASKED_BELOW}"));
    window.until("document.querySelector('[data-testid=composer]').value === ''").await;
    window.picture("journey-desk-light-1280").await;
}

/// A provider of the cloud at an address of its own, whose one model is in no list of prices.
async fn connect_another(window: &Window, cloud: &SimulatedProvider, key: &str) {
    window.click("[data-testid=rail-connections]").await;
    window.click("[data-testid=connection-add]").await;
    window.click("[data-testid=provider-openai]").await;
    window.write("[data-testid=connection-form] [data-testid=key-input]", key).await;
    window.click("[data-testid=form-more]").await;
    window.write("[data-testid=connection-form] details input[inputmode=url]", &cloud.base_url()).await;
    window.click("[data-testid=form-save]").await;
    window.text("[data-testid=connections-list] [data-testid=connection-openai]").await;
    window.click("[data-testid=rail-desk]").await;
    window.text("[data-testid=turn-answer]").await;
    window.press(&(Key::Control + "k")).await;
    window.write("[data-testid=model-search]", "next-year").await;
    window.until("document.querySelectorAll('[data-testid=model-row]').length === 1").await;
    window.press(&Key::Enter.to_string()).await;
    window
        .until("document.querySelector('[data-testid=fact-model]').innerText.includes('gpt-of-next-year')")
        .await;
}

async fn stop_a_long_answer(window: &Window, cloud: &SimulatedProvider) {
    cloud.next(Call::Chat, Behaviour::HoldAfter(9));
    window.write("[data-testid=composer]", &format!("{ASKED_AGAIN}{}", Key::Enter)).await;
    window
        .until("document.querySelector('[data-testid=streaming-text]')?.innerText.includes('used to')")
        .await;
    window.click("[data-testid=stop]").await;
    let kept = window.text("[data-testid=turn-answer][data-state=stopped]").await;
    assert!(kept.contains("The heron stood where the ferry used to"), "the text is kept: {kept}");
    assert!(kept.contains("You stopped it here."), "{kept}");
    assert!(kept.contains("cost unknown"), "{kept}");
    window.text("[data-testid=send]").await;
    let chat = cloud.wait_for_chats(1).remove(0);
    assert_eq!(cloud.wait_for_end(chat.number), End::ClosedEarly, "the provider no longer writes");
}

async fn count(window: &Window) {
    window.click("[data-testid=rail-usage]").await;
    window.text("[data-testid=usage-table]").await;
    let rows =
        "return [...document.querySelectorAll('[data-testid=usage-table] tr')].map((row) => row.textContent)";
    let rows = window.run(rows).await;
    let table = rows.as_array().expect("rows").iter().filter_map(|row| row.as_str()).collect::<Vec<_>>();
    let row = |name: &str| {
        let found = table.iter().find(|row| row.contains(name));
        (*found.unwrap_or_else(|| panic!("{name} in {table:?}"))).to_owned()
    };
    assert!(row("quill-large").contains("$0"), "{table:?}");
    assert!(row("gpt-of-next-year").contains("unknown"), "{table:?}");
    assert!(row("Together").contains('2'), "both requests are counted: {table:?}");
    let total = window.text("[data-testid=usage-total]").await;
    assert!(total.contains("+ 1 unknown"), "what is unknown is in no sum: {total}");
    let sentence = window.text("[data-testid=usage-sentence]").await;
    assert!(sentence.contains("1 request was free"), "{sentence}");
    assert!(sentence.contains("cost of 1 more request is unknown"), "{sentence}");
    window.picture("journey-usage-light-1280").await;
}

/// Types without sending, and goes when the program has taken it.
async fn draft(window: &Window) {
    window.click("[data-testid=rail-desk]").await;
    window.write("[data-testid=composer]", DRAFTED).await;
    let kept = "const [text, done] = arguments;
        const call = window.__TAURI_INTERNALS__.invoke;
        const conversation = location.hash.split('/').at(-1);
        const look = () => call('desk_open', { request: { conversation } })
          .then((page) => page.draft === text ? done(true) : setTimeout(look, 25), (why) => done(why));
        look()";
    let kept = window.page.execute_async(kept, vec![json!(DRAFTED)]).await.expect("an answer");
    assert_eq!(kept, true, "the draft is kept");
}

/// Makes the next window on this profile a dark one.
fn wish_dark(home: &Home) {
    let folder = home.data().join("app.inkhorn.desktop");
    std::fs::create_dir_all(&folder).expect("the folder of preferences");
    std::fs::write(folder.join("page.json"), r#"{"look":"dark"}"#).expect("the preferences");
}

async fn come_back(window: &Window) {
    window.click("[data-testid=conversations] [data-testid^=conversation-]").await;
    window.text(COMPLETE).await;
    let page = window.text("[data-testid=manuscript]").await;
    for text in [ASKED, ASKED_BELOW, "agree on the hour first", ASKED_AGAIN, "You stopped it here."] {
        assert!(page.contains(text), "{text} in {page}");
    }
    let expected = json!(DRAFTED);
    window.until(&format!("document.querySelector('[data-testid=composer]').value === {expected}")).await;
    window.text("[data-testid=fact-vault][data-state=unlocked]").await;
}

/// The same pages in the dark look and the narrowest window.
async fn draw_narrow(window: &Window, server: &SimulatedProvider) {
    let page = "document.querySelector('[data-testid=manuscript]')";
    window.until(&format!("{page}.scrollHeight - {page}.scrollTop - {page}.clientHeight < 2")).await;
    window.picture("journey-desk-dark-380").await;
    for part in ["[data-testid=send]", "[data-testid=turn-answer]", "[data-testid=composer]"] {
        let over = format!(
            "return document.querySelector('{part}').getBoundingClientRect().right - window.innerWidth"
        );
        let over = window.run(&over).await;
        assert!(over.as_f64().is_some_and(|over| over <= 0.0), "{part} hangs {over} px over the edge");
    }
    window.press(&(Key::Control + "k")).await;
    window.text("[data-testid=selector] [data-testid=model-row]").await;
    window.picture("journey-selector-dark-380").await;
    window.press(&Key::Escape.to_string()).await;
    window.until("!document.querySelector('[data-testid=selector]')").await;

    window.click("[data-testid=rail-usage]").await;
    window.text("[data-testid=usage-table]").await;
    window.picture("journey-usage-dark-380").await;

    window.click("[data-testid=rail-connections]").await;
    window.click("[data-testid=connection-add]").await;
    window.click("[data-testid=provider-openai_compatible]").await;
    window.write("[data-testid=address-input]", &server.base_url()).await;
    window.write("[data-testid=key-input]", "not-the-key-of-this-server").await;
    window.click("[data-testid=form-test]").await;
    window.text("[data-testid=test-note] [data-code=wrong_key]").await;
    window.run("document.querySelector('[data-testid=test-note]').scrollIntoView({ block: 'center' }); return null").await;
    window.picture("journey-test-failed-dark-380").await;
    let over = window.run("return document.documentElement.scrollWidth - window.innerWidth").await;
    assert!(over.as_i64().is_some_and(|over| over <= 0), "it hangs {over} px over the edge");
}
