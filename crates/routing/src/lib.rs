//! Which model is meant, and which connections may serve it. Pure decisions: it never sends, and knows no clock.
//!
//! For the engine. Every request of every face passes through [`resolve`] and [`candidates`]; what is excluded is
//! named with its reason, so that a refusal can say why. Start reading at [`candidates`].

use inkhorn_domain::{Locality, Privacy};
use inkhorn_fault::{Code, Fault};

/// Which rule picked the model.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PickedBy {
    /// The caller named it.
    Explicit,
    /// The prompt's own model.
    Prompt,
    /// The conversation's own model.
    Conversation,
    /// The assistant's own model.
    Assistant,
    /// The feature's own model.
    Feature,
    /// What was used last on the Desk.
    LastUsed,
    /// The writer's default.
    Default,
    /// A key in the environment, where nothing else names a model and the writer allows it.
    Fallback,
}

impl PickedBy {
    /// The word that stands in answers.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Explicit => "explicit",
            Self::Prompt => "prompt",
            Self::Conversation => "conversation",
            Self::Assistant => "assistant",
            Self::Feature => "feature",
            Self::LastUsed => "last_used",
            Self::Default => "default",
            Self::Fallback => "fallback",
        }
    }
}

/// What may name a model or a collection, strongest first.
#[derive(Clone, Copy, Debug, Default)]
pub struct Wishes<'w> {
    /// The caller's own choice.
    pub explicit: Option<&'w str>,
    /// The prompt's model.
    pub prompt: Option<&'w str>,
    /// The model that the writer chose for the conversation.
    pub conversation: Option<&'w str>,
    /// The assistant's model.
    pub assistant: Option<&'w str>,
    /// The model that the conversation used last, without having been chosen for it.
    pub kept: Option<&'w str>,
    /// The feature's model.
    pub feature: Option<&'w str>,
    /// What was used last on the Desk; for the Desk only.
    pub last_used: Option<&'w str>,
    /// The writer's default.
    pub default: Option<&'w str>,
    /// What the environment offers.
    pub fallback: Option<&'w str>,
}

/// The name that is meant, by the strongest wish, and which wish that was. `None` where nothing names anything.
///
/// A wish that names something that is not there is not passed over: a text must not go elsewhere than it was sent.
pub fn resolve(wishes: Wishes<'_>) -> Option<(&str, PickedBy)> {
    [
        (wishes.explicit, PickedBy::Explicit),
        (wishes.prompt, PickedBy::Prompt),
        (wishes.conversation, PickedBy::Conversation),
        (wishes.assistant, PickedBy::Assistant),
        (wishes.kept, PickedBy::Conversation),
        (wishes.feature, PickedBy::Feature),
        (wishes.last_used, PickedBy::LastUsed),
        (wishes.default, PickedBy::Default),
        (wishes.fallback, PickedBy::Fallback),
    ]
    .into_iter()
    .find_map(|(name, rule)| name.map(|name| (name, rule)))
}

/// A connection that could serve the request, as far as routing must know it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// Its label, for words.
    pub label: String,
    /// Where a text would go.
    pub locality: Locality,
    /// The writer has it in use.
    pub active: bool,
    /// It needs a key.
    pub needs_key: bool,
}

/// The state of the house that bears on the choice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Conditions {
    /// How far this text may travel.
    pub privacy: Privacy,
    /// Keys can be opened now.
    pub vault_open: bool,
}

/// Why a member may not serve.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exclusion {
    /// The writer switched it off.
    Off,
    /// The text may not go there.
    Privacy,
    /// Its key cannot be opened.
    VaultLocked,
}

/// Why this member may not serve now, if so. The selector shows the same reasons before anything is sent.
pub fn exclusion(member: &Member, now: Conditions) -> Option<Exclusion> {
    if !member.active {
        return Some(Exclusion::Off);
    }
    // Nobody has proven zero retention to us yet, so only the machine itself satisfies it.
    let stays_here = member.locality == Locality::Local;
    if now.privacy < Privacy::Cloud && !stays_here {
        return Some(Exclusion::Privacy);
    }
    (member.needs_key && !now.vault_open).then_some(Exclusion::VaultLocked)
}

