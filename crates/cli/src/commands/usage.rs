//! `usage`: rows or sums, as a table, as JSON, as CSV.

use super::dollars;
use crate::arguments::{Export, Usage};
use crate::output::{Done, End, Output, Printing, printable};
use crate::table::lay_out;
use inkhorn_contract::{
    UsageGroupView, UsagePruneRequest, UsageRequest, UsageRowView, UsageRows, UsageTotalView, UsageView,
};
use inkhorn_engine::{Engine, NotWritten, RowsForm};
use std::io::BufWriter;

/// Cells that a bar of the largest amount has.
const BAR: usize = 24;

pub(super) async fn run(engine: &Engine, command: Usage, output: Output) -> Done {
    if let Some(before) = command.prune_before {
        let view = engine.usage_prune(UsagePruneRequest { before: Some(before), months: None }).await?;
        return output.show(&view, || {
            let (rows, until) = (view.removed_rows, &view.until);
            format!("{rows} single requests before {until} are gone; what they add up to stays.")
        });
    }
    let request = UsageRequest { since: command.since, until: command.until, by: command.by };
    let form = match command.export {
        Some(Export::Csv) => Some(RowsForm::Csv),
        Some(Export::Json) => Some(RowsForm::Json),
        None => output.json.then_some(RowsForm::Json),
    };
    if let Some(form) = form {
        // Written row by row: a year of a busy program is more than fits in memory.
        let out = BufWriter::with_capacity(1 << 16, Printing::default());
        return engine.usage_write(request, form, out).await.map_err(|end| match end {
            NotWritten::Fault(fault) => End::from(fault),
            NotWritten::Closed(error) => End::from(error),
        });
    }
    let by_time = matches!(request.by.as_deref(), Some("day" | "hour"));
    let by = request.by.clone();
    let view = engine.usage(request).await?;
    output.words(&lay_out_usage(&view, by.as_deref(), by_time))
}

fn lay_out_usage(view: &UsageView, by: Option<&str>, by_time: bool) -> String {
    let empty = "Nothing was used in this time.";
    let table = match &view.rows {
        UsageRows::Requests(rows) => {
            let rows: Vec<_> = rows.iter().map(request_row).collect();
            lay_out(["Time", "For", "Connection", "Model", "In", "Out", "Cost", "Result"], &rows, empty)
        }
        UsageRows::Groups(groups) => {
            let largest = groups.iter().map(cost_of).fold(0.0, f64::max);
            let rows: Vec<_> = groups.iter().map(|group| group_row(group, largest, by_time)).collect();
            let head = head(by);
            let heads = [head.as_str(), "Requests", "Failed", "In", "Out", "Answered in", "Cost", ""];
            lay_out(heads, &rows, empty)
        }
    };
    if view.total.requests == 0 {
        return table;
    }
    let left_out = match &view.rows {
        UsageRows::Requests(rows) if (rows.len() as u64) < view.total.requests => {
            format!("These are the newest {}; --export csv writes them all. ", rows.len())
        }
        _ => String::new(),
    };
    format!("{}\n\n{left_out}{}", table.trim_end(), total_words(&view.total))
}

