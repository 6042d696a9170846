//! What a request is counted as, where providers tell it in ways that are easily misread.
#![allow(clippy::expect_used, clippy::panic, reason = "a test says what it expected")]

use bytes::Bytes;
use inkhorn_contract::*;
use inkhorn_dialects::peek;
use inkhorn_domain::{
    ChatRequest, CostSource, Face, FrontDialect, Message, Part, Privacy, Quality, RequestResult, Role,
};
use inkhorn_engine::{Ask, AskBody, Engine, EngineOptions, FixedEnvironment, SystemClock};
use inkhorn_fault::Code;
use inkhorn_secret::Secret;
use inkhorn_testkit::{
    Answer, Behaviour, Call, Canary, Persona, ScratchProfile, SimulatedProvider, TokenUsage,
};
use inkhorn_vault::NoKeychain;
use serde_json::json;
use std::sync::Arc;

struct House {
    engine: Engine,
    provider: SimulatedProvider,
    model: String,
    _profile: ScratchProfile,
}

impl House {
    async fn of(persona: Persona) -> Self {
        let key = Canary::key_of(persona);
        let provider = SimulatedProvider::start_with_key(persona, key.text());
        let profile = ScratchProfile::make();
        let engine = Engine::open(EngineOptions {
            dir: profile.data_dir(),
            passphrase: Some(Secret::new("correct horse battery staple".into())),
            face: Face::Window,
            keychain: Arc::new(NoKeychain),
            clock: Arc::new(SystemClock::new()),
            environment: Arc::new(FixedEnvironment::default()),
        })
        .expect("a fresh profile opens");
        let draft = ConnectionDraft {
            provider: persona.provider_id().into(),
            label: Some("Test".into()),
            base_url: Some(provider.base_url()),
            auth: None,
            key: KeyInput::Typed { key: Secret::new(key.text().into()) },
            headers: Vec::new(),
            models: Vec::new(),
        };
        engine.connections_add(ConnectionAddRequest { draft, test: true }).await.expect("it answers");
        let model = format!("test/{}", provider.models()[0].id);
        Self { engine, provider, model, _profile: profile }
    }

    /// Asks, reads the answer to its end, and gives its row in the log.
    async fn ask(&self) -> (Result<(), Code>, UsageRowView) {
        let parts = vec![Part::Text("Go on".into())];
        let request = ChatRequest {
            messages: vec![Message { role: Role::User, parts }],
            stream: true,
            ..ChatRequest::default()
        };
        let how = self.send(AskBody::Chat(Box::new(request)), &self.model).await;
        let UsageRows::Requests(mut rows) =
            self.engine.usage(UsageRequest::default()).await.expect("usage").rows
        else {
            panic!("rows were asked for")
        };
        (how.map(drop), rows.remove(0))
    }

    /// Sends, reads to the end, and gives the tokens that were estimated to go out.
    async fn send(&self, body: AskBody, model: &str) -> Result<u64, Code> {
        let ask = Ask {
            face: Face::Window,
            feature: "chat".into(),
            app: None,
            privacy: Privacy::Cloud,
            model: Some(model.to_owned()),
            conversation_model: None,
            body,
        };
        let mut answer = self.engine.send(ask).await.map_err(|fault| fault.code())?;
        while let Some(piece) = answer.next().await {
            piece.map_err(|fault| fault.code())?;
        }
        Ok(answer.info().input_estimate)
    }
}

#[tokio::test]
async fn with_the_writers_own_key_behind_openrouter_the_fee_is_not_the_cost() {
    let house = House::of(Persona::OpenRouter).await;
    let usage = |upstream| TokenUsage::OwnKey { input: 1_000, output: 2_000, fee: 0.0001, upstream };
    house.provider.answer_with(Answer::text("Well.").with_usage(usage(Some(0.0019))));
    let (how, row) = house.ask().await;
    assert_eq!(how, Ok(()));
    assert_eq!((row.cost.as_deref(), row.cost_source), (Some("0.002"), CostSource::Provider));

    house.provider.answer_with(Answer::text("Well.").with_usage(usage(None)));
    let price = OwnPrice::Known {
        per: PriceUnit::Million,
        input: "0.5".into(),
        output: "1.5".into(),
        cache_read: None,
        cache_write: None,
    };
    let models = vec![house.model.clone()];
    let edit = ModelsEditRequest { models, price: Some(price), ..ModelsEditRequest::default() };
    house.engine.models_edit(edit).await.expect("priced");
    let (_, row) = house.ask().await;
    assert_eq!(row.cost_source, CostSource::Computed, "the fee alone says too little");
    // 1,000 x 0.5 + 2,000 x 1.5, per million.
    assert_eq!(row.cost.as_deref(), Some("0.0035"));
}

#[tokio::test]
async fn a_provider_that_told_counts_and_then_was_overloaded_had_begun() {
    let house = House::of(Persona::Anthropic).await;
    let usage = TokenUsage::Exactly {
        input: 1_000,
        cache_read: 0,
        cache_write: 0,
        output: 50,
        reasoning: 0,
        cost: None,
    };
    house.provider.answer_with(Answer::text("Well.").with_usage(usage));
    house.provider.next(Call::Chat, Behaviour::ErrorInsideStream(0));
    let (how, row) = house.ask().await;
    assert_eq!((how, row.result), (Err(Code::Overloaded), RequestResult::Failed));
    assert_eq!((row.input_tokens, row.output_tokens), (Some(1_000), Some(1)), "as far as it was told");
    assert_eq!((row.quality, row.cost_source), (Quality::Partial, CostSource::Computed));
    assert!(row.cost.is_some_and(|cost| cost != "0"), "it may be charged");

    // At the door nothing was used.
    house.provider.next(Call::Chat, Behaviour::status(529));
    let (how, row) = house.ask().await;
    assert_eq!((how, row.input_tokens, row.cost.as_deref()), (Err(Code::Overloaded), Some(0), Some("0")));
}

#[tokio::test]
async fn tools_count_as_text_also_by_way_of_a_collection_with_settings() {
    let house = House::of(Persona::OpenAi).await;
    let name = || "Drafts".to_owned();
    house.engine.collections_create(CollectionRequest { name: name() }).await.expect("made");
    let add = CollectionModelsRequest { name: name(), models: vec![house.model.clone()] };
    house.engine.collections_add(add).await.expect("added");
    let body = || {
        let parameters = json!({ "type": "object", "description": "word ".repeat(8_000) });
        let function = json!({ "name": "look_up", "parameters": parameters });
        let body = json!({
            "model": name(),
            "messages": [{ "role": "user", "content": "What is ink?" }],
            "tools": [{ "type": "function", "function": function }],
        });
        let body = Bytes::from(body.to_string());
        let seen = peek(FrontDialect::OpenaiChat, &body).expect("a good body");
        AskBody::Wire { dialect: FrontDialect::OpenaiChat, body, seen }
    };
    let as_sent = house.send(body(), "Drafts").await.expect("answered");
    let settings = MemberSettingsView { temperature: Some(0.25), ..MemberSettingsView::default() };
    let request = CollectionSettingsRequest { name: name(), model: house.model.clone(), settings };
    house.engine.collections_settings(request).await.expect("set");
    let in_our_words = house.send(body(), "Drafts").await.expect("answered");
    // 40,000 letters are 10,000 tokens.
    for estimate in [as_sent, in_our_words] {
        assert!((10_000..10_100).contains(&estimate), "{as_sent} as sent, {in_our_words} in our words");
    }
}
