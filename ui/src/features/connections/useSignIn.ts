// Signing in at a provider in the writer's browser. One sign-in at a time; it lives longer than the page that shows it,
// so that somebody who looks elsewhere meanwhile finds it where it stands.

import { useQueryClient } from '@tanstack/vue-query';
import { computed, ref, shallowReactive, type ShallowReactive } from 'vue';
import type { ConnectionView, SignInEvent, SignInRequest, SignInView } from '@/generated/contract';
import { useDoor } from '@/host/door';
import type { Door } from '@/host/types';
import { followChanges } from '@/shared/ask';
import { asFailure, type Failure } from '@/shared/fault';

/** How a sign-in stands. */
export interface SignIn {
  /** `opening` until the way back is open, `waiting` for the writer in the browser, then `exchanging`; the rest are ends. */
  phase: 'opening' | 'waiting' | 'exchanging' | SignInView['outcome'] | 'failed';
  /** What was asked for. */
  request: SignInRequest;
  /** Its name for `sign_in_code` and `sign_in_cancel`. */
  id: string | undefined;
  /** The page to open. */
  url: string | undefined;
  /** The browser finds its way back by itself. */
  comesBack: boolean;
  /** Given up after this long, in milliseconds. */
  expiresIn: number;
  /** Why it failed. */
  failure: Failure | undefined;
  /** Why the browser could not be opened; the address can still be copied. */
  browserFailure: Failure | undefined;
  /** The connection at the end. */
  connection: ConnectionView | undefined;
}

/** A sign-in that begins. */
export function newSignIn(request: SignInRequest): SignIn {
  return { phase: 'opening', request, id: undefined, url: undefined, comesBack: true, expiresIn: 0, failure: undefined, browserFailure: undefined, connection: undefined };
}

/** What an event of the stream changes. Says the page to open, where there is one now. */
export function takeEvent(told: SignIn, event: SignInEvent): string | undefined {
  if (event.kind === 'exchanging') {
    told.phase = 'exchanging';
    return undefined;
  }
  Object.assign(told, { phase: 'waiting', id: event.sign_in, url: event.url, comesBack: event.comes_back, expiresIn: event.expires_in_ms });
  return event.url;
}

/** The code in what was pasted: a code, or an address with `code=` in it; nothing where there is none. Pure. */
export function codeIn(text: string): string | undefined {
  const trimmed = text.trim();
  const inAddress = /[?&#]code=([^&#\s]+)/.exec(trimmed)?.[1];
  if (inAddress) return trimmed;
  return /^[A-Za-z0-9._~-]{1,512}$/.test(trimmed) ? trimmed : undefined;
}

const current = ref<ShallowReactive<SignIn>>();

/** True while the writer may still come back from the browser. */
export function isRunning(told: SignIn | undefined): boolean {
  return told !== undefined && ['opening', 'waiting', 'exchanging'].includes(told.phase);
}

async function openPage(door: Door, told: SignIn, url: string): Promise<void> {
  try {
    await door.invoke('open_link', { url });
    told.browserFailure = undefined;
  } catch (thrown) {
    told.browserFailure = asFailure(thrown);
  }
}

/** The one sign-in of the window, and what can be done with it. */
export function useSignIn() {
  const door = useDoor();
  const client = useQueryClient();
  const codeFailure = ref<Failure>();

  async function begin(request: SignInRequest): Promise<ConnectionView | undefined> {
    if (isRunning(current.value)) return undefined;
    const told = shallowReactive(newSignIn(request));
    current.value = told;
    codeFailure.value = undefined;
    try {
      const view = await door.stream('sign_in', request, (event) => {
        const url = takeEvent(told, event);
        if (url) void openPage(door, told, url);
      });
      told.phase = view.outcome;
      told.connection = view.connection ?? undefined;
      if (view.connection) followChanges(client, { topics: ['connections', 'models', 'status', 'vault'] });
      return told.connection;
    } catch (thrown) {
      told.failure = asFailure(thrown);
      told.phase = 'failed';
      return undefined;
    }
  }

  return {
    /** The sign-in that runs, or the last one. */
    told: computed(() => current.value),
    running: computed(() => isRunning(current.value)),
    begin,
    /** Opens the provider's page once more. */
    openAgain: () => current.value?.url && openPage(door, current.value, current.value.url),
    /** Gives it up. */
    async cancel(): Promise<void> {
      const told = current.value;
      if (told?.id && isRunning(told)) await door.invoke('sign_in_cancel', { sign_in: told.id }).catch(() => undefined);
    },
    /** Hands the code in by hand. Says whether it was taken. */
    async giveCode(code: string): Promise<boolean> {
      const told = current.value;
      if (!told?.id) return false;
      codeFailure.value = undefined;
      try {
        await door.invoke('sign_in_code', { sign_in: told.id, code });
        return true;
      } catch (thrown) {
        codeFailure.value = asFailure(thrown);
        return false;
      }
    },
    codeFailure,
    /** Forgets how the last one ended. */
    forget: () => {
      if (!isRunning(current.value)) current.value = undefined;
    },
  };
}
