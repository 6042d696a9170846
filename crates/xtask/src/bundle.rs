//! The packages that people install: both programs, built for release, in a .deb and an .rpm. AppImage, dmg, msi and
//! nsis are configured in `tauri.conf.json` and made on machines that can.

use crate::step::{Outcome, Steps, cargo, output, program, root, run, succeeds};
use crate::{crates, needs, page, trial};
use std::path::{Path, PathBuf};

/// What a .deb may weigh, in bytes.
const DEB_AT_MOST: u64 = 15_000_000;

/// Both programs, in this order, as they are called once installed.
const PROGRAMS: [&str; 2] = ["/usr/bin/inkhorn-desktop", "/usr/bin/inkhorn"];

/// Builds for release, makes the packages, and looks at what came out.
pub fn bundle(steps: &mut Steps, _rest: &[String]) -> Outcome {
    steps.step("tools", || needs::install(needs::BUILD))?;
    steps.step("page build", page::build)?;
    steps.step("release build", || {
        let packages = ["-p", "inkhorn-desktop", "-p", "inkhorn-cli"];
        let features = ["--features", "inkhorn-desktop/custom-protocol"];
        run(cargo().args(["build", "--release", "--bins"]).args(packages).args(features))
    })?;
    let release = crates::target_folder()?.join("release");
    if !cfg!(target_os = "linux") {
        return steps.step("packages", || run(&mut tauri()?));
    }
    steps.step("packages", || package(&release))?;
    steps.step("sizes", || look(&release))
}

/// Installs the .deb here, sees the window open, and takes it away again.
pub fn install(steps: &mut Steps) -> Outcome {
    if !succeeds(program("apt-get").arg("--version")) {
        println!("== installer: not tried, because this system has no apt-get");
        return Ok(());
    }
    let deb = newest(&crates::target_folder()?.join("release"), "deb")?;
    steps.step("install", || {
        run(needs::as_root("apt-get")?
            .args(["install", "-y", "-qq", "--no-install-recommends", "--reinstall"])
            .arg(&deb)
            .env("DEBIAN_FRONTEND", "noninteractive"))
    })?;
    let seen = trial::with_a_window(steps, "installed program", &["--ignored", "installed::"]);
    let gone = steps.step("remove", || {
        run(needs::as_root("apt-get")?.args(["remove", "-y", "-qq", "inkhorn"]))?;
        let left: Vec<&str> = PROGRAMS.into_iter().filter(|path| Path::new(path).exists()).collect();
        left.is_empty().then_some(()).ok_or_else(|| format!("still there after removal: {}", left.join(", ")))
    });
    seen.and(gone)
}

fn tauri() -> Outcome<std::process::Command> {
    let name = if cfg!(windows) { "tauri.cmd" } else { "tauri" };
    let mut command = program(root().join("ui/node_modules/.bin").join(name));
    command.arg("bundle");
    Ok(command)
}

fn package(release: &Path) -> Outcome {
    // The folder of builds may lie elsewhere, so the command line's place is told here once more.
    let files = serde_json::json!({ "/usr/bin/inkhorn": release.join("inkhorn") });
    let config = serde_json::json!({ "bundle": { "linux": { "deb": { "files": files }, "rpm": { "files": files } } } });
    run(tauri()?.args(["--bundles", "deb,rpm", "--config", &config.to_string()]))
}

fn look(release: &Path) -> Outcome {
    let (deb, rpm) = (newest(release, "deb")?, newest(release, "rpm")?);
    for path in [&release.join("inkhorn-desktop"), &release.join("inkhorn"), &deb, &rpm] {
        println!("   {:>9.2} MB  {}", weigh(path)? as f64 / 1e6, path.display());
    }
    let mut inside = output(program("dpkg-deb").arg("--contents").arg(&deb))?;
    if succeeds(program("rpm").arg("--version")) {
        let listed = output(program("rpm").args(["-qlp"]).arg(&rpm))?;
        inside.push_str(&listed);
        if let Some(missing) = PROGRAMS.iter().find(|path| !listed.lines().any(|line| line == **path)) {
            return Err(format!("{missing} is not in {}.", rpm.display()));
        }
    }
    if let Some(missing) = PROGRAMS.iter().find(|path| !inside.contains(&format!(".{path}\n"))) {
        return Err(format!("{missing} is not in {}.", deb.display()));
    }
    match weigh(&deb)? {
        weight if weight > DEB_AT_MOST => {
            Err(format!("the .deb weighs {weight} bytes, {DEB_AT_MOST} is allowed."))
        }
        _ => Ok(()),
    }
}

fn newest(release: &Path, kind: &str) -> Outcome<PathBuf> {
    let folder = release.join("bundle").join(kind);
    let packages = crate::step::files(&folder, &format!(".{kind}"));
    let made = |path: &PathBuf| path.metadata().and_then(|about| about.modified()).ok();
    packages.into_iter().max_by_key(made).ok_or_else(|| format!("no package lies in {}.", folder.display()))
}

fn weigh(path: &Path) -> Outcome<u64> {
    let about = path.metadata().map_err(|error| format!("{} cannot be weighed: {error}.", path.display()))?;
    Ok(about.len())
}
