//! Recorded wires: what they mean, and how they are written again for clients of each dialect.
//!
//! `INKHORN_GOLDEN=write cargo test -p inkhorn-dialects` writes the files anew; read the difference before keeping it.

use crate::event_stream;
use crate::text::{decode, events, show};
use inkhorn_dialects::{
    AnswerEncoder, AnswerHead, ErrorWords, WireError, WriteOptions, read_request, write_request,
};
use inkhorn_domain::{Dialect, FrontDialect, StreamEvent};
use std::fs;
use std::path::{Path, PathBuf};

const FOLDERS: &[(&str, Dialect)] = &[
    ("openai", Dialect::OpenaiChat),
    ("anthropic", Dialect::AnthropicMessages),
    ("ollama", Dialect::Ollama),
    ("gemini", Dialect::Gemini),
    ("cohere", Dialect::CohereV2),
    ("bedrock", Dialect::BedrockConverse),
    ("responses", Dialect::OpenaiResponses),
];

struct Wire {
    path: PathBuf,
    dialect: Dialect,
    streaming: bool,
    bytes: Vec<u8>,
}

fn wires() -> Vec<Wire> {
    let mut all = Vec::new();
    for &(folder, dialect) in FOLDERS {
        for path in files(folder) {
            let streaming = path.extension().is_some_and(|kind| kind != "json");
            let mut bytes = fs::read(&path).expect("a golden file");
            if path.extension().is_some_and(|kind| kind == "events") {
                bytes = event_stream::encode(&String::from_utf8(bytes).expect("UTF-8"));
            }
            all.push(Wire { bytes, path, dialect, streaming });
        }
    }
    assert!(all.len() > 30, "the golden files are there");
    all
}

fn files(folder: &str) -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden").join(folder);
    let mut files: Vec<PathBuf> =
        fs::read_dir(root).expect("the golden folder").map(|entry| entry.expect("a file").path()).collect();
    files.retain(|path| path.extension().is_some_and(|kind| kind != "golden"));
    files.sort();
    files
}

fn compare(path: &Path, found: &str) {
    let golden = PathBuf::from(format!("{}.golden", path.display()));
    if std::env::var_os("INKHORN_GOLDEN").is_some_and(|word| word == "write") {
        fs::write(&golden, found).expect("a golden file");
    }
    let wanted = fs::read_to_string(&golden).unwrap_or_default();
    assert!(found == wanted, "{} differs. Found:\n{found}", golden.display());
}

/// The same dialect as clients speak it, where they may.
fn front(dialect: Dialect) -> Option<FrontDialect> {
    FrontDialect::ALL.into_iter().find(|front| Dialect::from(*front) == dialect)
}

fn head(streaming: bool) -> AnswerHead {
    AnswerHead {
        id: "id-1".into(),
        model: "house/model".into(),
        created: 1_795_249_899,
        streaming,
        include_usage: true,
    }
}

#[test]
fn wires_mean_what_they_meant_and_are_written_as_they_were() {
    for wire in wires() {
        let (chunks, ended) = decode(wire.dialect, wire.streaming, [wire.bytes.as_slice()]);
        let told = events(&chunks);
        let mut found = show(&told, &ended);
        for client in FrontDialect::ALL {
            let mut encoder = AnswerEncoder::new(client, head(wire.streaming));
            let mut out = Vec::new();
            chunks.iter().for_each(|chunk| encoder.chunk(chunk, false, &mut out));
            let failed = told.iter().any(|event| matches!(event, StreamEvent::ProviderError { .. }));
            if failed || ended.is_err() {
                let words = ErrorWords { code: "stream_broken".into(), message: "It broke off.".into() };
                encoder.fail(&words, &mut out);
            } else {
                encoder.end(&mut out);
            }
            found.push_str(&format!("\n=== for {} clients\n", client.as_str()));
            found.push_str(&String::from_utf8(out).expect("UTF-8"));
        }
        compare(&wire.path, &found);
    }
}

#[test]
fn a_cut_at_any_byte_changes_nothing() {
    for wire in wires() {
        let whole = decode(wire.dialect, wire.streaming, [wire.bytes.as_slice()]);
        for cut in 0..=wire.bytes.len() {
            let (before, after) = wire.bytes.split_at(cut);
            let split = decode(wire.dialect, wire.streaming, [before, after]);
            assert_eq!(split, whole, "{} cut at {cut}", wire.path.display());
        }
        let bytes = decode(wire.dialect, wire.streaming, wire.bytes.chunks(1));
        assert_eq!(bytes, whole, "{} byte by byte", wire.path.display());
    }
}

