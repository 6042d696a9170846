//! Apps and collections: an app that may use a collection reaches its models through it and not otherwise, under whatever
//! name it has, in every dialect that a program may speak.

use crate::house::{House, connect};
use bytes::Bytes;
use inkhorn_contract::*;
use inkhorn_dialects::peek;
use inkhorn_domain::{Face, FrontDialect, Privacy};
use inkhorn_engine::{Ask, AskBody, Engine};
use inkhorn_fault::Code;
use inkhorn_testkit::{Persona, SimulatedModel, SimulatedProvider};
use serde_json::{Value, json};

async fn collect(engine: &Engine, name: &str, models: &[&str]) {
    engine.collections_create(CollectionRequest { name: name.into() }).await.expect("made");
    let models = models.iter().map(|id| (*id).to_owned()).collect();
    engine.collections_add(CollectionModelsRequest { name: name.into(), models }).await.expect("added");
}

fn app(name: &str, models: &[&str]) -> AppAddRequest {
    AppAddRequest {
        name: name.into(),
        models: models.iter().map(|model| (*model).to_owned()).collect(),
        privacy: None,
        origins: Vec::new(),
        budget: None,
    }
}

/// Which of these the app of this token may ask for.
fn may(engine: &Engine, token: &str, names: &[&str]) -> Vec<bool> {
    let app = engine.admit(token).expect("its token");
    names.iter().map(|name| app.may_use(name)).collect()
}

#[tokio::test]
async fn a_permission_for_a_collection_follows_its_name_and_widens_nothing() {
    let house = House::new();
    let engine = house.open();
    let provider = SimulatedProvider::start(Persona::OpenAi);
    provider.set_models(vec![SimulatedModel::chat("one"), SimulatedModel::chat("two")]);
    connect(&engine, &provider).await;
    collect(&engine, "Prose", &["openai/one"]).await;
    collect(&engine, "Chat", &["openai/two"]).await;
    let nowhere = engine.apps_add(app("Pen", &["Prose", "No such"])).await;
    assert_eq!(nowhere.map(drop).map_err(|fault| fault.code()), Err(Code::ModelNotFound));
    let pen = engine.apps_add(app("Pen", &["prose", "openai/two", "PROSE"])).await.expect("admitted");
    assert_eq!(pen.app.models, ["Prose", "openai/two"], "under the name that it has, each once");
    let only = engine.apps_add(app("Only", &["Prose"])).await.expect("admitted");
    let asked = ["Prose", "prose", "openai/one", "openai/two", "Chat", "", "Drafts"];
    assert_eq!(may(&engine, &pen.token, &asked), [true, true, false, true, false, false, false]);
    assert_eq!(may(&engine, &only.token, &asked), [true, true, false, false, false, false, false]);

    let rename = CollectionRenameRequest { name: "Prose".into(), to: "Drafts".into() };
    let mut events = engine.events();
    engine.collections_rename(rename).await.expect("renamed");
    let told = std::iter::from_fn(|| events.try_recv().ok()).any(|event| event.topics.contains(&Topic::Apps));
    assert!(told, "a page of apps is told");
    assert_eq!(may(&engine, &pen.token, &asked), [false, false, false, true, false, false, true]);
    let listed = engine.apps_list(Nothing {}).await.expect("listed").apps;
    let allowed = |name: &str| listed.iter().find(|app| app.name == name).expect("listed").models.join(", ");
    assert_eq!((allowed("Pen").as_str(), allowed("Only").as_str()), ("Drafts, openai/two", "Drafts"));
    let again = house.open();
    assert_eq!(may(&again, &only.token, &asked), [false, false, false, false, false, false, true], "kept");

    engine.collections_delete(CollectionRequest { name: "Drafts".into() }).await.expect("deleted");
    let others = ["openai/one", "openai/two", "Chat", "Prose", ""];
    assert_eq!(
        may(&engine, &only.token, &others),
        [false; 5],
        "an app that lost its collection may use nothing else"
    );
}

/// The same question in the words of each front dialect.
fn question(front: FrontDialect, model: &str) -> Value {
    let messages = json!([{ "role": "user", "content": "What is ink?" }]);
    match front {
        FrontDialect::OpenaiChat | FrontDialect::Ollama => {
            json!({ "model": model, "stream": false, "messages": messages })
        }
        FrontDialect::AnthropicMessages => json!({ "model": model, "max_tokens": 99, "messages": messages }),
        FrontDialect::OpenaiResponses => json!({ "model": model, "input": "What is ink?" }),
    }
}

#[tokio::test]
async fn every_front_dialect_reaches_a_collection_by_its_name_and_its_settings_hold() {
    let house = House::new();
    let engine = house.open();
    for persona in [Persona::OpenAi, Persona::Anthropic, Persona::Ollama, Persona::Gemini] {
        let provider = SimulatedProvider::start(persona);
        if persona == Persona::Anthropic {
            // The first of its usual ones takes no temperature.
            provider.set_models(vec![SimulatedModel::chat("claude-haiku-4-5")]);
        }
        let slug = connect(&engine, &provider).await.slug;
        let id = format!("{slug}/{}", provider.models()[0].id);
        let name = format!("Behind {slug}");
        collect(&engine, &name, &["nowhere/x", &id]).await;
        let settings = MemberSettingsView { temperature: Some(0.25), ..MemberSettingsView::default() };
        let request = CollectionSettingsRequest { name: name.clone(), model: id.clone(), settings };
        engine.collections_settings(request).await.expect("set");
        let pen = engine.apps_add(app(&format!("Pen {slug}"), &[&name])).await.expect("admitted");
        for front in FrontDialect::ALL {
            let what = format!("{} before {persona:?}", front.as_str());
            provider.forget_requests();
            let body = Bytes::from(question(front, &name).to_string());
            let seen = peek(front, &body).expect("a good body");
            let admitted = engine.admit(&pen.token).expect("admitted");
            assert!(admitted.may_use(&seen.model), "{what}");
            let ask = Ask {
                face: Face::Gateway,
                feature: "gateway".into(),
                app: Some(admitted),
                privacy: Privacy::Cloud,
                model: Some(seen.model.clone()),
                conversation_model: None,
                body: AskBody::Wire { dialect: front, body, seen },
            };
            let mut answer = engine.send(ask).await.expect(&what);
            while let Some(chunk) = answer.next().await {
                chunk.expect(&what);
            }
            let info = answer.info();
            assert_eq!(
                (info.model.to_string(), info.collection.as_deref()),
                (id.clone(), Some(name.as_str())),
                "{what}"
            );
            let sent = provider.chats().remove(0);
            let body = sent.json();
            let told = [
                &body["temperature"],
                &body["options"]["temperature"],
                &body["generationConfig"]["temperature"],
            ];
            assert!(told.iter().any(|heat| **heat == 0.25), "{what}: {body}");
            let whole = String::from_utf8(sent.body.clone()).expect("UTF-8");
            assert!(whole.contains("What is ink?") && !whole.contains("Behind"), "{what}: {whole}");
        }
    }
    let used = UsageRequest { since: None, until: None, by: Some("app".into()) };
    let UsageRows::Groups(apps) = engine.usage(used).await.expect("counted").rows else { panic!("groups") };
    assert!(apps.len() == 4 && apps.iter().all(|app| app.sums.requests == 4), "{apps:?}");
}
