//! One list of behaviours for every provider of the catalogue, run against a simulated provider that follows that
//! provider's documents. A provider that is added to the catalogue is in all of them, or a test fails.
#![allow(
    clippy::expect_used,
    clippy::panic,
    reason = "a broken precondition should end the test, with its reason"
)]

mod hostile;
mod list;
mod quirks;
mod reading;
mod skips;
mod subject;

use inkhorn_providers::Catalogue;
use inkhorn_testkit::Persona;
use subject::Subject;

/// Runs one behaviour for every entry; says all that failed, and which were skipped and why.
async fn run(name: &str, behaviour: impl AsyncFn(&Subject) -> Result<(), String>) {
    let mut failed = Vec::new();
    for entry in Catalogue::embedded().entries() {
        // An entry without a persona fails a test of its own.
        for subject in Subject::variants(entry) {
            if skips::reason(&subject, name).is_some() {
                continue;
            }
            if let Err(why) = behaviour(&subject).await {
                failed.push(format!("{} ({:?}): {why}", entry.id, subject.way));
            }
        }
    }
    assert!(failed.is_empty(), "{name}:\n{}", failed.join("\n"));
}

macro_rules! behaviours {
    ($($name:ident),+ $(,)?) => {
        $(
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() {
                run(stringify!($name), list::$name).await;
            }
        )+

        /// The names of the list.
        const NAMES: &[&str] = &[$(stringify!($name)),+];
    };
}

behaviours! {
    lists_models,
    lists_models_over_pages,
    answers_whole,
    answers_as_stream,
    stops_upstream_too,
    calls_tools,
    sends_an_image,
    tells_thoughts_apart,
    counts_exactly,
    ends_for_length,
    refuses_a_bad_key,
    refuses_without_credit,
    asks_for_a_pause,
    refuses_a_model,
    misses_a_model,
    breaks_off_mid_stream,
    ends_without_an_end,
    fails_inside_a_stream,
    echoes_no_key,
    comes_byte_by_byte,
    is_no_api,
}

/// Time that stands still but for what is waited for, so that nobody sits through the deadlines.
#[tokio::test(start_paused = true)]
async fn hangs_and_is_given_up() {
    run("hangs_and_is_given_up", list::hangs_and_is_given_up).await;
}

#[test]
fn no_entry_is_without_a_persona_and_no_persona_without_an_entry() {
    let catalogue = Catalogue::embedded();
    for entry in catalogue.entries() {
        assert!(Persona::of_provider_id(&entry.id).is_some(), "{} has no persona", entry.id);
    }
    for persona in Persona::ALL {
        assert!(catalogue.find(persona.provider_id()).is_some(), "{persona:?} imitates nobody");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_way_to_ask_a_provider_is_taken() {
    for (entry, path, header, begins) in [
        ("openai", "/v1/responses", "authorization", "Bearer "),
        ("azure_openai", "/openai/deployments/prose/chat/completions?", "api-key", ""),
        ("aws_bedrock", "/model/amazon.nova-lite-v1%3A0/converse", "authorization", "AWS4-HMAC-SHA256 "),
    ] {
        let catalogue = Catalogue::embedded();
        let ways = Subject::variants(catalogue.find(entry).expect("an entry"));
        let subject = ways.last().expect("ways");
        subject.ask(&subject.question()).await.expect("an answer");
        let chat = &subject.provider.chats()[0];
        assert!(chat.path.starts_with(path), "{entry}: {}", chat.path);
        let proof = chat.header(header).expect("a proof of who asks");
        assert!(proof.starts_with(begins), "{entry}: another kind of proof");
    }
}

#[test]
fn every_skip_names_a_behaviour_and_a_reason() {
    for entry in Catalogue::embedded().entries() {
        for subject in Subject::variants(entry) {
            let skipped = NAMES.iter().filter_map(|name| skips::reason(&subject, name)).collect::<Vec<_>>();
            assert!(skipped.iter().all(|reason| reason.len() > 20), "{}: {skipped:?}", entry.id);
            assert!(skipped.len() <= 7, "{} skips most of the list: {skipped:?}", entry.id);
        }
    }
    for (entry, name, _) in skips::OWN {
        assert!(Catalogue::embedded().find(entry).is_some() && NAMES.contains(name), "{entry} {name}");
    }
}
