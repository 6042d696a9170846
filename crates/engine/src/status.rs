//! The facts at the top of the window.

use crate::{Engine, blocking};
use inkhorn_contract::{AppStatusView, Nothing};
use inkhorn_fault::Result;

impl Engine {
    /// Version, vault, money, models, gateway: what every page shows.
    pub async fn app_status(&self, _: Nothing) -> Result<AppStatusView> {
        let inner = self.inner.clone();
        blocking(move || {
            let house = inner.house()?;
            Ok(AppStatusView {
                version: env!("CARGO_PKG_VERSION").to_owned(),
                data_dir: inner.dir.display().to_string(),
                vault: inner.vault_view()?,
                spent_this_month: inner.spent_this_month()?,
                default_model: house.default_model.clone(),
                last_model: house.last_model.clone(),
                reminders: inner.reminders(&house),
                connections: crate::connections::count(house.connections.len()),
                gateway: inner.gateway.lock().clone(),
                catalogue_fault: inner.catalogue_fault.as_ref().map(Into::into),
            })
        })
        .await
    }

    /// Reads the prices of the writer's providers into memory, away from the path of a request.
    pub async fn warm_prices(&self) {
        let inner = self.inner.clone();
        let _ = blocking(move || {
            let house = inner.house()?;
            for live in &house.connections {
                live.entry.prices.iter().for_each(|provider| inkhorn_metering::load_prices(provider));
                // The selector opens from what is computed here.
                inner.computed_models(live, house.visited_at);
            }
            Ok(())
        })
        .await;
    }
}
