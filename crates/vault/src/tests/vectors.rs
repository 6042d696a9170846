//! What version 1 sealed must open for ever. The file is never changed; a new format gets a file of its own.

use super::*;
use crate::{DataKeyRow, Destination, NoKeychain, SlotKind, SlotRow, VaultHead};
use serde_json::Value;

const VECTORS: &str = include_str!("../../tests/vectors/vault-v1.json");

#[test]
fn every_way_in_of_version_1_opens_its_envelopes() {
    let file = read();
    let keychain = ScriptedKeychain::new();
    let account = text(&file, "keychain_account").to_owned();
    keychain.set_entries([(account, vec![text(&file, "keychain_entry").to_owned()])].into());
    let passphrase = text(&file, "passphrase");
    for kind in [SlotKind::Keychain, SlotKind::Passphrase, SlotKind::KeychainAndPassphrase] {
        let rows = rows_of(&file, kind);
        let (vault, result) = match kind {
            SlotKind::Keychain => unlock(&rows, &keychain),
            SlotKind::Passphrase => unlock_by_passphrase(&rows, &NoKeychain, passphrase),
            SlotKind::KeychainAndPassphrase => unlock_by_passphrase(&rows, &keychain, passphrase),
        };
        assert_eq!(result, Ok(()), "{kind:?}");
        check_envelopes(&vault, &file);
        let print = vault.fingerprint(&secret("sk-vector-0001")).expect("print");
        assert_eq!(print.as_slice(), bytes(&file, "fingerprint_of_sk-vector-0001"), "{kind:?}");
    }
}

fn check_envelopes(vault: &Vault, file: &Value) {
    let envelopes = file["envelopes"].as_array().expect("a list");
    assert_eq!(envelopes.len(), 3);
    for envelope in envelopes {
        let addresses: Vec<&str> =
            envelope["origins"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
        let origins = origins(&addresses);
        let context = SealContext {
            purpose: if text(envelope, "purpose") == "text" { Purpose::Text } else { Purpose::Secret },
            record: bytes(envelope, "record").try_into().expect("16 bytes"),
            owner_kind: text(envelope, "owner_kind"),
            owner: bytes(envelope, "owner").try_into().expect("16 bytes"),
            field: text(envelope, "field"),
            revision: envelope["revision"].as_u64().expect("a number"),
            destination: envelope["auth"].as_str().map(|auth| Destination { origins: &origins, auth }),
        };
        let opened = vault.open(&context, &bytes(envelope, "sealed")).expect("opens for ever");
        assert_eq!(opened.as_slice(), text(envelope, "plaintext").as_bytes());
    }
}

fn read() -> Value {
    serde_json::from_str(VECTORS).expect("JSON")
}

fn rows_of(file: &Value, kind: SlotKind) -> VaultRows {
    let slots: Vec<SlotRow> = file["slots"].as_array().expect("a list").iter().map(slot_of).collect();
    VaultRows {
        head: VaultHead {
            vault_id: bytes(file, "vault_id").try_into().expect("16 bytes"),
            format: 1,
            backend: "vectors".to_owned(),
            keychain_account: Some(text(file, "keychain_account").to_owned()),
            dk_current: 1,
        },
        slots: slots.into_iter().filter(|slot| slot.kind == kind.as_str()).collect(),
        data_keys: vec![DataKeyRow {
            generation: 1,
            wrapped: bytes(file, "data_key_1"),
            status: "current".to_owned(),
        }],
    }
}

fn slot_of(slot: &Value) -> SlotRow {
    SlotRow {
        slot_id: bytes(slot, "slot_id").try_into().expect("16 bytes"),
        kind: text(slot, "kind").to_owned(),
        kdf: slot["kdf"].as_str().map(str::to_owned),
        salt: bytes(slot, "salt"),
        wrapped: bytes(slot, "wrapped"),
        keycheck: bytes(slot, "keycheck"),
    }
}

fn text<'v>(value: &'v Value, name: &str) -> &'v str {
    value[name].as_str().expect(name)
}

fn bytes(value: &Value, name: &str) -> Vec<u8> {
    let digits = text(value, name).as_bytes();
    let byte = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).expect("ASCII"), 16).expect("hex");
    digits.chunks(2).map(byte).collect()
}
