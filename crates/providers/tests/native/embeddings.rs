//! Vectors, asked for through a connection.

use inkhorn_domain::EmbeddingRequest;
use inkhorn_fault::Code;
use inkhorn_outbound::Outbound;
use inkhorn_providers::{Catalogue, ConnectionTarget, Credential, fetch_embeddings, parse_base_url};
use inkhorn_secret::Secret;
use inkhorn_testkit::{Behaviour, Call, Persona, Refusal, SimulatedProvider};
use serde_json::json;
use std::time::SystemTime;

fn connect(provider: &SimulatedProvider) -> ConnectionTarget {
    let catalogue = Catalogue::embedded();
    let entry = catalogue.find(provider.persona().provider_id()).expect("entry");
    let base = parse_base_url(&provider.base_url(), entry, &[]).expect("address");
    let destination = base.destination(entry).expect("destination");
    let deadlines = entry.waits.deadlines();
    ConnectionTarget::new(entry.clone(), Outbound::new(), destination, entry.auth.clone(), deadlines)
        .expect("target")
}

/// An answer with one vector for each of so many texts.
fn vectors(count: usize, tokens: Option<u64>) -> Behaviour {
    let data: Vec<_> =
        (0..count).map(|index| json!({ "index": index, "embedding": [index as f32, 1.0] })).collect();
    let mut body = json!({ "object": "list", "data": data });
    if let Some(tokens) = tokens {
        body["usage"] = json!({ "prompt_tokens": tokens, "total_tokens": tokens });
    }
    Behaviour::Status(Refusal::of(200).with_body(&body.to_string()))
}

#[tokio::test]
async fn many_texts_go_out_in_parts_and_come_back_as_one() {
    let provider = SimulatedProvider::start(Persona::OpenAi);
    let target = connect(&provider);
    let key = Secret::new(provider.key().expect("a key"));
    let origins = target.origins();
    let credential = Credential { key: Some(&key), headers: &[], origins: &origins };
    let inputs: Vec<String> = (0..2050).map(|n| format!("text {n}")).collect();
    let request =
        EmbeddingRequest { model: "text-embedding-3-small".into(), inputs, ..EmbeddingRequest::default() };

    provider.next(Call::Other, vectors(2048, Some(4096)));
    provider.next(Call::Other, vectors(2, Some(4)));
    let whole =
        fetch_embeddings(&target, &credential, &request, SystemTime::UNIX_EPOCH).await.expect("vectors");
    assert_eq!((whole.vectors.len(), whole.usage.input), (2050, Some(4100)));
    assert_eq!(whole.vectors[2049], [1.0, 1.0], "the second of the second part");
    let sent = provider.requests();
    assert_eq!(sent.len(), 2);
    assert_eq!(
        (sent[0].path.as_str(), sent[1].json()["input"].as_array().map(Vec::len)),
        ("/v1/embeddings", Some(2))
    );
    assert!(sent[0].header("authorization").is_some_and(|value| value.starts_with("Bearer sk-")));

    // A part that does not tell its count leaves the sum unknown.
    provider.next(Call::Other, vectors(2048, Some(4096)));
    provider.next(Call::Other, vectors(2, None));
    let whole =
        fetch_embeddings(&target, &credential, &request, SystemTime::UNIX_EPOCH).await.expect("vectors");
    assert_eq!(whole.usage.input, None);
}

#[tokio::test]
async fn what_goes_wrong_has_its_name() {
    let provider = SimulatedProvider::start(Persona::OpenAi);
    let target = connect(&provider);
    let key = Secret::new(provider.key().expect("a key"));
    let origins = target.origins();
    let request =
        EmbeddingRequest { model: "m".into(), inputs: vec!["a".into()], ..EmbeddingRequest::default() };
    for (behaviour, code) in [
        (Behaviour::busy_for("3"), Code::RateLimited),
        (Behaviour::status(401), Code::WrongKey),
        (Behaviour::status(404), Code::NotAnApi),
        (Behaviour::Html, Code::NotAnApi),
        (vectors(2, None), Code::StreamBroken),
        (Behaviour::EmptyBody, Code::StreamBroken),
    ] {
        let told = format!("{behaviour:?}");
        provider.next(Call::Other, behaviour);
        let credential = Credential { key: Some(&key), headers: &[], origins: &origins };
        let fault =
            fetch_embeddings(&target, &credential, &request, SystemTime::UNIX_EPOCH).await.expect_err(&told);
        assert_eq!(fault.code(), code, "{told}");
    }
    let anthropic = SimulatedProvider::start(Persona::Anthropic);
    let target = connect(&anthropic);
    let none = fetch_embeddings(&target, &Credential::NONE, &request, SystemTime::UNIX_EPOCH).await;
    assert_eq!(none.expect_err("no such thing").code(), Code::BadRequest);
    assert!(anthropic.requests().is_empty(), "nothing was sent");
}
