//! The Desk against a simulated provider: what the page is told is kept, what fails loses nothing, what is deleted is gone.
#![allow(clippy::expect_used, clippy::panic, reason = "a test says what it expected")]

use inkhorn_contract::*;
use inkhorn_domain::Face;
use inkhorn_engine::{Engine, EngineOptions, FixedEnvironment, SystemClock};
use inkhorn_fault::Code;
use inkhorn_secret::Secret;
use inkhorn_testkit::{Answer, Behaviour, Call, Canary, End, Persona, ScratchProfile, SimulatedProvider};
use inkhorn_vault::NoKeychain;
use std::sync::Arc;
use std::sync::mpsc::{Sender, channel};

struct House {
    engine: Engine,
    provider: SimulatedProvider,
    profile: ScratchProfile,
    model: String,
    key: Canary,
}

fn open(profile: &ScratchProfile) -> Engine {
    Engine::open(EngineOptions {
        dir: profile.data_dir(),
        passphrase: Some(Secret::new("correct horse battery staple".into())),
        face: Face::Window,
        keychain: Arc::new(NoKeychain),
        clock: Arc::new(SystemClock::new()),
        environment: Arc::new(FixedEnvironment::default()),
    })
    .expect("a fresh profile opens")
}

async fn house(persona: Persona) -> House {
    let key = Canary::key_of(persona);
    let provider = SimulatedProvider::start_with_key(persona, key.text());
    let profile = ScratchProfile::make();
    let engine = open(&profile);
    let draft = ConnectionDraft {
        provider: persona.provider_id().into(),
        label: Some("Test".into()),
        base_url: Some(provider.base_url()),
        auth: None,
        key: KeyInput::Typed { key: Secret::new(key.text().into()) },
        headers: Vec::new(),
        models: Vec::new(),
    };
    let added = engine.connections_add(ConnectionAddRequest { draft, test: true }).await.expect("it answers");
    assert_eq!((added.slug.as_str(), added.status), ("test", "connected"));
    let model = format!("test/{}", provider.models()[0].id);
    House { engine, provider, profile, model, key }
}

fn send(conversation: Option<&str>, text: &str, model: &str) -> DeskSendRequest {
    let conversation = conversation.map(str::to_owned);
    DeskSendRequest {
        conversation,
        text: text.to_owned(),
        model: Some(model.to_owned()),
        ..DeskSendRequest::default()
    }
}

fn into(events: Sender<DeskEvent>) -> impl FnMut(DeskEvent) + Send {
    move |event| drop(events.send(event))
}

fn started(event: DeskEvent) -> (ConversationView, MessageView) {
    match event {
        DeskEvent::Started { conversation, answer, .. } => (conversation, answer),
        other => panic!("the first event is the start, not {other:?}"),
    }
}

async fn messages(engine: &Engine, conversation: &str) -> Vec<MessageView> {
    let request = DeskOpenRequest { conversation: Some(conversation.to_owned()) };
    engine.desk_open(request).await.expect("it opens").messages
}

async fn rows(engine: &Engine) -> Vec<UsageRowView> {
    match engine.usage(UsageRequest::default()).await.expect("usage").rows {
        UsageRows::Requests(rows) => rows,
        UsageRows::Groups(_) => panic!("rows were asked for"),
    }
}

#[tokio::test]
async fn a_text_is_answered_kept_counted_and_found_again() {
    for persona in [Persona::OpenAi, Persona::Anthropic, Persona::Gemini, Persona::Cohere, Persona::Bedrock] {
        let house = house(persona).await;
        house.provider.answer_with(Answer::text("Call me Ishmael, said the model."));
        let (events, seen) = channel();
        let draft = DeskDraftRequest { conversation: None, text: "half a thought".into() };
        house.engine.desk_draft(draft).await.expect("kept");
        let prompt = Canary::prompt();
        let request = send(None, prompt.text(), &house.model);
        let answer = house.engine.desk_send(request, into(events)).await.expect("answered");
        assert_eq!((answer.state, answer.text.as_str()), ("done", "Call me Ishmael, said the model."));
        let line = answer.answer.expect("a quiet line");
        assert_eq!((line.quality.as_str(), line.locality.as_str()), ("reported", "cloud"));
        assert!(line.input_tokens > Some(0) && line.output_tokens > Some(0));

        let mut seen: Vec<DeskEvent> = seen.try_iter().collect();
        let (conversation, _) = started(seen.remove(0));
        let piece = |event: &DeskEvent| match event {
            DeskEvent::Text { text } => text.clone(),
            _ => String::new(),
        };
        let streamed: String = seen.iter().map(piece).collect();
        assert_eq!(streamed, answer.text, "what streamed is what is kept");

        let search = DeskListRequest { search: Some("ISHMAEL".into()) };
        let found = house.engine.desk_list(search).await.expect("a list");
        assert_eq!(found.conversations.len(), 1);
        assert!(found.conversations[0].snippet.as_ref().is_some_and(|snippet| snippet.contains("Ishmael")));
        let new = house.engine.desk_open(DeskOpenRequest { conversation: None }).await.expect("a new one");
        assert_eq!(new.draft, "", "what was sent is no draft any more");

        let rows = rows(&house.engine).await;
        assert_eq!((rows.len(), rows[0].feature.as_str(), rows[0].result.as_str()), (1, "chat", "completed"));
        assert_eq!(rows[0].input_tokens, line.input_tokens);

        // Reopened, everything is there; on disk, neither key nor text stands in the clear.
        let again = open(&house.profile);
        again.unlock().await;
        assert_eq!(messages(&again, &conversation.id).await.len(), 2);
        let said = Canary::of("the answer", "Call me Ishmael, said the model.");
        house.profile.assert_clean(&[&house.key, &prompt, &said]);
    }
}

