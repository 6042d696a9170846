// Where the writer stands in the first start. Kept for the window: whoever looks elsewhere finds the same question again.
// A key that was typed is not kept; it goes with its field.

import { reactive } from 'vue';

/** One question at a time. */
export interface Start {
  /** `what`: what do you have? `connect`: the form of a provider, or all of them. `sign_in`: the way through the browser. */
  step: 'what' | 'connect' | 'sign_in';
  /** The provider, once it is known. */
  provider: string | undefined;
  /** The address that was found. */
  address: string | undefined;
}

const start = reactive<Start>({ step: 'what', provider: undefined, address: undefined });

/** The first start, and the ways through it. */
export function useStart() {
  const to = (step: Start['step'], provider?: string, address?: string) => Object.assign(start, { step, provider, address });
  return {
    start,
    /** To the form of a provider; without one, to the list of all. */
    connect: (provider?: string, address?: string) => to('connect', provider, address),
    /** To signing in at a provider. */
    signIn: (provider: string) => to('sign_in', provider),
    /** To the first question. */
    back: () => to('what'),
  };
}
