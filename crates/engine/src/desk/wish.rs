//! What a turn is to be answered with: the assistant, the prompt and the model, out of what the writer names now, what
//! the conversation has, and what was there before.

use super::texts::Meta;
use crate::assistants::AUTO;
use crate::choice::Wanted;
use crate::guidance::Guidance;
use crate::{Engine, Inner, blocking};
use inkhorn_domain::{ConversationId, Role};
use inkhorn_fault::{Code, Fault, Result};
use inkhorn_routing::PickedBy;
use inkhorn_store::conversations::ConversationRow;
use inkhorn_store::messages::MessageRow;
use inkhorn_store::{conversations, messages};
use serde::{Deserialize, Serialize};

/// What a turn counts as where neither prompt nor assistant says so.
pub(super) const DESK: &str = "chat";

/// What is kept of it beside the answer, so that it can be answered again in the same way. Ids only.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Used {
    /// An assistant's id, or `auto`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub assistant: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prompt: Option<String>,
}

/// What the writer names for a turn.
#[derive(Clone, Default)]
pub(super) struct Named {
    /// Empty for no choice: whatever the rules say from now on.
    pub model: Option<String>,
    /// An id, `auto`, or empty for none.
    pub assistant: Option<String>,
    pub prompt: Option<String>,
}

/// A wish that was looked up, but for what Auto is yet to choose.
pub(super) struct Wish {
    /// What the writer names.
    explicit: Option<String>,
    /// What the writer chose for the conversation.
    conversation: Option<String>,
    /// What the conversation used last.
    kept: Option<String>,
    pub guidance: Guidance,
    pub used: Used,
    /// The writer took back what was chosen for the conversation.
    pub unchosen: bool,
    /// The assistant is for the conversation, from now on: `None` for whatever it has.
    pub lasting: Option<Option<String>>,
    /// The assistant that answered before.
    pub previous: Option<String>,
}

impl Wish {
    /// Auto is to choose the assistant.
    pub(super) fn is_auto(&self) -> bool {
        self.used.assistant.as_deref() == Some(AUTO)
    }

    /// The model is the same whatever assistant it will be.
    pub(super) fn is_fixed(&self) -> bool {
        self.explicit.is_some() || self.guidance.prompt_model().is_some() || self.conversation.is_some()
    }

    fn wanted<'w>(&'w self, last_used: Option<&'w str>) -> Wanted<'w> {
        Wanted {
            explicit: self.explicit.as_deref(),
            prompt: self.guidance.prompt_model(),
            conversation: self.conversation.as_deref(),
            assistant: self.guidance.assistant_model(),
            kept: self.kept.as_deref(),
            feature: self.feature(),
            last_used,
        }
    }

    /// What the turn counts as.
    pub(super) fn feature(&self) -> &str {
        self.guidance.feature().unwrap_or(DESK)
    }
}

impl Engine {
    /// Looks up what a new turn is to be answered with.
    ///
    /// # Errors
    /// `not_found` for a prompt or an assistant that is not there.
    pub(super) async fn wish(&self, named: Named, known: Option<ConversationId>) -> Result<Wish> {
        let inner = self.inner.clone();
        blocking(move || {
            let row = match known {
                Some(id) => inner.store.read(|db| conversations::load(db, id))?,
                None => None,
            };
            let guidance = inner.prompt_guidance(named.prompt.as_deref())?;
            let own = guidance.prompt_assistant().map(str::to_owned);
            let of_conversation = row.as_ref().and_then(|row| row.assistant.clone());
            let assistant = match named.assistant.clone() {
                Some(named) => Some(named).filter(|named| !named.is_empty()),
                None => own.clone().or(of_conversation),
            };
            // What the writer names holds from now on, and so does what a conversation begins with.
            let lasting = (named.assistant.is_some() || row.is_none()).then(|| assistant.clone());
            let previous = known.map(|id| inner.answered_by(id)).transpose()?.flatten();
            let used = Used { assistant, prompt: named.prompt };
            inner.look_up(named.model, row.as_ref(), guidance, used, lasting, previous)
        })
        .await
    }

