//! How fast models answered here lately, from the writer's own log.

use crate::Inner;
use inkhorn_contract::SpeedView;
use inkhorn_domain::{RequestResult, UnixMillis};
use inkhorn_fault::Result;
use inkhorn_store::usage::{self, UsageRow};
use inkhorn_store::usage_sums::Filter;
use parking_lot::Mutex;
use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

/// How far back is looked, in milliseconds.
const SPAN: i64 = 30 * 24 * 60 * 60 * 1_000;
/// The newest requests that are looked at: more would not tell more.
const MOST: u32 = 2_000;
/// The log is not looked at again for so long.
const STANDS: Duration = Duration::from_secs(30);
/// Shorter answers say nothing about writing, in milliseconds.
const SHORTEST: u64 = 100;

/// What was measured last, and when.
#[derive(Default)]
pub(crate) struct Measured(Mutex<Option<(Duration, Arc<Speeds>)>>);

/// The speed of each model that was used, by its address.
#[derive(Default)]
pub(crate) struct Speeds(HashMap<String, SpeedView>);

impl Speeds {
    pub(crate) fn of(&self, address: &str) -> Option<SpeedView> {
        if self.0.is_empty() { None } else { self.0.get(address).copied() }
    }

    /// Adds up completed answers; those that were stopped or failed say nothing about speed.
    pub(super) fn measure(rows: &[UsageRow]) -> Self {
        #[derive(Default)]
        struct Sum {
            answers: u64,
            waited: (u64, u64),
            wrote: (u64, u64),
        }
        let mut sums: HashMap<String, Sum> = HashMap::new();
        for row in rows.iter().filter(|row| row.result == RequestResult::Completed) {
            let Some(slug) = &row.slug else { continue };
            let sum = sums.entry(format!("{slug}/{}", row.model_asked)).or_default();
            sum.answers += 1;
            let Some(first) = row.first_token_ms else { continue };
            sum.waited = (sum.waited.0.saturating_add(first), sum.waited.1 + 1);
            let writing = row.latency_ms.and_then(|all| all.checked_sub(first)).filter(|ms| *ms >= SHORTEST);
            if let (Some(writing), Some(tokens)) = (writing, row.tokens.output) {
                sum.wrote = (sum.wrote.0.saturating_add(tokens), sum.wrote.1.saturating_add(writing));
            }
        }
        let view = |sum: Sum| SpeedView {
            tokens_per_second: sum
                .wrote
                .0
                .saturating_mul(1_000)
                .checked_div(sum.wrote.1)
                .map(|tokens| u32::try_from(tokens).unwrap_or(u32::MAX)),
            first_token_ms: sum.waited.0.checked_div(sum.waited.1),
            answers: sum.answers,
        };
        Self(sums.into_iter().map(|(address, sum)| (address, view(sum))).collect())
    }
}

impl Inner {
    /// How fast models were over the last thirty days.
    pub(crate) fn speeds(&self) -> Result<Arc<Speeds>> {
        let now = self.clock.since_start();
        let mut measured = self.measured.0.lock();
        if let Some((at, speeds)) = measured.as_ref()
            && now.saturating_sub(*at) < STANDS
        {
            return Ok(speeds.clone());
        }
        let until: UnixMillis = self.clock.now().saturating_add(1);
        let times = until.saturating_sub(SPAN)..until;
        let read = |db: &inkhorn_store::Connection| {
            usage::load_page(db, &times, &Filter::default(), None, MOST).map(|(rows, _)| rows)
        };
        let speeds = Arc::new(Speeds::measure(&self.store.read_usage(read)?));
        *measured = Some((now, speeds.clone()));
        Ok(speeds)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use inkhorn_domain::{CostSource, Face, Quality, RequestId, TokenUsage};

    fn row(model: &str, result: RequestResult, output: u64, first: u64, latency: u64) -> UsageRow {
        UsageRow {
            request: RequestId([1; 16]),
            attempt: 1,
            time: 0,
            face: Face::Window,
            app: None,
            feature: "chat".to_owned(),
            connection: None,
            slug: Some("test".to_owned()),
            provider: None,
            model_asked: model.to_owned(),
            model_answered: None,
            tokens: TokenUsage { output: Some(output), ..TokenUsage::default() },
            cost: None,
            cost_source: CostSource::Unknown,
            computed: None,
            price: None,
            quality: Quality::Reported,
            result,
            fault: None,
            latency_ms: Some(latency),
            first_token_ms: Some(first),
            finish: None,
        }
    }

    #[test]
    fn only_the_time_of_writing_of_whole_answers_counts() {
        let completed = RequestResult::Completed;
        let speeds = Speeds::measure(&[
            row("a", completed, 100, 500, 1_500),
            row("a", completed, 300, 1_500, 4_500),
            row("a", RequestResult::Aborted, 90_000, 1, 2),
            row("b", completed, 5, 900, 910),
        ]);
        // 400 tokens in the 4 seconds after the first token.
        let a = SpeedView { tokens_per_second: Some(100), first_token_ms: Some(1_000), answers: 2 };
        assert_eq!(speeds.of("test/a"), Some(a));
        let b = SpeedView { tokens_per_second: None, first_token_ms: Some(900), answers: 1 };
        assert_eq!(speeds.of("test/b"), Some(b), "ten milliseconds say nothing about writing");
        assert_eq!(speeds.of("test/c"), None);
    }
}
