//! Behaviours by name: a model of such a name behaves so, and a person who tries states by hand can ask for one with a
//! switch.

use super::{Answer, Behaviour, Persona, Refusal, TokenUsage};
use std::time::Duration;

impl Behaviour {
    /// The names, each with what comes of it. `fault-NNN` (any status from 400 to 599) is understood besides.
    pub const NAMES: &'static [(&'static str, &'static str)] = &[
        ("long", "a thousand words"),
        ("slow", "three words a second"),
        ("think", "thoughts before the text, where the provider shows them"),
        ("tool", "a call of a tool"),
        ("short", "an answer cut by the limit of tokens"),
        ("filtered", "an answer that the provider's filter stopped"),
        ("dear", "exact counts: 12,345 tokens in, 10,000 of them cached, 678 out, 120 of them thoughts"),
        ("silent-counts", "an answer without counts"),
        ("html", "a web page instead of an answer"),
        ("fault-key", "the provider's words for a wrong key"),
        ("fault-credit", "its words for an empty account"),
        ("fault-model", "its words for a model that it does not have"),
        ("fault-401", "status 401"),
        ("fault-402", "status 402"),
        ("fault-403", "the model is not allowed"),
        ("fault-404", "status 404"),
        ("fault-429", "too many requests, no wait told"),
        ("fault-429-wait", "too many requests, wait 20 s"),
        ("fault-500", "it failed"),
        ("fault-503", "it is overloaded"),
        ("fault-529", "it is overloaded, in Anthropic's way"),
        ("fault-error", "an error inside a stream that began well"),
        ("fault-cut", "the connection breaks after five words"),
        ("fault-stop", "the stream ends after five words without an end mark"),
        ("fault-silent", "the request is taken, and nothing ever comes"),
        ("fault-hang", "headers come, and nothing after them"),
        ("fault-echo", "a refusal that repeats the key in full"),
        ("fault-echo-stream", "an error inside a stream that repeats the key in full"),
        ("fault-redirect", "a redirect to another place"),
        ("fault-type", "a good answer under a wrong content type"),
        ("fault-empty", "status 200 and no bytes"),
        ("fault-bytes", "a good answer, each byte by itself"),
        ("fault-endless", "a line of 10 GB"),
        ("fault-bomb", "a few megabytes that unfold to two gigabytes"),
    ];

    /// The behaviour of this name, in the words of this persona.
    pub fn by_name(name: &str, persona: Persona) -> Option<Self> {
        Some(match name {
            "long" => Self::Answer(Answer::words(1_000)),
            "slow" => Self::Paced(Duration::from_millis(300)),
            "think" => Self::Answer(
                Answer::text("The tide turns at six.").with_reasoning("The writer asks about the tide. "),
            ),
            "tool" => {
                Self::Answer(Answer::text("").with_tool("look_up", &serde_json::json!({ "word": "inkhorn" })))
            }
            "short" => Self::Answer(Answer::text("It was a dark and").with_finish(super::Finish::Length)),
            "filtered" => Self::Answer(Answer::text("It was").with_finish(super::Finish::Filter)),
            "dear" => Self::Answer(Answer::text("That was not cheap.").with_usage(TokenUsage::Exactly {
                input: 12_345,
                cache_read: 10_000,
                cache_write: 0,
                output: 678,
                reasoning: 120,
                cost: Some(0.0375),
            })),
            "silent-counts" => Self::Answer(Answer::text("Nobody counted.").with_usage(TokenUsage::Silent)),
            "html" => Self::Html,
            "fault-key" => Self::Status(Refusal::wrong_key(persona)),
            "fault-credit" => Self::Status(Refusal::without_credit(persona)),
            "fault-model" => Self::Status(Refusal::missing_model(persona)),
            "fault-429-wait" => Self::busy_for("20"),
            "fault-error" => Self::ErrorInsideStream(5),
            "fault-cut" => Self::CutAfterChunks(5),
            "fault-stop" => Self::StopWithoutEnd(5),
            "fault-silent" => Self::HangBeforeHeaders,
            "fault-hang" => Self::HangAfterHeaders,
            "fault-echo" => Self::EchoKey,
            "fault-echo-stream" => Self::EchoKeyInStream(5),
            "fault-redirect" => Self::RedirectTo("http://127.0.0.1:9/elsewhere".to_owned()),
            "fault-type" => Self::WrongContentType,
            "fault-empty" => Self::EmptyBody,
            "fault-bytes" => Self::SplitEveryByte,
            "fault-endless" => Self::EndlessLine(10_000_000_000),
            "fault-bomb" => Self::GzipBomb,
            _ => {
                let status: u16 = name.strip_prefix("fault-")?.parse().ok()?;
                Self::Status(Refusal::of((400..600).contains(&status).then_some(status)?))
            }
        })
    }
}
