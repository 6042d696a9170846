//! Builds the test programs once and runs them: the quick ones anywhere, those with a window under a display of their
//! own.

use crate::step::{Outcome, Steps, cargo, npm, output, program, root, run};
use crate::{bundle, check, crates, needs, page};
use serde_json::Value;
use std::io::{BufRead, BufReader, Write};
use std::path::PathBuf;
use std::process::{Command, Stdio};

/// The parts of the whole-program tests that need no window, no keychain and no network.
const QUICK: &[&str] = &["layers::", "commands::"];

/// Everything.
pub fn test(steps: &mut Steps, rest: &[String]) -> Outcome {
    steps.step("test tools", || needs::install(&[needs::BUILD, needs::KEYCHAIN, needs::TEST].concat()))?;
    check::check(steps, rest)?;
    steps.step("build", || run(cargo().args(["build", "--quiet", "--workspace", "--bins"])))?;
    with_a_window(steps, "whole program", &[])?;
    if root().join("tests/sdk/package.json").is_file() {
        steps.step("SDKs", sdks)?;
    }
    bundle::bundle(steps, rest)?;
    bundle::install(steps)
}

/// Only those tests that keep pictures.
pub fn screenshots(steps: &mut Steps, _rest: &[String]) -> Outcome {
    steps.step("test tools", || needs::install(&[needs::BUILD, needs::KEYCHAIN, needs::TEST].concat()))?;
    steps.step("page build", page::build)?;
    steps.step("build", || run(cargo().args(["build", "--quiet", "--workspace", "--bins"])))?;
    with_a_window(steps, "screenshots", &["screenshots::"])?;
    println!("The pictures are in test-output/screenshots.");
    Ok(())
}

/// Ends the programs in the middle of their work a thousand times, or as often as asked, and looks whether what was
/// acknowledged is there. The everyday test does thirty rounds of the same.
pub fn kills(steps: &mut Steps, rest: &[String]) -> Outcome {
    let rounds = rest.first().map_or("1000", String::as_str);
    if rounds.parse::<u32>().is_err() {
        return Err("say how many rounds, such as 1000.".to_owned());
    }
    steps.step("test tools", || needs::install(&[needs::BUILD, needs::KEYCHAIN, needs::TEST].concat()))?;
    steps.step("page build", page::build)?;
    steps.step("build", || run(cargo().args(["build", "--quiet", "--workspace", "--bins"])))?;
    with_a_window_and(steps, "kills", &["killed::"], &[("INKHORN_KILL_ROUNDS", rounds)])
}

/// The tests of every crate, and of the whole program what needs no window.
pub fn quick(steps: &mut Steps) -> Outcome {
    let built = steps.step("test programs", build)?;
    let mut counted = (0, 0);
    let done = steps.step("unit tests", || {
        let mut failed = Vec::new();
        for test in &built {
            let mut command = program(&test.path);
            command.current_dir(&test.folder);
            if test.name == "it" {
                command.args(QUICK);
            }
            if count(&mut command, &mut counted).is_err() {
                failed.push(format!("{} in {}", test.name, test.folder.display()));
            }
        }
        failed.is_empty().then_some(()).ok_or_else(|| format!("tests failed: {}", failed.join(", ")))
    });
    steps.count(counted);
    done
}

/// The whole-program tests under a display and a session bus of their own, with these filters and options.
pub fn with_a_window(steps: &mut Steps, name: &str, arguments: &[&str]) -> Outcome {
    with_a_window_and(steps, name, arguments, &[])
}

fn with_a_window_and(
    steps: &mut Steps,
    name: &str,
    arguments: &[&str],
    variables: &[(&str, &str)],
) -> Outcome {
    let built = steps.step("test programs", build)?;
    let it = built.iter().find(|test| test.name == "it").ok_or("the whole-program tests were not built")?;
    let mut counted = (0, 0);
    let done = steps.step(name, || {
        let mut command = under_a_display(&it.path);
        count(command.args(arguments).envs(variables.iter().copied()), &mut counted)?;
        if counted.0 == 0 { Err("no such test ran.".to_owned()) } else { Ok(()) }
    });
    steps.count(counted);
    done
}

