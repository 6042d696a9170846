//! The usage log: one row per attempt, never changed. It lives in `usage.db`.
//!
//! A row is small because every text in it is a number from the table `name`, and it needs no index because its own
//! number begins with its time: 43 bits of UTC milliseconds, then 20 bits that only tell rows of one moment apart.

use crate::columns::Word;
use crate::failure::from_sqlite;
use inkhorn_domain::{
    ConnectionId, CostSource, Face, FinishReason, Money, Quality, RequestId, RequestResult, TokenUsage,
};
use inkhorn_fault::{Code, Fault, Result};
use rusqlite::{Connection, ErrorCode, OptionalExtension, Row, params};
use std::collections::HashMap;
use std::hash::{BuildHasher, Hasher, RandomState};
use std::ops::Range;

pub(crate) const SCHEMA: &str = "
CREATE TABLE name (
    id   INTEGER PRIMARY KEY,
    text TEXT NOT NULL UNIQUE
) STRICT;
CREATE TABLE usage (
    id             INTEGER PRIMARY KEY,
    request        BLOB NOT NULL,
    attempt        INTEGER NOT NULL,
    face           INTEGER NOT NULL,
    app            INTEGER,
    feature        INTEGER NOT NULL,
    connection     BLOB,
    slug           INTEGER,
    provider       INTEGER,
    model_asked    INTEGER NOT NULL,
    model_answered INTEGER,
    input          INTEGER,
    cache_read     INTEGER,
    cache_write    INTEGER,
    output         INTEGER,
    reasoning      INTEGER,
    cost           INTEGER,
    cost_source    INTEGER NOT NULL,
    provider_cost  INTEGER,
    quality        INTEGER NOT NULL,
    result         INTEGER NOT NULL,
    fault          INTEGER,
    latency_ms     INTEGER,
    first_token_ms INTEGER,
    finish         INTEGER
) STRICT;
";

/// Longest text that is kept, in bytes: names of models come from servers, and a server may be hostile.
const LONGEST_NAME: usize = 256;
/// Names held in memory; beyond that the table is asked again.
const NAMES_IN_MEMORY: usize = 20_000;
/// Low bits of a row's number.
const MOMENT_BITS: u32 = 20;
/// Latest time that fits, in the year 2248.
const LAST_TIME: i64 = (1 << 43) - 1;

/// One attempt at a request, with snapshots of the names as they were then.
#[derive(Clone, Debug, PartialEq)]
pub struct UsageRow {
    /// The request.
    pub request: RequestId,
    /// Which attempt at it, from 1.
    pub attempt: u32,
    /// When it began, UTC milliseconds. Times before 1970 become 0.
    pub time: i64,
    /// The face that it came through.
    pub face: Face,
    /// The program that asked through the gateway.
    pub app: Option<String>,
    /// What it was for, such as `desk`.
    pub feature: String,
    /// The connection that served it; `None` where none was reached.
    pub connection: Option<ConnectionId>,
    /// The connection's slug then.
    pub slug: Option<String>,
    /// The provider's id in the catalogue.
    pub provider: Option<String>,
    /// The model that was asked for, in the provider's words.
    pub model_asked: String,
    /// The model that answered, where the provider said so.
    pub model_answered: Option<String>,
    /// Tokens, and the provider's own charge.
    pub tokens: TokenUsage,
    /// What it cost; `None` is unknown, never free.
    pub cost: Option<Money>,
    /// Where the cost is from.
    pub cost_source: CostSource,
    /// How far the tokens can be trusted.
    pub quality: Quality,
    /// How it ended.
    pub result: RequestResult,
    /// Why it failed or was refused.
    pub fault: Option<Code>,
    /// From sending to the end of the answer.
    pub latency_ms: Option<u64>,
    /// From sending to the first token.
    pub first_token_ms: Option<u64>,
    /// Why the answer ended.
    pub finish: Option<FinishReason>,
}

/// Appends rows through one connection.
pub(crate) struct Appender {
    pub(crate) db: Connection,
    names: HashMap<Box<str>, i64>,
    moment: i64,
}

impl Appender {
    pub(crate) fn new(db: Connection) -> Self {
        // Two processes begin far apart, so that their rows of one moment do not meet.
        let moment = RandomState::new().build_hasher().finish() as i64;
        Self { db, names: HashMap::new(), moment }
    }

