//! Mistral lists a model once under each of its names, and each entry tells the other names.

use inkhorn_domain::ModelListing;
use serde_json::Value;
use std::collections::HashMap;

/// Which names of a list mean one model.
#[derive(Default)]
pub struct OtherNames {
    /// The number of the model that a name means.
    models: HashMap<String, usize>,
    /// How many models have other names.
    count: usize,
}

impl OtherNames {
    /// Takes in what the entry of this id tells of its other names.
    pub fn add(&mut self, id: &str, aliases: Option<Value>) {
        let Some(Value::Array(aliases)) = aliases else { return };
        let others = aliases.iter().filter_map(Value::as_str).filter(|alias| *alias != id);
        let names: Vec<&str> = others.chain([id]).collect();
        if names.len() < 2 {
            return;
        }
        let known = names.iter().find_map(|name| self.models.get(*name).copied());
        let model = known.unwrap_or(self.count);
        self.count = self.count.max(model + 1);
        for name in names {
            self.models.entry(name.to_owned()).or_insert(model);
        }
    }

    /// Leaves one entry of each model: the one whose name stays when the next version comes, else the first.
    pub fn unite(&self, models: &mut Vec<ModelListing>) {
        let mut kept: HashMap<usize, String> = HashMap::new();
        for model in models.iter() {
            let Some(number) = self.models.get(&model.id) else { continue };
            let best = kept.entry(*number).or_insert_with(|| model.id.clone());
            if model.id.ends_with("-latest") && !best.ends_with("-latest") {
                best.clone_from(&model.id);
            }
        }
        let is_kept = |id: &str| match self.models.get(id) {
            Some(number) => kept.get(number).is_some_and(|best| best == id),
            None => true,
        };
        models.retain(|model| is_kept(&model.id));
    }
}
