//! A client for the proofs that knows nothing but bytes.

use std::borrow::Cow;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use serde_json::{Value, json};

use crate::simulated::traits::Tongue;
use crate::simulated::*;

/// A client that knows nothing but bytes.
pub(super) struct Raw {
    stream: TcpStream,
}

/// What came back.
pub(super) struct Reply {
    pub(super) status: u16,
    pub(super) head: String,
    /// Without the marks of chunked transfer.
    pub(super) body: Vec<u8>,
    /// The body ended as its framing says that it should.
    pub(super) whole: bool,
    /// How many chunks the transfer had.
    pub(super) chunks: usize,
}

impl Raw {
    pub(super) fn to(provider: &SimulatedProvider) -> Self {
        let stream = TcpStream::connect(provider.socket_address()).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        Self { stream }
    }

    pub(super) fn send(&mut self, method: &str, path: &str, headers: &[(&str, &str)], body: &str) {
        let mut text =
            format!("{method} {path} HTTP/1.1\r\nhost: test\r\ncontent-length: {}\r\n", body.len());
        for (name, value) in headers {
            text += &format!("{name}: {value}\r\n");
        }
        text += "\r\n";
        text += body;
        self.stream.write_all(text.as_bytes()).unwrap();
    }

    /// Everything up to the first bytes that hold `mark`.
    pub(super) fn read_until(&mut self, mark: &str) -> String {
        let (mut all, mut block) = (Vec::new(), [0; 4096]);
        while !String::from_utf8_lossy(&all).contains(mark) {
            let count = self.stream.read(&mut block).unwrap();
            assert!(count > 0, "ended before {mark}: {}", String::from_utf8_lossy(&all));
            all.extend_from_slice(&block[..count]);
        }
        String::from_utf8(all).unwrap()
    }

    /// Whether no byte comes within this time.
    pub(super) fn is_silent_for(&mut self, time: Duration) -> bool {
        self.stream.set_read_timeout(Some(time)).unwrap();
        let read = self.stream.read(&mut [0; 1]);
        self.stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        read.is_err_and(|error| error.kind() == std::io::ErrorKind::WouldBlock)
    }

    pub(super) fn read_to_end(mut self) -> Reply {
        let mut all = Vec::new();
        // A cut may show as an end or as a reset.
        let _ = self.stream.read_to_end(&mut all);
        Reply::of(&all)
    }
}

impl Reply {
    fn of(all: &[u8]) -> Self {
        let split = all.windows(4).position(|four| four == b"\r\n\r\n").expect("there are headers");
        let head = String::from_utf8(all[..split].to_vec()).unwrap().to_lowercase();
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        let mut rest = &all[split + 4..];
        if !head.contains("transfer-encoding: chunked") {
            let declared = head
                .lines()
                .find_map(|line| line.strip_prefix("content-length: "))
                .map_or(0, |text| text.parse::<usize>().unwrap());
            return Self { status, head, body: rest.to_vec(), whole: rest.len() == declared, chunks: 1 };
        }
        let (mut body, mut whole, mut chunks) = (Vec::new(), false, 0);
        while let Some(line) = rest.windows(2).position(|two| two == b"\r\n") {
            let size = usize::from_str_radix(std::str::from_utf8(&rest[..line]).unwrap(), 16).unwrap();
            rest = &rest[line + 2..];
            if size == 0 {
                whole = true;
                break;
            }
            body.extend_from_slice(&rest[..size.min(rest.len())]);
            chunks += 1;
            if rest.len() < size + 2 {
                break;
            }
            rest = &rest[size + 2..];
        }
        Self { status, head, body, whole, chunks }
    }

    /// The body; what is no text in a binary stream becomes U+FFFD.
    pub(super) fn text(&self) -> Cow<'_, str> {
        String::from_utf8_lossy(&self.body)
    }

    pub(super) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }

    /// The JSON documents of an event stream or of lines; of AWS's binary stream, each under the name of its message.
    pub(super) fn events(&self) -> Vec<Value> {
        if self.head.contains("vnd.amazon.eventstream") {
            return messages(&self.body);
        }
        let text = self.text();
        let payloads = text.lines().filter_map(|line| match line.strip_prefix("data: ") {
            Some("[DONE]") => None,
            Some(data) => Some(data),
            None => line.starts_with('{').then_some(line),
        });
        payloads.map(|data| serde_json::from_str(data).unwrap()).collect()
    }
}

