//! Which models suit which task, and why. A plain rule over what is known; nobody can pay to be named.

use crate::{Engine, blocking};
use inkhorn_contract::{ModelView, Nothing, RecommendationView, WhyView};
use inkhorn_domain::{Capability, Money, PriceState};
use inkhorn_fault::Result;

/// What a task asks of a model.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Task {
    /// The feature that it is.
    pub name: &'static str,
    /// The least context, in tokens; a model with less, or of unknown context, is not named.
    context: u64,
    /// From here on more context is no better, in tokens.
    enough: u64,
    /// How the weights lie, in points of a hundred together.
    weights: Weights,
    /// Of a hundred tokens, so many are read and the rest written.
    reads: u64,
}

#[derive(Clone, Copy, Debug)]
struct Weights {
    context: f64,
    price: f64,
    speed: f64,
    reasoning: f64,
}

/// The tasks that a writer has, with what each asks.
///
/// Talking wants speed; prose wants room for the chapters before, and thought; a prompt of one's own is in between;
/// a summary reads much, writes little, and should be cheap.
pub(crate) const TASKS: [Task; 4] = [
    Task {
        name: "chat",
        context: 8_000,
        enough: 64_000,
        weights: Weights { context: 20.0, price: 35.0, speed: 35.0, reasoning: 10.0 },
        reads: 70,
    },
    Task {
        name: "prose",
        context: 32_000,
        enough: 200_000,
        weights: Weights { context: 40.0, price: 20.0, speed: 10.0, reasoning: 30.0 },
        reads: 60,
    },
    Task {
        name: "prompt",
        context: 16_000,
        enough: 128_000,
        weights: Weights { context: 30.0, price: 30.0, speed: 20.0, reasoning: 20.0 },
        reads: 50,
    },
    Task {
        name: "summarise",
        context: 64_000,
        enough: 400_000,
        weights: Weights { context: 45.0, price: 45.0, speed: 10.0, reasoning: 0.0 },
        reads: 90,
    },
];

/// So many models are named for a task.
const NAMED: usize = 3;
/// What a free model or one on this machine is worth, a cheap one nearly, an expensive one not: half the points are
/// lost at this price, in USD a million tokens.
const HALF_PRICE: f64 = 2.0;
/// Half the points are had at this speed, in tokens a second.
const HALF_SPEED: f64 = 40.0;
/// What a favourite has on top, in points.
const FAVOURITE: f64 = 5.0;
/// Measurements of fewer answers are chance.
const FEWEST_ANSWERS: u64 = 3;

impl Engine {
    /// Which models suit which task, and why each.
    pub async fn models_recommended(&self, _: Nothing) -> Result<Vec<RecommendationView>> {
        let inner = self.inner.clone();
        blocking(move || {
            let house = inner.house()?;
            let models = inner.all_models_now(&house, &inner.spent_budgets(&house))?;
            Ok(TASKS.iter().flat_map(|task| recommend(task, &models)).collect())
        })
        .await
    }
}

/// The best models for a task, the best first. Equal ones keep the writer's order.
pub(crate) fn recommend(task: &Task, models: &[ModelView]) -> Vec<RecommendationView> {
    let mut scored: Vec<(f64, &ModelView)> =
        models.iter().filter_map(|model| Some((task.score(model)?, model))).collect();
    scored.sort_by(|a, b| b.0.total_cmp(&a.0));
    let named = scored.into_iter().take(NAMED);
    named
        .map(|(_, model)| RecommendationView {
            task: task.name,
            model: model.id.clone(),
            why: task.why(model),
        })
        .collect()
}

impl Task {
    /// Points for a model; `None` for one that cannot do the task, or of which too little is known to say so.
    fn score(&self, model: &ModelView) -> Option<f64> {
        let cannot = |can: &Capability| matches!(can, Capability::Embeddings | Capability::Images);
        let writes = !model.capabilities.iter().any(cannot);
        if !model.available || model.hidden || !writes || model.retires_on.is_some() {
            return None;
        }
        let context = context(model).filter(|tokens| *tokens >= self.context)?;
        // An unknown price is no recommendation: the writer would pay it unseen.
        let price = self.price(model)?;
        let part = |have: f64, half: f64| have / (have + half);
        let speed = measured_speed(model).map_or(0.0, |speed| part(f64::from(speed), HALF_SPEED));
        let thinks = model.capabilities.contains(&Capability::Reasoning);
        let weights = self.weights;
        Some(
            weights.context * (context.min(self.enough) as f64 / self.enough as f64)
                + weights.price * (1.0 - part(price, HALF_PRICE))
                + weights.speed * speed
                + if thinks { weights.reasoning } else { 0.0 }
                + if model.favourite { FAVOURITE } else { 0.0 },
        )
    }

    /// USD for a million tokens of this task. For weighing only: no sum of money is made from it.
    fn price(&self, model: &ModelView) -> Option<f64> {
        match model.price.state {
            PriceState::Free | PriceState::Local => Some(0.0),
            PriceState::Unknown => None,
            PriceState::Known => Some(self.mixed(model)?.0 as f64 / 1e12),
        }
    }

    fn mixed(&self, model: &ModelView) -> Option<Money> {
        let part = |text: &Option<String>, share: u64| Money::parse(text.as_deref()?)?.times(share);
        let sum = part(&model.price.input, self.reads)?
            .checked_add(part(&model.price.output, 100 - self.reads)?)?;
        Some(Money(sum.0 / 100))
    }

