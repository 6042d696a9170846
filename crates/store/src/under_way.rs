//! Requests that are under way, noted in the file of their [holder](crate::holder): where their process is killed, the
//! next one that opens the profile finds them there, and writes for each the row that it could not write itself.
//!
//! A note is one write into the system's memory, microseconds beside a request; it outlives the process and not a
//! power cut, as the rows do.

use crate::tables::usage::{UsageRow, cut};
use inkhorn_domain::{ConnectionId, CostSource, Face, Money, Quality, RequestId, RequestResult, TokenUsage};
use serde::{Deserialize, Serialize};
use std::fs::File;
use std::io;

/// Room for one note: five names of 256 bytes, each of whose bytes may be written as six, and some numbers.
const SLOT: u64 = 8_192;
/// Notes in one file. A process with more requests at once notes the rest nowhere.
const MOST_SLOTS: u32 = 4_096;
/// Goes before a note; what has not this form counts as none.
const OPEN: u8 = 1;
const CLOSED: u8 = 0;

/// The notes of one process.
#[derive(Default)]
pub(crate) struct UnderWay {
    free: Vec<u32>,
    used: u32,
}

/// Where a request is noted. Given back when its row is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Begun(u32);

/// What of a request is known before its answer.
#[derive(Serialize, Deserialize)]
struct Note {
    request: [u8; 16],
    attempt: u32,
    time: i64,
    face: Face,
    app: Option<String>,
    feature: String,
    connection: Option<[u8; 16]>,
    slug: Option<String>,
    provider: Option<String>,
    model: String,
    local: bool,
}

impl UnderWay {
    /// Notes a request. `None` where there are too many at once.
    pub(crate) fn begin(&mut self, file: &File, row: &UsageRow) -> io::Result<Option<Begun>> {
        let Some(slot) = self.free.pop().or_else(|| (self.used < MOST_SLOTS).then_some(self.used)) else {
            return Ok(None);
        };
        let mut bytes = vec![OPEN];
        let written = serde_json::to_writer(&mut bytes, &Note::of(row)).map_err(io::Error::from);
        // The line end says that the note is whole; what an older and longer one left behind it is not read.
        bytes.push(b'\n');
        if let Err(error) = written.and_then(|()| write_at(file, &bytes, slot)) {
            self.free.push(slot);
            return Err(error);
        }
        self.used = self.used.max(slot + 1);
        Ok(Some(Begun(slot)))
    }

    /// Whether every request that was noted has its row.
    pub(crate) fn is_empty(&self) -> bool {
        self.free.len() >= self.used as usize
    }

    /// Its row is written.
    pub(crate) fn end(&mut self, file: &File, begun: Begun) -> io::Result<()> {
        write_at(file, &[CLOSED], begun.0)?;
        self.free.push(begun.0);
        Ok(())
    }
}

/// The rows of the requests that a process left behind: stopped, and nobody knows at what cost.
pub(crate) fn left_behind(file: &[u8]) -> Vec<UsageRow> {
    let slots = file.chunks(SLOT as usize).take(MOST_SLOTS as usize);
    slots.filter_map(|slot| slot.strip_prefix(&[OPEN])).filter_map(read_note).collect()
}

fn read_note(slot: &[u8]) -> Option<UsageRow> {
    let end = slot.iter().position(|byte| *byte == b'\n')?;
    serde_json::from_slice(&slot[..end]).ok().map(Note::into_row)
}

impl Note {
    fn of(row: &UsageRow) -> Self {
        let text = |text: &Option<String>| text.as_deref().map(cut).map(str::to_owned);
        Self {
            request: row.request.0,
            attempt: row.attempt,
            time: row.time,
            face: row.face,
            app: text(&row.app),
            feature: cut(&row.feature).to_owned(),
            connection: row.connection.map(|id| id.0),
            slug: text(&row.slug),
            provider: text(&row.provider),
            model: cut(&row.model_asked).to_owned(),
            local: row.cost_source == CostSource::Local,
        }
    }

