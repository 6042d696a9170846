//! How long the selector takes with ten thousand models: from its key to the first frame that has rows, and from each
//! letter that is typed to rows that fit it. Measured in the page of the real window, with real keys, beside the frames
//! of the same window while nothing happens.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a benchmark"
)]

#[path = "../tests/it/driver.rs"]
#[allow(dead_code, reason = "shared with the tests")]
mod driver;
#[path = "../tests/it/workspace.rs"]
#[allow(dead_code, reason = "shared with the tests")]
mod workspace;

use driver::{Home, PROGRAM, Window};
use fantoccini::key::Key;
use inkhorn_testkit::{Persona, RealKeychain, SimulatedModel, SimulatedProvider};
use serde_json::Value;
use std::process::ExitCode;
use std::time::Duration;

const MODELS: usize = 10_000;
/// How often it is opened. The first time is told apart: nothing was made ready for it.
const OPENINGS: usize = 15;
/// What is typed, letter by letter: words in the wrong order, letters with gaps, and something that is not there.
const QUERIES: [&str; 5] = ["granite", "instruct harbor", "gnt7", "997 ember", "zephyr"];
/// From the key to the first frame with rows, in milliseconds.
const OPEN_AT_MOST: f64 = 50.0;
/// From a letter to rows that fit it, laid out, in milliseconds.
const LETTER_AT_MOST: f64 = 16.0;

fn main() -> ExitCode {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(measure())
}

