//! The usage log: one row per attempt, never changed. It lives in `usage.db`.
//!
//! A row is small because every text in it is a number from the table `name`, and it needs no index because its own
//! number begins with its time: 43 bits of UTC milliseconds, then 20 bits that only tell rows of one moment apart.

use super::usage_days::{Key, damaged};
use super::usage_filter::Filter;
use super::usage_sums::{Figures, Sums};
use crate::columns::Word;
use crate::failure::from_sqlite;
use inkhorn_domain::{
    ConnectionId, CostSource, Face, FinishReason, Money, Price, PriceState, Quality, RequestId,
    RequestResult, TokenUsage,
};
use inkhorn_fault::{Code, Result};
use rusqlite::{Connection, OptionalExtension, Row, params};
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

/// The second step: what the first did not know of.
pub(crate) const MORE_FIGURES: &str = "
ALTER TABLE usage ADD COLUMN cache_write_1h INTEGER;
ALTER TABLE usage ADD COLUMN tool INTEGER;
ALTER TABLE usage ADD COLUMN citation INTEGER;
ALTER TABLE usage ADD COLUMN searches INTEGER;
ALTER TABLE usage ADD COLUMN computed INTEGER;
ALTER TABLE usage ADD COLUMN price INTEGER;
";

/// Longest text that is kept, in bytes: names of models come from servers, and a server may be hostile.
const LONGEST_NAME: usize = 256;
/// Low bits of a row's number.
pub(crate) const MOMENT_BITS: u32 = 20;
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
    /// What it cost by Inkhorn's own count, also where the provider told a figure of its own.
    pub computed: Option<Money>,
    /// The unit prices that it was computed with.
    pub price: Option<Price>,
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

/// The numbers of the texts in a row.
pub(crate) struct NameIds {
    pub(crate) face: i64,
    pub(crate) app: Option<i64>,
    pub(crate) feature: i64,
    pub(crate) slug: Option<i64>,
    pub(crate) provider: Option<i64>,
    pub(crate) model_asked: i64,
    pub(crate) model_answered: Option<i64>,
    pub(crate) cost_source: i64,
    pub(crate) quality: i64,
    pub(crate) result: i64,
    pub(crate) fault: Option<i64>,
    pub(crate) finish: Option<i64>,
    pub(crate) price: Option<i64>,
}

pub(crate) fn insert(db: &Connection, number: i64, row: &UsageRow, names: &NameIds) -> rusqlite::Result<()> {
    const SQL: &str = "INSERT INTO usage
        (id, request, attempt, face, app, feature, connection, slug, provider, model_asked, model_answered, input,
         cache_read, cache_write, output, reasoning, cost, cost_source, provider_cost, quality, result, fault,
         latency_ms, first_token_ms, finish, cache_write_1h, tool, citation, searches, computed, price)
        VALUES
        (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21, ?22, ?23,
         ?24, ?25, ?26, ?27, ?28, ?29, ?30, ?31)";
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
            names.finish,
            row.tokens.cache_write_1h.map(whole),
            row.tokens.tool.map(whole),
            row.tokens.citation.map(whole),
            row.tokens.searches.map(whole),
            row.computed.map(|money| money.0),
            names.price
        ])
        .map(drop)
}

