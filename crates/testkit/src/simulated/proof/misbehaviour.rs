//! Everything that a test may ask to go wrong.

use std::io::Read;
use std::time::Duration;

use serde_json::json;

use super::client::{begin_chat, call, chat, said};
use crate::simulated::*;

#[test]
fn echo_repeats_the_key_in_full() {
    for persona in Persona::ALL {
        let key = "sk-echo-0123456789-0123456789-0123";
        let provider = SimulatedProvider::start_with_key(persona, key);
        provider.next(Call::Chat, Behaviour::EchoKey);
        let reply = chat(&provider, true);
        assert_eq!(reply.status, persona.traits().wrong_key, "{persona:?}");
        assert!(reply.text().contains(key), "{persona:?}: {}", reply.text());
        provider.next(Call::Chat, Behaviour::EchoKeyInStream(2));
        let reply = chat(&provider, true);
        assert_eq!(reply.status, 200);
        assert!(reply.text().contains(key), "{persona:?}: {}", reply.text());
    }
}

#[test]
fn refusals_are_the_personas_own_and_carry_what_the_test_adds() {
    for persona in Persona::ALL {
        let provider = SimulatedProvider::start(persona);
        for status in [400, 401, 402, 403, 404, 429, 500, 502, 503, 529] {
            provider.next(Call::Any, Behaviour::status(status));
            let reply = chat(&provider, true);
            assert_eq!(reply.status, status, "{persona:?}");
            assert!(reply.text().len() > 10, "{persona:?} {status}: {}", reply.text());
            if reply.head.contains("application/json") {
                assert!(reply.json().is_object(), "{persona:?} {status}");
            }
            let unfilled = ["{key}", "{echo}", "{model}", "{field}", "{status}", "{number}", "{wait}"];
            assert!(!unfilled.iter().any(|place| reply.text().contains(place)), "{}", reply.text());
        }
        provider.next(Call::Any, Behaviour::busy_for("7"));
        let reply = chat(&provider, false);
        let in_body = reply.text().contains("\"retryDelay\":\"7s\"");
        assert!(reply.head.contains("retry-after: 7") != in_body, "{persona:?}");
        assert_eq!(in_body, persona == Persona::Gemini);
    }
    let provider = SimulatedProvider::start(Persona::OpenAi);
    provider.next(Call::Any, Behaviour::Status(Refusal::without_credit(Persona::OpenAi)));
    let reply = chat(&provider, false);
    assert_eq!((reply.status, &reply.json()["error"]["code"]), (429, &json!("insufficient_quota")));
    provider.next(Call::Any, Behaviour::Status(Refusal::of(418).with_body("short and stout")));
    assert_eq!(chat(&provider, false).text(), "short and stout");
}

#[test]
fn a_cut_after_bytes_leaves_exactly_these() {
    let provider = SimulatedProvider::start(Persona::OpenAi);
    provider.answer_with(Answer::words(20));
    provider.next(Call::Chat, Behaviour::CutAfterBytes(usize::MAX));
    let full = chat(&provider, true).body.len();
    for bytes in [0, 1, 7, 100, full / 2, full - 1, full] {
        provider.next(Call::Chat, Behaviour::CutAfterBytes(bytes));
        let reply = chat(&provider, true);
        assert_eq!((reply.status, reply.body.len(), reply.whole), (200, bytes, false));
        provider.next(Call::Chat, Behaviour::CutAfterBytes(bytes.min(50)));
        let plain = chat(&provider, false);
        assert_eq!((plain.body.len(), plain.whole), (bytes.min(50), false));
    }
    assert!(provider.chats().iter().all(|chat| chat.end == End::CutByServer));
}

#[test]
fn a_large_answer_is_cut_at_its_byte_too() {
    let provider = SimulatedProvider::start(Persona::Ollama);
    provider.answer_with(Answer::pieces(vec!["x".repeat(10_000); 400]));
    provider.next(Call::Chat, Behaviour::CutAfterBytes(3_000_001));
    assert_eq!(chat(&provider, true).body.len(), 3_000_001);
}

