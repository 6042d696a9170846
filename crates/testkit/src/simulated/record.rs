//! What the simulated provider remembers of each request.

use std::time::Instant;

use super::Call;

/// One request as it came, and how its answer ended.
#[derive(Clone)]
pub struct Recorded {
    /// Position in order of arrival, from 0.
    pub number: usize,
    /// Which connection it came on, from 1: two requests on one connection share the number.
    pub connection: u64,
    /// What kind of request it is.
    pub call: Call,
    /// `GET`, `POST`.
    pub method: String,
    /// Path with its query.
    pub path: String,
    /// Headers in order of arrival, names in lower case.
    pub headers: Vec<(String, String)>,
    /// The whole body.
    pub body: Vec<u8>,
    /// When it had come in whole.
    pub at: Instant,
    /// How its answer ended, at the moment of asking.
    pub end: End,
}

/// How an answer ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// It goes on, or hangs.
    Open,
    /// All of it was handed to the connection.
    Finished,
    /// The caller went away before.
    ClosedEarly,
    /// The simulated provider broke it off, as scripted.
    CutByServer,
}

impl Recorded {
    /// The first header of this name.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(have, _)| have.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    /// The body as JSON; panics with the path if it is none.
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body)
            .unwrap_or_else(|error| panic!("the body of {} {} is no JSON: {error}", self.method, self.path))
    }

    /// Whether the caller went away before the answer was done.
    pub fn closed_early(&self) -> bool {
        self.end == End::ClosedEarly
    }
}

impl std::fmt::Debug for Recorded {
    /// Without headers and body: failures of tests are printed, and those hold keys and texts.
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            out,
            "#{} {} {} ({} bytes, connection {}, {:?})",
            self.number,
            self.method,
            self.path,
            self.body.len(),
            self.connection,
            self.end
        )
    }
}
