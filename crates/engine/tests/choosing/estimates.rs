//! An estimate for a collection is one for the member that would answer now, used as the collection says.

use crate::house::{House, ask, connect, set};
use inkhorn_contract::*;
use inkhorn_domain::Privacy;
use inkhorn_engine::{Ask, Guidance};
use inkhorn_testkit::{Persona, SimulatedModel, SimulatedProvider};

#[tokio::test]
async fn an_estimate_goes_by_the_member_that_answers_and_by_the_collections_settings() {
    let house = House::new();
    let engine = house.open();
    let (local, cloud) =
        (SimulatedProvider::start(Persona::Ollama), SimulatedProvider::start(Persona::OpenAi));
    local.set_models(vec![SimulatedModel::chat("big").with_context(131_072)]);
    cloud.set_models(vec![SimulatedModel::chat("gpt-4o-mini"), SimulatedModel::chat("gpt-4o")]);
    for provider in [&local, &cloud] {
        connect(&engine, provider).await;
    }
    set(&engine, "ollama", &[("max_tokens", "1000")]).await.expect("set");
    engine.collections_create(CollectionRequest { name: "Prose".into() }).await.expect("made");
    let models = vec!["ollama/gone".into(), "ollama/big".into(), "openai/gpt-4o".into()];
    engine.collections_add(CollectionModelsRequest { name: "Prose".into(), models }).await.expect("added");
    let estimate = async |model: &str| {
        let request = DeskEstimateRequest {
            text: "word ".repeat(4_000),
            model: Some(model.into()),
            ..DeskEstimateRequest::default()
        };
        engine.desk_estimate(request).await.expect("estimated")
    };
    let alone = estimate("ollama/big").await;
    assert_eq!(alone.collection, None);
    let asked = alone.asked_context.expect("a server that takes the length");
    let through = estimate("prose").await;
    assert_eq!(
        (through.model.as_deref(), through.collection.as_deref()),
        (Some("ollama/big"), Some("Prose"))
    );
    assert_eq!((through.asked_context, through.picked_by.as_deref()), (Some(asked), Some("explicit")));

    // Room for the answer is what the collection says, before what the connection says.
    let settings = MemberSettingsView { max_tokens: Some(60_000), ..MemberSettingsView::default() };
    let request = CollectionSettingsRequest { name: "Prose".into(), model: "ollama/big".into(), settings };
    engine.collections_settings(request).await.expect("set");
    let through = estimate("Prose").await;
    assert_eq!(through.asked_context, Some(131_072), "as {} are not enough", asked);
    assert_eq!(estimate("ollama/big").await.asked_context, Some(asked));
    // The next one is asked for what it was told it would be.
    let send = DeskSendRequest {
        text: "word ".repeat(4_000),
        model: Some("Prose".into()),
        ..DeskSendRequest::default()
    };
    engine.desk_send(send, |_| ()).await.expect("answered");
    assert_eq!(local.chats()[0].json()["options"]["num_ctx"], 131_072);

    // Another member answers: its price, its context.
    drop(local);
    let turn = DeskSendRequest {
        text: "Hello".into(),
        model: Some("ollama/big".into()),
        ..DeskSendRequest::default()
    };
    let failed = engine.desk_send(turn, |_| ()).await;
    assert!(failed.map_or(true, |message| message.state == "failed"));
    let mut next = estimate("Prose").await;
    for _ in 0..100_000 {
        // That its connection fails is noted beside the answer.
        if next.model.as_deref() != Some("ollama/big") {
            break;
        }
        tokio::task::yield_now().await;
        next = estimate("Prose").await;
    }
    assert_eq!((next.model.as_deref(), next.collection.as_deref()), (Some("openai/gpt-4o"), Some("Prose")));
    assert_eq!((next.asked_context, next.price.input.as_deref()), (None, Some("2.5")));
}

#[tokio::test]
async fn an_estimate_of_a_request_goes_by_what_would_answer_it_and_not_by_the_desk() {
    let house = House::new();
    let engine = house.open();
    let (local, cloud) =
        (SimulatedProvider::start(Persona::Ollama), SimulatedProvider::start(Persona::OpenAi));
    local.set_models(vec![SimulatedModel::chat("small")]);
    cloud.set_models(vec![SimulatedModel::chat("gpt-4o-mini"), SimulatedModel::chat("gpt-4o")]);
    for provider in [&local, &cloud] {
        connect(&engine, provider).await;
    }
    set(&engine, "ollama", &[("num_ctx", "4096")]).await.expect("set");
    // Used last on the Desk, which is nothing to a script.
    let turn = DeskSendRequest {
        text: "Hello".into(),
        model: Some("openai/gpt-4o".into()),
        ..DeskSendRequest::default()
    };
    engine.desk_send(turn, |_| ()).await.expect("answered");
    engine
        .models_default(ModelsDefaultRequest { model: Some("openai/gpt-4o-mini".into()) })
        .await
        .expect("set");
    let prose = ModelsFeatureDefaultRequest { feature: "prose".into(), model: Some("ollama/small".into()) };
    engine.models_feature_default(prose).await.expect("set");
    engine.collections_create(CollectionRequest { name: "Both".into() }).await.expect("made");
    let models = vec!["openai/gpt-4o".into(), "ollama/small".into()];
    engine.collections_add(CollectionModelsRequest { name: "Both".into(), models }).await.expect("added");
    let text = "word ".repeat(6_000);
    let estimate = async |model: Option<&str>, feature: &'static str, privacy: Privacy| {
        let ask = Ask { feature: feature.into(), privacy, ..ask(model, &text) };
        let view = engine.estimate(&ask, &Guidance::default(), &text).await.expect("estimated");
        (view.model.expect("a model"), view.picked_by.expect("a rule"), view.fits)
    };
    let told = |model: &str, rule: &str, fits| (model.to_owned(), rule.to_owned(), Some(fits));
    assert_eq!(estimate(None, "chat", Privacy::Cloud).await, told("openai/gpt-4o-mini", "default", true));
    assert_eq!(estimate(None, "prose", Privacy::Cloud).await, told("ollama/small", "feature", false));
    assert_eq!(
        estimate(Some("Both"), "prose", Privacy::Cloud).await,
        told("openai/gpt-4o", "explicit", true)
    );
    assert_eq!(estimate(Some("Both"), "chat", Privacy::Local).await, told("ollama/small", "explicit", false));
    assert_eq!((local.chats().len(), cloud.chats().len()), (0, 1), "nothing was sent for it");
}
