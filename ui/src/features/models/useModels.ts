// The list of all models, from the cache at once, and the fetching of it behind the writer's back.

import { computed } from 'vue';
import type { CollectionView, ModelView } from '@/generated/contract';
import { useAnswer, useDeed } from '@/shared/ask';
import { shareModels } from './share';

/** Older lists are fetched again when somebody looks at them, in milliseconds. */
const staleAfter = 10 * 60_000;

/** The models of each answer by their id: worked out once, however many look. */
const byIds = new WeakMap<readonly ModelView[], Map<string, ModelView>>();
const noModels: readonly ModelView[] = [];

function byIdOf(models: readonly ModelView[]): Map<string, ModelView> {
  let by = byIds.get(models);
  if (!by) byIds.set(models, (by = new Map(models.map((model) => [model.id, model]))));
  return by;
}

/** All models and where they come from. */
export function useModels() {
  const answer = useAnswer('models', 'models_list', {}, { share: shareModels });
  const refresh = useDeed('models_refresh', ['models', 'connections']);
  const edit = useDeed('models_edit', ['models']);
  const byId = computed(() => byIdOf(answer.data.value?.models ?? noModels));

  /** Fetches lists that are old or were never fetched; does nothing while that is already going on. */
  function refreshIfOld(now: number): void {
    const sources = answer.data.value?.sources ?? [];
    const old = sources.some((source) => source.fetched_at === null || now - source.fetched_at > staleAfter);
    if (old && !refresh.running.value && !sources.some((source) => source.refreshing)) void refresh.run({});
  }

  return {
    ...answer,
    byId,
    find: (id: string | undefined): ModelView | undefined => (id ? byId.value.get(id) : undefined),
    /** The collection of this name. */
    findCollection: (name: string | undefined): CollectionView | undefined =>
      name ? answer.data.value?.collections.find((one) => one.name.toLowerCase() === name.toLowerCase()) : undefined,
    /** Marks a model as a favourite, or takes the mark away. */
    favour: (model: ModelView, on: boolean) => edit.run({ models: [model.id], favourite: on }),
    favourFailure: edit.failure,
    /** Fetches the lists again, of one connection or all. */
    refresh: (connection?: string) => refresh.run(connection ? { connection } : {}),
    refreshing: computed(() => refresh.running.value || (answer.data.value?.sources.some((source) => source.refreshing) ?? false)),
    refreshFailure: refresh.failure,
    refreshIfOld,
  };
}
