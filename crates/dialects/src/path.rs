//! Where a request goes, below the base address of a connection.
//!
//! Some dialects name the model in the path instead of the body. An id comes from the writer or from a provider's
//! list, so it is held to its place: it stands as one segment, and nothing in it can end that segment.

use crate::body::BadRequest;
use inkhorn_domain::Dialect;
use std::fmt::Write;

/// Where the chat requests of a dialect go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RequestPath {
    /// To one place, whatever the model: it can be made ready once.
    Fixed(&'static str),
    /// To a place that names the model: see [`PathOfModel::path`].
    OfModel(PathOfModel),
}

/// A path with the model's id in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PathOfModel {
    /// What stands before the id.
    before: &'static str,
    /// A prefix that lists carry and the path has already.
    listed_as: &'static str,
    /// What stands behind the id, for an answer in one piece.
    whole: &'static str,
    /// What stands behind the id, for an answer that comes piece by piece.
    streamed: &'static str,
}

/// The path of chat requests, relative to the base address.
pub fn request_path(dialect: Dialect) -> RequestPath {
    match dialect {
        Dialect::OpenaiChat => RequestPath::Fixed("/chat/completions"),
        Dialect::AnthropicMessages => RequestPath::Fixed("/v1/messages"),
        Dialect::Ollama => RequestPath::Fixed("/api/chat"),
        Dialect::Gemini => RequestPath::OfModel(PathOfModel::GEMINI),
        Dialect::CohereV2 => RequestPath::Fixed("/v2/chat"),
        Dialect::BedrockConverse => RequestPath::OfModel(PathOfModel::BEDROCK),
        Dialect::OpenaiResponses => RequestPath::Fixed("/responses"),
    }
}

impl PathOfModel {
    /// Gemini's: the method stands behind a colon.
    const GEMINI: Self = Self {
        before: "/models/",
        listed_as: "models/",
        whole: ":generateContent",
        // Without `alt=sse` it would be one long JSON array.
        streamed: ":streamGenerateContent?alt=sse",
    };

    /// Gemini's for vectors, many in one request.
    pub(crate) const GEMINI_EMBEDDINGS: Self = Self {
        before: "/models/",
        listed_as: "models/",
        whole: ":batchEmbedContents",
        streamed: ":batchEmbedContents",
    };

    /// Bedrock's: the method is a segment of its own.
    const BEDROCK: Self =
        Self { before: "/model/", listed_as: "", whole: "/converse", streamed: "/converse-stream" };

    /// The path for one model.
    ///
    /// # Errors
    /// [`BadRequest`] for an id that cannot stand in a path: none at all, or dots only, which mean another folder.
    pub fn path(&self, model: &str, streaming: bool) -> Result<String, BadRequest> {
        let model = model.strip_prefix(self.listed_as).unwrap_or(model);
        if model.bytes().all(|byte| byte == b'.') {
            return Err(BadRequest::new("model", "cannot stand in an address"));
        }
        let behind = if streaming { self.streamed } else { self.whole };
        let mut path = String::with_capacity(self.before.len() + model.len() + behind.len());
        path.push_str(self.before);
        add_segment(&mut path, model);
        path.push_str(behind);
        Ok(path)
    }
}

/// Adds text as one segment of a path: everything but the letters that mean nothing in an address is escaped.
fn add_segment(path: &mut String, text: &str) {
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'~') {
            path.push(char::from(byte));
        } else {
            // Writing to a string cannot fail.
            let _ = write!(path, "%{byte:02X}");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_never_leaves_its_place() {
        let path = |model: &str| PathOfModel::GEMINI.path(model, true);
        for (model, segment) in [
            ("gemini-3.5-flash", "gemini-3.5-flash"),
            ("models/gemini-3.5-flash", "gemini-3.5-flash"),
            ("../x", "..%2Fx"),
            ("a/../../b", "a%2F..%2F..%2Fb"),
            ("a?key=x#y", "a%3Fkey%3Dx%23y"),
            ("a:countTokens", "a%3AcountTokens"),
            ("%2e%2e/x", "%252e%252e%2Fx"),
            ("a\\b c\r\n@[::1]", "a%5Cb%20c%0D%0A%40%5B%3A%3A1%5D"),
            ("tinta-\u{e9}", "tinta-%C3%A9"),
        ] {
            let wanted = format!("/models/{segment}:streamGenerateContent?alt=sse");
            assert_eq!(path(model).as_deref(), Ok(wanted.as_str()), "{model:?}");
        }
        for model in ["", ".", "..", "models/", "models/.."] {
            assert_eq!(path(model).expect_err(model).field, "model", "{model:?}");
        }
    }

    #[test]
    fn the_method_goes_with_how_the_answer_comes() {
        assert_eq!(PathOfModel::GEMINI.path("m", false).as_deref(), Ok("/models/m:generateContent"));
        assert_eq!(request_path(Dialect::Ollama), RequestPath::Fixed("/api/chat"));
    }
}
