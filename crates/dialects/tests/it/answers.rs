//! Made-up answers through every pair of dialects: what both can say must come out as it went in.

use crate::text::{decode, events};
use inkhorn_dialects::{AnswerEncoder, AnswerHead, Chunk};
use inkhorn_domain::{FinishReason, FrontDialect, StreamEvent, TokenUsage};
use proptest::prelude::*;

/// What an answer says, whatever pieces it came in.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Said {
    pub text: String,
    pub reasoning: String,
    pub calls: Vec<(String, String, String)>,
    pub finish: Option<FinishReason>,
    pub input: Option<u64>,
    pub output: Option<u64>,
    pub cache_read: Option<u64>,
}

pub fn said(events: &[StreamEvent]) -> Said {
    let mut said = Said::default();
    let mut usage = TokenUsage::default();
    for event in events {
        match event {
            StreamEvent::Text(text) => said.text.push_str(text),
            StreamEvent::Reasoning(text) => said.reasoning.push_str(text),
            StreamEvent::ToolCallStarted { index, id, name } => {
                assert_eq!(*index as usize, said.calls.len(), "calls are counted");
                said.calls.push((id.clone(), name.clone(), String::new()));
            }
            StreamEvent::ToolCallArguments { index, fragment } => {
                said.calls[*index as usize].2.push_str(fragment);
            }
            StreamEvent::Usage(told) => usage.overwrite(*told),
            StreamEvent::Finished(reason) => {
                assert_eq!(said.finish.replace(*reason), None, "one end");
            }
            StreamEvent::Started { .. } | StreamEvent::ReasoningSignature(_) => {}
            StreamEvent::ProviderError { .. } => panic!("no error was put in"),
        }
    }
    (said.input, said.output, said.cache_read) = (usage.input, usage.output, usage.cache_read);
    said
}

fn through(dialect: FrontDialect, streaming: bool, told: &[StreamEvent]) -> Vec<StreamEvent> {
    let head = AnswerHead {
        id: "id".into(),
        model: "m".into(),
        created: 1_795_249_899,
        streaming,
        include_usage: true,
    };
    let mut encoder = AnswerEncoder::new(dialect, head);
    let mut wire = Vec::new();
    for event in told {
        encoder.chunk(&Chunk { events: vec![event.clone()], ..Chunk::default() }, false, &mut wire);
        encoder.keep_alive(&mut wire);
    }
    encoder.end(&mut wire);
    let (chunks, ended) = decode(dialect.into(), streaming, [wire.as_slice()]);
    assert_eq!(ended, Ok(()), "{}", String::from_utf8_lossy(&wire));
    events(&chunks)
}

fn letters() -> impl Strategy<Value = String> {
    proptest::collection::vec(any::<char>(), 1..12).prop_map(|letters| letters.into_iter().collect())
}

/// Reasoning first, then text, then calls whose pieces come one after the other or interwoven.
pub fn answer() -> impl Strategy<Value = Vec<StreamEvent>> {
    let call = (letters(), letters(), proptest::collection::vec(0..1000u32, 0..4));
    (
        proptest::collection::vec(letters(), 0..3),
        proptest::collection::vec(letters(), 0..5),
        proptest::collection::vec(call, 0..4),
        any::<bool>(),
        0..1_000_000u64,
        0..1_000_000u64,
        prop_oneof![Just(FinishReason::Stop), Just(FinishReason::Length), Just(FinishReason::ContentFilter)],
    )
        .prop_map(|(reasoning, texts, calls, interwoven, cached, count, reason)| {
            let mut events = vec![StreamEvent::Started { id: Some("u".into()), model: Some("m".into()) }];
            events.extend(reasoning.into_iter().map(StreamEvent::Reasoning));
            events.extend(texts.into_iter().map(StreamEvent::Text));
            let called = !calls.is_empty();
            let mut late = Vec::new();
            for (index, (id, name, numbers)) in calls.into_iter().enumerate() {
                let index = index as u32;
                // Two calls with one id are one call.
                let id = format!("{index}{id}");
                events.push(StreamEvent::ToolCallStarted { index, id, name });
                let json = serde_json::json!({ "n": numbers }).to_string();
                let (first, rest) = json.split_at(json.len() / 2);
                let pieces = [first, rest]
                    .map(|piece| StreamEvent::ToolCallArguments { index, fragment: piece.to_owned() });
                if interwoven { late.extend(pieces) } else { events.extend(pieces) }
            }
            events.extend(late);
            events.push(StreamEvent::Finished(if called { FinishReason::ToolCalls } else { reason }));
            events.push(StreamEvent::Usage(TokenUsage {
                input: Some(count + cached),
                cache_read: Some(cached),
                output: Some(count),
                ..TokenUsage::default()
            }));
            events
        })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn every_pair_of_dialects_keeps_text_calls_end_and_counts(told in answer()) {
        let wanted = said(&told);
        for front in FrontDialect::ALL {
            for back in FrontDialect::ALL {
                for (upstream_streams, client_streams) in [(true, true), (true, false), (false, true), (false, false)] {
                    let once = through(back, upstream_streams, &told);
                    let found = said(&through(front, client_streams, &once));
                    let mut wanted = wanted.clone();
                    if front == FrontDialect::Ollama || back == FrontDialect::Ollama {
                        wanted.cache_read = None; // Ollama has no word for it
                    }
                    if front == FrontDialect::OpenaiResponses {
                        wanted.cache_read = wanted.cache_read.or(Some(0)); // its clients demand a figure
                    }
                    prop_assert_eq!(&found, &wanted, "{:?} behind {:?}", back, front);
                }
            }
        }
    }
}

#[test]
fn without_an_end_no_dialect_writes_a_good_one() {
    for dialect in FrontDialect::ALL {
        for streaming in [true, false] {
            let head = AnswerHead {
                id: "id".into(),
                model: "m".into(),
                created: 0,
                streaming,
                include_usage: false,
            };
            let mut encoder = AnswerEncoder::new(dialect, head);
            let mut wire = Vec::new();
            encoder.events(&[StreamEvent::Text("Once".into())], &mut wire);
            encoder.end(&mut wire);
            encoder.end(&mut wire);
            let (chunks, _) = decode(dialect.into(), streaming, [wire.as_slice()]);
            let told = events(&chunks);
            assert!(matches!(told.last(), Some(StreamEvent::ProviderError { .. })), "{dialect:?} {told:?}");
            assert!(!told.iter().any(|event| matches!(event, StreamEvent::Finished(_))), "{dialect:?}");
        }
    }
}

#[test]
fn a_providers_own_words_never_reach_a_client() {
    let error = StreamEvent::ProviderError { status: None, code: None, message: "key sk-secret".into() };
    let raw = inkhorn_dialects::RawFrame { event: None, data: "{\"error\":\"key sk-secret\"}".into() };
    for dialect in FrontDialect::ALL {
        for same in [true, false] {
            let head = AnswerHead {
                id: "id".into(),
                model: "m".into(),
                created: 0,
                streaming: true,
                include_usage: false,
            };
            let mut encoder = AnswerEncoder::new(dialect, head);
            let mut wire = Vec::new();
            let chunk = Chunk { raw: Some(raw.clone()), events: vec![error.clone()], usage_only: false };
            encoder.chunk(&chunk, same, &mut wire);
            assert!(!String::from_utf8_lossy(&wire).contains("sk-secret"), "{dialect:?}");
        }
    }
}
