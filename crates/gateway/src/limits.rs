//! How much at once. The defaults are 64 requests per app, 128 in all, and 64 that wait for a place.

use inkhorn_domain::AppId;
use inkhorn_fault::{Code, Fault};
use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

const PER_APP: usize = 64;
const IN_ALL: usize = 128;
const WAITING: usize = 64;

/// The places of one gateway.
pub(crate) struct Limits {
    all: Arc<Semaphore>,
    apps: Mutex<HashMap<AppId, Arc<Semaphore>>>,
    waiting: AtomicUsize,
}

/// A place, given back when dropped: it lives as long as the answer.
pub(crate) struct Place {
    _app: OwnedSemaphorePermit,
    _all: OwnedSemaphorePermit,
}

impl Limits {
    pub(crate) fn new() -> Self {
        Self { all: Arc::new(Semaphore::new(IN_ALL)), apps: Mutex::default(), waiting: AtomicUsize::new(0) }
    }

    /// A place for a request of this app, at once or after a wait.
    ///
    /// # Errors
    /// `over_limit` when too many wait already.
    pub(crate) async fn enter(&self, app: AppId) -> Result<Place, Fault> {
        let of_app = self.of_app(app);
        let (app_now, all_now) = (of_app.clone().try_acquire_owned(), self.all.clone().try_acquire_owned());
        if let (Ok(app), Ok(all)) = (app_now, all_now) {
            return Ok(Place { _app: app, _all: all });
        }
        let _queued = Queued::join(&self.waiting)?;
        let closed = |_| Fault::new(Code::OverLimit);
        let app = of_app.acquire_owned().await.map_err(closed)?;
        let all = self.all.clone().acquire_owned().await.map_err(closed)?;
        Ok(Place { _app: app, _all: all })
    }

    fn of_app(&self, app: AppId) -> Arc<Semaphore> {
        let mut apps = self.apps.lock().unwrap_or_else(PoisonError::into_inner);
        apps.entry(app).or_insert_with(|| Arc::new(Semaphore::new(PER_APP))).clone()
    }
}

struct Queued<'q>(&'q AtomicUsize);

impl<'q> Queued<'q> {
    fn join(waiting: &'q AtomicUsize) -> Result<Self, Fault> {
        if waiting.fetch_add(1, Ordering::Relaxed) >= WAITING {
            waiting.fetch_sub(1, Ordering::Relaxed);
            let reason = format!("{IN_ALL} requests are under way and {WAITING} wait");
            return Err(Fault::new(Code::OverLimit).with("reason", reason));
        }
        Ok(Self(waiting))
    }
}

impl Drop for Queued<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::future::Future;
    use std::pin::pin;
    use std::task::{Context, Waker};

    fn enter_now(limits: &Limits, app: u8) -> Option<Result<Place, Fault>> {
        let mut entering = pin!(limits.enter(AppId([app; 16])));
        match entering.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            std::task::Poll::Ready(result) => Some(result),
            std::task::Poll::Pending => None,
        }
    }

    #[test]
    fn one_app_cannot_take_the_places_of_all() {
        let limits = Limits::new();
        let held: Vec<_> = (0..PER_APP).map(|_| enter_now(&limits, 1)).collect();
        assert!(held.iter().all(|place| matches!(place, Some(Ok(_)))));
        assert!(enter_now(&limits, 1).is_none(), "the 65th request of one app waits");
        assert!(matches!(enter_now(&limits, 2), Some(Ok(_))), "another app is served");
        drop(held);
        assert!(matches!(enter_now(&limits, 1), Some(Ok(_))), "places are given back");
    }

    #[tokio::test]
    async fn beyond_the_queue_a_request_is_refused_in_words() {
        let limits = Arc::new(Limits::new());
        let mut held = Vec::new();
        for app in 0..2 {
            for _ in 0..PER_APP {
                held.push(limits.enter(AppId([app; 16])).await);
            }
        }
        let waiting: Vec<_> = (0..WAITING)
            .map(|_| {
                let limits = limits.clone();
                tokio::spawn(async move { limits.enter(AppId([3; 16])).await.map(|_| ()) })
            })
            .collect();
        while limits.waiting.load(Ordering::Relaxed) < WAITING {
            tokio::task::yield_now().await;
        }
        let refused = limits.enter(AppId([4; 16])).await.map(|_| ()).map_err(|fault| fault.code());
        assert_eq!(refused, Err(Code::OverLimit));
        drop(held);
        for one in waiting {
            assert!(matches!(one.await, Ok(Ok(()))), "who waited is served");
        }
    }
}
