// What a screen reader is told unasked: finished answers, failures, ends of tests. Never single words of a stream.

import { ref } from 'vue';

/** The last thing said; the frame shows it to screen readers only. */
export const announced = ref('');

/** Says something once. The same sentence twice in a row is said twice. */
export function announce(sentence: string): void {
  announced.value = announced.value === sentence ? `${sentence}\u00a0` : sentence;
}
