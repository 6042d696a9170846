//! Signing in at a simulated OpenRouter; the test is the browser.

use super::{WIDE, call, keep_catalogue, open};
use crate::driver::{Home, Window};
use fantoccini::key::Key;
use inkhorn_testkit::{
    Canary, Evidence, Persona, RealKeychain, SimulatedModel, SimulatedProvider, assert_clean,
};
use serde_json::json;
use std::io::{Read, Write};
use std::net::TcpStream;

#[tokio::test]
async fn a_sign_in_goes_through_the_browser_and_each_way_out_of_it_is_told() {
    let keychain = RealKeychain::start();
    let home = Home::make();
    let key = Canary::key_of(Persona::OpenRouter);
    let provider = SimulatedProvider::start_with_key(Persona::OpenRouter, key.text());
    provider
        .set_models(vec![SimulatedModel::chat("maker/quill-large"), SimulatedModel::chat("maker/nib-small")]);
    keep_catalogue(&home, &[&provider]);
    let window = open(&home, &keychain, &[]).await;
    window.resize(WIDE.0, WIDE.1).await;

    window.click("[data-testid=start-sign-in-openrouter]").await;
    assert_eq!(provider.requests().len(), 0, "nobody is called before the button is pressed");
    begin(&window).await;
    window.picture("sign-in-waiting-light-1280").await;
    window.click("[data-testid=sign-in-cancel]").await;
    window.text("[data-testid=found]").await;

    window.click("[data-testid=start-sign-in-openrouter]").await;
    let page = begin(&window).await;
    let (status, _) = visit(&format!("{}?error=access_denied", way_back(&page)));
    assert_eq!(status, 200, "the browser is told something");
    let told = window.text("[data-testid=sign-in-end]").await;
    assert!(told.contains("You said no at OpenRouter"), "{told}");

    let page = begin(&window).await;
    let (_, back) = visit(&page);
    let back = back.expect("the provider sends the browser back");
    window.click("[data-testid=sign-in-stuck]").await;
    window.write("[data-testid=sign-in-code]", &format!("{back}{}", Key::Enter)).await;
    let asked = "document.querySelector('[data-testid=selector]')?.innerText";
    window.until(&format!("{asked}?.includes('OpenRouter is connected. Which model')")).await;
    window.press(&Key::Escape.to_string()).await;

    window.click("[data-testid=rail-connections]").await;
    window.click("[data-testid=connection-openrouter]").await;
    let sealed = window.text("[data-testid=key-last4]").await;
    assert!(sealed.contains("from signing in"), "{sealed}");
    window.click("[data-testid=account-ask]").await;
    window.text("[data-testid=account-used]").await;
    window.run("document.querySelector('[data-testid=account]').scrollIntoView(); return null").await;
    window.picture("connection-account-light-1280").await;
    window.click("[data-testid=connection-remove]").await;
    let told = "document.querySelector('[data-testid=remove-dialog]')?.innerText";
    window.until(&format!("{told}?.includes('stays valid until you end it there')")).await;
    window.click("[data-testid=remove-confirm]").await;
    window.text("[data-testid=revoke-note]").await;
    assert_eq!(call(&window, "connections_list", json!({})).await, json!([]), "it is disconnected");

    window.click("[data-testid=rail-desk]").await;
    window.click("[data-testid=start-sign-in-openrouter]").await;
    let page = begin(&window).await;
    window.click("[data-testid=rail-settings]").await;
    window.text("[data-testid=settings-guides]").await;
    window.click("[data-testid=rail-desk]").await;
    window.text("[data-testid=sign-in][data-phase=waiting]").await;
    let (_, back) = visit(&page);
    let (status, _) = visit(&back.expect("the provider sends the browser back"));
    assert_eq!(status, 200, "the way back was still open");
    window.until(&format!("{asked}?.includes('OpenRouter is connected. Which model')")).await;
    let connections = call(&window, "connections_list", json!({})).await;
    assert_eq!(connections[0]["signed_in"], true, "{connections}");
    window.close().await;
    let code = Canary::of("the code", "auth_code_");
    assert_clean(&Evidence::new().folder(home.root()), &[&key, &code]);
}

/// Begins a sign-in and brings the page that the browser is to open. No browser opens an address of this machine, so the
/// window shows it.
async fn begin(window: &Window) -> String {
    window.click("[data-testid=sign-in-begin]").await;
    window.text("[data-testid=sign-in][data-phase=waiting]").await;
    window.text("[data-testid=sign-in-url]").await
}

/// The address to which the provider's page sends the browser back, without the code.
fn way_back(page: &str) -> String {
    let (_, callback) = page.split_once("callback_url=").expect("a way back");
    let callback = callback.split('&').next().unwrap_or_default();
    callback.replace("%3A", ":").replace("%2F", "/")
}

/// What a browser does with an address: the status, and where it is sent from there.
fn visit(address: &str) -> (u16, Option<String>) {
    let (host, path) = address.trim_start_matches("http://").split_once('/').expect("an address with a path");
    let mut stream = TcpStream::connect(host).expect("somebody answers");
    write!(stream, "GET /{path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n").expect("it is asked");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("it answers");
    let status = answer.split(' ').nth(1).and_then(|status| status.parse().ok()).expect("a status");
    let sent = answer
        .lines()
        .find_map(|line| line.split_once(": ").filter(|(name, _)| name.eq_ignore_ascii_case("location")));
    (status, sent.map(|(_, to)| to.to_owned()))
}
