//! One request on its way: the body written, the key unsealed, sent, and the status looked at.
//!
//! A server may refuse an optional field that we wrote, where neither the catalogue nor the model's name tells that it
//! would. The request is then sent once more without it, and the next one to that model is right at once. What was
//! refused cost nothing, so all of it is one request of the writer's and one usage row.

use crate::Inner;
use crate::house::{LiveConnection, system_time};
use crate::record::Record;
use crate::send::{AnswerInfo, AskBody, malformed};
use bytes::Bytes;
use inkhorn_dialects::{AnswerDecoder, OptionalField, pass_through, read_request, write_request};
use inkhorn_domain::{ChatRequest, ConnectionId, Dialect};
use inkhorn_fault::Result;
use inkhorn_outbound as outbound;
use inkhorn_providers::Refusal;
use parking_lot::Mutex;
use std::collections::HashMap;

/// How often a request is sent again, each time without one more field.
const MOST_TRIES_MORE: usize = 3;

/// What models of connections turned out not to take, for the life of the process.
#[derive(Default)]
pub(crate) struct RefusedFields(Mutex<HashMap<ConnectionId, AtAddress>>);

/// What was learned of one connection, while it had this address.
struct AtAddress {
    address: String,
    models: HashMap<String, Vec<OptionalField>>,
}

impl RefusedFields {
    fn of(&self, id: ConnectionId, address: &str, model: &str) -> Vec<OptionalField> {
        let all = self.0.lock();
        let known = all.get(&id).filter(|known| known.address == address);
        known.and_then(|known| known.models.get(model)).cloned().unwrap_or_default()
    }

    fn learn(&self, id: ConnectionId, address: &str, model: &str, fields: Vec<OptionalField>) {
        let mut all = self.0.lock();
        let fresh = || AtAddress { address: address.to_owned(), models: HashMap::new() };
        let known = all.entry(id).or_insert_with(fresh);
        if known.address != address {
            *known = fresh();
        }
        known.models.insert(model.to_owned(), fields);
    }
}

/// Writes the body, unseals the key, sends, and looks at the status.
pub(crate) async fn dispatch(
    inner: &Inner,
    connection: &LiveConnection,
    info: &AnswerInfo,
    mut body: AskBody,
    context: Option<u64>,
    record: &mut Record,
) -> Result<(outbound::Answer, AnswerDecoder)> {
    let model = &info.model.model;
    let target = connection.target()?;
    let (id, address) = (connection.id(), target.destination().address());
    let mut without = inner.refused_fields.of(id, address, model);
    let known = without.len();
    let searches = matches!(&body, AskBody::Chat(request) if request.web_search);
    let dialect = match searches {
        true => connection.search_dialect_for(model),
        false => connection.dialect_for(model),
    };
    let answer_limit = record.answer_limit();
    let form = Form { dialect, same_dialect: info.same_dialect, context, answer_limit };
    let mut refused: Option<(Bytes, Refusal)> = None;
    let (answer, streaming) = loop {
        let (bytes, streaming) = form.write(connection, model, &mut body, &without)?;
        if let Some((same, refusal)) = &refused
            && *same == bytes
        {
            // The field was not ours to leave out.
            return Err(connection.classify(inner, refusal, model));
        }
        let prepared = {
            // The key lives in the clear inside this block: out of its envelope, into the one header that bears it.
            let unsealed = connection.unseal(inner)?;
            let now = system_time(inner.clock.now());
            target.prepare_chat_in(dialect, &unsealed.credential(), model, streaming, bytes.clone(), now)?
        };
        record.sent();
        let refusal = match prepared.send().await {
            Ok(Ok(answer)) => break (answer, streaming),
            Ok(Err(refusal)) => refusal,
            Err(fault) => return Err(fault.with("provider", connection.label())),
        };
        match next_to_leave_out(&refusal, &without, known) {
            Some(field) => without.push(field),
            None => return Err(connection.classify(inner, &refusal, model)),
        }
        refused = Some((bytes, refusal));
    };
    if without.len() > known {
        inner.refused_fields.learn(id, address, model, without);
    }
    inner.accounts.note_headroom(connection, &answer, inner.clock.now());
    let decoder = AnswerDecoder::new(dialect, streaming).reading(connection.read_options());
    Ok((answer, if info.same_dialect { decoder.keeping_raw() } else { decoder }))
}

/// The field without which the request may go through; each once, and a limit that is refused by both names by neither.
fn next_to_leave_out(refusal: &Refusal, without: &[OptionalField], known: usize) -> Option<OptionalField> {
    let field = refusal.refused_field()?;
    let tried = |one: OptionalField| without.contains(&one);
    let hopeless = tried(field) || field.other_name().is_some_and(tried);
    (!hopeless && without.len() < known + MOST_TRIES_MORE).then_some(field)
}

/// How the body of a request is written, however often.
struct Form {
    dialect: Dialect,
    same_dialect: bool,
    context: Option<u64>,
    answer_limit: Option<u64>,
}

impl Form {
    fn write(
        &self,
        connection: &LiveConnection,
        model: &str,
        body: &mut AskBody,
        without: &[OptionalField],
    ) -> Result<(Bytes, bool)> {
        let mut options = connection.write_options(model);
        if let Some(limit) = self.answer_limit {
            (options.always_limit, options.default_max_tokens) = (true, limit);
        }
        let mut read: ChatRequest;
        let request = match body {
            AskBody::Wire { dialect, body, seen } if self.same_dialect => {
                without.iter().for_each(|field| field.leave_out_of_passed(body, &mut options));
                let bytes = pass_through(*dialect, body, model, &options).map_err(malformed)?;
                return Ok((bytes.into(), seen.stream));
            }
            AskBody::Wire { dialect, body, .. } => {
                read = read_request(*dialect, body).map_err(malformed)?;
                &mut read
            }
            AskBody::Chat(request) => &mut **request,
        };
        model.clone_into(&mut request.model);
        connection.fill_in(request, self.context);
        request.max_tokens = [request.max_tokens, self.answer_limit].into_iter().flatten().min();
        without.iter().for_each(|field| field.leave_out(request, &mut options));
        Ok((write_request(self.dialect, request, &options).into(), request.stream))
    }
}