    /// Writes one row. When this returns, the row outlives the process.
    pub(crate) fn append(&mut self, row: &UsageRow) -> Result<()> {
        let names = RowNames {
            face: self.name(row.face.as_str())?,
            app: self.optional_name(row.app.as_deref())?,
            feature: self.name(&row.feature)?,
            slug: self.optional_name(row.slug.as_deref())?,
            provider: self.optional_name(row.provider.as_deref())?,
            model_asked: self.name(&row.model_asked)?,
            model_answered: self.optional_name(row.model_answered.as_deref())?,
            cost_source: self.name(row.cost_source.as_str())?,
            quality: self.name(row.quality.as_str())?,
            result: self.name(row.result.as_str())?,
            fault: self.optional_name(row.fault.map(Code::as_str))?,
            finish: self.optional_name(row.finish.map(FinishReason::as_str))?,
        };
        // Another process may have taken the number; a thousand in a row it cannot have taken by chance.
        for _ in 0..1000 {
            self.moment = self.moment.wrapping_add(1);
            match insert(&self.db, row_number(row.time, self.moment), row, &names) {
                Err(rusqlite::Error::SqliteFailure(failure, _))
                    if failure.code == ErrorCode::ConstraintViolation => {}
                outcome => return outcome.map_err(from_sqlite),
            }
        }
        Err(Fault::new(Code::Damaged))
    }

    fn optional_name(&mut self, text: Option<&str>) -> Result<Option<i64>> {
        text.map(|text| self.name(text)).transpose()
    }

    /// The number of a text, giving it one where it has none yet. Two processes may do so at once.
    fn name(&mut self, text: &str) -> Result<i64> {
        let text = cut(text);
        if let Some(number) = self.names.get(text) {
            return Ok(*number);
        }
        let number = intern(&self.db, text).map_err(from_sqlite)?;
        if self.names.len() >= NAMES_IN_MEMORY {
            self.names.clear();
        }
        self.names.insert(text.into(), number);
        Ok(number)
    }
}

struct RowNames {
    face: i64,
    app: Option<i64>,
    feature: i64,
    slug: Option<i64>,
    provider: Option<i64>,
    model_asked: i64,
    model_answered: Option<i64>,
    cost_source: i64,
    quality: i64,
    result: i64,
    fault: Option<i64>,
    finish: Option<i64>,
}

fn insert(db: &Connection, number: i64, row: &UsageRow, names: &RowNames) -> rusqlite::Result<()> {
    const SQL: &str = "INSERT INTO usage
        (id, request, attempt, face, app, feature, connection, slug, provider, model_asked, model_answered, input,
         cache_read, cache_write, output, reasoning, cost, cost_source, provider_cost, quality, result, fault,
         latency_ms, first_token_ms, finish)
        VALUES
        (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21, ?22, ?23,
         ?24, ?25)";
    db.prepare_cached(SQL)?
        .execute(params![
            number,
            row.request.0,
            row.attempt,
            names.face,
            names.app,
            names.feature,
            row.connection.map(|id| id.0),
            names.slug,
            names.provider,
            names.model_asked,
            names.model_answered,
            row.tokens.input.map(whole),
            row.tokens.cache_read.map(whole),
            row.tokens.cache_write.map(whole),
            row.tokens.output.map(whole),
            row.tokens.reasoning.map(whole),
            row.cost.map(|money| money.0),
            names.cost_source,
            row.tokens.provider_cost.map(|money| money.0),
            names.quality,
            names.result,
            names.fault,
            row.latency_ms.map(whole),
            row.first_token_ms.map(whole),
            names.finish
        ])
        .map(drop)
}

fn intern(db: &Connection, text: &str) -> rusqlite::Result<i64> {
    const FIND: &str = "SELECT id FROM name WHERE text = ?1";
    let find = || db.prepare_cached(FIND)?.query_row([text], |row| row.get(0)).optional();
    if let Some(number) = find()? {
        return Ok(number);
    }
    db.prepare_cached("INSERT OR IGNORE INTO name (text) VALUES (?1)")?.execute([text])?;
    find()?.ok_or(rusqlite::Error::QueryReturnedNoRows)
}

