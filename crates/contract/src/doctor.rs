//! What `inkhorn doctor` looks at.

use crate::FaultView;
use serde::Serialize;
use ts_rs::TS;

/// The whole look.
#[derive(Debug, Clone, Serialize, TS)]
pub struct DoctorView {
    /// Everything is well.
    pub ok: bool,
    /// One line each.
    pub checks: Vec<DoctorCheckView>,
}

/// One thing looked at.
#[derive(Debug, Clone, Serialize, TS)]
pub struct DoctorCheckView {
    /// `profile`, `database`, `vault`, `keychain`, `catalogue`, `connection:SLUG`.
    pub name: String,
    /// It is well.
    pub ok: bool,
    /// What was found.
    pub found: String,
    /// Why it is not well, and what to do.
    pub fault: Option<FaultView>,
}
