//! The page's packages and its build, each only when something newer lies before it.

use crate::step::{Outcome, files, npm, root, run};
use std::path::Path;
use std::time::SystemTime;

/// Installs what the lock file names, unless that was done already.
pub fn packages(folder: &str) -> Outcome {
    let lock = changed(&root().join(folder).join("package-lock.json"));
    let done = changed(&root().join(folder).join("node_modules/.package-lock.json"));
    if done.is_some() && done >= lock {
        return Ok(());
    }
    run(npm(folder).args(["ci", "--no-audit", "--no-fund"]))
}

/// Builds `ui/dist`, which the window carries inside, unless it is newer than all that it is made of.
pub fn build() -> Outcome {
    packages("ui")?;
    let ui = root().join("ui");
    let built = changed(&ui.join("dist/index.html"));
    let mut sources = files(&ui.join("src"), "");
    sources.extend(files(&ui.join("public"), ""));
    sources.extend(files(&root().join("crates/fault/words"), ".json"));
    sources.extend(
        ["index.html", "package-lock.json", "vite.config.ts", "tsconfig.json"].map(|name| ui.join(name)),
    );
    let newest = sources.iter().filter_map(|path| changed(path)).max();
    if built.is_some() && built >= newest {
        return Ok(());
    }
    run(npm("ui").args(["run", "build"]))
}

fn changed(path: &Path) -> Option<SystemTime> {
    path.metadata().and_then(|about| about.modified()).ok()
}
