//! Assistants: the nine, what the writer changes of them, the writer's own, and what goes over the wire with them.

use crate::house::{House, as_request, last_body, open, own, text, turn};
use inkhorn_contract::*;
use inkhorn_fault::Code;
use inkhorn_testkit::{Answer, Canary, Persona};
use serde_json::json;

#[tokio::test]
async fn a_built_in_one_is_changed_put_back_and_never_removed() {
    let house = House::empty();
    let view = house.engine.assistants_list(Nothing {}).await.expect("a list");
    assert_eq!((view.assistants.len(), view.locked), (9, false), "without a vault they are there");
    let came = house.find("blog").await.expect("built in");
    assert!(came.built_in && !came.changed && came.name.en != came.name.id.to_uppercase());
    let said = Canary::prompt();
    let changed = AssistantSaveRequest { instructions: said.text().into(), ..as_request(&came) };
    let changed = house.assistant(changed).await.expect("changed");
    assert_eq!((changed.id.as_str(), changed.changed), ("blog", true));
    assert_eq!(changed.name, came.name, "a name that was not touched stays in both languages");
    let again = AssistantSaveRequest { name: "Jurnal".into(), ..as_request(&changed) };
    let renamed = house.assistant(again).await.expect("changed again");
    assert_eq!((renamed.name.en.as_str(), renamed.name.id.as_str()), ("Jurnal", "Jurnal"));
    house.profile.assert_clean(&[&said]);

    let reopened = open(&house.profile);
    let locked = reopened.assistants_list(Nothing {}).await.expect("a list");
    assert!(locked.locked && locked.assistants.iter().all(|one| !one.changed), "what is sealed is not shown");

    let as_it_came = house.assistant(as_request(&came)).await.expect("written back by hand");
    assert_eq!(as_it_came, came, "the same words are no change");
    house.assistant(as_request(&renamed)).await.expect("changed once more");
    let request = AssistantRequest { assistant: "blog".into() };
    assert_eq!(house.engine.assistants_reset(request.clone()).await.expect("put back"), came);
    assert_eq!(house.engine.assistants_reset(request.clone()).await.expect("put back twice"), came);
    let removed = house.engine.assistants_delete(request).await.map_err(|fault| fault.code());
    assert_eq!(removed, Err(Code::BadRequest));
    assert_eq!(house.find("blog").await, Some(came));
}

#[tokio::test]
async fn an_own_one_is_sealed_used_and_missed_by_nobody_when_it_is_removed() {
    let house = House::empty();
    let provider = house.connect(Persona::OpenAi, "Test", &["gpt-4o"]).await;
    house.default_model("test/gpt-4o").await;
    let (name, said) = (Canary::of("the name", "Aunt CANARYAUNT"), Canary::prompt());
    let about = Canary::of("the description", "Knows CANARYABOUT best.");
    let request = AssistantSaveRequest {
        description: about.text().into(),
        settings: MemberSettingsView { temperature: Some(0.3), max_tokens: Some(90), reasoning: None },
        ..own(name.text(), said.text())
    };
    let made = house.assistant(request).await.expect("made");
    assert!(!made.built_in && !made.changed);
    let prompt = PromptSaveRequest {
        name: "P".into(),
        text: "x".into(),
        assistant: Some(made.id.clone()),
        ..PromptSaveRequest::default()
    };
    house.prompt(prompt).await.expect("made");

    let send = DeskSendRequest { assistant: Some(made.id.clone()), ..text("Who came by?") };
    let (answer, told) = house.send(send).await;
    let begun = crate::house::conversation(&told);
    assert_eq!(begun.assistant.as_deref(), Some(made.id.as_str()));
    let body = last_body(&provider);
    assert_eq!(turn(&body, 0), ("system", said.text()));
    assert_eq!(turn(&body, 1), ("user", "Who came by?"));
    assert_eq!((&body["temperature"], &body["max_completion_tokens"]), (&json!(0.3), &json!(90)));
    let line = answer.answer.clone().expect("a quiet line");
    let shown = line.assistant.expect("its assistant");
    assert_eq!((shown.name.en.as_str(), shown.auto), (name.text(), None));
    assert_eq!(house.usage().await[0].feature, "prose");
    house.profile.assert_clean(&[&name, &said, &about]);

    let removed = AssistantRequest { assistant: made.id.clone() };
    let removed = house.engine.assistants_delete(removed).await.expect("removed");
    assert_eq!((removed.prompts, removed.conversations), (1, 1));
    assert_eq!(house.prompts().await[0].assistant, None);
    let opened = DeskOpenRequest { conversation: Some(begun.id.clone()) };
    let opened = house.engine.desk_open(opened).await.expect("it opens");
    let kept = opened.messages[1].answer.clone().and_then(|line| line.assistant).expect("as it was");
    assert_eq!(kept.name.en, name.text(), "an old answer still says who wrote it");
    let next = DeskSendRequest { conversation: Some(begun.id), ..text("And then?") };
    house.send(next).await;
    assert_eq!(turn(&last_body(&provider), 0).0, "user", "it goes on without one");
}

