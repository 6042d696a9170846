//! A provider that does nothing but answer: a fixed plain answer at once, or 64 tokens, one every 10 ms.

use std::io::{BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::time::{Duration, Instant};

pub struct Upstream {
    port: u16,
}

/// Tokens of one stream.
pub const TOKENS: u64 = 64;
const PACE: Duration = Duration::from_millis(10);

impl Upstream {
    pub fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let port = listener.local_addr().expect("its address").port();
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                std::thread::spawn(move || serve(stream));
            }
        });
        Self { port }
    }

    pub fn port(&self) -> u16 {
        self.port
    }
}

fn serve(stream: TcpStream) {
    stream.set_nodelay(true).expect("no delay");
    let mut reader = BufReader::with_capacity(64 * 1024, stream.try_clone().expect("a second handle"));
    let mut writer = stream;
    let text = "Some eighty letters of an answer that says nothing in particular, ten times. ".repeat(9);
    let body = format!(
        r#"{{"id":"chatcmpl-1","object":"chat.completion","created":1700000000,"model":"mock-model","choices":[{{"index":0,"message":{{"role":"assistant","content":"{text}"}},"finish_reason":"stop"}}],"usage":{{"prompt_tokens":200,"completion_tokens":150,"total_tokens":350}}}}"#
    );
    let plain = format!(
        "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    );
    while let Some(request) = super::load::read_message(&mut reader) {
        let streamed = memchr(&request, b"\"stream\":true");
        let written = if streamed { stream_tokens(&mut writer) } else { writer.write_all(plain.as_bytes()) };
        if written.is_err() {
            return;
        }
    }
}

fn stream_tokens(writer: &mut TcpStream) -> std::io::Result<()> {
    writer.write_all(
        b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n",
    )?;
    let started = Instant::now();
    for number in 0..TOKENS {
        let due = started + PACE * u32::try_from(number).expect("few");
        std::thread::sleep(due.saturating_duration_since(Instant::now()));
        chunk(
            writer,
            r#"data: {"id":"chatcmpl-1","object":"chat.completion.chunk","created":1700000000,"model":"mock-model","choices":[{"index":0,"delta":{"content":" token"},"finish_reason":null}]}"#,
        )?;
    }
    chunk(
        writer,
        r#"data: {"id":"chatcmpl-1","object":"chat.completion.chunk","created":1700000000,"model":"mock-model","choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}"#,
    )?;
    chunk(
        writer,
        r#"data: {"id":"chatcmpl-1","object":"chat.completion.chunk","created":1700000000,"model":"mock-model","choices":[],"usage":{"prompt_tokens":200,"completion_tokens":64,"total_tokens":264}}"#,
    )?;
    chunk(writer, "data: [DONE]")?;
    writer.write_all(b"0\r\n\r\n")
}

fn chunk(writer: &mut TcpStream, event: &str) -> std::io::Result<()> {
    writer.write_all(format!("{:x}\r\n{event}\n\n\r\n", event.len() + 2).as_bytes())
}

fn memchr(bytes: &[u8], needle: &[u8]) -> bool {
    bytes.windows(needle.len()).any(|window| window == needle)
}
