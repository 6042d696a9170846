// One slow clock for everything that says "3 minutes ago".

import { readonly, ref, type Ref } from 'vue';

const now = ref(Date.now());
let ticking = false;

/** The time, in unix milliseconds, moving on every half minute. */
export function useNow(): Readonly<Ref<number>> {
  if (!ticking && typeof window !== 'undefined') {
    ticking = true;
    window.setInterval(() => (now.value = Date.now()), 30_000);
  }
  return readonly(now);
}
