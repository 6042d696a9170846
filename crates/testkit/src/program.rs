//! The built `inkhorn`, run as a person or a script runs it.

use std::path::PathBuf;
use std::process::{Command, ExitStatus, Stdio};
use std::time::Duration;

use serde_json::Value;

use crate::running::{Running, RunningServe};
use crate::{RealKeychain, ScratchProfile};

/// How to run the program: on which profile, with which keychain, with which variables.
pub struct Program {
    file: PathBuf,
    variables: Vec<(String, String)>,
    patience: Duration,
}

/// What a run came to.
#[derive(Debug, Clone)]
pub struct Outcome {
    /// How it ended.
    pub status: ExitStatus,
    /// Everything on standard output.
    pub stdout: Vec<u8>,
    /// Everything on standard error.
    pub stderr: Vec<u8>,
}

impl Program {
    /// The built program on this profile, without a keychain (`INKHORN_NO_KEYCHAIN=1`), with nothing of the
    /// surroundings but `PATH`: no proxies, no keys, no bus. The file is `INKHORN_BIN`, or `inkhorn` in the target
    /// folder of the running test.
    pub fn on(profile: &ScratchProfile) -> Self {
        Self::of_file(built(), profile)
    }

    /// Another executable under the same conditions.
    pub fn of_file(file: PathBuf, profile: &ScratchProfile) -> Self {
        let text = |path: PathBuf| path.to_str().expect("a scratch path is text").to_owned();
        let variables = [
            ("PATH", std::env::var("PATH").unwrap_or_default()),
            ("LANG", "C.UTF-8".to_owned()),
            ("HOME", text(profile.home())),
            ("TMPDIR", text(profile.temporary())),
            ("RUST_BACKTRACE", "1".to_owned()),
            ("INKHORN_DATA_DIR", text(profile.data_dir())),
            ("INKHORN_NO_KEYCHAIN", "1".to_owned()),
        ];
        let variables = variables.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        Self { file, variables, patience: Duration::from_secs(60) }
    }

    /// With this keychain in reach.
    pub fn with_keychain(mut self, keychain: &RealKeychain) -> Self {
        self.variables.retain(|(name, _)| name != "INKHORN_NO_KEYCHAIN");
        keychain
            .variables()
            .into_iter()
            .fold(self, |program, (name, value)| program.with_variable(name, &value))
    }

    /// With a passphrase for the vault (`INKHORN_PASSPHRASE`).
    pub fn with_passphrase(self, passphrase: &str) -> Self {
        self.with_variable("INKHORN_PASSPHRASE", passphrase)
    }

    /// With this variable, in place of an earlier one of the name.
    pub fn with_variable(mut self, name: &str, value: &str) -> Self {
        self.variables.retain(|(have, _)| have != name);
        self.variables.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Without this variable.
    pub fn without_variable(mut self, name: &str) -> Self {
        self.variables.retain(|(have, _)| have != name);
        self
    }

    /// Runs longer than this end the test. 60 s unless told.
    pub fn with_patience(mut self, patience: Duration) -> Self {
        self.patience = patience;
        self
    }

    /// The executable.
    pub fn file(&self) -> &std::path::Path {
        &self.file
    }

    /// Runs to its end, with empty standard input.
    #[track_caller]
    pub fn run(&self, arguments: &[&str]) -> Outcome {
        self.run_with_input(arguments, b"")
    }

    /// Runs to its end, with this on standard input.
    #[track_caller]
    pub fn run_with_input(&self, arguments: &[&str], input: &[u8]) -> Outcome {
        self.start(arguments, input).wait()
    }

    /// Starts and goes on; the input is written and closed.
    #[track_caller]
    pub fn start(&self, arguments: &[&str], input: &[u8]) -> Running {
        let mut command = Command::new(&self.file);
        command
            .args(arguments)
            .env_clear()
            .envs(self.variables.iter().map(|(name, value)| (name, value)))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let name = format!("inkhorn {}", arguments.join(" "));
        Running::start(name, &mut command, input, self.patience)
    }

    /// Starts the gateway, `serve` with these options besides (`--port 0` if none is given), and waits for its
    /// address. `arguments` may begin with shared options, such as `--json`.
    #[track_caller]
    pub fn spawn_serve(&self, arguments: &[&str]) -> RunningServe {
        let mut all = vec!["serve"];
        all.extend(arguments);
        if !arguments.contains(&"--port") {
            all.extend(["--port", "0"]);
        }
        RunningServe::of(self.start(&all, b""))
    }
}

impl Outcome {
    /// Whether it ended with status 0.
    pub fn succeeded(&self) -> bool {
        self.status.success()
    }

    /// The exit status; none where a signal ended it.
    pub fn code(&self) -> Option<i32> {
        self.status.code()
    }

    /// This outcome, if it ended with status 0; else a panic with both outputs.
    #[track_caller]
    pub fn expect_success(self) -> Self {
        assert!(self.succeeded(), "ended with {}\n{}", self.status, self.told());
        self
    }