    fn into_row(self) -> UsageRow {
        UsageRow {
            request: RequestId(self.request),
            attempt: self.attempt,
            time: self.time,
            face: self.face,
            app: self.app,
            feature: self.feature,
            connection: self.connection.map(ConnectionId),
            slug: self.slug,
            provider: self.provider,
            model_asked: self.model,
            model_answered: None,
            tokens: TokenUsage::default(),
            cost: self.local.then_some(Money::ZERO),
            computed: None,
            price: None,
            cost_source: if self.local { CostSource::Local } else { CostSource::Unknown },
            quality: Quality::Partial,
            result: RequestResult::Aborted,
            fault: None,
            latency_ms: None,
            first_token_ms: None,
            finish: None,
        }
    }
}

#[cfg(unix)]
fn write_at(file: &File, bytes: &[u8], slot: u32) -> io::Result<()> {
    std::os::unix::fs::FileExt::write_all_at(file, bytes, u64::from(slot) * SLOT)
}

#[cfg(windows)]
fn write_at(file: &File, mut bytes: &[u8], slot: u32) -> io::Result<()> {
    let mut place = u64::from(slot) * SLOT;
    while !bytes.is_empty() {
        let written = std::os::windows::fs::FileExt::seek_write(file, bytes, place)?;
        if written == 0 {
            return Err(io::ErrorKind::WriteZero.into());
        }
        (bytes, place) = (&bytes[written..], place + written as u64);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tables::usage::tests::sample;

    fn notes(file: &std::path::Path) -> Vec<String> {
        left_behind(&std::fs::read(file).unwrap()).into_iter().map(|row| row.model_asked).collect()
    }

    #[test]
    fn what_has_begun_and_not_ended_is_left_behind() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("notes");
        let file = File::create_new(&path).unwrap();
        let mut under_way = UnderWay::default();
        let mut begin = |model: &str| under_way.begin(&file, &sample(7, model)).unwrap().unwrap();
        let (one, two, _three) = (begin("one, which has a long name"), begin("two"), begin("three"));
        assert_eq!(notes(&path), ["one, which has a long name", "two", "three"]);
        under_way.end(&file, one).unwrap();
        assert_eq!(notes(&path), ["two", "three"]);
        let four = under_way.begin(&file, &sample(8, "four")).unwrap().unwrap();
        assert_eq!(four, one, "a place that is free is used again");
        assert_eq!(notes(&path), ["four", "two", "three"]);
        under_way.end(&file, two).unwrap();
        assert_eq!(notes(&path), ["four", "three"]);
    }

    #[test]
    fn a_note_tells_who_asked_for_what_and_nothing_of_the_answer() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("notes");
        let file = File::create_new(&path).unwrap();
        let asked = UsageRow { app: Some("\u{1}".repeat(300)), ..sample(7, &"\u{2}\"".repeat(200)) };
        UnderWay::default().begin(&file, &asked).unwrap();
        let row = left_behind(&std::fs::read(&path).unwrap()).remove(0);
        assert_eq!((row.request, row.time, row.face), (asked.request, asked.time, asked.face));
        assert_eq!((row.slug, row.provider, row.connection), (asked.slug, asked.provider, asked.connection));
        assert_eq!((row.app.unwrap().len(), row.model_asked.len()), (256, 256));
        assert_eq!((row.result, row.cost, row.tokens), (RequestResult::Aborted, None, TokenUsage::default()));
        let local = UsageRow { cost_source: CostSource::Local, ..sample(7, "m") };
        assert_eq!(Note::of(&local).into_row().cost, Some(Money::ZERO), "what is local costs nothing");
    }

    #[test]
    fn what_is_no_note_is_passed_over() {
        let mut file = vec![OPEN];
        file.extend_from_slice(b"{\"request\":[1]}\n");
        assert_eq!(left_behind(&file), []);
        for odd in [&b""[..], b"\x01", b"\x01\n", b"\x07{}\n", &[OPEN; 9_000]] {
            assert_eq!(left_behind(odd), [], "{odd:?}");
        }
    }

    #[test]
    fn a_crowd_is_noted_as_far_as_there_is_room() {
        let dir = tempfile::tempdir().unwrap();
        let file = File::create_new(dir.path().join("notes")).unwrap();
        let mut under_way = UnderWay { free: Vec::new(), used: MOST_SLOTS };
        assert_eq!(under_way.begin(&file, &sample(7, "m")).unwrap(), None);
    }
}
