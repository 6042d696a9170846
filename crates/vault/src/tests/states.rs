//! Every answer that a keychain can give, with and without a vault, and what becomes of it.

use super::*;
use crate::testing::Keeping;
use crate::{KeychainError, NoKeychain, SlotKind};

const ERRORS: [KeychainError; 6] = [
    KeychainError::NoEntry,
    KeychainError::Locked,
    KeychainError::Silent,
    KeychainError::Unavailable,
    KeychainError::Wrong,
    KeychainError::Taken,
];

#[test]
fn a_value_that_fits_unlocks() {
    let (keychain, vault, rows) = with_keychain();
    let sealed = vault.seal(&key_context(), b"sk-live").expect("sealed");
    let (again, result) = unlock(&rows, &keychain);
    assert_eq!((result, again.state()), (Ok(()), VaultState::Unlocked));
    assert_eq!(again.open(&key_context(), &sealed).expect("opened").as_slice(), b"sk-live");
    assert_eq!(keychain.writes(), 1, "the one that made it");
}

#[test]
fn every_error_is_a_state_of_its_own_with_retry() {
    for (error, why, told) in [
        (KeychainError::NoEntry, LockedWhy::KeychainEntryMissing, Code::KeychainEntryMissing),
        (KeychainError::Locked, LockedWhy::KeychainLocked, Code::KeychainLocked),
        (KeychainError::Silent, LockedWhy::KeychainSilent, Code::KeychainUnavailable),
        (KeychainError::Unavailable, LockedWhy::KeychainUnavailable, Code::KeychainUnavailable),
        (KeychainError::Wrong, LockedWhy::KeychainEntryWrong, Code::KeychainEntryMissing),
    ] {
        let (keychain, _, rows) = with_keychain();
        let before = keychain.entries();
        keychain.fail(Some(error));
        let (vault, result) = unlock(&rows, &keychain);
        assert_eq!((code(result), vault.state()), (Some(told), locked(why)), "{error:?}");
        assert_eq!(code(vault.seal(&key_context(), b"x")), Some(told), "the same is told on use: {error:?}");
        assert_eq!(keychain.entries(), before, "{error:?}");
        keychain.fail(None);
        assert_eq!(vault.unlock_with_keychain(&keychain, Patience::Asked), Ok(()), "retry after {error:?}");
        assert_eq!(vault.state(), VaultState::Unlocked);
    }
}

#[test]
fn a_deleted_entry_that_comes_back_opens_everything() {
    let (keychain, vault, rows) = with_keychain();
    let sealed = vault.seal(&key_context(), b"sk-live").expect("sealed");
    let entries = keychain.entries();
    keychain.set_entries(Default::default());
    let (again, result) = unlock(&rows, &keychain);
    assert_eq!(code(result), Some(Code::KeychainEntryMissing));
    assert_eq!((keychain.writes(), keychain.entries().len()), (1, 0), "nothing is made in its place");
    keychain.set_entries(entries);
    assert_eq!(again.unlock_with_keychain(&keychain, Patience::Asked), Ok(()));
    assert!(again.open(&key_context(), &sealed).is_ok());
}

#[test]
fn a_replaced_entry_is_wrong_and_stays() {
    let (keychain, _, rows) = with_keychain();
    let (stranger, _, _) = with_keychain();
    let of_another_vault = stranger.entries().into_values().next().expect("entry")[0].clone();
    for replaced in [of_another_vault.as_str(), "", "ih1.AAAA.BBBBBB", "ih9.future", &"x".repeat(1 << 20)] {
        keychain.replace_all(&[replaced]);
        let (vault, result) = unlock(&rows, &keychain);
        let fault = result.expect_err("wrong entry");
        assert_eq!(vault.state(), locked(LockedWhy::KeychainEntryWrong));
        assert_eq!(fault.code(), Code::KeychainEntryMissing);
        assert!(fault.message().contains("changed"), "{}", fault.message());
        assert!(replaced.len() < 16 || !format!("{fault:?}").contains(replaced), "no bytes in a message");
        assert_eq!(keychain.writes(), 1, "never overwritten");
    }
}

#[test]
fn of_several_entries_the_right_one_is_found() {
    let (keychain, _, rows) = with_keychain();
    let (stranger, _, _) = with_keychain();
    let right = keychain.entries().into_values().next().expect("entry")[0].clone();
    let wrong = stranger.entries().into_values().next().expect("entry")[0].clone();
    keychain.replace_all(&["junk", &wrong, &right]);
    assert_eq!(unlock(&rows, &keychain).1, Ok(()));
    keychain.replace_all(&["junk", &wrong]);
    assert_eq!(unlock(&rows, &keychain).0.state(), locked(LockedWhy::KeychainEntryWrong));
}

