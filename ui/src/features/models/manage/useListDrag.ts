// Dragging a model to another place in the list of its connection. Rows come and go as the list scrolls, so what is under
// the pointer is looked up anew at each step. A press that does not move is a click, as ever.

import { onScopeDispose, shallowRef, type Ref } from 'vue';
import type { Target } from './order';

/** A model in the hand. */
export interface Carried {
  id: string;
  /** Where it would go; nothing while it stands where it was. */
  target: Target | undefined;
  /** Where the line is drawn, in pixels from the top of the whole list with its search line. */
  line: number;
}

/** How far the pointer moves before a press is a drag, in pixels. */
const slack = 6;
/** How near to an edge the list scrolls, and how fast, in pixels. */
const edge = 40;
const pace = 10;

/** Where a model goes that is let go at this height, among rows that stand one below the other. Pure. */
export function targetAt(y: number, rows: readonly { id: string; top: number; bottom: number }[]): (Target & { line: number }) | undefined {
  const last = rows.at(-1);
  const row = rows.find((one) => y < one.bottom) ?? last;
  if (!row) return undefined;
  const behind = y > (row.top + row.bottom) / 2;
  return { id: row.id, side: behind ? 'behind' : 'before', line: behind ? row.bottom : row.top };
}

/** Makes the rows of the model list in `within` draggable while `enabled`. */
export function useListDrag(within: Readonly<Ref<HTMLElement | null>>, enabled: Readonly<Ref<boolean>>, drop: (id: string, target: Target) => void) {
  const carried = shallowRef<Carried>();
  let pressed: { id: string; y: number; pointer: number } | undefined;
  let now = 0;
  let frame = 0;
  let justDropped = false;

  function press(event: PointerEvent): void {
    const id = (event.target as HTMLElement).closest<HTMLElement>('[data-testid=model-row]')?.dataset.model;
    // A finger scrolls; on such a screen the sheet has buttons for it.
    if (!enabled.value || event.button !== 0 || event.pointerType === 'touch' || id === undefined) return;
    pressed = { id, y: event.clientY, pointer: event.pointerId };
    addEventListener('pointermove', follow);
    addEventListener('pointerup', letGo);
    addEventListener('pointercancel', putBack);
    addEventListener('keydown', onKey, true);
  }
  function look(): void {
    const box = within.value?.getBoundingClientRect();
    if (!within.value || !box || !carried.value) return;
    const rows = [...within.value.querySelectorAll<HTMLElement>('[data-testid=model-row]')]
      .map((row) => ({ id: row.dataset.model ?? '', top: row.getBoundingClientRect().top, bottom: row.getBoundingClientRect().bottom }))
      .sort((a, b) => a.top - b.top);
    const found = targetAt(now, rows);
    const target = found && found.id !== carried.value.id ? { id: found.id, side: found.side } : undefined;
    carried.value = { ...carried.value, target, line: (found?.line ?? 0) - box.top };
  }
  function follow(event: PointerEvent): void {
    if (!pressed || event.pointerId !== pressed.pointer) return;
    now = event.clientY;
    if (!carried.value) {
      if (Math.abs(now - pressed.y) < slack) return;
      carried.value = { id: pressed.id, target: undefined, line: 0 };
      frame = requestAnimationFrame(scroll);
    }
    look();
  }
  function scroll(): void {
    const scroller = within.value?.querySelector<HTMLElement>('[data-testid=model-scroller]');
    const box = scroller?.getBoundingClientRect();
    if (!carried.value) return;
    if (scroller && box) {
      const by = now < box.top + edge ? -pace : now > box.bottom - edge ? pace : 0;
      if (by !== 0) {
        scroller.scrollTop += by;
        look();
      }
    }
    frame = requestAnimationFrame(scroll);
  }
  function letGo(): void {
    const done = carried.value;
    putBack();
    if (!done) return;
    justDropped = true;
    setTimeout(() => (justDropped = false));
    if (done.target) drop(done.id, done.target);
  }
  function putBack(): void {
    pressed = undefined;
    carried.value = undefined;
    cancelAnimationFrame(frame);
    removeEventListener('pointermove', follow);
    removeEventListener('pointerup', letGo);
    removeEventListener('pointercancel', putBack);
    removeEventListener('keydown', onKey, true);
  }
  function onKey(event: KeyboardEvent): void {
    if (event.key !== 'Escape' || !carried.value) return;
    event.stopPropagation();
    putBack();
  }
  onScopeDispose(putBack);

  return {
    carried,
    press,
    /** Whether a click is only the end of a drag. */
    wasDrag: () => justDropped,
  };
}
