//! What stands behind the window: the engine, opened beside the drawing so that the window never waits for a disk or a
//! keychain, and the gateway that the writer may switch on.

use inkhorn_contract::{ChangedEvent, GatewaySetRequest, GatewayView, Topic};
use inkhorn_domain::Face;
use inkhorn_engine::{Engine, EngineOptions, SystemClock, SystemEnvironment, resolve_keychain};
use inkhorn_fault::{Code, Fault, Result};
use inkhorn_gateway::Options;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
use tauri::{AppHandle, Emitter};
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::{Mutex, broadcast, watch};

/// How often the window looks whether another program wrote to the profile.
const LOOK_AROUND: Duration = Duration::from_millis(500);
/// How long closing may take; what was acknowledged is on the disk before that.
const FAREWELL: Duration = Duration::from_secs(2);

/// The engine as soon as it is open, and the gateway. Clones are the same house.
#[derive(Clone)]
pub struct House {
    engine: watch::Receiver<Option<Result<Engine>>>,
    gateway: Arc<Mutex<Option<inkhorn_gateway::Running>>>,
}

impl House {
    /// Begins to open the profile in a thread of its own and returns at once.
    pub fn open(app: &AppHandle, profile: PathBuf) -> Self {
        let (tell, engine) = watch::channel(None);
        let house = Self { engine, gateway: Arc::default() };
        let (app, settling) = (app.clone(), house.clone());
        tauri::async_runtime::spawn_blocking(move || {
            let opened = Engine::open(EngineOptions {
                dir: profile,
                passphrase: None,
                face: Face::Window,
                keychain: resolve_keychain(),
                clock: Arc::new(SystemClock::new()),
                environment: Arc::new(SystemEnvironment),
            });
            if let Ok(engine) = &opened {
                // Listening begins before anyone can ask, so that no change is missed.
                tauri::async_runtime::spawn(tell_the_page(app, engine.events()));
                tauri::async_runtime::spawn(look_around(engine.clone()));
                tauri::async_runtime::spawn(settling.settle_in(engine.clone()));
            }
            let _ = tell.send(Some(opened));
        });
        house
    }

    /// Tries the keychain, quietly, and starts the gateway if the writer wants it with the window.
    async fn settle_in(self, engine: Engine) {
        engine.unlock().await;
        engine.warm_prices().await;
        let gateway = engine.note_gateway(|_| ());
        if gateway.at_start {
            self.start_gateway(&engine, gateway.port).await;
        }
        // Last, for it may take a while. What could not be removed is tried again at the next start.
        let _ = engine.retain_usage().await;
    }

    /// The engine; waits while it is being opened.
    ///
    /// # Errors
    /// Why the profile could not be opened. It stays so until the window is started again.
    pub async fn engine(&self) -> Result<Engine> {
        let mut engine = self.engine.clone();
        match engine.wait_for(Option::is_some).await {
            Ok(opened) => opened.clone().unwrap_or_else(|| Err(closing())),
            Err(_) => Err(closing()),
        }
    }

    /// Switches the gateway on or off, now and for the next start. A port that is taken is told in the view.
    pub async fn gateway_set(&self, request: GatewaySetRequest) -> Result<GatewayView> {
        let engine = self.engine().await?;
        let port = request.port.unwrap_or_else(|| engine.note_gateway(|_| ()).port);
        engine.keep_gateway_settings(port, request.on).await?;
        self.stop_gateway().await;
        let stopped = engine.note_gateway(|gateway| {
            *gateway = GatewayView { port, at_start: request.on, ..GatewayView::default() };
        });
        if request.on { Ok(self.start_gateway(&engine, port).await) } else { Ok(stopped) }
    }

    async fn start_gateway(&self, engine: &Engine, port: u16) -> GatewayView {
        let mut running = self.gateway.lock().await;
        let started = inkhorn_gateway::start(engine.clone(), Options { port, ..Options::default() }).await;
        match started {
            Ok(gateway) => {
                let address = gateway.url();
                *running = Some(gateway);
                engine.note_gateway(|view| {
                    (view.running, view.address, view.fault) = (true, Some(address), None);
                })
            }
            Err(fault) => engine.note_gateway(|view| {
                (view.running, view.address, view.fault) = (false, None, Some(fault.into()));
            }),
        }
    }

    async fn stop_gateway(&self) {
        if let Some(running) = self.gateway.lock().await.take() {
            running.stop().await;
        }
    }

    /// Ends what runs, so that nothing is lost: called once, when the window is gone.
    pub async fn close(&self) {
        let Some(Ok(engine)) = self.engine.borrow().clone() else { return };
        let _ = tokio::time::timeout(FAREWELL, async {
            self.stop_gateway().await;
            engine.close().await;
        })
        .await;
    }
}

fn closing() -> Fault {
    Fault::new(Code::Busy).with("reason", "Inkhorn is closing")
}

/// Passes on what changes, until the engine ends.
async fn tell_the_page(app: AppHandle, mut events: broadcast::Receiver<ChangedEvent>) {
    loop {
        let event = match events.recv().await {
            Ok(event) => event,
            // More changed than the page could be told one by one: everything may be old.
            Err(RecvError::Lagged(_)) => ChangedEvent { topics: EVERYTHING.to_vec() },
            Err(RecvError::Closed) => return,
        };
        let _ = app.emit("changed", event);
    }
}

const EVERYTHING: [Topic; 9] = [
    Topic::Status,
    Topic::Vault,
    Topic::Connections,
    Topic::Models,
    Topic::Desk,
    Topic::Prompts,
    Topic::Usage,
    Topic::Budgets,
    Topic::Apps,
];

/// Notices what the command line or another program does on the same profile.
async fn look_around(engine: Engine) {
    let mut clock = tokio::time::interval(LOOK_AROUND);
    clock.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        clock.tick().await;
        let engine = engine.clone();
        // A profile that cannot be read right now will be tried again; the next command says why.
        let _ = tauri::async_runtime::spawn_blocking(move || engine.notice_others()).await;
    }
}
