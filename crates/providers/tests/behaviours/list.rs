//! The behaviours. Each is given a fresh provider, and says in words what was wrong.

use crate::subject::{Heard, Subject, Way};
use inkhorn_domain::{ChatRequest, FinishReason, ImageSource, Message, Money, Part, Role, TokenUsage, Tool};
use inkhorn_fault::{Code, Fault};
use inkhorn_providers::{fetch_models, test_connection};
use inkhorn_testkit::{Answer, Behaviour, Call, End, Finish, Refusal, SimulatedModel, TokenUsage as Told};
use serde_json::json;
use std::time::SystemTime;

const NOW: SystemTime = SystemTime::UNIX_EPOCH;

type Outcome = Result<(), String>;

/// A one-pixel picture.
const PIXEL: &str =
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";

pub async fn lists_models(subject: &Subject) -> Outcome {
    let report = test_connection(subject.target(), &subject.credential(), NOW).await.map_err(told)?;
    let listed: Vec<&str> = report.models.models.iter().map(|model| model.id.as_str()).collect();
    if subject.way == Way::DatedPath {
        return same(&listed, &vec!["prose"], "the model that the address names");
    }
    if subject.entry.models_by_hand {
        return same(&listed.is_empty(), &true, "models of a list that is not his");
    }
    let known = &subject.entry.known_models;
    let models = subject.provider.models();
    let there: Vec<&str> = match known.is_empty() {
        true => models.iter().map(|model| model.id.as_str()).collect(),
        false => known.iter().map(String::as_str).collect(),
    };
    let of_chat: Vec<&&str> = there.iter().filter(|id| !id.contains("embed")).collect();
    // What speaks, draws or judges stands in some lists, and no model stands there twice.
    let others = listed.iter().any(|id| !there.contains(id));
    match of_chat.iter().all(|id| listed.contains(*id)) && !others {
        true => Ok(()),
        false => Err(format!("listed {listed:?} of {there:?}")),
    }
}

pub async fn lists_models_over_pages(subject: &Subject) -> Outcome {
    let count = subject.pages().expect("it has pages");
    subject.provider.set_models(SimulatedModel::many(count));
    let list = fetch_models(subject.target(), &subject.credential(), NOW).await.map_err(told)?;
    same(&(list.models.len(), list.dropped), &(count, 0), "models of all pages")?;
    same(&(subject.provider.requests().len() > 1), &true, "more than one page")
}

pub async fn answers_whole(subject: &Subject) -> Outcome {
    subject.provider.answer_with(Answer::text("It rained all night."));
    let heard = subject.ask(&subject.question()).await.map_err(told)?;
    same(&heard.text.as_str(), &"It rained all night.", "the text")?;
    same(&heard.finish, &Some(FinishReason::Stop), "the end")?;
    same(&carried(subject), &true, "the key in its own header, and nowhere else")
}

pub async fn answers_as_stream(subject: &Subject) -> Outcome {
    subject.provider.answer_with(Answer::text("Es regnete die ganze Nacht, und die Gänse schrien."));
    let heard = subject.ask(&subject.streamed()).await.map_err(told)?;
    same(&heard.text.as_str(), &"Es regnete die ganze Nacht, und die Gänse schrien.", "the text")?;
    // Old LightLLM ends a stream with its last word's reason and no mark.
    same(&heard.finish, &Some(FinishReason::Stop), "the end")
}

pub async fn stops_upstream_too(subject: &Subject) -> Outcome {
    subject.provider.next(Call::Chat, Behaviour::HoldAfter(2));
    let mut answer = subject.open(&subject.streamed()).await.map_err(told)?;
    answer.chunk().await.map_err(told)?;
    let number = subject.provider.wait_for_chats(1)[0].number;
    drop(answer);
    same(&subject.provider.wait_for_end(number), &End::ClosedEarly, "the end upstream")
}

pub async fn calls_tools(subject: &Subject) -> Outcome {
    let arguments = json!({ "city": "Köln", "days": 3 });
    for stream in [true, false] {
        subject.provider.answer_with(Answer::text("").with_tool("weather", &arguments));
        let request = ChatRequest {
            tools: vec![Tool {
                name: "weather".into(),
                description: Some("The weather of the coming days.".into()),
                parameters: json!({ "type": "object", "properties": { "city": { "type": "string" } } }),
            }],
            stream,
            ..subject.question()
        };
        let heard = subject.ask(&request).await.map_err(told)?;
        let [(name, said)] = heard.tools.as_slice() else {
            return Err(format!("{} tool calls", heard.tools.len()));
        };
        same(&name.as_str(), &"weather", "the tool")?;
        let said: serde_json::Value = serde_json::from_str(said).map_err(|error| error.to_string())?;
        same(&said, &arguments, "its arguments")?;
        same(&heard.finish, &Some(FinishReason::ToolCalls), "the end")?;
        let asked = String::from_utf8_lossy(&last_chat(subject)).into_owned();
        same(&asked.contains("The weather of the coming days."), &true, "the tool in the request")?;
    }
    Ok(())
}

