//! What was removed is nowhere in the files any more.

use inkhorn_domain::{AssistantId, ConversationId, MemberSettings, MessageId, PromptId, Role};
use inkhorn_store::assistants::{self, AssistantRow};
use inkhorn_store::conversations::{self, ConversationRow};
use inkhorn_store::drafts::{self, DraftRow};
use inkhorn_store::messages::{self, MessageRow, MessageState};
use inkhorn_store::prompts::{self, PromptRow};
use inkhorn_store::secrets::{self, SecretRow};
use inkhorn_store::{Store, settings};
use std::collections::{BTreeSet, HashMap};
use std::path::Path;

/// Bytes that stand for number `n` and for nothing else: any eight of them occur once in the world.
fn envelope(n: u64, length: usize) -> Vec<u8> {
    let mut state = n.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state.wrapping_mul(0x2545_F491_4F6C_DD1D).to_le_bytes()
    };
    let mut bytes: Vec<u8> = std::iter::repeat_with(&mut next).take(length / 8 + 1).flatten().collect();
    bytes.truncate(length);
    bytes
}

/// Which of the envelopes have any fifteen bytes in a row left in any file of the folder.
fn traces(folder: &Path, envelopes: &[Vec<u8>]) -> Vec<usize> {
    let mut owners = HashMap::new();
    for (owner, envelope) in envelopes.iter().enumerate() {
        owners.extend(envelope.windows(8).map(|window| (window, owner)));
    }
    let mut left = BTreeSet::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let bytes = std::fs::read(entry.unwrap().path()).unwrap();
        // Fifteen bytes, wherever they begin, hold one whole block of eight.
        left.extend(bytes.chunks_exact(8).filter_map(|block| owners.get(block)));
    }
    left.into_iter().collect()
}

fn secret(n: u64, env: Vec<u8>) -> SecretRow {
    let mut id = [0; 16];
    id[..8].copy_from_slice(&n.wrapping_mul(0x9E37_79B9_7F4A_7C15).to_be_bytes());
    SecretRow {
        id,
        owner_kind: "connection".into(),
        owner_id: id,
        field: "key".into(),
        origins: vec!["https://api.example:443".into()],
        auth: "bearer".into(),
        rev: 1,
        env,
        hint: None,
        dup: None,
        created_at: 1,
        updated_at: 1,
    }
}

fn message(conversation: u8, n: u64, text: Vec<u8>) -> MessageRow {
    let mut id = [conversation; 16];
    id[..8].copy_from_slice(&n.wrapping_mul(0x9E37_79B9_7F4A_7C15).to_be_bytes());
    MessageRow {
        id: MessageId(id),
        conversation: ConversationId([conversation; 16]),
        position: n as i64,
        parent: None,
        role: Role::User,
        text,
        rev: 1,
        state: MessageState::Done,
        model: None,
        connection_label: None,
        request: None,
        finish: None,
        meta: "{}".into(),
        created_at: 1,
        updated_at: 1,
    }
}

/// Sizes that lie within a page, fill one, and need several.
fn length_of(n: u64) -> usize {
    [122, 186, 700, 1_500, 5_000, 12_000][(n % 6) as usize]
}

#[test]
fn a_removed_or_replaced_key_is_gone_from_every_file() {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::open(dir.path()).unwrap();
    let first: Vec<_> = (0..200).map(|n| envelope(n, length_of(n))).collect();
    let second: Vec<_> = (0..200).map(|n| envelope(n + 1_000, length_of(n + 3))).collect();
    for n in 0..200u64 {
        store.write(|tx| secrets::insert(tx, &secret(n, first[n as usize].clone()))).unwrap();
    }
    assert_eq!(traces(dir.path(), &first).len(), 200, "the scan sees what is there");
    // Every third replaced, every third removed, every third left, so that pages are split and joined.
    for n in 0..200u64 {
        let changed = match n % 3 {
            0 => store.write(|tx| secrets::replace(tx, &secret(n, second[n as usize].clone()))),
            1 => store.write(|tx| secrets::remove(tx, &secret(n, Vec::new()).id)),
            _ => Ok(()),
        };
        changed.unwrap();
    }
    store.scrub_free_space().unwrap();
    let still = |keep: u64| -> Vec<usize> { (0..200).filter(|n| *n as u64 % 3 == keep).collect() };
    assert_eq!(traces(dir.path(), &first), still(2), "only those never touched");
    assert_eq!(traces(dir.path(), &second), still(0), "only those that replaced another");
    assert!(!store.scrub_is_due().unwrap());
    for row in store.read(secrets::load_all).unwrap() {
        store.write(|tx| secrets::remove(tx, &row.id)).unwrap();
    }
    store.scrub_free_space().unwrap();
    let all: Vec<_> = first.into_iter().chain(second).collect();
    assert!(traces(dir.path(), &all).is_empty());
    drop(store);
    assert!(traces(dir.path(), &all).is_empty(), "nor does closing bring anything back");
}

