//! A terminal at a scratch profile: runs the program, keeps all that it says, and searches it for keys at the end.

use inkhorn_testkit::{Canary, Evidence, Outcome, Program, RealKeychain, ScratchProfile, assert_clean};
use serde_json::Value;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// A profile with a key and a passphrase of its own. Clones are other terminals at the same profile.
#[derive(Clone)]
pub(super) struct Terminal {
    profile: Arc<ScratchProfile>,
    /// Files of the test's own, apart from what is searched.
    desk: Arc<tempfile::TempDir>,
    key: Arc<Canary>,
    passphrase: Arc<Canary>,
    variables: Vec<(String, String)>,
    keychain: bool,
    said: Arc<Mutex<Evidence>>,
}

/// What a run came to.
pub(super) struct Ran {
    pub(super) status: i32,
    pub(super) stdout: String,
    pub(super) stderr: String,
}

/// A program that goes on, read line by line.
pub(super) struct Running {
    running: inkhorn_testkit::Running,
    read: usize,
    said: Arc<Mutex<Evidence>>,
}

impl Terminal {
    /// Without a keychain; the vault will have a passphrase.
    pub(super) fn fresh() -> Self {
        let passphrase = Canary::passphrase();
        let variables = vec![("INKHORN_PASSPHRASE".to_owned(), passphrase.text().to_owned())];
        Self { variables, passphrase: Arc::new(passphrase), ..Self::bare() }
    }

    /// With a keychain and no passphrase.
    pub(super) fn with_keychain(keychain: &RealKeychain) -> Self {
        Self::bare().in_keychain(keychain)
    }

    fn bare() -> Self {
        Self {
            profile: Arc::new(ScratchProfile::make()),
            desk: Arc::new(tempfile::tempdir().expect("a scratch folder")),
            key: Arc::new(Canary::key()),
            passphrase: Arc::new(Canary::passphrase()),
            variables: Vec::new(),
            keychain: false,
            said: Arc::default(),
        }
    }

    /// Another terminal at the same profile, in the session of this keychain.
    pub(super) fn in_keychain(&self, keychain: &RealKeychain) -> Self {
        let variables =
            keychain.variables().into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        Self { variables, keychain: true, ..self.clone() }
    }

    /// Another terminal at the same profile, in a session without a keychain.
    pub(super) fn without_keychain(&self) -> Self {
        Self { variables: Vec::new(), keychain: false, ..self.clone() }
    }

    /// Another terminal at the same profile that knows no passphrase.
    pub(super) fn without_passphrase(&self) -> Self {
        Self { variables: Vec::new(), ..self.clone() }
    }

    /// Another terminal at the same profile with another passphrase.
    pub(super) fn with_passphrase(&self, passphrase: &str) -> Self {
        let variables = vec![("INKHORN_PASSPHRASE".to_owned(), passphrase.to_owned())];
        Self { variables, ..self.clone() }
    }

    /// The key that must never be found.
    pub(super) fn key(&self) -> &str {
        self.key.text()
    }

    /// The profile's folder.
    pub(super) fn dir(&self) -> PathBuf {
        self.profile.data_dir()
    }

    /// A file of the test's own.
    pub(super) fn file(&self, name: &str, content: &str) -> String {
        let path = self.desk.path().join(name);
        std::fs::write(&path, content).expect("written");
        path.to_str().expect("a scratch path is text").to_owned()
    }

    fn program(&self) -> Program {
        let mut program = Program::on(&self.profile);
        if self.keychain {
            program = program.without_variable("INKHORN_NO_KEYCHAIN");
        }
        self.variables.iter().fold(program, |program, (name, value)| program.with_variable(name, value))
    }

    /// Runs to the end.
    #[track_caller]
    pub(super) fn run(&self, line: &[&str]) -> Ran {
        self.run_with(line, b"")
    }

    /// Runs to the end with this on standard input.
    #[track_caller]
    pub(super) fn run_with(&self, line: &[&str], input: &[u8]) -> Ran {
        self.keep(line, self.program().run_with_input(line, input))
    }

