//! Processor time and memory of a process and its children, from /proc.

use std::collections::HashMap;
use std::fs;

/// A process tree, as it was when it was found.
pub struct Watched(Vec<u32>);

impl Watched {
    pub fn tree(root: u32) -> Self {
        let mut children: HashMap<u32, Vec<u32>> = HashMap::new();
        for entry in fs::read_dir("/proc").expect("a /proc").flatten() {
            let Some(id) = entry.file_name().to_str().and_then(|name| name.parse::<u32>().ok()) else {
                continue;
            };
            let Ok(stat) = fs::read_to_string(entry.path().join("stat")) else { continue };
            let parent =
                stat.rsplit_once(')').and_then(|(_, rest)| rest.split_whitespace().nth(1)?.parse().ok());
            children.entry(parent.unwrap_or(0)).or_default().push(id);
        }
        let (mut all, mut next) = (Vec::new(), vec![root]);
        while let Some(id) = next.pop() {
            all.push(id);
            next.extend(children.remove(&id).into_iter().flatten());
        }
        Self(all)
    }

    /// Time on a processor so far, of all threads that live.
    pub fn processor_seconds(&self) -> f64 {
        let tasks = self
            .0
            .iter()
            .flat_map(|id| fs::read_dir(format!("/proc/{id}/task")).into_iter().flatten().flatten());
        let nanos = tasks.filter_map(|task| {
            let text = fs::read_to_string(task.path().join("schedstat")).ok()?;
            text.split_whitespace().next()?.parse::<u64>().ok()
        });
        nanos.sum::<u64>() as f64 / 1e9
    }

    /// Resident memory.
    pub fn megabytes(&self) -> f64 {
        let kilobytes = self.0.iter().filter_map(|id| {
            let status = fs::read_to_string(format!("/proc/{id}/status")).ok()?;
            status
                .lines()
                .find_map(|line| line.strip_prefix("VmRSS:")?.trim().strip_suffix(" kB")?.parse::<f64>().ok())
        });
        kilobytes.sum::<f64>() / 1024.0
    }
}
