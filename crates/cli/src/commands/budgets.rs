//! `budgets set`, `list`, `allow`, `remove`; and the word that a part of a budget is used up.

use crate::arguments::{Budgets, OneBudget, SetBudget};
use crate::output::{Done, Output};
use crate::table::lay_out;
use inkhorn_contract::{BudgetRequest, BudgetSetRequest, BudgetView, BudgetsNoticedRequest, Nothing};
use inkhorn_engine::Engine;

pub(super) async fn run(engine: &Engine, command: Budgets, output: Output) -> Done {
    match command {
        Budgets::Set(set) => self::set(engine, set, output).await,
        Budgets::List => list(engine, output).await,
        Budgets::Allow(budget) => {
            let view = engine.budgets_allow_once(request(budget)).await?;
            output.show(&view, || {
                format!("The next request that does not fit into {} is let through, once.", name(&view))
            })
        }
        Budgets::Remove(budget) => {
            let view = engine.budgets_remove(request(budget)).await?;
            output.show(&view, || format!("The budget {} is gone.", view.removed))
        }
    }
}

async fn set(engine: &Engine, set: SetBudget, output: Output) -> Done {
    let OneBudget { scope, period } = set.budget;
    let warn = (!set.warn.is_empty()).then_some(set.warn);
    let view = engine.budgets_set(BudgetSetRequest { scope, period, limit: set.limit, warn }).await?;
    output.show(&view, || format!("{}: ${} of ${} is left.", name(&view), view.left, view.limit))
}

async fn list(engine: &Engine, output: Output) -> Done {
    let budgets = engine.budgets_list(Nothing {}).await?;
    output.show(&budgets, || {
        let row = |view: &BudgetView| {
            let unknown = match view.unpriced_requests {
                0 => String::new(),
                count => format!(" and {count} of unknown cost"),
            };
            [
                if view.gone { format!("{} (removed)", view.scope) } else { view.scope.clone() },
                view.period.clone(),
                format!("${}", view.limit),
                format!("${}{unknown}", view.spent),
                format!("${}", view.held),
                format!("${}", view.left),
            ]
        };
        let rows: Vec<_> = budgets.iter().map(row).collect();
        let headings = ["Budget", "Each", "Limit", "Spent", "Under way", "Left"];
        lay_out(headings, &rows, "No budgets.")
    })
}

/// Tells on standard error what was reached of budgets, once in each period. A failure here is nothing that the command
/// before it should fail for.
pub(super) async fn tell_reached(engine: &Engine, output: Output) {
    let notices = engine.budgets_notices(Nothing {}).await.unwrap_or_default();
    if notices.is_empty() {
        return;
    }
    for notice in &notices {
        output.note(&format!(
            "{} % of the budget {}/{} (${}) is spent.",
            notice.percent, notice.scope, notice.period, notice.limit
        ));
    }
    // Where this fails, the next command says it once more.
    let _ = engine.budgets_noticed(BudgetsNoticedRequest { notices }).await;
}

fn request(OneBudget { scope, period }: OneBudget) -> BudgetRequest {
    BudgetRequest { scope, period }
}

fn name(view: &BudgetView) -> String {
    format!("{}/{}", view.scope, view.period)
}
