//! Hardening changes the whole process, so it has one to itself.
#![cfg(target_os = "linux")]

use rustix::process::{DumpableBehavior, Resource, dumpable_behavior, getrlimit};

#[test]
fn no_core_image_is_written_and_no_neighbour_attaches() {
    assert!(inkhorn_vault::harden_process());
    assert_eq!(getrlimit(Resource::Core).current, Some(0));
    assert_eq!(dumpable_behavior(), Ok(DumpableBehavior::NotDumpable));
}
