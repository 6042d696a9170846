//! The price book: the data of genai-prices, read one provider at a time.
//!
//! Read whole it takes 15 MB of memory, most of that for providers that the writer has no key for. So the data stays as
//! text, and a provider's part is read when it is first asked about, with the parts that it refers to.

use genai_prices::Calculator;
use serde::Deserialize;
use serde_json::value::RawValue;
use std::borrow::Cow;
use std::collections::HashMap;
use std::fmt;
use std::ops::Range;
use std::sync::{Arc, LazyLock, PoisonError, RwLock};

/// The data of the release of genai-prices that Inkhorn is built with; `cargo xtask check` compares the two.
static BUNDLED: &[u8] = include_bytes!("../data/prices.json");

/// Larger data is not taken, in bytes.
const MAX_DATA: usize = 16 << 20;

static IN_USE: LazyLock<RwLock<Arc<PriceBook>>> =
    LazyLock::new(|| RwLock::new(Arc::new(PriceBook::bundled())));

/// Prices of many providers as of one day.
pub struct PriceBook {
    data: Cow<'static, [u8]>,
    /// Where each provider's part stands in the data, and whose models it falls back to.
    parts: HashMap<String, Part>,
    /// What was read so far. `None`: the part cannot be read.
    read: RwLock<HashMap<String, Option<Arc<Calculator>>>>,
}

struct Part {
    at: Range<usize>,
    falls_back_to: Vec<String>,
}

/// Data that is no price book: cut, of another form, or absurdly large. Holds none of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NoPriceBook;

impl fmt::Display for NoPriceBook {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("this is no price data that Inkhorn can read")
    }
}

impl std::error::Error for NoPriceBook {}

impl PriceBook {
    /// The prices that came with this Inkhorn.
    pub fn bundled() -> Self {
        let data = Cow::Borrowed(BUNDLED);
        let parts = parts(&data).unwrap_or_default();
        Self { data, parts, read: RwLock::default() }
    }

    /// Newer data (JSON as genai-prices publishes it, form 2), proven readable to its end.
    ///
    /// # Errors
    /// [`NoPriceBook`]: it was cut, has another form, or names no provider.
    pub fn from_json(data: Vec<u8>) -> Result<Self, NoPriceBook> {
        if data.len() > MAX_DATA || Calculator::from_json(&data).is_err() {
            return Err(NoPriceBook);
        }
        let data = Cow::Owned(data);
        let parts = parts(&data).filter(|parts| !parts.is_empty()).ok_or(NoPriceBook)?;
        Ok(Self { data, parts, read: RwLock::default() })
    }

    /// Prices everything with this book from now on.
    pub fn install(self) {
        *IN_USE.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(self);
    }

    /// The ids of its providers, in no order.
    pub fn providers(&self) -> impl Iterator<Item = &str> {
        self.parts.keys().map(String::as_str)
    }

    /// The prices of one provider.
    fn calculator(&self, provider: &str) -> Option<Arc<Calculator>> {
        let read = self.read.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = read.get(provider) {
            return known.clone();
        }
        drop(read);
        let part = self.parts.get(provider)?;
        let others = part.falls_back_to.iter().filter_map(|other| self.parts.get(other));
        let mut text = vec![b'['];
        for part in std::iter::once(part).chain(others) {
            if text.len() > 1 {
                text.push(b',');
            }
            text.extend_from_slice(self.data.get(part.at.clone())?);
        }
        text.push(b']');
        let calculator = Calculator::from_json(text).ok().map(Arc::new);
        let mut read = self.read.write().unwrap_or_else(PoisonError::into_inner);
        read.entry(provider.to_owned()).or_insert(calculator).clone()
    }
}

/// The prices of this provider, by its id in the data. The first question about a provider reads its part, which takes
/// a few milliseconds.
pub(crate) fn calculator(provider: &str) -> Option<Arc<Calculator>> {
    let book = IN_USE.read().unwrap_or_else(PoisonError::into_inner).clone();
    book.calculator(provider)
}

/// Reads the prices of this provider into memory, so that its first request need not wait for it.
pub fn load_prices(provider: &str) {
    let _ = calculator(provider);
}

fn parts(data: &[u8]) -> Option<HashMap<String, Part>> {
    #[derive(Deserialize)]
    struct Head {
        id: String,
        #[serde(default)]
        fallback_model_providers: Vec<String>,
    }
    let whole: Vec<&RawValue> = serde_json::from_slice(data).ok()?;
    let start = data.as_ptr() as usize;
    let mut parts = HashMap::new();
    for raw in whole {
        let head: Head = serde_json::from_str(raw.get()).ok()?;
        let from = raw.get().as_ptr() as usize - start;
        let part = Part { at: from..from + raw.get().len(), falls_back_to: head.fallback_model_providers };
        parts.insert(head.id, part);
    }
    Some(parts)
}

#[cfg(test)]
mod tests {
    use super::*;
    use genai_prices::{PriceRequest, Usage, UsageKey};
    use std::time::{Duration, UNIX_EPOCH};

    #[test]
    fn a_part_says_the_same_as_the_whole() {
        let whole = Calculator::from_json(BUNDLED).expect("readable");
        let book = PriceBook::bundled();
        let mut usage = Usage::new();
        usage.insert(UsageKey::INPUT_TOKENS, 1_000.0);
        usage.insert(UsageKey::OUTPUT_TOKENS, 100.0);
        let at = UNIX_EPOCH + Duration::from_secs(1_790_000_000);
        let mut compared = 0;
        for provider in whole.providers() {
            let part = book.calculator(provider.id()).unwrap_or_else(|| panic!("{}", provider.id()));
            for model in provider.models() {
                let request =
                    PriceRequest::new(model.id(), &usage).with_provider_id(provider.id()).with_timestamp(at);
                let total = |calculator: &Calculator| {
                    calculator.calculate(&request).map(|price| price.total_price).ok()
                };
                assert_eq!(total(&part), total(&whole), "{}/{}", provider.id(), model.id());
                compared += 1;
            }
        }
        assert!(compared > 1_000, "{compared} models");
        // Azure has no Claude of its own in the data: it falls back to Anthropic's prices.
        let request = PriceRequest::new("claude-3-7-sonnet-latest", &usage).with_provider_id("azure");
        assert!(book.calculator("azure").expect("there").calculate(&request).is_ok());
        assert!(book.calculator("nobody").is_none());
    }

    #[test]
    fn what_is_no_price_book_is_not_taken() {
        for bad in [&b""[..], b"[]", b"{}", b"[{}]", b"\0", &BUNDLED[..BUNDLED.len() / 2]] {
            assert_eq!(PriceBook::from_json(bad.to_vec()).err(), Some(NoPriceBook), "{} bytes", bad.len());
        }
        let good = PriceBook::from_json(BUNDLED.to_vec()).expect("readable");
        assert_eq!(good.providers().count(), PriceBook::bundled().providers().count());
    }
}
