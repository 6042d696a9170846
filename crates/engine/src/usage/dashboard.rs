//! The Usage page: one reading of the log, and everything that the page shows of it.

use super::draw::{amount, chart_view, language_of, layer, times_view, week_view};
use super::period::{Period, days_between};
use super::sums::{
    Named, ask_groups, ask_page, draw_what_was_used, filter_of, name, name_groups, name_stacks, week,
};
use super::{group_view, total_view};
use crate::time::midnight;
use crate::{Engine, Inner, blocking};
use inkhorn_charts::words::dollars;
use inkhorn_contract::*;
use inkhorn_domain::UnixMillis;
use inkhorn_fault::Result;
use inkhorn_metering::{DayOfUse, HISTORY_DAYS, Unusual, UnusualKind, find_unusual};
use inkhorn_store::Connection;
use inkhorn_store::usage_sums::{Amounts, Filter, Gathered, KeyNames, Sums, first_and_last};
use jiff::ToSpan;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

/// Room for a drawing, in pixels.
const WIDTHS: std::ops::RangeInclusive<u32> = 280..=1_200;
/// Days that are looked at for unusual use, back from the last one of a period.
const MOST_DAYS_LOOKED_AT: i32 = 400;
/// Days told as unusual, the newest.
const MOST_UNUSUAL: usize = 8;
/// Rows of the table; the rest of a list of thousands is in the export.
const MOST_GROUPS: usize = 500;

impl Engine {
    /// Everything that the Usage page shows.
    pub async fn usage_dashboard(&self, request: UsageDashboardRequest) -> Result<UsageDashboardView> {
        let inner = self.inner.clone();
        blocking(move || inner.dashboard(&request, &TimeZone::system())).await
    }
}

impl Inner {
    pub(super) fn dashboard(
        &self,
        request: &UsageDashboardRequest,
        zone: &TimeZone,
    ) -> Result<UsageDashboardView> {
        let mut period = Period::of(&request.period, self.clock.now(), zone)?;
        let filter = filter_of(&request.filters);
        let language = language_of(request.language);
        let width = request.width.clamp(*WIDTHS.start(), *WIDTHS.end());
        let looked = LookedAt::before(&period, zone);
        let (gathered, ever, unusual) = self.store.read_usage(|db| {
            draw_what_was_used(db, &mut period, zone)?;
            let gathered = ask_page(db, &period, &filter, request.by, &looked.spans, zone)?;
            let ever = gathered.total.attempts > 0
                || first_and_last(db, &(UnixMillis::MIN..UnixMillis::MAX))?.is_some();
            let unusual = looked.unusual(db, &gathered.days, &filter)?;
            Ok((gathered, ever, unusual))
        })?;
        let choices = choices(&gathered);
        let layered = layer(request.measure, &period, &name_stacks(gathered.stacks), request.by, language);
        let groups = gathered.groups.into_iter().next().map(name_groups).unwrap_or_default();
        Ok(UsageDashboardView {
            from: period.first.to_string(),
            until: period.last.to_string(),
            ever,
            total: total_view(&gathered.total),
            chart: chart_view(&layered, &period, width, language)?,
            groups: groups.iter().take(MOST_GROUPS).map(group_view).collect(),
            week: week_view(request.measure, &week(&gathered.cells), width, language)?,
            times: times_view(&period, &gathered.spans, width, language)?,
            mostly: mostly(&gathered.ways),
            unusual,
            difference: difference(&gathered.total),
            choices,
        })
    }
}

/// The model on which most was spent, and for what.
fn mostly(ways: &[(KeyNames, Sums)]) -> Option<UsageMostlyView> {
    let model_of = |way: &KeyNames| name(way.connection.clone(), Some(way.model.clone()));
    let (model, sums) = dearest(ways.iter().map(|(way, sums)| (model_of(way), sums)))?;
    if sums.cost <= 0 {
        return None;
    }
    let of_model = || ways.iter().filter(|(way, _)| model_of(way) == model);
    let feature = dearest(of_model().map(|(way, sums)| (way.feature.clone(), sums)))?.0;
    let app = dearest(of_model().map(|(way, sums)| (way.app.clone(), sums)))?.0;
    Some(UsageMostlyView { model, feature, app })
}

/// The group that cost most; among those, the busiest, and then the first by name.
fn dearest<'s, T: Ord>(lines: impl Iterator<Item = (T, &'s Sums)>) -> Option<(T, Sums)> {
    let mut groups: BTreeMap<T, Sums> = BTreeMap::new();
    lines.for_each(|(group, sums)| groups.entry(group).or_default().add(sums));
    // The last of equals is taken, so they are looked through from the end.
    groups.into_iter().rev().max_by_key(|(_, sums)| (sums.cost, sums.attempts))
}

