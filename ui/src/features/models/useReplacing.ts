// Another model in the place of one, wherever that stands: chosen in the selector, done at once, told in a sentence.

import { ref } from 'vue';
import { announce } from '@/shared/announce';
import { useDeed } from '@/shared/ask';
import { useWords } from '@/shared/useWords';
import { useReplacedWords } from './manage/replaced';
import { useModels } from './useModels';
import { useSelector } from './useSelector';

/** What else a replacement does. */
export interface Replacing {
  /** Collections are no answer: what is replaced stands in one, which holds models only. */
  modelsOnly?: boolean;
  /** After the choice, whether it could be done or not: what took the place, where something did. */
  then?: (to: string | undefined) => void;
}

/** Replaces models everywhere, and knows how the last replacement went. */
export function useReplacing() {
  const { t } = useWords();
  const { data, find, findCollection } = useModels();
  const { openSelector } = useSelector();
  const words = useReplacedWords();
  const deed = useDeed('models_replace', ['models', 'prompts', 'desk', 'connections', 'status']);
  const outcome = ref<string>();

  function replace({ id, name }: { id: string; name: string }, { modelsOnly = false, then }: Replacing = {}): void {
    openSelector({
      current: undefined,
      purpose: t('manage.replace_with', { name }),
      modelsOnly,
      naming: true,
      choose: async (to) => {
        if (to === id) return then?.(undefined);
        const collection = findCollection(to);
        // A collection stands in no collection: there the old one stays, and that is said.
        const stays = collection ? (data.value?.collections.filter((one) => one.models.some((member) => member.id === id)).length ?? 0) : 0;
        const view = await deed.run({ from: id, to });
        outcome.value = view && words.told(view, name, collection?.name ?? find(to)?.name ?? to, stays);
        if (outcome.value) announce(outcome.value);
        then?.(view && to);
      },
    });
  }
  return { replace, replacing: deed.running, replaceFailure: deed.failure, outcome };
}
