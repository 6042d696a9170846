//! The vault against a real Secret Service: each test plays a scene in a process, on a bus and in a home of its own.
//!
//! The keychain takes its bus from the environment, so a scene runs in a child: this program again, told by
//! `INKHORN_SCENE` which scene to play. The scene starts the daemons it wants and ends them.
#![cfg(target_os = "linux")]
#![allow(clippy::expect_used, clippy::panic, reason = "scenes and their helpers are tests")]

use inkhorn_fault::Code;
use inkhorn_secret::Secret;
use inkhorn_vault::{
    Deadlines, Effort, Keychain, KeychainError, LockedWhy, Patience, Purpose, SealContext, SystemKeychain,
    Vault, VaultRows, VaultState,
};
use rustix::process::{Pid, Signal, kill_process};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use zbus::zvariant::ObjectPath;
use zbus_secret_service_keyring_store::Store;

const SERVICE: &str = "dev.inkhorn.Inkhorn.test";
const LONG: Duration = Duration::from_secs(20);

#[test]
fn a_vault_is_made_and_opened_by_the_real_keychain() {
    play("works");
}

#[test]
fn a_deleted_entry_is_missing_until_it_comes_back() {
    play("deleted");
}

#[test]
fn a_replaced_entry_is_wrong_and_never_overwritten() {
    play("replaced");
}

#[test]
fn of_two_entries_the_right_one_is_found() {
    play("two");
}

#[test]
fn a_locked_keychain_says_so_at_once_and_opens_later() {
    play("locked");
}

#[test]
fn a_bus_without_a_keychain_is_told_quickly() {
    play("no service");
}

#[test]
fn a_service_without_any_keyring_is_no_keychain() {
    play("no keyring");
}

#[test]
fn without_a_bus_the_keychain_is_unavailable_until_there_is_one() {
    play("no bus");
}

#[test]
fn a_service_that_never_answers_is_given_up_at_the_deadline() {
    play("silent");
}

#[test]
fn a_late_answer_ends_the_silence() {
    play("late");
}

#[test]
fn the_environment_can_do_without_the_keychain() {
    play_with("none wanted", ("INKHORN_NO_KEYCHAIN", "1"));
}

#[test]
fn the_environment_can_name_the_service() {
    play_with("named service", ("INKHORN_KEYCHAIN_SERVICE", SERVICE));
}

#[test]
#[ignore = "a scene for the other tests, which make its session"]
fn scene() {
    match std::env::var("INKHORN_SCENE").expect("run by the other tests").as_str() {
        "works" => works(),
        "deleted" => deleted(),
        "replaced" => replaced(),
        "two" => two(),
        "locked" => locked(),
        "no service" => no_service(),
        "no keyring" => no_keyring(),
        "no bus" => no_bus(),
        "silent" => silent(),
        "late" => late(),
        "none wanted" => none_wanted(),
        "named service" => named_service(),
        other => panic!("no scene called {other}"),
    }
}

fn works() {
    let _session = (Daemon::bus(), Daemon::keyring());
    let (rows, sealed) = make_vault();
    // Another process later: nothing is shared but the rows and the keyring.
    let vault = Vault::from_rows(Some(rows.clone()));
    let start = Instant::now();
    assert_eq!(vault.unlock_with_keychain(&keychain(), Patience::Probe), Ok(()));
    assert!(start.elapsed() < Duration::from_secs(1), "{:?}", start.elapsed());
    assert_eq!(vault.open(&context(), &sealed).expect("opened").as_slice(), b"sk-live");

    let account = account(&rows);
    let again = keychain().write(&account, &Secret::new("other".to_owned()), Patience::Asked);
    assert_eq!(again, Err(KeychainError::Taken));
    let slots =
        vault.set_passphrase(&Secret::new("a real passphrase".to_owned()), Effort::Least).expect("set");
    let joined = Vault::from_rows(Some(VaultRows { slots, ..rows }));
    assert!(joined.unlock_with_keychain(&keychain(), Patience::Probe).is_err());
    let passphrase = Secret::new("a real passphrase".to_owned());
    let opened = joined.unlock_with_passphrase(&passphrase, &keychain(), Patience::Probe, Duration::ZERO);
    assert_eq!(opened, Ok(()));

    assert_eq!(keychain().remove(&account, Patience::Asked), Ok(()));
    assert_eq!(keychain().read(&account, Patience::Asked).err(), Some(KeychainError::NoEntry));
}

