// Dragging a row of a list by its grip, with the mouse, a pen or a finger: the row follows the pointer, a line shows where it
// would stand, the list scrolls near its edges, and Esc or a lost pointer puts it back.

import { onScopeDispose, shallowRef, type Ref } from 'vue';
import { placeAt } from './members';

/** A row in the hand. */
export interface Held {
  id: string;
  /** Where it came from. */
  from: number;
  /** Where it would stand. */
  to: number;
  /** How far it was carried, in pixels. */
  carried: number;
  /** How far below the top of the list the line stands. */
  line: number;
}

/** How near to an edge the list begins to scroll, and how fast at most, in pixels. */
const edge = 44;
const fastest = 14;

interface Grip {
  element: HTMLElement;
  pointer: number;
  /** Where in the list it was taken. */
  startY: number;
  /** The row's own middle there. */
  middle: number;
  /** Tops and middles of the other rows, and the end of the list. */
  tops: number[];
  middles: number[];
  end: number;
  clientY: number;
}

/** Makes the rows of a list draggable. Its children with `data-row` are the rows, in their order. */
export function useRowDrag(list: Readonly<Ref<HTMLElement | null>>, drop: (id: string, to: number) => void) {
  const held = shallowRef<Held>();
  let grip: Grip | undefined;
  let frame = 0;

  const top = () => list.value?.getBoundingClientRect().top ?? 0;

  function take(event: PointerEvent, id: string): void {
    if (event.button !== 0 || grip || !list.value) return;
    const element = event.currentTarget as HTMLElement;
    const rows = [...list.value.querySelectorAll<HTMLElement>(':scope > [data-row]')];
    const from = rows.findIndex((row) => row.dataset.row === id);
    if (from < 0) return;
    const boxes = rows.map((row) => row.getBoundingClientRect());
    const others = boxes.filter((_, at) => at !== from);
    const own = boxes[from] ?? element.getBoundingClientRect();
    const start = top();
    // Without this the pointer would select text on its way, or begin the system's own dragging.
    event.preventDefault();
    element.focus();
    element.setPointerCapture(event.pointerId);
    grip = {
      element,
      pointer: event.pointerId,
      startY: event.clientY - start,
      middle: (own.top + own.bottom) / 2 - start,
      tops: others.map((box) => box.top - start),
      middles: others.map((box) => (box.top + box.bottom) / 2 - start),
      end: (boxes.at(-1)?.bottom ?? own.bottom) - start,
      clientY: event.clientY,
    };
    held.value = { id, from, to: from, carried: 0, line: own.top - start };
    element.addEventListener('pointermove', carry);
    element.addEventListener('pointerup', letGo);
    element.addEventListener('pointercancel', putBack);
    element.addEventListener('lostpointercapture', putBack);
    window.addEventListener('keydown', onKey, true);
    frame = requestAnimationFrame(scroll);
  }

  function follow(): void {
    if (!grip || !held.value) return;
    const carried = grip.clientY - top() - grip.startY;
    const to = placeAt(grip.middle + carried, grip.middles);
    // The line of a place that is the row's own stands at the row itself.
    held.value = { ...held.value, carried, to, line: grip.tops[to] ?? grip.end };
  }
  function carry(event: PointerEvent): void {
    if (!grip || event.pointerId !== grip.pointer) return;
    grip.clientY = event.clientY;
    follow();
  }
  function scroll(): void {
    if (!grip) return;
    const scroller = scrollerOf(list.value);
    const box = scroller?.getBoundingClientRect();
    if (scroller && box) {
      const above = box.top + edge - grip.clientY;
      const below = grip.clientY - (box.bottom - edge);
      const by = above > 0 ? -above : below > 0 ? below : 0;
      const before = scroller.scrollTop;
      if (by !== 0) scroller.scrollTop += Math.max(-fastest, Math.min(fastest, by / 3));
      if (scroller.scrollTop !== before) follow();
    }
    frame = requestAnimationFrame(scroll);
  }
  function letGo(): void {
    const done = held.value;
    putBack();
    if (done && done.to !== done.from) drop(done.id, done.to);
  }
  function putBack(): void {
    if (!grip) return;
    const { element, pointer } = grip;
    grip = undefined;
    held.value = undefined;
    cancelAnimationFrame(frame);
    element.removeEventListener('pointermove', carry);
    element.removeEventListener('pointerup', letGo);
    element.removeEventListener('pointercancel', putBack);
    element.removeEventListener('lostpointercapture', putBack);
    window.removeEventListener('keydown', onKey, true);
    if (element.hasPointerCapture(pointer)) element.releasePointerCapture(pointer);
  }
  function onKey(event: KeyboardEvent): void {
    if (event.key !== 'Escape') return;
    event.preventDefault();
    event.stopPropagation();
    putBack();
  }
  onScopeDispose(putBack);

  return { held, take };
}

function scrollerOf(element: HTMLElement | null): HTMLElement | undefined {
  for (let at = element?.parentElement; at; at = at.parentElement) {
    if (/(auto|scroll)/.test(getComputedStyle(at).overflowY) && at.scrollHeight > at.clientHeight) return at;
  }
  return undefined;
}
