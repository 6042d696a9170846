//! The program as the package installs it. Run by `cargo xtask test` after it has installed the .deb.

use crate::driver::{Home, Window};
use std::process::Command;

#[tokio::test]
#[ignore = "needs the installed package: `cargo xtask test` installs it first"]
async fn the_installed_window_shows_its_first_page() {
    let home = Home::make();
    let window = Window::open_program("/usr/bin/inkhorn-desktop", &home, &[]).await;
    window.until("document.querySelector('main')?.innerText.trim().length > 0").await;
    window.picture("installed").await;
    window.close().await;
}

#[test]
#[ignore = "needs the installed package: `cargo xtask test` installs it first"]
fn the_command_line_is_installed_beside_it() {
    let output = Command::new("/usr/bin/inkhorn").arg("--version").output().expect("it starts");
    assert!(output.status.success());
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(said.contains(env!("CARGO_PKG_VERSION")), "{said}");
    for file in [
        "/usr/share/applications/Inkhorn.desktop",
        "/usr/share/icons/hicolor/128x128/apps/inkhorn-desktop.png",
    ] {
        assert!(std::path::Path::new(file).is_file(), "{file} is not installed");
    }
}
