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

  /** All words that leave something of this list, by shelf. Looks at each model once. */
  function shelves(list: Narrowed): FilterShelf[] {
    const there = new Set<string>();
    const families = new Map<string, number>();
    const recent = new Set(list.recent);
    for (const model of list.models) {
      if (model.hidden) {
        there.add('only:hidden');
        continue;
      }
      there.add(`locality:${model.locality}`).add(`connection:${model.connection}`);
      for (const band of bands) if (isInBand(model, band)) there.add(`price:${band}`);
      for (const context of contexts) if ((model.context_length ?? 0) >= context) there.add(`context:${context}`);
      for (const can of model.capabilities) there.add(`capability:${can}`);
      if (model.content) there.add(`tag:${model.content.tag}`);
      if (model.favourite) there.add('only:favourites');
      if (model.is_new) there.add('only:new');
      if (model.gone_since !== null) there.add('only:gone');
      if (recent.has(model.id)) there.add('only:recent');
      const family = familyOf(model);
      if (family) families.set(family, (families.get(family) ?? 0) + 1);
    }
    const usual = [...families].filter(([, models]) => models > 1).sort((a, b) => b[1] - a[1]);
    const shelf = (part: keyof ModelFilter, values: readonly NonNullable<ModelFilter[keyof ModelFilter]>[]): FilterShelf => ({
      part,
      label: t(`models.filter.${part}`),
      words: values.map((value) => worded(part, value, list)).filter(({ key }) => part === 'family' || part === 'collection' || there.has(key)),
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
      shelf('family', usual.slice(0, mostFamilies).map(([family]) => family)),
      shelf('tag', tags),
      // A shelf whose one word leaves everything, or that has none, is no choice.
    ].filter(({ part, words }) => words.length > (['locality', 'connection'].includes(part) ? 1 : 0));
  }

  return {
    shelves,
    /** The words that are set. */
    active: (filter: ModelFilter, list: Narrowed): FilterWord[] =>
      Object.entries(filter).flatMap(([part, value]) => (value === undefined ? [] : [worded(part as keyof ModelFilter, value, list)])),
    /** The words that begin like the last word that is being typed. */
    offered: (query: string, all: readonly FilterShelf[]): FilterWord[] => {
      const typed = fold(query).split(/\s+/).at(-1) ?? '';
      if (typed.length < 2) return [];
      return all
        .flatMap(({ words }) => words)
        .filter((one) => fold(one.label).split(/\s+/).some((part) => part.startsWith(typed)))
        .slice(0, 4);
    },
  };
}

/** A filter with this word set, or without it where it was set. */
export function toggled(filter: ModelFilter, { part, value }: FilterWord): ModelFilter {
  const next: ModelFilter = { ...filter, [part]: filter[part] === value ? undefined : value };
  return Object.fromEntries(Object.entries(next).filter(([, kept]) => kept !== undefined));
}
