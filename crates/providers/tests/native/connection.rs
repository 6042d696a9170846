//! A connection as the engine would make it, and one question over it.

use bytes::Bytes;
use inkhorn_dialects::{AnswerDecoder, write_request};
use inkhorn_domain::{ChatRequest, Message, Role, StreamEvent};
use inkhorn_fault::Fault;
use inkhorn_outbound::Outbound;
use inkhorn_providers::{Catalogue, ConnectionTarget, Credential, parse_base_url};
use inkhorn_secret::{Origin, Secret};
use inkhorn_testkit::SimulatedProvider;
use std::time::{Duration, SystemTime};

/// 21 November 2026, in the morning.
pub fn now() -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(1_795_249_899)
}

/// A target with the key that is lent to it.
pub struct Connection {
    pub target: ConnectionTarget,
    pub origins: Vec<Origin>,
    key: Option<Secret>,
}

impl Connection {
    /// To the simulated provider, as a writer gives its address, with its key.
    pub fn to(provider: &SimulatedProvider) -> Self {
        Self::at(provider.persona().provider_id(), &provider.base_url(), provider.key().as_deref())
    }

    /// To any address.
    pub fn at(entry: &str, address: &str, key: Option<&str>) -> Self {
        let catalogue = Catalogue::embedded();
        let entry = catalogue.find(entry).expect("entry");
        let base = parse_base_url(address, entry, &[]).expect("address");
        let destination = base.destination(entry).expect("destination");
        let (auth, deadlines) = (entry.auth.clone(), entry.waits.deadlines());
        let target = ConnectionTarget::new(entry.clone(), Outbound::new(), destination, auth, deadlines)
            .expect("target");
        Self { origins: target.origins(), target, key: key.map(|key| Secret::new(key.to_owned())) }
    }

    pub fn credential(&self) -> Credential<'_> {
        Credential { key: self.key.as_ref(), headers: &[], origins: &self.origins }
    }

    /// Asks in the dialect of the model, and gives what was told.
    pub async fn ask(&self, request: &ChatRequest) -> Result<Vec<StreamEvent>, Fault> {
        let (model, entry) = (&request.model, self.target.entry());
        let dialect = self.target.dialect_for(model);
        let body = Bytes::from(write_request(dialect, request, &entry.options_for(model)));
        let prepared = self.target.prepare_chat(&self.credential(), model, request.stream, body, now())?;
        let mut answer = match prepared.send().await? {
            Ok(answer) => answer,
            Err(refusal) => {
                return Err(self.target.classify_refusal(&self.credential(), model, &refusal, now()));
            }
        };
        let (mut decoder, mut chunks) = (AnswerDecoder::new(dialect, request.stream), Vec::new());
        while let Some(bytes) = answer.chunk().await? {
            decoder.push(&bytes, &mut chunks).expect("a good answer");
        }
        decoder.finish(&mut chunks).expect("a whole answer");
        Ok(chunks.into_iter().flat_map(|chunk| chunk.events).collect())
    }
}

/// A question to a model.
pub fn question(model: &str, stream: bool) -> ChatRequest {
    ChatRequest {
        model: model.into(),
        messages: vec![Message::text(Role::User, "When does the tide turn?")],
        stream,
        ..ChatRequest::default()
    }
}

/// All text of an answer.
pub fn text(events: &[StreamEvent]) -> String {
    let texts = events.iter().filter_map(|event| match event {
        StreamEvent::Text(text) => Some(text.as_str()),
        _ => None,
    });
    texts.collect()
}
