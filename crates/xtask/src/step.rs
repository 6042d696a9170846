//! Steps with a name and a duration, and the running of other programs.

use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::time::Instant;

/// Done, or a sentence that says why not.
pub type Outcome<T = ()> = Result<T, String>;

/// The steps of one command.
pub struct Steps {
    began: Instant,
    at: String,
    /// Tests that passed and failed so far.
    counted: (usize, usize),
}

impl Steps {
    /// Begins to count the time.
    pub fn start() -> Self {
        Self { began: Instant::now(), at: String::new(), counted: (0, 0) }
    }

    /// Does one step and tells how long it took. Later steps do not run after a failed one.
    pub fn step<T>(&mut self, name: &str, work: impl FnOnce() -> Outcome<T>) -> Outcome<T> {
        println!("== {name}");
        name.clone_into(&mut self.at);
        let began = Instant::now();
        let done = work()?;
        println!("   {name}: {:.1} s", began.elapsed().as_secs_f64());
        self.at.clear();
        Ok(done)
    }

    /// Adds tests that passed and failed.
    pub fn count(&mut self, (passed, failed): (usize, usize)) {
        self.counted = (self.counted.0 + passed, self.counted.1 + failed);
    }

    /// The last line, and the exit status that goes with it.
    pub fn finish(self, outcome: Outcome) -> ExitCode {
        let (passed, failed) = self.counted;
        let seconds = self.began.elapsed().as_secs_f64();
        match outcome {
            Ok(()) if passed > 0 => {
                println!("All is well after {seconds:.0} s: {passed} passed, {failed} failed")
            }
            Ok(()) => println!("Done after {seconds:.0} s."),
            Err(why) => {
                let at =
                    if self.at.is_empty() { "Stopped".to_owned() } else { format!("FAILED at {}", self.at) };
                println!("{at} after {seconds:.0} s: {why}");
                if passed + failed > 0 {
                    println!("{passed} passed, {} failed", failed.max(1));
                }
                return ExitCode::FAILURE;
            }
        }
        ExitCode::SUCCESS
    }
}

/// The repository's folder.
pub fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.ancestors().nth(2).unwrap_or(here).to_owned()
}

/// A program, started in the repository's folder.
pub fn program(name: impl AsRef<std::ffi::OsStr>) -> Command {
    let mut command = Command::new(name);
    command.current_dir(root());
    // Cargo told these to us about ourselves. Build scripts that watch them would run again and again.
    for (name, _) in std::env::vars_os() {
        let text = name.to_string_lossy();
        if text.starts_with("CARGO_PKG_")
            || text.starts_with("CARGO_MANIFEST_")
            || text.starts_with("CARGO_BIN_")
        {
            command.env_remove(&name);
        }
    }
    command
}

/// The cargo that runs us.
pub fn cargo() -> Command {
    program(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
}

/// npm in one of our folders.
pub fn npm(folder: &str) -> Command {
    let mut command = program(if cfg!(windows) { "npm.cmd" } else { "npm" });
    command.current_dir(root().join(folder));
    command
}

/// Runs it to its end, its words going to the terminal.
pub fn run(command: &mut Command) -> Outcome {
    match command.status() {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(format!("`{}` ended with {status}.", told(command))),
        Err(error) => Err(format!("`{}` cannot be started: {error}.", told(command))),
    }
}

/// Runs it to its end and brings what it printed; its error words go to the terminal.
pub fn output(command: &mut Command) -> Outcome<String> {
    command.stderr(std::process::Stdio::inherit());
    match command.output() {
        Ok(output) if output.status.success() => Ok(String::from_utf8_lossy(&output.stdout).into_owned()),
        Ok(output) => Err(format!("`{}` ended with {}.", told(command), output.status)),
        Err(error) => Err(format!("`{}` cannot be started: {error}.", told(command))),
    }
}

/// Whether it runs and succeeds; nothing is printed.
pub fn succeeds(command: &mut Command) -> bool {
    let quiet = || std::process::Stdio::null();
    command.stdout(quiet()).stderr(quiet()).status().is_ok_and(|status| status.success())
}

/// A file's text.
pub fn read(path: &Path) -> Outcome<String> {
    std::fs::read_to_string(path).map_err(|error| format!("{} cannot be read: {error}.", path.display()))
}

/// Every file below a folder whose name ends so; build output and installed packages are left out.
pub fn files(folder: &Path, ending: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        let name = entry.file_name();
        if path.is_dir() {
            if name != "node_modules" && name != "target" && name != "dist" {
                found.extend(files(&path, ending));
            }
        } else if name.to_string_lossy().ends_with(ending) {
            found.push(path);
        }
    }
    found.sort();
    found
}

fn told(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    words.map(|word| word.to_string_lossy()).collect::<Vec<_>>().join(" ")
}
