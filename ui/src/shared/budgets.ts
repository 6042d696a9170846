// What may be spent, for every page that tells it before it bites: the Usage page, the top line, the selector, the Desk
// and the connections.

import { computed } from 'vue';
import type { BudgetView } from '@/generated/contract';
import { useAnswer } from './ask';
import type { Failure } from './fault';

/** What a request would be, as far as a budget can ask. */
export interface Spender {
  /** The model, `slug/model-id`. */
  model?: string | undefined;
  /** The connection's slug; a model's is known from it. */
  connection?: string | undefined;
  /** What it is for. */
  feature?: string | undefined;
}

/** Whether a budget counts what this spends. */
export function covers(budget: BudgetView, spender: Spender): boolean {
  const slug = spender.connection ?? spender.model?.split('/')[0];
  if (budget.kind === 'all') return true;
  if (budget.kind === 'connection') return budget.name === slug;
  if (budget.kind === 'model') return budget.name === spender.model;
  if (budget.kind === 'feature') return budget.name === spender.feature;
  return false;
}

/** Of the budgets that count what this spends, the one with the least left. */
export function tightest(budgets: readonly BudgetView[], spender: Spender): BudgetView | undefined {
  return budgets
    .filter((budget) => covers(budget, spender))
    .reduce<BudgetView | undefined>((least, budget) => (least && Number(least.left) <= Number(budget.left) ? least : budget), undefined);
}

/** The budget that refused a request, by what the failure says; nothing where it was not a budget. */
export function refusedBy(failure: Failure): { scope: string; period: string } | undefined {
  if (failure.code !== 'over_budget') return undefined;
  const name = failure.facts.budget ?? failure.facts.within ?? '';
  const end = name.lastIndexOf('/');
  return end > 0 ? { scope: name.slice(0, end), period: name.slice(end + 1) } : undefined;
}

/** All budgets, as they stand now. */
export function useBudgets() {
  const { data, failure, waiting, again } = useAnswer('budgets', 'budgets_list', {});
  const budgets = computed(() => data.value ?? []);
  return {
    budgets,
    failure,
    waiting,
    again,
    /** The budget of everything for a period. */
    forAll: (period: 'day' | 'month') => budgets.value.find((budget) => budget.kind === 'all' && budget.period === period),
    /** The tightest budget for what this spends. */
    tightest: (spender: Spender) => tightest(budgets.value, spender),
    /** The same, where it is worth a word in a list: it is nearly or wholly used up, or it is only about this. */
    worthTelling(spender: Spender): BudgetView | undefined {
      const telling = budgets.value.filter((budget) => budget.kind !== 'all' || budget.state !== 'open');
      return tightest(telling, spender);
    },
  };
}
