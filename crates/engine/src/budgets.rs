//! Budgets: set, listed, removed, and kept by the path of every request.
//!
//! Before a request goes out, what it may cost at worst is held back of each budget that covers it, in one transaction
//! of the store; its row ends that. A request that costs nothing (local, free) is never asked. One whose price nobody
//! knows fits into no budget: it is refused with that reason, and *allow once* lets it through.

mod spent;

pub(crate) use spent::Spent;

use crate::house::House;
use crate::{Engine, Inner, blocking};
use inkhorn_contract::*;
use inkhorn_domain::{BudgetPeriod, BudgetScope, BudgetSubject, Money, Slug, UnixMillis};
use inkhorn_fault::{Code, Fault, Result};
use inkhorn_metering::{Need, Outlook, Pricing};
use inkhorn_store::Transaction;
use inkhorn_store::apps;
use inkhorn_store::budgets::{self, BudgetRow};
use inkhorn_store::holds::{self, Limit, Reached, Standing, Verdict, Want};
use inkhorn_store::usage::UsageRow;
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use std::ops::Range;
use std::sync::Arc;

/// Percents at which a writer is told who named none.
const USUAL_WARNINGS: [u8; 2] = [80, 100];
/// Most budgets in a profile: each one is looked at with each request that it covers.
const MOST_BUDGETS: usize = 200;

/// A budget as the path of a request knows it.
#[derive(Debug)]
pub(crate) struct Budget {
    /// Scope and period, which no two budgets share: `all/month`.
    name: String,
    row: BudgetRow,
}

impl Budget {
    pub(crate) fn of(row: BudgetRow) -> Self {
        Self { name: name_of(&row.scope, row.period), row }
    }
}

/// A budget in the period that a request falls into.
struct Running {
    budget: Arc<Budget>,
    times: Range<UnixMillis>,
}

impl Running {
    fn at(budget: &Arc<Budget>, now: UnixMillis, zone: &TimeZone) -> Self {
        Self { budget: budget.clone(), times: period_at(now, budget.row.period, zone) }
    }

    fn limit(&self) -> Limit<'_> {
        let row = &self.budget.row;
        Limit {
            name: &self.budget.name,
            scope: &row.scope,
            times: self.times.clone(),
            most: row.most,
            warn: &row.warn,
        }
    }
}

/// What is held back for a request that is under way.
pub(crate) struct Allowance {
    id: i64,
    running: Vec<Running>,
    /// Tokens that its answer may have, where the request itself has no limit.
    pub(crate) answer_limit: Option<u64>,
}

/// A request that wants to go out.
pub(crate) struct Candidate<'r> {
    pub(crate) subject: BudgetSubject<'r>,
    pub(crate) pricing: &'r Pricing,
    pub(crate) outlook: Outlook,
    pub(crate) time: UnixMillis,
}

impl Inner {
    /// Holds back what the request may cost. `None` where no budget covers it, which costs nothing to find out.
    ///
    /// # Errors
    /// `over_budget`, with the budget and what of it is left.
    pub(crate) fn hold(&self, house: &House, request: &Candidate<'_>) -> Result<Option<Allowance>> {
        let covering = || house.budgets.iter().filter(|budget| budget.row.scope.covers(&request.subject));
        if request.pricing.local || covering().next().is_none() {
            return Ok(None);
        }
        let need = Need::of(request.pricing, request.subject.model, request.outlook);
        if need.worst == Some(Money::ZERO) {
            return Ok(None);
        }
        let zone = TimeZone::system();
        let running: Vec<Running> =
            covering().map(|budget| Running::at(budget, request.time, &zone)).collect();
        let limits: Vec<Limit<'_>> = running.iter().map(Running::limit).collect();
        let (worst, least) = (need.worst, need.least);
        let want = Want { time: request.time, subject: request.subject, worst, least };
        match self.store.hold_usage(&want, &limits)? {
            Verdict::Held(held) => {
                drop(limits);
                let unlimited = request.outlook.asked_output.is_none() && need.worst.is_some();
                let answer_limit = unlimited.then(|| need.longest_within(held.amount));
                Ok(Some(Allowance { id: held.id, running, answer_limit }))
            }
            Verdict::Over(over) => {
                let limit = &limits[over.limit];
                let Some(worst) = need.worst else {
                    let fault = Fault::new(Code::OverBudget).with("unpriced", request.subject.model);
                    return Err(fault.with("within", limit.name));
                };
                let left = left_of(limit.most, over.spent, over.held);
                let asked = if need.least < worst { need.least } else { worst };
                Err(Fault::new(Code::OverBudget)
                    .with("budget", limit.name)
                    .with("limit", limit.most)
                    .with("left", left)
                    .with("worst", asked))
            }
        }
    }

