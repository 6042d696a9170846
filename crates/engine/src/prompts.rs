//! The prompt library: the writer's own prompts with blanks, each with a model, an assistant and settings of its own
//! where the writer wants that. All of its text is sealed.

pub(crate) mod template;

use crate::assistants::Assistant;
use crate::budgets::Spent;
use crate::choice::can_be;
use crate::house::House;
use crate::lines::one_line;
use crate::models::read_named;
use crate::sealed::{self, Place};
use crate::{Engine, Inner, blocking, random};
use inkhorn_contract::*;
use inkhorn_domain::{MemberSettings, PromptId};
use inkhorn_fault::{Code, Fault, Result};
use inkhorn_store::prompts::{self, PromptRow};
use serde::{Deserialize, Serialize};
use std::collections::HashSet;
use std::fmt::Display;
use template::{MOST_BLANKS, Template, fold};

/// Most prompts.
const MOST: u32 = 1_000;
/// Longest name, in letters.
const LONGEST_NAME: usize = 120;
/// Longest text, in bytes.
const LONGEST_TEXT: usize = 256 * 1024;
/// Longest text with its blanks filled, in bytes: what a turn may have.
const LONGEST_FILLED: usize = 16 * 1024 * 1024;
/// Longest label and longest choice, in letters.
const LONGEST_LABEL: usize = 300;
/// Most choices of one blank.
const MOST_CHOICES: usize = 100;
/// Longest default, in bytes.
const LONGEST_DEFAULT: usize = 16 * 1024;

/// What is sealed of a prompt.
#[derive(Serialize, Deserialize)]
struct Content {
    name: String,
    text: String,
    #[serde(default)]
    variables: Vec<PromptVariable>,
}

impl Engine {
    /// All prompts, by name. One that cannot be read is told apart from the others.
    pub async fn prompts_list(&self, _: Nothing) -> Result<PromptsView> {
        let inner = self.inner.clone();
        blocking(move || {
            if !inner.vault.is_open() {
                let locked = inner.vault.exists();
                return Ok(PromptsView { prompts: Vec::new(), spoilt: Vec::new(), locked });
            }
            let (house, assistants) = (inner.house()?, inner.all_assistants()?.whole);
            let spent = inner.spent_budgets(&house);
            let (mut views, mut spoilt) = (Vec::new(), Vec::new());
            for row in inner.store.read(prompts::load_all)? {
                match sealed::whole(inner.prompt_view(&house, &spent, &assistants, &row))? {
                    Some(view) => views.push(view),
                    None => {
                        let id = row.id.to_string();
                        spoilt.push(SpoiltView { id, name: None, updated_at: row.updated_at });
                    }
                }
            }
            views.sort_by_cached_key(|view| (view.name.to_lowercase(), view.created_at));
            Ok(PromptsView { prompts: views, spoilt, locked: false })
        })
        .await
    }

    /// Makes a prompt, or changes one.
    ///
    /// # Errors
    /// `bad_request` says what a field takes, or names the line of the text; `over_limit`; `model_not_found`; `not_found`
    /// for a prompt or an assistant that is not there.
    pub async fn prompts_save(&self, request: PromptSaveRequest) -> Result<PromptView> {
        let content = Content::read(&request)?;
        let settings = read_settings(&request)?;
        let id = request.id.as_deref().map(prompt_id).transpose()?;
        self.ensure_vault().await?;
        let inner = self.inner.clone();
        let view = blocking(move || {
            let (house, assistants) = (inner.house()?, inner.all_assistants()?.whole);
            let known = match id {
                Some(id) => Some(inner.prompt_row(id)?),
                None => None,
            };
            let before = known.as_ref().and_then(|row| row.model.as_deref());
            let model = read_named(&house, request.model.as_deref(), before)?;
            let assistant = request.assistant.filter(|id| !id.is_empty());
            if assistant.as_ref().is_some_and(|id| !assistants.iter().any(|one| one.id == *id)) {
                return Err(Fault::new(Code::NotFound));
            }
            let now = inner.clock.now();
            let fresh = known.is_none();
            let mut row = known.unwrap_or_else(|| new_row(now));
            row.rev += 1;
            row.updated_at = now;
            (row.model, row.assistant, row.settings) = (model, assistant, settings);
            row.content = sealed::seal(&inner.vault, place(&row), &content)?;
            inner.store.write(|tx| {
                if !fresh {
                    return prompts::update(tx, &row);
                }
                if prompts::count(tx)? >= MOST {
                    return Err(too_much("prompts", MOST));
                }
                prompts::insert(tx, &row)
            })?;
            inner.prompt_view(&house, &inner.spent_budgets(&house), &assistants, &row)
        })
        .await?;
        self.inner.changed(&[Topic::Prompts]);
        Ok(view)
    }

