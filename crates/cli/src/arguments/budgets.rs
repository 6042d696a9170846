//! `budgets ...`

use clap::{Args, Subcommand};

/// `budgets ...`
#[derive(Subcommand)]
pub enum Budgets {
    /// Set what may be spent at most
    Set(SetBudget),
    /// Show what is spent and what is left
    List,
    /// Let the next request that does not fit through, once
    Allow(OneBudget),
    /// Remove a budget
    Remove(OneBudget),
}

/// `budgets set`
#[derive(Args)]
pub struct SetBudget {
    /// Which budget.
    #[command(flatten)]
    pub budget: OneBudget,
    /// The most that may be spent in each period, in dollars
    #[arg(long, value_name = "USD")]
    pub limit: String,
    /// Percentages of it at which you are told; 80 and 100 where absent
    #[arg(long, value_name = "PERCENT", num_args = 1.., value_delimiter = ',',
          value_parser = clap::value_parser!(u8).range(1..=100))]
    pub warn: Vec<u8>,
}

/// Names a budget.
#[derive(Args)]
pub struct OneBudget {
    /// What it counts: all, connection:SLUG, model:ID, feature:F or app:NAME
    #[arg(long)]
    pub scope: String,
    /// How long it lasts before it begins anew
    #[arg(long, value_parser = ["day", "month"])]
    pub period: String,
}
