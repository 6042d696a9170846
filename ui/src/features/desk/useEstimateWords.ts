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

/** Whether a text that does not fit would be cut without a word, as local servers do. Pure. */
export function fitOf(estimate: Pick<DeskEstimateView, 'fits' | 'context_length' | 'price'> | undefined): 'fits' | 'cut' | 'refused' {
  if (!estimate || estimate.fits !== false || estimate.context_length === null) return 'fits';
  return estimate.price.state === 'local' ? 'cut' : 'refused';
}

/** Words about an estimate. */
export function useEstimateWords() {
  const { t, money, language } = useWords();
  const tokensOf = (estimate: DeskEstimateView) => t('desk.estimate.tokens', { n: formatCount(roundedTokens(estimate.input_tokens), language.value) });
  return {
    /** What sending takes: tokens and cost. */
    line: (estimate: DeskEstimateView | undefined): string => (estimate ? `${tokensOf(estimate)}, ${cost(estimate)}` : ''),
    /** What to know before sending a text that does not fit; empty where it fits. */
    warning(estimate: DeskEstimateView | undefined): string {
      const fit = fitOf(estimate);
      if (!estimate || fit === 'fits') return '';
      const most = formatCount(estimate.context_length ?? 0, language.value);
      return t(`desk.estimate.${fit}`, { tokens: tokensOf(estimate), most });
    },
    /** With how much context a local server loads the model for this text; empty where that is not known. */
    context: (estimate: DeskEstimateView | undefined): string =>
      estimate?.asked_context ? t('desk.estimate.asked', { n: formatCount(estimate.asked_context, language.value) }) : '',
  };

  function cost({ cost, price }: DeskEstimateView): string {
    if (cost.source === 'local' || price.state === 'local') return t('desk.estimate.local');
    if (price.state === 'free') return t('desk.estimate.free');
    if (cost.usd === null) return t('desk.estimate.unknown');
    const usd = Number(cost.usd);
    return usd < 0.01 ? t('desk.estimate.under_cent') : t('desk.estimate.about', { cost: money(cost.usd) });
  }
}
