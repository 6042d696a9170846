//! Models and collections against simulated providers: what the writer says of a model holds, a collection answers like
//! a model, and every answer says which rule picked.
#![allow(clippy::expect_used, clippy::panic, reason = "a test says what it expected")]

use inkhorn_contract::*;
use inkhorn_domain::{ChatRequest, Face, Message, Privacy, Role};
use inkhorn_engine::{
    Answer as EngineAnswer, Ask, AskBody, Engine, EngineOptions, FixedEnvironment, SystemClock,
};
use inkhorn_fault::Code;
use inkhorn_secret::Secret;
use inkhorn_testkit::{
    Answer, Behaviour, Call, Canary, Persona, ScratchProfile, SimulatedModel, SimulatedProvider,
};
use inkhorn_vault::NoKeychain;
use std::io::{Read, Write};
use std::sync::Arc;

struct House {
    engine: Engine,
    profile: ScratchProfile,
}

impl House {
    fn empty() -> Self {
        let profile = ScratchProfile::make();
        let engine = open(&profile);
        Self { engine, profile }
    }

    /// Connects a provider of OpenAI's kind with these models.
    async fn connect(&self, label: &str, models: &[&str]) -> SimulatedProvider {
        let key = Canary::key_of(Persona::OpenAi);
        let provider = SimulatedProvider::start_with_key(Persona::OpenAi, key.text());
        provider.set_models(models.iter().map(|id| SimulatedModel::chat(id)).collect());
        let draft = ConnectionDraft {
            provider: "openai".into(),
            label: Some(label.into()),
            base_url: Some(provider.base_url()),
            auth: None,
            key: KeyInput::Typed { key: Secret::new(key.text().into()) },
            headers: Vec::new(),
            models: Vec::new(),
        };
        self.engine.connections_add(ConnectionAddRequest { draft, test: true }).await.expect("it answers");
        provider.forget_requests();
        provider
    }

    async fn list(&self) -> ModelsView {
        self.engine.models_list(Nothing {}).await.expect("a list")
    }

    async fn model(&self, id: &str) -> ModelView {
        self.list().await.models.into_iter().find(|model| model.id == id).expect(id)
    }

    async fn refresh(&self, provider: &SimulatedProvider, models: &[&str]) {
        provider.set_models(models.iter().map(|id| SimulatedModel::chat(id)).collect());
        let view = self.engine.models_refresh(ModelsRefreshRequest::default()).await.expect("refreshed");
        assert!(view.not_answered.is_empty(), "{:?}", view.not_answered);
    }

    async fn edit(&self, models: &[&str], change: ModelsEditRequest) -> Result<ModelsEditView, Code> {
        let models = models.iter().map(|id| (*id).to_owned()).collect();
        let edited = self.engine.models_edit(ModelsEditRequest { models, ..change }).await;
        edited.map_err(|fault| fault.code())
    }

    async fn collection(&self, name: &str, models: &[&str]) -> CollectionView {
        self.engine.collections_create(CollectionRequest { name: name.into() }).await.expect("made");
        let models = models.iter().map(|id| (*id).to_owned()).collect();
        let request = CollectionModelsRequest { name: name.into(), models };
        self.engine.collections_add(request).await.expect("added")
    }

