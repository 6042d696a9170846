//! Good answers, key, form, record.

use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use serde_json::{Value, json};

use super::client::{Raw, call, chat, chat_path, place_of, question, said};
use crate::simulated::traits::{Counts, Thoughts, Told, Tongue};
use crate::simulated::*;

#[test]
fn every_persona_chats_plain_and_streamed_and_counts() {
    for persona in Persona::ALL {
        let provider = SimulatedProvider::start(persona);
        provider.answer_with(Answer::text("It rained all night.").with_usage(TokenUsage::Exactly {
            input: 100,
            cache_read: 40,
            cache_write: 10,
            output: 30,
            reasoning: 7,
            cost: Some(0.0125),
        }));
        let (streamed, plain) = (chat(&provider, true), chat(&provider, false));
        assert_eq!((streamed.status, plain.status), (200, 200), "{persona:?}: {}", streamed.text());
        assert!(streamed.whole && plain.whole, "{persona:?}");
        let (events, plain) = (streamed.events(), plain.json());
        assert_eq!(said(&events), "It rained all night.", "{persona:?}");
        match &persona.traits().tongue {
            Tongue::Anthropic => {
                assert_eq!(plain["content"][0]["text"], "It rained all night.");
                assert_eq!(plain["usage"]["input_tokens"], 50);
                assert_eq!(events[0]["message"]["usage"]["cache_read_input_tokens"], 40);
                assert_eq!(events[events.len() - 2]["usage"]["output_tokens"], 30);
                assert_eq!(events[events.len() - 1]["type"], "message_stop");
                let names = streamed.text().matches("event: ").count();
                assert_eq!(names, events.len(), "each event has its name");
            }
            Tongue::Ollama(_) => {
                assert_eq!(plain["message"]["content"], "It rained all night.");
                assert_eq!(plain["prompt_eval_count"], 100);
                let last = &events[events.len() - 1];
                assert_eq!((&last["done"], &last["eval_count"]), (&json!(true), &json!(30)));
                assert!(streamed.head.contains("application/x-ndjson"));
            }
            Tongue::Gemini => {
                assert_eq!(plain["candidates"][0]["content"]["parts"][0]["text"], "It rained all night.");
                let last = &events[events.len() - 1];
                assert_eq!(last["candidates"][0]["finishReason"], "STOP");
                assert_eq!(last["usageMetadata"], plain["usageMetadata"]);
                assert_eq!(last["usageMetadata"]["candidatesTokenCount"], 23, "thoughts are beside");
            }
            Tongue::Cohere => {
                assert_eq!(plain["message"]["content"][0]["text"], "It rained all night.");
                let last = &events[events.len() - 1]["delta"];
                assert_eq!((&last["finish_reason"], &last["usage"]), (&json!("COMPLETE"), &plain["usage"]));
                assert_eq!(plain["usage"]["billed_units"]["output_tokens"], 30);
            }
            Tongue::Bedrock => {
                assert_eq!(plain["output"]["message"]["content"][0]["text"], "It rained all night.");
                let last = &events[events.len() - 1]["metadata"];
                assert_eq!(last["usage"], plain["usage"]);
                assert_eq!(plain["usage"]["inputTokens"], 50, "cached tokens are beside");
                assert_eq!(events[events.len() - 2]["messageStop"]["stopReason"], "end_turn");
            }
            Tongue::OpenAi(kin) => {
                assert_eq!(plain["choices"][0]["message"]["content"], "It rained all night.");
                assert_eq!(streamed.text().ends_with("data: [DONE]\n\n"), kin.done, "{persona:?}");
                let usage = &events[events.len() - 1]["usage"];
                assert_eq!(usage, &plain["usage"], "{persona:?}");
                if kin.told == Told::Never {
                    assert!(usage.is_null(), "{persona:?}");
                    continue;
                }
                assert_eq!(usage["prompt_tokens"], 100);
                let beside = matches!(kin.counts, Counts::Xai | Counts::Perplexity);
                assert_eq!(usage["completion_tokens"], if beside { 23 } else { 30 }, "{persona:?}");
                if !matches!(kin.counts, Counts::Totals | Counts::Perplexity) {
                    assert_eq!(usage["prompt_tokens_details"]["cached_tokens"], 40, "{persona:?}");
                    assert_eq!(usage["completion_tokens_details"]["reasoning_tokens"], 7);
                }
                assert_eq!(usage["cost"].as_f64(), (persona == Persona::OpenRouter).then_some(0.0125));
                let ticks = usage["cost_in_usd_ticks"].as_u64();
                assert_eq!(ticks, (persona == Persona::Xai).then_some(125_000_000));
            }
        }
    }
}

