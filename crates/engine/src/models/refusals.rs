//! How often models refused, from the sums of the writer's own log. No text is looked at, and none was kept.

use crate::usage::model_name;
use crate::{Engine, Inner, blocking};
use inkhorn_contract::{Nothing, RefusalCountView, RefusalsOfView, RefusalsView};
use inkhorn_domain::UnixMillis;
use inkhorn_fault::Result;
use inkhorn_store::usage_sums::{Filter, Group, GroupSums, Question, Sums, gather, refusals_from};
use std::cmp::Reverse;
use std::collections::BTreeMap;

/// A day, in milliseconds.
const DAY: i64 = 86_400_000;

impl Engine {
    /// How many answers of each model and each provider were refusals, over the last 30 and 365 days.
    pub async fn models_refusals(&self, _: Nothing) -> Result<RefusalsView> {
        let inner = self.inner.clone();
        blocking(move || inner.refusals(inner.clock.now())).await
    }
}

impl Inner {
    fn refusals(&self, now: UnixMillis) -> Result<RefusalsView> {
        let until = now.saturating_add(1);
        let ago = |days: i64| until.saturating_sub(days * DAY);
        self.store.read_usage(|db| {
            // Refusals of rows that were removed before refusals were counted are known to nobody.
            let first = refusals_from(db)?;
            let (month, year) = (ago(30).max(first), ago(365).max(first));
            let filter = Filter::default();
            let groups = |from: UnixMillis| -> Result<[Vec<GroupSums>; 2]> {
                let asked = [Group::ConnectionAndModel, Group::Provider];
                let question = Question { groups: &asked, ..Question::new(from..until, &filter) };
                let mut found = gather(db, &question)?.groups.into_iter();
                Ok([(); 2].map(|()| found.next().unwrap_or_default()))
            };
            let ([models_month, providers_month], [models, providers]) = (groups(month)?, groups(year)?);
            Ok(RefusalsView {
                since: year.max(0),
                models: side_by_side(models, models_month),
                providers: side_by_side(providers, providers_month),
            })
        })
    }
}

/// The year's groups with their month beside them. What never answered, and requests that reached no connection, have
/// nothing to tell.
fn side_by_side(year: Vec<GroupSums>, month: Vec<GroupSums>) -> Vec<RefusalsOfView> {
    let name = |group: &GroupSums| model_name(group.key.clone(), group.model.clone());
    let month: BTreeMap<String, RefusalCountView> =
        month.iter().map(|group| (name(group), count(&group.sums))).collect();
    let year = year.iter().filter(|group| group.key.is_some());
    let mut all: Vec<RefusalsOfView> = year
        .map(|group| {
            let name = name(group);
            let days_30 = month.get(&name).copied().unwrap_or_default();
            RefusalsOfView { name, days_30, days_365: count(&group.sums) }
        })
        .filter(|of| of.days_365.answers > 0)
        .collect();
    let refusals = |of: &RefusalsOfView| of.days_365.withheld + of.days_365.refused;
    all.sort_by(|a, b| {
        (Reverse(refusals(a)), Reverse(a.days_365.answers), &a.name).cmp(&(
            Reverse(refusals(b)),
            Reverse(b.days_365.answers),
            &b.name,
        ))
    });
    all
}

fn count(sums: &Sums) -> RefusalCountView {
    RefusalCountView {
        answers: sums.completed + sums.content_refused,
        withheld: sums.withheld,
        refused: sums.content_refused,
    }
}