    async fn send(&self, model: Option<&str>, feature: &'static str) -> Result<EngineAnswer, Code> {
        let request = ChatRequest {
            messages: vec![Message::text(Role::User, "Go on.")],
            stream: true,
            stream_usage: true,
            ..ChatRequest::default()
        };
        let ask = Ask {
            face: Face::CommandLine,
            feature: feature.into(),
            app: None,
            privacy: Privacy::Cloud,
            model: model.map(str::to_owned),
            conversation_model: None,
            body: AskBody::Chat(Box::new(request)),
        };
        self.engine.send(ask).await.map_err(|fault| fault.code())
    }
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

async fn to_the_end(mut answer: EngineAnswer) -> EngineAnswer {
    while let Some(chunk) = answer.next().await {
        chunk.expect("it goes on");
    }
    answer
}

fn known(input: &str, output: &str) -> OwnPrice {
    OwnPrice::Known {
        per: PriceUnit::Million,
        input: input.into(),
        output: output.into(),
        cache_read: None,
        cache_write: None,
    }
}

#[tokio::test]
async fn what_the_writer_says_of_models_holds_for_many_at_once_and_after_a_restart() {
    let house = House::empty();
    let _provider = house.connect("Test", &["one", "two", "three"]).await;
    let marked = ModelsEditRequest {
        hidden: Some(true),
        favourite: Some(true),
        content: Some("adult-capable".into()),
        ..ModelsEditRequest::default()
    };
    let view = house.edit(&["test/one", "test/two", "test/one"], marked.clone()).await.expect("changed");
    assert_eq!((view.changed, view.question), (2, None));
    let named = ModelsEditRequest { name: Some("My second".into()), ..ModelsEditRequest::default() };
    house.edit(&["test/two"], named).await.expect("named");
    let nobody = house.edit(&["test/three", "test/four"], marked).await;
    assert_eq!(nobody, Err(Code::ModelNotFound));
    let order = ModelsOrderRequest {
        connection: "test".into(),
        models: vec!["test/three".into(), "test/two".into()],
    };
    house.engine.models_order(order).await.expect("ordered");

    let again = House { engine: open(&house.profile), profile: house.profile };
    again.engine.unlock().await;
    let list = again.list().await;
    let ids: Vec<&str> = list.models.iter().map(|model| model.id.as_str()).collect();
    assert_eq!(ids, ["test/three", "test/two", "test/one"]);
    let (three, two) = (&list.models[0], &list.models[1]);
    let placed: Vec<bool> = list.models.iter().map(|model| model.placed).collect();
    assert_eq!(placed, [true, true, false], "the rest stands behind in the provider's order");
    assert!(!three.hidden && !three.favourite, "a change that cannot be for one is for none");
    assert!(two.hidden && two.favourite);
    assert_eq!((two.name.as_str(), two.own_name.as_deref()), ("My second", Some("My second")));
    let said = two.content.as_ref().expect("a tag");
    assert_eq!((said.tag, said.source, said.date.is_some()), ("adult-capable", "own", true));
    let default = three.content.as_ref().expect("the catalogue's");
    assert_eq!((default.tag, default.source), ("filtered", "provider"));
    assert!(default.basis.is_some() && default.date.is_some());

    let back =
        ModelsEditRequest { content: Some(String::new()), forget: true, ..ModelsEditRequest::default() };
    again.edit(&["test/two"], back).await.expect("forgotten");
    let two = again.model("test/two").await;
    assert!(!two.hidden && two.own_name.is_none() && two.content.is_some_and(|tag| tag.source == "provider"));
}

#[tokio::test]
async fn an_own_price_is_dated_charged_and_asked_about_where_it_is_absurd() {
    let house = House::empty();
    let provider = house.connect("Test", &["gpt-4o-mini", "mystery"]).await;
    let listed = house.model("test/gpt-4o-mini").await;
    assert_eq!((listed.price_source.as_str(), listed.price.input.as_deref()), ("book", Some("0.15")));
    assert!(listed.price_date.is_some_and(|date| date > 1_790_000_000_000), "{:?}", listed.price_date);
    let unknown = house.model("test/mystery").await;
    assert_eq!((unknown.price_source.as_str(), unknown.price.input), ("unknown", None));

    let priced = |price, confirmed| ModelsEditRequest { price: Some(price), confirmed, ..Default::default() };
    let absurd = house.edit(&["test/mystery"], priced(known("1000.01", "1"), false)).await.expect("asked");
    assert_eq!(absurd.changed, 0);
    assert_eq!(absurd.question.map(|asked| asked.per_million).as_deref(), Some("1000.01"));
    assert_eq!(house.model("test/mystery").await.price_source.as_str(), "unknown", "asked, not taken");
    house.edit(&["test/mystery"], priced(known("1000.01", "1"), true)).await.expect("meant");
    assert_eq!(house.model("test/mystery").await.price.input.as_deref(), Some("1000.01"));

    house.edit(&["test/mystery", "test/gpt-4o-mini"], priced(known("2", "4"), false)).await.expect("priced");
    let own = house.model("test/gpt-4o-mini").await;
    assert_eq!((own.price_source.as_str(), own.price.output.as_deref()), ("own", Some("4")));
    provider.answer_with(Answer::text("Yes.").with_usage(inkhorn_testkit::TokenUsage::Exactly {
        input: 1_000,
        cache_read: 0,
        cache_write: 0,
        output: 500,
        reasoning: 0,
        cost: None,
    }));
    let answer = to_the_end(house.send(Some("test/mystery"), "chat").await.expect("sent")).await;
    let cost = answer.outcome().and_then(|outcome| outcome.settled.cost.amount).expect("a cost");
    // 1,000 x $2 and 500 x $4 per million.
    assert_eq!(cost.to_string(), "0.004");
    house.edit(&["test/gpt-4o-mini"], priced(OwnPrice::Clear, false)).await.expect("cleared");
    assert_eq!(house.model("test/gpt-4o-mini").await.price_source.as_str(), "book");
    house.edit(&["test/gpt-4o-mini"], priced(OwnPrice::Free, false)).await.expect("free");
    let free = house.model("test/gpt-4o-mini").await;
    assert_eq!((free.price.state.as_str(), free.price_source.as_str()), ("free", "own"));
}

#[tokio::test]
async fn models_that_come_are_new_until_they_were_seen_and_those_that_go_are_kept_and_badged() {
    let house = House::empty();
    let provider = house.connect("Test", &["old", "leaving"]).await;
    assert!(house.list().await.models.iter().all(|model| !model.is_new), "the first list is not news");
    let favourite = ModelsEditRequest { favourite: Some(true), ..ModelsEditRequest::default() };
    house.edit(&["test/leaving"], favourite).await.expect("marked");
    house.engine.models_visited(Nothing {}).await.expect("visited");
    let ticked = house.list().await.visited_at.expect("noted");
    while inkhorn_engine::Clock::now(&SystemClock::new()) <= ticked {
        tokio::task::yield_now().await;
    }
    house.refresh(&provider, &["old", "fresh"]).await;
    let fresh = house.model("test/fresh").await;
    assert!(fresh.is_new && fresh.available && fresh.first_seen > Some(ticked));
    assert!(!house.model("test/old").await.is_new);
    let gone = house.model("test/leaving").await;
    assert_eq!((gone.available, gone.reason.as_deref()), (false, Some("gone")));
    assert!(gone.gone_since > Some(ticked) && gone.favourite, "what the writer said of it is kept");
    while inkhorn_engine::Clock::now(&SystemClock::new()) <= fresh.first_seen.expect("a time") {
        tokio::task::yield_now().await;
    }
    house.engine.models_visited(Nothing {}).await.expect("visited");
    assert!(!house.model("test/fresh").await.is_new);
    house.refresh(&provider, &["old", "fresh", "leaving"]).await;
    let back = house.model("test/leaving").await;
    assert!(back.available && !back.is_new && back.gone_since.is_none());
    house.refresh(&provider, &["old", "fresh"]).await;
    let forget = ModelsEditRequest { forget: true, ..ModelsEditRequest::default() };
    house.edit(&["test/leaving"], forget).await.expect("forgotten");
    assert!(house.list().await.models.iter().all(|model| model.id != "test/leaving"));
}

#[tokio::test]
async fn a_refresh_whose_caller_went_away_is_not_under_way_any_more() {
    let house = House::empty();
    let provider = house.connect("Test", &["one"]).await;
    provider.always(Call::Models, Behaviour::HangBeforeHeaders);
    let begin = || {
        let engine = house.engine.clone();
        tokio::spawn(async move { engine.models_refresh(ModelsRefreshRequest::default()).await })
    };
    let refreshing = async || house.list().await.sources[0].refreshing;
    let asked = async |times: usize| {
        while provider.requests().len() < times {
            tokio::task::yield_now().await;
        }
    };
    let (first, second) = (begin(), begin());
    asked(2).await;
    assert!(refreshing().await);
    first.abort();
    assert!(first.await.expect_err("it was dropped").is_cancelled());
    assert!(refreshing().await, "the other one still waits for it");
    second.abort();
    assert!(second.await.expect_err("it was dropped").is_cancelled());
    assert!(!refreshing().await);
}

#[tokio::test]
async fn a_model_that_vanishes_while_it_answers_answers_to_its_end_and_is_replaced_everywhere() {
    let house = House::empty();
    let provider = house.connect("Test", &["leaving", "staying"]).await;
    house.collection("Prose", &["test/leaving", "test/staying"]).await;
    let set = ModelsDefaultRequest { model: Some("test/leaving".into()) };
    house.engine.models_default(set).await.expect("set");
    let feature = |model: Option<&str>| ModelsFeatureDefaultRequest {
        feature: "prose".into(),
        model: model.map(str::to_owned),
    };
    house.engine.models_feature_default(feature(Some("test/leaving"))).await.expect("set");
    let said = |text: &str, model: &str| DeskSendRequest {
        text: text.into(),
        model: Some(model.into()),
        ..DeskSendRequest::default()
    };
    house.engine.desk_send(said("Hello", "test/leaving"), |_| ()).await.expect("answered");

    provider.answer_with(Answer::text("word after word until the end"));
    provider.hold();
    let mut answer = house.send(Some("Prose"), "chat").await.expect("it begins");
    assert_eq!(answer.info().model.to_string(), "test/leaving");
    assert_eq!(answer.info().collection.as_deref(), Some("Prose"));
    house.refresh(&provider, &["staying"]).await;
    provider.release();
    while let Some(chunk) = answer.next().await {
        chunk.expect("a running answer is not cut");
    }
    assert!(answer.outcome().is_some());

    let collection = &house.list().await.collections[0];
    assert_eq!(collection.models[0].reason.as_deref(), Some("gone"), "it keeps its place, badged");
    assert_eq!(collection.answers.as_deref(), Some("test/staying"));
    let next = to_the_end(house.send(Some("prose"), "chat").await.expect("the next member")).await;
    assert_eq!(next.info().model.to_string(), "test/staying");

    let replace = |from: &str, to: &str| ModelsReplaceRequest { from: from.into(), to: to.into() };
    let nowhere = house.engine.models_replace(replace("test/leaving", "test/nowhere")).await;
    assert_eq!(nowhere.map_err(|fault| fault.code()), Err(Code::ModelNotFound));
    let replaced =
        house.engine.models_replace(replace("test/leaving", "test/staying")).await.expect("replaced");
    assert_eq!(
        replaced,
        ModelsReplacedView {
            collections: 1,
            conversations: 1,
            connections: 0,
            features: 1,
            default_model: true,
            ..ModelsReplacedView::default()
        }
    );
    let list = house.list().await;
    assert_eq!(list.default_model.as_deref(), Some("test/staying"));
    assert_eq!(list.feature_defaults[0].model, "test/staying");
    assert_eq!(list.collections[0].models.len(), 1, "it stands there once");
    let desk = house.engine.desk_list(DeskListRequest::default()).await.expect("listed");
    assert_eq!(desk.conversations[0].model.as_deref(), Some("test/staying"));
}

#[tokio::test]
async fn a_collection_is_used_like_a_model_with_its_own_settings() {
    let house = House::empty();
    let provider = house.connect("Test", &["one", "two"]).await;
    house.collection("Night writing", &["nowhere/model", "test/two", "test/one"]).await;
    let settings =
        MemberSettingsView { temperature: Some(0.25), max_tokens: Some(77), reasoning: Some("high".into()) };
    let request = CollectionSettingsRequest {
        name: "Night writing".into(),
        model: "test/two".into(),
        settings: settings.clone(),
    };
    let view = house.engine.collections_settings(request).await.expect("set");
    assert_eq!(view.models[1].settings, settings);
    assert_eq!(
        (view.models[0].reason.as_deref(), view.answers.as_deref()),
        (Some("not_connected"), Some("test/two"))
    );

    let answer = to_the_end(house.send(Some("night WRITING"), "chat").await.expect("sent")).await;
    assert_eq!(answer.info().picked_by.as_str(), "explicit");
    let body = provider.chats()[0].json();
    assert_eq!((&body["model"], &body["temperature"]), (&"two".into(), &0.25.into()));
    assert!(body["max_tokens"] == 77 || body["max_completion_tokens"] == 77, "{body}");
    assert_eq!(body["reasoning_effort"], "high");
    // The same model reached by itself knows nothing of the collection.
    to_the_end(house.send(Some("test/two"), "chat").await.expect("sent")).await;
    assert!(provider.chats()[1].json().get("temperature").is_none());

    let turn = DeskSendRequest {
        text: "Go on.".into(),
        model: Some("Night writing".into()),
        ..DeskSendRequest::default()
    };
    let told = house.engine.desk_send(turn, |_| ()).await.expect("answered").answer.expect("a quiet line");
    assert_eq!((told.model.as_str(), told.collection.as_deref()), ("test/two", Some("Night writing")));
    let rename = CollectionRenameRequest { name: "Night writing".into(), to: "Nacht".into() };
    house.engine.collections_rename(rename).await.expect("renamed");
    let desk = house.engine.desk_list(DeskListRequest::default()).await.expect("listed");
    assert_eq!(desk.conversations[0].model.as_deref(), Some("Nacht"), "the conversation follows");
    let listed: Vec<String> =
        house.engine.offered_models(Privacy::Cloud).into_iter().map(|model| model.id).collect();
    assert_eq!(listed, ["Nacht", "test/one", "test/two"]);
    let hide = ModelsEditRequest { hidden: Some(true), ..ModelsEditRequest::default() };
    house.edit(&["test/one"], hide).await.expect("hidden");
    let hidden = house.engine.offered_models(Privacy::Cloud).into_iter().filter(|model| model.hidden);
    assert_eq!(hidden.map(|model| model.id).collect::<Vec<_>>(), ["test/one"]);
    to_the_end(house.send(Some("test/one"), "chat").await.expect("hidden is not forbidden")).await;

    let only_local = house.engine.offered_models(Privacy::Local);
    assert!(only_local.is_empty(), "a collection of cloud models is not offered to private texts");
    house.collection("Empty", &[]).await;
    assert_eq!(house.send(Some("Empty"), "chat").await.map(drop), Err(Code::ModelNotFound));
    assert_eq!(house.send(Some("No such"), "chat").await.map(drop), Err(Code::ModelNotFound));
}

#[tokio::test]
async fn the_rule_that_picked_is_told_from_the_closest_wish_to_the_last() {
    let house = House::empty();
    let _provider = house.connect("Test", &["a", "b", "c", "d"]).await;
    assert_eq!(house.send(None, "chat").await.map(drop), Err(Code::ModelNotFound));
    let picked = async |model: Option<&str>, feature: &'static str| {
        let answer = to_the_end(house.send(model, feature).await.expect("sent")).await;
        (answer.info().model.model.clone(), answer.info().picked_by.as_str())
    };
    house.collection("Mine", &["test/d"]).await;
    let default = CollectionDefaultRequest { name: Some("mine".into()) };
    assert!(house.engine.collections_default(default).await.expect("set")[0].default);
    assert_eq!(picked(None, "chat").await, ("d".into(), "default"));
    let set = ModelsDefaultRequest { model: Some("test/a".into()) };
    house.engine.models_default(set).await.expect("set");
    assert_eq!(picked(None, "chat").await, ("a".into(), "default"));
    let feature =
        |feature: &str| ModelsFeatureDefaultRequest { feature: feature.into(), model: Some("test/b".into()) };
    house.engine.models_feature_default(feature("prose")).await.expect("set");
    assert_eq!(picked(None, "prose").await, ("b".into(), "feature"));
    assert_eq!(picked(None, "chat").await, ("a".into(), "default"));
    assert_eq!(picked(Some("test/c"), "prose").await, ("c".into(), "explicit"));
    let unknown = house.engine.models_feature_default(feature("poker")).await;
    assert_eq!(unknown.map(drop).map_err(|fault| fault.code()), Err(Code::BadRequest));

