// What is on its way out: it waits to be taken back, or is being removed right now. Either way it is out of sight, so that
// nothing comes back for a moment between the two.

import { reactive } from 'vue';
import { doSoon, useUndo } from '@/shared/undo';

const leaving = reactive(new Set<string>());

/** Removes something in ten seconds, unless it is taken back. */
export function leaveSoon(id: string, told: string, remove: () => Promise<unknown>): void {
  doSoon({ id, told, happen: () => void leaveNow(id, remove) });
}

/** Removes something now; it is out of sight until that is done. */
export async function leaveNow(id: string, remove: () => Promise<unknown>): Promise<void> {
  leaving.add(id);
  await remove().finally(() => leaving.delete(id));
}

/** What is out of sight, and the way back for what still waits. */
export function useLeaving() {
  const { hidden, takeBack } = useUndo();
  return { away: (id: string) => hidden(id) || leaving.has(id), waits: hidden, takeBack };
}
