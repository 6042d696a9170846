//! From one request to its answer: record it, look at the key and the model, let the behaviour happen.

use std::sync::Arc;
use std::time::Instant;

use bytes::Bytes;
use http::{HeaderMap, Request, Response};
use http_body_util::BodyExt;
use hyper::body::Incoming;
use serde_json::Value;
use tokio::sync::watch;

use super::body::{Piece, PieceBody, Progress};
use super::conduct::{Conduct, Ending, Gate, Ticket};
use super::letting::{Letting, Manner, Stop};
use super::listing::Listed;
use super::persona::Route;
use super::refusal::{About, Refusal};
use super::sign_in::{self, Said};
use super::traits::{OpenAi, Refuses};
use super::{Answer, Behaviour, Call, End, Persona, Recorded, SimulatedModel};
use super::{anthropic, azure, bedrock, cohere, gemini, listing, ollama, openai, refusal, responses};

/// One stretch of bytes of an answer.
pub(super) struct Written {
    pub(super) bytes: Bytes,
    /// Whether it carries a piece of the answer, and not only the frame around it.
    pub(super) word: bool,
}

impl Written {
    /// A stretch of the frame.
    pub(super) fn other(text: &str) -> Self {
        Self { bytes: Bytes::copy_from_slice(text.as_bytes()), word: false }
    }
}

/// A chat request, as far as the answer depends on it.
pub(super) struct Ask {
    pub(super) model: String,
    pub(super) streamed: bool,
    pub(super) include_usage: bool,
    /// Gemini: the stream is wanted as one list.
    pub(super) as_list: bool,
    /// Words in its messages; they pass for tokens.
    pub(super) words: u64,
    pub(super) body: Value,
}

/// What is to be sent, before it is decided how it goes wrong.
pub(super) struct Speech {
    status: u16,
    content_type: &'static str,
    headers: Vec<(String, String)>,
    pub(super) pieces: Vec<Written>,
    pub(super) streamed: bool,
}

/// Everything that belongs to one connection and request.
struct Exchange {
    persona: Persona,
    progress: watch::Sender<Progress>,
    gate: watch::Receiver<Gate>,
    releases: u64,
    chat: bool,
    ending: Ending,
}

