// Which models suit which task, and why, as the engine works it out of what is known. Nobody can pay to be named.

import { computed } from 'vue';
import type { RecommendationView } from '@/generated/contract';
import { useAnswer } from '@/shared/ask';
import { useModelWords } from './useModelWords';

/** The recommendations, by model. */
export function useRecommended() {
  const { data } = useAnswer('models', 'models_recommended', {});
  const { tasks } = useModelWords();
  const byModel = computed(() => {
    const by = new Map<string, RecommendationView[]>();
    for (const one of data.value ?? []) by.set(one.model, [...(by.get(one.model) ?? []), one]);
    return by;
  });
  return {
    /** For what a model is recommended, each with its reasons. */
    recommendedFor: (id: string): readonly RecommendationView[] => byModel.value.get(id) ?? [],
    /** The same in words; nothing where it is not. */
    tasksOf: (id: string): string | undefined => {
      const found = byModel.value.get(id);
      return found && tasks(found);
    },
  };
}
