//! What was used, read from the log: rows and sums for every face, and what the Usage page shows.
//!
//! The page's question is answered in `dashboard.rs`; the drawings come from `inkhorn-charts`, the sums from the store.

mod advice;
mod csv;
mod dashboard;
mod draw;
mod export;
mod hours;
mod names;
mod period;
mod report;
mod rows;
mod sums;

pub use rows::{NotWritten, RowsForm};
pub(crate) use sums::name as model_name;

use crate::time::{Range, iso, name_of, parse_range, spans, today_and_month};
use crate::{Engine, Inner, blocking};
use inkhorn_charts::words::dollars;
use inkhorn_contract::*;
use inkhorn_domain::Money;
use inkhorn_fault::{Code, Fault, Result};
use inkhorn_store::usage::{self, UsageRow};
use inkhorn_store::usage_sums::Sums;
use inkhorn_store::usage_sums::{Filter, Group};
use inkhorn_store::usage_sums::{first_and_last, sum_all, sum_by_group, sum_by_span};
use jiff::tz::TimeZone;
use std::collections::HashMap;
use std::io::Write;

/// Rows in one answer at most: the newest. An export has them all.
const MOST_ROWS: u32 = 100_000;

impl Engine {
    /// Rows or groups of a span of time.
    pub async fn usage(&self, request: UsageRequest) -> Result<UsageView> {
        let inner = self.inner.clone();
        blocking(move || inner.usage(&request, &TimeZone::system())).await
    }

    /// The same written out, however many rows there are: nothing of it is held in memory but the row at hand.
    ///
    /// # Errors
    /// A fault, or that `out` could not be written.
    pub async fn usage_write(
        &self,
        request: UsageRequest,
        form: RowsForm,
        mut out: impl Write + Send + 'static,
    ) -> Result<(), NotWritten> {
        let inner = self.inner.clone();
        let zone = TimeZone::system();
        if request.by.is_some() {
            let view = self.usage(request).await?;
            return Ok(rows::write_view(&view, form, &mut out)?);
        }
        let work = move || -> Result<(), NotWritten> {
            let range = inner.range(&request, &zone)?;
            rows::write_rows(&inner, range, &Filter::default(), form, &zone, &mut out).map(drop)
        };
        tokio::task::spawn_blocking(work).await.map_err(|_| Fault::new(Code::Busy))?
    }
}

impl Inner {
    fn usage(&self, request: &UsageRequest, zone: &TimeZone) -> Result<UsageView> {
        let range = self.range(request, zone)?;
        let span = range.from..range.until;
        let total = total_view(&self.store.read_usage(|db| sum_all(db, &span))?);
        let rows = match request.by.as_deref() {
            None => UsageRows::Requests(self.rows(range, zone)?),
            Some("day") => UsageRows::Groups(self.by_time(range, false, zone)?),
            Some("hour") => UsageRows::Groups(self.by_time(range, true, zone)?),
            Some(word) => UsageRows::Groups(self.groups(range, group_of(word)?)?),
        };
        Ok(UsageView { rows, total })
    }

    fn range(&self, request: &UsageRequest, zone: &TimeZone) -> Result<Range> {
        parse_range(request.since.as_deref(), request.until.as_deref(), self.clock.now(), zone)
    }

    fn groups(&self, range: Range, group: Group) -> Result<Vec<UsageGroupView>> {
        let groups = self.store.read_usage(|db| sum_by_group(db, &(range.from..range.until), group))?;
        Ok(sums::name_groups(groups).iter().map(group_view).collect())
    }

    fn rows(&self, range: Range, zone: &TimeZone) -> Result<Vec<UsageRowView>> {
        let rows =
            self.store.read_usage(|db| usage::load_between(db, &(range.from..range.until), MOST_ROWS))?;
        Ok(rows.into_iter().map(|row| row_view(row, zone)).collect())
    }

    /// Days or hours with at least one request, in order.
    fn by_time(&self, range: Range, by_hour: bool, zone: &TimeZone) -> Result<Vec<UsageGroupView>> {
        self.store.read_usage(|db| {
            let Some((first, last)) = first_and_last(db, &(range.from..range.until))? else {
                return Ok(Vec::new());
            };
            let bounds = spans(first, last, by_hour, zone);
            let cut = |span: &Range| span.from.max(range.from)..span.until.min(range.until);
            let sums = sum_by_span(db, &bounds.iter().map(cut).collect::<Vec<_>>())?;
            let mut used: Vec<(String, Sums)> = Vec::new();
            for (span, sums) in bounds.iter().zip(sums).filter(|(_, sums)| sums.attempts > 0) {
                let name = name_of(span.from, by_hour, zone);
                match used.last_mut() {
                    // Where the clock goes back it passes an hour twice.
                    Some((same, all)) if *same == name => all.add(&sums),
                    _ => used.push((name, sums)),
                }
            }
            let view =
                |(name, sums): &(String, Sums)| UsageGroupView { name: name.clone(), sums: total_view(sums) };
            Ok(used.iter().map(view).collect())
        })
    }

    /// Spent since the first of the month.
    pub(crate) fn spent_this_month(&self) -> Result<SpentView> {
        let (_, month) = today_and_month(self.clock.now(), &TimeZone::system());
        let sums = self.store.read_usage(|db| sum_all(db, &(month.from..month.until)))?;
        Ok(spent_view(&sums))
    }

    pub(crate) fn spent_by_connection(&self) -> Result<HashMap<String, SpentView>> {
        let (_, month) = today_and_month(self.clock.now(), &TimeZone::system());
        let groups =
            self.store.read_usage(|db| sum_by_group(db, &(month.from..month.until), Group::Connection))?;
        Ok(groups.into_iter().filter_map(|group| Some((group.key?, spent_view(&group.sums)))).collect())
    }
}