/// Answers one request. Dropped by the connection when the caller goes away, which the record then shows.
pub(super) async fn respond(
    conduct: Arc<Conduct>,
    connection: u64,
    progress: watch::Sender<Progress>,
    request: Request<Incoming>,
) -> Response<PieceBody> {
    let persona = conduct.persona;
    let (head, body) = request.into_parts();
    let body = body.collect().await.map(|whole| whole.to_bytes().to_vec()).unwrap_or_default();
    let path = head.uri.path().to_owned();
    let route = persona.route_of(&head.method, &path);
    let call = persona.call_of(&head.method, &path);
    let ticket = conduct.record(Recorded {
        number: 0,
        connection,
        call,
        method: head.method.to_string(),
        path: head.uri.path_and_query().map_or_else(|| path.clone(), ToString::to_string),
        headers: listed_headers(&head.headers),
        body: body.clone(),
        at: Instant::now(),
        end: End::Open,
    });
    let Ticket { once, always, releases, ending } = ticket;
    let gate = conduct.watch_gate();
    let exchange = Exchange { persona, progress, gate, releases, chat: call == Call::Chat, ending };
    if head.method == http::Method::HEAD {
        return exchange.bare(200);
    }

    let ask = Ask::read(route, &path, head.uri.query().unwrap_or_default(), &body);
    let signed = bedrock::signed_key(&head, &body, conduct.key().as_deref());
    let given_key = signed.filter(|_| persona == Persona::Bedrock).or_else(|| persona.key_of(&head.headers));
    let by_name = ask.as_ref().and_then(|ask| Behaviour::by_name(&ask.model, persona));
    let asked_by_name = by_name.is_some();
    let behaviour = once.or(by_name).or(always).unwrap_or(Behaviour::Standing);
    let about =
        |shown_key: &str| (route, ask.as_ref().map_or("", |ask| ask.model.as_str()), shown_key.to_owned());
    let refuse = |refusal: &Refusal, shown_key: &str| {
        let (route, model, shown_key) = about(shown_key);
        Speech::refusal(persona, refusal, &About { route, model, shown_key: &shown_key })
    };
    let shown = given_key.as_deref().map_or_else(|| "****".to_owned(), masked);

    if behaviour.looks_at_key() {
        let key = conduct.key().filter(|_| is_guarded(persona, route));
        if key.is_some() && key != given_key {
            return exchange.say(refuse(&Refusal::wrong_key(persona), &shown), Manner::default()).await;
        }
    }
    let echoed = given_key.clone().unwrap_or_default();
    let form_refused = || -> Option<Refusal> {
        let ask = ask.as_ref()?;
        let models = conduct.models();
        let known = models.iter().find(|model| model.id == ask.model);
        let version = head.headers.get("anthropic-version").and_then(|value| value.to_str().ok());
        if persona == Persona::Anthropic
            && let Some(refused) = anthropic::refuse_form(version, ask)
        {
            return Some(refused);
        }
        let two_credentials = head.headers.contains_key("authorization");
        let native = match persona {
            Persona::Gemini => gemini::refuse_form(two_credentials, ask, known),
            Persona::Cohere => cohere::refuse_form(ask, known),
            Persona::Bedrock => bedrock::refuse_form(ask),
            _ if route == Route::Responses => responses::refuse_form(ask, known),
            Persona::Azure => azure::refuse_form(&path, head.uri.query().unwrap_or_default()),
            Persona::OpenAi if responses::only_here(&ask.model) => Some(responses::elsewhere()),
            _ => None,
        };
        if native.is_some() {
            return native;
        }
        let kin = persona.kin().filter(|_| route == Route::OpenAiChat);
        if let Some(refused) = kin.and_then(|kin| refused_field(kin, ask, known)) {
            return Some(refused);
        }
        if ask.model.is_empty() {
            return Some(Refusal::of(400));
        }
        let strange = known.is_none() && !asked_by_name && persona.looks_at_model();
        strange.then(|| Refusal::missing_model(persona))
    };
    // The correct answer to this request, or the refusal it has deserved.
    let speech = |answer: Option<&Answer>| -> Speech {
        if call == Call::Chat {
            let Some(ask) = &ask else {
                return refuse(&Refusal::of(400), &shown);
            };
            if let Some(refused) = form_refused() {
                return refuse(&refused, &shown);
            }
            let standing = conduct.standing();
            return Speech::chat(persona, route, ask, answer.unwrap_or(&standing));
        }
        let query = head.uri.query().unwrap_or_default();
        match sign_in::answer(route, query, &body, conduct.key(), &conduct.requests()) {
            Some(Said::Key(document)) => {
                return Speech::plain(persona, 200, "application/json", document.to_string());
            }
            Some(Said::Back(address)) => {
                let mut speech = Speech::plain(persona, 302, "text/plain", String::new());
                speech.headers.push(("location".to_owned(), address));
                return speech;
            }
            Some(Said::Refused(status)) => return refuse(&Refusal::of(status), &shown),
            None => {}
        }
        if let Some(refused) = azure::refuse_form(&path, query).filter(|_| persona == Persona::Azure) {
            return refuse(&refused, &shown);
        }
        let no_writers = persona.kin().map_or(&[][..], |kin| kin.no_writers);
        match listing::answer(route, &conduct.models(), no_writers, query, &body) {
            Some(Listed::Json(document)) => {
                Speech::plain(persona, 200, "application/json", document.to_string())
            }
            Some(Listed::Text(text)) => {
                Speech::plain(persona, 200, "text/plain; charset=utf-8", text.to_owned())
            }
            Some(Listed::Refused(status)) => refuse(&Refusal::of(status), &shown),
            None => refuse(&Refusal::of(404), &shown),
        }
    };
    let in_stream = |message: &str| {
        match (&ask, route) {
            (Some(ask), Route::OpenAiChat) => {
                persona.kin().map(|kin| openai::stream_error(kin, persona, ask, message))
            }
            (Some(_), Route::AnthropicChat) => Some(anthropic::stream_error(message)),
            (Some(_), Route::OllamaChat) => Some(ollama::stream_error(message)),
            (Some(_), Route::GeminiChat) => Some(gemini::stream_error(message)),
            (Some(_), Route::CohereChat) => Some(cohere::stream_error(message)),
            (Some(_), Route::BedrockChat) => Some(bedrock::stream_error(message)),
            (Some(_), Route::Responses) => Some(responses::stream_error(message)),
            _ => None,
        }
        .filter(|_| ask.as_ref().is_some_and(|ask| ask.streamed))
    };

    let usual = Manner::default;
    match behaviour {
        Behaviour::Standing => exchange.say(speech(None), usual()).await,
        Behaviour::Answer(answer) => exchange.say(speech(Some(&answer)), usual()).await,
        Behaviour::Paced(every) => exchange.say(speech(None), Manner { every: Some(every), ..usual() }).await,
        Behaviour::Slow => exchange.say(speech(None), Manner { hold_after: Some(0), ..usual() }).await,
        Behaviour::HoldAfter(words) => {
            exchange.say(speech(None), Manner { hold_after: Some(words), ..usual() }).await
        }
        Behaviour::CutAfterChunks(words) => {
            exchange.say(speech(None), Manner { stop: Some((words, Stop::Cut)), ..usual() }).await
        }
        Behaviour::StopWithoutEnd(words) => {
            exchange.say(speech(None), Manner { stop: Some((words, Stop::End)), ..usual() }).await
        }
        Behaviour::CutAfterBytes(bytes) => {
            exchange.say(speech(None), Manner { cut_after_bytes: Some(bytes), ..usual() }).await
        }
        Behaviour::SplitEveryByte => exchange.say(speech(None), Manner { bytewise: true, ..usual() }).await,
        Behaviour::ErrorInsideStream(words) => match in_stream("The model stopped answering (simulated).") {
            Some(error) => {
                exchange.say(speech(None), Manner { stop: Some((words, Stop::Say(error))), ..usual() }).await
            }
            None => exchange.say(refuse(&Refusal::of(500), &shown), usual()).await,
        },
        Behaviour::EchoKeyInStream(words) => match in_stream(&format!("upstream refused the key {echoed}")) {
            Some(error) => {
                exchange.say(speech(None), Manner { stop: Some((words, Stop::Say(error))), ..usual() }).await
            }
            None => exchange.say(refuse(&Refusal::wrong_key(persona), &echoed), usual()).await,
        },
        Behaviour::EchoKey => exchange.say(refuse(&Refusal::wrong_key(persona), &echoed), usual()).await,
        Behaviour::Status(refusal) => exchange.say(refuse(&refusal, &shown), usual()).await,
        Behaviour::WrongContentType => {
            let mut speech = speech(None);
            speech.content_type = "application/octet-stream";
            exchange.say(speech, usual()).await
        }
        Behaviour::Html => {
            let page = "<!DOCTYPE html>\n<html><head><title>Welcome</title></head>\
                        <body><h1>Sign in to this network</h1></body></html>\n";
            exchange
                .say(Speech::plain(persona, 200, "text/html; charset=utf-8", page.to_owned()), usual())
                .await
        }
        Behaviour::RedirectTo(location) => {
            let mut speech = Speech::plain(persona, 307, "text/plain", String::new());
            speech.headers.push(("location".to_owned(), location));
            exchange.say(speech, usual()).await
        }
        Behaviour::EmptyBody => exchange.bare(200),
        Behaviour::HangBeforeHeaders => {
            let _open = exchange;
            std::future::pending().await
        }
        Behaviour::HangAfterHeaders => exchange.hang(content_type(persona, route, &ask)),
        Behaviour::EndlessLine(bytes) => exchange.endless(bytes, content_type(persona, route, &ask)),
        Behaviour::GzipBomb => exchange.bomb(),
    }
}