#[test]
fn a_keychain_that_does_not_keep_makes_no_vault() {
    for keeping in [Keeping::Nothing, Keeping::Other] {
        let keychain = ScriptedKeychain::new();
        keychain.keep(keeping);
        let vault = Vault::empty();
        let fault = vault.make_with_keychain(&keychain, Patience::Asked).err().expect("refused");
        assert_eq!(fault.code(), Code::KeychainUnavailable);
        assert!(fault.message().contains("did not keep"), "{}", fault.message());
        assert_eq!(vault.state(), VaultState::NoVault);
        assert!(keychain.entries().is_empty(), "what was written is taken away again");
    }
}

#[test]
fn a_failing_keychain_makes_no_vault() {
    for error in ERRORS {
        let keychain = ScriptedKeychain::new();
        keychain.fail(Some(error));
        let vault = Vault::empty();
        assert!(vault.make_with_keychain(&keychain, Patience::Asked).is_err(), "{error:?}");
        assert_eq!(vault.state(), VaultState::NoVault);
    }
}

#[test]
fn a_vault_that_was_not_stored_leaves_nothing() {
    let keychain = ScriptedKeychain::new();
    let new = Vault::empty().make_with_keychain(&keychain, Patience::Asked).expect("made");
    assert_eq!(keychain.entries().len(), 1);
    new.discard(&keychain, Patience::Asked);
    assert!(keychain.entries().is_empty());
}

#[test]
fn another_keychain_is_named_in_the_message() {
    let (_, _, rows) = with_keychain();
    let now = ScriptedKeychain::named("KDE Wallet");
    let (_, result) = unlock(&rows, &now);
    let text = result.expect_err("missing").message();
    assert!(text.contains("scripted keychain") && text.contains("KDE Wallet"), "{text}");
}

#[test]
fn with_a_passphrase_the_keychain_alone_no_longer_opens() {
    let (keychain, vault, rows) = with_keychain();
    let sealed = vault.seal(&key_context(), b"sk-live").expect("sealed");
    let rows = with_passphrase(&vault, &rows, PASSPHRASE);
    assert_eq!(vault.ways_in(), [SlotKind::KeychainAndPassphrase]);
    assert_eq!(keychain.writes(), 1, "the entry stays as it was");

    let (again, result) = unlock(&rows, &keychain);
    assert_eq!((code(result), again.state()), (Some(Code::VaultLocked), locked(LockedWhy::NeedsPassphrase)));
    let (alone, result) = unlock_by_passphrase(&rows, &NoKeychain, PASSPHRASE);
    assert_eq!(code(result), Some(Code::KeychainUnavailable), "nor does the passphrase alone");
    assert_eq!(alone.state(), locked(LockedWhy::KeychainUnavailable));

    let (both, result) = unlock_by_passphrase(&rows, &keychain, PASSPHRASE);
    assert_eq!(result, Ok(()));
    assert_eq!(both.open(&key_context(), &sealed).expect("opened").as_slice(), b"sk-live");
}

#[test]
fn with_a_passphrase_each_keychain_error_is_still_told_apart() {
    let (keychain, vault, rows) = with_keychain();
    let rows = with_passphrase(&vault, &rows, PASSPHRASE);
    for error in ERRORS {
        keychain.fail(Some(error));
        let (again, result) = unlock_by_passphrase(&rows, &keychain, PASSPHRASE);
        assert_eq!(again.state(), locked(error.into()), "{error:?}");
        assert!(result.is_err());
        keychain.fail(None);
        let retry =
            again.unlock_with_passphrase(&secret(PASSPHRASE), &keychain, Patience::Asked, Duration::ZERO);
        assert_eq!(retry, Ok(()), "a keychain's failure is not counted as a wrong passphrase: {error:?}");
    }
    let (stranger, _, _) = with_keychain();
    let of_another_vault = stranger.entries().into_values().next().expect("entry")[0].clone();
    keychain.replace_all(&[&of_another_vault]);
    let (again, _) = unlock_by_passphrase(&rows, &keychain, PASSPHRASE);
    assert_eq!(again.state(), locked(LockedWhy::KeychainEntryWrong), "not taken for a wrong passphrase");
}

