//! How long decoding takes in each dialect, beside reading the same bytes as plain JSON values in the same run. At most
//! two microseconds a chunk are allowed. Prints; decides nothing, because a busy machine would decide for it.
//!
//! `cargo bench -p inkhorn-dialects`

#![allow(clippy::print_stdout, clippy::expect_used, missing_docs)]

use inkhorn_dialects::{AnswerDecoder, AnswerEncoder, AnswerHead, WriteOptions, pass_through, peek};
use inkhorn_domain::{Dialect, FinishReason, FrontDialect, StreamEvent};
use serde_json::json;
use std::hint::black_box;
use std::time::{Duration, Instant};

const CHUNKS: usize = 20_000;
const ROUNDS: usize = 7;

/// What each chunk says: about a token.
const WORDS: &str = " the white whale";

fn main() {
    for dialect in Dialect::ALL {
        let wire = wire(dialect);
        let values = fastest(|| {
            for payload in &wire.payloads {
                let value = serde_json::from_slice::<serde_json::Value>(payload.as_bytes());
                black_box(value.is_ok());
            }
        });
        let front = FrontDialect::ALL.into_iter().find(|front| Dialect::from(*front) == dialect);
        // Frames are kept as they came for clients of the same dialect only.
        let manners: &[bool] = if front.is_some() { &[false, true] } else { &[false] };
        for keep_raw in manners {
            let decoded = fastest(|| decode(dialect, *keep_raw, &wire.bytes));
            println!(
                "{:<18} raw {keep_raw:<5} {:>6.0} ns/chunk   {:.2} x plain JSON ({:.0} bytes a chunk)",
                dialect.as_str(),
                per_chunk(decoded),
                decoded.as_secs_f64() / values.as_secs_f64(),
                wire.bytes.len() as f64 / CHUNKS as f64,
            );
        }
        let Some(front) = front else { continue };
        let encoded = fastest(|| {
            let mut encoder = AnswerEncoder::new(front, head());
            let mut out = Vec::new();
            for event in events() {
                encoder.events(std::slice::from_ref(&event), &mut out);
                out.clear();
            }
        });
        println!("{:<18} encode    {:>6.0} ns/chunk", dialect.as_str(), per_chunk(encoded));
    }
    for size in [800, 128 << 10] {
        let body = json!({
            "model": "a/b", "stream": true, "messages": [{ "role": "user", "content": "word ".repeat(size / 5) }]
        })
        .to_string();
        let options = WriteOptions::default();
        let passed = fastest(|| {
            black_box(peek(FrontDialect::OpenaiChat, body.as_bytes()).is_ok());
            black_box(pass_through(FrontDialect::OpenaiChat, body.as_bytes(), "b", &options).is_ok());
        });
        println!("peek and pass through, {} bytes: {:.1} us", body.len(), passed.as_secs_f64() * 1e6);
    }
}

fn per_chunk(time: Duration) -> f64 {
    time.as_secs_f64() * 1e9 / CHUNKS as f64
}

fn fastest(mut work: impl FnMut()) -> Duration {
    let time = |work: &mut dyn FnMut()| {
        let start = Instant::now();
        work();
        start.elapsed()
    };
    (0..ROUNDS).map(|_| time(&mut work)).min().unwrap_or_default()
}

fn head() -> AnswerHead {
    AnswerHead {
        id: "chatcmpl-123456789012345678901234".into(),
        model: "openai/gpt-5.4-mini".into(),
        created: 1_795_249_899,
        streaming: true,
        include_usage: true,
    }
}

fn events() -> Vec<StreamEvent> {
    let mut events = vec![StreamEvent::Text(WORDS.into()); CHUNKS];
    events.push(StreamEvent::Finished(FinishReason::Stop));
    events
}

fn decode(dialect: Dialect, keep_raw: bool, bytes: &[u8]) {
    let mut decoder = AnswerDecoder::new(dialect, true);
    if keep_raw {
        decoder = decoder.keeping_raw();
    }
    let (mut out, mut texts) = (Vec::new(), 0);
    for piece in bytes.chunks(1400) {
        decoder.push(piece, &mut out).expect("a good stream");
        texts += out.iter().flat_map(|chunk| &chunk.events).filter(is_text).count();
        out.clear();
    }
    decoder.finish(&mut out).expect("a whole stream");
    texts += out.iter().flat_map(|chunk| &chunk.events).filter(is_text).count();
    assert_eq!(texts, CHUNKS, "every chunk was read");
}

fn is_text(event: &&StreamEvent) -> bool {
    matches!(event, StreamEvent::Text(text) if text == WORDS)
}

/// One streamed answer, and the JSON in it.
struct Wire {
    bytes: Vec<u8>,
    payloads: Vec<String>,
}

