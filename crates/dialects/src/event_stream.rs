//! Bytes in at any cut, whole messages out: the binary framing `application/vnd.amazon.eventstream`.
//!
//! For Bedrock's streams. A message is a prelude (its length, the length of its headers, a checksum of both), headers,
//! a payload and a checksum of everything before; all numbers are big-endian. Lengths are believed only after their
//! checksum, so that no damaged length makes anybody wait or hold memory. Knows nothing of what a message means.

use crate::frames::MAX_EVENT;

/// Two lengths and their checksum.
const PRELUDE: usize = 12;
/// The prelude, no headers, no payload, and the checksum at the end.
const SMALLEST: usize = PRELUDE + 4;
/// The most bytes of headers: the limit that the format itself sets.
const MAX_HEADERS: usize = 128 << 10;

/// Why a stream of messages cannot be read on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FrameError {
    /// A message is over its limit.
    TooLarge,
    /// A checksum or a length is wrong.
    Malformed,
}

/// One message.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct EventStreamMessage<'a> {
    /// `event`, `exception` or `error`.
    pub kind: &'a str,
    /// Its name among the messages of its kind: `contentBlockDelta`, `throttlingException`.
    pub name: &'a str,
    /// The words of an `error`, which has no payload.
    pub error_message: &'a str,
    /// What it says; JSON, for events and exceptions.
    pub payload: &'a [u8],
}

/// Takes a byte stream apart into messages.
#[derive(Default)]
pub struct EventStreamFrames {
    /// The beginning of a message whose end has not come.
    partial: Vec<u8>,
}

impl EventStreamFrames {
    /// An empty one.
    pub fn new() -> Self {
        Self::default()
    }

    /// Reads more bytes and hands each message that became whole to `each`.
    ///
    /// # Errors
    /// [`FrameError`], or what `each` gave. After an error the rest of the stream is not to be trusted.
    pub fn push<E: From<FrameError>>(
        &mut self,
        mut bytes: &[u8],
        mut each: impl FnMut(EventStreamMessage<'_>) -> Result<(), E>,
    ) -> Result<(), E> {
        while !bytes.is_empty() {
            if self.partial.is_empty()
                && let Some(length) = whole_length(bytes)?
                && let Some((message, rest)) = bytes.split_at_checked(length)
            {
                each(read(message)?)?;
                bytes = rest;
                continue;
            }
            // First up to the prelude, which tells the length, then up to that length.
            let wanted = whole_length(&self.partial)?.unwrap_or(PRELUDE);
            let (taken, rest) = bytes.split_at(bytes.len().min(wanted.saturating_sub(self.partial.len())));
            self.partial.extend_from_slice(taken);
            bytes = rest;
            if whole_length(&self.partial)? == Some(self.partial.len()) {
                let mut message = std::mem::take(&mut self.partial);
                each(read(&message)?)?;
                message.clear();
                self.partial = message;
            }
        }
        Ok(())
    }

    /// Whether the stream may end here: between two messages.
    pub fn is_between(&self) -> bool {
        self.partial.is_empty()
    }
}

/// The length of the message that begins here, once its prelude is there. Refuses lengths that cannot be.
fn whole_length(bytes: &[u8]) -> Result<Option<usize>, FrameError> {
    let Some(prelude) = bytes.first_chunk::<PRELUDE>() else { return Ok(None) };
    if crc32fast::hash(&prelude[..8]) != number(&prelude[8..]) {
        return Err(FrameError::Malformed);
    }
    let (whole, headers) = (number(&prelude[..4]) as usize, number(&prelude[4..8]) as usize);
    if whole > MAX_EVENT || headers > MAX_HEADERS {
        return Err(FrameError::TooLarge);
    }
    if whole < SMALLEST || headers > whole - SMALLEST {
        return Err(FrameError::Malformed);
    }
    Ok(Some(whole))
}

/// Reads a message that is there in whole and whose lengths are known to fit.
fn read(message: &[u8]) -> Result<EventStreamMessage<'_>, FrameError> {
    let (checked, checksum) = message.split_at(message.len() - 4);
    if crc32fast::hash(checked) != number(checksum) {
        return Err(FrameError::Malformed);
    }
    let headers = number(&checked[4..8]) as usize;
    let (mut headers, payload) = checked[PRELUDE..].split_at(headers);
    let mut found = EventStreamMessage { payload, ..EventStreamMessage::default() };
    while !headers.is_empty() {
        let (name, value) = header(&mut headers).ok_or(FrameError::Malformed)?;
        let Some(value) = value else { continue };
        match name {
            b":message-type" => found.kind = value,
            b":event-type" | b":exception-type" | b":error-code" => found.name = value,
            b":error-message" => found.error_message = value,
            _ => {}
        }
    }
    Ok(found)
}

