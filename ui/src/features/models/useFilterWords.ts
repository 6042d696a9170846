// The words that narrow the list: those that are set, those that there are, and those that fit what is being typed.

import type { CollectionView, ModelSourceView, ModelView } from '@/generated/contract';
import { useWords } from '@/shared/useWords';
import type { ModelFilter, PriceBand } from './filter';
import { isInBand } from './filter';
import { familyOf, fold } from './search';

/** One word of a filter. */
export interface FilterWord {
  /** Tells it from all others. */
  key: string;
  /** What it sets. */
  part: keyof ModelFilter;
  /** To what. */
  value: ModelFilter[keyof ModelFilter];
  /** The word itself. */
  label: string;
}

/** Words that belong together. */
export interface FilterShelf {
  part: keyof ModelFilter;
  label: string;
  words: FilterWord[];
}

interface Narrowed {
  models: readonly ModelView[];
  sources: readonly ModelSourceView[];
  recent: readonly string[];
  collections: readonly CollectionView[];
  adult_mode: boolean;
}

const bands: PriceBand[] = ['free', 'cheap', 'middle', 'dear'];
const contexts = [32_000, 128_000, 200_000, 1_000_000];
const capabilities = ['reasoning', 'tools', 'vision', 'images'] as const;
const marks = ['favourites', 'recent', 'new', 'gone', 'hidden'] as const;
/** So many families are named; the others are found by typing. */
const mostFamilies = 12;

/** The words for filters, in the writer's language. */
export function useFilterWords() {
  const { t, short } = useWords();

  const word = (part: keyof ModelFilter, value: ModelFilter[keyof ModelFilter], label: string): FilterWord => ({ key: `${part}:${value}`, part, value, label });

  function label(part: keyof ModelFilter, value: NonNullable<ModelFilter[keyof ModelFilter]>, list: Narrowed): string {
    switch (part) {
      case 'connection':
        return list.sources.find((source) => source.connection === value)?.label ?? String(value);
      case 'context':
        return t('models.filter.context_n', { n: short(Number(value)) });
      case 'capability':
        return t(`models.can.${value}`);
      case 'tag':
        return t(`models.tags.${value}`);
      case 'collection':
      case 'family':
        return String(value);
      default:
        return t(`models.filter.${part}_${value}`);
    }
  }
  const worded = (part: keyof ModelFilter, value: NonNullable<ModelFilter[keyof ModelFilter]>, list: Narrowed) => word(part, value, label(part, value, list));

  /** All words that leave something of this list, by shelf. */
  function shelves(list: Narrowed): FilterShelf[] {
    const { there, families } = lookThrough(list.models);
    // What was used lately changes while the models themselves stay as they are: it is no part of what is kept of them.
    const recent = new Set(list.recent);
    const isThere = (key: string) => there.has(key) || (key === 'only:recent' && list.models.some((model) => !model.hidden && recent.has(model.id)));
    const shelf = (part: keyof ModelFilter, values: readonly NonNullable<ModelFilter[keyof ModelFilter]>[]): FilterShelf => ({
      part,
      label: t(`models.filter.${part}`),
      words: values.map((value) => worded(part, value, list)).filter(({ key }) => part === 'family' || part === 'collection' || isThere(key)),
    });
    const tags = list.adult_mode ? (['filtered', 'unfiltered', 'adult-capable'] as const) : [];
    return [
      shelf('only', marks),
      shelf('locality', ['local', 'cloud']),
      shelf('price', bands),
      shelf('context', contexts),
      shelf('capability', capabilities),
      shelf('collection', list.collections.map((one) => one.name)),
      shelf('connection', list.sources.map((one) => one.connection)),
      shelf('family', families),
      shelf('tag', tags),
      // A shelf whose one word leaves everything, or that has none, is no choice.
    ].filter(({ part, words }) => words.length > (['locality', 'connection'].includes(part) ? 1 : 0));
  }

  return {
    shelves,
    /** The few that most want, before anything is typed or opened. */
    usual: (list: Narrowed): FilterWord[] => usualWords(list.models).map(({ part, value }) => worded(part, value, list)),
    /** The words that are set. */
    active: (filter: ModelFilter, list: Narrowed): FilterWord[] =>
      Object.entries(filter).flatMap(([part, value]) => (value === undefined ? [] : [worded(part as keyof ModelFilter, value, list)])),
    /** The words that begin like the last word that is being typed. */
    offered: (query: string, all: () => readonly FilterShelf[]): FilterWord[] => {
      const typed = fold(query).split(/\s+/).at(-1) ?? '';
      if (typed.length < 2) return [];
      return all()
        .flatMap(({ words }) => words)
        .filter((one) => fold(one.label).split(/\s+/).some((part) => part.startsWith(typed)))
        .slice(0, 4);
    },
  };
}