pub(crate) fn intern(db: &Connection, text: &str) -> rusqlite::Result<i64> {
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

pub(crate) fn cut(text: &str) -> &str {
    let end = (0..=LONGEST_NAME.min(text.len())).rev().find(|end| text.is_char_boundary(*end));
    &text[..end.unwrap_or(0)]
}

pub(crate) fn row_number(time: i64, moment: i64) -> i64 {
    time.clamp(0, LAST_TIME) << MOMENT_BITS | (moment & ((1 << MOMENT_BITS) - 1))
}

/// The numbers that rows of this span have.
pub(crate) fn row_numbers(times: &Range<i64>) -> Range<i64> {
    let bound = |time: i64| if time > LAST_TIME { i64::MAX } else { row_number(time, 0) };
    bound(times.start)..bound(times.end)
}

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT id, request, attempt,
             (SELECT text FROM name WHERE name.id = face), (SELECT text FROM name WHERE name.id = app),
             (SELECT text FROM name WHERE name.id = feature), connection,
             (SELECT text FROM name WHERE name.id = slug), (SELECT text FROM name WHERE name.id = provider),
             (SELECT text FROM name WHERE name.id = model_asked),
             (SELECT text FROM name WHERE name.id = model_answered),
             input, cache_read, cache_write, output, reasoning, provider_cost, cost,
             (SELECT text FROM name WHERE name.id = cost_source), (SELECT text FROM name WHERE name.id = quality),
             (SELECT text FROM name WHERE name.id = result), (SELECT text FROM name WHERE name.id = fault),
             latency_ms, first_token_ms, (SELECT text FROM name WHERE name.id = finish), cache_write_1h, tool,
             citation, searches, computed, (SELECT text FROM name WHERE name.id = price)
             FROM usage ",
            $rest
        )
    };
}

/// Rows that began in this span (UTC milliseconds, the end not in it), newest first, at most `limit`.
pub fn load_between(db: &Connection, times: &Range<i64>, limit: u32) -> Result<Vec<UsageRow>> {
    const SQL: &str = select!("WHERE id >= ?1 AND id < ?2 ORDER BY id DESC LIMIT ?3");
    let numbers = row_numbers(times);
    let mut query = db.prepare_cached(SQL).map_err(from_sqlite)?;
    let rows = query.query_map(params![numbers.start, numbers.end, limit], read).map_err(from_sqlite)?;
    rows.collect::<rusqlite::Result<_>>().map_err(from_sqlite)
}

/// One page of the rows of a span that pass a filter, newest first, and where the next page begins.
///
/// `before` is what the page before gave; `None` begins with the newest. Rows that are written meanwhile move nothing.
pub fn load_page(
    db: &Connection,
    times: &Range<i64>,
    filter: &Filter,
    before: Option<i64>,
    limit: u32,
) -> Result<(Vec<UsageRow>, Option<i64>)> {
    const SQL: &str = select!("WHERE id >= ?1 AND id < ?2 ORDER BY id DESC");
    let numbers = row_numbers(times);
    let end = before.map_or(numbers.end, |before| before.min(numbers.end));
    let mut query = db.prepare_cached(SQL).map_err(from_sqlite)?;
    let mut rows = query.query(params![numbers.start, end]).map_err(from_sqlite)?;
    let mut page = Vec::new();
    let mut last = None;
    while let Some(row) = rows.next().map_err(from_sqlite)? {
        if page.len() >= limit as usize {
            return Ok((page, last));
        }
        let found = read(row).map_err(from_sqlite)?;
        if filter.passes_row(&found) {
            last = Some(row.get(0).map_err(from_sqlite)?);
            page.push(found);
        }
    }
    Ok((page, None))
}

/// All attempts at one request, the first one first.
///
/// `around` is when it began; the attempts at one request lie within an hour of each other.
pub fn load_attempts(db: &Connection, request: RequestId, around: i64) -> Result<Vec<UsageRow>> {
    const SQL: &str = select!("WHERE id >= ?1 AND id < ?2 AND request = ?3 ORDER BY attempt, id");
    const HOUR: i64 = 3_600_000;
    let numbers = row_numbers(&(around.saturating_sub(HOUR)..around.saturating_add(HOUR)));
    let mut query = db.prepare_cached(SQL).map_err(from_sqlite)?;
    let rows = query.query_map(params![numbers.start, numbers.end, request.0], read).map_err(from_sqlite)?;
    rows.collect::<rusqlite::Result<_>>().map_err(from_sqlite)
}