impl Ask {
    /// The chat request in this body, or none where it is no JSON object or no chat.
    fn read(route: Route, path: &str, query: &str, body: &[u8]) -> Option<Self> {
        let in_path = match route {
            Route::GeminiChat => gemini::asked(path),
            Route::BedrockChat => bedrock::asked(path),
            Route::OpenAiChat => azure::deployment(path).map(|model| (model, false)),
            _ => None,
        };
        let streams_unless_told = match (route, &in_path) {
            (_, Some((_, streamed))) => *streamed,
            (Route::OpenAiChat | Route::AnthropicChat | Route::CohereChat, None) => false,
            (Route::Responses, None) => false,
            (Route::OllamaChat, None) => true,
            _ => return None,
        };
        let words = words_asked(body);
        let body: Value = serde_json::from_slice(body).ok().filter(Value::is_object)?;
        Some(Self {
            model: match in_path {
                Some((model, _)) => model,
                None => body["model"].as_str().unwrap_or_default().to_owned(),
            },
            streamed: body["stream"].as_bool().unwrap_or(streams_unless_told),
            as_list: route == Route::GeminiChat && gemini::field(query, "alt") != Some("sse"),
            include_usage: body["stream_options"]["include_usage"].as_bool().unwrap_or(false),
            words,
            body,
        })
    }
}

