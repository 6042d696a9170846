// The blanks of a prompt while it is being written, as the engine reads them.

import { onScopeDispose, shallowRef, watch } from 'vue';
import type { PromptCheckView } from '@/generated/contract';
import { useDoor } from '@/host/door';
import type { PromptDraft } from './drafts';

/** How long a pause in typing is, before the text is read, in milliseconds. */
const pause = 150;

/** What the engine reads in a draft, after each pause. The last reading stays until the next is there. */
export function usePromptCheck(draft: Pick<PromptDraft, 'text' | 'variables'>) {
  const door = useDoor();
  const checked = shallowRef<PromptCheckView>();
  let timer: ReturnType<typeof setTimeout> | undefined;
  let asked = 0;

  async function check(): Promise<void> {
    asked += 1;
    const mine = asked;
    const answer = await door.invoke('prompts_check', { text: draft.text, variables: draft.variables }).catch(() => undefined);
    if (mine === asked && answer) checked.value = answer;
  }
  watch(
    () => [draft.text, draft.variables],
    (_, before) => {
      clearTimeout(timer);
      timer = setTimeout(() => void check(), before ? pause : 0);
    },
    { immediate: true, deep: true },
  );
  onScopeDispose(() => clearTimeout(timer));
  return { checked };
}
