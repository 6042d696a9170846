//! `settings list`, `settings set`.

use super::on_or_off;
use crate::arguments::{SetSettings, Settings};
use crate::output::{Done, Output, printable};
use crate::wrong_usage::refuse;
use inkhorn_contract::{Nothing, SettingsSetRequest, SettingsView};
use inkhorn_engine::Engine;
use inkhorn_fault::Result;

pub(super) async fn run(engine: &Engine, command: Settings, output: Output) -> Done {
    let view = match command {
        Settings::List => engine.settings_list(Nothing {}).await?,
        Settings::Set(SetSettings { changes }) => engine.settings_set(parse_changes(&changes)?).await?,
    };
    output.show(&view, || describe(&view))
}

/// In front of the feature in the name of its model: `default_model.prose`.
const FEATURE: &str = "default_model.";

fn parse_changes(changes: &[String]) -> Result<SettingsSetRequest> {
    let mut request = SettingsSetRequest::default();
    for change in changes {
        let Some((name, value)) = change.split_once('=') else {
            return Err(refuse("a change is written NAME=VALUE"));
        };
        let again = match name {
            "system_fallback" => {
                let on = on_or_off(value).ok_or_else(|| refuse("system_fallback is on or off"))?;
                request.system_fallback.replace(on).is_some()
            }
            "usage_retention" => request.usage_retention.replace(value.to_owned()).is_some(),
            "default_model" => request.default_model.replace(value.to_owned()).is_some(),
            "default_connection" => request.default_connection.replace(value.to_owned()).is_some(),
            name if name.starts_with(FEATURE) => {
                let feature = name[FEATURE.len()..].to_owned();
                request.feature_models.insert(feature, value.to_owned()).is_some()
            }
            // What was typed is not repeated: it may be a key.
            _ => {
                return Err(refuse(
                    "the names are system_fallback, default_model, default_connection, usage_retention, and \
                     default_model.FEATURE for chat, prose, prompt or summarise",
                ));
            }
        };
        if again {
            return Err(refuse(format!("{name} is given twice")));
        }
    }
    Ok(request)
}

fn describe(view: &SettingsView) -> String {
    let or_none = |text: &Option<String>| text.clone().unwrap_or_else(|| "none".to_owned());
    let fallback = if view.system_fallback { "on" } else { "off" };
    let mut lines = vec![
        ("system_fallback".to_owned(), fallback.to_owned()),
        ("default_model".to_owned(), or_none(&view.default_model)),
        ("default_connection".to_owned(), or_none(&view.default_connection)),
        ("usage_retention".to_owned(), view.usage_retention.clone().unwrap_or_else(|| "forever".to_owned())),
    ];
    lines.extend(view.feature_models.iter().map(|(name, model)| (format!("{FEATURE}{name}"), model.clone())));
    let width = lines.iter().map(|(name, _)| name.len()).max().unwrap_or(0);
    let lines: Vec<String> = lines.iter().map(|(name, value)| format!("{name:width$}  {value}")).collect();
    lines.iter().map(|line| printable(line)).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use inkhorn_fault::Code;

    fn changes(of: &[&str]) -> Result<SettingsSetRequest> {
        parse_changes(&of.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>())
    }

    #[test]
    fn settings_are_read_by_name() {
        let request =
            changes(&["system_fallback=On", "default_model=a/b=c", "default_connection="]).expect("fits");
        assert_eq!(request.system_fallback, Some(true));
        assert_eq!(request.default_model.as_deref(), Some("a/b=c"));
        assert_eq!(request.default_connection.as_deref(), Some(""));
        let request = changes(&["default_model.prose=a/b", "default_model.chat="]).expect("fits");
        let features = [("chat".to_owned(), String::new()), ("prose".to_owned(), "a/b".to_owned())];
        assert_eq!((request.default_model, request.feature_models), (None, features.into()));
    }

    #[test]
    fn what_is_no_setting_is_refused_and_not_repeated() {
        for bad in ["colour=red", "sk-CANARY", "sk-CANARY=1", "system_fallback=perhaps", "=on"] {
            let fault = changes(&[bad]).expect_err(bad);
            assert!(fault.code() == Code::UsageError && !fault.message().contains("CANARY"), "{fault}");
        }
        assert!(changes(&["default_model=a/b", "default_model=c/d"]).is_err(), "which one?");
        assert!(changes(&["default_model.prose=a/b", "default_model.prose=c/d"]).is_err(), "which one?");
    }
}