#[tokio::test]
async fn stop_ends_the_upstream_request_and_keeps_what_came() {
    let house = house(Persona::OpenAi).await;
    house.provider.answer_with(Answer::words(50));
    house.provider.next(Call::Chat, Behaviour::HoldAfter(3));
    let (events, seen) = channel();
    let engine = house.engine.clone();
    let request = send(None, "Go on for ever.", &house.model);
    let sending = tokio::spawn(async move { engine.desk_send(request, into(events)).await });
    let watching = tokio::task::spawn_blocking(move || {
        let (_, answer) = started(seen.recv().expect("it starts"));
        while !matches!(seen.recv().expect("words"), DeskEvent::Text { .. }) {}
        (seen, answer)
    });
    let (_seen, answer) = watching.await.expect("events");
    let stop = DeskStopRequest { message: answer.id };
    assert!(house.engine.desk_stop(stop.clone()).await.expect("an answer").stopped);
    let answer = sending.await.expect("joined").expect("a stopped answer is an answer");
    assert_eq!(answer.state, "stopped");
    assert!(!answer.text.is_empty());
    let again = house.engine.desk_stop(stop).await.expect("an answer");
    assert!(!again.stopped, "nothing is running any more, and stop does not claim otherwise");

    let rows = rows(&house.engine).await;
    assert_eq!((rows[0].result.as_str(), rows[0].quality.as_str()), ("aborted", "partial"));
    assert!(rows[0].output_tokens > Some(0));
    let number = house.provider.chats().last().expect("one chat").number;
    let provider = house.provider;
    let ended = tokio::task::spawn_blocking(move || provider.wait_for_end(number)).await.expect("it ends");
    assert_eq!(ended, End::ClosedEarly, "the upstream request ended too");
}

#[tokio::test]
async fn a_failure_keeps_the_question_the_partial_answer_and_the_reason() {
    let house = house(Persona::OpenAi).await;
    let (events, seen) = channel();
    house.provider.next(Call::Chat, Behaviour::status(429));
    let request = send(None, "First try.", &house.model);
    let answer = house.engine.desk_send(request, into(events)).await.expect("kept");
    assert_eq!(answer.state, "failed");
    assert_eq!(answer.fault.expect("a reason").code, Code::RateLimited);
    let (conversation, _) = started(seen.recv().expect("it started"));

    house.provider.answer_with(Answer::words(30));
    house.provider.next(Call::Chat, Behaviour::CutAfterChunks(5));
    let (events, _seen) = channel();
    let request = send(Some(&conversation.id), "Second try.", &house.model);
    let cut = house.engine.desk_send(request, into(events)).await.expect("kept");
    assert_eq!((cut.state, cut.fault.expect("a reason").code), ("failed", Code::StreamBroken));
    assert!(!cut.text.is_empty(), "what came is kept");
    let kept = messages(&house.engine, &conversation.id).await;
    assert_eq!((kept.len(), &kept[3].text), (4, &cut.text));
    let rows = rows(&house.engine).await;
    let told: Vec<_> = rows.iter().map(|row| (row.result.as_str(), row.cost.as_deref())).collect();
    assert_eq!(told[1], ("failed", Some("0")), "who was turned away owes nothing");
    assert_eq!((told[0].0, rows[0].quality.as_str()), ("failed", "partial"), "what came was counted");
}

