//! `connections add`, `list`, `show`, `test`, `set`, `remove`.

use super::{on_or_off, tidy_list, yes};
use crate::arguments::{AddConnection, Connections, OneConnection, SetConnection};
use crate::input::{load_key, typed};
use crate::output::{Done, End, Output, error_object, failure_words, printable};
use crate::table::lay_out;
use crate::wrong_usage::refuse;
use inkhorn_contract::{
    ConnectionAddRequest, ConnectionDraft, ConnectionRequest, ConnectionTestView, ConnectionUpdateRequest,
    ConnectionView, HeaderInput, KeyRecogniseRequest, Nothing,
};
use inkhorn_engine::{CONNECTION_SETTINGS, Engine};
use inkhorn_fault::{Code, Fault, Result};
use inkhorn_secret::Secret;
use serde_json::Value;
use std::collections::BTreeMap;

pub(super) async fn run(engine: &Engine, command: Connections, output: Output) -> Done {
    match command {
        Connections::Add(add) => self::add(engine, add, output).await,
        Connections::List => list(engine, output).await,
        Connections::Show(one) => show(engine, one, output).await,
        Connections::Test(one) => test(engine, one, output).await,
        Connections::Set(set) => self::set(engine, set, output).await,
        Connections::Remove(one) => remove(engine, one, output).await,
        Connections::Account(one) => account(engine, one, output).await,
        Connections::SignIn(sign_in) => super::sign_in::run(engine, sign_in, output).await,
    }
}

async fn add(engine: &Engine, add: AddConnection, output: Output) -> Done {
    let headers = add.headers.into_iter().map(parse_header).collect::<Result<Vec<_>>>()?;
    let key = load_key(&add.key, output)?;
    tell_notices(engine, key.as_ref(), output).await?;
    let draft = ConnectionDraft {
        provider: add.provider,
        label: add.label,
        base_url: add.base_url,
        auth: add.auth,
        key: typed(key),
        headers,
        models: tidy_list(add.models),
    };
    let view = engine.connections_add(ConnectionAddRequest { draft, test: !add.no_test }).await?;
    output.show(&view, || {
        let tested = if add.no_test { "untested" } else { "tested" };
        printable(&format!("{} is connected ({tested}) as {}, at {}.", view.label, view.slug, view.base_url))
    })
}

async fn list(engine: &Engine, output: Output) -> Done {
    let views = engine.connections_list(Nothing {}).await?;
    output.show(&views, || {
        let row = |view: &ConnectionView| {
            let key = match (&view.key_last4, view.has_key) {
                (Some(last4), _) => format!("...{last4}"),
                (None, has_key) => yes(has_key),
            };
            [
                view.slug.clone(),
                view.label.clone(),
                view.provider_name.clone(),
                view.locality.clone(),
                view.status.to_owned(),
                view.model_count.to_string(),
                key,
            ]
        };
        let rows: Vec<_> = views.iter().map(row).collect();
        let headings = ["Name", "Label", "Provider", "Where", "Status", "Models", "Key"];
        lay_out(headings, &rows, "No connections yet. Add one with: inkhorn connections add --provider ID")
    })
}

async fn show(engine: &Engine, one: OneConnection, output: Output) -> Done {
    let view = engine.connections_show(ConnectionRequest { slug: one.slug }).await?;
    output.show(&view, || describe(&view))
}

async fn test(engine: &Engine, one: OneConnection, output: Output) -> Done {
    let view = engine.connections_test(ConnectionRequest { slug: one.slug }).await?;
    if output.json {
        output.document(&test_document(&view)?)?;
    } else if let Some(fault) = &view.fault {
        output.note(&failure_words(fault));
    } else {
        output.words(&format!("It works: {} models, {} ms.", view.models, view.latency_ms))?;
    }
    if view.ok { Ok(()) } else { Err(End::Told) }
}

/// The view, with its fault as the error document of a failed command.
fn test_document(view: &ConnectionTestView) -> Result<Value> {
    let mut document = serde_json::to_value(view).map_err(|_| Fault::new(Code::Damaged))?;
    if let Some(fields) = document.as_object_mut() {
        fields.remove("fault");
        if let Some(fault) = &view.fault {
            fields.insert("error".to_owned(), error_object(fault));
        }
    }
    Ok(document)
}

