//! What a prompt and an assistant bring to a request: instructions before it, a model rule, settings, a feature.

use crate::assistants::Assistant;
use crate::prompts::prompt_id;
use crate::{Engine, Inner, blocking, choice};
use inkhorn_contract::{AnswerAssistantView, AutoChoiceView, NameView};
use inkhorn_domain::{ChatRequest, MemberSettings, Message, Role};
use inkhorn_fault::Result;

/// What a request that was made from a prompt counts as.
const PROMPT: &str = "prompt";
/// What a model is told that is to search the web and cannot. Without it, it would say that it did.
const NO_SEARCH: &str = "You cannot search the web in this conversation. Say so where it matters, answer from what you know, and \
     do not present anything as the result of a search.";

/// A prompt and an assistant, as far as a request must know them. Empty by default.
#[derive(Clone, Debug, Default)]
pub struct Guidance {
    prompt: Option<Prompted>,
    assistant: Option<Assistant>,
    auto: Option<AutoChoiceView>,
}

/// A prompt's own model and settings.
#[derive(Clone, Debug)]
struct Prompted {
    model: Option<String>,
    assistant: Option<String>,
    settings: MemberSettings,
}

impl Engine {
    /// The guidance of a prompt and an assistant, each by its id. Where no assistant is named, the prompt's own.
    ///
    /// # Errors
    /// `not_found`; `vault_locked` where the writer's own words are needed.
    pub async fn guidance(&self, prompt: Option<&str>, assistant: Option<&str>) -> Result<Guidance> {
        let (prompt, assistant) = (prompt.map(str::to_owned), assistant.map(str::to_owned));
        let inner = self.inner.clone();
        blocking(move || {
            let guidance = inner.prompt_guidance(prompt.as_deref())?;
            match assistant.or_else(|| guidance.prompt_assistant().map(str::to_owned)) {
                Some(id) => Ok(guidance.with_assistant(inner.assistant(&id)?)),
                None => Ok(guidance),
            }
        })
        .await
    }
}

impl Inner {
    /// The guidance of a prompt alone.
    pub(crate) fn prompt_guidance(&self, prompt: Option<&str>) -> Result<Guidance> {
        let Some(id) = prompt else { return Ok(Guidance::default()) };
        let row = self.prompt_row(prompt_id(id)?)?;
        let prompt = Prompted { model: row.model, assistant: row.assistant, settings: row.settings };
        Ok(Guidance { prompt: Some(prompt), ..Guidance::default() })
    }
}

impl Guidance {
    /// What its use counts as: a prompt is a prompt whatever assistant answers it. `None` where there is neither.
    pub fn feature(&self) -> Option<&str> {
        let assistant = self.assistant.as_ref().map(|one| one.feature.as_str());
        self.prompt.as_ref().map(|_| PROMPT).or(assistant)
    }

    /// The assistant, and how Auto chose it where it did.
    pub fn told(&self) -> Option<AnswerAssistantView> {
        let assistant = self.assistant.as_ref()?;
        Some(AnswerAssistantView {
            id: assistant.id.clone(),
            name: assistant.name.clone(),
            auto: self.auto.clone(),
        })
    }

    pub(crate) fn prompt_assistant(&self) -> Option<&str> {
        self.prompt.as_ref().and_then(|prompt| prompt.assistant.as_deref())
    }

    pub(crate) fn prompt_model(&self) -> Option<&str> {
        self.prompt.as_ref().and_then(|prompt| prompt.model.as_deref())
    }

    pub(crate) fn assistant_model(&self) -> Option<&str> {
        self.assistant.as_ref().and_then(|one| one.model.as_deref())
    }

    /// The assistant's name where it is the writer's own word, which is kept sealed.
    pub(crate) fn own_name(&self) -> Option<&NameView> {
        self.assistant.as_ref().filter(|one| one.own_name).map(|one| &one.name)
    }

    /// The limit on the answer, where one is set.
    pub(crate) fn max_tokens(&self) -> Option<u64> {
        let prompt = self.prompt.as_ref().and_then(|prompt| prompt.settings.max_tokens);
        prompt.or(self.assistant.as_ref().and_then(|one| one.settings.max_tokens))
    }

    pub(crate) fn wants_search(&self) -> bool {
        self.assistant.as_ref().is_some_and(|one| one.web_search)
    }

    pub(crate) fn with_assistant(self, assistant: Assistant) -> Self {
        Self { assistant: Some(assistant), ..self }
    }

    pub(crate) fn chosen_by_auto(self, auto: AutoChoiceView) -> Self {
        Self { auto: Some(auto), ..self }
    }

    /// What the model is told before everything else; `None` for nothing.
    pub(crate) fn instructions(&self, can_search: bool) -> Option<String> {
        let own = self.assistant.as_ref().map(|one| one.instructions.as_str()).unwrap_or_default();
        let search = (self.wants_search() && !can_search).then_some(NO_SEARCH);
        let parts: Vec<&str> =
            [Some(own).filter(|own| !own.is_empty()), search].into_iter().flatten().collect();
        (!parts.is_empty()).then(|| parts.join("\n\n"))
    }

    /// Puts the instructions before the turns, and fills in the settings where the request says nothing: the prompt's,
    /// then the assistant's.
    pub(crate) fn apply(&self, request: &mut ChatRequest, can_search: bool) {
        if let Some(instructions) = self.instructions(can_search) {
            request.messages.insert(0, Message::text(Role::System, instructions));
        }
        request.web_search |= self.wants_search() && can_search;
        let prompt = self.prompt.as_ref().map(|prompt| &prompt.settings);
        let assistant = self.assistant.as_ref().map(|one| &one.settings);
        for settings in [prompt, assistant].into_iter().flatten() {
            choice::fill_in(settings, request);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::assistants::built_in;

    fn of(id: &str) -> Guidance {
        Guidance::default().with_assistant(Assistant::of(built_in::find(id).expect("a built-in one")))
    }

    #[test]
    fn a_prompts_settings_come_before_the_assistants_and_a_requests_before_both() {
        let settings = MemberSettings { max_tokens: Some(5), ..MemberSettings::default() };
        let prompt = Some(Prompted { model: None, assistant: None, settings });
        let guidance = Guidance { prompt, ..of("code") };
        assert_eq!(guidance.feature(), Some(PROMPT));
        let mut request = ChatRequest::default();
        guidance.apply(&mut request, false);
        assert_eq!((request.max_tokens, request.temperature), (Some(5), Some(0.2)));
        let mut own = ChatRequest { temperature: Some(1.0), ..ChatRequest::default() };
        guidance.apply(&mut own, false);
        assert_eq!(own.temperature, Some(1.0));
        assert!(own.messages.first().is_some_and(|first| first.role == Role::System));
    }

    #[test]
    fn a_model_that_cannot_search_is_told_so_and_is_not_asked_to() {
        let research = of("research");
        let asked = |can: bool| {
            let mut request = ChatRequest::default();
            research.apply(&mut request, can);
            (request.web_search, research.instructions(can).is_some_and(|text| text.contains(NO_SEARCH)))
        };
        assert_eq!((asked(true), asked(false)), ((true, false), (false, true)));
        assert_eq!(Guidance::default().instructions(false), None);
    }
}
