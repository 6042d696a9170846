//! How the page is drawn where there is no graphics card.
//!
//! The web engine on Linux puts the page together with OpenGL. Without a card (a virtual machine, a remote desktop) the
//! processor plays the card: frames of an answer that comes in then take twice as long as when the engine draws the page
//! plainly. Measured by `cargo xtask bench stream`.

use std::path::Path;
use tauri::WebviewWindow;

/// Has the page drawn plainly where no card can help. What cannot be changed stays as it is.
pub fn suit_the_machine(window: &WebviewWindow) {
    #[cfg(target_os = "linux")]
    if !has_card(Path::new("/dev/dri")) {
        use webkit2gtk::{HardwareAccelerationPolicy, SettingsExt, WebViewExt};
        let _ = window.with_webview(|webview| {
            if let Some(settings) = webview.inner().settings() {
                settings.set_hardware_acceleration_policy(HardwareAccelerationPolicy::Never);
            }
        });
    }
    #[cfg(not(target_os = "linux"))]
    let _ = window;
}

/// Whether the system offers a card to render with. `folder` is where Linux keeps such devices.
#[cfg_attr(not(target_os = "linux"), allow(dead_code, reason = "only asked on Linux"))]
fn has_card(folder: &Path) -> bool {
    std::fs::read_dir(folder).is_ok_and(|devices| {
        devices.flatten().any(|device| device.file_name().to_string_lossy().starts_with("renderD"))
    })
}

#[cfg(test)]
mod tests {
    use super::has_card;

    #[test]
    fn a_card_is_a_device_to_render_with() {
        let place = tempfile::tempdir().unwrap();
        assert!(!has_card(&place.path().join("dri")), "no folder");
        std::fs::write(place.path().join("card0"), "").unwrap();
        assert!(!has_card(place.path()), "a display without a renderer");
        std::fs::write(place.path().join("renderD128"), "").unwrap();
        assert!(has_card(place.path()));
    }
}
