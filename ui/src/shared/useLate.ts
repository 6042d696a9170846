// A skeleton is shown only when waiting has become noticeable: most answers are there sooner, and nothing flickers.

import { onScopeDispose, ref, watch, type Ref } from 'vue';

/** True once `waiting` has lasted 300 ms. */
export function useLate(waiting: Readonly<Ref<boolean>>): Readonly<Ref<boolean>> {
  const late = ref(false);
  let timer: ReturnType<typeof setTimeout> | undefined;
  watch(
    waiting,
    (is) => {
      clearTimeout(timer);
      if (is) timer = setTimeout(() => (late.value = true), 300);
      else late.value = false;
    },
    { immediate: true },
  );
  onScopeDispose(() => clearTimeout(timer));
  return late;
}
