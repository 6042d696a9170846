// What the Usage page is asked to show, kept while the writer looks elsewhere, and the answer.

import { computed, ref, type Ref } from 'vue';
import type { UsageDashboardRequest, UsageDimension, UsageFilters, UsageMeasure, UsagePeriod } from '@/generated/contract';
import { useAnswer } from '@/shared/ask';
import { useWords } from '@/shared/useWords';

/** The times that have a name. */
export const periods = ['today', 'week', 'month', 'days'] as const;
/** What the chart can show. */
export const measures = ['spend', 'tokens', 'requests', 'errors'] as const satisfies readonly UsageMeasure[];
/** What the table can be by. */
export const dimensions = ['model', 'provider', 'connection', 'feature', 'app'] as const satisfies readonly UsageDimension[];

/** One of the named times. */
export type PeriodName = (typeof periods)[number];

const period = ref<PeriodName>('month');
const from = ref('');
const until = ref('');
const measure = ref<UsageMeasure>('spend');
const by = ref<UsageDimension>('model');
const filters = ref<UsageFilters>({});

const isDay = (text: string) => /^\d{4}-\d{2}-\d{2}$/.test(text) && new Date(`${text}T00:00:00Z`).toISOString().startsWith(text);

/** What is wrong with a range of days, as the name of a sentence; nothing where it can be asked. */
export function wrongRange(from: string, until: string): 'bad_day' | 'backwards' | undefined {
  try {
    if (!isDay(from) || !isDay(until)) return 'bad_day';
  } catch {
    return 'bad_day';
  }
  return until < from ? 'backwards' : undefined;
}

/** The width that a drawing is asked for: whole steps, so that a window that is being pulled does not ask at every pixel. */
export const stepped = (pixels: number): number => Math.min(1200, Math.max(280, Math.floor(pixels / 40) * 40));

/** What is asked of the page, and its answer. `width` is the room for a drawing in pixels; 0 until it is known. */
export function useUsage(width: Ref<number>) {
  const { language } = useWords();
  const wrong = computed(() => (period.value === 'days' ? wrongRange(from.value.trim(), until.value.trim()) : undefined));
  const asked = computed<UsagePeriod>(() => (period.value === 'days' ? { of: 'days', from: from.value.trim(), until: until.value.trim() } : { of: period.value }));
  const request = computed<UsageDashboardRequest>(() => ({
    period: asked.value,
    filters: filters.value,
    measure: measure.value,
    by: by.value,
    language: language.value,
    width: stepped(width.value),
  }));
  const answer = useAnswer('usage', 'usage_dashboard', request, { enabled: computed(() => width.value > 0 && !wrong.value), keepPrevious: true });

  /** Narrows to what has this name in a dimension; without a name, no longer. */
  function narrow(dimension: UsageDimension, name: string | undefined): void {
    const others = Object.fromEntries(Object.entries(filters.value).filter(([of]) => of !== dimension));
    filters.value = name === undefined ? others : { ...others, [dimension]: name };
  }

  return { ...answer, period, from, until, measure, by, filters, wrong, asked, narrow };
}