/** The few words that most want first, where they leave something: all that is asked before anything is opened. */
export function usualWords(models: readonly ModelView[]): { part: 'only' | 'locality' | 'price'; value: 'favourites' | 'local' | 'free' }[] {
  let [favourites, local, free, cloud] = [false, false, false, false];
  for (const model of models) {
    if (model.hidden) continue;
    favourites ||= model.favourite;
    if (model.locality === 'local') local = true;
    else cloud = true;
    free ||= model.price.state === 'free';
    if (favourites && local && free && cloud) break;
  }
  return [
    ...(favourites ? [{ part: 'only', value: 'favourites' } as const] : []),
    ...(local && cloud ? [{ part: 'locality', value: 'local' } as const] : []),
    ...(free ? [{ part: 'price', value: 'free' } as const] : []),
  ];
}

const looked = new WeakMap<readonly ModelView[], { there: Set<string>; families: string[] }>();

/** What there is among the models, by what they are themselves: each is looked at once, however often this is asked. */
function lookThrough(models: readonly ModelView[]): { there: Set<string>; families: string[] } {
  const known = looked.get(models);
  if (known) return known;
  // A word that was found is not looked for again, which makes this cheap for a list where most models are alike.
  const missing = new Map<string, (model: ModelView) => boolean>([
    ...bands.map((band): [string, (model: ModelView) => boolean] => [`price:${band}`, (model) => isInBand(model, band)]),
    ...contexts.map((context): [string, (model: ModelView) => boolean] => [`context:${context}`, (model) => (model.context_length ?? 0) >= context]),
    ...capabilities.map((can): [string, (model: ModelView) => boolean] => [`capability:${can}`, (model) => model.capabilities.includes(can)]),
    ...(['filtered', 'unfiltered', 'adult-capable'] as const).map((tag): [string, (model: ModelView) => boolean] => [`tag:${tag}`, (model) => model.content?.tag === tag]),
    ...(['local', 'cloud'] as const).map((place): [string, (model: ModelView) => boolean] => [`locality:${place}`, (model) => model.locality === place]),
    ['only:favourites', (model) => model.favourite],
    ['only:new', (model) => model.is_new],
    ['only:gone', (model) => model.gone_since !== null],
  ]);
  const there = new Set<string>();
  const connections = new Set<string>();
  const counts = new Map<string, number>();
  for (const model of models) {
    if (model.hidden) {
      there.add('only:hidden');
      continue;
    }
    connections.add(model.connection);
    const family = familyOf(model);
    if (family) counts.set(family, (counts.get(family) ?? 0) + 1);
    for (const [key, holds] of missing) {
      if (!holds(model)) continue;
      there.add(key);
      missing.delete(key);
    }
  }
  for (const connection of connections) there.add(`connection:${connection}`);
  const families = [...counts].filter(([, models]) => models > 1).sort((a, b) => b[1] - a[1]).slice(0, mostFamilies).map(([family]) => family);
  const found = { there, families };
  looked.set(models, found);
  return found;
}

/** A filter with this word set, or without it where it was set. */
export function toggled(filter: ModelFilter, { part, value }: FilterWord): ModelFilter {
  const next: ModelFilter = { ...filter, [part]: filter[part] === value ? undefined : value };
  return Object.fromEntries(Object.entries(next).filter(([, kept]) => kept !== undefined));
}