#[tokio::test]
async fn what_cannot_be_an_assistant_is_refused() {
    let house = House::empty();
    let good = || own("Good", "Be good.");
    let wrong = [
        (AssistantSaveRequest { name: " ".into(), ..good() }, Code::BadRequest),
        (AssistantSaveRequest { name: "x".repeat(61), ..good() }, Code::BadRequest),
        (AssistantSaveRequest { name: "a\u{202e}b".into(), ..good() }, Code::BadRequest),
        (AssistantSaveRequest { description: "two\nlines".into(), ..good() }, Code::BadRequest),
        (AssistantSaveRequest { instructions: "x".repeat(200 * 1024), ..good() }, Code::OverLimit),
        (AssistantSaveRequest { feature: "gateway".into(), ..good() }, Code::BadRequest),
        (AssistantSaveRequest { model: Some("nowhere/x".into()), ..good() }, Code::ModelNotFound),
        (AssistantSaveRequest { id: Some("auto".into()), ..good() }, Code::NotFound),
        (AssistantSaveRequest { id: Some("f".repeat(32)), ..good() }, Code::NotFound),
        (
            AssistantSaveRequest {
                settings: MemberSettingsView { temperature: Some(9.0), ..MemberSettingsView::default() },
                ..good()
            },
            Code::BadRequest,
        ),
    ];
    for (at, (request, code)) in wrong.into_iter().enumerate() {
        assert_eq!(house.assistant(request).await, Err(code), "number {at}");
    }
    assert_eq!(house.engine.assistants_list(Nothing {}).await.expect("a list").assistants.len(), 9);
    let send = DeskSendRequest { assistant: Some("nobody".into()), ..text("x") };
    let refused = house.engine.desk_send(send, |_| ()).await.map_err(|fault| fault.code());
    assert_eq!(refused.err(), Some(Code::NotFound), "nobody else answers in its place");
}

/// What each provider is asked, where the web is to be searched.
#[tokio::test]
async fn the_web_is_searched_where_the_model_can_and_otherwise_both_are_told() {
    let cases = [
        (
            Persona::Anthropic,
            "claude-sonnet-4-6",
            Some(("tools", json!([{ "type": "web_search_20250305", "name": "web_search", "max_uses": 5 }]))),
        ),
        (Persona::Gemini, "gemini-3.8-flash", Some(("tools", json!([{ "google_search": {} }])))),
        (
            Persona::OpenRouter,
            "openai/gpt-5.4-mini",
            Some(("tools", json!([{ "type": "openrouter:web_search" }]))),
        ),
        (Persona::Groq, "openai/gpt-oss-120b", Some(("tools", json!([{ "type": "browser_search" }])))),
        (Persona::Groq, "llama-3.3-70b-versatile", None),
        (Persona::OpenAi, "gpt-4o", Some(("tools", json!([{ "type": "web_search" }])))),
        (Persona::OpenAi, "gpt-3.5-turbo", None),
        (Persona::Mistral, "mistral-large-latest", None),
    ];
    for (persona, model, expected) in cases {
        let house = House::empty();
        let provider = house.connect(persona, "Test", &[model]).await;
        provider.answer_with(Answer::text("Found."));
        let wish = |assistant: &str| DeskSendRequest {
            assistant: Some(assistant.into()),
            model: Some(format!("test/{model}")),
            ..text("What is new?")
        };
        let (answer, _) = house.send(wish("web-search")).await;
        assert_eq!(answer.state, "done", "{model}: {:?}", answer.fault);
        let body = last_body(&provider);
        let told = answer.answer.and_then(|line| line.web_search);
        let sent = body.to_string();
        match expected {
            Some((field, value)) => {
                assert_eq!((&body[field], told.as_deref()), (&value, Some("asked")), "{model}");
                assert!(!sent.contains("cannot search"), "{model}");
            }
            None => {
                assert_eq!((&body["tools"], told.as_deref()), (&json!(null), Some("unavailable")), "{model}");
                assert!(sent.contains("You cannot search the web"), "{model} is told");
            }
        }
        let estimate = DeskEstimateRequest {
            text: "x".into(),
            model: Some(format!("test/{model}")),
            assistant: Some("web-search".into()),
            ..DeskEstimateRequest::default()
        };
        let estimate = house.engine.desk_estimate(estimate).await.expect("an estimate");
        assert_eq!(estimate.web_search, told, "{model}: said before as after");
        let (plain, _) = house.send(wish("conversation")).await;
        assert_eq!(plain.answer.and_then(|line| line.web_search), None, "{model}: nobody asked");
        assert_eq!(last_body(&provider)["tools"], json!(null), "{model}");
    }
}

