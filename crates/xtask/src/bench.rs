//! Runs every benchmark of the workspace, built for release. Each prints its figures beside an anchor that it measured
//! in the same run, because a figure alone says more about the machine than about the program.

use crate::crates;
use crate::needs;
use crate::page;
use crate::step::{Outcome, Steps, cargo, run};

/// All of them, or only those whose name holds the first argument.
pub fn bench(steps: &mut Steps, rest: &[String]) -> Outcome {
    let benches = crates::benches()?;
    let chosen =
        benches.iter().filter(|(_, name)| rest.first().is_none_or(|word| name.contains(word.as_str())));
    let chosen: Vec<_> = chosen.collect();
    if chosen.is_empty() {
        return Err("there is no such benchmark.".to_owned());
    }
    steps.step("bench tools", || needs::install(&[needs::BUILD, needs::TEST, needs::BENCH].concat()))?;
    steps.step("page build", page::build)?;
    for (package, name) in chosen {
        steps.step(name, || run(cargo().args(["bench", "--quiet", "-p", package, "--bench", name])))?;
    }
    Ok(())
}
