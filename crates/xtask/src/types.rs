//! The page's types, made from the contract. Rust is the source; drift fails the check.

use crate::step::{Outcome, Steps, cargo, output, read, root};

/// Writes `ui/src/generated/contract.ts`, or with `--check` only compares.
pub fn types(steps: &mut Steps, rest: &[String]) -> Outcome {
    let check = rest.iter().any(|word| word == "--check");
    steps.step("types", || make(check))
}

/// Makes the types and writes or compares them.
pub fn make(check: bool) -> Outcome {
    let path = root().join("ui/src/generated/contract.ts");
    let made = output(cargo().args(["run", "--quiet", "-p", "inkhorn-contract", "--example", "typescript"]))?;
    if read(&path).is_ok_and(|kept| kept == made) {
        return Ok(());
    }
    if check {
        return Err("the page's types are not those of the contract. Run `cargo xtask types`.".to_owned());
    }
    std::fs::write(&path, made).map_err(|error| format!("{} cannot be written: {error}.", path.display()))?;
    println!("   written: ui/src/generated/contract.ts");
    Ok(())
}
