//! What was used, read from the log.

use crate::time::{Range, iso, name_of, parse_range, spans, today_and_month};
use crate::{Engine, Inner, blocking};
use inkhorn_contract::*;
use inkhorn_domain::Money;
use inkhorn_fault::{Code, Fault, Result};
use inkhorn_store::usage::{self, UsageRow};
use inkhorn_store::usage_sums::{Group, Sums, sum_all, sum_by_group, sum_by_span};
use jiff::tz::TimeZone;
use std::collections::HashMap;

/// Rows in one answer at most; a longer span is asked for in parts, or grouped.
const MOST_ROWS: u32 = 100_000;

impl Engine {
    /// Today and this month.
    pub async fn usage_summary(&self, _: Nothing) -> Result<UsageSummaryView> {
        let inner = self.inner.clone();
        blocking(move || {
            let (today, month) = today_and_month(inner.clock.now(), &TimeZone::system());
            Ok(UsageSummaryView { today: inner.period(today)?, month: inner.period(month)? })
        })
        .await
    }

    /// Rows or groups of a span of time.
    pub async fn usage(&self, request: UsageRequest) -> Result<UsageView> {
        let inner = self.inner.clone();
        blocking(move || inner.usage(&request, &TimeZone::system())).await
    }

    /// The same as CSV (RFC 4180). A text that a spreadsheet would take for a formula gets an apostrophe in front.
    pub async fn usage_csv(&self, request: UsageRequest) -> Result<String> {
        let view = self.usage(request).await?;
        Ok(match &view.rows {
            UsageRows::Requests(rows) => csv::requests(rows),
            UsageRows::Groups(groups) => csv::groups(groups),
        })
    }
}

