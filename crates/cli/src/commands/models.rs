//! `models`: from the cache, or fetched again first; and how often they refused.

use super::{dollars, yes};
use crate::arguments::Models;
use crate::output::{Done, Output};
use crate::table::lay_out;
use inkhorn_contract::{ModelView, ModelsRefreshRequest, Nothing, PriceView, RefusalsOfView};
use inkhorn_domain::PriceState;
use inkhorn_engine::Engine;
use inkhorn_fault::{Code, Fault};

pub(super) async fn run(engine: &Engine, command: Models, output: Output) -> Done {
    if command.refusals {
        return refusals(engine, output).await;
    }
    if command.refresh {
        let request = ModelsRefreshRequest { connection: command.connection.clone() };
        for silent in engine.models_refresh(request).await?.not_answered {
            output.note(&format!("{} did not answer: {}", silent.connection, silent.fault.message));
        }
    }
    let view = engine.models_list(Nothing {}).await?;
    if let Some(slug) = &command.connection
        && !view.sources.iter().any(|source| source.connection == *slug)
    {
        return Err(Fault::new(Code::NotFound).with("name", slug).into());
    }
    let mut models: Vec<&ModelView> = view
        .models
        .iter()
        .filter(|model| command.connection.as_ref().is_none_or(|slug| model.connection == *slug))
        .collect();
    let empty = if models.is_empty() {
        "No models. Fetch them with: inkhorn models --refresh"
    } else {
        "No model has these words in its id, name or connection."
    };
    models.retain(|model| command.search.as_ref().is_none_or(|words| is_meant(model, words)));
    output.show(&models, || {
        let rows: Vec<_> = models.iter().map(|model| row(model)).collect();
        let headings = ["Model", "Name", "Context", "In / million", "Out / million", "Usable"];
        lay_out(headings, &rows, empty)
    })
}

async fn refusals(engine: &Engine, output: Output) -> Done {
    let view = engine.models_refusals(Nothing {}).await?;
    output.show(&view, || {
        let headings = ["30 days", "Withheld", "Refused", "365 days", "Withheld", "Refused"];
        let table = |of: &[RefusalsOfView], what: &str| {
            let rows: Vec<_> = of.iter().map(refusals_row).collect();
            let [a, b, c, d, e, f] = headings;
            lay_out([what, a, b, c, d, e, f], &rows, "No model answered within a year.")
        };
        if view.models.is_empty() {
            return table(&[], "Model");
        }
        let (models, providers) = (table(&view.models, "Model"), table(&view.providers, "Provider"));
        format!("{}\n\n{providers}", models.trim_end())
    })
}

fn refusals_row(of: &RefusalsOfView) -> [String; 7] {
    let (month, year) = (of.days_30, of.days_365);
    let [a, b, c] = [month.answers, month.withheld, month.refused].map(|count| count.to_string());
    let [d, e, f] = [year.answers, year.withheld, year.refused].map(|count| count.to_string());
    [of.name.clone(), a, b, c, d, e, f]
}

fn is_meant(model: &ModelView, words: &str) -> bool {
    has_all(words, [&model.id, &model.name, &model.connection_label, &model.provider])
}

/// Whether each of these words stands in one of the places, in any order and whatever the capitals.
fn has_all(words: &str, places: [&str; 4]) -> bool {
    let places = places.map(str::to_lowercase);
    words.to_lowercase().split_whitespace().all(|word| places.iter().any(|place| place.contains(word)))
}

fn row(model: &ModelView) -> [String; 6] {
    let context = model.context_length.map_or_else(|| "unknown".to_owned(), |tokens| tokens.to_string());
    let reason = model.reason.as_deref().filter(|_| !model.available);
    let [input, output] =
        [&model.price.input, &model.price.output].map(|part| price(&model.price, part.as_deref()));
    let usable = usable(model.available, reason, model.hidden);
    [model.id.clone(), model.name.clone(), context, input, output, usable]
}

/// Whether it can be used, and why not; hidden ones can, by their names.
fn usable(available: bool, reason: Option<&str>, hidden: bool) -> String {
    let usable = reason.map_or_else(|| yes(available), |reason| format!("no: {reason}"));
    if hidden { format!("{usable}, hidden") } else { usable }
}

fn price(price: &PriceView, part: Option<&str>) -> String {
    match price.state {
        PriceState::Known => dollars(part),
        PriceState::Unknown => "unknown".to_owned(),
        PriceState::Free => "free".to_owned(),
        PriceState::Local => "local".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_found_in_any_order_and_in_the_connection_too() {
        let places = ["work/gpt-4o", "GPT-4o", "Work account", "openai"];
        for words in ["4o gpt", "openai", "WORK 4O", "account gpt", " ", "gpt-4o"] {
            assert!(has_all(words, places), "{words}");
        }
        for words in ["gpt claude", "4o-gpt", "anthropic"] {
            assert!(!has_all(words, places), "{words}");
        }
    }

    #[test]
    fn hidden_models_are_marked_whether_they_can_be_used_or_not() {
        assert_eq!(usable(true, None, true), "yes, hidden");
        assert_eq!(usable(false, Some("gone"), true), "no: gone, hidden");
        assert_eq!(usable(true, None, false), "yes");
    }
}
