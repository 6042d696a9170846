// The orders in which the Models page can show a list. Pure; nothing of it is kept, and the list itself stays as it is.

import type { ModelView } from '@/generated/contract';

/** `own` is the writer's order where there is one, and the provider's behind it. */
export const sortings = ['own', 'name', 'price', 'context', 'new'] as const;

/** One of them. */
export type Sorting = (typeof sortings)[number];

/** What a model costs as one figure to sort by: reading and writing together, USD per million. Nothing where nobody knows. */
export function priceFigure({ price }: Pick<ModelView, 'price'>): number | undefined {
  if (price.state === 'free' || price.state === 'local') return 0;
  if (price.state === 'unknown' || (price.input === null && price.output === null)) return undefined;
  return Number(price.input ?? 0) + Number(price.output ?? 0);
}

// What nobody knows stands last, whichever way the rest is turned.
const byFigure = (figure: (model: ModelView) => number | undefined, turn: 1 | -1) => (a: ModelView, b: ModelView) => {
  const [left, right] = [figure(a), figure(b)];
  if (left === undefined || right === undefined) return Number(left === undefined) - Number(right === undefined);
  return turn * (left - right);
};

const names = new Intl.Collator(undefined, { numeric: true, sensitivity: 'base' });
const compare: Record<Exclude<Sorting, 'own'>, (a: ModelView, b: ModelView) => number> = {
  name: (a, b) => names.compare(a.name, b.name),
  price: byFigure(priceFigure, 1),
  context: byFigure((model) => model.context_length ?? undefined, -1),
  new: byFigure((model) => model.first_seen ?? undefined, -1),
};

/** The models in another order. Equal ones keep the order that they had. */
export function sorted(models: readonly ModelView[], by: Sorting): ModelView[] {
  return by === 'own' ? [...models] : models.toSorted(compare[by]);
}