    let turn = |conversation: Option<String>, model: Option<&str>| DeskSendRequest {
        conversation,
        text: "Go on.".into(),
        model: model.map(str::to_owned),
        ..DeskSendRequest::default()
    };
    let said = async |request: DeskSendRequest| {
        let message = house.engine.desk_send(request, |_| ()).await.expect("answered");
        let told = message.answer.expect("a quiet line");
        (told.model, told.picked_by.expect("told"))
    };
    assert_eq!(said(turn(None, Some("test/c"))).await, ("test/c".into(), "explicit".into()));
    let desk = house.engine.desk_list(DeskListRequest::default()).await.expect("listed");
    let first = Some(desk.conversations[0].id.clone());
    assert_eq!(said(turn(first, None)).await, ("test/c".into(), "conversation".into()));
    assert_eq!(said(turn(None, None)).await, ("test/c".into(), "last_used".into()));
    house.engine.models_feature_default(feature("chat")).await.expect("set");
    assert_eq!(said(turn(None, None)).await, ("test/b".into(), "feature".into()));
    let estimate =
        DeskEstimateRequest { text: "Go on.".into(), model: None, ..DeskEstimateRequest::default() };
    let estimate = house.engine.desk_estimate(estimate).await.expect("estimated");
    assert_eq!((estimate.model.as_deref(), estimate.picked_by.as_deref()), (Some("test/b"), Some("feature")));
    let gone = CollectionRequest { name: "Mine".into() };
    assert_eq!(house.engine.collections_delete(gone).await.expect("deleted").unset, Vec::<String>::new());
}

