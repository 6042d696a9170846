// A key on its way in. The page holds a typed key only as long as its form is open; of a pasted one it never sees more
// than a handle and the last four characters.

import type { KeyInput, KeyRecognisedView } from '@/generated/contract';

/** What a key field holds. */
export interface KeyHeld {
  /** Typed text, or nothing. */
  typed: string;
  /** The handle of a pasted key. */
  handle: string | undefined;
  /** The variable of the environment in which the key stands. Rust reads it; the page never does. */
  variable: string | undefined;
  /** What the key's form tells. */
  seen: KeyRecognisedView | undefined;
}

/** A key field with nothing in it. */
export function noKey(): KeyHeld {
  return { typed: '', handle: undefined, variable: undefined, seen: undefined };
}

/** Whether there is a key in it. */
export function holdsKey(held: KeyHeld): boolean {
  return held.handle !== undefined || held.variable !== undefined || held.typed.trim() !== '';
}

/** What goes along to another provider's form: a variable is for keys of its own provider only. */
export function goesAlong(held: KeyHeld): KeyHeld {
  return held.variable === undefined ? held : noKey();
}

/** The key as a request carries it; `otherwise` where the field is empty. */
export function keyInput(held: KeyHeld, otherwise: 'none' | 'keep'): KeyInput {
  if (held.handle !== undefined) return { source: 'pasted', handle: held.handle };
  if (held.variable !== undefined) return { source: 'environment', variable: held.variable };
  if (held.typed.trim() !== '') return { source: 'typed', key: held.typed };
  return { source: otherwise };
}
