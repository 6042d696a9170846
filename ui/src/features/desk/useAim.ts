// What the text in the composer is meant for beside its model: the assistant that the writer chose for it, and the prompt
// that it was filled from. Kept by place, so that whoever looks at another page finds it again; what is sent is settled.

import { computed, reactive, toValue, type MaybeRefOrGetter } from 'vue';
import type { PromptView } from '@/generated/contract';

/** What was chosen for a text. */
export interface Aim {
  /** An assistant's id, `auto`, or empty for none. Absent: as the prompt or the conversation has it. */
  assistant?: string;
  /** The prompt that it was filled from. */
  prompt?: { id: string; name: string; assistant: string | undefined };
}

const aims = reactive(new Map<string, Aim>());

/** The aim at one place. */
export function useAim(place: MaybeRefOrGetter<string>) {
  const aim = computed<Aim>(() => aims.get(toValue(place)) ?? {});
  return {
    aim,
    /** The writer chose an assistant, or none. */
    aimAt: (assistant: string) => aims.set(toValue(place), { ...aim.value, assistant }),
    /** The text comes from this prompt, whose assistant counts from now on. */
    fillFrom: ({ id, name, assistant }: PromptView) => aims.set(toValue(place), { prompt: { id, name, assistant: assistant?.id } }),
    /** The text no longer counts as that prompt's. */
    dropPrompt(): void {
      const { assistant } = aim.value;
      aims.set(toValue(place), assistant === undefined ? {} : { assistant });
    },
    /** It went out from here: the conversation remembers what it has to. */
    settle: (from: string) => aims.delete(from),
  };
}
