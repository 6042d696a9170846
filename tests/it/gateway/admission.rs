//! Who is let in, and what those learn who are not.

use super::House;
use super::wire::{Reply, Wire};
use inkhorn_testkit::{Behaviour, Persona};
use serde_json::json;
use std::time::{Duration, Instant};

const PAGE: &str = "https://app.novelcrafter.com";

/// A house with a plain app, `Pen`, and one in a browser, whose token is handed back.
fn house() -> (House, String) {
    let mut house = House::bare();
    house.connect(Persona::OpenAi, "gpt-4o-mini");
    house.token = house.admit("Pen", &[]);
    let page = house.admit("Page", &["--origin", PAGE]);
    house.open();
    (house, page)
}

/// A chat request with this method and exactly these headers after its first line; `PORT` stands for the port.
fn raw(house: &House, method: &str, headers: &[(&str, &str)], token: &str) -> Reply {
    let port = house.host().rsplit(':').next().expect("a port");
    let body = house.chat(&house.back().model, json!({})).to_string();
    let mut head = format!("{method} /v1/chat/completions HTTP/1.1\r\nauthorization: Bearer {token}\r\n");
    for (name, value) in headers {
        head.push_str(&format!("{name}: {}\r\n", value.replace("PORT", port)));
    }
    head.push_str(&format!("content-length: {}\r\n\r\n", body.len()));
    let mut wire = Wire::to(house.host());
    wire.send(head.as_bytes());
    wire.send(body.as_bytes());
    wire.reply()
}

const HOST: (&str, &str) = ("host", "localhost:PORT");
const JSON: (&str, &str) = ("content-type", "application/json");

#[test]
fn strangers_are_turned_away_before_anything_runs() {
    let (house, page) = house();
    let long = format!("https://{}.com", "a".repeat(10_000));
    let hosts = [
        "evil.com",
        "127.0.0.1.evil.com:PORT",
        "localhost.evil.com:PORT",
        "x.localhost:PORT",
        "foo.local:PORT",
        "127.0.0.2:PORT",
        "0.0.0.0:PORT",
        "[::ffff:127.0.0.1]:PORT",
        "localhost:1",
        "localhost.:PORT",
        "user@localhost:PORT",
        "localhost",
        "",
    ];
    let origins = [
        "https://evil.com",
        "null",
        "http://localhost:3000",
        "https://app.novelcrafter.com:8443",
        "https://APP.novelcrafter.com",
        "https://app.novelcrafter.com/",
        "https://x.app.novelcrafter.com",
        "http://app.novelcrafter.com",
        "",
        &long,
    ];
    let types = [
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "application/json; charset=utf-7",
        "",
    ];
    let mut table: Vec<(Vec<(&str, &str)>, u16)> = Vec::new();
    table.extend(hosts.map(|host| (vec![("host", host), JSON], 403)));
    table.push((vec![JSON], 403));
    table.push((vec![HOST, HOST, JSON], 403));
    table.extend(origins.map(|origin| (vec![HOST, JSON, ("origin", origin)], 403)));
    table.push((vec![HOST, JSON, ("origin", PAGE), ("origin", PAGE)], 403));
    table.push((vec![HOST, JSON, ("sec-fetch-site", "cross-site")], 403));
    table.push((vec![HOST, JSON, ("sec-fetch-site", "same-site")], 403));
    table.extend(types.map(|kind| (vec![HOST, ("content-type", kind)], 415)));
    table.push((vec![HOST], 415));
    table.push((vec![HOST, JSON, ("content-encoding", "gzip")], 415));
    table.push((vec![HOST, JSON, ("connection", "upgrade"), ("upgrade", "websocket")], 400));
    assert!(table.len() >= 30);
    for (headers, status) in &table {
        // Even with a good token: neither tells more than the other.
        for token in [house.token.as_str(), page.as_str(), "none"] {
            let reply = raw(&house, "POST", headers, token);
            assert_eq!((reply.status(), reply.text()), (*status, "refused\n"), "{headers:?}");
            assert!(!reply.head.lets_a_page_in(), "{headers:?}: {:?}", reply.head);
            assert_eq!(reply.head.header("connection"), Some("close"), "{headers:?}");
            assert!(reply.head.header("server").is_none(), "{headers:?}: who answers is not told");
        }
    }
    for good in ["localhost:PORT", "LOCALHOST:PORT", "127.0.0.1:PORT", "[::1]:PORT"] {
        assert_eq!(raw(&house, "POST", &[("host", good), JSON], "none").status(), 401, "{good}");
    }
    assert!(house.back().provider.requests().is_empty(), "something ran");
    let rows = house.rows();
    assert!(rows.is_empty(), "{rows:?}");
    for good in ["localhost:PORT", "LOCALHOST:PORT", "127.0.0.1:PORT", "[::1]:PORT"] {
        assert_eq!(raw(&house, "POST", &[("host", good), JSON], &house.token).status(), 200, "{good}");
    }
    house.close();
}

