//! Old rows of the usage log go when the writer says so. Never by themselves: a clock that is years ahead would take
//! them all.

use crate::time::{iso, parse_range};
use crate::{Engine, blocking};
use inkhorn_contract::{Topic, UsagePruneRequest, UsagePrunedView};
use inkhorn_fault::{Code, Fault, Result};
use inkhorn_store::usage_sums::pruned_until;
use jiff::tz::TimeZone;

impl Engine {
    /// Removes the rows of requests before a time. What they add up to stays, in every question and for every budget.
    ///
    /// # Errors
    /// `usage_error` for a text that is no time, and for a time in the future.
    pub async fn usage_prune(&self, request: UsagePruneRequest) -> Result<UsagePrunedView> {
        let inner = self.inner.clone();
        let pruned = blocking(move || {
            let (now, zone) = (inner.clock.now(), TimeZone::system());
            let before = parse_range(Some(&request.before), None, now, &zone)?.from;
            if before > now {
                let reason = "only requests of the past can be removed";
                return Err(Fault::new(Code::UsageError).with("reason", reason));
            }
            let removed_rows = inner.store.prune_usage(before)?;
            let until = inner.store.read_usage(pruned_until)?;
            Ok(UsagePrunedView { removed_rows, until: iso(until, &zone) })
        })
        .await?;
        self.inner.changed(&[Topic::Usage]);
        Ok(pruned)
    }
}
