// Destructive deeds wait ten seconds before they happen. Until then they are out of sight, and can be taken back. Deeds
// that can be turned round happen at once, and their way back stands open as long.

import { reactive } from 'vue';

/** How long a deed can be taken back, in milliseconds. */
export const undoTime = 10_000;

/** A deed that has not happened yet. */
export interface Pending {
  /** What it concerns; hidden from lists meanwhile. */
  id: string;
  /** One sentence: what was done. */
  told: string;
  /** Lets it happen. */
  happen: () => void;
}

/** A deed that has happened and can be turned round. */
export interface Done {
  /** What it concerns. */
  id: string;
  /** One sentence: what was done. */
  told: string;
  /** Turns it round. */
  back: () => void;
}

interface Waiting extends Pending {
  /** Only where it has happened already. */
  back?: () => void;
}

const waiting = reactive<Waiting[]>([]);
const timers = new Map<string, ReturnType<typeof setTimeout>>();

/** Lets a deed happen in ten seconds, unless it is taken back. */
export function doSoon(deed: Pending): void {
  drop(deed.id);
  wait(deed);
}

/** Offers the way back from a deed that has happened, for ten seconds. */
export function offerBack(deed: Done): void {
  drop(deed.id);
  wait({ ...deed, happen: () => undefined });
}

/** Takes a deed back: it never happened, or is turned round. */
export function takeBack(id: string): void {
  drop(id)?.back?.();
}

function wait(deed: Waiting): void {
  waiting.push(deed);
  timers.set(deed.id, setTimeout(() => finish(deed.id), undoTime));
}

function drop(id: string): Waiting | undefined {
  clearTimeout(timers.get(id));
  timers.delete(id);
  const at = waiting.findIndex((deed) => deed.id === id);
  return at >= 0 ? waiting.splice(at, 1)[0] : undefined;
}

/** Lets everything that waits happen now: the window closes. */
export function finishAll(): void {
  for (const deed of [...waiting]) finish(deed.id);
}

function finish(id: string): void {
  drop(id)?.happen();
}

/** What waits, oldest first. */
export function useUndo() {
  return { waiting, takeBack, hidden: (id: string) => waiting.some((deed) => deed.id === id && !deed.back) };
}
