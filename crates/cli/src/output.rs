//! What leaves the program: documents or sentences on standard output, notices on standard error.

use inkhorn_contract::FaultView;
use inkhorn_fault::{Code, Fault};
use serde::Serialize;
use serde_json::{Value, json};
use std::io::{self, IsTerminal, Write};

/// Why a command ends before its end.
#[derive(Debug)]
pub enum End {
    /// It failed; the fault is still to be told.
    Failed(Fault),
    /// It failed, and its own document has told why.
    Told,
    /// Nobody reads any more.
    Unheard,
}

impl From<Fault> for End {
    fn from(fault: Fault) -> Self {
        Self::Failed(fault)
    }
}

/// Only writing to standard output gives an `io::Error` here.
impl From<io::Error> for End {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::BrokenPipe => Self::Unheard,
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
                Self::Failed(Fault::new(Code::DiskFull))
            }
            kind => Self::Failed(
                Fault::new(Code::Busy).with("reason", format!("standard output cannot be written ({kind})")),
            ),
        }
    }
}

/// How a command ends.
pub type Done = Result<(), End>;

/// Where answers go, and in which form.
#[derive(Clone, Copy)]
pub struct Output {
    /// JSON was asked for.
    pub json: bool,
}

impl Output {
    /// Prints a view: as one line of JSON, or in words.
    pub fn show(self, view: &impl Serialize, words: impl FnOnce() -> String) -> Done {
        if self.json { self.document(view) } else { self.words(&words()) }
    }

    /// Prints one line of JSON, at once.
    pub fn document(self, view: &impl Serialize) -> Done {
        let mut line = serde_json::to_vec(view).map_err(io::Error::from)?;
        line.push(b'\n');
        write_out(&line)
    }

    /// Prints words, with one line end behind them.
    pub fn words(self, words: &str) -> Done {
        let mut text = words.trim_end_matches('\n').to_owned();
        text.push('\n');
        write_out(text.as_bytes())
    }

    /// Prints text as it is, at once. On a terminal without control characters: a model's answer must not steer it.
    pub fn piece(self, text: &str) -> Done {
        if !io::stdout().is_terminal() {
            return write_out(text.as_bytes());
        }
        let harmless: String = text.chars().filter(|c| !c.is_control() || matches!(c, '\n' | '\t')).collect();
        write_out(harmless.as_bytes())
    }

    /// Tells a person something beside the answer.
    pub fn note(self, text: &str) {
        // A closed standard error is no reason to fail: the answer goes elsewhere.
        let _ = writeln!(io::stderr().lock(), "{}", printable(text));
    }

    /// Tells a failure: as the last document, or as a sentence with its hint.
    pub fn failure(self, fault: &Fault) -> Done {
        if self.json {
            return self.document(&json!({ "error": error_object(&fault.into()) }));
        }
        self.note(&failure_words(&fault.into()));
        Ok(())
    }
}

/// Standard output for what is written in parts. On a terminal without control characters, as [`Output::piece`].
pub struct Printing {
    terminal: bool,
}

impl Default for Printing {
    fn default() -> Self {
        Self { terminal: io::stdout().is_terminal() }
    }
}

impl Write for Printing {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if !self.terminal {
            return io::stdout().lock().write(bytes);
        }
        let text = String::from_utf8_lossy(bytes);
        let harmless: String = text.chars().filter(|c| !c.is_control() || matches!(c, '\n' | '\t')).collect();
        io::stdout().lock().write_all(harmless.as_bytes())?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        io::stdout().lock().flush()
    }
}

/// The error document of the contract.
pub fn error_object(fault: &FaultView) -> Value {
    let mut error = json!({ "code": fault.code, "message": fault.message, "hint": fault.hint });
    if let (Some(wait), Some(error)) = (fault.retry_after_ms, error.as_object_mut()) {
        error.insert("retry_after_ms".to_owned(), wait.into());
    }
    error
}

/// A failure as a person reads it: what happened, what the provider said, what to do.
pub fn failure_words(fault: &FaultView) -> String {
    let mut text = fault.message.clone();
    if let Some(detail) = &fault.detail {
        text.push_str(&format!("\n  The provider says: {detail}"));
    }
    text.push_str(&format!("\n  {}", fault.hint));
    text
}

/// Foreign names must not steer a terminal.
pub fn printable(text: &str) -> String {
    text.chars().map(|c| if c.is_control() && c != '\n' { ' ' } else { c }).collect()
}

fn write_out(bytes: &[u8]) -> Done {
    let mut out = io::stdout().lock();
    out.write_all(bytes)?;
    Ok(out.flush()?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn the_error_document_is_the_one_of_the_contract() {
        let fault = Fault::new(Code::RateLimited)
            .with("provider", "OpenAI")
            .with_status(429)
            .with_detail("slow down")
            .with_retry_after(Duration::from_millis(1500));
        let error = error_object(&FaultView::from(&fault));
        let names: Vec<&String> = error.as_object().expect("an object").keys().collect();
        assert_eq!(names, ["code", "message", "hint", "retry_after_ms"]);
        assert_eq!(error["code"], "rate_limited");
        assert_eq!(error["retry_after_ms"], 1500);
        let plain = error_object(&FaultView::from(&Fault::new(Code::WrongKey)));
        assert!(plain.get("retry_after_ms").is_none());
    }

    #[test]
    fn a_reader_that_went_away_is_no_failure() {
        assert!(matches!(End::from(io::Error::from(io::ErrorKind::BrokenPipe)), End::Unheard));
        let full = End::from(io::Error::from(io::ErrorKind::StorageFull));
        assert!(matches!(full, End::Failed(fault) if fault.code() == Code::DiskFull));
    }

    #[test]
    fn foreign_names_do_not_steer_the_terminal() {
        assert_eq!(printable("\u{1b}[31mred\u{9b}"), " [31mred ");
    }
}
