//! A program that goes on running while the test looks at it.

use std::io::{Read, Write};
use std::process::Command;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use rustix::process::Signal;
use serde_json::Value;

use crate::Outcome;
use crate::group::Group;

/// A started program; its whole process group is killed when this is dropped.
pub struct Running {
    name: String,
    group: Group,
    stdout: Arc<Captured>,
    stderr: Arc<Captured>,
    readers: Vec<JoinHandle<()>>,
    patience: Duration,
}

/// A gateway that answers.
pub struct RunningServe {
    running: Running,
    address: String,
}

impl Running {
    #[track_caller]
    pub(crate) fn start(name: String, command: &mut Command, input: &[u8], patience: Duration) -> Self {
        let mut group = Group::start(command);
        let (stdout, stderr) = (Captured::default().into(), Captured::default().into());
        let readers = vec![
            capture(group.child.stdout.take().expect("the output is piped"), &stdout),
            capture(group.child.stderr.take().expect("the errors are piped"), &stderr),
        ];
        let mut stdin = group.child.stdin.take().expect("the input is piped");
        let input = input.to_vec();
        // On a thread of its own: a program that does not read must not stop the test. One that ends without
        // reading breaks the pipe, which is its right.
        std::thread::spawn(move || {
            let _ = stdin.write_all(&input);
        });
        Self { name, group, stdout, stderr, readers, patience }
    }

    /// The process id.
    pub fn id(&self) -> u32 {
        self.group.id()
    }

    /// Line `number` (from 1) of standard output, waited for. Panics when the program ends before.
    #[track_caller]
    pub fn wait_for_line(&self, number: usize) -> String {
        let line = |bytes: &[u8]| {
            let mut lines = bytes.split_inclusive(|byte| *byte == b'\n').filter(|line| line.ends_with(b"\n"));
            lines.nth(number - 1).map(|line| String::from_utf8_lossy(line).trim_end().to_owned())
        };
        self.stdout.wait_for(Instant::now() + self.patience, line).unwrap_or_else(|| {
            panic!("{} told no line {number}\n--- stderr\n{}", self.name, self.errors_so_far())
        })
    }

    /// What standard output holds so far.
    pub fn output_so_far(&self) -> Vec<u8> {
        self.stdout.state().bytes.clone()
    }

    /// Both outputs so far, to be searched.
    pub fn outputs_so_far(&self) -> (Vec<u8>, Vec<u8>) {
        (self.output_so_far(), self.stderr.state().bytes.clone())
    }

    /// Sends SIGINT, as Ctrl-C does.
    pub fn interrupt(&self) {
        self.group.signal(Signal::INT);
    }

    /// Sends SIGTERM.
    pub fn terminate(&self) {
        self.group.signal(Signal::TERM);
    }

    /// Sends SIGKILL.
    pub fn kill(&self) {
        self.group.signal(Signal::KILL);
    }

    /// Waits for its end. Panics when that takes longer than the program's patience.
    #[track_caller]
    pub fn wait(mut self) -> Outcome {
        let deadline = Instant::now() + self.patience;
        // Both outputs end when the program does; the status is then there at once.
        for captured in [&self.stdout, &self.stderr] {
            if !captured.wait_for_end(deadline) {
                let (stdout, stderr) = self.outputs_so_far();
                panic!(
                    "{} did not end within {} s\n--- stdout\n{}\n--- stderr\n{}",
                    self.name,
                    self.patience.as_secs_f64(),
                    String::from_utf8_lossy(&stdout),
                    String::from_utf8_lossy(&stderr)
                );
            }
        }
        let status = self.group.child.wait().expect("a child can be waited for");
        for reader in self.readers.drain(..) {
            reader.join().expect("a reader does not panic");
        }
        let (stdout, stderr) = self.outputs_so_far();
        Outcome { status, stdout, stderr }
    }

    fn errors_so_far(&self) -> String {
        String::from_utf8_lossy(&self.stderr.state().bytes).into_owned()
    }
}

impl RunningServe {
    /// Reads the first line, `{"address":"http://…"}`.
    #[track_caller]
    pub(crate) fn of(running: Running) -> Self {
        let line = running.wait_for_line(1);
        let document: Value = serde_json::from_str(&line)
            .unwrap_or_else(|error| panic!("the first line of serve is no JSON ({error}): {line}"));
        let address = document["address"]
            .as_str()
            .unwrap_or_else(|| panic!("the first line of serve tells no address: {line}"))
            .to_owned();
        Self { running, address }
    }

    /// `http://127.0.0.1:PORT`.
    pub fn address(&self) -> &str {
        &self.address
    }

    /// `127.0.0.1:PORT`, for a raw connection.
    pub fn authority(&self) -> &str {
        self.address.trim_start_matches("http://").trim_end_matches('/')
    }

    /// The process behind it.
    pub fn running(&self) -> &Running {
        &self.running
    }

    /// Ends it with SIGTERM and waits.
    #[track_caller]
    pub fn stop(self) -> Outcome {
        self.running.terminate();
        self.running.wait()
    }

    /// Ends it with SIGKILL, as a crash would, and waits.
    #[track_caller]
    pub fn kill(self) -> Outcome {
        self.running.kill();
        self.running.wait()
    }
}

/// One output of a program, filled by a thread.
#[derive(Default)]
struct Captured {
    state: Mutex<CapturedState>,
    changed: Condvar,
}

#[derive(Default)]
struct CapturedState {
    bytes: Vec<u8>,
    ended: bool,
}

impl Captured {
    fn state(&self) -> MutexGuard<'_, CapturedState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What `look` finds, waited for until the deadline or the end of the output.
    fn wait_for<T>(&self, deadline: Instant, look: impl Fn(&[u8]) -> Option<T>) -> Option<T> {
        let mut state = self.state();
        loop {
            if let Some(found) = look(&state.bytes) {
                return Some(found);
            }
            let left = deadline.saturating_duration_since(Instant::now());
            if state.ended || left.is_zero() {
                return None;
            }
            state = self.changed.wait_timeout(state, left).unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    fn wait_for_end(&self, deadline: Instant) -> bool {
        let mut state = self.state();
        while !state.ended {
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return false;
            }
            state = self.changed.wait_timeout(state, left).unwrap_or_else(PoisonError::into_inner).0;
        }
        true
    }
}

fn capture(mut from: impl Read + Send + 'static, into: &Arc<Captured>) -> JoinHandle<()> {
    let into = Arc::clone(into);
    std::thread::spawn(move || {
        let mut block = [0; 16 * 1024];
        loop {
            let count = from.read(&mut block).unwrap_or(0);
            let mut state = into.state();
            state.bytes.extend_from_slice(&block[..count]);
            state.ended = count == 0;
            let ended = state.ended;
            drop(state);
            into.changed.notify_all();
            if ended {
                return;
            }
        }
    })
}
