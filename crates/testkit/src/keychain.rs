//! A real system keychain for tests: a session bus and a gnome-keyring of their own, apart from the person's.

use std::io::{BufRead, BufReader, Write};
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::group::Group;

const PATIENCE: Duration = Duration::from_secs(20);

/// A running, unlocked Secret Service in a scratch home. Ends with this value.
pub struct RealKeychain {
    address: String,
    // Before the folder, so that the programs end before their files go.
    keyring: Group,
    bus: Group,
    folder: tempfile::TempDir,
}

impl RealKeychain {
    /// Starts bus and keyring, and waits until the service answers. Panics where the programs are missing, with the
    /// line that installs them.
    pub fn start() -> Self {
        let folder =
            tempfile::Builder::new().prefix("inkhorn-keychain-").tempdir().expect("a scratch folder");
        let (home, runtime) = (folder.path().join("home"), folder.path().join("run"));
        std::fs::create_dir_all(home.join(".local/share/keyrings")).expect("a folder for keyrings");
        std::fs::create_dir(&runtime).expect("a folder for sockets");
        private(&runtime);

        let config = folder.path().join("bus.conf");
        std::fs::write(&config, bus_config(&runtime)).expect("a file can be written");
        let mut bus = Group::start(
            needed("dbus-daemon")
                .args(["--nofork", "--nopidfile", "--print-address=1", "--config-file"])
                .arg(&config)
                .env_clear()
                .envs(surroundings(&home, &runtime))
                .stdin(Stdio::null())
                .stdout(Stdio::piped())
                .stderr(Stdio::null()),
        );
        let mut address = String::new();
        let out = bus.child.stdout.take().expect("the output is piped");
        BufReader::new(out).read_line(&mut address).expect("the bus tells its address");
        let address = address.trim().to_owned();
        assert!(!address.is_empty(), "the session bus ended before it told its address");

        let mut keyring = Group::start(
            needed("gnome-keyring-daemon")
                .args(["--unlock", "--components=secrets", "--foreground"])
                .env_clear()
                .envs(surroundings(&home, &runtime))
                .env("DBUS_SESSION_BUS_ADDRESS", &address)
                .stdin(Stdio::piped())
                .stdout(Stdio::null())
                .stderr(Stdio::null()),
        );
        let mut input = keyring.child.stdin.take().expect("the input is piped");
        input.write_all(b"test").expect("the keyring takes its password");
        drop(input);

        let mut keychain = Self { address, keyring, bus, folder };
        keychain.wait_until_it_answers();
        keychain
    }

    /// What a program needs to find this keychain: `DBUS_SESSION_BUS_ADDRESS`, `XDG_RUNTIME_DIR`, `HOME`.
    pub fn variables(&self) -> Vec<(&'static str, String)> {
        let text = |path: PathBuf| path.to_str().expect("a scratch path is text").to_owned();
        vec![
            ("DBUS_SESSION_BUS_ADDRESS", self.address.clone()),
            ("XDG_RUNTIME_DIR", text(self.runtime())),
            ("HOME", text(self.home())),
        ]
    }

    /// The home folder whose keyring it is.
    pub fn home(&self) -> PathBuf {
        self.folder.path().join("home")
    }

