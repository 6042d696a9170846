//! Layers point down only. The table below is the whole of what a crate may know; another edge fails here, and must
//! be argued for in `crates/README.md` before it is added.

use crate::workspace::{Package, packages, root, rust_files};

const WORDS: &[&str] = &["domain", "secret", "fault"];

/// What each crate may know, beside the words. The words know nobody.
const TABLE: &[(&str, &[&str])] = &[
    ("dialects", &[]),
    ("outbound", &[]),
    ("store", &[]),
    ("vault", &[]),
    ("providers", &["dialects", "outbound"]),
    ("routing", &[]),
    ("metering", &[]),
    ("charts", &[]),
    ("contract", &[]),
    (
        "engine",
        &["dialects", "outbound", "store", "vault", "providers", "routing", "metering", "charts", "contract"],
    ),
    ("gateway", &["engine", "contract", "dialects"]),
    ("cli", &["engine", "contract", "gateway"]),
    ("desktop", &["engine", "contract", "gateway"]),
    ("xtask", &["contract"]),
];

/// Crates of others that one crate of ours keeps for itself.
const KEPT: &[(&str, &str)] = &[
    ("tauri", "desktop"),
    ("tauri-plugin-store", "desktop"),
    ("reqwest", "outbound"),
    ("hyper-rustls", "outbound"),
    ("tokio-rustls", "outbound"),
    ("rusqlite", "store"),
];

/// Ways to the network that only the one door may take.
const NETWORK: &[&str] = &[
    "TcpStream::connect",
    "UdpSocket",
    "ToSocketAddrs",
    "lookup_host",
    "reqwest::",
    "hyper_util::client",
    "hyper::client",
];

#[test]
fn every_edge_points_down() {
    let mut wrong = Vec::new();
    for package in packages() {
        for (edge, dev) in edges(&package) {
            if !may_know(&package.name, &edge, dev) {
                let kind = if dev { " in its tests" } else { "" };
                wrong.push(format!("{} knows {edge}{kind}", package.name));
            }
        }
    }
    assert!(wrong.is_empty(), "not in the table: {}", wrong.join(", "));
}

#[test]
fn the_table_itself_would_notice() {
    for (from, to) in [
        ("store", "vault"),
        ("domain", "fault"),
        ("routing", "outbound"),
        ("providers", "engine"),
        ("engine", "gateway"),
        ("desktop", "store"),
        ("cli", "desktop"),
        ("stranger", "domain"),
    ] {
        assert!(!may_know(from, to, false), "{from} -> {to} passes");
    }
    assert!(!may_know("engine", "testkit", false) && may_know("engine", "testkit", true));
    assert!(may_know("vault", "secret", false) && may_know("testkit", "store", false));
}

#[test]
fn the_crates_of_others_stay_with_their_keepers() {
    let mut wrong = Vec::new();
    for package in packages() {
        for dependency in package.dependencies.iter().filter(|dependency| !dependency.dev) {
            let keeper = KEPT.iter().find(|(name, _)| *name == dependency.name).map(|(_, keeper)| *keeper);
            if keeper.is_some_and(|keeper| keeper != package.name) {
                wrong.push(format!("{} names {}", package.name, dependency.name));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join(", "));
}

#[test]
fn there_is_one_door_to_the_network() {
    let mut wrong = Vec::new();
    for package in
        packages().iter().filter(|package| !["outbound", "testkit", "xtask"].contains(&&*package.name))
    {
        for file in rust_files(&package.sources) {
            let source = std::fs::read_to_string(&file).expect("a source can be read");
            // Tests stand last, and may speak to servers of their own.
            let shipped = source.split("#[cfg(test)]").next().unwrap_or_default();
            for way in NETWORK.iter().filter(|way| shipped.contains(**way)) {
                wrong.push(format!("{} uses {way}", file.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "only `outbound` may: {}", wrong.join(", "));
}

#[test]
fn every_crate_says_what_it_is_for() {
    let map = std::fs::read_to_string(root().join("crates/README.md")).expect("the map of the crates");
    for package in packages() {
        let row = format!("| `{}`", package.name);
        assert!(map.contains(&row), "crates/README.md has no row for {}", package.name);
        for file in rust_files(&package.sources) {
            let source = std::fs::read_to_string(&file).expect("a source can be read");
            assert!(source.starts_with("//! "), "{} has no head that says what it is for", file.display());
        }
    }
}

fn edges(package: &Package) -> Vec<(String, bool)> {
    package
        .dependencies
        .iter()
        .filter_map(|edge| Some((edge.name.strip_prefix("inkhorn-")?.to_owned(), edge.dev)))
        .collect()
}

fn may_know(from: &str, to: &str, dev: bool) -> bool {
    if from == "testkit" {
        return true;
    }
    if dev && to == "testkit" {
        return true;
    }
    match TABLE.iter().find(|(name, _)| *name == from) {
        Some((_, known)) => known.contains(&to) || WORDS.contains(&to),
        None => false,
    }
}
