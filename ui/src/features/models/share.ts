// A list that is fetched again is mostly the list that is there. What did not change stays the same object, so that what
// was worked out of it stays too. The general way of doing this copies every field; for ten thousand models that takes
// longer than reading them.

import type { ModelsView, ModelView } from '@/generated/contract';

/** The new list, made of what is there already wherever nothing changed; the old one itself where nothing did at all. */
export function shareModels(before: ModelsView | undefined, now: ModelsView): ModelsView {
  if (!before) return now;
  const models = shareEach(before.models, now.models);
  const all = { ...now, models };
  return isSame(before, all) ? before : all;
}

function shareEach(before: ModelView[], now: ModelView[]): ModelView[] {
  let byId: Map<string, ModelView> | undefined;
  let changed = before.length !== now.length;
  const shared = now.map((model, at) => {
    let old = before[at];
    if (old?.id !== model.id) {
      byId ??= new Map(before.map((one) => [one.id, one]));
      old = byId.get(model.id);
      changed = true;
    }
    if (old && isSame(old, model)) return old;
    changed = true;
    return model;
  });
  return changed ? shared : before;
}

/** Whether two answers say the same: plain data, compared without making anything. */
export function isSame(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (Array.isArray(a) !== Array.isArray(b)) return false;
  const [left, right] = [a as Record<string, unknown>, b as Record<string, unknown>];
  for (const key in left) if (!(key in right)) return false;
  for (const key in right) if (!(key in left) || !isSame(left[key], right[key])) return false;
  return true;
}
