//! A provider that is not there: a real HTTP/1.1 server on the loopback address that answers as the documents of
//! the imitated provider say, and misbehaves when the test asks for it.

mod answer;
mod anthropic;
mod azure;
mod bedrock;
mod behaviour;
mod body;
mod by_name;
mod cast;
mod cohere;
mod conduct;
mod event_stream;
mod gemini;
mod letting;
mod listing;
mod ollama;
mod openai;
mod persona;
#[cfg(test)]
mod proof;
mod provider;
mod record;
mod refusal;
mod respond;
mod responses;
mod serve;
mod sign_in;
mod traits;

pub use answer::{Answer, Finish, TokenUsage, ToolCall};
pub use behaviour::{Behaviour, Call};
pub use listing::SimulatedModel;
pub use persona::Persona;
pub use provider::{SimulatedProvider, refused_address};
pub use record::{End, Recorded};
pub use refusal::Refusal;
