// Assistants: those that come with Inkhorn, the writer's own, and what can be done with one.

import { computed } from 'vue';
import type { AssistantView, NameView } from '@/generated/contract';
import { useAnswer, useDeed } from '@/shared/ask';
import { doSoon, useUndo } from '@/shared/undo';
import { useWords } from '@/shared/useWords';

/** Names the choice of a small model in place of an assistant. */
export const auto = 'auto';

/** All assistants. */
export function useAssistants() {
  const { t, language } = useWords();
  const { hidden } = useUndo();
  const answer = useAnswer('prompts', 'assistants_list', {});
  const save = useDeed('assistants_save', ['prompts']);
  const reset = useDeed('assistants_reset', ['prompts']);
  const remove = useDeed('assistants_delete', ['prompts', 'desk']);
  const assistants = computed(() => (answer.data.value?.assistants ?? []).filter((one) => !hidden(one.id)));
  const said = (name: NameView) => name[language.value] || name.en;
  const find = (id: string | undefined) => assistants.value.find((one) => one.id === id);
  return {
    ...answer,
    /** Those that came with Inkhorn first, without those that are about to be deleted. */
    assistants,
    /** Those that cannot be read, without those that are about to be deleted. */
    spoilt: computed(() => (answer.data.value?.spoilt ?? []).filter((one) => !hidden(one.id))),
    find,
    /** A name or a sentence in the writer's language. */
    said,
    /** What an id is called: `auto` too. */
    nameOf(id: string): string {
      const found = find(id);
      return id === auto ? t('prompts.auto.name') : found ? said(found.name) : id;
    },
    save,
    reset,
    /** Deletes one of the writer's own in ten seconds, unless that is undone. */
    remove: (one: AssistantView) =>
      doSoon({ id: one.id, told: t('prompts.deleted', { name: said(one.name) }), happen: () => void remove.run({ assistant: one.id }) }),
    /** Deletes one that cannot be read, in the same way. */
    removeSpoilt: (id: string) => doSoon({ id, told: t('prompts.spoilt.deleted'), happen: () => void remove.run({ assistant: id }) }),
    removeFailure: remove.failure,
  };
}