    /// Standard output as text.
    #[track_caller]
    pub fn text(&self) -> &str {
        std::str::from_utf8(&self.stdout).unwrap_or_else(|_| panic!("the output is no text\n{}", self.told()))
    }

    /// Standard output as the one JSON document that it must be.
    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.stdout)
            .unwrap_or_else(|error| panic!("the output is not one JSON document: {error}\n{}", self.told()))
    }

    /// Standard output as one JSON document per line.
    #[track_caller]
    pub fn json_lines(&self) -> Vec<Value> {
        let read = |line: &str| {
            serde_json::from_str(line)
                .unwrap_or_else(|error| panic!("a line is no JSON document: {error}\n{}", self.told()))
        };
        self.text().lines().map(read).collect()
    }

    /// The error code in the last document, if it tells an error.
    pub fn error_code(&self) -> Option<String> {
        let text = std::str::from_utf8(&self.stdout).ok()?;
        let last: Value =
            serde_json::from_str(text.lines().last()?).or_else(|_| serde_json::from_str(text)).ok()?;
        last["error"]["code"].as_str().map(str::to_owned)
    }

    /// Both outputs, for a failing test's message.
    fn told(&self) -> String {
        format!(
            "--- stdout\n{}\n--- stderr\n{}",
            String::from_utf8_lossy(&self.stdout),
            String::from_utf8_lossy(&self.stderr)
        )
    }
}

/// The `inkhorn` that belongs to the running test.
fn built() -> PathBuf {
    if let Some(file) = std::env::var_os("INKHORN_BIN") {
        return file.into();
    }
    let test = std::env::current_exe().expect("the test has a path");
    // target/debug/deps/test-… or target/debug/examples/…: the program lies a folder up.
    let file = test.parent().and_then(std::path::Path::parent).map(|folder| folder.join("inkhorn"));
    match file {
        Some(file) if file.is_file() => file,
        _ => panic!("inkhorn is not built beside {}; run: cargo build -p inkhorn-cli", test.display()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shell(profile: &ScratchProfile) -> Program {
        Program::of_file("/bin/sh".into(), profile)
    }

    #[test]
    fn only_what_is_needed_reaches_the_program() {
        let profile = ScratchProfile::make();
        let outcome = shell(&profile).with_passphrase("open sesame").run(&["-c", "env"]).expect_success();
        let mut names: Vec<&str> = outcome.text().lines().filter_map(|line| line.split('=').next()).collect();
        names.retain(|name| !["PWD", "SHLVL", "_", "OLDPWD"].contains(name));
        names.sort_unstable();
        let wanted = [
            "HOME",
            "INKHORN_DATA_DIR",
            "INKHORN_NO_KEYCHAIN",
            "INKHORN_PASSPHRASE",
            "LANG",
            "PATH",
            "RUST_BACKTRACE",
            "TMPDIR",
        ];
        assert_eq!(names, wanted);
        assert!(outcome.text().contains(profile.data_dir().to_str().unwrap()));
    }

    #[test]
    fn input_outputs_and_status_are_kept() {
        let profile = ScratchProfile::make();
        let input = vec![b'k'; 300_000];
        let outcome = shell(&profile).run_with_input(&["-c", "cat; echo told >&2; exit 3"], &input);
        assert_eq!(outcome.code(), Some(3));
        assert_eq!(outcome.stdout, input);
        assert_eq!(outcome.stderr, b"told\n");
        let failed = shell(&profile)
            .run(&["-c", r#"echo '{"delta":"x"}'; echo '{"error":{"code":"wrong_key"}}'; exit 1"#]);
        assert_eq!(failed.error_code().as_deref(), Some("wrong_key"));
        assert_eq!(failed.json_lines().len(), 2);
    }

    #[test]
    #[should_panic(expected = "did not end within 0.2 s")]
    fn a_program_that_hangs_ends_the_test() {
        let profile = ScratchProfile::make();
        shell(&profile).with_patience(Duration::from_millis(200)).run(&["-c", "cat /dev/zero > /dev/null"]);
    }

    #[test]
    fn the_address_of_a_server_is_read_and_its_whole_group_ends() {
        let profile = ScratchProfile::make();
        let script = r#"echo "{\"address\":\"http://127.0.0.1:1234\"}"; sleep 1000 & echo $!; wait"#;
        let serve = RunningServe::of(shell(&profile).start(&["-c", script], b""));
        assert_eq!(serve.address(), "http://127.0.0.1:1234");
        let grandchild = serve.running().wait_for_line(2);
        let status = std::path::PathBuf::from(format!("/proc/{grandchild}/status"));
        assert!(status.exists());
        drop(serve);
        // An orphan may stay a zombie where nobody reaps it; it must not run. The kill is on its way, not waited for.
        let runs = || std::fs::read_to_string(&status).is_ok_and(|text| !text.contains("State:\tZ"));
        let deadline = std::time::Instant::now() + Duration::from_secs(10);
        while runs() && std::time::Instant::now() < deadline {
            std::thread::yield_now();
        }
        assert!(!runs());
    }
}
