//! The one type for secrets, for everybody who must hold one for a moment.
//!
//! A [`Secret`] cannot be printed, cloned by accident, compared in variable time or serialised; it wipes itself.
//! It can be *read* from a request (deserialised), never written to one. Each call of [`Secret::expose`] stands
//! behind a comment `EXPOSE:` that says why; `cargo xtask check` looks.

mod origin;

pub use origin::Origin;

use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;
use zeroize::{Zeroize, Zeroizing};

/// Text that must never be shown: a provider key, a passphrase, a token, a header value.
#[derive(Zeroize)]
#[zeroize(drop)]
pub struct Secret(String);

impl Secret {
    /// Takes the text over; the caller keeps no copy.
    pub fn new(text: String) -> Self {
        Self(text)
    }

    /// Takes bytes that must be UTF-8; wipes them when they are not.
    pub fn from_utf8(bytes: Zeroizing<Vec<u8>>) -> Option<Self> {
        std::str::from_utf8(&bytes).ok().map(|text| Self(text.to_owned()))
    }

    /// The text itself. Only for building a request, sealing, deriving a key, or comparing.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// Length in bytes.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is nothing in it.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// A copy, for the rare case that two owners need one (a retry). Spelled out so that it is seen in review.
    pub fn duplicate(&self) -> Self {
        Self(self.0.clone())
    }

    /// At most the last four characters, and only of a secret of 20 characters or more: enough for its owner to
    /// recognise it, too little to help anybody else.
    pub fn last4(&self) -> Option<String> {
        let characters: Vec<char> = self.0.chars().collect();
        (characters.len() >= 20).then(|| characters[characters.len() - 4..].iter().collect())
    }

    /// Equality in constant time for equal lengths.
    pub fn same_as(&self, other: &Self) -> bool {
        self.0.as_bytes().ct_eq(other.0.as_bytes()).into()
    }

    /// SHA-256 of the text. For tokens of full entropy only: a passphrase needs a slow function.
    pub fn sha256(&self) -> [u8; 32] {
        Sha256::digest(self.0.as_bytes()).into()
    }
}

impl<'de> serde::Deserialize<'de> for Secret {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        String::deserialize(from).map(Self)
    }
}

/// Takes every occurrence of the secrets out of text that came from outside, whatever their encoding.
///
/// For error bodies and other text of a provider that may echo a key. Works on exact matches of the secret as it
/// is, as JSON, URL and base64 would write it; secrets shorter than 8 bytes are passed over.
pub struct Scrubber {
    needles: Vec<Zeroizing<String>>,
}

impl Scrubber {
    /// What stands where a secret was.
    pub const MARK: &'static str = "[key]";

    /// Knows these secrets.
    pub fn new<'a>(secrets: impl IntoIterator<Item = &'a Secret>) -> Self {
        let mut needles = Vec::new();
        for secret in secrets {
            // EXPOSE: to find it in foreign text and take it out.
            let text = secret.expose();
            if text.len() < 8 {
                continue;
            }
            for form in [
                text.to_owned(),
                escape_url(text),
                escape_json(text),
                base64(text, false),
                base64(text, true),
            ] {
                if !needles.iter().any(|known: &Zeroizing<String>| **known == form) {
                    needles.push(Zeroizing::new(form));
                }
            }
        }
        Self { needles }
    }

    /// Whether any secret is in the bytes.
    pub fn finds_in(&self, bytes: &[u8]) -> bool {
        self.needles.iter().any(|needle| contains(bytes, needle.as_bytes()))
    }

    /// The text without the secrets. Borrows where nothing was found.
    pub fn clean<'t>(&self, text: &'t str) -> std::borrow::Cow<'t, str> {
        let mut out = std::borrow::Cow::Borrowed(text);
        for needle in &self.needles {
            if out.contains(needle.as_str()) {
                out = std::borrow::Cow::Owned(out.replace(needle.as_str(), Self::MARK));
            }
        }
        out
    }
}

fn contains(bytes: &[u8], needle: &[u8]) -> bool {
    needle.first().is_some_and(|first| {
        bytes.len() >= needle.len()
            && bytes[..=bytes.len() - needle.len()]
                .iter()
                .enumerate()
                .any(|(at, byte)| byte == first && &bytes[at..at + needle.len()] == needle)
    })
}

fn escape_url(text: &str) -> String {
    url::form_urlencoded::byte_serialize(text.as_bytes()).collect()
}

fn escape_json(text: &str) -> String {
    text.chars().flat_map(|c| if matches!(c, '"' | '\\' | '/') { vec!['\\', c] } else { vec![c] }).collect()
}

/// Base64 without padding; a whole-value encoding, which is how keys are echoed (`Basic`, JWT-like dumps).
fn base64(text: &str, url_safe: bool) -> String {
    const ALPHABET: &[u8; 62] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    let letter = |six: u32| match six {
        0..=61 => ALPHABET[six as usize] as char,
        62 => [if url_safe { '-' } else { '+' }][0],
        _ => [if url_safe { '_' } else { '/' }][0],
    };
    let mut out = String::new();
    for chunk in text.as_bytes().chunks(3) {
        let bits =
            chunk.iter().enumerate().fold(0u32, |bits, (at, byte)| bits | u32::from(*byte) << (16 - 8 * at));
        for at in 0..=chunk.len() {
            out.push(letter(bits >> (18 - 6 * at) & 63));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    // A secret that can be printed, copied unseen or written into an answer does not compile.
    static_assertions::assert_not_impl_any!(
        Secret: std::fmt::Debug, std::fmt::Display, Clone, Copy, serde::Serialize, std::ops::Deref<Target = str>
    );

    fn secret(text: &str) -> Secret {
        Secret::new(text.to_owned())
    }

    #[test]
    fn only_long_secrets_tell_their_last_four() {
        assert_eq!(secret("sk-0123456789abcdefWXYZ").last4().as_deref(), Some("WXYZ"));
        assert_eq!(secret("hunter2").last4(), None);
    }

    #[test]
    fn a_request_can_carry_a_secret_in() {
        let read: Secret = serde_json::from_str("\"sk-abc\"").expect("text");
        assert!(read.same_as(&secret("sk-abc")));
        assert!(!read.same_as(&secret("sk-abd")));
    }

    #[test]
    fn a_secret_is_found_in_every_coat() {
        let key = secret("ih-CANARY/0+1\"2345");
        let scrubber = Scrubber::new([&key]);
        for echoed in [
            "you sent ih-CANARY/0+1\"2345, wrong",
            r#"{"message":"ih-CANARY\/0+1\"2345"}"#,
            "?key=ih-CANARY%2F0%2B1%222345&x",
            "Basic aWgtQ0FOQVJZLzArMSIyMzQ1",
        ] {
            let clean = scrubber.clean(echoed);
            assert!(scrubber.finds_in(echoed.as_bytes()), "{echoed}");
            assert!(clean.contains(Scrubber::MARK) && !clean.contains("CANARY"), "{clean}");
        }
        assert!(matches!(scrubber.clean("nothing here"), std::borrow::Cow::Borrowed(_)));
    }

    #[test]
    fn our_base64_is_base64() {
        for (text, plain) in
            [("f", "Zg"), ("fo", "Zm8"), ("foo", "Zm9v"), ("foob", "Zm9vYg"), (">>>???", "Pj4+Pz8/")]
        {
            assert_eq!(base64(text, false), plain);
        }
        assert_eq!(base64(">>>???", true), "Pj4-Pz8_");
    }
}
