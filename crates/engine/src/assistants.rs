//! Assistants: those that come with Inkhorn, what the writer changed of them, and the writer's own. What the writer wrote
//! is sealed.

pub(crate) mod auto;
pub(crate) mod built_in;
mod web_search;

use crate::budgets::Spent;
use crate::choice::{FEATURES, can_be};
use crate::connections::count;
use crate::house::House;
use crate::lines::one_line;
use crate::models::read_named;
use crate::sealed::{self, Place};
use crate::{Engine, Inner, blocking, random};
use built_in::BuiltIn;
use inkhorn_contract::*;
use inkhorn_domain::{AssistantId, MemberSettings};
use inkhorn_fault::{Code, Fault, Result};
use inkhorn_store::assistants::{self, AssistantRow};
use inkhorn_store::{conversations, prompts};
use serde::{Deserialize, Serialize};
use std::fmt;

/// Most assistants of the writer's.
const MOST: u32 = 200;
/// Longest name, in letters.
const LONGEST_NAME: usize = 60;
/// Longest description, in letters.
const LONGEST_DESCRIPTION: usize = 300;
/// Longest instructions, in bytes: they go out with every turn.
const LONGEST_INSTRUCTIONS: usize = 128 * 1024;
/// What stands for an assistant in a request that lets Auto choose one.
pub(crate) const AUTO: &str = "auto";

/// An assistant as it is used.
#[derive(Clone, PartialEq)]
pub(crate) struct Assistant {
    pub id: String,
    pub name: NameView,
    pub description: NameView,
    pub instructions: String,
    pub feature: String,
    pub model: Option<String>,
    pub settings: MemberSettings,
    pub web_search: bool,
    pub built_in: bool,
    /// What the writer changed of one that came with Inkhorn.
    pub changed: bool,
    /// The name is the writer's own word, which is kept sealed.
    pub own_name: bool,
}

/// Its id and no word of the writer's.
impl fmt::Debug for Assistant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Assistant({})", self.id)
    }
}

/// All assistants as they can be used, and those that cannot be read.
pub(crate) struct Assistants {
    pub whole: Vec<Assistant>,
    pub spoilt: Vec<SpoiltView>,
}

/// What is sealed. A built-in one's own name and description are absent where the writer left them as they came.
#[derive(PartialEq, Serialize, Deserialize)]
struct Content {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    description: Option<String>,
    instructions: String,
}

impl Engine {
    /// All assistants. Where the vault is not open, those that come with Inkhorn, as they came.
    pub async fn assistants_list(&self, _: Nothing) -> Result<AssistantsView> {
        let inner = self.inner.clone();
        blocking(move || {
            let house = inner.house()?;
            let locked = !inner.vault.is_open() && inner.vault.exists();
            let Assistants { whole, spoilt } = inner.all_assistants()?;
            let spent = inner.spent_budgets(&house);
            let assistants = whole.iter().map(|one| inner.assistant_view(&house, &spent, one)).collect();
            Ok(AssistantsView { assistants, spoilt, locked })
        })
        .await
    }

    /// Makes an assistant, or changes one. One that came with Inkhorn and is as it came again is no longer a changed one.
    ///
    /// # Errors
    /// `bad_request` says what a field takes; `model_not_found`; `over_limit`; `not_found`.
    pub async fn assistants_save(&self, request: AssistantSaveRequest) -> Result<AssistantView> {
        let written = Written::read(&request)?;
        self.ensure_vault().await?;
        self.change_assistant(move |inner, house| {
            let kept = request.id.as_deref().map(|id| inner.assistant_row(id)).transpose()?;
            let base = request.id.as_deref().and_then(built_in::find);
            let before = kept.as_ref().and_then(|row| row.as_ref()).and_then(|row| row.model.as_deref());
            let model = read_named(house, request.model.as_deref(), before)?;
            let written = Written { model, ..written };
            match kept {
                None => inner.add_assistant(&written, None),
                Some(None) => inner.add_assistant(&written, base),
                Some(Some(row)) => inner.update_assistant(row, &written, base),
            }
        })
        .await
    }