/// The words of the messages in a request; they pass for its tokens.
pub(super) fn words_asked(body: &[u8]) -> u64 {
    fn words(value: &Value) -> u64 {
        match value {
            Value::String(text) => text.split_whitespace().count() as u64,
            Value::Array(items) => items.iter().map(words).sum(),
            Value::Object(fields) => fields
                .iter()
                .filter(|(name, _)| *name != "role" && *name != "type")
                .map(|(_, item)| words(item))
                .sum(),
            _ => 0,
        }
    }
    let body: Value = serde_json::from_slice(body).unwrap_or_default();
    let texts = ["messages", "system", "contents", "systemInstruction", "input", "instructions"];
    texts.iter().map(|name| words(&body[*name])).sum()
}

impl Speech {
    fn chat(persona: Persona, route: Route, ask: &Ask, answer: &Answer) -> Self {
        let kin = || persona.kin().expect("who has this route speaks the dialect");
        if !ask.streamed {
            let document = match route {
                Route::AnthropicChat => anthropic::plain(ask, answer),
                Route::OllamaChat => ollama::plain(ask, answer),
                Route::GeminiChat => gemini::plain(ask, answer),
                Route::CohereChat => cohere::plain(ask, answer),
                Route::BedrockChat => bedrock::plain(ask, answer),
                Route::Responses => responses::plain(ask, answer),
                _ => openai::plain(kin(), persona, ask, answer),
            };
            return Self::plain(persona, 200, "application/json", document.to_string());
        }
        if ask.as_list {
            let list = gemini::listed(ask, answer).to_string();
            return Self::plain(persona, 200, "application/json", list);
        }
        let (content_type, pieces) = match route {
            Route::AnthropicChat => ("text/event-stream; charset=utf-8", anthropic::stream(ask, answer)),
            Route::OllamaChat => ("application/x-ndjson", ollama::stream(ask, answer)),
            Route::GeminiChat => ("text/event-stream", gemini::stream(ask, answer)),
            Route::CohereChat => ("text/event-stream", cohere::stream(ask, answer)),
            Route::BedrockChat => ("application/vnd.amazon.eventstream", bedrock::stream(ask, answer)),
            Route::Responses => ("text/event-stream; charset=utf-8", responses::stream(ask, answer)),
            _ => ("text/event-stream; charset=utf-8", openai::stream(kin(), persona, ask, answer)),
        };
        Self { status: 200, content_type, headers: refusal::usual_headers(persona), pieces, streamed: true }
    }

    fn plain(persona: Persona, status: u16, content_type: &'static str, body: String) -> Self {
        let pieces = vec![Written { bytes: Bytes::from(body), word: true }];
        Self { status, content_type, headers: refusal::usual_headers(persona), pieces, streamed: false }
    }

