//! Texts turned into vectors, through the same connection as everything else.

use crate::refusal::{Refusal, classify};
use crate::target::{ConnectionTarget, Credential};
use inkhorn_dialects::{EmbeddingForm, WireError, embedding_form};
use inkhorn_domain::{EmbeddingRequest, Embeddings, TokenUsage};
use inkhorn_fault::{Code, Fault};
use inkhorn_outbound::PLAIN_ANSWER_CAP;
use std::time::SystemTime;

/// Makes one vector of each text, in as many requests as the provider wants; the first that fails ends it.
///
/// # Errors
/// `bad_request` where the connection's dialect makes no vectors or the model's id cannot stand in a path; `not_an_api`
/// or `stream_broken` where the answer holds no vectors; every refusal of the provider under its own name.
pub async fn fetch_embeddings(
    target: &ConnectionTarget,
    credential: &Credential<'_>,
    request: &EmbeddingRequest,
    now: SystemTime,
) -> Result<Embeddings, Fault> {
    let form = embedding_form(target.entry.dialect)
        .ok_or_else(|| Fault::new(Code::BadRequest).with("reason", "this provider makes no embeddings"))?;
    let mut whole = Embeddings::default();
    for inputs in request.inputs.chunks(form.most_inputs) {
        let batch = EmbeddingRequest { inputs: inputs.to_vec(), ..request.clone() };
        let part = fetch_batch(target, credential, &form, &batch, now).await?;
        let same_length = whole.vectors.first().is_none_or(|first| part.vectors[0].len() == first.len());
        if !same_length {
            return Err(Fault::new(Code::StreamBroken));
        }
        whole.usage = match whole.vectors.is_empty() {
            true => part.usage,
            // A count that one part did not tell is not known of the whole.
            false => sum(&whole.usage, &part.usage),
        };
        whole.vectors.extend(part.vectors);
    }
    Ok(whole)
}

async fn fetch_batch(
    target: &ConnectionTarget,
    credential: &Credential<'_>,
    form: &EmbeddingForm,
    batch: &EmbeddingRequest,
    now: SystemTime,
) -> Result<Embeddings, Fault> {
    let path = form.path(&batch.model).map_err(|bad| Fault::new(Code::BadRequest).with("reason", bad))?;
    let place = target.destination.at(&path)?;
    let address = target.destination.address();
    let body = form.write(batch).into();
    let answer = target.post(&place, credential, body, target.deadlines, now).await?;
    if !answer.is_success() || answer.is_of_type("text/html") {
        let refusal = Refusal::read(answer).await;
        let model = Some(batch.model.as_str());
        return Err(classify(&target.entry, address, model, &refusal, &credential.scrubber(), now));
    }
    let body = answer.read_to_end(PLAIN_ANSWER_CAP).await?;
    form.read(&body, batch.inputs.len()).map_err(|error| match error {
        WireError::TooLarge => Fault::new(Code::AnswerTooLarge),
        WireError::Cut | WireError::Malformed => Fault::new(Code::StreamBroken),
        WireError::NotThisDialect => Fault::new(Code::NotAnApi).with("address", address),
    })
}

fn sum(one: &TokenUsage, other: &TokenUsage) -> TokenUsage {
    let input = one.input.zip(other.input).and_then(|(one, other)| one.checked_add(other));
    TokenUsage { input, ..TokenUsage::default() }
}