/// Hands the figures of each row of a span, in the order of time, to whoever adds them up.
pub(crate) fn for_each_figure(
    db: &Connection,
    times: &Range<i64>,
    mut take: impl FnMut(i64, Key, Sums) -> rusqlite::Result<()>,
) -> rusqlite::Result<()> {
    const SQL: &str = "SELECT id, face, app, feature, slug, provider, model_asked, attempt, input, cache_read,
        cache_write, output, reasoning, cost, provider_cost, computed, latency_ms, first_token_ms, cache_write_1h,
        result, quality, finish, fault FROM usage WHERE id >= ?1 AND id < ?2 ORDER BY id";
    let known = |text: &str| -> rusqlite::Result<i64> {
        let find = "SELECT id FROM name WHERE text = ?1";
        Ok(db.query_row(find, [text], |row| row.get(0)).optional()?.unwrap_or(0))
    };
    let results =
        [RequestResult::Completed, RequestResult::Aborted, RequestResult::Failed, RequestResult::Refused];
    let numbered = results.iter().map(|result| Ok((known(result.as_str())?, *result)));
    let numbered: Vec<(i64, RequestResult)> = numbered.collect::<rusqlite::Result<_>>()?;
    let reported = known(Quality::Reported.as_str())?;
    let withheld = known(FinishReason::ContentFilter.as_str())?;
    let content_refused = known(Code::ContentRefused.as_str())?;
    let numbers = row_numbers(times);
    let mut query = db.prepare_cached(SQL)?;
    let mut rows = query.query(params![numbers.start, numbers.end])?;
    while let Some(row) = rows.next()? {
        let count = |column: usize| -> rusqlite::Result<Option<u64>> {
            Ok(row.get::<_, Option<i64>>(column)?.map(i64::unsigned_abs))
        };
        let key = Key {
            face: row.get(1)?,
            app: row.get::<_, Option<_>>(2)?.unwrap_or(0),
            feature: row.get(3)?,
            slug: row.get::<_, Option<_>>(4)?.unwrap_or(0),
            provider: row.get::<_, Option<_>>(5)?.unwrap_or(0),
            model: row.get(6)?,
        };
        let result: i64 = row.get(19)?;
        let result = numbered.iter().find(|known| known.0 == result).ok_or_else(damaged)?.1;
        let figures = Figures {
            attempt: row.get(7)?,
            tokens: TokenUsage {
                input: count(8)?,
                cache_read: count(9)?,
                cache_write: count(10)?,
                output: count(11)?,
                reasoning: count(12)?,
                provider_cost: row.get::<_, Option<_>>(14)?.map(Money),
                cache_write_1h: count(18)?,
                ..TokenUsage::default()
            },
            cost: row.get::<_, Option<_>>(13)?.map(Money),
            computed: row.get::<_, Option<_>>(15)?.map(Money),
            latency_ms: count(16)?,
            first_token_ms: count(17)?,
            result,
            exact: row.get::<_, i64>(20)? == reported,
            withheld: row.get::<_, Option<i64>>(21)? == Some(withheld),
            content_refused: row.get::<_, Option<i64>>(22)? == Some(content_refused),
        };
        take(row.get::<_, i64>(0)? >> MOMENT_BITS, key, Sums::of(&figures))?;
    }
    Ok(())
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

/// Unit prices as one text, which is numbered like every other: few prices, many rows.
pub(crate) fn price_text(price: &Price) -> String {
    let money = |amount: Option<Money>| amount.map_or_else(String::new, |amount| amount.0.to_string());
    let amounts = [price.input, price.output, price.cache_read, price.cache_write].map(money);
    format!("price:{}:{}", price.state.as_str(), amounts.join(":"))
}

fn price_of(text: &str) -> rusqlite::Result<Price> {
    let mut parts = text.split(':').skip(1);
    let state = parts.next().and_then(PriceState::from_word).ok_or_else(damaged)?;
    let mut amount = || match parts.next() {
        None => Err(damaged()),
        Some("") => Ok(None),
        Some(pico) => pico.parse().map(|pico| Some(Money(pico))).map_err(|_| damaged()),
    };
    Ok(Price { state, input: amount()?, output: amount()?, cache_read: amount()?, cache_write: amount()? })
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
            cache_write_1h: count(25)?,
            tool: count(26)?,
            citation: count(27)?,
            searches: count(28)?,
        },
        cost: row.get::<_, Option<_>>(17)?.map(Money),
        computed: row.get::<_, Option<_>>(29)?.map(Money),
        price: row.get::<_, Option<String>>(30)?.as_deref().map(price_of).transpose()?,
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
pub(crate) mod tests;
