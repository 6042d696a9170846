//! The gateway of the built program, over TCP: what a writer's other tools meet at it, and what a stranger meets.

mod admission;
mod answers;
mod bodies;
mod collections;
mod crowds;
mod endings;
mod wire;

use inkhorn_testkit::{
    Behaviour, Call, Canary, Evidence, Outcome, Persona, Program, Recorded, RunningServe, ScratchProfile,
    SimulatedProvider, assert_clean,
};
use serde_json::{Value, json};
use std::cell::RefCell;
use std::time::{Duration, Instant};
use wire::{Reply, Wire};

/// A chat model that each persona lists.
const MODELS: [(Persona, &str); 3] = [
    (Persona::OpenAi, "gpt-4o-mini"),
    (Persona::Anthropic, "claude-haiku-4-5"),
    (Persona::Ollama, "llama3.2:3b"),
];

/// A profile with simulated providers behind it and a gateway in front. At the end it is searched: no key, no
/// passphrase, no token and no text of the writer may lie anywhere.
struct House {
    profile: ScratchProfile,
    program: Program,
    backs: Vec<Back>,
    secrets: Vec<Canary>,
    prompt: Canary,
    said: RefCell<Evidence>,
    serve: Option<RunningServe>,
    token: String,
}

/// A provider and the address of a model at it.
struct Back {
    provider: SimulatedProvider,
    key: Option<String>,
    model: String,
}

impl House {
    /// With these personas behind, and an app called `Pen`.
    fn with(personas: &[Persona]) -> Self {
        let mut house = Self::bare();
        for (persona, model) in MODELS.iter().filter(|(persona, _)| personas.contains(persona)) {
            house.connect(*persona, model);
        }
        house.token = house.admit("Pen", &[]);
        house.open();
        house
    }

    /// Starts the gateway and waits until its vault is open, which a busy machine can be late with.
    fn open(&mut self) {
        self.serve = Some(self.program.spawn_serve(&[]));
        wait_until("the vault is open", || {
            let list = Wire::to(self.host()).get("/v1/models", &self.token, &[]).json();
            let models = list["data"].as_array().expect("models");
            self.backs.iter().all(|back| models.iter().any(|model| model["id"] == back.model.as_str()))
        });
    }

    fn bare() -> Self {
        let (profile, passphrase) = (ScratchProfile::make(), Canary::passphrase());
        let program = Program::on(&profile).with_passphrase(passphrase.text());
        let (secrets, prompt) = (vec![passphrase], Canary::prompt());
        let (backs, said) = (Vec::new(), RefCell::default());
        Self { profile, program, backs, secrets, prompt, said, serve: None, token: String::new() }
    }

    fn connect(&mut self, persona: Persona, model: &str) {
        let provider = SimulatedProvider::start(persona);
        let (id, url) = (persona.provider_id(), provider.base_url());
        let mut line = vec!["connections", "add", "--provider", id, "--base-url", &url];
        let key = provider.key().map(|_| Canary::key_of(persona));
        if let Some(key) = &key {
            provider.set_key(Some(key.text()));
            line.push("--key-stdin");
        }
        let added = self.json_with(&line, key.as_ref().map_or("", Canary::text));
        let model = format!("{}/{model}", added["slug"].as_str().expect("a slug"));
        provider.forget_requests();
        self.backs.push(Back { provider, key: key.as_ref().map(|key| key.text().to_owned()), model });
        self.secrets.extend(key);
    }

    /// Makes an app and gives its token.
    fn admit(&mut self, name: &str, options: &[&str]) -> String {
        let added = self.json_with(&[&["apps", "add", name][..], options].concat(), "");
        let token = added["token"].as_str().expect("a token").to_owned();
        self.secrets.push(Canary::of("token", &token));
        token
    }

    /// The document of a command that must succeed.
    #[track_caller]
    fn json_with(&self, line: &[&str], input: &str) -> Value {
        let ran = self.program.run_with_input(&[line, &["--json"]].concat(), input.as_bytes());
        if !line.starts_with(&["apps", "add"]) {
            // Only there a token is shown, as it must be.
            self.keep(line[0], &ran);
        }
        ran.expect_success().json()
    }

    fn keep(&self, name: &str, outcome: &Outcome) {
        let said = self.said.take().outcome(name, outcome);
        self.said.replace(said);
    }

    /// All rows of the usage log, the newest first.
    #[track_caller]
    fn rows(&self) -> Vec<Value> {
        self.json_with(&["usage"], "")["rows"].as_array().expect("rows").clone()
    }

    /// The rows once there are so many; a client that went away is not told when its row is written.
    #[track_caller]
    fn wait_for_rows(&self, count: usize) -> Vec<Value> {
        let give_up = Instant::now() + Duration::from_secs(10);
        loop {
            let rows = self.rows();
            if rows.len() >= count || Instant::now() > give_up {
                assert_eq!(rows.len(), count, "{rows:?}");
                return rows;
            }
        }
    }

    /// `127.0.0.1:PORT`.
    fn host(&self) -> &str {
        self.serve.as_ref().expect("it serves").authority()
    }

    fn back(&self) -> &Back {
        &self.backs[0]
    }

    /// A chat request of the app.
    fn ask(&self, body: &Value) -> Reply {
        self.ask_as(&self.token, &[], body)
    }

    fn ask_as(&self, token: &str, headers: &[(&str, &str)], body: &Value) -> Reply {
        let mut wire = self.send_as(token, headers, body);
        wire.reply()
    }

    /// Sends a chat request and leaves the answer on the wire.
    fn send(&self, body: &Value) -> Wire {
        self.send_as(&self.token, &[], body)
    }

    fn send_as(&self, token: &str, headers: &[(&str, &str)], body: &Value) -> Wire {
        let mut wire = Wire::to(self.host());
        wire.post("/v1/chat/completions", token, headers, body.to_string().as_bytes());
        wire
    }

    /// A chat of one message to this model, with these fields besides.
    fn chat(&self, model: &str, more: Value) -> Value {
        let mut body =
            json!({ "model": model, "messages": [{ "role": "user", "content": self.prompt.text() }] });
        let fields = more.as_object().expect("an object").clone();
        body.as_object_mut().expect("an object").extend(fields);
        body
    }

    /// Ends the gateway politely and searches everything.
    #[track_caller]
    fn close(mut self) {
        let serve = self.serve.take().expect("it serves");
        let ended = serve.stop();
        self.keep("serve", &ended);
        assert!(ended.succeeded(), "serve ended with {}", ended.status);
        self.search();
    }

    #[track_caller]
    fn search(&self) {
        let mut canaries: Vec<&Canary> = self.secrets.iter().collect();
        canaries.push(&self.prompt);
        assert_clean(&self.said.take(), &canaries);
        self.profile.assert_clean(&canaries);
    }
}

impl Back {
    /// The one chat that came since the last look.
    #[track_caller]
    fn one_chat(&self) -> Recorded {
        let mut chats = self.provider.chats();
        self.provider.forget_requests();
        assert_eq!(chats.len(), 1, "exactly one request upstream: {chats:?}");
        chats.remove(0)
    }

    /// The next chat goes so.
    fn next(&self, behaviour: Behaviour) {
        self.provider.next(Call::Chat, behaviour);
    }
}

/// Looks again and again, for 10 s at most.
#[track_caller]
fn wait_until(what: &str, done: impl Fn() -> bool) {
    let give_up = Instant::now() + Duration::from_secs(10);
    while !done() {
        assert!(Instant::now() < give_up, "waited 10 s until {what}");
    }
}
