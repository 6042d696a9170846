//! After a lock no key is left in the memory of the process: its whole image is searched.

use super::*;
use crate::keys::Key;
use std::fs::File;
use std::os::unix::fs::FileExt;
use zeroize::Zeroizing;

/// What is looked for, kept in a form in which it does not find itself.
struct Needle(&'static str, Vec<u8>);

const MASK: u8 = 0x5a;

impl Needle {
    fn of(name: &'static str, bytes: &[u8]) -> Self {
        Self(name, bytes.iter().map(|byte| byte ^ MASK).collect())
    }

    fn count_in(&self, bytes: &[u8]) -> usize {
        let first = self.1[0] ^ MASK;
        let fits = |at: usize| bytes[at..].iter().zip(&self.1).all(|(byte, masked)| byte ^ MASK == *masked);
        let last = bytes.len().saturating_sub(self.1.len());
        (0..last).filter(|at| bytes[*at] == first && fits(*at)).count()
    }
}

#[test]
fn a_locked_vault_leaves_no_key_in_memory() {
    let (keychain, made, rows) = with_keychain();
    let mut canary = Zeroizing::new(vec![0; 40]);
    getrandom::fill(canary.as_mut_slice()).expect("random bytes");
    let sealed = made.seal(&key_context(), canary.as_slice()).expect("sealed");
    let canary_needle = Needle::of("an opened secret", canary.as_slice());
    drop(canary);
    made.lock();

    let vault = Vault::from_rows(Some(rows));
    vault.unlock_with_keychain(&keychain, Patience::Probe).expect("unlocked");
    drop(vault.open(&key_context(), &sealed).expect("opened"));
    let needles = needles_of(&vault);
    let unlocked = search(&needles);
    for (needle, found) in needles.iter().zip(&unlocked) {
        assert!(*found > 0, "{}: the search finds nothing at all", needle.0);
    }

    vault.lock();
    let locked = search(&needles);
    for (needle, found) in needles.iter().zip(&locked) {
        assert_eq!(*found, 0, "{} is still in memory", needle.0);
    }
    assert_eq!(search(&[canary_needle]), [0], "an opened secret is still in memory");
}

fn needles_of(vault: &Vault) -> Vec<Needle> {
    let inner = vault.inner.read();
    let opened = inner.opened.as_ref().expect("unlocked");
    let generation = &opened.generations[0];
    let of = |name, key: &Key| Needle::of(name, key.bytes());
    vec![
        of("the vault key", &opened.vault_key),
        of("the keychain's key", opened.keychain_key.as_ref().expect("from the keychain")),
        of("the key for secrets", &generation.secret),
        of("the key for text", &generation.text),
        of("the key for fingerprints", &generation.duplicate),
    ]
}

/// How often each needle is in the writable memory of this process.
fn search(needles: &[Needle]) -> Vec<usize> {
    const CHUNK: usize = 1 << 20;
    const OVERLAP: usize = 64;
    let maps = std::fs::read_to_string("/proc/self/maps").expect("maps");
    let memory = File::open("/proc/self/mem").expect("memory");
    let mut found = vec![0; needles.len()];
    let mut chunk = vec![0; CHUNK + OVERLAP];
    for line in maps.lines().filter(|line| line.contains(" rw-p ")) {
        let (from, to) = line.split(' ').next().and_then(|range| range.split_once('-')).expect("a range");
        let address = |text| u64::from_str_radix(text, 16).expect("an address");
        let (mut at, end) = (address(from), address(to));
        while at < end {
            let want = ((end - at) as usize).min(chunk.len());
            // A region of another thread's may be gone by now.
            let Ok(read) = memory.read_at(&mut chunk[..want], at) else { break };
            for (count, needle) in found.iter_mut().zip(needles) {
                *count += needle.count_in(&chunk[..read]);
            }
            at += (want.min(CHUNK)) as u64;
        }
    }
    // What was found also stands in the buffer.
    chunk.fill(0);
    found
}
