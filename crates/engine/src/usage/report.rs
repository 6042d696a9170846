//! The report that a writer exports: the page's numbers in words, on one page of paper.

use super::draw::{Layered, language_of, layer};
use super::names::{filter_words, group_words, others, phrase};
use super::period::Period;
use super::sums::{Named, ask_columns, draw_what_was_used, filter_of, name_groups, name_stacks};
use crate::Inner;
use inkhorn_charts::words::{self, count, money};
use inkhorn_charts::{Report, ReportRow, Step};
use inkhorn_contract::{UsageDimension, UsageExportRequest, UsageFilters, UsageMeasure};
use inkhorn_fault::{Language, Result};
use inkhorn_store::usage_sums::Sums;
use jiff::tz::TimeZone;

/// Rows of the table; what is beyond is one row together.
const MOST_ROWS: usize = 15;

impl Inner {
    /// What stands in the report, and the sums that it is made of.
    pub(super) fn report(
        &self,
        request: &UsageExportRequest,
        period: &Period,
        zone: &TimeZone,
    ) -> Result<(Report, Sums)> {
        let mut period = period.clone();
        let language = language_of(request.language);
        let filter = filter_of(&request.filters);
        let gathered = self.store.read_usage(|db| {
            draw_what_was_used(db, &mut period, zone)?;
            ask_columns(db, &period, &filter, request.by)
        })?;
        let layered = layer(request.measure, &period, &name_stacks(gathered.stacks), request.by, language);
        let groups = gathered.groups.into_iter().next().map(name_groups).unwrap_or_default();
        let total = gathered.total;
        let report = Report {
            title: title(&period, language),
            lead: lead(&total, &request.filters, request.measure, language),
            heads: heads(request.by, language),
            rows: rows(&groups, &layered, request.by, language),
            total: cells(phrase(language, "Together", "Seluruhnya").to_owned(), &total, language),
            notes: notes(language),
            figures: layered.figures,
        };
        Ok((report, total))
    }
}

fn title(period: &Period, language: Language) -> String {
    let day = |date: jiff::civil::Date| words::moment(date.at(0, 0, 0, 0), Step::Day, language);
    let (first, last) = (day(period.first), day(period.last));
    let name = phrase(language, "Usage", "Biaya");
    if first == last {
        return format!("{name}, {first}");
    }
    format!("{name}, {first} – {last}")
}

fn lead(total: &Sums, filters: &UsageFilters, measure: UsageMeasure, language: Language) -> Vec<String> {
    let requests = count(i128::from(total.attempts), language);
    let tokens = count(total.input.saturating_add(total.output), language);
    let spent = cost(total, language);
    let mut lines = vec![match language {
        Language::English => format!("Spent: {spent}. Requests: {requests}. Tokens: {tokens}."),
        Language::Indonesian => format!("Terpakai: {spent}. Permintaan: {requests}. Token: {tokens}."),
    }];
    let narrowed = filter_words(filters, language);
    if !narrowed.is_empty() {
        lines.push(format!("{}: {}", phrase(language, "Only", "Hanya"), narrowed.join(", ")));
    }
    lines.push(format!("{}:", chart_words(measure, language)));
    lines
}

fn chart_words(measure: UsageMeasure, language: Language) -> &'static str {
    match measure {
        UsageMeasure::Spend => phrase(language, "Spending in US dollars", "Biaya dalam dolar AS"),
        UsageMeasure::Tokens => phrase(language, "Tokens read and written", "Token dibaca dan ditulis"),
        UsageMeasure::Requests => phrase(language, "Requests", "Permintaan"),
        UsageMeasure::Errors => phrase(language, "Requests that failed", "Permintaan yang gagal"),
    }
}

fn heads(by: UsageDimension, language: Language) -> Vec<String> {
    let name = match by {
        UsageDimension::Provider => phrase(language, "Provider", "Penyedia"),
        UsageDimension::Model => phrase(language, "Model", "Model"),
        UsageDimension::Feature => phrase(language, "For", "Untuk"),
        UsageDimension::App => phrase(language, "App", "Aplikasi"),
        UsageDimension::Connection => phrase(language, "Connection", "Sambungan"),
    };
    let rest = [
        phrase(language, "Requests", "Permintaan"),
        phrase(language, "Tokens", "Token"),
        phrase(language, "Cost", "Biaya"),
    ];
    std::iter::once(name).chain(rest).map(str::to_owned).collect()
}

fn rows(groups: &[Named], layered: &Layered, by: UsageDimension, language: Language) -> Vec<ReportRow> {
    let shown = if groups.len() > MOST_ROWS { MOST_ROWS - 1 } else { groups.len() };
    let (own, rest) = groups.split_at(shown);
    let layer_of = |name: &str| layered.names.iter().position(|layer| layer.as_deref() == Some(name));
    let mut rows: Vec<ReportRow> = own
        .iter()
        .map(|group| ReportRow {
            layer: layer_of(&group.name),
            cells: cells(group_words(by, &group.name, language), &group.sums, language),
        })
        .collect();
    if !rest.is_empty() {
        let mut sums = Sums::default();
        rest.iter().for_each(|group| sums.add(&group.sums));
        let name = format!("{} ({})", others(language), rest.len());
        rows.push(ReportRow { layer: None, cells: cells(name, &sums, language) });
    }
    rows
}

fn cells(name: String, sums: &Sums, language: Language) -> Vec<String> {
    let tokens = sums.input.saturating_add(sums.output);
    vec![name, count(i128::from(sums.attempts), language), count(tokens, language), cost(sums, language)]
}

/// What is unknown is said beside the sum and is not in it.
fn cost(sums: &Sums, language: Language) -> String {
    let unknown = phrase(language, "unknown", "tidak diketahui");
    match sums.unpriced {
        0 => money(sums.cost, language),
        all if all >= sums.attempts => unknown.to_owned(),
        some => format!("{} + {some} {unknown}", money(sums.cost, language)),
    }
}

fn notes(language: Language) -> Vec<String> {
    let note = phrase(
        language,
        "Costs in US dollars: the provider's own figure where it sends one, otherwise computed from its prices.",
        "Biaya dalam dolar AS: angka dari penyedia kalau dikirimnya, kalau tidak dihitung dari harganya.",
    );
    let rest = phrase(
        language,
        "An unknown cost is in no sum. A circle over a column stands for requests of unknown cost.",
        "Biaya yang tidak diketahui tidak masuk jumlah mana pun; di grafik ditandai lingkaran di atas kolomnya.",
    );
    vec![note.to_owned(), rest.to_owned()]
}
