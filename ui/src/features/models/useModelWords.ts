// What is said about a model: its price, its context, why it cannot be used. Unknown, free and local stay three things.

import type { FaultCode, ModelView, RecommendationView } from '@/generated/contract';
import { useWords } from '@/shared/useWords';

type Content = NonNullable<ModelView['content']>;

/** Words about models. */
export function useModelWords() {
  const words = useWords();
  const { t, te, price, count, told, day, language } = words;

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

  /** A day written as `2026-11-21`, as a person writes it. */
  function dayOf(iso: string): string {
    const then = Date.parse(`${iso.slice(0, 10)}T12:00:00`);
    return Number.isNaN(then) ? iso : day(then);
  }

  function one(why: RecommendationView['why'][number]): string {
    switch (why.kind) {
      case 'price':
        return t('models.why.price', { price: price(why.per_million) });
      case 'context':
        return t('models.why.context', { n: count(why.tokens) });
      case 'speed':
        return t('models.why.speed', { n: count(why.tokens_per_second) });
      default:
        return t(`models.why.${why.kind}`);
    }
  }

  return {
    /** The words of the page, for what is made many times over. */
    words,
    /** For a local model: parameters, quantisation and whether it is in memory. */
    localShort: ({ local }: ModelView): string =>
      [[local?.parameter_size, local?.quantisation].filter(Boolean).join(' '), local?.loaded ? t('models.loaded') : ''].filter(Boolean).join(', '),
    priceShort,
    priceLong,
    dayOf,
    /** Who told the price, and as of when. */
    priceSource: (model: ModelView): string => {
      const from = t(`models.price_from.${model.price_source}`, { name: model.connection_label });
      return model.price_date === null ? from : t('models.as_of', { what: from, day: day(model.price_date) });
    },
    /** `Reads 200,000 tokens`. */
    contextLong: (model: ModelView) =>
      model.context_length === null ? t('models.context_unknown') : t('models.context_known', { n: count(model.context_length) }),
    /** How a model is moderated, in a word. What is for adults is named so only in adult mode. */
    tag: (tag: Content['tag'], adult: boolean): string => t(`models.tags.${tag === 'adult-capable' && !adult ? 'unfiltered' : tag}`),
    /** The same for a long list: each word is looked up once. */
    shownTags(adult: boolean): (tag: Content['tag']) => string {
      const unfiltered = t('models.tags.unfiltered');
      const shown = { filtered: t('models.tags.filtered'), unfiltered, 'adult-capable': adult ? t('models.tags.adult-capable') : unfiltered };
      return (tag) => shown[tag];
    },
    /** Who says so, and as of when. */
    tagSource: (content: Content, name: string): string => {
      const from = t(`models.tag_from.${content.source}`, { name });
      return content.date === null ? from : t('models.as_of', { what: from, day: dayOf(content.date) });
    },
    /** On what that rests, as the catalogue says it. */
    tagBasis: (content: Content): string => content.basis?.[language.value] ?? '',
    /** `prose and summaries`. */
    tasks: (recommended: readonly RecommendationView[]): string =>
      new Intl.ListFormat(language.value, { type: 'conjunction' }).format(recommended.map((task) => t(`models.tasks.${task.task}`))),
    /** Why a model suits a task, in a line. */
    why: (recommended: RecommendationView): string => recommended.why.map(one).join(', '),
    /** Why a model cannot be used, in a few words. */
    reason: (reason: string | null): string => {
      if (reason === null) return '';
      return te(`models.reasons.${reason}`) || te(`models.reasons.${reason}`, 'en')
        ? t(`models.reasons.${reason}`)
        : told({ code: reason as FaultCode, message: '', hint: '', facts: {} });
    },
  };
}
