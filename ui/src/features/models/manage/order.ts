// The writer's own order of a connection's models. Pure: what is sent when one is moved.

import type { ModelView } from '@/generated/contract';

type Placed = Pick<ModelView, 'id' | 'placed'>;

/** Where a model goes: before or behind another one of the same connection. */
export interface Target {
  id: string;
  side: 'before' | 'behind';
}

/**
 * The models that get a place of the writer's when `moved` goes to `target`: as few as can be, so that whatever the
 * provider lists from then on still comes where the provider puts it. Nothing where nothing moves.
 */
export function orderAfter(all: readonly Placed[], moved: string, target: Target): string[] | undefined {
  const one = all.find((model) => model.id === moved);
  const rest = all.filter((model) => model.id !== moved);
  const at = rest.findIndex((model) => model.id === target.id);
  if (!one || at < 0) return undefined;
  const place = target.side === 'before' ? at : at + 1;
  const now = rest.toSpliced(place, 0, one);
  if (now.every((model, index) => model.id === all[index]?.id)) return undefined;
  // Those that have a place stand first already, so everything up to the last of them keeps or gets one.
  const last = now.findLastIndex((model) => model.placed || model.id === moved);
  return now.slice(0, last + 1).map((model) => model.id);
}

/** The neighbour that a model steps over among those that are shown; nothing at the ends. */
export function stepTarget(shown: readonly string[], id: string, step: 1 | -1): Target | undefined {
  const at = shown.indexOf(id);
  const next = at < 0 ? undefined : shown[at + step];
  return next === undefined ? undefined : { id: next, side: step < 0 ? 'before' : 'behind' };
}
