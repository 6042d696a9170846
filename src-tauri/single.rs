//! One window per profile. The first holds a lock file for as long as it lives; a second rings its doorbell, a socket
//! in the profile that only the owner can reach, and leaves. The lock goes with the process, however it ends, and
//! nothing here needs a session bus.

use std::fs::{File, TryLockError};
use std::path::Path;
use std::time::{Duration, Instant};

/// How long a second window waits for the first to answer.
const PATIENCE: Duration = Duration::from_millis(700);

/// What became of the wish to be the profile's window.
pub enum Claim {
    /// This process is it.
    Ours(Doorbell),
    /// Another one is, and was asked to come to the front.
    Shown,
}

/// The first window's side: the lock, and the socket on which others ring.
pub struct Doorbell {
    lock: File,
    #[cfg(unix)]
    listener: Option<std::os::unix::net::UnixListener>,
}

/// Takes the profile, or asks the window that has it to show itself. The error is a sentence for a person.
pub fn claim(profile: &Path) -> Result<Claim, String> {
    let path = profile.join("window.lock");
    let lock = File::options()
        .create(true)
        .truncate(false)
        .write(true)
        .open(&path)
        .map_err(|error| format!("{} cannot be opened: {error}.", path.display()))?;
    match lock.try_lock() {
        Ok(()) => Ok(Claim::Ours(Doorbell::hang(lock, profile))),
        Err(TryLockError::WouldBlock) => match ring(profile) {
            true => Ok(Claim::Shown),
            // A window that was just being closed answers no more, and its place is free a moment later.
            false => match lock.try_lock() {
                Ok(()) => Ok(Claim::Ours(Doorbell::hang(lock, profile))),
                Err(_) => {
                    Err("Inkhorn is already open on this profile, but its window does not answer.".to_owned())
                }
            },
        },
        Err(TryLockError::Error(error)) => Err(format!("{} cannot be locked: {error}.", path.display())),
    }
}

#[cfg(unix)]
impl Doorbell {
    fn hang(lock: File, profile: &Path) -> Self {
        use std::os::unix::fs::PermissionsExt;
        let path = profile.join(SOCKET);
        // Left by a window that was killed; the lock says that nobody answers there.
        let _ = std::fs::remove_file(&path);
        let listener = std::os::unix::net::UnixListener::bind(&path).and_then(|listener| {
            std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600))?;
            Ok(listener)
        });
        // Where a socket cannot be made (a folder on a network, a very long path), the window works all the same.
        Self { lock, listener: listener.ok() }
    }

    /// Calls `show` whenever another process rings, from a thread of its own, until the process ends.
    pub fn answer(self, show: impl Fn() + Send + 'static) {
        use std::io::{Read, Write};
        let _ = std::thread::Builder::new().name("doorbell".into()).spawn(move || {
            // The lock is held by this thread, which lives as long as the process does.
            let _lock = self.lock;
            let Some(listener) = self.listener else {
                loop {
                    std::thread::park();
                }
            };
            for visitor in listener.incoming() {
                let Ok(mut visitor) = visitor else { continue };
                let _ = visitor.set_read_timeout(Some(PATIENCE));
                let _ = visitor.set_write_timeout(Some(PATIENCE));
                let mut word = [0; RING.len()];
                if visitor.read_exact(&mut word).is_ok() && word == *RING {
                    show();
                    let _ = visitor.write_all(HEARD);
                }
            }
        });
    }
}

#[cfg(unix)]
const SOCKET: &str = "window.sock";
#[cfg(unix)]
const RING: &[u8; 6] = b"front\n";
#[cfg(unix)]
const HEARD: &[u8; 3] = b"ok\n";

/// Rings at the first window; true if it answered. It may be only just starting, so an absent socket is tried again.
#[cfg(unix)]
fn ring(profile: &Path) -> bool {
    use std::io::{Read, Write};
    use std::os::unix::net::UnixStream;
    let end = Instant::now() + PATIENCE;
    let try_once = || -> std::io::Result<bool> {
        let mut door = UnixStream::connect(profile.join(SOCKET))?;
        let left = end.saturating_duration_since(Instant::now()).max(Duration::from_millis(1));
        door.set_read_timeout(Some(left))?;
        door.set_write_timeout(Some(left))?;
        door.write_all(RING)?;
        let mut word = [0; HEARD.len()];
        door.read_exact(&mut word)?;
        Ok(word == *HEARD)
    };
    loop {
        match try_once() {
            Ok(answered) => return answered,
            Err(_) if Instant::now() < end => std::thread::sleep(Duration::from_millis(20)),
            Err(_) => return false,
        }
    }
}

#[cfg(not(unix))]
impl Doorbell {
    fn hang(lock: File, _profile: &Path) -> Self {
        Self { lock }
    }

    /// Holds the lock until the process ends. There is no doorbell here: a second window says that one is open.
    pub fn answer(self, _show: impl Fn() + Send + 'static) {
        std::mem::forget(self.lock);
    }
}

#[cfg(not(unix))]
fn ring(_profile: &Path) -> bool {
    let _ = (PATIENCE, Instant::now());
    false
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;
    use std::sync::mpsc;

    #[test]
    fn the_second_rings_and_the_first_hears_it() {
        let profile = tempfile::tempdir().unwrap();
        let Ok(Claim::Ours(doorbell)) = claim(profile.path()) else { panic!("the first claim is ours") };
        let mode = profile.path().join(SOCKET).metadata().unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "others on this machine cannot ring");
        let (tell, heard) = mpsc::channel();
        doorbell.answer(move || {
            let _ = tell.send(());
        });
        let before = Instant::now();
        assert!(matches!(claim(profile.path()), Ok(Claim::Shown)));
        assert!(before.elapsed() < Duration::from_secs(1));
        heard.recv_timeout(Duration::from_secs(5)).unwrap();
    }

    #[test]
    fn a_window_that_does_not_answer_is_told_in_under_a_second() {
        let profile = tempfile::tempdir().unwrap();
        let Ok(Claim::Ours(doorbell)) = claim(profile.path()) else { panic!("the first claim is ours") };
        let before = Instant::now();
        assert!(claim(profile.path()).is_err(), "nobody answers the bell");
        assert!(before.elapsed() < Duration::from_secs(1));
        drop(doorbell);
        assert!(matches!(claim(profile.path()), Ok(Claim::Ours(_))), "the lock goes with its holder");
    }

    #[test]
    fn a_socket_left_by_a_killed_window_is_no_hindrance() {
        let profile = tempfile::tempdir().unwrap();
        std::fs::write(profile.path().join(SOCKET), b"").unwrap();
        std::fs::write(profile.path().join("window.lock"), b"").unwrap();
        assert!(matches!(claim(profile.path()), Ok(Claim::Ours(_))));
    }
}
