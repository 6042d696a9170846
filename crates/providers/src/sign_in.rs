//! Signing in at a provider in the browser: OAuth with PKCE (S256). Pure but for the one call that trades the code for
//! a key. Where the pages are is data of the catalogue.

use crate::catalogue::Place;
use crate::refusal::{Refusal, classify};
use crate::target::{ConnectionTarget, Credential};
use bytes::Bytes;
use inkhorn_fault::{Code, Fault};
use inkhorn_outbound::Deadlines;
use inkhorn_secret::{Scrubber, Secret};
use serde::Deserialize;
use std::time::{Duration, SystemTime};
use url::Url;
use zeroize::Zeroizing;

/// The exchange is quick, or it failed.
const QUICK: Deadlines = Deadlines {
    first_byte: Duration::from_secs(20),
    idle: Duration::from_secs(10),
    total: Duration::from_secs(30),
};

/// More than any answer with a key in it has.
const MOST: usize = 64 * 1024;

/// Longest code that is believed.
const LONGEST_CODE: usize = 512;

/// Where one signs in.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SignInPlaces {
    /// The page that the browser opens.
    pub page: Place,
    /// Where the code is traded for a key.
    pub exchange: Place,
}

/// The code that the provider gives the browser, checked by its form.
pub struct SignInCode(Secret);

impl SignInCode {
    /// Takes a code, or a whole address with `code=` in its query, as somebody copies it out of a browser.
    ///
    /// # Errors
    /// `bad_request`, without a word of what was given.
    pub fn parse(given: &Secret) -> Result<Self, Fault> {
        // EXPOSE: to find the code in the address around it and to see whether it has the form of one.
        let text = given.expose().trim();
        let found = match Url::parse(text) {
            Ok(url) => url.query_pairs().find(|(name, _)| name == "code").map(|(_, code)| code.into_owned()),
            Err(_) => Some(text.to_owned()),
        };
        let code = found.map(Secret::new).filter(Self::has_form);
        code.map(Self).ok_or_else(|| {
            let reason = "this is no sign-in code, and no address with one";
            Fault::new(Code::BadRequest).with("reason", reason)
        })
    }

    /// Takes a bare code, as the browser brings it back. `None` where it has not the form of one.
    pub fn parse_bare(code: Secret) -> Option<Self> {
        Self::has_form(&code).then_some(Self(code))
    }

    fn has_form(code: &Secret) -> bool {
        let fits = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'~' | b'-');
        // EXPOSE: to look at its letters.
        let text = code.expose();
        !text.is_empty() && text.len() <= LONGEST_CODE && text.bytes().all(fits)
    }
}

impl ConnectionTarget {
    /// The page for the browser; it comes back to `callback` with a code.
    ///
    /// # Errors
    /// `not_found` where one cannot sign in at this provider.
    pub fn sign_in_page(&self, callback: &str, challenge: &str) -> Result<Url, Fault> {
        let places = self.sign_in_places()?;
        let base = if places.page.at_root { self.destination.root() } else { &self.destination.base() };
        let mut page =
            Url::parse(&format!("{base}{}", places.page.path)).map_err(|_| Fault::new(Code::BadAddress))?;
        page.query_pairs_mut()
            .append_pair("callback_url", callback)
            .append_pair("code_challenge", challenge)
            .append_pair("code_challenge_method", "S256");
        Ok(page)
    }

    /// Trades the code for a key, once. Nothing of either is in a fault.
    ///
    /// # Errors
    /// `wrong_key` with the fact `sign_in` where the provider does not take the code; `not_an_api` where its answer has
    /// no key; else what the way there says.
    pub async fn exchange_code(
        &self,
        code: &SignInCode,
        verifier: &Secret,
        now: SystemTime,
    ) -> Result<Secret, Fault> {
        let target = self.place(&self.sign_in_places()?.exchange)?;
        // EXPOSE: both go into the body of the exchange.
        let (code_text, verifier_text) = (code.0.expose(), verifier.expose());
        let body = serde_json::json!({
            "code": code_text,
            "code_verifier": verifier_text,
            "code_challenge_method": "S256",
        });
        let body = Bytes::from(body.to_string());
        let answer = self.post(&target, &Credential::NONE, body, QUICK, now).await?;
        if !answer.is_success() || answer.is_of_type("text/html") {
            let refusal = Refusal::read(answer).await;
            let scrubber = Scrubber::new([&code.0, verifier]);
            let fault = classify(&self.entry, self.destination.address(), None, &refusal, &scrubber, now);
            // The door of the exchange says 400 and 403 for one thing: this code does not open it (any more).
            return Err(match fault.status() {
                Some(400 | 401 | 403) => {
                    Fault::new(Code::WrongKey).with("sign_in", &self.entry.name).with_status(refusal.status)
                }
                _ => fault,
            });
        }
        let not_ours = || Fault::new(Code::NotAnApi).with("address", self.destination.address());
        read_key(answer.read_to_end(MOST).await?).ok_or_else(not_ours)
    }

    fn sign_in_places(&self) -> Result<&SignInPlaces, Fault> {
        self.entry.sign_in.as_ref().ok_or_else(|| Fault::new(Code::NotFound).with("name", "sign-in"))
    }
}

/// The key in the answer. The bytes that it came in are wiped.
fn read_key(body: Bytes) -> Option<Secret> {
    #[derive(Deserialize)]
    struct Exchanged {
        key: Secret,
    }
    let bytes = Zeroizing::new(Vec::from(body));
    serde_json::from_slice::<Exchanged>(&bytes).ok().map(|answer| answer.key)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<SignInCode, Fault> {
        SignInCode::parse(&Secret::new(text.to_owned()))
    }

    #[test]
    fn a_code_is_taken_bare_or_out_of_the_address_around_it() {
        for given in [
            "auth_code-1.~Z",
            "  auth_code-1.~Z\n",
            "http://localhost:4321/cb/0123?code=auth_code-1.~Z",
            "http://localhost:4321/cb/0123?x=1&code=auth_code-1.~Z#end",
        ] {
            // EXPOSE: the test compares it.
            assert_eq!(parse(given).expect(given).0.expose(), "auth_code-1.~Z");
        }
    }

    #[test]
    fn what_is_no_code_is_refused_without_its_letters() {
        let long = "a".repeat(1024 * 1024);
        for given in [
            "",
            " ",
            "two words",
            "a/b",
            "code=x",
            "http://localhost/cb",
            "http://x/?code=",
            "CANARY\0",
            "CANÄRY",
            &long,
        ] {
            let fault = parse(given).err().expect("refused");
            assert_eq!(fault.code(), Code::BadRequest);
            assert!(!format!("{fault:?}").contains("CAN"), "{fault:?}");
        }
    }

    #[test]
    fn a_key_is_read_and_nothing_else_is_one() {
        assert!(read_key(Bytes::from_static(br#"{"key":"sk-or-v1-x","user_id":null}"#)).is_some());
        for body in ["", "{}", r#"{"key":7}"#, r#"{"key":null}"#, "[]", "<html>", r#"{"key":"#] {
            assert!(read_key(Bytes::from(body)).is_none(), "{body}");
        }
    }
}