#[tokio::test]
async fn a_collection_survives_the_way_as_text_with_what_is_not_connected() {
    let house = House::empty();
    let _one = house.connect("One", &["same", "vendor/odd: name 小"]).await;
    let _two = house.connect("Two", &["same"]).await;
    let models = ["one/same", "two/same", "one/vendor/odd: name 小", "faraway/model"];
    house.collection("Mixed", &models).await;
    let text =
        house.engine.collections_export(CollectionRequest { name: "mixed".into() }).await.expect("text");
    let import = |text: &str, name: Option<&str>| CollectionImportRequest {
        text: text.into(),
        name: name.map(str::to_owned),
    };
    let taken = house.engine.collections_import(import(&text.text, None)).await;
    assert_eq!(taken.map(drop).map_err(|fault| fault.code()), Err(Code::Duplicate));
    let told = house.engine.collections_read(import(&text.text, None)).await.expect("told");
    assert_eq!(told.name_fault.map(|fault| fault.code), Some(Code::Duplicate));
    let long = "小".repeat(61);
    let told = house.engine.collections_read(import(&text.text, Some(&long))).await.expect("told");
    assert_eq!(told.name_fault.map(|fault| fault.code), Some(Code::BadRequest));
    let told = house.engine.collections_read(import(&text.text, Some("Copy"))).await.expect("told");
    assert_eq!((told.name.as_str(), told.name_fault.map(|fault| fault.code)), ("Copy", None));
    assert_eq!(house.list().await.collections.len(), 1, "reading makes nothing");
    let read = house.engine.collections_import(import(&text.text, Some("Copy"))).await.expect("read");
    assert_eq!(told.models, read.models, "what was told is what was made");
    let ids: Vec<&str> = read.models.iter().map(|model| model.id.as_str()).collect();
    assert_eq!(ids, models, "two models of one id stay two");
    assert_eq!(read.models[3].reason.as_deref(), Some("not_connected"));
    assert!(read.models[..3].iter().all(|model| model.available));
    let key = Canary::key_of(Persona::OpenAi);
    let smuggled = text.text.replace("one/same", &format!("one/{}", key.text()));
    let refused =
        house.engine.collections_import(import(&smuggled, Some("Keys"))).await.expect_err("refused");
    assert_eq!(refused.code(), Code::BadRequest);
    assert!(!refused.message().contains(key.text()), "{refused}");
    house.profile.assert_clean(&[&key]);
    assert_eq!(house.list().await.collections.len(), 2, "nothing of it was kept");
}

