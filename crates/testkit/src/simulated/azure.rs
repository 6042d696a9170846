//! What Azure adds to OpenAI's dialect: deployments in the path, a version in the query.

use super::Refusal;
use super::gemini::{field, unescaped};

/// The deployment of a path such as `/openai/deployments/x/chat/completions`.
pub(super) fn deployment(path: &str) -> Option<String> {
    let rest = path.strip_prefix("/openai/deployments/")?.strip_suffix("/chat/completions")?;
    (!rest.is_empty() && !rest.contains('/')).then(|| unescaped(rest))
}

/// A dated path without its date is not there.
pub(super) fn refuse_form(path: &str, query: &str) -> Option<Refusal> {
    let dated = deployment(path).is_some() || path == "/openai/models";
    let undated = dated && field(query, "api-version").is_none();
    undated.then(|| Refusal::of(404).with_body(r#"{"error":{"code":"404","message":"Resource not found"}}"#))
}
