//! The slow function between a passphrase and a key: Argon2id, its cost, and what a new passphrase must be.

use crate::keys::Key;
use argon2::{Algorithm, Argon2, Params, Version};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use inkhorn_fault::{Code, Fault, Result};
use inkhorn_secret::Secret;
use std::time::{Duration, Instant};
use unicode_normalization::UnicodeNormalization;
use zeroize::Zeroizing;

/// How much the slow function may cost when a passphrase is set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effort {
    /// Memory is doubled from 64 up to 256 MiB while one run stays within 0.7 s on this machine.
    Calibrated,
    /// 64 MiB, three passes, four lanes: the least that is ever used or accepted.
    Least,
}

/// The cost numbers of Argon2id, version 0x13.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Cost {
    /// KiB.
    pub(crate) memory: u32,
    pub(crate) passes: u32,
    pub(crate) lanes: u32,
}

/// The second recommended set of RFC 9106.
const LEAST: Cost = Cost { memory: 64 * MIB, passes: 3, lanes: 4 };
const MIB: u32 = 1024;
const MOST_CALIBRATED: u32 = 256 * MIB;
const PATIENCE: Duration = Duration::from_millis(700);
/// The shortest new passphrase, in characters.
const FEWEST: usize = 12;
/// The longest, in bytes, before anything is done with it.
const MOST: usize = 1024;

/// What stands in a slot's `kdf`: the cost, and for a slot that also needs the keychain, a check of the keychain's
/// key alone, so that a changed entry is not mistaken for a wrong passphrase.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Kdf {
    pub(crate) cost: Cost,
    pub(crate) keychain_check: Option<[u8; 32]>,
}

impl Kdf {
    /// `argon2id$v=19$m=65536,t=3,p=4`, with `$kc=<base64url>` behind it where the keychain takes part.
    pub(crate) fn canonical(&self) -> String {
        let Cost { memory, passes, lanes } = self.cost;
        let mut text = format!("argon2id$v=19$m={memory},t={passes},p={lanes}");
        if let Some(check) = &self.keychain_check {
            text.push_str("$kc=");
            text.push_str(&URL_SAFE_NO_PAD.encode(check));
        }
        text
    }

    /// Reads the text back. Refuses numbers out of range before any memory is taken: a file with 64 GiB in it must
    /// not eat the machine, and a weakened one must not be used.
    pub(crate) fn parse(text: &str) -> Result<Self> {
        let refused = || {
            Fault::new(Code::Damaged)
                .with("reason", "the numbers of its passphrase function are out of range")
        };
        let kdf = Self::read(text).ok_or_else(refused)?;
        // Only the canonical spelling: `m=+65536` is another text and would be bound differently.
        (kdf.canonical() == text && kdf.cost.is_honest()).then_some(kdf).ok_or_else(refused)
    }

    fn read(text: &str) -> Option<Self> {
        let rest = text.strip_prefix("argon2id$v=19$m=")?;
        let (numbers, check) = match rest.split_once("$kc=") {
            Some((numbers, check)) => (numbers, Some(URL_SAFE_NO_PAD.decode(check).ok()?.try_into().ok()?)),
            None => (rest, None),
        };
        let (memory, rest) = numbers.split_once(",t=")?;
        let (passes, lanes) = rest.split_once(",p=")?;
        let cost =
            Cost { memory: memory.parse().ok()?, passes: passes.parse().ok()?, lanes: lanes.parse().ok()? };
        Some(Self { cost, keychain_check: check })
    }
}

impl Cost {
    /// The cost for a new slot on this machine.
    pub(crate) fn choose(effort: Effort) -> Self {
        match effort {
            Effort::Least => LEAST,
            Effort::Calibrated => calibrate(|cost| {
                let start = Instant::now();
                let _ = derive_key_at(b"inkhorn calibration", &[0; 16], cost);
                start.elapsed()
            }),
        }
    }

    fn is_honest(self) -> bool {
        (64 * MIB..=1024 * MIB).contains(&self.memory)
            && (1..=10).contains(&self.passes)
            && (1..=8).contains(&self.lanes)
            && u64::from(self.memory) * u64::from(self.passes) >= u64::from(192 * MIB)
    }
}

/// The key that a passphrase gives at this cost. The caller has read the cost through [`Kdf::parse`].
pub(crate) fn derive_key(passphrase: &Secret, salt: &[u8], cost: Cost) -> Result<Key> {
    // EXPOSE: the slow function needs the text of the passphrase.
    let text = passphrase.expose();
    if text.len() > MOST {
        return Err(refuse("it is longer than 1,024 bytes"));
    }
    // The same passphrase typed on two systems may come composed or decomposed.
    let mut normal = Zeroizing::new(String::with_capacity(text.len() * 18));
    normal.extend(text.nfkc());
    derive_key_at(normal.as_bytes(), salt, cost)
}

/// Whether text may become a passphrase.
pub(crate) fn judge_new(passphrase: &Secret) -> Result<()> {
    // EXPOSE: to count its characters and look at its end.
    let text = passphrase.expose();
    if text.len() > MOST {
        return Err(refuse("it is longer than 1,024 bytes"));
    }
    if text.ends_with(['\n', '\r']) {
        return Err(refuse("it ends with a line break"));
    }
    if text.nfkc().count() < FEWEST {
        return Err(refuse("it has fewer than 12 characters"));
    }
    Ok(())
}

fn refuse(reason: &str) -> Fault {
    Fault::new(Code::WrongPassphrase).with("reason", reason)
}