async fn set(engine: &Engine, set: SetConnection, output: Output) -> Done {
    let mut request = parse_changes(set.slug, &set.changes)?;
    let key = load_key(&set.key, output)?;
    if set.changes.is_empty() && key.is_none() {
        return Err(refuse("say what to change, as NAME=VALUE").into());
    }
    tell_notices(engine, key.as_ref(), output).await?;
    request.key = key.map(|key| typed(Some(key)));
    let view = engine.connections_update(request).await?;
    output.show(&view, || describe(&view))
}

async fn remove(engine: &Engine, one: OneConnection, output: Output) -> Done {
    let view = engine.connections_remove(ConnectionRequest { slug: one.slug }).await?;
    output.show(&view, || {
        let mut words = format!("{} is removed, and its key with it.", view.removed);
        if let Some(page) = &view.revoke_at {
            words.push_str(&format!("\nThe key itself still exists at the provider; end it at {page}"));
        }
        printable(&words)
    })
}

/// Says what the engine will take away around a key.
async fn tell_notices(engine: &Engine, key: Option<&Secret>, output: Output) -> Result<()> {
    let Some(key) = key else { return Ok(()) };
    let form = engine.key_recognise(KeyRecogniseRequest { key: key.duplicate() }).await?;
    if !form.notices.is_empty() {
        let removed: Vec<&str> = form.notices.iter().map(|notice| notice_words(notice)).collect();
        output.note(&format!("Removed around the key: {}.", removed.join(", ")));
    }
    Ok(())
}

fn notice_words(notice: &str) -> &str {
    match notice {
        "line_ends" => "line ends",
        "bearer" => "the word Bearer",
        "variable" => "the name of a variable",
        other => other,
    }
}

/// `Name: value`. The value may be a secret, so no message repeats it.
fn parse_header(mut typed: String) -> Result<HeaderInput> {
    let Some(colon) = typed.find(':') else {
        return Err(Fault::new(Code::BadHeader).with("reason", "there is no colon in it"));
    };
    let value = Secret::new(typed[colon + 1..].trim().to_owned());
    typed.truncate(colon);
    Ok(HeaderInput { name: typed.trim().to_owned(), value: Some(value) })
}

fn parse_changes(slug: String, changes: &[String]) -> Result<ConnectionUpdateRequest> {
    let mut request = ConnectionUpdateRequest {
        slug,
        label: None,
        base_url: None,
        auth: None,
        key: None,
        headers: None,
        models: None,
        active: None,
        settings: None,
    };
    let mut settings = BTreeMap::new();
    for change in changes {
        let Some((name, value)) = change.split_once('=') else {
            return Err(refuse("a change is written NAME=VALUE"));
        };
        let again = match name {
            "label" => request.label.replace(value.to_owned()).is_some(),
            "base_url" => request.base_url.replace(value.to_owned()).is_some(),
            "active" => {
                let active = on_or_off(value).ok_or_else(|| refuse("active is on or off"))?;
                request.active.replace(active).is_some()
            }
            setting if CONNECTION_SETTINGS.contains(&setting) => {
                settings.insert(setting.to_owned(), value.to_owned()).is_some()
            }
            // What was typed is not repeated: it may be a key.
            _ => {
                return Err(refuse(format!(
                    "the names are label, active, base_url, {}",
                    CONNECTION_SETTINGS.join(", ")
                )));
            }
        };
        if again {
            return Err(refuse(format!("{name} is given twice")));
        }
    }
    request.settings = (!settings.is_empty()).then_some(settings);
    Ok(request)
}

async fn account(engine: &Engine, one: OneConnection, output: Output) -> Done {
    let view = engine.connections_account(ConnectionRequest { slug: one.slug }).await?;
    output.show(&view, || describe(&view))
}

/// What the provider told of the account, a fact per line.
fn account_facts(view: &ConnectionView) -> Vec<(&'static str, String)> {
    let mut facts = Vec::new();
    if let Some(expiry) = &view.key_expires {
        let when = match expiry.state {
            "past" => format!("{} (past)", expiry.on),
            "soon" => format!("{} (in {} days)", expiry.on, expiry.days_left),
            _ => expiry.on.clone(),
        };
        facts.push(("Key ends", when));
    }
    if let Some(account) = &view.account {
        let money =
            |amount: &Option<String>| amount.as_ref().map(|amount| format!("{amount} {}", account.currency));
        let told = [
            ("Account", account.name.clone()),
            ("Credit left", money(&account.credit_left)),
            ("Key's limit", money(&account.credit_limit)),
            ("Limit resets", account.limit_resets.clone()),
            ("Used", money(&account.used)),
            ("Used today", money(&account.used_today)),
            ("Used this month", money(&account.used_this_month)),
            ("Free tier", account.free_tier.map(yes)),
            ("Closed", account.blocked.filter(|blocked| *blocked).map(yes)),
        ];
        facts.extend(told.into_iter().filter_map(|(name, value)| Some((name, value?))));
    }
    for room in &view.headroom {
        let limit = room.limit.map_or_else(String::new, |limit| format!(" of {limit}"));
        facts.push(("Room", format!("{}{limit} {}", room.remaining, room.of.replace('_', " "))));
    }
    facts
}

