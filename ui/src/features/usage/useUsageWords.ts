// The one sentence at the head of the Usage page. What nobody knows is said, never counted as nothing.

import type { UsageGroupView, UsagePeriodView } from '@/generated/contract';
import { useModels } from '@/features/models';
import { useWords } from '@/shared/useWords';

/** The group on which most was spent; nothing where no cost is known. */
export function mostSpentOn(groups: readonly UsageGroupView[]): UsageGroupView | undefined {
  return groups
    .filter((group) => group.cost !== null && Number(group.cost) > 0)
    .reduce<UsageGroupView | undefined>((most, group) => (most && Number(most.cost) >= Number(group.cost) ? most : group), undefined);
}

/** Words about usage. */
export function useUsageWords() {
  const { t, money, count } = useWords();
  const { find } = useModels();
  return {
    sentence(month: UsagePeriodView): string {
      const { total } = month;
      if (total.requests === 0) return t('usage.none_month');
      const unpriced = total.unpriced_requests ? ` ${t('usage.unpriced', { n: count(total.unpriced_requests) }, total.unpriced_requests)}` : '';
      if (total.cost === null) return t('usage.all_unknown', { n: count(total.requests) }, total.requests) + (total.unpriced_requests === total.requests ? '' : unpriced);
      const priced = total.requests - total.unpriced_requests;
      if (Number(total.cost) === 0) return t('usage.free_month', { n: count(priced) }, priced) + unpriced;
      const most = mostSpentOn(month.by_model);
      const spent = most && month.by_model.length > 1 ? t('usage.spent_mostly', { cost: money(total.cost), model: find(most.name)?.name ?? most.name }) : t('usage.spent', { cost: money(total.cost) });
      return spent + unpriced;
    },
    cost: (cost: string | null) => (cost === null ? t('shared.unknown') : money(cost)),
  };
}
