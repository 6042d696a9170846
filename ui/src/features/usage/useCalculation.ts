// What a text would cost, asked of the engine past the kept answers: a question that is kept keeps its text.

import { onScopeDispose, shallowRef, toValue, watch, type MaybeRefOrGetter, type Ref } from 'vue';
import type { UsageCalculateView } from '@/generated/contract';
import { useDoor } from '@/host/door';
import { asFailure, type Failure } from '@/shared/fault';
import { useStatus } from '@/shared/status';

/** How long a pause in typing is before a text is counted, in milliseconds. */
const pause = 350;

/** Counts and prices `text` when the writer pauses, or `others` change. A vault that closes takes the text with it. */
export function useCalculation(text: Ref<string>, others: MaybeRefOrGetter<{ output: number; models: string[]; stamp: unknown } | undefined>) {
  const door = useDoor();
  const { status } = useStatus();
  const data = shallowRef<UsageCalculateView>();
  const failure = shallowRef<Failure>();
  let asked = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;

  async function ask(): Promise<void> {
    const rest = toValue(others);
    // A late answer never overwrites a newer one.
    const mine = ++asked;
    if (!rest || text.value.trim() === '') {
      data.value = undefined;
      return;
    }
    try {
      const answer = await door.invoke('usage_calculate', { text: text.value, output_tokens: rest.output, models: rest.models });
      if (mine === asked) [data.value, failure.value] = [answer, undefined];
    } catch (fault) {
      if (mine === asked) failure.value = asFailure(fault);
    }
  }
  watch(text, () => {
    clearTimeout(timer);
    timer = setTimeout(() => void ask(), pause);
  });
  watch(() => toValue(others), () => void ask());
  watch(
    () => status.value?.vault.state,
    (now, before) => {
      if (before !== 'unlocked' || now === 'unlocked') return;
      text.value = '';
      void ask();
    },
  );
  onScopeDispose(() => clearTimeout(timer));
  return { data, failure };
}
