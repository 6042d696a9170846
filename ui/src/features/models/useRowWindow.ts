// Which rows of a long list exist: those in sight and some around them. The heights are known beforehand, so that the
// first frame already has rows and a jump anywhere costs the same as a step.

import { computed, onMounted, onScopeDispose, ref, type Ref, type ShallowRef } from 'vue';
import { heights, rowAt } from './rows';

/** Pixels above and below what is seen in which rows exist already, so that scrolling never shows an empty place. */
const around = { resting: 160, scrolling: 480 } as const;
/** Who scrolls goes on scrolling for so long, in milliseconds. */
const rests = 1_000;
/** Rows come and go in groups of so many: not each pixel of scrolling draws anew. */
const step = 6;

/** The rows from and to which exist, for a list that is this far scrolled and this high. Pure. */
export function windowOf(offsets: Float64Array, top: number, height: number, margin: number = around.scrolling): { from: number; to: number } {
  const last = offsets.length - 1;
  if (last <= 0) return { from: 0, to: 0 };
  const from = rowAt(offsets, Math.max(0, top - margin));
  const to = rowAt(offsets, top + height + margin) + 1;
  return { from: Math.floor(from / step) * step, to: Math.min(last, Math.ceil(to / step) * step) };
}

/** Follows a scroller of rows with these offsets. */
export function useRowWindow(scroller: Readonly<ShallowRef<HTMLElement | null>>, offsets: Readonly<Ref<Float64Array>>) {
  const top = ref(0);
  // Before the list is drawn nobody knows how high it is: a usual height, so that its rows are there at once.
  const height = ref(440);
  const margin = ref<number>(around.resting);
  let resting: ReturnType<typeof setTimeout> | undefined;

  function measure(): void {
    if (!scroller.value) return;
    top.value = scroller.value.scrollTop;
    height.value = scroller.value.clientHeight || height.value;
  }
  /** The list was scrolled: from now on more rows stand ready, until it rests again. */
  function scrolled(): void {
    if (!scroller.value || scroller.value.scrollTop === top.value) return;
    top.value = scroller.value.scrollTop;
    margin.value = around.scrolling;
    clearTimeout(resting);
    resting = setTimeout(() => (margin.value = around.resting), rests);
  }
  let observer: ResizeObserver | undefined;
  onMounted(() => {
    measure();
    if (scroller.value && typeof ResizeObserver !== 'undefined') {
      observer = new ResizeObserver(measure);
      observer.observe(scroller.value);
    }
  });
  onScopeDispose(() => {
    observer?.disconnect();
    clearTimeout(resting);
  });

  /** Scrolls there, and has the rows there in the same frame. */
  function scrollTo(place: number): void {
    const most = Math.max(0, (offsets.value.at(-1) ?? 0) - height.value);
    top.value = Math.min(Math.max(0, place), most);
    if (scroller.value) scroller.value.scrollTop = top.value;
  }

  return {
    top,
    scrolled,
    scrollTo,
    shown: computed(() => windowOf(offsets.value, top.value, height.value, margin.value)),
    /** Brings a row into sight: as little as needed, or to the middle. */
    reveal(at: number, how: 'nearest' | 'middle' = 'nearest'): void {
      const begin = offsets.value[at];
      const end = offsets.value[at + 1];
      if (begin === undefined || end === undefined) return;
      if (how === 'middle') scrollTo(begin - (height.value - heights.row) / 2);
      // The heading over the first row comes with it.
      else if (at <= 1) scrollTo(0);
      else if (begin < top.value) scrollTo(begin);
      else if (end > top.value + height.value) scrollTo(end - height.value);
    },
    /** How many rows fit. */
    page: () => Math.max(1, Math.floor(height.value / heights.row) - 1),
  };
}