pub async fn sends_an_image(subject: &Subject) -> Outcome {
    let mut request = subject.question();
    let image = ImageSource::Data { media_type: "image/png".into(), base64: PIXEL.into() };
    let parts = vec![Part::Text("What is this?".into()), Part::Image(image)];
    request.messages.push(Message { role: Role::User, parts });
    subject.ask(&request).await.map_err(told)?;
    let asked = String::from_utf8_lossy(&last_chat(subject)).into_owned();
    // In JSON a slash may be written in two ways.
    same(&asked.replace("\\/", "/").contains(PIXEL), &true, "the picture in the request")
}

pub async fn tells_thoughts_apart(subject: &Subject) -> Outcome {
    for stream in [true, false] {
        let answer = Answer::text("At six.").with_reasoning("The tide turns. ");
        subject.provider.answer_with(answer);
        // Some tell their thoughts only to who asks for some.
        let request = ChatRequest { stream, reasoning_effort: Some("high".into()), ..subject.question() };
        let heard = subject.ask(&request).await.map_err(told)?;
        same(&heard.text.as_str(), &"At six.", "the text")?;
        same(&heard.thoughts.as_str(), &"The tide turns. ", "the thoughts")?;
    }
    Ok(())
}

pub async fn counts_exactly(subject: &Subject) -> Outcome {
    for stream in [true, false] {
        let counts = Told::Exactly {
            input: 1_000,
            cache_read: 400,
            cache_write: 0,
            output: 300,
            reasoning: 120,
            cost: Some(0.0125),
        };
        subject.provider.answer_with(Answer::text("Counted.").with_usage(counts));
        let Heard { usage, .. } =
            subject.ask(&ChatRequest { stream, ..subject.question() }).await.map_err(told)?;
        if !subject.persona.counts_tokens() {
            same(&usage, &TokenUsage::default(), "counts that nobody told")?;
            continue;
        }
        // Whatever the provider includes or not: the input with what came from the cache, the output with thoughts.
        same(&(usage.input, usage.output), &(Some(1_000), Some(300)), "input and output")?;
        same(&usage.cache_read.is_none_or(|count| count == 400), &true, "what came from the cache")?;
        same(&usage.reasoning.is_none_or(|count| count == 120), &true, "thoughts")?;
        let tells_cost = ["openrouter", "xai"].contains(&subject.entry.id.as_str());
        let cost = tells_cost.then(|| Money::parse("0.0125").expect("an amount"));
        same(&usage.provider_cost, &cost, "the charge that the provider tells")?;
    }
    Ok(())
}

pub async fn ends_for_length(subject: &Subject) -> Outcome {
    subject.provider.answer_with(Answer::text("And then").with_finish(Finish::Length));
    for stream in [true, false] {
        let heard = subject.ask(&ChatRequest { stream, ..subject.question() }).await.map_err(told)?;
        same(&heard.finish, &Some(FinishReason::Length), "the end")?;
    }
    Ok(())
}

pub async fn refuses_a_bad_key(subject: &Subject) -> Outcome {
    let right = subject.key();
    let wrong = format!("{}{}", &right[..right.len() - 4], "0000");
    let again = Subject::asked(&subject.entry, subject.way).expect("it has a persona");
    let subject = &again.but_with_key(&right, &wrong);
    // A server on this machine may show its list to everybody: then the first chat tells.
    if subject.needs_key() {
        let fault = failed(test_connection(subject.target(), &subject.credential(), NOW).await)?;
        same(&fault.code(), &Code::WrongKey, "the test")?;
    }
    for request in [subject.question(), subject.streamed()] {
        same(&failed(subject.ask(&request).await)?.code(), &Code::WrongKey, "the chat")?;
    }
    Ok(())
}

pub async fn refuses_without_credit(subject: &Subject) -> Outcome {
    subject.provider.always(Call::Chat, Behaviour::Status(Refusal::without_credit(subject.persona)));
    let fault = failed(subject.ask(&subject.streamed()).await)?;
    same(&fault.code(), &Code::NoCredit, "the chat")
}

pub async fn asks_for_a_pause(subject: &Subject) -> Outcome {
    subject.provider.next(Call::Chat, Behaviour::busy_for("17"));
    let fault = failed(subject.ask(&subject.streamed()).await)?;
    same(&fault.code(), &Code::RateLimited, "the chat")?;
    same(&fault.retry_after().map(|wait| wait.as_secs()), &Some(17), "the wait")
}

pub async fn refuses_a_model(subject: &Subject) -> Outcome {
    subject.provider.next(Call::Chat, Behaviour::status(403));
    let fault = failed(subject.ask(&subject.streamed()).await)?;
    same(&fault.code(), &Code::ModelNotAllowed, "the chat")?;
    same(&fault.message().contains(&subject.model()), &true, "the model in the message")
}

