//! Custom headers: what the writer may add to the requests of a connection, and what never.

use crate::catalogue::AuthStyle;
use http::header::AUTHORIZATION;
use http::{HeaderName, HeaderValue};
use inkhorn_fault::{Code, Fault};
use inkhorn_secret::Secret;

/// Most custom headers of one connection.
pub const MAX_HEADERS: usize = 32;

/// Longest value, in bytes.
const MAX_VALUE: usize = 8 * 1024;

/// Headers that belong to the connection, to the body or to the way there.
const RESERVED: [&str; 17] = [
    "accept-encoding",
    "connection",
    "content-encoding",
    "content-length",
    "content-type",
    "cookie",
    "expect",
    "host",
    "http2-settings",
    "keep-alive",
    "proxy-authorization",
    "proxy-connection",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "via",
];

/// A header that may be sent. The value is held like a key: many are one.
pub struct CustomHeader {
    /// Its name.
    pub name: HeaderName,
    /// Its value, trimmed.
    pub value: Secret,
}

impl CustomHeader {
    /// Takes a name and a value. `bad_header` says which of the two cannot be sent, never what it was.
    pub fn parse(name: &str, value: &Secret) -> Result<Self, Fault> {
        let name: HeaderName =
            name.trim().parse().map_err(|_| Fault::new(Code::BadHeader).with("bad_name", "name"))?;
        if is_reserved(&name) {
            return Err(Fault::new(Code::BadHeader).with("reserved", name));
        }
        // EXPOSE: to trim it and to see whether it can stand in a header.
        let value = value.expose().trim_matches([' ', '\t']);
        let sendable = value.bytes().all(|byte| matches!(byte, b' '..=b'~' | b'\t'));
        if !sendable || value.is_empty() || value.len() > MAX_VALUE {
            return Err(Fault::new(Code::BadHeader).with("bad_value", name));
        }
        Ok(Self { name, value: Secret::new(value.to_owned()) })
    }

    /// The value as it is sent, marked so that nothing prints it.
    pub(crate) fn wire_value(&self) -> Result<HeaderValue, Fault> {
        // EXPOSE: to build the header of a request.
        let mut value = HeaderValue::from_str(self.value.expose())
            .map_err(|_| Fault::new(Code::BadHeader).with("bad_value", &self.name))?;
        value.set_sensitive(true);
        Ok(value)
    }
}

/// Whether the headers of a connection can stand together: not too many, no name twice, and none that carries the key
/// already.
pub fn check_headers(headers: &[CustomHeader], auth: &AuthStyle) -> Result<(), Fault> {
    if headers.len() > MAX_HEADERS {
        return Err(Fault::new(Code::BadHeader).with("too_many", MAX_HEADERS));
    }
    let key_header = match auth {
        AuthStyle::None => None,
        AuthStyle::Bearer | AuthStyle::Aws => Some(&AUTHORIZATION),
        AuthStyle::Header(name) => Some(name),
    };
    for (at, header) in headers.iter().enumerate() {
        if key_header == Some(&header.name) {
            return Err(Fault::new(Code::BadHeader).with("carries_key", &header.name));
        }
        if headers[..at].iter().any(|earlier| earlier.name == header.name) {
            return Err(Fault::new(Code::BadHeader).with("twice", &header.name));
        }
    }
    Ok(())
}

pub(crate) fn is_reserved(name: &HeaderName) -> bool {
    RESERVED.contains(&name.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(text: &str) -> Result<CustomHeader, Fault> {
        let (name, value) = text.split_once(':').unwrap_or((text, ""));
        CustomHeader::parse(name, &Secret::new(value.to_owned()))
    }

    #[test]
    fn ordinary_headers_are_taken_and_trimmed() {
        let header = line(" X-Org-Id :  team 7 ").expect("fine");
        assert_eq!(header.name.as_str(), "x-org-id");
        assert!(header.value.same_as(&Secret::new("team 7".into())));
        assert!(line("Authorization: Basic abc").is_ok(), "allowed where it is the only credential");
    }

    #[test]
    fn what_would_break_a_request_is_refused_without_its_content() {
        for (text, fact) in [
            ("no colon here", "bad_name"),
            (": value", "bad_name"),
            ("X Y: v", "bad_name"),
            ("X\r\nY: v", "bad_name"),
            ("Näme: v", "bad_name"),
            ("X: a\r\nHost: evil-content", "bad_value"),
            ("X: a\nevil-content", "bad_value"),
            ("X: \0evil-content", "bad_value"),
            ("X: évil-content", "bad_value"),
            ("X:   ", "bad_value"),
            ("Host: evil-content", "reserved"),
            ("content-length: 5", "reserved"),
            ("Transfer-Encoding: chunked", "reserved"),
            ("CONNECTION: close", "reserved"),
            ("Proxy-Authorization: x", "reserved"),
            ("Accept-Encoding: gzip", "reserved"),
        ] {
            let fault = line(text).err().expect(text);
            assert_eq!(fault.code(), Code::BadHeader);
            assert!(fault.facts().contains_key(fact), "{text:?}: {fault:?}");
            assert!(!format!("{fault:?}{}", fault.hint()).contains("evil-content"), "{fault:?}");
        }
        assert!(line(&format!("X: {}", "a".repeat(MAX_VALUE + 1))).is_err());
    }

    #[test]
    fn headers_stand_together_or_not() {
        let some = |names: &[&str]| -> Vec<CustomHeader> {
            names.iter().map(|name| line(&format!("{name}: v")).expect("header")).collect()
        };
        let fact = |names: &[&str], auth: &str| {
            let auth = AuthStyle::parse(auth).expect("style");
            check_headers(&some(names), &auth)
                .err()
                .map(|fault| fault.facts().keys().next().copied().unwrap_or_default())
        };
        assert_eq!(fact(&["a", "b"], "bearer"), None);
        assert_eq!(fact(&["a", "A"], "bearer"), Some("twice"));
        assert_eq!(fact(&["Authorization"], "bearer"), Some("carries_key"));
        assert_eq!(fact(&["Authorization"], "none"), None);
        assert_eq!(fact(&["X-API-Key"], "x-api-key"), Some("carries_key"));
        let many: Vec<String> = (0..200).map(|n| format!("h{n}")).collect();
        let many: Vec<&str> = many.iter().map(String::as_str).collect();
        assert_eq!(fact(&many, "none"), Some("too_many"));
        assert_eq!(fact(&many[..32], "none"), None);
    }
}
