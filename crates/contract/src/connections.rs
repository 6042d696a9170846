//! Providers (what one can connect to) and connections (what the writer has connected).

use crate::{AccountView, BasisView, FaultView, HeadroomView, ModerationView, SpentView};
use inkhorn_fault::Code;
use inkhorn_secret::Secret;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use ts_rs::TS;

/// An entry of the catalogue.
#[derive(Debug, Clone, Serialize, TS)]
pub struct ProviderView {
    /// Its id, `openai`.
    pub id: String,
    /// Its name for people.
    pub name: String,
    /// `local`, `cloud`, or `either` for an address of one's own.
    #[ts(type = "'local' | 'cloud' | 'either'")]
    pub locality: String,
    /// Its wire format.
    pub dialect: String,
    /// The usual address; absent where the writer must give one.
    pub base_url: Option<String>,
    /// How a key is sent: `none`, `bearer`, `x-api-key`, or a header's name.
    pub auth: String,
    /// Whether it works without a key.
    pub key_optional: bool,
    /// The page where keys are made.
    pub key_page: Option<String>,
    /// The page where money is paid in.
    pub billing_page: Option<String>,
    /// The page where it tells of its troubles.
    pub status_page: Option<String>,
    /// Addresses to fill the form with, for an address of one's own.
    pub presets: Vec<PresetView>,
    /// One can sign in in the browser instead of copying a key.
    pub sign_in: bool,
    /// Variables of the environment in which its key usually stands.
    pub env: Vec<String>,
    /// The settings that its connections have, with their usual values where there is one.
    pub settings: Vec<SettingNameView>,
    /// Steps and usual failures, by language.
    pub guide: GuideView,
    /// How it moderates, as far as that is known. The first that fits a model counts.
    pub moderation: Vec<ModerationView>,
    /// What it is known for where speed is what it is chosen for.
    pub speed: Option<BasisView>,
}

/// A setting that a connection may have.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct SettingNameView {
    /// Its name, as in `ConnectionView.settings`.
    pub name: &'static str,
    /// What holds where the writer sets nothing; absent where nothing is sent then.
    pub usual: Option<String>,
    /// What it is measured in.
    #[ts(type = "'seconds' | 'tokens' | 'requests_per_minute' | null")]
    pub unit: Option<&'static str>,
}

/// An address that many people give.
#[derive(Debug, Clone, Serialize, TS)]
pub struct PresetView {
    /// The name of the service or the server.
    pub name: String,
    /// Its usual address.
    pub base_url: String,
    /// Whether it works without a key.
    pub key_optional: bool,
    /// The page where keys are made.
    pub key_page: Option<String>,
}

/// A guide in both languages.
#[derive(Debug, Clone, Default, Serialize, TS)]
pub struct GuideView {
    /// English.
    pub en: GuideTextView,
    /// Indonesian.
    pub id: GuideTextView,
}

/// A guide in one language.
#[derive(Debug, Clone, Default, Serialize, TS)]
pub struct GuideTextView {
    /// What one must know before anything else: that the service has closed, for example.
    pub notice: Option<String>,
    /// From nothing to a working connection, in order.
    pub steps: Vec<String>,
    /// What failures usually mean here, and their mend, by the code of the failure.
    #[ts(type = "Partial<Record<FaultCode, string>>")]
    pub failures: BTreeMap<Code, String>,
}

/// Where a key comes from. It goes in this way and never comes back.
#[derive(Default, Deserialize, TS)]
#[serde(tag = "source", rename_all = "snake_case")]
pub enum KeyInput {
    /// No key.
    #[default]
    None,
    /// Typed into the form.
    Typed {
        /// The key as typed.
        #[ts(type = "string")]
        key: Secret,
    },
    /// Read from the clipboard by Rust; the page holds a handle only.
    Pasted {
        /// From `key_paste`.
        handle: String,
    },
    /// A variable of the environment that `discover` named. Read once and sealed.
    Environment {
        /// Its name, `OPENAI_API_KEY`.
        variable: String,
    },
    /// The key that the connection has.
    Keep,
}

