//! One connection to the gateway, byte by byte, as a client library of any quality would hold it.

use serde_json::Value;
use std::io::{ErrorKind, Read, Write};
use std::net::TcpStream;
use std::time::Duration;

/// A connection and what came on it that was not read yet.
pub(super) struct Wire {
    stream: TcpStream,
    host: String,
    come: Vec<u8>,
    /// What a chunked answer held so far and nobody took.
    unfolded: Vec<u8>,
    over: bool,
}

/// The head of an answer.
#[derive(Debug)]
pub(super) struct Head {
    pub(super) status: u16,
    headers: Vec<(String, String)>,
}

/// A whole answer.
#[derive(Debug)]
pub(super) struct Reply {
    pub(super) head: Head,
    pub(super) body: Vec<u8>,
}

impl Wire {
    /// A fresh connection. Silence of 20 s ends the test.
    #[track_caller]
    pub(super) fn to(host: &str) -> Self {
        let stream = TcpStream::connect(host).expect("somebody answers");
        stream.set_read_timeout(Some(Duration::from_secs(20))).expect("a deadline");
        Self { stream, host: host.to_owned(), come: Vec::new(), unfolded: Vec::new(), over: false }
    }

    /// Sends bytes as they are. The other side may have closed already, which is its right.
    pub(super) fn send(&mut self, bytes: &[u8]) {
        let _ = self.stream.write_all(bytes);
    }

    /// Sends a well-formed POST of JSON.
    pub(super) fn post(&mut self, path: &str, token: &str, headers: &[(&str, &str)], body: &[u8]) {
        let more: String = headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
        let head = format!(
            "POST {path} HTTP/1.1\r\nhost: {}\r\nauthorization: Bearer {token}\r\n\
             content-type: application/json\r\ncontent-length: {}\r\n{more}\r\n",
            self.host,
            body.len()
        );
        self.send(head.as_bytes());
        self.send(body);
    }

    /// Sends a GET and reads the answer.
    #[track_caller]
    pub(super) fn get(mut self, path: &str, token: &str, headers: &[(&str, &str)]) -> Reply {
        let more: String = headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
        let head = format!(
            "GET {path} HTTP/1.1\r\nhost: {}\r\nauthorization: Bearer {token}\r\n{more}\r\n",
            self.host
        );
        self.send(head.as_bytes());
        self.reply()
    }

    /// Reads a whole answer.
    #[track_caller]
    pub(super) fn reply(&mut self) -> Reply {
        let head = self.head();
        let body = self.body(&head);
        Reply { head, body }
    }

    /// Reads the head of an answer.
    #[track_caller]
    pub(super) fn head(&mut self) -> Head {
        self.try_head().expect("the connection was closed without an answer")
    }