/// `Day`, `Model`: the word of `--by` as a head.
fn head(by: Option<&str>) -> String {
    let mut letters = by.unwrap_or("name").chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

fn request_row(row: &UsageRowView) -> [String; 8] {
    let known = |text: &Option<String>| text.clone().unwrap_or_else(|| "-".to_owned());
    let count =
        |tokens: Option<u64>| tokens.map_or_else(|| "unknown".to_owned(), |tokens| tokens.to_string());
    let result = match &row.error {
        Some(error) => format!("{} ({error})", row.result.as_str()),
        None => row.result.as_str().to_owned(),
    };
    [
        row.time.clone(),
        row.feature.clone(),
        known(&row.connection),
        known(&row.model),
        count(row.input_tokens),
        count(row.output_tokens),
        dollars(row.cost.as_deref()),
        result,
    ]
}

fn group_row(group: &UsageGroupView, largest: f64, by_time: bool) -> [String; 8] {
    let sums = &group.sums;
    let name = match group.name.as_str() {
        "" => "-".to_owned(),
        name if by_time => name.replace('T', " "),
        name => printable(name),
    };
    let mut cost = dollars(sums.cost.as_deref());
    if sums.cost.is_some() && sums.unpriced_requests > 0 {
        cost.push_str(&format!(" + {} unknown", sums.unpriced_requests));
    }
    let failed = if sums.failed_requests > 0 { sums.failed_requests.to_string() } else { "-".to_owned() };
    let latency =
        sums.latency_ms.map_or_else(|| "-".to_owned(), |ms| format!("{:.1} s", ms as f64 / 1_000.0));
    // For the eye only: the figures beside it are exact.
    let cells = if largest > 0.0 { (cost_of(group) / largest * BAR as f64).ceil() as usize } else { 0 };
    [
        name,
        sums.requests.to_string(),
        failed,
        sums.input_tokens.to_string(),
        sums.output_tokens.to_string(),
        latency,
        cost,
        if by_time { "#".repeat(cells.min(BAR)) } else { String::new() },
    ]
}

fn cost_of(group: &UsageGroupView) -> f64 {
    group.sums.cost.as_deref().and_then(|cost| cost.parse().ok()).unwrap_or(0.0)
}

fn total_words(total: &UsageTotalView) -> String {
    let refused = match total.refused_requests {
        0 => String::new(),
        count => format!(", of which {count} not sent"),
    };
    let mut text = format!(
        "Requests: {}{refused}. Tokens in: {}, out: {}. Cost: {}",
        total.requests,
        total.input_tokens,
        total.output_tokens,
        dollars(total.cost.as_deref()),
    );
    if total.unpriced_requests > 0 && total.cost.is_some() {
        text.push_str(&format!(", without {} of unknown cost", total.unpriced_requests));
    }
    text.push('.');
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_a_table_that_a_person_reads() {
        let day = |name: &str, cost: Option<&str>, unpriced_requests| UsageGroupView {
            name: name.to_owned(),
            sums: UsageTotalView {
                requests: 3,
                input_tokens: 1_200,
                output_tokens: 300,
                cost: cost.map(str::to_owned),
                unpriced_requests,
                failed_requests: 1,
                refused_requests: 0,
                latency_ms: Some(2_450),
                first_token_ms: None,
            },
        };
        let rows = vec![
            day("2026-11-20", Some("0.5"), 0),
            day("2026-11-21", Some("2"), 1),
            day("2026-11-22", None, 3),
        ];
        let total = UsageTotalView {
            requests: 9,
            cost: Some("2.5".to_owned()),
            unpriced_requests: 4,
            refused_requests: 2,
            ..UsageTotalView::default()
        };
        let text = lay_out_usage(&UsageView { rows: UsageRows::Groups(rows), total }, Some("day"), true);
        let lines: Vec<&str> = text.lines().collect();
        assert!(lines[0].starts_with("Day") && lines[0].contains("Answered in"), "{text}");
        assert!(lines[1].starts_with("2026-11-20") && lines[1].ends_with("######"), "{text}");
        assert!(lines[2].contains("$2 + 1 unknown") && lines[2].ends_with(&"#".repeat(BAR)), "{text}");
        assert!(lines[3].contains("unknown") && !lines[3].contains('#'), "{text}");
        assert!(text.contains("Requests: 9, of which 2 not sent. Tokens"), "{text}");
        assert!(text.ends_with("Cost: $2.5, without 4 of unknown cost."), "{text}");
    }

    #[test]
    fn an_unknown_cost_is_never_shown_as_nothing() {
        let mut total = UsageTotalView { requests: 2, unpriced_requests: 2, ..UsageTotalView::default() };
        assert!(total_words(&total).ends_with("Cost: unknown."), "{}", total_words(&total));
        total.cost = Some("0.5".to_owned());
        assert!(total_words(&total).ends_with("Cost: $0.5, without 2 of unknown cost."));
    }
}