/// Looks at a typed key before anything else happens with it.
#[derive(Deserialize, TS)]
pub struct KeyRecogniseRequest {
    /// The key as typed.
    #[ts(type = "string")]
    pub key: Secret,
}

/// What a key's form tells.
#[derive(Debug, Clone, Serialize, TS)]
pub struct KeyRecognisedView {
    /// Whose key it looks like.
    pub provider: Option<String>,
    /// What was trimmed around it: `blanks`, `quotes`, `bearer`, `line_ends`, `variable`.
    pub notices: Vec<String>,
    /// The last four characters, for keys of 20 characters or more.
    pub last4: Option<String>,
    /// Why it cannot be a key.
    pub fault: Option<FaultView>,
}

/// A key that Rust read from the clipboard and holds for ten minutes.
#[derive(Debug, Clone, Serialize, TS)]
pub struct KeyPastedView {
    /// Names the key in later requests.
    pub handle: String,
    /// What its form tells.
    pub recognised: KeyRecognisedView,
}

/// A custom header. The value is sealed like a key.
#[derive(Deserialize, TS)]
pub struct HeaderInput {
    /// The header's name.
    pub name: String,
    /// Its value; absent keeps the one that is stored.
    #[serde(default)]
    #[ts(type = "string", optional)]
    pub value: Option<Secret>,
}

/// A connection as the form holds it.
#[derive(Deserialize, TS)]
#[ts(optional_fields)]
pub struct ConnectionDraft {
    /// The catalogue entry.
    pub provider: String,
    /// The writer's name for it; the provider's name where absent.
    pub label: Option<String>,
    /// The address; the catalogue's where absent.
    pub base_url: Option<String>,
    /// How the key is sent, for a compatible address: `none`, `bearer`, `x-api-key`, or a header's name.
    pub auth: Option<String>,
    /// The key.
    #[serde(default)]
    pub key: KeyInput,
    /// Custom headers.
    #[serde(default)]
    pub headers: Vec<HeaderInput>,
    /// Models typed by hand; usable at once, whatever the server lists.
    #[serde(default)]
    pub models: Vec<String>,
}

/// Stores a connection.
#[derive(Deserialize, TS)]
pub struct ConnectionAddRequest {
    /// What the form holds.
    pub draft: ConnectionDraft,
    /// Tested first; if the test fails nothing is stored.
    pub test: bool,
}

/// Names a connection.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct ConnectionRequest {
    /// Its slug.
    pub slug: String,
}

/// Changes a connection. What is absent stays.
#[derive(Deserialize, TS)]
#[ts(optional_fields)]
pub struct ConnectionUpdateRequest {
    /// Its slug.
    pub slug: String,
    /// A new label. The slug stays.
    pub label: Option<String>,
    /// A new address: the key must then be given again, because a key belongs to an address.
    pub base_url: Option<String>,
    /// A new way to send the key.
    pub auth: Option<String>,
    /// A new key; `keep` where absent.
    pub key: Option<KeyInput>,
    /// The custom headers from now on.
    pub headers: Option<Vec<HeaderInput>>,
    /// The models typed by hand from now on.
    pub models: Option<Vec<String>>,
    /// In use or not.
    pub active: Option<bool>,
    /// Settings by name; an empty text takes one away. Names as in `ConnectionView.settings`.
    pub settings: Option<BTreeMap<String, String>>,
}

impl ConnectionUpdateRequest {
    /// Changes nothing yet.
    pub fn of(slug: &str) -> Self {
        Self {
            slug: slug.to_owned(),
            label: None,
            base_url: None,
            auth: None,
            key: None,
            headers: None,
            models: None,
            active: None,
            settings: None,
        }
    }
}

