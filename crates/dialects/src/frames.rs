//! Bytes in at any cut, whole frames out: server-sent events and lines of JSON.
//!
//! For the decoders. Knows nothing of what a frame means. A letter whose bytes come in two pieces is whole again
//! before it is read as text; bytes that are no UTF-8 at all become U+FFFD.

use memchr::{memchr, memchr2};
use std::borrow::Cow;

/// The longest line, in bytes.
pub const MAX_LINE: usize = 1 << 20;
/// The longest event, in bytes of its data.
pub const MAX_EVENT: usize = 4 << 20;

/// A line or an event is over its limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TooLarge;

/// One server-sent event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SseFrame<'a> {
    /// Its name, where it has one.
    pub event: Option<&'a str>,
    /// Its data; the lines of it joined with a line feed.
    pub data: &'a str,
}

/// Takes a byte stream apart into server-sent events. Line ends may be CR, LF or CRLF.
#[derive(Default)]
pub struct SseFrames {
    /// The beginning of a line whose end has not come.
    partial: Vec<u8>,
    /// The last byte was a CR: a LF that follows belongs to it.
    after_cr: bool,
    /// The first line, which may carry a byte order mark, is behind us.
    begun: bool,
    event: String,
    data: String,
    /// At least one data line came, though it may have been empty.
    has_data: bool,
    /// Lines that are JSON of their own are events too.
    takes_bare: bool,
    /// Such lines are coming in.
    in_bare: bool,
}

impl SseFrames {
    /// An empty one.
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes lines of JSON outside of any field as an event, up to the next empty line: so Google writes an error into
    /// a stream that had begun well.
    pub fn with_bare_json(mut self) -> Self {
        self.takes_bare = true;
        self
    }

