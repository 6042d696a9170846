// Which rows of a long list exist: those in sight and some around them. How high each is is known beforehand, so the
// first frame already has rows, and a jump anywhere costs the same as a step.

import { observeElementRect, useVirtualizer } from '@tanstack/vue-virtual';
import { computed, type Ref, type ShallowRef } from 'vue';
import { heights } from './rows';

/** So many rows above and below what is seen exist already, so that scrolling never shows an empty place. */
const around = 12;
/** Before the list is drawn nobody knows how high it is: a usual height, in pixels, so that its rows are there at once. */
const usual = 440;

/** Follows a scroller of rows with these offsets. */
export function useRowWindow(scroller: Readonly<ShallowRef<HTMLElement | null>>, offsets: Readonly<Ref<Float64Array>>) {
  const virtual = useVirtualizer<HTMLElement, HTMLElement>(
    computed(() => {
      const places = offsets.value;
      return {
        count: places.length - 1,
        getScrollElement: () => scroller.value,
        estimateSize: (at: number) => (places[at + 1] ?? 0) - (places[at] ?? 0),
        // Of its own for each list, because only a new one has the sizes read anew.
        getItemKey: (at: number) => at,
        overscan: around,
        initialRect: { width: 0, height: usual },
        observeElementRect: (instance, tell) => observeElementRect(instance, (rect) => tell({ ...rect, height: rect.height || usual })),
      };
    }),
  );
  /** How far the list is scrolled, and how high it is, in pixels. */
  const top = () => scroller.value?.scrollTop ?? 0;
  const height = () => scroller.value?.clientHeight || usual;

  function scrollTo(place: number): void {
    if (scroller.value) scroller.value.scrollTop = Math.max(0, place);
  }

  return {
    top,
    scrollTo,
    /** From and to which row they exist. */
    shown: computed(() => {
      const items = virtual.value.getVirtualItems();
      return { from: items[0]?.index ?? 0, to: (items.at(-1)?.index ?? -1) + 1 };
    }),
    /** Brings a row into sight: as little as needed, or to the middle. */
    reveal(at: number, how: 'nearest' | 'middle' = 'nearest'): void {
      const begin = offsets.value[at];
      const end = offsets.value[at + 1];
      if (begin === undefined || end === undefined) return;
      if (how === 'middle') scrollTo(begin - (height() - heights.row) / 2);
      // The heading over the first row comes with it.
      else if (at <= 1) scrollTo(0);
      else if (begin < top()) scrollTo(begin);
      else if (end > top() + height()) scrollTo(end - height());
    },
    /** How many rows fit. */
    page: () => Math.max(1, Math.floor(height() / heights.row) - 1),
  };
}