impl Inner {
    fn usage(&self, request: &UsageRequest, zone: &TimeZone) -> Result<UsageView> {
        let range = parse_range(request.since.as_deref(), request.until.as_deref(), self.clock.now(), zone)?;
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

    fn period(&self, range: Range) -> Result<UsagePeriodView> {
        let total = self.store.read_usage(|db| sum_all(db, &(range.from..range.until)))?;
        Ok(UsagePeriodView {
            from: range.from,
            by_model: self.groups(range, Group::ConnectionAndModel)?,
            by_connection: self.groups(range, Group::Connection)?,
            total: total_view(&total),
        })
    }

    fn groups(&self, range: Range, group: Group) -> Result<Vec<UsageGroupView>> {
        let groups = self.store.read_usage(|db| sum_by_group(db, &(range.from..range.until), group))?;
        let name = |key: Option<String>, model: Option<String>| match (key, model) {
            (Some(slug), Some(model)) => format!("{slug}/{model}"),
            (one, other) => one.or(other).unwrap_or_default(),
        };
        let views = groups.into_iter();
        Ok(views
            .map(|group| UsageGroupView { name: name(group.key, group.model), sums: total_view(&group.sums) })
            .collect())
    }

    fn rows(&self, range: Range, zone: &TimeZone) -> Result<Vec<UsageRowView>> {
        let rows =
            self.store.read_usage(|db| usage::load_between(db, &(range.from..range.until), MOST_ROWS))?;
        Ok(rows.into_iter().map(|row| row_view(row, zone)).collect())
    }

    /// Days or hours with at least one request, in order.
    fn by_time(&self, range: Range, by_hour: bool, zone: &TimeZone) -> Result<Vec<UsageGroupView>> {
        self.store.read_usage(|db| {
            let Some((first, last)) = usage::first_and_last(db, &(range.from..range.until))? else {
                return Ok(Vec::new());
            };
            let bounds = spans(first, last, by_hour, zone);
            let cut = |span: &Range| span.from.max(range.from)..span.until.min(range.until);
            let sums = sum_by_span(db, &bounds.iter().map(cut).collect::<Vec<_>>())?;
            let used = bounds.iter().zip(sums).filter(|(_, sums)| sums.attempts > 0);
            let view = |(span, sums): (&Range, Sums)| UsageGroupView {
                name: name_of(span.from, by_hour, zone),
                sums: total_view(&sums),
            };
            Ok(used.map(view).collect())
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

fn total_view(sums: &Sums) -> UsageTotalView {
    let tokens = |count: i128| u64::try_from(count.max(0)).unwrap_or(u64::MAX);
    UsageTotalView {
        requests: sums.attempts,
        input_tokens: tokens(sums.input),
        output_tokens: tokens(sums.output),
        cost: (sums.attempts > sums.unpriced).then(|| dollars(sums.cost)),
        unpriced_requests: sums.unpriced,
        failed_requests: sums.failed,
    }
}

/// A sum may be larger than one amount can be.
fn dollars(pico: i128) -> String {
    match i64::try_from(pico) {
        Ok(pico) => Money(pico).to_string(),
        Err(_) => (pico / i128::from(Money::PER_DOLLAR)).to_string(),
    }
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

mod csv {
    use super::{UsageGroupView, UsageRowView};

    pub(super) fn requests(rows: &[UsageRowView]) -> String {
        let mut out = String::from(
            "time,face,app,feature,connection,provider,model,answered_by,input_tokens,cache_read_tokens,\
             cache_write_tokens,output_tokens,reasoning_tokens,cost,cost_source,quality,result,error,latency_ms,\
             first_token_ms\r\n",
        );
        for row in rows {
            let text = |text: &Option<String>| cell(text.as_deref().unwrap_or_default());
            let number = |number: Option<u64>| number.map(|number| number.to_string()).unwrap_or_default();
            let cells = [
                cell(&row.time),
                cell(row.face.as_str()),
                text(&row.app),
                cell(&row.feature),
                text(&row.connection),
                text(&row.provider),
                text(&row.model),
                text(&row.answered_by),
                number(row.input_tokens),
                number(row.cache_read_tokens),
                number(row.cache_write_tokens),
                number(row.output_tokens),
                number(row.reasoning_tokens),
                row.cost.clone().unwrap_or_default(),
                cell(row.cost_source.as_str()),
                cell(row.quality.as_str()),
                cell(row.result.as_str()),
                text(&row.error),
                row.latency_ms.to_string(),
                number(row.first_token_ms),
            ];
            out.push_str(&cells.join(","));
            out.push_str("\r\n");
        }
        out
    }

    pub(super) fn groups(groups: &[UsageGroupView]) -> String {
        let mut out = String::from(
            "name,requests,input_tokens,output_tokens,cost,unpriced_requests,failed_requests\r\n",
        );
        for group in groups {
            let sums = &group.sums;
            let numbers =
                [sums.requests, sums.input_tokens, sums.output_tokens].map(|number| number.to_string());
            let cost = sums.cost.clone().unwrap_or_default();
            let rest = [sums.unpriced_requests, sums.failed_requests].map(|number| number.to_string());
            out.push_str(&format!(
                "{},{},{cost},{}\r\n",
                cell(&group.name),
                numbers.join(","),
                rest.join(",")
            ));
        }
        out
    }

    fn cell(text: &str) -> String {
        const FORMULA: [char; 12] = ['=', '+', '-', '@', '\t', '\r', '\n', '\0', '＝', '＋', '－', '＠'];
        let text = if text.starts_with(FORMULA) { format!("'{text}") } else { text.to_owned() };
        if text.contains([',', '"', '\r', '\n', '\'']) {
            format!("\"{}\"", text.replace('"', "\"\""))
        } else {
            text
        }
    }

    #[cfg(test)]
    mod tests {
        #[test]
        fn a_cell_is_never_a_formula() {
            for (text, written) in [
                ("=HYPERLINK(\"x\")", "\"'=HYPERLINK(\"\"x\"\")\""),
                ("+1", "\"'+1\""),
                ("＝1", "\"'＝1\""),
                ("plain", "plain"),
                ("a,b", "\"a,b\""),
            ] {
                assert_eq!(super::cell(text), written);
            }
        }
    }
}
