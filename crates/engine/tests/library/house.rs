//! A profile with a simulated provider, and short words for what the tests ask of it.

use inkhorn_contract::*;
use inkhorn_domain::{Face, UnixMillis};
use inkhorn_engine::{Clock, Engine, EngineOptions, FixedEnvironment, SystemClock};
use inkhorn_fault::Code;
use inkhorn_secret::Secret;
use inkhorn_testkit::{Canary, Persona, ScratchProfile, SimulatedModel, SimulatedProvider};
use inkhorn_vault::NoKeychain;
use serde_json::Value;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

pub struct House {
    pub engine: Engine,
    pub profile: ScratchProfile,
}

pub fn open(profile: &ScratchProfile) -> Engine {
    open_at(profile, Arc::new(SystemClock::new()))
}

fn open_at(profile: &ScratchProfile, clock: Arc<dyn Clock>) -> Engine {
    Engine::open(EngineOptions {
        dir: profile.data_dir(),
        passphrase: Some(Secret::new("correct horse battery staple".into())),
        face: Face::Window,
        keychain: Arc::new(NoKeychain),
        clock,
        environment: Arc::new(FixedEnvironment::default()),
    })
    .expect("a fresh profile opens")
}

/// A clock on which every wait of this length is over at once, and every other never.
pub struct Impatient(pub SystemClock, pub Duration);

impl Clock for Impatient {
    fn now(&self) -> UnixMillis {
        self.0.now()
    }

    fn since_start(&self) -> Duration {
        self.0.since_start()
    }

    fn wait(&self, span: Duration) -> Pin<Box<dyn Future<Output = ()> + Send>> {
        if span == self.1 { Box::pin(std::future::ready(())) } else { Box::pin(std::future::pending()) }
    }
}

impl House {
    pub fn empty() -> Self {
        let profile = ScratchProfile::make();
        let engine = open(&profile);
        Self { engine, profile }
    }

    pub fn at(clock: impl Clock + 'static) -> Self {
        let profile = ScratchProfile::make();
        let engine = open_at(&profile, Arc::new(clock));
        Self { engine, profile }
    }

    /// Connects a provider with these models.
    pub async fn connect(&self, persona: Persona, label: &str, models: &[&str]) -> SimulatedProvider {
        let models = models.iter().map(|id| SimulatedModel::chat(id)).collect();
        self.connect_with(persona, label, models).await
    }

    pub async fn connect_with(
        &self,
        persona: Persona,
        label: &str,
        models: Vec<SimulatedModel>,
    ) -> SimulatedProvider {
        let key = Canary::key_of(persona);
        let provider = SimulatedProvider::start(persona);
        let needs_key = provider.key().is_some();
        if needs_key {
            provider.set_key(Some(key.text()));
        }
        provider.set_models(models);
        let key = match needs_key {
            true => KeyInput::Typed { key: Secret::new(key.text().into()) },
            false => KeyInput::None,
        };
        let draft = ConnectionDraft {
            provider: persona.provider_id().into(),
            label: Some(label.into()),
            base_url: Some(provider.base_url()),
            auth: None,
            key,
            headers: Vec::new(),
            models: Vec::new(),
        };
        self.engine.connections_add(ConnectionAddRequest { draft, test: true }).await.expect("it answers");
        provider.forget_requests();
        provider
    }

    pub async fn assistant(&self, request: AssistantSaveRequest) -> Result<AssistantView, Code> {
        self.engine.assistants_save(request).await.map_err(|fault| fault.code())
    }

    /// The assistant of this id.
    pub async fn find(&self, id: &str) -> Option<AssistantView> {
        let all = self.engine.assistants_list(Nothing {}).await.expect("a list").assistants;
        all.into_iter().find(|one| one.id == id)
    }

    pub async fn prompt(&self, request: PromptSaveRequest) -> Result<PromptView, Code> {
        self.engine.prompts_save(request).await.map_err(|fault| fault.code())
    }

    pub async fn prompts(&self) -> Vec<PromptView> {
        self.engine.prompts_list(Nothing {}).await.expect("a list").prompts
    }

    /// Sends, and gives what was told meanwhile.
    pub async fn send(&self, request: DeskSendRequest) -> (MessageView, Vec<DeskEvent>) {
        let mut told = Vec::new();
        let message = self.engine.desk_send(request, |event| told.push(event)).await.expect("kept");
        (message, told)
    }

    pub async fn default_model(&self, model: &str) {
        let request = ModelsDefaultRequest { model: Some(model.into()) };
        self.engine.models_default(request).await.expect("set");
    }

    pub async fn usage(&self) -> Vec<UsageRowView> {
        match self.engine.usage(UsageRequest::default()).await.expect("usage").rows {
            UsageRows::Requests(rows) => rows,
            UsageRows::Groups(_) => panic!("rows were asked for"),
        }
    }
}

pub fn text(text: &str) -> DeskSendRequest {
    DeskSendRequest { text: text.into(), ..DeskSendRequest::default() }
}

/// The conversation that was begun or gone on with.
pub fn conversation(told: &[DeskEvent]) -> ConversationView {
    match told.first() {
        Some(DeskEvent::Started { conversation, .. }) => conversation.clone(),
        other => panic!("the first event is the start, not {other:?}"),
    }
}

/// The last chat that came in, as JSON.
pub fn last_body(provider: &SimulatedProvider) -> Value {
    provider.chats().last().expect("a chat came").json()
}

/// The text of a turn in OpenAI's form.
pub fn turn(body: &Value, at: usize) -> (&str, &str) {
    let turn = &body["messages"][at];
    (turn["role"].as_str().unwrap_or_default(), turn["content"].as_str().unwrap_or_default())
}

/// An assistant of the writer's own with these instructions.
pub fn own(name: &str, instructions: &str) -> AssistantSaveRequest {
    AssistantSaveRequest {
        name: name.into(),
        description: "Does as it is told.".into(),
        instructions: instructions.into(),
        feature: "prose".into(),
        ..AssistantSaveRequest::default()
    }
}

/// What an assistant says, to be saved again.
pub fn as_request(view: &AssistantView) -> AssistantSaveRequest {
    AssistantSaveRequest {
        id: Some(view.id.clone()),
        name: view.name.en.clone(),
        description: view.description.en.clone(),
        instructions: view.instructions.clone(),
        feature: view.feature.clone(),
        model: view.model.as_ref().map(|model| model.id.clone()),
        settings: view.settings.clone(),
        web_search: view.web_search,
    }
}