    fn why(&self, model: &ModelView) -> Vec<WhyView> {
        let mut why = Vec::new();
        match model.price.state {
            PriceState::Local => why.push(WhyView::Local),
            PriceState::Free => why.push(WhyView::Free),
            PriceState::Known => {
                why.extend(self.mixed(model).map(|price| WhyView::Price { per_million: price.to_string() }))
            }
            PriceState::Unknown => {}
        }
        why.extend(context(model).map(|tokens| WhyView::Context { tokens }));
        if self.weights.reasoning > 0.0 && model.capabilities.contains(&Capability::Reasoning) {
            why.push(WhyView::Reasoning);
        }
        if let (Some(tokens_per_second), Some(speed)) = (measured_speed(model), model.speed) {
            why.push(WhyView::Speed { tokens_per_second, answers: speed.answers });
        }
        if model.favourite {
            why.push(WhyView::Favourite);
        }
        if self.weights.context >= self.weights.price {
            // What the task asks for most is said first.
            if let Some(at) = why.iter().position(|why| matches!(why, WhyView::Context { .. })) {
                why[..=at].rotate_right(1);
            }
        }
        why
    }
}

/// What fits now: a local server may have loaded a model with less than it could take.
fn context(model: &ModelView) -> Option<u64> {
    model.local.as_ref().and_then(|local| local.loaded_context).or(model.context_length)
}

fn measured_speed(model: &ModelView) -> Option<u32> {
    model.speed.filter(|speed| speed.answers >= FEWEST_ANSWERS)?.tokens_per_second
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use inkhorn_contract::{PriceView, SpeedView};
    use inkhorn_domain::{Price, PriceSource};

    pub(crate) fn model(id: &str, context: u64, input: &str, output: &str) -> ModelView {
        let price = Price {
            state: PriceState::Known,
            input: Money::parse(input),
            output: Money::parse(output),
            ..Price::UNKNOWN
        };
        ModelView {
            id: id.to_owned(),
            connection: "test".to_owned(),
            connection_label: "Test".to_owned(),
            provider: "test".to_owned(),
            name: id.to_owned(),
            own_name: None,
            hidden: false,
            favourite: false,
            placed: false,
            added_by_hand: false,
            is_new: false,
            first_seen: None,
            gone_since: None,
            context_length: Some(context),
            max_output: None,
            price: PriceView::from(&price),
            price_source: PriceSource::Book,
            price_date: None,
            price_not_used: None,
            content: None,
            speed: None,
            capabilities: Vec::new(),
            locality: "cloud",
            local: None,
            retires_on: None,
            available: true,
            reason: None,
        }
    }

    fn task(name: &str) -> Task {
        *TASKS.iter().find(|task| task.name == name).expect("a task")
    }

    fn named(name: &str, models: &[ModelView]) -> Vec<String> {
        recommend(&task(name), models).into_iter().map(|one| one.model).collect()
    }

    #[test]
    fn a_summary_wants_room_and_cheapness_and_prose_wants_thought() {
        let mut thinker = model("test/thinker", 200_000, "3", "15");
        thinker.capabilities = vec![Capability::Reasoning];
        let reader = model("test/reader", 1_000_000, "0.10", "0.40");
        let small = model("test/small", 16_000, "0.05", "0.10");
        let models = [small, thinker, reader];
        assert_eq!(
            named("summarise", &models),
            ["test/reader", "test/thinker"],
            "the small one does not fit"
        );
        assert_eq!(named("prose", &models)[0], "test/thinker");
        assert_eq!(named("chat", &models).len(), 3);
    }

    #[test]
    fn what_cannot_be_used_or_is_not_known_is_not_named() {
        let good = model("test/good", 100_000, "1", "2");
        let with = |change: fn(&mut ModelView)| {
            let mut other = model("test/other", 1_000_000, "0", "0");
            change(&mut other);
            named("chat", &[good.clone(), other])
        };
        for change in [
            (|other| other.available = false) as fn(&mut ModelView),
            |other| other.hidden = true,
            |other| other.context_length = None,
            |other| other.price = PriceView::from(&Price::UNKNOWN),
            |other| other.retires_on = Some("2027-01-31".to_owned()),
            |other| other.capabilities = vec![Capability::Embeddings],
        ] {
            assert_eq!(with(change), ["test/good"]);
        }
        assert_eq!(with(|_| ()), ["test/other", "test/good"], "as it was, it is the better one");
    }

    #[test]
    fn speed_counts_only_when_it_was_measured_often_enough_here() {
        let fast = |answers| {
            let speed = SpeedView { tokens_per_second: Some(200), first_token_ms: Some(300), answers };
            ModelView { speed: Some(speed), ..model("test/fast", 64_000, "1", "2") }
        };
        let calm = model("test/calm", 64_000, "1", "2");
        let once = [calm.clone(), fast(1)];
        assert_eq!(named("chat", &once), ["test/calm", "test/fast"], "one answer is chance");
        let often = [calm, fast(5)];
        let best = recommend(&task("chat"), &often).remove(0);
        assert_eq!(best.model, "test/fast");
        assert!(best.why.contains(&WhyView::Speed { tokens_per_second: 200, answers: 5 }), "{:?}", best.why);
    }
}
