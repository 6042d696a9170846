// Words and figures for a component: `t` for sentences, `figures` for numbers, both in the writer's language.

import { computed } from 'vue';
import { useI18n } from 'vue-i18n';
import type { Language } from '@/host/types';
import { sentence, type Failure } from './fault';
import { refusedBy } from './budgets';
import * as figures from './figures';
import { useNow } from './useNow';

/** The words of the page, following the language as it changes. */
export function useWords() {
  const { t, te, locale } = useI18n();
  const now = useNow();
  const language = computed(() => locale.value as Language);

  /** A budget is named as people name it, not as commands do. */
  function readable(failure: Failure): Failure {
    const refused = refusedBy(failure);
    if (!refused || failure.code === 'host_silent') return failure;
    const subject = refused.scope === 'all' ? t('shared.budget.all') : refused.scope.slice(refused.scope.indexOf(':') + 1);
    const named = t(`shared.budget.each_${refused.period}`, { subject });
    return { ...failure, facts: { ...failure.facts, [failure.facts.budget === undefined ? 'within' : 'budget']: named } };
  }
  return {
    t,
    te,
    language,
    /** A whole number. */
    count: (value: number) => figures.formatCount(value, language.value),
    /** A count for a narrow place. */
    short: (value: number) => figures.formatShort(value, language.value),
    /** Dollars from decimal text. */
    money: (usd: string) => figures.formatMoney(usd, language.value),
    /** Money in a provider's own currency, from decimal text. */
    amount: (sum: string, currency: string) => figures.formatAmount(sum, currency, language.value),
    /** Dollars per million tokens. */
    price: (usd: string) => figures.formatPrice(usd, language.value),
    /** How long something took, from milliseconds. */
    span: (ms: number) => figures.formatSpan(ms, language.value),
    /** A moment as seen from now, from unix milliseconds. */
    moment: (then: number) => figures.formatMoment(then, now.value, language.value),
    /** A day, from unix milliseconds. */
    day: (then: number) => figures.formatDay(then, language.value),
    /** Bytes on a disk. */
    bytes: (bytes: number) => figures.formatBytes(bytes, language.value),
    /** What happened, and why. */
    told: (failure: Failure) => sentence(language.value, readable(failure), 'message'),
    /** What to do. */
    mend: (failure: Failure) => sentence(language.value, readable(failure), 'hint'),
  };
}
