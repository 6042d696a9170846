//! The keychain of the system, on a thread of its own, with deadlines.
//!
//! The libraries below have none: a keychain that shows a window and gets no answer holds its caller for ever. So
//! each call is handed to a worker thread and waited for. A worker that got stuck is left to itself; after a pause the
//! next call gets a new one. An answer that comes late is still used. Nothing is remembered of a failure: the
//! connection to the keychain is made anew.

mod store;
mod worker;

use crate::keychain::{Keychain, KeychainError, NoKeychain, Patience};
use inkhorn_secret::Secret;
use parking_lot::Mutex;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, TryRecvError};
use std::time::{Duration, Instant};
use worker::{Answer, Call, Worker};

/// How long calls to the keychain may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Deadlines {
    /// For calls that nobody asked for.
    pub probe: Duration,
    /// For calls that the writer started and may have to confirm.
    pub asked: Duration,
    /// How long a keychain that did not answer is left alone.
    pub hold_off: Duration,
}

impl Default for Deadlines {
    fn default() -> Self {
        Self {
            probe: Duration::from_secs(5),
            asked: Duration::from_secs(120),
            hold_off: Duration::from_secs(30),
        }
    }
}

/// The keychain of the system: Secret Service, macOS Keychain or Windows Credential Manager.
pub struct SystemKeychain {
    service: String,
    deadlines: Deadlines,
    lane: Mutex<Lane>,
}

/// The name that entries of released programs stand under.
const SERVICE: &str = if cfg!(debug_assertions) { "dev.inkhorn.Inkhorn.dev" } else { "dev.inkhorn.Inkhorn" };
/// Threads that may hang in a dead keychain before no more are made.
const MOST_STUCK: usize = 8;

/// The keychain that this process is to use: none where `INKHORN_NO_KEYCHAIN` is `1`, else the system's, under the
/// service name of `INKHORN_KEYCHAIN_SERVICE` where that is set. Makes no call.
pub fn resolve_keychain() -> Arc<dyn Keychain> {
    if std::env::var_os("INKHORN_NO_KEYCHAIN").is_some_and(|value| value == "1") {
        return Arc::new(NoKeychain);
    }
    let service = std::env::var("INKHORN_KEYCHAIN_SERVICE").ok().filter(|name| !name.is_empty());
    Arc::new(SystemKeychain::new(service.as_deref().unwrap_or(SERVICE), Deadlines::default()))
}

impl SystemKeychain {
    /// Entries stand under this service name. Makes no call and no thread yet.
    pub fn new(service: &str, deadlines: Deadlines) -> Self {
        Self { service: service.to_owned(), deadlines, lane: Mutex::default() }
    }

    fn call(&self, call: Call, patience: Patience) -> Answer {
        let deadline = match patience {
            Patience::Probe => self.deadlines.probe,
            Patience::Asked => self.deadlines.asked,
        };
        let waiting = match self.lane.lock().submit(&self.service, self.deadlines.hold_off, &call) {
            Submitted::Waiting(receiver) => receiver,
            Submitted::Answered(answer) => return answer,
        };
        match waiting.recv_timeout(deadline) {
            Ok(answer) => answer,
            // The worker died with the call: the library below panicked.
            Err(RecvTimeoutError::Disconnected) => {
                self.lane.lock().worker = None;
                Err(KeychainError::Unavailable)
            }
            Err(RecvTimeoutError::Timeout) => {
                self.lane.lock().fall_silent(call, waiting);
                Err(KeychainError::Silent)
            }
        }
    }
}

impl Keychain for SystemKeychain {
    fn backend(&self) -> &str {
        store::BACKEND
    }

    fn read(&self, account: &str, patience: Patience) -> Result<Vec<Secret>, KeychainError> {
        self.call(Call::Read(account.to_owned()), patience)
    }

    fn write(&self, account: &str, value: &Secret, patience: Patience) -> Result<(), KeychainError> {
        self.call(Call::Write(account.to_owned(), value.duplicate()), patience).map(drop)
    }

    fn remove(&self, account: &str, patience: Patience) -> Result<(), KeychainError> {
        self.call(Call::Remove(account.to_owned()), patience).map(drop)
    }
}

/// The worker in use, and what became of calls that were given up.
#[derive(Default)]
struct Lane {
    worker: Option<Worker>,
    silence: Option<Silence>,
    /// Workers that were left to themselves.
    stuck: Vec<Worker>,
}

struct Silence {
    since: Instant,
    call: Call,
    waiting: Receiver<Answer>,
}

enum Submitted {
    Waiting(Receiver<Answer>),
    Answered(Answer),
}

impl Lane {
    fn submit(&mut self, service: &str, hold_off: Duration, call: &Call) -> Submitted {
        if let Some(silence) = self.silence.take() {
            match silence.waiting.try_recv() {
                // The late answer to the same question is as good as a new one; to another one it shows life.
                Ok(Ok(entries)) if silence.call.asks_the_same(call) => {
                    return Submitted::Answered(Ok(entries));
                }
                Ok(_) => {}
                Err(TryRecvError::Empty) if silence.since.elapsed() < hold_off => {
                    self.silence = Some(silence);
                    return Submitted::Answered(Err(KeychainError::Silent));
                }
                Err(TryRecvError::Empty | TryRecvError::Disconnected) => {
                    self.stuck.extend(self.worker.take());
                }
            }
        }
        self.stuck.retain(Worker::is_alive);
        if self.stuck.len() >= MOST_STUCK {
            return Submitted::Answered(Err(KeychainError::Silent));
        }
        if self.worker.as_ref().is_none_or(|worker| !worker.is_alive()) {
            self.worker = Worker::start(service).ok();
        }
        match self.worker.as_ref().and_then(|worker| worker.ask(call.duplicate())) {
            Some(receiver) => Submitted::Waiting(receiver),
            None => Submitted::Answered(Err(KeychainError::Unavailable)),
        }
    }

    fn fall_silent(&mut self, call: Call, waiting: Receiver<Answer>) {
        if let (Call::Write(account, _), Some(worker)) = (&call, &self.worker) {
            // Should the entry still come to be, it belongs to no vault: it goes again, in the same order.
            let _ = worker.ask(Call::Remove(account.clone()));
        }
        self.silence = Some(Silence { since: Instant::now(), call, waiting });
    }
}
