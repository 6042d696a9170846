//! Bodies and heads that no honest client sends, and those that one might.

use super::House;
use super::wire::Wire;
use inkhorn_testkit::Persona;
use serde_json::json;
use std::time::{Duration, Instant};

#[test]
fn a_body_that_is_no_request_is_told_and_goes_nowhere() {
    let house = House::with(&[Persona::OpenAi]);
    let model = &house.back().model;
    let good = house.chat(model, json!({})).to_string();
    let with = |field: &str| format!("{},{field}}}", good.strip_suffix('}').expect("an object"));
    let deep = with(&format!("\"x\":{}{}", "[".repeat(100_000), "]".repeat(100_000)));
    let table: Vec<(&str, Vec<u8>)> = vec![
        ("nothing", vec![]),
        ("a list", b"[]".to_vec()),
        ("text", b"\"text\"".to_vec()),
        ("null", b"null".to_vec()),
        ("half", good.as_bytes()[..good.len() - 1].to_vec()),
        ("two", format!("{good}{good}").into_bytes()),
        ("a mark before it", [b"\xef\xbb\xbf", good.as_bytes()].concat()),
        ("not UTF-8 at the end", [good.as_bytes(), b"\xff"].concat()),
        (
            "not UTF-8 inside",
            good.as_bytes().iter().map(|byte| if *byte == b'h' { 0xfe } else { *byte }).collect(),
        ),
        ("not a number", with("\"temperature\":NaN").into_bytes()),
        ("no end of a number", with("\"temperature\":1e999").into_bytes()),
        ("half a letter", with("\"user\":\"\\ud800\"").into_bytes()),
        ("two models", with(&format!("\"model\":\"{model}\"")).into_bytes()),
        ("two models, one hidden", with(&format!("\"mod\\u0065l\":\"{model}\"")).into_bytes()),
        ("depth", deep.into_bytes()),
        ("no model", b"{\"messages\":[]}".to_vec()),
        ("a model that is a list", b"{\"model\":[],\"messages\":[]}".to_vec()),
        ("a stream that is text", with("\"stream\":\"yes\"").into_bytes()),
        ("a limit below nothing", with("\"max_tokens\":-1").into_bytes()),
    ];
    for (what, body) in &table {
        let mut wire = Wire::to(house.host());
        wire.post("/v1/chat/completions", &house.token, &[], body);
        let reply = wire.reply();
        assert_eq!(reply.error(), (400, "bad_request".to_owned()), "{what}: {}", reply.text());
        assert!(!reply.text().contains("heron"), "{what}: the text came back");
    }
    for unknown in ["", "/", "openai/", "/gpt", "gpt-4o-mini", "nobody/gpt-4o-mini", "open\u{202e}ai/x"] {
        let reply = house.ask(&house.chat(unknown, json!({})));
        assert_eq!(reply.status(), 404, "{unknown:?}: {}", reply.text());
    }
    assert!(house.back().provider.requests().is_empty(), "something left");
    house.close();
}

#[test]
fn a_body_has_a_size() {
    let house = House::with(&[Persona::OpenAi]);
    let body = |mib: usize| {
        let image = "A".repeat(mib << 20);
        house.chat(&house.back().model, json!({ "x": image })).to_string()
    };
    let mut wire = Wire::to(house.host());
    wire.post("/v1/chat/completions", &house.token, &[], body(17).as_bytes());
    assert_eq!(wire.reply().status(), 200, "room for pictures");
    assert!(house.back().one_chat().body.len() > 17 << 20);

    // One that says its size is answered before it is sent.
    let mut wire = Wire::to(house.host());
    let head = format!(
        "POST /v1/chat/completions HTTP/1.1\r\nhost: {}\r\nauthorization: Bearer {}\r\n\
         content-type: application/json\r\ncontent-length: {}\r\n\r\n",
        house.host(),
        house.token,
        33 << 20
    );
    wire.send(head.as_bytes());
    let reply = wire.reply();
    assert_eq!(reply.error(), (413, "over_limit".to_owned()), "{}", reply.text());
    assert_eq!(reply.head.header("x-should-retry"), Some("false"), "the same body never fits");
    assert!(reply.head.header("retry-after").is_none());
    // One that does not is cut off when it is too much.
    let mut wire = Wire::to(house.host());
    wire.send(
        head.replace(&format!("content-length: {}", 33 << 20), "transfer-encoding: chunked").as_bytes(),
    );
    let block = vec![b' '; 1 << 20];
    for _ in 0..33 {
        wire.send(b"100000\r\n");
        wire.send(&block);
        wire.send(b"\r\n");
    }
    let answered = wire.try_head().map(|head| head.status);
    assert!(matches!(answered, Some(413) | None), "{answered:?}");

    // Less than it said, then the end.
    let mut wire = Wire::to(house.host());
    wire.send(head.replace(&(33 << 20).to_string(), "10").as_bytes());
    wire.send(b"12345");
    wire.no_more();
    let answer = wire.until_closed();
    assert!(answer.is_empty() || answer.starts_with(b"HTTP/1.1 4"), "{}", String::from_utf8_lossy(&answer));
    assert!(house.back().provider.chats().is_empty(), "something left");
    house.close();
}