    /// Writes the row of a request, and with it gives free what was held back for it.
    pub(crate) fn append_and_settle(&self, row: &UsageRow, allowance: Option<Allowance>) -> Result<()> {
        let Some(allowance) = allowance else { return self.store.append_usage(row) };
        let limits: Vec<Limit<'_>> = allowance.running.iter().map(Running::limit).collect();
        let reached = self.store.append_usage_held(row, Some(allowance.id), &limits)?;
        for one in &reached {
            tracing::info!(budget = one.budget, percent = one.percent, "part of a budget is used up");
        }
        self.changed(&[Topic::Budgets]);
        if reached.iter().any(|one| one.percent >= 100) {
            // What it stops cannot be used any more.
            self.changed(&[Topic::Models]);
        }
        Ok(())
    }

    fn stand(&self, house: &House, all: &[Arc<Budget>]) -> Result<Vec<BudgetView>> {
        let (now, zone) = (self.clock.now(), TimeZone::system());
        let running: Vec<Running> = all.iter().map(|budget| Running::at(budget, now, &zone)).collect();
        let limits: Vec<Limit<'_>> = running.iter().map(Running::limit).collect();
        let standing = self.store.budget_standing(&limits)?;
        Ok(running.iter().zip(standing).map(|(running, standing)| view(house, running, &standing)).collect())
    }

    /// The budget of this name as it stands, after the house was read anew.
    fn stand_one(&self, name: &str) -> Result<BudgetView> {
        let house = self.reload()?;
        let found = house.budgets.iter().find(|budget| budget.name == name);
        let found = found.ok_or_else(|| Fault::new(Code::NotFound).with("name", name))?;
        let mut views = self.stand(&house, std::slice::from_ref(found))?;
        views.pop().ok_or_else(|| Fault::new(Code::NotFound).with("name", name))
    }

    /// Sets a budget.
    pub(crate) fn set_budget(&self, request: &BudgetSetRequest) -> Result<BudgetView> {
        let row = parse(request, self.clock.now())?;
        let name = name_of(&row.scope, row.period);
        let house = self.house()?;
        self.store.write(|tx| {
            let all = budgets::load_all(tx)?;
            // One that was set while its connection was there can still be changed.
            if !all.iter().any(|one| one.scope == row.scope) {
                must_exist(&house, tx, &row.scope)?;
            }
            let known = all.iter().any(|one| one.scope == row.scope && one.period == row.period);
            if !known && all.len() >= MOST_BUDGETS {
                let reason = format!("there are at most {MOST_BUDGETS} budgets");
                return Err(Fault::new(Code::OverLimit).with("reason", reason));
            }
            budgets::save(tx, &row)
        })?;
        self.stand_one(&name)
    }

    /// Whether this could be set.
    pub(crate) fn check_budget(&self, request: &BudgetSetRequest) -> Result<()> {
        parse(request, self.clock.now()).map(drop)
    }

    /// Takes away the budgets of a scope that is gone.
    pub(crate) fn forget_budgets_of(&self, scope: &BudgetScope) -> Result<()> {
        for period in [BudgetPeriod::Day, BudgetPeriod::Month] {
            match self.store.write(|tx| budgets::remove(tx, scope, period)) {
                Err(fault) if fault.code() == Code::NotFound => {}
                removed => {
                    removed?;
                    self.store.forget_budget(&name_of(scope, period))?;
                }
            }
        }
        Ok(())
    }
}

impl Engine {
    /// All budgets, and how they stand now.
    pub async fn budgets_list(&self, _: Nothing) -> Result<Vec<BudgetView>> {
        let inner = self.inner.clone();
        blocking(move || {
            let house = inner.house()?;
            inner.stand(&house, &house.budgets)
        })
        .await
    }

