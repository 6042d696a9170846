//! Which model is meant, and which connections may serve it. Pure decisions: it never sends, and knows no clock.
//!
//! For the engine. Every request of every face passes through [`resolve`] and [`candidates`]; what is excluded is
//! named with its reason, so that a refusal can say why. Start reading at [`candidates`].

use inkhorn_domain::{Locality, ModelAddress, Privacy};
use inkhorn_fault::{Code, Fault};

/// Which rule picked the model.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PickedBy {
    /// The caller named it.
    Explicit,
    /// The conversation's own model.
    Conversation,
    /// The writer's default.
    Default,
}

/// What may name a model, strongest first.
#[derive(Clone, Copy, Debug, Default)]
pub struct Wishes<'w> {
    /// The caller's own choice.
    pub explicit: Option<&'w str>,
    /// The conversation's model.
    pub conversation: Option<&'w str>,
    /// The writer's default.
    pub default: Option<&'w str>,
}

/// The model that is meant, by the strongest wish that names one.
///
/// # Errors
/// `model_not_found` when nothing names a model, or when the name is not of the form `slug/model-id`.
pub fn resolve(wishes: Wishes<'_>) -> Result<(ModelAddress, PickedBy), Fault> {
    let named = [
        (wishes.explicit, PickedBy::Explicit),
        (wishes.conversation, PickedBy::Conversation),
        (wishes.default, PickedBy::Default),
    ]
    .into_iter()
    .find_map(|(name, rule)| name.map(|name| (name, rule)));
    let (name, rule) = named.ok_or_else(|| Fault::new(Code::ModelNotFound))?;
    let address =
        ModelAddress::parse(name).ok_or_else(|| Fault::new(Code::ModelNotFound).with("model", name))?;
    Ok((address, rule))
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
        let wishes = Wishes { explicit: Some("a/1"), conversation: Some("b/2"), default: Some("c/3") };
        let picked = |wishes| resolve(wishes).map(|(address, rule)| (address.to_string(), rule));
        assert_eq!(picked(wishes), Ok(("a/1".into(), PickedBy::Explicit)));
        assert_eq!(picked(Wishes { explicit: None, ..wishes }), Ok(("b/2".into(), PickedBy::Conversation)));
        let only_default = Wishes { default: Some("c/3"), ..Wishes::default() };
        assert_eq!(picked(only_default), Ok(("c/3".into(), PickedBy::Default)));
        assert_eq!(picked(Wishes::default()).map_err(|f| f.code()), Err(Code::ModelNotFound));
    }

    #[test]
    fn a_wish_that_is_malformed_is_not_passed_over() {
        let wishes = Wishes { explicit: Some("gpt-4o"), default: Some("c/3"), ..Wishes::default() };
        assert_eq!(resolve(wishes).map_err(|f| f.code()), Err(Code::ModelNotFound));
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
