//! An answer: its head at once, its body piece by piece within deadlines.

use crate::{Deadlines, failure};
use bytes::{Bytes, BytesMut};
use http::header::{CONTENT_TYPE, RETRY_AFTER};
use http::{HeaderMap, Response};
use hyper::body::{Body, Incoming};
use inkhorn_fault::{Code, Fault};
use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::time::{Instant, Sleep};

/// Most of an error's body that is read, in bytes.
pub const ERROR_BODY_CAP: usize = 64 * 1024;
/// Most of a list of models, in bytes.
pub const MODEL_LIST_CAP: usize = 32 * 1024 * 1024;
/// Most of an answer that comes whole, in bytes.
pub const PLAIN_ANSWER_CAP: usize = 64 * 1024 * 1024;

/// How long an error's body may take to come; what came until then has to do.
const ERROR_BODY_DEADLINE: Duration = Duration::from_secs(5);

/// An answer whose head has come. Dropping it closes the connection at once, unless the body was read to its end.
pub struct Answer {
    status: u16,
    headers: HeaderMap,
    /// `None` once it ended or failed.
    body: Option<Incoming>,
    timer: Pin<Box<Sleep>>,
    idle: Duration,
    end: Instant,
    /// When the last piece came; before the first one the timer stands where it must have come.
    last_piece: Option<Instant>,
    address: Arc<str>,
    sent_bytes: u64,
    received_bytes: u64,
    started: Instant,
}

impl Answer {
    pub(crate) fn new(
        response: Response<Incoming>,
        timer: Pin<Box<Sleep>>,
        started: Instant,
        deadlines: Deadlines,
        address: Arc<str>,
        sent_bytes: u64,
    ) -> Self {
        let (head, body) = response.into_parts();
        Self {
            status: head.status.as_u16(),
            headers: head.headers,
            body: Some(body),
            timer,
            idle: deadlines.idle,
            end: started + deadlines.total,
            last_piece: None,
            address,
            sent_bytes,
            received_bytes: 0,
            started,
        }
    }

    /// The HTTP status.
    pub fn status(&self) -> u16 {
        self.status
    }

    /// Whether the status is 2xx.
    pub fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }

    /// What the body says it is, in lower case without parameters: `text/event-stream`.
    pub fn content_type(&self) -> Option<String> {
        let whole = self.header(CONTENT_TYPE.as_str())?;
        whole.split(';').next().map(|kind| kind.trim().to_ascii_lowercase())
    }

    /// Whether the body says that it is of this type, parameters aside.
    pub fn is_of_type(&self, kind: &str) -> bool {
        let whole = self.header(CONTENT_TYPE.as_str()).unwrap_or_default();
        whole.split(';').next().is_some_and(|told| told.trim().eq_ignore_ascii_case(kind))
    }

    /// `retry-after` as it came: seconds or a date.
    pub fn retry_after(&self) -> Option<&str> {
        self.header(RETRY_AFTER.as_str())
    }

    /// `retry-after-ms` as it came.
    pub fn retry_after_ms(&self) -> Option<&str> {
        self.header("retry-after-ms")
    }

    /// The provider's own word on whether to repeat.
    pub fn should_retry(&self) -> Option<bool> {
        self.header("x-should-retry").and_then(|word| word.trim().parse().ok())
    }

    /// The provider's id of this request, for a question to its support.
    pub fn request_id(&self) -> Option<&str> {
        ["x-request-id", "request-id", "x-generation-id"].into_iter().find_map(|name| self.header(name))
    }

    /// Bytes of the request's body.
    pub fn sent_bytes(&self) -> u64 {
        self.sent_bytes
    }

    /// Bytes of the answer's body so far.
    pub fn received_bytes(&self) -> u64 {
        self.received_bytes
    }

    /// Time since the request was sent.
    pub fn elapsed(&self) -> Duration {
        self.started.elapsed()
    }

    /// The next piece of the body, `None` at its end. After a failure the connection is closed and the body ended.
    pub async fn chunk(&mut self) -> Result<Option<Bytes>, Fault> {
        poll_fn(|cx| self.poll_chunk(cx)).await.transpose()
    }

    fn poll_chunk(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Bytes, Fault>>> {
        let Some(body) = &mut self.body else {
            return Poll::Ready(None);
        };
        loop {
            match Pin::new(&mut *body).poll_frame(cx) {
                Poll::Ready(Some(Ok(frame))) => match frame.into_data() {
                    Ok(piece) if !piece.is_empty() => {
                        self.received_bytes += piece.len() as u64;
                        self.last_piece = Some(Instant::now());
                        return Poll::Ready(Some(Ok(piece)));
                    }
                    _ => {}
                },
                Poll::Ready(Some(Err(error))) => {
                    self.body = None;
                    return Poll::Ready(Some(Err(failure::of_body(&error, &self.address))));
                }
                Poll::Ready(None) => {
                    self.body = None;
                    return Poll::Ready(None);
                }
                Poll::Pending => break,
            }
        }
        self.poll_deadline(cx)
    }

    /// The body until its end. `answer_too_large` beyond `cap` bytes, which are never held.
    pub async fn read_to_end(mut self, cap: usize) -> Result<Bytes, Fault> {
        let told = self.body.as_ref().map_or(0, |body| body.size_hint().lower());
        if told > cap as u64 {
            return Err(Fault::new(Code::AnswerTooLarge));
        }
        let Some(first) = self.chunk().await? else {
            return Ok(Bytes::new());
        };
        if first.len() as u64 == told && told > 0 {
            return Ok(first);
        }
        let mut whole = BytesMut::new();
        let mut next = Some(first);
        while let Some(piece) = next {
            if whole.len() + piece.len() > cap {
                return Err(Fault::new(Code::AnswerTooLarge));
            }
            whole.extend_from_slice(&piece);
            next = self.chunk().await?;
        }
        Ok(whole.freeze())
    }

    /// The beginning of the body, for an error's words: at most `cap` bytes, and what came when it breaks off or
    /// takes too long.
    pub async fn read_start(mut self, cap: usize) -> Bytes {
        let mut start = BytesMut::new();
        self.end = self.end.min(Instant::now() + ERROR_BODY_DEADLINE);
        while start.len() < cap
            && let Ok(Some(piece)) = self.chunk().await
        {
            start.extend_from_slice(&piece[..piece.len().min(cap - start.len())]);
        }
        start.freeze()
    }

    /// A header of the answer, where it is plain text.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    /// The timer is moved only when it rings or would ring too late: pieces that come in time cost a look at the clock.
    fn poll_deadline(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Bytes, Fault>>> {
        loop {
            let due = self.last_piece.map_or(self.timer.deadline(), |last| last + self.idle).min(self.end);
            if due < self.timer.deadline() {
                self.timer.as_mut().reset(due);
            }
            if self.timer.as_mut().poll(cx).is_pending() {
                return Poll::Pending;
            }
            if Instant::now() >= due {
                self.body = None;
                return Poll::Ready(Some(Err(failure::timed_out(&self.address))));
            }
            self.timer.as_mut().reset(due);
        }
    }
}