    /// Sets a budget, or changes the one of the same scope and period.
    ///
    /// # Errors
    /// `not_found` for a connection or an app that there is not: a slip of the pen would limit nothing;
    /// `usage_error` for a scope, period, limit or percentage that is none; `over_limit` beyond two hundred budgets.
    pub async fn budgets_set(&self, request: BudgetSetRequest) -> Result<BudgetView> {
        let inner = self.inner.clone();
        let view = blocking(move || inner.set_budget(&request)).await?;
        self.inner.changed(&[Topic::Budgets, Topic::Models]);
        Ok(view)
    }

    /// Removes a budget.
    ///
    /// # Errors
    /// `not_found`.
    pub async fn budgets_remove(&self, request: BudgetRequest) -> Result<BudgetRemovedView> {
        let inner = self.inner.clone();
        let (scope, period) = (parse_scope(&request.scope)?, parse_period(&request.period)?);
        let name = name_of(&scope, period);
        let removed = name.clone();
        blocking(move || {
            let named = |fault: Fault| match fault.code() {
                Code::NotFound => fault.with("name", &name),
                _ => fault,
            };
            inner.store.write(|tx| budgets::remove(tx, &scope, period)).map_err(named)?;
            inner.store.forget_budget(&name)?;
            inner.reload().map(drop)
        })
        .await?;
        self.inner.changed(&[Topic::Budgets, Topic::Models]);
        Ok(BudgetRemovedView { removed })
    }

    /// Lets the next request that does not fit into this budget through: one, in the period that runs now.
    ///
    /// # Errors
    /// `not_found`.
    pub async fn budgets_allow_once(&self, request: BudgetRequest) -> Result<BudgetView> {
        let inner = self.inner.clone();
        let (scope, period) = (parse_scope(&request.scope)?, parse_period(&request.period)?);
        let view = blocking(move || {
            let name = name_of(&scope, period);
            inner.stand_one(&name)?;
            let until = period_at(inner.clock.now(), period, &TimeZone::system()).end;
            inner.store.allow_once(&name, until)?;
            inner.stand_one(&name)
        })
        .await?;
        self.inner.changed(&[Topic::Budgets, Topic::Models]);
        Ok(view)
    }

    /// What was reached of budgets and not told to the writer yet, in whatever process. Each is given until whoever
    /// told it says so with [`Engine::budgets_noticed`]: an answer that gets lost on its way is given again.
    pub async fn budgets_notices(&self, _: Nothing) -> Result<Vec<BudgetNoticeView>> {
        let inner = self.inner.clone();
        blocking(move || {
            let now = inner.clock.now();
            let reached = inner.store.read_usage(|db| holds::untold(db, now))?;
            Ok(reached.into_iter().filter_map(notice).collect())
        })
        .await
    }

    /// Remembers that the writer was told these, so that nobody tells them again.
    ///
    /// # Errors
    /// `usage_error` for a limit that is no amount.
    pub async fn budgets_noticed(&self, request: BudgetsNoticedRequest) -> Result<Nothing> {
        let told: Vec<Reached> = request.notices.into_iter().map(reached).collect::<Result<_>>()?;
        let inner = self.inner.clone();
        blocking(move || inner.store.note_told(&told, inner.clock.now())).await?;
        Ok(Nothing {})
    }
}

fn notice(reached: Reached) -> Option<BudgetNoticeView> {
    let (scope, period) = reached.budget.rsplit_once('/')?;
    Some(BudgetNoticeView {
        scope: scope.to_owned(),
        period: period.to_owned(),
        percent: reached.percent,
        limit: reached.most.to_string(),
        from: reached.from,
    })
}

fn reached(notice: BudgetNoticeView) -> Result<Reached> {
    let BudgetNoticeView { scope, period, percent, limit, from } = notice;
    let most =
        Money::parse(&limit).ok_or_else(|| wrong("a limit is an amount in dollars like 20 or 0.50"))?;
    Ok(Reached { budget: format!("{scope}/{period}"), percent, most, from })
}