/// SQLite's whole numbers are signed. A count that does not fit is nonsense, and the largest one shows it.
fn whole(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

fn cut(text: &str) -> &str {
    let end = (0..=LONGEST_NAME.min(text.len())).rev().find(|end| text.is_char_boundary(*end));
    &text[..end.unwrap_or(0)]
}

fn row_number(time: i64, moment: i64) -> i64 {
    time.clamp(0, LAST_TIME) << MOMENT_BITS | (moment & ((1 << MOMENT_BITS) - 1))
}

/// The numbers that rows of this span have.
pub(crate) fn row_numbers(times: &Range<i64>) -> Range<i64> {
    let bound = |time: i64| if time > LAST_TIME { i64::MAX } else { row_number(time, 0) };
    bound(times.start)..bound(times.end)
}

/// Rows that began in this span (UTC milliseconds, the end not in it), newest first, at most `limit`.
pub fn load_between(db: &Connection, times: &Range<i64>, limit: u32) -> Result<Vec<UsageRow>> {
    const SQL: &str = "SELECT id, request, attempt,
        (SELECT text FROM name WHERE name.id = face), (SELECT text FROM name WHERE name.id = app),
        (SELECT text FROM name WHERE name.id = feature), connection,
        (SELECT text FROM name WHERE name.id = slug), (SELECT text FROM name WHERE name.id = provider),
        (SELECT text FROM name WHERE name.id = model_asked),
        (SELECT text FROM name WHERE name.id = model_answered),
        input, cache_read, cache_write, output, reasoning, provider_cost, cost,
        (SELECT text FROM name WHERE name.id = cost_source), (SELECT text FROM name WHERE name.id = quality),
        (SELECT text FROM name WHERE name.id = result), (SELECT text FROM name WHERE name.id = fault),
        latency_ms, first_token_ms, (SELECT text FROM name WHERE name.id = finish)
        FROM usage WHERE id >= ?1 AND id < ?2 ORDER BY id DESC LIMIT ?3";
    let numbers = row_numbers(times);
    let mut query = db.prepare_cached(SQL).map_err(from_sqlite)?;
    let rows = query.query_map(params![numbers.start, numbers.end, limit], read).map_err(from_sqlite)?;
    rows.collect::<rusqlite::Result<_>>().map_err(from_sqlite)
}

/// When the first and the last row of this span began. `None` where there is no row.
pub fn first_and_last(db: &Connection, times: &Range<i64>) -> Result<Option<(i64, i64)>> {
    let numbers = row_numbers(times);
    let mut query = db
        .prepare_cached("SELECT min(id), max(id) FROM usage WHERE id >= ?1 AND id < ?2")
        .map_err(from_sqlite)?;
    let found: (Option<i64>, Option<i64>) = query
        .query_row(params![numbers.start, numbers.end], |row| Ok((row.get(0)?, row.get(1)?)))
        .map_err(from_sqlite)?;
    Ok(found.0.zip(found.1).map(|(first, last)| (first >> MOMENT_BITS, last >> MOMENT_BITS)))
}

fn read(row: &Row<'_>) -> rusqlite::Result<UsageRow> {
    let count = |column: usize| -> rusqlite::Result<Option<u64>> {
        Ok(row.get::<_, Option<i64>>(column)?.map(i64::unsigned_abs))
    };
    Ok(UsageRow {
        time: row.get::<_, i64>(0)? >> MOMENT_BITS,
        request: RequestId(row.get(1)?),
        attempt: row.get(2)?,
        face: row.get::<_, Word<_>>(3)?.0,
        app: row.get(4)?,
        feature: row.get(5)?,
        connection: row.get::<_, Option<_>>(6)?.map(ConnectionId),
        slug: row.get(7)?,
        provider: row.get(8)?,
        model_asked: row.get(9)?,
        model_answered: row.get(10)?,
        tokens: TokenUsage {
            input: count(11)?,
            cache_read: count(12)?,
            cache_write: count(13)?,
            output: count(14)?,
            reasoning: count(15)?,
            provider_cost: row.get::<_, Option<_>>(16)?.map(Money),
        },
        cost: row.get::<_, Option<_>>(17)?.map(Money),
        cost_source: row.get::<_, Word<_>>(18)?.0,
        quality: row.get::<_, Word<_>>(19)?.0,
        result: row.get::<_, Word<_>>(20)?.0,
        fault: row.get::<_, Option<Word<_>>>(21)?.map(|word| word.0),
        latency_ms: count(22)?,
        first_token_ms: count(23)?,
        finish: row.get::<_, Option<Word<_>>>(24)?.map(|word| word.0),
    })
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::testing::{HOSTILE, scratch};
    use proptest::prelude::*;

    pub(crate) fn sample(time: i64, model: &str) -> UsageRow {
        UsageRow {
            request: RequestId([7; 16]),
            attempt: 1,
            time,
            face: Face::CommandLine,
            app: None,
            feature: "desk".into(),
            connection: Some(ConnectionId([8; 16])),
            slug: Some("openai".into()),
            provider: Some("openai".into()),
            model_asked: model.into(),
            model_answered: Some(model.into()),
            tokens: TokenUsage { input: Some(100), output: Some(20), ..TokenUsage::default() },
            cost: Some(Money(5_000_000)),
            cost_source: CostSource::Computed,
            quality: Quality::Reported,
            result: RequestResult::Completed,
            fault: None,
            latency_ms: Some(900),
            first_token_ms: Some(120),
            finish: Some(FinishReason::Stop),
        }
    }

    #[test]
    fn rows_come_back_newest_first_within_their_span() {
        let (_dir, store) = scratch();
        for time in [5, 3, 9, 7, 7] {
            store.append_usage(&sample(time, "m")).unwrap();
        }
        let times = |span: Range<i64>, limit| -> Vec<i64> {
            let rows = store.read_usage(|db| load_between(db, &span, limit)).unwrap();
            rows.into_iter().map(|row| row.time).collect()
        };
        assert_eq!(times(0..100, 100), [9, 7, 7, 5, 3]);
        assert_eq!(times(5..9, 100), [7, 7, 5]);
        assert_eq!(times(0..100, 2), [9, 7]);
        assert_eq!(times(i64::MIN..i64::MAX, 100).len(), 5);
        assert!(times(Range { start: 9, end: 5 }, 100).is_empty());
    }

    #[test]
    fn names_are_text_whatever_they_look_like_and_are_kept_once() {
        let (_dir, store) = scratch();
        for text in HOSTILE {
            let row = UsageRow {
                app: Some((*text).into()),
                feature: (*text).into(),
                slug: Some((*text).into()),
                provider: Some((*text).into()),
                ..sample(1, text)
            };
            for _ in 0..3 {
                store.append_usage(&row).unwrap();
            }
            let rows = store.read_usage(|db| load_between(db, &(0..2), 100)).unwrap();
            assert_eq!(rows.iter().filter(|kept| **kept == row).count(), 3, "{text}");
        }
        let long = "ü".repeat(1000);
        store.append_usage(&sample(5, &long)).unwrap();
        let row = store.read_usage(|db| load_between(db, &(5..6), 1)).unwrap().remove(0);
        assert_eq!(row.model_asked, "ü".repeat(128));
    }

    #[test]
    fn a_row_takes_at_most_150_bytes_of_the_file() {
        let (dir, store) = scratch();
        let now = 1_790_000_000_000;
        for n in 0..20_000u64 {
            let mut row = sample(now + n as i64 * 37, "vendor/some-model");
            row.app = Some("editor".into());
            row.tokens.cache_read = Some(50_000 + n);
            row.tokens.reasoning = Some(1_000);
            store.append_usage(&row).unwrap();
        }
        drop(store);
        let bytes = std::fs::metadata(dir.path().join("usage.db")).unwrap().len();
        assert!(bytes / 20_000 <= 150, "{} bytes a row", bytes / 20_000);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(200))]
        #[test]
        fn any_figures_come_back_as_they_were(
            time in 0i64..LAST_TIME, counts in proptest::array::uniform5(proptest::option::of(0u64..1 << 63)),
            cost in proptest::option::of(any::<i64>()), attempt: u32, id: [u8; 16],
        ) {
            thread_local! {
                static STORE: (tempfile::TempDir, crate::Store) = scratch();
            }
            let [input, cache_read, cache_write, output, reasoning] = counts;
            let row = UsageRow {
                request: RequestId(id),
                attempt,
                tokens: TokenUsage {
                    input, cache_read, cache_write, output, reasoning, provider_cost: cost.map(Money),
                },
                cost: cost.map(Money),
                fault: Some(Code::RateLimited),
                connection: None,
                ..sample(time, "m")
            };
            STORE.with(|(_, store)| {
                store.append_usage(&row).unwrap();
                let rows = store.read_usage(|db| load_between(db, &(time..time + 1), 1000)).unwrap();
                prop_assert!(rows.contains(&row));
                Ok(())
            })?;
        }
    }
}
