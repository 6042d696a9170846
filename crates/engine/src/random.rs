//! Random ids and tokens, from the operating system.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use inkhorn_fault::{Code, Fault, Result};
use inkhorn_secret::Secret;
use zeroize::Zeroizing;

/// Sixteen random bytes for an id.
///
/// An id is no secret: if the system's generator fails, which no system we run on has been seen to do, the time and a
/// counter keep ids apart.
pub(crate) fn make_id() -> [u8; 16] {
    use std::sync::atomic::{AtomicU64, Ordering};
    use std::time::{SystemTime, UNIX_EPOCH};
    static COUNTER: AtomicU64 = AtomicU64::new(0);
    let mut id = [0u8; 16];
    if getrandom::fill(&mut id).is_err() {
        let nanos = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_nanos() as u64);
        id[..8].copy_from_slice(&nanos.to_be_bytes());
        id[8..].copy_from_slice(&COUNTER.fetch_add(1, Ordering::Relaxed).to_be_bytes());
    }
    id
}

/// Letters for bytes.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Sixteen random bytes that nobody can guess.
///
/// # Errors
/// When the system gives no random bytes.
pub(crate) fn make_nonce() -> Result<[u8; 16]> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).map_err(|_| no_random())?;
    Ok(bytes)
}

/// The proof of a sign-in (PKCE): 32 random bytes as 43 letters.
///
/// # Errors
/// When the system gives no random bytes.
pub(crate) fn make_verifier() -> Result<Secret> {
    let mut bytes = Zeroizing::new([0; 32]);
    getrandom::fill(&mut *bytes).map_err(|_| no_random())?;
    Ok(Secret::new(URL_SAFE_NO_PAD.encode(bytes.as_slice())))
}

/// What may be shown of the proof beforehand (S256).
pub(crate) fn challenge_of(verifier: &Secret) -> String {
    URL_SAFE_NO_PAD.encode(verifier.sha256())
}

fn no_random() -> Fault {
    Fault::new(Code::Busy).with("reason", "the system gives no random numbers")
}

/// An app's token: `ihg_`, 8 characters that name it, `_`, 43 characters (256 bits) that prove it.
pub(crate) struct NewToken {
    /// The name part, which may stand in the database.
    pub public: String,
    /// The whole token.
    pub token: Secret,
}

/// Makes an app's token.
///
/// # Errors
/// When the system gives no random bytes: then there is no token, never a weak one.
pub(crate) fn make_token() -> Result<NewToken> {
    let mut bytes = Zeroizing::new([0u8; 38]);
    getrandom::fill(&mut *bytes).map_err(|_| no_random())?;
    let public = URL_SAFE_NO_PAD.encode(&bytes[..6]);
    let proof = Zeroizing::new(URL_SAFE_NO_PAD.encode(&bytes[6..]));
    Ok(NewToken { token: Secret::new(format!("ihg_{public}_{}", proof.as_str())), public })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_has_the_form_that_the_gateway_admits() {
        let made = make_token().expect("random bytes");
        // EXPOSE: the test looks at its form.
        let text = made.token.expose();
        assert_eq!(
            (text.len(), &text[..4], &text[4..12], &text[12..13]),
            (56, "ihg_", made.public.as_str(), "_")
        );
    }

    #[test]
    fn a_challenge_is_the_one_of_the_standard() {
        // RFC 7636, appendix B.
        let verifier = Secret::new("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk".to_owned());
        assert_eq!(challenge_of(&verifier), "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
        let made = make_verifier().expect("random bytes");
        assert_eq!(made.len(), 43);
        assert!(!made.same_as(&make_verifier().expect("random bytes")));
    }

    #[test]
    fn ids_differ() {
        assert_ne!(make_id(), make_id());
    }
}
