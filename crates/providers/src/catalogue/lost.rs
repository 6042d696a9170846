//! A provider that the catalogue does not know (any more).

use super::{AuthStyle, EntryLocality, Guide, KeyNeed, ProviderEntry, Waits};
use inkhorn_domain::Dialect;

impl ProviderEntry {
    /// What stands in for an entry that is missing, so that a connection that was made with it can still be shown: it
    /// has its id for a name and no address. Nothing can be asked of it.
    pub fn lost(id: &str, dialect: Dialect) -> Self {
        Self {
            id: id.to_owned(),
            name: id.to_owned(),
            locality: EntryLocality::Either,
            dialect,
            base_url: None,
            auth: AuthStyle::default(),
            key: KeyNeed::Optional,
            key_patterns: Vec::new(),
            key_page: None,
            billing_page: None,
            status_page: None,
            models: Vec::new(),
            known_models: Vec::new(),
            more_models: Vec::new(),
            not_for_writing: Vec::new(),
            models_by_hand: false,
            usual_path: None,
            surfaces: Vec::new(),
            loaded: None,
            validate: None,
            signs: None,
            env: Vec::new(),
            env_base_url: Vec::new(),
            fallback_models: Vec::new(),
            sign_in: None,
            account: Vec::new(),
            headroom: Default::default(),
            headers: Default::default(),
            options: Default::default(),
            reads: Default::default(),
            for_models: Vec::new(),
            prices: None,
            content: Vec::new(),
            speed: None,
            waits: Waits { connect: 10, first_byte: 60, idle: 60, total: 600 },
            presets: Vec::new(),
            guide: Guide::default(),
        }
    }
}
