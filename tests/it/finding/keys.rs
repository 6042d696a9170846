//! Keys of the environment, keys that end, and presets.

use super::{NARROW, WIDE, keep_catalogue, open};
use crate::driver::Home;
use fantoccini::key::Key;
use inkhorn_testkit::{
    Canary, Evidence, Persona, RealKeychain, SimulatedModel, SimulatedProvider, assert_clean,
};
use serde_json::Value;

#[tokio::test]
async fn keys_of_the_environment_are_there_only_while_the_settings_allow_them() {
    let keychain = RealKeychain::start();
    let home = Home::make();
    let key = Canary::key_of(Persona::OpenAi);
    let provider = SimulatedProvider::start_with_key(Persona::OpenAi, key.text());
    provider.set_models(vec![SimulatedModel::chat("gpt-of-next-year")]);
    keep_catalogue(&home, &[&provider]);
    let window = open(&home, &keychain, &[("OPENAI_API_KEY", key.text())]).await;
    window.resize(WIDE.0, WIDE.1).await;
    window.click("[data-testid=rail-settings]").await;
    window
        .until("document.querySelector('[data-testid=settings-variables]')?.innerText.includes('not used')")
        .await;
    window.click("[data-testid=settings-fallback]").await;
    let shown = "document.querySelector('[data-testid=settings-variables]').innerText";
    window.until(&format!("/used/.test({shown}) && !{shown}.includes('not used')")).await;
    window.picture("settings-environment-light-1280").await;

    window.click("[data-testid=rail-connections]").await;
    window.click("[data-testid=connections-list] button").await;
    let told = window.text("[data-testid=system-note]").await;
    assert!(told.contains("OPENAI_API_KEY") && told.contains("stored nowhere"), "{told}");
    window.click("[data-testid=sheet-test]").await;
    window.text("[data-testid=test-ok]").await;
    window.picture("connection-system-light-1280").await;
    assert_eq!(window.run("return document.querySelector('[data-testid=key-replace]')").await, Value::Null);

    window.click("[data-testid=rail-settings]").await;
    window.click("[data-testid=settings-fallback]").await;
    window.until(&format!("{shown}.includes('not used')")).await;
    window.click("[data-testid=rail-connections]").await;
    window.until("document.querySelector('main').innerText.includes('Add your first connection')").await;
    window.close().await;
    assert_clean(&Evidence::new().folder(home.root()), &[&key]);
}

#[tokio::test]
async fn a_key_that_ends_is_told_in_time_and_a_preset_fills_the_address() {
    let keychain = RealKeychain::start();
    let home = Home::make();
    let window = open(&home, &keychain, &[]).await;
    window.resize(NARROW.0, NARROW.1).await;
    window.click("[data-testid=start-openai_compatible]").await;
    window.click("[data-testid=preset-select]").await;
    window.until("document.querySelectorAll('[role=option]').length > 3").await;
    window.press(&format!("{}{}", Key::Down, Key::Enter)).await;
    let address = "document.querySelector('[data-testid=address-input]').value";
    window.until(&format!("/^https?:/.test({address})")).await;
    let name = window.run("return document.querySelector('[data-testid=label-input]').value").await;
    window.write("[data-testid=key-input]", "a-key-that-ended-long-ago").await;
    window.click("[data-testid=form-save-untested]").await;
    window.text("[data-testid=desk-empty]").await;

    window.click("[data-testid=rail-connections]").await;
    window.click("[data-testid=connections-list] button").await;
    window.click("[data-testid=key-dated]").await;
    window.write("[data-testid=setting-key_expires]", "2020-02-30").await;
    let amiss =
        "document.querySelector('[data-testid=connection-sheet]').innerText.includes('A day that exists')";
    window.until(&format!("{amiss} && document.querySelector('[data-testid=sheet-save]').disabled")).await;
    window
        .write("[data-testid=setting-key_expires]", &format!("{}01", Key::Backspace.to_string().repeat(2)))
        .await;
    window.click("[data-testid=sheet-save]").await;
    window.until("document.querySelector('[data-testid=rail-reminder]') !== null").await;
    let ended = window.text("[data-testid=key-expires]").await;
    assert!(ended.contains("ended on 1 Feb 2020"), "{ended}");
    window.run("history.back(); return null").await;
    let told = window.text("[data-testid=reminders]").await;
    assert!(told.contains(name.as_str().expect("a name")) && told.contains("ended on 1 Feb 2020"), "{told}");
    window.picture("connections-reminder-light-380").await;
    window.close().await;
}