#[test]
fn a_stream_that_stops_early_keeps_its_text_and_never_looks_whole() {
    for wire in wires().into_iter().filter(|wire| wire.streaming) {
        let (chunks, _) = decode(wire.dialect, true, [wire.bytes.as_slice()]);
        let whole = events(&chunks);
        for length in 0..wire.bytes.len() {
            let (chunks, ended) = decode(wire.dialect, true, [&wire.bytes[..length]]);
            let told = events(&chunks);
            let said = |event: &StreamEvent| {
                matches!(event, StreamEvent::Finished(_) | StreamEvent::ProviderError { .. })
            };
            let place = format!("{} stopped after {length}", wire.path.display());
            match ended {
                Ok(()) => assert!(told.iter().any(said), "{place}: a good end without a reason"),
                Err(error) => assert_eq!(error, WireError::Cut, "{place}"),
            }
            assert!(whole.starts_with(&told), "{place}: told something else");
        }
    }
}

#[test]
fn the_same_dialect_passes_unknown_fields_through() {
    for wire in wires().into_iter().filter(|wire| wire.streaming) {
        let Some(client) = front(wire.dialect) else { continue };
        let (chunks, ended) = decode(wire.dialect, true, [wire.bytes.as_slice()]);
        let told = events(&chunks);
        let failed = told.iter().any(|event| matches!(event, StreamEvent::ProviderError { .. }));
        let mut encoder = AnswerEncoder::new(client, head(true));
        let mut out = Vec::new();
        chunks.iter().for_each(|chunk| encoder.chunk(chunk, true, &mut out));
        if failed || ended.is_err() {
            encoder.fail(&ErrorWords { code: "c".into(), message: "It broke off.".into() }, &mut out);
            let text = String::from_utf8(out).expect("UTF-8");
            assert!(text.contains("It broke off."), "{}", wire.path.display());
            assert!(!text.contains("[DONE]") && !text.contains("message_stop"), "{}", wire.path.display());
            continue;
        }
        encoder.end(&mut out);
        let (again, ended) = decode(wire.dialect, true, [out.as_slice()]);
        assert_eq!(ended, Ok(()), "{}", wire.path.display());
        assert_eq!(events(&again), told, "{}", wire.path.display());
        for chunk in &chunks {
            let Some(raw) = &chunk.raw else { continue };
            let text = String::from_utf8_lossy(&out);
            assert!(text.contains(&raw.data), "{} lost a frame", wire.path.display());
        }
    }
}

#[test]
fn a_whole_document_passes_through_byte_for_byte() {
    for wire in wires().into_iter().filter(|wire| wire.path.ends_with("whole.json")) {
        let Some(client) = front(wire.dialect) else { continue };
        let (chunks, ended) = decode(wire.dialect, false, [wire.bytes.as_slice()]);
        assert_eq!(ended, Ok(()));
        let mut encoder = AnswerEncoder::new(client, head(false));
        let mut out = Vec::new();
        chunks.iter().for_each(|chunk| encoder.chunk(chunk, true, &mut out));
        encoder.end(&mut out);
        assert_eq!(out, wire.bytes.trim_ascii(), "{}", wire.path.display());
        // Asked for a stream, a client is not given a document.
        let (chunks, ended) = decode(wire.dialect, true, [out.as_slice()]);
        if wire.dialect != Dialect::Ollama {
            assert_eq!(ended, Ok(()));
            assert!(chunks.iter().all(|chunk| chunk.raw.is_none()), "{}", wire.path.display());
        }
    }
}

#[test]
fn counts_that_the_client_did_not_ask_for_are_left_out() {
    let wire = fs::read(files("openai").into_iter().find(|path| path.ends_with("plain.sse")).expect("plain"));
    let (chunks, _) = decode(Dialect::OpenaiChat, true, [wire.expect("a file").as_slice()]);
    for (include_usage, times) in [(true, 1), (false, 0)] {
        let head = AnswerHead { include_usage, ..head(true) };
        let mut encoder = AnswerEncoder::new(FrontDialect::OpenaiChat, head);
        let mut out = Vec::new();
        chunks.iter().for_each(|chunk| encoder.chunk(chunk, true, &mut out));
        encoder.end(&mut out);
        let text = String::from_utf8(out).expect("UTF-8");
        assert_eq!(text.matches("\"choices\":[]").count(), times);
        assert!(text.contains("\"obfuscation\":\"x9f\""), "unknown fields stay");
        assert!(text.ends_with("data: [DONE]\n\n"));
    }
}

#[test]
fn requests_are_read_and_written_in_every_dialect() {
    for path in files("requests") {
        let name = path.file_name().expect("a name").to_string_lossy().into_owned();
        let (_, dialect) = *FOLDERS.iter().find(|(folder, _)| name.starts_with(folder)).expect("a dialect");
        let body = fs::read(&path).expect("a golden file");
        let client = front(dialect).expect("a dialect of clients");
        let request = read_request(client, &body).expect("a good request");
        let mut found = String::new();
        for upstream in Dialect::ALL {
            let options = WriteOptions { write_extra: upstream == dialect, ..WriteOptions::default() };
            let written = write_request(upstream, &request, &options);
            found.push_str(&format!("=== to {}\n", upstream.as_str()));
            found.push_str(&String::from_utf8(written).expect("UTF-8"));
            found.push('\n');
        }
        compare(&path, &found);
    }
}
