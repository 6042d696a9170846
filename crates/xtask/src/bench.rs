//! Runs every benchmark of the workspace, built for release. Each prints its figures beside an anchor that it measured
//! in the same run, because a figure alone says more about the machine than about the program.

use crate::crates;
use crate::needs;
use crate::page;
use crate::step::{Outcome, Steps, cargo, run};
use crate::trial;

/// All of them, or only those whose name holds the first argument.
pub fn bench(steps: &mut Steps, rest: &[String]) -> Outcome {
    let benches = crates::benches()?;
    let chosen =
        benches.iter().filter(|(_, name)| rest.first().is_none_or(|word| name.contains(word.as_str())));
    let chosen: Vec<_> = chosen.collect();
    if chosen.is_empty() {
        return Err("there is no such benchmark.".to_owned());
    }
    steps.step("bench tools", || {
        needs::install(&[needs::BUILD, needs::KEYCHAIN, needs::TEST, needs::BENCH].concat())
    })?;
    steps.step("page build", page::build)?;
    for (package, name) in chosen {
        let mut arguments = vec!["bench", "--quiet", "-p", package.as_str(), "--bench", name.as_str()];
        if package == "inkhorn-desktop" {
            // As it is shipped, and as `cargo xtask bundle` has perhaps built it already.
            arguments.extend(["--features", "custom-protocol"]);
        }
        // Built apart, so that the measuring has the machine for itself.
        steps.step("bench build", || run(cargo().args(&arguments).arg("--no-run")))?;
        steps.step(name, || run(trial::under_a_display(cargo().get_program()).args(&arguments)))?;
    }
    Ok(())
}
