//! Turns what clap says about wrong arguments into our own error. Clap repeats what was typed, and what was typed may
//! be a key or a piece of a manuscript: here only names of our own are repeated.

use clap::error::{ContextKind, ContextValue, ErrorKind};
use inkhorn_fault::{Code, Fault};

/// The fault for a command line that was not understood.
pub fn usage_fault(error: &clap::Error) -> Fault {
    Fault::new(Code::UsageError).with("reason", reason(error))
}

/// A fault with a reason of our own.
pub fn refuse(reason: impl std::fmt::Display) -> Fault {
    Fault::new(Code::UsageError).with("reason", reason)
}

fn reason(error: &clap::Error) -> String {
    let named = strings(error, ContextKind::InvalidArg).join(", ");
    match error.kind() {
        ErrorKind::InvalidSubcommand => match strings(error, ContextKind::SuggestedSubcommand).first() {
            Some(near) => format!("there is no such command; did you mean {near}?"),
            None => "there is no such command".to_owned(),
        },
        ErrorKind::MissingSubcommand | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => {
            let commands = strings(error, ContextKind::ValidSubcommand);
            match commands.is_empty() {
                true => "a command is missing".to_owned(),
                false => format!("a command is missing: {}", commands.join(", ")),
            }
        }
        ErrorKind::UnknownArgument => match (
            is_option_name(&named),
            strings(error, ContextKind::SuggestedArg).first(),
        ) {
            (true, Some(near)) => format!("there is no option {named} here; did you mean {near}?"),
            (true, None) => format!("there is no option {named} here"),
            (false, _) => {
                "there is one argument too many; put a text with blanks in quotes, and -- before a text that \
                           begins with a dash"
                    .to_owned()
            }
        },
        ErrorKind::MissingRequiredArgument => format!("this is missing: {named}"),
        ErrorKind::ArgumentConflict => format!("{named} cannot be used with another one that was given"),
        ErrorKind::InvalidUtf8 => "an argument is not UTF-8 text".to_owned(),
        _ => {
            let known = strings(error, ContextKind::ValidValue).join(", ");
            match (named.is_empty(), known.is_empty()) {
                (true, _) => "the arguments do not fit together".to_owned(),
                (false, true) => format!("the value of {named} does not fit"),
                (false, false) => format!("the value of {named} does not fit; it is one of {known}"),
            }
        }
    }
}

/// `--name` or `-n`, as an option of ours looks; a text or a key that begins with a dash does not.
fn is_option_name(text: &str) -> bool {
    let name = text.strip_prefix("--").unwrap_or_else(|| text.strip_prefix('-').unwrap_or(""));
    !name.is_empty() && name.len() <= 24 && name.chars().all(|c| c.is_ascii_lowercase() || c == '-')
}

fn strings(error: &clap::Error, kind: ContextKind) -> Vec<String> {
    match error.get(kind) {
        Some(ContextValue::String(one)) => vec![one.clone()],
        Some(ContextValue::Strings(many)) => many.clone(),
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::arguments::Arguments;
    use clap::Parser;

    fn message(line: &[&str]) -> String {
        let all = std::iter::once(&"inkhorn").chain(line);
        match Arguments::try_parse_from(all) {
            Ok(_) => panic!("{line:?} was understood"),
            Err(error) => usage_fault(&error).message(),
        }
    }

    #[test]
    fn what_was_typed_is_never_repeated() {
        for line in [
            &["connections", "add", "--provider", "openai", "sk-CANARY0123456789"][..],
            &["connections", "add", "--provider", "openai", "--key=sk-CANARY0123456789"],
            &["connections", "add", "--provider", "openai", "-sk-CANARY0123456789"],
            &["connections", "add", "--provider", "openai", "--sk-CANARY0123456789"],
            &["chat", "Call", "CANARY"],
            &["chat", "--max-tokens", "CANARY", "x"],
            &["chat", "--temperature", "CANARY", "x"],
            &["chat", "--privacy", "CANARY", "x"],
            &["chat", "- CANARY said"],
            &["CANARY"],
            &["serve", "--port", "CANARY"],
            &["usage", "--by", "CANARY"],
        ] {
            let said = message(line);
            assert!(!said.contains("CANARY"), "{line:?}: {said}");
        }
    }

    #[test]
    fn the_reason_names_what_is_wrong() {
        for (line, word) in [
            (&["modls"][..], "models"),
            (&[], "command is missing"),
            (&["connections"], "command is missing"),
            (&["chat", "--modle", "x", "y"], "--modle"),
            (&["connections", "add"], "--provider"),
            (&["usage", "--by", "week"], "provider, model, feature, app, connection, day, hour"),
            (&["connections", "add", "--provider", "x", "--key-stdin", "--key-env", "X"], "--key-"),
            (&["vault", "rotate"], "no such command"),
            (&["serve", "--port", "70000"], "--port"),
        ] {
            let said = message(line);
            assert!(said.contains(word), "{line:?}: {said}");
        }
    }
}
