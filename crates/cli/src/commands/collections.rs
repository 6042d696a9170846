//! `collections ...`: named lists of models, made, ordered, shared as text.

use crate::arguments::Collections;
use crate::input::load_text_within;
use crate::output::{Done, Output, printable};
use crate::table::lay_out;
use inkhorn_contract::{
    CollectionDefaultRequest, CollectionImportRequest, CollectionModelsRequest, CollectionRenameRequest,
    CollectionRequest, CollectionView, MemberView, Nothing,
};
use inkhorn_engine::Engine;
use inkhorn_fault::{Code, Fault};

pub(super) async fn run(engine: &Engine, command: Collections, output: Output) -> Done {
    let named = |name: String| CollectionRequest { name };
    let models = |name: String, models: Vec<String>| CollectionModelsRequest { name, models };
    let view = match command {
        Collections::List => return list(engine, output).await,
        Collections::Delete { name } => {
            let gone = engine.collections_delete(named(name)).await?;
            return output.show(&gone, || {
                let mut words = format!("{} is deleted. Its models stay where they are.", gone.deleted);
                if !gone.unset.is_empty() {
                    words.push_str(&format!(" Choose another for: {}.", gone.unset.join(", ")));
                }
                printable(&words)
            });
        }
        Collections::Export { name } => {
            let text = engine.collections_export(named(name)).await?;
            return output.show(&text, || text.text.clone());
        }
        Collections::Default { name: None, .. } => {
            let all = engine.collections_default(CollectionDefaultRequest { name: None }).await?;
            return output.show(&all, || "No collection is the default now.".to_owned());
        }
        Collections::Default { name, .. } => {
            let all = engine.collections_default(CollectionDefaultRequest { name }).await?;
            let chosen = all.into_iter().find(|collection| collection.default);
            chosen.ok_or_else(|| Fault::new(Code::NotFound))?
        }
        Collections::Create { name } => engine.collections_create(named(name)).await?,
        Collections::Add { name, ids } => engine.collections_add(models(name, ids)).await?,
        Collections::Remove { name, ids } => engine.collections_remove(models(name, ids)).await?,
        Collections::Reorder { name, ids } => engine.collections_reorder(models(name, ids)).await?,
        Collections::Rename { old, new } => {
            engine.collections_rename(CollectionRenameRequest { name: old, to: new }).await?
        }
        Collections::Show { name } => show(engine, &name).await?,
        Collections::Import { file, name } => {
            let text = load_text_within(&file, MOST)?;
            engine.collections_import(CollectionImportRequest { text, name }).await?
        }
    };
    output.show(&view, || words(&view))
}

/// A text that is longer is no collection; reading on would only fill the memory. In bytes.
const MOST: u64 = 1024 * 1024;

async fn show(engine: &Engine, name: &str) -> Result<CollectionView, Fault> {
    // The engine knows which spellings are one name.
    let spelled = engine.collections_export(CollectionRequest { name: name.to_owned() }).await?.name;
    let all = engine.collections_list(Nothing {}).await?;
    let found = all.into_iter().find(|collection| collection.name == spelled);
    found.ok_or_else(|| Fault::new(Code::NotFound).with("name", name))
}

async fn list(engine: &Engine, output: Output) -> Done {
    let all = engine.collections_list(Nothing {}).await?;
    output.show(&all, || {
        let row = |collection: &CollectionView| {
            let answers = collection.answers.clone().unwrap_or_else(|| "none of them now".to_owned());
            let name = match collection.default {
                true => format!("{} (default)", collection.name),
                false => collection.name.clone(),
            };
            [name, collection.models.len().to_string(), answers]
        };
        let rows: Vec<_> = all.iter().map(row).collect();
        let empty = "No collections. Make one with: inkhorn collections create NAME";
        lay_out(["Name", "Models", "Answers now"], &rows, empty)
    })
}

fn words(view: &CollectionView) -> String {
    let default = if view.default { " (default)" } else { "" };
    let row = |member: &MemberView| {
        let settings = &member.settings;
        let mut used = Vec::new();
        used.extend(settings.temperature.map(|heat| format!("temperature {heat}")));
        used.extend(settings.max_tokens.map(|most| format!("at most {most} tokens")));
        used.extend(settings.reasoning.as_ref().map(|word| format!("reasoning {word}")));
        let usable = member.reason.as_ref().map_or_else(|| "yes".to_owned(), |why| format!("no: {why}"));
        [member.id.clone(), usable, used.join(", ")]
    };
    let rows: Vec<_> = view.models.iter().map(row).collect();
    let empty = "No models yet. Add some with: inkhorn collections add NAME ID...";
    format!("{}{default}\n{}", printable(&view.name), lay_out(["Model", "Usable", "Used with"], &rows, empty))
}