#[test]
fn a_granted_page_may_read_its_answers_and_no_other_page_anything() {
    let (house, page) = house();
    let many: Vec<String> = (0..200).map(|number| format!("x-evil-{number}")).collect();
    let wanted = format!("Authorization, {}, content-type, x-stainless-os", many.join(", "));
    let asks = [
        HOST,
        ("origin", PAGE),
        ("access-control-request-method", "POST"),
        ("access-control-request-headers", wanted.as_str()),
        ("access-control-request-private-network", "true"),
    ];
    let preflight = raw(&house, "OPTIONS", &asks, "none");
    let head = &preflight.head;
    assert_eq!((head.status, preflight.body.len()), (204, 0));
    assert_eq!(head.header("access-control-allow-origin"), Some(PAGE));
    assert_eq!(
        head.header("access-control-allow-headers"),
        Some("authorization, content-type, x-stainless-os")
    );
    assert_eq!(head.header("access-control-allow-private-network"), Some("true"));
    assert!(head.header("access-control-allow-credentials").is_none());
    let methods = head.header("access-control-allow-methods").expect("methods");
    assert!(!methods.contains("DELETE") && methods.contains("POST"));
    for strange in [
        &[HOST, ("origin", "https://evil.com"), asks[2]][..],
        &[HOST, asks[2]],
        &[HOST, ("origin", PAGE)],
        &[("host", "evil.com"), ("origin", PAGE), asks[2]],
    ] {
        let refused = raw(&house, "OPTIONS", strange, "none");
        assert_eq!(refused.status(), 403, "{strange:?}");
        assert!(!refused.head.lets_a_page_in(), "{strange:?}");
    }

    let origin = [("origin", PAGE)];
    let model = &house.back().model;
    let readable = |head: &super::wire::Head| head.header("access-control-allow-origin") == Some(PAGE);
    let whole = house.ask_as(&page, &origin, &house.chat(model, json!({})));
    assert_eq!((whole.status(), readable(&whole.head)), (200, true));
    assert_eq!(whole.head.header("vary"), Some("Origin"));
    let mut stream = house.send_as(&page, &origin, &house.chat(model, json!({ "stream": true })));
    let head = stream.head();
    assert_eq!((head.status, readable(&head)), (200, true));
    assert_eq!(stream.events().pop().as_deref(), Some("[DONE]"));
    house.back().next(Behaviour::status(500));
    for (token, model, status) in [
        (page.as_str(), model.as_str(), 502),
        (&page, "openai/none/such", 404),
        ("ihg_wrong", model, 401),
        // The token of a program on this machine opens nothing from a page.
        (&house.token, model, 401),
    ] {
        let failed = house.ask_as(token, &origin, &house.chat(model, json!({})));
        assert_eq!((failed.status(), readable(&failed.head)), (status, true), "{}", failed.text());
    }
    // Nor does a page's token without its page, and nobody else's answer bears a word of it.
    assert_eq!(house.ask_as(&page, &[], &house.chat(model, json!({}))).status(), 401);
    assert!(!house.ask(&house.chat(model, json!({}))).head.lets_a_page_in());
    house.close();
}

#[test]
fn only_a_living_token_opens_and_no_refusal_tells_why() {
    let mut house = house().0;
    let lost = house.admit("Lost", &[]);
    let sent_elsewhere = "x".repeat(43);
    let wrong_secret = format!("{}{sent_elsewhere}", &house.token[..13]);
    let wrong_id = format!("ihg_{}{}", "A".repeat(8), &house.token[12..]);
    super::wait_until("the new app is known", || {
        Wire::to(house.host()).get("/v1/models", &lost, &[]).status() == 200
    });

    // Open streams may end by themselves; the next request is refused, within a second, whoever shut the app out.
    house.json_with(&["apps", "revoke", "Lost"], "");
    let revoked = Instant::now();
    while Wire::to(house.host()).get("/v1/models", &lost, &[]).status() != 401 {
        assert!(revoked.elapsed() < Duration::from_secs(1), "a revoked token still opens");
    }

    let body = house.chat(&house.back().model, json!({}));
    let long_but_fitting = "x".repeat(8_000);
    let refusals: Vec<Reply> =
        ["", "ihg_", "short", "' OR 1=1--", &long_but_fitting, &wrong_secret, &wrong_id, &lost, "é"]
            .iter()
            .map(|token| house.ask_as(token, &[], &body))
            .collect();
    let first = &refusals[0];
    assert_eq!(first.error(), (401, "invalid_api_key".to_owned()));
    for refusal in &refusals {
        assert_eq!((refusal.status(), &refusal.body), (401, &first.body));
        assert!(refusal.head.header("retry-after").is_none());
    }
    // Twice the header, in the address, as a password: no.
    let in_query = {
        let mut wire = Wire::to(house.host());
        let path = format!("/v1/models?api_key={0}&token={0}", house.token);
        wire.send(format!("GET {path} HTTP/1.1\r\nhost: {}\r\n\r\n", house.host()).as_bytes());
        wire.reply()
    };
    assert_eq!((in_query.status(), &in_query.body), (401, &first.body));
    // What is no header at all never reaches the question of who it is.
    for (token, statuses) in [("x".repeat(1 << 20), &[431][..]), ("a\0b".to_owned(), &[400][..])] {
        let mut wire = Wire::to(house.host());
        wire.post("/v1/chat/completions", &token, &[], b"{}");
        let answered = wire.try_head().map(|head| head.status);
        assert!(answered.is_none_or(|status| statuses.contains(&status)), "{answered:?}");
    }
    // The other two headers that client libraries use for a key.
    for name in ["x-api-key", "api-key"] {
        let reply = Wire::to(house.host()).get("/v1/models", "wrong", &[(name, &house.token)]);
        assert_eq!(reply.status(), 401, "a bad bearer is not helped by a good {name}");
        let mut wire = Wire::to(house.host());
        let head =
            format!("GET /v1/models HTTP/1.1\r\nhost: {}\r\n{name}: {}\r\n\r\n", house.host(), house.token);
        wire.send(head.as_bytes());
        assert_eq!(wire.reply().status(), 200, "{name}");
    }
    assert!(house.back().provider.requests().is_empty());
    house.close();
}