/// The members that may serve, in order, as positions in `members`.
///
/// # Errors
/// When none may: the reason of the first, because its mend helps soonest. Private text is refused, never rerouted.
pub fn candidates(members: &[Member], now: Conditions) -> Result<Vec<usize>, Fault> {
    let reasons: Vec<_> = members.iter().map(|member| exclusion(member, now)).collect();
    let fit: Vec<usize> =
        reasons.iter().enumerate().filter(|(_, why)| why.is_none()).map(|(at, _)| at).collect();
    if !fit.is_empty() {
        return Ok(fit);
    }
    let first = members.first().zip(reasons.into_iter().flatten().next());
    let Some((member, reason)) = first else { return Err(Fault::new(Code::ModelNotFound)) };
    let fault = match reason {
        Exclusion::Off => Fault::new(Code::ModelNotAllowed).with("off", &member.label),
        Exclusion::Privacy => Fault::new(Code::PrivacyRefused),
        Exclusion::VaultLocked => Fault::new(Code::VaultLocked),
    };
    Err(fault.with("connection", &member.label))
}

#[cfg(test)]
mod tests {
    use super::*;

    const OPEN: Conditions = Conditions { privacy: Privacy::Cloud, vault_open: true };

    fn cloud() -> Member {
        Member { label: "OpenAI".into(), locality: Locality::Cloud, active: true, needs_key: true }
    }

    fn local() -> Member {
        Member { label: "Ollama".into(), locality: Locality::Local, active: true, needs_key: false }
    }

    #[test]
    fn the_strongest_wish_names_the_model() {
        let mut wishes = Wishes {
            explicit: Some("1"),
            prompt: Some("2"),
            conversation: Some("3"),
            assistant: Some("4"),
            kept: Some("5"),
            feature: Some("6"),
            last_used: Some("7"),
            default: Some("8"),
            fallback: Some("9"),
        };
        assert_eq!(resolve(wishes), Some(("1", PickedBy::Explicit)));
        wishes.explicit = None;
        assert_eq!(resolve(wishes), Some(("2", PickedBy::Prompt)));
        wishes.prompt = None;
        assert_eq!(resolve(wishes), Some(("3", PickedBy::Conversation)));
        wishes.conversation = None;
        assert_eq!(resolve(wishes), Some(("4", PickedBy::Assistant)));
        wishes.assistant = None;
        assert_eq!(resolve(wishes), Some(("5", PickedBy::Conversation)));
        wishes.kept = None;
        assert_eq!(resolve(wishes), Some(("6", PickedBy::Feature)));
        wishes.feature = None;
        assert_eq!(resolve(wishes), Some(("7", PickedBy::LastUsed)));
        wishes.last_used = None;
        assert_eq!(resolve(wishes), Some(("8", PickedBy::Default)));
        wishes.default = None;
        assert_eq!(resolve(wishes), Some(("9", PickedBy::Fallback)));
        assert_eq!(resolve(Wishes::default()), None);
    }

    #[test]
    fn private_text_is_refused_by_every_cloud() {
        for privacy in [Privacy::Local, Privacy::ZeroRetention] {
            let now = Conditions { privacy, ..OPEN };
            let refused = candidates(&[cloud()], now).expect_err("must not leave");
            assert_eq!(refused.code(), Code::PrivacyRefused);
            assert_eq!(candidates(&[cloud(), local()], now), Ok(vec![1]));
        }
    }

    #[test]
    fn a_locked_vault_stops_only_what_needs_a_key() {
        let locked = Conditions { vault_open: false, ..OPEN };
        assert_eq!(candidates(&[local()], locked), Ok(vec![0]));
        assert_eq!(candidates(&[cloud()], locked).map_err(|f| f.code()), Err(Code::VaultLocked));
        let off = Member { active: false, ..cloud() };
        assert_eq!(candidates(&[off], OPEN).map_err(|f| f.code()), Err(Code::ModelNotAllowed));
        assert_eq!(candidates(&[], OPEN).map_err(|f| f.code()), Err(Code::ModelNotFound));
    }
}
