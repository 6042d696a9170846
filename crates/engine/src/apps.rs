//! Programs that may use the gateway: admitted, listed, shut out.

use crate::house::{House, parse_privacy};
use crate::{Engine, blocking, random};
use inkhorn_contract::*;
use inkhorn_domain::{AppId, BudgetScope, ModelAddress, Privacy};
use inkhorn_fault::{Code, Fault, Result};
use inkhorn_store::Transaction;
use inkhorn_store::apps::{self, AppRow};

/// Most web origins of one program.
const MAX_ORIGINS: usize = 3;

impl Engine {
    /// All programs in use, and the gateway.
    pub async fn apps_list(&self, _: Nothing) -> Result<AppsView> {
        let inner = self.inner.clone();
        blocking(move || {
            let uses: std::collections::HashMap<_, _> = inner.app_uses().into_iter().collect();
            let rows = inner.store.read(apps::load_all)?;
            let in_use = rows.iter().filter(|row| row.revoked_at.is_none());
            let apps = in_use.map(|row| view(row, uses.get(&row.id).copied())).collect();
            Ok(AppsView { apps, gateway: inner.gateway.lock().clone() })
        })
        .await
    }

    /// Admits a program. Its token is in the answer, this once; only its hash is kept.
    pub async fn apps_add(&self, request: AppAddRequest) -> Result<AppAddedView> {
        let row = self.check(&request)?;
        let budget = self.budget_of(&request)?;
        let made = random::make_token()?;
        let inner = self.inner.clone();
        let added = blocking(move || {
            let row = AppRow { token_id: made.public, token_sha256: made.token.sha256(), ..row };
            inner.store.write(|tx| apps::insert(tx, &row))?;
            match &budget {
                Some(budget) => drop(inner.set_budget(budget)?),
                None => drop(inner.reload()?),
            }
            // EXPOSE: the token is shown this once, to the writer who made it.
            Ok(AppAddedView { app: view(&row, None), token: made.token.expose().to_owned() })
        })
        .await?;
        self.inner.changed(&[Topic::Apps, Topic::Budgets]);
        Ok(added)
    }

    /// Takes a program's token away, at once.
    pub async fn apps_revoke(&self, request: AppRevokeRequest) -> Result<AppRevokedView> {
        let inner = self.inner.clone();
        let name = request.name.clone();
        blocking(move || {
            let now = inner.clock.now();
            inner.store.write(|tx| {
                let rows = apps::load_all(tx)?;
                let row = rows.iter().find(|row| row.revoked_at.is_none() && row.name == name);
                let row = row.ok_or_else(|| Fault::new(Code::NotFound).with("name", &name))?;
                apps::revoke(tx, row.id, now)
            })?;
            inner.forget_budgets_of(&BudgetScope::App(name))?;
            inner.reload().map(drop)
        })
        .await?;
        self.inner.changed(&[Topic::Apps, Topic::Budgets]);
        Ok(AppRevokedView { revoked: request.name })
    }

    /// Tells the rest of the engine how the gateway of this process stands.
    pub fn note_gateway(&self, change: impl FnOnce(&mut GatewayView)) -> GatewayView {
        let mut gateway = self.inner.gateway.lock();
        change(&mut gateway);
        let view = gateway.clone();
        drop(gateway);
        self.inner.changed(&[Topic::Apps, Topic::Status]);
        view
    }

    /// What it may spend in a month, looked at before the program is admitted.
    fn budget_of(&self, request: &AppAddRequest) -> Result<Option<BudgetSetRequest>> {
        let Some(limit) = &request.budget else { return Ok(None) };
        let scope = BudgetScope::App(request.name.trim().to_owned()).to_string();
        let budget = BudgetSetRequest { scope, period: "month".to_owned(), limit: limit.clone(), warn: None };
        self.inner.check_budget(&budget)?;
        Ok(Some(budget))
    }

    fn check(&self, request: &AppAddRequest) -> Result<AppRow> {
        let name = request.name.trim();
        if name.is_empty() || name.chars().count() > 60 || name.chars().any(char::is_control) {
            let reason = "an app has a name of at most 60 characters on one line";
            return Err(Fault::new(Code::BadRequest).with("reason", reason));
        }
        let house = self.inner.house()?;
        let models = permitted(&house, &request.models)?;
        let privacy = request.privacy.as_deref().map_or(Ok(Privacy::Cloud), parse_privacy)?;
        if request.origins.len() > MAX_ORIGINS {
            let reason = format!("an app has at most {MAX_ORIGINS} web origins");
            return Err(Fault::new(Code::OverLimit).with("reason", reason));
        }
        let origins = request.origins.iter().map(|origin| parse_origin(origin)).collect::<Result<_>>()?;
        Ok(AppRow {
            id: AppId(random::make_id()),
            name: name.to_owned(),
            token_id: String::new(),
            token_sha256: [0; 32],
            models: to_json(&models),
            privacy,
            origins,
            created_at: self.inner.clock.now(),
            last_used: None,
            revoked_at: None,
        })
    }
}