async fn measure() -> ExitCode {
    let keychain = RealKeychain::start();
    let home = Home::make();
    let server = SimulatedProvider::start_with_key(Persona::Compatible, "compat-bench-0123456789");
    server.set_models(many_models());
    let variables = keychain.variables();
    let variables: Vec<(&str, &str)> =
        variables.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let window = Window::open_program(PROGRAM, &home, &variables).await;
    window.resize(1280, 860).await;
    window.click("[data-testid=start-openai_compatible]").await;
    window.write("[data-testid=address-input]", &server.base_url()).await;
    window.write("[data-testid=key-input]", &server.key().expect("it asks for one")).await;
    window.click("[data-testid=form-save]").await;
    window.until("document.querySelector('[data-testid=model-row]')").await;
    close(&window).await;
    settle().await;

    let list = listing(&window).await;
    println!(
        "{} models, {:.1} MB as JSON: fetched by the page in {:.0} ms",
        list.models,
        list.bytes / 1e6,
        list.ms
    );
    assert_eq!(list.models, MODELS as f64, "the window knows all of them");
    let idle = frames(&window).await;
    println!("an idle window: a frame each {:.0} ms", median(idle));

    let mut openings = Vec::new();
    for opening in 0..OPENINGS {
        window.page.execute(AWAIT_OPENING, Vec::new()).await.expect("the watch is set");
        window.press(&(Key::Control + "k")).await;
        let took = told(&window).await[0];
        match opening {
            0 => println!("the first opening: {took:.0} ms"),
            _ => openings.push(took),
        }
        settle().await;
        if opening + 1 < OPENINGS {
            close(&window).await;
            settle().await;
        }
    }
    let opening = median(openings);
    println!(
        "{MODELS} models, key to the first frame with rows: median of {} {opening:.0} ms, at most {OPEN_AT_MOST}",
        OPENINGS - 1
    );

    let (mut works, mut shown) = (Vec::new(), Vec::new());
    for query in QUERIES {
        for letter in query.chars() {
            window.page.execute(AWAIT_LETTER, Vec::new()).await.expect("the watch is set");
            window.press(&letter.to_string()).await;
            let [work, frame] = told(&window).await[..] else { panic!("two figures") };
            works.push(work);
            shown.push(frame);
        }
        window.write("[data-testid=model-search]", &(Key::Control + "a")).await;
        window.press(&Key::Delete.to_string()).await;
        settle().await;
    }
    let letters = works.len();
    let longest = works.iter().copied().fold(0.0, f64::max);
    let (work, frame) = (median(works), median(shown));
    println!(
        "{MODELS} models, letter to rows laid out: median of {letters} {work:.0} ms, longest {longest:.0} ms, at most {LETTER_AT_MOST}"
    );
    println!("{MODELS} models, letter to the next frame, its own wait included: median {frame:.0} ms");
    window.close().await;
    if opening <= OPEN_AT_MOST && work <= LETTER_AT_MOST { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Names as an aggregator has them: few makers, many sizes.
fn many_models() -> Vec<SimulatedModel> {
    const MAKERS: [&str; 8] = ["arbor", "basalt", "cinder", "delta", "ember", "fathom", "granite", "harbor"];
    let model = |number: usize| {
        let maker = MAKERS[number % MAKERS.len()];
        SimulatedModel::chat(&format!("{maker}/{maker}-{}b-instruct-{number}", number % 97 + 1))
    };
    (0..MODELS).map(model).collect()
}

async fn close(window: &Window) {
    window.press(&Key::Escape.to_string()).await;
    window.until("!document.querySelector('[data-testid=selector]')").await;
}

/// What goes on behind the list has ended by then.
async fn settle() {
    tokio::time::sleep(Duration::from_millis(400)).await;
}

struct Listing {
    models: f64,
    bytes: f64,
    ms: f64,
}

async fn listing(window: &Window) -> Listing {
    let script = "const done = arguments[0]; const begun = performance.now();
        window.__TAURI_INTERNALS__.invoke('models_list', { request: {} }).then((list) => {
          const ms = performance.now() - begun;
          done([list.models.length, new TextEncoder().encode(JSON.stringify(list)).length, ms]) })";
    let all = numbers(&window.page.execute_async(script, Vec::new()).await.expect("the list"));
    Listing { models: all[0], bytes: all[1], ms: all[2] }
}

/// How long each frame takes while nothing happens.
async fn frames(window: &Window) -> Vec<f64> {
    let script = "const done = arguments[0]; const frames = [];
        const note = (last) => requestAnimationFrame((now) => {
          frames.push(now - last); frames.length < 60 ? note(now) : done(frames) });
        requestAnimationFrame(note)";
    numbers(&window.page.execute_async(script, Vec::new()).await.expect("the frames"))
}

/// What a watch noted, once it has.
async fn told(window: &Window) -> Vec<f64> {
    let script = "const done = arguments[0];
        const look = () => window.noted ? done(window.noted) : setTimeout(look, 5); look()";
    numbers(&window.page.execute_async(script, Vec::new()).await.expect("the figures"))
}

fn numbers(value: &Value) -> Vec<f64> {
    value.as_array().expect("figures").iter().filter_map(Value::as_f64).collect()
}

fn median(mut all: Vec<f64>) -> f64 {
    all.sort_by(f64::total_cmp);
    all[all.len() / 2]
}

/// Notes the time from the next key to the end of the first frame in which a row stands.
const AWAIT_OPENING: &str = "window.noted = undefined;
    addEventListener('keydown', () => {
      const begun = performance.now();
      const look = () => document.querySelector('[data-testid=model-row]')
        ? setTimeout(() => { window.noted = [performance.now() - begun] })
        : requestAnimationFrame(look);
      requestAnimationFrame(look);
    }, { capture: true, once: true })";

/// Notes two times from the next letter: until the page has the rows that fit, laid out, and until the end of the frame
/// that shows them. The page listens at the line itself and draws in the same task, so what is asked for at the top of
/// the page comes after that.
const AWAIT_LETTER: &str = "window.noted = undefined; let begun;
    addEventListener('input', () => { begun = performance.now() }, { capture: true, once: true });
    addEventListener('input', () => Promise.resolve().then(() => {
      document.querySelector('[data-testid=model-list]').getBoundingClientRect();
      const work = performance.now() - begun;
      requestAnimationFrame(() => setTimeout(() => { window.noted = [work, performance.now() - begun] }));
    }), { once: true })";