fn wire(dialect: Dialect) -> Wire {
    match dialect {
        Dialect::OpenaiChat => written(FrontDialect::OpenaiChat),
        Dialect::AnthropicMessages => written(FrontDialect::AnthropicMessages),
        Dialect::Ollama => written(FrontDialect::Ollama),
        Dialect::OpenaiResponses => written(FrontDialect::OpenaiResponses),
        Dialect::Gemini => events_of(gemini()),
        Dialect::CohereV2 => events_of(cohere()),
        Dialect::BedrockConverse => bedrock(),
    }
}

/// As the encoder writes it, which is close to what the providers of these dialects send.
fn written(dialect: FrontDialect) -> Wire {
    let mut encoder = AnswerEncoder::new(dialect, head());
    let mut bytes = Vec::new();
    encoder.events(&events(), &mut bytes);
    encoder.end(&mut bytes);
    let text = String::from_utf8(bytes.clone()).expect("UTF-8");
    let payloads = text.lines().map(|line| line.strip_prefix("data: ").unwrap_or(line));
    let payloads = payloads.filter(|line| line.starts_with('{')).map(str::to_owned).collect();
    Wire { bytes, payloads }
}

fn events_of(payloads: Vec<String>) -> Wire {
    let bytes: String = payloads.iter().map(|payload| format!("data: {payload}\r\n\r\n")).collect();
    Wire { bytes: bytes.into_bytes(), payloads }
}

fn gemini() -> Vec<String> {
    let piece = |finish: bool| {
        let mut candidate =
            json!({ "content": { "parts": [{ "text": WORDS }], "role": "model" }, "index": 0 });
        if finish {
            candidate["finishReason"] = "STOP".into();
        }
        json!({
            "candidates": [candidate],
            "usageMetadata": {
                "promptTokenCount": 1024, "candidatesTokenCount": 77, "totalTokenCount": 1101,
                "promptTokensDetails": [{ "modality": "TEXT", "tokenCount": 1024 }],
            },
            "modelVersion": "gemini-3.5-flash",
            "responseId": "Il0taoSYJ5Cez7IPqKvR",
        })
        .to_string()
    };
    (1..=CHUNKS).map(|number| piece(number == CHUNKS)).collect()
}

fn cohere() -> Vec<String> {
    let delta = json!({ "type": "content-delta", "index": 0, "delta": { "message": { "content": { "text": WORDS } } } });
    let start = json!({
        "type": "message-start", "id": "29f14a5a",
        "delta": { "message": { "role": "assistant", "content": [], "tool_plan": "", "tool_calls": [] } },
    });
    let usage = json!({ "billed_units": { "input_tokens": 5, "output_tokens": CHUNKS } });
    let end = json!({ "type": "message-end", "delta": { "finish_reason": "COMPLETE", "usage": usage } });
    let deltas = std::iter::repeat_n(delta.to_string(), CHUNKS);
    std::iter::once(start.to_string()).chain(deltas).chain([end.to_string()]).collect()
}

fn bedrock() -> Wire {
    let delta = json!({ "contentBlockIndex": 0, "delta": { "text": WORDS }, "p": "abcdefghijklmnop" });
    let mut messages = vec![("messageStart", json!({ "role": "assistant" }))];
    messages.extend(std::iter::repeat_n(("contentBlockDelta", delta), CHUNKS));
    messages.push(("messageStop", json!({ "stopReason": "end_turn" })));
    messages.push(("metadata", json!({ "usage": { "inputTokens": 9, "outputTokens": CHUNKS } })));
    let payloads: Vec<String> = messages.iter().map(|(_, payload)| payload.to_string()).collect();
    let named = messages.iter().map(|(name, _)| *name).zip(&payloads);
    Wire { bytes: named.flat_map(|(name, payload)| message(name, payload)).collect(), payloads }
}

/// One message of AWS's binary event stream.
fn message(event: &str, payload: &str) -> Vec<u8> {
    let fields = [(":event-type", event), (":content-type", "application/json"), (":message-type", "event")];
    let mut headers = Vec::new();
    for (name, value) in fields {
        headers.push(name.len() as u8);
        headers.extend_from_slice(name.as_bytes());
        // Text.
        headers.push(7);
        headers.extend_from_slice(&(value.len() as u16).to_be_bytes());
        headers.extend_from_slice(value.as_bytes());
    }
    let whole = 12 + headers.len() + payload.len() + 4;
    let mut out = [(whole as u32).to_be_bytes(), (headers.len() as u32).to_be_bytes()].concat();
    out.extend_from_slice(&crc32fast::hash(&out).to_be_bytes());
    out.extend_from_slice(&headers);
    out.extend_from_slice(payload.as_bytes());
    out.extend_from_slice(&crc32fast::hash(&out).to_be_bytes());
    out
}
