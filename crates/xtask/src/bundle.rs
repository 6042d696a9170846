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
    run(tauri()?.args(["--bundles", "deb,rpm", "--config", &config.to_string()]))?;
    if succeeds(program("dpkg-deb").arg("--version")) {
        press(&newest(release, "deb")?)?;
    }
    Ok(())
}

/// Packs a .deb again with xz: the bundler knows only gzip for it, which leaves it almost half as large again.
fn press(deb: &Path) -> Outcome {
    let folder = deb.with_extension("content");
    let _ = std::fs::remove_dir_all(&folder);
    run(program("dpkg-deb").arg("--raw-extract").args([deb, &folder]))?;
    let pressed =
        run(program("dpkg-deb").args(["-Zxz", "--root-owner-group", "--build"]).args([&folder, deb]));
    let _ = std::fs::remove_dir_all(&folder);
    pressed
}

fn look(release: &Path) -> Outcome {
    let mut packages = Vec::new();
    if succeeds(program("dpkg-deb").arg("--version")) {
        let deb = newest(release, "deb")?;
        contains_both(&output(program("dpkg-deb").arg("--contents").arg(&deb))?, &deb)?;
        packages.push(deb);
    }
    if succeeds(program("rpm").arg("--version")) {
        let rpm = newest(release, "rpm")?;
        contains_both(&output(program("rpm").args(["-qlp"]).arg(&rpm))?, &rpm)?;
        packages.push(rpm);
    }
    for path in packages.iter().chain(&[release.join("inkhorn-desktop"), release.join("inkhorn")]) {
        println!("   {:>9.2} MB  {}", weigh(path)? as f64 / 1e6, path.display());
    }
    match packages.first().map(|deb| weigh(deb)).transpose()? {
        Some(weight) if weight > DEB_AT_MOST => {
            Err(format!("the package weighs {weight} bytes, {DEB_AT_MOST} is allowed."))
        }
        _ => Ok(()),
    }
}

/// Whether both programs stand in a package's list of contents.
fn contains_both(contents: &str, package: &Path) -> Outcome {
    let mut paths = contents.lines().filter_map(|line| line.split_whitespace().last());
    let inside: Vec<String> =
        paths.by_ref().map(|path| format!("/{}", path.trim_start_matches(['.', '/']))).collect();
    match PROGRAMS.iter().find(|path| !inside.iter().any(|found| found == *path)) {
        Some(missing) => Err(format!("{missing} is not in {}.", package.display())),
        None => Ok(()),
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_package_without_one_of_the_programs_is_noticed() {
        let package = Path::new("a.deb");
        let deb = "-rwxr-xr-x 0/0 24779376 2026-11-21 09:33 usr/bin/inkhorn-desktop\n\
                   -rwxr-xr-x root/root 17665008 2026-11-21 09:33 ./usr/bin/inkhorn";
        assert_eq!(contains_both(deb, package), Ok(()));
        assert_eq!(contains_both("/usr/bin/inkhorn\n/usr/bin/inkhorn-desktop\n", package), Ok(()));
        assert!(contains_both("/usr/bin/inkhorn-desktop\n", package).is_err());
        assert!(contains_both("", package).is_err());
    }
}
