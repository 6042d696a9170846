//! The price book: what came with Inkhorn, or newer data that the writer asked for. Never fetched unasked.
//!
//! Fetched data is a file of the profile, `prices.json`. It is read through before it takes the place of an older one,
//! so that a failure at any point leaves the prices as they were.

use crate::settings::PRICES_FETCHED;
use crate::{Engine, Inner, blocking};
use inkhorn_contract::{PriceBookView, PricesRefreshRequest, Topic};
use inkhorn_domain::UnixMillis;
use inkhorn_fault::{Code, Fault, Result};
use inkhorn_metering::PriceBook;
use inkhorn_outbound::{Deadlines, Destination, Request};
use inkhorn_store::{save_file_atomically, settings};
use std::sync::atomic::Ordering;
use std::time::Duration;
use url::Url;

/// Where the data is published (genai-prices, MIT licence), form 2.
const ADDRESS: &str =
    "https://raw.githubusercontent.com/pydantic/genai-prices/main/prices/new_data/v2/data.json";
/// The newest day of which the bundled data tells a price that was in force: 2026-10-30.
const BUNDLED: UnixMillis = 1_793_318_400_000;
/// Largest file that is read, in bytes; today's is 0.8 MB.
const MOST: usize = 16 << 20;
/// A book that knows fewer of the bundled book's providers than this part is somebody else's file.
const KNOWN_PART: usize = 2;
const DEADLINES: Deadlines = Deadlines {
    first_byte: Duration::from_secs(15),
    idle: Duration::from_secs(10),
    total: Duration::from_secs(60),
};
const DAY: i64 = 24 * 60 * 60 * 1_000;

impl Engine {
    /// Fetches newer prices and uses them from now on.
    ///
    /// # Errors
    /// Those of a request; `not_an_api` where what came is no price book. The old prices stay then.
    pub async fn prices_refresh(&self, request: PricesRefreshRequest) -> Result<PriceBookView> {
        let address = request.address.as_deref().map(str::trim).filter(|text| !text.is_empty());
        let address = address.unwrap_or(ADDRESS);
        let url = Url::parse(address).map_err(|_| Fault::new(Code::BadAddress).with("address", address))?;
        let target = Destination::anywhere(&url)?.at_root(url.path())?;
        let asked = Request {
            target: &target,
            method: http::Method::GET,
            headers: Vec::new(),
            body: bytes::Bytes::new(),
            deadlines: DEADLINES,
        };
        let answer = self.inner.outbound.send(asked).await?;
        if !answer.is_success() {
            let fault = Fault::new(Code::UpstreamFailed).with("provider", target.origin());
            return Err(fault.with_status(answer.status()));
        }
        let data = answer.read_to_end(MOST).await?;
        let inner = self.inner.clone();
        let origin = target.origin().to_string();
        let view = blocking(move || {
            let book = read_book(data.to_vec());
            let book = book.ok_or_else(|| Fault::new(Code::NotAnApi).with("address", &origin))?;
            let now = inner.clock.now();
            save_file_atomically(&inner.dir.join(FILE), &data)?;
            inner.store.write(|tx| settings::save(tx, PRICES_FETCHED, &now.to_string()))?;
            book.install();
            inner.book_date.store(now, Ordering::Relaxed);
            inner.reload()?;
            Ok(inner.price_book_view())
        })
        .await?;
        self.inner.changed(&[Topic::Models]);
        Ok(view)
    }
}

const FILE: &str = "prices.json";

/// Reads data through to its end, and looks whether it is what it should be: a file of another form, or one that knows
/// hardly any of the providers that we do, is not taken.
fn read_book(data: Vec<u8>) -> Option<PriceBook> {
    let book = PriceBook::from_json(data).ok()?;
    let known: std::collections::HashSet<&str> = book.providers().collect();
    let bundled = PriceBook::bundled();
    let (all, kept) = bundled
        .providers()
        .fold((0, 0), |(all, kept), provider| (all + 1, kept + usize::from(known.contains(provider))));
    (kept * KNOWN_PART >= all).then_some(book)
}

impl Inner {
    /// Uses the prices that were fetched last, here or by another program on this profile. Where the file cannot be
    /// read, the prices stay as they are.
    pub(crate) fn take_fetched_prices(&self, fetched_at: Option<UnixMillis>) {
        let Some(fetched_at) = fetched_at else { return };
        if self.book_date.load(Ordering::Relaxed) == fetched_at {
            return;
        }
        let Some(book) = std::fs::read(self.dir.join(FILE)).ok().and_then(read_book) else {
            tracing::warn!("the fetched prices cannot be read");
            return;
        };
        book.install();
        self.book_date.store(fetched_at, Ordering::Relaxed);
    }

    /// As of when the prices of the book in use are, UTC milliseconds.
    pub(crate) fn price_book_date(&self) -> UnixMillis {
        match self.book_date.load(Ordering::Relaxed) {
            0 => BUNDLED,
            fetched => fetched,
        }
    }

    pub(crate) fn price_book_view(&self) -> PriceBookView {
        let date = self.price_book_date();
        let age = self.clock.now().saturating_sub(date).max(0) / DAY;
        PriceBookView {
            source: if self.book_date.load(Ordering::Relaxed) == 0 { "bundled" } else { "fetched" },
            date,
            age_days: u32::try_from(age).unwrap_or(u32::MAX),
        }
    }
}