    /// Removes a prompt; its text is gone from the file.
    ///
    /// # Errors
    /// `not_found`.
    pub async fn prompts_delete(&self, request: PromptRequest) -> Result<Nothing> {
        let id = prompt_id(&request.prompt)?;
        let inner = self.inner.clone();
        blocking(move || {
            inner.store.write(|tx| prompts::remove(tx, id))?;
            inner.store.scrub_free_space()
        })
        .await?;
        self.inner.changed(&[Topic::Prompts]);
        Ok(Nothing {})
    }

    /// The blanks of a prompt that is being written, and what keeps it from being saved. Stores nothing.
    pub async fn prompts_check(&self, request: PromptCheckRequest) -> Result<PromptCheckView> {
        let read = read_text(&request.text).and_then(|template| {
            let variables = read_variables(&request.variables)?;
            Ok(joined(template.names(), variables))
        });
        Ok(match read {
            Ok((variables, unused)) => PromptCheckView { variables, unused, fault: None },
            Err(fault) => PromptCheckView {
                variables: request.variables,
                unused: Vec::new(),
                fault: Some(FaultView::from(fault)),
            },
        })
    }

    /// A prompt with its blanks filled. What is given is taken as it is: nothing in it is a blank.
    ///
    /// # Errors
    /// `not_found`; `over_limit` for a whole that would be longer than a turn may be; `vault_locked`; `tampered`.
    pub async fn prompts_fill(&self, request: PromptFillRequest) -> Result<PromptFilledView> {
        let id = prompt_id(&request.prompt)?;
        let inner = self.inner.clone();
        blocking(move || {
            let row = inner.prompt_row(id)?;
            inner.open_prompt(&row)?.fill(&request)
        })
        .await
    }
}

impl Inner {
    /// A prompt's row.
    ///
    /// # Errors
    /// `not_found`.
    pub(crate) fn prompt_row(&self, id: PromptId) -> Result<PromptRow> {
        self.store.read(|db| prompts::load(db, id))?.ok_or_else(|| Fault::new(Code::NotFound))
    }

    fn open_prompt(&self, row: &PromptRow) -> Result<Content> {
        sealed::open(&self.vault, place(row), &row.content)
    }

    fn prompt_view(
        &self,
        house: &House,
        spent: &Spent,
        assistants: &[Assistant],
        row: &PromptRow,
    ) -> Result<PromptView> {
        let Content { name, text, variables } = self.open_prompt(row)?;
        // It was read before it was kept; a text that a newer Inkhorn takes otherwise is shown as it stands.
        let names = Template::read(&text).map(|template| template.names().to_vec()).unwrap_or_default();
        let (variables, unused) = joined(&names, variables);
        let assistant = row.assistant.as_deref().and_then(|id| assistants.iter().find(|one| one.id == id));
        Ok(PromptView {
            id: row.id.to_string(),
            name,
            text,
            variables,
            unused,
            model: row.model.as_deref().map(|model| self.named_model(house, model, spent)),
            assistant: assistant.map(|one| NamedAssistantView { id: one.id.clone(), name: one.name.clone() }),
            settings: (&row.settings).into(),
            created_at: row.created_at,
            updated_at: row.updated_at,
        })
    }
}

impl Content {
    fn read(request: &PromptSaveRequest) -> Result<Self> {
        let name = one_line(&request.name, LONGEST_NAME).ok_or_else(|| bad("prompt_name", LONGEST_NAME))?;
        if request.text.trim().is_empty() {
            return Err(bad("prompt_text", "empty"));
        }
        let template = read_text(&request.text)?;
        let (mut variables, unused) = joined(template.names(), read_variables(&request.variables)?);
        // A blank of which nothing is said but its name is a blank of the text, and goes with it.
        variables.retain(|one| !unused.contains(&one.name) || says_more(one));
        if variables.len() > MOST_BLANKS {
            return Err(too_much("blanks", MOST_BLANKS));
        }
        Ok(Self { name, text: request.text.clone(), variables })
    }

    fn fill(&self, request: &PromptFillRequest) -> Result<PromptFilledView> {
        let template = Template::read(&self.text)?;
        let (variables, _) = joined(template.names(), self.variables.clone());
        let described = |name: &str| variables.iter().find(|one| fold(&one.name) == fold(name));
        let given = |name: &str| {
            let value = request.values.iter().find(|(known, _)| fold(known) == fold(name));
            value.map(|(_, value)| value.as_str()).filter(|value| !value.trim().is_empty())
        };
        let value = |name: &str| {
            let variable = described(name)?;
            let default = Some(variable.default.as_str()).filter(|default| !default.is_empty());
            given(name).or(default).or(variable.optional.then_some(""))
        };
        let filled = template
            .fill(value, LONGEST_FILLED)
            .ok_or_else(|| too_much("prompt_filled", LONGEST_FILLED / (1024 * 1024)))?;
        let names = |wanted: &dyn Fn(&PromptVariable) -> bool| -> Vec<String> {
            variables.iter().filter(|one| wanted(one)).map(|one| one.name.clone()).collect()
        };
        let not_offered = names(&|one| {
            let choices = one.kind == VariableKind::Choice && !one.choices.is_empty();
            choices && given(&one.name).is_some_and(|value| !one.choices.iter().any(|choice| choice == value))
        });
        let unknown = request.values.keys().filter(|name| described(name).is_none()).cloned().collect();
        Ok(PromptFilledView { text: filled.text, missing: filled.missing, not_offered, unknown })
    }
}

