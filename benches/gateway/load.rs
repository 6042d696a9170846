//! Blocking clients on kept connections, and just enough HTTP to read what comes back.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// Where requests go, and how they look.
pub struct Target {
    port: u16,
    plain: Vec<u8>,
    stream: Vec<u8>,
    sent: AtomicU64,
}

#[derive(Debug, PartialEq, Eq)]
pub enum Asked {
    Answered,
    Refused,
}

impl Target {
    pub fn new(port: u16, model: &str, token: Option<&str>) -> Self {
        let prompt = "A prompt of some length, such as a writer's tool sends with each request. ".repeat(11);
        let request = |stream: &str| {
            let body = format!(
                r#"{{"model":"{model}","messages":[{{"role":"user","content":"{prompt}"}}],"temperature":0.7{stream}}}"#
            );
            let authorization =
                token.map_or_else(String::new, |token| format!("authorization: Bearer {token}\r\n"));
            let head = format!(
                "POST /v1/chat/completions HTTP/1.1\r\nhost: 127.0.0.1:{port}\r\ncontent-type: application/json\r\n{authorization}content-length: {}\r\n\r\n",
                body.len()
            );
            [head.into_bytes(), body.into_bytes()].concat()
        };
        let stream = r#","stream":true,"stream_options":{"include_usage":true}"#;
        Self { port, plain: request(""), stream: request(stream), sent: AtomicU64::new(0) }
    }

    /// How many requests went there.
    pub fn requests(&self) -> u64 {
        self.sent.load(Ordering::Relaxed)
    }

    fn connect(&self) -> (TcpStream, BufReader<TcpStream>) {
        let stream = TcpStream::connect(("127.0.0.1", self.port)).expect("it listens");
        stream.set_nodelay(true).expect("no delay");
        let reader = BufReader::with_capacity(64 * 1024, stream.try_clone().expect("a second handle"));
        (stream, reader)
    }
}

/// One request on a connection of its own. Not counted.
pub fn once(target: &Target) -> Asked {
    let (mut writer, mut reader) = target.connect();
    writer.write_all(&target.plain).expect("written");
    let answer = read_message(&mut reader).expect("an answer");
    if answer.starts_with(b"HTTP/1.1 200") { Asked::Answered } else { Asked::Refused }
}

#[derive(Default)]
pub struct Plain {
    micros: Vec<u64>,
}

impl Plain {
    pub fn count(&self) -> usize {
        self.micros.len()
    }

    pub fn median_millis(&self) -> f64 {
        let mut sorted = self.micros.clone();
        sorted.sort_unstable();
        sorted[sorted.len() / 2] as f64 / 1e3
    }
}

/// Plain requests, one after the other on each connection, for so many seconds.
pub fn plain(target: &Target, connections: usize, seconds: f64) -> Plain {
    let end = Instant::now() + Duration::from_secs_f64(seconds);
    let work = || {
        let (mut writer, mut reader) = target.connect();
        let mut micros = Vec::new();
        while Instant::now() < end {
            let before = Instant::now();
            writer.write_all(&target.plain).expect("written");
            let answer = read_message(&mut reader).expect("an answer");
            assert!(answer.starts_with(b"HTTP/1.1 200"), "{}", String::from_utf8_lossy(&answer));
            target.sent.fetch_add(1, Ordering::Relaxed);
            micros.push(u64::try_from(before.elapsed().as_micros()).expect("short"));
        }
        micros
    };
    let mut all = Plain::default();
    std::thread::scope(|scope| {
        let threads: Vec<_> = (0..connections).map(|_| scope.spawn(work)).collect();
        threads.into_iter().for_each(|thread| all.micros.extend(thread.join().expect("a client")));
    });
    all
}

#[derive(Default)]
pub struct Streams {
    first_tokens: Vec<u64>,
    tokens: u64,
}

impl Streams {
    pub fn tokens(&self) -> u64 {
        self.tokens
    }

    pub fn median_first_token_millis(&self) -> f64 {
        let mut sorted = self.first_tokens.clone();
        sorted.sort_unstable();
        sorted[sorted.len() / 2] as f64 / 1e3
    }
}

/// Streams, one after the other on each connection, for so many seconds and to the end of the last one.
pub fn streams(target: &Target, connections: usize, seconds: f64) -> Streams {
    let end = Instant::now() + Duration::from_secs_f64(seconds);
    let work = || {
        let (mut writer, mut reader) = target.connect();
        let mut all = Streams::default();
        while Instant::now() < end {
            let before = Instant::now();
            writer.write_all(&target.stream).expect("written");
            let (mut whole, mut line) = (false, String::new());
            let mut first = None;
            loop {
                line.clear();
                assert!(reader.read_line(&mut line).expect("a line") > 0, "the stream was cut");
                if line.contains("\" token\"") {
                    first.get_or_insert_with(|| before.elapsed());
                    all.tokens += 1;
                }
                whole |= line.starts_with("data: [DONE]");
                if line == "0\r\n" {
                    reader.read_line(&mut line).expect("the end");
                    break;
                }
            }
            assert!(whole, "no [DONE]");
            target.sent.fetch_add(1, Ordering::Relaxed);
            all.first_tokens.push(u64::try_from(first.expect("a token").as_micros()).expect("short"));
        }
        all
    };
    let mut together = Streams::default();
    std::thread::scope(|scope| {
        let threads: Vec<_> = (0..connections).map(|_| scope.spawn(work)).collect();
        for thread in threads {
            let one = thread.join().expect("a client");
            together.tokens += one.tokens;
            together.first_tokens.extend(one.first_tokens);
        }
    });
    together
}

/// A message with a length, head and body together. `None` at the end of the connection.
pub fn read_message(reader: &mut BufReader<TcpStream>) -> Option<Vec<u8>> {
    let (mut message, mut length) = (Vec::new(), 0);
    loop {
        let from = message.len();
        if reader.read_until(b'\n', &mut message).ok()? == 0 {
            return None;
        }
        let line = &message[from..];
        if line == b"\r\n" {
            break;
        }
        if line.len() > 15 && line[..15].eq_ignore_ascii_case(b"content-length:") {
            length = std::str::from_utf8(&line[15..]).ok()?.trim().parse().ok()?;
        }
    }
    let head = message.len();
    message.resize(head + length, 0);
    reader.read_exact(&mut message[head..]).ok()?;
    Some(message)
}
