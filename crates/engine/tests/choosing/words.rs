//! What is refused of models and collections is said in the writer's language, with a hint of its own.

use crate::house::{House, connect};
use inkhorn_contract::*;
use inkhorn_fault::{Code, Fault, Language, sentence};
use inkhorn_testkit::{Persona, SimulatedModel, SimulatedProvider};

/// Sentences that stand in the source, in one language only.
const BARE: &str = "with(\"reason\"";

#[test]
fn no_sentence_of_models_and_collections_stands_in_the_source() {
    let files = [
        ("collections.rs", include_str!("../../src/collections.rs"), 0),
        // One: the page has words of its own for what is wrong in a text, by the fact `wrong`.
        ("collections/text.rs", include_str!("../../src/collections/text.rs"), 1),
        ("models/own.rs", include_str!("../../src/models/own.rs"), 0),
        ("models/price_book.rs", include_str!("../../src/models/price_book.rs"), 0),
        ("models/replace.rs", include_str!("../../src/models/replace.rs"), 0),
    ];
    for (file, source, allowed) in files {
        assert_eq!(
            source.matches(BARE).count(),
            allowed,
            "{file} has English of its own; add words in crates/fault"
        );
    }
}

/// Has words and a hint for just this, in every language, filled in.
fn well_told(fault: &Fault) {
    let plain = Fault::new(fault.code());
    assert!(fault.facts().get("reason").is_none(), "{fault:?}");
    for language in [Language::English, Language::Indonesian] {
        for part in ["message", "hint"] {
            let words = sentence(language, fault, part);
            assert_ne!(words, sentence(language, &plain, part), "{fault:?}");
            assert!(!words.contains(['{', '}']), "{words}");
        }
    }
    assert_ne!(sentence(Language::Indonesian, fault, "message"), fault.message());
}

#[tokio::test]
async fn what_cannot_be_is_told_in_every_language_with_a_hint_of_its_own() {
    let house = House::new();
    let engine = house.open();
    let provider = SimulatedProvider::start(Persona::OpenAi);
    provider.set_models(vec![SimulatedModel::chat("one")]);
    connect(&engine, &provider).await;
    let at = engine.models_list(Nothing {}).await.expect("a list").models[0].id.clone();
    let here = SimulatedProvider::start(Persona::Ollama);
    let local = connect(&engine, &here).await.slug;
    let slug = at.split('/').next().expect("a slug").to_owned();
    let mut told: Vec<(&str, Fault)> = Vec::new();

    let named = |name: &str| CollectionRequest { name: name.to_owned() };
    for name in ["", "a/b", &"long ".repeat(30)] {
        let refused = engine.collections_create(named(name)).await;
        told.push(("a name", refused.expect_err("no name")));
    }
    engine.collections_create(named("Full")).await.expect("made");
    let models = (0..=1_000).map(|n| format!("{slug}/{n}")).collect();
    let full = CollectionModelsRequest { name: "Full".into(), models };
    told.push(("too many members", engine.collections_add(full).await.expect_err("full")));
    let one = CollectionModelsRequest { name: "Full".into(), models: vec![at.clone()] };
    engine.collections_add(one).await.expect("added");
    for settings in [
        MemberSettingsView { temperature: Some(3.0), max_tokens: None, reasoning: None },
        MemberSettingsView { temperature: None, max_tokens: Some(0), reasoning: None },
        MemberSettingsView { temperature: None, max_tokens: None, reasoning: Some("a lot".into()) },
    ] {
        let request = CollectionSettingsRequest { name: "Full".into(), model: at.clone(), settings };
        told.push(("a setting", engine.collections_settings(request).await.expect_err("no setting")));
    }
    let long = CollectionImportRequest { text: " ".repeat(600 * 1024), name: None };
    told.push(("a long text", engine.collections_read(long).await.expect_err("too long")));
    let later = "# An Inkhorn collection, form 7. Whatever.\n".to_owned();
    let later = CollectionImportRequest { text: later, name: None };
    told.push(("a later form", engine.collections_read(later).await.expect_err("later")));
    for n in 1..200 {
        engine.collections_create(named(&format!("Nr {n}"))).await.expect("made");
    }
    told.push(("too many", engine.collections_create(named("More")).await.expect_err("no room")));

    let edit = |change: ModelsEditRequest| ModelsEditRequest { models: vec![at.clone()], ..change };
    let amount = OwnPrice::Known {
        per: PriceUnit::Million,
        input: "two".into(),
        output: "1".into(),
        cache_read: None,
        cache_write: None,
    };
    let cheap = OwnPrice::Free;
    let models = engine.models_list(Nothing {}).await.expect("a list").models;
    let own = models.iter().find(|model| model.connection == local).expect("a model of this machine");
    for change in [
        edit(ModelsEditRequest { name: Some("n".repeat(121)), ..ModelsEditRequest::default() }),
        edit(ModelsEditRequest { price: Some(amount), ..ModelsEditRequest::default() }),
        edit(ModelsEditRequest { content: Some("nice".into()), ..ModelsEditRequest::default() }),
        ModelsEditRequest {
            models: vec![own.id.clone()],
            price: Some(cheap),
            ..ModelsEditRequest::default()
        },
        ModelsEditRequest { models: vec![at.clone(); 20_001], ..ModelsEditRequest::default() },
    ] {
        told.push(("an edit", engine.models_edit(change).await.expect_err("no edit")));
    }
    let feature = ModelsFeatureDefaultRequest { feature: "dreams".into(), model: None };
    told.push(("a feature", engine.models_feature_default(feature).await.expect_err("no feature")));
    let adult = ModelsAdultModeRequest { on: true, warning_accepted: false };
    told.push(("adult mode", engine.models_adult_mode(adult).await.expect_err("unwarned")));

    for (what, fault) in &told {
        let expected = [Code::BadRequest, Code::OverLimit, Code::NewerFormat];
        assert!(expected.contains(&fault.code()), "{what}: {fault:?}");
        well_told(fault);
    }
}