/// What occurs in this time, whatever is filtered now: a filter can be changed without being taken off first.
fn choices(gathered: &Gathered) -> UsageChoicesView {
    let ways = || gathered.ways.iter().map(|(way, _)| way).chain(&gathered.others);
    let names = |of: fn(&KeyNames) -> String| -> Vec<String> {
        ways().map(of).collect::<BTreeSet<String>>().into_iter().collect()
    };
    UsageChoicesView {
        provider: names(|way| way.provider.clone().unwrap_or_default()),
        model: names(|way| name(way.connection.clone(), Some(way.model.clone()))),
        feature: names(|way| way.feature.clone()),
        app: names(|way| way.app.clone().unwrap_or_default()),
        connection: names(|way| way.connection.clone().unwrap_or_default()),
    }
}

/// Days that are looked at for unusual use: the last ones of a period, and those before them that say what is usual.
struct LookedAt {
    from: Date,
    days: Vec<Date>,
    spans: Vec<Range<UnixMillis>>,
}

impl LookedAt {
    fn before(period: &Period, zone: &TimeZone) -> Self {
        let length = days_between(period.first, period.last).min(MOST_DAYS_LOOKED_AT);
        let from = period.last.saturating_sub(length.days());
        let history = from.saturating_sub(HISTORY_DAYS.days());
        let days: Vec<Date> = history.series(1.day()).take_while(|day| *day <= period.last).collect();
        let spans = days.iter().map(|day| whole_day(*day, zone)).collect();
        Self { from, days, spans }
    }

    /// Days of the period that are unlike the days before them.
    fn unusual(
        &self,
        db: &Connection,
        amounts: &[Amounts],
        filter: &Filter,
    ) -> Result<Vec<UsageUnusualView>> {
        let numbered: Vec<DayOfUse> =
            (0..).zip(amounts).map(|(day, amounts)| day_of_use(day, amounts)).collect();
        let found = find_unusual(&numbered);
        let mut views = Vec::new();
        for unusual in found.iter().rev() {
            let at = usize::try_from(unusual.day).unwrap_or(usize::MAX);
            let (Some(day), Some(span)) = (self.days.get(at), self.spans.get(at)) else { continue };
            if *day < self.from || views.len() == MOST_UNUSUAL {
                break;
            }
            let measure = match unusual.what {
                UnusualKind::Spend { .. } => UsageMeasure::Spend,
                UnusualKind::Requests { .. } => UsageMeasure::Requests,
                UnusualKind::Errors { .. } => UsageMeasure::Errors,
            };
            views.push(unusual_view(*day, unusual, most(db, span.clone(), filter, measure)?));
        }
        Ok(views)
    }
}

/// The model that most of a measure is of.
fn most(
    db: &Connection,
    times: Range<UnixMillis>,
    filter: &Filter,
    measure: UsageMeasure,
) -> Result<Option<String>> {
    let (_, groups) = ask_groups(db, times, filter, &[UsageDimension::Model])?;
    let groups = groups.into_iter().flatten().filter(|group| amount(measure, &group.sums) > 0);
    // The dearest is the first of the list, and the last of equals is taken.
    let mut groups: Vec<Named> = groups.collect();
    groups.reverse();
    Ok(groups.into_iter().max_by_key(|group| amount(measure, &group.sums)).map(|group| group.name))
}

fn whole_day(day: Date, zone: &TimeZone) -> Range<UnixMillis> {
    midnight(day, zone)..day.tomorrow().map_or(UnixMillis::MAX, |next| midnight(next, zone))
}

fn day_of_use(day: i64, amounts: &Amounts) -> DayOfUse {
    DayOfUse { day, spent: amounts.cost, requests: amounts.attempts, failed: amounts.failed }
}

fn unusual_view(day: Date, unusual: &Unusual, mostly: Option<String>) -> UsageUnusualView {
    let (what, value, of, usual) = match unusual.what {
        UnusualKind::Spend { spent, usual } => ("spend", dollars(spent), 0, dollars(usual)),
        UnusualKind::Requests { requests, usual } => ("requests", requests.to_string(), 0, usual.to_string()),
        UnusualKind::Errors { failed, requests, usual } => {
            ("errors", failed.to_string(), requests, usual.to_string())
        }
    };
    UsageUnusualView { day: day.to_string(), what, value, of, usual, days: unusual.days as u64, mostly }
}

/// Where providers told a charge and we computed one too.
fn difference(sums: &Sums) -> Option<UsageDifferenceView> {
    (sums.compared > 0).then(|| UsageDifferenceView {
        requests: sums.compared,
        told: dollars(sums.told),
        computed: dollars(sums.computed),
        difference: dollars(sums.told.saturating_sub(sums.computed)),
    })
}
