//! Many at once.

use super::House;
use super::wire::Wire;
use inkhorn_testkit::{Answer, Behaviour, Call, End, Persona, Recorded};
use serde_json::json;
use std::collections::HashSet;
use std::time::{Duration, Instant};

#[test]
fn of_thirty_streams_half_go_away_and_the_others_end_well() {
    let house = House::with(&[Persona::OpenAi]);
    let provider = &house.back().provider;
    provider.answer_with(Answer::words(40));
    provider.always(Call::Chat, Behaviour::HoldAfter(5));
    let body = house.chat(&house.back().model, json!({ "stream": true }));
    let mut wires: Vec<Wire> = (0..30).map(|_| house.send(&body)).collect();
    for wire in &mut wires {
        assert_eq!(wire.head().status, 200);
        while !wire.event().expect("a word").contains("w5") {}
    }
    provider.wait_for_chats(30);
    wires.truncate(15);
    let left = Instant::now();
    let ended = |all: &[Recorded]| all.iter().filter(|one| one.end != End::Open).count();
    provider.wait_until("10 ended", |all| ended(all) >= 10);
    assert!(left.elapsed() < Duration::from_secs(1), "closed after {:?}", left.elapsed());
    let closed = provider.wait_until("15 ended", |all| ended(all) == 15);
    assert_eq!(closed.iter().filter(|one| one.closed_early()).count(), 15);
    provider.release();
    for wire in &mut wires {
        let events = wire.events();
        assert!(events.iter().any(|event| event.contains("w40")), "{events:?}");
        assert_eq!(events.last().map(String::as_str), Some("[DONE]"));
    }
    let rows = house.wait_for_rows(30);
    let told = |result: &str| rows.iter().filter(|row| row["result"] == result).count();
    assert_eq!((told("completed"), told("aborted")), (15, 15));
    assert_eq!(provider.chats().len(), 30);
    house.close();
}

#[test]
fn beyond_its_places_an_app_waits_and_beyond_the_queue_it_is_told() {
    let house = House::with(&[Persona::Ollama]);
    let provider = &house.back().provider;
    provider.hold();
    let body = house.chat(&house.back().model, json!({}));
    let mut wires: Vec<Wire> = (0..140).map(|_| house.send(&body)).collect();
    provider.wait_for_chats(64);
    // 64 are under way, 64 wait, and twelve are told; which ones is chance.
    let mut told = HashSet::new();
    let give_up = Instant::now() + Duration::from_secs(15);
    while told.len() < 12 {
        assert!(Instant::now() < give_up, "only {} were told", told.len());
        for (number, wire) in wires.iter_mut().enumerate() {
            if !told.contains(&number) && wire.has_come() {
                let reply = wire.reply();
                assert_eq!(reply.error(), (429, "over_limit".to_owned()));
                assert!(reply.head.header("retry-after").is_some());
                told.insert(number);
            }
        }
    }
    assert_eq!(provider.chats().len(), 64, "those that wait are not sent on");
    provider.release();
    for (number, wire) in wires.iter_mut().enumerate().filter(|(number, _)| !told.contains(number)) {
        assert_eq!(wire.reply().status(), 200, "request {number}");
    }
    assert_eq!(provider.chats().len(), 128);
    house.close();
}

#[test]
fn beyond_all_limits_a_connection_is_closed_and_the_next_good_one_gets_in() {
    let house = House::with(&[Persona::Ollama]);
    let idle: Vec<Wire> = (0..256).map(|_| Wire::to(house.host())).collect();
    let mut one_more = Wire::to(house.host());
    one_more.send(b"GET /v1/models HTTP/1.1\r\n");
    assert!(one_more.until_closed().is_empty(), "the 257th is closed unheard");
    drop(idle);
    super::wait_until("there is room again", || {
        let mut wire = Wire::to(house.host());
        let (host, token) = (house.host(), &house.token);
        wire.send(
            format!("GET /v1/models HTTP/1.1\r\nhost: {host}\r\nauthorization: Bearer {token}\r\n\r\n")
                .as_bytes(),
        );
        wire.try_head().is_some_and(|head| head.status == 200)
    });
    assert_eq!(house.ask(&house.chat(&house.back().model, json!({}))).status(), 200);
    house.close();
}
