// What stands in the composer, kept as a draft while it is typed, and what sending it would take.

import { onScopeDispose, ref, shallowRef, toValue, watch, type MaybeRefOrGetter } from 'vue';
import type { DeskEstimateRequest, DeskEstimateView } from '@/generated/contract';
import { useDoor } from '@/host/door';
import { asFailure, type Failure } from '@/shared/fault';
import { newPlace } from './answers';

/** How long a pause in typing is, before the draft is kept and the estimate made, in milliseconds. */
const pause = 350;

/** Unkept text by place, for coming back to a conversation within this window. */
const texts = new Map<string, string>();

/** What the writer wishes for the text, apart from the text. */
export type Wish = Omit<DeskEstimateRequest, 'conversation' | 'text'>;

/**
 * The composer of one place. `kept` is the draft as the host has it. While `busy`, an answer comes in: without a text
 * nothing is asked then, and once it is there it is asked anew.
 */
export function useComposer(
  place: MaybeRefOrGetter<string>,
  kept: MaybeRefOrGetter<string | undefined>,
  wish: MaybeRefOrGetter<Wish>,
  busy: MaybeRefOrGetter<boolean> = false,
) {
  const door = useDoor();
  const text = ref('');
  const estimate = shallowRef<DeskEstimateView>();
  const failure = ref<Failure>();
  let timer: ReturnType<typeof setTimeout> | undefined;
  let unkept: { place: string; text: string } | undefined;
  let asked = 0;

  const where = (at: string) => (at === newPlace ? {} : { conversation: at });

  function keepNow(): void {
    clearTimeout(timer);
    const draft = unkept;
    unkept = undefined;
    if (!draft) return;
    door.invoke('desk_draft', { ...where(draft.place), text: draft.text }).then(
      () => (failure.value = undefined),
      (thrown: unknown) => (failure.value = asFailure(thrown)),
    );
  }

  async function estimateNow(): Promise<void> {
    asked += 1;
    const mine = asked;
    if (toValue(busy) && text.value.trim() === '') return;
    // An empty text is asked about too: which model would answer it, and why, is told before the first letter.
    const answer = await door.invoke('desk_estimate', { ...where(toValue(place)), text: text.value, ...toValue(wish) }).catch(() => undefined);
    // A late answer never overwrites a newer one. Without an estimate the line is empty, and sending goes on.
    if (mine === asked) estimate.value = answer;
  }

  function typed(): void {
    texts.set(toValue(place), text.value);
    unkept = { place: toValue(place), text: text.value };
    clearTimeout(timer);
    timer = setTimeout(() => {
      keepNow();
      void estimateNow();
    }, pause);
  }

  watch(
    () => toValue(place),
    (now, before) => {
      if (before !== undefined) keepNow();
      text.value = texts.get(now) ?? toValue(kept) ?? '';
      // What was told of a page stays while its first answer gives it a name.
      if (!toValue(busy)) estimate.value = undefined;
      void estimateNow();
    },
    { immediate: true },
  );
  watch(
    () => toValue(kept),
    (draft) => {
      if (draft !== undefined && !texts.has(toValue(place)) && text.value === '') text.value = draft;
      if (text.value) void estimateNow();
    },
  );
  watch(() => JSON.stringify(toValue(wish)), () => void estimateNow());
  watch(() => toValue(busy), (now) => !now && void estimateNow());
  window.addEventListener('pagehide', keepNow);
  onScopeDispose(() => {
    keepNow();
    window.removeEventListener('pagehide', keepNow);
  });

  return {
    text,
    estimate,
    failure,
    /** Something changed elsewhere that the estimate may depend on. */
    estimateNow,
    /** The writer changed the text. */
    typed,
    /** Takes the text out, to send it. */
    take(): string {
      const taken = text.value;
      texts.set(toValue(place), '');
      text.value = '';
      unkept = undefined;
      clearTimeout(timer);
      asked += 1;
      return taken;
    },
    /** The text went out from one place and is now a turn of another: its draft is gone, what was typed since is not. */
    sent(from: string, to: string): void {
      texts.delete(from);
      door.invoke('desk_draft', { ...where(from), text: '' }).catch((thrown: unknown) => (failure.value = asFailure(thrown)));
      if (toValue(place) !== from || text.value === '') return;
      texts.set(to, text.value);
      unkept = { place: to, text: text.value };
      keepNow();
    },
    /** Puts a text onto the page, below what stands there. */
    add(more: string): void {
      text.value = text.value.trim() ? `${text.value.trimEnd()}\n\n${more}` : more;
      typed();
    },
    /** Puts a text back that could not be sent; what was typed meanwhile follows it. */
    giveBack(returned: string): void {
      text.value = text.value ? `${returned}\n\n${text.value}` : returned;
      typed();
    },
  };
}
