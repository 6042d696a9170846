//! A model or a collection that something of the writer's names as its own: prompts and assistants.

use crate::Inner;
use crate::budgets::Spent;
use crate::choice::collection_aim;
use crate::house::House;
use inkhorn_contract::NamedModelView;
use inkhorn_domain::{MemberSettings, ModelAddress, Privacy};
use inkhorn_fault::{Code, Fault, Result};
use inkhorn_routing::Conditions;
use inkhorn_store::collections::MemberRow;

/// Why a collection or a model cannot be used that is not there.
const NOT_CONNECTED: &str = "not_connected";

impl Inner {
    /// How what is named stands now.
    pub(crate) fn named_model(&self, house: &House, name: &str, spent: &Spent) -> NamedModelView {
        if ModelAddress::parse(name).is_some() {
            let row = MemberRow { model: name.to_owned(), settings: MemberSettings::default() };
            let there = self.member_view(house, &row, spent);
            return NamedModelView {
                id: there.id,
                name: there.name,
                collection: false,
                available: there.available,
                reason: there.reason,
            };
        }
        let reason = match house.collection(name) {
            None => Some(NOT_CONNECTED.to_owned()),
            Some(row) => {
                let now = Conditions { privacy: Privacy::Cloud, vault_open: self.vault.is_open() };
                let aimed = collection_aim(house, row, now, spent);
                aimed.err().map(|fault| fault.code().as_str().to_owned())
            }
        };
        NamedModelView {
            id: name.to_owned(),
            name: name.to_owned(),
            collection: true,
            available: reason.is_none(),
            reason,
        }
    }
}

/// The name of a model or a collection as it is kept. What was there before may stay, also where it is gone meanwhile: a
/// change of something else must not fail for it.
///
/// # Errors
/// `model_not_found`.
pub(crate) fn read_named(house: &House, name: Option<&str>, before: Option<&str>) -> Result<Option<String>> {
    let Some(name) = name.map(str::trim).filter(|name| !name.is_empty()) else { return Ok(None) };
    if let Some(collection) = house.collection(name) {
        return Ok(Some(collection.name.clone()));
    }
    if before == Some(name) || house.knows(name) {
        return Ok(Some(name.to_owned()));
    }
    Err(Fault::new(Code::ModelNotFound).with("model", name))
}