    /// Puts one that came with Inkhorn back as it came.
    ///
    /// # Errors
    /// `not_found` for one that did not.
    pub async fn assistants_reset(&self, request: AssistantRequest) -> Result<AssistantView> {
        self.change_assistant(move |inner, _| {
            let base = built_in::find(&request.assistant).ok_or_else(|| Fault::new(Code::NotFound))?;
            if let Some(row) = inner.store.read(|db| assistants::load_built_in(db, &base.id))? {
                inner.store.write(|tx| assistants::remove(tx, row.id))?;
                inner.store.scrub_free_space()?;
            }
            Ok(base.id.clone())
        })
        .await
    }

    /// Removes one of the writer's own. Prompts and conversations that had it go without one.
    ///
    /// # Errors
    /// `not_found`; `bad_request` for one that came with Inkhorn, which can be put back and not removed.
    pub async fn assistants_delete(&self, request: AssistantRequest) -> Result<AssistantDeletedView> {
        let inner = self.inner.clone();
        let view = blocking(move || {
            if built_in::find(&request.assistant).is_some() {
                return Err(bad("came_with", "Inkhorn"));
            }
            let id = own_id(&request.assistant)?;
            let deleted = id.to_string();
            let mut view = AssistantDeletedView { deleted, prompts: 0, conversations: 0 };
            inner.store.write(|tx| {
                assistants::remove(tx, id)?;
                view.prompts = count(prompts::forget_assistant(tx, &view.deleted)?);
                view.conversations = count(conversations::forget_assistant(tx, &view.deleted)?);
                Ok(())
            })?;
            inner.store.scrub_free_space()?;
            Ok(view)
        })
        .await?;
        self.inner.changed(&[Topic::Prompts, Topic::Desk]);
        Ok(view)
    }

    /// Runs a change that tells the id of the assistant, and shows it.
    async fn change_assistant(
        &self,
        change: impl FnOnce(&Inner, &House) -> Result<String> + Send + 'static,
    ) -> Result<AssistantView> {
        let inner = self.inner.clone();
        let view = blocking(move || {
            let house = inner.house()?;
            let id = change(&inner, &house)?;
            Ok(inner.assistant_view(&house, &inner.spent_budgets(&house), &inner.assistant(&id)?))
        })
        .await?;
        self.inner.changed(&[Topic::Prompts]);
        Ok(view)
    }
}

impl Inner {
    /// Every assistant: those that come with Inkhorn as the writer has them, then the writer's own by name. Where the
    /// vault is not open, the first as they came. One that cannot be read stands apart, and so does one that came with
    /// Inkhorn: as it came it is not what the writer made of it.
    pub(crate) fn all_assistants(&self) -> Result<Assistants> {
        let (mut changed, mut own, mut spoilt) = (Vec::new(), Vec::new(), Vec::new());
        if self.vault.is_open() {
            for row in self.store.read(assistants::load_all)? {
                match sealed::whole(self.open_assistant(&row))? {
                    Some(opened) if row.built_in.is_some() => changed.push(opened),
                    Some(opened) => own.push(opened),
                    None => {
                        let name =
                            row.built_in.as_deref().and_then(built_in::find).map(|base| base.name.clone());
                        spoilt.push(SpoiltView { id: shown_id(&row), name, updated_at: row.updated_at });
                    }
                }
            }
        }
        own.sort_by_cached_key(|one| one.name.en.to_lowercase());
        let readable = |base: &&BuiltIn| !spoilt.iter().any(|one| one.id == base.id);
        let as_it_is = |base: &BuiltIn| changed.iter().find(|one| one.id == base.id).cloned();
        let built_in = built_in::all().iter().filter(readable);
        let built_in = built_in.map(|base| as_it_is(base).unwrap_or_else(|| Assistant::of(base)));
        let whole = built_in.chain(own).collect();
        Ok(Assistants { whole, spoilt })
    }

