//! AWS Bedrock: an API key and an access key, two lists, two hosts.

use crate::connection::{Connection, now, question, text};
use inkhorn_domain::Capability;
use inkhorn_fault::Code;
use inkhorn_providers::{fetch_models, test_connection};
use inkhorn_testkit::{Behaviour, Call, Persona, Refusal, SimulatedModel, SimulatedProvider};

const ACCESS: &str = "AKIAIOSFODNN7EXAMPLE:wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";

#[tokio::test]
async fn an_api_key_is_a_bearer_and_an_access_key_signs_what_is_sent() {
    let token = format!("{ACCESS}:{}==", "IQoJb3JpZ2luX2Vj/".repeat(20));
    let provider = SimulatedProvider::start(Persona::Bedrock);
    let api_key = provider.key().expect("an API key");
    for key in [api_key.as_str(), ACCESS, token.as_str()] {
        provider.set_key(Some(key));
        provider.forget_requests();
        let connection = Connection::to(&provider);
        // An id with letters that a path escapes, and a list with a query: both are part of what is signed.
        for stream in [true, false] {
            let asked = question("amazon.nova-lite-v1:0", stream);
            let told = connection.ask(&asked).await.unwrap_or_else(|fault| panic!("{fault:?}"));
            assert_eq!(text(&told), "The rain had stopped before the letter came.");
        }
        let report = test_connection(&connection.target, &connection.credential(), now()).await;
        assert_eq!(report.expect("a good key").models.models.len(), 4);
        for request in provider.requests() {
            let proof = request.header("authorization").expect("a proof");
            assert_eq!(proof.starts_with("Bearer "), key == api_key, "{request:?}");
            let secret = key.split(':').nth(1).unwrap_or(key);
            let parts = request.headers.iter().filter(|(_, value)| value.contains(secret));
            assert_eq!(parts.count(), usize::from(key == api_key), "the secret itself is never sent");
        }
    }
}

#[tokio::test]
async fn a_wrong_secret_is_told_as_a_wrong_key_and_never_shown() {
    let provider = SimulatedProvider::start_with_key(Persona::Bedrock, ACCESS);
    let wrong = Connection::at(
        "aws_bedrock",
        &provider.base_url(),
        Some(&ACCESS.replace("EXAMPLEKEY", "EXAMPLEKEy")),
    );
    let fault = wrong.ask(&question("amazon.nova-lite-v1:0", true)).await.expect_err("wrong");
    assert_eq!((fault.code(), fault.status()), (Code::WrongKey, Some(403)));
    // Whatever part of the credential a provider repeats, nobody reads it.
    let secret = ACCESS.split(':').nth(1).expect("a secret");
    let body = format!(r#"{{"message":"The secret {secret} of {ACCESS} is wrong"}}"#);
    provider.next(Call::Chat, Behaviour::Status(Refusal::of(403).with_body(&body)));
    let right = Connection::to(&provider);
    let fault = right.ask(&question("amazon.nova-lite-v1:0", true)).await.expect_err("echoed");
    let all = format!("{fault:?} {:?} {:?}", fault.detail(), fault.facts());
    assert!(!all.contains("bPxRfiCY") && all.contains("[key]"), "{all}");
}

#[tokio::test]
async fn profiles_come_on_top_of_the_models_that_can_be_called_by_name() {
    let provider = SimulatedProvider::start(Persona::Bedrock);
    let connection = Connection::to(&provider);
    let list = fetch_models(&connection.target, &connection.credential(), now()).await.expect("two lists");
    let ids: Vec<&str> = list.models.iter().map(|model| model.id.as_str()).collect();
    assert_eq!(
        ids,
        [
            "amazon.nova-lite-v1:0",
            "deepseek.r1-v1:0",
            "amazon.titan-embed-text-v2:0",
            "us.anthropic.claude-opus-4-7"
        ]
    );
    assert_eq!(list.models[3].capabilities, [Capability::Vision], "as the model behind it");
    // Profiles come in pages, whose mark holds letters that a query escapes.
    let many = (0..1_200).map(|n| SimulatedModel::chat(&format!("eu.maker.m{n}"))).collect();
    provider.set_models(many);
    provider.forget_requests();
    for key in [None, Some(ACCESS)] {
        let key = key.map(str::to_owned).or_else(|| provider.key()).expect("a key");
        provider.set_key(Some(&key));
        let connection = Connection::to(&provider);
        let list = fetch_models(&connection.target, &connection.credential(), now()).await.expect("pages");
        assert_eq!((list.models.len(), list.dropped), (1_200, 0));
    }
    let pages: Vec<String> = provider.requests().into_iter().map(|request| request.path).collect();
    assert_eq!(pages[2], "/inference-profiles?maxResults=1000&nextToken=n%2B%2F1000");
    provider.set_models(vec![SimulatedModel::chat("amazon.nova-lite-v1:0")]);
    let connection = Connection::to(&provider);
    // A key that may not see the profiles still has the models.
    provider.next(Call::Models, Behaviour::Standing);
    provider.next(Call::Models, Behaviour::status(403));
    let list = fetch_models(&connection.target, &connection.credential(), now()).await.expect("one list");
    assert_eq!(list.models.len(), 1);
}

#[test]
fn the_lists_host_is_one_that_the_key_is_sealed_for() {
    let origins = |address: &str| -> Vec<String> {
        let connection = Connection::at("aws_bedrock", address, None);
        connection.origins.iter().map(ToString::to_string).collect()
    };
    assert_eq!(
        origins("https://bedrock-runtime.eu-central-1.amazonaws.com"),
        [
            "https://bedrock-runtime.eu-central-1.amazonaws.com:443",
            "https://bedrock.eu-central-1.amazonaws.com:443"
        ]
    );
    assert_eq!(
        origins("https://bedrock-runtime-fips.us-west-2.amazonaws.com").len(),
        2,
        "other hosts of the same region keep their kind"
    );
    assert_eq!(origins("https://relay.example/aws"), ["https://relay.example:443"]);
    assert_eq!(
        origins("https://evil.example.bedrock-runtime.com"),
        ["https://evil.example.bedrock-runtime.com:443"]
    );
    let other = Connection::at("openai", "https://api.openai.com/v1", None);
    assert_eq!(other.origins.len(), 1);
}

#[tokio::test]
async fn an_exception_inside_a_stream_and_a_cut_one_are_noticed() {
    let provider = SimulatedProvider::start(Persona::Bedrock);
    let connection = Connection::to(&provider);
    provider.next(Call::Chat, Behaviour::ErrorInsideStream(2));
    let told = connection.ask(&question("amazon.nova-lite-v1:0", true)).await.expect("it began well");
    let last = format!("{:?}", told.last());
    assert!(last.contains("ProviderError(Some(500), Some(\"modelStreamErrorException\"))"), "{last}");
    provider.next(Call::Chat, Behaviour::CutAfterBytes(300));
    let cut = connection.ask(&question("amazon.nova-lite-v1:0", true)).await;
    assert_eq!(cut.expect_err("cut").code(), Code::StreamBroken);
}
