//! What is there already: servers on this machine, keys in the environment. Offered, never taken.

use crate::FaultView;
use serde::Serialize;
use ts_rs::TS;

/// What was found. Nothing of it is stored, and no provider on the internet was asked, before the writer says yes.
#[derive(Debug, Clone, Default, Serialize, TS)]
pub struct DiscoverView {
    /// Servers that answer on this machine.
    pub servers: Vec<FoundServerView>,
    /// Keys that stand in the environment.
    pub keys: Vec<FoundKeyView>,
}

/// A server on this machine. A yes is `connections_add` with its `provider` and `base_url`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct FoundServerView {
    /// The catalogue entry that speaks with it.
    pub provider: String,
    /// The entry's name for people.
    pub provider_name: String,
    /// Its address, ready for the form.
    pub base_url: String,
    /// How many models it lists; absent where it does not tell a stranger.
    pub models: Option<u32>,
    /// It wants a key.
    pub needs_key: bool,
    /// It is still starting.
    pub loading: bool,
    /// The connection that leads there already.
    pub connection: Option<String>,
}

/// A key in the environment. A yes is `connections_add` with its `provider` and the key `{ source: 'environment',
/// variable }`, and where `needs_address` with an address too; the key is then read once and sealed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct FoundKeyView {
    /// The catalogue entry that it is for.
    pub provider: String,
    /// The entry's name for people.
    pub provider_name: String,
    /// The variable's name, `OPENAI_API_KEY`.
    pub variable: String,
    /// The key's last four characters, for keys of 20 characters or more.
    pub last4: Option<String>,
    /// Its provider has no usual address: the writer gives or confirms one first.
    pub needs_address: bool,
    /// The address that stands in the environment beside it, ready for the form; only where `needs_address`.
    pub base_url: Option<String>,
    /// Why it cannot be a key of this provider.
    pub fault: Option<FaultView>,
    /// The connection that has this very key already, as far as the vault is open to tell.
    pub connection: Option<String>,
}