fn read_text(text: &str) -> Result<Template<'_>> {
    if text.len() > LONGEST_TEXT {
        return Err(too_much("prompt_text", LONGEST_TEXT / 1024));
    }
    Template::read(text)
}

fn read_settings(request: &PromptSaveRequest) -> Result<MemberSettings> {
    let settings = MemberSettings::from(request.settings.clone());
    can_be(&settings)?;
    Ok(settings)
}

/// Blanks as they are described, each once and each as it can be. They are named by their places, never by their words.
fn read_variables(described: &[PromptVariable]) -> Result<Vec<PromptVariable>> {
    if described.len() > MOST_BLANKS {
        return Err(too_much("blanks", MOST_BLANKS));
    }
    let mut seen = HashSet::new();
    let read = described.iter().enumerate().map(|(at, one)| {
        let blank = at + 1;
        let name = template::read_name(&one.name)
            .ok_or_else(|| bad("blank_name", template::LONGEST_NAME).with("blank", blank))?;
        if !seen.insert(fold(&name)) {
            return Err(bad("blank_twice", blank));
        }
        let label = match one.label.trim() {
            "" => String::new(),
            text => one_line(text, LONGEST_LABEL)
                .ok_or_else(|| bad("blank_label", LONGEST_LABEL).with("blank", blank))?,
        };
        if one.default.len() > LONGEST_DEFAULT {
            return Err(too_much("blank_default", LONGEST_DEFAULT / 1024).with("blank", blank));
        }
        let choices = read_choices(one, blank)?;
        let default =
            if one.kind == VariableKind::Long { one.default.clone() } else { one.default.trim().to_owned() };
        Ok(PromptVariable { name, label, choices, default, ..one.clone() })
    });
    read.collect()
}

/// The choices of the blank at this place. Those of one that is none are kept: the writer may be trying kinds.
fn read_choices(one: &PromptVariable, blank: usize) -> Result<Vec<String>> {
    let mut choices = Vec::new();
    for choice in one.choices.iter().filter(|choice| !choice.trim().is_empty()) {
        let choice = one_line(choice, LONGEST_LABEL)
            .ok_or_else(|| bad("blank_choice", LONGEST_LABEL).with("blank", blank))?;
        if choices.contains(&choice) {
            return Err(bad("choices_same", blank));
        }
        choices.push(choice);
    }
    if choices.len() > MOST_CHOICES {
        return Err(too_much("blank_choices", MOST_CHOICES).with("blank", blank));
    }
    if one.kind != VariableKind::Choice {
        return Ok(choices);
    }
    if choices.is_empty() {
        return Err(bad("choices_none", blank));
    }
    let default = one.default.trim();
    if !default.is_empty() && !choices.iter().any(|choice| choice == default) {
        return Err(bad("choices_default", blank));
    }
    Ok(choices)
}

/// The blanks of a prompt: those that are described, then those that only stand in the text. And the names of those that
/// are described and do not stand there.
fn joined(names: &[String], described: Vec<PromptVariable>) -> (Vec<PromptVariable>, Vec<String>) {
    let known: HashSet<String> = described.iter().map(|one| fold(&one.name)).collect();
    let stands: HashSet<String> = names.iter().map(|name| fold(name)).collect();
    let unused = described.iter().filter(|one| !stands.contains(&fold(&one.name)));
    let unused = unused.map(|one| one.name.clone()).collect();
    let found = names.iter().filter(|name| !known.contains(&fold(name)));
    let found = found.map(|name| PromptVariable { name: name.clone(), ..PromptVariable::default() });
    (described.into_iter().chain(found).collect(), unused)
}

/// Whether more is said of a blank than its name.
fn says_more(one: &PromptVariable) -> bool {
    *one != PromptVariable { name: one.name.clone(), ..PromptVariable::default() }
}

fn new_row(now: i64) -> PromptRow {
    PromptRow {
        id: PromptId(random::make_id()),
        content: Vec::new(),
        rev: 0,
        model: None,
        assistant: None,
        settings: MemberSettings::default(),
        created_at: now,
        updated_at: now,
    }
}

fn place(row: &PromptRow) -> Place {
    Place { kind: "prompt", id: row.id.0, rev: row.rev }
}

/// Reads a prompt's id.
///
/// # Errors
/// `not_found` for what is none.
pub(crate) fn prompt_id(text: &str) -> Result<PromptId> {
    text.parse().map_err(|_| Fault::new(Code::NotFound))
}

fn bad(what: &'static str, takes: impl Display) -> Fault {
    Fault::new(Code::BadRequest).with(what, takes)
}

fn too_much(what: &'static str, most: impl Display) -> Fault {
    Fault::new(Code::OverLimit).with(what, most)
}
