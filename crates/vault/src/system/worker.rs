//! The thread that alone talks to the system's keychain.

use super::store;
use crate::keychain::KeychainError;
use inkhorn_secret::Secret;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::{Builder, JoinHandle};

/// One thing to do, with the account it is about.
pub(super) enum Call {
    Read(String),
    Write(String, Secret),
    Remove(String),
}

/// The entries that were read; none for a call that only does something.
pub(super) type Answer = Result<Vec<Secret>, KeychainError>;

impl Call {
    pub(super) fn duplicate(&self) -> Self {
        match self {
            Self::Read(account) => Self::Read(account.clone()),
            Self::Write(account, value) => Self::Write(account.clone(), value.duplicate()),
            Self::Remove(account) => Self::Remove(account.clone()),
        }
    }

    /// Whether the answer to this call also answers the other.
    pub(super) fn asks_the_same(&self, other: &Self) -> bool {
        matches!((self, other), (Self::Read(one), Self::Read(two)) if one == two)
    }
}

/// A thread that does calls in order, until it is dropped and its last call is over.
pub(super) struct Worker {
    calls: Sender<(Call, Sender<Answer>)>,
    thread: JoinHandle<()>,
}

impl Worker {
    pub(super) fn start(service: &str) -> std::io::Result<Self> {
        let (calls, queue) = channel::<(Call, Sender<Answer>)>();
        let service = service.to_owned();
        let thread = Builder::new().name("keychain".to_owned()).spawn(move || work(&service, &queue))?;
        Ok(Self { calls, thread })
    }

    /// Hands a call over; `None` when the thread has ended.
    pub(super) fn ask(&self, call: Call) -> Option<Receiver<Answer>> {
        let (sender, receiver) = channel();
        self.calls.send((call, sender)).ok()?;
        Some(receiver)
    }

    pub(super) fn is_alive(&self) -> bool {
        !self.thread.is_finished()
    }
}

fn work(service: &str, queue: &Receiver<(Call, Sender<Answer>)>) {
    let mut connection = None;
    while let Ok((call, answer_to)) = queue.recv() {
        let answer = run(&mut connection, service, &call);
        if !matches!(answer, Ok(_) | Err(KeychainError::NoEntry)) {
            // A failed connection is not kept: the next call makes a new one.
            connection = None;
        }
        // Nobody listens any more when the call was given up; a late answer is fetched from the channel.
        let _ = answer_to.send(answer);
    }
}

fn run(connection: &mut Option<store::Connection>, service: &str, call: &Call) -> Answer {
    let connection = match connection {
        Some(open) => open,
        None => connection.insert(store::Connection::open()?),
    };
    match call {
        Call::Read(account) => connection.read(service, account),
        Call::Write(account, value) => connection.write(service, account, value).map(|()| Vec::new()),
        Call::Remove(account) => connection.remove(service, account).map(|()| Vec::new()),
    }
}
