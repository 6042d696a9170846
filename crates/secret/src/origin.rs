//! Where a key may be sent: scheme, host and port, nothing else.

use std::fmt;
use url::Url;

/// `scheme://host:port` in canonical form: lower case, punycode, the port spelled out.
///
/// A key is sealed together with the origins it may go to; see the vault. Prints safely: it can hold neither user
/// info nor a query.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Origin(String);

impl Origin {
    /// The origin of an address. `None` for anything but http and https with a host.
    pub fn of(address: &Url) -> Option<Self> {
        let scheme = address.scheme();
        let port = address.port_or_known_default()?;
        let host = address.host_str()?.trim_end_matches('.');
        (matches!(scheme, "http" | "https") && !host.is_empty())
            .then(|| Self(format!("{scheme}://{host}:{port}")))
    }

    /// The text, `https://api.openai.com:443`.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_origin_is_canonical() {
        let origin =
            |text: &str| Url::parse(text).ok().and_then(|url| Origin::of(&url)).map(|o| o.to_string());
        assert_eq!(origin("https://API.OpenAI.com/v1?key=x"), Some("https://api.openai.com:443".into()));
        assert_eq!(origin("http://user:pw@[::1]:11434/x"), Some("http://[::1]:11434".into()));
        assert_eq!(origin("https://example.com./"), Some("https://example.com:443".into()));
        assert_eq!(origin("file:///etc/passwd"), None);
        assert_eq!(origin("data:text/plain,x"), None);
    }
}
