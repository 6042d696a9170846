// What narrows the list of models beside what is typed. Pure. Every part that is set must fit.

import type { CollectionView, ModelView } from '@/generated/contract';
import { familyOf } from './search';

/** What the list is narrowed to. */
export interface ModelFilter {
  /** Only of this connection, by its slug. */
  connection?: string | undefined;
  /** Only members of this collection, by its name. */
  collection?: string | undefined;
  /** Only where the text goes there. */
  locality?: 'local' | 'cloud' | undefined;
  /** Only at such a price: nothing; up to a dollar, nothing included; up to ten; more. */
  price?: PriceBand | undefined;
  /** Only those that take so many tokens or more. */
  context?: number | undefined;
  /** Only those that can do this. */
  capability?: ModelView['capabilities'][number] | undefined;
  /** Only this family, in small letters: `claude`. */
  family?: string | undefined;
  /** Only with this content tag. */
  tag?: NonNullable<ModelView['content']>['tag'] | undefined;
  /** Only those that are marked so. `hidden` shows what is otherwise left out. */
  only?: 'favourites' | 'recent' | 'new' | 'gone' | 'hidden' | undefined;
}

/** How dear a model is. */
export type PriceBand = 'free' | 'cheap' | 'middle' | 'dear';

/** Up to where a price is cheap, and up to where it is in the middle: USD per million tokens, mixed as below. */
export const bandEnds = { cheap: 1, middle: 10 } as const;

/** Three tokens are read for each that is written: what a talk about a draft comes to. For narrowing only, never a sum. */
function mixedPrice(model: ModelView): number | undefined {
  const { state, input, output } = model.price;
  if (state === 'free' || state === 'local') return 0;
  if (state === 'unknown' || input === null || output === null) return undefined;
  return (3 * Number(input) + Number(output)) / 4;
}

/** Whether a price lies in a band. An unknown one lies in none. */
export function isInBand(model: ModelView, band: PriceBand): boolean {
  const price = mixedPrice(model);
  if (price === undefined) return false;
  if (band === 'free') return model.price.state === 'free' || model.price.state === 'local' || price === 0;
  if (band === 'cheap') return price <= bandEnds.cheap;
  return band === 'middle' ? price > bandEnds.cheap && price <= bandEnds.middle : price > bandEnds.middle;
}

/** Makes the question that each model is asked. What does not depend on the model is worked out once. */
export function makeFilter(
  filter: ModelFilter,
  list: { recent: readonly string[]; collections?: readonly CollectionView[] },
): (model: ModelView) => boolean {
  const recent = filter.only === 'recent' ? new Set(list.recent) : undefined;
  const members = filter.collection === undefined ? undefined : new Set(list.collections?.find((one) => one.name === filter.collection)?.models.map((one) => one.id));
  return (model) =>
    (filter.only === 'hidden' ? model.hidden : !model.hidden) &&
    (filter.connection === undefined || model.connection === filter.connection) &&
    (members === undefined || members.has(model.id)) &&
    (filter.locality === undefined || model.locality === filter.locality) &&
    (filter.context === undefined || (model.context_length ?? 0) >= filter.context) &&
    (filter.capability === undefined || model.capabilities.includes(filter.capability)) &&
    (filter.price === undefined || isInBand(model, filter.price)) &&
    (filter.tag === undefined || model.content?.tag === filter.tag) &&
    (filter.only !== 'favourites' || model.favourite) &&
    (filter.only !== 'new' || model.is_new) &&
    (filter.only !== 'gone' || model.gone_since !== null) &&
    (recent === undefined || recent.has(model.id)) &&
    (filter.family === undefined || familyOf(model) === filter.family);
}

/** Whether anything is narrowed. */
export function isNarrow(filter: ModelFilter): boolean {
  return Object.values(filter).some((value) => value !== undefined);
}
