// Words about budgets: what one is for, what is left of it, when it begins anew.

import type { BudgetView } from '@/generated/contract';
import { useModels } from '@/features/models';
import type { Language } from '@/host/types';
import { amountOf } from '@/shared/amounts';
import { useWords } from '@/shared/useWords';
import { useUsageWords } from './useUsageWords';

/** Words about budgets. */
export function useBudgetWords() {
  const { t, money, day } = useWords();
  const { find } = useModels();
  const { groupWords } = useUsageWords();

  function subject({ kind, name: of }: Pick<BudgetView, 'kind' | 'name'>): string {
    const name = of ?? '';
    if (kind === 'all') return t('usage.budget.everything');
    if (kind === 'model') return find(name)?.name ?? name;
    return groupWords(kind === 'feature' ? 'feature' : kind === 'app' ? 'app' : 'connection', name);
  }

  return {
    /** The same, from a scope such as `model:slug/id`. */
    named(scope: string, period: BudgetView['period']): string {
      const end = scope.indexOf(':');
      const kind = (end < 0 ? scope : scope.slice(0, end)) as BudgetView['kind'];
      return t(`usage.budget.each_${period}`, { subject: subject({ kind, name: end < 0 ? null : scope.slice(end + 1) }) });
    },
    /** `Everything, each month`. */
    name: (budget: BudgetView): string => t(`usage.budget.each_${budget.period}`, { subject: subject(budget) }),
    /** `$15.88 left`, or that nothing is. */
    left: (budget: BudgetView): string => (Number(budget.left) > 0 ? t('usage.budget.left', { left: money(budget.left) }) : t('usage.budget.spent')),
    /** `$4.12 of $20.00`. */
    used: (budget: BudgetView): string => t('usage.budget.used', { spent: money(budget.spent), limit: money(budget.limit) }),
    /** When the next period begins. */
    begins: (budget: BudgetView): string => day(budget.until),
  };
}

/** A limit as people type it (`20`, `$20`, `12.50`, `12,50`) as decimal text; nothing where it is none or nothing. */
export function limitOf(text: string, language: Language): string | undefined {
  const amount = amountOf(text, language);
  return amount && /[1-9]/.test(amount) ? amount : undefined;
}

/** Percents as people type them (`50, 80 100`), in their order; nothing where one is none. */
export function percentsOf(text: string): number[] | undefined {
  const parts = text.split(/[\s,;%]+/).filter(Boolean);
  const percents = [...new Set(parts.map((part) => (/^\d{1,3}$/.test(part) ? Number(part) : 0)))].sort((a, b) => a - b);
  return percents.every((percent) => percent >= 1 && percent <= 100) ? percents : undefined;
}
