// The writer's own refusals, as they stand in a table. Pure.

import type { RefusalCountView, RefusalsOfView } from '@/generated/contract';

/** Answers that were stopped and requests that were turned down, together. */
export function refusedIn({ withheld, refused }: RefusalCountView): number {
  return withheld + refused;
}

/** Those that refused within the year, and how many never did. */
export function told(models: readonly RefusalsOfView[]): { refusing: RefusalsOfView[]; rest: number } {
  const refusing = models.filter((model) => refusedIn(model.days_365) > 0);
  return { refusing, rest: models.length - refusing.length };
}
