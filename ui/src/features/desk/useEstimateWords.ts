// What sending would take, in a few words. Unknown stays unknown; free and local are said to be so.

import type { DeskEstimateView } from '@/generated/contract';
import { formatCount } from '@/shared/figures';
import { useWords } from '@/shared/useWords';

/** A token count as "about": two digits that count, so that it does not pretend to be exact. */
export function roundedTokens(tokens: number): number {
  if (tokens < 100) return tokens;
  const step = 10 ** (Math.floor(Math.log10(tokens)) - 1);
  return Math.round(tokens / step) * step;
}

/** Words about an estimate. */
export function useEstimateWords() {
  const { t, money, language } = useWords();
  return (estimate: DeskEstimateView | undefined): string => {
    if (!estimate) return '';
    const tokens = t('desk.estimate.tokens', { n: formatCount(roundedTokens(estimate.input_tokens), language.value) });
    if (estimate.fits === false && estimate.context_length !== null) {
      return t('desk.estimate.too_long', { tokens, most: formatCount(estimate.context_length, language.value) });
    }
    return `${tokens}, ${cost(estimate)}`;
  };

  function cost({ cost, price }: DeskEstimateView): string {
    if (cost.source === 'local' || price.state === 'local') return t('desk.estimate.local');
    if (price.state === 'free') return t('desk.estimate.free');
    if (cost.usd === null) return t('desk.estimate.unknown');
    const usd = Number(cost.usd);
    return usd < 0.01 ? t('desk.estimate.under_cent') : t('desk.estimate.about', { cost: money(cost.usd) });
  }
}
