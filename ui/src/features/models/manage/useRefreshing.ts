// How far a refresh has come: who was asked, who still is, and who did not answer.

import { computed, ref, watch } from 'vue';
import type { ModelSourceView, ModelsRefreshView } from '@/generated/contract';
import { announce } from '@/shared/announce';
import { useWords } from '@/shared/useWords';
import { useModels } from '../useModels';

/** Lists that were fetched longer ago than this say so, in milliseconds. */
export const staleAfter = 24 * 3_600_000;

/** Whether a list is old: it failed to come anew, or nobody fetched it for a day. Pure. */
export function isStale(source: Pick<ModelSourceView, 'fetched_at' | 'fault'>, now: number): boolean {
  return source.fetched_at !== null && (source.fault !== null || now - source.fetched_at > staleAfter);
}

/** A refresh as it goes on. */
export function useRefreshing() {
  const { t, count } = useWords();
  const { data, refresh, refreshing, refreshFailure } = useModels();
  const asked = ref<ReadonlySet<string>>(new Set());
  const outcome = ref<ModelsRefreshView>();

  const now = computed(() => (data.value?.sources ?? []).filter((source) => source.refreshing));
  watch(
    [now, refreshing],
    () => (asked.value = refreshing.value ? new Set([...asked.value, ...now.value.map((source) => source.connection)]) : new Set()),
    { immediate: true },
  );

  async function start(connection?: string): Promise<void> {
    outcome.value = undefined;
    const told = await refresh(connection);
    if (!told) return;
    outcome.value = told;
    const silent = told.not_answered.length;
    announce(silent ? t('models.some_silent', { n: count(silent) }, silent) : t('manage.refresh.done', { n: count(told.answered) }, told.answered));
  }

  return {
    start,
    refreshing,
    failure: refreshFailure,
    /** Those that are being asked right now. */
    asking: now,
    /** How many were asked, and how many of them have answered or failed. */
    all: computed(() => asked.value.size),
    done: computed(() => asked.value.size - now.value.length),
    /** What the last one told; put away by `dismiss`. */
    outcome,
    dismiss: () => (outcome.value = undefined),
  };
}
