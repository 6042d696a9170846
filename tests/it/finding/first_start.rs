//! From nothing to the first sentence, and from a test that fails to the line of the guide that helps.

use super::{ANSWERED, ASKED, COMPLETE, NARROW, WIDE, call, keep_catalogue, open};
use crate::driver::Home;
use fantoccini::key::Key;
use inkhorn_testkit::{
    Answer, Canary, Evidence, Persona, RealKeychain, SimulatedModel, SimulatedProvider, assert_clean,
    refused_address,
};
use serde_json::json;
use std::time::{Duration, Instant};

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
    keep_catalogue(&home, &[&ollama, &cloud]);

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
