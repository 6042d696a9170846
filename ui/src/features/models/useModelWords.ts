// What is said about a model: its price, its context, why it cannot be used. Unknown, free and local stay three things.

import type { FaultCode, ModelView } from '@/generated/contract';
import { useWords } from '@/shared/useWords';

/** Words about models. */
export function useModelWords() {
  const { t, te, price, count, told } = useWords();

  function priceShort(model: ModelView): string {
    const { state, input, output } = model.price;
    if (state === 'local') return t('shared.local');
    if (state === 'free') return t('shared.free');
    if (state === 'unknown' || (input === null && output === null)) return t('models.price_unknown');
    return `${input === null ? '?' : price(input)} / ${output === null ? '?' : price(output)}`;
  }

  function priceLong(model: ModelView): string {
    const { state, input, output } = model.price;
    if (state === 'local') return t('models.price_local');
    if (state === 'free') return t('models.price_free');
    if (state === 'unknown' || (input === null && output === null)) return t('models.price_unknown_long');
    const side = (usd: string | null) => (usd === null ? t('shared.unknown') : price(usd));
    return t('models.price_known', { input: side(input), output: side(output) });
  }

  return {
    /** For a local model: parameters, quantisation and whether it is in memory. */
    localShort: ({ local }: ModelView): string =>
      [[local?.parameter_size, local?.quantisation].filter(Boolean).join(' '), local?.loaded ? t('models.loaded') : ''].filter(Boolean).join(', '),
    priceShort,
    priceLong,
    /** `Reads 200,000 tokens`. */
    contextLong: (model: ModelView) =>
      model.context_length === null ? t('models.context_unknown') : t('models.context_known', { n: count(model.context_length) }),
    /** Why a model cannot be used, in a few words. */
    reason: (reason: string | null): string => {
      if (reason === null) return '';
      return te(`models.reasons.${reason}`) || te(`models.reasons.${reason}`, 'en')
        ? t(`models.reasons.${reason}`)
        : told({ code: reason as FaultCode, message: '', hint: '', facts: {} });
    },
  };
}