/// One header: its name, and its value where that is text. Values of other types are passed over.
fn header<'a>(rest: &mut &'a [u8]) -> Option<(&'a [u8], Option<&'a str>)> {
    let name_length = take(rest, 1)?[0];
    let name = take(rest, usize::from(name_length))?;
    let value = match take(rest, 1)?[0] {
        // True, false.
        0 | 1 => None,
        // Whole numbers of 1, 2, 4 and 8 bytes.
        size @ 2..=5 => take(rest, 1 << (size - 2)).map(|_| None)?,
        // Bytes, and text: both with their length before them.
        kind @ (6 | 7) => {
            let length = take(rest, 2)?;
            let value = take(rest, usize::from(u16::from_be_bytes([length[0], length[1]])))?;
            if kind == 7 { Some(std::str::from_utf8(value).ok()?) } else { None }
        }
        // A time.
        8 => take(rest, 8).map(|_| None)?,
        // An id.
        9 => take(rest, 16).map(|_| None)?,
        _ => return None,
    };
    Some((name, value))
}

fn take<'a>(rest: &mut &'a [u8], length: usize) -> Option<&'a [u8]> {
    let (taken, after) = rest.split_at_checked(length)?;
    *rest = after;
    Some(taken)
}

/// Four bytes as a number; fewer count as zero, which no caller passes.
fn number(bytes: &[u8]) -> u32 {
    bytes.first_chunk().map_or(0, |four| u32::from_be_bytes(*four))
}

#[cfg(test)]
mod tests {
    use super::*;

    type Seen = (String, String, Vec<u8>);

    fn run(pieces: &[&[u8]]) -> (Vec<Seen>, Result<(), FrameError>, bool) {
        let mut frames = EventStreamFrames::new();
        let mut seen = Vec::new();
        let read = pieces.iter().try_for_each(|piece| {
            frames.push(piece, |message| {
                seen.push((message.kind.to_owned(), message.name.to_owned(), message.payload.to_vec()));
                Ok::<(), FrameError>(())
            })
        });
        (seen, read, frames.is_between())
    }

    // The messages that AWS publishes for implementations of the format.
    const EMPTY: &[u8] = b"\x00\x00\x00\x10\x00\x00\x00\x00\x05\xc2H\xeb}\x98\xc8\xff";
    const BYTE_HEADER: &[u8] = b"\x00\x00\x00\x17\x00\x00\x00\x07)\x86\x01X\x04byte\x02\xff\xc2\xf8i\xdc";
    const NUMBER_HEADER: &[u8] =
        b"\x00\x00\x00+\x00\x00\x00\x0e4\x8b\xec{\x08event-id\x04\x00\x00\xa0\x0c{'foo':'bar'}\xd3\x89\x02\x85";
    const PAYLOAD: &[u8] = b"\x00\x00\x00\x1d\x00\x00\x00\x00\xfdR\x8cZ{'foo':'bar'}\xc3e96";
    const TEXT_HEADER: &[u8] = b"\x00\x00\x00=\x00\x00\x00 \x07\xfd\x83\x96\x0ccontent-type\x07\x00\x10application/json{'foo':'bar'}\x8d\x9c\x08\xb1";

    #[test]
    fn the_published_messages_are_read_at_any_cut() {
        let whole = [EMPTY, BYTE_HEADER, NUMBER_HEADER, PAYLOAD, TEXT_HEADER].concat();
        let (seen, read, between) = run(&[&whole]);
        assert_eq!((seen.len(), read, between), (5, Ok(()), true));
        assert_eq!(seen[4].2, b"{'foo':'bar'}");
        for cut in 0..=whole.len() {
            let (before, after) = whole.split_at(cut);
            assert_eq!(run(&[before, after]), (seen.clone(), Ok(()), true), "cut at {cut}");
            let (_, read, between) = run(&[before]);
            assert_eq!(read, Ok(()), "stopped after {cut}");
            let boundary = [0, 16, 39, 82, 111, 172].contains(&cut);
            assert_eq!(between, boundary, "stopped after {cut}");
        }
        let bytes: Vec<&[u8]> = whole.chunks(1).collect();
        assert_eq!(run(&bytes), (seen, Ok(()), true));
    }

