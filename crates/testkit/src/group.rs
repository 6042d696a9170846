//! Child processes in a group of their own that ends with its owner.

use std::os::unix::process::CommandExt;
use std::process::{Child, Command, ExitStatus};

use rustix::process::{Pid, Signal, kill_process_group};

/// A child that leads a process group; the whole group is killed when this is dropped.
pub(crate) struct Group {
    pub(crate) child: Child,
    ended: Option<ExitStatus>,
}

impl Group {
    /// Starts the command as the head of a new group.
    pub(crate) fn start(command: &mut Command) -> Self {
        let program = command.get_program().to_owned();
        let child = command
            .process_group(0)
            .spawn()
            .unwrap_or_else(|error| panic!("cannot start {}: {error}", program.display()));
        Self { child, ended: None }
    }

    /// The id of the child, which is the id of the group.
    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// Sends a signal to the child's group. Nothing happens once the child has been waited for.
    pub(crate) fn signal(&self, signal: Signal) {
        if self.ended.is_none()
            && let Some(group) = i32::try_from(self.id()).ok().and_then(Pid::from_raw)
        {
            // A group that has just ended by itself is as good.
            let _ = kill_process_group(group, signal);
        }
    }

    /// The exit status, once the child has ended.
    pub(crate) fn ended(&mut self) -> Option<ExitStatus> {
        if self.ended.is_none() {
            self.ended = self.child.try_wait().expect("a child can be waited for");
        }
        self.ended
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        // The group may outlive its head, and while the head is not waited for its number is not given away.
        self.signal(Signal::KILL);
        let _ = self.child.wait();
    }
}