/// The writer's order.
#[derive(Debug, Clone, Deserialize, TS)]
pub struct ConnectionsOrderRequest {
    /// Every slug, first one first.
    pub slugs: Vec<String>,
}

/// How a test ended.
#[derive(Debug, Clone, Serialize, TS)]
pub struct ConnectionTestView {
    /// It works.
    pub ok: bool,
    /// How many models it lists.
    pub models: u32,
    /// From sending to the last byte of the answer.
    pub latency_ms: u64,
    /// The address as it will be stored, after putting it right.
    pub base_url: Option<String>,
    /// What was put right: `scheme_added`, `path_trimmed`, ...
    pub notes: Vec<String>,
    /// Why it does not work.
    pub fault: Option<FaultView>,
}

/// A connection.
#[derive(Debug, Clone, Serialize, TS)]
pub struct ConnectionView {
    /// Its id.
    pub id: String,
    /// Its unique short name.
    pub slug: String,
    /// The catalogue entry.
    pub provider: String,
    /// The entry's name for people.
    pub provider_name: String,
    /// The writer's name for it.
    pub label: String,
    /// The address.
    pub base_url: String,
    /// `local` or `cloud`.
    #[ts(type = "'local' | 'cloud'")]
    pub locality: String,
    /// The wire format.
    pub dialect: String,
    /// How the key is sent.
    pub auth: String,
    /// Whether a key is sealed for it.
    pub has_key: bool,
    /// The key's last four characters, for keys of 20 characters or more.
    pub key_last4: Option<String>,
    /// Names of the custom headers; the values are sealed.
    pub headers: Vec<String>,
    /// Models typed by hand.
    pub models: Vec<String>,
    /// In use or not.
    pub active: bool,
    /// How it stands.
    #[ts(type = "'connected' | 'failing' | 'untested' | 'disabled' | 'locked'")]
    pub status: &'static str,
    /// Since when, in unix milliseconds.
    pub status_since: Option<i64>,
    /// Why it fails.
    pub fault: Option<FaultView>,
    /// In unix milliseconds.
    pub last_tested: Option<i64>,
    /// In unix milliseconds.
    pub last_used: Option<i64>,
    /// Models in its list.
    pub model_count: u32,
    /// Spent on it this month.
    pub spent_this_month: SpentView,
    /// What the writer set, by the names of `ProviderView.settings`: default_model, temperature, max_tokens,
    /// connect_timeout, first_token_timeout, idle_timeout (seconds), proxy, ca_file, priority, weight, key_expires,
    /// requests_per_minute; for Ollama num_ctx (tokens) and keep_alive.
    pub settings: BTreeMap<String, String>,
    /// It stands in the environment and is stored nowhere: it can be used and tested, not changed. There only while
    /// the system fallback is on.
    pub system: bool,
    /// For a system connection: the variable that holds its key.
    pub variable: Option<String>,
    /// Its key came by signing in; removing the connection disconnects it here, and `RemovedView.revoke_at` is where
    /// the key itself is ended.
    pub signed_in: bool,
    /// When its key ends, as the writer or the provider says.
    pub key_expires: Option<KeyExpiryView>,
    /// The account with the provider, where it tells.
    pub account: Option<AccountView>,
    /// Room under the provider's limits, where its answers tell.
    pub headroom: Vec<HeadroomView>,
}

/// When a key ends.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct KeyExpiryView {
    /// The day, ISO 8601.
    pub on: String,
    /// Days until then in the writer's time zone; 0 is today, below 0 it is past.
    pub days_left: i64,
    /// `soon` from 14 days before.
    #[ts(type = "'later' | 'soon' | 'past'")]
    pub state: &'static str,
}

/// A connection that is gone.
#[derive(Debug, Clone, Serialize, TS)]
pub struct RemovedView {
    /// What was removed.
    pub removed: String,
    /// For one that was signed in: the page at which the provider ends the key itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub revoke_at: Option<String>,
}