fn deleted() {
    let _session = (Daemon::bus(), Daemon::keyring());
    let (rows, sealed) = make_vault();
    let account = account(&rows);
    let entry = read_entry(&account);
    keychain().remove(&account, Patience::Asked).expect("removed");

    let (vault, code) = unlock(&rows, &keychain());
    assert_eq!(vault.state(), VaultState::Locked(LockedWhy::KeychainEntryMissing));
    assert_eq!(code, Some(Code::KeychainEntryMissing));
    assert!(vault.make_with_keychain(&keychain(), Patience::Asked).is_err());
    assert_eq!(
        keychain().read(&account, Patience::Asked).err(),
        Some(KeychainError::NoEntry),
        "nothing is made"
    );

    write_entry(&account, &entry);
    assert_eq!(vault.unlock_with_keychain(&keychain(), Patience::Asked), Ok(()));
    assert!(vault.open(&context(), &sealed).is_ok());
}

fn replaced() {
    let _session = (Daemon::bus(), Daemon::keyring());
    let (rows, _) = make_vault();
    let (other, _) = make_vault();
    let account = account(&rows);
    let right = read_entry(&account);
    let of_another_vault = read_entry(&self::account(&other));
    let one_byte_less = &right[..right.len() - 1];
    let megabyte = vec![b'A'; 1 << 20];
    for wrong in [&of_another_vault, one_byte_less, b"\xff\xfe\xfd", &megabyte, b""] {
        write_entry(&account, wrong);
        let (vault, code) = unlock(&rows, &keychain());
        assert_eq!(vault.state(), VaultState::Locked(LockedWhy::KeychainEntryWrong), "{} bytes", wrong.len());
        assert_eq!(code, Some(Code::KeychainEntryMissing));
        assert!(read_entry(&account) == wrong, "what stands there stays: {} bytes", wrong.len());
    }
    write_entry(&account, &right);
    assert_eq!(unlock(&rows, &keychain()).1, None);
}

fn two() {
    let _session = (Daemon::bus(), Daemon::keyring());
    let (rows, _) = make_vault();
    let account = account(&rows);
    // It has one attribute more than ours, so it is a second entry, and matches what ours is looked up by.
    let mut tool = command("secret-tool")
        .args(["store", "--label", "second", "service", SERVICE, "username", &account, "copy", "2"])
        .stdin(Stdio::piped())
        .spawn()
        .expect("secret-tool");
    tool.stdin.take().expect("piped").write_all(b"ih1.not-the-one").expect("written");
    assert!(tool.wait().expect("ended").success());
    assert_eq!(keychain().read(&account, Patience::Asked).map(|found| found.len()).ok(), Some(2));
    assert_eq!(unlock(&rows, &keychain()).1, None);
}

fn locked() {
    let (_bus, keyring) = (Daemon::bus(), Daemon::keyring());
    let (rows, _) = make_vault();
    keyring.lock();
    let start = Instant::now();
    let (vault, code) = unlock(&rows, &keychain());
    assert!(start.elapsed() < Duration::from_secs(1), "{:?}", start.elapsed());
    assert_eq!(vault.state(), VaultState::Locked(LockedWhy::KeychainLocked));
    assert_eq!(code, Some(Code::KeychainLocked));
    // A profile without a vault gets none either, and no entry.
    let fault = Vault::empty().make_with_keychain(&keychain(), Patience::Asked).err();
    assert_eq!(fault.map(|fault| fault.code()), Some(Code::KeychainLocked));

    drop(keyring);
    let _unlocked = Daemon::keyring();
    assert_eq!(vault.unlock_with_keychain(&keychain(), Patience::Asked), Ok(()));
}

