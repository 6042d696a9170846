//! The use cases of Inkhorn, once, for every face; and the one path that every request takes.
//!
//! The only crate that knows all abilities. A face (window, gateway, command line) calls a method here and shows what
//! comes back; the method's name is the command's name in the contract. Start reading at [`Engine`], then at
//! `send.rs`, which reads like the journey of a request.

mod account;
mod admitted;
mod apps;
mod assistants;
mod budgets;
mod choice;
mod collections;
mod connections;
mod desk;
mod dispatch;
mod doctor;
mod draft;
mod environment;
mod finding;
mod guard;
mod guidance;
mod health;
mod house;
mod lines;
mod models;
mod pace;
mod profile_settings;
mod prompts;
mod pruning;
mod random;
mod record;
mod sealed;
mod security;
mod send;
mod settings;
mod sign_in;
mod status;
mod system;
mod time;
mod unit_prices;
mod usage;

pub use admitted::AdmittedApp;
pub use environment::{Environment, FixedEnvironment, SystemEnvironment};
pub use guidance::Guidance;
pub use inkhorn_vault::{Keychain, harden_process, resolve_keychain};
pub use models::OfferedModel;
pub use send::{Answer, AnswerInfo, Ask, AskBody, Outcome};
pub use settings::CONNECTION_SETTINGS;
pub use time::{Clock, SystemClock};
pub use usage::{NotWritten, RowsForm};

use arc_swap::ArcSwapOption;
use guard::Guard;
use house::House;
use inkhorn_contract::{ChangedEvent, GatewayView, Topic};
use inkhorn_domain::Face;
use inkhorn_fault::{Code, Fault, Result};
use inkhorn_outbound::Outbound;
use inkhorn_providers::Catalogue;
use inkhorn_secret::Secret;
use inkhorn_store::Store;
use parking_lot::Mutex;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64};
use tokio::sync::broadcast;

/// What an engine is opened with. Time and keychain are given, so that a test decides them.
pub struct EngineOptions {
    /// Folder of the profile.
    pub dir: PathBuf,
    /// The passphrase, where the face was given one.
    pub passphrase: Option<Secret>,
    /// The face that opens it.
    pub face: Face,
    /// The keychain; [`resolve_keychain`] gives the system's.
    pub keychain: Arc<dyn Keychain>,
    /// The clock; [`SystemClock`] is the machine's.
    pub clock: Arc<dyn Clock>,
    /// The variables of the environment; [`SystemEnvironment`] is the process's.
    pub environment: Arc<dyn Environment>,
}

/// One profile, opened. Cheap to clone; clones are the same engine.
#[derive(Clone)]
pub struct Engine {
    pub(crate) inner: Arc<Inner>,
}

pub(crate) struct Inner {
    pub dir: PathBuf,
    pub store: Store,
    pub vault: Guard,
    pub clock: Arc<dyn Clock>,
    pub environment: Arc<dyn Environment>,
    pub catalogue: Catalogue,
    /// Why the writer's own catalogue file is not part of it.
    pub catalogue_fault: Option<Fault>,
    pub outbound: Outbound,
    pub running: desk::Running,
    pub pasted: draft::PastedKeys,
    pub tests: health::DraftTests,
    pub refreshing: models::Refreshing,
    pub views: models::Views,
    pub measured: models::Measured,
    /// When the price book in use was fetched; 0 for the one that came with Inkhorn.
    pub book_date: AtomicI64,
    pub accounts: account::Accounts,
    pub system: system::SystemMemory,
    pub sign_ins: sign_in::SignIns,
    pub pace: pace::Pace,
    pub refused_fields: dispatch::RefusedFields,
    pub thinkers: assistants::auto::Thinkers,
    pub unit_prices: unit_prices::UnitPrices,
    pub gateway: Mutex<GatewayView>,
    house: ArcSwapOption<House>,
    house_lock: Mutex<()>,
    house_checked: AtomicU64,
    events: broadcast::Sender<ChangedEvent>,
}

