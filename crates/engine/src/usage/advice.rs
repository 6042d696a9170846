//! What the same use would have cost on other models, and what a text would cost. Facts and arithmetic: which model is
//! better for the writing is the writer's to say.

use super::period::Period;
use super::sums::{Named, ask_groups, filter_of, times};
use crate::house::{House, LiveConnection};
use crate::{Engine, Inner, blocking};
use inkhorn_charts::words::dollars;
use inkhorn_contract::*;
use inkhorn_domain::{ModelAddress, ModelListing, Price, TokenUsage};
use inkhorn_fault::{Code, Fault, Result};
use inkhorn_metering::{Pricing, TokenSums, cost_at, estimate_tokens};
use inkhorn_store::usage_sums::Sums;
use jiff::tz::TimeZone;

/// Models in one answer: the cheapest. A list of thousands helps nobody.
const MOST_MODELS: usize = 200;
/// Models that a text is calculated for at once.
const MOST_CALCULATED: usize = 50;
/// A text larger than any model's context is not counted letter by letter while the writer waits.
const LONGEST_TEXT: usize = 32 << 20;

impl Engine {
    /// What the use of a time would have cost on the other connected models.
    pub async fn usage_advice(&self, request: UsageAdviceRequest) -> Result<UsageAdviceView> {
        let inner = self.inner.clone();
        blocking(move || inner.advice(&request, &TimeZone::system())).await
    }

    /// What a text would cost. Counts and forgets it.
    pub async fn usage_calculate(&self, request: UsageCalculateRequest) -> Result<UsageCalculateView> {
        let inner = self.inner.clone();
        blocking(move || inner.calculate(&request)).await
    }
}

impl Inner {
    pub(super) fn advice(&self, request: &UsageAdviceRequest, zone: &TimeZone) -> Result<UsageAdviceView> {
        let period = Period::of(&request.period, self.clock.now(), zone)?;
        let filter = filter_of(&request.filters);
        let (_, mut groups) =
            self.store.read_usage(|db| ask_groups(db, times(&period), &filter, &[UsageDimension::Model]))?;
        let comparable = Comparable::of(&groups.pop().unwrap_or_default());
        let tokens = tokens_of(&comparable.sums);
        let house = self.house()?;
        let mut models: Vec<(Option<i128>, UsageAdviceModelView)> = house
            .active()
            .flat_map(|live| live.all_models().map(move |model| (live.clone(), model)))
            .filter(|(_, model)| !model.capabilities.contains(&inkhorn_domain::Capability::Embeddings))
            .map(|(live, model)| {
                let (price, context) = priced(&live, &model);
                let cost = cost_at(&price, &tokens);
                let id = format!("{}/{}", live.slug(), model.id);
                let view = UsageAdviceModelView {
                    name: model.name.clone().unwrap_or_else(|| model.id.clone()),
                    connection: live.label().to_owned(),
                    cost: cost.map(dollars),
                    difference: cost.map(|cost| dollars(cost.saturating_sub(comparable.sums.cost))),
                    price: price.state.as_str(),
                    used: comparable.models.contains(&id),
                    too_small: context.zip(comparable.usual_size()).map(|(context, size)| size > context),
                    model: id,
                };
                (cost, view)
            })
            .collect();
        // The cheapest first; what nobody knows comes last, for it may be anything.
        models.sort_by(|(cost, view), (other, its)| {
            (cost.is_none(), cost, &view.model).cmp(&(other.is_none(), other, &its.model))
        });
        models.truncate(MOST_MODELS);
        let sums = &comparable.sums;
        Ok(UsageAdviceView {
            used: UsageAdviceUseView {
                requests: sums.attempts,
                left_out: comparable.left_out,
                input_tokens: super::whole(sums.input),
                cache_read_tokens: super::whole(sums.cache_read),
                output_tokens: super::whole(sums.output),
                cost: dollars(sums.cost),
                models: comparable.models.clone(),
            },
            models: models.into_iter().map(|(_, view)| view).collect(),
        })
    }

    fn calculate(&self, request: &UsageCalculateRequest) -> Result<UsageCalculateView> {
        if request.text.len() > LONGEST_TEXT {
            return Err(Fault::new(Code::OverLimit).with("reason", "a text of more than 32 MB"));
        }
        let input = estimate_tokens(&request.text);
        let house = self.house()?;
        let mut models = Vec::new();
        for id in request.models.iter().take(MOST_CALCULATED) {
            let Some((live, model)) = find(&house, id) else { continue };
            models.push(calculated(id, &live, &model, input, request.output_tokens));
        }
        Ok(UsageCalculateView {
            input_tokens: input,
            words: request.text.split_whitespace().count() as u64,
            models,
        })
    }
}