    fn refusal(persona: Persona, refused: &Refusal, about: &About<'_>) -> Self {
        let body = refusal::body(persona, refused, about);
        let content_type = match body.as_bytes() {
            [b'<', ..] => "text/html",
            [b'{' | b'[', ..] => "application/json",
            _ => "text/plain; charset=utf-8",
        };
        let mut speech = Self::plain(persona, refused.status, content_type, body);
        // Google tells a wait in the body only.
        let sent = |(name, _): &&(String, String)| persona != Persona::Gemini || name != "retry-after";
        speech.headers.extend(refused.headers.iter().filter(sent).cloned());
        speech
    }
}

impl Exchange {
    /// Sends a speech in this manner.
    async fn say(mut self, mut speech: Speech, manner: Manner) -> Response<PieceBody> {
        if !speech.streamed && speech.status == 200 {
            // A plain answer waits whole, before its headers.
            if manner.hold_after.is_some() {
                self.wait_release().await;
            }
            self.wait_unheld().await;
            if let Some((_, Stop::End)) = manner.stop {
                let half = speech.pieces[0].bytes.len() / 2;
                speech.pieces[0].bytes.truncate(half);
            }
        }
        let whole: usize = speech.pieces.iter().map(|piece| piece.bytes.len()).sum();
        let head = head(speech.status, Some(speech.content_type), &speech.headers);
        if whole == 0 && manner.cut_after_bytes.is_none() {
            return self.bare_with(head);
        }
        let length = (!speech.streamed).then_some(whole as u64);
        let (feed, body) = PieceBody::fed(self.progress.clone(), self.ending, length);
        let letting = Letting::new(feed, &self.progress, self.gate, self.releases, self.chat);
        tokio::spawn(letting.all(speech, manner));
        head.body(body).expect("the head is valid")
    }

    /// This status, and no bytes.
    fn bare(self, status: u16) -> Response<PieceBody> {
        let head = head(status, Some("application/json"), &refusal::usual_headers(self.persona));
        self.bare_with(head)
    }

    fn bare_with(self, head: http::response::Builder) -> Response<PieceBody> {
        head.body(PieceBody::empty(self.progress, self.ending)).expect("the head is valid")
    }

    /// Headers, then nothing.
    fn hang(self, content_type: &str) -> Response<PieceBody> {
        let (feed, body) = PieceBody::fed(self.progress, self.ending, None);
        tokio::spawn(async move { feed.closed().await });
        head(200, Some(content_type), &refusal::usual_headers(self.persona))
            .body(body)
            .expect("the head is valid")
    }

