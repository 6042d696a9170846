//! OpenRouter's sign-in (OAuth PKCE, S256): the page that the browser opens, where somebody says yes at once, and the
//! exchange of the code for the key.
//!
//! A code holds the challenge that it was given for, so that nothing has to be remembered but which code was used.

use super::Recorded;
use super::persona::Route;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use url::Url;

/// What comes of it.
pub(super) enum Said {
    /// The browser is sent there.
    Back(String),
    /// The key.
    Key(Value),
    /// Refused with this status.
    Refused(u16),
}

/// The answer to a request of the sign-in; `None`: the route is not one of these. `earlier` are all requests so far,
/// this one included.
pub(super) fn answer(
    route: Route,
    query: &str,
    body: &[u8],
    key: Option<String>,
    earlier: &[Recorded],
) -> Option<Said> {
    match route {
        Route::SignInPage => Some(page(query)),
        Route::SignInExchange => Some(exchange(body, key, earlier)),
        _ => None,
    }
}

fn page(query: &str) -> Said {
    let asked = Url::parse(&format!("http://localhost/?{query}")).expect("a query");
    let given =
        |name: &str| asked.query_pairs().find(|(have, _)| have == name).map(|(_, value)| value.into_owned());
    let callback = given("callback_url").and_then(|text| Url::parse(&text).ok());
    let (Some(mut callback), Some(challenge), Some("S256")) =
        (callback, given("code_challenge"), given("code_challenge_method").as_deref())
    else {
        return Said::Refused(400);
    };
    let near = matches!(callback.host_str(), Some("localhost" | "127.0.0.1"));
    if challenge.len() != 43 || !(callback.scheme() == "https" || near) {
        return Said::Refused(400);
    }
    callback.query_pairs_mut().append_pair("code", &format!("auth_code_{challenge}"));
    Said::Back(callback.into())
}

fn exchange(body: &[u8], key: Option<String>, earlier: &[Recorded]) -> Said {
    let Ok(asked) = serde_json::from_slice::<Value>(body) else { return Said::Refused(400) };
    let (Some(code), Some(verifier)) = (asked["code"].as_str(), asked["code_verifier"].as_str()) else {
        return Said::Refused(400);
    };
    let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(verifier.as_bytes()));
    let same_code = |one: &&Recorded| {
        one.path.ends_with("/auth/keys")
            && serde_json::from_slice::<Value>(&one.body).is_ok_and(|body| body["code"] == code)
    };
    let used_before = earlier.iter().filter(same_code).count() > 1;
    let fits = asked["code_challenge_method"] == "S256" && code == format!("auth_code_{challenge}");
    if !fits || used_before {
        return Said::Refused(403);
    }
    Said::Key(json!({ "key": key, "user_id": "user_2simulated" }))
}
