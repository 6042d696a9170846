//! The price data that is built in: a copy of what the release of genai-prices in the lock file carries.

use crate::crates::folder_of;
use crate::step::{Outcome, Steps, root};
use std::fs;

/// Copies the data, or with `--check` only compares it.
pub fn prices(_steps: &mut Steps, rest: &[String]) -> Outcome {
    take(rest.iter().any(|word| word == "--check"))
}

/// See [`prices`].
pub fn take(only_compare: bool) -> Outcome {
    let theirs = folder_of("genai-prices")?.join("data/prices.json");
    let ours = root().join("crates/metering/data/prices.json");
    let read = |path| fs::read(path).map_err(|error| format!("the price data cannot be read: {error}."));
    let data = read(&theirs)?;
    if fs::read(&ours).is_ok_and(|kept| kept == data) {
        return Ok(());
    }
    if only_compare {
        return Err("the price data is not that of genai-prices: run `cargo xtask prices`.".to_owned());
    }
    fs::write(&ours, data).map_err(|error| format!("the price data cannot be written: {error}."))
}
