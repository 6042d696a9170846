// What is said about moderation. Adult mode decides what is shown and nothing else. Pure.

import type { ContentView, ProviderView } from '@/generated/contract';

/** A tag. */
export type Tag = ContentView['tag'];

/** The tags that a writer can give. */
export function tagsToGive(adult: boolean): Tag[] {
  return adult ? ['filtered', 'unfiltered', 'adult-capable'] : ['filtered', 'unfiltered'];
}

/** Providers of which something is known, those of the writer's first, and the names of the cloud ones of which nothing is. */
export function knownOf(providers: readonly ProviderView[], own: ReadonlySet<string>): { known: ProviderView[]; unknown: ProviderView[] } {
  const mineFirst = providers.toSorted((a, b) => Number(own.has(b.id)) - Number(own.has(a.id)));
  return {
    known: mineFirst.filter((one) => one.moderation.length > 0),
    unknown: mineFirst.filter((one) => one.moderation.length === 0 && one.locality === 'cloud'),
  };
}
