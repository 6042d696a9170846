//! The real window, driven from outside through the web engine's own WebDriver. Each window has a fresh profile and a
//! driver in a process group of its own, which ends with it.

use crate::workspace::root;
use fantoccini::{Client, ClientBuilder, Locator};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::json;
use std::fs::File;
use std::net::TcpListener;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// The window's program, as built for this test run.
pub const PROGRAM: &str = env!("CARGO_BIN_EXE_inkhorn-desktop");

/// How often a window is started before a test gives up.
const TRIES: usize = 3;
/// How long anything in a window may take before a test gives up.
const PATIENCE: Duration = Duration::from_secs(30);
/// How often it is looked for.
const POLL: Duration = Duration::from_millis(10);

/// Where the page is drawn without a graphics card, the driver's picture waits for the next time that something is drawn:
/// on a page that rests for ever. So a corner of one pixel changes, by a shade that nobody sees, until the picture is there.
const STIR: &str = "const corner = document.createElement('div');
    corner.id = 'stirred';
    corner.style.cssText = 'position: fixed; right: 0; bottom: 0; width: 1px; height: 1px';
    document.body.append(corner);
    let on = false;
    window.stirring = setInterval(() => {
      on = !on;
      corner.style.background = on ? 'rgba(0, 0, 0, 0.01)' : 'rgba(0, 0, 0, 0.02)';
    }, 20);";

/// A place of its own for one test: a home folder with a profile in it.
pub struct Home(TempDir);

impl Home {
    /// An empty one.
    pub fn make() -> Self {
        Self(tempfile::tempdir().expect("a temporary folder"))
    }

    /// The folder with everything in it.
    pub fn root(&self) -> &Path {
        self.0.path()
    }

    /// The profile folder.
    pub fn profile(&self) -> PathBuf {
        self.0.path().join("profile")
    }

    /// The user's data folder.
    pub fn data(&self) -> PathBuf {
        self.0.path().join("data")
    }

    /// What a program needs to find in its environment to live here.
    pub fn environment(&self) -> Vec<(&'static str, PathBuf)> {
        let path = self.0.path();
        vec![
            ("HOME", path.into()),
            ("XDG_DATA_HOME", self.data()),
            ("XDG_CONFIG_HOME", path.join("config")),
            ("XDG_CACHE_HOME", path.join("cache")),
            ("INKHORN_DATA_DIR", self.profile()),
        ]
    }
}

/// A running window. Dropping it ends the program and its driver.
pub struct Window {
    /// The connection to the page.
    pub page: Client,
    driver: Child,
}

impl Window {
    /// Starts the program in this home and waits until its page can be spoken to.
    pub async fn open(home: &Home) -> Self {
        Self::open_program(PROGRAM, home, &[]).await
    }

    /// The same with another build of the program, and with more environment variables.
    pub async fn open_program(program: &str, home: &Home, environment: &[(&str, &str)]) -> Self {
        // On a machine that is busy the driver now and then loses a program that it has just started. The program and
        // its driver are ended then, and both are started anew; a window that never opens still fails the test.
        for _ in 0..TRIES - 1 {
            if let Some(window) = Self::try_open(program, home, environment).await {
                return window;
            }
        }
        Self::try_open(program, home, environment).await.expect("the window opens")
    }

    async fn try_open(program: &str, home: &Home, environment: &[(&str, &str)]) -> Option<Self> {
        let port = free_port();
        let log = File::create(home.0.path().join("driver.log")).expect("a log file");
        let driver = Command::new("WebKitWebDriver")
            .args([format!("--port={port}"), "--host=127.0.0.1".to_owned()])
            .env("TAURI_WEBVIEW_AUTOMATION", "true")
            .envs(home.environment())
            .envs(environment.iter().copied())
            .process_group(0)
            .stdin(Stdio::null())
            .stdout(log.try_clone().expect("the log, twice"))
            .stderr(log)
            .spawn()
            .expect("WebKitWebDriver (package webkit2gtk-driver)");
        let mut ending = Ending(Some(driver));
        wait_for_port(port).await;
        let options = json!({ "webkitgtk:browserOptions": { "binary": program, "args": [] } });
        let mut client = ClientBuilder::new(HttpConnector::new());
        client.capabilities(options.as_object().cloned().expect("an object"));
        let address = format!("http://127.0.0.1:{port}");
        let page = tokio::time::timeout(PATIENCE, client.connect(&address)).await.ok()?.ok()?;
        can_be_spoken_to(&page).await?;
        let driver = ending.0.take().expect("still there");
        Some(Self { page, driver })
    }

    /// Waits for an element and brings its text.
    pub async fn text(&self, css: &str) -> String {
        let found = self.page.wait().at_most(PATIENCE).every(POLL).for_element(Locator::Css(css)).await;
        found.unwrap_or_else(|error| panic!("{css}: {error}")).text().await.expect("its text")
    }

    /// Waits for an element and presses it with the mouse.
    pub async fn click(&self, css: &str) {
        let found = self.page.wait().at_most(PATIENCE).every(POLL).for_element(Locator::Css(css)).await;
        let found = found.unwrap_or_else(|error| panic!("{css}: {error}"));
        found.click().await.unwrap_or_else(|error| panic!("{css}: {error}"));
    }

