//! Which models a budget that is spent stops: told in lists before anybody asks, by the same rule that refuses then.

use crate::Inner;
use crate::house::{House, LiveConnection};
use inkhorn_contract::ModelView;
use inkhorn_domain::{BudgetScope, BudgetSubject, PriceState};

/// The scopes of the budgets of which nothing is left.
#[derive(Debug, Default)]
pub(crate) struct Spent(Vec<BudgetScope>);

impl Spent {
    /// Whether this model is stopped.
    pub(crate) fn stops(&self, live: &LiveConnection, model: &str) -> bool {
        self.covers(live.slug().as_str(), model)
            && !matches!(live.pricing_of(model).price(model).state, PriceState::Local | PriceState::Free)
    }

    /// The same for a model whose price was looked up already, which takes long.
    pub(crate) fn stops_view(&self, model: &ModelView) -> bool {
        let id = model.id.strip_prefix(&model.connection).and_then(|rest| rest.strip_prefix('/'));
        !matches!(model.price.state, PriceState::Local | PriceState::Free)
            && id.is_some_and(|id| self.covers(&model.connection, id))
    }

    /// Budgets of a feature or a program stop what is asked for it, not a model.
    fn covers(&self, connection: &str, model: &str) -> bool {
        let subject = BudgetSubject { connection: Some(connection), model, feature: "", app: None };
        self.0.iter().any(|scope| scope.covers(&subject))
    }
}

impl Inner {
    /// What is spent now. Where that cannot be read nothing is said to be: a request asks again, and is refused then.
    pub(crate) fn spent_budgets(&self, house: &House) -> Spent {
        if house.budgets.is_empty() {
            return Spent::default();
        }
        let standing = self.stand(house, &house.budgets).unwrap_or_default();
        let spent = house.budgets.iter().zip(&standing);
        let spent = spent.filter(|(_, view)| view.state == "spent" && !view.allowed_once);
        Spent(spent.map(|(budget, _)| budget.row.scope.clone()).collect())
    }
}
