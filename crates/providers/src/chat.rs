//! A chat request in two steps, so that a key is in the clear only while the request is built, and not while a slow
//! model thinks.

use crate::refusal::{Refusal, classify};
use crate::target::{ConnectionTarget, Credential};
use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::{HeaderName, HeaderValue, Method};
use inkhorn_domain::Dialect;
use inkhorn_fault::Fault;
use inkhorn_outbound::{Answer, Request, Target};
use std::borrow::Cow;
use std::time::SystemTime;

/// A request that is built and not sent yet. It borrows no credential: whoever lent one may wipe it now.
pub struct PreparedChat<'t> {
    target: &'t ConnectionTarget,
    place: Cow<'t, Target>,
    headers: Vec<(HeaderName, HeaderValue)>,
    body: Bytes,
}

impl ConnectionTarget {
    /// Builds a chat request whose body is written in the dialect of the model at this connection. Model and manner are
    /// said again beside the body, for the dialects that want them in the path; the time, for those that sign it.
    ///
    /// # Errors
    /// `key_form` when the key was not sealed for this address: it is not sent there; `bad_request` when the model's id
    /// cannot stand in a path.
    pub fn prepare_chat(
        &self,
        credential: &Credential<'_>,
        model: &str,
        streaming: bool,
        body: Bytes,
        now: SystemTime,
    ) -> Result<PreparedChat<'_>, Fault> {
        self.prepare_chat_in(self.dialect_for(model), credential, model, streaming, body, now)
    }

    /// The same for a body in another dialect that the provider takes for the model.
    ///
    /// # Errors
    /// As [`ConnectionTarget::prepare_chat`].
    pub fn prepare_chat_in(
        &self,
        dialect: Dialect,
        credential: &Credential<'_>,
        model: &str,
        streaming: bool,
        body: Bytes,
        now: SystemTime,
    ) -> Result<PreparedChat<'_>, Fault> {
        let place = self.chat_target(dialect, model, streaming)?;
        let mut headers = self.headers(credential, &place, &Method::POST, &body, now)?;
        headers.push((CONTENT_TYPE, HeaderValue::from_static("application/json")));
        Ok(PreparedChat { target: self, place, headers, body })
    }

    /// Names a refusal of a chat request. The credential is lent once more, to take it out of the provider's words.
    pub fn classify_refusal(
        &self,
        credential: &Credential<'_>,
        model: &str,
        refusal: &Refusal,
        now: SystemTime,
    ) -> Fault {
        let address = self.destination().address();
        classify(self.entry(), address, Some(model), refusal, &credential.scrubber(), now)
    }
}

impl PreparedChat<'_> {
    /// Sends it, once. `Ok` holds the answer at its first byte, or the refusal as the provider said it.
    pub async fn send(self) -> Result<Result<Answer, Refusal>, Fault> {
        let Self { target, place, headers, body } = self;
        let request =
            Request { target: &place, method: Method::POST, headers, body, deadlines: target.deadlines };
        let answer = target.outbound.send(request).await?;
        if answer.is_success() && !answer.is_of_type("text/html") {
            return Ok(Ok(answer));
        }
        Ok(Err(Refusal::read(answer).await))
    }
}
