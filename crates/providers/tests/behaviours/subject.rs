//! One provider of the catalogue with a simulated one behind it, and how the list talks with it.

use bytes::Bytes;
use inkhorn_dialects::{AnswerDecoder, Chunk, OptionalField, WriteOptions, write_request};
use inkhorn_domain::{ChatRequest, FinishReason, Message, Role, StreamEvent, TokenUsage};
use inkhorn_fault::{Code, Fault};
use inkhorn_outbound::Outbound;
use inkhorn_providers::{ConnectionTarget, Credential, KeyNeed, ProviderEntry, Refusal, parse_base_url};
use inkhorn_secret::{Origin, Secret};
use inkhorn_testkit::{Persona, SimulatedModel, SimulatedProvider};
use std::sync::Arc;
use std::time::SystemTime;

/// An access key of AWS, from its documents.
const ACCESS_KEY: &str = "AKIAIOSFODNN7EXAMPLE:wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";

/// In which of its ways a provider is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// As most are.
    Usual,
    /// A model that answers in the responses dialect only.
    Responses,
    /// Azure's dated address, which names the deployment.
    DatedPath,
    /// A signature instead of a key.
    AccessKey,
}

/// A provider under test.
pub struct Subject {
    pub entry: Arc<ProviderEntry>,
    pub way: Way,
    pub persona: Persona,
    pub provider: SimulatedProvider,
    key: Option<Secret>,
    target: ConnectionTarget,
    origins: Vec<Origin>,
}

/// An answer, put together.
#[derive(Debug, Default)]
pub struct Heard {
    pub text: String,
    pub thoughts: String,
    pub tools: Vec<(String, String)>,
    pub usage: TokenUsage,
    pub finish: Option<FinishReason>,
}

impl Subject {
    /// With a fresh simulated provider. One that usually asks for no key is given one, so that it is asked for.
    /// `None` where nobody imitates the provider.
    pub fn of(entry: &Arc<ProviderEntry>) -> Option<Self> {
        Self::asked(entry, Way::Usual)
    }

    /// The same in each of the ways in which this provider can be asked.
    pub fn variants(entry: &Arc<ProviderEntry>) -> Vec<Self> {
        let ways = match entry.id.as_str() {
            "openai" => &[Way::Usual, Way::Responses][..],
            "azure_openai" => &[Way::Usual, Way::DatedPath],
            "aws_bedrock" => &[Way::Usual, Way::AccessKey],
            _ => &[Way::Usual],
        };
        ways.iter().filter_map(|way| Self::asked(entry, *way)).collect()
    }

    /// As [`Self::of`], in one of its ways.
    pub fn asked(entry: &Arc<ProviderEntry>, way: Way) -> Option<Self> {
        let persona = Persona::of_provider_id(&entry.id)?;
        let provider = SimulatedProvider::start(persona);
        if provider.key().is_none() {
            provider.set_key(Some("local-key-0123456789abcdef"));
        }
        match way {
            Way::Responses => {
                provider.set_models(vec![SimulatedModel::chat("gpt-5.2-pro").thinking().seeing()]);
            }
            Way::AccessKey => provider.set_key(Some(ACCESS_KEY)),
            Way::Usual | Way::DatedPath => {}
        }
        let key = provider.key();
        Some(Self::with_key(entry.clone(), way, persona, provider, key.as_deref()))
    }

    /// A connection with a key that is not the right one.
    pub fn but_with_key(self, right: &str, wrong: &str) -> Self {
        self.provider.set_key(Some(right));
        Self::with_key(self.entry, self.way, self.persona, self.provider, Some(wrong))
    }

    fn with_key(
        entry: Arc<ProviderEntry>,
        way: Way,
        persona: Persona,
        provider: SimulatedProvider,
        key: Option<&str>,
    ) -> Self {
        let address = match way {
            Way::DatedPath => format!("{}/openai/deployments/prose", provider.address()),
            Way::Usual | Way::Responses | Way::AccessKey => provider.base_url(),
        };
        let base = parse_base_url(&address, &entry, &[]).expect("the address of the simulated one");
        let destination = base.destination(&entry).expect("a destination");
        let (auth, deadlines) = (entry.auth.clone(), entry.waits.deadlines());
        let target = ConnectionTarget::new(entry.clone(), Outbound::new(), destination, auth, deadlines)
            .expect("a target");
        let origins = target.origins();
        let key = key.map(|key| Secret::new(key.to_owned()));
        Self { entry, way, persona, provider, key, target, origins }
    }

    pub fn target(&self) -> &ConnectionTarget {
        &self.target
    }