#[tokio::test]
async fn what_is_recommended_says_why_and_collections_are_only_offered() {
    let house = House::empty();
    let provider = house.connect("Test", &[]).await;
    provider.set_models(vec![
        SimulatedModel::chat("gpt-4o-mini"),
        SimulatedModel::chat("gpt-4o"),
        SimulatedModel::chat("mystery"),
        SimulatedModel::embedding("text-embedding-3-small"),
    ]);
    house.engine.models_refresh(ModelsRefreshRequest::default()).await.expect("refreshed");
    let all = house.engine.models_recommended(Nothing {}).await.expect("computed");
    let chat: Vec<_> = all.iter().filter(|one| one.task == "chat").collect();
    let ids: Vec<&str> = chat.iter().map(|one| one.model.as_str()).collect();
    assert_eq!(ids, ["test/gpt-4o-mini", "test/gpt-4o"], "no unknown price, nothing that cannot write");
    // 70 x $0.15 and 30 x $0.60, of a hundred.
    assert!(chat[0].why.contains(&WhyView::Price { per_million: "0.285".into() }), "{:?}", chat[0].why);
    assert!(chat[0].why.contains(&WhyView::Context { tokens: 128_000 }), "{:?}", chat[0].why);
    let prose = all.iter().find(|one| one.task == "prose").expect("named");
    assert!(matches!(prose.why[0], WhyView::Context { .. }), "what the task asks for most comes first");

    let offered = house.engine.collections_offered(Nothing {}).await.expect("offered");
    let names: Vec<&str> = offered.iter().map(|one| one.name).collect();
    assert_eq!(names, ["Chat", "Summaries", "Replacements", "Prose"]);
    assert_eq!(offered[0].models[0], "test/gpt-4o-mini");
    assert!(house.list().await.collections.is_empty(), "offered, not made");
    house.collection("chat", &["test/gpt-4o"]).await;
    assert_eq!(house.engine.collections_offered(Nothing {}).await.expect("offered").len(), 3);
}