    /// One line that does not end.
    fn endless(self, mut bytes: u64, content_type: &str) -> Response<PieceBody> {
        let (feed, body) = PieceBody::fed(self.progress, self.ending, None);
        tokio::spawn(async move {
            let block = Bytes::from(vec![b'a'; 64 * 1024]);
            let opening = Bytes::from_static(b"data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"");
            let mut going = feed.send(Piece::Data(opening)).await.is_ok();
            while going && bytes > 0 {
                let now = bytes.min(block.len() as u64);
                bytes -= now;
                going = feed.send(Piece::Data(block.slice(..now as usize))).await.is_ok();
            }
            // A caller that is gone has its end in the record.
            let _ = feed.send(Piece::Last(Bytes::new())).await;
        });
        head(200, Some(content_type), &refusal::usual_headers(self.persona))
            .body(body)
            .expect("the head is valid")
    }

    /// Little that unfolds to 2 GiB.
    fn bomb(self) -> Response<PieceBody> {
        let mut headers = refusal::usual_headers(self.persona);
        headers.push(("content-encoding".to_owned(), "gzip".to_owned()));
        let (feed, body) = PieceBody::fed(self.progress, self.ending, None);
        tokio::spawn(async move {
            let (opening, block) = gzip_of_spaces();
            let mut going = feed.send(Piece::Data(opening)).await.is_ok();
            for _ in 0..2_048 {
                going = going && feed.send(Piece::Data(block.clone())).await.is_ok();
            }
            let _ = feed.send(Piece::Last(Bytes::new())).await;
        });
        head(200, Some("application/json"), &headers).body(body).expect("the head is valid")
    }

    async fn wait_release(&mut self) {
        let releases = self.releases;
        let _ = self.gate.wait_for(|gate| gate.releases > releases).await;
    }

    async fn wait_unheld(&mut self) {
        if self.chat {
            let _ = self.gate.wait_for(|gate| !gate.held).await;
        }
    }
}

/// Whether a route asks for the key at all.
fn is_guarded(persona: Persona, route: Route) -> bool {
    match route {
        Route::OpenAiList(_) | Route::OllamaTags => !persona.traits().public_list,
        Route::Fixed(place) => place.guarded,
        Route::SignInPage | Route::SignInExchange => false,
        _ => true,
    }
}

/// A field that this model of this provider does not take, or misses.
fn refused_field(kin: &OpenAi, ask: &Ask, model: Option<&SimulatedModel>) -> Option<Refusal> {
    let thinks = model.is_some_and(|model| model.reasoning);
    let wrong = |refused: &&Refuses| (thinks || !refused.thinking) && ask.body.get(refused.field).is_some();
    if let Some(refused) = kin.refuses.iter().find(wrong) {
        return Some(refusal::bad_field(refused.status, refused.field));
    }
    let forgets = |turn: &Value| turn["role"] == "assistant" && !turn["reasoning_content"].is_string();
    let forgotten = ask.body["messages"].as_array().is_some_and(|turns| turns.iter().any(forgets));
    (kin.wants_thoughts && thinks && forgotten).then(|| refusal::bad_field(400, "reasoning_content"))
}

/// A key as providers show it: its start, stars, its last four characters.
fn masked(key: &str) -> String {
    let characters: Vec<char> = key.chars().collect();
    if characters.len() < 20 {
        return "*".repeat(characters.len().max(4));
    }
    let (start, end) = (&characters[..8], &characters[characters.len() - 4..]);
    format!("{}{}{}", start.iter().collect::<String>(), "*".repeat(20), end.iter().collect::<String>())
}

fn listed_headers(headers: &HeaderMap) -> Vec<(String, String)> {
    headers
        .iter()
        .map(|(name, value)| {
            (name.as_str().to_owned(), String::from_utf8_lossy(value.as_bytes()).into_owned())
        })
        .collect()
}

fn content_type(persona: Persona, route: Route, ask: &Option<Ask>) -> &'static str {
    match ask {
        Some(ask) if ask.streamed && persona == Persona::Ollama && route == Route::OllamaChat => {
            "application/x-ndjson"
        }
        Some(ask) if ask.streamed && route == Route::BedrockChat => "application/vnd.amazon.eventstream",
        Some(ask) if ask.streamed => "text/event-stream; charset=utf-8",
        _ => "application/json",
    }
}

fn head(status: u16, content_type: Option<&str>, headers: &[(String, String)]) -> http::response::Builder {
    let mut head = Response::builder().status(status);
    if let Some(content_type) = content_type {
        head = head.header("content-type", content_type);
        if content_type.starts_with("text/event-stream") {
            head = head.header("cache-control", "no-cache");
        }
    }
    headers.iter().fold(head, |head, (name, value)| head.header(name, value))
}

/// The start of a gzip stream, and a block that adds 1 MiB of spaces each time it is repeated.
fn gzip_of_spaces() -> (Bytes, Bytes) {
    let opening = Bytes::from_static(&[0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255]);
    let mut compressor = flate2::Compress::new(flate2::Compression::best(), false);
    let spaces = vec![b' '; 1024 * 1024];
    let mut block = Vec::with_capacity(64 * 1024);
    compressor
        .compress_vec(&spaces, &mut block, flate2::FlushCompress::Full)
        .expect("spaces can be compressed");
    (opening, block.into())
}