    pub fn credential(&self) -> Credential<'_> {
        Credential { key: self.key.as_ref(), headers: &[], origins: &self.origins }
    }

    /// The key in the clear: it is made up.
    pub fn key(&self) -> String {
        self.provider.key().expect("every subject has a key")
    }

    /// How many models make a second page, where the list has pages.
    pub fn pages(&self) -> Option<usize> {
        match self.entry.id.as_str() {
            "anthropic" | "google_gemini" | "cohere" => Some(2_500),
            _ => None,
        }
    }

    /// The first model that the simulated provider has.
    pub fn model(&self) -> String {
        self.provider.models()[0].id.clone()
    }

    /// A question to the first model.
    pub fn question(&self) -> ChatRequest {
        ChatRequest {
            model: self.model(),
            messages: vec![
                Message::text(Role::System, "You are brief."),
                Message::text(Role::User, "How was the night?"),
            ],
            max_tokens: Some(500),
            ..ChatRequest::default()
        }
    }

    /// The question as a stream.
    pub fn streamed(&self) -> ChatRequest {
        ChatRequest { stream: true, ..self.question() }
    }

    /// Asks, and hears the answer to its end.
    pub async fn ask(&self, request: &ChatRequest) -> Result<Heard, Fault> {
        self.hear(request, self.open(request).await?).await
    }

    /// Asks, and again without each optional field that is refused. Gives those fields too.
    pub async fn ask_with_less(&self, request: &ChatRequest) -> (Vec<OptionalField>, Result<Heard, Fault>) {
        let (mut request, mut options) = (request.clone(), self.entry.options_for(&request.model));
        let mut left_out = Vec::new();
        loop {
            let refusal = match self.send(&request, &options).await {
                Ok(Ok(answer)) => return (left_out, self.hear(&request, answer).await),
                Ok(Err(refusal)) => refusal,
                Err(fault) => return (left_out, Err(fault)),
            };
            match refusal.refused_field().filter(|field| !left_out.contains(field)) {
                Some(field) => field.leave_out(&mut request, &mut options),
                None => return (left_out, Err(self.classify(&request, &refusal))),
            }
            left_out.extend(refusal.refused_field());
        }
    }

    /// Hears an answer to its end.
    async fn hear(
        &self,
        request: &ChatRequest,
        mut answer: inkhorn_outbound::Answer,
    ) -> Result<Heard, Fault> {
        let mut heard = Heard::default();
        let mut decoder = AnswerDecoder::new(self.target.dialect_for(&request.model), request.stream)
            .reading(self.entry.reads);
        let mut chunks = Vec::new();
        while let Some(bytes) = answer.chunk().await? {
            decoder.push(&bytes, &mut chunks).map_err(|error| wire_fault(&format!("{error:?}")))?;
            self.take(&mut chunks, &mut heard, request)?;
            if decoder.is_done() {
                break;
            }
        }
        let ended = decoder.finish(&mut chunks);
        self.take(&mut chunks, &mut heard, request)?;
        ended.map_err(|error| wire_fault(&format!("{error:?}")))?;
        Ok(heard)
    }

    /// Asks, and gives the answer at its beginning.
    pub async fn open(&self, request: &ChatRequest) -> Result<inkhorn_outbound::Answer, Fault> {
        let sent = self.send(request, &self.entry.options_for(&request.model)).await?;
        sent.map_err(|refusal| self.classify(request, &refusal))
    }

    async fn send(
        &self,
        request: &ChatRequest,
        options: &WriteOptions,
    ) -> Result<Result<inkhorn_outbound::Answer, Refusal>, Fault> {
        let dialect = self.target.dialect_for(&request.model);
        let body = Bytes::from(write_request(dialect, request, options));
        let now = SystemTime::UNIX_EPOCH;
        let (credential, model) = (self.credential(), &request.model);
        self.target.prepare_chat(&credential, model, request.stream, body, now)?.send().await
    }

    fn classify(&self, request: &ChatRequest, refusal: &Refusal) -> Fault {
        let now = SystemTime::UNIX_EPOCH;
        self.target.classify_refusal(&self.credential(), &request.model, refusal, now)
    }

    fn take(&self, chunks: &mut Vec<Chunk>, heard: &mut Heard, request: &ChatRequest) -> Result<(), Fault> {
        for event in chunks.drain(..).flat_map(|chunk| chunk.events) {
            match event {
                StreamEvent::Text(text) => heard.text.push_str(&text),
                StreamEvent::Reasoning(text) => heard.thoughts.push_str(&text),
                StreamEvent::ToolCallStarted { name, .. } => heard.tools.push((name, String::new())),
                StreamEvent::ToolCallArguments { index, fragment } => {
                    heard.tools[index as usize].1.push_str(&fragment);
                }
                StreamEvent::Usage(usage) => heard.usage.overwrite(usage),
                StreamEvent::Finished(reason) => {
                    assert_eq!(heard.finish.replace(reason), None, "an answer ends once");
                }
                StreamEvent::ProviderError { status, code, message } => {
                    let body = serde_json::json!({ "error": { "type": code, "message": message } });
                    let refusal = Refusal {
                        status: status.unwrap_or(500),
                        body: body.to_string().into(),
                        ..Refusal::default()
                    };
                    return Err(self.classify(request, &refusal));
                }
                StreamEvent::Started { .. } | StreamEvent::ReasoningSignature(_) => {}
            }
        }
        Ok(())
    }

    /// Whether its keys are needed.
    pub fn needs_key(&self) -> bool {
        self.entry.key == KeyNeed::Required
    }
}

fn wire_fault(error: &str) -> Fault {
    Fault::new(Code::StreamBroken).with("reason", error)
}
