//! What is sealed opens as it was, in its own place, and nowhere else.

use super::*;
use crate::{Destination, MOST_SECRET, MOST_TEXT};
use std::collections::HashSet;

#[test]
fn what_is_sealed_opens_again_at_every_length() {
    let (_, vault, _) = with_keychain();
    for length in (0..200).chain([MOST_SECRET - 1, MOST_SECRET]) {
        let plaintext: Vec<u8> = (0..length).map(|at| at as u8).collect();
        let sealed = vault.seal(&key_context(), &plaintext).expect("sealed");
        assert_eq!(sealed.len(), 30 + (4 + length).next_multiple_of(64) + 16, "padded to whole blocks");
        assert_eq!(vault.open(&key_context(), &sealed).expect("opened").as_slice(), plaintext);
    }
    let too_long = vault.seal(&key_context(), &vec![0; MOST_SECRET + 1]);
    assert_eq!(code(too_long), Some(Code::OverLimit));
}

#[test]
fn text_of_megabytes_is_sealed_under_a_key_of_its_own() {
    let (_, vault, _) = with_keychain();
    let context = SealContext { purpose: Purpose::Text, owner_kind: "conversation", ..key_context() };
    let novel = "The rain had stopped. ".repeat(120_000);
    let sealed = vault.seal(&context, novel.as_bytes()).expect("sealed");
    assert_eq!(vault.open(&context, &sealed).expect("opened").as_slice(), novel.as_bytes());
    let as_secret = SealContext { purpose: Purpose::Secret, ..context };
    assert_eq!(code(vault.open(&as_secret, &sealed)), Some(Code::Tampered));
    assert_eq!(code(vault.seal(&context, &vec![0; MOST_TEXT + 1])), Some(Code::OverLimit));
}

#[test]
fn every_flipped_bit_and_every_cut_is_refused() {
    let (_, vault, _) = with_keychain();
    let sealed = vault.seal(&key_context(), b"sk-live-0123456789").expect("sealed");
    for bit in 0..sealed.len() * 8 {
        let mut changed = sealed.clone();
        changed[bit / 8] ^= 1 << (bit % 8);
        // The first two bytes say which program could read the rest.
        let told = if bit < 16 { Code::NewerFormat } else { Code::Tampered };
        assert_eq!(code(vault.open(&key_context(), &changed)), Some(told), "bit {bit}");
    }
    for length in 0..sealed.len() {
        let cut = code(vault.open(&key_context(), &sealed[..length]));
        assert_eq!(cut, Some(Code::Tampered), "cut to {length}");
    }
    for more in [1, 16, 64] {
        let longer = [sealed.clone(), vec![0; more]].concat();
        assert_eq!(code(vault.open(&key_context(), &longer)), Some(Code::Tampered), "{more} bytes more");
    }
    assert!(vault.open(&key_context(), &sealed).is_ok());
}

#[test]
fn an_envelope_opens_in_its_own_place_only() {
    let (_, vault, _) = with_keychain();
    let openai = origins(&["https://api.openai.com/v1"]);
    let evil = origins(&["https://api.openai.com.evil.example/v1"]);
    let plain = origins(&["http://api.openai.com/v1"]);
    let both = [openai.clone(), evil.clone()].concat();
    let bearer = |origins| Some(Destination { origins, auth: "bearer" });
    let home = SealContext { destination: bearer(&openai), ..key_context() };
    let sealed = vault.seal(&home, b"sk-live").expect("sealed");
    for (moved, other) in [
        ("record", SealContext { record: [9; 16], ..home }),
        ("owner kind", SealContext { owner_kind: "connectio", ..home }),
        ("owner", SealContext { owner: [9; 16], ..home }),
        ("field", SealContext { field: "header:x-org", ..home }),
        ("revision back", SealContext { revision: 0, ..home }),
        ("revision", SealContext { revision: 2, ..home }),
        ("host", SealContext { destination: bearer(&evil), ..home }),
        ("scheme", SealContext { destination: bearer(&plain), ..home }),
        ("one more origin", SealContext { destination: bearer(&both), ..home }),
        ("no origin", SealContext { destination: bearer(&[]), ..home }),
        ("no destination", SealContext { destination: None, ..home }),
        (
            "auth",
            SealContext { destination: Some(Destination { origins: &openai, auth: "x-api-key" }), ..home },
        ),
        ("purpose", SealContext { purpose: Purpose::Text, ..home }),
    ] {
        assert_eq!(code(vault.open(&other, &sealed)), Some(Code::Tampered), "{moved}");
    }
    assert!(vault.open(&home, &sealed).is_ok());
}

