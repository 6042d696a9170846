//! The gateway and the programs that may use it.

use crate::FaultView;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// The local gateway.
#[derive(Debug, Clone, Default, Serialize, TS)]
pub struct GatewayView {
    /// It answers.
    pub running: bool,
    /// `http://127.0.0.1:4654`.
    pub address: Option<String>,
    /// The port that it uses or would use.
    pub port: u16,
    /// It starts with the window.
    pub at_start: bool,
    /// Why it could not start.
    pub fault: Option<FaultView>,
}

/// Switches the gateway of this window on or off.
#[derive(Debug, Clone, Deserialize, TS)]
#[ts(optional_fields)]
pub struct GatewaySetRequest {
    /// On or off, now and at the next start.
    pub on: bool,
    /// Another port from now on.
    pub port: Option<u16>,
}

/// A program that may use the gateway.
#[derive(Debug, Clone, Serialize, TS)]
pub struct AppView {
    /// Its id.
    pub id: String,
    /// Its unique name.
    pub name: String,
    /// The models (`slug/model-id`) and collections (by name) that it may use; empty for all.
    pub models: Vec<String>,
    /// How far its text may travel.
    #[ts(type = "'local' | 'zero-retention' | 'cloud'")]
    pub privacy: String,
    /// Web origins that it may call from; empty for a program on this machine.
    pub origins: Vec<String>,
    /// Unix milliseconds.
    pub created_at: i64,
    /// Unix milliseconds.
    pub last_used: Option<i64>,
}

/// Admits a program.
#[derive(Debug, Clone, Deserialize, TS)]
#[ts(optional_fields)]
pub struct AppAddRequest {
    /// Its name.
    pub name: String,
    /// The models (`slug/model-id`) and collections (by name) that it may use; empty or absent for all.
    #[serde(default)]
    pub models: Vec<String>,
    /// `local` or `cloud`.
    pub privacy: Option<String>,
    /// Web origins, for a tool that runs in a browser.
    #[serde(default)]
    pub origins: Vec<String>,
    /// The most that it may spend in a month, USD as decimal text: a budget of scope `app:NAME`.
    pub budget: Option<String>,
}

/// An admitted program and its token. The token is shown this once and kept only as a hash.
#[derive(Clone, Serialize, TS)]
pub struct AppAddedView {
    /// The program.
    #[serde(flatten)]
    pub app: AppView,
    /// What the program sends instead of a provider's key.
    pub token: String,
}

/// Takes a program's token away.
#[derive(Debug, Clone, Deserialize, TS)]
pub struct AppRevokeRequest {
    /// Its name.
    pub name: String,
}

/// A program that is shut out from now on.
#[derive(Debug, Clone, Serialize, TS)]
pub struct AppRevokedView {
    /// Its name.
    pub revoked: String,
}

/// All programs.
#[derive(Debug, Clone, Serialize, TS)]
pub struct AppsView {
    /// In the order of their making.
    pub apps: Vec<AppView>,
    /// The gateway.
    pub gateway: GatewayView,
}
