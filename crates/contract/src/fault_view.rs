//! A failure as the faces see it.

use inkhorn_fault::{Code, Fault};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use ts_rs::TS;

/// A [`Fault`] on its way to a face. The page words it itself, from `code` and `facts`, in its own language.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct FaultView {
    /// One of the error codes.
    #[ts(type = "FaultCode")]
    pub code: Code,
    /// What happened and why, in English.
    pub message: String,
    /// What to do, in English.
    pub hint: String,
    /// The facts that the sentence names.
    pub facts: BTreeMap<String, String>,
    /// The wait that the provider told, in milliseconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub retry_after_ms: Option<u64>,
    /// The provider's HTTP status.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub status: Option<u16>,
    /// The provider's own words, scrubbed of keys.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub detail: Option<String>,
}

impl From<&Fault> for FaultView {
    fn from(fault: &Fault) -> Self {
        Self {
            code: fault.code(),
            message: fault.message(),
            hint: fault.hint(),
            facts: fault.facts().iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect(),
            retry_after_ms: fault.retry_after().map(|wait| wait.as_millis().try_into().unwrap_or(u64::MAX)),
            status: fault.status(),
            detail: fault.detail().map(str::to_owned),
        }
    }
}

impl From<Fault> for FaultView {
    fn from(fault: Fault) -> Self {
        Self::from(&fault)
    }
}
