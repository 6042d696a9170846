//! Ids of every shape are addresses, each its own: with slashes, colons, blanks and letters of any script, and one id on
//! two connections.

use crate::house::{House, ask, draft, read, typed};
use inkhorn_contract::*;
use inkhorn_testkit::{Persona, SimulatedModel, SimulatedProvider};
use std::time::Duration;

/// As servers have been seen to name models, or could.
const IDS: [&str; 9] = [
    "same",
    "vendor/family/model:free",
    "a b  c",
    "小説/日本:語",
    "Модель й",
    "نموذج",
    "one:two://three?four#five%20",
    "\"quoted\" & 'more'",
    "é",
];

async fn connect_as(engine: &inkhorn_engine::Engine, label: &str, ids: &[&str]) -> SimulatedProvider {
    let provider = SimulatedProvider::start(Persona::OpenAi);
    provider.set_models(ids.iter().map(|id| SimulatedModel::chat(id)).collect());
    let key = typed(&provider.key().expect("a key"));
    let draft = ConnectionDraft { label: Some(label.into()), ..draft("openai", &provider.base_url(), key) };
    engine.connections_add(ConnectionAddRequest { draft, test: true }).await.expect("it connects");
    provider.forget_requests();
    provider
}

#[tokio::test]
async fn every_id_is_found_noted_collected_asked_and_counted_as_it_is() {
    let house = House::new();
    let engine = house.open();
    let provider = connect_as(&engine, "One", &IDS).await;
    let list = engine.models_list(Nothing {}).await.expect("a list");
    let listed: Vec<&str> = list.models.iter().map(|model| model.id.as_str()).collect();
    let addresses: Vec<String> = IDS.iter().map(|id| format!("one/{id}")).collect();
    assert_eq!(listed, addresses);
    engine.collections_create(CollectionRequest { name: "All".into() }).await.expect("made");
    let add = CollectionModelsRequest { name: "All".into(), models: addresses.clone() };
    let all = engine.collections_add(add).await.expect("added");
    assert!(all.models.iter().all(|member| member.available));
    for (id, address) in IDS.iter().zip(&addresses) {
        let named = ModelsEditRequest {
            models: vec![address.clone()],
            name: Some(format!("My {id}")),
            ..ModelsEditRequest::default()
        };
        engine.models_edit(named).await.expect(id);
        engine.models_default(ModelsDefaultRequest { model: Some(address.clone()) }).await.expect(id);
        let (_, answer) = read(engine.send(ask(None, "Hello")).await.expect(id)).await;
        assert_eq!(
            (answer.info().model.to_string(), answer.info().picked_by.as_str()),
            (address.clone(), "default")
        );
        let sent = provider.chats();
        assert_eq!(sent.last().expect("sent").json()["model"], *id, "the provider hears its own name");
    }
    let list = engine.models_list(Nothing {}).await.expect("a list");
    for (model, id) in list.models.iter().zip(IDS) {
        assert_eq!(model.name, format!("My {id}"));
    }
    let used = UsageRequest { since: None, until: None, by: Some("model".into()) };
    let UsageRows::Groups(groups) = engine.usage(used).await.expect("counted").rows else { panic!("groups") };
    let mut names: Vec<&str> = groups.iter().map(|group| group.name.as_str()).collect();
    let mut wanted: Vec<&str> = addresses.iter().map(String::as_str).collect();
    names.sort_unstable();
    wanted.sort_unstable();
    assert_eq!(names, wanted, "each is counted by itself");
}