fn view(house: &House, running: &Running, standing: &Standing) -> BudgetView {
    let row = &running.budget.row;
    let scope = row.scope.to_string();
    let (kind, name) = match scope.split_once(':') {
        Some((kind, name)) => (kind.to_owned(), Some(name.to_owned())),
        None => (scope.clone(), None),
    };
    let left = left_of(row.most, standing.spent, standing.held);
    let (spent, most) = (standing.spent.max(0), i128::from(row.most.0));
    // Nothing of nothing is all of it.
    let percent = (spent * 100).checked_div(most).unwrap_or(100);
    let warned = row.warn.iter().any(|bound| percent >= i128::from(*bound));
    BudgetView {
        scope,
        kind,
        name,
        period: row.period.as_str().to_owned(),
        limit: row.most.to_string(),
        warn: row.warn.clone(),
        from: running.times.start,
        until: running.times.end,
        spent: dollars(spent),
        held: dollars(standing.held.max(0)),
        left: left.to_string(),
        percent: u64::try_from(percent).unwrap_or(u64::MAX),
        unpriced_requests: standing.unpriced,
        state: if spent >= most {
            "spent"
        } else if warned {
            "warned"
        } else {
            "open"
        }
        .to_owned(),
        allowed_once: standing.pass,
        gone: slug_of(&row.scope).is_some_and(|slug| house.connection(slug).is_none()),
    }
}

/// The connection that a scope needs.
fn slug_of(scope: &BudgetScope) -> Option<&Slug> {
    match scope {
        BudgetScope::Connection(slug) => Some(slug),
        BudgetScope::Model(model) => Some(&model.slug),
        BudgetScope::All | BudgetScope::Feature(_) | BudgetScope::App(_) => None,
    }
}

/// What a budget is about must be there. A model need not be in its connection's list: it can be asked for all the same.
fn must_exist(house: &House, tx: &Transaction<'_>, scope: &BudgetScope) -> Result<()> {
    if let Some(slug) = slug_of(scope) {
        return house.named(slug.as_str()).map(drop);
    }
    let BudgetScope::App(name) = scope else { return Ok(()) };
    let admitted = apps::load_all(tx)?.iter().any(|app| app.revoked_at.is_none() && app.name == *name);
    if admitted { Ok(()) } else { Err(Fault::new(Code::NotFound).with("name", name)) }
}

fn left_of(most: Money, spent: i128, held: i128) -> Money {
    Money(i64::try_from((i128::from(most.0) - spent - held).max(0)).unwrap_or(i64::MAX))
}

/// A sum may be larger than one amount can be; nobody will miss what is behind the point then.
fn dollars(pico: i128) -> String {
    i64::try_from(pico)
        .map_or_else(|_| (pico / i128::from(Money::PER_DOLLAR)).to_string(), |pico| Money(pico).to_string())
}

fn name_of(scope: &BudgetScope, period: BudgetPeriod) -> String {
    format!("{scope}/{}", period.as_str())
}

fn wrong(reason: &str) -> Fault {
    Fault::new(Code::UsageError).with("reason", reason)
}

fn parse(request: &BudgetSetRequest, now: UnixMillis) -> Result<BudgetRow> {
    let most = Money::parse(request.limit.trim().trim_start_matches('$'))
        .ok_or_else(|| wrong("a limit is an amount in dollars like 20 or 0.50"))?;
    let mut warn = request.warn.clone().unwrap_or_else(|| USUAL_WARNINGS.to_vec());
    warn.sort_unstable();
    warn.dedup();
    if warn.iter().any(|percent| !(1..=100).contains(percent)) {
        return Err(wrong("a warning is a percentage from 1 to 100"));
    }
    let (scope, period) = (parse_scope(&request.scope)?, parse_period(&request.period)?);
    Ok(BudgetRow { scope, period, most, warn, created_at: now })
}

fn parse_scope(text: &str) -> Result<BudgetScope> {
    text.trim().parse().map_err(|_| {
        let reason = "a scope is all, connection:SLUG, model:SLUG/ID, feature:WORD or app:NAME";
        Fault::new(Code::UsageError).with("reason", reason)
    })
}

fn parse_period(word: &str) -> Result<BudgetPeriod> {
    BudgetPeriod::from_word(word.trim())
        .ok_or_else(|| Fault::new(Code::UsageError).with("reason", "a period is day or month"))
}

