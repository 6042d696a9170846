// The prompt library: the list, and what can be done with a prompt.

import { computed } from 'vue';
import type { PromptView } from '@/generated/contract';
import { useAnswer, useDeed } from '@/shared/ask';
import { doSoon, useUndo } from '@/shared/undo';
import { useWords } from '@/shared/useWords';

/** What was typed, as words to look for. */
export function wordsIn(typed: string): string[] {
  return typed.toLowerCase().split(/\s+/).filter(Boolean);
}

/** The prompts in which every word occurs; those that have it in their name come first. Pure. */
export function searched<P extends Pick<PromptView, 'name' | 'text'>>(prompts: readonly P[], typed: string): P[] {
  const words = wordsIn(typed);
  const named = (prompt: P) => words.every((word) => prompt.name.toLowerCase().includes(word));
  const found = prompts.filter((prompt) => {
    const all = `${prompt.name}\n${prompt.text}`.toLowerCase();
    return words.every((word) => all.includes(word));
  });
  return words.length === 0 ? found : [...found.filter(named), ...found.filter((prompt) => !named(prompt))];
}

/** A name that none of these has: `Letter`, `Letter 2`, `Letter 3`. Pure. */
export function freeName(wished: string, taken: readonly string[]): string {
  const has = new Set(taken.map((name) => name.toLowerCase()));
  if (!has.has(wished.toLowerCase())) return wished;
  const stem = wished.replace(/ \d+$/, '');
  for (let n = 2; ; n += 1) if (!has.has(`${stem} ${n}`.toLowerCase())) return `${stem} ${n}`;
}

/** The beginning of a prompt's text on one line, for a list. Pure. */
export function firstWords(text: string): string {
  return text.slice(0, 400).replace(/\s+/g, ' ').trim();
}

/** The library. */
export function usePrompts() {
  const { t } = useWords();
  const { hidden } = useUndo();
  const answer = useAnswer('prompts', 'prompts_list', {});
  const save = useDeed('prompts_save', ['prompts']);
  const remove = useDeed('prompts_delete', ['prompts']);
  const prompts = computed(() => (answer.data.value?.prompts ?? []).filter((prompt) => !hidden(prompt.id)));
  return {
    ...answer,
    /** By name, without those that are about to be deleted. */
    prompts,
    /** Those that cannot be read, without those that are about to be deleted. */
    spoilt: computed(() => (answer.data.value?.spoilt ?? []).filter((one) => !hidden(one.id))),
    find: (id: string | undefined) => prompts.value.find((prompt) => prompt.id === id),
    save,
    /** Deletes a prompt in ten seconds, unless that is undone. */
    remove: (prompt: PromptView) =>
      doSoon({ id: prompt.id, told: t('prompts.deleted', { name: prompt.name }), happen: () => void remove.run({ prompt: prompt.id }) }),
    /** Deletes one that cannot be read, in the same way. */
    removeSpoilt: (id: string) => doSoon({ id, told: t('prompts.spoilt.deleted'), happen: () => void remove.run({ prompt: id }) }),
    removeFailure: remove.failure,
  };
}