#[tokio::test]
async fn one_id_on_two_connections_is_two_models_in_everything() {
    let house = House::new();
    let engine = house.open();
    let one = connect_as(&engine, "One", &["same"]).await;
    let two = connect_as(&engine, "Two", &["same"]).await;
    let price = |input: &str| OwnPrice::Known {
        per: PriceUnit::Million,
        input: input.into(),
        output: input.into(),
        cache_read: None,
        cache_write: None,
    };
    let edit = async |id: &str, request: ModelsEditRequest| {
        engine.models_edit(ModelsEditRequest { models: vec![id.into()], ..request }).await.expect("changed");
    };
    edit(
        "one/same",
        ModelsEditRequest { favourite: Some(true), price: Some(price("1")), ..Default::default() },
    )
    .await;
    edit("two/same", ModelsEditRequest { hidden: Some(true), price: Some(price("2")), ..Default::default() })
        .await;
    let models = engine.models_list(Nothing {}).await.expect("a list").models;
    let said = |at: usize| {
        let model: &ModelView = &models[at];
        (model.id.as_str(), model.favourite, model.hidden, model.price.input.as_deref())
    };
    assert_eq!(said(0), ("one/same", true, false, Some("1")));
    assert_eq!(said(1), ("two/same", false, true, Some("2")));

    engine.collections_create(CollectionRequest { name: "Both".into() }).await.expect("made");
    let add =
        CollectionModelsRequest { name: "Both".into(), models: vec!["two/same".into(), "one/same".into()] };
    engine.collections_add(add).await.expect("added");
    let settings = MemberSettingsView { temperature: Some(0.5), ..MemberSettingsView::default() };
    let request = CollectionSettingsRequest { name: "Both".into(), model: "one/same".into(), settings };
    engine.collections_settings(request).await.expect("set");
    read(engine.send(ask(Some("Both"), "Hello")).await.expect("it answers")).await;
    read(engine.send(ask(Some("one/same"), "Hello")).await.expect("it answers")).await;
    assert_eq!((one.chats().len(), two.chats().len()), (1, 1), "each at its own server");
    assert!(two.chats()[0].json().get("temperature").is_none(), "settings of the other one");

    // One goes; the other one is not touched.
    one.set_models(vec![SimulatedModel::chat("else")]);
    house.clock.advance(Duration::from_secs(60));
    engine.models_refresh(ModelsRefreshRequest::default()).await.expect("refreshed");
    let replace = ModelsReplaceRequest { from: "one/same".into(), to: "one/else".into() };
    assert_eq!(engine.models_replace(replace).await.expect("replaced").collections, 1);
    let both = &engine.models_list(Nothing {}).await.expect("a list").collections[0];
    let ids: Vec<&str> = both.models.iter().map(|member| member.id.as_str()).collect();
    assert_eq!(ids, ["two/same", "one/else"]);
    assert_eq!(both.models[1].settings.temperature, Some(0.5));
}

#[tokio::test]
async fn a_collection_is_kept_as_it_spells_itself_however_it_was_named() {
    let house = House::new();
    let engine = house.open();
    let _provider = connect_as(&engine, "One", &["same"]).await;
    engine.collections_create(CollectionRequest { name: "Prosa É".into() }).await.expect("made");
    let add = CollectionModelsRequest { name: "prosa é".into(), models: vec!["one/same".into()] };
    engine.collections_add(add).await.expect("added");
    let shouted = || Some("PROSA é".to_owned());
    engine.models_default(ModelsDefaultRequest { model: shouted() }).await.expect("set");
    let features = [("prose".to_owned(), "prosa É".to_owned())];
    let set = SettingsSetRequest { feature_models: features.into(), ..SettingsSetRequest::default() };
    engine.settings_set(set).await.expect("set");
    let chat = ModelsFeatureDefaultRequest { feature: "chat".into(), model: shouted() };
    engine.models_feature_default(chat).await.expect("set");
    let turn = DeskSendRequest { text: "Hello".into(), model: shouted(), ..DeskSendRequest::default() };
    engine.desk_send(turn, |_| ()).await.expect("answered");

    let rename = CollectionRenameRequest { name: "prosa é".into(), to: "Drafts".into() };
    engine.collections_rename(rename).await.expect("renamed");
    let settings = engine.settings_list(Nothing {}).await.expect("listed");
    assert_eq!(settings.default_model.as_deref(), Some("Drafts"));
    assert!(
        settings.feature_models.len() == 2 && settings.feature_models.values().all(|name| name == "Drafts")
    );
    let desk = engine.desk_list(DeskListRequest::default()).await.expect("listed");
    assert_eq!(desk.conversations[0].model.as_deref(), Some("Drafts"), "the conversation follows");
    let gone = engine.collections_delete(CollectionRequest { name: "drafts".into() }).await.expect("deleted");
    assert_eq!(gone.unset, ["default_model", "chat", "prose"], "nothing is left behind");
}
