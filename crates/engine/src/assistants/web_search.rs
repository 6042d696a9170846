//! Which connected models can search the web, for a writer who decides whether an assistant shall want it.

use crate::house::LiveConnection;
use crate::{Engine, blocking};
use inkhorn_contract::{Nothing, WebSearchView};
use inkhorn_fault::Result;

/// So many models are named; the others are counted.
const NAMED: usize = 3;

impl Engine {
    /// The connections whose provider searches the web for some of their models, in the writer's order.
    ///
    /// # Errors
    /// Those of reading the profile.
    pub async fn assistants_web_search(&self, _: Nothing) -> Result<Vec<WebSearchView>> {
        let inner = self.inner.clone();
        blocking(move || {
            let house = inner.house()?;
            Ok(house
                .connections
                .iter()
                .filter(|live| live.is_active())
                .filter_map(|live| searches(live))
                .collect())
        })
        .await
    }
}

fn searches(live: &LiveConnection) -> Option<WebSearchView> {
    let note = |id: &str| live.notes.get(id);
    let shown = || {
        let listed = live.list.models.iter();
        listed.filter(|model| note(&model.id).is_none_or(|note| !note.hidden && note.gone.is_none()))
    };
    let can: Vec<_> = shown().filter(|model| live.can_search(&model.id)).collect();
    let name = |model: &&inkhorn_domain::ModelListing| {
        let own = note(&model.id).and_then(|note| note.name.clone());
        own.or_else(|| model.name.clone()).unwrap_or_else(|| model.id.clone())
    };
    (!can.is_empty()).then(|| WebSearchView {
        connection: live.label().to_owned(),
        named: can.iter().take(NAMED).map(name).collect(),
        models: can.len().try_into().unwrap_or(u32::MAX),
        all: can.len() == shown().count(),
    })
}
