//! Proofs of reasoning on their way through a client and back: to the provider that gave them, and to no other.

use crate::text::{decode, events};
use inkhorn_dialects::{AnswerEncoder, AnswerHead, WriteOptions, read_request, write_request};
use inkhorn_domain::{ChatRequest, Dialect, FrontDialect, Message, Part, Role};
use serde_json::{Value, json};
use std::fs;
use std::path::Path;

const ANTHROPICS: &str = "EqQBCkgIAxABGAIqQJ+/==";

fn write(dialect: Dialect, messages: &[Message]) -> Value {
    let request = ChatRequest { model: "m".into(), messages: messages.to_vec(), ..ChatRequest::default() };
    serde_json::from_slice(&write_request(dialect, &request, &WriteOptions::default())).expect("JSON")
}

fn call(proof: Option<&str>) -> Message {
    let signature = proof.map(str::to_owned);
    Message {
        role: Role::Assistant,
        parts: vec![
            Part::Reasoning { text: "Hm.".into(), signature },
            Part::ToolCall { id: "t".into(), name: "f".into(), arguments: "{}".into() },
        ],
    }
}

#[test]
fn geminis_proof_comes_back_through_a_client_that_speaks_another_dialect() {
    let wire = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/gemini/tools.sse");
    let (chunks, ended) = decode(Dialect::Gemini, true, [fs::read(wire).expect("a golden file").as_slice()]);
    assert_eq!(ended, Ok(()));
    // As a client would that does not stream: the content of the answer is the turn that it sends back.
    let head =
        AnswerHead { id: "i".into(), model: "m".into(), created: 0, streaming: false, include_usage: false };
    let mut encoder = AnswerEncoder::new(FrontDialect::AnthropicMessages, head);
    let mut out = Vec::new();
    encoder.events(&events(&chunks), &mut out);
    encoder.end(&mut out);
    let answer: Value = serde_json::from_slice(&out).expect("JSON");
    let body = json!({
        "model": "m", "max_tokens": 9,
        "messages": [{ "role": "user", "content": "Where?" }, { "role": "assistant", "content": answer["content"] }],
    });
    let request = read_request(FrontDialect::AnthropicMessages, body.to_string().as_bytes()).expect("good");
    let turn = write(Dialect::Gemini, &request.messages)["contents"][1]["parts"].take();
    assert_eq!(
        turn,
        json!([
            { "functionCall": { "name": "look_up", "args": { "word": "ink", "depth": 2 } }, "thoughtSignature": "EjQKMgEMAbcd+/==" },
            { "functionCall": { "name": "count", "args": {}, "id": "fc_8" } },
            { "functionCall": { "name": "list", "args": {} } },
        ])
    );
}

#[test]
fn a_proof_goes_to_nobody_who_did_not_give_it() {
    let (gemini, foreign) = (call(Some("gemini:EjQK")), call(Some(ANTHROPICS)));
    let kept = |message: &Message, dialect, proof: &str| {
        write(dialect, std::slice::from_ref(message)).to_string().contains(proof)
    };
    assert!(
        kept(&gemini, Dialect::Gemini, "\"EjQK\"") && kept(&foreign, Dialect::AnthropicMessages, ANTHROPICS)
    );
    for dialect in Dialect::ALL.into_iter().filter(|dialect| *dialect != Dialect::Gemini) {
        assert!(!kept(&gemini, dialect, "EjQK"), "{dialect:?}");
    }
    assert!(!kept(&foreign, Dialect::Gemini, ANTHROPICS));
    // Without a proof of its own Gemini refuses a call, unless it is told that there is none.
    for without in [&foreign, &call(None)] {
        assert!(kept(without, Dialect::Gemini, "skip_thought_signature_validator"));
    }
}