#[tokio::test]
async fn an_answer_again_replaces_the_old_one_only_when_it_has_begun() {
    let house = house(Persona::OpenAi).await;
    house.provider.answer_with(Answer::text("The first answer."));
    let (events, seen) = channel();
    let request = send(None, "Tell me.", &house.model);
    let first = house.engine.desk_send(request, into(events)).await.expect("answered");
    let (conversation, _) = started(seen.recv().expect("it started"));

    house.provider.next(Call::Chat, Behaviour::status(500));
    let again = |text: Option<&str>| {
        let text = text.map(str::to_owned);
        DeskRetryRequest { message: first.id.clone(), model: None, text, ..DeskRetryRequest::default() }
    };
    let (events, _seen) = channel();
    let failed = house.engine.desk_retry(again(None), into(events)).await.expect("told");
    assert_eq!(failed.state, "failed");
    let kept = messages(&house.engine, &conversation.id).await;
    assert_eq!((kept.len(), kept[1].text.as_str()), (2, "The first answer."), "a failure loses nothing");

    house.provider.answer_with(Answer::text("The second answer."));
    let (events, _seen) = channel();
    let second = house.engine.desk_retry(again(Some("Tell me more.")), into(events)).await.expect("answered");
    let kept = messages(&house.engine, &conversation.id).await;
    let texts: Vec<_> = kept.iter().map(|message| message.text.as_str()).collect();
    assert_eq!(texts, ["Tell me more.", "The second answer."]);

    let edit = DeskEditRequest { message: second.id.clone(), text: "Mended by hand.".into() };
    assert_eq!(house.engine.desk_edit(edit).await.expect("edited").text, "Mended by hand.");
    house.engine.desk_delete_message(MessageRequest { message: second.id }).await.expect("deleted");
    assert_eq!(messages(&house.engine, &conversation.id).await.len(), 1);
    house.engine.desk_delete(ConversationRequest { conversation: conversation.id }).await.expect("deleted");
    assert!(
        house.engine.desk_list(DeskListRequest::default()).await.expect("a list").conversations.is_empty()
    );
}

#[tokio::test]
async fn an_answer_that_a_dead_window_left_is_called_stopped() {
    let house = house(Persona::OpenAi).await;
    house.provider.next(Call::Chat, Behaviour::HangBeforeHeaders);
    let (events, seen) = channel();
    let engine = house.engine.clone();
    let request = send(None, "Are you there?", &house.model);
    let sending = tokio::spawn(async move { engine.desk_send(request, into(events)).await });
    let provider = house.provider;
    let waiting = tokio::task::spawn_blocking(move || {
        provider.wait_for_chats(1);
        (started(seen.recv().expect("it starts")).0, provider)
    });
    let (conversation, _provider) = waiting.await.expect("events");
    sending.abort();
    assert!(sending.await.is_err_and(|error| error.is_cancelled()));
    let again = open(&house.profile);
    again.unlock().await;
    let kept = messages(&again, &conversation.id).await;
    assert_eq!((kept[0].text.as_str(), kept[1].state), ("Are you there?", "stopped"));
    assert_eq!(
        rows(&again).await[0].result.as_str(),
        "aborted",
        "the row was written when the task was ended"
    );
}

#[tokio::test]
async fn an_estimate_says_what_it_does_not_know() {
    let house = house(Persona::OpenAi).await;
    let ask = |model: &str| {
        let (text, model) = ("word ".repeat(1_000), Some(model.to_owned()));
        DeskEstimateRequest { text, model, ..DeskEstimateRequest::default() }
    };
    let estimate = house.engine.desk_estimate(ask("test/a-model-of-next-year")).await.expect("an estimate");
    assert!((1_000..2_000).contains(&estimate.input_tokens), "{}", estimate.input_tokens);
    assert_eq!((estimate.cost.usd, estimate.cost.source.as_str(), estimate.fits), (None, "unknown", None));
    let nowhere = house.engine.desk_estimate(ask("nowhere/x")).await.expect("an estimate");
    assert_eq!(nowhere.model, None);
}

#[tokio::test]
async fn thoughts_go_back_to_the_model_that_demands_them_and_to_no_other() {
    for (persona, wants_them) in [(Persona::DeepSeek, true), (Persona::Compatible, false)] {
        let house = house(persona).await;
        house.provider.answer_with(Answer::text("Blue.").with_reasoning("The sea, or the sky? "));
        let first = send(None, "Which colour?", &house.model);
        let (events, seen) = channel();
        let answer = house.engine.desk_send(first, into(events)).await.expect("answered");
        assert_eq!(answer.reasoning.as_deref(), Some("The sea, or the sky? "));
        let (conversation, _) = started(seen.recv().expect("a start"));
        let second = send(Some(&conversation.id), "Why?", &house.model);
        house.engine.desk_send(second, |_| ()).await.expect("answered");
        let chats = house.provider.chats();
        let turns = chats.last().expect("two chats").json()["messages"].clone();
        assert_eq!((&turns[1]["role"], &turns[1]["content"]), (&"assistant".into(), &"Blue.".into()));
        let thoughts = turns[1].get("reasoning_content").and_then(|text| text.as_str());
        assert_eq!(thoughts, wants_them.then_some("The sea, or the sky? "), "{persona:?}");
    }
}
