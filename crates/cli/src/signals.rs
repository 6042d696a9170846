//! Signals that end a command that runs on: Ctrl-C, and on Unix the polite request to end.

use inkhorn_fault::{Code, Fault, Result};

/// Hears Ctrl-C, and on Unix the polite request to end.
pub struct Interrupted {
    #[cfg(unix)]
    interrupt: tokio::signal::unix::Signal,
    #[cfg(unix)]
    terminate: tokio::signal::unix::Signal,
    #[cfg(windows)]
    interrupt: tokio::signal::windows::CtrlC,
}

/// Begins to listen for the end.
///
/// # Errors
/// `busy` where the system gives no signals.
pub fn interrupted() -> Result<Interrupted> {
    let fault = |error: std::io::Error| {
        Fault::new(Code::Busy).with("reason", format!("signals cannot be heard ({})", error.kind()))
    };
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        let interrupt = signal(SignalKind::interrupt()).map_err(fault)?;
        let terminate = signal(SignalKind::terminate()).map_err(fault)?;
        Ok(Interrupted { interrupt, terminate })
    }
    #[cfg(windows)]
    {
        Ok(Interrupted { interrupt: tokio::signal::windows::ctrl_c().map_err(fault)? })
    }
}

impl Interrupted {
    /// Waits for the next one. Nothing is lost when it is not awaited to the end.
    pub async fn recv(&mut self) {
        #[cfg(unix)]
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
        #[cfg(windows)]
        let _ = self.interrupt.recv().await;
    }
}