fn no_service() {
    let _bus = Daemon::bus();
    let start = Instant::now();
    let read = keychain().read("vault:00:k1", Patience::Probe);
    assert_eq!(read.err(), Some(KeychainError::Unavailable));
    assert!(start.elapsed() < Duration::from_secs(5), "{:?}", start.elapsed());
    let fault = Vault::empty().make_with_keychain(&keychain(), Patience::Asked).err();
    assert_eq!(fault.map(|fault| fault.code()), Some(Code::KeychainUnavailable));
}

fn no_keyring() {
    let _session = (Daemon::bus(), Daemon::service());
    assert_eq!(keychain().read("vault:00:k1", Patience::Probe).err(), Some(KeychainError::NoEntry));
    // Not "locked": there is nothing to unlock, and a passphrase is the way.
    let fault = Vault::empty().make_with_keychain(&keychain(), Patience::Asked).err();
    assert_eq!(fault.map(|fault| fault.code()), Some(Code::KeychainUnavailable));
}

fn no_bus() {
    let keychain = keychain();
    let start = Instant::now();
    assert_eq!(keychain.read("vault:00:k1", Patience::Probe).err(), Some(KeychainError::Unavailable));
    assert!(start.elapsed() < Duration::from_secs(1), "{:?}", start.elapsed());
    let _session = (Daemon::bus(), Daemon::keyring());
    // The same keychain, in the same process: no failure was kept.
    let read = keychain.read("vault:00:k1", Patience::Probe);
    assert_eq!(read.err(), Some(KeychainError::NoEntry));
}

fn silent() {
    let _bus = Daemon::bus();
    let stub = zbus::blocking::connection::Builder::session()
        .and_then(|bus| bus.name("org.freedesktop.secrets"))
        .and_then(|bus| bus.build())
        .expect("the name");
    let deadlines = Deadlines { probe: Duration::from_millis(400), ..Deadlines::default() };
    let keychain = SystemKeychain::new(SERVICE, deadlines);
    let start = Instant::now();
    assert_eq!(keychain.read("vault:00:k1", Patience::Probe).err(), Some(KeychainError::Silent));
    let waited = start.elapsed();
    assert!(waited >= deadlines.probe && waited < Duration::from_secs(2), "{waited:?}");

    let start = Instant::now();
    assert_eq!(keychain.read("vault:00:k1", Patience::Asked).err(), Some(KeychainError::Silent));
    assert!(start.elapsed() < Duration::from_millis(100), "left alone for a while: {:?}", start.elapsed());
    let fault = Vault::empty().make_with_keychain(&keychain, Patience::Asked).err().expect("silent");
    assert!(fault.message().contains("does not answer"), "{}", fault.message());

    drop(stub);
    let _keyring = Daemon::keyring();
    until("the keychain is asked again", || {
        keychain.read("vault:00:k1", Patience::Probe).err() == Some(KeychainError::NoEntry)
    });
}

fn late() {
    let (_bus, keyring) = (Daemon::bus(), Daemon::keyring());
    let (rows, _) = make_vault();
    let deadlines = Deadlines { probe: Duration::from_millis(400), ..Deadlines::default() };
    let keychain = SystemKeychain::new(SERVICE, deadlines);
    keyring.signal(Signal::STOP);
    let (vault, _) = unlock(&rows, &keychain);
    assert_eq!(vault.state(), VaultState::Locked(LockedWhy::KeychainSilent));
    keyring.signal(Signal::CONT);
    let start = Instant::now();
    until("the late answer opens the vault", || {
        vault.unlock_with_keychain(&keychain, Patience::Probe).is_ok()
    });
    assert!(start.elapsed() < deadlines.hold_off, "without waiting for the pause to end");

    // A write that was given up leaves nothing behind once the keychain goes on.
    keyring.signal(Signal::STOP);
    let write = keychain.write("vault:late:k1", &Secret::new("ih1.late".to_owned()), Patience::Probe);
    assert_eq!(write, Err(KeychainError::Silent));
    keyring.signal(Signal::CONT);
    until("the keychain answers again", || {
        keychain.read("vault:late:k1", Patience::Probe).err() == Some(KeychainError::NoEntry)
    });
}

