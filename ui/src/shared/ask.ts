// Fetched truth. What a command answers is kept under its topic; when the host says that a topic changed, whatever was
// fetched of it is fetched again. Nothing here is a second copy that could go its own way.

import { QueryClient, useMutation, useQuery, useQueryClient } from '@tanstack/vue-query';
import { computed, toValue, type MaybeRefOrGetter } from 'vue';
import type { ChangedEvent, Commands, Topic } from '@/generated/contract';
import { useDoor } from '@/host/door';
import { asFailure, type Failure } from './fault';

type Name = keyof Commands;

/** Keeps answers until they are told to be stale; never asks twice on its own. */
export function makeQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: { queries: { staleTime: Infinity, retry: false, refetchOnWindowFocus: false, networkMode: 'always' }, mutations: { networkMode: 'always' } },
  });
}

/** How long changes gather before what they made stale is fetched, in milliseconds: the end of an answer brings several. */
const gathering = 150;

const gathered = new WeakMap<QueryClient, Set<Topic>>();

/** Hears the host's changes: those that come close together are followed together. */
export function hearChanges(client: QueryClient): (changed: ChangedEvent) => void {
  const topics = new Set<Topic>();
  gathered.set(client, topics);
  let timer: ReturnType<typeof setTimeout> | undefined;
  return (changed) => {
    for (const topic of changed.topics) topics.add(topic);
    timer ??= setTimeout(() => {
      timer = undefined;
      followChanges(client, { topics: [...topics] });
      topics.clear();
    }, gathering);
  };
}

/** Fetches a topic again at once, and so once only where a change of it was already heard. Resolves when it is there. */
export function fetchAnew(client: QueryClient, topic: Topic): Promise<void> {
  gathered.get(client)?.delete(topic);
  return client.invalidateQueries({ queryKey: [topic] });
}

/** Fetches again what an event says is no longer true. */
export function followChanges(client: QueryClient, changed: ChangedEvent): void {
  for (const topic of changed.topics) void client.invalidateQueries({ queryKey: [topic] });
}

/** Asks a command and keeps asking as its request or its topic changes. The last answer stays until the next is there. */
export function useAnswer<K extends Name>(
  topic: Topic,
  name: K,
  request: MaybeRefOrGetter<Commands[K]['request']>,
  options: { enabled?: MaybeRefOrGetter<boolean>; keepPrevious?: boolean; /** Takes over from the last answer what did not change; for long ones. */ share?: (before: Commands[K]['answer'] | undefined, now: Commands[K]['answer']) => Commands[K]['answer'] } = {},
) {
  const door = useDoor();
  const query = useQuery<unknown>({
    queryKey: [topic, name, computed(() => toValue(request))],
    queryFn: () => door.invoke(name, toValue(request)),
    enabled: computed(() => toValue(options.enabled ?? true)),
    // An answer is replaced whole and never changed: watching each of its fields would make long lists slow.
    shallow: true,
    ...(options.share ? { structuralSharing: options.share as (before: unknown, now: unknown) => unknown } : {}),
    ...(options.keepPrevious ? { placeholderData: (previous: unknown) => previous } : {}),
  });
  return {
    /** The answer, once there is one. */
    data: computed(() => query.data.value as Commands[K]['answer'] | undefined),
    /** Why there is none, or why it is old. */
    failure: computed<Failure | undefined>(() => (query.error.value ? asFailure(query.error.value) : undefined)),
    /** Nothing is there yet. */
    waiting: computed(() => query.isPending.value && query.fetchStatus.value !== 'idle'),
    /** It is being asked right now. */
    asking: computed(() => query.isFetching.value),
    /** Asks again. */
    again: () => query.refetch(),
  };
}

/** Runs a command when told to, and says how it stands. `topics` are fetched again once it is done. */
export function useDeed<K extends Name>(name: K, topics: Topic[] = []) {
  const door = useDoor();
  const client = useQueryClient();
  const mutation = useMutation({
    mutationFn: (request: Commands[K]['request']) => door.invoke(name, request),
    onSuccess: () => followChanges(client, { topics }),
  });
  return {
    /** It runs right now. */
    running: computed(() => mutation.isPending.value),
    /** Why the last one failed. */
    failure: computed<Failure | undefined>(() => (mutation.error.value ? asFailure(mutation.error.value) : undefined)),
    /** Runs it. Gives back nothing where it failed: see `failure`. */
    run: async (request: Commands[K]['request']): Promise<Commands[K]['answer'] | undefined> => {
      try {
        return await mutation.mutateAsync(request);
      } catch {
        return undefined;
      }
    },
    /** Forgets the last failure. */
    forget: () => mutation.reset(),
  };
}