#[test]
fn a_cut_or_quiet_end_after_words_leaves_these_words() {
    for persona in Persona::ALL {
        let provider = SimulatedProvider::start(persona);
        provider.answer_with(Answer::words(5));
        for (words, text) in [(0, ""), (3, "w1 w2 w3 "), (99, "w1 w2 w3 w4 w5 ")] {
            provider.next(Call::Chat, Behaviour::CutAfterChunks(words));
            let cut = chat(&provider, true);
            assert_eq!((said(&cut.events()).as_str(), cut.whole), (text, false), "{persona:?}");
            provider.next(Call::Chat, Behaviour::StopWithoutEnd(words));
            let quiet = chat(&provider, true);
            assert_eq!((said(&quiet.events()).as_str(), quiet.whole), (text, true), "{persona:?}");
            for text in [cut.text(), quiet.text()] {
                let ending = [
                    "[DONE]",
                    "message_stop",
                    "\"done\":true",
                    "\"stop\"",
                    "finishReason",
                    "message-end",
                    "stopReason",
                ];
                assert!(!ending.iter().any(|mark| text.contains(mark)), "{persona:?}: {text}");
            }
        }
    }
}

#[test]
fn an_error_inside_a_stream_follows_its_words() {
    for persona in Persona::ALL {
        let provider = SimulatedProvider::start(persona);
        provider.answer_with(Answer::words(5));
        provider.next(Call::Chat, Behaviour::ErrorInsideStream(2));
        let reply = chat(&provider, true);
        let events = reply.events();
        assert_eq!((reply.status, reply.whole, said(&events).as_str()), (200, true, "w1 w2 "), "{persona:?}");
        let last = &events[events.len() - 1];
        let said_so = !last["error"].is_null() || !last["delta"]["error"].is_null();
        assert!(said_so || last["modelStreamErrorException"].is_object(), "{persona:?}");
        provider.next(Call::Chat, Behaviour::ErrorInsideStream(2));
        assert_eq!(chat(&provider, false).status, 500);
    }
}

#[test]
fn hold_and_release_let_words_pass_one_after_another() {
    let provider = SimulatedProvider::start(Persona::OpenAi);
    provider.answer_with(Answer::words(4));
    provider.next(Call::Chat, Behaviour::HoldAfter(2));
    let mut client = begin_chat(&provider);
    client.read_until("w2 ");
    assert!(client.is_silent_for(Duration::from_millis(100)));
    assert_eq!(provider.requests()[0].end, End::Open);
    provider.release();
    client.read_until("[DONE]");
    assert_eq!(provider.wait_for_end(0), End::Finished);

    provider.next(Call::Chat, Behaviour::Slow);
    let mut client = begin_chat(&provider);
    let opening = client.read_until("assistant");
    assert!(!opening.contains("w1"), "{opening}");
    assert!(client.is_silent_for(Duration::from_millis(100)));
    provider.release();
    client.read_until("[DONE]");

    provider.hold();
    let (mut first, mut second) = (begin_chat(&provider), begin_chat(&provider));
    provider.wait_for_chats(4);
    first.read_until("assistant");
    assert!(first.is_silent_for(Duration::from_millis(100)));
    provider.release();
    assert!(first.read_until("[DONE]").contains("w1"));
    second.read_until("[DONE]");
}

#[test]
fn a_caller_that_goes_away_is_noticed_in_every_state() {
    let provider = SimulatedProvider::start(Persona::Anthropic);
    let states = [
        Behaviour::HangBeforeHeaders,
        Behaviour::HangAfterHeaders,
        Behaviour::Slow,
        Behaviour::HoldAfter(1),
        Behaviour::Paced(Duration::from_secs(100)),
        Behaviour::EndlessLine(u64::MAX),
    ];
    for (number, behaviour) in states.into_iter().enumerate() {
        provider.next(Call::Chat, behaviour.clone());
        let client = begin_chat(&provider);
        provider.wait_for(number + 1);
        assert_eq!(provider.requests()[number].end, End::Open, "{behaviour:?}");
        drop(client);
        assert_eq!(provider.wait_for_end(number), End::ClosedEarly, "{behaviour:?}");
        assert!(provider.requests()[number].closed_early());
    }
    chat(&provider, true);
    assert_eq!(provider.requests().last().unwrap().end, End::Finished);
}

