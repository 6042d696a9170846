//! Answers in Ollama's own dialect: one JSON document a line.

use bytes::Bytes;
use serde_json::{Value, json};

use super::respond::{Ask, Written};
use super::{Answer, Finish};

/// The answer as lines.
pub(super) fn stream(ask: &Ask, answer: &Answer) -> Vec<Written> {
    let mut pieces = Vec::with_capacity(answer.text.len() + answer.reasoning.len() + 2);
    let mut push = |message: Value| {
        let mut line = frame(ask);
        line["message"] = message;
        line["done"] = json!(false);
        pieces.push(Written { bytes: Bytes::from(format!("{line}\n")), word: true });
    };
    for thought in &answer.reasoning {
        push(json!({ "role": "assistant", "content": "", "thinking": thought }));
    }
    for word in &answer.text {
        push(json!({ "role": "assistant", "content": word }));
    }
    if !answer.tools.is_empty() {
        push(json!({ "role": "assistant", "content": "", "tool_calls": tool_calls(answer) }));
    }
    let mut last = frame(ask);
    last["message"] = json!({ "role": "assistant", "content": "" });
    end(&mut last, ask, answer);
    pieces.push(Written::other(&format!("{last}\n")));
    pieces
}

/// The answer as one document.
pub(super) fn plain(ask: &Ask, answer: &Answer) -> Value {
    let mut message = json!({ "role": "assistant", "content": answer.whole_text() });
    if !answer.reasoning.is_empty() {
        message["thinking"] = json!(answer.reasoning.concat());
    }
    if !answer.tools.is_empty() {
        message["tool_calls"] = tool_calls(answer);
    }
    let mut document = frame(ask);
    document["message"] = message;
    end(&mut document, ask, answer);
    document
}

/// An error in the middle of a stream.
pub(super) fn stream_error(message: &str) -> Bytes {
    Bytes::from(format!("{}\n", json!({ "error": message })))
}

fn frame(ask: &Ask) -> Value {
    json!({ "model": ask.model, "created_at": "2026-11-21T12:00:00.123456789Z" })
}

fn tool_calls(answer: &Answer) -> Value {
    let calls: Vec<Value> = answer
        .tools
        .iter()
        .map(|tool| {
            let arguments: Value =
                serde_json::from_str(&tool.arguments).expect("arguments of a tool are JSON");
            json!({ "function": { "name": tool.name, "arguments": arguments } })
        })
        .collect();
    json!(calls)
}

/// The fields of the last line. Counts that are zero are left out, as Ollama does.
fn end(document: &mut Value, ask: &Ask, answer: &Answer) {
    document["done"] = json!(true);
    document["done_reason"] = json!(if answer.finish == Finish::Length { "length" } else { "stop" });
    document["total_duration"] = json!(4_883_583_458u64);
    document["load_duration"] = json!(1_334_875u64);
    if let Some(figures) = answer.figures(ask.words) {
        if figures.input > 0 {
            document["prompt_eval_count"] = json!(figures.input);
        }
        document["prompt_eval_duration"] = json!(342_546_000u64);
        if figures.output > 0 {
            document["eval_count"] = json!(figures.output);
        }
        document["eval_duration"] = json!(4_535_599_000u64);
    }
}