    /// Runs a script of the shell in which `$INKHORN` is the program.
    #[track_caller]
    pub(super) fn shell(&self, script: &str) -> Ran {
        let program = self.program();
        let file = program.file().to_str().expect("a path is text").to_owned();
        let shell = Program::of_file("/bin/sh".into(), &self.profile).with_variable("INKHORN", &file);
        let shell =
            self.variables.iter().fold(shell, |shell, (name, value)| shell.with_variable(name, value));
        self.keep(&["sh"], shell.run(&["-c", script]))
    }

    /// Starts and goes on.
    #[track_caller]
    pub(super) fn spawn(&self, line: &[&str]) -> Running {
        self.spawn_with(line, b"")
    }

    /// Starts with this on standard input and goes on.
    #[track_caller]
    pub(super) fn spawn_with(&self, line: &[&str], input: &[u8]) -> Running {
        Running { running: self.program().start(line, input), read: 0, said: self.said.clone() }
    }

    fn keep(&self, line: &[&str], outcome: Outcome) -> Ran {
        keep(&self.said, line.first().copied().unwrap_or("inkhorn"), outcome)
    }

    /// The one document of a command that must succeed.
    #[track_caller]
    pub(super) fn json(&self, line: &[&str]) -> Value {
        self.json_with(line, "")
    }

    /// The same with this on standard input.
    #[track_caller]
    pub(super) fn json_with(&self, line: &[&str], input: &str) -> Value {
        let ran = self.run_with(&[line, &["--json"]].concat(), input.as_bytes());
        assert_eq!(ran.status, 0, "{line:?}\n{}\n{}", ran.stdout, ran.stderr);
        ran.document()
    }

    /// The same with these variables besides.
    #[track_caller]
    pub(super) fn json_in(&self, line: &[&str], variables: &[(&str, &str)]) -> Value {
        let mut other = self.clone();
        other
            .variables
            .extend(variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
        other.json(line)
    }

    /// The documents of a command that must succeed, one per line.
    #[track_caller]
    pub(super) fn lines(&self, line: &[&str]) -> Vec<Value> {
        let ran = self.run(&[line, &["--json"]].concat());
        assert_eq!(ran.status, 0, "{line:?}\n{}\n{}", ran.stdout, ran.stderr);
        ran.documents()
    }

    /// The words of a command that must succeed.
    #[track_caller]
    pub(super) fn words(&self, line: &[&str]) -> String {
        let ran = self.run(line);
        assert_eq!(ran.status, 0, "{line:?}\n{}\n{}", ran.stdout, ran.stderr);
        ran.stdout
    }

    /// Status and error of a command that must fail.
    #[track_caller]
    pub(super) fn fails(&self, line: &[&str]) -> (i32, Value) {
        self.fails_with(line, b"")
    }

    /// The same with this on standard input.
    #[track_caller]
    pub(super) fn fails_with(&self, line: &[&str], input: &[u8]) -> (i32, Value) {
        let ran = self.run_with(&[&["--json"], line].concat(), input);
        assert_ne!(ran.status, 0, "{line:?} succeeded\n{}", ran.stdout);
        let last = ran.documents().pop().unwrap_or_else(|| panic!("{line:?} told nothing\n{}", ran.stderr));
        let error = last["error"].clone();
        for part in ["code", "message", "hint"] {
            assert!(error[part].as_str().is_some_and(|text| !text.is_empty()), "no {part} in {last}");
        }
        (ran.status, error)
    }

    /// Adds a connection with the terminal's key.
    #[track_caller]
    pub(super) fn add(&self, options: &[&str]) -> Value {
        self.json_with(&[&["connections", "add", "--key-stdin"], options].concat(), self.key())
    }

    /// Neither key nor passphrase is in any file of the profile or in anything that was said.
    #[track_caller]
    pub(super) fn assert_clean(&self) {
        self.assert_without(&[]);
    }

    /// Nor are these texts in any file of the profile.
    #[track_caller]
    pub(super) fn assert_without(&self, texts: &[&str]) {
        let said = std::mem::take(&mut *self.said.lock().expect("no test panics in here"));
        assert_clean(&said, &[&self.key, &self.passphrase]);
        let texts: Vec<Canary> = texts.iter().map(|text| Canary::of("text", text)).collect();
        let all: Vec<&Canary> = [&*self.key, &*self.passphrase].into_iter().chain(&texts).collect();
        self.profile.assert_clean(&all);
    }

    /// SQLite finds nothing wrong with either database.
    #[track_caller]
    pub(super) fn assert_sound(&self) {
        for file in ["inkhorn.db", "usage.db"] {
            let db = rusqlite::Connection::open(self.dir().join(file)).expect("opens");
            let found: String = db.query_row("PRAGMA quick_check", [], |row| row.get(0)).expect("checks");
            assert_eq!(found, "ok", "{file}");
        }
    }
}

impl Ran {
    /// Standard output as the one document that it must be.
    #[track_caller]
    pub(super) fn document(&self) -> Value {
        serde_json::from_str(&self.stdout)
            .unwrap_or_else(|error| panic!("not one document ({error}): {}", self.stdout))
    }

