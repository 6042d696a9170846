// What the Models page shows in its middle, as its address says it: `?view=new`, `?of=slug`, `?collection=Name`.

import type { LocationQuery, LocationQueryRaw } from 'vue-router';
import type { ModelView } from '@/generated/contract';
import type { ModelFilter } from '../rows';

/** Lists that cut through all connections. */
export const cuts = ['favourites', 'new', 'gone', 'hidden'] as const;

/** One of them. */
export type Cut = (typeof cuts)[number];

/** What is open. */
export type View =
  | { kind: 'all' }
  | { kind: 'cut'; cut: Cut }
  | { kind: 'connection'; slug: string }
  | { kind: 'collection'; name: string }
  | { kind: 'recommended' }
  | { kind: 'defaults' };

/** Reads the address; what it does not know is everything. */
export function viewOf(query: LocationQuery): View {
  const { view, of, collection } = query;
  if (typeof collection === 'string' && collection !== '') return { kind: 'collection', name: collection };
  if (typeof of === 'string' && of !== '') return { kind: 'connection', slug: of };
  if (view === 'recommended' || view === 'defaults') return { kind: view };
  const cut = cuts.find((one) => one === view);
  return cut ? { kind: 'cut', cut } : { kind: 'all' };
}

/** The address of a view. */
export function queryOf(view: View): LocationQueryRaw {
  if (view.kind === 'collection') return { collection: view.name };
  if (view.kind === 'connection') return { of: view.slug };
  if (view.kind === 'cut') return { view: view.cut };
  return view.kind === 'all' ? {} : { view: view.kind };
}

/** Whether two views are the same. */
export function sameView(a: View, b: View): boolean {
  return JSON.stringify(queryOf(a)) === JSON.stringify(queryOf(b));
}

/** The filter of the list for a view; views without a list have none. */
export function filterOf(view: View): ModelFilter | undefined {
  if (view.kind === 'connection') return { connection: view.slug };
  if (view.kind === 'cut') return { only: view.cut };
  return view.kind === 'all' ? {} : undefined;
}

/** How many models each cut holds; a hidden one is in none but its own. */
export function countsOf(models: readonly ModelView[]): Record<Cut | 'all', number> {
  const counts = { all: 0, favourites: 0, new: 0, gone: 0, hidden: 0 };
  for (const model of models) {
    if (model.hidden) {
      counts.hidden += 1;
      continue;
    }
    counts.all += 1;
    counts.favourites += Number(model.favourite);
    counts.new += Number(model.is_new);
    counts.gone += Number(model.gone_since !== null);
  }
  return counts;
}
