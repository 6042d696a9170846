//! Who may come in: every check on a request's head, in one place and in one order, before its body is read.
//!
//! Pure: the head, the grants and the gateway's own port go in, a verdict comes out. Until the token is known to be
//! good every refusal is the same short answer without any `Access-Control-*` header, so that a web page that was not
//! granted anything learns nothing, not even that this is Inkhorn.

use http::{HeaderMap, HeaderName, HeaderValue, Method, header};
use std::net::SocketAddr;

/// What the head alone allows.
#[derive(Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Go on to the token.
    Pass,
    /// A granted page asks what it may do: answer this, without a token.
    Preflight,
    /// No.
    Refuse(Refusal),
}

/// Why not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// Not exactly one `Host`, or one that is not ours: a web page may stand behind it (DNS rebinding).
    Host,
    /// A web page that the writer did not grant.
    Origin,
    /// A body that is not JSON.
    ContentType,
    /// A body that is packed.
    ContentEncoding,
    /// An upgrade, a tunnel, or an address that is not a path.
    Form,
}

impl Refusal {
    /// The status that says so.
    pub fn status(self) -> u16 {
        match self {
            Self::Host | Self::Origin => 403,
            Self::ContentType | Self::ContentEncoding => 415,
            Self::Form => 400,
        }
    }
}

const FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");
const PRIVATE_NETWORK: HeaderName = HeaderName::from_static("access-control-request-private-network");
const ALLOW_PRIVATE_NETWORK: HeaderName = HeaderName::from_static("access-control-allow-private-network");

/// Checks the head of a request.
///
/// `ours` is where the gateway listens; `granted` says whether the writer granted an exact origin to any app.
pub fn check(
    method: &Method,
    uri: &http::Uri,
    headers: &HeaderMap,
    ours: SocketAddr,
    granted: impl Fn(&str) -> bool,
) -> Verdict {
    if !host_is_ours(headers, ours) {
        return Verdict::Refuse(Refusal::Host);
    }
    if uri.authority().is_some() || headers.contains_key(header::UPGRADE) || !uri.path().starts_with('/') {
        return Verdict::Refuse(Refusal::Form);
    }
    let origin = match the_origin(headers) {
        Ok(origin) => origin,
        Err(refusal) => return Verdict::Refuse(refusal),
    };
    if let Some(origin) = origin
        && !granted(origin)
    {
        return Verdict::Refuse(Refusal::Origin);
    }
    // A browser says truthfully when a page of another site is behind a request, even one without an Origin.
    let site = headers.get(FETCH_SITE).map(HeaderValue::as_bytes);
    if origin.is_none() && matches!(site, Some(b"cross-site" | b"same-site")) {
        return Verdict::Refuse(Refusal::Origin);
    }
    if method == Method::OPTIONS {
        let asks = headers.contains_key(header::ACCESS_CONTROL_REQUEST_METHOD);
        return if origin.is_some() && asks { Verdict::Preflight } else { Verdict::Refuse(Refusal::Origin) };
    }
    if method == Method::POST {
        if headers.contains_key(header::CONTENT_ENCODING) {
            return Verdict::Refuse(Refusal::ContentEncoding);
        }
        if !is_json(headers) {
            return Verdict::Refuse(Refusal::ContentType);
        }
    }
    Verdict::Pass
}

/// The origin of the web page behind a request, if one is. Exactly one, as text, never `null`.
pub fn the_origin(headers: &HeaderMap) -> Result<Option<&str>, Refusal> {
    let mut origins = headers.get_all(header::ORIGIN).iter();
    match (origins.next(), origins.next()) {
        (None, _) => Ok(None),
        (Some(origin), None) => match origin.to_str() {
            Ok(text) if text != "null" && text.len() <= 256 => Ok(Some(text)),
            _ => Err(Refusal::Origin),
        },
        _ => Err(Refusal::Origin),
    }
}

