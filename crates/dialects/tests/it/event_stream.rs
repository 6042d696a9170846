//! Bedrock's binary streams, kept as lines that people can read: `event NAME JSON`, `exception NAME JSON` or
//! `error CODE WORDS`, one message each.

/// The bytes that such lines stand for.
pub fn encode(lines: &str) -> Vec<u8> {
    lines.lines().filter(|line| !line.trim().is_empty()).flat_map(message).collect()
}

fn message(line: &str) -> Vec<u8> {
    let mut words = line.splitn(3, ' ');
    let (kind, name) = (words.next().expect("a kind"), words.next().expect("a name"));
    let rest = words.next().unwrap_or_default();
    let named = match kind {
        "event" => ":event-type",
        "exception" => ":exception-type",
        _ => ":error-code",
    };
    let mut headers = header(named, name);
    let mut payload = rest.as_bytes();
    if kind == "error" {
        headers.extend(header(":error-message", rest));
        payload = b"";
    } else {
        headers.extend(header(":content-type", "application/json"));
    }
    headers.extend(header(":message-type", kind));
    let whole = 12 + headers.len() + payload.len() + 4;
    let mut out = [(whole as u32).to_be_bytes(), (headers.len() as u32).to_be_bytes()].concat();
    out.extend_from_slice(&crc32fast::hash(&out).to_be_bytes());
    out.extend_from_slice(&headers);
    out.extend_from_slice(payload);
    out.extend_from_slice(&crc32fast::hash(&out).to_be_bytes());
    out
}

fn header(name: &str, value: &str) -> Vec<u8> {
    let mut out = vec![name.len() as u8];
    out.extend_from_slice(name.as_bytes());
    out.push(7);
    out.extend_from_slice(&(value.len() as u16).to_be_bytes());
    out.extend_from_slice(value.as_bytes());
    out
}
