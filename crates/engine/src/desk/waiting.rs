//! The silence before the first piece of an answer.

use crate::{Clock, Inner};
use inkhorn_contract::DeskEvent;
use inkhorn_domain::ModelAddress;
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

/// After so long without a first piece the page is told that there is nothing yet, and again each time.
const STILL_WAITING: Duration = Duration::from_secs(4);

/// The wait for the first piece. A model that is being loaded takes minutes, and silence looks like a failure.
pub(super) struct Waiting {
    clock: Arc<dyn Clock>,
    since: Duration,
    bell: Option<std::pin::Pin<Box<dyn Future<Output = ()> + Send>>>,
    local: bool,
    loaded: Option<bool>,
}

impl Waiting {
    pub(super) fn for_model(inner: &Inner, model: &str) -> Self {
        let house = inner.house().ok();
        let address = ModelAddress::parse(model);
        let live = house.zip(address.as_ref()).and_then(|(house, at)| house.connection(&at.slug).cloned());
        let listing = live.as_ref().zip(address.as_ref()).and_then(|(live, at)| live.model(&at.model));
        let local = live.as_ref().map(|live| live.locality_of(listing));
        let clock = inner.clock.clone();
        Self {
            since: clock.since_start(),
            bell: Some(clock.wait(STILL_WAITING)),
            clock,
            local: local == Some(inkhorn_domain::Locality::Local),
            loaded: listing.and_then(|model| model.local.as_ref()).and_then(|local| local.loaded),
        }
    }

    /// Ends when it is time to say that there is nothing yet; never, once something came.
    pub(super) async fn rings(&mut self) {
        match &mut self.bell {
            Some(bell) => bell.await,
            None => std::future::pending().await,
        }
        self.bell = Some(self.clock.wait(STILL_WAITING));
    }

    pub(super) fn event(&self) -> DeskEvent {
        let waited = self.clock.since_start().saturating_sub(self.since);
        let waited_ms = u64::try_from(waited.as_millis()).unwrap_or(u64::MAX);
        DeskEvent::StillWaiting { waited_ms, local: self.local, loaded: self.loaded }
    }

    pub(super) fn over(&mut self) {
        self.bell = None;
    }
}