    /// One assistant.
    ///
    /// # Errors
    /// `not_found`; `vault_locked` where the writer's words are needed for it.
    pub(crate) fn assistant(&self, id: &str) -> Result<Assistant> {
        match (self.assistant_row(id)?, built_in::find(id)) {
            (Some(row), _) => self.open_assistant(&row),
            (None, Some(base)) => Ok(Assistant::of(base)),
            (None, None) => Err(Fault::new(Code::NotFound)),
        }
    }

    pub(crate) fn assistant_view(&self, house: &House, spent: &Spent, one: &Assistant) -> AssistantView {
        AssistantView {
            id: one.id.clone(),
            name: one.name.clone(),
            description: one.description.clone(),
            instructions: one.instructions.clone(),
            feature: one.feature.clone(),
            model: one.model.as_deref().map(|model| self.named_model(house, model, spent)),
            settings: (&one.settings).into(),
            web_search: one.web_search,
            built_in: one.built_in,
            changed: one.changed,
        }
    }

    /// What the database has of an assistant; `None` for one that came with Inkhorn and is as it came.
    fn assistant_row(&self, id: &str) -> Result<Option<AssistantRow>> {
        if built_in::find(id).is_some() {
            return self.store.read(|db| assistants::load_built_in(db, id));
        }
        let row = self.store.read(|db| assistants::load(db, own_id(id)?))?;
        row.filter(|row| row.built_in.is_none()).map(Some).ok_or_else(|| Fault::new(Code::NotFound))
    }

    fn open_assistant(&self, row: &AssistantRow) -> Result<Assistant> {
        let Content { name, description, instructions } =
            sealed::open(&self.vault, place(row), &row.content)?;
        let base = row.built_in.as_deref().and_then(built_in::find);
        let own_name = name.is_some();
        let words = |own: Option<String>, came: Option<&NameView>| match own {
            Some(own) => NameView { en: own.clone(), id: own },
            None => came.cloned().unwrap_or_default(),
        };
        Ok(Assistant {
            id: shown_id(row),
            name: words(name, base.map(|base| &base.name)),
            description: words(description, base.map(|base| &base.description)),
            instructions,
            feature: row.feature.clone(),
            model: row.model.clone(),
            settings: row.settings.clone(),
            web_search: row.web_search,
            built_in: base.is_some(),
            changed: base.is_some(),
            own_name,
        })
    }

    fn add_assistant(&self, written: &Written, base: Option<&BuiltIn>) -> Result<String> {
        if base.is_some_and(|base| written.is_as_it_came(base)) {
            return Ok(base.map(|base| base.id.clone()).unwrap_or_default());
        }
        let now = self.clock.now();
        let id = AssistantId(random::make_id());
        let row = AssistantRow {
            id,
            built_in: base.map(|base| base.id.clone()),
            content: Vec::new(),
            rev: 0,
            feature: String::new(),
            model: None,
            settings: MemberSettings::default(),
            web_search: false,
            created_at: now,
            updated_at: now,
        };
        let row = self.written_into(row, written, base)?;
        self.store.write(|tx| {
            if assistants::count(tx)? >= MOST {
                return Err(Fault::new(Code::OverLimit).with("assistants", MOST));
            }
            assistants::insert(tx, &row)
        })?;
        Ok(base.map_or_else(|| id.to_string(), |base| base.id.clone()))
    }

    fn update_assistant(
        &self,
        row: AssistantRow,
        written: &Written,
        base: Option<&BuiltIn>,
    ) -> Result<String> {
        let id = row.id;
        if base.is_some_and(|base| written.is_as_it_came(base)) {
            self.store.write(|tx| assistants::remove(tx, id))?;
            self.store.scrub_free_space()?;
        } else {
            let row = self.written_into(row, written, base)?;
            self.store.write(|tx| assistants::update(tx, &row))?;
        }
        Ok(base.map_or_else(|| id.to_string(), |base| base.id.clone()))
    }