/// Exactly one `Host`: one of the three names of this machine, or the address that the writer bound, with our port. No
/// suffixes, no other spellings.
fn host_is_ours(headers: &HeaderMap, ours: SocketAddr) -> bool {
    let mut hosts = headers.get_all(header::HOST).iter();
    let (Some(host), None) = (hosts.next(), hosts.next()) else { return false };
    let Ok(host) = host.to_str() else { return false };
    let Some((name, number)) = host.rsplit_once(':') else { return false };
    let (port, bound) = (ours.port().to_string(), ours.to_string());
    let names = ["127.0.0.1", "localhost", "[::1]"];
    number == port && (names.iter().any(|ours| name.eq_ignore_ascii_case(ours)) || host == bound)
}

fn is_json(headers: &HeaderMap) -> bool {
    let mut types = headers.get_all(header::CONTENT_TYPE).iter();
    let (Some(value), None) = (types.next(), types.next()) else { return false };
    let Ok(text) = value.to_str() else { return false };
    let mut parts = text.split(';').map(str::trim);
    parts.next().is_some_and(|kind| kind.eq_ignore_ascii_case("application/json"))
        && parts.all(|parameter| match parameter.split_once('=') {
            Some((name, charset)) if name.trim().eq_ignore_ascii_case("charset") => {
                charset.trim().trim_matches('"').eq_ignore_ascii_case("utf-8")
            }
            _ => true,
        })
}

/// The token that a request carries: `Authorization: Bearer`, `x-api-key` or `api-key`; never in the address. Only text
/// of a token's exact form is handed on, so that nothing else is ever looked up.
pub fn token(headers: &HeaderMap) -> Option<&str> {
    let bearer = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok()).and_then(|value| {
        let (scheme, token) = value.split_once(' ')?;
        scheme.eq_ignore_ascii_case("bearer").then_some(token.trim())
    });
    let plain = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    bearer.or_else(|| plain("x-api-key")).or_else(|| plain("api-key")).filter(|token| has_token_form(token))
}

/// `ihg_`, eight characters that name the app, `_`, and forty-three that prove it.
fn has_token_form(token: &str) -> bool {
    let letters = |part: &str| part.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'));
    token.len() == 56
        && token.is_ascii()
        && token.starts_with("ihg_")
        && token.as_bytes()[12] == b'_'
        && letters(&token[4..12])
        && letters(&token[13..])
}

/// The headers of an answer to a granted page: its own origin, nothing wider, and never credentials.
pub fn grant(origin: &str, answer: &mut HeaderMap) {
    if let Ok(origin) = HeaderValue::from_str(origin) {
        answer.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin);
        answer.append(header::VARY, HeaderValue::from_static("Origin"));
        answer.insert(
            header::ACCESS_CONTROL_EXPOSE_HEADERS,
            HeaderValue::from_static("x-request-id, request-id, retry-after"),
        );
    }
}

/// The headers of the answer to a preflight of a granted page.
pub fn answer_preflight(asked: &HeaderMap, answer: &mut HeaderMap) {
    let wanted = asked.get(header::ACCESS_CONTROL_REQUEST_HEADERS).and_then(|value| value.to_str().ok());
    let allowed: Vec<String> = wanted
        .unwrap_or_default()
        .split(',')
        .map(|name| name.trim().to_ascii_lowercase())
        .filter(|name| may_be_sent(name))
        .take(64)
        .collect();
    answer.insert(header::ACCESS_CONTROL_ALLOW_METHODS, HeaderValue::from_static("GET, HEAD, POST, OPTIONS"));
    if let Ok(allowed) = HeaderValue::from_str(&allowed.join(", ")) {
        answer.insert(header::ACCESS_CONTROL_ALLOW_HEADERS, allowed);
    }
    answer.insert(header::ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static("600"));
    answer.append(header::VARY, HeaderValue::from_static("Access-Control-Request-Headers"));
    if asked.get(PRIVATE_NETWORK).is_some_and(|value| value == "true") {
        answer.insert(ALLOW_PRIVATE_NETWORK, HeaderValue::from_static("true"));
    }
}

