//! A profile with a catalogue whose addresses are those of simulated providers, and a clock that the test holds.

use inkhorn_contract::*;
use inkhorn_domain::{ChatRequest, Face, Message, Privacy, Role, StreamEvent, UnixMillis};
use inkhorn_engine::{Answer, Ask, AskBody, Clock, Engine, EngineOptions, FixedEnvironment};
use inkhorn_fault::Result;
use inkhorn_secret::Secret;
use inkhorn_testkit::{Canary, ScratchProfile, SimulatedProvider, refused_address};
use inkhorn_vault::NoKeychain;
use serde_json::{Value, json};
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;
use tokio::sync::Semaphore;

/// Stands still until the test moves it; a wait ends when the test rings.
pub struct HeldClock {
    millis: AtomicI64,
    bell: Arc<Semaphore>,
}

impl HeldClock {
    pub fn new() -> Arc<Self> {
        // 2026-11-21T10:00:00Z
        Arc::new(Self { millis: AtomicI64::new(1_795_255_200_000), bell: Arc::new(Semaphore::new(0)) })
    }

    pub fn advance(&self, span: Duration) {
        self.millis.fetch_add(span.as_millis() as i64, Ordering::SeqCst);
    }

    /// Ends one wait.
    pub fn ring(&self) {
        self.bell.add_permits(1);
    }
}

impl Clock for HeldClock {
    fn now(&self) -> UnixMillis {
        self.millis.load(Ordering::SeqCst)
    }

    fn since_start(&self) -> Duration {
        Duration::from_millis(self.now().unsigned_abs())
    }

    fn wait(&self, _: Duration) -> Pin<Box<dyn Future<Output = ()> + Send>> {
        let bell = self.bell.clone();
        Box::pin(async move { bell.acquire().await.expect("a bell").forget() })
    }
}

pub struct House {
    pub profile: ScratchProfile,
    pub clock: Arc<HeldClock>,
    pub environment: FixedEnvironment,
    entries: Vec<Value>,
}

impl House {
    /// A profile in whose catalogue every server of this machine is at an address where nobody listens.
    pub fn new() -> Self {
        let embedded: Value =
            serde_json::from_str(include_str!("../../../providers/catalogue.json")).expect("the catalogue");
        let refused = refused_address();
        let mut entries: Vec<Value> = embedded["providers"].as_array().expect("providers").clone();
        for entry in &mut entries {
            if let (Some(_), Some(url)) = (entry.get("signs"), entry["base_url"].as_str()) {
                let path = url::Url::parse(url).expect("an address").path().trim_end_matches('/').to_owned();
                entry["base_url"] = json!(format!("http://{refused}{path}"));
            }
            if let Some(entry) = entry.as_object_mut() {
                entry.remove("presets");
            }
        }
        entries.retain(|entry| entry.get("signs").is_some());
        Self {
            profile: ScratchProfile::make(),
            clock: HeldClock::new(),
            environment: FixedEnvironment::default(),
            entries,
        }
    }

    /// From now on this entry's usual address is this one. Only the address decides where it is.
    pub fn at(mut self, id: &str, base_url: &str) -> Self {
        let embedded: Value =
            serde_json::from_str(include_str!("../../../providers/catalogue.json")).expect("the catalogue");
        let mut entry = embedded["providers"]
            .as_array()
            .expect("providers")
            .iter()
            .find(|entry| entry["id"] == id)
            .expect(id)
            .clone();
        entry["base_url"] = json!(base_url);
        if entry["locality"] == "cloud" {
            entry["locality"] = json!("either");
        }
        self.entries.retain(|known| known["id"] != id);
        self.entries.push(entry);
        self
    }

    pub fn with_variable(mut self, name: &str, value: &str) -> Self {
        self.environment.0.insert(name.to_owned(), value.into());
        self
    }

    pub fn open(&self) -> Engine {
        self.open_with(&json!({ "providers": self.entries }).to_string())
    }

    /// Opens it with this text as the writer's own catalogue.
    pub fn open_with(&self, catalogue: &str) -> Engine {
        std::fs::write(self.profile.data_dir().join("catalogue.json"), catalogue)
            .expect("the catalogue is written");
        Engine::open(EngineOptions {
            dir: self.profile.data_dir(),
            passphrase: Some(Secret::new("correct horse battery staple".into())),
            face: Face::Window,
            keychain: Arc::new(NoKeychain),
            clock: self.clock.clone(),
            environment: Arc::new(FixedEnvironment(self.environment.0.clone())),
        })
        .expect("a fresh profile opens")
    }

    /// Nothing of this key is in any file of the profile.
    pub fn assert_without(&self, key: &Canary) {
        inkhorn_testkit::assert_clean(&self.profile.evidence(), &[key]);
    }
}

pub fn draft(provider: &str, base_url: &str, key: KeyInput) -> ConnectionDraft {
    ConnectionDraft {
        provider: provider.to_owned(),
        label: None,
        base_url: Some(base_url.to_owned()),
        auth: None,
        key,
        headers: Vec::new(),
        models: Vec::new(),
    }
}

pub fn typed(key: &str) -> KeyInput {
    KeyInput::Typed { key: Secret::new(key.to_owned()) }
}

/// Connects to a simulated provider with its own key.
pub async fn connect(engine: &Engine, provider: &SimulatedProvider) -> ConnectionView {
    let key = provider.key().map_or(KeyInput::None, |key| typed(&key));
    let draft = draft(provider.persona().provider_id(), &provider.base_url(), key);
    engine.connections_add(ConnectionAddRequest { draft, test: true }).await.expect("it connects")
}

pub async fn set(engine: &Engine, slug: &str, settings: &[(&str, &str)]) -> Result<ConnectionView> {
    let mut request = ConnectionUpdateRequest::of(slug);
    request.settings =
        Some(settings.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect());
    engine.connections_update(request).await
}

pub fn ask(model: Option<&str>, text: &str) -> Ask {
    Ask {
        face: Face::CommandLine,
        feature: "chat".into(),
        app: None,
        privacy: Privacy::Cloud,
        model: model.map(str::to_owned),
        conversation_model: None,
        body: AskBody::Chat(Box::new(ChatRequest {
            messages: vec![Message::text(Role::User, text)],
            stream: true,
            stream_usage: true,
            ..ChatRequest::default()
        })),
    }
}

/// Reads an answer to its end.
pub async fn read(mut answer: Answer) -> (String, Answer) {
    let mut text = String::new();
    while let Some(chunk) = answer.next().await {
        for event in chunk.expect("a good answer").events {
            if let StreamEvent::Text(piece) = event {
                text.push_str(&piece);
            }
        }
    }
    (text, answer)
}
