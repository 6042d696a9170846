//! Wire formats read and written as pure functions, in both directions.
//!
//! For the outbound side (requests out, answers in) and the gateway (requests in, answers out). Every dialect has a
//! reader for answers and a writer for requests; those that programs speak to the gateway
//! ([`inkhorn_domain::FrontDialect`]) have the other two besides. Nothing here opens a socket, reads a clock or knows
//! a provider by name: what differs between providers of one dialect is data in [`WriteOptions`].
//!
//! Everything read here comes from somebody else. Bad bytes give an error or are passed over; they never panic, and
//! no error holds a word of what was read.

mod answer;
mod body;
mod calendar;
mod decode;
mod embeddings;
mod encode;
mod errors;
mod event_stream;
mod finish;
mod frames;
mod lenient;
mod models;
mod options;
mod pass;
mod path;
mod refused;
mod request;
mod signature;
mod usage;

pub use answer::{AnswerHead, Chunk, RawFrame, WireError};
pub use body::{BadRequest, MAX_DEPTH};
pub use calendar::rfc3339;
pub use decode::AnswerDecoder;
pub use embeddings::{EmbeddingForm, embedding_form};
pub use encode::AnswerEncoder;
pub use errors::{ErrorBody, ErrorWords, read_error, write_error};
pub use event_stream::{EventStreamFrames, EventStreamMessage, FrameError};
pub use frames::{LineFrames, MAX_EVENT, MAX_LINE, SseFrame, SseFrames, TooLarge};
pub use models::{
    MAX_MODELS, ModelPage, NextPage, ServedModel, complete_profiles, merge_loaded, read_models, write_model,
    write_models,
};
pub use options::{
    MaxTokensField, OptionChanges, ReadOptions, ReasoningCount, ReasoningForm, SeedField, SystemRole,
    WriteOptions,
};
pub use pass::{Peek, pass_through, peek};
pub use path::{PathOfModel, RequestPath, request_path};
pub use refused::{OptionalField, refused_field};
pub use request::{read_request, write_request};
