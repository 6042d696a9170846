// The list of models as rows: searched, grouped by connection in the writer's order, recents on top. Pure.

import type { ModelSourceView, ModelView } from '@/generated/contract';

/** One row of the list. */
export type Row =
  | { kind: 'heading'; key: string; label: string; source: ModelSourceView | undefined; count: number }
  | { kind: 'model'; key: string; model: ModelView };

const haystacks = new WeakMap<ModelView, { all: string; name: string }>();

function haystack(model: ModelView): { all: string; name: string } {
  let known = haystacks.get(model);
  if (!known) {
    const name = model.name.toLowerCase();
    known = { name, all: `${name}\n${model.id}\n${model.provider}\n${model.connection_label}`.toLowerCase() };
    haystacks.set(model, known);
  }
  return known;
}

/** How well a model fits what was typed: 0 not at all, more is better. Every word must occur somewhere. */
export function fitOf(model: ModelView, words: readonly string[]): number {
  const { all, name } = haystack(model);
  let fit = 1;
  for (const word of words) {
    const at = name.indexOf(word);
    if (at < 0 && !all.includes(word)) return 0;
    if (at === 0) fit += 4;
    else if (at > 0) fit += /[\s\-_/:.]/.test(name.charAt(at - 1)) ? 3 : 2;
  }
  return fit;
}

/** What was typed, as words. */
export function wordsOf(query: string): string[] {
  return query.toLowerCase().split(/\s+/).filter(Boolean);
}

/** Puts the rows together. `recentLabel` heads the models used lately; they are left out while something is searched. */
export function makeRows(
  list: { models: readonly ModelView[]; sources: readonly ModelSourceView[]; recent: readonly string[] },
  query: string,
  recentLabel: string,
  only?: string,
): Row[] {
  const words = wordsOf(query);
  const groups = new Map<string, { model: ModelView; fit: number }[]>();
  for (const source of list.sources) groups.set(source.connection, []);
  for (const model of list.models) {
    if (only && model.connection !== only) continue;
    const fit = fitOf(model, words);
    if (fit === 0) continue;
    const group = groups.get(model.connection) ?? [];
    group.push({ model, fit });
    groups.set(model.connection, group);
  }

  const rows: Row[] = [];
  if (words.length === 0 && !only) {
    const byId = new Map(list.models.map((model) => [model.id, model]));
    const recent = list.recent.flatMap((id) => byId.get(id) ?? []).slice(0, 5);
    if (recent.length > 0 && list.models.length > recent.length) {
      rows.push({ kind: 'heading', key: 'recent', label: recentLabel, source: undefined, count: recent.length });
      for (const model of recent) rows.push({ kind: 'model', key: `recent:${model.id}`, model });
    }
  }
  for (const [connection, group] of groups) {
    const source = list.sources.find((candidate) => candidate.connection === connection);
    // A connection without a list is still named, so that its trouble can be read here; not while searching.
    if (group.length === 0 && (words.length > 0 || !source?.fault || (only && only !== connection))) continue;
    if (words.length > 0) group.sort((a, b) => b.fit - a.fit);
    rows.push({ kind: 'heading', key: `of:${connection}`, label: source?.label ?? connection, source, count: group.length });
    for (const { model } of group) rows.push({ kind: 'model', key: model.id, model });
  }
  return rows;
}

/** The next row with a model from `from`, stepping by `step`; stays where there is none. */
export function nextModelRow(rows: readonly Row[], from: number, step: 1 | -1): number {
  for (let at = from + step; at >= 0 && at < rows.length; at += step) if (rows[at]?.kind === 'model') return at;
  return rows[from]?.kind === 'model' ? from : rows.findIndex((row) => row.kind === 'model');
}

/** The row to begin at: the chosen model, or the first one. */
export function firstRow(rows: readonly Row[], chosen: string | undefined): number {
  const at = rows.findIndex((row) => row.kind === 'model' && row.model.id === chosen);
  return at >= 0 ? at : rows.findIndex((row) => row.kind === 'model');
}
