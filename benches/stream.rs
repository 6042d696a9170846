//! How long the longest frame of the window is while an answer of a thousand pieces comes in, beside the longest frame
//! of the same window while nothing happens, in the same run.
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
use inkhorn_testkit::{Answer, Behaviour, Call, Persona, RealKeychain, SimulatedModel, SimulatedProvider};
use serde_json::Value;
use std::process::ExitCode;
use std::time::Duration;

const PIECES: usize = 1_000;
const ROUNDS: usize = 5;
/// No frame may take longer, in milliseconds.
const AT_MOST: f64 = 50.0;

fn main() -> ExitCode {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(measure())
}

async fn measure() -> ExitCode {
    let keychain = RealKeychain::start();
    let home = Home::make();
    let server = SimulatedProvider::start_with_key(Persona::Compatible, "compat-bench-0123456789");
    server.set_models(vec![SimulatedModel::chat("quill-large")]);
    server.answer_with(Answer::pieces((1..=PIECES).map(|number| format!("word{number} ")).collect()));
    let variables = keychain.variables();
    let variables: Vec<(&str, &str)> =
        variables.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let window = Window::open_program(PROGRAM, &home, &variables).await;
    window.resize(1280, 860).await;
    window.click("[data-testid=start-openai_compatible]").await;
    window.write("[data-testid=address-input]", &server.base_url()).await;
    window.write("[data-testid=key-input]", &server.key().expect("it asks for one")).await;
    window.click("[data-testid=form-save]").await;
    // The only model is chosen without a question.
    window.until("document.querySelector('[data-testid=fact-model]')?.innerText.includes('quill')").await;

    window.page.execute_async(RECORD_FRAMES, Vec::new()).await.expect("the recorder runs");
    tokio::time::sleep(Duration::from_secs(3)).await;
    let idle = longest(&frames(&window).await);
    println!("an idle window: the longest frame {idle:.0} ms");

    let ways =
        [("at once", Behaviour::Standing), ("one a millisecond", Behaviour::Paced(Duration::from_millis(1)))];
    let mut answers = 0;
    let mut good = true;
    for (how, behaviour) in ways {
        let mut all = Vec::new();
        for _ in 0..ROUNDS {
            server.next(Call::Chat, behaviour.clone());
            window.write("[data-testid=composer]", "Count to a thousand.").await;
            tokio::time::sleep(Duration::from_millis(500)).await;
            window.page.execute_async(RECORD_FRAMES, Vec::new()).await.expect("the recorder runs");
            window.press(&Key::Enter.to_string()).await;
            answers += 1;
            window.until(&format!("document.querySelectorAll('{COMPLETE}').length >= {answers}")).await;
            tokio::time::sleep(Duration::from_millis(500)).await;
            all.push(longest(&frames(&window).await));
        }
        all.sort_by(f64::total_cmp);
        let median = all[ROUNDS / 2];
        println!(
            "{PIECES} pieces, {how}: the longest frame of {ROUNDS} answers {:.0} ms, median {median:.0} ms, {:.1} x idle",
            all[ROUNDS - 1],
            median / idle
        );
        good &= median <= AT_MOST;
    }
    window.close().await;
    println!("at most {AT_MOST} ms");
    if good { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// An answer that has come in whole.
const COMPLETE: &str = "[data-testid=turn-answer][data-state=done]";

async fn frames(window: &Window) -> Vec<f64> {
    let told = window.page.execute_async(TELL_FRAMES, Vec::new()).await.expect("the frames");
    told.as_array().expect("frames").iter().filter_map(Value::as_f64).collect()
}

fn longest(frames: &[f64]) -> f64 {
    frames.iter().copied().fold(0.0, f64::max)
}

/// Notes how long each frame of the page takes, from now on, in `window.frames` (milliseconds).
const RECORD_FRAMES: &str = "const done = arguments[0];
    window.frames = []; window.recording = true;
    const note = (last) => requestAnimationFrame((now) => {
      window.frames.push(now - last);
      if (window.recording) note(now);
    });
    requestAnimationFrame((now) => { note(now); done(true) })";

/// The frames so far, once the page has drawn what it knows.
const TELL_FRAMES: &str = "const done = arguments[0];
    requestAnimationFrame(() => requestAnimationFrame(() => { window.recording = false; done(window.frames) }))";