/// A program that sees a screen and a session bus of its own, so that no test meets the desktop of whoever runs it.
pub fn under_a_display(path: impl AsRef<std::ffi::OsStr>) -> Command {
    if !cfg!(target_os = "linux") {
        return program(path);
    }
    let mut command = program("timeout");
    // A window that hangs must end the run, not hold it.
    command.args(["--kill-after=10", "1800", "xvfb-run", "-a", "-s", "-screen 0 1280x900x24"]);
    command.args(["dbus-run-session", "--"]).arg(path);
    command
}

fn sdks() -> Outcome {
    page::packages("tests/sdk")?;
    let inkhorn = crates::target_folder()?.join("debug").join(crates::program("inkhorn"));
    run(npm("tests/sdk").arg("test").env("INKHORN_PROGRAM", inkhorn))
}

/// A test program and the folder that it runs in.
struct TestProgram {
    name: String,
    folder: PathBuf,
    path: PathBuf,
}

fn build() -> Outcome<Vec<TestProgram>> {
    let arguments =
        ["test", "--workspace", "--no-run", "--quiet", "--message-format", "json-render-diagnostics"];
    let text = output(cargo().args(arguments))?;
    Ok(text.lines().filter_map(|line| test_program(&serde_json::from_str(line).ok()?)).collect())
}

fn test_program(message: &Value) -> Option<TestProgram> {
    let of_a_test = message["reason"] == "compiler-artifact" && message["profile"]["test"] == true;
    Some(TestProgram {
        name: message["target"]["name"].as_str()?.to_owned(),
        folder: PathBuf::from(message["manifest_path"].as_str()?).parent()?.to_owned(),
        path: message["executable"].as_str().filter(|_| of_a_test)?.into(),
    })
}

/// Runs a test program, passes its words on, and adds up what passed and failed.
fn count(command: &mut Command, counted: &mut (usize, usize)) -> Outcome {
    let started = command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn();
    let mut child = started.map_err(|error| format!("a test program cannot be started: {error}."))?;
    let words = child.stdout.take().map(BufReader::new);
    for line in words.into_iter().flat_map(BufRead::lines).map_while(Result::ok) {
        let _ = writeln!(std::io::stdout(), "{line}");
        if let Some((passed, failed)) = result(&line) {
            counted.0 += passed;
            counted.1 += failed;
        }
    }
    let status = child.wait().map_err(|error| format!("a test program was lost: {error}."))?;
    if status.success() { Ok(()) } else { Err(format!("the tests ended with {status}.")) }
}

/// `test result: ok. 5 passed; 0 failed; ...`
fn result(line: &str) -> Option<(usize, usize)> {
    let counts = line.strip_prefix("test result: ")?.split_once(". ")?.1;
    let number =
        |word: &str| counts.split("; ").find_map(|part| part.strip_suffix(word)?.trim().parse().ok());
    Some((number("passed")?, number("failed")?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_are_read_from_the_last_line_of_a_test_program() {
        let line = "test result: FAILED. 12 passed; 3 failed; 1 ignored; 0 measured; 8 filtered out; finished in 0.75s";
        assert_eq!(result(line), Some((12, 3)));
        assert_eq!(result("test layers::x ... ok"), None);
    }

    #[test]
    fn only_test_programs_are_run() {
        let line = |test: bool| {
            serde_json::json!({
                "reason": "compiler-artifact", "manifest_path": "/w/crates/a/Cargo.toml", "executable": "/t/a",
                "target": { "name": "a" }, "profile": { "test": test }
            })
        };
        assert!(test_program(&line(false)).is_none());
        let test = test_program(&line(true)).unwrap();
        assert_eq!((test.folder, test.path), ("/w/crates/a".into(), "/t/a".into()));
    }
}
