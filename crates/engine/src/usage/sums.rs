//! The page's words for a question to the usage log, and the log's answer in the page's words.

use super::hours::{HOURS_OF_WEEK, HourOfWeek};
use super::period::Period;
use inkhorn_contract::{UsageDimension, UsageFilters};
use inkhorn_domain::{ModelAddress, UnixMillis};
use inkhorn_fault::Result;
use inkhorn_store::usage_sums::{Amounts, Filter, Group, Sums};
use inkhorn_store::usage_sums::{Gathered, GroupSums, Question, Stack, first_and_last, gather};
use jiff::tz::TimeZone;
use std::ops::Range;

/// A group with its sums. A group without a name (no app) has an empty one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Named {
    pub name: String,
    pub sums: Sums,
}

/// A group with its sums in each column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct NamedColumns {
    pub name: String,
    pub columns: Vec<Sums>,
}

pub(super) fn group_of(dimension: UsageDimension) -> Group {
    match dimension {
        UsageDimension::Provider => Group::Provider,
        UsageDimension::Model => Group::ConnectionAndModel,
        UsageDimension::Feature => Group::Feature,
        UsageDimension::App => Group::App,
        UsageDimension::Connection => Group::Connection,
    }
}

/// The filter that lets through what passes all of these.
pub(super) fn filter_of(filters: &UsageFilters) -> Filter {
    let named = |name: &Option<String>| -> Vec<Option<String>> {
        name.iter().map(|name| Some(name.clone()).filter(|name| !name.is_empty())).collect()
    };
    let mut filter = Filter {
        providers: named(&filters.provider),
        connections: named(&filters.connection),
        features: filters.feature.iter().cloned().collect(),
        apps: named(&filters.app),
        ..Filter::default()
    };
    if let Some(model) = &filters.model {
        match ModelAddress::parse(model) {
            Some(address) => {
                let slug = address.slug.to_string();
                // A model of one connection under the filter of another: nothing, and no slug is empty.
                let other = filter.connections.first().is_some_and(|one| one.as_deref() != Some(&slug));
                filter.connections = vec![Some(if other { String::new() } else { slug })];
                filter.models = vec![address.model];
            }
            // A request that reached no connection has a model without a slug.
            None => filter.models = vec![model.clone()],
        }
    }
    filter
}

/// Where a period has more columns than are drawn, leaves those of what was used.
pub(super) fn draw_what_was_used(
    db: &inkhorn_store::Connection,
    period: &mut Period,
    zone: &TimeZone,
) -> Result<()> {
    if period.is_cut()
        && let Some((first, last)) = first_and_last(db, &times(period))?
    {
        period.draw_around(first, last, zone);
    }
    Ok(())
}

/// Everything that the page shows of a period and of the days before it, in one reading of the log.
pub(super) fn ask_page(
    db: &inkhorn_store::Connection,
    period: &Period,
    filter: &Filter,
    by: UsageDimension,
    days: &[Range<UnixMillis>],
    zone: &TimeZone,
) -> Result<Gathered> {
    let spans = spans(period);
    let hours = HourOfWeek::new(zone);
    let cell = |time: UnixMillis| hours.of(time);
    gather(
        db,
        &Question {
            groups: &[group_of(by)],
            spans: &spans,
            stacked_by: Some(group_of(by)),
            cells: Some((HOURS_OF_WEEK, &cell)),
            days,
            names: true,
            ..Question::new(times(period), filter)
        },
    )
}

/// A period by one dimension, in its columns.
pub(super) fn ask_columns(
    db: &inkhorn_store::Connection,
    period: &Period,
    filter: &Filter,
    by: UsageDimension,
) -> Result<Gathered> {
    let spans = spans(period);
    let group = group_of(by);
    gather(
        db,
        &Question {
            groups: &[group],
            spans: &spans,
            stacked_by: Some(group),
            ..Question::new(times(period), filter)
        },
    )
}

/// The groups of a period.
pub(super) fn ask_groups(
    db: &inkhorn_store::Connection,
    times: Range<UnixMillis>,
    filter: &Filter,
    dimensions: &[UsageDimension],
) -> Result<(Sums, Vec<Vec<Named>>)> {
    let groups: Vec<Group> = dimensions.iter().map(|dimension| group_of(*dimension)).collect();
    let gathered = gather(db, &Question { groups: &groups, ..Question::new(times, filter) })?;
    Ok((gathered.total, gathered.groups.into_iter().map(name_groups).collect()))
}

pub(super) fn times(period: &Period) -> Range<UnixMillis> {
    period.range.from..period.range.until
}

fn spans(period: &Period) -> Vec<Range<UnixMillis>> {
    period.columns.iter().map(|stretch| stretch.range.from..stretch.range.until).collect()
}

pub(super) fn name_groups(groups: Vec<GroupSums>) -> Vec<Named> {
    let named = |group: GroupSums| Named { name: name(group.key, group.model), sums: group.sums };
    groups.into_iter().map(named).collect()
}

pub(super) fn name_stacks(stacks: Vec<Stack>) -> Vec<NamedColumns> {
    let named = |stack: Stack| NamedColumns { name: name(stack.key, stack.model), columns: stack.spans };
    stacks.into_iter().map(named).collect()
}

/// A week's hours, by weekday from Monday.
pub(super) fn week(cells: &[Amounts]) -> [[Amounts; 24]; 7] {
    let mut week = [[Amounts::default(); 24]; 7];
    for (at, amounts) in cells.iter().enumerate().take(HOURS_OF_WEEK) {
        week[at / 24][at % 24] = *amounts;
    }
    week
}

/// `slug/model` for a model of a connection; empty for what has no name.
pub(crate) fn name(key: Option<String>, model: Option<String>) -> String {
    match (key, model) {
        (Some(slug), Some(model)) => format!("{slug}/{model}"),
        (one, other) => one.or(other).unwrap_or_default(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_model_is_one_of_its_own_connection() {
        let filters = |model: &str, connection: Option<&str>| UsageFilters {
            model: Some(model.into()),
            connection: connection.map(str::to_owned),
            ..UsageFilters::default()
        };
        let filter = filter_of(&filters("router/vendor/model", None));
        assert_eq!(filter.connections, [Some("router".to_owned())]);
        assert_eq!(filter.models, ["vendor/model"]);
        assert_eq!(filter_of(&filters("router/m", Some("router"))).connections, [Some("router".to_owned())]);
        assert_eq!(filter_of(&filters("router/m", Some("other"))).connections, [Some(String::new())]);
    }

    #[test]
    fn an_empty_name_is_what_has_none() {
        let filters = UsageFilters { app: Some(String::new()), ..UsageFilters::default() };
        assert_eq!(filter_of(&filters).apps, [None]);
        assert_eq!(filter_of(&UsageFilters::default()), Filter::default());
    }
}