    fn written_into(
        &self,
        mut row: AssistantRow,
        written: &Written,
        base: Option<&BuiltIn>,
    ) -> Result<AssistantRow> {
        row.rev += 1;
        row.updated_at = self.clock.now();
        row.feature.clone_from(&written.feature);
        row.model.clone_from(&written.model);
        row.settings = written.settings.clone();
        row.web_search = written.web_search;
        let own = |text: &str, came: Option<&NameView>| {
            let came = came.is_some_and(|came| came.en == text || came.id == text);
            (!came).then(|| text.to_owned())
        };
        let content = Content {
            name: own(&written.name, base.map(|base| &base.name)),
            description: own(&written.description, base.map(|base| &base.description)),
            instructions: written.instructions.clone(),
        };
        row.content = sealed::seal(&self.vault, place(&row), &content)?;
        Ok(row)
    }
}

impl Assistant {
    /// One that came with Inkhorn, as it came.
    pub(crate) fn of(base: &BuiltIn) -> Self {
        Self {
            id: base.id.clone(),
            name: base.name.clone(),
            description: base.description.clone(),
            instructions: base.instructions(),
            feature: base.feature.clone(),
            model: None,
            settings: base.settings.clone(),
            web_search: base.web_search,
            built_in: true,
            changed: false,
            own_name: false,
        }
    }
}

/// What the writer wrote, once it was read.
struct Written {
    name: String,
    description: String,
    instructions: String,
    feature: String,
    model: Option<String>,
    settings: MemberSettings,
    web_search: bool,
}

impl Written {
    fn read(request: &AssistantSaveRequest) -> Result<Self> {
        let name =
            one_line(&request.name, LONGEST_NAME).ok_or_else(|| bad("assistant_name", LONGEST_NAME))?;
        let description = match request.description.trim() {
            "" => String::new(),
            text => {
                one_line(text, LONGEST_DESCRIPTION).ok_or_else(|| bad("description", LONGEST_DESCRIPTION))?
            }
        };
        if request.instructions.len() > LONGEST_INSTRUCTIONS {
            let most = LONGEST_INSTRUCTIONS / 1024;
            return Err(Fault::new(Code::OverLimit).with("instructions", most));
        }
        if !FEATURES.contains(&request.feature.as_str()) {
            return Err(bad("counts_as", FEATURES.join(", ")));
        }
        let settings = MemberSettings::from(request.settings.clone());
        can_be(&settings)?;
        Ok(Self {
            name,
            description,
            instructions: request.instructions.trim().to_owned(),
            feature: request.feature.clone(),
            model: None,
            settings,
            web_search: request.web_search,
        })
    }

    fn is_as_it_came(&self, base: &BuiltIn) -> bool {
        let came = |text: &str, came: &NameView| came.en == text || came.id == text;
        came(&self.name, &base.name)
            && came(&self.description, &base.description)
            && self.instructions == base.instructions()
            && self.feature == base.feature
            && self.model.is_none()
            && self.settings == base.settings
            && self.web_search == base.web_search
    }
}

/// The id by which it is known: a word for one that came with Inkhorn.
fn shown_id(row: &AssistantRow) -> String {
    row.built_in.clone().unwrap_or_else(|| row.id.to_string())
}

fn place(row: &AssistantRow) -> Place {
    Place { kind: "assistant", id: row.id.0, rev: row.rev }
}

fn own_id(text: &str) -> Result<AssistantId> {
    text.parse().map_err(|_| Fault::new(Code::NotFound))
}

fn bad(what: &'static str, takes: impl fmt::Display) -> Fault {
    Fault::new(Code::BadRequest).with(what, takes)
}
