//! Figures to drawings, and the same figures to the views beside them.

use super::names::{group_words, others};
use super::period::Period;
use super::sums::NamedColumns;
use inkhorn_charts::ink::LAYERS;
use inkhorn_charts::{
    Column, Figures, Line, Lines, Look, Measure, NotDrawn, Step, Week, draw_bars, draw_lines, draw_week,
    words,
};
use inkhorn_contract::*;
use inkhorn_fault::{Code, Fault, Language, Result};
use inkhorn_store::usage_sums::{Amounts, Sums};

/// The language of drawings for a page in this one.
pub(super) fn language_of(language: PageLanguage) -> Language {
    match language {
        PageLanguage::En => Language::English,
        PageLanguage::Id => Language::Indonesian,
    }
}

pub(super) fn measure_of(measure: UsageMeasure) -> Measure {
    match measure {
        UsageMeasure::Spend => Measure::Spend,
        UsageMeasure::Tokens => Measure::Tokens,
        UsageMeasure::Requests => Measure::Requests,
        UsageMeasure::Errors => Measure::Errors,
    }
}

/// What a measure is of these sums.
pub(super) fn amount(measure: UsageMeasure, sums: &Sums) -> i128 {
    one_of(measure, &Amounts::from(sums))
}

fn one_of(measure: UsageMeasure, amounts: &Amounts) -> i128 {
    match measure {
        UsageMeasure::Spend => amounts.cost,
        UsageMeasure::Tokens => amounts.tokens,
        UsageMeasure::Requests => i128::from(amounts.attempts),
        UsageMeasure::Errors => i128::from(amounts.failed),
    }
}

/// The columns of a chart in layers: the largest groups, and the rest of them together in the last layer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Layered {
    pub figures: Figures,
    /// The groups' names; `None` is the rest.
    pub names: Vec<Option<String>>,
}

/// Makes layers of groups, each with its sums by column.
pub(super) fn layer(
    measure: UsageMeasure,
    period: &Period,
    groups: &[NamedColumns],
    by: UsageDimension,
    language: Language,
) -> Layered {
    let in_all = |group: &NamedColumns| {
        group.columns.iter().fold(0_i128, |sum, sums| sum.saturating_add(amount(measure, sums)))
    };
    let mut ranked: Vec<(&NamedColumns, i128)> = groups.iter().map(|group| (group, in_all(group))).collect();
    ranked.retain(|(_, total)| *total != 0);
    ranked.sort_by(|(group, total), (other, its)| its.cmp(total).then_with(|| group.name.cmp(&other.name)));
    let shown = if ranked.len() > LAYERS { LAYERS - 1 } else { ranked.len() };
    let (own, rest) = ranked.split_at(shown);
    let mut names: Vec<Option<String>> = own.iter().map(|(group, _)| Some(group.name.clone())).collect();
    if !rest.is_empty() {
        names.push(None);
    }
    let at = |group: &NamedColumns, column: usize| group.columns.get(column).copied().unwrap_or_default();
    let columns = period.columns.iter().enumerate().map(|(column, stretch)| {
        let mut parts: Vec<i128> = own.iter().map(|(group, _)| amount(measure, &at(group, column))).collect();
        if !rest.is_empty() {
            let others = rest.iter().map(|(group, _)| amount(measure, &at(group, column)));
            parts.push(others.fold(0, i128::saturating_add));
        }
        let unpriced = groups.iter().map(|group| at(group, column).unpriced).sum();
        let unknown = if measure == UsageMeasure::Spend { unpriced } else { 0 };
        Column { begins: stretch.begins, parts, unknown }
    });
    let columns = columns.collect();
    let words = |name: &Option<String>| {
        name.as_deref().map_or_else(|| others(language).to_owned(), |name| group_words(by, name, language))
    };
    let layers = names.iter().map(words).collect();
    let figures = Figures { measure: measure_of(measure), step: period.step, layers, columns };
    Layered { figures, names }
}

/// The chart and its numbers.
pub(super) fn chart_view(
    layered: &Layered,
    period: &Period,
    width: u32,
    language: Language,
) -> Result<UsageChartView> {
    let figures = &layered.figures;
    let height = if width < 480 { 200 } else { 240 };
    let name = match language {
        Language::English => "Over time",
        Language::Indonesian => "Dari waktu ke waktu",
    };
    let svg = draw_bars(figures, name, (width, height), Look::Page, language).map_err(not_drawn)?;
    let columns = figures.columns.iter().zip(&period.columns).map(|(column, stretch)| UsageColumnView {
        name: period.name(stretch),
        says: figures.says(column, language),
        value: words::exact(figures.measure, column.total()),
        parts: column.parts.iter().map(|part| words::exact(figures.measure, *part)).collect(),
        unpriced: column.unknown,
    });
    Ok(UsageChartView {
        svg,
        step: match figures.step {
            Step::Hour => "hour",
            Step::Day => "day",
            Step::Month => "month",
        },
        layers: layered.names.clone(),
        columns: columns.collect(),
        total: words::exact(figures.measure, figures.total()),
    })
}

/// Hours by weekdays, drawn and as numbers.
pub(super) fn week_view(
    measure: UsageMeasure,
    amounts: &[[Amounts; 24]; 7],
    width: u32,
    language: Language,
) -> Result<UsageWeekView> {
    let cells = amounts.each_ref().map(|day| day.each_ref().map(|hour| one_of(measure, hour)));
    let week = Week { measure: measure_of(measure), cells };
    let name = match language {
        Language::English => "By weekday and hour",
        Language::Indonesian => "Menurut hari dan jam",
    };
    let svg = draw_week(&week, name, (width, 20 + 7 * 22), Look::Page, language).map_err(not_drawn)?;
    let exact = |day: &[i128; 24]| day.iter().map(|cell| words::exact(week.measure, *cell)).collect();
    Ok(UsageWeekView { svg, cells: week.cells.iter().map(exact).collect() })
}

/// Mean times by column, drawn and as numbers.
pub(super) fn times_view(
    period: &Period,
    sums: &[Sums],
    width: u32,
    language: Language,
) -> Result<UsageTimesView> {
    let latency_ms: Vec<_> = sums.iter().map(Sums::mean_latency_ms).collect();
    let first_token_ms: Vec<_> = sums.iter().map(Sums::mean_first_token_ms).collect();
    let (whole, first, name) = match language {
        Language::English => ("whole answer", "first token", "How long answers took"),
        Language::Indonesian => ("jawaban utuh", "token pertama", "Lama menjawab"),
    };
    let line = |name: &str, values: &Vec<_>| Line { name: name.to_owned(), values: values.clone() };
    let lines = Lines {
        step: period.step,
        begins: period.columns.iter().map(|stretch| stretch.begins).collect(),
        lines: vec![line(whole, &latency_ms), line(first, &first_token_ms)],
    };
    let svg = draw_lines(&lines, name, (width, 160), Look::Page, language).map_err(not_drawn)?;
    Ok(UsageTimesView { svg, latency_ms, first_token_ms })
}

pub(super) fn not_drawn(error: NotDrawn) -> Fault {
    tracing::error!(%error, "usage");
    Fault::new(Code::Busy).with("reason", "a chart could not be drawn")
}