pub async fn misses_a_model(subject: &Subject) -> Outcome {
    let request = ChatRequest { model: "no-such-model-9".into(), ..subject.question() };
    same(&failed(subject.ask(&request).await)?.code(), &Code::ModelNotFound, "the chat")
}

pub async fn hangs_and_is_given_up(subject: &Subject) -> Outcome {
    for hanging in [Behaviour::HangBeforeHeaders, Behaviour::HangAfterHeaders] {
        subject.provider.next(Call::Chat, hanging);
        same(&failed(subject.ask(&subject.streamed()).await)?.code(), &Code::TimedOut, "the chat")?;
    }
    Ok(())
}

pub async fn breaks_off_mid_stream(subject: &Subject) -> Outcome {
    subject.provider.answer_with(Answer::words(30));
    for cut in [Behaviour::CutAfterChunks(5), Behaviour::CutAfterBytes(200)] {
        subject.provider.next(Call::Chat, cut);
        same(&failed(subject.ask(&subject.streamed()).await)?.code(), &Code::StreamBroken, "the chat")?;
    }
    Ok(())
}

pub async fn ends_without_an_end(subject: &Subject) -> Outcome {
    subject.provider.answer_with(Answer::words(30));
    subject.provider.next(Call::Chat, Behaviour::StopWithoutEnd(5));
    same(&failed(subject.ask(&subject.streamed()).await)?.code(), &Code::StreamBroken, "a cut in disguise")
}

pub async fn fails_inside_a_stream(subject: &Subject) -> Outcome {
    subject.provider.answer_with(Answer::words(30));
    subject.provider.next(Call::Chat, Behaviour::ErrorInsideStream(5));
    let fault = failed(subject.ask(&subject.streamed()).await)?;
    let fits = matches!(fault.code(), Code::UpstreamFailed | Code::Overloaded);
    same(&fits, &true, &format!("{:?}", fault.code()))
}

pub async fn echoes_no_key(subject: &Subject) -> Outcome {
    let key = subject.key();
    for echo in [Behaviour::EchoKey, Behaviour::EchoKeyInStream(3)] {
        subject.provider.next(Call::Chat, echo);
        let fault = failed(subject.ask(&subject.streamed()).await)?;
        let all = format!(
            "{fault:?} {} {:?} {:?} {}",
            fault.message(),
            fault.detail(),
            fault.facts(),
            fault.hint()
        );
        same(&(all.contains(&key) || all.contains(&key[8..])), &false, "the key in the fault")?;
    }
    Ok(())
}

pub async fn comes_byte_by_byte(subject: &Subject) -> Outcome {
    subject.provider.answer_with(Answer::text("Die Gänse schrien: 鹅."));
    subject.provider.next(Call::Chat, Behaviour::SplitEveryByte);
    let heard = subject.ask(&subject.streamed()).await.map_err(told)?;
    same(&heard.text.as_str(), &"Die Gänse schrien: 鹅.", "the text")
}

pub async fn is_no_api(subject: &Subject) -> Outcome {
    subject.provider.always(Call::Any, Behaviour::Html);
    let fault = failed(test_connection(subject.target(), &subject.credential(), NOW).await)?;
    same(&fault.code(), &Code::NotAnApi, "the test")?;
    same(&failed(subject.ask(&subject.question()).await)?.code(), &Code::NotAnApi, "the chat")
}

/// Whether the key came in one header of each chat, and in no other place. A signature carries the name of the key, and
/// the secret of it nowhere.
fn carried(subject: &Subject) -> bool {
    let key = subject.key();
    if let (Way::AccessKey, Some((name, secret))) = (subject.way, key.split_once(':')) {
        return subject.provider.chats().iter().all(|chat| {
            let all = format!("{} {:?} {}", chat.path, chat.headers, String::from_utf8_lossy(&chat.body));
            all.matches(name).count() == 1 && !all.contains(secret)
        });
    }
    subject.provider.chats().iter().all(|chat| {
        let carriers = chat.headers.iter().filter(|(_, value)| value.contains(&key)).count();
        carriers == 1 && !chat.path.contains(&key) && !String::from_utf8_lossy(&chat.body).contains(&key)
    })
}

fn last_chat(subject: &Subject) -> Vec<u8> {
    subject.provider.chats().pop().expect("a chat came").body
}

fn told(fault: Fault) -> String {
    format!("{:?}: {} ({:?})", fault.code(), fault.message(), fault.detail())
}

fn failed<T>(outcome: Result<T, Fault>) -> Result<Fault, String> {
    outcome.err().ok_or_else(|| "nothing failed".to_owned())
}

fn same<T: PartialEq + std::fmt::Debug>(found: &T, wanted: &T, what: &str) -> Outcome {
    if found == wanted { Ok(()) } else { Err(format!("{what}: {found:?}, not {wanted:?}")) }
}
