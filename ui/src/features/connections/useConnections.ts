// The writer's connections and the catalogue of what can be connected.

import { computed } from 'vue';
import { useAnswer, useDeed } from '@/shared/ask';

/** All connections, in the writer's order, and how to put them in another one. */
export function useConnections() {
  const answer = useAnswer('connections', 'connections_list', {});
  const reorder = useDeed('connections_reorder', ['connections', 'models']);

  /** Moves one by one place. Nothing happens at the ends. */
  async function move(slug: string, step: 1 | -1): Promise<boolean> {
    const slugs = (answer.data.value ?? []).map((connection) => connection.slug);
    const next = moved(slugs, slug, step);
    return next !== undefined && (await reorder.run({ slugs: next })) !== undefined;
  }
  return { ...answer, move, moveFailure: reorder.failure };
}

/** The order after moving `slug` by one place; nothing where it cannot move. Pure. */
export function moved(slugs: readonly string[], slug: string, step: 1 | -1): string[] | undefined {
  const from = slugs.indexOf(slug);
  const to = from + step;
  if (from < 0 || to < 0 || to >= slugs.length) return undefined;
  const next = slugs.filter((candidate) => candidate !== slug);
  next.splice(to, 0, slug);
  return next;
}

/** The catalogue. */
export function useProviders() {
  const answer = useAnswer('connections', 'providers_list', {});
  return {
    ...answer,
    find: (id: string | undefined) => answer.data.value?.find((provider) => provider.id === id),
    local: computed(() => (answer.data.value ?? []).filter((provider) => provider.locality === 'local')),
    cloud: computed(() => (answer.data.value ?? []).filter((provider) => provider.locality === 'cloud')),
    own: computed(() => (answer.data.value ?? []).filter((provider) => provider.locality === 'either')),
  };
}