#[test]
fn hangs_send_nothing_or_only_headers() {
    let provider = SimulatedProvider::start(Persona::Groq);
    provider.next(Call::Chat, Behaviour::HangBeforeHeaders);
    let mut client = begin_chat(&provider);
    provider.wait_for(1);
    assert!(client.is_silent_for(Duration::from_millis(100)));
    provider.next(Call::Chat, Behaviour::HangAfterHeaders);
    let mut client = begin_chat(&provider);
    assert!(client.read_until("\r\n\r\n").starts_with("HTTP/1.1 200"));
    assert!(client.is_silent_for(Duration::from_millis(100)));
}

#[test]
fn bytes_come_one_by_one_and_make_the_same_answer() {
    let provider = SimulatedProvider::start(Persona::OpenAi);
    provider.answer_with(Answer::text("Ein Käfer schläft."));
    provider.next(Call::Chat, Behaviour::SplitEveryByte);
    let reply = chat(&provider, true);
    assert_eq!(said(&reply.events()), "Ein Käfer schläft.");
    assert_eq!(reply.chunks, reply.body.len());
}

#[test]
fn wrong_bodies_are_wrong_in_the_way_asked_for() {
    let provider = SimulatedProvider::start(Persona::Compatible);
    let reply_to = |behaviour: Behaviour| {
        provider.next(Call::Models, behaviour);
        call(&provider, "GET", "/v1/models", provider.key().as_deref(), "")
    };
    let html = reply_to(Behaviour::Html);
    assert!(html.head.contains("text/html") && html.text().contains("<html>"));
    let moved = reply_to(Behaviour::RedirectTo("http://127.0.0.1:9/x".to_owned()));
    assert!(moved.status == 307 && moved.head.contains("location: http://127.0.0.1:9/x"));
    let empty = reply_to(Behaviour::EmptyBody);
    assert!(empty.status == 200 && empty.body.is_empty() && empty.whole);
    let typed = reply_to(Behaviour::WrongContentType);
    assert!(typed.head.contains("application/octet-stream") && typed.json()["data"].is_array());
    let line = reply_to(Behaviour::EndlessLine(300_000));
    assert!(line.body.len() > 300_000 && !line.body.contains(&b'\n'));
    let bomb = reply_to(Behaviour::GzipBomb);
    assert!(bomb.head.contains("content-encoding: gzip") && bomb.body.len() < 8_000_000);
    let mut unfolded = flate2::read::GzDecoder::new(bomb.body.as_slice()).take(64 * 1024 * 1024);
    let size = std::io::copy(&mut unfolded, &mut std::io::sink()).unwrap();
    assert_eq!(size, 64 * 1024 * 1024, "it goes on for as long as anybody reads");
}

#[test]
fn model_names_ask_for_behaviours() {
    for (name, what) in Behaviour::NAMES {
        assert!(Behaviour::by_name(name, Persona::Xai).is_some() && what.len() > 8, "{name}");
        assert!(Persona::ALL.iter().all(|persona| persona.provider_id() != *name), "{name} is a provider");
    }
    assert!(Behaviour::by_name("gpt-4.1-mini", Persona::OpenAi).is_none());
    let provider = SimulatedProvider::start(Persona::Ollama);
    let ask = |model: &str| {
        let body = json!({ "model": model, "messages": [] }).to_string();
        call(&provider, "POST", "/api/chat", None, &body)
    };
    assert_eq!(ask("fault-500").status, 500);
    assert_eq!(ask("fault-507").status, 507);
    assert!(ask("fault-429-wait").head.contains("retry-after: 20"));
    assert!(!ask("fault-cut").whole);
    assert_eq!(ask("long").events().len(), 1_001);
    assert_eq!(ask("unknown").status, 404);
}