impl Engine {
    /// Opens a profile, making its folder where there is none. Asks no keychain and no network.
    ///
    /// # Errors
    /// `damaged`, `newer_format`, `busy`, `disk_full`: nothing was changed then. A mistake in the writer's own catalogue
    /// file is none: see [`Engine::catalogue_fault`].
    pub fn open(options: EngineOptions) -> Result<Self> {
        let store = Store::open(&options.dir)?;
        let vault = Guard::new(&store, options.keychain, options.passphrase)?;
        let (catalogue, catalogue_fault) = settings::load_catalogue(&options.dir);
        let (events, _) = broadcast::channel(64);
        let inner = Arc::new(Inner {
            dir: options.dir,
            store,
            vault,
            clock: options.clock,
            environment: options.environment,
            catalogue,
            catalogue_fault,
            outbound: Outbound::new(),
            running: desk::Running::default(),
            pasted: draft::PastedKeys::default(),
            tests: health::DraftTests::default(),
            refreshing: models::Refreshing::default(),
            views: models::Views::default(),
            measured: models::Measured::default(),
            book_date: AtomicI64::new(0),
            accounts: account::Accounts::default(),
            system: system::SystemMemory::default(),
            sign_ins: sign_in::SignIns::default(),
            pace: pace::Pace::default(),
            refused_fields: dispatch::RefusedFields::default(),
            thinkers: assistants::auto::Thinkers::default(),
            unit_prices: unit_prices::UnitPrices::default(),
            gateway: Mutex::default(),
            house: ArcSwapOption::empty(),
            house_lock: Mutex::new(()),
            house_checked: AtomicU64::new(0),
            events,
        });
        if options.face == Face::Window {
            // One window per profile: what is still called streaming belongs to a window that is gone.
            let now = inner.clock.now();
            inner.store.write(|tx| inkhorn_store::messages::stop_abandoned(tx, now).map(drop))?;
        }
        settings::fill_gateway(&inner)?;
        Ok(Self { inner })
    }

    /// Why the writer's own catalogue file is not in use, with line and column; `None` where it is, or where there is
    /// none. Until it is put right and the profile opened again, the catalogue is the one that came with Inkhorn.
    pub fn catalogue_fault(&self) -> Option<&Fault> {
        self.inner.catalogue_fault.as_ref()
    }

    /// What changes from now on, in this process or by another one on the same profile.
    pub fn events(&self) -> broadcast::Receiver<ChangedEvent> {
        self.inner.events.subscribe()
    }

    /// Looks whether another program wrote to the profile, and says so through [`Engine::events`]. For a face that
    /// shows things while nobody asks for them; cheap enough for twice a second.
    pub fn notice_others(&self) -> Result<()> {
        self.inner.house()?;
        let now = self.inner.clock.now();
        if self.inner.store.read_usage(|db| inkhorn_store::holds::any_reached(db, now))? {
            // Reached by whichever program: somebody must tell the writer.
            self.inner.changed(&[Topic::Budgets]);
        }
        Ok(())
    }

    /// Writes back what is still in memory only, before the process ends.
    pub async fn close(&self) {
        let inner = self.inner.clone();
        let _ = blocking(move || inner.flush_last_used()).await;
    }
}

impl Inner {
    /// Tells every listener that parts of the truth changed.
    pub(crate) fn changed(&self, topics: &[Topic]) {
        // Nobody listening is the ordinary case on the command line.
        let _ = self.events.send(ChangedEvent { topics: topics.to_vec() });
    }
}

/// Runs what waits for the disk, the keychain or the slow function away from the threads that serve requests.
pub(crate) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T> + Send + 'static,
) -> Result<T> {
    match tokio::task::spawn_blocking(work).await {
        Ok(result) => result,
        // The work itself does not panic; the runtime is ending.
        Err(_) => Err(Fault::new(Code::Busy).with("reason", "Inkhorn is closing")),
    }
}

/// The usual profile folder: `$XDG_DATA_HOME/inkhorn` and its like on other systems.
pub fn default_dir() -> PathBuf {
    let named = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let home = || named("HOME").unwrap_or_else(|| PathBuf::from("."));
    let base = if cfg!(target_os = "macos") {
        home().join("Library/Application Support")
    } else if cfg!(windows) {
        named("LOCALAPPDATA").unwrap_or_else(home)
    } else {
        named("XDG_DATA_HOME").filter(|dir| dir.is_absolute()).unwrap_or_else(|| home().join(".local/share"))
    };
    base.join("inkhorn")
}
