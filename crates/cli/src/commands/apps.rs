//! `apps add`, `list`, `revoke`.

use super::tidy_list;
use crate::arguments::{AddApp, Apps, RevokeApp};
use crate::output::{Done, Output};
use crate::table::lay_out;
use inkhorn_contract::{AppAddRequest, AppRevokeRequest, AppView, Nothing};
use inkhorn_engine::Engine;

pub(super) async fn run(engine: &Engine, command: Apps, output: Output) -> Done {
    match command {
        Apps::Add(add) => self::add(engine, add, output).await,
        Apps::List => list(engine, output).await,
        Apps::Revoke(RevokeApp { name }) => {
            let view = engine.apps_revoke(AppRevokeRequest { name }).await?;
            output.show(&view, || format!("{} is shut out from now on.", view.revoked))
        }
    }
}

async fn add(engine: &Engine, add: AddApp, output: Output) -> Done {
    let collections = engine.collections_list(Nothing {}).await?;
    let known = |name: &str| collections.iter().any(|one| one.name.to_lowercase() == name.to_lowercase());
    let view = engine
        .apps_add(AppAddRequest {
            name: add.name,
            models: tidy_list(apart(&add.models, known)),
            privacy: add.privacy.map(|level| level.as_str().to_owned()),
            origins: tidy_list(add.origins),
            budget: add.budget,
        })
        .await?;
    output.show(&view, || {
        output.note(&format!(
            "The token of {}. It is shown this once; it goes where a key would go.",
            view.app.name
        ));
        view.token.clone()
    })
}

/// Parts at commas, but where all of it together is the name of a collection.
fn apart(typed: &[String], known: impl Fn(&str) -> bool) -> Vec<String> {
    let mut names = Vec::new();
    for text in typed {
        if known(text.trim()) {
            names.push(text.clone());
        } else {
            names.extend(text.split(',').map(str::to_owned));
        }
    }
    names
}

async fn list(engine: &Engine, output: Output) -> Done {
    let apps = engine.apps_list(Nothing {}).await?.apps;
    output.show(&apps, || {
        let row = |app: &AppView| {
            let models = if app.models.is_empty() { "all".to_owned() } else { app.models.join(", ") };
            let origins = if app.origins.is_empty() { "-".to_owned() } else { app.origins.join(", ") };
            [app.name.clone(), models, app.privacy.clone(), origins]
        };
        let rows: Vec<_> = apps.iter().map(row).collect();
        lay_out(["Name", "Models", "Text may go", "Web addresses"], &rows, "No programs yet.")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_comma_parts_models_and_may_stand_in_the_name_of_a_collection() {
        let known = |name: &str| name == "Prose, late" || name == "Chat";
        let apart = |typed: &[&str]| {
            tidy_list(apart(&typed.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>(), known))
        };
        assert_eq!(apart(&["a/b, c/d,Chat"]), ["a/b", "c/d", "Chat"]);
        assert_eq!(apart(&["Prose, late", "a/b,"]), ["Prose, late", "a/b"]);
        assert_eq!(
            apart(&["Prose, early"]),
            ["Prose", "early"],
            "both are asked for, and refused where they are not there"
        );
        assert!(apart(&[","]).is_empty());
    }
}
