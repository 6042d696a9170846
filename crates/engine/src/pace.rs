//! How many requests a minute the writer allows a connection: what is beyond is refused before it is sent, with the wait.
//! Counted in this process.

use crate::house::LiveConnection;
use inkhorn_domain::ConnectionId;
use inkhorn_fault::{Code, Fault, Result};
use parking_lot::Mutex;
use std::collections::{HashMap, VecDeque};
use std::time::Duration;

const MINUTE: Duration = Duration::from_secs(60);

/// When requests went out lately, for connections with a limit.
#[derive(Default)]
pub(crate) struct Pace(Mutex<HashMap<ConnectionId, VecDeque<Duration>>>);

impl Pace {
    /// Takes a place for one request. `now` is time since the start.
    ///
    /// # Errors
    /// `over_limit` with the wait until the next place is free.
    pub(crate) fn take(&self, live: &LiveConnection, now: Duration) -> Result<()> {
        let Some(most) = live.settings.requests_per_minute else { return Ok(()) };
        let mut all = self.0.lock();
        take(all.entry(live.id()).or_default(), most, now).map_err(|wait| {
            Fault::new(Code::OverLimit).with("per_minute", live.label()).with_retry_after(wait)
        })
    }
}

fn take(times: &mut VecDeque<Duration>, most: u32, now: Duration) -> Result<(), Duration> {
    while times.front().is_some_and(|at| now.saturating_sub(*at) >= MINUTE) {
        times.pop_front();
    }
    // A limit that was lowered meanwhile counts from the newest that it allows.
    let allowed = most as usize;
    if times.len() >= allowed {
        let free_at = times.iter().rev().nth(allowed.saturating_sub(1)).copied().unwrap_or(now);
        return Err((free_at + MINUTE).saturating_sub(now));
    }
    times.push_back(now);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn so_many_a_minute_and_then_the_wait_is_told() {
        let mut times = VecDeque::new();
        let at = Duration::from_secs;
        assert_eq!((take(&mut times, 2, at(0)), take(&mut times, 2, at(10))), (Ok(()), Ok(())));
        assert_eq!(take(&mut times, 2, at(20)), Err(at(40)));
        assert_eq!(take(&mut times, 2, at(59)), Err(at(1)));
        assert_eq!(take(&mut times, 2, at(60)), Ok(()), "the first is a minute old");
        assert_eq!(take(&mut times, 1, at(61)), Err(at(59)), "a lowered limit waits for the newest");
        assert_eq!(take(&mut times, 3, at(61)), Ok(()), "a raised one has room at once");
    }
}
