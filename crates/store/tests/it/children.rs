//! This test binary, started again as another process of Inkhorn.

use inkhorn_domain::{CostSource, Face, Money, Quality, RequestId, RequestResult, TokenUsage};
use inkhorn_fault::Code;
use inkhorn_store::usage::{self, UsageRow};
use inkhorn_store::{Store, settings, usage_sums};
use std::collections::BTreeSet;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};

const DUTY: &str = "INKHORN_STORE_TEST_DUTY";
const FOLDER: &str = "INKHORN_STORE_TEST_FOLDER";
const FIRST: &str = "INKHORN_STORE_TEST_FIRST";

/// What a child does. Each writes a line `ack N` for what the store has acknowledged.
#[derive(Clone, Copy)]
pub enum Duty {
    /// Waits for the end of its input, then opens the profile from five threads at once.
    OpenAtOnce,
    /// Writes until it is killed.
    WriteForEver,
    /// Writes a hundred of each, then ends.
    WriteHundred,
    /// Writes ten of each, then waits for the end of its input with everything open.
    WriteTenAndWait,
    /// Writes until the disk takes no more, and looks at what it then can do.
    FillDisk,
}

/// A child at work.
pub struct Started {
    child: Child,
    input: Option<ChildStdin>,
    output: BufReader<std::process::ChildStdout>,
}

impl Started {
    /// Starts one. `shell` runs before it in the same process, to set limits.
    pub fn new(duty: Duty, folder: &Path, first: u64, shell: &str) -> Self {
        let program = std::env::current_exe().unwrap();
        let mut child = Command::new("sh")
            .args([
                "-c",
                &format!("{shell}\nexec \"$0\" --ignored --exact --nocapture children::serve_as_child"),
            ])
            .arg(program)
            .env(DUTY, (duty as u8).to_string())
            .env(FOLDER, folder)
            .env(FIRST, first.to_string())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let input = child.stdin.take();
        let output = BufReader::new(child.stdout.take().unwrap());
        Self { child, input, output }
    }

    /// The numbers of the next acknowledgements, at most `most`; fewer only when the child has ended.
    pub fn next_acks(&mut self, most: usize) -> Vec<u64> {
        let mut acks = Vec::new();
        let mut line = String::new();
        while acks.len() < most && self.output.read_line(&mut line).unwrap() > 0 {
            // A line that the kill cut short has no end, and counts as never said.
            let said = line.strip_suffix('\n').and_then(|line| line.split("ack ").nth(1));
            acks.extend(said.map(|number| number.parse::<u64>().unwrap()));
            line.clear();
        }
        acks
    }

    /// Lets go of what waits for its input.
    pub fn end_input(&mut self) {
        self.input = None;
    }

    /// Ends it with SIGKILL and gives the acknowledgements that were still on their way.
    pub fn kill(mut self) -> Vec<u64> {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
        self.next_acks(usize::MAX)
    }

    /// Waits for its end, which must be a good one.
    pub fn wait(mut self) -> Vec<u64> {
        let acks = self.next_acks(usize::MAX);
        assert!(self.child.wait().unwrap().success());
        acks
    }
}

/// The value that number `n` stands for: long enough to need several pages, so that a torn one would show.
pub fn value_of(n: u64) -> String {
    serde_json::to_string(&format!("{n}-").repeat(2_000)).unwrap()
}

/// The usage row that number `n` stands for.
pub fn row_of(n: u64) -> UsageRow {
    let mut request = [0; 16];
    request[..8].copy_from_slice(&n.to_be_bytes());
    UsageRow {
        request: RequestId(request),
        attempt: 1,
        time: 1_000 + (n % 7) as i64,
        face: Face::Gateway,
        app: Some(format!("app-{}", n % 11)),
        feature: "chat".into(),
        connection: None,
        slug: Some("groq".into()),
        provider: Some("groq".into()),
        model_asked: format!("model-{}", n % 13),
        model_answered: None,
        tokens: TokenUsage { input: Some(n), ..TokenUsage::default() },
        cost: Some(Money(n as i64)),
        computed: Some(Money(n as i64)),
        price: None,
        cost_source: CostSource::Computed,
        quality: Quality::Reported,
        result: RequestResult::Completed,
        fault: None,
        latency_ms: Some(n),
        first_token_ms: None,
        finish: None,
    }
}

