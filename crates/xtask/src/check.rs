//! The quick part: what every change must pass before anyone looks at it.

use crate::step::{Outcome, Steps, cargo, npm, run};
use crate::{expose, licences, needs, page, prices, trial, types, unused};

/// Format, lints, layers, types, reasons, dependencies, licences, page, unit tests.
pub fn check(steps: &mut Steps, _rest: &[String]) -> Outcome {
    steps.step("tools", || needs::install(&[needs::BUILD, needs::KEYCHAIN].concat()))?;
    steps.step("format", || run(cargo().args(["fmt", "--all", "--check"])))?;
    steps.step("reasons for exposing", expose::check)?;
    // What follows reads the sources and licences of all crates, which a new machine does not have yet.
    steps.step("crates", || run(cargo().args(["fetch", "--locked"])))?;
    steps.step("unused dependencies", unused::check)?;
    steps.step("licences", licences::check)?;
    steps.step("price data", || prices::take(true))?;
    steps.step("page build", page::build)?;
    steps.step("lints", || {
        run(cargo().args(["clippy", "--quiet", "--workspace", "--all-targets", "--", "-D", "warnings"]))
    })?;
    steps.step("generated types", || types::make(true))?;
    steps.step("page", || run(npm("ui").args(["run", "check"])))?;
    trial::quick(steps)
}