#[tokio::test]
async fn models_are_added_by_hand_and_adult_mode_waits_for_its_warning() {
    let house = House::empty();
    let _provider = house.connect("Test", &["one"]).await;
    let add = |model: &str| ModelsAddRequest { model: model.into() };
    house.engine.models_add(add("test/tuned/of mine:v2")).await.expect("added");
    house.engine.models_add(add("test/one")).await.expect("there already");
    let own = house.model("test/tuned/of mine:v2").await;
    assert!(own.added_by_hand && own.available);
    // A default is what is listed or was typed by hand, from whatever face it comes.
    for (model, told) in [("test/nonsense", Err(Code::ModelNotFound)), ("test/tuned/of mine:v2", Ok(()))] {
        let set = SettingsSetRequest { default_model: Some(model.into()), ..Default::default() };
        let set = house.engine.settings_set(set).await;
        assert_eq!(set.map(drop).map_err(|fault| fault.code()), told, "{model}");
        let default = ModelsDefaultRequest { model: Some(model.into()) };
        let default = house.engine.models_default(default).await;
        assert_eq!(default.map(drop).map_err(|fault| fault.code()), told, "{model}");
        let chat = ModelsFeatureDefaultRequest { feature: "chat".into(), model: Some(model.into()) };
        let chat = house.engine.models_feature_default(chat).await;
        assert_eq!(chat.map(drop).map_err(|fault| fault.code()), told, "{model}");
    }
    assert_eq!(house.list().await.models.len(), 2);
    let nowhere = house.engine.models_add(add("nowhere/x")).await;
    assert_eq!(nowhere.map(drop).map_err(|fault| fault.code()), Err(Code::ModelNotFound));
    let price = ModelsEditRequest { price: Some(known("1", "2")), ..ModelsEditRequest::default() };
    house.edit(&["test/tuned/of mine:v2"], price).await.expect("priced");
    assert_eq!(house.model("test/tuned/of mine:v2").await.price_source.as_str(), "own");

    let adult = |on, warning_accepted| ModelsAdultModeRequest { on, warning_accepted };
    let refused = house.engine.models_adult_mode(adult(true, false)).await;
    assert_eq!(refused.map(drop).map_err(|fault| fault.code()), Err(Code::BadRequest));
    assert!(!house.list().await.adult_mode);
    house.engine.models_adult_mode(adult(true, true)).await.expect("on");
    assert!(house.list().await.adult_mode);
    house.engine.models_adult_mode(adult(false, false)).await.expect("off needs nothing");
    assert!(!house.list().await.adult_mode);
}

