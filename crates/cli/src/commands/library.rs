//! `prompts ...` and `assistants ...`: what the writer keeps, and a prompt filled and sent.

use super::chat::{self, Sending};
use super::yes;
use crate::arguments::{AddPrompt, Assistants, Prompts, RunPrompt};
use crate::input::load_text_within;
use crate::output::{Done, Output, printable};
use crate::table::lay_out;
use inkhorn_contract::{
    AssistantView, Nothing, PromptFillRequest, PromptFilledView, PromptRequest, PromptSaveRequest,
    PromptVariable, PromptView, PromptsView, VariableKind,
};
use inkhorn_engine::Engine;
use inkhorn_fault::{Code, Fault, Result};
use serde_json::json;

/// A file that is longer holds no prompt; reading on would only fill the memory. In bytes.
const MOST: u64 = 1024 * 1024;

pub(super) async fn assistants(engine: &Engine, command: Assistants, output: Output) -> Done {
    let Assistants::List = command;
    let view = engine.assistants_list(Nothing {}).await?;
    for one in &view.spoilt {
        output.note(&format!(
            "The assistant {} was changed outside of Inkhorn or spoiled, and cannot be read.",
            one.id
        ));
    }
    output.show(&view.assistants, || {
        let row = |one: &AssistantView| {
            let model = one.model.as_ref().map_or_else(String::new, |model| model.id.clone());
            let changed = if one.changed { " (changed)" } else { "" };
            [one.id.clone(), format!("{}{changed}", one.name.en), model, one.description.en.clone()]
        };
        let rows: Vec<_> = view.assistants.iter().map(row).collect();
        lay_out(["Id", "Name", "Own model", "For"], &rows, "No assistants.")
    })
}

pub(super) async fn prompts(engine: &Engine, command: Prompts, output: Output) -> Done {
    match command {
        Prompts::List => list(engine, output).await,
        Prompts::Show(one) => {
            let view = find(engine, &one.name).await?;
            output.show(&view, || words(&view))
        }
        Prompts::Add(command) => add(engine, command, output).await,
        Prompts::Run(command) => run(engine, command, output).await,
        Prompts::Remove(one) => {
            if let Some(id) = spoilt_id(&read_all(engine).await?, &one.name) {
                engine.prompts_delete(PromptRequest { prompt: id.clone() }).await?;
                return output.show(&json!({ "removed": id }), || format!("{id} is removed."));
            }
            let view = find(engine, &one.name).await?;
            engine.prompts_delete(PromptRequest { prompt: view.id.clone() }).await?;
            output.show(&json!({ "removed": view.name }), || printable(&format!("{} is removed.", view.name)))
        }
    }
}

async fn list(engine: &Engine, output: Output) -> Done {
    let view = read_all(engine).await?;
    for one in &view.spoilt {
        output.note(&format!(
            "The prompt {id} was changed outside of Inkhorn or spoiled, and cannot be read. To remove it: inkhorn prompts \
             remove {id}",
            id = one.id
        ));
    }
    output.show(&view.prompts, || {
        let row = |one: &PromptView| {
            let names: Vec<_> = one.variables.iter().map(|blank| blank.name.as_str()).collect();
            let model = one.model.as_ref().map_or_else(String::new, |model| model.id.clone());
            let assistant =
                one.assistant.as_ref().map_or_else(String::new, |assistant| assistant.name.en.clone());
            [one.name.clone(), names.join(", "), model, assistant]
        };
        let rows: Vec<_> = view.prompts.iter().map(row).collect();
        let empty = "No prompts. Keep one with: inkhorn prompts add NAME FILE";
        lay_out(["Name", "Blanks", "Own model", "Own assistant"], &rows, empty)
    })
}

async fn add(engine: &Engine, command: AddPrompt, output: Output) -> Done {
    let text = load_text_within(&command.file, MOST)?;
    let assistant = match &command.assistant {
        Some(name) => Some(assistant_id(engine, name).await?),
        None => None,
    };
    let AddPrompt { name, model, .. } = command;
    let request = PromptSaveRequest { name, text, model, assistant, ..PromptSaveRequest::default() };
    let view = engine.prompts_save(request).await?;
    output.show(&view, || words(&view))
}

async fn run(engine: &Engine, command: RunPrompt, output: Output) -> Done {
    let prompt = find(engine, &command.name).await?;
    let values = command.values.into_iter().collect();
    let filled = engine.prompts_fill(PromptFillRequest { prompt: prompt.id.clone(), values }).await?;
    if let Some(fault) = unfit(&filled, &prompt.variables) {
        return Err(fault.into());
    }
    let sending = Sending {
        text: filled.text,
        system: None,
        model: command.model,
        assistant: command.assistant,
        prompt: Some(prompt.id),
        privacy: command.privacy.level(),
        max_tokens: command.max_tokens,
        temperature: command.temperature,
        feature: None,
    };
    chat::send(engine, sending, output).await
}