    /// Ends the keyring and leaves the bus: what a session without a keychain looks like.
    pub fn end_service(&mut self) {
        self.keyring.signal(rustix::process::Signal::KILL);
        let deadline = Instant::now() + PATIENCE;
        while self.answers() {
            assert!(Instant::now() < deadline, "the keyring does not end");
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    /// Leaves the keyring its place on the bus but lets it answer nothing, until [`Self::wake_service`].
    pub fn silence_service(&self) {
        self.keyring.signal(rustix::process::Signal::STOP);
    }

    /// Lets a silenced keyring answer again, late questions first.
    pub fn wake_service(&self) {
        self.keyring.signal(rustix::process::Signal::CONT);
    }

    fn runtime(&self) -> PathBuf {
        self.folder.path().join("run")
    }

    /// The service has its name on the bus and its login collection is open.
    fn answers(&self) -> bool {
        let reply = needed("dbus-send")
            .args(["--session", "--print-reply=literal", "--dest=org.freedesktop.DBus", "/"])
            .args(["org.freedesktop.DBus.NameHasOwner", "string:org.freedesktop.secrets"])
            .env_clear()
            .envs(surroundings(&self.home(), &self.runtime()))
            .env("DBUS_SESSION_BUS_ADDRESS", &self.address)
            .stderr(Stdio::null())
            .output()
            .expect("dbus-send runs");
        String::from_utf8_lossy(&reply.stdout).contains("true")
    }

    fn wait_until_it_answers(&mut self) {
        let deadline = Instant::now() + PATIENCE;
        let collection = self.home().join(".local/share/keyrings/login.keyring");
        while !(self.answers() && collection.exists()) {
            assert!(self.bus.ended().is_none(), "the session bus ended");
            assert!(self.keyring.ended().is_none(), "gnome-keyring-daemon ended");
            assert!(Instant::now() < deadline, "gnome-keyring-daemon does not answer");
            // Another program is waited for here; it offers nothing to wait on.
            std::thread::sleep(Duration::from_millis(5));
        }
    }
}

/// The command, if it is installed.
fn needed(program: &str) -> Command {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let found = std::env::split_paths(&path).map(|folder| folder.join(program)).find(|file| file.is_file());
    match found {
        Some(file) => Command::new(file),
        None => panic!(
            "{program} is missing; install it with: \
             apt-get install -y --no-install-recommends gnome-keyring dbus dbus-x11 libsecret-tools"
        ),
    }
}

/// A session bus that starts nothing by itself: a keyring that was ended must not come back when it is asked for.
fn bus_config(runtime: &std::path::Path) -> String {
    format!(
        "<busconfig><type>session</type><listen>unix:path={}/bus</listen><policy context=\"default\">\
         <allow send_destination=\"*\" eavesdrop=\"true\"/><allow eavesdrop=\"true\"/><allow own=\"*\"/>\
         </policy></busconfig>",
        runtime.display()
    )
}

fn surroundings(
    home: &std::path::Path,
    runtime: &std::path::Path,
) -> Vec<(&'static str, std::ffi::OsString)> {
    vec![
        ("PATH", std::env::var_os("PATH").unwrap_or_default()),
        ("LANG", "C.UTF-8".into()),
        ("HOME", home.into()),
        ("XDG_RUNTIME_DIR", runtime.into()),
    ]
}

/// Sockets of the keyring are refused in a folder that others may enter.
fn private(folder: &std::path::Path) {
    use std::os::unix::fs::PermissionsExt;
    std::fs::set_permissions(folder, std::fs::Permissions::from_mode(0o700))
        .expect("a folder can be made private");
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secret_tool(keychain: &RealKeychain, arguments: &[&str], input: &str) -> (bool, String) {
        let mut child = needed("secret-tool")
            .args(arguments)
            .env_clear()
            .envs(keychain.variables())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
        let output = child.wait_with_output().unwrap();
        (output.status.success(), String::from_utf8(output.stdout).unwrap())
    }

    #[test]
    fn it_keeps_what_it_is_given_apart_from_others_and_can_end() {
        let (mut first, second) = (RealKeychain::start(), RealKeychain::start());
        let item = ["service", "inkhorn-test", "account", "one"];
        let store = [&["store", "--label=test"], &item[..]].concat();
        let look = [&["lookup"], &item[..]].concat();
        assert!(secret_tool(&first, &store, "kept").0, "the keyring takes an item");
        assert_eq!(secret_tool(&first, &look, ""), (true, "kept".to_owned()));
        assert!(!secret_tool(&second, &look, "").0, "another keychain does not have it");
        first.end_service();
        assert!(!secret_tool(&first, &look, "").0, "without the service nothing is found");
        assert!(!first.answers(), "asking has not started it again");
        let groups = [first.bus.id(), first.keyring.id()];
        drop(first);
        for id in groups {
            assert!(!std::path::Path::new(&format!("/proc/{id}")).exists(), "{id} has ended");
        }
    }
}