/// Answers one request after the other with these bodies, as a plain file server would.
fn file_server(answers: Vec<(&'static str, Vec<u8>)>) -> String {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = format!("http://{}/prices/data.json", listener.local_addr().expect("bound"));
    std::thread::spawn(move || {
        for (status, body) in answers {
            let Ok((mut caller, _)) = listener.accept() else { return };
            let mut head = Vec::new();
            let mut byte = [0];
            while !head.ends_with(b"\r\n\r\n") && caller.read(&mut byte).is_ok_and(|read| read == 1) {
                head.push(byte[0]);
            }
            assert!(head.starts_with(b"GET /prices/data.json HTTP/1.1\r\n"));
            let length = body.len();
            let head = format!("HTTP/1.1 {status}\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n");
            let _ = caller.write_all(head.as_bytes()).and_then(|()| caller.write_all(&body));
        }
    });
    address
}

#[tokio::test]
async fn newer_prices_are_taken_when_they_can_be_read_and_the_old_ones_stay_otherwise() {
    let house = House::empty();
    // A model that no other test of this process asks about: the price book is the process's.
    let _provider = house.connect("Test", &["gpt-3.5-turbo-0613", "gpt-4-32k"]).await;
    assert_eq!(house.model("test/gpt-4-32k").await.price_source.as_str(), "book");
    let before = house.model("test/gpt-3.5-turbo-0613").await;
    assert_eq!(before.price_source.as_str(), "book");
    let bundled = std::fs::read("../metering/data/prices.json").expect("the bundled data");
    let mut data: serde_json::Value = serde_json::from_slice(&bundled).expect("JSON");
    dearer(&mut data);
    let newer = serde_json::to_vec(&data).expect("JSON");
    let address = file_server(vec![
        ("404 Not Found", b"no".to_vec()),
        ("200 OK", b"<html>sign in</html>".to_vec()),
        ("200 OK", bundled[..bundled.len() / 2].to_vec()),
        ("200 OK", b"[]".to_vec()),
        ("200 OK", newer),
    ]);
    let refresh = || house.engine.prices_refresh(PricesRefreshRequest { address: Some(address.clone()) });
    assert_eq!(house.list().await.price_book.source, "bundled");
    for code in [Code::UpstreamFailed, Code::NotAnApi, Code::NotAnApi, Code::NotAnApi] {
        assert_eq!(refresh().await.map(drop).map_err(|fault| fault.code()), Err(code));
        assert_eq!(house.model("test/gpt-3.5-turbo-0613").await.price, before.price);
    }
    let book = refresh().await.expect("taken");
    assert_eq!((book.source, book.age_days), ("fetched", 0));
    let after = house.model("test/gpt-3.5-turbo-0613").await;
    assert_eq!(after.price.input.as_deref(), Some("77"), "{:?}", after.price);
    assert_eq!(after.price_date, Some(book.date));
    let slipped = house.model("test/gpt-4-32k").await;
    assert_eq!((slipped.price_source.as_str(), slipped.price.input), ("unknown", None), "a slip is not used");
    assert!(slipped.price_not_used.is_some_and(|told| told.len() > 3), "what it was is told");
    let own = ModelsEditRequest { price: Some(known("2500", "9")), confirmed: true, ..Default::default() };
    house.edit(&["test/gpt-4-32k"], own).await.expect("the writer says that it is right");
    assert_eq!(house.model("test/gpt-4-32k").await.price.input.as_deref(), Some("2500"));
    let again = House { engine: open(&house.profile), profile: house.profile };
    assert_eq!(again.list().await.price_book.date, book.date, "kept for the next start");
}

/// Makes the price of one model another one, and that of another one a slip of the decimal point.
fn dearer(data: &mut serde_json::Value) {
    let providers = data.as_array_mut().expect("a list");
    let openai = providers.iter_mut().find(|one| one["id"] == "openai").expect("there");
    let models = openai["models"].as_array_mut().expect("a list");
    for (id, input, output) in [("gpt-3.5-turbo-0613", 77, 99), ("gpt-4-32k", 60_000, 120)] {
        let model = models.iter_mut().find(|model| model["id"] == id).expect("there");
        model["prices"] = serde_json::json!({ "input_mtok": input, "output_mtok": output });
    }
}
