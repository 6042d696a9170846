//! The handle that a test holds: starts the server, scripts it, conducts it, and asks what came.

use std::net::SocketAddr;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use tokio::sync::oneshot;

use super::conduct::Conduct;
use super::{Answer, Behaviour, Call, End, Persona, Recorded, SimulatedModel, serve};

/// How long the waiting calls wait before they end the test.
const PATIENCE: Duration = Duration::from_secs(20);

/// A simulated provider: a real HTTP/1.1 server with a thread of its own, ended when dropped.
///
/// Until it is scripted it answers correctly: a model list with the extras of its persona, chats plain and
/// streamed, usage, and a refusal of every key but its own ([`Self::key`]).
pub struct SimulatedProvider {
    persona: Persona,
    bound: SocketAddr,
    conduct: Arc<Conduct>,
    end: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl SimulatedProvider {
    /// Starts on 127.0.0.1 with a free port. Personas of the cloud get a fresh key of their form, local ones none.
    pub fn start(persona: Persona) -> Self {
        Self::start_on(persona, SocketAddr::from(([127, 0, 0, 1], 0)))
    }

    /// Starts on this address, for example `[::1]:0`.
    pub fn start_on(persona: Persona, address: SocketAddr) -> Self {
        Self::try_start_on(persona, address)
            .unwrap_or_else(|error| panic!("the simulated provider cannot listen on {address}: {error}"))
    }

    /// Starts on this address, or says why it cannot listen there.
    pub fn try_start_on(persona: Persona, address: SocketAddr) -> std::io::Result<Self> {
        let listener = std::net::TcpListener::bind(address)?;
        let bound = listener.local_addr()?;
        let conduct = Arc::new(Conduct::new(persona));
        let (end, ended) = oneshot::channel();
        let thread = serve::spawn(listener, Arc::clone(&conduct), ended);
        Ok(Self { persona, bound, conduct, end: Some(end), thread: Some(thread) })
    }

    /// Starts on 127.0.0.1, accepting exactly this key.
    pub fn start_with_key(persona: Persona, key: &str) -> Self {
        let started = Self::start(persona);
        started.set_key(Some(key));
        started
    }

    /// Whom it imitates.
    pub fn persona(&self) -> Persona {
        self.persona
    }

    /// `http://127.0.0.1:PORT`, without path.
    pub fn address(&self) -> String {
        format!("http://{}", self.bound)
    }

    /// The base URL that a writer would give for it: the address with the usual path of the persona.
    pub fn base_url(&self) -> String {
        format!("{}{}", self.address(), self.persona.base_path())
    }

    /// The address and port it listens on.
    pub fn socket_address(&self) -> SocketAddr {
        self.bound
    }

    /// The key it accepts; `None`: it asks for none.
    pub fn key(&self) -> Option<String> {
        self.conduct.key()
    }

    /// From now on exactly this key is accepted, or none is asked for.
    pub fn set_key(&self, key: Option<&str>) {
        self.conduct.set_key(key.map(str::to_owned));
    }

    /// The models it lists and serves from now on. The names of [`Behaviour::NAMES`] are served besides.
    pub fn set_models(&self, models: Vec<SimulatedModel>) {
        self.conduct.set_models(models);
    }

    /// The models it lists.
    pub fn models(&self) -> Vec<SimulatedModel> {
        self.conduct.models()
    }

    /// What correct answers say from now on.
    pub fn answer_with(&self, answer: Answer) {
        self.conduct.set_standing(answer);
    }

    /// The next request of this kind that is not yet spoken for is answered so. Calls add up, in order.
    pub fn next(&self, call: Call, behaviour: Behaviour) {
        self.conduct.push_next(call, behaviour);
    }

    /// All requests of this kind are answered so, until another call says otherwise. A model named after a behaviour
    /// goes before it.
    pub fn always(&self, call: Call, behaviour: Behaviour) {
        self.conduct.push_always(call, behaviour);
    }

    /// Forgets all that was scripted with [`Self::next`] and [`Self::always`].
    pub fn behave(&self) {
        self.conduct.clear_script();
    }

    /// From now on every chat stops before its next word (a plain one before its answer).
    pub fn hold(&self) {
        self.conduct.hold();
    }

    /// Ends [`Self::hold`] and lets go on what waits in [`Behaviour::Slow`] and [`Behaviour::HoldAfter`]. Only
    /// requests that have come are let go, so wait for them first.
    pub fn release(&self) {
        self.conduct.release();
    }

    /// What has come so far, in order of arrival.
    pub fn requests(&self) -> Vec<Recorded> {
        self.conduct.requests()
    }

    /// The chats among [`Self::requests`].
    pub fn chats(&self) -> Vec<Recorded> {
        self.requests().into_iter().filter(|request| request.call == Call::Chat).collect()
    }

    /// Forgets the requests; numbers go on from where they were.
    pub fn forget_requests(&self) {
        self.conduct.forget_requests();
    }

    /// How many connections were ever accepted.
    pub fn connections(&self) -> u64 {
        self.conduct.connections()
    }

    /// Waits until so many requests have come, and gives them. Panics after 20 s.
    pub fn wait_for(&self, count: usize) -> Vec<Recorded> {
        self.wait_until(&format!("{count} requests"), |requests| requests.len() >= count)
    }

    /// Waits until so many chats have come, and gives them. Panics after 20 s.
    pub fn wait_for_chats(&self, count: usize) -> Vec<Recorded> {
        let chats = |requests: &[Recorded]| requests.iter().filter(|one| one.call == Call::Chat).count();
        self.wait_until(&format!("{count} chats"), |requests| chats(requests) >= count);
        self.chats()
    }

    /// Waits until the answer to the request of this number has ended, and says how. Panics after 20 s.
    pub fn wait_for_end(&self, number: usize) -> End {
        let ended = |requests: &[Recorded]| {
            requests
                .iter()
                .find(|one| one.number == number)
                .map(|one| one.end)
                .filter(|end| *end != End::Open)
        };
        let requests =
            self.wait_until(&format!("the end of #{number}"), |requests| ended(requests).is_some());
        ended(&requests).expect("it has ended")
    }

    /// Waits until the requests are as the condition wants them, and gives them. Panics after 20 s, naming `what`.
    pub fn wait_until(&self, what: &str, condition: impl Fn(&[Recorded]) -> bool) -> Vec<Recorded> {
        self.conduct.wait_until(Instant::now() + PATIENCE, condition).unwrap_or_else(|requests| {
            panic!("waited {} s for {what}; what came: {requests:#?}", PATIENCE.as_secs())
        })
    }
}

impl Drop for SimulatedProvider {
    /// Ends the server; its port refuses from then on.
    fn drop(&mut self) {
        if let Some(end) = self.end.take() {
            // The thread may have ended by itself already.
            let _ = end.send(());
        }
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// An address on 127.0.0.1 at which nobody listens: a connection is refused.
pub fn refused_address() -> SocketAddr {
    let listener = std::net::TcpListener::bind(("127.0.0.1", 0)).expect("a free port");
    listener.local_addr().expect("a bound listener has an address")
}
