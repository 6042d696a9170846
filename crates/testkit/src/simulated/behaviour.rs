//! What a test may ask of the simulated provider.

use std::time::Duration;

use super::{Answer, Refusal};

/// How one request is answered. Where a behaviour needs words, they are those of the standing answer
/// ([`super::SimulatedProvider::answer_with`]), unless it brings its own.
#[derive(Debug, Clone)]
pub enum Behaviour {
    /// Correctly, with these words.
    Answer(Answer),
    /// Correctly, with the standing answer. What happens when nothing is scripted.
    Standing,
    /// Correctly, one piece per interval.
    Paced(Duration),
    /// A stream opens, its first word waits for [`super::SimulatedProvider::release`]. A plain answer waits whole.
    Slow,
    /// This many words, then it waits for [`super::SimulatedProvider::release`].
    HoldAfter(usize),
    /// Refused in the provider's own words.
    Status(Refusal),
    /// Status 200 with a web page, as a captive portal or a wrong address gives it.
    Html,
    /// Status 307 to this address.
    RedirectTo(String),
    /// The request is taken and nothing comes back, ever.
    HangBeforeHeaders,
    /// Status and headers come, a body never does.
    HangAfterHeaders,
    /// The connection breaks after exactly this many bytes of the body.
    CutAfterBytes(usize),
    /// The connection breaks after this many words.
    CutAfterChunks(usize),
    /// The body ends cleanly after this many words, without finish reason or end mark: a cut in disguise.
    StopWithoutEnd(usize),
    /// Correctly, each byte of the body written by itself.
    SplitEveryByte,
    /// One line of this many bytes that does not end, in 64 KiB writes.
    EndlessLine(u64),
    /// This many words, then the provider's error inside the stream; status stays 200. A plain answer is a 500.
    ErrorInsideStream(usize),
    /// Status 401 whose text repeats the caller's key in full.
    EchoKey,
    /// This many words, then an error inside the stream that repeats the caller's key in full.
    EchoKeyInStream(usize),
    /// `Content-Encoding: gzip`, a few megabytes that unfold to 2 GiB.
    GzipBomb,
    /// Correct body, `Content-Type: application/octet-stream`.
    WrongContentType,
    /// Status 200 and no bytes.
    EmptyBody,
}

/// Which requests a behaviour is meant for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Call {
    /// The model list (each page of it).
    Models,
    /// A chat, streamed or not.
    Chat,
    /// Anything else: `/key`, `/api/version`, `/api/show`, unknown paths.
    Other,
    /// All of them.
    Any,
}

impl Call {
    /// Whether a behaviour meant for `self` concerns a request of kind `actual`.
    pub(super) fn covers(self, actual: Call) -> bool {
        self == Call::Any || self == actual
    }
}

impl Behaviour {
    /// Refused with this status and the provider's own body, without any wait told.
    pub fn status(status: u16) -> Self {
        Self::Status(Refusal::of(status))
    }

    /// Status 429 with this `Retry-After` (seconds or an HTTP date).
    pub fn busy_for(retry_after: &str) -> Self {
        Self::Status(Refusal::of(429).with_header("retry-after", retry_after))
    }

    /// Whether a wrong key comes before it: behaviours that answer look at the key, the others happen anyway.
    pub(super) fn looks_at_key(&self) -> bool {
        match self {
            Self::Answer(_)
            | Self::Standing
            | Self::Paced(_)
            | Self::Slow
            | Self::HoldAfter(_)
            | Self::CutAfterBytes(_)
            | Self::CutAfterChunks(_)
            | Self::StopWithoutEnd(_)
            | Self::SplitEveryByte
            | Self::ErrorInsideStream(_)
            | Self::EchoKeyInStream(_)
            | Self::WrongContentType => true,
            Self::Status(_)
            | Self::Html
            | Self::RedirectTo(_)
            | Self::HangBeforeHeaders
            | Self::HangAfterHeaders
            | Self::EndlessLine(_)
            | Self::EchoKey
            | Self::GzipBomb
            | Self::EmptyBody => false,
        }
    }
}