#[test]
fn a_changed_passphrase_opens_and_the_old_one_does_not() {
    let (keychain, vault, rows) = with_keychain();
    let old = with_passphrase(&vault, &rows, PASSPHRASE);
    let (reopened, _) = unlock_by_passphrase(&old, &keychain, PASSPHRASE);
    let new = with_passphrase(&reopened, &old, "another good phrase");
    assert_eq!(unlock_by_passphrase(&new, &keychain, "another good phrase").1, Ok(()));
    assert_eq!(code(unlock_by_passphrase(&new, &keychain, PASSPHRASE).1), Some(Code::WrongPassphrase));
    // A kill before the new slots were stored leaves these, and they still open.
    assert_eq!(unlock_by_passphrase(&old, &keychain, PASSPHRASE).1, Ok(()));
    assert_eq!(unlock(&rows, &keychain).1, Ok(()), "and so do the rows before any passphrase");
}

#[test]
fn a_vault_without_keychain_opens_with_its_passphrase_alone() {
    let vault = Vault::empty();
    let short = vault.make_with_passphrase(&secret("too short"), Effort::Least).err().expect("refused");
    assert_eq!(short.code(), Code::WrongPassphrase);
    let new = vault.make_with_passphrase(&secret("cafe\u{301} au lait"), Effort::Least).expect("made");
    let rows = new.rows().clone();
    vault.adopt(new);
    assert_eq!(vault.ways_in(), [SlotKind::Passphrase]);
    assert_eq!(rows.head.keychain_account, None);

    let keychain = ScriptedKeychain::new();
    let (again, result) = unlock_by_passphrase(&rows, &keychain, "caf\u{e9} au lait");
    assert_eq!((result, again.state()), (Ok(()), VaultState::Unlocked), "composed or not");
    assert_eq!((keychain.reads(), keychain.writes()), (0, 0), "the keychain is not asked");
    let (by_keychain, result) = unlock(&rows, &keychain);
    assert_eq!(
        (code(result), by_keychain.state()),
        (Some(Code::VaultLocked), locked(LockedWhy::NeedsPassphrase))
    );

    let changed = with_passphrase(&again, &rows, PASSPHRASE);
    assert_eq!(again.ways_in(), [SlotKind::Passphrase]);
    assert_eq!(unlock_by_passphrase(&changed, &NoKeychain, PASSPHRASE).1, Ok(()));
}

#[test]
fn wrong_passphrases_wait_longer_each_time() {
    let vault = Vault::empty();
    let new = vault.make_with_passphrase(&secret(PASSPHRASE), Effort::Least).expect("made");
    vault.adopt(new);
    vault.lock();
    let attempt =
        |text: &str, now| vault.unlock_with_passphrase(&secret(text), &NoKeychain, Patience::Asked, now);

    let first = attempt("wrong horse battery", Duration::ZERO).expect_err("wrong");
    assert_eq!(
        (first.code(), first.retry_after()),
        (Code::WrongPassphrase, Some(Duration::from_millis(500)))
    );
    let early = attempt(PASSPHRASE, Duration::from_millis(499)).expect_err("too early, though right");
    assert_eq!((early.code(), early.retry_after()), (Code::OverLimit, Some(Duration::from_millis(1))));
    let second = attempt("", Duration::from_millis(500)).expect_err("empty is wrong");
    assert_eq!(second.retry_after(), Some(Duration::from_secs(1)));
    let now = Duration::from_secs(10);
    let huge = attempt(&"x".repeat(10 << 20), now).expect_err("10 MB");
    assert_eq!(huge.code(), Code::WrongPassphrase);
    assert!(huge.message().contains("longer"), "refused before the slow function: {}", huge.message());
    assert_eq!(code(attempt(&format!("{PASSPHRASE}\n"), now)), Some(Code::WrongPassphrase));
    assert_eq!(attempt(PASSPHRASE, now + Duration::from_secs(2)), Ok(()));
    vault.lock();
    let again = attempt("wrong horse battery", now + Duration::from_secs(3)).expect_err("wrong");
    assert_eq!(again.retry_after(), Some(Duration::from_millis(500)), "a success ends the count");
}

#[test]
fn a_vault_without_passphrase_says_so() {
    let (keychain, _, rows) = with_keychain();
    let fault = unlock_by_passphrase(&rows, &keychain, PASSPHRASE).1.expect_err("has none");
    assert!(fault.message().contains("this vault has none"), "{}", fault.message());
}

