//! What a provider cannot show, and why.

use crate::subject::{Subject, Way};

/// Entry, behaviour, reason.
pub const OWN: &[(&str, &str, &str)] = &[
    (
        "perplexity",
        "tells_thoughts_apart",
        "its thoughts stand in the text or are kept, and are only counted",
    ),
    ("openai", "tells_thoughts_apart", "OpenAI keeps the thoughts of its models and only counts them"),
    ("azure_openai", "tells_thoughts_apart", "as OpenAI, whose models it serves"),
];

/// Why this entry is not asked for this behaviour; `None`: it is.
pub fn reason(subject: &Subject, behaviour: &str) -> Option<&'static str> {
    let persona = subject.persona;
    let own = OWN.iter().find(|(entry, name, _)| *entry == subject.entry.id && *name == behaviour);
    if let Some((_, _, reason)) = own {
        return Some(reason);
    }
    match behaviour {
        "misses_a_model" if subject.way == Way::DatedPath => {
            Some("its address names the model, not the request")
        }
        "lists_models_over_pages" if subject.pages().is_none() => Some("its list comes in one piece"),
        "calls_tools" if !persona.takes("tools") => Some("it refuses requests that offer tools"),
        "refuses_without_credit" if !persona.takes_money() => {
            Some("nobody pays for it, so no account is empty")
        }
        "misses_a_model" if !persona.looks_at_model() => {
            Some("it has one model, and does not look at the name")
        }
        _ => None,
    }
}
