//! How a request ends when it does not end well: each is told, recorded, and asked of the provider exactly once.

use super::wire::Wire;
use super::{House, MODELS};
use inkhorn_testkit::{Answer, Behaviour, Call, End, Persona, Program, Refusal};
use serde_json::{Value, json};
use std::time::{Duration, Instant};

const ALL: [Persona; 3] = [MODELS[0].0, MODELS[1].0, MODELS[2].0];

#[test]
fn a_refusal_of_the_provider_is_told_once_in_the_callers_dialect() {
    let house = House::with(&ALL);
    let mut asked = 0;
    for back in &house.backs {
        for (behaviour, status, code) in [
            (Behaviour::status(500), 502, "upstream_failed"),
            (Behaviour::Status(Refusal::of(503).with_body("")), 503, "overloaded"),
            (Behaviour::status(400), 400, "bad_request"),
            (Behaviour::status(404), 404, "model_not_found"),
            (Behaviour::status(401), 502, "wrong_key"),
            (Behaviour::EchoKey, 502, "wrong_key"),
            (Behaviour::Html, 502, "not_an_api"),
            (Behaviour::EmptyBody, 502, "stream_broken"),
            (Behaviour::CutAfterBytes(0), 502, "stream_broken"),
            (Behaviour::CutAfterBytes(20), 502, "stream_broken"),
            (Behaviour::RedirectTo("http://127.0.0.1:9/".to_owned()), 502, "redirect_refused"),
            (Behaviour::Status(Refusal::without_credit(back.provider.persona())), 402, "no_credit"),
        ] {
            back.next(behaviour.clone());
            let reply = house.ask(&house.chat(&back.model, json!({})));
            asked += 1;
            back.one_chat();
            let what = format!("{behaviour:?} at {}", back.model);
            assert_eq!(reply.error(), (status, code.to_owned()), "{what}: {}", reply.text());
            if let Some(key) = &back.key {
                assert!(!reply.text().contains(&key[key.len() - 12..]), "{what}: the key came back");
            }
            let again = reply.head.header("x-should-retry");
            assert_eq!(again, Some(if status == 503 { "true" } else { "false" }), "{what}");
        }
        back.next(Behaviour::busy_for("17"));
        let reply = house.ask(&house.chat(&back.model, json!({ "stream": true })));
        asked += 1;
        back.one_chat();
        assert_eq!(reply.error(), (429, "rate_limited".to_owned()));
        assert_eq!(reply.head.header("retry-after"), Some("17"), "{}", back.model);
    }
    let rows = house.rows();
    assert_eq!(rows.len(), asked);
    assert!(rows.iter().all(|row| row["result"] == "failed" && row["app"] == "Pen"), "{rows:?}");
    house.close();
}

#[test]
fn a_stream_that_breaks_is_told_and_never_ends_like_a_good_one() {
    let house = House::with(&ALL);
    for back in &house.backs {
        for behaviour in [
            Behaviour::CutAfterChunks(3),
            Behaviour::StopWithoutEnd(3),
            Behaviour::ErrorInsideStream(3),
            Behaviour::EchoKeyInStream(3),
        ] {
            back.next(behaviour.clone());
            let mut wire = house.send(&house.chat(&back.model, json!({ "stream": true })));
            assert_eq!(wire.head().status, 200);
            let events = wire.events();
            let what = format!("{behaviour:?} at {}: {events:?}", back.model);
            let (last, before) = events.split_last().expect("events");
            let last: Value = serde_json::from_str(last).expect("the error is JSON");
            assert!(last["error"]["message"].is_string() && last["error"]["code"].is_string(), "{what}");
            assert!(before.iter().filter(|event| event.contains("\"content\"")).count() >= 3, "{what}");
            assert!(!events.iter().any(|event| event == "[DONE]"), "{what}");
            if let Some(key) = &back.key {
                assert!(!what.contains(&key[key.len() - 12..]), "the key came back");
            }
            back.one_chat();
        }
        // The same where the caller wants it whole: a proper status instead of half an answer.
        back.next(Behaviour::CutAfterBytes(60));
        let reply = house.ask(&house.chat(&back.model, json!({})));
        assert_eq!(reply.error(), (502, "stream_broken".to_owned()), "{}", back.model);
        back.one_chat();
    }
    let rows = house.rows();
    assert_eq!(rows.len(), 15);
    assert!(rows.iter().all(|row| row["result"] == "failed" && row["error"].is_string()), "{rows:?}");
    house.close();
}

