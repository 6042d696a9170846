// What is there already: servers on this machine, keys in the environment. Looked for when somebody looks, kept for the
// window, and never taken without a yes.

import { computed, ref, shallowRef } from 'vue';
import type { ConnectionDraft, DiscoverView, FoundKeyView, FoundServerView } from '@/generated/contract';
import { useDoor } from '@/host/door';
import { asFailure, type Failure } from '@/shared/fault';
import { noKey, type KeyHeld } from './keys';

/** Something that was found, with what a yes to it would be. */
export type Found = { key: string } & ({ kind: 'server'; server: FoundServerView } | { kind: 'environment'; variable: FoundKeyView });

/** What can be said yes to comes first; what is connected already, or cannot be used, comes last. Pure. */
export function listOf(view: DiscoverView): Found[] {
  const list: Found[] = [
    ...view.servers.map((server): Found => ({ key: `server:${server.base_url}`, kind: 'server', server })),
    ...view.keys.map((variable): Found => ({ key: `variable:${variable.variable}`, kind: 'environment', variable })),
  ];
  const rank = (found: Found) => (connectedAs(found) ? 2 : answerOf(found) === 'none' ? 1 : 0);
  return list.map((found, at) => ({ found, at })).sort((a, b) => rank(a.found) - rank(b.found) || a.at - b.at).map(({ found }) => found);
}

/** The connection that leads there already. */
export function connectedAs(found: Found): string | undefined {
  return (found.kind === 'server' ? found.server.connection : found.variable.connection) ?? undefined;
}

/** A plain yes; or first a key, or first an address, in the form; nothing where it could not be used anyway. */
export type Answer = 'yes' | 'key' | 'address' | 'none';

/** What the writer can answer. Pure. */
export function answerOf(found: Found): Answer {
  if (connectedAs(found)) return 'none';
  if (found.kind === 'environment') return found.variable.fault ? 'none' : found.variable.needs_address ? 'address' : 'yes';
  return found.server.needs_key ? 'key' : 'yes';
}

/** The connection that a yes makes. Pure. */
export function draftFor(found: Found): ConnectionDraft {
  return found.kind === 'server'
    ? { provider: found.server.provider, base_url: found.server.base_url, key: { source: 'none' }, headers: [], models: [] }
    : { provider: found.variable.provider, key: { source: 'environment', variable: found.variable.variable }, headers: [], models: [] };
}

/** A form that is filled in as far as what was found goes. */
export interface FormStart {
  provider: string;
  address: string | undefined;
  /** Absent: what is in the key field already stays there. */
  key: KeyHeld | undefined;
}

/** The form that asks for what a plain yes would lack. Pure. */
export function startOf(found: Found): FormStart {
  return found.kind === 'server'
    ? { provider: found.server.provider, address: found.server.base_url, key: undefined }
    : { provider: found.variable.provider, address: found.variable.base_url ?? undefined, key: { ...noKey(), variable: found.variable.variable } };
}

const seen = shallowRef<DiscoverView>();
const failure = shallowRef<Failure>();
const looking = ref(false);
let run = 0;

/** Looks, and tells what was found. What was found before stays in sight meanwhile. */
export function useDiscovery() {
  const door = useDoor();

  async function look(): Promise<void> {
    run += 1;
    const mine = run;
    looking.value = true;
    try {
      const view = await door.invoke('discover', {});
      if (mine === run) {
        seen.value = view;
        failure.value = undefined;
      }
    } catch (thrown) {
      if (mine === run) failure.value = asFailure(thrown);
    }
    if (mine === run) looking.value = false;
  }

  return {
    /** What was found; absent until it was looked once. */
    found: computed(() => (seen.value ? listOf(seen.value) : undefined)),
    looking: computed(() => looking.value),
    failure: computed(() => failure.value),
    look,
  };
}