/// The use that can be compared: of models whose cost is known.
#[derive(Debug, Default, PartialEq, Eq)]
struct Comparable {
    sums: Sums,
    models: Vec<String>,
    left_out: u64,
}

impl Comparable {
    /// A model whose tokens were counted and not priced would make every other model look dear, so it is left out as a
    /// whole. An attempt without any count has neither tokens nor a cost and disturbs nobody.
    fn of(groups: &[Named]) -> Self {
        let mut comparable = Self::default();
        for group in groups {
            if group.sums.unpriced > group.sums.uncounted {
                comparable.left_out = comparable.left_out.saturating_add(group.sums.attempts);
                continue;
            }
            comparable.left_out = comparable.left_out.saturating_add(group.sums.unpriced);
            comparable.sums.add(&group.sums);
            if group.sums.input > 0 || group.sums.output > 0 {
                comparable.models.push(group.name.clone());
            }
        }
        comparable.sums.attempts = comparable.sums.attempts.saturating_sub(comparable.sums.unpriced);
        comparable
    }

    /// Tokens of a request, read and written, in the mean.
    fn usual_size(&self) -> Option<u64> {
        let tokens = self.sums.input.saturating_add(self.sums.output);
        u64::try_from(tokens.checked_div(i128::from(self.sums.attempts))?).ok()
    }
}

fn calculated(
    id: &str,
    live: &LiveConnection,
    model: &ModelListing,
    input: u64,
    output: u64,
) -> UsageCalculatedView {
    let locality = live.locality_of(Some(model));
    let pricing = live.pricing(locality, Some(model));
    let (price, context_length) = priced(live, model);
    // The calculator of the price book knows tiers for long texts, so it is asked for this text and not for a rate.
    let cost = |input, output| {
        let usage = TokenUsage { input: Some(input), output: Some(output), ..TokenUsage::default() };
        pricing.cost(&model.id, &usage).amount.map(|amount| amount.to_string())
    };
    UsageCalculatedView {
        model: id.to_owned(),
        name: model.name.clone().unwrap_or_else(|| model.id.clone()),
        connection: live.label().to_owned(),
        cost: cost(input, output),
        input_cost: cost(input, 0),
        price: price.state.as_str(),
        fits: context_length.map(|context| input.saturating_add(output) <= context),
        context_length,
    }
}

/// The price of a model and its context length.
fn priced(live: &LiveConnection, model: &ModelListing) -> (Price, Option<u64>) {
    let pricing: Pricing = live.pricing(live.locality_of(Some(model)), Some(model));
    let context = model.context_length.or_else(|| pricing.context_length(&model.id));
    (pricing.price(&model.id), context)
}

fn find(house: &House, id: &str) -> Option<(std::sync::Arc<LiveConnection>, ModelListing)> {
    let address = ModelAddress::parse(id)?;
    let live = house.connection(&address.slug)?;
    let model = live.all_models().find(|model| model.id == address.model)?;
    Some((live.clone(), model.clone().into_owned()))
}

fn tokens_of(sums: &Sums) -> TokenSums {
    TokenSums {
        input: sums.input,
        cache_read: sums.cache_read,
        cache_write: sums.cache_write,
        output: sums.output,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_counted_and_not_priced_is_left_out_as_a_whole() {
        let group = |name: &str, sums| Named { name: name.into(), sums };
        let known = Sums { attempts: 4, input: 800, output: 200, cost: 50, ..Sums::default() };
        // One of its attempts failed before anything was counted.
        let with_failure =
            Sums { attempts: 3, input: 600, cost: 30, unpriced: 1, uncounted: 1, ..Sums::default() };
        let unknown = Sums { attempts: 9, input: 90_000, unpriced: 9, ..Sums::default() };
        let groups = [group("a/1", known), group("a/2", with_failure), group("b/3", unknown)];
        let comparable = Comparable::of(&groups);
        assert_eq!((comparable.sums.input, comparable.sums.cost), (1_400, 80));
        assert_eq!((comparable.sums.attempts, comparable.left_out), (6, 10));
        assert_eq!(comparable.models, ["a/1", "a/2"]);
        assert_eq!(comparable.usual_size(), Some(266));
        assert_eq!(Comparable::default().usual_size(), None);
    }
}