fn none_wanted() {
    let _session = (Daemon::bus(), Daemon::keyring());
    let keychain = inkhorn_vault::resolve_keychain();
    assert_eq!(keychain.read("vault:00:k1", Patience::Probe).err(), Some(KeychainError::Unavailable));
    let fault = Vault::empty().make_with_keychain(&*keychain, Patience::Asked).err();
    assert_eq!(fault.map(|fault| fault.code()), Some(Code::KeychainUnavailable));
}

fn named_service() {
    let _session = (Daemon::bus(), Daemon::keyring());
    let value = Secret::new("ih1.named".to_owned());
    let keychain = inkhorn_vault::resolve_keychain();
    assert_eq!(keychain.write("vault:00:k1", &value, Patience::Asked), Ok(()));
    assert_eq!(read_entry("vault:00:k1"), b"ih1.named", "under the service name of the environment");
}

/// Runs a scene in a process and a scratch home of its own.
fn play(scene: &str) {
    play_with(scene, ("LC_ALL", "C"));
}

fn play_with(scene: &str, (name, value): (&str, &str)) {
    for program in ["dbus-daemon", "gnome-keyring-daemon", "secret-tool"] {
        let found = std::env::split_paths(&std::env::var_os("PATH").unwrap_or_default())
            .any(|folder| folder.join(program).is_file());
        assert!(
            found,
            "{program} is missing: apt-get install -y --no-install-recommends dbus gnome-keyring libsecret-tools"
        );
    }
    let home = tempfile::tempdir().expect("a scratch home");
    std::fs::create_dir_all(home.path().join(".local/share/keyrings")).expect("made");
    let output = Command::new(std::env::current_exe().expect("this program"))
        .args(["scene", "--exact", "--ignored", "--nocapture"])
        .env("INKHORN_SCENE", scene)
        .env("HOME", home.path())
        .env("XDG_RUNTIME_DIR", home.path())
        .env("DBUS_SESSION_BUS_ADDRESS", format!("unix:path={}", home.path().join("bus").display()))
        .env_remove("INKHORN_NO_KEYCHAIN")
        .env_remove("INKHORN_KEYCHAIN_SERVICE")
        .env(name, value)
        .env_remove("XDG_DATA_HOME")
        .env_remove("XDG_CONFIG_HOME")
        .env_remove("DISPLAY")
        .env_remove("WAYLAND_DISPLAY")
        .output()
        .expect("ran");
    let told =
        format!("{}\n{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success() && told.contains("1 passed"), "scene {scene}:\n{told}");
}

/// A daemon of the scene; it ends with the value.
struct Daemon(Child);

impl Daemon {
    /// A bus that starts nothing by itself.
    fn bus() -> Self {
        let socket = home().join("bus");
        let config = home().join("bus.conf");
        let text = format!(
            "<busconfig><type>session</type><listen>unix:path={}</listen><auth>EXTERNAL</auth>\
             <policy context=\"default\"><allow send_destination=\"*\"/><allow receive_sender=\"*\"/>\
             <allow own=\"*\"/></policy></busconfig>",
            socket.display()
        );
        std::fs::write(&config, text).expect("written");
        let child = command("dbus-daemon")
            .args(["--nofork", "--nopidfile", "--config-file"])
            .arg(&config)
            .spawn()
            .expect("dbus-daemon");
        until("the bus listens", || socket.exists());
        Self(child)
    }

    /// A keyring that is open.
    fn keyring() -> Self {
        let mut child = command("gnome-keyring-daemon")
            .args(["--unlock", "--components=secrets", "--foreground"])
            .stdin(Stdio::piped())
            .spawn()
            .expect("gnome-keyring-daemon");
        child.stdin.take().expect("piped").write_all(b"test").expect("the password");
        until("the keyring is on the bus and open", || {
            let bus = zbus::blocking::Connection::session();
            bus.and_then(|bus| {
                let path = "/org/freedesktop/secrets/collection/login";
                let login = zbus::blocking::Proxy::new(
                    &bus,
                    "org.freedesktop.secrets",
                    path,
                    "org.freedesktop.Secret.Collection",
                )?;
                login.get_property::<bool>("Locked")
            })
            .is_ok_and(|locked| !locked)
        });
        Self(child)
    }

    /// The service as a bus starts it where nobody has logged in: no keyring exists.
    fn service() -> Self {
        let child = command("gnome-keyring-daemon")
            .args(["--start", "--components=secrets", "--foreground"])
            .spawn()
            .expect("gnome-keyring-daemon");
        until("the service is on the bus", || {
            let names = zbus::blocking::Connection::session()
                .and_then(|bus| Ok(zbus::blocking::fdo::DBusProxy::new(&bus)?.list_names()?));
            names.is_ok_and(|names| names.iter().any(|name| name.as_str() == "org.freedesktop.secrets"))
        });
        Self(child)
    }

    /// Locks every collection, as the system does when the writer's session is locked.
    fn lock(&self) {
        let login = ObjectPath::try_from("/org/freedesktop/secrets/collection/login").expect("a path");
        zbus::blocking::Connection::session()
            .and_then(|bus| {
                bus.call_method(
                    Some("org.freedesktop.secrets"),
                    "/org/freedesktop/secrets",
                    Some("org.freedesktop.Secret.Service"),
                    "Lock",
                    &(vec![login]),
                )
            })
            .expect("locked");
    }

    fn signal(&self, signal: Signal) {
        kill_process(Pid::from_child(&self.0), signal).expect("sent");
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn command(program: &str) -> Command {
    let mut command = Command::new(program);
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    command
}

fn home() -> PathBuf {
    Path::new(&std::env::var_os("HOME").expect("HOME")).to_owned()
}

/// Waits for something outside this process.
fn until(what: &str, mut done: impl FnMut() -> bool) {
    let start = Instant::now();
    while !done() {
        assert!(start.elapsed() < LONG, "not in time: {what}");
        std::thread::sleep(Duration::from_millis(10));
    }
}

fn keychain() -> SystemKeychain {
    SystemKeychain::new(SERVICE, Deadlines::default())
}

fn make_vault() -> (VaultRows, Vec<u8>) {
    let vault = Vault::empty();
    let new = vault.make_with_keychain(&keychain(), Patience::Asked).expect("made");
    let rows = new.rows().clone();
    vault.adopt(new);
    let sealed = vault.seal(&context(), b"sk-live").expect("sealed");
    (rows, sealed)
}

fn unlock(rows: &VaultRows, keychain: &SystemKeychain) -> (Vault, Option<Code>) {
    let vault = Vault::from_rows(Some(rows.clone()));
    let code = vault.unlock_with_keychain(keychain, Patience::Probe).err().map(|fault| fault.code());
    (vault, code)
}

fn account(rows: &VaultRows) -> String {
    rows.head.keychain_account.clone().expect("an account")
}

/// The entry past the vault's own code, through the library that any other program would use.
fn entry(account: &str) -> keyring_core::Entry {
    use keyring_core::api::CredentialStoreApi;
    Store::new().expect("a store").build(SERVICE, account, None).expect("an entry")
}

fn read_entry(account: &str) -> Vec<u8> {
    entry(account).get_secret().expect("read")
}

fn write_entry(account: &str, bytes: &[u8]) {
    entry(account).set_secret(bytes).expect("written");
}

fn context() -> SealContext<'static> {
    SealContext {
        purpose: Purpose::Secret,
        record: [1; 16],
        owner_kind: "connection",
        owner: [2; 16],
        field: "key",
        revision: 1,
        destination: None,
    }
}
