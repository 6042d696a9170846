//! A request body from somebody else's program, checked before anything is made of it.
//!
//! One look at the text gives the top-level fields as they stand, so that a body can be passed on with its numbers,
//! its order and its unknown fields unharmed. Depth, numbers, duplicates and half letters are refused here, once,
//! for both the light path and the full reading.

use memchr::memchr2;
use serde::de::{Deserializer as _, Error as _, MapAccess, Visitor};
use serde_json::value::RawValue;
use std::collections::HashSet;
use std::fmt;

/// How deep arrays and objects may nest.
pub const MAX_DEPTH: usize = 64;

/// A request that cannot be served as it stands. Names the field, never its content.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BadRequest {
    /// Where: `messages[2].content`; empty for the body as a whole.
    pub field: String,
    /// What is wrong with it.
    pub reason: &'static str,
}

impl BadRequest {
    pub(crate) fn new(field: impl Into<String>, reason: &'static str) -> Self {
        Self { field: field.into(), reason }
    }
}

impl fmt::Display for BadRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.field.is_empty() {
            write!(f, "the request {}", self.reason)
        } else {
            write!(f, "`{}` {}", self.field, self.reason)
        }
    }
}

impl std::error::Error for BadRequest {}

/// The top-level fields of a body, in order, each value as it was written.
pub struct Fields<'a> {
    pub entries: Vec<(String, &'a RawValue)>,
}

impl<'a> Fields<'a> {
    /// Checks a body and takes it apart. Fields that would steer a gateway are gone from the result.
    pub fn read(body: &'a [u8]) -> Result<Self, BadRequest> {
        let text = std::str::from_utf8(body).map_err(|_| BadRequest::new("", "is not UTF-8 text"))?;
        let mut read = serde_json::Deserializer::from_str(text);
        let fields = read
            .deserialize_map(FieldsVisitor)
            .and_then(|fields| read.end().map(|()| fields))
            .map_err(|_| BadRequest::new("", "is not one JSON object"))?;
        let mut seen = HashSet::with_capacity(fields.entries.len());
        for (name, _) in &fields.entries {
            if !seen.insert(name.as_str()) {
                let plain = name.len() <= 40 && name.bytes().all(|b| b.is_ascii_lowercase() || b == b'_');
                return Err(BadRequest::new(if plain { name.as_str() } else { "" }, "names a field twice"));
            }
        }
        check_values(text)?;
        drop(seen);
        Ok(fields.without_steering())
    }

    /// A field as it was written; `null` counts as absent.
    pub fn value(&self, name: &str) -> Option<&'a RawValue> {
        let found = self.entries.iter().find(|(key, _)| key == name).map(|(_, value)| *value);
        found.filter(|value| value.get() != "null")
    }

    fn without_steering(mut self) -> Self {
        self.entries.retain(|(name, _)| !is_steering(name));
        self
    }
}

/// Whether a top-level field would tell a gateway where to send the request, or with which key. The connection
/// alone decides that.
pub fn is_steering(name: &str) -> bool {
    const NAMES: [&str; 26] = [
        "apibase",
        "apikey",
        "apikeys",
        "apitype",
        "apiurl",
        "apiversion",
        "authorization",
        "awsaccesskeyid",
        "awssecretaccesskey",
        "awssessiontoken",
        "azureadtoken",
        "baseurl",
        "customllmprovider",
        "defaultheaders",
        "endpoint",
        "extrabody",
        "extraheaders",
        "extraquery",
        "fallbacks",
        "headers",
        "organization",
        "proxies",
        "proxy",
        "userconfig",
        "vertexcredentials",
        "bearertoken",
    ];
    if name.len() > 64 {
        return false;
    }
    // `Api-Base`, `apiBase` and `api_base` are the same wish.
    let plain: String =
        name.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect();
    NAMES.contains(&plain.as_str()) || plain.starts_with("webhook") || plain.starts_with("litellm")
}

struct FieldsVisitor;

impl<'de> Visitor<'de> for FieldsVisitor {
    type Value = Fields<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut entries = Vec::with_capacity(16);
        while let Some(name) = map.next_key::<String>()? {
            if entries.len() >= 1024 {
                return Err(A::Error::custom("too many fields"));
            }
            entries.push((name, map.next_value::<&RawValue>()?));
        }
        Ok(Fields { entries })
    }
}

