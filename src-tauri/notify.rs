//! Notifications of the desktop, for what a writer wants to know while the window lies behind others.

use notify_rust::Notification;

/// Letters that a notification may have; desktops show few.
const MAX_LETTERS: usize = 300;

/// Shows a sentence. Says whether the desktop took it; a desktop without notifications is no fault, because the window
/// says the same.
pub async fn show(text: &str) -> bool {
    let body = plain(text);
    // The desktop's own service may be slow to start, so this waits in a thread of its own.
    let asked = tauri::async_runtime::spawn_blocking(move || {
        Notification::new()
            .appname("Inkhorn")
            .summary("Inkhorn")
            .icon("inkhorn-desktop")
            .body(&body)
            .show()
            .is_ok()
    });
    asked.await.unwrap_or(false)
}

/// Text that no desktop takes for markup, on one line.
fn plain(text: &str) -> String {
    let mut plain = String::new();
    for letter in text.chars().take(MAX_LETTERS) {
        match letter {
            '&' => plain.push_str("&amp;"),
            '<' => plain.push_str("&lt;"),
            '>' => plain.push_str("&gt;"),
            letter if letter.is_control() => plain.push(' '),
            letter => plain.push(letter),
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::plain;

    #[test]
    fn a_name_is_text_and_no_markup() {
        assert_eq!(plain("<b>R&D</b>\n80 %"), "&lt;b&gt;R&amp;D&lt;/b&gt; 80 %");
        assert_eq!(plain(&"ü".repeat(1_000)).chars().count(), 300);
    }
}
