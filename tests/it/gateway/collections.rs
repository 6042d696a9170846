//! Collections at the gateway: a tool names one like a model, and an app may be admitted for nothing else.

use super::wire::Wire;
use super::{House, MODELS};
use inkhorn_testkit::{Answer, Persona};
use serde_json::{Value, json};

const ALL: [Persona; 3] = [MODELS[0].0, MODELS[1].0, MODELS[2].0];

/// The ids that an app sees in the list.
fn listed(house: &House, token: &str) -> Vec<String> {
    let list = Wire::to(house.host()).get("/v1/models", token, &[]).json();
    let models = list["data"].as_array().expect("models");
    models.iter().map(|model| model["id"].as_str().expect("an id").to_owned()).collect()
}

fn collect(house: &House, name: &str, models: &[&str]) {
    house.json_with(&["collections", "create", name], "");
    house.json_with(&[&["collections", "add", name], models].concat(), "");
}

#[test]
fn a_tool_names_a_collection_like_a_model_whoever_answers() {
    let house = House::with(&ALL);
    for (back, name) in house.backs.iter().zip(["Prose", "Late prose", "小説"]) {
        collect(&house, name, &["nowhere/x", &back.model]);
        super::wait_until("the gateway knows it", || {
            listed(&house, &house.token).iter().any(|id| id == name)
        });
        back.provider.answer_with(Answer::text("It rained."));
        let answer = house.ask(&house.chat(name, json!({ "max_tokens": 200 }))).json();
        assert_eq!(answer["choices"][0]["message"]["content"], "It rained.", "{name}: {answer}");
        let bare = back.model.split_once('/').expect("slug/model").1;
        // Who speaks the tool's own dialect is passed through with its own word for the model.
        let told = &answer["model"];
        assert!(told == bare || told == name, "{name}: {told}");
        assert_eq!(back.one_chat().json()["model"], bare, "{name}: the provider hears its own");

        let mut wire =
            house.send(&house.chat(&name.to_uppercase(), json!({ "stream": true, "max_tokens": 200 })));
        assert_eq!(wire.head().status, 200, "{name}");
        let events = wire.events();
        assert_eq!(events.last().map(String::as_str), Some("[DONE]"), "{name}");
        let text: String = events
            .iter()
            .filter_map(|event| serde_json::from_str::<Value>(event).ok())
            .filter_map(|chunk| chunk["choices"][0]["delta"]["content"].as_str().map(str::to_owned))
            .collect();
        assert_eq!(text, "It rained.", "{name}");
        back.one_chat();
    }
    let seen = listed(&house, &house.token);
    assert_eq!(seen[..3], ["Prose", "Late prose", "小説"], "collections come first");
    let one = Wire::to(house.host()).get("/v1/models/Late%20prose", &house.token, &[]).json();
    assert_eq!((&one["id"], &one["owned_by"]), (&json!("Late prose"), &json!("collection")));

    let rows = house.rows();
    assert_eq!(rows.len(), 6);
    let asked: Vec<&Value> = rows.iter().map(|row| &row["model"]).collect();
    assert!(!asked.contains(&&json!("Prose")), "the log has the model that was asked: {asked:?}");
    house.close();
}

#[test]
fn an_app_that_may_use_a_collection_reaches_its_models_through_it_only() {
    let mut house = House::bare();
    for persona in [Persona::OpenAi, Persona::Ollama] {
        let model = MODELS.iter().find(|(known, _)| *known == persona).expect("known").1;
        house.connect(persona, model);
    }
    let (cloud, local) = (house.backs[0].model.clone(), house.backs[1].model.clone());
    collect(&house, "Prose", &[&cloud, &local]);
    collect(&house, "Other", &[&local]);
    house.token = house.admit("Pen", &[]);
    let narrow = house.admit("Narrow", &["--models", "prose"]);
    let home = house.admit("Home", &["--models", &format!("Prose,{local}"), "--privacy", "local"]);
    house.open();
    let ask =
        |token: &str, model: &str| house.ask_as(token, &[], &house.chat(model, json!({ "max_tokens": 50 })));

    assert_eq!(listed(&house, &narrow), ["Prose"]);
    assert_eq!(ask(&narrow, "Prose").status(), 200);
    assert_eq!(house.backs[0].one_chat().json()["model"], "gpt-4o-mini");
    for other in [cloud.as_str(), &local, "Other", "nowhere/x"] {
        assert_eq!(ask(&narrow, other).error().0, 403, "{other}");
        let path = format!("/v1/models/{other}");
        assert_eq!(Wire::to(house.host()).get(&path, &narrow, &[]).status(), 404, "{other}");
    }
    assert!(house.backs.iter().all(|back| back.provider.chats().is_empty()));

    // A text that may not leave the machine takes the member that stays on it.
    assert_eq!(listed(&house, &home), ["Prose".to_owned(), local.clone()]);
    assert_eq!(ask(&home, "Prose").status(), 200);
    house.backs[1].one_chat();
    assert!(house.backs[0].provider.chats().is_empty(), "a private text went to the cloud");

    // While the gateway runs: a new name is followed, and what is deleted is gone for whoever had nothing else.
    house.json_with(&["collections", "rename", "Prose", "Drafts"], "");
    super::wait_until("the new name is known", || listed(&house, &narrow) == ["Drafts"]);
    assert_eq!(ask(&narrow, "Drafts").status(), 200);
    house.backs[0].one_chat();
    assert_eq!(ask(&narrow, "Prose").error().0, 403);
    house.json_with(&["collections", "delete", "Drafts"], "");
    super::wait_until("it is gone", || listed(&house, &narrow).is_empty());
    assert_eq!(ask(&narrow, "Drafts").error(), (404, "model_not_found".to_owned()));
    assert_eq!(ask(&narrow, &cloud).error().0, 403);
    let apps = house.json_with(&["apps", "list"], "");
    let narrow = apps.as_array().expect("apps").iter().find(|app| app["name"] == "Narrow").expect("listed");
    assert_eq!(narrow["models"], json!(["Drafts"]), "it is not one that may use everything");
    house.close();
}