#[test]
fn changed_rows_are_damage_and_newer_rows_are_newer() {
    let (keychain, _, good) = with_keychain();
    let mut changes: Vec<(&str, VaultRows, LockedWhy)> = Vec::new();
    let mut change = |name, why, edit: fn(&mut VaultRows)| {
        let mut rows = good.clone();
        edit(&mut rows);
        changes.push((name, rows, why));
    };
    change("wrapped key", LockedWhy::Damaged, |rows| rows.slots[0].wrapped[30] ^= 1);
    change("cut wrapped key", LockedWhy::Damaged, |rows| rows.slots[0].wrapped.truncate(71));
    change("empty wrapped key", LockedWhy::Damaged, |rows| rows.slots[0].wrapped.clear());
    change("slot id", LockedWhy::Damaged, |rows| rows.slots[0].slot_id[0] ^= 1);
    change("salt", LockedWhy::Damaged, |rows| rows.slots[0].salt[0] ^= 1);
    change("kdf", LockedWhy::Damaged, |rows| rows.slots[0].kdf = Some("x".into()));
    change("keycheck", LockedWhy::KeychainEntryWrong, |rows| rows.slots[0].keycheck[0] ^= 1);
    change("short keycheck", LockedWhy::KeychainEntryWrong, |rows| rows.slots[0].keycheck.truncate(1));
    change("vault id", LockedWhy::Damaged, |rows| rows.head.vault_id[0] ^= 1);
    change("account", LockedWhy::KeychainEntryMissing, |rows| {
        rows.head.keychain_account = Some("vault:other:k1".into());
    });
    change("no account", LockedWhy::Damaged, |rows| rows.head.keychain_account = None);
    change("data key", LockedWhy::Damaged, |rows| rows.data_keys[0].wrapped[0] ^= 1);
    change("generation", LockedWhy::Damaged, |rows| rows.data_keys[0].generation = 2);
    change("current generation", LockedWhy::Damaged, |rows| rows.head.dk_current = 2);
    change("no data key", LockedWhy::Damaged, |rows| rows.data_keys.clear());
    change("no slot", LockedWhy::Damaged, |rows| rows.slots.clear());
    change("format", LockedWhy::NewerFormat, |rows| rows.head.format = 2);
    change("kind", LockedWhy::NewerFormat, |rows| rows.slots[0].kind = "passkey".into());
    change("kind of ours", LockedWhy::NeedsPassphrase, |rows| rows.slots[0].kind = "passphrase".into());
    for (name, rows, why) in changes {
        let (vault, result) = unlock(&rows, &keychain);
        assert_eq!((vault.state(), result.is_err()), (locked(why), true), "{name}");
        assert_eq!(keychain.writes(), 1, "{name}");
    }
    assert_eq!(unlock(&good, &keychain).1, Ok(()));
}

#[test]
fn changed_rows_of_a_passphrase_are_damage() {
    let (keychain, vault, rows) = with_keychain();
    let good = with_passphrase(&vault, &rows, PASSPHRASE);
    let kdf = good.slots[0].kdf.clone().expect("kdf");
    for (changed, why) in [
        (kdf.replace("m=65536", "m=67108864"), LockedWhy::Damaged),
        (kdf.replace("t=3", "t=0"), LockedWhy::Damaged),
        (kdf.split("$kc=").next().expect("cost").to_owned(), LockedWhy::Damaged),
        (String::new(), LockedWhy::Damaged),
        // Honest numbers that are not the ones of this slot lead to another key.
        (kdf.replace("m=65536", "m=131072"), LockedWhy::NeedsPassphrase),
    ] {
        let mut rows = good.clone();
        rows.slots[0].kdf = Some(changed.clone());
        let (vault, result) = unlock_by_passphrase(&rows, &keychain, PASSPHRASE);
        assert_eq!((vault.state(), result.is_err()), (locked(why), true), "{changed}");
    }
}

#[test]
fn locking_ends_every_use_and_unlocking_brings_it_back() {
    let (keychain, vault, _) = with_keychain();
    let sealed = vault.seal(&key_context(), b"x").expect("sealed");
    vault.lock();
    assert_eq!(vault.state(), locked(LockedWhy::NotAsked));
    assert_eq!(code(vault.open(&key_context(), &sealed)), Some(Code::VaultLocked));
    assert_eq!(code(vault.seal(&key_context(), b"x")), Some(Code::VaultLocked));
    assert_eq!(code(vault.fingerprint(&secret("x"))), Some(Code::VaultLocked));
    assert_eq!(code(vault.set_passphrase(&secret(PASSPHRASE), Effort::Least)), Some(Code::VaultLocked));
    assert_eq!(vault.unlock_with_keychain(&keychain, Patience::Asked), Ok(()));
    assert!(vault.open(&key_context(), &sealed).is_ok());
}

