//! How long decoding takes beside reading the same frames as plain JSON values. Prints; decides nothing.
//!
//! `cargo bench -p inkhorn-dialects`

#![allow(clippy::print_stdout, missing_docs)]

use inkhorn_dialects::{AnswerDecoder, AnswerEncoder, AnswerHead, WriteOptions, pass_through, peek};
use inkhorn_domain::{FinishReason, FrontDialect, StreamEvent};
use std::hint::black_box;
use std::time::{Duration, Instant};

const CHUNKS: usize = 20_000;
const ROUNDS: usize = 7;

fn main() {
    for dialect in FrontDialect::ALL {
        let wire = stream(dialect);
        let frames = payloads(&wire);
        let values = fastest(|| {
            for frame in &frames {
                let value = serde_json::from_slice::<serde_json::Value>(frame);
                black_box(value.is_ok());
            }
        });
        for keep_raw in [false, true] {
            let decoded = fastest(|| {
                let mut decoder = AnswerDecoder::new(dialect.into(), true);
                if keep_raw {
                    decoder = decoder.keeping_raw();
                }
                let mut out = Vec::new();
                for piece in wire.chunks(1400) {
                    black_box(decoder.push(piece, &mut out).is_ok());
                    black_box(out.len());
                    out.clear();
                }
                black_box(decoder.finish(&mut out).is_ok());
            });
            println!(
                "{:<18} raw {keep_raw:<5} {:>6.0} ns/chunk   {:.2} x plain JSON",
                dialect.as_str(),
                per_chunk(decoded),
                decoded.as_secs_f64() / values.as_secs_f64()
            );
        }
        let encoded = fastest(|| {
            let mut encoder = AnswerEncoder::new(dialect, head());
            let mut out = Vec::new();
            for event in events() {
                encoder.events(std::slice::from_ref(&event), &mut out);
                out.clear();
            }
        });
        println!("{:<18} encode    {:>6.0} ns/chunk", dialect.as_str(), per_chunk(encoded));
    }
    for size in [800, 128 << 10] {
        let body = serde_json::json!({
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
    let mut events = vec![StreamEvent::Text(" the white whale".into()); CHUNKS];
    events.push(StreamEvent::Finished(FinishReason::Stop));
    events
}

fn stream(dialect: FrontDialect) -> Vec<u8> {
    let mut encoder = AnswerEncoder::new(dialect, head());
    let mut wire = Vec::new();
    encoder.events(&events(), &mut wire);
    encoder.end(&mut wire);
    wire
}

fn payloads(wire: &[u8]) -> Vec<&[u8]> {
    let lines = wire.split(|byte| *byte == b'\n');
    lines
        .map(|line| line.strip_prefix(b"data: ").unwrap_or(line))
        .filter(|line| line.starts_with(b"{"))
        .collect()
}
