//! Tells Tauri which commands exist. What is not listed here cannot be called by any page; what is listed here must
//! also be allowed in `capabilities/main.json`. `tests/it/commands.rs` compares both with the contract.

use tauri_build::{AppManifest, Attributes, try_build};

const COMMANDS: &[&str] = &[
    "app_status",
    "open_link",
    "copy_text",
    "notify",
    "vault_status",
    "vault_unlock",
    "vault_retry",
    "vault_passphrase",
    "vault_lock",
    "providers_list",
    "key_recognise",
    "key_paste",
    "connections_list",
    "connections_test_draft",
    "connections_add",
    "connections_update",
    "connections_test",
    "connections_account",
    "connections_reorder",
    "connections_remove",
    "discover",
    "sign_in",
    "sign_in_code",
    "sign_in_cancel",
    "models_list",
    "models_refresh",
    "models_default",
    "models_edit",
    "models_order",
    "models_add",
    "models_visited",
    "models_replace",
    "models_feature_default",
    "models_adult_mode",
    "models_recommended",
    "models_refusals",
    "prices_refresh",
    "collections_list",
    "collections_create",
    "collections_rename",
    "collections_delete",
    "collections_add",
    "collections_remove",
    "collections_reorder",
    "collections_settings",
    "collections_default",
    "collections_export",
    "collections_read",
    "collections_import",
    "collections_offered",
    "desk_list",
    "desk_open",
    "desk_send",
    "desk_retry",
    "desk_stop",
    "desk_edit",
    "desk_delete_message",
    "desk_rename",
    "desk_delete",
    "desk_draft",
    "desk_estimate",
    "settings_list",
    "settings_set",
    "usage_dashboard",
    "usage_advice",
    "usage_calculate",
    "usage_export",
    "usage_prune",
    "budgets_list",
    "budgets_set",
    "budgets_remove",
    "budgets_allow_once",
    "budgets_notices",
    "apps_list",
    "apps_add",
    "apps_revoke",
    "gateway_set",
];

fn main() -> Result<(), Box<dyn std::error::Error>> {
    // With a pattern of our own nothing is watched unless we say so.
    println!("cargo:rerun-if-changed=src-tauri/capabilities");
    println!("cargo:rerun-if-changed=tauri.conf.json");
    println!("cargo:rerun-if-changed=ui/dist");
    try_build(
        Attributes::new()
            .app_manifest(AppManifest::new().commands(COMMANDS))
            .capabilities_path_pattern("./src-tauri/capabilities/**/*"),
    )?;
    Ok(())
}
