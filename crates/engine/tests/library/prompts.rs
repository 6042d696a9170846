//! Prompts: kept sealed, read as templates, filled once, and refused clearly where they cannot be.

use crate::house::{House, open};
use inkhorn_contract::*;
use inkhorn_fault::Code;
use inkhorn_testkit::{Canary, Persona};
use std::collections::BTreeMap;

fn prompt(name: &str, text: &str) -> PromptSaveRequest {
    PromptSaveRequest { name: name.into(), text: text.into(), ..PromptSaveRequest::default() }
}

fn blank(name: &str) -> PromptVariable {
    PromptVariable { name: name.into(), ..PromptVariable::default() }
}

fn values(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
    pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

impl House {
    async fn fill(&self, prompt: &PromptView, pairs: &[(&str, &str)]) -> Result<PromptFilledView, Code> {
        let request = PromptFillRequest { prompt: prompt.id.clone(), values: values(pairs) };
        self.engine.prompts_fill(request).await.map_err(|fault| fault.code())
    }
}

#[tokio::test]
async fn a_prompt_is_kept_sealed_changed_found_again_and_gone_when_removed() {
    let house = House::empty();
    let (name, said) = (Canary::of("the name", "Rewrite CANARYNAME"), Canary::prompt());
    let (label, default) = (Canary::of("the label", "Whose CANARYLABEL"), Canary::completion());
    let request = PromptSaveRequest {
        variables: vec![PromptVariable {
            label: label.text().into(),
            kind: VariableKind::Long,
            default: default.text().into(),
            ..blank("scene")
        }],
        settings: MemberSettingsView { temperature: Some(0.9), ..MemberSettingsView::default() },
        ..prompt(name.text(), &format!("{} {{{{scene}}}} {{{{mood}}}}", said.text()))
    };
    let made = house.prompt(request.clone()).await.expect("made");
    assert_eq!(made.variables.iter().map(|one| one.name.as_str()).collect::<Vec<_>>(), ["scene", "mood"]);
    assert_eq!((made.settings.temperature, made.unused.len()), (Some(0.9), 0));
    let changed =
        PromptSaveRequest { id: Some(made.id.clone()), text: format!("{} only", said.text()), ..request };
    let changed = house.prompt(changed).await.expect("changed");
    assert_eq!((&changed.id, changed.unused.as_slice()), (&made.id, ["scene".to_owned()].as_slice()));
    assert_eq!(house.prompts().await, std::slice::from_ref(&changed), "one, in place of what it was");

    let same = PromptSaveRequest {
        id: Some(made.id.clone()),
        variables: made.variables.clone(),
        text: changed.text.clone(),
        settings: made.settings.clone(),
        ..prompt(name.text(), "")
    };
    let same = house.prompt(same).await.expect("changed");
    assert_eq!(same.variables, changed.variables, "a blank with nothing but a name goes with the text");
    let changed = same;

    let again = open(&house.profile);
    let locked = again.prompts_list(Nothing {}).await.expect("told");
    assert!(locked.locked && locked.prompts.is_empty());
    again.unlock().await;
    let kept = again.prompts_list(Nothing {}).await.expect("a list").prompts;
    assert_eq!(kept, [changed]);
    house.profile.assert_clean(&[&name, &said, &label, &default]);

    let gone = PromptRequest { prompt: made.id };
    house.engine.prompts_delete(gone.clone()).await.expect("removed");
    assert_eq!(house.prompts().await, []);
    let again = house.engine.prompts_delete(gone).await.map_err(|fault| fault.code());
    assert_eq!(again.err(), Some(Code::NotFound));
}

#[tokio::test]
async fn blanks_are_filled_once_and_what_is_missing_or_not_on_offer_is_named() {
    let house = House::empty();
    let request = PromptSaveRequest {
        variables: vec![
            PromptVariable {
                kind: VariableKind::Choice,
                choices: vec!["calm".into(), "grim".into()],
                ..blank("mood")
            },
            PromptVariable { default: "a heron".into(), ..blank("bird") },
            PromptVariable { optional: true, ..blank("note") },
        ],
        ..prompt("Scene", "{{Mood}}: {{bird}} and {{ who }}.{{note}} \\{{kept}}")
    };
    let made = house.prompt(request).await.expect("made");
    let none = house.fill(&made, &[]).await.expect("told");
    assert_eq!(none.missing, ["Mood", "who"]);
    assert_eq!(none.text, "{{Mood}}: a heron and {{who}}. {{kept}}");
    let whole = [("MOOD", "grim"), ("who", "{{bird}} {{who}}"), ("bird", " "), ("Note", " Mind it.")];
    let told = house.fill(&made, &whole).await.expect("filled");
    assert_eq!(told.text, "grim: a heron and {{bird}} {{who}}. Mind it. {{kept}}", "a value is text");
    assert_eq!((told.missing.len(), told.not_offered.len(), told.unknown.len()), (0, 0, 0));
    let other = house.fill(&made, &[("mood", "jolly"), ("who", "x"), ("colour", "red")]).await.expect("told");
    assert_eq!((other.not_offered, other.unknown), (vec!["mood".to_owned()], vec!["colour".to_owned()]));
    let huge = "x".repeat(9 << 20);
    let many = house.prompt(prompt("Much", &"{{a}}".repeat(3))).await.expect("made");
    assert_eq!(house.fill(&many, &[("a", &huge)]).await, Err(Code::OverLimit));
}

#[tokio::test]
async fn what_cannot_be_a_prompt_is_refused_and_changes_nothing() {
    let house = House::empty();
    let good = house.prompt(prompt("Good", "{{a}}")).await.expect("made");
    let many: String = (0..1_000).map(|n| format!("{{{{blank {n}}}}}")).collect();
    let described = |variables: Vec<PromptVariable>| PromptSaveRequest { variables, ..prompt("P", "{{a}}") };
    let choice = PromptVariable { kind: VariableKind::Choice, ..blank("a") };
    let wrong = [
        (prompt("", "text"), Code::BadRequest),
        (prompt("two\nlines", "text"), Code::BadRequest),
        (prompt("P", " \n"), Code::BadRequest),
        (prompt("P", "an {{unclosed"), Code::BadRequest),
        (prompt("P", &"x".repeat(300 * 1024)), Code::OverLimit),
        (prompt("P", &many), Code::OverLimit),
        (described((0..1_000).map(|n| blank(&format!("v{n}"))).collect()), Code::OverLimit),
        (described(vec![blank("Ruang"), blank("ruang ")]), Code::BadRequest),
        (described(vec![blank("{x}")]), Code::BadRequest),
        (described(vec![choice.clone()]), Code::BadRequest),
        (
            described(vec![PromptVariable { choices: vec!["x".into()], default: "y".into(), ..choice }]),
            Code::BadRequest,
        ),
        (PromptSaveRequest { model: Some("nowhere/x".into()), ..prompt("P", "x") }, Code::ModelNotFound),
        (PromptSaveRequest { assistant: Some("nobody".into()), ..prompt("P", "x") }, Code::NotFound),
        (PromptSaveRequest { id: Some("0".repeat(32)), ..prompt("P", "x") }, Code::NotFound),
    ];
    for (at, (request, code)) in wrong.into_iter().enumerate() {
        assert_eq!(house.prompt(request.clone()).await, Err(code), "number {at}");
        let over = PromptSaveRequest { id: Some(good.id.clone()), ..request };
        if over.id == Some(good.id.clone()) && code != Code::NotFound {
            assert_eq!(house.prompt(over).await, Err(code), "number {at}, in place of a good one");
        }
    }
    assert_eq!(house.prompts().await, [good], "nothing was lost");
}

#[tokio::test]
async fn a_prompt_that_is_being_written_is_looked_at_and_not_kept() {
    let house = House::empty();
    let check =
        |text: &str, variables: Vec<PromptVariable>| PromptCheckRequest { text: text.into(), variables };
    let look = async |request| house.engine.prompts_check(request).await.expect("told");
    let good = look(check("{{主人公}} {{Ort}}", vec![blank("ort"), blank("alt")])).await;
    let names: Vec<_> = good.variables.iter().map(|one| one.name.as_str()).collect();
    assert_eq!(
        (names, good.unused, good.fault),
        (vec!["ort", "alt", "主人公"], vec!["alt".to_owned()], None)
    );
    let bad = look(check("one\ntwo {{three", vec![blank("ort")])).await;
    let fault = bad.fault.expect("a reason");
    assert_eq!((fault.code, fault.facts["blank_line"].as_str()), (Code::BadRequest, "2"));
    assert!(fault.message.contains("Line 2") && !fault.message.contains("three"), "{}", fault.message);
    assert_eq!(bad.variables, [blank("ort")], "what is described stays");
    assert!(house.prompts().await.is_empty());
}

#[tokio::test]
async fn a_prompts_model_that_is_gone_is_badged_stays_and_is_replaced_everywhere() {
    let house = House::empty();
    let provider = house.connect(Persona::OpenAi, "Test", &["staying", "leaving"]).await;
    let request = PromptSaveRequest { model: Some("test/leaving".into()), ..prompt("P", "x") };
    let made = house.prompt(request.clone()).await.expect("made");
    assert!(made.model.as_ref().is_some_and(|model| model.available));
    let assistant =
        AssistantSaveRequest { model: Some("test/leaving".into()), ..crate::house::own("Mine", "Be brief.") };
    let assistant = house.assistant(assistant).await.expect("made");
    provider.set_models(vec![inkhorn_testkit::SimulatedModel::chat("staying")]);
    house.engine.models_refresh(ModelsRefreshRequest::default()).await.expect("refreshed");

    let badge = house.prompts().await.remove(0).model.expect("its model");
    assert_eq!((badge.id.as_str(), badge.reason.as_deref()), ("test/leaving", Some("gone")));
    let badge = house.find(&assistant.id).await.and_then(|one| one.model).expect("its model");
    assert_eq!((badge.available, badge.reason.as_deref()), (false, Some("gone")));
    let changed = PromptSaveRequest { id: Some(made.id.clone()), text: "y".into(), ..request };
    house.prompt(changed).await.expect("another text does not fail for the model that is gone");

    let replace = ModelsReplaceRequest { from: "test/leaving".into(), to: "test/staying".into() };
    let replaced = house.engine.models_replace(replace).await.expect("replaced");
    assert_eq!((replaced.prompts, replaced.assistants), (1, 1));
    let now = house.prompts().await.remove(0).model.expect("its model");
    assert_eq!((now.id.as_str(), now.available), ("test/staying", true));

    // A collection is named like a model, and its other name is followed.
    house.engine.collections_create(CollectionRequest { name: "Night".into() }).await.expect("made");
    let request = PromptSaveRequest { id: Some(made.id), model: Some("night".into()), ..prompt("P", "x") };
    let view = house.prompt(request).await.expect("changed").model.expect("its collection");
    assert_eq!((view.id.as_str(), view.collection, view.available), ("Night", true, false));
    let rename = CollectionRenameRequest { name: "Night".into(), to: "Day".into() };
    house.engine.collections_rename(rename).await.expect("renamed");
    assert_eq!(house.prompts().await.remove(0).model.map(|model| model.id).as_deref(), Some("Day"));
    house.engine.collections_delete(CollectionRequest { name: "Day".into() }).await.expect("removed");
    let left = house.prompts().await.remove(0).model.expect("still named: a text goes nowhere else unasked");
    assert_eq!(left.reason.as_deref(), Some("not_connected"));
}

#[tokio::test]
async fn a_text_that_was_put_into_another_row_or_back_to_an_older_form_is_refused() {
    let house = House::empty();
    let (first, second) = (prompt("One", "first"), prompt("Two", "second"));
    let made = house.prompt(first).await.expect("made");
    house.prompt(second).await.expect("made");
    let store = inkhorn_store::Store::open(&house.profile.data_dir()).expect("a second look at the file");
    let rows = store.read(inkhorn_store::prompts::load_all).expect("rows");
    let listed = async || {
        let view = house.engine.prompts_list(Nothing {}).await.expect("a list");
        let spoilt: Vec<_> = view.spoilt.into_iter().map(|one| one.id).collect();
        (view.prompts.into_iter().map(|one| one.name).collect::<Vec<_>>().join(" "), spoilt)
    };
    let spoilt = || vec![made.id.clone()];
    let put = |row: &inkhorn_store::prompts::PromptRow| {
        store.write(|tx| inkhorn_store::prompts::update(tx, row)).expect("written")
    };
    let swapped = inkhorn_store::prompts::PromptRow { content: rows[1].content.clone(), ..rows[0].clone() };
    put(&swapped);
    assert_eq!(listed().await, ("Two".into(), spoilt()), "a text is bound to its prompt");
    put(&rows[0]);
    let changed = PromptSaveRequest { id: Some(made.id.clone()), ..prompt("One", "changed") };
    house.prompt(changed).await.expect("changed");
    let now = store.read(inkhorn_store::prompts::load_all).expect("rows").remove(0);
    assert_eq!(now.rev, rows[0].rev + 1);
    put(&inkhorn_store::prompts::PromptRow { content: rows[0].content.clone(), ..now.clone() });
    assert_eq!(listed().await, ("Two".into(), spoilt()), "and to how often it was changed");
    put(&now);
    assert_eq!(listed().await, ("One Two".into(), vec![]));
}

#[tokio::test]
async fn one_changed_byte_costs_one_prompt_which_is_named_and_can_go() {
    let house = House::empty();
    let made = house.prompt(prompt("One", "first")).await.expect("made");
    let whole = house.prompt(prompt("Two", "second")).await.expect("made");
    let store = inkhorn_store::Store::open(&house.profile.data_dir()).expect("a second look at the file");
    let row = store.read(inkhorn_store::prompts::load_all).expect("rows").remove(0);
    for at in [0, 1, row.content.len() / 2, row.content.len() - 1] {
        let mut spoilt = row.clone();
        spoilt.content[at] ^= 0x20;
        store.write(|tx| inkhorn_store::prompts::update(tx, &spoilt)).expect("written");
        let view = house.engine.prompts_list(Nothing {}).await.expect("a list");
        assert_eq!(view.prompts, std::slice::from_ref(&whole), "byte {at}");
        assert_eq!(
            view.spoilt,
            [SpoiltView { id: made.id.clone(), name: None, updated_at: row.updated_at }],
            "byte {at}"
        );
    }
    let request = PromptFillRequest { prompt: made.id.clone(), values: values(&[]) };
    let fault = house.engine.prompts_fill(request).await.expect_err("it cannot be read");
    assert_eq!(fault.code(), Code::Tampered);
    assert!(!fault.hint().contains("key") && fault.message().contains("prompt"), "{}", fault.hint());
    house.prompt(prompt("Three", "third")).await.expect("others are made all the same");
    house.engine.prompts_delete(PromptRequest { prompt: made.id }).await.expect("removed");
    let left = house.engine.prompts_list(Nothing {}).await.expect("a list");
    assert_eq!((left.prompts.len(), left.spoilt.len()), (2, 0));
}
