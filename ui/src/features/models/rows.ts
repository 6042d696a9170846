// The list of models as rows: searched, narrowed, grouped by connection in the writer's order; collections, what was used
// lately and favourites on top. Pure.

import type { CollectionView, ModelSourceView, ModelView } from '@/generated/contract';
import { isNarrow, makeFilter, type ModelFilter } from './filter';
import { fitOf, fitOfText, wordsOf, type TagWord } from './search';

export type { ModelFilter } from './filter';

/** One row of the list. */
export type Row =
  | { kind: 'heading'; key: string; label: string; source: ModelSourceView | undefined; count: number }
  | { kind: 'collection'; key: string; collection: CollectionView }
  | { kind: 'model'; key: string; model: ModelView; /** It does not stand under its connection, so it must name it. */ loose: boolean };

/** What rows are made of. */
export interface Listed {
  models: readonly ModelView[];
  sources: readonly ModelSourceView[];
  recent: readonly string[];
  collections?: readonly CollectionView[];
}

/** The headings over what does not stand under its connection. */
export interface Headings {
  collections: string;
  recent: string;
  favourites: string;
  /** The word that a tag is shown by in a row. */
  tag?: TagWord;
}

/** So many of those used lately stand on top. */
const mostRecent = 5;

/** Puts the rows together. Collections are left out unless they can be chosen; the shelves on top, while searching. */
export function makeRows(list: Listed, query: string, headings: Headings, filter: ModelFilter = {}, withCollections = false): Row[] {
  const words = wordsOf(query);
  const fits = makeFilter(filter, list);
  const rows: Row[] = [];
  if (withCollections && !isNarrow(filter)) rows.push(...collectionRows(list.collections ?? [], words, headings.collections));

  const groups = new Map<string, { models: { model: ModelView; fit: number }[]; best: number }>();
  for (const source of list.sources) groups.set(source.connection, { models: [], best: 0 });
  for (const model of list.models) {
    if (!fits(model)) continue;
    const fit = words.length === 0 ? 1 : fitOf(model, words, headings.tag);
    if (fit <= 0) continue;
    let group = groups.get(model.connection);
    if (!group) groups.set(model.connection, (group = { models: [], best: 0 }));
    group.models.push({ model, fit });
    if (fit > group.best) group.best = fit;
  }

  if (words.length === 0 && !filter.connection) rows.push(...shelfRows(list, fits, filter, headings));
  if (filter.only === 'recent' && words.length === 0) return rows;

  const ordered = [...groups];
  // While something is searched, what fits best is looked for on top, whoever has it.
  if (words.length > 0) ordered.sort((a, b) => b[1].best - a[1].best);
  for (const [connection, { models }] of ordered) {
    const source = list.sources.find((candidate) => candidate.connection === connection);
    // A connection without a list is still named, so that its trouble can be read here; not while searching.
    const silent = words.length > 0 || !source?.fault || (isNarrow(filter) && filter.connection !== connection);
    if (models.length === 0 && silent) continue;
    if (words.length > 0) models.sort((a, b) => b.fit - a.fit);
    rows.push({ kind: 'heading', key: `of:${connection}`, label: source?.label ?? connection, source, count: models.length });
    for (const { model } of models) rows.push({ kind: 'model', key: model.id, model, loose: false });
  }
  return rows;
}

function collectionRows(collections: readonly CollectionView[], words: readonly string[], label: string): Row[] {
  const found = collections
    .map((collection) => ({ collection, fit: fitOfText(collection.name, words) }))
    .filter(({ fit }) => fit > 0);
  if (found.length === 0) return [];
  if (words.length > 0) found.sort((a, b) => b.fit - a.fit);
  return [
    { kind: 'heading', key: 'collections', label, source: undefined, count: found.length },
    ...found.map(({ collection }): Row => ({ kind: 'collection', key: `collection:${collection.name}`, collection })),
  ];
}

/** What was used lately and what is a favourite, once more on top: a favourite that was used lately only there. */
function shelfRows(list: Listed, fits: (model: ModelView) => boolean, filter: ModelFilter, headings: Headings): Row[] {
  const wanted = new Set(list.recent);
  const byId = new Map<string, ModelView>();
  const favourites: ModelView[] = [];
  for (const model of list.models) {
    if (wanted.has(model.id)) byId.set(model.id, model);
    if (model.favourite && fits(model)) favourites.push(model);
  }
  const most = filter.only === 'recent' ? Infinity : mostRecent;
  const recent = list.recent.flatMap((id) => byId.get(id) ?? []).filter(fits).slice(0, most);
  const shown = new Set(recent);
  const rest = filter.only ? [] : favourites.filter((model) => !shown.has(model));
  const rows: Row[] = [];
  const add = (key: 'recent' | 'favourites', models: readonly ModelView[]) => {
    // A shelf that would say all of a short list once more says nothing.
    if (models.length === 0 || (!filter.only && models.length >= list.models.length)) return;
    rows.push({ kind: 'heading', key, label: headings[key], source: undefined, count: models.length });
    for (const model of models) rows.push({ kind: 'model', key: `${key}:${model.id}`, model, loose: true });
  };
  if (!filter.only || filter.only === 'recent') add('recent', recent);
  add('favourites', rest);
  return rows;
}

/** Whether a row can be pointed at. */
export function isPointable(row: Row | undefined): boolean {
  return row !== undefined && row.kind !== 'heading';
}

/** Whether a model that cannot be used is not there any more, so that another one takes its place. */
export function isLost(reason: string | null): boolean {
  return reason === 'gone' || reason === 'not_connected';
}

/**
 * Whether a row can be chosen. What is sent to has to be usable now; what is only named somewhere has to be there, for a
 * connection that fails today or a vault that is locked says nothing of tomorrow.
 */
export function isChoosable(row: Row | undefined, naming = false): boolean {
  if (row?.kind === 'model') return row.model.available || (naming && row.model.gone_since === null && !isLost(row.model.reason));
  return row?.kind === 'collection' && (naming || row.collection.answers !== null);
}

/** The next row that can be pointed at from `from`, stepping by `step`; stays where there is none. */
export function nextModelRow(rows: readonly Row[], from: number, step: 1 | -1): number {
  for (let at = from + step; at >= 0 && at < rows.length; at += step) if (isPointable(rows[at])) return at;
  return isPointable(rows[from]) ? from : rows.findIndex(isPointable);
}

/** The row to begin at: the chosen model or collection, or the first one. */
export function firstRow(rows: readonly Row[], chosen: string | undefined): number {
  const at = rows.findIndex((row) => idOf(row) === chosen && chosen !== undefined);
  return at >= 0 ? at : rows.findIndex(isPointable);
}

/** What is chosen with a row: a model's id, a collection's name. */
export function idOf(row: Row | undefined): string | undefined {
  if (row?.kind === 'model') return row.model.id;
  return row?.kind === 'collection' ? row.collection.name : undefined;
}

/** How high each row is, in pixels. */
export const heights = { row: 40, heading: 44, firstHeading: 32 } as const;

/** Where each row begins, and at the end where the last one ends, in pixels. */
export function offsetsOf(rows: readonly Row[]): Float64Array {
  const offsets = new Float64Array(rows.length + 1);
  rows.forEach((row, at) => {
    const height = row.kind !== 'heading' ? heights.row : at === 0 ? heights.firstHeading : heights.heading;
    offsets[at + 1] = (offsets[at] ?? 0) + height;
  });
  return offsets;
}
