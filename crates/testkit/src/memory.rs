//! The search of a running process's memory, for proofs that a lock wipes.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};

use crate::{Canary, Finding};

/// Longest stretch read at once; stretches overlap so that nothing hides on a border.
const STRETCH: usize = 4 * 1024 * 1024;
const OVERLAP: usize = 4 * 1024;

/// Searches all readable memory of a process for the canaries. Needs the right to read `/proc/PID/mem` (root, or
/// the same user where the process may be traced). Regions that vanish meanwhile are passed over; panics when the
/// process cannot be read at all.
pub fn scan_process_memory(pid: u32, canaries: &[&Canary]) -> Vec<Finding> {
    let maps = std::fs::read_to_string(format!("/proc/{pid}/maps"))
        .unwrap_or_else(|error| panic!("cannot read the memory map of {pid}: {error}"));
    let mut memory = File::open(format!("/proc/{pid}/mem"))
        .unwrap_or_else(|error| panic!("cannot read the memory of {pid}: {error}"));
    let (mut findings, mut searched) = (Vec::new(), 0u64);
    for line in maps.lines() {
        let Some((start, end, name)) = readable_region(line) else { continue };
        let place = format!("memory of {pid}, {name}");
        let mut from = start;
        while from < end {
            let length = (end - from).min(STRETCH as u64);
            let Some(bytes) = read_at(&mut memory, from, length as usize) else { break };
            searched += length;
            findings.extend(canaries.iter().flat_map(|canary| canary.find_in(&place, from, &bytes)));
            if from + length >= end {
                break;
            }
            from += length - OVERLAP as u64;
        }
    }
    assert!(searched > 0, "nothing of the memory of {pid} could be read");
    findings
}

/// Start, end and name of a readable region in a line of the map.
fn readable_region(line: &str) -> Option<(u64, u64, &str)> {
    let mut fields = line.split_whitespace();
    let (start, end) = fields.next()?.split_once('-')?;
    let readable = fields.next()?.starts_with('r');
    let name = fields.nth(3).unwrap_or("anonymous");
    // The kernel's own pages cannot be read from outside.
    let wanted = readable && !matches!(name, "[vvar]" | "[vsyscall]" | "[vvar_vclock]");
    wanted.then_some((u64::from_str_radix(start, 16).ok()?, u64::from_str_radix(end, 16).ok()?, name))
}

fn read_at(memory: &mut File, from: u64, length: usize) -> Option<Vec<u8>> {
    let mut bytes = vec![0; length];
    memory.seek(SeekFrom::Start(from)).ok()?;
    memory.read_exact(&mut bytes).ok()?;
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use std::process::{Command, Stdio};

    use super::*;

    #[test]
    fn an_argument_of_a_process_is_found_in_its_memory() {
        let (used, unused) = (Canary::key(), Canary::key());
        // `cat` waits for its input; its arguments lie on its stack.
        let mut child = Command::new("cat")
            .arg0_is(used.text())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        // One line back means that the program itself runs, and not still the copy of this one.
        use std::io::Write;
        child.stdin.as_mut().unwrap().write_all(b"x").unwrap();
        child.stdout.as_mut().unwrap().read_exact(&mut [0]).unwrap();
        let findings = scan_process_memory(child.id(), &[&used, &unused]);
        drop(child.stdin.take());
        child.wait().unwrap();
        assert!(
            findings.iter().any(|found| found.form == "raw" && found.place.contains("[stack]")),
            "{findings:?}"
        );
        let strangers =
            scan_process_memory(std::process::id(), &[&Canary::of("other", "no such text at all: zq")]);
        // This process holds the needle itself, so the search must find at least that.
        assert!(!strangers.is_empty());
    }

    trait Named {
        fn arg0_is(&mut self, name: &str) -> &mut Self;
    }

    impl Named for Command {
        fn arg0_is(&mut self, name: &str) -> &mut Self {
            std::os::unix::process::CommandExt::arg0(self, name)
        }
    }
}
