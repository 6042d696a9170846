//! The frame around the page: one window, its size, and the fences that keep the page inside. It loads nothing but
//! the page that lies in the program; a link, a download, a second window or a proxy leads nowhere.

use crate::clipboard::Clipboard;
use crate::house::House;
use crate::single::Doorbell;
use crate::{commands, drawing};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tauri::window::Color;
use tauri::{
    AppHandle, LogicalSize, Manager, RunEvent, Theme, WebviewUrl, WebviewWindow, WebviewWindowBuilder,
    WindowEvent,
};
use tauri_plugin_store::{Store, StoreExt};

/// The window's label, named in `capabilities/main.json`.
const MAIN: &str = "main";
/// The page's paper in both looks (`ui/src/shared/style/page.css`), so that nothing flashes before the page is drawn.
const PAPER: Color = Color(0xfa, 0xf7, 0xf0, 0xff);
/// The dim study.
const PAPER_DARK: Color = Color(0x1e, 0x1b, 0x17, 0xff);
/// What the page keeps for itself: look, language. The page may use this file because it is opened here, and no other.
const PREFERENCES: &str = "page.json";
/// Nothing listens at the discard port of this machine, so whatever the web engine wants to fetch by itself ends there.
const NOWHERE: &str = "http://127.0.0.1:9";

/// Opens the window at once, the profile beside it, and runs until the window is closed. The error is a sentence for a
/// person.
pub fn run(profile: PathBuf, doorbell: Doorbell) -> Result<(), String> {
    tauri::Builder::default()
        .plugin(tauri_plugin_store::Builder::new().build())
        .manage(Clipboard::default())
        .invoke_handler(commands::handler())
        .setup(move |app| {
            let app = app.handle();
            // Before the window, because its page asks at once; this only starts a thread.
            app.manage(House::open(app, profile.clone()));
            let window = open_window(app, &profile)?;
            doorbell.answer(move || come_to_front(&window));
            Ok(())
        })
        .build(tauri::generate_context!())
        .map_err(|error| format!("The window cannot be opened: {error}."))?
        .run(|app, event| {
            if let RunEvent::Exit = event {
                tauri::async_runtime::block_on(app.state::<House>().close());
            }
        });
    Ok(())
}

fn open_window(app: &AppHandle, profile: &Path) -> Result<WebviewWindow, Box<dyn std::error::Error>> {
    let memory = app.store(profile.join("window.json")).ok();
    let look = app.store(PREFERENCES).ok().and_then(|page| page.get("look"));
    let size = Size::remembered(memory.as_deref()).within(app);
    let window = WebviewWindowBuilder::new(app, MAIN, WebviewUrl::App("index.html".into()))
        .title("Inkhorn")
        .inner_size(size.width, size.height)
        .min_inner_size(Size::LEAST.width, Size::LEAST.height)
        .maximized(size.maximized)
        .background_color(PAPER)
        // What the web engine leaves on disk lies in the profile. (Its private mode, which leaves less, cannot be driven
        // by a test on Linux; the page keeps nothing there either way.)
        .data_directory(profile.join("webview"))
        .proxy_url(NOWHERE.parse()?)
        .browser_extensions_enabled(false)
        .general_autofill_enabled(false)
        .devtools(cfg!(debug_assertions))
        .on_navigation(is_our_page)
        .on_new_window(|_, _| tauri::webview::NewWindowResponse::Deny)
        .on_download(|_, _| false)
        .build()?;
    drawing::suit_the_machine(&window);
    let dark = match look.as_ref().and_then(|look| look.as_str()) {
        Some("dark") => true,
        Some("light") => false,
        _ => window.theme().is_ok_and(|theme| theme == Theme::Dark),
    };
    if dark {
        window.set_background_color(Some(PAPER_DARK))?;
    }
    if let Some(memory) = memory {
        let watched = window.clone();
        window.on_window_event(move |event| {
            if let WindowEvent::Resized(_) = event
                && let Some(size) = Size::of(&watched)
            {
                size.remember(&memory);
            }
        });
    }
    Ok(window)
}