#[test]
fn parts_of_a_context_do_not_run_into_each_other() {
    let (_, vault, _) = with_keychain();
    let one = SealContext { owner_kind: "ab", field: "c", ..key_context() };
    let other = SealContext { owner_kind: "a", field: "bc", ..key_context() };
    let sealed = vault.seal(&one, b"x").expect("sealed");
    assert_eq!(code(vault.open(&other, &sealed)), Some(Code::Tampered));
}

#[test]
fn the_order_of_origins_does_not_matter() {
    let (_, vault, _) = with_keychain();
    let (forth, back) = (
        origins(&["https://a.example", "https://b.example"]),
        origins(&["https://b.example", "https://a.example"]),
    );
    let with =
        |origins| SealContext { destination: Some(Destination { origins, auth: "bearer" }), ..key_context() };
    let sealed = vault.seal(&with(&forth), b"x").expect("sealed");
    assert!(vault.open(&with(&back), &sealed).is_ok());
}

#[test]
fn two_swapped_envelopes_are_refused() {
    let (_, vault, _) = with_keychain();
    let (first, second) = (key_context(), SealContext { record: [7; 16], ..key_context() });
    let one = vault.seal(&first, b"key one").expect("sealed");
    let two = vault.seal(&second, b"key two").expect("sealed");
    assert_eq!(code(vault.open(&first, &two)), Some(Code::Tampered));
    assert_eq!(code(vault.open(&second, &one)), Some(Code::Tampered));
}

#[test]
fn an_envelope_of_another_vault_is_refused() {
    let (_, vault, _) = with_keychain();
    let (_, other, _) = with_keychain();
    let sealed = other.seal(&key_context(), b"x").expect("sealed");
    assert_eq!(code(vault.open(&key_context(), &sealed)), Some(Code::Tampered));
}

#[test]
fn a_nonce_is_never_used_twice() {
    let (_, vault, _) = with_keychain();
    let mut nonces = HashSet::new();
    for _ in 0..20_000 {
        let sealed = vault.seal(&key_context(), b"the same text").expect("sealed");
        assert!(nonces.insert(sealed[6..30].to_vec()));
    }
}

#[test]
fn a_fingerprint_knows_the_same_secret_in_the_same_vault() {
    let (keychain, vault, rows) = with_keychain();
    let print = vault.fingerprint(&secret("sk-a")).expect("print");
    assert_eq!(print, vault.fingerprint(&secret("sk-a")).expect("print"));
    assert_ne!(print, vault.fingerprint(&secret("sk-b")).expect("print"));
    let (again, _) = unlock(&rows, &keychain);
    assert_eq!(print, again.fingerprint(&secret("sk-a")).expect("print"), "after a restart");
    let (_, other, _) = with_keychain();
    assert_ne!(print, other.fingerprint(&secret("sk-a")).expect("print"), "tells nothing to another vault");
}

proptest::proptest! {
    #[test]
    fn foreign_bytes_are_refused_calmly(bytes in proptest::collection::vec(proptest::prelude::any::<u8>(), 0..400)) {
        let (_, vault, _) = with_keychain();
        proptest::prop_assert!(vault.open(&key_context(), &bytes).is_err());
    }

    #[test]
    fn bytes_behind_a_good_head_are_refused_calmly(
        generation in 0u32..3,
        body in proptest::collection::vec(proptest::prelude::any::<u8>(), 0..400),
    ) {
        let (_, vault, _) = with_keychain();
        let envelope = [&[1, 1], generation.to_le_bytes().as_slice(), &body].concat();
        proptest::prop_assert_eq!(code(vault.open(&key_context(), &envelope)), Some(Code::Tampered));
    }
}
