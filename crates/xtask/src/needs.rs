//! What a machine must have. On Debian and its kin what is missing is installed; elsewhere it is named.

use crate::step::{Outcome, output, program, read, root, run, succeeds};
use std::process::Command;

/// To build and open the window.
pub const BUILD: &[&str] = &["build-essential", "pkg-config", "libwebkit2gtk-4.1-dev"];

/// To ask a real keychain, as the tests of the vault do.
pub const KEYCHAIN: &[&str] = &["dbus", "gnome-keyring", "libsecret-tools"];

/// To drive the real window, and to look at the packages.
pub const TEST: &[&str] = &["xvfb", "xauth", "webkit2gtk-driver", "dbus-x11", "fonts-dejavu-core", "rpm"];

/// To measure beside a plain proxy.
pub const BENCH: &[&str] = &["nginx"];

const NODE: (u32, u32) = (20, 19);

/// Checks Rust and Node, then installs those system packages that are missing.
pub fn install(packages: &[&str]) -> Outcome {
    rust()?;
    node()?;
    if cfg!(target_os = "linux") {
        if succeeds(program("apt-get").arg("--version")) {
            return debian(packages);
        }
        let missing = "Inkhorn needs WebKitGTK 4.1 with its headers, and a C compiler. On Fedora: \
            `dnf install webkit2gtk4.1-devel gcc`; on Arch: `pacman -S webkit2gtk-4.1 base-devel`.";
        return succeeds(program("pkg-config").args(["--exists", "webkit2gtk-4.1"]))
            .then_some(())
            .ok_or_else(|| missing.to_owned());
    }
    if cfg!(target_os = "macos") && !succeeds(program("xcode-select").arg("-p")) {
        return Err("Inkhorn needs Apple's command line tools: run `xcode-select --install`.".to_owned());
    }
    // Windows brings WebView2; the compiler came with Rust's own installer.
    Ok(())
}

/// `sudo` in front where we are not root.
pub fn as_root(name: &str) -> Outcome<Command> {
    if output(program("id").arg("-u"))?.trim() == "0" {
        return Ok(program(name));
    }
    let mut command = program("sudo");
    command.arg(name);
    Ok(command)
}

fn debian(packages: &[&str]) -> Outcome {
    let missing: Vec<&str> = packages.iter().copied().filter(|package| !installed(package)).collect();
    if missing.is_empty() {
        return Ok(());
    }
    println!("   installing {}", missing.join(", "));
    run(as_root("apt-get")?.args(["update", "-qq"]))?;
    let install = ["install", "-y", "-qq", "--no-install-recommends"];
    run(as_root("apt-get")?.args(install).args(missing).env("DEBIAN_FRONTEND", "noninteractive"))
}

fn installed(package: &str) -> bool {
    let asked = program("dpkg-query").args(["-W", "-f", "${Status}", package]).output();
    asked.is_ok_and(|asked| asked.stdout == b"install ok installed")
}

fn rust() -> Outcome {
    let manifest = read(&root().join("Cargo.toml"))?;
    let wanted = manifest.lines().find_map(|line| line.strip_prefix("rust-version = "));
    let wanted = wanted.and_then(|text| version(text.trim_matches('"'))).unwrap_or_default();
    let said = output(program("rustc").arg("--version"))?;
    match said.split(' ').nth(1).and_then(version) {
        Some(found) if found >= wanted => Ok(()),
        _ => Err(format!(
            "Rust {}.{} or newer is needed, and this is `{}`. Run `rustup update stable`.",
            wanted.0,
            wanted.1,
            said.trim()
        )),
    }
}

fn node() -> Outcome {
    let (major, minor) = NODE;
    let how = "It comes from https://nodejs.org or your system's packages.";
    let said = output(program("node").arg("--version"))
        .map_err(|_| format!("Node {major}.{minor} or newer is needed to build the page. {how}"))?;
    match version(said.trim().trim_start_matches('v')) {
        Some(found) if found >= NODE => Ok(()),
        _ => Err(format!("Node {major}.{minor} or newer is needed, and this is {}. {how}", said.trim())),
    }
}

/// The first two numbers of `20.19.1`.
fn version(text: &str) -> Option<(u32, u32)> {
    let mut numbers = text.split(['.', '-', '+']).map(|part| part.parse().ok());
    Some((numbers.next()??, numbers.next()??))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_numbers_not_text() {
        assert_eq!(version("1.95.0"), Some((1, 95)));
        assert_eq!(version("1.97.0-nightly"), Some((1, 97)));
        assert!(version("20.9.0") < version("20.19.0"));
        assert_eq!(version("twenty"), None);
    }
}