/// The writer's own day or month that a moment falls into.
fn period_at(now: UnixMillis, period: BudgetPeriod, zone: &TimeZone) -> Range<UnixMillis> {
    // A clock that is years off is still a clock: what does not fit becomes the epoch.
    let local = Timestamp::from_millisecond(now).unwrap_or(Timestamp::UNIX_EPOCH).to_zoned(zone.clone());
    let date = local.date();
    let (first, next) = match period {
        BudgetPeriod::Day => (date, date.tomorrow()),
        BudgetPeriod::Month => (date.first_of_month(), date.last_of_month().tomorrow()),
    };
    let begin = |date: Date| date.to_zoned(zone.clone()).map(|zoned| zoned.timestamp().as_millisecond());
    let until = next.and_then(begin).unwrap_or(UnixMillis::MAX);
    begin(first).unwrap_or(UnixMillis::MIN)..until
}

#[cfg(test)]
mod tests {
    use super::*;

    fn moment(text: &str) -> UnixMillis {
        text.parse::<Timestamp>().expect("a time").as_millisecond()
    }

    #[test]
    fn a_period_is_the_writers_own_day_or_month() {
        let zone = |name: &str| TimeZone::get(name).expect("a zone");
        for (name, now, period, from, until) in [
            // One minute to midnight on the last day of a month is still that day and that month.
            (
                "Asia/Jakarta",
                "2026-11-30T16:59:00Z",
                BudgetPeriod::Day,
                "2026-11-29T17:00:00Z",
                "2026-11-30T17:00:00Z",
            ),
            (
                "Asia/Jakarta",
                "2026-11-30T16:59:00Z",
                BudgetPeriod::Month,
                "2026-10-31T17:00:00Z",
                "2026-11-30T17:00:00Z",
            ),
            (
                "Asia/Jakarta",
                "2026-11-30T17:00:00Z",
                BudgetPeriod::Month,
                "2026-11-30T17:00:00Z",
                "2026-12-31T17:00:00Z",
            ),
            (
                "Asia/Kathmandu",
                "2026-11-21T10:00:00Z",
                BudgetPeriod::Day,
                "2026-11-20T18:15:00Z",
                "2026-11-21T18:15:00Z",
            ),
            // The clocks go back: a day of 25 hours.
            (
                "Europe/Berlin",
                "2026-10-25T12:00:00Z",
                BudgetPeriod::Day,
                "2026-10-24T22:00:00Z",
                "2026-10-25T23:00:00Z",
            ),
            // A leap day.
            (
                "UTC",
                "2028-02-29T00:00:00Z",
                BudgetPeriod::Month,
                "2028-02-01T00:00:00Z",
                "2028-03-01T00:00:00Z",
            ),
        ] {
            assert_eq!(
                period_at(moment(now), period, &zone(name)),
                moment(from)..moment(until),
                "{name} {now}"
            );
        }
    }

    #[test]
    fn a_clock_that_is_years_off_has_periods_too() {
        for now in [UnixMillis::MIN, -1, 0, UnixMillis::MAX] {
            for period in [BudgetPeriod::Day, BudgetPeriod::Month] {
                let times = period_at(now, period, &TimeZone::UTC);
                assert!(times.start < times.end, "{now}");
            }
        }
    }

    #[test]
    fn what_is_no_budget_is_refused_with_the_reason() {
        let request = |scope: &str, period: &str, limit: &str, warn: &[u8]| BudgetSetRequest {
            scope: scope.to_owned(),
            period: period.to_owned(),
            limit: limit.to_owned(),
            warn: Some(warn.to_vec()),
        };
        let good =
            parse(&request("model:openai/gpt-4o", "month", "$20", &[80, 50, 80]), 7).expect("a budget");
        assert_eq!((good.most, good.warn), (Money(20 * Money::PER_DOLLAR), vec![50, 80]));
        for bad in [
            request("everything", "month", "20", &[]),
            request("all", "week", "20", &[]),
            request("all", "day", "-1", &[]),
            request("all", "day", "1e3", &[]),
            request("all", "day", "99999999999", &[]),
            request("all", "day", "1", &[0]),
            request("all", "day", "1", &[101]),
        ] {
            assert_eq!(parse(&bad, 7).map_err(|fault| fault.code()), Err(Code::UsageError), "{bad:?}");
        }
    }
}