    /// Reads more bytes and hands each event that became whole to `each`.
    ///
    /// # Errors
    /// [`TooLarge`], or what `each` gave. After an error the rest of the stream is not to be trusted.
    pub fn push<E: From<TooLarge>>(
        &mut self,
        mut bytes: &[u8],
        mut each: impl FnMut(SseFrame<'_>) -> Result<(), E>,
    ) -> Result<(), E> {
        if self.after_cr && !bytes.is_empty() {
            self.after_cr = false;
            bytes = bytes.strip_prefix(b"\n").unwrap_or(bytes);
        }
        while let Some(end) = memchr2(b'\r', b'\n', bytes) {
            let (line, rest) = bytes.split_at(end);
            if self.partial.len() + line.len() > MAX_LINE {
                return Err(TooLarge.into());
            }
            if self.partial.is_empty() {
                self.line(line, &mut each)?;
            } else {
                let mut whole = std::mem::take(&mut self.partial);
                whole.extend_from_slice(line);
                self.line(&whole, &mut each)?;
                whole.clear();
                self.partial = whole;
            }
            bytes = match rest {
                [b'\r', b'\n', after @ ..] => after,
                [b'\r'] => {
                    self.after_cr = true;
                    &[]
                }
                [_, after @ ..] => after,
                [] => &[],
            };
        }
        if self.partial.len() + bytes.len() > MAX_LINE {
            return Err(TooLarge.into());
        }
        self.partial.extend_from_slice(bytes);
        Ok(())
    }

    /// The stream is over: hands out an event that lacks only its last line ends.
    ///
    /// # Errors
    /// As [`SseFrames::push`].
    pub fn finish<E: From<TooLarge>>(
        &mut self,
        mut each: impl FnMut(SseFrame<'_>) -> Result<(), E>,
    ) -> Result<(), E> {
        let rest = std::mem::take(&mut self.partial);
        if !rest.is_empty() {
            self.line(&rest, &mut each)?;
        }
        self.line(b"", &mut each)
    }

    fn line<E: From<TooLarge>>(
        &mut self,
        mut line: &[u8],
        each: &mut impl FnMut(SseFrame<'_>) -> Result<(), E>,
    ) -> Result<(), E> {
        if !self.begun {
            self.begun = true;
            line = line.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(line);
        }
        if line.is_empty() {
            return self.dispatch(each);
        }
        if self.in_bare || (self.takes_bare && !self.has_data && line.starts_with(b"{")) {
            self.in_bare = true;
            return self.add_data(line);
        }
        let (name, value) = match memchr(b':', line) {
            Some(0) => return Ok(()), // a comment: keep-alive
            Some(colon) => {
                let value = &line[colon + 1..];
                (&line[..colon], value.strip_prefix(b" ").unwrap_or(value))
            }
            None => (line, &b""[..]),
        };
        match name {
            b"data" => self.add_data(value)?,
            b"event" => self.event = text(value).into_owned(),
            _ => {}
        }
        Ok(())
    }

    fn add_data<E: From<TooLarge>>(&mut self, line: &[u8]) -> Result<(), E> {
        if self.data.len() + line.len() >= MAX_EVENT {
            return Err(TooLarge.into());
        }
        if self.has_data {
            self.data.push('\n');
        }
        self.data.push_str(&text(line));
        self.has_data = true;
        Ok(())
    }

    fn dispatch<E>(&mut self, each: &mut impl FnMut(SseFrame<'_>) -> Result<(), E>) -> Result<(), E> {
        let told = if self.has_data {
            let event = (!self.event.is_empty()).then_some(self.event.as_str());
            each(SseFrame { event, data: &self.data })
        } else {
            Ok(())
        };
        self.event.clear();
        self.data.clear();
        self.has_data = false;
        self.in_bare = false;
        told
    }
}

/// Takes a byte stream apart into lines of JSON. Empty lines are passed over.
#[derive(Default)]
pub struct LineFrames {
    partial: Vec<u8>,
    begun: bool,
}

impl LineFrames {
    /// An empty one.
    pub fn new() -> Self {
        Self::default()
    }

    /// Reads more bytes and hands each line that became whole to `each`, without its line end.
    ///
    /// # Errors
    /// [`TooLarge`], or what `each` gave.
    pub fn push<E: From<TooLarge>>(
        &mut self,
        mut bytes: &[u8],
        mut each: impl FnMut(&str) -> Result<(), E>,
    ) -> Result<(), E> {
        while let Some(end) = memchr(b'\n', bytes) {
            let line = &bytes[..end];
            bytes = &bytes[end + 1..];
            if self.partial.len() + line.len() > MAX_LINE {
                return Err(TooLarge.into());
            }
            if self.partial.is_empty() {
                self.line(line, &mut each)?;
            } else {
                let mut whole = std::mem::take(&mut self.partial);
                whole.extend_from_slice(line);
                self.line(&whole, &mut each)?;
                whole.clear();
                self.partial = whole;
            }
        }
        if self.partial.len() + bytes.len() > MAX_LINE {
            return Err(TooLarge.into());
        }
        self.partial.extend_from_slice(bytes);
        Ok(())
    }

    /// The stream is over: hands out a last line that has no line end.
    ///
    /// # Errors
    /// What `each` gave.
    pub fn finish<E>(&mut self, mut each: impl FnMut(&str) -> Result<(), E>) -> Result<(), E> {
        let rest = std::mem::take(&mut self.partial);
        self.line(&rest, &mut each)
    }

    fn line<E>(&mut self, mut line: &[u8], each: &mut impl FnMut(&str) -> Result<(), E>) -> Result<(), E> {
        if !self.begun {
            self.begun = true;
            line = line.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(line);
        }
        let line = line.trim_ascii();
        if line.is_empty() { Ok(()) } else { each(&text(line)) }
    }
}

fn text(bytes: &[u8]) -> Cow<'_, str> {
    String::from_utf8_lossy(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn events(stream: &[u8], cut: usize) -> Vec<(Option<String>, String)> {
        let mut out = Vec::new();
        let mut frames = SseFrames::new();
        let mut keep = |frame: SseFrame<'_>| {
            out.push((frame.event.map(str::to_owned), frame.data.to_owned()));
            Ok::<(), TooLarge>(())
        };
        let (head, tail) = stream.split_at(cut);
        frames.push(head, &mut keep).expect("within limits");
        frames.push(tail, &mut keep).expect("within limits");
        frames.finish(&mut keep).expect("within limits");
        out
    }

    #[test]
    fn every_line_end_and_every_cut_gives_the_same_events() {
        for end in ["\n", "\r\n", "\r"] {
            let stream = "\u{FEFF}: hello|event: delta|data: caf\u{e9} \u{1F58B}|data:two||:x|data||event: lost||data: last"
                .replace('|', end);
            let whole = events(stream.as_bytes(), 0);
            assert_eq!(
                whole,
                [
                    (Some("delta".into()), "caf\u{e9} \u{1F58B}\ntwo".into()),
                    (None, String::new()),
                    (None, "last".into())
                ],
                "line end {end:?}"
            );
            for cut in 0..=stream.len() {
                assert_eq!(events(stream.as_bytes(), cut), whole, "cut at {cut}, line end {end:?}");
            }
        }
    }

    #[test]
    fn json_outside_of_any_field_is_an_event_where_it_is_expected() {
        let stream = b"data: {\"a\":1}\n\n{\n  \"error\": {}\n}\n\ndata: x\n{\"b\":2}\n\n";
        let read = |mut frames: SseFrames| {
            let mut out = Vec::new();
            let mut keep = |frame: SseFrame<'_>| {
                out.push(frame.data.to_owned());
                Ok::<(), TooLarge>(())
            };
            for byte in stream {
                frames.push(&[*byte], &mut keep).expect("short");
            }
            frames.finish(&mut keep).expect("short");
            out
        };
        assert_eq!(read(SseFrames::new()), ["{\"a\":1}", "x"]);
        assert_eq!(read(SseFrames::new().with_bare_json()), ["{\"a\":1}", "{\n  \"error\": {}\n}", "x"]);
    }

    #[test]
    fn bytes_that_are_no_letters_become_the_replacement_character() {
        assert_eq!(events(b"data: a\xFFb\n\n", 8), [(None, "a\u{FFFD}b".into())]);
    }

    #[test]
    fn a_line_without_end_and_an_event_without_end_are_refused() {
        let mut frames = SseFrames::new();
        let piece = vec![b'x'; 64 << 10];
        let mut ignore = |_: SseFrame<'_>| Ok::<(), TooLarge>(());
        let pushed = (0..17).try_for_each(|_| frames.push(&piece, &mut ignore));
        assert_eq!(pushed, Err(TooLarge));

        let mut frames = SseFrames::new();
        let lines = b"data:\n".repeat(10_000);
        let pushed = (0..500).try_for_each(|_| frames.push(&lines, &mut ignore));
        assert_eq!(pushed, Err(TooLarge));

        let mut lines = LineFrames::new();
        let pushed = (0..17).try_for_each(|_| lines.push(&piece, |_| Ok::<(), TooLarge>(())));
        assert_eq!(pushed, Err(TooLarge));
    }

    #[test]
    fn lines_come_whole_at_any_cut() {
        let stream = "{\"a\":\"\u{e9}\"}\r\n\n{\"b\":2}";
        for cut in 0..=stream.len() {
            let mut out = Vec::new();
            let mut frames = LineFrames::new();
            let mut keep = |line: &str| {
                out.push(line.to_owned());
                Ok::<(), TooLarge>(())
            };
            frames.push(&stream.as_bytes()[..cut], &mut keep).expect("short");
            frames.push(&stream.as_bytes()[cut..], &mut keep).expect("short");
            frames.finish(&mut keep).expect("short");
            assert_eq!(out, ["{\"a\":\"\u{e9}\"}", "{\"b\":2}"], "cut at {cut}");
        }
    }
}
