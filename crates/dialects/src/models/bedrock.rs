//! Bedrock's two lists: the models, and the inference profiles through which most of the newer ones are called. A profile
//! tells nothing of what its model can do, so that is taken over from the model.

use super::entry::{Entry, clean_id, clean_name};
use inkhorn_domain::{Capability, ModelListing};
use serde_json::Value;

/// Reads an entry of either list. `None` for one of neither.
pub fn read(entry: &Value) -> Option<Entry> {
    let text = |name: &str| entry.get(name).and_then(Value::as_str);
    if let Some(id) = text("inferenceProfileId") {
        let active = text("status").is_none_or(|status| status == "ACTIVE");
        return Some(if active { named(id, text("inferenceProfileName")) } else { Entry::OtherKind });
    }
    let listed = named(text("modelId")?, text("modelName"));
    let Entry::Model(mut model) = listed else { return Some(listed) };
    let lists = |name: &str, word: &str| {
        let list = entry.get(name).and_then(Value::as_array);
        list.is_some_and(|list| list.iter().any(|item| item.as_str() == Some(word)))
    };
    let embeds = lists("outputModalities", "EMBEDDING");
    model.capabilities = [
        (Capability::Vision, lists("inputModalities", "IMAGE") && !embeds),
        (Capability::Embeddings, embeds),
    ]
    .into_iter()
    .filter_map(|(capability, has)| has.then_some(capability))
    .collect();
    // Bought capacity has ids of its own, which mean nothing to anybody else.
    let called_as = |word: &str| lists("inferenceTypesSupported", word);
    Some(if !embeds && !lists("outputModalities", "TEXT") {
        Entry::OtherKind
    } else if called_as("ON_DEMAND") {
        Entry::Model(model)
    } else if called_as("INFERENCE_PROFILE") {
        Entry::BehindProfile(model)
    } else {
        Entry::OtherKind
    })
}

/// Gives the profiles among the models what is known of the models behind them: `eu.anthropic.claude` is a way to
/// `anthropic.claude`.
pub fn complete_profiles(models: &mut [ModelListing], behind: &[ModelListing]) {
    let known: std::collections::HashMap<&str, &ModelListing> =
        behind.iter().map(|model| (model.id.as_str(), model)).collect();
    let found: Vec<Option<Vec<Capability>>> = models
        .iter()
        .map(|model| {
            let (_, base) = model.id.split_once('.')?;
            known.get(base).map(|base| base.capabilities.clone())
        })
        .collect();
    for (model, capabilities) in models.iter_mut().zip(found) {
        if let (true, Some(capabilities)) = (model.capabilities.is_empty(), capabilities) {
            model.capabilities = capabilities;
        }
    }
}

fn named(id: &str, name: Option<&str>) -> Entry {
    let Some(id) = clean_id(id) else { return Entry::Unusable };
    let mut model = ModelListing::named(id);
    model.name = name.and_then(clean_name).filter(|name| *name != model.id);
    Entry::Model(Box::new(model))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::models::{NextPage, read_models};
    use inkhorn_domain::Dialect;

    #[test]
    fn profiles_are_models_and_know_what_the_model_behind_them_can_do() {
        let list = br#"{"modelSummaries":[
            {"modelId":"amazon.nova-lite-v1:0","modelName":"Nova Lite","providerName":"Amazon","inputModalities":["TEXT","IMAGE"],"outputModalities":["TEXT"],"inferenceTypesSupported":["ON_DEMAND","INFERENCE_PROFILE"],"modelLifecycle":{"status":"ACTIVE"}},
            {"modelId":"anthropic.claude-opus-4-7","modelName":"Claude Opus 4.7","inputModalities":["TEXT","IMAGE"],"outputModalities":["TEXT"],"inferenceTypesSupported":["INFERENCE_PROFILE"]},
            {"modelId":"amazon.nova-lite-v1:0:24k","modelName":"Nova Lite","inputModalities":["TEXT"],"outputModalities":["TEXT"],"inferenceTypesSupported":["PROVISIONED"]},
            {"modelId":"amazon.titan-embed-text-v2:0","modelName":"Titan","inputModalities":["TEXT"],"outputModalities":["EMBEDDING"],"inferenceTypesSupported":["ON_DEMAND"]},
            {"modelId":"amazon.nova-canvas-v1:0","modelName":"Canvas","inputModalities":["TEXT"],"outputModalities":["IMAGE"],"inferenceTypesSupported":["ON_DEMAND"]},
            {"modelId":7},{"modelName":"nameless"}]}"#;
        let page = read_models(Dialect::BedrockConverse, list).expect("a list");
        let ids: Vec<&str> = page.models.iter().map(|model| model.id.as_str()).collect();
        assert_eq!(ids, ["amazon.nova-lite-v1:0", "amazon.titan-embed-text-v2:0"]);
        assert_eq!((page.models[0].name.as_deref(), page.dropped), (Some("Nova Lite"), 2));
        assert_eq!(page.models[1].capabilities, [Capability::Embeddings]);
        assert_eq!(page.behind_profiles.len(), 1);

        let profiles = br#"{"inferenceProfileSummaries":[
            {"inferenceProfileId":"eu.anthropic.claude-opus-4-7","inferenceProfileName":"EU Claude Opus 4.7","status":"ACTIVE","type":"SYSTEM_DEFINED","models":[{"modelArn":"arn:aws:bedrock:eu-west-1::foundation-model/anthropic.claude-opus-4-7"}]},
            {"inferenceProfileId":"gone","inferenceProfileName":"Gone","status":"DELETING"}],"nextToken":"to/ken=="}"#;
        let mut next = read_models(Dialect::BedrockConverse, profiles).expect("a list");
        assert_eq!(next.next, Some(NextPage { parameter: "nextToken", value: "to/ken==".into() }));
        complete_profiles(&mut next.models, &page.behind_profiles);
        assert_eq!(next.models.len(), 1);
        assert_eq!(next.models[0].capabilities, [Capability::Vision]);
    }
}