#[test]
fn usage_comes_only_where_it_is_asked_for_or_always_given() {
    for (persona, given) in [(Persona::OpenAi, false), (Persona::OpenRouter, true)] {
        let provider = SimulatedProvider::start(persona);
        let body = question(&provider, true).replace("\"include_usage\":true", "\"include_usage\":false");
        let reply = call(&provider, "POST", &chat_path(persona), provider.key().as_deref(), &body);
        assert_eq!(reply.events().iter().any(|event| event["usage"].is_object()), given);
    }
}

#[test]
fn thoughts_and_tools_take_the_form_of_the_persona() {
    for persona in Persona::ALL {
        let provider = SimulatedProvider::start(persona);
        let arguments = json!({ "city": "Köln" });
        provider.answer_with(Answer::text("").with_reasoning("think hard").with_tool("weather", &arguments));
        let events = chat(&provider, true).events();
        let text = serde_json::to_string(&events).unwrap();
        let hidden = persona.kin().is_some_and(|kin| kin.thoughts == Thoughts::Hidden);
        assert_eq!(text.contains("hard"), !hidden, "{persona:?}: {text}");
        let joined: String = events
            .iter()
            .filter_map(|event| {
                event["choices"][0]["delta"]["tool_calls"][0]["function"]["arguments"]
                    .as_str()
                    .or_else(|| event["delta"]["partial_json"].as_str())
                    .or_else(|| event["delta"]["message"]["tool_calls"]["function"]["arguments"].as_str())
                    .or_else(|| event["contentBlockDelta"]["delta"]["toolUse"]["input"].as_str())
                    .map(str::to_owned)
                    .or_else(|| {
                        let arguments = &event["message"]["tool_calls"][0]["function"]["arguments"];
                        arguments.is_object().then(|| arguments.to_string())
                    })
                    .or_else(|| {
                        let part = &event["candidates"][0]["content"]["parts"][0];
                        let arguments = &part["functionCall"]["args"];
                        arguments.is_object().then(|| arguments.to_string())
                    })
            })
            .collect();
        assert_eq!(serde_json::from_str::<Value>(&joined).unwrap(), arguments, "{persona:?}");
        assert_eq!(chat(&provider, false).status, 200);
    }
}