    /// Standard output as one document per line.
    #[track_caller]
    pub(super) fn documents(&self) -> Vec<Value> {
        let read = |line: &str| {
            serde_json::from_str(line).unwrap_or_else(|error| panic!("no document ({error}): {line}"))
        };
        self.stdout.lines().map(read).collect()
    }
}

impl Running {
    /// The next line of standard output, as a document.
    #[track_caller]
    pub(super) fn line(&mut self) -> Value {
        self.read += 1;
        let line = self.running.wait_for_line(self.read);
        serde_json::from_str(&line).unwrap_or_else(|error| panic!("no document ({error}): {line}"))
    }

    /// Ctrl-C.
    pub(super) fn interrupt(&self) {
        self.running.interrupt();
    }

    /// The polite request to end.
    pub(super) fn terminate(&self) {
        self.running.terminate();
    }

    /// `kill -9`.
    pub(super) fn kill(&self) {
        self.running.kill();
    }

    /// Waits for its end. The status is -1 where a signal ended it; half a line at the end is left out.
    #[track_caller]
    pub(super) fn finish(self) -> Ran {
        let mut ran = keep(&self.said, "running", self.running.wait());
        if let Some(end) = ran.stdout.rfind('\n') {
            ran.stdout.truncate(end + 1);
        } else {
            ran.stdout.clear();
        }
        ran
    }
}

fn keep(said: &Mutex<Evidence>, name: &str, outcome: Outcome) -> Ran {
    let mut said = said.lock().expect("no test panics in here");
    *said = std::mem::take(&mut *said).outcome(name, &outcome);
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("text");
    Ran { status: outcome.code().unwrap_or(-1), stdout: text(outcome.stdout), stderr: text(outcome.stderr) }
}

/// The object has these fields, whatever else.
#[track_caller]
pub(super) fn fields(object: &Value, names: &[&str]) {
    for name in names {
        assert!(object.get(name).is_some(), "no {name} in {object}");
    }
}

/// One plain HTTP request to `host:port`, as a small program would make it: status and what came behind the head.
#[track_caller]
pub(super) fn over_http(host: &str, method: &str, path: &str, token: &str, body: &str) -> (u16, String) {
    let mut stream = TcpStream::connect(host).expect("somebody answers");
    stream.set_read_timeout(Some(Duration::from_secs(20))).expect("a deadline");
    let length = body.len();
    let head = format!(
        "{method} {path} HTTP/1.1\r\nhost: {host}\r\nauthorization: Bearer {token}\r\ncontent-type: application/json\r\n\
         content-length: {length}\r\nconnection: close\r\n\r\n"
    );
    stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(body.as_bytes())).expect("sent");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("answered");
    let status = answer.split(' ').nth(1).and_then(|status| status.parse().ok()).expect("a status");
    (status, answer.split_once("\r\n\r\n").map(|(_, body)| body.to_owned()).unwrap_or_default())
}