/// Why a filled prompt is not sent. Blanks are told by their numbers in `prompts show`: their names are the writer's text,
/// which stands in no failure.
fn unfit(filled: &PromptFilledView, blanks: &[PromptVariable]) -> Option<Fault> {
    let numbers = |names: &[String]| -> String {
        let places = (1..).zip(blanks).filter(|(_, blank)| names.contains(&blank.name));
        places.map(|(number, _)| number.to_string()).collect::<Vec<_>>().join(", ")
    };
    let reason = match (&filled.missing[..], &filled.not_offered[..], &filled.unknown[..]) {
        ([], [], []) => return None,
        ([], [], unknown) => format!("the prompt has no such blank for {} of the values", unknown.len()),
        ([], names, _) => format!("something else than the choices is given for blank {}", numbers(names)),
        (names, ..) => format!("nothing is given for blank {}", numbers(names)),
    };
    let reason = format!("{reason}; 'inkhorn prompts show' lists the blanks in their order");
    Some(Fault::new(Code::UsageError).with("reason", reason))
}

async fn read_all(engine: &Engine) -> Result<PromptsView> {
    let view = engine.prompts_list(Nothing {}).await?;
    if view.locked { Err(Fault::new(Code::VaultLocked)) } else { Ok(view) }
}

/// The id that this names, where it is one of a prompt that cannot be read: such a one has no other name.
fn spoilt_id(view: &PromptsView, name: &str) -> Option<String> {
    let wanted = name.trim().to_lowercase();
    view.spoilt.iter().find(|one| one.id == wanted).map(|one| one.id.clone())
}

/// The prompt of this name, whatever its capitals, or of this id.
async fn find(engine: &Engine, name: &str) -> Result<PromptView> {
    let view = read_all(engine).await?;
    if spoilt_id(&view, name).is_some() {
        return Err(Fault::new(Code::Tampered).with("prompt", ""));
    }
    let wanted = name.trim().to_lowercase();
    let mut found =
        view.prompts.into_iter().filter(|one| one.id == wanted || one.name.to_lowercase() == wanted);
    let first = found.next().ok_or_else(|| Fault::new(Code::NotFound).with("name", name))?;
    match found.next() {
        None => Ok(first),
        Some(_) => {
            let reason = "several prompts have this name; name the one that is meant by its id";
            Err(Fault::new(Code::UsageError).with("reason", reason))
        }
    }
}

/// The id of an assistant that is named by it, or by its name in either language.
pub(super) async fn assistant_id(engine: &Engine, name: &str) -> Result<String> {
    let wanted = name.trim().to_lowercase();
    let is_it = |one: &AssistantView| {
        one.id == wanted || one.name.en.to_lowercase() == wanted || one.name.id.to_lowercase() == wanted
    };
    let all = engine.assistants_list(Nothing {}).await?.assistants;
    let found = all.into_iter().find(is_it);
    found.map(|one| one.id).ok_or_else(|| Fault::new(Code::NotFound).with("name", name))
}

fn words(view: &PromptView) -> String {
    let row = |blank: &PromptVariable| {
        let kind = match blank.kind {
            VariableKind::Short => "a few words".to_owned(),
            VariableKind::Long => "a text".to_owned(),
            VariableKind::Choice => format!("one of: {}", blank.choices.join(", ")),
        };
        [blank.name.clone(), blank.label.clone(), kind, blank.default.clone(), yes(blank.optional)]
    };
    let rows: Vec<_> = view.variables.iter().map(row).collect();
    let blanks = lay_out(["Blank", "Asks", "Takes", "At first", "May be empty"], &rows, "No blanks.");
    printable(&format!("{}\n\n{}\n\n{blanks}", view.name, view.text.trim_end()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_tells_blanks_by_their_numbers_and_never_by_their_names() {
        let blank = |name: &str| PromptVariable { name: name.to_owned(), ..PromptVariable::default() };
        let blanks = [blank("scene"), blank("CANARY lover"), blank("CANARY end")];
        let names = || vec!["CANARY lover".to_owned(), "CANARY end".to_owned()];
        let fine = PromptFilledView {
            text: String::new(),
            missing: Vec::new(),
            not_offered: Vec::new(),
            unknown: Vec::new(),
        };
        assert!(unfit(&fine, &blanks).is_none());
        for (filled, told) in [
            (PromptFilledView { missing: names(), ..fine.clone() }, "nothing is given for blank 2, 3"),
            (PromptFilledView { not_offered: names(), ..fine.clone() }, "for blank 2, 3"),
            (PromptFilledView { unknown: names(), ..fine.clone() }, "for 2 of the values"),
        ] {
            let message = unfit(&filled, &blanks).expect("a fault").message();
            assert!(message.contains(told) && !message.contains("CANARY"), "{message}");
        }
    }
}