    #[test]
    fn every_flipped_bit_is_noticed() {
        for at in 0..TEXT_HEADER.len() {
            for bit in 0..8 {
                let mut wrong = TEXT_HEADER.to_vec();
                wrong[at] ^= 1 << bit;
                let (seen, read, _) = run(&[&wrong]);
                assert!(seen.is_empty() && read.is_err(), "byte {at}, bit {bit}");
            }
        }
    }

    fn prelude(whole: u32, headers: u32) -> Vec<u8> {
        let mut out = [whole.to_be_bytes(), headers.to_be_bytes()].concat();
        out.extend_from_slice(&crc32fast::hash(&out).to_be_bytes());
        out
    }

    #[test]
    fn lengths_that_cannot_be_are_refused_at_once() {
        for (whole, headers, error) in [
            (0, 0, FrameError::Malformed),
            (15, 0, FrameError::Malformed),
            (16, 1, FrameError::Malformed),
            (100, 85, FrameError::Malformed),
            (100, u32::MAX, FrameError::TooLarge),
            (u32::MAX, 0, FrameError::TooLarge),
            (MAX_EVENT as u32 + 1, 0, FrameError::TooLarge),
            (1 << 20, MAX_HEADERS as u32 + 1, FrameError::TooLarge),
        ] {
            assert_eq!(run(&[&prelude(whole, headers)]).1, Err(error), "{whole} {headers}");
        }
        // The largest that is allowed waits for its bytes.
        assert_eq!(run(&[&prelude(MAX_EVENT as u32, 0)]), (vec![], Ok(()), false));
    }

    fn message(headers: &[u8]) -> Vec<u8> {
        let mut out = prelude((SMALLEST + headers.len()) as u32, headers.len() as u32);
        out.extend_from_slice(headers);
        out.extend_from_slice(&crc32fast::hash(&out).to_be_bytes());
        out
    }

    proptest::proptest! {
        #[test]
        fn any_messages_come_whole_at_any_cuts(
            payloads in proptest::collection::vec(proptest::collection::vec(proptest::prelude::any::<u8>(), 0..300), 0..8),
            cuts in proptest::collection::vec(1usize..90, 1..20),
        ) {
            let mut wire = Vec::new();
            for payload in &payloads {
                let headers = b"\x0d:message-type\x07\x00\x05event";
                let start = wire.len();
                wire.extend(prelude((SMALLEST + headers.len() + payload.len()) as u32, headers.len() as u32));
                wire.extend_from_slice(headers);
                wire.extend_from_slice(payload);
                let sum = crc32fast::hash(&wire[start..]);
                wire.extend_from_slice(&sum.to_be_bytes());
            }
            let (mut pieces, mut rest) = (Vec::new(), wire.as_slice());
            for cut in cuts.iter().cycle() {
                if rest.is_empty() {
                    break;
                }
                let (piece, after) = rest.split_at((*cut).min(rest.len()));
                pieces.push(piece);
                rest = after;
            }
            let (seen, read, between) = run(&pieces);
            proptest::prop_assert_eq!((read, between), (Ok(()), true));
            let found: Vec<Vec<u8>> = seen.into_iter().map(|(_, _, payload)| payload).collect();
            proptest::prop_assert_eq!(found, payloads);
        }
    }

    #[test]
    fn headers_of_every_type_are_passed_over_and_broken_ones_refused() {
        let mut headers = Vec::new();
        for (kind, length) in [(0, 0), (1, 0), (2, 1), (3, 2), (4, 4), (5, 8), (8, 8), (9, 16)] {
            headers.extend_from_slice(&[1, b'x', kind]);
            headers.extend_from_slice(&vec![7; length]);
        }
        headers.extend_from_slice(b"\x01x\x06\x00\x02\xff\xff");
        headers.extend_from_slice(b"\x0d:message-type\x07\x00\x05event");
        headers.extend_from_slice(b"\x0b:event-type\x07\x00\x04stop");
        let (seen, read, _) = run(&[&message(&headers)]);
        assert_eq!((seen[0].0.as_str(), seen[0].1.as_str(), read), ("event", "stop", Ok(())));
        for broken in [
            &b"\x05x"[..],
            b"\x01x",
            b"\x01x\x0a",
            b"\x01x\x07\x00\x09ab",
            b"\x01x\x07\x00\x01\xff",
            b"\x01x\x05\x00",
        ] {
            assert_eq!(run(&[&message(broken)]).1, Err(FrameError::Malformed), "{broken:?}");
        }
    }
}
