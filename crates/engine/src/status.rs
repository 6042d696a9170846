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
                connections: crate::connections::count(house.connections.len()),
                gateway: inner.gateway.lock().clone(),
            })
        })
        .await
    }

    /// Reads the price data into memory, away from the path of a request, where a connection has prices at all.
    pub async fn warm_prices(&self) {
        let inner = self.inner.clone();
        let _ = blocking(move || {
            if inner.house()?.connections.iter().any(|live| live.entry.prices.is_some()) {
                inkhorn_metering::load_price_book();
            }
            Ok(())
        })
        .await;
    }
}