#[tokio::test]
async fn one_that_cannot_be_read_stops_neither_the_others_nor_prompts_nor_auto() {
    let house = House::empty();
    let provider = house.connect(Persona::OpenAi, "Test", &["gpt-4o", "gpt-4o-mini"]).await;
    house.default_model("test/gpt-4o").await;
    let mine = house.assistant(own("Mine", "Be mine.")).await.expect("made");
    for id in ["blog", "conversation"] {
        let came = house.find(id).await.expect("built in");
        let changed = AssistantSaveRequest { instructions: "Changed.".into(), ..as_request(&came) };
        house.assistant(changed).await.expect("changed");
    }
    let store = inkhorn_store::Store::open(&house.profile.data_dir()).expect("a second look at the file");
    for mut row in store.read(inkhorn_store::assistants::load_all).expect("rows") {
        let at = row.content.len() - 1;
        row.content[at] ^= 1;
        store.write(|tx| inkhorn_store::assistants::update(tx, &row)).expect("written");
    }
    let view = house.engine.assistants_list(Nothing {}).await.expect("a list");
    let blog = view.spoilt.iter().find(|one| one.id == "blog").expect("told");
    assert!(blog.name.is_some() && view.assistants.iter().all(|one| one.id != "blog"));
    let mut spoilt: Vec<_> = view.spoilt.iter().map(|one| one.id.as_str()).collect();
    spoilt.sort_unstable();
    let mut expected = ["blog", "conversation", mine.id.as_str()];
    expected.sort_unstable();
    assert_eq!((view.assistants.len(), spoilt.as_slice()), (7, expected.as_slice()));

    let prompt = PromptSaveRequest { name: "P".into(), text: "x".into(), ..PromptSaveRequest::default() };
    house.prompt(prompt).await.expect("prompts are kept all the same");
    assert_eq!(house.prompts().await.len(), 1);
    provider.next(inkhorn_testkit::Call::Chat, inkhorn_testkit::Behaviour::Answer(Answer::text("1")));
    provider.answer_with(Answer::text("Dear editor"));
    let request = DeskSendRequest { assistant: Some("auto".into()), ..text("Write to my editor.") };
    let (answer, _) = house.send(request).await;
    let chosen = answer.answer.and_then(|line| line.assistant).expect("Auto chose");
    assert_eq!((answer.state, chosen.id.as_str()), ("done", "conversation"), "none suits: as it came");

    for id in ["blog", "conversation"] {
        let request = AssistantRequest { assistant: id.into() };
        house.engine.assistants_reset(request).await.expect("put back");
    }
    house.engine.assistants_delete(AssistantRequest { assistant: mine.id }).await.expect("removed");
    let view = house.engine.assistants_list(Nothing {}).await.expect("a list");
    assert_eq!((view.assistants.len(), view.spoilt.len()), (9, 0));
}
