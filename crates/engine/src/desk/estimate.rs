//! What a text would take: tokens, cost, and whether it fits.

use super::keeping::{cost_view, search_word};
use super::wish::DESK;
use crate::Engine;
use crate::choice::Wanted;
use crate::guidance::Guidance;
use crate::send::Ask;
use inkhorn_contract::{DeskEstimateView, PriceView};
use inkhorn_domain::{Price, Privacy, TokenUsage};
use inkhorn_fault::Result;
use inkhorn_metering::{Cost, estimate_message_tokens};
use inkhorn_routing::PickedBy;

impl Engine {
    /// What a request of ours would take, without sending it: by the model that would answer it now.
    pub async fn estimate(&self, ask: &Ask, guidance: &Guidance, text: &str) -> Result<DeskEstimateView> {
        let picked = self.pick(Wanted::of(ask, guidance)).await.ok();
        self.estimate_for(picked, ask.privacy, guidance, &[text])
    }

    pub(super) fn estimate_for(
        &self,
        picked: Option<(String, PickedBy)>,
        privacy: Privacy,
        guidance: &Guidance,
        turns: &[&str],
    ) -> Result<DeskEstimateView> {
        let count = |can_search: bool| {
            let instructions = guidance.instructions(can_search);
            estimate_message_tokens(instructions.as_deref().into_iter().chain(turns.iter().copied()))
        };
        let feature = guidance.feature().unwrap_or(DESK).to_owned();
        let house = self.inner.house()?;
        let known = picked.and_then(|(name, rule)| {
            let aim = self.inner.aim(&house, &name, privacy).ok()?;
            let live = house.connection(&aim.address.slug)?.clone();
            Some((live, aim, rule))
        });
        let Some((live, aim, rule)) = known else {
            return Ok(DeskEstimateView {
                model: None,
                picked_by: None,
                collection: None,
                feature,
                input_tokens: count(true),
                cost: cost_view(Cost::UNKNOWN),
                price: PriceView::from(&Price::UNKNOWN),
                fits: None,
                context_length: None,
                web_search: None,
                asked_context: None,
            });
        };
        let id = aim.address.model.clone();
        let can_search = live.can_search(&id);
        let input_tokens = count(can_search);
        let listing = live.model(&id);
        let pricing = live.pricing_of(&id);
        let reading = TokenUsage { input: Some(input_tokens), output: Some(0), ..TokenUsage::default() };
        // A server that takes the length from the request makes room; another may have loaded the model with less than
        // it could take, and that is what the text must fit.
        let context = live.context_of(listing, pricing.context_length(&id));
        let (asked_context, context_length) = match live.takes_context() {
            true => {
                // As in sending: prompt and assistant, then the collection, then the connection.
                let own = guidance.max_tokens().or(aim.settings.max_tokens);
                let most = own.or(live.settings.max_tokens);
                (context.to_ask(input_tokens, most), context.room_when_asked())
            }
            false => (None, context.room_as_loaded()),
        };
        Ok(DeskEstimateView {
            model: Some(aim.address.to_string()),
            picked_by: Some(rule.as_str().to_owned()),
            collection: aim.collection,
            feature,
            input_tokens,
            cost: cost_view(pricing.cost(&id, &reading)),
            price: PriceView::from(&pricing.price(&id)),
            fits: context_length.map(|most| input_tokens <= most),
            context_length,
            web_search: guidance.wants_search().then(|| search_word(can_search)),
            asked_context,
        })
    }
}
