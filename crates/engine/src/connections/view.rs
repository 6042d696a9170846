//! Connections and providers as the faces see them: no key, at most its last four characters.

use super::{count, millis};
use crate::Inner;
use crate::draft::Prepared;
use crate::house::LiveConnection;
use crate::settings::{CONNECTION_SETTINGS, applies};
use inkhorn_contract::*;
use inkhorn_fault::Fault;
use inkhorn_providers::{ProviderEntry, TestReport};
use std::collections::HashMap;

impl Inner {
    pub(super) fn connection_view(
        &self,
        live: &LiveConnection,
        spent: &HashMap<String, SpentView>,
    ) -> ConnectionView {
        let row = &live.row;
        let (account, headroom) = self.accounts.of(live);
        ConnectionView {
            id: row.id.to_string(),
            slug: row.slug.to_string(),
            provider: row.provider.clone(),
            provider_name: live.entry.name.clone(),
            label: row.label.clone(),
            base_url: row.base_url.clone(),
            locality: row.locality.as_str().to_owned(),
            dialect: live.dialect().as_str().to_owned(),
            auth: live.auth().as_str().to_owned(),
            has_key: live.key_row().is_some() || live.variable().is_some(),
            key_last4: live.key_row().and_then(|key| key.hint.clone()),
            headers: row.headers.clone(),
            models: row.own_models.clone(),
            active: row.active,
            status: live.status(self),
            status_since: row.status_since,
            fault: live.trouble(),
            last_tested: row.last_tested,
            last_used: live.last_used(),
            model_count: count(live.all_models().count()),
            spent_this_month: spent
                .get(row.slug.as_str())
                .cloned()
                .unwrap_or_else(crate::usage::nothing_spent),
            settings: live.settings.all().clone(),
            system: live.variable().is_some(),
            variable: live.variable().map(str::to_owned),
            signed_in: live.settings.signed_in,
            key_expires: self.key_expiry(live),
            account,
            headroom,
        }
    }
}

pub(super) fn provider_view(entry: &ProviderEntry) -> ProviderView {
    ProviderView {
        id: entry.id.clone(),
        name: entry.name.clone(),
        locality: entry.locality.as_str().to_owned(),
        dialect: entry.dialect.as_str().to_owned(),
        base_url: entry.base_url.as_ref().map(|url| url.as_str().trim_end_matches('/').to_owned()),
        auth: entry.auth.as_str().to_owned(),
        key_optional: entry.key == inkhorn_providers::KeyNeed::Optional,
        key_page: entry.key_page.as_ref().map(ToString::to_string),
        billing_page: entry.billing_page.as_ref().map(ToString::to_string),
        status_page: entry.status_page.as_ref().map(ToString::to_string),
        presets: entry.presets.iter().map(preset_view).collect(),
        sign_in: entry.sign_in.is_some(),
        env: entry.env.clone(),
        settings: setting_names(entry),
        guide: GuideView { en: guide_text(&entry.guide.en), id: guide_text(&entry.guide.id) },
        moderation: entry.content.iter().map(moderation_view).collect(),
        speed: entry.speed.as_ref().map(basis_view),
    }
}

fn moderation_view(known: &inkhorn_providers::Moderation) -> ModerationView {
    ModerationView {
        models: known.models.clone(),
        tag: known.tag.as_str(),
        date: known.date.clone(),
        basis: basis_view(&known.basis),
    }
}

fn basis_view(basis: &inkhorn_providers::Basis) -> BasisView {
    BasisView { en: basis.en.clone(), id: basis.id.clone() }
}

fn preset_view(preset: &inkhorn_providers::Preset) -> PresetView {
    PresetView {
        name: preset.name.clone(),
        base_url: preset.base_url.as_str().trim_end_matches('/').to_owned(),
        key_optional: preset.key == inkhorn_providers::KeyNeed::Optional,
        key_page: preset.key_page.as_ref().map(ToString::to_string),
    }
}

fn guide_text(text: &inkhorn_providers::GuideText) -> GuideTextView {
    GuideTextView { notice: text.notice.clone(), steps: text.steps.clone(), failures: text.failures.clone() }
}

pub(super) fn test_went_well(prepared: &Prepared, report: &TestReport) -> ConnectionTestView {
    ConnectionTestView {
        ok: true,
        models: count(report.models.models.len()),
        latency_ms: millis(report.latency),
        base_url: Some(prepared.base.url.as_str().to_owned()),
        notes: prepared.base.notes.iter().map(|note| note.as_str().to_owned()).collect(),
        fault: None,
    }
}

pub(super) fn test_failed(prepared: Option<&Prepared>, fault: Fault) -> ConnectionTestView {
    ConnectionTestView {
        ok: false,
        models: 0,
        latency_ms: 0,
        base_url: prepared.map(|prepared| prepared.base.url.as_str().to_owned()),
        notes: prepared.map_or_else(Vec::new, |prepared| {
            prepared.base.notes.iter().map(|note| note.as_str().to_owned()).collect()
        }),
        fault: Some(fault.into()),
    }
}

/// The settings that connections of this entry may have, with what holds where none is set.
fn setting_names(entry: &ProviderEntry) -> Vec<SettingNameView> {
    let view = |name: &'static str| {
        let (usual, unit) = match name {
            "connect_timeout" => (Some(entry.waits.connect), Some("seconds")),
            "first_token_timeout" => (Some(entry.waits.first_byte), Some("seconds")),
            "idle_timeout" => (Some(entry.waits.idle), Some("seconds")),
            "max_tokens" | "num_ctx" => (None, Some("tokens")),
            "requests_per_minute" => (None, Some("requests_per_minute")),
            "priority" => (Some(0), None),
            "weight" => (Some(1), None),
            _ => (None, None),
        };
        SettingNameView { name, usual: usual.map(|number| number.to_string()), unit }
    };
    CONNECTION_SETTINGS.into_iter().filter(|name| applies(name, entry.dialect)).map(view).collect()
}
