//! Proofs that a provider wants back with its own reasoning.
//!
//! A conversation may go on with another provider, and a client hands every proof back as it got it. A foreign one is
//! refused there, so Gemini's carry a mark on the way through us: a colon, which no proof has, since all are base64.

/// Before Gemini's proofs.
const GEMINI: &str = "gemini:";

/// Gemini's own proof, marked.
pub fn mark_gemini(proof: &str) -> String {
    format!("{GEMINI}{proof}")
}

/// A proof that Gemini gave, as it gave it.
pub fn of_gemini(proof: &str) -> Option<&str> {
    proof.strip_prefix(GEMINI)
}

/// Before OpenAI's sealed reasoning.
const OPENAI: &str = "openai:";

/// OpenAI's own sealed reasoning, marked.
pub fn mark_openai(sealed: &str) -> String {
    format!("{OPENAI}{sealed}")
}

/// Sealed reasoning that OpenAI gave, as it gave it.
pub fn of_openai(proof: &str) -> Option<&str> {
    proof.strip_prefix(OPENAI)
}

/// A proof as a client of the responses dialect hands it back. That client was given OpenAI's without the mark, for it
/// may have passed through untouched; all of them begin as Fernet tokens do.
pub fn from_responses_client(proof: String) -> String {
    if proof.starts_with("gAAAA") { mark_openai(&proof) } else { proof }
}

/// A proof that Anthropic's models gave.
pub fn of_anthropic(proof: &str) -> Option<&str> {
    (!proof.contains(':')).then_some(proof)
}
