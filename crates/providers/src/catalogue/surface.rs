//! Another form of a provider's API, for entries whose address tells which of several it is: Azure's dated paths beside
//! its newer one.

use super::Place;
use serde::Deserialize;
use std::collections::BTreeMap;
use url::Url;

/// One such form.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Surface {
    /// How the path of the address begins: `/openai/deployments/`.
    pub below: String,
    /// Parameters that every request carries in its query, each with the value that is sent where the address has none.
    #[serde(default)]
    pub query: BTreeMap<String, String>,
    /// Where its list of models is, in place of the entry's.
    pub models: Vec<Place>,
    /// The next part of the path names the one model that there is.
    #[serde(default)]
    pub names_model: bool,
}

impl Surface {
    pub(super) fn covers(&self, path: &str) -> bool {
        path.starts_with(&self.below)
    }

    /// The model that the address names.
    pub fn model<'a>(&self, path: &'a str) -> Option<&'a str> {
        let rest = path.strip_prefix(&self.below).filter(|_| self.names_model)?;
        rest.split('/').next().filter(|name| !name.is_empty())
    }

    /// What every request carries in its query: the address's own values before the usual ones. `None` for an address
    /// with a parameter that is none of these, or with a value that is no plain word.
    pub fn query_of(&self, address: &Url) -> Option<String> {
        let mut values = self.query.clone();
        for (name, value) in address.query_pairs() {
            *values.get_mut(name.as_ref())? = value.into_owned();
        }
        let plain = |value: &String| {
            let letter = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_');
            (1..=64).contains(&value.len()) && value.bytes().all(letter)
        };
        let pairs = values.iter().map(|(name, value)| format!("{name}={value}"));
        values.values().all(plain).then(|| pairs.collect::<Vec<_>>().join("&"))
    }

    /// What makes it unusable, beyond what its form already refuses.
    pub(super) fn trouble(&self) -> Option<String> {
        let bounded = self.below.len() > 2 && self.below.starts_with('/') && self.below.ends_with('/');
        (!bounded).then(|| format!("the path {} of a surface does not begin and end with /", self.below))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_address_tells_version_and_model() {
        let surface: Surface = serde_json::from_str(
            r#"{"below":"/openai/deployments/","query":{"api-version":"2024-10-21"},"models":[],"names_model":true}"#,
        )
        .expect("a surface");
        let at = |text: &str| Url::parse(text).expect("an address");
        for (text, query) in [
            ("https://r.example/openai/deployments/d", Some("api-version=2024-10-21")),
            (
                "https://r.example/openai/deployments/d?api-version=2025-04-01-preview",
                Some("api-version=2025-04-01-preview"),
            ),
            ("https://r.example/openai/deployments/d?api-version=", None),
            ("https://r.example/openai/deployments/d?api-version=a%26b", None),
            ("https://r.example/openai/deployments/d?key=CANARY", None),
        ] {
            let address = at(text);
            assert!(surface.covers(address.path()));
            assert_eq!(surface.query_of(&address).as_deref(), query, "{text}");
            assert_eq!(surface.model(address.path()), Some("d"));
        }
        assert!(!surface.covers("/openai/v1"));
        assert_eq!(surface.model("/openai/deployments/"), None);
    }
}