#[test]
fn a_removed_conversation_is_gone_with_its_messages_and_draft() {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::open(dir.path()).unwrap();
    let texts: Vec<_> = (0..300).map(|n| envelope(n + 5_000, length_of(n))).collect();
    let extra = [envelope(9_001, 90), envelope(9_002, 90), envelope(9_003, 800)];
    for id in [1u8, 2] {
        let row = ConversationRow {
            id: ConversationId([id; 16]),
            title: extra[usize::from(id) - 1].clone(),
            rev: 1,
            model: None,
            model_chosen: false,
            assistant: None,
            created_at: 1,
            updated_at: 1,
        };
        store.write(|tx| conversations::insert(tx, &row)).unwrap();
    }
    let draft = DraftRow {
        conversation: Some(ConversationId([1; 16])),
        text: extra[2].clone(),
        rev: 1,
        updated_at: 1,
    };
    store.write(|tx| drafts::save(tx, &draft)).unwrap();
    for n in 0..300u64 {
        let row = message((n % 2) as u8 + 1, n, texts[n as usize].clone());
        store.write(|tx| messages::insert(tx, &row)).unwrap();
    }
    assert_eq!(traces(dir.path(), &texts).len(), 300);
    store.write(|tx| conversations::remove(tx, ConversationId([1; 16]))).unwrap();
    store.scrub_free_space().unwrap();
    let odd: Vec<usize> = (0..300).filter(|n| n % 2 == 1).collect();
    assert_eq!(traces(dir.path(), &texts), odd);
    assert_eq!(traces(dir.path(), &extra), [1]);
}

#[test]
fn a_removed_prompt_or_assistant_is_gone_and_the_others_stay() {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::open(dir.path()).unwrap();
    let (first, second): (Vec<_>, Vec<_>) =
        (0..120).map(|n| (envelope(n, length_of(n)), envelope(n + 1_000, length_of(n + 2)))).unzip();
    let id = |n: usize| [n as u8; 16];
    for n in 0..120 {
        let prompt = PromptRow {
            id: PromptId(id(n)),
            content: first[n].clone(),
            rev: 1,
            model: None,
            assistant: None,
            settings: MemberSettings::default(),
            created_at: 1,
            updated_at: 1,
        };
        let assistant = AssistantRow {
            id: AssistantId(id(n)),
            built_in: None,
            content: second[n].clone(),
            rev: 1,
            feature: "chat".into(),
            model: None,
            settings: MemberSettings::default(),
            web_search: false,
            created_at: 1,
            updated_at: 1,
        };
        store
            .write(|tx| prompts::insert(tx, &prompt).and_then(|()| assistants::insert(tx, &assistant)))
            .unwrap();
    }
    assert_eq!((traces(dir.path(), &first).len(), traces(dir.path(), &second).len()), (120, 120));
    for n in (0..120).filter(|n| n % 3 != 0) {
        store
            .write(|tx| {
                prompts::remove(tx, PromptId(id(n)))?;
                assistants::remove(tx, AssistantId(id(n)))
            })
            .unwrap();
    }
    store.scrub_free_space().unwrap();
    let third: Vec<usize> = (0..120).step_by(3).collect();
    assert_eq!(traces(dir.path(), &first), third);
    assert_eq!(traces(dir.path(), &second), third);
}

#[test]
fn in_a_large_profile_a_removed_key_is_gone_as_well() {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::open(dir.path()).unwrap();
    // More than is rewritten whole.
    let large = serde_json::to_string(&"x".repeat(70 << 20)).unwrap();
    store.write(|tx| settings::save(tx, "large", &large)).unwrap();
    let keys: Vec<_> = (0..100).map(|n| envelope(n, length_of(n))).collect();
    for n in 0..100u64 {
        store.write(|tx| secrets::insert(tx, &secret(n, keys[n as usize].clone()))).unwrap();
    }
    for n in (0..100u64).filter(|n| n % 4 != 0) {
        store.write(|tx| secrets::remove(tx, &secret(n, Vec::new()).id)).unwrap();
    }
    let kept = store.read(secrets::load_all).unwrap();
    store.scrub_free_space().unwrap();
    assert_eq!(store.read(secrets::load_all).unwrap(), kept);
    store.write(|tx| settings::remove(tx, "large")).unwrap();
    drop(store);
    let fourth: Vec<usize> = (0..100).step_by(4).collect();
    assert_eq!(traces(dir.path(), &keys), fourth);
}

#[test]
fn a_reader_elsewhere_makes_the_wipe_wait_and_the_note_stays() {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::open(dir.path()).unwrap();
    let key = vec![envelope(1, 186)];
    store.write(|tx| secrets::insert(tx, &secret(1, key[0].clone()))).unwrap();
    let other = Store::open(dir.path()).unwrap();
    store.write(|tx| secrets::remove(tx, &secret(1, Vec::new()).id)).unwrap();
    other
        .read(|db| {
            // The reader is at a moment that the log still serves.
            secrets::load_all(db)?;
            assert_eq!(store.scrub_free_space().unwrap_err().code(), inkhorn_fault::Code::Busy);
            Ok(())
        })
        .unwrap();
    assert!(store.scrub_is_due().unwrap());
    store.scrub_free_space().unwrap();
    assert!(traces(dir.path(), &key).is_empty());
}