#[test]
fn two_readings_of_one_request_are_never_two_requests() {
    let house = House::with(&[Persona::OpenAi]);
    let good = house.chat(&house.back().model, json!({})).to_string();
    let chunked = format!("{:x}\r\n{good}\r\n0\r\n\r\n", good.len());
    let hidden = format!(
        "POST /v1/chat/completions HTTP/1.1\r\nhost: {}\r\nauthorization: Bearer {}\r\n\
         content-type: application/json\r\ncontent-length: {}\r\n\r\n{good}",
        house.host(),
        house.token,
        good.len()
    );
    let length = good.len();
    let (one, other) = (format!("content-length: {length}"), format!("content-length: {}", length + 1));
    let te = "transfer-encoding: chunked";
    for (what, framing, body, served) in [
        // Chunks count and the length is void (RFC 9112, 6.3); whatever lies behind is not another request.
        ("length and chunks", format!("{one}\r\n{te}"), &chunked, true),
        ("chunks and length", format!("{te}\r\n{one}"), &chunked, true),
        ("two lengths", format!("{one}\r\n{other}"), &good, false),
        ("a length of two", format!("content-length: {length}, {}", length + 1), &good, false),
        ("a length with a sign", format!("content-length: +{length}"), &good, false),
        ("chunks that are not last", "transfer-encoding: chunked, identity".to_owned(), &chunked, false),
        ("a folded line", format!("{one}\r\nx-fold: a\r\n b"), &good, false),
        ("a space before the colon", format!("content-length : {length}"), &good, false),
        ("a name with a space", format!("{one}\r\nx y: z"), &good, false),
    ] {
        let mut wire = Wire::to(house.host());
        let head = format!(
            "POST /v1/chat/completions HTTP/1.1\r\nhost: {}\r\nauthorization: Bearer {}\r\n\
             content-type: application/json\r\n{framing}\r\n\r\n",
            house.host(),
            house.token
        );
        wire.send(head.as_bytes());
        wire.send(body.as_bytes());
        wire.send(hidden.as_bytes());
        let all = String::from_utf8(wire.until_closed()).expect("text");
        let answers = all.matches("HTTP/1.1 ").count();
        let wanted = if served { "HTTP/1.1 200" } else { "HTTP/1.1 400" };
        assert!(answers == 1 && all.starts_with(wanted), "{what}: {all}");
        assert_eq!(house.back().provider.chats().len(), usize::from(served), "{what}");
        house.back().provider.forget_requests();
    }
    house.close();
}

#[test]
fn who_dawdles_over_a_head_is_shown_out_and_keeps_nobody_out() {
    let house = House::with(&[Persona::Ollama]);
    let begun = Instant::now();
    let mut slow: Vec<Wire> = (0..40).map(|_| Wire::to(house.host())).collect();
    for (number, wire) in slow.iter_mut().enumerate() {
        // Some say nothing at all.
        if number % 2 == 0 {
            wire.send(b"POST /v1/chat/completions HTTP/1.1\r\nhost: loc");
        }
    }
    assert_eq!(
        house.ask(&house.chat(&house.back().model, json!({}))).status(),
        200,
        "a good one gets through"
    );
    for wire in &mut slow {
        let answer = wire.until_closed();
        assert!(
            answer.is_empty() || answer.starts_with(b"HTTP/1.1 4"),
            "{}",
            String::from_utf8_lossy(&answer)
        );
    }
    let took = begun.elapsed();
    assert!(took > Duration::from_secs(4) && took < Duration::from_secs(8), "closed after {took:?}");
    house.close();
}
