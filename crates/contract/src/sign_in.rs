//! Signing in at a provider in the browser, instead of copying a key.

use crate::ConnectionView;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Signs in and stores the connection. Runs until the writer is back from the browser, or gives up.
#[derive(Debug, Clone, Deserialize, TS)]
#[ts(optional_fields)]
pub struct SignInRequest {
    /// A catalogue entry with `sign_in`: `openrouter`.
    pub provider: String,
    /// The writer's name for the connection; the provider's name where absent.
    pub label: Option<String>,
    /// The address; the catalogue's where absent.
    pub base_url: Option<String>,
    /// Signs in anew for this connection: its key is replaced, everything else stays.
    pub connection: Option<String>,
}

/// What happens while a sign-in runs.
#[derive(Debug, Clone, Serialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum SignInEvent {
    /// The way back is open; now the page at `url` is to be opened in the writer's browser.
    Waiting {
        /// Names this sign-in in `sign_in_code` and `sign_in_cancel`.
        sign_in: String,
        /// The provider's page.
        url: String,
        /// The browser finds its way back by itself. Where this is false, or the browser is elsewhere, the writer
        /// copies the code from the address to which the browser was sent (`code=...`), or that whole address.
        comes_back: bool,
        /// Given up by itself after this long, in milliseconds.
        expires_in_ms: u64,
    },
    /// The writer said yes at the provider; the key is being fetched.
    Exchanging,
}

/// How a sign-in ended. A failure on the way is a fault instead.
#[derive(Debug, Clone, Serialize, TS)]
pub struct SignInView {
    /// `denied`: the writer said no at the provider. `expired`: nobody came back in time.
    #[ts(type = "'connected' | 'denied' | 'cancelled' | 'expired'")]
    pub outcome: &'static str,
    /// The connection, where there is one now.
    pub connection: Option<ConnectionView>,
}

/// The way out where the browser cannot come back: the code by hand.
#[derive(Deserialize, TS)]
pub struct SignInCodeRequest {
    /// From `waiting`.
    pub sign_in: String,
    /// The code, or the whole address with `code=` in it.
    #[ts(type = "string")]
    pub code: inkhorn_secret::Secret,
}

/// Names a sign-in that is running.
#[derive(Debug, Clone, Deserialize, TS)]
pub struct SignInCancelRequest {
    /// From `waiting`.
    pub sign_in: String,
}

/// Whether there was something to cancel.
#[derive(Debug, Clone, Serialize, TS)]
pub struct SignInCancelView {
    /// It was running, and is cancelled now.
    pub cancelled: bool,
}
