//! Tokens to cost, and the estimate and reservation before that. Pure: no clock, no database, no network.
//!
//! For the engine. Knows prices from the bundled genai-prices data and from what a provider lists; never invents one:
//! what nobody knows stays unknown and is not 0. Start reading at [`Pricing`].

mod advice;
mod book;
mod context;
mod estimate;
mod hold;
mod price;
mod reserve;
mod unusual;

pub use advice::{TokenSums, cost_at};
pub use book::{NoPriceBook, PriceBook, load_prices};
pub use context::{Context, was_cut};
pub use estimate::{estimate_message_tokens, estimate_tokens};
pub use hold::{Need, Outlook};
pub use price::{Cost, Pricing, SURPRISING};
pub use reserve::{Reservation, Settled, TextWritten};
pub use unusual::{DayOfUse, HISTORY_DAYS, Unusual, UnusualKind, find_unusual};