#[test]
fn each_persona_lists_models_with_its_extras() {
    let list = |persona: Persona, path: &str| {
        let provider = SimulatedProvider::start(persona);
        let reply = call(&provider, "GET", path, provider.key().as_deref(), "");
        assert_eq!(reply.status, 200, "{persona:?} {path}");
        reply.json()
    };
    assert_eq!(list(Persona::OpenAi, "/v1/models")["data"][0]["object"], "model");
    assert_eq!(list(Persona::OpenRouter, "/api/v1/models")["data"][0]["pricing"]["prompt"], "0.0000005");
    assert_eq!(list(Persona::OpenRouter, "/api/v1/key")["data"]["limit_remaining"], 17.5);
    assert_eq!(list(Persona::Groq, "/openai/v1/models")["data"][0]["context_window"], 131_072);
    assert_eq!(list(Persona::Ollama, "/api/tags")["models"][1]["capabilities"][2], "thinking");
    assert_eq!(list(Persona::Ollama, "/api/version")["version"], "0.13.5");
    assert_eq!(list(Persona::Ollama, "/api/ps")["models"][0]["context_length"], 4096);
    assert_eq!(list(Persona::LmStudio, "/api/v1/models")["models"][1]["type"], "embedding");
    assert_eq!(list(Persona::LmStudio, "/api/v0/models")["data"][0]["compatibility_type"], "gguf");
    assert_eq!(list(Persona::Compatible, "/v1/models")["data"][1]["id"], "second-model");
    let ollama = SimulatedProvider::start(Persona::Ollama);
    assert_eq!(call(&ollama, "GET", "/", None, "").text(), "Ollama is running");
    let shown = call(&ollama, "POST", "/api/show", None, r#"{"model":"qwen3:8b"}"#).json();
    assert_eq!(shown["model_info"]["llama.context_length"], 40_960);
    assert_eq!(call(&ollama, "POST", "/api/show", None, r#"{"model":"none"}"#).status, 404);
}

#[test]
fn what_is_data_about_a_persona_is_served() {
    let ask = |persona: Persona, path: &str, with_key: bool| {
        let provider = SimulatedProvider::start_with_key(persona, "a-key-0123456789-0123456789");
        let key = provider.key().filter(|_| with_key);
        call(&provider, "GET", path, key.as_deref(), "")
    };
    let list = |persona: Persona, path: &str| ask(persona, path, true).json();
    assert_eq!(list(Persona::Mistral, "/v1/models")["data"][0]["max_context_length"], 262_144);
    assert_eq!(list(Persona::Xai, "/v1/language-models")["models"][1]["max_prompt_length"], 256_000);
    assert_eq!(list(Persona::Together, "/v1/models")[0]["pricing"]["input"], 0.88, "a bare array");
    assert_eq!(list(Persona::Fireworks, "/inference/v1/models")["data"][0]["context_length"], 131_072);
    assert_eq!(list(Persona::HuggingFace, "/v1/models")["data"][0]["providers"][1]["context_length"], 65_536);
    assert_eq!(list(Persona::Vllm, "/v1/models")["data"][0]["max_model_len"], 32_768);
    assert_eq!(list(Persona::LlamaCpp, "/v1/models")["data"][0]["meta"]["n_ctx_train"], 32_768);
    assert_eq!(list(Persona::LightLlm, "/get_model_name"), json!({ "model_name": "default" }));
    assert_eq!(list(Persona::DeepSeek, "/user/balance")["is_available"], true);
    assert_eq!(list(Persona::KoboldCpp, "/api/extra/version")["result"], "KoboldCpp");
    assert_eq!(list(Persona::Jan, "/openapi.json")["info"]["title"], "Jan API Server Endpoints");
    assert_eq!(ask(Persona::LocalAi, "/readyz", false).text(), "");
    // Who has no list has none, and who shows it to everybody does.
    assert_eq!(ask(Persona::Perplexity, "/models", true).status, 404);
    assert_eq!(ask(Persona::LightLlm, "/v1/models", true).status, 404);
    for (persona, path, status) in [
        (Persona::HuggingFace, "/v1/models", 200),
        (Persona::NvidiaNim, "/v1/models", 200),
        (Persona::LlamaCpp, "/v1/models", 200),
        (Persona::LlamaCpp, "/props", 401),
        (Persona::DeepSeek, "/user/balance", 401),
        (Persona::Xai, "/v1/api-key", 400),
        (Persona::Fireworks, "/inference/v1/models", 403),
        (Persona::Jan, "/v1/models", 401),
    ] {
        assert_eq!(ask(persona, path, false).status, status, "{persona:?} {path} without a key");
    }
    assert!(ask(Persona::Perplexity, "/models", true).head.contains("application/json"));
    let page = SimulatedProvider::start(Persona::Perplexity);
    let refused = call(&page, "POST", "/chat/completions", None, &question(&page, false));
    assert!(refused.head.contains("text/html") && refused.status == 401, "it answers a stranger with a page");
}

#[test]
fn thinking_models_of_deepseek_want_their_thoughts_back() {
    let provider = SimulatedProvider::start(Persona::DeepSeek);
    let ask = |model: &str, earlier: Value| {
        let messages =
            json!([{ "role": "user", "content": "a" }, earlier, { "role": "user", "content": "b" }]);
        let body = json!({ "model": model, "messages": messages }).to_string();
        call(&provider, "POST", "/chat/completions", provider.key().as_deref(), &body).status
    };
    let without = json!({ "role": "assistant", "content": "c" });
    let with = json!({ "role": "assistant", "content": "c", "reasoning_content": " " });
    assert_eq!((ask("deepseek-flash", without.clone()), ask("deepseek-flash", with)), (400, 200));
    assert_eq!(ask("deepseek-chat", without), 200);
}

#[test]
fn anthropic_pages_lead_through_the_whole_list() {
    let provider = SimulatedProvider::start(Persona::Anthropic);
    provider.set_models(SimulatedModel::many(45));
    let (mut seen, mut after) = (Vec::new(), String::new());
    loop {
        let page =
            call(&provider, "GET", &format!("/v1/models?limit=20{after}"), provider.key().as_deref(), "")
                .json();
        seen.extend(
            page["data"].as_array().unwrap().iter().map(|model| model["id"].as_str().unwrap().to_owned()),
        );
        if page["has_more"] == false {
            break;
        }
        after = format!("&after_id={}", page["last_id"].as_str().unwrap());
    }
    assert_eq!(seen.len(), 45);
    assert_eq!((seen[0].as_str(), seen[44].as_str()), ("model-00001", "model-00045"));
    assert_eq!(provider.requests().len(), 3);
    assert_eq!(call(&provider, "GET", "/v1/models?limit=0", provider.key().as_deref(), "").status, 400);
}

#[test]
fn googles_and_coheres_pages_lead_through_the_whole_list() {
    for (persona, first, token, next) in [
        (Persona::Gemini, "/v1beta/models?pageSize=20", "pageToken", "nextPageToken"),
        (Persona::Cohere, "/v1/models?page_size=20", "page_token", "next_page_token"),
    ] {
        let provider = SimulatedProvider::start(persona);
        provider.set_models(SimulatedModel::many(45));
        let (mut seen, mut path) = (Vec::new(), first.to_owned());
        loop {
            let page = call(&provider, "GET", &path, provider.key().as_deref(), "").json();
            let names =
                page["models"].as_array().unwrap().iter().map(|model| model["name"].as_str().unwrap());
            seen.extend(names.map(|name| name.trim_start_matches("models/").to_owned()));
            let Some(value) = page[next].as_str() else { break };
            let escaped: String = value.bytes().map(|byte| format!("%{byte:02X}")).collect();
            path = format!("{first}&{token}={escaped}");
        }
        assert_eq!((seen.len(), provider.requests().len()), (45, 3), "{persona:?}");
        assert_eq!((seen[0].as_str(), seen[44].as_str()), ("model-00001", "model-00045"));
        let astray = format!("{first}&{token}=nonsense");
        assert_eq!(call(&provider, "GET", &astray, provider.key().as_deref(), "").status, 400);
    }
}

#[test]
fn only_the_right_key_in_the_right_header_opens_and_others_come_back_masked() {
    let wrong = "sk-proj-abcdefghijklmnopqrstuvwxyz0123456789";
    for persona in Persona::ALL {
        let provider = SimulatedProvider::start_with_key(persona, "sk-right-0123456789-0123456789");
        let path = place_of(&provider, false);
        let refused = call(&provider, "POST", &path, Some(wrong), &question(&provider, false));
        assert_eq!(refused.status, persona.traits().wrong_key, "{persona:?}");
        assert!(!refused.text().contains(wrong), "{persona:?}");
        let without = call(&provider, "POST", &path, None, &question(&provider, false));
        assert_eq!(without.status, persona.traits().wrong_key);
        assert_eq!(chat(&provider, false).status, 200);
    }
    let provider = SimulatedProvider::start(Persona::OpenAi);
    let told = call(&provider, "GET", "/v1/models", Some(wrong), "").json();
    assert_eq!(told["error"]["code"], "invalid_api_key");
    assert!(told["error"]["message"].as_str().unwrap().contains("6789"));
    let mut client = Raw::to(&provider);
    let key = provider.key().unwrap();
    client.send("GET", "/v1/models", &[("connection", "close"), ("x-api-key", &key)], "");
    assert_eq!(client.read_to_end().status, 401, "the key is in the wrong header");
    let public = SimulatedProvider::start(Persona::OpenRouter);
    assert_eq!(call(&public, "GET", "/api/v1/models", None, "").status, 200, "this list is public");
    assert_eq!(call(&public, "GET", "/api/v1/key", None, "").status, 401);
    assert_eq!(call(&public, "GET", "/api/v1/credits", public.key().as_deref(), "").status, 403);
}

#[test]
fn thousands_of_chunks_come_quickly() {
    let provider = SimulatedProvider::start(Persona::OpenAi);
    provider.answer_with(Answer::words(5_000));
    let begun = std::time::Instant::now();
    let reply = chat(&provider, true);
    assert_eq!(reply.events().len(), 5_003);
    assert!(begun.elapsed() < Duration::from_secs(10), "{:?}", begun.elapsed());
}

#[test]
fn what_the_real_ones_refuse_is_refused() {
    let anthropic = SimulatedProvider::start(Persona::Anthropic);
    let key = anthropic.key().unwrap();
    let ask = |version: &str, body: Value| {
        let mut client = Raw::to(&anthropic);
        let headers = [("connection", "close"), ("x-api-key", key.as_str()), ("anthropic-version", version)];
        client.send("POST", "/v1/messages", &headers, &body.to_string());
        client.read_to_end().status
    };
    let body = json!({ "model": "claude-haiku-4-5", "max_tokens": 9, "messages": [], "temperature": 1 });
    assert_eq!(ask("2023-06-01", body.clone()), 200);
    assert_eq!(ask("2026-10-21", body), 400);
    assert_eq!(ask("2023-06-01", json!({ "model": "claude-haiku-4-5", "messages": [] })), 400);
    assert_eq!(
        ask("1999-01-01", json!({ "model": "claude-haiku-4-5", "messages": [], "max_tokens": 1 })),
        400
    );
    let body = json!({ "model": "claude-opus-4-8", "max_tokens": 9, "messages": [], "temperature": 0.5 });
    assert_eq!(ask("2023-06-01", body), 400, "the newer models choose their own");
    let gemini = SimulatedProvider::start(Persona::Gemini);
    let ask = |model: &str, body: Value| {
        let path = format!("/v1beta/models/{model}:generateContent");
        call(&gemini, "POST", &path, gemini.key().as_deref(), &body.to_string()).status
    };
    let said = json!({ "role": "user", "parts": [{ "text": "Hi" }] });
    let call_of = |proof: &str| {
        let mut part = json!({ "functionCall": { "name": "f", "args": {} } });
        if !proof.is_empty() {
            part["thoughtSignature"] = json!(proof);
        }
        json!({ "contents": [said, { "role": "model", "parts": [part] }] })
    };
    assert_eq!(ask("gemini-3.5-flash", call_of("c2ltdWxhdGVk")), 200);
    assert_eq!(ask("gemini-3.5-flash", call_of("skip_thought_signature_validator")), 200);
    assert_eq!(ask("gemini-3.5-flash", call_of("EqQB")), 400, "a proof that another gave");
    assert_eq!(ask("gemini-3.5-flash", call_of("")), 400);
    assert_eq!(ask("gemma-4-31b-it", call_of("")), 200, "it does not think");
    let thinking = json!({ "thinkingConfig": { "thinkingLevel": "LOW" } });
    assert_eq!(ask("gemma-4-31b-it", json!({ "contents": [said], "generationConfig": thinking })), 400);
    assert_eq!(ask("gemini-3.5-flash", json!({ "contents": [said], "messages": [] })), 400);
    assert_eq!(ask("gemini-3.5-flash", json!({ "contents": [] })), 400);
    let list = call(
        &gemini,
        "POST",
        "/v1beta/models/gemini-3.5-flash:streamGenerateContent",
        gemini.key().as_deref(),
        &json!({ "contents": [said] }).to_string(),
    );
    assert!(list.json().as_array().is_some_and(|pieces| pieces.len() > 2), "a list without alt=sse");
    let cohere = SimulatedProvider::start(Persona::Cohere);
    for (field, value, status) in [
        ("temperature", json!(1.5), 400),
        ("p", json!(1), 400),
        ("seed", json!(-1), 400),
        ("top_p", json!(0.5), 422),
        ("thinking", json!({ "type": "enabled" }), 400),
        ("temperature", json!(0.5), 200),
    ] {
        let mut body =
            json!({ "model": "command-a-03-2025", "messages": [{ "role": "user", "content": "Hi" }] });
        body[field] = value;
        let reply = call(&cohere, "POST", "/v2/chat", cohere.key().as_deref(), &body.to_string());
        assert_eq!(reply.status, status, "{field}: {}", reply.text());
    }
    let open_ai = SimulatedProvider::start(Persona::OpenAi);
    let body = json!({ "model": "gpt-5.4-mini", "max_tokens": 9, "messages": [] }).to_string();
    let refused = call(&open_ai, "POST", "/v1/chat/completions", open_ai.key().as_deref(), &body);
    assert_eq!((refused.status, &refused.json()["error"]["param"]), (400, &json!("max_tokens")));
    let broken = call(&open_ai, "POST", "/v1/chat/completions", open_ai.key().as_deref(), "{");
    assert_eq!(broken.status, 400);
    let elsewhere = call(&open_ai, "GET", "/models", open_ai.key().as_deref(), "");
    assert_eq!(elsewhere.status, 404, "the base path was left out");
}

#[test]
fn requests_are_remembered_with_their_connection() {
    let provider = SimulatedProvider::start(Persona::LmStudio);
    provider.next(Call::Chat, Behaviour::status(500));
    let mut client = Raw::to(&provider);
    client.send("GET", "/v1/models?x=1", &[("X-Own", "yes")], "");
    client.read_until("}]}");
    client.send("GET", "/api/v0/models", &[], "");
    client.read_until("}]}");
    let reply = chat(&provider, false);
    assert_eq!(reply.status, 500, "what was meant for a chat waited for one");
    let requests = provider.wait_for(3);
    assert_eq!(requests[0].connection, requests[1].connection);
    assert_ne!(requests[0].connection, requests[2].connection);
    assert_eq!((requests[0].path.as_str(), requests[0].header("x-own")), ("/v1/models?x=1", Some("yes")));
    assert_eq!(requests[2].json()["stream"], false);
    assert_eq!(
        requests.iter().map(|one| one.call).collect::<Vec<_>>(),
        [Call::Models, Call::Models, Call::Chat]
    );
    assert!(!format!("{requests:?}").contains("one two"), "a record does not print what was said");
    assert_eq!((provider.connections(), provider.chats().len()), (2, 1));
    provider.forget_requests();
    chat(&provider, false);
    assert_eq!(provider.wait_for(1)[0].number, 3);
}

#[test]
fn it_listens_where_it_is_told_and_is_gone_when_dropped() {
    let provider = SimulatedProvider::start_on(Persona::Ollama, "[::1]:0".parse().unwrap());
    assert!(provider.address().starts_with("http://[::1]:"));
    assert_eq!(chat(&provider, false).status, 200);
    let four = SocketAddr::from(([127, 0, 0, 1], provider.socket_address().port()));
    assert!(TcpStream::connect(four).is_err());
    let six = provider.socket_address();
    drop(provider);
    assert!(TcpStream::connect(six).is_err());
    assert!(TcpStream::connect(refused_address()).is_err());
}
