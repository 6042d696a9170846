// The list of conversations, searched as the writer types.

import { computed, onScopeDispose, ref, watch } from 'vue';
import type { ConversationView } from '@/generated/contract';
import { useAnswer, useDeed } from '@/shared/ask';
import { doSoon, useUndo } from '@/shared/undo';
import { useWords } from '@/shared/useWords';

/** The list, its search, and what can be done with a line. */
export function useConversations() {
  const { t } = useWords();
  const { hidden } = useUndo();
  const typed = ref('');
  const search = ref('');
  let timer: ReturnType<typeof setTimeout> | undefined;
  watch(typed, (text) => {
    clearTimeout(timer);
    timer = setTimeout(() => (search.value = text.trim()), 200);
  });
  onScopeDispose(() => clearTimeout(timer));

  const answer = useAnswer('desk', 'desk_list', computed(() => (search.value ? { search: search.value } : {})), { keepPrevious: true });
  const rename = useDeed('desk_rename', ['desk']);
  const remove = useDeed('desk_delete', ['desk']);
  return {
    ...answer,
    typed,
    search,
    conversations: computed(() => (answer.data.value?.conversations ?? []).filter((one) => !hidden(one.id))),
    rename: (conversation: string, title: string) => rename.run({ conversation, title }),
    remove: (conversation: ConversationView) =>
      doSoon({
        id: conversation.id,
        told: t('desk.conversation_deleted', { title: conversation.title || t('desk.untitled') }),
        happen: () => void remove.run({ conversation: conversation.id }),
      }),
    deedFailure: computed(() => rename.failure.value ?? remove.failure.value),
  };
}