#[test]
fn a_caller_that_goes_away_ends_the_request_at_the_provider() {
    let house = House::with(&ALL);
    let mut took = Vec::new();
    for back in &house.backs {
        for (behaviour, stream) in [
            (Behaviour::HoldAfter(2), true),
            (Behaviour::HangBeforeHeaders, true),
            (Behaviour::HangAfterHeaders, true),
            (Behaviour::Slow, false),
            (Behaviour::HangBeforeHeaders, false),
        ] {
            let words = matches!(behaviour, Behaviour::HoldAfter(_));
            back.next(behaviour.clone());
            let mut wire = house.send(&house.chat(&back.model, json!({ "stream": stream })));
            let number = back.provider.wait_for_chats(1)[0].number;
            if words {
                assert_eq!(wire.head().status, 200);
                while !wire.event().expect("a word").contains("\"content\":\"rain") {}
            }
            drop(wire);
            let left = Instant::now();
            assert_eq!(
                back.provider.wait_for_end(number),
                End::ClosedEarly,
                "{behaviour:?} at {}",
                back.model
            );
            took.push(left.elapsed());
            back.one_chat();
        }
    }
    // One that took longer met a busy machine; most of them did not.
    took.sort_unstable();
    assert!(took[12] < Duration::from_secs(1), "closed after {took:?}");
    let rows = house.wait_for_rows(15);
    assert!(rows.iter().all(|row| row["result"] == "aborted"), "{rows:?}");
    let counted = rows.iter().filter(|row| row["output_tokens"].as_u64() > Some(0)).count();
    assert!(counted >= 3, "what was written before is counted: {rows:?}");
    house.close();
}

#[test]
fn a_slow_model_is_shown_to_be_alive() {
    let house = House::with(&[Persona::Ollama]);
    house.back().next(Behaviour::Slow);
    let mut wire = house.send(&house.chat(&house.back().model, json!({ "stream": true })));
    assert_eq!(wire.head().status, 200, "the head does not wait for the first word");
    let asked = Instant::now();
    assert_eq!(wire.frame().as_deref(), Some(": keep-alive\n\n"));
    assert!(asked.elapsed() > Duration::from_secs(10), "told after {:?}", asked.elapsed());
    house.back().provider.release();
    let events = wire.events();
    assert_eq!(events.last().map(String::as_str), Some("[DONE]"));
    house.close();
}

/// The gateway dies at the very moment at which a caller has seen the end. Whatever the end was, its row is there.
#[test]
fn what_an_answer_cost_is_written_down_before_its_end_is_told() {
    for (behaviour, stream, result) in [
        (Behaviour::Standing, true, "completed"),
        (Behaviour::Standing, false, "completed"),
        (Behaviour::CutAfterChunks(3), true, "failed"),
        (Behaviour::status(500), false, "failed"),
    ] {
        let mut house = House::with(&[Persona::OpenAi]);
        house.back().next(behaviour.clone());
        let mut wire = house.send(&house.chat(&house.back().model, json!({ "stream": stream })));
        let serve = house.serve.take().expect("it serves");
        let head = wire.head();
        if stream {
            while wire.event().is_some_and(|event| event != "[DONE]" && !event.contains("\"error\"")) {}
        } else {
            assert!(head.status == 200 || head.status == 502);
        }
        serve.running().kill();
        let ended = serve.kill();
        house.keep("serve", &ended);
        let rows = house.rows();
        assert_eq!(rows.len(), 1, "{behaviour:?}");
        assert_eq!(rows[0]["result"], result, "{behaviour:?}");
        house.search();
    }
}