fn derive_key_at(text: &[u8], salt: &[u8], cost: Cost) -> Result<Key> {
    let out_of_memory =
        |_| Fault::new(Code::Busy).with("reason", "there is not enough memory for the passphrase");
    let params = Params::new(cost.memory, cost.passes, cost.lanes, Some(32)).map_err(out_of_memory)?;
    let mut bytes = Zeroizing::new([0; 32]);
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
        .hash_password_into(text, salt, bytes.as_mut_slice())
        .map_err(out_of_memory)?;
    Key::from_slice(bytes.as_slice()).ok_or_else(|| Fault::new(Code::Damaged))
}

/// Doubles the memory while a run at the *doubled* size is still quick enough.
fn calibrate(mut measure: impl FnMut(Cost) -> Duration) -> Cost {
    let mut cost = LEAST;
    // Time grows with memory, so a size whose half already takes too long is not tried at all.
    let mut took = measure(cost);
    while cost.memory < MOST_CALIBRATED && took * 2 <= PATIENCE {
        let doubled = Cost { memory: cost.memory * 2, ..cost };
        took = measure(doubled);
        if took > PATIENCE {
            break;
        }
        cost = doubled;
    }
    cost
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secret(text: &str) -> Secret {
        Secret::new(text.to_owned())
    }

    #[test]
    fn calibration_doubles_while_it_stays_quick() {
        let at = |milliseconds_per_64_mib: u64| {
            calibrate(|cost| {
                Duration::from_millis(milliseconds_per_64_mib * u64::from(cost.memory / (64 * MIB)))
            })
            .memory
                / MIB
        };
        assert_eq!(at(50), 256, "a fast machine stops at the ceiling");
        assert_eq!(at(175), 256);
        assert_eq!(at(200), 128);
        assert_eq!(at(400), 64, "a slow machine keeps the floor");
        assert_eq!(at(9_000), 64, "never below the floor");
        let jumps = calibrate(|cost| Duration::from_millis(if cost.memory > 64 * MIB { 5_000 } else { 10 }));
        assert_eq!(jumps, LEAST, "a doubling that turned out slow is not kept");
    }

    #[test]
    fn numbers_out_of_range_are_refused_before_memory_is_taken() {
        let with = |numbers: &str| Kdf::parse(&format!("argon2id$v=19${numbers}"));
        for bad in [
            "m=67108864,t=3,p=4",
            "m=4294967295,t=1,p=1",
            "m=8,t=3,p=4",
            "m=65536,t=0,p=4",
            "m=65536,t=3,p=255",
            "m=65536,t=3,p=0",
            "m=65536,t=2,p=4",
            "m=65536,t=11,p=4",
            "m=+65536,t=3,p=4",
            "m=065536,t=3,p=4",
            "m=65536,t=3",
            "m=99999999999999999999,t=3,p=4",
            "m=65536,t=3,p=4$kc=short",
            "m=65536,t=3,p=4$",
            "",
        ] {
            let start = Instant::now();
            let fault = with(bad).expect_err(bad);
            assert!(start.elapsed() < Duration::from_millis(10), "{bad}");
            assert_eq!(fault.code(), Code::Damaged, "{bad}");
            assert!(fault.message().contains("out of range"), "{}", fault.message());
        }
        for other in ["argon2i$v=19$m=65536,t=3,p=4", "argon2id$v=16$m=65536,t=3,p=4", "scrypt$x"] {
            assert!(Kdf::parse(other).is_err(), "{other}");
        }
        assert_eq!(with("m=65536,t=3,p=4").expect("the floor").cost, LEAST);
        assert!(with("m=1048576,t=1,p=8").is_ok(), "one pass over a gigabyte is enough work");
    }

    #[test]
    fn the_text_of_a_kdf_reads_back() {
        for keychain_check in [None, Some([7; 32])] {
            let kdf = Kdf { cost: LEAST, keychain_check };
            assert_eq!(Kdf::parse(&kdf.canonical()), Ok(kdf));
        }
    }

    #[test]
    fn composed_and_decomposed_text_give_the_same_key() {
        let composed = derive_key(&secret("caf\u{e9} au lait"), &[1; 16], LEAST).expect("key");
        let decomposed = derive_key(&secret("cafe\u{301} au lait"), &[1; 16], LEAST).expect("key");
        let other = derive_key(&secret("cafe au lait"), &[1; 16], LEAST).expect("key");
        assert_eq!(composed.bytes(), decomposed.bytes());
        assert_ne!(composed.bytes(), other.bytes());
    }

    #[test]
    fn a_new_passphrase_is_judged_with_its_reason() {
        let ten_megabytes = "x".repeat(10 << 20);
        for (text, reason) in [
            ("", "fewer"),
            ("eleven char", "fewer"),
            // Six letters with six accents are six characters.
            ("a\u{301}a\u{301}a\u{301}a\u{301}a\u{301}a\u{301}", "fewer"),
            ("long enough but pasted\n", "line break"),
            (ten_megabytes.as_str(), "longer"),
        ] {
            let fault = judge_new(&secret(text)).expect_err("refused");
            assert_eq!(fault.code(), Code::WrongPassphrase);
            assert!(fault.message().contains(reason), "{}", fault.message());
        }
        assert_eq!(judge_new(&secret("twelve chars")), Ok(()));
        assert_eq!(judge_new(&secret("  spaces count  ")), Ok(()));
    }
}
