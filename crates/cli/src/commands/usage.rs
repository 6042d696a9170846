//! `usage`: rows or sums, as a table, as JSON, as CSV.

use super::dollars;
use crate::arguments::{Export, Usage};
use crate::output::{Done, Output};
use crate::table::lay_out;
use inkhorn_contract::{UsageGroupView, UsageRequest, UsageRowView, UsageRows, UsageTotalView, UsageView};
use inkhorn_engine::Engine;

pub(super) async fn run(engine: &Engine, command: Usage, output: Output) -> Done {
    let request = UsageRequest { since: command.since, until: command.until, by: command.by };
    match command.export {
        Some(Export::Csv) => {
            let text = engine.usage_csv(request).await?;
            output.piece(&text)
        }
        Some(Export::Json) => output.document(&engine.usage(request).await?),
        None => {
            let view = engine.usage(request).await?;
            output.show(&view, || lay_out_usage(&view))
        }
    }
}

fn lay_out_usage(view: &UsageView) -> String {
    let empty = "Nothing was used in this time.";
    let table = match &view.rows {
        UsageRows::Requests(rows) => {
            let rows: Vec<_> = rows.iter().map(request_row).collect();
            lay_out(["Time", "For", "Connection", "Model", "In", "Out", "Cost", "Result"], &rows, empty)
        }
        UsageRows::Groups(groups) => {
            let rows: Vec<_> = groups.iter().map(group_row).collect();
            lay_out(["Name", "Requests", "In", "Out", "Cost"], &rows, empty)
        }
    };
    if view.total.requests == 0 {
        return table;
    }
    format!("{}\n\n{}", table.trim_end(), total_words(&view.total))
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

fn group_row(group: &UsageGroupView) -> [String; 5] {
    let sums = &group.sums;
    [
        group.name.clone(),
        sums.requests.to_string(),
        sums.input_tokens.to_string(),
        sums.output_tokens.to_string(),
        dollars(sums.cost.as_deref()),
    ]
}

fn total_words(total: &UsageTotalView) -> String {
    let mut text = format!(
        "Requests: {}. Tokens in: {}, out: {}. Cost: {}",
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
    fn an_unknown_cost_is_never_shown_as_nothing() {
        let mut total = UsageTotalView { requests: 2, unpriced_requests: 2, ..UsageTotalView::default() };
        assert!(total_words(&total).ends_with("Cost: unknown."), "{}", total_words(&total));
        total.cost = Some("0.5".to_owned());
        assert!(total_words(&total).ends_with("Cost: $0.5, without 2 of unknown cost."));
    }
}