#[test]
fn the_polite_signal_ends_running_answers_and_the_program() {
    let mut house = House::with(&[Persona::OpenAi]);
    let provider = &house.back().provider;
    provider.next(Call::Chat, Behaviour::HoldAfter(2));
    let mut wire = house.send(&house.chat(&house.back().model, json!({ "stream": true })));
    assert_eq!(wire.head().status, 200);
    wire.event().expect("a word");
    let number = provider.wait_for_chats(1)[0].number;
    // Another one waits idle.
    let mut idle = Wire::to(house.host());

    let told = Instant::now();
    let host = house.host().to_owned();
    let ended = house.serve.take().expect("it serves").stop();
    assert!(ended.succeeded() && ended.stderr.is_empty(), "{}", String::from_utf8_lossy(&ended.stderr));
    assert!(told.elapsed() < Duration::from_secs(4), "it took {:?}", told.elapsed());
    assert_eq!(house.back().provider.wait_for_end(number), End::ClosedEarly);
    assert!(!String::from_utf8_lossy(&wire.until_closed()).contains("[DONE]"), "passed off as whole");
    assert!(idle.until_closed().is_empty());
    assert!(std::net::TcpStream::connect(host).is_err(), "nobody listens any more");
    let rows = house.rows();
    assert_eq!((rows.len(), &rows[0]["result"]), (1, &json!("aborted")));
    house.keep("serve", &ended);
    house.search();
}

#[test]
fn a_port_that_is_taken_is_told_and_no_other_is_taken_instead() {
    let house = House::with(&[Persona::Ollama]);
    let port = house.host().rsplit(':').next().expect("a port");
    let second = house.program.run(&["--json", "serve", "--port", port]);
    assert_eq!((second.code(), second.error_code().as_deref()), (Some(1), Some("busy")));
    assert!(second.text().contains(port), "it names the port: {}", second.text());
    house.keep("second", &second);
    // One of another program, on the second family of addresses only.
    let other = std::net::TcpListener::bind("[::1]:0").expect("a free port");
    let port = other.local_addr().expect("bound").port().to_string();
    let third = house.program.run(&["--json", "serve", "--port", &port]);
    assert_eq!((third.code(), third.error_code().as_deref()), (Some(1), Some("busy")));
    for everywhere in ["0.0.0.0", "::"] {
        let wide = house.program.run(&["--json", "serve", "--port", "0", "--bind", everywhere]);
        assert_eq!(
            (wide.code(), wide.error_code().as_deref()),
            (Some(2), Some("usage_error")),
            "{everywhere}"
        );
    }
    assert_eq!(house.ask(&house.chat(&house.back().model, json!({}))).status(), 200, "the first serves on");
    // Both families lead to it.
    let v6 = house.host().replace("127.0.0.1", "[::1]");
    assert_eq!(Wire::to(&v6).get("/v1/models", &house.token, &[]).status(), 200);
    house.close();
}

#[test]
fn a_vault_that_stays_shut_serves_what_needs_no_key() {
    let mut house = House::with(&[Persona::OpenAi, Persona::Ollama]);
    let served = house.serve.take().expect("it serves").stop();
    house.keep("serve", &served);
    let without = Program::on(&house.profile);
    house.serve = Some(without.spawn_serve(&[]));
    house.backs[1].provider.answer_with(Answer::text("Here."));
    let refused = house.ask(&house.chat(&house.backs[0].model, json!({})));
    assert_eq!(refused.status(), 503, "{}", refused.text());
    assert!(house.backs[0].provider.chats().is_empty());
    let local = house.ask(&house.chat(&house.backs[1].model, json!({})));
    assert_eq!(local.json()["choices"][0]["message"]["content"], "Here.");
    let serve = house.serve.take().expect("it serves").stop();
    assert!(serve.succeeded());
    house.keep("serve", &serve);
    house.search();
}
