// The room that an element has, as it changes.

import { onScopeDispose, ref, watch, type Ref } from 'vue';

/** The width of an element in pixels; 0 until it is on the page. */
export function useWidth(element: Readonly<Ref<HTMLElement | null>>): Readonly<Ref<number>> {
  const width = ref(0);
  const observer = typeof ResizeObserver === 'undefined' ? undefined : new ResizeObserver(([entry]) => (width.value = entry?.contentRect.width ?? 0));
  watch(
    element,
    (now) => {
      observer?.disconnect();
      if (!now) return;
      // Where nothing can be observed (a page without layout) there is still a width to draw for.
      width.value = now.clientWidth || (observer ? 0 : 720);
      observer?.observe(now);
    },
    { immediate: true },
  );
  onScopeDispose(() => observer?.disconnect());
  return width;
}