    /// Looks up what a turn is to be answered with again: as before, but for what the writer names now.
    ///
    /// # Errors
    /// `not_found` for an assistant that is named and not there.
    pub(super) async fn wish_again(&self, named: Named, row: &MessageRow) -> Result<Wish> {
        let (inner, row) = (self.inner.clone(), row.clone());
        blocking(move || {
            let all = inner.store.read(|db| messages::load_of(db, row.conversation))?;
            let answer = match row.role {
                Role::Assistant => Some(&row),
                _ => all.iter().find(|other| other.parent == Some(row.id)),
            };
            let before = answer.map(Meta::of).unwrap_or_default();
            let conversation = inner.store.read(|db| conversations::load(db, row.conversation))?;
            // Which one Auto had chosen is known: it is not asked again.
            let chosen = before.answer.and_then(|answer| answer.assistant).map(|one| one.id);
            let assistant = match named.assistant.clone() {
                Some(named) => Some(named).filter(|named| !named.is_empty()),
                None => {
                    chosen.or(before.used.assistant).filter(|id| id == AUTO || inner.assistant(id).is_ok())
                }
            };
            // A prompt that was removed since then has nothing more to say.
            let prompt = before.used.prompt.filter(|id| inner.prompt_guidance(Some(id)).is_ok());
            let guidance = inner.prompt_guidance(prompt.as_deref())?;
            let same_model = row.model.clone().filter(|_| named.assistant.is_none());
            let used = Used { assistant, prompt };
            let mut wish = inner.look_up(named.model, conversation.as_ref(), guidance, used, None, None)?;
            // The model of before is the page's, not a choice that the writer makes now.
            wish.conversation = same_model.or(wish.conversation);
            Ok(wish)
        })
        .await
    }

    /// The model or collection for a wish, and the rule that picked it.
    ///
    /// # Errors
    /// `model_not_found` where nothing names one, or what is named is not there.
    pub(super) async fn model_for(&self, wish: &Wish) -> Result<(String, PickedBy)> {
        let house = self.inner.house()?;
        let last = house.last_model.clone().filter(|model| house.knows(model));
        let (name, rule) = self.pick(wish.wanted(last.as_deref())).await?;
        if !self.inner.house()?.knows(&name) {
            return Err(Fault::new(Code::ModelNotFound).with("model", &name));
        }
        Ok((name, rule))
    }
}

impl Inner {
    fn look_up(
        &self,
        explicit: Option<String>,
        conversation: Option<&ConversationRow>,
        guidance: Guidance,
        used: Used,
        lasting: Option<Option<String>>,
        previous: Option<String>,
    ) -> Result<Wish> {
        let guidance = match used.assistant.as_deref().filter(|id| *id != AUTO) {
            Some(id) => guidance.with_assistant(self.assistant(id)?),
            None => guidance,
        };
        let unchosen = explicit.as_deref() == Some("");
        let explicit = explicit.filter(|model| !model.is_empty());
        // Also where its connection or collection was removed: the text is refused then. Whoever wrote to a model on this
        // machine must not find the whole conversation at another company because of a default.
        let own = conversation.and_then(|row| row.model.clone());
        let chosen = conversation.is_some_and(|row| row.model_chosen) && !unchosen;
        let (conversation, kept) = if chosen { (own, None) } else { (None, own) };
        Ok(Wish { explicit, conversation, kept, guidance, used, unchosen, lasting, previous })
    }

    /// The assistant of the last answer in a conversation.
    fn answered_by(&self, id: ConversationId) -> Result<Option<String>> {
        let all = self.store.read(|db| messages::load_of(db, id))?;
        let last = all.iter().rev().find(|row| row.role == Role::Assistant);
        Ok(last.map(Meta::of).and_then(|meta| meta.answer?.assistant).map(|one| one.id))
    }
}
