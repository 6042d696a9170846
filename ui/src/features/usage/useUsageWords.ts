// Words about usage: the one sentence at the head of the page, names of groups, days. What nobody knows is said, never
// counted as nothing.

import type { UsageDashboardView, UsageDimension, UsageMeasure, UsageUnusualView } from '@/generated/contract';
import { useModels } from '@/features/models';
import { useWords } from '@/shared/useWords';
import type { PeriodName } from './useUsage';

/** Words about usage. */
export function useUsageWords() {
  const { t, te, money, count, day } = useWords();
  const { find } = useModels();

  /** A local day, from ISO 8601. */
  const dayWords = (iso: string) => {
    const [year = 1970, month = 1, date = 1] = iso.split('-').map(Number);
    return day(new Date(year, month - 1, date, 12).getTime());
  };

  /** What a request was for, as the page calls it. */
  const featureWords = (feature: string) => (te(`usage.features.${feature}`) || te(`usage.features.${feature}`, 'en') ? t(`usage.features.${feature}`) : feature);

  /** A group of a dimension, as the page calls it. */
  function groupWords(dimension: UsageDimension, name: string): string {
    if (dimension === 'feature') return featureWords(name);
    if (dimension === 'app' && name === '') return t('usage.no_app');
    if (name === '') return t('shared.unknown');
    return name;
  }

  return {
    dayWords,
    groupWords,
    /** An amount of a measure: decimal dollars, or a whole count. */
    amount: (measure: UsageMeasure, value: string) => (measure === 'spend' ? money(value) : count(Number(value))),
    cost: (cost: string | null) => (cost === null ? t('shared.unknown') : money(cost)),

    /** The sentence. `left` is what is left of the budget for everything, in dollars, where there is one for this time. */
    sentence(view: UsageDashboardView, period: PeriodName, left: string | undefined): string {
      const { total, mostly } = view;
      if (total.requests === 0) return t(`usage.none.${period}`);
      const span = period === 'days' ? t('usage.between', { from: dayWords(view.from), until: dayWords(view.until) }) : t(`usage.in.${period}`);
      const unpriced = total.unpriced_requests ? ` ${t('usage.unpriced', { n: count(total.unpriced_requests) }, total.unpriced_requests)}` : '';
      if (total.cost === null) return t('usage.all_unknown', { n: count(total.requests), span }, total.requests);
      const priced = total.requests - total.unpriced_requests;
      if (Number(total.cost) === 0) return t('usage.all_free', { n: count(priced), span }, priced) + unpriced;
      const place = mostly?.app ?? (mostly ? featureWords(mostly.feature) : '');
      const most = mostly ? t('usage.mostly', { model: find(mostly.model)?.name ?? mostly.model, place }) : '';
      const rest = left === undefined ? '' : Number(left) > 0 ? t('usage.left', { left: money(left) }) : t('usage.nothing_left');
      return `${t('usage.spent', { cost: money(total.cost), span })}${most}${rest}.${unpriced}`;
    },

    /** Why a day is called unusual: the numbers, and the rule behind them. */
    unusual(of: UsageUnusualView): string {
      const facts = { day: dayWords(of.day), days: count(of.days) };
      const mostly = of.mostly ? ` ${t('usage.unusual.mostly', { model: find(of.mostly)?.name ?? of.mostly })}` : '';
      if (of.what === 'spend') return t('usage.unusual.spend', { ...facts, value: money(of.value), usual: money(of.usual) }) + mostly;
      if (of.what === 'requests') return t('usage.unusual.requests', { ...facts, value: count(Number(of.value)), usual: count(Number(of.usual)) }) + mostly;
      return t('usage.unusual.errors', { ...facts, value: count(Number(of.value)), of: count(of.of), usual: of.usual }) + mostly;
    },
  };
}
