//! The Usage page: one reading of the log, and everything that the page shows of it.

use super::draw::{amount, chart_view, language_of, layer, times_view, week_view};
use super::period::{Period, days_between};
use super::sums::{
    DIMENSIONS, Named, ask, ask_groups, ask_spans, filter_of, name_groups, name_stacks, times, week,
};
use super::{group_view, total_view};
use crate::time::midnight;
use crate::{Engine, Inner, blocking};
use inkhorn_charts::words::dollars;
use inkhorn_contract::*;
use inkhorn_domain::UnixMillis;
use inkhorn_fault::Result;
use inkhorn_metering::{DayOfUse, HISTORY_DAYS, Unusual, UnusualKind, find_unusual};
use inkhorn_store::usage_sums::Filter;
use inkhorn_store::usage_sums::Sums;
use inkhorn_store::usage_sums::first_and_last;
use jiff::ToSpan;
use jiff::civil::Date;
use jiff::tz::TimeZone;
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
        let period = Period::of(&request.period, self.clock.now(), zone)?;
        let filter = filter_of(&request.filters);
        let language = language_of(request.language);
        let width = request.width.clamp(*WIDTHS.start(), *WIDTHS.end());
        let always = UnixMillis::MIN..UnixMillis::MAX;
        let (gathered, ever) = self.store.read_usage(|db| {
            Ok((ask(db, &period, &filter, request.by, zone)?, first_and_last(db, &always)?.is_some()))
        })?;
        let layered = layer(request.measure, &period, &name_stacks(gathered.stacks), language);
        let groups = gathered.groups.into_iter().next().map(name_groups).unwrap_or_default();
        let unusual = self.unusual(&period, &filter, zone)?;
        Ok(UsageDashboardView {
            from: period.first.to_string(),
            until: period.last.to_string(),
            ever,
            total: total_view(&gathered.total),
            chart: chart_view(&layered, &period, width, language)?,
            groups: groups.iter().take(MOST_GROUPS).map(group_view).collect(),
            week: week_view(request.measure, &week(&gathered.cells), width, language)?,
            times: times_view(&period, &gathered.spans, width, language)?,
            mostly: self.mostly(&period, &filter)?,
            unusual,
            difference: difference(&gathered.total),
            choices: self.choices(&period)?,
        })
    }

    /// The model on which most was spent, and for what.
    fn mostly(&self, period: &Period, filter: &Filter) -> Result<Option<UsageMostlyView>> {
        let Some(model) = self.dearest(times(period), filter)? else { return Ok(None) };
        let of_model = narrowed(filter, &model);
        let (_, groups) = self.store.read_usage(|db| {
            ask_groups(db, times(period), &of_model, &[UsageDimension::Feature, UsageDimension::App])
        })?;
        let mut names = groups.into_iter().map(|groups| groups.into_iter().next().map(|group| group.name));
        let feature = names.next().flatten().unwrap_or_default();
        let app = names.next().flatten().filter(|app| !app.is_empty());
        Ok(Some(UsageMostlyView { model, feature, app }))
    }

    fn dearest(&self, times: Range<UnixMillis>, filter: &Filter) -> Result<Option<String>> {
        let (_, groups) =
            self.store.read_usage(|db| ask_groups(db, times, filter, &[UsageDimension::Model]))?;
        let first = groups.into_iter().next().and_then(|groups| groups.into_iter().next());
        Ok(first.filter(|group| group.sums.cost > 0).map(|group| group.name))
    }

    /// What occurs in this time, whatever is filtered now: a filter can be changed without being taken off first.
    fn choices(&self, period: &Period) -> Result<UsageChoicesView> {
        let everything = Filter::default();
        let (_, groups) =
            self.store.read_usage(|db| ask_groups(db, times(period), &everything, &DIMENSIONS))?;
        let mut names = groups.into_iter().map(|groups| {
            let mut names: Vec<String> = groups.into_iter().map(|group| group.name).collect();
            names.sort_unstable();
            names
        });
        let mut next = || names.next().unwrap_or_default();
        Ok(UsageChoicesView {
            provider: next(),
            model: next(),
            feature: next(),
            app: next(),
            connection: next(),
        })
    }

    /// Days of the period that are unlike the days before them.
    fn unusual(&self, period: &Period, filter: &Filter, zone: &TimeZone) -> Result<Vec<UsageUnusualView>> {
        let length = days_between(period.first, period.last).min(MOST_DAYS_LOOKED_AT);
        let from = period.last.saturating_sub(length.days());
        let history = from.saturating_sub(HISTORY_DAYS.days());
        let days: Vec<Date> = history.series(1.day()).take_while(|day| *day <= period.last).collect();
        let spans: Vec<Range<UnixMillis>> = days.iter().map(|day| whole_day(*day, zone)).collect();
        let sums = self.store.read_usage(|db| ask_spans(db, &spans, filter))?;
        let numbered: Vec<DayOfUse> = (0..).zip(&sums).map(|(day, sums)| day_of_use(day, sums)).collect();
        let found = find_unusual(&numbered);
        let mut views = Vec::new();
        for unusual in found.iter().rev() {
            let at = usize::try_from(unusual.day).unwrap_or(usize::MAX);
            let (Some(day), Some(span)) = (days.get(at), spans.get(at)) else { continue };
            if *day < from || views.len() == MOST_UNUSUAL {
                break;
            }
            let mostly = match unusual.what {
                UnusualKind::Spend { .. } => self.dearest(span.clone(), filter)?,
                UnusualKind::Requests { .. } => self.most(span.clone(), filter, UsageMeasure::Requests)?,
                UnusualKind::Errors { .. } => self.most(span.clone(), filter, UsageMeasure::Errors)?,
            };
            views.push(unusual_view(*day, unusual, mostly));
        }
        Ok(views)
    }

    fn most(
        &self,
        times: Range<UnixMillis>,
        filter: &Filter,
        measure: UsageMeasure,
    ) -> Result<Option<String>> {
        let (_, groups) =
            self.store.read_usage(|db| ask_groups(db, times, filter, &[UsageDimension::Model]))?;
        let groups = groups.into_iter().flatten().filter(|group| amount(measure, &group.sums) > 0);
        Ok(groups.max_by_key(|group: &Named| amount(measure, &group.sums)).map(|group| group.name))
    }
}

fn narrowed(filter: &Filter, model: &str) -> Filter {
    let of_model = filter_of(&UsageFilters { model: Some(model.to_owned()), ..UsageFilters::default() });
    Filter { connections: of_model.connections, models: of_model.models, ..filter.clone() }
}

fn whole_day(day: Date, zone: &TimeZone) -> Range<UnixMillis> {
    midnight(day, zone)..day.tomorrow().map_or(UnixMillis::MAX, |next| midnight(next, zone))
}

fn day_of_use(day: i64, sums: &Sums) -> DayOfUse {
    DayOfUse { day, spent: sums.cost, requests: sums.attempts, failed: sums.failed }
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