#[test]
fn without_a_vault_there_is_nothing_to_unlock_or_seal_with() {
    let (vault, keychain) = (Vault::empty(), ScriptedKeychain::new());
    assert_eq!(vault.state(), VaultState::NoVault);
    assert_eq!(code(vault.unlock_with_keychain(&keychain, Patience::Asked)), Some(Code::NotFound));
    assert_eq!(code(vault.seal(&key_context(), b"x")), Some(Code::NotFound));
    vault.lock();
    assert_eq!((vault.state(), keychain.reads()), (VaultState::NoVault, 0));
}

#[test]
fn rows_of_another_process_are_taken_over() {
    let (keychain, vault, rows) = with_keychain();
    let (elsewhere, _) = unlock(&rows, &keychain);
    let changed = with_passphrase(&elsewhere, &rows, PASSPHRASE);
    vault.load_rows(Some(changed.clone()));
    assert_eq!(vault.state(), VaultState::Unlocked, "only the ways in changed");
    vault.lock();
    assert_eq!(vault.state(), locked(LockedWhy::NeedsPassphrase));

    let (_, _, stranger) = with_keychain();
    let (opened, _) = unlock_by_passphrase(&changed, &keychain, PASSPHRASE);
    opened.load_rows(Some(stranger));
    assert_eq!(opened.state(), locked(LockedWhy::NotAsked), "another vault's keys are not these");
    opened.load_rows(None);
    assert_eq!(opened.state(), VaultState::NoVault);
}

/// A keychain during whose read something else happens.
struct Meanwhile<'a>(&'a ScriptedKeychain, &'a (dyn Fn() + Sync));

impl Keychain for Meanwhile<'_> {
    fn backend(&self) -> &str {
        self.0.backend()
    }

    fn read(&self, account: &str, patience: Patience) -> Result<Vec<Secret>, KeychainError> {
        (self.1)();
        self.0.read(account, patience)
    }

    fn write(&self, account: &str, value: &Secret, patience: Patience) -> Result<(), KeychainError> {
        self.0.write(account, value, patience)
    }

    fn remove(&self, account: &str, patience: Patience) -> Result<(), KeychainError> {
        self.0.remove(account, patience)
    }
}

#[test]
fn a_lock_during_an_unlock_is_the_last_word() {
    let (keychain, vault, _) = with_keychain();
    vault.lock();
    let lock = || vault.lock();
    let result = vault.unlock_with_keychain(&Meanwhile(&keychain, &lock), Patience::Asked);
    assert_eq!((code(result), vault.state()), (Some(Code::VaultLocked), locked(LockedWhy::NotAsked)));
}

#[test]
fn the_vault_can_be_asked_while_the_keychain_thinks() {
    let (keychain, vault, _) = with_keychain();
    vault.lock();
    let ask = || assert_eq!(vault.state(), locked(LockedWhy::NotAsked));
    assert_eq!(vault.unlock_with_keychain(&Meanwhile(&keychain, &ask), Patience::Asked), Ok(()));
}

fn any_error() -> impl proptest::strategy::Strategy<Value = Option<KeychainError>> {
    proptest::option::of(proptest::sample::select(&ERRORS[..]))
}

proptest::proptest! {
    // The rule above all others: where there is a vault, no answer of the keychain makes another one.
    #[test]
    fn nothing_is_written_where_a_vault_exists(steps in proptest::collection::vec((any_error(), 0u8..6), 1..12)) {
        let (keychain, vault, rows) = with_keychain();
        let (entries, writes) = (keychain.entries(), keychain.writes());
        vault.lock();
        for (error, step) in steps {
            keychain.fail(error);
            match step {
                0 | 1 => drop(vault.unlock_with_keychain(&keychain, Patience::Probe)),
                2 => proptest::prop_assert_eq!(
                    code(vault.make_with_keychain(&keychain, Patience::Asked)), Some(Code::Busy)),
                3 => proptest::prop_assert_eq!(
                    code(vault.make_with_passphrase(&secret(PASSPHRASE), Effort::Least)), Some(Code::Busy)),
                4 => vault.lock(),
                _ => vault.load_rows(Some(rows.clone())),
            }
        }
        proptest::prop_assert_eq!(keychain.writes(), writes);
        proptest::prop_assert_eq!(keychain.entries(), entries);
        keychain.fail(None);
        proptest::prop_assert_eq!(vault.unlock_with_keychain(&keychain, Patience::Asked), Ok(()));
    }
}
