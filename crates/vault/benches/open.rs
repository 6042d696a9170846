//! What one use of a key costs: `cargo bench -p inkhorn-vault`. Prints microseconds per seal and per open, and the
//! ratio to hashing the same bytes once, so that figures of two machines can be compared.
#![allow(clippy::print_stdout, reason = "a bench reports on standard output")]

use inkhorn_fault::Result;
use inkhorn_secret::{Origin, Secret};
use inkhorn_vault::{Destination, Effort, Purpose, SealContext, Vault};
use sha2::{Digest, Sha256};
use std::hint::black_box;
use std::time::Instant;

const ROUNDS: u32 = 20_000;

fn main() -> Result<()> {
    let vault = Vault::empty();
    let passphrase = Secret::new("a bench's passphrase".to_owned());
    vault.adopt(vault.make_with_passphrase(&passphrase, Effort::Least)?);
    let origins: Vec<Origin> =
        "https://api.openai.com/v1".parse().ok().and_then(|url| Origin::of(&url)).into_iter().collect();
    let context = SealContext {
        purpose: Purpose::Secret,
        record: [1; 16],
        owner_kind: "connection",
        owner: [2; 16],
        field: "key",
        revision: 1,
        destination: Some(Destination { origins: &origins, auth: "bearer" }),
    };
    let key = [b'k'; 164];
    let sealed = vault.seal(&context, &key)?;
    let hash = measure(|| Ok(black_box(Sha256::digest(black_box(&sealed))).len()))?;
    let seal = measure(|| vault.seal(&context, black_box(&key)).map(|sealed| sealed.len()))?;
    let open = measure(|| vault.open(&context, black_box(&sealed)).map(|opened| opened.len()))?;
    println!("hash {hash:7.2} us");
    println!("seal {seal:7.2} us  {:5.1} x hash", seal / hash);
    println!("open {open:7.2} us  {:5.1} x hash  (at most 50 us)", open / hash);
    Ok(())
}

/// Microseconds per round.
fn measure(mut round: impl FnMut() -> Result<usize>) -> Result<f64> {
    let start = Instant::now();
    for _ in 0..ROUNDS {
        black_box(round()?);
    }
    Ok(start.elapsed().as_secs_f64() * 1e6 / f64::from(ROUNDS))
}
