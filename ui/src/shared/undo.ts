// Destructive deeds wait ten seconds before they happen. Until then they are out of sight, and can be taken back.

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

const waiting = reactive<Pending[]>([]);
const timers = new Map<string, ReturnType<typeof setTimeout>>();

/** Lets a deed happen in ten seconds, unless it is taken back. */
export function doSoon(deed: Pending): void {
  takeBack(deed.id);
  waiting.push(deed);
  timers.set(deed.id, setTimeout(() => finish(deed.id), undoTime));
}

/** Takes a deed back: it never happened. */
export function takeBack(id: string): void {
  clearTimeout(timers.get(id));
  timers.delete(id);
  const at = waiting.findIndex((deed) => deed.id === id);
  if (at >= 0) waiting.splice(at, 1);
}

/** Lets everything that waits happen now: the window closes. */
export function finishAll(): void {
  for (const deed of [...waiting]) finish(deed.id);
}

function finish(id: string): void {
  const deed = waiting.find((candidate) => candidate.id === id);
  takeBack(id);
  deed?.happen();
}

/** What waits, oldest first. */
export function useUndo() {
  return { waiting, takeBack, hidden: (id: string) => waiting.some((deed) => deed.id === id) };
}