fn messages(mut stream: &[u8]) -> Vec<Value> {
    let number = |bytes: &[u8]| u32::from_be_bytes(bytes.try_into().unwrap()) as usize;
    let mut found = Vec::new();
    while !stream.is_empty() {
        let (whole, headers) = (number(&stream[..4]), number(&stream[4..8]));
        let message;
        (message, stream) = stream.split_at(whole);
        // The name is the first header: a byte of length, `:event-type`, its type, two bytes of length.
        let name_at = 12 + 1 + usize::from(message[12]) + 1;
        let length = usize::from(message[name_at]) << 8 | usize::from(message[name_at + 1]);
        let name = std::str::from_utf8(&message[name_at + 2..name_at + 2 + length]).unwrap();
        let payload: Value = serde_json::from_slice(&message[12 + headers..whole - 4]).unwrap();
        found.push(json!({ name: payload }));
    }
    found
}

/// Where a persona is chatted with, and with which headers.
pub(super) fn chat_path(persona: Persona) -> String {
    match &persona.traits().tongue {
        Tongue::Anthropic => "/v1/messages".to_owned(),
        Tongue::Ollama(_) => "/api/chat".to_owned(),
        Tongue::OpenAi(kin) => format!("{}/chat/completions", kin.surface),
        // The model and the manner are in its path: see `place_of`.
        Tongue::Gemini => "/v1beta/models/{model}:{method}".to_owned(),
        Tongue::Cohere => "/v2/chat".to_owned(),
        Tongue::Bedrock => "/model/{model}/{method}".to_owned(),
    }
}

/// The path of one chat.
pub(super) fn place_of(provider: &SimulatedProvider, streamed: bool) -> String {
    let method = match (provider.persona(), streamed) {
        (Persona::Bedrock, true) => "converse-stream",
        (Persona::Bedrock, false) => "converse",
        (_, true) => "streamGenerateContent?alt=sse",
        (_, false) => "generateContent",
    };
    chat_path(provider.persona()).replace("{model}", &provider.models()[0].id).replace("{method}", method)
}

pub(super) fn call(
    provider: &SimulatedProvider,
    method: &str,
    path: &str,
    key: Option<&str>,
    body: &str,
) -> Reply {
    let mut client = Raw::to(provider);
    start(&mut client, provider.persona(), method, path, key, body);
    client.read_to_end()
}

pub(super) fn start(
    client: &mut Raw,
    persona: Persona,
    method: &str,
    path: &str,
    key: Option<&str>,
    body: &str,
) {
    let bearer = key.map(|key| format!("Bearer {key}"));
    let mut headers = vec![("connection", "close"), ("anthropic-version", "2023-06-01")];
    match (&bearer, persona) {
        (Some(_), Persona::Anthropic) => headers.push(("x-api-key", key.unwrap())),
        (Some(_), Persona::Gemini) => headers.push(("x-goog-api-key", key.unwrap())),
        (Some(_), Persona::Azure) => headers.push(("api-key", key.unwrap())),
        (Some(bearer), _) => headers.push(("authorization", bearer)),
        (None, _) => {}
    }
    client.send(method, path, &headers, body);
}

pub(super) fn question(provider: &SimulatedProvider, streamed: bool) -> String {
    let model = provider.models()[0].id.clone();
    if provider.persona() == Persona::Gemini {
        let contents = [json!({ "role": "user", "parts": [{ "text": "one two three four" }] })];
        return json!({ "contents": contents }).to_string();
    }
    if provider.persona() == Persona::Bedrock {
        let messages = [json!({ "role": "user", "content": [{ "text": "one two three four" }] })];
        return json!({ "messages": messages }).to_string();
    }
    let mut body = json!({
        "model": model, "max_tokens": 99, "stream": streamed,
        "messages": [{ "role": "user", "content": "one two three four" }],
    });
    if provider.persona() == Persona::Anthropic {
        // Its newer models tell their thoughts to who asks for a summary, and to nobody else.
        body["thinking"] = json!({ "type": "adaptive", "display": "summarized" });
    }
    if provider.persona().takes("stream_options") {
        body["stream_options"] = json!({ "include_usage": true });
    }
    body.to_string()
}

pub(super) fn chat(provider: &SimulatedProvider, streamed: bool) -> Reply {
    let key = provider.key();
    call(provider, "POST", &place_of(provider, streamed), key.as_deref(), &question(provider, streamed))
}

pub(super) fn begin_chat(provider: &SimulatedProvider) -> Raw {
    let mut client = Raw::to(provider);
    let persona = provider.persona();
    let key = provider.key();
    start(&mut client, persona, "POST", &place_of(provider, true), key.as_deref(), &question(provider, true));
    client
}

/// The words of a stream, whatever its dialect.
pub(super) fn said(events: &[Value]) -> String {
    let word = |event: &Value| {
        let places = [
            &event["choices"][0]["delta"]["content"],
            &event["delta"]["text"],
            &event["message"]["content"],
            &event["candidates"][0]["content"]["parts"][0]["text"],
            &event["delta"]["message"]["content"]["text"],
            &event["contentBlockDelta"]["delta"]["text"],
        ];
        places.into_iter().find_map(Value::as_str).unwrap_or_default().to_owned()
    };
    events.iter().map(word).collect()
}