/// One connection, a fact per line.
fn describe(view: &ConnectionView) -> String {
    let mut facts = vec![
        ("Name", view.slug.clone()),
        ("Label", view.label.clone()),
        ("Provider", view.provider_name.clone()),
        ("Address", view.base_url.clone()),
        ("Where", view.locality.clone()),
        ("Status", view.status.to_owned()),
        ("Models", view.model_count.to_string()),
        ("In use", yes(view.active)),
    ];
    match &view.key_last4 {
        Some(last4) => facts.push(("Key", format!("...{last4}"))),
        None => facts.push(("Key", yes(view.has_key))),
    }
    if !view.headers.is_empty() {
        facts.push(("Headers", view.headers.join(", ")));
    }
    if let Some(variable) = &view.variable {
        facts.push(("Environment", variable.clone()));
    }
    facts.extend(account_facts(view));
    facts.extend(view.settings.iter().map(|(name, value)| (name.as_str(), value.clone())));
    let width = facts.iter().map(|(name, _)| name.len()).max().unwrap_or(0);
    let mut text = String::new();
    for (name, value) in &facts {
        text.push_str(&format!("{name:width$}  {value}\n"));
    }
    if let Some(fault) = &view.fault {
        text.push_str(&format!("{}\n", failure_words(fault)));
    }
    printable(&text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use inkhorn_contract::FaultView;

    fn changes(of: &[&str]) -> Result<ConnectionUpdateRequest> {
        parse_changes("a".to_owned(), &of.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>())
    }

    #[test]
    fn changes_are_read_by_name() {
        let request = changes(&["label=My = sign", "active=OFF", "temperature=0.4", "proxy="]).expect("fits");
        assert_eq!(request.label.as_deref(), Some("My = sign"));
        assert_eq!(request.active, Some(false));
        let settings = request.settings.expect("two");
        assert_eq!((settings["temperature"].as_str(), settings["proxy"].as_str()), ("0.4", ""));
        assert!(changes(&[]).expect("nothing").settings.is_none());
    }

    #[test]
    fn a_name_that_does_not_exist_is_refused_with_the_ones_that_do() {
        for bad in ["colour=red", "sk-CANARY=x", "sk-CANARY", "active=perhaps", "=x"] {
            let fault = changes(&[bad]).err().expect(bad);
            assert_eq!(fault.code(), Code::UsageError, "{bad}");
            assert!(!fault.message().contains("CANARY"), "{fault}");
        }
        let fault = changes(&["colour=red"]).err().expect("refused");
        for name in CONNECTION_SETTINGS {
            assert!(fault.message().contains(name), "{name} is not in: {fault}");
        }
        assert!(changes(&["label=a", "label=b"]).is_err(), "which one?");
    }

    #[test]
    fn a_header_is_split_at_its_first_colon() {
        let header = parse_header("X-Title: a: b ".to_owned()).expect("fits");
        assert_eq!(header.name, "X-Title");
        assert!(header.value.expect("one").same_as(&Secret::new("a: b".to_owned())));
        let fault = parse_header("CANARY without colon".to_owned()).err().expect("refused");
        assert!(fault.code() == Code::BadHeader && !fault.message().contains("CANARY"), "{fault}");
    }

    #[test]
    fn a_failed_test_carries_its_error_inside() {
        let mut view = ConnectionTestView {
            ok: false,
            models: 0,
            latency_ms: 3,
            base_url: None,
            notes: Vec::new(),
            fault: Some(FaultView::from(Fault::new(Code::WrongKey))),
        };
        let document = test_document(&view).expect("document");
        assert_eq!(document["error"]["code"], "wrong_key");
        assert!(document.get("fault").is_none() && document["ok"] == false);
        (view.ok, view.fault) = (true, None);
        assert!(test_document(&view).expect("document").get("error").is_none());
    }
}
