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
    let view = engine
        .apps_add(AppAddRequest {
            name: add.name,
            models: tidy_list(add.models),
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