fn group_of(word: &str) -> Result<Group> {
    Ok(match word {
        "provider" => Group::Provider,
        "model" => Group::ConnectionAndModel,
        "feature" => Group::Feature,
        "app" => Group::App,
        "connection" => Group::Connection,
        _ => {
            let reason = "group by provider, model, feature, app, connection, day or hour";
            return Err(Fault::new(Code::UsageError).with("reason", reason));
        }
    })
}

/// Before anything was spent.
pub(crate) fn nothing_spent() -> SpentView {
    SpentView { usd: Money::ZERO.to_string(), unpriced_requests: 0 }
}

fn spent_view(sums: &Sums) -> SpentView {
    SpentView { usd: dollars(sums.cost), unpriced_requests: sums.unpriced }
}

fn group_view(group: &sums::Named) -> UsageGroupView {
    UsageGroupView { name: group.name.clone(), sums: total_view(&group.sums) }
}

fn total_view(sums: &Sums) -> UsageTotalView {
    UsageTotalView {
        requests: sums.attempts,
        input_tokens: whole(sums.input),
        output_tokens: whole(sums.output),
        cost: (sums.attempts > sums.unpriced).then(|| dollars(sums.cost)),
        unpriced_requests: sums.unpriced,
        failed_requests: sums.failed,
        refused_requests: sums.refused,
        latency_ms: sums.mean_latency_ms(),
        first_token_ms: sums.mean_first_token_ms(),
    }
}

fn whole(count: i128) -> u64 {
    u64::try_from(count.max(0)).unwrap_or(u64::MAX)
}

fn row_view(row: UsageRow, zone: &TimeZone) -> UsageRowView {
    UsageRowView {
        time: iso(row.time, zone),
        face: row.face,
        app: row.app,
        feature: row.feature,
        connection: row.slug,
        provider: row.provider,
        model: Some(row.model_asked),
        answered_by: row.model_answered,
        input_tokens: row.tokens.input,
        cache_read_tokens: row.tokens.cache_read,
        cache_write_tokens: row.tokens.cache_write,
        output_tokens: row.tokens.output,
        reasoning_tokens: row.tokens.reasoning,
        cost: row.cost.map(|cost| cost.to_string()),
        cost_source: row.cost_source,
        quality: row.quality,
        result: row.result,
        error: row.fault.map(|code| code.as_str().to_owned()),
        latency_ms: row.latency_ms.unwrap_or(0),
        first_token_ms: row.first_token_ms,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{EngineOptions, FixedEnvironment, SystemClock};
    use inkhorn_domain::{CostSource, Face, Quality, RequestId, RequestResult, TokenUsage};
    use inkhorn_vault::NoKeychain;
    use std::sync::Arc;

    pub(super) fn row(time: i64) -> UsageRow {
        UsageRow {
            request: RequestId([1; 16]),
            attempt: 1,
            time,
            face: Face::CommandLine,
            app: None,
            feature: "chat".to_owned(),
            connection: None,
            slug: None,
            provider: None,
            model_asked: "m".to_owned(),
            model_answered: None,
            tokens: TokenUsage::default(),
            cost: None,
            computed: None,
            price: None,
            cost_source: CostSource::Unknown,
            quality: Quality::Reported,
            result: RequestResult::Completed,
            fault: None,
            latency_ms: None,
            first_token_ms: None,
            finish: None,
        }
    }

    pub(super) fn house() -> (inkhorn_testkit::ScratchProfile, Engine) {
        let profile = inkhorn_testkit::ScratchProfile::make();
        let engine = Engine::open(EngineOptions {
            dir: profile.data_dir(),
            passphrase: None,
            face: Face::CommandLine,
            keychain: Arc::new(NoKeychain),
            clock: Arc::new(SystemClock::new()),
            environment: Arc::new(FixedEnvironment::default()),
        });
        (profile, engine.expect("a fresh profile opens"))
    }

    #[test]
    fn an_hour_has_one_line_wherever_the_clock_stands_and_whenever_it_goes_back() {
        let (_profile, engine) = house();
        // 00:15, 00:45, 01:15 and 02:15 UTC of the day on which clocks in Berlin go from 03:00 back to 02:00.
        const BEGIN: i64 = 1_792_886_400_000;
        for minutes in [15, 45, 75, 135] {
            engine.inner.store.append_usage(&row(BEGIN + minutes * 60_000)).expect("written");
        }
        let hours = |zone: &str| {
            let request = UsageRequest { since: None, until: None, by: Some("hour".to_owned()) };
            let zone = TimeZone::get(zone).expect("a zone");
            let UsageRows::Groups(rows) = engine.inner.usage(&request, &zone).expect("counted").rows else {
                panic!("groups");
            };
            rows.into_iter().map(|row| (row.name, row.sums.requests)).collect::<Vec<_>>()
        };
        let named = |rows: &[(&str, u64)]| {
            rows.iter()
                .map(|(hour, requests)| (format!("2026-10-25T{hour}:00"), *requests))
                .collect::<Vec<_>>()
        };
        assert_eq!(hours("UTC"), named(&[("00", 2), ("01", 1), ("02", 1)]));
        assert_eq!(hours("Asia/Kolkata"), named(&[("05", 1), ("06", 2), ("07", 1)]));
        assert_eq!(hours("Asia/Kathmandu"), named(&[("06", 2), ("07", 1), ("08", 1)]));
        assert_eq!(hours("Europe/Berlin"), named(&[("02", 3), ("03", 1)]), "02:15 comes twice that night");
    }
}
