//! The unit prices that stand in usage rows, remembered: finding them costs more than the rest of a row.

use crate::Inner;
use crate::house::LiveConnection;
use inkhorn_domain::{ConnectionId, Price};
use inkhorn_metering::Pricing;
use parking_lot::Mutex;
use std::collections::HashMap;

/// Prices held in memory; beyond that they are found anew.
const KEPT: usize = 1_000;
/// Prices that change within the day change at full hours.
const HOUR: i64 = 3_600_000;

/// Prices by connection and model, with the ground on which they were found.
#[derive(Default)]
pub(crate) struct UnitPrices(Mutex<HashMap<(ConnectionId, String), (Pricing, Price)>>);

impl Inner {
    /// What a million tokens of each kind cost, as a row keeps it.
    pub(crate) fn unit_price(&self, connection: &LiveConnection, model: &str, pricing: &Pricing) -> Price {
        let ground = Pricing { at: pricing.at.map(|at| at.div_euclid(HOUR)), ..pricing.clone() };
        let mut kept = self.unit_prices.0.lock();
        let key = (connection.id(), model.to_owned());
        if let Some((_, price)) = kept.get(&key).filter(|(known, _)| *known == ground) {
            return *price;
        }
        let price = pricing.price(model);
        if kept.len() >= KEPT {
            kept.clear();
        }
        kept.insert(key, (ground, price));
        price
    }
}