/// One pass over text that is known to be JSON: nesting, numbers that no float can hold, halves of letters.
fn check_values(text: &str) -> Result<(), BadRequest> {
    let bytes = text.as_bytes();
    let (mut at, mut depth) = (0, 0usize);
    while let Some(&byte) = bytes.get(at) {
        at += 1;
        match byte {
            b'"' => at = check_string(bytes, at)?,
            b'{' | b'[' => {
                depth += 1;
                if depth > MAX_DEPTH {
                    return Err(BadRequest::new("", "nests too deep"));
                }
            }
            b'}' | b']' => depth = depth.saturating_sub(1),
            b'-' | b'0'..=b'9' => {
                let rest = &bytes[at - 1..];
                let ends = |b: &u8| !matches!(b, b'0'..=b'9' | b'-' | b'+' | b'.' | b'e' | b'E');
                let length = rest.iter().position(ends).unwrap_or(rest.len());
                check_number(&rest[..length])?;
                at += length - 1;
            }
            _ => {}
        }
    }
    Ok(())
}

fn check_number(digits: &[u8]) -> Result<(), BadRequest> {
    // Fewer than 300 digits and no exponent: finite without a closer look.
    if digits.len() < 300 && memchr2(b'e', b'E', digits).is_none() {
        return Ok(());
    }
    let value = std::str::from_utf8(digits).ok().and_then(|text| text.parse::<f64>().ok());
    match value {
        Some(value) if value.is_finite() => Ok(()),
        _ => Err(BadRequest::new("", "holds a number that is too large")),
    }
}

/// From behind the opening quote to behind the closing one.
fn check_string(bytes: &[u8], mut at: usize) -> Result<usize, BadRequest> {
    let unit = |at: usize| -> Option<u16> {
        let hex = bytes.get(at..at + 6)?.strip_prefix(b"\\u")?;
        u16::from_str_radix(std::str::from_utf8(hex).ok()?, 16).ok()
    };
    while let Some(next) = bytes.get(at..).and_then(|rest| memchr2(b'"', b'\\', rest)) {
        at += next;
        if bytes[at] == b'"' {
            return Ok(at + 1);
        }
        match unit(at) {
            Some(0xD800..=0xDBFF) if matches!(unit(at + 6), Some(0xDC00..=0xDFFF)) => at += 12,
            Some(0xD800..=0xDFFF) => return Err(BadRequest::new("", "holds half of a letter")),
            Some(_) => at += 6,
            None => at += 2,
        }
    }
    Ok(bytes.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(body: &str) -> &'static str {
        Fields::read(body.as_bytes()).map(|_| "taken").unwrap_or_else(|bad| bad.reason)
    }

    #[test]
    fn bodies_that_no_gateway_should_pass_on_are_refused() {
        let deep = format!("{{\"a\":{}{}}}", "[".repeat(100_000), "]".repeat(100_000));
        let just_right = format!("{{\"a\":{}{}}}", "[".repeat(63), "]".repeat(63));
        let one_more = format!("{{\"a\":{}{}}}", "[".repeat(64), "]".repeat(64));
        for (body, reason) in [
            ("", "is not one JSON object"),
            ("[]", "is not one JSON object"),
            ("\u{FEFF}{}", "is not one JSON object"),
            ("{} {}", "is not one JSON object"),
            ("{\"a\":NaN}", "is not one JSON object"),
            ("{\"model\":1,\"model\":2}", "names a field twice"),
            ("{\"model\":1,\"mod\\u0065l\":2}", "names a field twice"),
            ("{\"a\":1e999}", "holds a number that is too large"),
            ("{\"a\":[-2E+400]}", "holds a number that is too large"),
            ("{\"a\":\"\\ud83d\"}", "holds half of a letter"),
            ("{\"a\":\"\\udd8b\\ud83d\"}", "holds half of a letter"),
            ("{\"a\":\"\\ud83d\\udd8b \\\\ud83d \\\"[[\"}", "taken"),
            ("{\"a\":[1.0,1e2,-3]}", "taken"),
            (&deep, "nests too deep"),
            (&one_more, "nests too deep"),
            (&just_right, "taken"),
        ] {
            assert_eq!(refusal(body), reason, "{}", &body[..body.len().min(40)]);
        }
        let long = format!("{{\"a\":{}}}", "9".repeat(400));
        assert_eq!(refusal(&long), "holds a number that is too large");
        assert_eq!(Fields::read(b"{\"a\":\"\xFF\"}").map(|_| ()).unwrap_err().reason, "is not UTF-8 text");
    }

    #[test]
    fn steering_fields_are_known_under_every_spelling() {
        for name in ["api_base", "apiBase", "Base-URL", "extra_headers", "webhook_url", "litellm_params"] {
            assert!(is_steering(name), "{name}");
        }
        for name in ["model", "metadata", "user", "base_model", "temperature"] {
            assert!(!is_steering(name), "{name}");
        }
    }
}
