//! A mistake in the writer's own catalogue costs what that file brings, and nothing else.

use crate::house::{House, ask, connect, draft, read, set};
use inkhorn_contract::*;
use inkhorn_fault::Code;
use inkhorn_testkit::{Persona, SimulatedProvider};

const OWN: &str = r#"{ "providers": [
  { "id": "attic", "name": "Attic", "locality": "either", "dialect": "openai-chat", "key": "optional",
    "models": [{ "path": "/models" }], "waits": { "connect": 10, "first_byte": 60, "idle": 60, "total": 600 } }
] }"#;

async fn both(engine: &inkhorn_engine::Engine) -> (ConnectionView, ConnectionView) {
    let list = engine.connections_list(Nothing {}).await.expect("they are listed");
    let [ollama, attic] = <[_; 2]>::try_from(list).expect("two connections");
    (ollama, attic)
}

#[tokio::test]
async fn a_typo_in_the_own_catalogue_is_told_with_its_place_and_everything_else_goes_on() {
    let (ollama, attic) =
        (SimulatedProvider::start(Persona::Ollama), SimulatedProvider::start(Persona::Compatible));
    let house = House::new();
    let engine = house.open_with(OWN);
    assert_eq!(engine.app_status(Nothing {}).await.expect("status").catalogue_fault, None);
    connect(&engine, &ollama).await;
    let key = KeyInput::Typed { key: inkhorn_secret::Secret::new(attic.key().expect("a key")) };
    let draft = draft("attic", &attic.base_url(), key);
    engine.connections_add(ConnectionAddRequest { draft, test: true }).await.expect("it connects");
    let before = both(&engine).await.1;
    let model =
        |of: &ConnectionView, server: &SimulatedProvider| format!("{}/{}", of.slug, server.models()[0].id);
    let through_attic = model(&before, &attic);
    drop(engine);

    let engine = house.open_with(&OWN.replace("}],", "},],"));
    let told = engine.app_status(Nothing {}).await.expect("status").catalogue_fault.expect("it is told");
    assert_eq!(told.code, Code::Damaged);
    assert!(
        told.message.contains("line 3, column 38") && told.message.contains("catalogue.json"),
        "{told:?}"
    );
    assert!(engine.catalogue_fault().is_some());
    let doctor = engine.doctor(Nothing {}).await.expect("it looks");
    let check = doctor.checks.iter().find(|check| check.name == "catalogue").expect("a check");
    assert!(!doctor.ok && !check.ok && check.fault.as_ref() == Some(&told), "{check:?}");
    let providers = engine.providers_list(Nothing {}).await.expect("the embedded ones");
    assert!(providers.iter().any(|one| one.id == "openai") && providers.iter().all(|one| one.id != "attic"));

    let (fine, lost) = both(&engine).await;
    assert_eq!((fine.status, &fine.fault), ("connected", &None));
    assert_eq!((lost.status, lost.fault.as_ref(), &*lost.provider_name), ("failing", Some(&told), "attic"));
    assert_eq!(
        (&lost.id, &lost.key_last4, lost.model_count),
        (&before.id, &before.key_last4, before.model_count)
    );
    read(engine.send(ask(Some(&model(&fine, &ollama)), "Hello")).await.expect("the others answer")).await;

    // Whatever is tried with it says why not, sends nothing and changes nothing.
    let seen = attic.requests().len();
    let refused = engine.send(ask(Some(&through_attic), "Hello")).await.err().expect("it is not usable");
    assert_eq!((refused.code(), refused.message()), (Code::Damaged, told.message.clone()));
    let request = || ConnectionRequest { slug: lost.slug.clone() };
    let tested = engine.connections_test(request()).await.expect("an answer");
    assert_eq!(tested.fault.as_ref(), Some(&told));
    assert_eq!(
        set(&engine, &lost.slug, &[("temperature", "1")]).await.expect_err("not now").code(),
        Code::Damaged
    );
    let refreshed =
        engine.models_refresh(ModelsRefreshRequest::default()).await.expect("the others are asked");
    assert_eq!(refreshed.not_answered.len(), 1, "{refreshed:?}");
    assert_eq!(attic.requests().len(), seen, "nothing was sent");
    drop(engine);

    // Put right, it stands as it stood; without its entry, it says what is missing.
    let engine = house.open_with(OWN);
    engine.unlock().await;
    read(engine.send(ask(Some(&through_attic), "Hello")).await.expect("it answers again")).await;
    let after = both(&engine).await.1;
    assert_eq!((after.status, &after.fault, &*after.provider_name), (before.status, &before.fault, "Attic"));
    drop(engine);
    let engine = house.open_with(r#"{ "providers": [] }"#);
    let missing = both(&engine).await.1.fault.expect("why not");
    assert_eq!(
        (missing.code, missing.facts.get("entry").map(String::as_str)),
        (Code::NotFound, Some("attic"))
    );
    engine.connections_remove(request()).await.expect("it can be removed all the same");
}
