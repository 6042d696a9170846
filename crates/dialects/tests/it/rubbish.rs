//! Rubbish of every kind: nothing panics. The corpus of the fuzz targets is replayed here.

use inkhorn_domain::Dialect;
use proptest::prelude::*;
use std::fs;
use std::path::Path;

#[path = "../../../../fuzz/drive.rs"]
mod drive;

const DECODERS: &[(&str, Dialect)] = &[
    ("decode_openai", Dialect::OpenaiChat),
    ("decode_anthropic", Dialect::AnthropicMessages),
    ("decode_ollama", Dialect::Ollama),
    ("decode_gemini", Dialect::Gemini),
    ("decode_cohere", Dialect::CohereV2),
    ("decode_bedrock", Dialect::BedrockConverse),
    ("decode_responses", Dialect::OpenaiResponses),
];

fn corpus(target: &str) -> Vec<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/corpus").join(target);
    let files: Vec<Vec<u8>> = fs::read_dir(folder)
        .expect("the corpus")
        .map(|entry| fs::read(entry.expect("a file").path()).expect("a file"))
        .collect();
    assert!(!files.is_empty(), "{target} has a corpus");
    files
}

fn run(target: &str, data: &[u8]) {
    match DECODERS.iter().find(|(name, _)| *name == target) {
        Some((_, Dialect::BedrockConverse)) => drive::decode_bedrock(data),
        Some((_, dialect)) => drive::decode(*dialect, data),
        None if target == "frames" => drive::frames(data),
        None if target == "read_request" => drive::requests(data),
        None => drive::models(data),
    }
}

const TARGETS: &[&str] = &[
    "decode_openai",
    "decode_anthropic",
    "decode_ollama",
    "decode_gemini",
    "decode_cohere",
    "frames",
    "read_request",
    "read_models",
    "decode_bedrock",
    "decode_responses",
];

#[test]
fn the_corpus_is_survived() {
    for &target in TARGETS {
        corpus(target).iter().for_each(|data| run(target, data));
    }
}

#[test]
fn every_single_byte_of_the_corpus_may_be_wrong() {
    for &target in TARGETS {
        for mut data in corpus(target).into_iter().filter(|data| data.len() < 4000) {
            for at in 0..data.len() {
                let was = data[at];
                for (turn, wrong) in [0, b'"', b'}', b'[', b'\\', b'9', 0xFF].into_iter().enumerate() {
                    // A long file has each of them somewhere near each place; that is enough, and takes a seventh.
                    if data.len() > 600 && at % 7 != turn {
                        continue;
                    }
                    data[at] = wrong;
                    run(target, &data);
                }
                data[at] = was;
            }
        }
    }
}

proptest! {
    #[test]
    fn any_bytes_are_survived(data in proptest::collection::vec(any::<u8>(), 0..2000)) {
        TARGETS.iter().for_each(|target| run(target, &data));
    }
}
