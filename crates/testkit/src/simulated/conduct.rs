//! What the test's thread and the server's thread share: the script, the record, and the gate.

use std::collections::VecDeque;
use std::sync::{Arc, Condvar, Mutex, MutexGuard};
use std::time::Instant;

use tokio::sync::watch;

use super::{Answer, Behaviour, Call, End, Persona, Recorded, SimulatedModel};

/// The shared state of one simulated provider.
pub(super) struct Conduct {
    pub(super) persona: Persona,
    state: Mutex<State>,
    changed: Condvar,
    gate: watch::Sender<Gate>,
}

struct State {
    key: Option<String>,
    models: Vec<SimulatedModel>,
    standing: Answer,
    next: VecDeque<(Call, Behaviour)>,
    always: Vec<(Call, Behaviour)>,
    requests: Vec<Recorded>,
    arrived: usize,
    connections: u64,
}

/// Whether words may pass.
#[derive(Debug, Clone, Copy)]
pub(super) struct Gate {
    /// Every chat stops.
    pub(super) held: bool,
    /// How often the test has released.
    pub(super) releases: u64,
}

/// What a request gets when it is recorded.
pub(super) struct Ticket {
    /// The behaviour scripted for this one request.
    pub(super) once: Option<Behaviour>,
    /// The behaviour scripted for all requests of its kind.
    pub(super) always: Option<Behaviour>,
    /// Releases so far: only later ones let this request go on.
    pub(super) releases: u64,
    /// To be told how the answer ended.
    pub(super) ending: Ending,
}

impl Conduct {
    pub(super) fn new(persona: Persona) -> Self {
        let state = State {
            key: persona.make_key(),
            models: SimulatedModel::usual(persona),
            standing: Answer::text("The rain had stopped before the letter came."),
            next: VecDeque::new(),
            always: Vec::new(),
            requests: Vec::new(),
            arrived: 0,
            connections: 0,
        };
        let (gate, _) = watch::channel(Gate { held: false, releases: 0 });
        Self { persona, state: Mutex::new(state), changed: Condvar::new(), gate }
    }

    /// Takes note of a request and what is scripted for it.
    pub(super) fn record(self: &Arc<Self>, mut request: Recorded) -> Ticket {
        let mut state = self.state();
        let call = request.call;
        let number = state.arrived;
        state.arrived += 1;
        request.number = number;
        state.requests.push(request);
        let place = state.next.iter().position(|(meant, _)| meant.covers(call));
        let once = place.and_then(|place| state.next.remove(place)).map(|(_, behaviour)| behaviour);
        let always =
            state.always.iter().rev().find(|(meant, _)| meant.covers(call)).map(|(_, wanted)| wanted.clone());
        let releases = self.gate.borrow().releases;
        self.changed.notify_all();
        drop(state);
        Ticket { once, always, releases, ending: Ending { conduct: Arc::clone(self), number, told: false } }
    }

    /// Numbers a new connection.
    pub(super) fn count_connection(&self) -> u64 {
        let mut state = self.state();
        state.connections += 1;
        state.connections
    }

    /// A view of the gate that can be awaited.
    pub(super) fn watch_gate(&self) -> watch::Receiver<Gate> {
        self.gate.subscribe()
    }

    pub(super) fn key(&self) -> Option<String> {
        self.state().key.clone()
    }

    pub(super) fn models(&self) -> Vec<SimulatedModel> {
        self.state().models.clone()
    }

    pub(super) fn standing(&self) -> Answer {
        self.state().standing.clone()
    }

    pub(super) fn set_key(&self, key: Option<String>) {
        self.state().key = key;
    }

    pub(super) fn set_models(&self, models: Vec<SimulatedModel>) {
        self.state().models = models;
    }

    pub(super) fn set_standing(&self, answer: Answer) {
        self.state().standing = answer;
    }

    pub(super) fn push_next(&self, call: Call, behaviour: Behaviour) {
        self.state().next.push_back((call, behaviour));
    }

    pub(super) fn push_always(&self, call: Call, behaviour: Behaviour) {
        self.state().always.push((call, behaviour));
    }

    pub(super) fn clear_script(&self) {
        let mut state = self.state();
        state.next.clear();
        state.always.clear();
    }

    pub(super) fn hold(&self) {
        // The state's lock orders this against requests that are being recorded.
        let _state = self.state();
        self.gate.send_modify(|gate| gate.held = true);
    }

    pub(super) fn release(&self) {
        let _state = self.state();
        self.gate.send_modify(|gate| {
            gate.held = false;
            gate.releases += 1;
        });
    }

    pub(super) fn requests(&self) -> Vec<Recorded> {
        self.state().requests.clone()
    }

    pub(super) fn forget_requests(&self) {
        self.state().requests.clear();
    }

    pub(super) fn connections(&self) -> u64 {
        self.state().connections
    }

    /// Waits until the condition holds; at the deadline the requests as they are, as an error.
    pub(super) fn wait_until(
        &self,
        deadline: Instant,
        condition: impl Fn(&[Recorded]) -> bool,
    ) -> Result<Vec<Recorded>, Vec<Recorded>> {
        let mut state = self.state();
        loop {
            if condition(&state.requests) {
                return Ok(state.requests.clone());
            }
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Err(state.requests.clone());
            }
            state = match self.changed.wait_timeout(state, left) {
                Ok((state, _)) => state,
                Err(poisoned) => poisoned.into_inner().0,
            };
        }
    }

    /// A panic of a test that holds the lock must not hide behind one of the server.
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

/// Belongs to one answer; dropped before it was told an end, the caller has gone away.
pub(super) struct Ending {
    conduct: Arc<Conduct>,
    number: usize,
    told: bool,
}

impl Ending {
    /// Notes how the answer ended. The first word counts.
    pub(super) fn tell(&mut self, end: End) {
        if self.told {
            return;
        }
        self.told = true;
        let mut state = self.conduct.state();
        if let Some(request) = state.requests.iter_mut().find(|request| request.number == self.number) {
            request.end = end;
        }
        self.conduct.changed.notify_all();
    }
}

impl Drop for Ending {
    fn drop(&mut self) {
        self.tell(End::ClosedEarly);
    }
}