/// The numbers whose setting is in the profile. Fails on one that is not whole.
pub fn kept_settings(store: &Store) -> BTreeSet<u64> {
    let all = store.read(settings::load_all).unwrap();
    let numbered = all.iter().filter_map(|(name, value)| Some((name.strip_prefix("n")?, value)));
    numbered
        .map(|(number, value)| {
            let number = number.parse().unwrap();
            assert_eq!(*value, value_of(number), "a value is whole or absent");
            number
        })
        .collect()
}

/// The numbers whose usage row is in the profile. Fails on one that is not whole, or there twice.
pub fn kept_rows(store: &Store) -> BTreeSet<u64> {
    let rows = store.read_usage(|db| usage::load_between(db, &(0..i64::MAX), u32::MAX)).unwrap();
    store.read_usage(usage_sums::verify).expect("the sums are those of the rows");
    let mut numbers = BTreeSet::new();
    for row in rows {
        let number = row.latency_ms.unwrap();
        assert_eq!(row, row_of(number), "a row is whole or absent");
        assert!(numbers.insert(number), "{number} is there twice");
    }
    numbers
}

#[test]
#[ignore = "another test starts this as a process of its own"]
fn serve_as_child() {
    let folder = std::env::var_os(FOLDER).expect("started by another test");
    let folder = Path::new(&folder);
    let first: u64 = std::env::var(FIRST).unwrap().parse().unwrap();
    match std::env::var(DUTY).unwrap().parse::<u8>().unwrap() {
        0 => open_at_once(folder),
        1 => write(&Store::open(folder).unwrap(), first..u64::MAX),
        2 => write(&Store::open(folder).unwrap(), first..first + 100),
        3 => {
            let store = Store::open(folder).unwrap();
            write(&store, first..first + 10);
            wait_for_end_of_input();
        }
        _ => fill_disk(&Store::open(folder).unwrap()),
    }
}

fn wait_for_end_of_input() {
    std::io::stdin().read_to_end(&mut Vec::new()).unwrap();
}

fn open_at_once(folder: &Path) {
    wait_for_end_of_input();
    std::thread::scope(|scope| {
        for n in 0..5 {
            scope.spawn(move || {
                let store = Store::open(folder).unwrap();
                assert!(store.read(settings::load_all).is_ok());
                println!("ack {n}");
            });
        }
    });
}

/// Number `n` is acknowledged when both its setting and its usage row are.
fn write(store: &Store, numbers: std::ops::Range<u64>) {
    for n in numbers {
        store.write(|tx| settings::save(tx, &format!("n{n}"), &value_of(n))).unwrap();
        store.append_usage(&row_of(n)).unwrap();
        println!("ack {n}");
    }
}

fn fill_disk(store: &Store) {
    store.write(|tx| settings::save(tx, "old", "1")).unwrap();
    let fault = (0..100_000u64)
        .find_map(|n| {
            let saved = store.write(|tx| settings::save(tx, &format!("n{n}"), &value_of(n)));
            if saved.is_ok() {
                println!("ack {n}");
            }
            saved.err()
        })
        .expect("the disk has an end");
    assert_eq!(fault.code(), Code::DiskFull, "{fault:?}");
    let failing = store.write(|tx| settings::save(tx, "old", &value_of(u64::MAX).repeat(200)));
    assert!(failing.is_err());
    assert_eq!(store.read(|db| settings::load(db, "old")).unwrap().as_deref(), Some("1"));
    let fault =
        (0..100_000u64).find_map(|n| store.append_usage(&row_of(n)).err()).expect("the disk has an end");
    assert_eq!(fault.code(), Code::DiskFull, "{fault:?}");
}