/// What client libraries of the dialects are known to send from a page.
fn may_be_sent(header: &str) -> bool {
    const KNOWN: &[&str] = &[
        "authorization",
        "content-type",
        "accept",
        "x-api-key",
        "api-key",
        "anthropic-version",
        "anthropic-beta",
        "anthropic-dangerous-direct-browser-access",
        "openai-organization",
        "openai-project",
        "openai-beta",
        "http-referer",
        "x-title",
        "x-openrouter-title",
        "x-requested-with",
    ];
    KNOWN.contains(&header) || header.starts_with("x-stainless-")
}

#[cfg(test)]
mod tests {
    use super::*;

    const OURS: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(std::net::Ipv4Addr::LOCALHOST), 4654);
    const NOVELCRAFTER: &str = "https://app.novelcrafter.com";

    fn headers(pairs: &[(&str, &str)]) -> HeaderMap {
        let mut map = HeaderMap::new();
        for (name, value) in pairs {
            let name: HeaderName = name.parse().expect("a header name");
            map.append(name, HeaderValue::from_bytes(value.as_bytes()).expect("a header value"));
        }
        map
    }

    fn verdict(method: Method, pairs: &[(&str, &str)]) -> Verdict {
        let path = http::Uri::from_static("/v1/chat/completions");
        check(&method, &path, &headers(pairs), OURS, |origin| origin == NOVELCRAFTER)
    }

    const JSON: (&str, &str) = ("content-type", "application/json");
    const HOST: (&str, &str) = ("host", "127.0.0.1:4654");

    #[test]
    fn only_the_three_names_of_this_machine_are_ours() {
        for host in ["127.0.0.1:4654", "localhost:4654", "LOCALHOST:4654", "[::1]:4654"] {
            assert_eq!(verdict(Method::POST, &[("host", host), JSON]), Verdict::Pass, "{host}");
        }
        for host in [
            "evil.com",
            "evil.com:4654",
            "127.0.0.1.evil.com:4654",
            "localhost.evil.com:4654",
            "x.localhost:4654",
            "foo.local:4654",
            "127.0.0.2:4654",
            "0.0.0.0:4654",
            "[::ffff:127.0.0.1]:4654",
            "localhost:1",
            "localhost.:4654",
            "user@localhost:4654",
            "localhost",
            "",
            "localhost:04654",
        ] {
            assert_eq!(
                verdict(Method::POST, &[("host", host), JSON]),
                Verdict::Refuse(Refusal::Host),
                "{host}"
            );
        }
        assert_eq!(verdict(Method::POST, &[JSON]), Verdict::Refuse(Refusal::Host), "no Host");
        assert_eq!(verdict(Method::POST, &[HOST, HOST, JSON]), Verdict::Refuse(Refusal::Host), "two Hosts");
    }

    #[test]
    fn only_the_exact_granted_page_may_ask() {
        assert_eq!(verdict(Method::POST, &[HOST, JSON, ("origin", NOVELCRAFTER)]), Verdict::Pass);
        let long = format!("https://{}.com", "a".repeat(10_000));
        for origin in [
            "https://evil.com",
            "null",
            "http://localhost:3000",
            "https://app.novelcrafter.com:8443",
            "https://APP.novelcrafter.com",
            "https://app.novelcrafter.com/",
            "https://x.app.novelcrafter.com",
            "http://app.novelcrafter.com",
            "",
            long.as_str(),
        ] {
            let asked = verdict(Method::POST, &[HOST, JSON, ("origin", origin)]);
            assert_eq!(asked, Verdict::Refuse(Refusal::Origin), "{origin}");
        }
        let two = [HOST, JSON, ("origin", NOVELCRAFTER), ("origin", NOVELCRAFTER)];
        assert_eq!(verdict(Method::POST, &two), Verdict::Refuse(Refusal::Origin), "two Origins");
        for site in ["cross-site", "same-site"] {
            let asked = verdict(Method::GET, &[HOST, ("sec-fetch-site", site)]);
            assert_eq!(asked, Verdict::Refuse(Refusal::Origin), "a page without an Origin: {site}");
        }
    }

    #[test]
    fn a_body_is_json_and_not_packed() {
        for good in
            ["application/json", "Application/JSON; charset=utf-8", "application/json;charset=\"UTF-8\""]
        {
            assert_eq!(verdict(Method::POST, &[HOST, ("content-type", good)]), Verdict::Pass, "{good}");
        }
        for bad in [
            "text/plain",
            "application/x-www-form-urlencoded",
            "multipart/form-data; boundary=x",
            "application/json; charset=utf-7",
            "application/jsonp",
            "",
        ] {
            let asked = verdict(Method::POST, &[HOST, ("content-type", bad)]);
            assert_eq!(asked, Verdict::Refuse(Refusal::ContentType), "{bad}");
        }
        assert_eq!(verdict(Method::POST, &[HOST]), Verdict::Refuse(Refusal::ContentType), "no content type");
        let packed = verdict(Method::POST, &[HOST, JSON, ("content-encoding", "gzip")]);
        assert_eq!(packed, Verdict::Refuse(Refusal::ContentEncoding));
    }

    #[test]
    fn tunnels_and_upgrades_are_refused() {
        let headers = headers(&[HOST, ("upgrade", "websocket")]);
        let path = http::Uri::from_static("/");
        assert_eq!(check(&Method::GET, &path, &headers, OURS, |_| false), Verdict::Refuse(Refusal::Form));
        let absolute = http::Uri::from_static("http://api.openai.com/v1/models");
        let asked = check(&Method::GET, &absolute, &super::tests::headers(&[HOST]), OURS, |_| false);
        assert_eq!(asked, Verdict::Refuse(Refusal::Form));
    }

    #[test]
    fn a_preflight_is_answered_for_granted_pages_only_and_with_known_headers_only() {
        let asks = ("access-control-request-method", "POST");
        assert_eq!(verdict(Method::OPTIONS, &[HOST, ("origin", NOVELCRAFTER), asks]), Verdict::Preflight);
        let stranger = verdict(Method::OPTIONS, &[HOST, ("origin", "https://evil.com"), asks]);
        assert_eq!(stranger, Verdict::Refuse(Refusal::Origin));
        assert_eq!(verdict(Method::OPTIONS, &[HOST]), Verdict::Refuse(Refusal::Origin));

        let wanted = "Authorization, X-Stainless-Timeout, X-Evil, content-type";
        let asked = headers(&[
            ("access-control-request-headers", wanted),
            ("access-control-request-private-network", "true"),
        ]);
        let mut answer = HeaderMap::new();
        answer_preflight(&asked, &mut answer);
        let allowed = answer.get("access-control-allow-headers").expect("allowed headers");
        assert_eq!(allowed, "authorization, x-stainless-timeout, content-type");
        assert_eq!(answer.get("access-control-allow-private-network").expect("asked for"), "true");
        assert!(!answer.contains_key("access-control-allow-credentials"));
    }

    #[test]
    fn only_text_of_a_tokens_form_is_looked_up() {
        let good = format!("ihg_{}_{}", "a".repeat(8), "B".repeat(43));
        for (name, value) in [
            ("authorization", format!("Bearer {good}")),
            ("x-api-key", good.clone()),
            ("api-key", good.clone()),
        ] {
            assert_eq!(token(&headers(&[(name, &value)])), Some(good.as_str()), "{name}");
        }
        let long = "x".repeat(1 << 20);
        for bad in ["", "ihg_", "' OR 1=1--", "sk-abc", "Bearer", &good[..55], &format!("{good}x"), &long] {
            assert_eq!(
                token(&headers(&[("authorization", &format!("Bearer {bad}"))])),
                None,
                "{} bytes",
                bad.len()
            );
        }
        assert_eq!(token(&headers(&[("authorization", &format!("Basic {good}"))])), None);
    }
}