    /// Reads the head of an answer; none where the connection is closed without one.
    #[track_caller]
    pub(super) fn try_head(&mut self) -> Option<Head> {
        let end = loop {
            if let Some(end) = self.come.windows(4).position(|four| four == b"\r\n\r\n") {
                break end + 4;
            }
            if !self.read_more() {
                return None;
            }
        };
        let text = String::from_utf8(self.come.drain(..end).collect()).expect("a head is text");
        let mut lines = text.trim_end().split("\r\n");
        let status = lines.next().and_then(|line| line.split(' ').nth(1)?.parse().ok()).expect("a status");
        let headers = lines.filter_map(|line| line.split_once(": "));
        let headers = headers.map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned())).collect();
        Some(Head { status, headers })
    }

    #[track_caller]
    fn body(&mut self, head: &Head) -> Vec<u8> {
        if head.header("transfer-encoding") == Some("chunked") {
            while self.unfold() {}
            return std::mem::take(&mut self.unfolded);
        }
        let length: usize =
            head.header("content-length").map_or(0, |length| length.parse().expect("a length"));
        while self.come.len() < length {
            assert!(self.read_more(), "the answer broke off");
        }
        self.come.drain(..length).collect()
    }

    /// The next event of a stream: its data, comments left out. None at the clean end of the stream.
    #[track_caller]
    pub(super) fn event(&mut self) -> Option<String> {
        loop {
            let frame = self.frame()?;
            let data: Vec<&str> = frame.lines().filter_map(|line| line.strip_prefix("data: ")).collect();
            if !data.is_empty() {
                return Some(data.join("\n"));
            }
        }
    }

    /// The next event or comment of a stream, as it is written. None at the clean end of the stream.
    #[track_caller]
    pub(super) fn frame(&mut self) -> Option<String> {
        loop {
            if let Some(end) = self.unfolded.windows(2).position(|two| two == b"\n\n") {
                let frame = self.unfolded.drain(..end + 2).collect();
                return Some(String::from_utf8(frame).expect("an event is text"));
            }
            if !self.unfold() {
                assert!(self.unfolded.is_empty(), "half an event at the end");
                return None;
            }
        }
    }

    /// All events to the end.
    #[track_caller]
    pub(super) fn events(&mut self) -> Vec<String> {
        std::iter::from_fn(|| self.event()).collect()
    }

    /// Takes one chunk of a chunked answer apart; false when it was the last.
    #[track_caller]
    fn unfold(&mut self) -> bool {
        if self.over {
            return false;
        }
        loop {
            if let Some(end) = self.come.windows(2).position(|two| two == b"\r\n") {
                let size = std::str::from_utf8(&self.come[..end]).ok();
                let size = size.and_then(|size| usize::from_str_radix(size, 16).ok()).expect("a size");
                if self.come.len() >= end + 2 + size + 2 {
                    self.unfolded.extend_from_slice(&self.come[end + 2..end + 2 + size]);
                    self.come.drain(..end + 2 + size + 2);
                    self.over = size == 0;
                    return size != 0;
                }
            }
            assert!(self.read_more(), "the connection was closed in mid-stream");
        }
    }

    /// Waits until the other side closes, and gives what came until then.
    #[track_caller]
    pub(super) fn until_closed(&mut self) -> Vec<u8> {
        while self.read_more() {}
        std::mem::take(&mut self.come)
    }

    /// Whether bytes have come; does not wait for them.
    pub(super) fn has_come(&mut self) -> bool {
        self.stream.set_nonblocking(true).expect("a mode");
        let come = !self.come.is_empty() || self.stream.peek(&mut [0]).is_ok();
        self.stream.set_nonblocking(false).expect("a mode");
        come
    }

    /// Ends our half: no more will be sent.
    pub(super) fn no_more(&self) {
        let _ = self.stream.shutdown(std::net::Shutdown::Write);
    }

    /// Reads what has come; false at the end, which may be rude.
    #[track_caller]
    fn read_more(&mut self) -> bool {
        let mut block = [0; 16 * 1024];
        match self.stream.read(&mut block) {
            Ok(count) => {
                self.come.extend_from_slice(&block[..count]);
                count > 0
            }
            Err(error) if matches!(error.kind(), ErrorKind::ConnectionReset | ErrorKind::BrokenPipe) => false,
            Err(error) => panic!("no answer: {error}"),
        }
    }
}

impl Head {
    /// The first header of this name.
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(have, _)| have == name).map(|(_, value)| value.as_str())
    }

    /// Whether any header lets a web page read this answer.
    pub(super) fn lets_a_page_in(&self) -> bool {
        self.headers.iter().any(|(name, _)| name.starts_with("access-control-"))
    }
}

impl Reply {
    pub(super) fn status(&self) -> u16 {
        self.head.status
    }

    /// The body as text.
    #[track_caller]
    pub(super) fn text(&self) -> &str {
        std::str::from_utf8(&self.body).expect("the body is text")
    }

    /// The body as JSON.
    #[track_caller]
    pub(super) fn json(&self) -> Value {
        serde_json::from_slice(&self.body)
            .unwrap_or_else(|error| panic!("no JSON ({error}): {}", self.text()))
    }

    /// The text of a failure, in the form of OpenAI's dialect.
    #[track_caller]
    pub(super) fn error(&self) -> (u16, String) {
        let error = self.json()["error"].clone();
        for part in ["message", "type"] {
            assert!(error[part].as_str().is_some_and(|text| !text.is_empty()), "no {part}: {}", self.text());
        }
        (self.status(), error["code"].as_str().unwrap_or_default().to_owned())
    }
}
