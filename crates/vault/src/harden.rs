//! Makes this process harder to read for others: no core image, no attaching without being root.

/// Switches core images and memory reading by other processes of the user off, where the system can.
///
/// For the start of every face, before a key is in memory. Returns whether all of it took; a program that goes on
/// without is not wrong, only less shielded. Does nothing on Windows.
pub fn harden_process() -> bool {
    #[cfg(unix)]
    let no_core = {
        use rustix::process::{Resource, Rlimit, setrlimit};
        setrlimit(Resource::Core, Rlimit { current: Some(0), maximum: Some(0) }).is_ok()
    };
    #[cfg(not(unix))]
    let no_core = false;
    #[cfg(any(target_os = "linux", target_os = "android"))]
    let not_dumpable = {
        use rustix::process::{DumpableBehavior, set_dumpable_behavior};
        set_dumpable_behavior(DumpableBehavior::NotDumpable).is_ok()
    };
    #[cfg(not(any(target_os = "linux", target_os = "android")))]
    let not_dumpable = false;
    no_core && not_dumpable
}
