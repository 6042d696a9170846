//! Ids have types of their own, so that one cannot be handed over for another.

use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(pub [u8; 16]);

        impl $name {
            /// The sixteen bytes, as they stand in the database.
            pub fn as_bytes(&self) -> &[u8; 16] {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self)
            }
        }

        impl FromStr for $name {
            type Err = BadId;
            fn from_str(text: &str) -> Result<Self, BadId> {
                parse_hex16(text).map(Self).ok_or(BadId)
            }
        }

        impl Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
                to.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
                let text = std::borrow::Cow::<'de, str>::deserialize(from)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }
    };
}

id!(
    /// One configured connection of the writer's.
    ConnectionId
);
id!(
    /// One conversation on the Desk.
    ConversationId
);
id!(
    /// One message in a conversation.
    MessageId
);
id!(
    /// One request, from a face to the end of its answer.
    RequestId
);
id!(
    /// One program that may use the gateway.
    AppId
);
id!(
    /// One prompt of the writer's library.
    PromptId
);
id!(
    /// One assistant that the writer made or changed.
    AssistantId
);

/// The text was not 32 hexadecimal digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BadId;

impl fmt::Display for BadId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an id is 32 hexadecimal digits")
    }
}

impl std::error::Error for BadId {}

fn parse_hex16(text: &str) -> Option<[u8; 16]> {
    if text.len() != 32 || !text.is_ascii() {
        return None;
    }
    let mut bytes = [0u8; 16];
    for (byte, pair) in bytes.iter_mut().zip(text.as_bytes().chunks_exact(2)) {
        let high = (pair[0] as char).to_digit(16)?;
        let low = (pair[1] as char).to_digit(16)?;
        *byte = (high * 16 + low) as u8;
    }
    Some(bytes)
}

/// The short, unique, lower-case name of a connection, the first part of a model's address: `openai`, `ollama-2`.
///
/// Letters, digits, `-`, `_` and `.`; 1 to 48 characters; begins with a letter or digit. Never a slash.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(transparent)]
pub struct Slug(String);

impl Slug {
    /// Takes text that already is a slug.
    pub fn parse(text: &str) -> Option<Self> {
        let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '-' | '_' | '.');
        let starts = text.starts_with(|c: char| c.is_ascii_lowercase() || c.is_ascii_digit());
        (starts && text.len() <= 48 && text.chars().all(fits)).then(|| Self(text.to_owned()))
    }

    /// Makes a slug from a label: "My Ollama (attic)" becomes `my-ollama-attic`. Falls back to `connection`.
    pub fn from_label(label: &str) -> Self {
        let mut out = String::new();
        for c in label.chars() {
            if out.len() >= 40 {
                break;
            }
            if c.is_ascii_alphanumeric() {
                out.push(c.to_ascii_lowercase());
            } else if !out.is_empty() && !out.ends_with('-') {
                out.push('-');
            }
        }
        let out = out.trim_end_matches('-');
        Self(if out.is_empty() { "connection".to_owned() } else { out.to_owned() })
    }

    /// The same slug with a number behind it, for the second connection of a name.
    pub fn numbered(&self, number: u32) -> Self {
        Self(format!("{}-{number}", self.0))
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Slug {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Slug {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(from)?;
        Slug::parse(&text).ok_or_else(|| serde::de::Error::custom("not a slug"))
    }
}

/// Where a model is found: `slug/model-id`. The model's own id may hold slashes, colons and spaces.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ModelAddress {
    /// The connection.
    pub slug: Slug,
    /// The provider's own id of the model, untouched.
    pub model: String,
}

impl ModelAddress {
    /// Splits at the first slash. `None` when the slug or the model is missing or malformed.
    pub fn parse(text: &str) -> Option<Self> {
        let (slug, model) = text.split_once('/')?;
        let fits = !model.is_empty() && model.len() <= 256 && !model.chars().any(char::is_control);
        Some(Self { slug: Slug::parse(slug)?, model: fits.then(|| model.to_owned())? })
    }
}

impl fmt::Display for ModelAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.slug, self.model)
    }
}

impl Serialize for ModelAddress {
    fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for ModelAddress {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(from)?;
        ModelAddress::parse(&text).ok_or_else(|| serde::de::Error::custom("a model is written slug/model-id"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_reads_back_what_it_prints() {
        let id = RequestId([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 0xab, 0xcd, 0xef, 254, 255]);
        assert_eq!(id.to_string().parse(), Ok(id));
        assert_eq!("xyz".parse::<RequestId>(), Err(BadId));
        assert_eq!("é".repeat(16).parse::<RequestId>(), Err(BadId), "32 bytes that are not hexadecimal");
    }

    #[test]
    fn labels_become_slugs() {
        for (label, slug) in [
            ("OpenAI", "openai"),
            ("My Ollama (attic)", "my-ollama-attic"),
            ("  ", "connection"),
            ("小説", "connection"),
            ("../../etc", "etc"),
        ] {
            assert_eq!(Slug::from_label(label).as_str(), slug);
            assert!(Slug::parse(slug).is_some());
        }
    }

    #[test]
    fn an_address_splits_at_the_first_slash_only() {
        let address = ModelAddress::parse("openrouter/meta/llama-3:free").expect("valid");
        assert_eq!((address.slug.as_str(), address.model.as_str()), ("openrouter", "meta/llama-3:free"));
        assert_eq!(address.to_string(), "openrouter/meta/llama-3:free");
        for bad in ["", "gpt-4o", "/gpt", "openai/", "Open AI/gpt", "openai/a\nb"] {
            assert!(ModelAddress::parse(bad).is_none(), "{bad:?}");
        }
    }

    proptest::proptest! {
        #[test]
        fn every_label_makes_a_valid_slug(label in ".*") {
            let slug = Slug::from_label(&label);
            proptest::prop_assert!(Slug::parse(slug.as_str()).is_some());
            proptest::prop_assert!(Slug::parse(slug.numbered(4_000_000_000).as_str()).is_some() || slug.as_str().len() > 37);
        }
    }
}