/// Only the page that lies inside the program (in development: the page's own server).
fn is_our_page(url: &tauri::Url) -> bool {
    let inside = match url.scheme() {
        "tauri" => url.host_str() == Some("localhost"),
        "http" | "https" => cfg!(target_os = "windows") && url.host_str() == Some("tauri.localhost"),
        _ => false,
    };
    inside || (cfg!(dev) && url.as_str().starts_with("http://localhost:1420/"))
}

fn come_to_front(window: &WebviewWindow) {
    // Each of these may be refused by a window system; the next is tried all the same.
    let _ = window.unminimize();
    let _ = window.show();
    let _ = window.set_focus();
}

/// How large the window is, in logical pixels.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Size {
    width: f64,
    height: f64,
    maximized: bool,
}

impl Size {
    const LEAST: Self = Self { width: 360.0, height: 480.0, maximized: false };
    const USUAL: Self = Self { width: 1180.0, height: 780.0, maximized: false };

    fn of(window: &WebviewWindow) -> Option<Self> {
        let scale = window.scale_factor().ok()?;
        let LogicalSize { width, height } = window.inner_size().ok()?.to_logical(scale);
        Some(Self { width, height, maximized: window.is_maximized().ok()? })
    }

    fn remembered(memory: Option<&Store<tauri::Wry>>) -> Self {
        let number = |name| memory.and_then(|memory| memory.get(name)).and_then(|value| value.as_f64());
        let flag = |name| memory.and_then(|memory| memory.get(name)).and_then(|value| value.as_bool());
        Self {
            width: number("width").filter(|width| width.is_finite()).unwrap_or(Self::USUAL.width),
            height: number("height").filter(|height| height.is_finite()).unwrap_or(Self::USUAL.height),
            maximized: flag("maximized").unwrap_or(false),
        }
    }

    /// A size that was right for a larger screen must not hide the window's edges on this one.
    fn within(self, app: &AppHandle) -> Self {
        let screen = app.primary_monitor().ok().flatten();
        let room = screen.map(|screen| screen.size().to_logical::<f64>(screen.scale_factor()));
        self.fit(room.unwrap_or(LogicalSize::new(f64::MAX, f64::MAX)))
    }

    fn fit(self, room: LogicalSize<f64>) -> Self {
        Self {
            width: self.width.min(room.width).max(Self::LEAST.width),
            height: self.height.min(room.height).max(Self::LEAST.height),
            ..self
        }
    }

    /// Keeps the size; while maximized only that it is, so that the size before comes back.
    fn remember(self, memory: &Arc<Store<tauri::Wry>>) {
        memory.set("maximized", self.maximized);
        if !self.maximized {
            memory.set("width", self.width);
            memory.set("height", self.height);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_window_goes_nowhere_but_to_its_own_page() {
        let allowed = |text: &str| is_our_page(&text.parse().unwrap());
        for other in [
            "https://example.com/",
            "http://tauri.localhost.evil.example/",
            "tauri://evil.example/",
            "file:///etc/passwd",
            "data:text/html,x",
            "about:blank",
        ] {
            assert!(!allowed(other), "{other}");
        }
        #[cfg(not(target_os = "windows"))]
        assert!(allowed("tauri://localhost/index.html") && !allowed("http://tauri.localhost/"));
    }

    #[test]
    fn a_remembered_size_fits_the_screen_and_stays_usable() {
        let size = |width, height| Size { width, height, maximized: false };
        let room = LogicalSize::new(1280.0, 800.0);
        assert_eq!(size(3000.0, 500.0).fit(room), size(1280.0, 500.0));
        assert_eq!(size(1.0, -5.0).fit(room), size(360.0, 480.0));
        assert_eq!(Size::USUAL.fit(room), Size::USUAL);
    }
}
