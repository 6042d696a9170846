// A prompt whose blanks are being filled: what was given, and the text that comes of it, as the engine makes it.

import { computed, onScopeDispose, reactive, shallowRef, watch } from 'vue';
import type { PromptFilledView, PromptVariable, PromptView } from '@/generated/contract';
import { useDoor } from '@/host/door';
import { asFailure, type Failure } from '@/shared/fault';

/** How long a pause in typing is, before the text is made anew, in milliseconds. */
const pause = 120;

/** What was given to prompts that were not used yet, by prompt: a form that is left comes back as it was. */
const given = reactive(new Map<string, Record<string, string>>());

/** Forgets what was given: the vault has closed. */
export function forgetGiven(): void {
  given.clear();
}

/** What stands in the form at first. Pure. */
export function firstValues(variables: readonly PromptVariable[]): Record<string, string> {
  return Object.fromEntries(variables.map((blank) => [blank.name, blank.default]));
}

/** The text in pieces: what is there, and the blanks for which nothing is. Pure. */
export function piecesOf(filled: Pick<PromptFilledView, 'text' | 'missing'>): { text: string; blank: boolean }[] {
  const pieces: { text: string; blank: boolean }[] = [];
  let rest = filled.text;
  while (rest) {
    const next = filled.missing
      .map((name) => ({ name, at: rest.indexOf(`{{${name}}}`) }))
      .filter(({ at }) => at >= 0)
      .sort((a, b) => a.at - b.at)[0];
    if (!next) break;
    if (next.at > 0) pieces.push({ text: rest.slice(0, next.at), blank: false });
    pieces.push({ text: next.name, blank: true });
    rest = rest.slice(next.at + next.name.length + 4);
  }
  return rest ? [...pieces, { text: rest, blank: false }] : pieces;
}

/** The form of one prompt. */
export function usePromptFill(prompt: PromptView) {
  const door = useDoor();
  const blanks = prompt.variables.filter((blank) => !prompt.unused.includes(blank.name));
  given.set(prompt.id, { ...firstValues(blanks), ...given.get(prompt.id) });
  const values = given.get(prompt.id) as Record<string, string>;
  const filled = shallowRef<PromptFilledView>();
  const failure = shallowRef<Failure>();
  let timer: ReturnType<typeof setTimeout> | undefined;
  let asked = 0;

  async function fill(): Promise<PromptFilledView | undefined> {
    clearTimeout(timer);
    asked += 1;
    const mine = asked;
    const wanted = Object.fromEntries(blanks.map(({ name }) => [name, values[name] ?? '']));
    try {
      const answer = await door.invoke('prompts_fill', { prompt: prompt.id, values: wanted });
      if (mine !== asked) return undefined;
      failure.value = undefined;
      filled.value = answer;
      return answer;
    } catch (thrown) {
      if (mine === asked) failure.value = asFailure(thrown);
      return undefined;
    }
  }
  watch(
    () => JSON.stringify(values),
    (_, before) => {
      clearTimeout(timer);
      timer = setTimeout(() => void fill(), before === undefined ? 0 : pause);
    },
    { immediate: true },
  );
  onScopeDispose(() => clearTimeout(timer));

  return {
    blanks,
    values,
    /** The text as it stands; absent until it was made once. */
    filled,
    /** Why it could not be made. */
    failure,
    /** Whether this blank is one for which there is nothing, or not what is on offer. */
    lacks: computed(() => new Set([...(filled.value?.missing ?? []), ...(filled.value?.not_offered ?? [])])),
    /** Makes the text now. */
    fill,
    /** It went out, so the form begins anew next time. */
    used: () => given.delete(prompt.id),
  };
}