    /// Waits for an element and types into it, letter by letter.
    pub async fn write(&self, css: &str, text: &str) {
        let found = self.page.wait().at_most(PATIENCE).every(POLL).for_element(Locator::Css(css)).await;
        let found = found.unwrap_or_else(|error| panic!("{css}: {error}"));
        found.send_keys(text).await.unwrap_or_else(|error| panic!("{css}: {error}"));
    }

    /// Presses keys where the focus is.
    pub async fn press(&self, keys: &str) {
        let focused = self.page.active_element().await.expect("something has the focus");
        focused.send_keys(keys).await.expect("it takes keys");
    }

    /// Waits until this expression holds in the page.
    pub async fn until(&self, holds: &str) {
        let script = format!(
            "const done = arguments[0];
             const look = () => ({holds}) ? done(true) : setTimeout(look, 25);
             look()"
        );
        let seen = self.page.execute_async(&script, Vec::new()).await;
        if let Err(error) = seen {
            let shown = self.run("return document.body.innerText").await;
            panic!("never: {holds}: {error}\nThe page shows: {shown}");
        }
    }

    /// Runs a script in the page and brings its value.
    pub async fn run(&self, script: &str) -> serde_json::Value {
        self.page.execute(script, Vec::new()).await.unwrap_or_else(|error| panic!("{script}: {error}"))
    }

    /// Keeps a picture of the page in `test-output/screenshots`, once its letters are drawn.
    pub async fn picture(&self, name: &str) {
        let drawn = "const done = arguments[0];
            document.fonts.ready.then(() => requestAnimationFrame(() => requestAnimationFrame(() => done(true))))";
        self.page.execute_async(drawn, Vec::new()).await.expect("the page is drawn");
        self.run(STIR).await;
        let png = tokio::time::timeout(PATIENCE, self.page.screenshot()).await;
        self.run("clearInterval(window.stirring); document.getElementById('stirred').remove()").await;
        let png = png.expect("a picture in time").expect("a picture");
        let folder = root().join("test-output/screenshots");
        std::fs::create_dir_all(&folder).expect("the folder for pictures");
        std::fs::write(folder.join(format!("{name}.png")), png).expect("the picture is kept");
    }

    /// Makes the page this large, in pixels.
    pub async fn resize(&self, width: u32, height: u32) {
        self.page.set_window_size(width, height).await.expect("the window takes the size");
    }

    /// Closes the window as a test's last step, so that the program ends by itself.
    pub async fn close(self) {
        let _ = self.page.clone().close().await;
    }
}

impl Drop for Window {
    fn drop(&mut self) {
        end_group(&mut self.driver);
    }
}

/// Waits until the program's own page is there. Before, while the engine changes over from the empty page with which a
/// window begins, the driver answers whatever it is asked with an error that says nothing.
async fn can_be_spoken_to(page: &Client) -> Option<()> {
    let there = "return location.protocol !== 'about:' && document.readyState === 'complete'";
    let end = Instant::now() + PATIENCE;
    while Instant::now() < end {
        if page.execute(there, Vec::new()).await.is_ok_and(|there| there == true) {
            return Some(());
        }
        tokio::time::sleep(POLL).await;
    }
    None
}

/// Ends the driver if the window never came up.
struct Ending(Option<Child>);

impl Drop for Ending {
    fn drop(&mut self) {
        if let Some(driver) = &mut self.0 {
            end_group(driver);
        }
    }
}

/// The driver starts the program, so both stand in one group and go together; the profile is free for the next window
/// only when the program has gone. A driver with an open session may
/// overhear the first request.
fn end_group(driver: &mut Child) {
    let group = format!("-{}", driver.id());
    for (signal, patience) in [("-TERM", Duration::from_secs(2)), ("-KILL", PATIENCE)] {
        let _ = Command::new("kill").args([signal, "--", &group]).stderr(Stdio::null()).status();
        let end = Instant::now() + patience;
        while Instant::now() < end {
            if !matches!(driver.try_wait(), Ok(None)) && !group_lives(driver.id()) {
                return;
            }
            std::thread::sleep(Duration::from_millis(10));
        }
    }
}

/// Whether any process of this group still runs. One that only waits to be counted by its parent does not.
fn group_lives(group: u32) -> bool {
    let processes = std::fs::read_dir("/proc").expect("the list of processes");
    processes.flatten().any(|process| {
        let told = std::fs::read_to_string(process.path().join("stat")).unwrap_or_default();
        let mut fields = told.rsplit(") ").next().unwrap_or_default().split(' ');
        let state = fields.next();
        state.is_some_and(|state| state != "Z") && fields.nth(1) == Some(&group.to_string())
    })
}

fn free_port() -> u16 {
    let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a free port");
    listener.local_addr().expect("its number").port()
}

async fn wait_for_port(port: u16) {
    let end = Instant::now() + PATIENCE;
    while tokio::net::TcpStream::connect(("127.0.0.1", port)).await.is_err() {
        assert!(Instant::now() < end, "WebKitWebDriver does not answer");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// Starts the program without a driver and brings how it ended, within ten seconds.
pub fn start_plainly(environment: &[(&str, &Path)]) -> (std::process::Output, Duration) {
    let before = Instant::now();
    let mut command = Command::new("timeout");
    command.args(["10", PROGRAM]).envs(environment.iter().copied()).stdin(Stdio::null());
    let output = command.output().expect("the program starts");
    (output, before.elapsed())
}
