//! A model's answer on its way to the caller, in the caller's dialect.

use crate::limits::Place;
use crate::replies::{json, safe, words_of};
use axum::body::Body;
use axum::response::Response;
use bytes::Bytes;
use futures_util::stream::unfold;
use http::{HeaderValue, StatusCode, header};
use inkhorn_dialects::AnswerEncoder;
use inkhorn_engine::Answer;
use inkhorn_fault::Fault;
use std::convert::Infallible;
use std::time::Duration;

/// A slow model is shown to be alive this often.
const KEEP_ALIVE: Duration = Duration::from_secs(15);

/// Writes the whole answer as one document.
///
/// # Errors
/// The answer's own, when it breaks off: nothing of it was sent yet, so the refusal can have its proper status.
pub(crate) async fn whole(
    mut answer: Answer,
    mut encoder: AnswerEncoder,
    _place: Place,
) -> Result<Response, Fault> {
    let raw = answer.info().same_dialect;
    let mut out = Vec::new();
    while let Some(chunk) = answer.next().await {
        encoder.chunk(&chunk?, raw, &mut out);
    }
    // The usage row is committed before the end is passed on: `next` has said so by ending.
    encoder.end(&mut out);
    Ok(json(StatusCode::OK, out))
}

/// Writes the answer piece by piece, as it comes. The caller's going away ends the upstream request.
pub(crate) fn streamed(
    answer: Answer,
    encoder: AnswerEncoder,
    place: Place,
    content_type: &'static str,
) -> Response {
    let raw = answer.info().same_dialect;
    let writing = Writing { answer, encoder, raw, over: false, _place: place };
    let pieces = unfold(writing, |mut writing| async move {
        let piece = writing.next_piece().await?;
        Some((Ok::<_, Infallible>(piece), writing))
    });
    let mut response = Response::new(Body::from_stream(pieces));
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
    safe(response)
}

struct Writing {
    answer: Answer,
    encoder: AnswerEncoder,
    raw: bool,
    over: bool,
    _place: Place,
}

impl Writing {
    async fn next_piece(&mut self) -> Option<Bytes> {
        if self.over {
            return None;
        }
        let mut out = Vec::with_capacity(512);
        while out.is_empty() {
            match tokio::time::timeout(KEEP_ALIVE, self.answer.next()).await {
                Err(_silence) => self.encoder.keep_alive(&mut out),
                Ok(Some(Ok(chunk))) => {
                    self.encoder.chunk(&chunk, self.raw, &mut out);
                    // What came in one piece goes out in one piece.
                    while let Some(chunk) = self.answer.ready() {
                        self.encoder.chunk(&chunk, self.raw, &mut out);
                    }
                }
                Ok(Some(Err(fault))) => {
                    self.encoder.fail(&words_of(&fault), &mut out);
                    self.over = true;
                    break;
                }
                Ok(None) => {
                    self.encoder.end(&mut out);
                    self.over = true;
                    break;
                }
            }
        }
        (!out.is_empty()).then(|| Bytes::from(out))
    }
}
