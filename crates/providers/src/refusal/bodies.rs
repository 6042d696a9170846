//! The real error bodies of every provider of the catalogue, and whether each means to wait, to switch, to pay, to fix
//! the key, to fix the address or to change the request. The table is `bodies.txt`.

use super::*;
use crate::catalogue::KeyNeed;
use std::collections::BTreeSet;

/// What the bodies say of a text that is too long.
const TOO_LONG: [&str; 6] =
    ["too large", "context length", "context size", "too long", "too many tokens", "number of tokens"];

struct Row {
    entry: &'static str,
    status: u16,
    code: &'static str,
    reaction: &'static str,
    body: &'static str,
}

fn rows() -> Vec<Row> {
    let lines = include_str!("bodies.txt").lines().filter(|line| !line.starts_with('#') && !line.is_empty());
    let rows = lines.map(|line| {
        let mut words = line.splitn(5, ' ');
        let mut word = || words.next().unwrap_or_default();
        let (entry, status, code, reaction) = (word(), word(), word(), word());
        Row { entry, status: status.parse().expect(line), code, reaction, body: word() }
    });
    rows.collect()
}

#[test]
fn each_real_body_says_what_helps() {
    let catalogue = Catalogue::embedded();
    let mut wrong = Vec::new();
    for row in rows() {
        let entry = catalogue.find(row.entry).expect(row.entry);
        let refusal = Refusal { status: row.status, body: row.body.into(), ..Refusal::default() };
        let scrubber = Scrubber::new([]);
        let fault =
            classify(entry, "api.example.com", Some("nope"), &refusal, &scrubber, SystemTime::UNIX_EPOCH);
        let found = (format!("{:?}", fault.code()), format!("{:?}", fault.code().reaction()));
        if (found.0.as_str(), found.1.as_str()) != (row.code, row.reaction) {
            wrong.push(format!("{} {} is {found:?}, not {}: {}", row.entry, row.status, row.code, row.body));
        }
        assert_eq!(fault.status(), Some(row.status));
        assert!(!fault.message().contains('{') && !fault.hint().contains('{'), "{fault:?}");
        assert!(!fault.detail().unwrap_or_default().contains('<'), "no page in the details");
        let said_too_long = TOO_LONG.iter().any(|words| row.body.contains(words));
        let long = said_too_long && fault.code() == Code::BadRequest;
        assert_eq!(fault.facts().contains_key("too_long"), long, "{}", row.body);
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_table_knows_every_provider_and_what_its_accounts_can_suffer() {
    let rows = rows();
    let catalogue = Catalogue::embedded();
    for entry in catalogue.entries() {
        let reactions: BTreeSet<&str> =
            rows.iter().filter(|row| row.entry == entry.id).map(|row| row.reaction).collect();
        assert!(!reactions.is_empty(), "{} has no row", entry.id);
        let paid = entry.key == KeyNeed::Required && entry.id != "anyscale";
        for needed in ["FixKey", "Pay", "Wait"] {
            assert!(!paid || reactions.contains(needed), "{}: no body that means {needed}", entry.id);
        }
    }
}