/// What an app is to be allowed, each once: addresses of models, whether they are connected yet or not, and collections
/// under the names that they have.
fn permitted(house: &House, names: &[String]) -> Result<Vec<String>> {
    let mut permitted: Vec<String> = Vec::new();
    for name in names {
        let name = match house.collection(name) {
            Some(collection) => collection.name.clone(),
            None => ModelAddress::parse(name)
                .map(|_| name.clone())
                .ok_or_else(|| Fault::new(Code::ModelNotFound).with("model", name))?,
        };
        if !permitted.contains(&name) {
            permitted.push(name);
        }
    }
    Ok(permitted)
}

/// Gives the apps that may use a collection its new name. An app keeps the name of a collection that was deleted: without
/// it, an app that may use nothing else would be one that may use everything.
pub(crate) fn rename_permitted(tx: &Transaction<'_>, from: &str, to: &str) -> Result<()> {
    for row in apps::load_all(tx)? {
        let mut models: Vec<String> = serde_json::from_str(&row.models).unwrap_or_default();
        if models.iter().any(|name| name == from) {
            models.iter_mut().filter(|name| *name == from).for_each(|name| to.clone_into(name));
            apps::set_models(tx, row.id, &to_json(&models))?;
        }
    }
    Ok(())
}

fn to_json(models: &[String]) -> String {
    serde_json::Value::from(models).to_string()
}

/// An exact origin as a browser sends it. `https`, or an app's own scheme; `http` only for pages of this machine.
fn parse_origin(text: &str) -> Result<String> {
    let refuse = || {
        let reason = "an origin is written like https://app.novelcrafter.com, without a path";
        Fault::new(Code::BadAddress).with("reason", reason)
    };
    let text = text.trim().trim_end_matches('/').to_ascii_lowercase();
    let url = url::Url::parse(&text).map_err(|_| refuse())?;
    let bare = matches!(url.path(), "" | "/") && url.query().is_none() && url.fragment().is_none();
    let host = url.host_str().ok_or_else(refuse)?;
    let safe = match url.scheme() {
        "https" => true,
        "http" => matches!(host, "localhost" | "127.0.0.1" | "[::1]"),
        "file" | "data" | "javascript" | "blob" | "about" => false,
        _ => true,
    };
    let wide = host.contains('*');
    if !bare || !safe || wide || !url.username().is_empty() || url.password().is_some() || text.len() > 200 {
        return Err(refuse());
    }
    let port = url.port().map_or_else(String::new, |port| format!(":{port}"));
    Ok(format!("{}://{host}{port}", url.scheme()))
}

fn view(row: &AppRow, used: Option<i64>) -> AppView {
    AppView {
        id: row.id.to_string(),
        name: row.name.clone(),
        models: serde_json::from_str(&row.models).unwrap_or_default(),
        privacy: match row.privacy {
            Privacy::Local => "local",
            Privacy::ZeroRetention => "zero-retention",
            Privacy::Cloud => "cloud",
        }
        .to_owned(),
        origins: row.origins.clone(),
        created_at: row.created_at,
        last_used: used.max(row.last_used),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn origins_are_exact_and_never_wide() {
        let origin = |text: &str| parse_origin(text).ok();
        assert_eq!(origin("https://App.Novelcrafter.com/"), Some("https://app.novelcrafter.com".into()));
        assert_eq!(origin("https://x.com:443"), Some("https://x.com".into()), "as a browser writes it");
        assert_eq!(origin("app://obsidian.md"), Some("app://obsidian.md".into()));
        assert_eq!(origin("http://localhost:3000"), Some("http://localhost:3000".into()));
        for bad in [
            "*",
            "null",
            "https://*",
            "http://evil.com",
            "https://x.com/path",
            "https://u:p@x.com",
            "x.com",
            "file:///x",
            "",
        ] {
            assert_eq!(origin(bad), None, "{bad}");
        }
    }
}
