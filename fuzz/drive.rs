// What each fuzz target does with its bytes. Shared with the test that replays the corpus.

use inkhorn_dialects::{
    AnswerDecoder, LineFrames, SseFrames, TooLarge, WriteOptions, pass_through, peek, read_error,
    read_models, read_request, write_request,
};
use inkhorn_domain::{Dialect, FrontDialect};

/// The first byte chooses whether the answer streams and how large the pieces are, so that cuts are fuzzed too.
pub fn decode(dialect: Dialect, data: &[u8]) {
    let Some((choice, wire)) = data.split_first() else { return };
    let mut decoder = AnswerDecoder::new(dialect, choice & 1 == 0).keeping_raw();
    let mut out = Vec::new();
    let size = usize::from(choice >> 1) + 1;
    if wire.chunks(size).try_for_each(|piece| decoder.push(piece, &mut out)).is_ok() {
        let _ = decoder.finish(&mut out);
    }
}

/// Bytes as they are, whose checksums are nearly always wrong; then the same bytes as the headers and the payload of a
/// message whose checksums are right, so that what stands behind them is reached too.
pub fn decode_bedrock(data: &[u8]) {
    decode(Dialect::BedrockConverse, data);
    let Some((choice, rest)) = data.split_first() else { return };
    let names = [
        "messageStart",
        "contentBlockStart",
        "contentBlockDelta",
        "messageStop",
        "metadata",
        "validationException",
    ];
    let name = names[usize::from(*choice) % names.len()];
    let kind = if name.ends_with("Exception") { "exception" } else { "event" };
    let mut headers = Vec::new();
    for (header, value) in [(format!(":{kind}-type"), name), (":message-type".to_owned(), kind)] {
        headers.push(header.len() as u8);
        headers.extend_from_slice(header.as_bytes());
        headers.push(7);
        headers.extend_from_slice(&(value.len() as u16).to_be_bytes());
        headers.extend_from_slice(value.as_bytes());
    }
    let split = rest.len().min(usize::from(*choice));
    for (headers, payload) in [(headers.as_slice(), rest), rest.split_at(split)] {
        let whole = 16 + headers.len() + payload.len();
        let mut message = vec![2];
        for number in [whole as u32, headers.len() as u32] {
            message.extend_from_slice(&number.to_be_bytes());
        }
        message.extend_from_slice(&crc32fast::hash(&message[1..]).to_be_bytes());
        message.extend_from_slice(headers);
        message.extend_from_slice(payload);
        message.extend_from_slice(&crc32fast::hash(&message[1..]).to_be_bytes());
        decode(Dialect::BedrockConverse, &message);
    }
}

pub fn frames(data: &[u8]) {
    let Some((choice, wire)) = data.split_first() else { return };
    let size = usize::from(*choice) + 1;
    let (mut events, mut lines) = (SseFrames::new(), LineFrames::new());
    for piece in wire.chunks(size) {
        let _ = events.push(piece, |_| Ok::<(), TooLarge>(()));
        let _ = lines.push(piece, |_| Ok::<(), TooLarge>(()));
    }
    let _ = events.finish(|_| Ok::<(), TooLarge>(()));
    let _ = lines.finish(|_| Ok::<(), TooLarge>(()));
}

/// A body that is taken must be written in every dialect, and what is passed on must be taken again.
pub fn requests(data: &[u8]) {
    let options = WriteOptions { write_extra: true, ..WriteOptions::default() };
    for dialect in FrontDialect::ALL {
        let _ = peek(dialect, data);
        if let Ok(passed) = pass_through(dialect, data, "m", &options) {
            assert!(pass_through(dialect, &passed, "m", &options).as_ref() == Ok(&passed));
        }
        let Ok(request) = read_request(dialect, data) else { continue };
        for upstream in Dialect::ALL {
            let written = write_request(upstream, &request, &options);
            assert!(serde_json::from_slice::<serde_json::Value>(&written).is_ok());
        }
    }
}

pub fn models(data: &[u8]) {
    for dialect in Dialect::ALL {
        let Ok(page) = read_models(dialect, data) else { continue };
        assert!(page.models.iter().all(|model| !model.id.is_empty() && model.id.len() <= 256));
    }
    let _ = read_error(data);
}
