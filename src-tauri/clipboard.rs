//! The system's clipboard: a key is read here, in Rust, so that it need not pass through the page; what the writer wants
//! to copy is put there.

use inkhorn_fault::{Code, Fault, Result};
use inkhorn_secret::Secret;
use std::sync::{Arc, Mutex, PoisonError};

/// The clipboard, kept for as long as the window lives: on X11 a copied text lives in the program that copied it.
#[derive(Clone, Default)]
pub struct Clipboard(Arc<Mutex<Option<arboard::Clipboard>>>);

impl Clipboard {
    /// The text that lies there.
    ///
    /// # Errors
    /// `key_form` when there is no text, `busy` when the clipboard cannot be reached.
    pub async fn paste_key(&self) -> Result<Secret> {
        self.with(|clipboard| clipboard.get_text().map(Secret::new)).await
    }

    /// Puts a text there.
    pub async fn copy(&self, text: String) -> Result<()> {
        self.with(|clipboard| clipboard.set_text(text)).await
    }

    /// Another program may hold the clipboard and answer late, so this waits in a thread of its own.
    async fn with<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut arboard::Clipboard) -> Result<T, arboard::Error> + Send + 'static,
    ) -> Result<T> {
        let kept = self.0.clone();
        let done = tauri::async_runtime::spawn_blocking(move || {
            let mut kept = kept.lock().unwrap_or_else(PoisonError::into_inner);
            let mut clipboard = kept.take().map_or_else(arboard::Clipboard::new, Ok).map_err(fault)?;
            let answer = work(&mut clipboard).map_err(fault);
            *kept = Some(clipboard);
            answer
        });
        done.await.unwrap_or_else(|_| Err(fault(arboard::Error::ClipboardOccupied)))
    }
}

fn fault(error: arboard::Error) -> Fault {
    match error {
        arboard::Error::ContentNotAvailable | arboard::Error::ConversionFailure => {
            Fault::new(Code::KeyForm).with("reason", "the clipboard holds no text")
        }
        _ => Fault::new(Code::Busy).with("reason", "the clipboard cannot be reached"),
    }
}
